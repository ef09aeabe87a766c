// Faults, technician, the table of notes, events, papers.
import { get, post } from "./api.js";
import { byId, chip, make, pill, refresh, second } from "./dom.js";
import { DEVICES, MOVING, PLACES, QUICK, ROWS, VALUES, both, exactTimeOf, yuan } from "./words.js";

// -- faults

const flip = (device, name, on) => post("/api/fault", { device, name, on });

export function drawFaults(state) {
  refresh(byId("faults"), QUICK.map(([device, name]) => state.faults[device]?.[name]), () => QUICK.map(([device, name, zh, en]) => {
    const on = Boolean(state.faults[device]?.[name]);
    return make("button", { class: "key", "data-name": `${device}.${name}`, "aria-pressed": String(on), click: () => flip(device, name, !on) },
      on ? `${zh} · 已注入` : zh, second(en));
  }));
  for (const box of byId("fault-menu").querySelectorAll("input")) box.checked = Boolean(state.faults[box.dataset.device]?.[box.dataset.fault]);
}

export async function fillMenu() {
  const menu = await get("/api/faults");
  byId("fault-menu").replaceChildren(...Object.entries(menu).flatMap(([device, faults]) => [
    make("h3", {}, both(DEVICES[device] ?? [device, ""])),
    ...faults.map(({ name, text, on }) => {
      const box = make("input", { type: "checkbox", "data-device": device, "data-fault": name });
      box.checked = on;
      box.addEventListener("change", () => flip(device, name, box.checked));
      return make("label", { lang: "en" }, box, text);
    }),
  ]));
}

// -- the technician

const service = (body) => post("/api/service", body);

export function buildTechnician() {
  const which = make("select", { "aria-label": "找零箱 Cassette" }, ...[1, 2, 3, 4].map((n) => make("option", { value: n }, `找零箱 ${n}`)));
  const notes = make("input", { type: "number", min: "1", max: "1000", value: "100", "aria-label": "张数 Notes" });
  const blanks = make("input", { type: "number", min: "1", max: "1500", value: "500", "aria-label": "票数 Blanks" });
  const key = (zh, en, click) => make("button", { class: "key", click }, zh, second(en));
  byId("acts").replaceChildren(
    which, notes,
    key("装钞", "Fill", () => service({ act: "fill", cassette: Number(which.value), notes: Number(notes.value) })),
    key("取空", "Empty", () => service({ act: "empty", cassette: Number(which.value) })),
    blanks,
    key("装票卷", "Load roll", () => service({ act: "load_roll", blanks: Number(blanks.value) })),
    key("换钱箱", "Swap box", () => service({ act: "swap_box" })),
    key("凭条纸", "Slip paper", () => service({ act: "load_paper" })),
    ...[["reject", "清废钞", "Empty reject"], ["change_retract", "清回收", "Empty retract"], ["waste", "清废票", "Empty waste"], ["ticket_retract", "清回收票", "Empty ticket retract"]]
      .map(([bin, zh, en]) => key(zh, en, () => service({ act: "empty_bin", bin }))),
    ...Object.entries(DEVICES).map(([device, words]) => key(`清理${words[0]}`, `Clear ${words[1].toLowerCase()}`, () => service({ act: "clear_jam", device }))),
  );
}

// -- where every note is

const shown = (count) => (count ? String(count) : make("span", { class: "none" }, "·"));

function row(zh, en, places, state) {
  const counts = VALUES.map((value) => places.reduce((sum, name) => sum + (state.places[name]?.notes[value] ?? 0), 0));
  const worth = places.reduce((sum, name) => sum + (state.places[name]?.value_fen ?? 0), 0);
  const moving = worth > 0 && places.some((name) => MOVING.has(name));
  return make("tr", { class: moving ? "moving" : "" }, make("th", { scope: "row" }, zh, " ", make("span", { lang: "en" }, en)),
    ...counts.map((count) => make("td", {}, shown(count))), make("td", {}, yuan(worth)));
}

export function drawWhere(state) {
  const places = Object.entries(state.places).filter(([, place]) => Object.keys(place.notes).length);
  refresh(byId("where-body"), [places.map(([name, place]) => [name, place.notes]), state.total], () => {
    const named = new Set(ROWS.flatMap(([, , names]) => names));
    const others = places.map(([name]) => name).filter((name) => !named.has(name));
    byId("where-head").replaceChildren(make("tr", {}, make("th", {}), ...VALUES.map((value) => make("th", { scope: "col" }, chip(value, `¥${value / 100}`))), make("th", { scope: "col" }, "金额 ¥")));
    const all = Object.keys(state.places);
    byId("where-foot").replaceChildren(row("合计", "Total", all, state));
    return [...ROWS, ...(others.length ? [["别处", "Elsewhere", others]] : [])].map(([zh, en, names]) => row(zh, en, names, state));
  });
  const good = state.total.conserved;
  pill(byId("conserved"), good ? `✓ 总数守恒 Conserved · ${state.total.notes}` : "✗ 总数不符 Not conserved", good ? "good" : "bad");
}

