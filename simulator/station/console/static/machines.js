// All machines: today's sales, a card for each with its mode and the reason, and what has happened.
import { get } from "./api.js";
import { chart } from "./chart.js";
import { card, make, none, pair, pill, refresh } from "./dom.js";
import { describe } from "./trail.js";
import { age, fault, reason, stateOf, time, warns, yuan } from "./words.js";

const FULL_ROLL = 1000; // blanks that fill the bar when the machine does not tell what fits

export const cassettes = (status) => Object.values(status?.cassettes ?? {}).reduce((sum, count) => sum + count, 0);
export const alarms = (one) => [
  ...(one.status?.help_ms > 0 ? [make("span", { class: "alarm" }, pair([`旅客求助 ${time(one.status.help_ms).slice(0, 5)}`, `Help called ${time(one.status.help_ms).slice(0, 5)}`]))] : []),
  ...(one.status?.faults ?? []).map((text) => make("span", { class: "alarm" }, pair(fault(text)))),
  ...(one.status?.reasons ?? []).filter((name) => name !== one.state && reason(name) !== stateOf(one)[1]).map((name) => make("span", { class: `alarm${warns(name) ? " warn" : ""}` }, pair(reason(name)))),
  ...(one.trouble ? [make("span", { class: "alarm" }, pair([`${one.trouble} 条记录有误`, `${one.trouble} bad records`]))] : []),
];

function tile(one, now) {
  const [look, words] = stateOf(one);
  const [status, roll] = [one.status, one.status?.roll ?? 0];
  const row = (name, value) => [make("dt", {}, pair(name)), make("dd", {}, value)];
  const bar = make("div", { class: "bar" }, make("i"));
  bar.firstChild.style.width = `${Math.min(100, (100 * roll) / (status?.limits?.roll_capacity || FULL_ROLL))}%`;
  return make("li", {}, make("a", { class: `machine ${look}`, href: `#/machine/${one.machine}`, "data-name": one.machine },
    make("header", {}, make("b", {}, one.machine), pill(look, words)),
    make("div", { class: "alarms" }, alarms(one)),
    make("dl", { class: "rows" },
      row(["票纸", "Paper"], status ? String(roll) : "–"), bar,
      row(["找零钞", "Change"], status ? String(cassettes(status)) : "–"),
      row(["钱箱", "Notes in box"], status ? String(status.box ?? "–") : "–"),
      row(["今日", "Sales today"], `${one.sales} · ${yuan(one.sold_fen)}`),
      row(["待送记录", "Behind"], one.behind === null ? "–" : String(one.behind)),
      row(["待执行命令", "Orders"], String(one.waiting)),
      row(["最近联系", "Last heard"], pair(age(one.heard_ms === null ? null : now - one.heard_ms))))));
}

export async function open(root) {
  const sales = make("div");
  const list = make("ul", { class: "machines" });
  const events = make("div");
  root.append(card(["今日售票（每 10 分钟，元）", "Sales by 10 min (¥)"], sales), list, card(["最近操作", "Latest deeds"], events));
  return async () => {
    const [told, trail] = await Promise.all([get("see/overview"), get("see/trail")]);
    dispatchEvent(new CustomEvent("station-time", { detail: told.now_ms }));
    refresh(sales, told.chart, () => chart(told.chart));
    refresh(list, [told.machines, Math.floor(told.now_ms / 5000)], () => told.machines.map((one) => tile(one, told.now_ms)));
    refresh(events, trail.entries.slice(0, 8), () => describe(trail.entries.slice(0, 8)) ?? none(["还没有操作", "Nobody has done anything yet"]));
  };
}
