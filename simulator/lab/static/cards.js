// The card drawer, the reader's path with the card in it, and the PIN pad, which shows stars and never a digit.
import { get, post } from "./api.js";
import { act, note } from "./deeds.js";
import { byId, draw, label, make, pair, pill, refresh, stacked } from "./dom.js";
import { both } from "./words.js";

const yuan = (fen) => `¥${(fen / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })}`;

// Name of a lab card -> who has issued it, what is the matter with it, how it looks.
const CARDS = {
  good: [["京华银行", "Jinghua Bank"], ["好卡", "Good card"], "blue"], second: [["海棠银行", "Haitang Bank"], ["好卡", "Good card"], "red"],
  poor: [["青禾银行", "Qinghe Bank"], ["余额不足", "Low balance"], "green"], expired: [["远山银行", "Yuanshan Bank"], ["已过期", "Expired"], "grey"],
  stripe: [["旧城信用社", "Old Town Union"], ["只有磁条", "Stripe only"], "brown"], silent: [["星桥银行", "Star Bridge"], ["芯片损坏", "Chip is broken"], "violet"],
  lost: [["江月银行", "Jiangyue Bank"], ["已挂失", "Reported lost"], "teal"], two: [["双木银行", "Twin Trees"], ["两个应用", "Two applications"], "violet"],
  closed: [["松风银行", "Pine Wind"], ["银行拒付", "Bank declines"], "grey"], blocked: [["石门银行", "Stone Gate"], ["芯片锁卡", "Chip is blocked"], "brown"],
};
const OTHER = [["通用银行", "Common Bank"], ["", ""], "blue"];
export const cardOf = (name) => CARDS[name] ?? (name.startsWith("plain") ? [OTHER[0], ["好卡", "Good card"], ["blue", "green", "violet"][name.length % 3]] : [OTHER[0], [name.replaceAll("_", " "), name.replaceAll("_", " ")], "grey"]);
export const cardWords = (name) => cardOf(name)[0];

// -- the cut-away: where the card is

const TOP = 740;
const MIDDLE = 842;
const SPOTS = { FRONT_FREE: 30, FRONT_HELD: 48, HALF_IN: 74, INSIDE: 128, CONTACTS: 176, HALF_REAR: 208, REAR_HELD: 222, REAR_FREE: 236 };
const html = (x, y, width, height, ...children) => draw("foreignObject", { x, y, width, height }, ...children);
const box = (x, y, width, height, look) => draw("rect", { x, y, width, height, rx: 10, class: look });

const plastic = () => draw("g", { id: "card-in", class: "plastic", "aria-hidden": "true" }, draw("rect", { x: -36, y: -23, width: 72, height: 46, rx: 6, class: "body" }),
  draw("rect", { x: 8, y: -12, width: 18, height: 14, rx: 3, class: "gold" }), draw("path", { d: "M-27 11H3M-27 4H-9", class: "emboss" }));

function reader() {
  const pins = [0, 1, 2, 3].map((n) => draw("rect", { x: 188 + 5 * n, y: 796, width: 3, height: 22, class: "pin" }));
  return [label(16, TOP + 26, ["读卡器", "Card reader"], "title"), html(150, TOP + 7, 152, 30, make("p", { class: "corner" }, make("span", { id: "reader-pill", class: "pill quiet" }, "…"))),
    draw("rect", { x: 22, y: MIDDLE - 29, width: 226, height: 58, class: "cardway" }), draw("rect", { x: 4, y: MIDDLE - 42, width: 18, height: 84, rx: 8, class: "bezel" }),
    draw("rect", { id: "card-gate", x: 8, y: MIDDLE - 28, width: 10, height: 56, rx: 4, class: "gate" }),
    ...[62, 100, 152, 222].flatMap((x) => [-1, 1].map((side) => draw("circle", { cx: x, cy: MIDDLE + 36 * side, r: 7, class: "roller" }))),
    draw("rect", { x: 180, y: 788, width: 34, height: 12, rx: 4, class: "contacts" }), ...pins, label(142, 791, ["触点", "Chip"], "middle small"),
    draw("g", { id: "card-bin", class: "bin" }, box(252, MIDDLE - 34, 50, 68, "casing"), draw("text", { x: 277, y: MIDDLE - 8, class: "middle small" }), draw("text", { id: "card-captured", x: 277, y: MIDDLE + 18, class: "middle head" })),
    plastic(), html(16, 900, 290, 60, make("p", { class: "aside", id: "card-words" })),
    html(0, TOP + 40, 250, 120, make("div", { id: "card-slot", class: "drop", title: both(["把卡拖到这里", "Drop a card here"]) }))];
}

// -- the PIN pad

const KEYS = ["1", "2", "3", "cancel", "4", "5", "6", "clear", "7", "8", "9", "enter", "0"];
const NAMED = { cancel: ["×", "取消 Cancel"], clear: ["←", "更正 Clear"], enter: ["✓", "确认 Enter"] };
let typed = "";

