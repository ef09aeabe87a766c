// Orders that were made elsewhere: the window of the code scanner, the reader of identity cards, and the drawer with papers and cards.
import { act } from "./deeds.js";
import { byId, draw, label, make, pair, pill, refresh, stacked } from "./dom.js";
import { BELOW, readersTop } from "./plan.js";
import { both } from "./words.js";

const PERSONS = {
  woman: ["女，成人", "Woman"], man: ["男，成人", "Man"], child: ["儿童", "Child"], elder: ["老人", "Elder"], long_name: ["长姓名", "Long name"], rare_name: ["生僻字", "Rare characters"],
  ends_in_x: ["号码末位 X", "Number ends in X"], expired: ["已过期", "Expired"], not_yet_valid: ["还没生效", "Not yet valid"], wrong_digit: ["号码错一位", "Wrong check digit"],
  resident: ["外国人居留证", "Resident"], bank_card: ["其实是银行卡", "In truth a bank card"], other_chip: ["别的芯片卡", "Another chip card"],
};
const personOf = (name) => PERSONS[name] ?? [name, name];
const box = (x, y, width, height, look, more = {}) => draw("rect", { x, y, width, height, rx: 10, class: look, ...more });
const html = (x, y, width, height, ...children) => draw("foreignObject", { x, y, width, height }, ...children);
const corner = (id, x, y) => html(x, y, 130, 30, make("p", { class: "corner" }, make("span", { id, class: "pill quiet" }, "…")));
const inGroups = (code) => code.replace(/(\d{4})(?=\d)/g, "$1 ");

// A square of modules as one path, each a unit wide.
const square = (rows, more = {}) => draw("svg", { viewBox: `-2 -2 ${rows.length + 4} ${rows.length + 4}`, "aria-hidden": "true", class: "square", ...more },
  draw("path", { d: rows.flatMap((row, y) => [...row].flatMap((one, x) => (one === "1" ? [`M${x} ${y}h1v1h-1z`] : []))).join("") }));

export function buildReaders() {
  const top = readersTop();
  return draw("g", {}, box(0, top, 290, BELOW.readers - 12, "panel"), box(300, top, 290, BELOW.readers - 12, "panel"),
    label(16, top + 26, ["扫码窗", "Code window"], "title"), corner("scan-pill", 152, top + 7), box(16, top + 44, 120, 92, "casing dark"), draw("path", { id: "scan-light", d: `M28 ${top + 90}H124` }),
    html(24, top + 50, 104, 80, make("div", { id: "at-window" })), html(148, top + 48, 136, 92, make("p", { class: "aside", id: "window-words" })),
    html(16, top + 44, 120, 92, make("button", { id: "code-window", class: "drop", "data-takes": "paper", "data-name": "code-window", title: both(["把订单纸拖到这里", "Drop a paper here"]) })),
    label(316, top + 26, ["身份证", "Identity reader"], "title"), corner("id-pill", 452, top + 7), box(316, top + 44, 120, 92, "casing"),
    html(322, top + 50, 108, 80, make("div", { id: "on-reader" })), html(448, top + 48, 136, 92, make("p", { class: "aside", id: "reader-words" })),
    html(316, top + 44, 120, 92, make("button", { id: "id-pad", class: "drop", "data-takes": "document", "data-name": "id-pad", title: both(["把身份证拖到这里", "Drop a card here"]) })));
}

const idCard = (one) => make("span", { class: "idcard", "aria-hidden": "true" }, make("b", {}, one.holder || "–"), make("i", {}));

function machine(told) {
  pill(byId("scan-pill"), told.lit ? ["亮，可读", "Lit"] : ["暗", "Dark"], told.lit ? "good" : "quiet");
  byId("scan-light").setAttribute("class", told.lit ? "lit" : "");
  const paper = told.papers.find((one) => one.order === told.window);
  refresh(byId("at-window"), told.window, () => (paper ? [square(paper.square, { class: "square held" })] : []));
  const window = told.window ? ["点窗口，拿回纸。", "Click the window to take the paper back."] : told.lit ? ["把订单纸给它看。", "Show it the paper of an order."] : ["屏幕要码时才亮。", "Lit only while the screen asks for a code."];
  refresh(byId("window-words"), window, () => pair(window));
  pill(byId("id-pill"), told.reading ? ["读卡中", "Reading"] : ["静止", "At rest"], told.reading ? "busy" : "quiet");
  const lying = told.documents.find((one) => one.name === told.on_reader);
  refresh(byId("on-reader"), told.on_reader, () => (lying ? [idCard(lying)] : []));
  const reader = lying ? ["点读卡区，拿回身份证。", "Click the reader to take the card back."] : ["屏幕要证件时放上。", "Lay a card here when the screen asks."];
  refresh(byId("reader-words"), reader, () => pair(reader));
}

