// Trouble by a seed: the usual faults come and go as the number says, and the same number brings the same ones. The seed
// stands in the address; what it does is not written into the script of the hands, for it is said already.
import { say, told } from "./address.js";
import { perform } from "./deeds.js";
import { byId, make, pair, stacked } from "./dom.js";
import { QUICK } from "./words.js";

const EVERY_MS = 25_000; // by the machine's clock, on the average
const LASTS_MS = 12_000;
const MOST = 1_000;

// Numbers from 0 to 1, the same for the same seed (mulberry32, public domain).
function dice(seed) {
  let held = seed >>> 0;
  return () => {
    held = (held + 0x6D2B79F5) >>> 0;
    let mixed = Math.imul(held ^ (held >>> 15), held | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// When which fault comes: milliseconds after the beginning, device, name.
export function plan(seed, count) {
  const next = dice(seed);
  let at = 0;
  return Array.from({ length: count }, () => {
    at += Math.round(EVERY_MS * (0.5 + next()));
    const [device, name] = QUICK[Math.floor(next() * QUICK.length)];
    return [at, device, name];
  });
}

let running = 0; // number of the run that goes on; another number ends it
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function run(seed, look) {
  const own = ++running;
  const { rate } = look().clock;
  let before = 0;
  for (const [at, device, name] of plan(seed, MOST)) {
    await wait((at - before) / rate);
    before = at;
    if (own !== running) return;
    if (look().faults[device]?.[name] === undefined) continue;
    await perform("fault", `${device}.${name}.1`);
    setTimeout(() => perform("fault", `${device}.${name}.0`), LASTS_MS / rate);
  }
}

function draw(look) {
  const seed = make("input", { type: "number", id: "seed", min: "0", max: "999999", value: told("seed") || "7", "aria-label": "种子 Seed" });
  const on = Boolean(told("seed"));
  const flip = () => {
    say("seed", on ? "" : seed.value);
    if (on) running += 1;
    else run(Number(seed.value), look);
    draw(look);
  };
  byId("trouble").replaceChildren(make("span", {}, ...pair(["随机麻烦，种子", "Trouble by seed"])), seed,
    make("button", { class: "key", id: "trouble-key", "data-name": "trouble", "aria-pressed": String(on), click: flip }, ...stacked(on ? ["停止", "Stop"] : ["开始", "Start"])));
}

// `look` answers the newest state; a seed in the address goes on where the page is opened.
export function wireTrouble(look) {
  draw(look);
  if (told("seed")) run(Number(told("seed")), look);
}
