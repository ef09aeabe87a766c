// The plan of the cabinet: where things lie in the drawing (units of its view box) and which ways lead from place to place.
// `fit` makes it the plan of the machine that is looked at; before that it is nobody's.
export const WIDE = 640;
export const HIGH = 716;
export const WITH_CARDS = 978;
export const BELOW = { coins: 160, readers: 160 }; // height of each row that may follow under them, and of the gap before it
const DUCT = 117; // height of the note path before the escrow
const DOWN = 206; // and of the way to the box below it
const PAYOUT = 278;
const PRESS = 586;
const BOX_X = 54;

const FIRST_X = 14;
const LAST_X = 366;
export const COLUMNS = new Map(); // number of the cassette, 0 for the box -> left edge
export const STACK = { wide: 80, top: 296, high: 128 };
const column = (n) => COLUMNS.get(n) + STACK.wide / 2;
let recycles = false;
let below = HIGH; // where the last row ends
const tops = {};
export const coinsTop = () => tops.coins;
export const readersTop = () => tops.readers;
export const hopperX = (n) => 16 + (n - 1) * 180;
export const high = () => below;

// Where a thing that lies in a place is drawn; `dx`, `dy`: how far the next one lies from it.
export const SPOTS = {
  "acceptor.mouth": { x: 26, y: DUCT, dx: 6, dy: 5 },
  "acceptor.path": { x: 170, y: DUCT, dx: 0, dy: -6 },
  "acceptor.escrow": { x: 344, y: 164, dx: 0, dy: -5 },
  "acceptor.stacker": { x: 300, y: DOWN, dx: 0, dy: -5 }, // of a Bill-to-Bill unit
  "acceptor.jam": { x: 258, y: DUCT, dx: 5, dy: 6 },
  "dispenser.path": { x: 494, y: PAYOUT, dx: -8, dy: 0 },
  "change.tray": { x: 520, y: 340, dx: 0, dy: -4 },
  "printer.path": { x: 157, y: PRESS, dx: 0, dy: 0 },
  "ticket.tray": { x: 281, y: PRESS + 14, dx: 3, dy: -4 },
  "ticket.slot": { x: 407, y: PRESS + 14, dx: 3, dy: -4 },
  "slip.mouth": { x: 150, y: 688, dx: 10, dy: 0 },
};

const ENDS = {
  hand: [-6, DUCT], box: [BOX_X, STACK.top + 90], "dispenser.reject": [520, 378], "change.retract": [520, 420], roll: [66, PRESS],
  "ticket.waste": [525, 566], "ticket.retract": [525, 606], floor: [575, 680], "slip.roll": [116, 682],
};

// The rows under the cabinet proper, one after the other, and what lies in them.
function stackRows(fitted) {
  below = fitted.cards ? WITH_CARDS : HIGH;
  for (const [name, there] of [["coins", fitted.hoppers.length], ["readers", fitted.collect]]) {
    if (!there) continue;
    tops[name] = below + 12;
    below += BELOW[name];
  }
  for (const n of fitted.hoppers) {
    const middle = hopperX(n) + 60;
    ENDS[`hopper.${n}`] = [middle, tops.coins + 90];
    SPOTS[`hopper.${n}.exit`] = { x: middle, y: tops.coins + 114, dx: 0, dy: 0 };
  }
  if (fitted.hoppers.length) SPOTS["change.cup"] = { x: 434, y: tops.coins + 108, dx: 9, dy: 0 };
}

// Box and cassettes stand side by side, however many there are. A unit that recycles pays out by the way notes came in.
export function fit(fitted) {
  recycles = !fitted.change_tray;
  const apart = fitted.cassettes.length ? (LAST_X - FIRST_X) / fitted.cassettes.length : 0;
  [0, ...fitted.cassettes].forEach((n, nth) => COLUMNS.set(n, Math.round(FIRST_X + nth * apart)));
  stackRows(fitted);
  for (const n of fitted.cassettes) ENDS[`cassette.${n}`] = [column(n), STACK.top + 20];
  if (!recycles) return;
  SPOTS["dispenser.path"] = { x: 120, y: DOWN, dx: 7, dy: -3 };
  delete SPOTS["change.tray"];
}

