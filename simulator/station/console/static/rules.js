// Refund policies of the office: a draft is tried on what was really sold here, then another person releases it; one takes it back.
import { deed, get, mayAll, me } from "./api.js";
import { card, facts, field, make, none, pair, pill, refresh, table } from "./dom.js";
import { moment, yuan } from "./words.js";

export const PAUSE = 3000;
const when = (text) => (text ? text.replace("T", " ") : "–");
const state = (one) => one.withdrawn_by ? pill("", ["已撤回", "Withdrawn"]) : one.holds ? pill("ok", ["已发布", "Released"]) : pill("warn", ["草稿", "Draft"]);

function drafting() {
  const text = (id, more = {}) => make("input", { id, maxlength: "200", autocomplete: "off", ...more });
  const at = (id, required) => make("input", { id, type: "datetime-local", required });
  const [zh, en, reason] = [text("text-zh", { required: true }), text("text-en", { required: true }), text("rule-reason", { required: true })];
  const [begins, ends, bought, until] = [at("begins", true), at("ends", false), at("bought", false), at("until", false)];
  const cities = text("cities", { placeholder: "武汉 上海" });
  const fee = make("input", { id: "fee", type: "number", min: 0, max: 100, value: 0, required: true });
  const submit = async (event) => {
    event.preventDefault();
    const body = {
      text_zh: zh.value, text_en: en.value, begins: begins.value, ends: ends.value, bought_before: bought.value, refund_until: until.value,
      cities: cities.value.split(/[\s,，、]+/).filter(Boolean), fee_percent: Number(fee.value), reason: reason.value,
    };
    const said = await deed("policies", body, ["草稿已存，试算如下。", "Drafted; here is what it would do."]);
    if (said) { event.target.reset(); location.hash = `#/rules/${said.number}`; }
  };
  return make("form", { submit },
    field(["说明（中文）", "Text (Chinese)"], zh, true), field(["说明（英文）", "Text (English)"], en, true),
    make("div", { class: "params" },
      field(["退票时间自", "Refunds from"], begins), field(["退票时间至（空：不限）", "Refunds to (empty: no end)"], ends), field(["购票早于（空：不限）", "Bought before (empty: any)"], bought),
      field(["最迟退票（空：开车前）", "Latest refund (empty: departure)"], until), field(["城市（空：全部）", "Cities (empty: all)"], cities), field(["手续费 %", "Fee %"], fee)),
    field(["理由", "Reason"], reason, true), make("button", { class: "key main", id: "draft-rule", disabled: !mayAll() }, pair(["存草稿并试算", "Save draft and try it"])));
}

function side(run, title, empty) {
  const more = run.now_fen - run.before_fen;
  return make("div", { class: "trial" }, make("h3", {}, pair(title)),
    run.judged === 0 ? none(empty) : [
      facts([
        [["车票", "Tickets"], String(run.people)], [["受影响的人", "People affected"], make("span", { class: "big", "data-name": "affected" }, String(run.affected))],
        [["现行应退", "Back, as it is"], yuan(run.before_fen)], [["新政策应退", "Back, with it"], yuan(run.now_fen)],
        [["差额", "Difference"], make("span", { class: "big", "data-name": "more" }, `${more > 0 ? "+" : ""}${yuan(more)}`)],
      ]),
      run.changes.length ? table([["现行规则", "Rule now"], ["新规则", "Rule then"], ["#人", "People"], ["#多退", "More back"]],
        run.changes.map((each) => [make("span", { class: "code" }, each.before), make("span", { class: "code" }, each.now), String(each.people), yuan(each.more_fen)])) : none(["没有人受影响", "Nobody is affected"]),
      run.unjudged ? make("p", {}, pill("warn", [`${run.unjudged} 张无法判断`, `${run.unjudged} could not be judged`])) : "",
    ].flat());
}

