// The inside of the machine: where notes and tickets lie, doors, lamps, mains.
import { post, tell } from "./api.js";
import { byId, chip, make, pill, refresh, second } from "./dom.js";
import { ACCEPTOR, DOORS, LAMPS, OUTLETS, SHUTTERS, VALUES, WHY_NOT, both } from "./words.js";

const LOW = 50;

function spot(words, content, look = "") {
  return make("div", { class: `spot ${look}` }, words[0], second(words[1]), make("output", {}, ...content));
}

const chips = (place) => Object.entries(place.notes).flatMap(([value, count]) =>
  count > 3 ? [chip(value), ` × ${count}`] : Array.from({ length: count }, () => chip(value)));

function acceptor(state) {
  const of = (name) => state.places[`acceptor.${name}`];
  const [zh, en, look] = ACCEPTOR[state.acceptor] ?? [state.acceptor, "", "quiet"];
  pill(byId("acceptor-pill"), `${zh} ${en}`, look);
  const names = ["mouth", "path", "escrow", "jam"];
  refresh(byId("acceptor-flow"), [state.slot_open, state.box, names.map((name) => of(name).notes), state.places.box.things], () => [
    spot(["入钞口", state.slot_open ? "open" : "closed"], chips(of("mouth")), of("mouth").things ? "full" : ""),
    spot(["识别", "Validator"], chips(of("path")), of("path").things ? "full" : ""),
    spot(["暂存", "Escrow"], chips(of("escrow")), of("escrow").things ? "full" : ""),
    spot(["收款箱", state.box.seated ? state.box.tag || "Box" : "Box is out"], [String(state.places.box.things)], state.box.seated ? "" : "trouble"),
    spot(["卡钞处", "Jammed"], of("jam").things ? chips(of("jam")) : ["0"], of("jam").things ? "branch trouble" : "branch"),
  ]);
}

function pile(place) {
  const full = place.capacity || 1000;
  const stack = make("div", { class: "pile" });
  for (const value of VALUES) {
    const count = place.notes[value] ?? 0;
    if (!count) continue;
    const layer = make("i", { class: `stripes v${value}` });
    layer.style.height = `${Math.max(3, Math.round((count / full) * 88))}px`;
    stack.append(layer);
  }
  return stack;
}

function cassette(title, place, low) {
  return make("div", { class: `stack${low ? " low" : ""}` }, make("div", { class: "box" }, title, pile(place)),
    make("b", {}, String(place.things)), second(low ? "少 Low" : `/ ${place.capacity ?? "∞"}`));
}

function vault(state) {
  const place = (name) => state.places[name];
  const names = ["box", "cassette.1", "cassette.2", "cassette.3", "cassette.4", "change.tray", "dispenser.reject", "change.retract"];
  const bin = (zh, en, name) => make("div", { class: `bin${place(name).things ? " full" : ""}` }, `${zh} ${place(name).things}`, second(en));
  const moving = state.busy.includes("dispenser");
  pill(byId("dispenser-pill"), moving ? "出钞中 Counting out" : "静止 At rest", moving ? "busy" : "quiet");
  refresh(byId("stacks"), [names.map((name) => place(name).notes), state.cassettes], () => [
    cassette("收款箱", place("box"), false),
    ...[1, 2, 3, 4].map((n) => {
      const value = state.cassettes[n];
      return cassette(value ? `¥${value / 100}` : "–", place(`cassette.${n}`), value && place(`cassette.${n}`).things < LOW);
    }),
    make("div", { class: "bins" }, bin("出钞口", "Tray", "change.tray"), bin("废钞", "Reject", "dispenser.reject"), bin("回收", "Retract", "change.retract")),
  ]);
}