const INTO_BOX = [[344, DUCT], [344, DOWN], [BOX_X, DOWN]];
const at = (place) => (SPOTS[place] ? [SPOTS[place].x, SPOTS[place].y] : ENDS[place]);

// Points of the way from one place to another; `back`: a note in the path goes back to the slot, not on to the box.
export function way(from, to, back) {
  if (to === "hand" && from === "change.tray") return [at(from), [612, 340]];
  if (to === "hand" && from === "change.cup") return [at(from), [612, tops.coins + 104]];
  if (from.endsWith(".exit") && to === "change.cup") return [at(from), [at(from)[0], tops.coins + 132], [404, tops.coins + 132], at(to)];
  if (to === "hand" && from === "ticket.slot") return [at(from), [452, PRESS + 14]];
  if (to === "hand" && from === "slip.mouth") return [at(from), [208, 688]];
  if (from === "acceptor.escrow" && to === "acceptor.path") return back ? [at(from), [344, DUCT], at(to)] : [at(from), ...INTO_BOX];
  if (from === "acceptor.escrow" && to.startsWith("acceptor.")) return [at(from), [344, DUCT], at(to)];
  if (to === "acceptor.stacker") return [at(from), [344, DUCT], [344, DOWN], at(to)];
  if (from === "acceptor.stacker" && to === "box") return [at(from), [BOX_X, DOWN], at(to)];
  if (from === "acceptor.stacker" && at(to)) return [at(from), [at(to)[0], DOWN], at(to)];
  if (to === "acceptor.escrow") return [at(from), [344, DUCT], at(to)];
  if (to === "box") return [at(from), ...INTO_BOX, at(to)];
  if (recycles && from === "dispenser.path" && to.startsWith("acceptor.")) return [at(from), [344, DOWN], [344, DUCT], at(to)];
  if (recycles && from.startsWith("cassette.") && to.startsWith("acceptor.")) return [at(from), [at(from)[0], PAYOUT], [BOX_X, PAYOUT], [BOX_X, DOWN], [344, DOWN], [344, DUCT], at(to)];
  if (recycles && from.startsWith("cassette.") && at(from)) return [at(from), [at(from)[0], PAYOUT], [BOX_X, PAYOUT], [BOX_X, DOWN], at(to)];
  if (recycles && to.startsWith("cassette.") && at(to) && at(from)?.[1] < 230) return [at(from), ...(at(from)[1] < DOWN ? INTO_BOX.slice(0, 2) : []), [BOX_X, DOWN], [BOX_X, PAYOUT], [at(to)[0], PAYOUT], at(to)];
  if (from.startsWith("cassette.") && at(from)) return [at(from), [at(from)[0], PAYOUT], at(to)];
  if (to.startsWith("cassette.") && at(from)?.[1] < 230) return [at(from), ...INTO_BOX.slice(0, 2), [at(to)[0], PAYOUT], at(to)];
  if (from === "dispenser.path") return [at(from), [520, PAYOUT], at(to)];
  return at(from) && at(to) ? [at(from), at(to)] : null;
}

// Milliseconds a way takes, at the rate of this machine's clock.
export function lasts(from, to, speeds) {
  if (from === "acceptor.path" && (to === "acceptor.escrow" || to === "box")) return speeds.note_in_ms / 5;
  if (from.startsWith("acceptor.") && to === "acceptor.mouth") return speeds.note_in_ms / 4;
  if (from.startsWith("acceptor.") || to.startsWith("acceptor.")) return speeds.note_in_ms / 2;
  if (from.startsWith("cassette.") || from.startsWith("dispenser.")) return Math.max(speeds.note_out_ms, 120) * 1.4;
  if (from === "roll") return speeds.ticket_ms / 5;
  if (from === "printer.path") return speeds.ticket_ms / 8;
  return Math.max(250, speeds.flap_ms * 1.5);
}
