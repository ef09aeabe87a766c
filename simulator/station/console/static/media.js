// What the machines' waiting page shows: pictures that are brought here, and notices. The list is drafted whole, and another person
// releases it. What is being written stays in this page until it is saved.
import { deed, get, mayAll } from "./api.js";
import { byId, card, choice, field, make, none, pair, pill, refresh, table } from "./dom.js";
import { day, time } from "./words.js";

const URGENCIES = { urgent: ["紧急", "Urgent"], important: ["重要", "Important"], info: ["一般", "For information"] };
const MOST = { pictures: 8, notices: 6 };
let pictures = []; // of the draft: { sha256, seconds, caption, caption_english }
let notices = []; // of the draft: { text, english, urgency, from, until }, times as a form has them
let files = [];
const known = new Map(); // SHA-256 -> the decoded picture
const [WIDE, HIGH] = [144, 256]; // of a thumb; the page shows it at half of that

const local = (ms) => (ms ? `${day(ms)}T${time(ms).slice(0, 5)}` : "");
const moment_ms = (text) => (text ? Date.parse(`${text}:00+08:00`) : 0);

// Decoded here and drawn: the page's policy lets no picture in by an address that is made up of its bytes.
function decoded(sha256) {
  const fetched = async () => createImageBitmap(new Blob([Uint8Array.from(atob((await get(`office/media/${sha256}`)).png), (letter) => letter.charCodeAt(0))], { type: "image/png" }));
  if (!known.has(sha256)) known.set(sha256, fetched().catch(() => { known.delete(sha256); return null; }));
  return known.get(sha256);
}

// As the machine shows it: covering, its middle kept.
function thumb(sha256, name) {
  const canvas = make("canvas", { class: "poster", role: "img", "aria-label": name, width: WIDE, height: HIGH });
  decoded(sha256).then((picture) => {
    if (!picture) return;
    const share = Math.max(WIDE / picture.width, HIGH / picture.height);
    const [wide, high] = [picture.width * share, picture.height * share];
    canvas.getContext("2d").drawImage(picture, (WIDE - wide) / 2, (HIGH - high) / 2, wide, high);
    canvas.dataset.drawn = "yes";
  });
  return canvas;
}

const textBox = (one, part, most, name, words) => make("input", { value: one[part], maxlength: String(most), autocomplete: "off", required: name.startsWith("notice"), "data-name": name, title: words, "aria-label": words, input: (event) => { one[part] = event.target.value; } });
const moved = (list, at, by) => list.splice(at + by, 0, ...list.splice(at, 1));

function keysOf(list, at, kind, again) {
  const key = (name, words, look, click, disabled) => make("button", { class: `key ${look}`, type: "button", "data-name": `${name}-${kind}-${at}`, disabled, click }, pair(words));
  return make("div", { class: "keys" },
    key("up", ["上移", "Up"], "", () => { moved(list, at, -1); again(`up-${kind}-${at - 1}`); }, at === 0),
    key("drop", ["去掉", "Leave out"], "danger", () => { list.splice(at, 1); again("add-notice"); }, false));
}

const shown = (again) => pictures.length === 0 ? none(["没有图片：显示自带画面", "No pictures: the machine's own drawing is shown"]) : table(
  [["图片", "Picture"], ["秒", "Seconds"], ["中文说明（可空）", "Caption in Chinese (may be empty)"], ["英文说明", "Caption in English"], ["", ""]],
  pictures.map((one, at) => [
    thumb(one.sha256, files.find((file) => file.sha256 === one.sha256)?.name ?? one.sha256.slice(0, 8)),
    make("input", { type: "number", min: 5, max: 60, value: one.seconds, required: true, "data-name": `seconds-${at}`, title: "5–60", "aria-label": "秒 Seconds", input: (event) => { one.seconds = Number(event.target.value); } }),
    textBox(one, "caption", 24, `caption-${at}`, "中文说明 Caption in Chinese"), textBox(one, "caption_english", 60, `caption-en-${at}`, "英文说明 Caption in English"), keysOf(pictures, at, "picture", again),
  ]));

function urgency(one, at) {
  const box = choice({ "data-name": `urgency-${at}`, "aria-label": "紧急程度 Urgency", change: (event) => { one.urgency = event.target.value; } }, Object.entries(URGENCIES));
  box.value = one.urgency;
  return box;
}

const when = (one, part, at, words) => make("input", { type: "datetime-local", value: one[part], "data-name": `${part}-${at}`, "aria-label": words, title: words, input: (event) => { one[part] = event.target.value; } });

const told = (again) => notices.length === 0 ? none(["没有通知", "No notices"]) : table(
  [["中文", "In Chinese"], ["英文", "In English"], ["程度", "Urgency"], ["自（空：立即）", "From (empty: at once)"], ["至（空：不限）", "Until (empty: no end)"], ["", ""]],
  notices.map((one, at) => [
    textBox(one, "text", 40, `notice-${at}`, "中文 In Chinese"), textBox(one, "english", 80, `notice-en-${at}`, "英文 In English"), urgency(one, at),
    when(one, "from", at, "自 From"), when(one, "until", at, "至 Until"), keysOf(notices, at, "notice", again),
  ]));

