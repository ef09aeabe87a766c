// Who may log in at the machines: changes are gathered here, drafted as one, and another person releases them.
import { deed, mayAll } from "./api.js";
import { card, choice, field, make, none, pair, pill, table } from "./dom.js";
import { CHANGES, SERVICE_ROLES, day } from "./words.js";

let people = [];
const wanted = new Map(); // number -> what shall become of that operator; null: taken out. A PIN stays in this page until it is sent

addEventListener("hashchange", () => wanted.clear());

export const changes = (list) => list.map((one) => [make("b", {}, one.number), " ", ...pair(CHANGES[one.what] ?? one.what), make("br")]).flat();

const until = (ms) => (ms ? [`${day(ms - 1)} `, ...pair(["止", "last day"])] : pair(["无期限", "no end"]));

function mark(number) {
  if (!wanted.has(number)) return "";
  if (wanted.get(number) === null) return pill("danger", ["将删除", "Taken out"]);
  return pill("busy", people.some((one) => one.number === number) ? ["将更改", "Changed"] : ["将新增", "Added"]);
}

function rows(edit, again) {
  const fresh = [...wanted.values()].filter((one) => one && !people.some((known) => known.number === one.number));
  return [...people, ...fresh].map((known) => {
    const one = wanted.get(known.number) ?? known;
    const out = () => { wanted.set(known.number, null); again(`undo-${known.number}`); };
    const undo = () => { wanted.delete(known.number); again(`edit-${known.number}`); };
    const keys = wanted.has(known.number) ? [make("button", { class: "key", type: "button", "data-name": `undo-${known.number}`, click: undo }, pair(["不改了", "Undo"]))] : [
      make("button", { class: "key", type: "button", disabled: !mayAll(), "data-name": `edit-${known.number}`, click: () => edit(known) }, pair(["更改…", "Change…"])),
      make("button", { class: "key danger", type: "button", disabled: !mayAll(), "data-name": `out-${known.number}`, click: out }, pair(["删除", "Take out"]))];
    return [make("b", {}, known.number), [make("span", {}, one.name), " ", make("span", {}, one.english)], pair(SERVICE_ROLES[one.role]), until(one.until_ms), mark(known.number), make("div", { class: "keys" }, keys)];
  });
}

function entry(again) {
  const box = (id, more) => make("input", { id, required: true, autocomplete: "off", ...more });
  const number = box("op-number", { pattern: "[0-9]{4,8}", inputmode: "numeric", maxlength: "8" });
  const [name, english] = [box("op-name", { maxlength: "12" }), box("op-english", { maxlength: "24" })];
  const role = choice({ id: "op-role" }, Object.entries(SERVICE_ROLES));
  const last = make("input", { id: "op-until", type: "date" });
  const pin = make("input", { id: "op-pin", type: "password", pattern: "[0-9]{6,8}", inputmode: "numeric", maxlength: "8", autocomplete: "new-password" });
  const known = () => people.some((one) => one.number === number.value);
  const ask = () => { pin.required = !known(); };
  number.addEventListener("input", ask);
  const submit = (event) => {
    event.preventDefault();
    const end = last.value ? Date.parse(`${last.value}T00:00:00+08:00`) + 86400000 : 0;
    wanted.set(number.value, { number: number.value, name: name.value.trim(), english: english.value.trim(), role: role.value, until_ms: end, pin: pin.value });
    event.target.reset();
    again();
    number.focus();
  };
  const form = make("form", { id: "operator", submit }, field(["工号（4–8 位）", "Number (4–8 digits)"], number), field(["姓名", "Name in Chinese"], name), field(["英文名", "Name in English"], english),
    field(["角色", "Role"], role), field(["最后一天（空：无期限）", "Last day (empty: no end)"], last), field(["密码（6–8 位；空：不变）", "PIN (6–8 digits; empty: as it was)"], pin),
    make("button", { class: "key", id: "op-note", disabled: !mayAll() }, pair(["记入草稿", "Note for the draft"])));
  const edit = (one) => {
    [number.value, name.value, english.value, role.value, pin.value] = [one.number, one.name, one.english, one.role, ""];
    last.value = one.until_ms ? day(one.until_ms - 1) : "";
    ask();
    role.focus();
  };
  return [form, edit];
}

function saving(again) {
  const reason = make("input", { id: "op-reason", required: true, maxlength: "200", autocomplete: "off" });
  const from = make("input", { id: "op-from", type: "datetime-local" });
  const save = make("button", { class: "key main", id: "op-draft" }, pair(["存草稿", "Save draft"]));
  const submit = async (event) => {
    event.preventDefault();
    const change = [...wanted.values()].filter((one) => one !== null);
    const remove = [...wanted.keys()].filter((number) => wanted.get(number) === null);
    const body = { change, remove, effective_ms: from.value ? Date.parse(`${from.value}:00+08:00`) : 0, reason: reason.value };
    const said = await deed("operators", body, ["草稿已存，请另一人发布。", "Drafted; another person releases it."]);
    if (said) { event.target.reset(); wanted.clear(); again(); }
  };
  return [make("form", { submit }, field(["生效时间（空：立即）", "From (empty: at once)"], from), field(["理由", "Reason"], reason, true), save), save];
}

// The card and what it is refreshed with: the set that was released last.
export function operators() {
  wanted.clear();
  const list = make("div");
  const show = (focus) => {
    list.replaceChildren(people.length + wanted.size === 0 ? none(["机器按初装时登记的人员登录", "Machines go by whom they were provisioned with"])
      : table([["工号", "Number"], ["姓名", "Name"], ["角色", "Role"], ["期限", "Until"], ["", ""], ["", ""]], rows(edit, show)));
    [...list.querySelectorAll("[data-name]")].find((one) => one.dataset.name === focus)?.focus();
    save.disabled = !mayAll() || wanted.size === 0;
  };
  const [form, edit] = entry(show);
  const [store, save] = saving(show);
  show();
  const note = make("p", { class: "none below" }, pair(["密码收到即变为摘要，任何页面都不再显示。至少保留一名无期限的值班主管。", "A PIN becomes a hash as it comes in, and no page shows it again. One supervisor without an end must remain."]));
  const drawn = card(["设备操作员", "Operators of the machines"], list, make("h3", {}, pair(["增加或更改", "Add or change"])), form, note, make("h3", {}, pair(["交另一人发布", "For another person to release"])), store);
  return [drawn, (told) => { people = told; show(); }];
}