// The digit goes to the pad and nowhere else; what is written into the link is whether it was the right PIN.
async function press(key, state) {
  const inside = state()?.cards.cards.find((card) => card.name === state().cards.inside);
  if (key === "enter" && typed) note("pin", typed === inside?.pin ? "right" : "wrong");
  else if (!/\d/.test(key)) note("key", key);
  typed = /\d/.test(key) ? typed + key : "";
  const node = byId("pad").querySelector(`[data-key="${key}"]`);
  node.classList.add("down");
  setTimeout(() => node.classList.remove("down"), 120);
  const said = await post("/api/key", { key });
  if (said === null) typed = "";
}

export async function typePin(how) {
  const { cards } = await get("/api/state");
  const card = cards.cards.find((one) => one.name === cards.inside);
  if (!card) return null;
  const pin = how === "right" ? card.pin : card.pin.slice(0, -1) + ((Number(card.pin.at(-1)) + 1) % 10);
  for (const key of [...pin, "enter"]) if (await post("/api/key", { key }) === null) return null;
  return card.name;
}

const FROM_KEYBOARD = { Enter: "enter", Backspace: "clear", Delete: "clear", Escape: "cancel" };

function pad(state) {
  const key = (name) => make("button", { class: `pad-key ${NAMED[name] ? name : "digit"}`, "data-key": name, "data-name": `pad.${name}`, "aria-label": NAMED[name]?.[1] ?? name, click: () => press(name, state) }, NAMED[name]?.[0] ?? name);
  const node = make("div", { id: "pad", role: "group", tabindex: "0", "aria-label": "密码键盘：数字键、回车、退格、Esc PIN pad: digits, Enter, Backspace, Esc" },
    make("p", { id: "pad-face", role: "status", "aria-live": "polite" }), make("div", { class: "pad-keys" }, ...KEYS.map(key)));
  node.addEventListener("keydown", (event) => {
    const name = /^\d$/.test(event.key) ? event.key : event.target === node || event.key !== "Enter" ? FROM_KEYBOARD[event.key] : undefined;
    if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) press(name, state);
  });
  const owner = (how, words) => make("button", { class: "key", "data-name": `pin.${how}`, click: () => act("pin", how) }, ...stacked(words));
  return [label(322, TOP + 26, ["密码键盘", "PIN pad"], "title"), html(440, TOP + 7, 146, 30, make("p", { class: "corner" }, make("span", { id: "pad-pill", class: "pill quiet" }, "…"))),
    html(322, TOP + 42, 178, 192, node),
    html(508, TOP + 42, 78, 192, make("div", { class: "pad-side" }, owner("right", ["密码输对", "Type the right PIN"]), owner("wrong", ["密码输错", "Type a wrong PIN"])))];
}

export const buildCards = (state) => draw("g", {}, draw("rect", { x: 0, y: TOP - 12, width: 308, height: 246, rx: 10, class: "panel" }), draw("rect", { x: 314, y: TOP - 12, width: 276, height: 246, rx: 10, class: "panel" }), ...reader(), ...pad(state));

// -- what changes

const READER = { "": ["空", "Empty", "quiet"], FRONT_FREE: ["卡在卡口", "In the mouth", "busy"], FRONT_HELD: ["卡口夹住", "Held", "busy"], HALF_IN: ["走卡", "Moving", "busy"], INSIDE: ["已吸入", "Inside", "busy"], CONTACTS: ["读芯片", "Chip", "busy"], HALF_REAR: ["走卡", "Moving", "busy"], REAR_HELD: ["收卡中", "Capturing", "bad"], REAR_FREE: ["卡挂在后端", "Hangs out", "bad"] };
const MODES = { closed: ["待用", "Idle", "quiet"], plain: ["可按键", "Keys open", "busy"], pin: ["输密码", "PIN", "busy"], off: ["断电", "No power", "bad"] };

function drawReader(cards, gateLit) {
  const [zh, en, look] = cards.gate && !cards.inside ? ["请插卡", "Insert card", "good"] : READER[cards.spot] ?? READER[""];
  pill(byId("reader-pill"), cards.out ? ["请取卡", "Take card"] : [zh, en], cards.out ? "good" : look);
  byId("card-gate").setAttribute("class", `gate ${cards.moving ? "moving" : cards.gate || cards.out || gateLit ? "open" : "shut"}`);
  const plastic = byId("card-in");
  const [, , colour] = cards.inside ? cardOf(cards.inside) : ["", "", "none"];
  plastic.setAttribute("class", `plastic ${colour}${cards.inside ? " there" : ""}`);
  plastic.style.transform = `translate(${SPOTS[cards.spot] ?? -10}px, ${MIDDLE}px)`;
  byId("card-bin").setAttribute("class", `bin${cards.captured ? " full" : ""}`);
  refresh(byId("card-bin").querySelector("text"), "bin", () => [draw("tspan", { lang: "zh" }, "收卡"), draw("tspan", { lang: "en", class: "only-en" }, "Kept")]);
  byId("card-captured").textContent = String(cards.captured);
  const words = !cards.inside ? ["卡口在屏幕下方。芯片朝前插入。", "The slot is below the screen; chip first."]
    : cards.out ? [`${cardWords(cards.inside)[0]}的卡等主人取走，不取会收回。`, `${cardWords(cards.inside)[1]}'s card waits to be taken, or is kept.`]
      : [`${cardWords(cards.inside)[0]}的卡在机内，仍是主人的。`, `${cardWords(cards.inside)[1]}'s card is inside: still its owner's.`];
  refresh(byId("card-words"), words, () => pair(words));
}

