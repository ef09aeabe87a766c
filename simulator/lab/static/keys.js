// Keyboard shortcuts, and the list of them behind `?`.
import { act } from "./deeds.js";
import { byId, make, pair } from "./dom.js";
import { pushFalse } from "./hands.js";
import { nextLanguage } from "./language.js";
import { stop } from "./share.js";
import { VALUES } from "./words.js";

let look = () => null;
const phone = (deed) => { if (look()?.phone) act("phone", deed); };
const firstCard = () => { const card = look()?.cards?.cards.find((one) => one.lies === "hand"); if (card) act("card", `insert.${card.name}`); };
const newestPaper = () => { const paper = look()?.collect?.papers.at(-1); if (paper) act("hold", `paper.${paper.order}`); };
const firstDocument = () => { const card = look()?.collect?.documents[0]; if (card) act("hold", `document.${card.name}`); };
const open = (id) => byId(id).showModal();

const KEYS = [
  ...VALUES.map((value, n) => [String(n + 1), [`投入 ¥${value / 100}`, `insert ¥${value / 100}`], () => act("insert", String(value))]),
  ["0", ["投入假币 ¥100", "insert a counterfeit ¥100"], () => pushFalse(look()?.counterfeits)],
  ["c", ["取找零", "take the change"], () => act("take", "change")],
  ["t", ["取车票", "take the tickets"], () => act("take", "tickets")],
  ["s", ["取凭条", "take the slip"], () => act("take", "slip")],
  ["v", ["取硬币", "take the coins"], () => { if (look()?.hoppers) act("take", "coins"); }],
  ["b", ["取回纸币", "take the note back"], () => act("take", "mouth")],
  ["n", ["走近或离开", "come near or leave"], () => act("near", look()?.near ? "0" : "1")],
  ["h", ["求助按钮", "press the help button"], () => act("help")],
  ["q", ["手机：扫屏幕", "phone: scan the screen"], () => phone("scan")],
  ["w", ["手机：付款", "phone: pay"], () => phone("pay")],
  ["r", ["手机：晚付", "phone: pay late"], () => phone("late")],
  ["d", ["手机：付两次", "phone: pay twice"], () => phone("twice")],
  ["e", ["手机：不付，或完成", "phone: decline, or done"], () => phone(look()?.phone?.face === "asked" ? "decline" : "done")],
  ["k", ["插入第一张卡", "insert the first card of the drawer"], firstCard],
  ["x", ["取卡", "take the card"], () => { if (look()?.cards) act("card", "take"); }],
  ["i", ["到密码键盘（数字、回车、退格、Esc）", "go to the PIN pad (digits, Enter, Backspace, Esc)"], () => byId("pad")?.focus()],
  ["o", ["输入正确的密码", "type the right PIN"], () => { if (look()?.cards) act("pin", "right"); }],
  ["a", ["最新的订单纸给扫码窗", "hold the newest paper to the code window"], newestPaper],
  ["z", ["第一张身份证放上", "lay the first identity card on the reader"], firstDocument],
  ["m", ["拿回纸和身份证", "take paper and card back"], () => { if (look()?.collect) act("hold", "away"); }],
  ["p", ["拔插头或插回", "pull the plug or plug it in"], () => act("mains", look()?.mains ? "0" : "1")],
  ["g", ["到乘客屏幕（方向键移动，回车点按）", "go to the passenger screen (arrows move, Enter touches)"], () => byId("screen").focus()],
  ["f", ["到故障菜单", "go to the fault menu"], () => byId("faults").querySelector("button")?.focus()],
  ["l", ["换语言", "change the language"], nextLanguage],
  ["y", ["复制链接", "copy the link"], () => byId("copy").click()],
  ["?", ["这张表", "this list"], () => open("keys-dialog")],
];

const typing = (target) => target.closest("input, select, textarea") !== null;

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "Escape" && stop()) return;
  const found = KEYS.find(([key]) => key === event.key);
  if (!found || document.querySelector("dialog[open]") || event.repeat) return;
  event.preventDefault();
  found[2]();
}

export function wireKeys(state) {
  look = state;
  byId("keys-list").replaceChildren(...KEYS.flatMap(([key, words]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, ...pair(words))]),
    make("dt", {}, make("kbd", {}, "Esc")), make("dd", {}, ...pair(["停止回放，关闭窗口", "stop a replay, close a window"])));
  byId("keys").addEventListener("click", () => open("keys-dialog"));
  for (const dialog of document.querySelectorAll("dialog")) dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  document.addEventListener("keydown", press);
}