const stored = (again) => files.length === 0 ? none(["还没有图片", "No pictures yet"]) : make("div", { class: "posters" }, files.map((file) => {
  const taken = pictures.some((one) => one.sha256 === file.sha256);
  const add = () => { pictures.push({ sha256: file.sha256, seconds: 10, caption: "", caption_english: "" }); again(`caption-${pictures.length - 1}`); };
  const away = () => deed(`media/${file.sha256}:remove`, {}, ["已删除。", "Taken away."]);
  return make("figure", {}, thumb(file.sha256, file.name), make("figcaption", {}, make("b", {}, file.name), make("br"), make("small", {}, `${file.width} × ${file.height} · ${Math.ceil(file.bytes / 1024)} KB · ${file.by}`), make("br"),
    file.used ? pill("ok", ["使用中", "In use"]) : ""),
    make("div", { class: "keys" },
      make("button", { class: "key", type: "button", disabled: !mayAll() || taken || pictures.length >= MOST.pictures, "data-name": `add-${file.sha256.slice(0, 8)}`, click: add }, pair(taken ? ["已在列表中", "In the list"] : ["加入列表", "Put on the list"])),
      make("button", { class: "key danger", type: "button", disabled: !mayAll() || file.used || taken, "data-name": `away-${file.sha256.slice(0, 8)}`, click: away }, pair(["删除", "Take away"]))));
}));

function bringing() {
  const file = make("input", { id: "picture", type: "file", accept: "image/png", required: true });
  const submit = async (event) => {
    event.preventDefault();
    const [chosen] = file.files;
    const address = await new Promise((resolve) => { const reader = new FileReader(); reader.addEventListener("load", () => resolve(reader.result)); reader.readAsDataURL(chosen); });
    const said = await deed("media", { name: chosen.name.slice(0, 60), png: address.split(",")[1] }, ["图片已收到。", "The picture is here."]);
    if (said) event.target.reset();
  };
  return make("form", { submit }, field(["PNG 图片，竖版最佳，至 1080 × 1920、2 MB", "A PNG, upright is best, up to 1080 × 1920 and 2 MB"], file, true), make("button", { class: "key", id: "bring", disabled: !mayAll() }, pair(["上传", "Bring it"])));
}

function saving() {
  const reason = make("input", { id: "media-reason", required: true, maxlength: "200", autocomplete: "off" });
  const from = make("input", { id: "media-from", type: "datetime-local" });
  return [field(["生效时间（空：立即）", "From (empty: at once)"], from), field(["理由", "Reason"], reason, true), make("button", { class: "key main", id: "media-draft", disabled: !mayAll() }, pair(["存草稿", "Save draft"]))];
}

function body(form) {
  return {
    pictures, reason: form.querySelector("#media-reason").value, expires_ms: 0, effective_ms: moment_ms(form.querySelector("#media-from").value),
    notices: notices.map(({ text, english, urgency: how, from, until }) => ({ text, english, urgency: how, from_ms: moment_ms(from), until_ms: moment_ms(until) })),
  };
}

// The card and what it is refreshed with: the files that are here, and the list that was released last.
export function media() {
  const [listed, said, here] = [make("div"), make("div"), make("div")];
  let begun = -1; // version of the list that the draft began from
  let touched = false; // then a list that another person releases meanwhile does not take away what was written
  const again = (focus) => {
    touched ||= Boolean(focus);
    listed.replaceChildren(shown(again));
    said.replaceChildren(told(again));
    here.replaceChildren(stored(again));
    byId("add-notice")?.toggleAttribute("disabled", !mayAll() || notices.length >= MOST.notices);
    if (focus) [...drawn.querySelectorAll("[data-name]")].find((one) => one.dataset.name === focus)?.focus();
  };
  const more = () => { notices.push({ text: "", english: "", urgency: "info", from: "", until: "" }); again(`notice-${notices.length - 1}`); };
  const submit = async (event) => {
    event.preventDefault();
    const done = await deed("media:draft", body(event.target), ["草稿已存，请另一人发布。", "Drafted; another person releases it."]);
    if (!done) return;
    event.target.reset();
    touched = false;
  };
  const form = make("form", { submit, id: "media", input: () => { touched = true; } },
    make("div", { class: "whole" }, make("h3", {}, pair(["图片，依次显示", "Pictures, in turn"])), listed, make("h3", {}, pair(["通知，最紧急的在前", "Notices, the most urgent first"])), said,
      make("p", { class: "below" }, make("button", { class: "key", type: "button", id: "add-notice", "data-name": "add-notice", disabled: !mayAll(), click: more }, pair(["加一条通知", "Add a notice"])))), ...saving());
  const drawn = card(["等候画面", "Waiting page of the machines"], make("h3", {}, pair(["车站的图片", "Pictures at the station"])), here, bringing(), form);
  const show = (seen) => {
    files = seen.files;
    if (seen.version !== begun && !touched) {
      begun = seen.version;
      pictures = seen.pictures.map(({ sha256, seconds, caption, caption_english }) => ({ sha256, seconds, caption, caption_english }));
      notices = seen.notices.map(({ text, english, urgency: how, from_ms, until_ms }) => ({ text, english, urgency: how, from: local(from_ms), until: local(until_ms) }));
      again("");
      return;
    }
    refresh(here, [files, pictures.map((one) => one.sha256)], () => [stored(again)]);
  };
  again("");
  return [drawn, show];
}