function drawPad({ pad: told, display }) {
  const [zh, en, look] = told.sealed ? MODES[told.mode] : ["已被拆开", "Tampered", "bad"];
  pill(byId("pad-pill"), [zh, en], look);
  if (told.mode !== "pin") typed = "";
  const face = told.mode === "pin" ? "pin" : told.sealed ? told.mode : "opened";
  refresh(byId("pad-face"), [face, told.stars, display], () => (face === "pin"
    ? [make("span", { class: "stars", "aria-label": `${told.stars} / 6` }, "＊".repeat(told.stars), make("i", {}, "＿".repeat(Math.max(0, 6 - told.stars))))]
    : pair(display ? display : face === "opened" ? ["密钥已自毁", "Keys destroyed"] : face === "off" ? ["", ""] : [`加密 · 密钥 ${told.keyed}`, `Sealed · ${told.keyed} keys`])));
  byId("pad").dataset.mode = face;
  for (const name of ["pin.right", "pin.wrong"]) document.querySelector(`[data-name="${name}"]`).disabled = face !== "pin";
}

const LIES = { "card.reader": ["在读卡器里", "In the reader"], "card.bin": ["被收走", "Kept by the machine"], floor: ["在地上", "On the floor"], vault: ["工作人员处", "With staff"] };

function drawer(cards, bank) {
  refresh(byId("drawer"), [cards.cards, bank?.balances], () => cards.cards.map((card) => {
    const [issuer, manner, colour] = cardOf(card.name);
    const there = card.lies === "hand";
    const balance = bank?.balances?.[card.name];
    const sum = balance === undefined ? [] : [make("span", {}, yuan(balance))]; // a terminal's bank tells none
    const node = make("button", { class: `bankcard ${colour}`, draggable: String(there), disabled: !there, "data-name": `card.${card.name}`, "data-card": card.name,
      "aria-label": `${both(issuer)} ${both(manner)} ${card.ends}`, click: () => act("card", `insert.${card.name}`) },
    make("span", { class: "issuer" }, ...pair(issuer)), card.chip ? make("i", { class: "chip" }) : make("i", { class: "magnetic" }),
    make("span", { class: "number" }, `•• ${card.ends}`), make("span", { class: "thru" }, `${card.expiry.slice(2)}/${card.expiry.slice(0, 2)}`));
    node.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/plain", card.name); event.dataTransfer.effectAllowed = "move"; document.body.dataset.dragging = "card"; });
    node.addEventListener("dragend", () => { delete document.body.dataset.dragging; });
    const under = there ? [make("b", {}, ...pair(manner)), ...sum, make("span", { class: "note-of" }, ...pair([`密码 ${card.pin}`, `PIN ${card.pin}`]))]
      : [make("b", { class: "away" }, ...pair(LIES[card.lies] ?? [card.lies, card.lies])), ...sum];
    return make("figure", { class: "held" }, node, make("figcaption", {}, ...under));
  }));
}

export function drawCards(state) {
  byId("cards").hidden = !state.cards;
  if (!state.cards) return;
  drawReader(state.cards, state.lamps.card);
  drawPad(state.cards);
  drawer(state.cards, state.bank);
  byId("bank-pill").hidden = !state.bank;
  pill(byId("bank-pill"), state.bank?.there ? ["银行在线", "Bank is there"] : ["银行断线", "Bank is away"], state.bank?.there ? "good" : "bad");
}

// A card that is dropped on the slot, whether it was there before or lies in the mouth and is pushed once more.
export function wireCards() {
  const slot = byId("card-slot");
  slot.addEventListener("dragover", (event) => { event.preventDefault(); event.dataTransfer.dropEffect = "move"; });
  slot.addEventListener("drop", (event) => {
    event.preventDefault();
    delete document.body.dataset.dragging;
    const name = event.dataTransfer.getData("text/plain");
    if (/^[a-z0-9_]+$/.test(name)) act("card", `insert.${name}`);
  });
  slot.addEventListener("click", () => act("card", "take"));
}
