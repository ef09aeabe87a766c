// The link: what hands did at this page is written into the address; a link that is opened on a fresh machine does it again.
import { say, told } from "./address.js";
import { tell } from "./api.js";
import { known, onDeed, perform } from "./deeds.js";
import { byId, make, pair, stacked } from "./dom.js";
import { isLive, isStill, looks } from "./screen.js";
import { MOST, read, write } from "./script.js";
import { timeOf, wallOf } from "./words.js";

const KEY = "lab-deeds"; // this tab's own script: a reload goes on, it does not begin again
const LOOK_MS = 150;
const PATIENCE_MS = { tap: 8_000, insert: 30_000, false: 30_000, take: 60_000, card: 30_000, pin: 30_000, key: 10_000, hold: 30_000 };

const deeds = [];
let began = 0;
let look = () => null;
let stopped = true;

function record(word, argument) {
  const state = look();
  if (!state || !stopped || deeds.length >= MOST) return;
  const now = wallOf(state);
  if (!deeds.length) {
    began = now;
    say("at", timeOf(began).slice(0, 5));
    say("rate", String(state.clock.rate));
  }
  deeds.push({ at_ms: Math.max(0, now - began), word, argument });
  save();
}

function save() {
  const text = write(deeds);
  sessionStorage.setItem(KEY, JSON.stringify({ began, text }));
  say("do", text);
}

// -- again

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

function alike(one, other) {
  if (one.length !== other.length) return false;
  const off = [...one].reduce((sum, digit, n) => sum + Math.abs(parseInt(digit, 16) - parseInt(other[n], 16)), 0);
  return off <= one.length;
}

// Whether the machine is where it was when the deed was done.
function ready({ word, argument }) {
  const state = look();
  if (!state) return false;
  if (word === "tap") {
    const [where, looked] = argument.split("-");
    const [x, y] = where.split("x").map(Number);
    return isLive() && isStill() && (!looked || alike(looks(x, y), looked));
  }
  if (word === "insert" || word === "false") return state.slot_open && state.acceptor === "IDLING" && !state.places["acceptor.mouth"].things;
  if (word === "card") return argument === "take" ? Boolean(state.cards?.out) : Boolean(state.cards?.gate);
  if (word === "pin" || word === "key") return state.cards?.pad.mode === "pin";
  if (word === "hold") return Boolean(state.collect) && (!argument.startsWith("paper") || state.collect.lit);
  if (word === "take") return state.outlets[argument]?.things > 0 && state.outlets[argument].open;
  return true;
}

function bar(words, ...keys) {
  const node = byId("replay");
  node.hidden = !words;
  if (words) node.replaceChildren(make("span", {}, ...pair(words)), ...keys);
}

function progress(done, all) {
  const meter = make("progress", { max: String(all), value: String(done), "aria-label": "回放 Replay" });
  bar([`回放 ${done} / ${all}`, `Doing again ${done} of ${all}`], meter, make("button", { class: "key", id: "stop", click: stop }, ...stacked(["停止", "Stop (Esc)"])));
}

export function stop() {
  if (stopped) return false;
  stopped = true;
  bar(["回放已停止", "Stopped"], closing());
  return true;
}

const closing = () => make("button", { class: "key", click: () => bar(null) }, ...stacked(["知道了", "Close"]));

async function again(script) {
  stopped = false;
  const { rate } = look().clock;
  began = wallOf(look()); // what hands do afterwards goes on from here
  deeds.splice(0, deeds.length, ...script);
  save();
  const start = performance.now();
  let missed = 0;
  for (const [n, deed] of script.entries()) {
    progress(n, script.length);
    const before = n ? script[n - 1].at_ms : 0;
    await wait(Math.min(60_000, (deed.at_ms - before) / rate));
    const until = performance.now() + (PATIENCE_MS[deed.word] ?? 0);
    while (!stopped && !ready(deed) && performance.now() < until) await wait(LOOK_MS);
    if (stopped) return;
    if (!ready(deed)) missed += 1;
    await perform(deed.word, deed.argument);
  }
  const seconds = Math.round((performance.now() - start) / 1000);
  stopped = true;
  bar(missed ? [`回放完毕，${missed} 步时机器与当时不同`, `Done again in ${seconds} s; at ${missed} of them the machine was not as it was then`] : [`回放完毕，${script.length} 步`, `Done again: ${script.length} deeds in ${seconds} s`], closing());
}

const fresh = (state) => !state.story.account && !state.story.outage && !state.near && !Object.values(state.faults).some((names) => Object.values(names).some(Boolean));

function offer(script, state) {
  const begin = () => { tell(null); again(script); };
  if (fresh(state)) begin();
  else bar([`链接里有 ${script.length} 步，但这台机器已被用过`, `The link holds ${script.length} deeds, but this machine has been used already`],
    make("button", { class: "key", id: "anyway", click: begin }, ...stacked(["仍要回放", "Do them anyway"])), closing());
}

// `state`: how the machine is when the page opens.
export function begin(state) {
  const text = told("do");
  if (!text) return;
  const own = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  const script = read(text);
  if (own?.text === text) {
    began = own.began;
    deeds.push(...script);
  } else if (script.length) offer(script, state);
  else tell(["链接里没有认得的步骤。", "The link holds no deed that is known here."]);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(location.href);
    tell([`链接已复制，含 ${deeds.length} 步。在新开的演示上打开即可回放。`, `Link copied, ${deeds.length} deeds. Opened on a fresh demo (same --at and --rate), it does them again.`]);
  } catch {
    tell(["请从地址栏复制链接。", "Copy the link from the address bar."]);
  }
}

export function wireShare(state) {
  look = state;
  onDeed((word, argument) => { if (known(word)) record(word, argument); });
  byId("copy").addEventListener("click", copy);
}
