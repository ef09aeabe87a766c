// The cabinet in cut-away, drawn once: panels, ways, casings. What changes is put in by inside.js, what moves by moves.js.
import { buildCards } from "./cards.js";
import { buildCoins } from "./coins.js";
import { buildReaders } from "./collect.js";
import { draw, label, make, pair } from "./dom.js";
import { COLUMNS, STACK, WIDE, fit, high } from "./plan.js";
import { VALUES } from "./words.js";

const box = (x, y, width, height, look, more = {}) => draw("rect", { x, y, width, height, rx: 10, class: look, ...more });
const line = (d, look) => draw("path", { d, class: look });
const html = (x, y, width, height, ...children) => draw("foreignObject", { x, y, width, height }, ...children);
const pill = (id, x, y, width) => html(x, y, width, 30, make("p", { class: "corner" }, make("span", { id, class: "pill quiet" }, "…")));

// A stripe is a note lying flat: three lines of its colour and one of paper.
const stripes = () => draw("defs", {}, ...VALUES.map((value) => draw("pattern", { id: `p${value}`, width: 8, height: 4, patternUnits: "userSpaceOnUse" },
  draw("rect", { width: 8, height: 3, class: `f${value}` }), draw("rect", { y: 3, width: 8, height: 1, class: "paper" }))));

function acceptor(fitted) {
  const rollers = [[130, 90], [210, 90], [130, 144], [210, 144]].map(([cx, cy]) => draw("circle", { cx, cy, r: 8, class: "roller" }));
  return draw("g", {}, label(16, 28, ["纸币通道", "Note acceptor"], "title"), pill("acceptor-pill", 330, 8, 248),
    line("M106 152H44l8-7M44 152l8 7", "arrow"),
    label(44, 176, ["退回", "Return"], "small"),
    box(4, 80, 18, 74, "bezel"), draw("rect", { id: "slot", x: 8, y: 100, width: 10, height: 34, rx: 4, class: "gate" }),
    box(112, 74, 116, 86, "casing"), ...rollers, label(170, 64, ["识别", "Validator"], "middle"),
    box(286, 56, 116, 126, "casing"), label(344, 46, fitted.change_tray ? ["暂存", "Escrow"] : ["待收", "Next"], "middle"),
    draw("g", { id: "jam-mark", class: "burst" }, line("M258 84l8 16 18-4-8 16 16 8-16 8 8 16-18-4-8 16-8-16-18 4 8-16-16-8 16-8-8-16 18 4z", "boom"), label(258, 76, ["卡钞", "Jam"], "middle alarm")),
    html(420, 56, 160, 128, make("div", { class: "aside", id: "escrow-words" })),
    label(366, 211, ["入箱", "to the box"], "small"));
}

// Where change comes out: a tray of its own with its bins, or the slot it was put in at.
function payout(fitted) {
  if (!fitted.change_tray) {
    return [html(470, 300, 112, 150, make("div", { class: "aside" }, make("p", {}, ...pair(["找零从入钞口出。", "Change comes out of the slot."]))))];
  }
  const bin = (id, y, words) => draw("g", { id, class: "bin" }, box(458, y, 124, 36, "casing"), label(520, y + 24, words, "middle small"));
  return [box(458, 296, 124, 60, "casing"), draw("rect", { id: "tray-gate", x: 578, y: 304, width: 8, height: 44, rx: 3, class: "gate" }),
    label(520, 314, ["出钞口", "Tray"], "middle small"), bin("reject-bin", 360, ["废钞", "Reject"]), bin("retract-bin", 402, ["回收", "Retract"]),
    draw("text", { id: "change-total", x: 520, y: 462, class: "middle small" })];
}

function vault(fitted) {
  const columns = [...COLUMNS].sort(([one], [other]) => one - other);
  const stacks = columns.map(([n, x]) => draw("g", { id: `stack${n}`, class: "stack" }, line(`M${x + 40} ${STACK.top}V${STACK.top - 12}`, "neck"),
    box(x, STACK.top, STACK.wide, STACK.high, "casing"), draw("text", { x: x + 40, y: STACK.top + 22, class: "middle head" }), draw("g", { class: "pile" }),
    draw("text", { x: x + 40, y: 446, class: "middle count" }), draw("text", { x: x + 40, y: 468, class: "middle small" })));
  const [near, far] = [columns[1]?.[1] ?? 0, columns.at(-1)[1]].map((x) => x + STACK.wide / 2);
  const rail = fitted.change_tray ? `M${near}` + " 278H520V300" : `M54 278H${far}V300`;
  return draw("g", {}, label(84, 262, ["钱箱间", "Cash vault"], "title"), pill("dispenser-pill", 330, 242, 248),
    ...(columns.length > 1 ? [line(rail, "duct thin")] : []), ...stacks, ...payout(fitted));
}

function tickets() {
  const bin = (id, y, words) => draw("g", { id, class: "bin" }, box(464, y, 122, 34, "casing"), label(525, y + 23, words, "middle small"));
  return draw("g", {}, draw("text", { id: "roll-words", x: 16, y: 518, class: "title" }), pill("ticket-pill", 330, 499, 248),
    line("M66 586H407", "paperway"), draw("circle", { id: "roll", cx: 58, cy: 586, r: 32, class: "roll" }), draw("circle", { cx: 58, cy: 586, r: 9, class: "core" }),
    box(118, 560, 78, 64, "casing"), label(157, 552, ["打印", "Press"], "middle small"), line("M126 606H188", "platen"),
    box(238, 560, 88, 64, "casing dark"), label(282, 552, ["托盘", "Tray"], "middle small"),
    box(364, 560, 84, 64, "casing dark"), label(406, 552, ["出票口", "Slot"], "middle small"),
    draw("rect", { id: "ticket-gate", x: 444, y: 570, width: 8, height: 44, rx: 3, class: "gate" }),
    bin("waste-bin", 549, ["废票", "Waste"]), bin("ticket-retract-bin", 589, ["回收票", "Retract"]));
}

function slips() {
  return draw("g", {}, label(16, 686, ["凭条", "Slips"], "title"),
    box(96, 662, 44, 40, "casing dark"), line("M140 688H196", "paperway"),
    html(212, 655, 374, 56, make("div", { class: "lamps", id: "lamps", role: "group", "aria-label": "灯与闸门 Lamps and shutters" })));
}

// Panels under everything, the note path over them: it leads from one into the other.
const ground = () => draw("g", {}, box(0, 0, 590, 222, "panel"), box(0, 234, 590, 246, "panel tinted"), box(0, 492, 590, 144, "panel"), box(0, 648, 590, 68, "panel"),
  line("M22 117H344V206H54V296", "duct"), line("M46 256l8 9 8-9", "arrow"));

const DOOR_BARS = { outer: [0, 222], safe: [234, 120], change: [360, 120], tickets: [492, 144] };

export function build(fitted, state) {
  fit(fitted);
  const doors = Object.entries(DOOR_BARS).map(([name, [y, height]]) => html(598, y, 40, height, make("button", { class: "door", "data-name": name, "data-door": name })));
  return draw("svg", { id: "cutaway", viewBox: `0 0 ${WIDE} ${high()}`, role: "group", "aria-label": "机柜剖面 The cabinet in cut-away" },
    stripes(), ground(), acceptor(fitted), vault(fitted), tickets(), slips(), ...(fitted.cards ? [buildCards(state)] : []), ...(fitted.hoppers.length ? [buildCoins(fitted)] : []), ...(fitted.collect ? [buildReaders()] : []), draw("g", { id: "doors" }, ...doors), draw("g", { id: "things", "aria-hidden": "true" }));
}
