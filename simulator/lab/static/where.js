// The table of notes: every place by face value, with sums; and whether the total is what was ever brought in.
import { byId, chip, make, pair, pill, refresh } from "./dom.js";
import { MOVING, OF_COINS, OF_TRAY, ROWS, VALUES, depositPlace, yuan } from "./words.js";

const shown = (count) => (count ? String(count) : make("span", { class: "none" }, "·"));

function row(zh, en, places, state) {
  const counts = VALUES.map((value) => places.reduce((sum, name) => sum + (state.places[name]?.notes[value] ?? 0), 0));
  const coins = places.reduce((sum, name) => sum + Object.values(state.places[name]?.coins ?? {}).reduce((one, more) => one + more, 0), 0);
  const worth = places.reduce((sum, name) => sum + (state.places[name]?.value_fen ?? 0), 0);
  const moving = worth > 0 && places.some((name) => MOVING.has(name));
  return make("tr", { class: moving ? "moving" : "", "data-row": places[0] }, make("th", { scope: "row" }, ...pair([zh, en])),
    ...counts.map((count) => make("td", {}, shown(count))), ...(state.hoppers ? [make("td", {}, shown(coins))] : []), make("td", {}, yuan(worth)));
}

// Money that is no note: what the phone's owner has, and what his payments left with the machine's owner.
const ACCOUNTS = [["手机余额", "In the phone", "phone", "balance_fen"], ["支付平台", "Paid by phone", "phone", "kept_fen"],
  ["卡上余额", "On the cards", "bank", "balance_fen"], ["银行收款", "Paid by card", "bank", "kept_fen"]];
const rowName = (who, name) => (who === "phone" ? name : `${who}_${name}`);
const account = ([zh, en, who, name], state) => make("tr", { class: "account", "data-row": rowName(who, name) }, make("th", { scope: "row" }, ...pair([zh, en])), make("td", { colspan: VALUES.length + (state.hoppers ? 1 : 0) }), make("td", {}, yuan(state[who][name])));
// Sum over phone and bank of one of their figures.
const beside = (state, name) => (state.phone?.[name] ?? 0) + (state.bank?.[name] ?? 0);

// A deposit in a cassette is escrow, not change.
function rows(state) {
  const deposit = depositPlace(state);
  const fitted = ROWS.filter(([, , names]) => (state.fitted.change_tray || !names.every((name) => OF_TRAY.has(name))) && (state.hoppers || !OF_COINS.has(names[0])));
  return fitted.map(([zh, en, names]) => [zh, en, names.includes("acceptor.escrow") && deposit ? [...names, deposit] : names.filter((name) => name !== deposit)]);
}

export function drawWhere(state) {
  const places = Object.entries(state.places).filter(([, place]) => Object.keys(place.notes).length || place.coins);
  refresh(byId("where-body"), [places.map(([name, place]) => [name, place.notes, place.coins]), state.total, state.phone?.balance_fen, state.phone?.kept_fen, state.bank?.balance_fen, state.bank?.kept_fen], () => {
    const named = new Set(rows(state).flatMap(([, , names]) => names));
    const others = places.map(([name]) => name).filter((name) => !named.has(name));
    byId("where-head").replaceChildren(make("tr", {}, make("th", {}), ...VALUES.map((value) => make("th", { scope: "col" }, chip(value, `¥${value / 100}`))), ...(state.hoppers ? [make("th", { scope: "col", title: "硬币 Coins" }, make("span", { class: "coin-head", role: "img", "aria-label": "硬币 Coins" }))] : []), make("th", { scope: "col" }, "¥")));
    const total = row("合计", "Total", Object.keys(state.places), state);
    total.lastElementChild.textContent = yuan(state.total.value_fen + beside(state, "balance_fen") + beside(state, "kept_fen"));
    byId("where-foot").replaceChildren(total);
    const accounts = ACCOUNTS.filter(([, , who]) => state[who]).map((one) => account(one, state));
    return [...rows(state), ...(others.length ? [["别处", "Elsewhere", others]] : [])].map(([zh, en, names]) => row(zh, en, names, state)).concat(accounts);
  });
  const found = state.total.value_fen + beside(state, "balance_fen") + beside(state, "kept_fen");
  const brought = state.total.brought_fen === undefined ? undefined : state.total.brought_fen + beside(state, "opened_fen");
  const conserved = state.total.conserved && (state.phone?.conserved ?? true) && (state.bank?.conserved ?? true) && (brought === undefined || brought === found);
  const off = brought === undefined || brought === found ? "" : ` ${found > brought ? "+" : "−"}¥${yuan(Math.abs(found - brought))}`;
  pill(byId("conserved"), conserved ? ["✓ 总数守恒", "Conserved"] : [`× 总数不符${off}`, `Not conserved${off}`], conserved ? "good" : "bad");
}
