// Plug, battery, the station's line, and the clock's rate.
import { act } from "./deeds.js";
import { byId, make, pair, refresh, stacked } from "./dom.js";

const STATION = { down: ["断网", "Station down"], slow: ["车站慢", "Station slow"] };

const PROVIDER = { silent: ["支付断网", "Pay down"], slow: ["支付慢", "Pay slow"] };

function plug(state) {
  const on = state.mains;
  return make("button", { class: "switch", id: "mains", role: "switch", "data-name": "mains", "aria-checked": String(on), "aria-label": "市电插头 Mains plug", click: () => act("mains", on ? "0" : "1") },
    ...stacked(on ? ["市电开 · 拔插头", "Mains on: pull the plug"] : ["已断电 · 插回", "Mains off: plug it in"]));
}

function battery(power) {
  const percent = Math.round(power.percent);
  const cell = make("i", { class: "cell" });
  cell.style.width = `${percent}%`;
  return make("p", { class: `battery${percent < 25 ? " low" : ""}`, id: "battery" }, make("span", { class: "can" }, cell), `UPS ${percent}%`, ...(power.on_battery ? [" ", ...pair(["电池供电", "on battery"])] : []));
}

function station(name, on) {
  return make("button", { class: "key", "data-name": `station.${name}`, "aria-pressed": String(on), click: () => act("station", `${name}.${on ? 0 : 1}`) }, ...stacked(STATION[name]));
}

function provider(name, on) {
  return make("button", { class: "key", "data-name": `provider.${name}`, "aria-pressed": String(on), click: () => act("fault", `provider.${name}.${on ? 0 : 1}`) }, ...stacked(PROVIDER[name]));
}

export function drawPower(state) {
  const power = state.ups ?? null;
  const payment = state.faults.provider ? Object.keys(PROVIDER).map((name) => [name, state.faults.provider[name]]) : [];
  refresh(byId("power"), [state.mains, state.station, power, payment], () => [
    plug(state), ...(power ? [battery(power)] : []), ...Object.entries(state.station ?? {}).map(([name, on]) => station(name, on)),
    ...payment.map(([name, on]) => provider(name, on)),
  ]);
  // The rate is part of how the processes were started: they all count from the same point, so it cannot change under way.
  refresh(byId("rate"), state.clock.rate, () => pair([`时钟 × ${state.clock.rate}：启动时用 --rate 定，运行中不变。`, `Clock × ${state.clock.rate}: set with --rate at the start, fixed while it runs.`]));
}
