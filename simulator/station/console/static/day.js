// A business day: sums of both sides, each difference by itself, and its close.
import { deed, get, mayAll } from "./api.js";
import { card, facts, make, none, pair, pill, refresh, table } from "./dom.js";
import { FIGURES, ITEMS, moment, yuan } from "./words.js";

const named = (name) => pair(FIGURES[name] ?? (name.startsWith("sales_") ? [`售票：${name.slice(6)}`, `Sales: ${name.slice(6)}`] : name));
export const PAUSE = 5000;
const RANKS = Object.keys(FIGURES); // as people read them: what is part of a sum stands under it
const rank = (name) => (RANKS.includes(name) ? RANKS.indexOf(name) : RANKS.length);
const figure = (name, value) => (name.endsWith("_fen") ? yuan(value) : String(value));

function sums(told) {
  const names = [...new Set([...Object.keys(told.machines), ...Object.keys(told.station)])].sort();
  if (names.length === 0) return none(["这一天没有售票", "Nothing was sold on that day"]);
  const side = (of, title) => {
    const figures = [...new Set(names.flatMap((name) => Object.keys(of[name] ?? {})))].sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
    return [make("h3", {}, pair(title)), table([["", ""], ...names.map((name) => [`#${name}`, name])],
      figures.map((each) => [named(each), ...names.map((name) => figure(each, of[name]?.[each] ?? 0))]))];
  };
  return [...side(told.station, ["车站所售", "What the station sold"]), ...side(told.machines, ["机器记录", "What the machines recorded"])];
}

const items = (told) => told.items.length === 0 ? make("p", {}, pill("ok", ["一致，无差异", "In order: no differences"])) : table(
  [["差异", "Difference"], ["详情", "What both sides say"]],
  told.items.map(({ item, ...rest }) => [pill("warn", ITEMS[item] ?? item), Object.entries(rest).flatMap(([name, value], at) => [at ? " · " : "", ...named(name), " ", make("b", {}, figure(name, value))])]));

export async function open(root, [wanted]) {
  const today = (await get("see/overview")).day;
  const which = wanted ?? today;
  const pick = make("input", { id: "day", type: "date", value: which, max: today, "aria-label": "营业日 Business day", change: () => { if (pick.value) location.hash = `#/day/${pick.value}`; } });
  pick.style.width = "11em";
  const [state, list, figures] = [make("div"), make("div"), make("div")];
  const head = card(["营业日", "Business day"], state);
  const kinds = ["html", "csv", "pdf"].map((kind) => make("a", {
    class: "key", "data-name": `report-${kind}`, href: `/console/report/${which}.${kind}?lang=${document.documentElement.dataset.lang}`, target: kind === "html" ? "_blank" : null, rel: "noopener",
  }, ...pair(kind === "html" ? ["报告", "Report"] : [kind.toUpperCase(), kind.toUpperCase()])));
  head.querySelector("h2").append(pick, make("span", { class: "end keys" }, kinds));
  root.append(head, card(["差异", "Differences"], list), card(["两边的数字", "Figures of both sides"], figures));
  return async () => {
    const told = await get(`office/days/${which}`);
    const close = () => deed(`days/${which}:close`, {}, [`${which} 已日结。`, `${which} is closed.`]);
    refresh(state, [told.closed, told.by, told.items.length, told.late], () => [
      facts([
        [["状态", "State"], told.closed ? pill("ok", ["已日结", "Closed"]) : pill("busy", ["未日结", "Open"])],
        [["谁、何时", "Who, when"], told.closed ? `${told.by} · ${moment(told.at_ms)}` : "–"],
        [["差异", "Differences"], String(told.items.length)], [["日结后才报的售票", "Told after the close"], told.late.join(", ") || "0"],
      ]),
      make("p", {}, make("button", { class: "key main", id: "close", "data-name": "close", disabled: told.closed || !mayAll(), click: close }, pair(["日结", "Close the day"])))]);
    refresh(list, told.items, () => items(told));
    refresh(figures, [told.machines, told.station], () => sums(told));
  };
}