// What can be taken in the hand: dragged to where it is read, or clicked.
function held(what, name, look, words, away, children) {
  const node = make("button", { class: look, draggable: String(!away), disabled: away, "data-name": `${what}.${name}`, "aria-label": both(words), click: () => act("hold", `${what}.${name}`) }, ...children);
  node.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/plain", `${what}.${name}`); event.dataTransfer.effectAllowed = "move"; document.body.dataset.dragging = what; });
  node.addEventListener("dragend", () => { delete document.body.dataset.dragging; });
  return node;
}

function paper(one, told) {
  const owner = one.document ? personOf(one.document) : null;
  return make("figure", { class: "held paper" }, held("paper", one.order, "orderpaper", [`订单 ${one.order}`, `order ${one.order}`], told.window === one.order,
    [square(one.square), make("span", { class: "train" }, make("b", {}, one.train), ` ${one.depart}`), make("span", { lang: "zh" }, one.route), make("span", { lang: "en" }, one.route_english)]),
  make("figcaption", {}, make("b", { class: "code" }, inGroups(one.code)), make("span", {}, ...pair([`${one.tickets} 张${owner ? ` · ${owner[0]}` : ""}`, `${one.tickets} ticket${one.tickets > 1 ? "s" : ""}${owner ? ` · ${owner[1]}` : ""}`]))));
}

const person = (one, told) => make("figure", { class: "held" }, held("document", one.name, "iddocument", personOf(one.name), told.on_reader === one.name,
  [idCard(one), make("span", { class: "number" }, one.number ? `•• ${one.number.slice(-4)}` : "")]), make("figcaption", {}, make("b", {}, ...pair(personOf(one.name)))));

// Who makes an order says for how many, and whose identity card proves it.
function office(told) {
  const many = make("select", { id: "order-tickets", "aria-label": "票数 Tickets" }, ...[1, 2, 3].map((n) => make("option", { value: n }, String(n))));
  const whose = make("select", { id: "order-owner", "aria-label": "谁的证件 Whose card" }, make("option", { value: "" }, "不记名 nobody's"), ...told.documents.filter((one) => one.number).map((one) => make("option", { value: one.name }, `${one.holder} ${personOf(one.name)[1]}`)));
  return [make("span", {}, ...pair(["票数", "Tickets"])), many, make("span", {}, ...pair(["证件", "made out to"])), whose,
    make("button", { class: "key", id: "make-order", "data-name": "make-order", click: () => act("order", `${many.value}.${whose.value}`) }, ...stacked(["车站出一张订单", "The station makes an order"]))];
}

export function drawCollect(state) {
  const told = state.collect;
  byId("collect").hidden = !told;
  if (!told) return;
  machine(told);
  refresh(byId("order-office"), told.documents.map((one) => one.name), () => office(told));
  refresh(byId("order-papers"), [told.papers, told.window], () => (told.papers.length ? told.papers.slice().reverse().slice(0, 6).map((one) => paper(one, told)) : [make("p", { class: "empty" }, ...pair(["还没有订单：让车站出一张。", "No order yet: let the station make one."]))]));
  refresh(byId("id-cards"), [told.documents, told.on_reader], () => told.documents.map((one) => person(one, told)));
}

export function wireCollect() {
  for (const id of ["code-window", "id-pad"]) {
    const node = byId(id);
    node.addEventListener("dragover", (event) => { event.preventDefault(); event.dataTransfer.dropEffect = "move"; });
    node.addEventListener("drop", (event) => {
      event.preventDefault();
      delete document.body.dataset.dragging;
      const given = event.dataTransfer.getData("text/plain");
      if (given.startsWith(`${node.dataset.takes}.`) && /^[a-z]+\.[A-Za-z0-9_]+$/.test(given)) act("hold", given);
    });
    node.addEventListener("click", () => act("hold", "away"));
  }
}
