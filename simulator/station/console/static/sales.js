// The newest sales, and the course of one of them from the machine's records.
import { get } from "./api.js";
import { card, facts, make, none, pair, pill, refresh, table } from "./dom.js";
import { STATES, moment, time, yuan } from "./words.js";

const LOOKS = { printed: "ok", confirmed: "busy", held: "warn" };
const state = (one) => pill(LOOKS[one.state] ?? "", STATES[one.state] ?? one.state);
const trip = (one) => [...pair(one.from), " → ", ...pair(one.to)];

const rows = (list, chosen) => list.length === 0 ? none(["还没有售票", "No sales yet"]) : table(
  [["时间", "When"], ["机器", "Machine"], ["车次", "Train"], ["行程", "Trip"], ["席别", "Class"], ["#张", "Tickets"], ["#金额", "Amount"], ["状态", "State"], ["", ""]],
  list.map((one) => [moment(one.at_ms), one.machine, make("b", {}, one.train), trip(one), pair(one.class), one.back ? `${one.tickets} (-${one.back})` : String(one.tickets), yuan(one.sold_fen), state(one),
    make("a", { class: "key", href: `#/sales/${encodeURIComponent(one.key)}`, "data-name": one.key, "aria-current": one.key === chosen ? "true" : null }, pair(["经过", "Course"]))]));

const WAYS = { cash: ["现金", "Cash"], card: ["原支付方式", "Card or phone"] };
const DEEDS = { refund: ["退票", "Refund"], exchange: ["改签", "Exchange"] };
const cameBack = (list) => list.length === 0 ? [] : [make("h3", {}, pair(["退改", "Came back"])), table(
  [["时间", "When"], ["", ""], ["#张", "Tickets"], ["#票面", "Fares"], ["#手续费", "Fees kept"], ["#退出", "Paid back"], ["方式", "By"], ["编号", "Key"]],
  list.map((each) => [moment(each.at_ms), pair(DEEDS[each.kind]), String(each.tickets), yuan(each.old_fen), yuan(each.fee_fen), yuan(each.out_fen), pair(WAYS[each.way]), make("span", { class: "code" }, each.key)]))];

function told(fact) {
  return Object.entries(fact.told).map(([name, value]) => `${name} ${name.endsWith("_fen") ? yuan(value) : value}`).join(" · ");
}

function course(one) {
  const places = one.places.map((each) => `${each.coach}-${each.place} ${yuan(each.price_fen)}${each.voided ? " ×" : each.refunded ? " ←" : each.exchanged ? " ⇄" : ""}`).join(", ");
  return [
    facts([
      [["编号", "Key"], make("span", { class: "code" }, one.key)], [["状态", "State"], state(one)], [["行程", "Trip"], [make("b", {}, one.train), " ", one.run_date, " ", ...trip(one)]],
      [["席位", "Places"], places], [["票号", "Numbers"], one.numbers.flat().join(", ") || "–"],
      [["已付", "Paid"], one.paid.cash_fen === undefined ? "–" : `${yuan(one.paid.cash_fen)} + ${yuan(one.paid.card_fen)}`],
      ...(one.replaces ? [[["改签自", "In exchange for"], make("a", { class: "code", href: `#/sales/${encodeURIComponent(one.replaces)}` }, one.replaces)]] : []),
      [["机器说", "The machine says"], one.ended ? `${one.ended.outcome} · ${yuan(one.ended.delivered_fen)}` : "–"],
    ]),
    ...cameBack(one.returns),
    make("h3", {}, pair(["经过（机器记录）", "Course, from the machine's records"])),
    one.moments.length === 0 ? none(["记录还没到，或太旧", "Its records are not here yet, or too old"])
      : make("ol", { class: "course" }, one.moments.map((each) => make("li", {}, make("span", {}, time(each.at_ms)), make("span", { class: "none" }, `#${each.seq}`),
        make("b", { class: "code" }, each.fact), make("span", {}, told(each), each.intents.length ? make("span", { class: "none code" }, ` → ${each.intents.join(", ")}`) : ""))))];
}

export async function open(root, [key]) {
  const [list, one] = [make("div"), make("div")];
  if (key) root.append(card(["一次售票", "One sale"], one));
  root.append(card(["最近售票", "Newest sales"], list));
  return async () => {
    const { sales } = await get("see/sales");
    refresh(list, sales, () => rows(sales, key));
    if (key) {
      const seen = await get(`see/sale?key=${encodeURIComponent(key)}`);
      refresh(one, seen, () => course(seen));
    }
  };
}
