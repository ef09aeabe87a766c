// Parameter sets: every version and where it is in force; draft one, release another person's, go back to an older one. Operators of
// the machines and what their waiting page shows are two of them, drafted in cards of their own.
import { deed, get, mayAll, me } from "./api.js";
import { card, choice, field, make, none, pair, pill, refresh, table } from "./dom.js";
import { media } from "./media.js";
import { changes, operators } from "./operators.js";
import { PARAMETERS, moment } from "./words.js";

const listed = (each) => make("span", {}, [...each.notices.map((one) => `${one.text} ${one.english}`), ...each.pictures.map((one) => `${one.sha256.slice(0, 8)} ${one.caption}`)].join(" · "));

const bodyOf = (body) => make("span", { class: "code" }, Object.entries(body).map(([name, value]) => `${name} = ${value}`).join("; "));

const named = (name, range) => (PARAMETERS[name] ?? [name, name]).map((words) => `${words} ${name.endsWith("_ms") ? "ms " : ""}${range}`);

function drafting(sets) {
  const set = choice({ id: "set" }, Object.keys(sets).map((name) => [name, name]));
  const params = make("div", { class: "params" });
  const show = () => params.replaceChildren(...Object.entries(sets[set.value]).map(([name, [low, high]]) => field(
    named(name, `${low}–${high}`), make("input", { name, type: "number", title: name, min: low, max: high, placeholder: "–", inputmode: "numeric" }))));
  set.addEventListener("change", show);
  show();
  const reason = make("input", { id: "draft-reason", required: true, maxlength: "200", autocomplete: "off" });
  const from = make("input", { id: "from", type: "datetime-local" });
  const submit = async (event) => {
    event.preventDefault();
    const filled = [...params.querySelectorAll("input")].filter((one) => one.value !== "");
    const body = Object.fromEntries(filled.map((one) => [one.name, Number(one.value)]));
    const effective = from.value ? Date.parse(`${from.value}:00+08:00`) : 0;
    const said = await deed("parameters", { set: set.value, body, effective_ms: effective, expires_ms: 0, reason: reason.value }, ["草稿已存，请另一人发布。", "Drafted; another person releases it."]);
    if (said) { event.target.reset(); show(); }
  };
  return make("form", { submit }, field(["参数集", "Set"], set), field(["生效时间（空：立即）", "From (empty: at once)"], from), params,
    field(["理由", "Reason"], reason, true), make("button", { class: "key main", id: "draft", disabled: !mayAll() }, pair(["存草稿", "Save draft"])));
}

function act(each) {
  if (!each.released_by) {
    const own = each.drafted_by === me.name;
    const release = () => deed(`parameters/${each.name}/${each.version}:release`, {}, [`第 ${each.version} 版已发布。`, `Version ${each.version} is released.`]);
    const key = make("button", { class: "key main", disabled: own || !mayAll(), "data-name": `release-${each.version}`, click: release }, pair(["发布", "Release"]));
    return own ? [key, make("br"), make("small", {}, pair(["需另一人发布", "another person must"]))] : key;
  }
  if (each.name === "operators" || each.name === "media") return ""; // one person alone lets nobody in again; pictures may be gone
  const back = () => deed(`parameters/${each.name}:rollback`, { to_version: each.version, reason: `rollback to ${each.version}` }, [`已恢复第 ${each.version} 版的内容。`, `The body of version ${each.version} is in force again.`]);
  return make("button", { class: "key", disabled: !mayAll(), "data-name": `back-${each.version}`, click: back }, pair(["恢复此版", "Go back to this"]));
}

const versions = (list) => list.length === 0 ? none(["还没有参数集", "No sets yet"]) : table(
  [["版本", "Version"], ["状态", "State"], ["内容", "Body"], ["起草", "Drafted"], ["发布", "Released"], ["生效于", "In force on"], ["", ""]],
  [...list].reverse().map((each) => [
    make("b", {}, `${each.name} v${each.version}`),
    !each.released_by ? pill("warn", ["草稿", "Draft"]) : each.on.length ? pill("ok", ["生效", "In force"]) : pill("busy", ["已发布", "Released"]),
    [...(each.name === "operators" ? changes(each.changed) : [each.name === "media" ? listed(each) : bodyOf(each.body), make("br")]), make("small", {}, each.reason, each.effective_ms ? ` · ${moment(each.effective_ms)}` : "")],
    make("b", {}, each.drafted_by), each.released_by ? [make("b", {}, each.released_by), ` ${moment(each.released_ms)}`] : "–",
    each.on.length ? make("b", {}, each.on.join(", ")) : "–", act(each)]));

export async function open(root) {
  const { sets } = await get("see/choices");
  const list = make("div");
  const [people, show] = operators();
  const [posters, showPosters] = media();
  root.append(card(["参数版本", "Parameter versions"], list), card(["新草稿", "New draft"], drafting(sets)), posters, people);
  let shown = -1;
  return async () => {
    const [told, inside, seen] = await Promise.all([get("office/parameters"), get("office/operators"), get("office/media")]);
    refresh(list, told.versions, () => versions(told.versions));
    if (inside.version !== shown) show(inside.people);
    shown = inside.version;
    showPosters(seen);
  };
}
