// What runs empty or full next: a machine at a time, what is due first on top; the curve is drawn with its spread.
import { get } from "./api.js";
import { card, draw, make, none, pair, pill, refresh } from "./dom.js";
import { placeName, soon, time } from "./words.js";

export const PAUSE = 10000;
const [W, H] = [320, 84];
const HOUR = 3600000;

function curve(item) {
  const points = item.curve;
  const rises = item.place === "box";
  const first = points[0][0];
  const top = Math.max(item.now, item.limit) * 1.12 + 1;
  const high = rises ? Math.max(item.most * 1.08, top) : Math.min(Math.max(item.now * 1.25, item.limit * 2.2), Math.max(item.most, top));
  const x = (ms) => (W * (ms - first)) / (points.at(-1)[0] - first);
  const y = (pieces) => H - 2 - ((H - 4) * Math.min(high, Math.max(0, pieces))) / high;
  const level = (gone) => (rises ? item.now + gone : item.now - gone);
  const line = (at) => points.map((each) => `${x(each[0]).toFixed(1)},${y(level(each[at])).toFixed(1)}`);
  const midnights = points.map((each) => each[0]).filter((ms) => (ms + 8 * HOUR) % (24 * HOUR) === 0);
  return draw("svg", { class: "ahead", viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...midnights.map((ms) => draw("line", { class: "day", x1: x(ms), x2: x(ms), y1: 0, y2: H })),
    draw("polygon", { class: "spread", points: [...line(2), ...line(3).reverse()].join(" ") }),
    draw("line", { class: "edge", x1: 0, x2: W, y1: y(item.limit), y2: y(item.limit) }),
    draw("polyline", { class: "level", points: line(1).join(" ") }),
    item.early_ms && item.early_ms < points.at(-1)[0] ? draw("line", { class: "by", x1: x(item.early_ms), x2: x(item.early_ms), y1: 0, y2: H }) : "");
}

// Look and words: over, due within a day, later, not within a week, or unknown.
function said(item, now) {
  const box = item.place === "box";
  if (item.state === "over") return ["danger", box ? ["已满，请立即清空", "Full: empty it now"] : ["已到下限，请立即补充", "At its minimum: refill now"]];
  if (item.state === "unknown") return ["", ["记录不足，尚不能预测", "Too few records to say"]];
  if (item.state === "fine") return ["ok", ["一周内无需处理", "Not within a week"]];
  const [zh, en] = soon(item.early_ms, now);
  return [item.early_ms - now < 6 * HOUR ? "warn" : "busy", box ? [`${zh} 前清空`, `Empty by ${en}`] : [`${zh} 前补充`, `Refill by ${en}`]];
}

function spread(item, now) {
  const rate = Math.round(item.per_day);
  if (item.state !== "due") return item.per_day === null ? "" : pair([`约 ${rate}/天`, `about ${rate} a day`]);
  const [usual, late] = [item.expected_ms, item.late_ms].map((ms) => (ms === null ? ["一周后", "after a week"] : soon(ms, now)));
  return pair([`预计 ${usual[0]}，至 ${late[0]} · 约 ${rate}/天`, `Expected ${usual[1]}, to ${late[1]} · about ${rate} a day`]);
}

function row(item, now) {
  const [look, words] = said(item, now);
  const edge = item.place === "box" ? ["容量", "holds"] : ["下限", "minimum"];
  return make("li", { class: `place-ahead ${look}` },
    make("div", {},
      make("b", {}, pair(placeName(item.place, item.value_fen))),
      make("span", { class: "none" }, ` ${item.now} `, ...pair([`（${edge[0]} ${item.limit}）`, `(${edge[1]} ${item.limit})`]))),
    make("div", { class: "said" }, pill(look, words), make("small", {}, spread(item, now))),
    item.curve.length ? curve(item) : make("div", { class: "ahead none" }, "–"));
}

export const places = (one, now) => one.items.length === 0
  ? none(one.told ? ["机器没有报告容量与下限", "The machine does not tell what fits"] : ["机器尚未报告状态", "The machine has told nothing yet"])
  : make("ul", { class: "places-ahead" }, one.items.map((item) => row(item, now)));

export const how = () => make("details", { class: "how" }, make("summary", {}, pair(["怎样预测", "How this is forecast"])),
  make("p", {}, pair([
    "每一时段的速度取最近两周（不足则按已有记录）同一钟点的平均值，只数乘客带来的进出，人工补充与清点不计。阴影区为离散范围：钟点内的起伏、每天忙闲的差别，以及记录天数少带来的不确定。十次中约八次落在阴影内；“…前补充”取最早的一端，十次中约九次届时仍够用。",
    "How fast a place is gone through at each hour of the day is the mean of that hour over the last two weeks, or what there is of them. Only what passengers bring and take counts, not what people fill or count. The shade is the spread: how uneven an hour is, how days differ from each other, and how few days were seen. Eight times of ten the truth lies in it; “by” is its early end, at which nine times of ten there still is enough.",
  ])));

export async function open(root) {
  const list = make("div", { class: "ahead-list" });
  root.append(card(["补给预测", "What is due when"], how()), list);
  return async () => {
    const { machines, now_ms: now } = await get("see/outlook");
    dispatchEvent(new CustomEvent("station-time", { detail: now }));
    refresh(list, [machines, time(now).slice(0, 5)], () => (machines.length === 0 ? none(["没有机器", "No machines"]) : machines.map((one) => {
      const box = card([one.machine, one.machine], places(one, now));
      box.querySelector("h2").replaceChildren(make("a", { href: `#/machine/${one.machine}`, "data-name": one.machine }, one.machine), make("small", {}, pair(one.place)));
      return box;
    })));
  };
}
