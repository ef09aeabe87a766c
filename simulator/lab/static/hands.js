// The passenger's hands and wallet: what can be put in, what can be taken out.
import { act } from "./deeds.js";
import { byId, chip, make, refresh, stacked } from "./dom.js";
import { VALUES, both, outletsOf } from "./words.js";

const FALSE_FEN = 10000;

function wallet(state) {
  const falseOnes = state.counterfeits ?? {};
  const genuine = (value) => (state.hand[value] ?? 0) - (falseOnes[value] ?? 0);
  refresh(byId("hand"), [state.hand, falseOnes], () => [
    ...VALUES.map((value) => make("button", {
      class: `insert c${value}`, disabled: genuine(value) < 1, "data-name": `insert${value}`, "aria-label": `投入 Insert ¥${value / 100}, ${genuine(value)}`,
      click: () => act("insert", String(value)),
    }, chip(value), make("span", {}, `× ${genuine(value)}`))),
    make("button", { class: "insert fake", "data-name": "counterfeit", "aria-label": "投入假币 Insert a counterfeit ¥100", click: () => pushFalse(falseOnes) },
      ...stacked([`假币${falseOnes[FALSE_FEN] ? ` ${falseOnes[FALSE_FEN]}` : ""}`, "Fake ¥100"])),
    make("button", { class: "more", "data-name": "more", title: "每种再给两张 Two more of each", "aria-label": "每种再给两张 Two more notes of each kind",
      click: () => VALUES.forEach((value) => act("give", `${value}.2`)) }, "+2"),
  ]);
}

export const pushFalse = (falseOnes = {}) => act(falseOnes[FALSE_FEN] ? "false" : "counterfeit", String(FALSE_FEN));

function outlets(state) {
  refresh(byId("outlets"), [state.outlets, state.near, state.cards?.out], () => [
    ...Object.entries(outletsOf(state)).map(([name, [zh, en]]) => {
      const { things, open } = state.outlets[name];
      const count = things ? ` ${things}` : "";
      return make("button", { class: "take", "data-name": name, disabled: !things || !open, title: things && !open ? "闸门关着 The shutter is closed" : "",
        click: () => act("take", name) }, ...stacked([`${zh}${count}${things && !open ? " · 关" : ""}`, `${en}${things && !open ? " (shut)" : ""}`]));
    }),
    ...(state.cards ? [make("button", { class: "take", "data-name": "card", disabled: !state.cards.out, click: () => act("card", "take") }, ...stacked(["取银行卡", "Take card"]))] : []),
    make("button", { class: "key calm", id: "near", "data-name": "near", "aria-pressed": String(state.near), click: () => act("near", state.near ? "0" : "1") },
      ...stacked(state.near ? ["有人在前", "Someone is near"] : ["走近机器", "Come near"])),
    make("button", { class: "key", id: "help", "data-name": "help", "aria-label": both(["按求助按钮", "Press the help button"]), click: () => act("help") }, ...stacked(["求助按钮", "Help button"])),
  ]);
}

export function drawHands(state) {
  wallet(state);
  outlets(state);
}
