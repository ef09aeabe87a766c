// Events, newest first: shape and colour say the same.
import { cardWords } from "./cards.js";
import { byId, draw, make, pair } from "./dom.js";
import { faultWords } from "./faultwords.js";
import { whyWords } from "./phone.js";
import { DOORS, deviceWords, exactTimeOf, placeWords } from "./words.js";

const SHAPES = {
  move: ["#0A3D91", "M6 0 12 6 6 12 0 6Z"], fault: ["#9B1520", "M0 0H12V12H0Z"], refused: ["#80470E", "M6 0 12 12H0Z"],
  mains: ["#9B1520", "M4 0H8V4H12V8H8V12H4V8H0V4H4Z"], power: ["#9B1520", "M4 0H8V4H12V8H8V12H4V8H0V4H4Z"], door: ["#80470E", "M6 0 12 12H0Z"], station: ["#9B1520", "M0 0H12V12H0Z"],
  phone: ["#0B4BB0", "M2 0H10V12H2Z"], bank: ["#532F88", "M0 2H12V10H0Z"], pad: ["#532F88", "M0 2H12V10H0Z"],
  other: ["#0A5C36", "M6 0A6 6 0 1 0 6 12 6 6 0 1 0 6 0"],
};
const MOST = 80;
const seen = [];

function mark(kind) {
  const [fill, d] = SHAPES[kind] ?? SHAPES.other;
  return draw("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, draw("path", { d, fill }));
}

const COINS = (event) => [`¥${event.value_fen / 100} 硬币`, `¥${event.value_fen / 100} coin`];
const THINGS = { ticket: ["票", "ticket"], slip: ["凭条", "slip"] };
const thingWords = (event) => (event.thing === "card" ? cardWords(event.card) : event.thing === "coin" ? COINS(event) : event.thing === "note" ? [`¥${event.value_fen / 100}`, `¥${event.value_fen / 100}`] : THINGS[event.thing]);
const doorWords = (door) => DOORS[door] ?? [door, door];

const PHONE = {
  scanned: ["手机扫码", "Phone scanned"], asked: ["手机扫码", "Phone scanned"], paid: ["手机付款", "Phone paid"], booking: ["手机付款处理中", "Phone payment in progress"], later: ["手机晚些付", "Phone pays later"],
  declined: ["手机不付", "Phone declined"], refused: ["手机没付成", "Phone not paid"], refunded: ["退回手机", "Refunded to the phone"],
};
const phoneWords = ({ what, amount_fen: fen, why }) => {
  const sum = fen ? ` ¥${(fen / 100).toFixed(2)}` : "";
  return PHONE[what].map((words, n) => `${words}${sum}${why ? `${n ? ": " : "："}${whyWords(why)[n]}` : ""}`);
};

const BANK = { booked: ["银行已扣款", "The bank has booked"], reversed: ["银行已冲正", "The bank has taken back"], declined: ["银行拒付", "The bank declined"], barred: ["银行作废未到的一笔", "The bank has barred"] };
const bankWords = ({ what, amount_fen: fen, why }) => (BANK[what] ?? [what, what]).map((words) => `${words} ¥${(fen / 100).toFixed(2)}${why ? ` (${why})` : ""}`);
const PAD = { enter: ["密码键盘：确认", "PIN pad: enter"], clear: ["密码键盘：更正", "PIN pad: clear"], cancel: ["密码键盘：取消", "PIN pad: cancel"] };

const HELD = {
  paper: (name) => [`订单 ${name} 的纸在扫码窗前`, `Paper of ${name} at the window`], document: () => ["身份证放到读卡区", "An identity card on the reader"],
  away: () => ["纸和身份证拿开", "Paper and card are taken away"],
};

const SENTENCES = {
  move: (event) => placeWords(event.to),
  bulk: (event) => placeWords(event.to),
  fault: (event) => [`${event.on ? "注入故障" : "故障恢复"}：${faultWords(event.device, event.name)}`, `Fault ${event.on ? "on" : "off"}: ${event.name.replaceAll("_", " ")}`],
  door: (event) => [`${doorWords(event.door)[0]}${event.open ? "开" : "关"}`, `${doorWords(event.door)[1]} door ${event.open ? "open" : "closed"}`],
  mains: (event) => (event.on ? ["市电恢复", "Mains back"] : ["断电", "Mains off"]),
  power: (event) => (event.on ? ["UPS 恢复供电", "UPS gives power"] : ["UPS 切断供电", "UPS cuts the power"]),
  station: (event) => [`车站${event.name === "down" ? "断网" : "变慢"}${event.on ? "" : "恢复"}`, `Station ${event.name} ${event.on ? "on" : "off"}`],
  bank: (event) => bankWords(event),
  pad: (event) => PAD[event.key],
  refused: (event) => [event.value_fen ? `¥${event.value_fen / 100} 未收` : "未收", `Not taken: ${event.why}`],
  give: () => ["给乘客", "to the hand"],
  service: (event) => ["检修", `Service: ${event.act} ${event.place ?? event.device ?? ""} ${event.after ?? ""}`],
  box: (event) => (event.present ? [`钱箱装入 ${event.tag}`, "Box in"] : ["钱箱取出", "Box out"]),
  held: (event) => HELD[event.what](event.name),
  order: (event) => [`车站出了订单 ${event.order}`, `The station has made order ${event.order}`],
  near: (event) => (event.near ? ["有人走近", "Someone near"] : ["人已离开", "Nobody near"]),
  phone: (event) => phoneWords(event),
  help: () => ["按了求助按钮", "Help button pressed"],
};

// What is the same in both languages, before the words.
function lead(event) {
  if (event.kind === "move") return event.thing === "note" ? [`¥${event.value_fen / 100} ${event.serial} → `] : [...pair(thingWords(event)), ` ${event.serial} → `];
  if (event.kind === "bulk") return [`${event.count} × `, ...pair(event.what), " → "];
  return event.kind === "give" ? [`+${event.count} × ¥${event.value_fen / 100} `] : [];
}

const sentence = (event) => (SENTENCES[event.kind] ?? ((one) => [one.kind, one.kind]))(event);
const source = (event) => (event.from ? placeWords(event.from) : event.device ? deviceWords(event.device) : ["", ""]);

// A roll or a cassette full of things moves at once: one line for all of them.
function joined(event) {
  const before = seen[0];
  const same = before && event.kind === "move" && (before.kind === "move" || before.kind === "bulk") && before.from === event.from && before.to === event.to && event.mono_ms - before.mono_ms < 300;
  if (!same) return false;
  const what = thingWords(event);
  const mixed = before.what && before.what[0] !== what[0] ? ["张", "notes"] : what;
  seen[0] = { ...event, kind: "bulk", count: (before.count ?? 1) + 1, what: mixed };
  return true;
}

export function drawEvents(events) {
  if (!events.length) return;
  for (const event of events) if (!joined(event)) seen.unshift(event);
  seen.length = Math.min(seen.length, MOST);
  byId("events").replaceChildren(...seen.map((event) => make("li", { "data-kind": event.kind }, mark(event.kind === "bulk" ? "move" : event.kind), make("time", {}, exactTimeOf(event.wall_ms)),
    make("span", {}, ...lead(event), ...pair(sentence(event))), make("span", { class: "of" }, ...pair(source(event))))));
}
