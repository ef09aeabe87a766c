// What hands do. Each deed is a word and an argument, so that it can be written into a link and done again.
import { post, tell } from "./api.js";
import { byId } from "./dom.js";
import { typePin } from "./cards.js";
import { look } from "./eye.js";
import { pixels, touch } from "./screen.js";
import { OUTLETS, WHY_NOT } from "./words.js";

const SEEKS_MS = 3000;
const LOOKS_MS = 150;
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

// The camera looks at the pixels of the screen until there is a code among them, or nobody holds the phone up any longer.
async function seek() {
  const until = performance.now() + SEEKS_MS;
  for (;;) {
    const shown = pixels();
    const code = shown && look(shown);
    if (code || performance.now() > until) return code;
    await new Promise((done) => { setTimeout(done, LOOKS_MS); });
  }
}

async function phone(deed) {
  if (deed !== "scan") return post("/api/phone", { do: deed });
  byId("phone").dataset.camera = "on";
  const code = await seek();
  delete byId("phone").dataset.camera;
  if (!code) return tell(["屏幕上没有二维码。", "There is no code on the screen to scan."]);
  return post("/api/phone", { do: "scan", code });
}

function card(text) {
  const [deed, name] = text.split(".");
  return post("/api/card", deed === "insert" ? { do: deed, name } : { do: deed });
}

// `paper.E100000001`, `document.woman` or `away`.
function hold(text) {
  const [what, name = ""] = text.split(".");
  return post("/api/hold", { what, name });
}

function order(text) {
  const [tickets, document] = text.split(".");
  return post("/api/order", { tickets: Number(tickets), document });
}

async function pin(how) {
  if (await typePin(how) === null) tell(["密码键盘现在不收密码。", "The PIN pad asks for no PIN now."]);
}

// Answers where on the glass, and says nothing when there is no glass.
function tap(text) {
  const [x, y] = text.split("-")[0].split("x").map(Number);
  return touch(x, y);
}

const DEEDS = {
  tap, take, fault, door, station, give, counterfeit, phone, card, pin, hold, order,
  key: (key) => post("/api/key", { key }),
  insert: (value) => post("/api/insert", { value_fen: fen(value) }),
  false: insertFalse,
  near: (on) => post("/api/near", { near: on === "1" }),
  help: () => post("/api/help", {}),
  mains: (on) => post("/api/mains", { on: on === "1" }),
  service: (text) => post("/api/service", JSON.parse(text)),
};

export const known = (word) => Object.hasOwn(DEEDS, word);
export const perform = (word, argument) => DEEDS[word](argument);

// Heard by whoever writes the link, and done already, in words of its own.
export function note(word, argument) {
  for (const listener of listeners) listener(word, argument);
}

// By a hand at this page: done, and heard by whoever writes the link.
export function act(word, argument = "") {
  note(word, argument);
  return perform(word, argument);
}