function deeds(one) {
  if (one.withdrawn_by) return make("p", {}, pair([`${one.withdrawn_by} 于 ${moment(one.withdrawn_ms)} 撤回`, `Withdrawn by ${one.withdrawn_by}, ${moment(one.withdrawn_ms)}`]));
  const own = one.by === me.name;
  const release = make("button", { class: "key main", "data-name": "release-rule", disabled: own || !mayAll(), click: () => deed(`policies/${one.number}:release`, {}, ["已发布，机器立即按新规则办理。", "Released: machines follow at once."]) }, pair(["发布", "Release"]));
  const back = () => deed(`policies/${one.number}:withdraw`, { reason: `withdrawn on the page of policy ${one.number}` }, ["已撤回，恢复原规则。", "Withdrawn: the rules before hold again."]);
  const withdraw = make("button", { class: "key danger", "data-name": "withdraw-rule", disabled: !mayAll(), click: back }, pair(one.holds ? ["撤回，恢复原规则", "Withdraw: go back"] : ["放弃草稿", "Drop the draft"]));
  return make("div", { class: "keys" }, one.holds ? "" : release, withdraw, one.holds || !own ? "" : make("small", {}, pair(["需另一人发布", "another person must release it"])));
}

const detail = (one, tried) => [
  facts([
    [["状态", "State"], state(one)], [["说明", "Text"], pair([one.body.text_zh, one.body.text_en])], [["退票时间", "Refunds from, to"], `${when(one.body.begins)} → ${when(one.body.ends)}`],
    [["购票早于", "Bought before"], when(one.body.bought_before)], [["最迟退票", "Latest refund"], when(one.body.refund_until)], [["城市", "Cities"], one.body.cities.join("、") || "–"],
    [["手续费", "Fee"], `${one.body.fee_percent} %`], [["起草", "Drafted"], `${one.by} · ${moment(one.drafted_ms)}`], [["理由", "Reason"], one.reason],
    [["发布", "Released"], one.released_by ? `${one.released_by} · ${moment(one.released_ms)}` : "–"],
  ]),
  make("div", { class: "two" },
    side(tried.out, [`未乘车的车票，如在 ${moment(tried.at_ms)} 全部退票`, `Tickets not travelled yet, if all came back at ${moment(tried.at_ms)}`], ["没有未乘车的车票", "No such tickets"]),
    side(tried.past, ["已退的车票，如当时已有此政策", "Refunds that were made, had it stood then"], ["还没有退过票", "Nothing was refunded yet"])),
  tried.left_off ? make("p", {}, pill("warn", [`较早的 ${tried.left_off} 张未试算`, `${tried.left_off} older tickets were left off`])) : "",
  deeds(one),
];

const list = (all, chosen) => all.length === 0 ? none(["还没有办公室政策，按既定规则办理", "No policies of the office: the rules hold as they are written"]) : table(
  [["编号", "No."], ["状态", "State"], ["说明", "Text"], ["退票时间", "Refunds from, to"], ["#手续费", "Fee"], ["起草", "Drafted"], ["发布", "Released"], ["", ""]],
  all.map((one) => [make("b", {}, `P${one.number}`), state(one), pair([one.body.text_zh, one.body.text_en]), `${when(one.body.begins)} → ${when(one.body.ends)}`, `${one.body.fee_percent} %`, make("b", {}, one.by), one.released_by ? make("b", {}, one.released_by) : "–",
    make("a", { class: "key", href: `#/rules/${one.number}`, "data-name": `rule-${one.number}`, "aria-current": String(one.number) === chosen ? "true" : null }, pair(["试算", "Try it"]))]));

export async function open(root, [number]) {
  const [one, all] = [make("div"), make("div")];
  if (number) root.append(card([`政策 P${number} 试算`, `Policy P${number}: what it would do`], one));
  root.append(card(["退票政策", "Refund policies"], all), card(["新草稿", "New draft"], drafting()));
  return async () => {
    const { policies } = await get("office/policies");
    refresh(all, policies, () => list(policies, number));
    const found = policies.find((each) => String(each.number) === number);
    if (found) {
      const tried = await get(`see/trial?number=${found.number}`);
      refresh(one, [found, tried.out, tried.past], () => detail(found, tried));
    }
  };
}