function tickets(state) {
  const of = (name) => state.places[name];
  const names = ["roll", "printer.path", "ticket.tray", "ticket.slot", "ticket.waste", "ticket.retract"];
  const moving = state.busy.includes("ticket_unit");
  pill(byId("ticket-pill"), moving ? "制票中 Printing" : "静止 At rest", moving ? "busy" : "quiet");
  const words = [["票卷", "Roll"], ["打印", "Printer"], ["托盘", "Tray"], ["出票口", "Slot"], ["废票", "Waste"], ["回收", "Retract"]];
  refresh(byId("ticket-flow"), names.map((name) => of(name).things), () => names.map((name, n) =>
    spot(words[n], [String(of(name).things)], `${n > 3 ? "branch" : ""} ${n && n < 4 && of(name).things ? "full" : ""}`)));
}

function cabinet(state) {
  const mains = byId("mains");
  mains.setAttribute("aria-checked", String(state.mains));
  refresh(mains, state.mains, () => [`市电${state.mains ? "开" : "关"}`, second(state.mains ? "Mains on" : "Mains off")]);
  refresh(byId("doors"), [state.doors, state.key], () => Object.entries(DOORS).map(([name, words]) => make("button", {
    class: "key", "data-name": name, "aria-pressed": String(state.doors[name]),
    click: () => post("/api/door", { door: name, open: !state.doors[name], key: true }),
  }, `${words[0]} · ${state.doors[name] ? "开" : "关"}`, second(`${words[1]} ${state.doors[name] ? "open" : "shut"}`))));
  const near = byId("near");
  near.setAttribute("aria-pressed", String(state.near));
  near.className = "key calm";
  refresh(near, state.near, () => [state.near ? "有人在前" : "无人在前", second(state.near ? "Someone is near" : "Nobody is near")]);
  refresh(byId("lamps"), [state.lamps, state.shutters], () => [
    ...Object.entries(LAMPS).map(([name, words]) => make("span", { class: state.lamps[name] ? "lit" : "" }, both(words))),
    ...Object.entries(SHUTTERS).map(([name, words]) => make("span", { class: `shutter ${state.shutters[name] === "open" ? "lit" : ""}` },
      `${both(words)} ${{ open: "开", closed: "关", moving: "动" }[state.shutters[name]]}`)),
  ]);
}

export function drawMachine(state) {
  acceptor(state);
  vault(state);
  tickets(state);
  cabinet(state);
  hand(state);
}

async function take(outlet) {
  const said = await post("/api/take", { outlet });
  if (said?.why) tell(`${both(OUTLETS[outlet])}: ${both(WHY_NOT[said.why] ?? [said.why, ""])}`);
}

function hand(state) {
  refresh(byId("hand"), state.hand, () => [...VALUES.map((value) => {
    const count = state.hand[value] ?? 0;
    const key = make("button", {
      class: "insert", disabled: !count, "data-name": `insert${value}`, "aria-label": `投入 Insert ¥${value / 100}`,
      click: () => post("/api/insert", { value_fen: value }),
    }, chip(value), make("span", {}, `× ${count}`));
    key.style.color = count ? `var(--n${value})` : "";
    return key;
  }), make("button", {
    class: "more", "data-name": "more", title: "每种再给两张 Two more of each", "aria-label": "每种再给两张 Two more notes of each kind",
    click: () => VALUES.forEach((value) => post("/api/give", { value_fen: value, count: 2 })),
  }, "+2")]);
  refresh(byId("outlets"), state.outlets, () => Object.entries(OUTLETS).map(([name, words]) => {
    const { things, open } = state.outlets[name];
    return make("button", { class: "take", "data-name": name, disabled: !things || !open, click: () => take(name) },
      `${words[0]} ${things || ""}`, second(things && !open ? `${words[1]} 关` : words[1]));
  }));
}

export function wireMachine(look) {
  byId("mains").addEventListener("click", () => post("/api/mains", { on: look()?.mains === false }));
  byId("near").addEventListener("click", () => post("/api/near", { near: !look()?.near }));
  byId("help").addEventListener("click", () => post("/api/help", {}));
}