// -- events: shape and colour say the same

const SHAPES = {
  move: ["#0A3D91", "M6 0 12 6 6 12 0 6Z"], fault: ["#9B1520", "M0 0H12V12H0Z"], refused: ["#80470E", "M6 0 12 12H0Z"],
  mains: ["#9B1520", "M0 0H12V12H0Z"], door: ["#80470E", "M6 0 12 12H0Z"], other: ["#0A5C36", "M6 0A6 6 0 1 0 6 12 6 6 0 1 0 6 0"],
};
const seen = [];
const MOST = 60;

function mark(kind) {
  const [colour, path] = SHAPES[kind] ?? SHAPES.other;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  shape.setAttribute("fill", colour);
  svg.append(shape);
  return svg;
}

const named = (place) => both(PLACES[place] ?? [place, ""]);

function sentence(event) {
  switch (event.kind) {
    case "move": {
      const thing = { note: `¥${event.value_fen / 100}`, ticket: "票 Ticket", slip: "凭条 Slip" }[event.thing];
      return [`${thing} ${event.serial} → ${named(event.to)}`, (PLACES[event.from] ?? [event.from])[0]];
    }
    case "bulk": return [`${event.count} × ${event.what} → ${named(event.to)}`, (PLACES[event.from] ?? [event.from])[0]];
    case "fault": return [`${event.on ? "注入故障 Fault on" : "故障恢复 Fault off"}: ${event.name}`, (DEVICES[event.device] ?? [event.device])[0]];
    case "door": return [`${event.open ? "门开 Door open" : "门关 Door closed"}: ${event.door}`, event.key ? "钥匙 key" : ""];
    case "mains": return [event.on ? "市电恢复 Mains back" : "断电 Mains off", ""];
    case "refused": return [`¥${event.value_fen / 100} 未收 Not taken: ${event.why}`, ""];
    case "give": return [`+${event.count} × ¥${event.value_fen / 100} 给乘客 To the hand`, ""];
    case "service": return [`检修 Service: ${event.act} ${event.place ?? event.device ?? ""} ${event.after ?? ""}`, ""];
    case "box": return [event.present ? `钱箱装入 Box in ${event.tag}` : "钱箱取出 Box out", ""];
    case "near": return [event.near ? "有人走近 Someone near" : "人已离开 Nobody near", ""];
    default: return [event.kind, ""];
  }
}

// A roll or a cassette full of things moves at once: one line for all of them.
function joined(event) {
  const last = seen[0];
  const same = last && event.kind === "move" && (last.kind === "move" || last.kind === "bulk") && last.from === event.from && last.to === event.to && event.mono_ms - last.mono_ms < 300;
  if (!same) return false;
  const what = event.thing === "note" ? `¥${event.value_fen / 100}` : { ticket: "票 blank", slip: "凭条 slip" }[event.thing];
  const mixed = last.what && last.what !== what ? "张 notes" : what;
  seen[0] = { ...event, kind: "bulk", count: (last.count ?? 1) + 1, what: mixed };
  return true;
}

export function hear(events) {
  for (const event of events) {
    if (joined(event)) continue;
    seen.unshift(event);
    seen.length = Math.min(seen.length, MOST);
  }
  byId("events").replaceChildren(...seen.map((event) => {
    const [text, of] = sentence(event);
    return make("li", {}, mark(event.kind === "bulk" ? "move" : event.kind), make("time", {}, exactTimeOf(event.wall_ms)), make("span", {}, text), make("span", { class: "of" }, of));
  }));
}

// -- papers

const STATES = { good: ["有效", "good"], void: ["作废", "void"], half: ["未完成", "unfinished"] };

export async function drawPapers() {
  const [tickets, slips] = await Promise.all([get("/api/tickets"), get("/api/slips")]);
  const newest = tickets.slice(-24).reverse();
  pill(byId("papers-count"), `${tickets.length} 票 tickets · ${slips.length} 凭条 slips`, "quiet");
  refresh(byId("faces"), [newest, slips], () => {
    if (!newest.length && !slips.length) return [make("p", { class: "empty" }, "还没有打印 Nothing has been printed yet")];
    return [...newest.map((ticket) => {
      const state = STATES[ticket.state] ?? [ticket.state, ""];
      return make("figure", { class: "face" }, make("img", { src: `${ticket.face}?${ticket.state}`, alt: `车票 Ticket ${ticket.serial}`, loading: "lazy" }),
        make("figcaption", {}, make("b", {}, `${ticket.serial} · ${both(state)} · ${named(ticket.place)}`), make("br"), make("code", {}, Object.values(ticket.stripe)[0] ?? "–")));
    }), ...slips.slice(-6).reverse().map((slip) => make("figure", { class: "face slip" }, make("img", { src: slip.picture, alt: `凭条 Slip ${slip.serial}`, loading: "lazy" }),
      make("figcaption", {}, make("b", {}, `${slip.serial} · ${named(slip.place)}`))))];
  });
}
