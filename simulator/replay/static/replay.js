// Walks through the steps of an incident: one list, one picture, the bytes around the step that is looked at.
import { byId, make, pill } from "/lab/dom.js";

const STEP_MS = 700;
const SHAPES = {
  money: ["#1F6B33", "M1 4h14v8H1z M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"],
  paper: ["#0B4BB0", "M3 1h10v14H3z M5 5h6v1.5H5z M5 8h6v1.5H5z"],
  people: ["#5A2A86", "M8 1a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z M1.5 15c0-4 3-6 6.500-6s6.500 2 6.500 6z"],
  device: ["#42506A", "M1 1h14v14H1z M4 4h8v8H4z"],
  trouble: ["#9B1520", "M8 1l7.500 14H.5z M7.200 6h1.600v5H7.200z M7.200 12h1.600v1.600H7.200z"],
  touch: ["#6B7A94", "M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z"],
  plain: ["#6B7A94", "M2 7h12v2H2z"],
};

let all = null;
let rows = [];
let here = 0;
let link = "";
let playing = 0;
let wanted = 0;

function icon(look) {
  const [colour, path] = SHAPES[look] ?? SHAPES.plain;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  shape.setAttribute("fill", colour);
  shape.setAttribute("fill-rule", "evenodd");
  svg.append(shape);
  return svg;
}

function row(moment, n) {
  const [fact, ...intents] = moment.texts;
  const before = all.moments[n - 1];
  const classes = [moment.look === "touch" ? "touch" : "", all.differs.includes(moment.seq) && moment.seq ? "differs" : "",
    n && (moment.boot !== before.boot || (moment.sale && moment.sale !== before.sale && moment.seq)) ? "begins" : ""];
  const text = make("span", {}, moment.look === "touch" ? fact : make("b", {}, fact));
  intents.forEach((intent) => text.append(make("span", { class: "will" }, intent)));
  const tail = make("span", { class: "seq" });
  if (moment.sale && moment.seq) tail.append(make("span", { class: "sale" }, `sale ${moment.sale}`));
  if (moment.seq) tail.append(`#${moment.seq}`);
  return make("li", { class: classes.join(" ").trim(), click: () => go(n) }, icon(moment.look), make("time", {}, moment.at), text, tail);
}

const hidden = (n) => !byId("touches").checked && all.moments[n].look === "touch";

function go(n) {
  here = Math.max(0, Math.min(all.moments.length - 1, n));
  rows.forEach((node, at) => node.classList.toggle("here", at === here));
  rows[here].scrollIntoView({ block: "center" });
  const moment = all.moments[here];
  byId("clock").textContent = moment.at.slice(0, 8);
  byId("slider").value = here;
  byId("position").textContent = `${here + 1} of ${all.moments.length}`;
  byId("fact").textContent = moment.texts[0];
  const intents = moment.texts.slice(1).map((text) => make("li", {}, text));
  byId("intents").replaceChildren(...(intents.length ? intents : [make("li", { class: "none" }, "Nothing was ordered because of it")]));
  pill(byId("step-pill"), moment.seq ? `record ${moment.seq}` : "touch", all.differs.includes(moment.seq) ? "bad" : "quiet");
  show(moment);
  byId("frame").hidden = !moment.frame;
  byId("frame").alt = `Camera picture ${moment.frame}, no longer kept`;
  if (moment.frame) byId("frame").src = `/frame/${here}`;
  hex();
}

function step(by) {
  let n = here + by;
  while (n > 0 && n < all.moments.length - 1 && hidden(n)) n += by;
  go(n);
}

function show(moment) {
  const off = moment.screen < 0;
  byId("screen-off").hidden = !off;
  byId("screen").hidden = off;
  pill(byId("seen-pill"), off ? "not recorded" : `picture ${moment.screen + 1} of ${all.screens}`, "quiet");
  if (off) return;
  const source = `/screen/${moment.screen}.png`;
  byId("screen").alt = `The passenger screen after: ${moment.texts[0]}`;
  if (byId("screen").getAttribute("src") !== source) byId("screen").src = source;
}

const ascii = (bytes) => bytes.map((code) => (code > 32 && code < 127 ? String.fromCharCode(code) : "·")).join("");

function chunk(one) {
  const bytes = one.hex.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? [];
  const more = one.size > bytes.length ? ` … ${one.size} bytes` : "";
  const out = one.way === "sent";
  const shown = bytes.slice(0, 96);
  return make("div", { class: `row ${out ? "out" : "in"}` }, make("i", {}, `${one.ms > 0 ? "+" : ""}${one.ms} ms`), make("b", {}, out ? "→" : "←"),
    make("span", {}, (one.hex.slice(0, 192).match(/../g) ?? []).join(" ") + (more || (bytes.length > 96 ? ` … ${one.size} bytes` : ""))), make("u", {}, ascii(shown).slice(0, 16)));
}

