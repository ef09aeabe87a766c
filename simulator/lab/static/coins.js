// The coin hoppers and the cup: bowls with what lies in them, the exits, and where coins fall within reach.
import { act } from "./deeds.js";
import { draw, byId, label, make, pill, refresh } from "./dom.js";
import { BELOW, coinsTop, hopperX } from "./plan.js";

const BOWL = { wide: 120, high: 62 };
const box = (x, y, width, height, look, more = {}) => draw("rect", { x, y, width, height, rx: 10, class: look, ...more });

// A bowl narrows to its exit; coins lie in it as high as they are many.
function hopper(n) {
  const [x, top] = [hopperX(n), coinsTop() + 40];
  const side = (y) => 30 * ((y - top) / BOWL.high);
  const shape = `M${x} ${top}H${x + BOWL.wide}L${x + BOWL.wide - side(top + BOWL.high)} ${top + BOWL.high}H${x + side(top + BOWL.high)}Z`;
  return draw("g", { id: `hopper${n}`, class: "hopper" },
    draw("clipPath", { id: `bowl${n}` }, draw("path", { d: shape })), draw("path", { d: shape, class: "casing" }),
    draw("rect", { class: "coins", x, y: top + BOWL.high, width: BOWL.wide, height: 0, "clip-path": `url(#bowl${n})` }),
    draw("text", { x: x + BOWL.wide / 2, y: top + 24, class: "middle head" }), draw("text", { x: x + BOWL.wide / 2, y: top + 47, class: "middle count" }),
    draw("path", { class: "chute", d: `M${x + BOWL.wide / 2} ${top + BOWL.high}V${top + 92}H404` }),
    draw("text", { x: x + BOWL.wide / 2 + 14, y: top + 82, class: "small" }));
}

export function buildCoins(fitted) {
  const top = coinsTop();
  return draw("g", {}, box(0, top, 590, BELOW.coins - 12, "panel"), label(16, top + 26, ["硬币", "Coin hoppers"], "title"),
    draw("foreignObject", { x: 400, y: top + 7, width: 178, height: 30 }, make("p", { class: "corner" }, make("span", { id: "coin-pill", class: "pill quiet" }, "…"))),
    ...fitted.hoppers.map(hopper), draw("g", { id: "cup", class: "bin", role: "button" }, draw("path", { class: "casing", d: `M404 ${top + 72}H578L566 ${top + 134}H416Z` }),
      draw("text", { id: "cup-words", x: 491, y: top + 62, class: "middle small" })));
}

const FULL = 1000; // coins a bowl of this drawing holds

function bowl(n, state) {
  const [told, group] = [state.hoppers[n], byId(`hopper${n}`)];
  const [place, exit] = [state.places[`hopper.${n}`], state.places[`hopper.${n}.exit`]];
  const low = place.things < told.low_coins;
  group.setAttribute("class", `hopper${low ? " low" : ""}${told.blocked ? " stuck" : ""}`);
  const high = Math.round(Math.min(1, Math.sqrt(place.things / FULL)) * BOWL.high);
  const level = group.querySelector(".coins");
  level.setAttribute("y", String(coinsTop() + 40 + BOWL.high - high));
  level.setAttribute("height", String(high));
  const [value, count, words] = group.querySelectorAll("text");
  value.textContent = `¥${told.value_fen / 100}`;
  count.textContent = String(place.things);
  const said = exit.things || told.blocked ? ["卡住", "Stuck"] : low ? ["少", "Low"] : ["", ""];
  refresh(words, said, () => said.map((text, at) => draw("tspan", { lang: at ? "en" : "zh" }, `${text} `)));
}

export function drawCoins(state) {
  if (!state.hoppers) return;
  for (const n of Object.keys(state.hoppers)) bowl(n, state);
  const paying = Object.values(state.hoppers).some((one) => one.paying);
  const blocked = Object.values(state.hoppers).some((one) => one.blocked);
  pill(byId("coin-pill"), paying ? ["落币中", "Coins fall"] : blocked ? ["出口被挡", "Exit is blocked"] : ["静止", "At rest"], paying ? "busy" : blocked ? "bad" : "quiet");
  const cup = state.places["change.cup"];
  byId("cup").setAttribute("class", `bin${cup.things ? " full" : ""}`);
  const said = cup.things ? [`硬币杯 ¥${cup.value_fen / 100}`, `Cup ¥${cup.value_fen / 100}`] : ["硬币杯，空", "Cup, empty"];
  refresh(byId("cup-words"), said, () => [draw("tspan", { lang: "zh" }, said[0]), " ", draw("tspan", { lang: "en" }, said[1])]);
}

// A hand reaches into the cup where it is drawn, too.
export const wireCoins = () => byId("cup").addEventListener("click", () => act("take", "coins"));
