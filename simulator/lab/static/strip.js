// The last minute of the machine's time: for each device when it moved, and above them what hands and trouble did.
import { get } from "./api.js";
import { byId, make, pair, refresh } from "./dom.js";
import { deviceWords, timeOf } from "./words.js";

const SPAN_MS = 60_000; // by the machine's clock
const TICK_MS = 10_000;
const BRIEF_MS = 200; // by the machine's clock: a reader of identity cards that only looks after itself is not shown
const NOW_PX = 104; // so much at its end the word "now" takes, with half of a time beside it
const marks = [];
const LOOKS = { fault: "trouble", mains: "trouble", power: "trouble", station: "trouble", refused: "warn", phone: "warn", bank: "warn", door: "warn", help: "warn", held: "warn", box: "warn", service: "warn" };

export function remember(events) {
  marks.push(...events.filter((event) => LOOKS[event.kind]));
  marks.splice(0, Math.max(0, marks.length - 200));
}

const place = (node, left, width) => {
  node.style.left = `${(left * 100).toFixed(2)}%`;
  if (width !== undefined) node.style.width = `${(width * 100).toFixed(2)}%`;
  return node;
};

function build(devices) {
  const lane = (words, name) => make("div", { class: "lane" }, make("span", { class: "name" }, ...pair(words)), make("div", { class: "track", id: `lane-${name}` }));
  return [lane(["人与故障", "hands, trouble"], "marks"), ...devices.map((device) => lane(deviceWords(device), device)), make("div", { class: "lane ticks" }, make("span", { class: "name" }), make("div", { class: "track", id: "lane-ticks" }))];
}

export async function drawStrip(state) {
  const { rate, mono_ms: mono, wall_ms: wall } = state.clock;
  const real = SPAN_MS / rate;
  const told = await get(`/api/busy?since_ms=${Math.max(0, Math.round(mono - real))}`);
  const share = (ms) => Math.max(0, Math.min(1, (ms - (told.now_ms - real)) / real));
  const devices = Object.keys(told.devices);
  refresh(byId("strip"), devices, () => build(devices));
  for (const device of devices) {
    byId(`lane-${device}`).replaceChildren(...told.devices[device].filter(([from, to]) => device !== "id_reader" || ((to ?? told.now_ms) - from) * rate > BRIEF_MS).map(([from, to]) => place(make("i", { class: `bar ${device}` }), share(from), Math.max(0.003, share(to ?? told.now_ms) - share(from)))));
  }
  byId("lane-marks").replaceChildren(...marks.filter((one) => told.now_ms - one.mono_ms < real).map((one) => place(make("i", { class: `mark ${LOOKS[one.kind]}`, title: one.name ?? one.kind }), share(one.mono_ms))));
  const first = Math.ceil((wall - SPAN_MS) / TICK_MS) * TICK_MS;
  const lowest = byId("lane-ticks");
  const nowMs = SPAN_MS * NOW_PX / Math.max(NOW_PX, lowest.clientWidth);
  const ticks = Array.from({ length: 6 }, (_, n) => first + n * TICK_MS).filter((at) => at <= wall - nowMs);
  lowest.replaceChildren(...ticks.map((at) => place(make("span", { class: "tick" }, timeOf(at)), 1 - (wall - at) / SPAN_MS)),
    make("span", { class: "tick now" }, ...pair(["现在", "now"])));
}