async function hex() {
  const asked = ++wanted;
  if (!link) return;
  const answer = await fetch(`/api/bytes/${here}/${link}`);
  if (!answer.ok || asked !== wanted) return;
  const chunks = await answer.json();
  const before = chunks.filter((one) => one.ms < 0).map(chunk);
  const after = chunks.filter((one) => one.ms >= 0).map(chunk);
  const now = make("div", { class: "now" }, "this step");
  byId("hex").replaceChildren(...before, now, ...after);
  if (!chunks.length) byId("hex").append(make("p", {}, "Nothing is recorded of this link at this moment."));
  now.scrollIntoView({ block: "center" });
}

function choose(name) {
  link = name;
  [...byId("links").children].forEach((key) => key.setAttribute("aria-selected", String(key.dataset.name === name)));
  hex();
}

function play(on) {
  clearInterval(playing);
  playing = on ? setInterval(() => (here >= all.moments.length - 1 ? play(false) : step(1)), STEP_MS) : 0;
  byId("play").textContent = on ? "Pause" : "Play";
  byId("play").setAttribute("aria-pressed", String(on));
}

function matches(text) {
  const wish = text.trim().toLowerCase();
  if (!wish) return [];
  const sale = /^(?:sale\s*)?#?(\d{1,6})$/.exec(wish);
  const fits = (moment) => (sale && moment.sale === Number(sale[1])) || (!sale && (moment.find.includes(wish) || moment.texts.some((one) => one.toLowerCase().includes(wish))));
  return all.moments.flatMap((moment, n) => (fits(moment) ? [n] : []));
}

function find(again) {
  const found = matches(byId("query").value);
  if (!found.length) { byId("matches").textContent = byId("query").value.trim() ? "nothing" : ""; return; }
  const next = found.find((n) => n > here || (!again && n === here)) ?? found[0];
  byId("matches").textContent = `${found.indexOf(next) + 1} of ${found.length}`;
  go(next);
}

function wire() {
  byId("first").addEventListener("click", () => go(0));
  byId("back").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("last").addEventListener("click", () => go(all.moments.length - 1));
  byId("play").addEventListener("click", () => play(!playing));
  byId("slider").addEventListener("input", (event) => go(Number(event.target.value)));
  byId("touches").addEventListener("change", () => rows.forEach((node, n) => { node.hidden = hidden(n); }));
  byId("search").addEventListener("submit", (event) => { event.preventDefault(); find(true); });
  byId("query").addEventListener("input", () => find(false));
  const keys = {
    ArrowRight: () => step(1), ArrowDown: () => step(1), ArrowLeft: () => step(-1), ArrowUp: () => step(-1),
    Home: () => go(0), End: () => go(all.moments.length - 1), " ": () => play(!playing),
  };
  document.addEventListener("keydown", (event) => {
    const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName) || (event.key === " " && event.target.tagName === "BUTTON");
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}

function told(line) {
  const text = line.trim();
  const bad = /DIFFERENT|something else/.test(text) || /^(stands|came out):/.test(text);
  const good = /: same$|^the same came out$/.test(text);
  return make("li", { class: bad ? "bad" : good ? "good" : "plain" }, make("span", {}, text));
}

async function begin() {
  all = await (await fetch("/api/incident")).json();
  byId("machine").textContent = `machine ${all.machine} · journal ${all.epoch} · ${all.moments[0]?.day ?? ""}`;
  const odd = all.odd_links.length ? ` · bytes of ${all.odd_links.join(", ")} differ` : "";
  pill(byId("verdict"), (all.same ? "✓ The same came out" : `× Record ${all.differs[0] ?? "?"} differs`) + odd, all.same ? "good" : "bad");
  byId("told").replaceChildren(...all.told.map(told));
  rows = all.moments.map(row);
  byId("list").replaceChildren(...rows);
  byId("slider").max = all.moments.length - 1;
  byId("links").replaceChildren(...all.links.map((name) => make("button", {
    class: "key", role: "tab", "data-name": name, "aria-selected": "false", click: () => choose(name),
  }, name.replace("_", " "))));
  if (!all.links.length) byId("hex").replaceChildren(make("p", {}, "There is no black box in this directory."));
  wire();
  if (all.links.length) choose(all.links[0]);
  const asked = Number(location.hash.slice(1));
  const at = all.moments.findIndex((moment) => moment.seq === (asked || all.differs[0] || -1));
  go(at >= 0 ? at : 0);
}

begin();
