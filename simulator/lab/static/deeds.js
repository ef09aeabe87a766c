// What hands do. Each deed is a word and an argument, so that it can be written into a link and done again.
import { post, tell } from "./api.js";
import { touch } from "./screen.js";
import { OUTLETS, WHY_NOT } from "./words.js";

const listeners = [];
export const onDeed = (listener) => listeners.push(listener);

const fen = (text) => Number(text);
const last = (text) => [text.slice(0, text.lastIndexOf(".")), text.slice(text.lastIndexOf(".") + 1)];

async function take(outlet) {
  const said = await post("/api/take", { outlet });
  if (said?.why) {
    const [place, why] = [OUTLETS[outlet], WHY_NOT[said.why] ?? [said.why, said.why]];
    tell([`${place[0]}：${why[0]}`, `${place[1]}: ${why[1]}`]);
  }
}

async function counterfeit(value) {
  if (await post("/api/give", { value_fen: fen(value), count: 1, genuine: false })) await insertFalse(value);
}

const insertFalse = (value) => post("/api/insert", { value_fen: fen(value), genuine: false });

function fault(text) {
  const [rest, on] = last(text);
  const [device, name] = [rest.slice(0, rest.indexOf(".")), rest.slice(rest.indexOf(".") + 1)];
  return post("/api/fault", { device, name, on: on === "1" });
}

function door(text) {
  const [name, open] = last(text);
  return post("/api/door", { door: name, open: open === "1", key: true });
}

function station(text) {
  const [name, on] = last(text);
  return post("/api/station", { name, on: on === "1" });
}

function give(text) {
  const [value, count] = last(text);
  return post("/api/give", { value_fen: fen(value), count: Number(count) });
}

// Answers where on the glass, and says nothing when there is no glass.
function tap(text) {
  const [x, y] = text.split("-")[0].split("x").map(Number);
  return touch(x, y);
}

const DEEDS = {
  tap, take, fault, door, station, give, counterfeit,
  insert: (value) => post("/api/insert", { value_fen: fen(value) }),
  false: insertFalse,
  near: (on) => post("/api/near", { near: on === "1" }),
  help: () => post("/api/help", {}),
  mains: (on) => post("/api/mains", { on: on === "1" }),
  service: (text) => post("/api/service", JSON.parse(text)),
};

export const known = (word) => Object.hasOwn(DEEDS, word);
export const perform = (word, argument) => DEEDS[word](argument);

// By a hand at this page: done, and heard by whoever writes the link.
export function act(word, argument = "") {
  for (const listener of listeners) listener(word, argument);
  return perform(word, argument);
}
