// Which half of a machine works and why not the other, as its front; how much its devices have done, and of which version they are.
import { draw, make, none, pair, pill, table } from "./dom.js";
import { DEVICES, reason } from "./words.js";

// Service: what it is called, and where on the front it is: x, y, width, height.
const SERVICES = {
  cash: [["现金", "Notes"], [126, 142, 70, 24]],
  card: [["银行卡", "Cards"], [126, 176, 70, 24]],
  code: [["屏幕付款码", "Our code"], [52, 72, 34, 34]],
  scan: [["手机付款码", "Phone's code"], [126, 210, 38, 38]],
  pickup: [["取票", "Pick-up"], [36, 210, 76, 38]],
  slips: [["凭条", "Slips"], [36, 142, 70, 24]],
};
// What leaves a service in part: it works, not as usual. Any other reason takes it away.
const PART = { cash: ["exact_only", "change_low"], pickup: ["typed_only", "no_scanner", "no_id_reader"] };
const MARKS = { ok: "✓", warn: "▲", danger: "■", none: "–" };

const stateOf = (name, told) => (told === undefined ? "none" : told === "ok" ? "ok" : PART[name]?.includes(told) ? "warn" : "danger");
const WORDS = { ok: ["可用", "Works"], warn: ["部分可用", "In part"], danger: ["不可用", "Not now"], none: ["未配备", "Not fitted"] };

function front(services) {
  const parts = Object.entries(SERVICES).map(([name, [, [x, y, width, height]]]) => {
    const look = stateOf(name, services[name]);
    return draw("g", { class: `part ${look}`, "data-name": name },
      draw("rect", { x, y, width, height, rx: 5 }),
      draw("text", { x: x + width / 2, y: y + height / 2 + 5, "text-anchor": "middle" }, MARKS[look]));
  });
  const said = Object.entries(SERVICES).map(([name, [words]]) => `${words.join(" ")} ${WORDS[stateOf(name, services[name])].join(" ")}`).join(", ");
  return draw("svg", { class: "front", viewBox: "0 0 232 300", role: "img", "aria-label": said },
    draw("path", { class: "body", d: "M24 10h184a8 8 0 0 1 8 8v264H16V18a8 8 0 0 1 8-8Z" }),
    draw("path", { class: "foot", d: "M10 282h212v10H10Z" }),
    draw("rect", { class: "screen", x: 36, y: 28, width: 160, height: 100, rx: 6 }),
    draw("path", { class: "lines", d: "M104 60h76M104 78h76M104 96h48" }),
    ...parts);
}

const service = (name, told) => {
  const look = stateOf(name, told);
  return make("li", { class: look, "data-name": name },
    make("b", {}, pair(SERVICES[name][0])), pill(look === "none" ? "" : look, WORDS[look]), make("span", {}, look === "ok" || look === "none" ? "" : pair(reason(told))));
};

function devices(status) {
  const { devices: done = {}, notes = {} } = status.wear ?? {};
  const versions = status.versions ?? {};
  const names = [...new Set([...Object.keys(done), ...Object.keys(versions)])].sort();
  if (names.length === 0) return none(["机器尚未报告设备", "The machine has told of no device yet"]);
  const rows = names.map((name) => {
    const { cycles = 0, failures = 0 } = done[name] ?? {};
    return [pair(DEVICES[name] ?? [name, name]), make("span", { class: "code" }, versions[name] ?? "–"), String(cycles), String(failures), failures ? String(Math.floor(cycles / failures)) : "–"];
  });
  const share = (count) => `${(100 * count / notes.tried).toFixed(1)} %`;
  const read = notes.tried ? make("p", {}, pair([`纸币：首次识别 ${share(notes.first)}，最终识别 ${share(notes.first + notes.later)}（共 ${notes.tried} 张）`,
    `Notes: read at once ${share(notes.first)}, read in the end ${share(notes.first + notes.later)} (of ${notes.tried})`])) : "";
  return [table([["设备", "Device"], ["型号与版本", "Model and version"], ["#次数", "Cycles"], ["#故障", "Failures"], ["#平均无故障次数", "Cycles between failures"]], rows), read];
}

export function works(status) {
  if (!status?.services) return none(["机器尚未报告服务", "The machine has not told of its services yet"]);
  const list = make("ul", {}, Object.keys(SERVICES).map((name) => service(name, status.services[name])));
  return [make("div", { class: "works" }, front(status.services), list), devices(status)].flat();
}
