// What changes in the cut-away without moving along: stacks, gates, bins, lamps, doors, what the escrow means.
import { act } from "./deeds.js";
import { byId, draw, pair, pill, refresh, make } from "./dom.js";
import { COLUMNS, STACK } from "./plan.js";
import { ACCEPTOR, DOORS, LAMPS, VALUES, both, depositPlace } from "./words.js";

const LOW = 50;
const RARE = new Set(["help", "siren"]); // shown while they are lit
const ROOM = STACK.high - 36;
const ROLL_FULL = 1500;

// `more` is the same in both languages.
function words(node, [zh, en], more = "") {
  refresh(node, [zh, en, more], () => (en ? [draw("tspan", { lang: "zh" }, zh), " ", draw("tspan", { lang: "en" }, en), ` ${more}`] : [zh]));
}

function gate(id, open, moving) {
  byId(id).setAttribute("class", `gate ${moving ? "moving" : open ? "open" : "shut"}`);
}

function acceptor(state) {
  const [zh, en, look] = ACCEPTOR[state.acceptor] ?? Array(2).fill(state.acceptor.toLowerCase().replaceAll("_", " ")).concat("quiet");
  pill(byId("acceptor-pill"), [zh, en], look);
  gate("slot", state.slot_open, false);
  byId("jam-mark").classList.toggle("on", state.places["acceptor.jam"].things > 0);
  const kept = state.places[depositPlace(state)] ?? { things: 0, value_fen: 0 };
  const next = state.places["acceptor.escrow"];
  const held = { things: next.things + kept.things, value_fen: next.value_fen + kept.value_fen };
  refresh(byId("escrow-words"), [held.value_fen, held.things, state.mains], () => {
    if (!held.things) return [make("p", {}, ...pair(["暂存空。收下前可原样退回。", "Escrow is empty. What it holds can be given back."]))];
    return [make("p", {}, ...pair([`暂存 ${held.things} 张，可原币退回`, `Held: the same ${held.things > 1 ? "notes" : "note"} can still be returned`])),
      make("p", {}, make("span", { class: "pill" }, ...pair(["未入箱", "Not banked"])))];
  });
}

function pile(group, column, place) {
  const full = place.capacity || 1000;
  let bottom = STACK.top + STACK.high - 6;
  const layers = VALUES.filter((value) => place.notes[value]).map((value) => {
    const height = Math.max(3, Math.round((place.notes[value] / full) * ROOM));
    bottom -= height;
    return draw("rect", { x: COLUMNS.get(column) + 8, y: bottom, width: STACK.wide - 16, height, fill: `url(#p${value})` });
  });
  group.replaceChildren(...layers);
}

function stack(n, title, place, low, missing) {
  const group = byId(`stack${n}`);
  const key = JSON.stringify([title, place.notes, place.capacity, low, missing]);
  if (group.dataset.told === key) return;
  group.dataset.told = key;
  group.setAttribute("class", `stack${low ? " low" : ""}${missing ? " missing" : ""}`);
  const [head, count, room] = group.querySelectorAll("text");
  words(head, title);
  pile(group.querySelector(".pile"), n, place);
  count.textContent = String(place.things);
  words(room, missing ? ["已取出", "out"] : low ? ["少", "Low"] : [`/ ${place.capacity ?? "∞"}`, ""]);
}

function vault(state) {
  stack(0, ["钱箱", "Box"], state.places.box, false, !state.box.seated);
  for (const n of state.fitted.cassettes) {
    const value = state.cassettes[n];
    const place = state.places[`cassette.${n}`];
    const deposit = depositPlace(state) === `cassette.${n}`;
    stack(n, deposit ? ["暂存", "Held"] : [`¥${value / 100}`, ""], place, Boolean(value) && place.things < LOW, false);
  }
  const counting = state.busy.includes("dispenser") || state.acceptor === "DISPENSING";
  pill(byId("dispenser-pill"), counting ? ["出钞中", "Counting out"] : ["静止", "At rest"], counting ? "busy" : "quiet");
  if (!state.fitted.change_tray) return;
  const lying = state.places["change.tray"].value_fen;
  words(byId("change-total"), lying ? [`出钞口 ¥${lying / 100}`, ""] : ["", ""]);
  gate("tray-gate", state.shutters.change_shutter === "open", state.shutters.change_shutter === "moving");
  bin("reject-bin", ["废钞", "Reject"], state.places["dispenser.reject"]);
  bin("retract-bin", ["回收", "Retract"], state.places["change.retract"]);
}

function bin(id, [zh, en], place) {
  const group = byId(id);
  group.setAttribute("class", `bin${place.things ? " full" : ""}`);
  words(group.querySelector("text"), [zh, en], String(place.things));
}

function tickets(state) {
  const left = state.places.roll.things;
  words(byId("roll-words"), ["磁票", "Tickets"], String(left));
  byId("roll").setAttribute("r", String(left ? 13 + Math.round(23 * Math.sqrt(Math.min(1, left / ROLL_FULL))) : 0));
  const busy = state.busy.includes("ticket_unit");
  pill(byId("ticket-pill"), busy ? ["制票中", "Printing"] : ["静止", "At rest"], busy ? "busy" : "quiet");
  gate("ticket-gate", state.shutters.slot_shutter === "open", state.shutters.slot_shutter === "moving");
  bin("waste-bin", ["废票", "Waste"], state.places["ticket.waste"]);
  bin("ticket-retract-bin", ["回收票", "Retract"], state.places["ticket.retract"]);
}

function doors(state) {
  for (const [name, told] of Object.entries(DOORS)) {
    const open = state.doors[name];
    const button = document.querySelector(`[data-door=${name}]`);
    refresh(button, open, () => [make("span", { lang: "zh" }, `${told[0]} ${open ? "开" : "锁"}`), make("span", { lang: "en" }, `${told[1]} ${open ? "open" : "locked"}`)]);
    button.setAttribute("aria-pressed", String(open));
    button.setAttribute("aria-label", `${both(told)} ${open ? "开 open" : "锁 locked"}`);
  }
}

function lamps(state) {
  const shown = Object.entries(LAMPS).filter(([name]) => !RARE.has(name) || state.lamps[name]);
  refresh(byId("lamps"), state.lamps, () => shown.map(([name, told]) => make("span", { class: state.lamps[name] ? `lit is-${name}` : "" }, ...pair(told))));
}

export function drawInside(state) {
  acceptor(state);
  vault(state);
  tickets(state);
  doors(state);
  lamps(state);
}

export function wireInside(look) {
  for (const button of document.querySelectorAll("[data-door]")) {
    const name = button.dataset.door;
    button.addEventListener("click", () => act("door", `${name}.${look()?.doors[name] ? 0 : 1}`));
  }
}
