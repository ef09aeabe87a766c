// Who works here: roles, locks and tokens. One proposes, another agrees; a lock holds at once. A token is shown once.
import { deed, get, mayAll, me, post, tell } from "./api.js";
import { byId, card, choice, field, make, none, pair, pill, refresh, table } from "./dom.js";
import { PROPOSALS, ROLES, moment } from "./words.js";

const WHATS = { role: PROPOSALS.role, token: PROPOSALS.token, lock: ["立即锁定（一人即可）", "Lock at once (one person)"], unlock: PROPOSALS.unlock, enrol: PROPOSALS.enrol };
const WITH_ROLE = ["enrol", "role"];

function form(roles) {
  const what = choice({ id: "what" }, Object.entries(WHATS));
  const person = make("input", { id: "person", required: true, maxlength: "16", pattern: "[A-Za-z0-9_-]{1,16}", autocomplete: "off", list: "names" });
  const role = choice({ id: "role" }, roles.map((one) => [one, ROLES[one] ?? one]));
  const reason = make("input", { id: "why", required: true, maxlength: "200", autocomplete: "off" });
  const ofRole = field(["角色", "Role"], role);
  const key = make("button", { class: "key main", id: "propose", disabled: !mayAll() });
  const show = () => {
    ofRole.hidden = !WITH_ROLE.includes(what.value);
    key.replaceChildren(...pair(what.value === "lock" ? ["锁定", "Lock"] : ["提出", "Propose"]));
  };
  what.addEventListener("change", show);
  show();
  const submit = async (event) => {
    event.preventDefault();
    const body = { what: what.value, person: person.value, role: WITH_ROLE.includes(what.value) ? role.value : "", reason: reason.value };
    const said = what.value === "lock"
      ? await deed(`people/${encodeURIComponent(person.value)}:lock`, { reason: reason.value }, [`${person.value} 已锁定。`, `${person.value} is locked.`])
      : await deed("people:propose", body, ["已提出，请另一人同意。", "Proposed; another person agrees."]);
    if (said) { event.target.reset(); show(); }
  };
  return make("form", { submit }, field(["事项", "What"], what), field(["姓名", "Name"], person), make("datalist", { id: "names" }), ofRole, field(["理由", "Reason"], reason, true), key);
}

// Stands until somebody closes it or leaves the page: it cannot be asked for again.
function given(holder, said) {
  const [close, token] = [make("button", { class: "key", id: "seen", type: "button" }, pair(["已记下，隐藏", "Noted: hide it"])), make("output", { class: "token code", id: "given" }, said.token)];
  const box = card([`${said.person} 的口令`, `Token of ${said.person}`], token,
    make("p", { class: "none" }, pair(["只显示这一次，系统只保存其摘要。请当面交给本人。", "Shown this once; only a digest of it is kept. Hand it over in person."])), make("p", {}, close));
  close.addEventListener("click", () => holder.replaceChildren());
  holder.replaceChildren(box);
  close.focus();
}

function answer(each, holder) {
  const own = each.by === me.name;
  const agree = async () => {
    const said = await post(`office/proposals/${each.number}:agree`, {});
    if (!said) return;
    tell(["已生效。", "It holds now."], true);
    if (said.token) given(holder, said);
    dispatchEvent(new Event("look-again"));
  };
  const keys = make("div", { class: "keys" },
    make("button", { class: "key main", disabled: own || !mayAll(), "data-name": `agree-${each.number}`, click: agree }, pair(["同意", "Agree"])),
    make("button", { class: "key", disabled: !mayAll(), "data-name": `withdraw-${each.number}`, click: () => deed(`proposals/${each.number}:withdraw`, {}, ["已撤回。", "Withdrawn."]) }, pair(["撤回", "Withdraw"])));
  return own ? [keys, make("small", {}, pair(["需另一人同意", "another person must agree"]))] : keys;
}

const proposed = (each) => [...pair(PROPOSALS[each.what]), each.role ? [" → ", ...pair(ROLES[each.role] ?? each.role)] : ""].flat();

const open_ = (list, holder) => list.length === 0 ? none(["没有待同意的事项", "Nothing waits for somebody to agree"]) : table(
  [["事项", "What"], ["谁", "About"], ["理由", "Reason"], ["提出", "Proposed"], ["", ""]],
  list.map((each) => [proposed(each), make("b", {}, each.person), each.reason, [make("b", {}, each.by), ` ${moment(each.at_ms)}`], answer(each, holder)]));

const past = (list) => make("details", {}, make("summary", {}, pair([`已处理 ${list.length} 项`, `${list.length} answered`])), table(
  [["事项", "What"], ["谁", "About"], ["提出", "Proposed"], ["结果", "Answer"]],
  list.map((each) => [proposed(each), each.person, `${each.by} ${moment(each.at_ms)}`, [each.state === "agreed" ? pill("ok", ["同意", "Agreed"]) : pill("", ["撤回", "Withdrawn"]), ` ${each.answered_by} ${moment(each.answered_ms)}`]])));

function choose(name) {
  byId("person").value = name;
  byId("what").focus();
}

const people = (list) => table(
  [["姓名", "Name"], ["角色", "Role"], ["状态", "State"], ["来源", "Known from"], ["最近操作", "Last deed"], ["#操作", "Deeds"], ["", ""]],
  list.map((one) => [
    make("b", {}, one.name), pair(ROLES[one.role] ?? one.role), one.locked ? pill("danger", ["已锁定", "Locked"]) : pill("ok", ["可登录", "May log in"]),
    pair(one.from_start ? ["启动参数", "the start"] : ["办公室登记", "the office"]), one.deeds ? moment(one.last_ms) : "–", one.deeds ? make("a", { href: `#/trail/${one.name}` }, String(one.deeds)) : "0",
    make("button", { class: "key", disabled: !mayAll(), "data-name": `choose-${one.name}`, click: () => choose(one.name) }, pair(["更改…", "Change…"])),
  ]));

export async function open(root) {
  const { roles } = await get("see/choices");
  const [shown, waiting, list] = [make("div", { class: "given" }), make("div"), make("div")];
  const ask = form(roles);
  root.append(shown, card(["人员", "People"], list), card(["提出更改", "Propose a change"], ask), card(["待同意", "Waiting for a second person"], waiting));
  return async () => {
    const told = await get("office/people");
    const [still, gone] = [told.proposals.filter((each) => each.state === "open"), told.proposals.filter((each) => each.state !== "open")];
    refresh(list, told.people, () => people(told.people));
    refresh(waiting, told.proposals, () => [open_(still, shown), gone.length ? past(gone) : ""]);
    byId("names")?.replaceChildren(...told.people.map((one) => make("option", { value: one.name })));
  };
}
