// Things under way: each note, ticket or slip in a place of passage is one drawn thing, and it goes along its way when the
// timeline says that it moved. The state says afterwards what lies where; what does not fit is put right without a show.
import { byId, draw } from "./dom.js";
import { SPOTS, lasts, way } from "./plan.js";
import { coinValue } from "./words.js";

const FRESH_MS = 2500; // older news is history: nothing moves for it
const MANY = 8; // a cassette being filled is no procession
const still = matchMedia("(prefers-reduced-motion: reduce)");
const COIN_VALUES = [50, 100];
const things = new Set();
let running = false;

function picture(kind, value) {
  if (kind === "note") return draw("g", { class: "thing" }, draw("rect", { x: -22, y: -11, width: 44, height: 22, rx: 3, class: `f${value} rim` }), draw("text", { y: 5, class: "middle face" }, String(value / 100)));
  if (kind === "coin") return draw("g", { class: "thing coin" }, draw("circle", { r: 12, class: `k${value}` }), draw("text", { y: 5, class: "middle face" }, coinValue(value)));
  if (kind === "ticket") return draw("g", { class: "thing" }, draw("rect", { x: -24, y: -14, width: 48, height: 28, rx: 3, class: "card-face" }), draw("rect", { x: -24, y: 5, width: 48, height: 5, class: "stripe" }), draw("path", { d: "M-18 -7H4M-18 -1H12", class: "print" }));
  return draw("g", { class: "thing" }, draw("rect", { x: -16, y: -18, width: 32, height: 30, class: "card-face" }), draw("path", { d: "M-11 -11H11M-11 -5H11M-11 1H3", class: "print" }));
}

function create(kind, value, place) {
  const thing = { kind, value, place, node: picture(kind, value), ways: [], x: 0, y: 0, gone: false };
  things.add(thing);
  byId("things").append(thing.node);
  return thing;
}

function put(thing, x, y) {
  thing.x = x;
  thing.y = y;
  thing.node.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
}

function drop(thing) {
  thing.node.remove();
  things.delete(thing);
}

const lying = (place) => [...things].filter((thing) => thing.place === place && !thing.gone);

// Where it comes to rest among those that lie there already.
function spotOf(thing) {
  const spot = SPOTS[thing.place];
  const nth = Math.min(14, lying(thing.place).indexOf(thing));
  return [spot.x + nth * spot.dx, spot.y + nth * spot.dy];
}

// -- along a way

function prepare(points, ms) {
  const lengths = points.slice(1).map(([x, y], n) => Math.hypot(x - points[n][0], y - points[n][1]));
  return { points, lengths, whole: lengths.reduce((sum, one) => sum + one, 0), ms, from: 0 };
}

function along(one, share) {
  let left = one.whole * share;
  let leg = 0;
  while (leg < one.lengths.length - 1 && left > one.lengths[leg]) left -= one.lengths[leg++];
  const [[x1, y1], [x2, y2]] = [one.points[leg], one.points[leg + 1]];
  const part = one.lengths[leg] ? Math.min(1, left / one.lengths[leg]) : 1;
  return [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part];
}

function step(now) {
  let moving = false;
  for (const thing of [...things]) {
    const one = thing.ways[0];
    if (!one) continue;
    one.from ||= now;
    const haste = thing.ways.length > 1 ? 2 : 1; // it is late already
    const share = one.ms > 0 ? Math.min(1, ((now - one.from) * haste) / one.ms) : 1;
    put(thing, ...along(one, share));
    if (share >= 1) {
      thing.ways.shift();
      if (!thing.ways.length && thing.gone) drop(thing);
    }
    moving ||= thing.ways.length > 0;
  }
  running = moving;
  if (moving) requestAnimationFrame(step);
}

function run() {
  if (running) return;
  running = true;
  requestAnimationFrame(step);
}

// -- what the timeline and the state say

function goesBack(event, later, state) {
  const next = later.find((one) => one.serial === event.serial);
  return next ? next.to !== "box" : state.acceptor === "RETURNING";
}

function travel(event, later, state) {
  const points = way(event.from, event.to, goesBack(event, later, state));
  const value = event.value_fen ?? 0;
  const thing = lying(event.from).find((one) => one.kind === event.thing && one.value === value) ?? create(event.thing, value, event.from);
  thing.place = event.to;
  thing.gone = !SPOTS[event.to];
  if (!points || still.matches) {
    if (thing.gone) drop(thing);
    else put(thing, ...spotOf(thing));
    return;
  }
  const started = thing.node.hasAttribute("transform") && !thing.ways.length;
  if (started) points[0] = [thing.x, thing.y];
  const intoBox = event.from === "acceptor.path" && event.to === "box" && points[0][1] > 190; // it is past the corner already
  const rest = intoBox ? [points[0], ...points.slice(-2)] : points;
  if (!thing.gone && !(event.from === "acceptor.escrow" && event.to === "acceptor.path")) rest[rest.length - 1] = spotOf(thing);
  thing.ways.push(prepare(rest, lasts(event.from, event.to, state.speeds)));
  if (!thing.node.hasAttribute("transform")) put(thing, ...rest[0]);
}

// The drawn things of a place made to be just what lies there.
function settle(place, kind, value, count) {
  const there = lying(place).filter((thing) => thing.kind === kind && thing.value === value);
  for (const extra of there.slice(count)) drop(extra);
  for (let missing = count - there.length; missing > 0; missing -= 1) {
    const thing = create(kind, value, place);
    put(thing, ...spotOf(thing));
  }
}

function settleAll(state) {
  for (const place of Object.keys(SPOTS)) {
    const held = state.places[place];
    if (!held) continue;
    const values = new Set([...Object.keys(held.notes).map(Number), ...lying(place).filter((one) => one.kind === "note").map((one) => one.value)]);
    for (const value of values) settle(place, "note", value, held.notes[value] ?? 0);
    for (const value of COIN_VALUES) settle(place, "coin", value, held.coins?.[value] ?? 0);
    settle(place, "ticket", 0, held.tickets);
    settle(place, "slip", 0, held.slips);
  }
}

// `events` happened since the last call, `state` is newer than all of them; `all`: and it knows of nothing else.
export function move(events, state, all) {
  const fresh = events.filter((event) => event.kind === "move" && state.clock.mono_ms - event.mono_ms < FRESH_MS);
  const crowd = (event) => fresh.filter((one) => one.from === event.from && one.to === event.to).length > MANY;
  fresh.forEach((event, n) => {
    if ((SPOTS[event.from] || SPOTS[event.to]) && !crowd(event)) travel(event, fresh.slice(n + 1), state);
  });
  if (all) settleAll(state);
  run();
}
