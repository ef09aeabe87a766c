// The phone beside the wallet: scans what the screen shows, shows what is to be paid, and pays as its owner says.
import { act } from "./deeds.js";
import { byId, draw, make, pair, pill, refresh, stacked } from "./dom.js";
import { both, timeOf, wallOf } from "./words.js";

const yuan = (fen) => `¥${(fen / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })}`;

export const WHY = {
  no_such_code: ["没有这样的码", "Nobody knows this code"], already_paid: ["已经付过", "It is paid already"], in_progress: ["正在支付", "It is being paid"],
  closed: ["订单已关闭", "The order is closed"], expired: ["二维码已过期", "The code has expired"], amount: ["金额不符", "Another amount"], funds: ["余额不足", "Not enough money"],
  blocked: ["账户被冻结", "The account is blocked"], paid: ["已经付过", "It is paid already"], refunded: ["已经退款", "It was refunded"], no_answer: ["支付平台没有应答", "No answer: perhaps it was paid"],
  unavailable: ["支付平台停用", "The provider is closed"],
};
export const whyWords = (why) => WHY[why] ?? [why.replaceAll("_", " "), why.replaceAll("_", " ")];

const icon = (d, look = "") => draw("svg", { class: `glyph ${look}`, viewBox: "0 0 24 24", "aria-hidden": "true" }, draw("path", { d }));
const SCAN = "M3 8V5a2 2 0 0 1 2-2h3M16 3h3a2 2 0 0 1 2 2v3M21 16v3a2 2 0 0 1-2 2h-3M8 21H5a2 2 0 0 1-2-2v-3M3 12h18";
const TRAIN = "M7 3h10a3 3 0 0 1 3 3v8a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V6a3 3 0 0 1 3-3zM4 11h16M8 14.5h.01M16 14.5h.01M8 18l-2 3M16 18l2 3";
const TICK = "M5 12.5l4.5 4.5L19 7.5";
const CROSS = "M6 6l12 12M18 6L6 18";
const GLASS = "M7 3h10M7 21h10M8 3v4l4 5 4-5V3M8 21v-4l4-5 4 5v4";
const AWAY = "M2 8.5a15 15 0 0 1 20 0M5.5 12a10 10 0 0 1 13 0M9 15.5a5 5 0 0 1 6 0M12 19h.01M4 3l16 18";

const key = (deed, words, look) => make("button", { class: `tap ${look}`, "data-name": `phone.${deed}`, click: () => act("phone", deed) }, ...stacked(words));
const line = (look, words) => make("p", { class: look }, ...pair(words));
const round = (d, look) => make("span", { class: `round ${look}` }, icon(d));

function booked({ merchant, fen, at_ms: at }) {
  return make("li", {}, make("time", {}, timeOf(at).slice(0, 5)), make("span", {}, merchant), make("b", { class: fen > 0 ? "back" : "" }, `${fen > 0 ? "+" : "−"}${yuan(Math.abs(fen))}`));
}

const done = () => key("done", ["完成", "Done"], "plain");
const amount = (phone) => make("p", { class: "sum" }, yuan(phone.amount_fen));
const merchant = (phone) => [round(TRAIN, "train"), make("p", { class: "shop" }, ...stacked([`自动售票机 ${phone.merchant}`, `Ticket machine ${phone.merchant}`]))];

const FACES = {
  home: (phone) => [
    line("owner", [`${phone.owner}的钱包`, "Wallet"]),
    make("p", { class: "balance" }, make("small", {}, ...pair(["余额", "Balance"])), make("b", { id: "balance" }, yuan(phone.balance_fen))),
    make("button", { class: "scan", "data-name": "phone.scan", "aria-label": both(["扫屏幕上的码", "Scan the code on the screen"]), click: () => act("phone", "scan") }, icon(SCAN), ...stacked(["扫一扫", "Scan the screen"])),
    phone.booked.length ? make("ol", { class: "booked" }, ...phone.booked.slice(0, 4).map(booked)) : line("hint", ["屏幕出码后，扫一扫就能付款。", "When the screen shows a code, scan it to pay."]),
  ],
  asked: (phone) => [
    ...merchant(phone), amount(phone),
    key("pay", ["确认付款", "Pay"], "good"),
    make("div", { class: "two" }, key("late", ["晚付", "Pay late"], "plain"), key("twice", ["付两次", "Pay twice"], "plain")),
    key("decline", ["不付", "Decline"], "bad"),
  ],
  paying: (phone) => [round(GLASS, "wait"), amount(phone), line("said", ["正在付款…", "Paying…"])],
  booking: (phone) => [round(GLASS, "wait"), amount(phone), line("said", ["平台处理中，还没扣款", "Being processed, not booked yet"]), done()],
  later: (phone) => [
    round(GLASS, "wait"), amount(phone), line("said", ["放下手机，晚些才付", "The phone is put down and pays later"]),
    make("p", { class: "countdown" }, `${Math.ceil(phone.left_ms / 1000)} s`), done(),
  ],
  paid: (phone) => [
    round(TICK, "good"), amount(phone), line("said good", ["付款成功", "Paid"]),
    phone.again ? line("said bad", [`第二次被拒：${whyWords(phone.again)[0]}`, `Second try refused: ${whyWords(phone.again)[1]}`]) : make("p", { class: "number" }, phone.reference), done(),
  ],
  refused: (phone) => [
    round(CROSS, "bad"), ...(phone.amount_fen ? [amount(phone)] : []), line("said bad", ["没有付成", "Not paid"]), line("said", whyWords(phone.why)), done(),
  ],
  away: () => [round(AWAY, "bad"), line("said bad", ["连不上支付平台", "The provider is away"]), line("said", ["一回来就接着用。", "It goes on when it is back."])],
};

const PILLS = {
  home: [["待用", "Idle"], "quiet"], asked: [["待确认", "Confirm"], "busy"], paying: [["付款中", "Paying"], "busy"], booking: [["处理中", "Processing"], "busy"],
  later: [["要迟到", "Late"], "bad"], paid: [["已付", "Paid"], "good"], refused: [["未付", "Not paid"], "bad"], away: [["断线", "Away"], "bad"],
};

export function drawPhone(state) {
  const { phone } = state;
  byId("phone").hidden = !phone;
  byId("people").classList.toggle("phones", Boolean(phone));
  if (!phone) return;
  const face = phone.there || phone.face !== "home" ? phone.face : "away";
  pill(byId("phone-pill"), ...PILLS[face]);
  byId("phone-time").textContent = timeOf(wallOf(state)).slice(0, 5);
  refresh(byId("phone-face"), [face, phone], () => FACES[face](phone));
  byId("phone-face").dataset.face = face;
}
