// Today's sales by ten minutes as two filled lines; the one by card is dashed too, so colour is not all that tells them apart.
import { draw, make, pair } from "./dom.js";
import { time, yuan } from "./words.js";

const [W, H, LEFT, FOOT, HEAD] = [1280, 240, 70, 28, 12];

function nice(top) {
  const size = 10 ** Math.floor(Math.log10(Math.max(top, 1)));
  return [1, 2, 2.5, 5, 10].map((step) => step * size).find((step) => top / step <= 4) ?? 10 * size;
}

export function chart(told) {
  const top = Math.max(10000, ...told.cash_fen, ...told.card_fen);
  const step = nice(top);
  const high = Math.ceil(top / step) * step;
  const last = Math.max(told.cash_fen.length - 1, 1);
  const begin = Math.max(0, last - 72); // the last twelve hours
  const x = (at) => LEFT + ((W - LEFT - 12) * (at - begin)) / Math.max(last - begin, 1);
  const y = (fen) => HEAD + (H - HEAD - FOOT) * (1 - fen / high);
  const line = (values, look) => {
    const points = values.slice(begin).map((fen, at) => `${x(at + begin).toFixed(1)},${y(fen).toFixed(1)}`);
    return draw("polygon", { class: look, points: [`${x(begin)},${y(0)}`, ...points, `${x(begin + points.length - 1)},${y(0)}`].join(" ") });
  };
  const rules = [];
  for (let fen = 0; fen <= high; fen += step) {
    rules.push(draw("line", { class: "grid", x1: LEFT, x2: W - 12, y1: y(fen), y2: y(fen) }), draw("text", { x: LEFT - 8, y: y(fen) + 4, "text-anchor": "end" }, yuan(fen)));
  }
  const every = last - begin > 36 ? 6 : 3;
  for (let at = Math.ceil(begin / every) * every; at <= last; at += every) {
    const anchor = x(at) > W - 40 ? "end" : "middle";
    rules.push(draw("line", { class: "grid", x1: x(at), x2: x(at), y1: HEAD, y2: y(0) }), draw("text", { x: x(at), y: H - 6, "text-anchor": anchor }, time(told.begin_ms + at * told.step_ms).slice(0, 5)));
  }
  const sum = (values) => yuan(values.reduce((a, b) => a + b, 0));
  const title = `现金 cash ${sum(told.cash_fen)}, 扫码/银行卡 cashless ${sum(told.card_fen)}`;
  return make("figure", { class: "chart" },
    draw("svg", { viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: "none", role: "img", "aria-label": title }, ...rules, line(told.cash_fen, "cash"), line(told.card_fen, "card-line")),
    make("figcaption", { class: "legend" },
      make("span", {}, make("i", {}), ...pair(["现金", "Cash"]), ` ${sum(told.cash_fen)}`),
      make("span", {}, make("i", { class: "card-line" }), ...pair(["扫码/银行卡", "Cashless"]), ` ${sum(told.card_fen)}`)));
}
