// The fault menu: the twins' own switches by name, the usual ones as keys; and the technician's hands.
import { get } from "./api.js";
import { act } from "./deeds.js";
import { byId, make, pair, refresh, stacked } from "./dom.js";
import { faultWords } from "./faultwords.js";
import { QUICK, QUICK_CARDS, QUICK_COINS, QUICK_PHONES, QUICK_READERS, QUICK_RECYCLER, deviceWords } from "./words.js";

export function drawFaults(state) {
  const fitted = [...QUICK, ...(state.fitted.change_tray ? [] : QUICK_RECYCLER), ...QUICK_COINS, ...QUICK_READERS, ...QUICK_PHONES, ...QUICK_CARDS].filter(([device, name]) => state.faults[device]?.[name] !== undefined);
  refresh(byId("faults"), fitted.map(([device, name]) => [device, name, state.faults[device][name]]), () => fitted.map(([device, name, zh, en]) => {
    const on = state.faults[device][name];
    return make("button", { class: "key", "data-name": `${device}.${name}`, "aria-pressed": String(on), click: () => act("fault", `${device}.${name}.${on ? 0 : 1}`) },
      ...stacked([on ? `${zh} ✓` : zh, on ? `${en}: on` : en]));
  }));
  const active = Object.entries(state.faults).flatMap(([device, names]) => Object.keys(names).filter((name) => names[name]).map((name) => [device, name]));
  refresh(byId("active-faults"), active, () => (active.length ? [make("b", {}, ...pair([`已注入 ${active.length}：`, `On now, ${active.length}:`])), " ",
    ...active.map(([device, name]) => make("button", { class: "tag", "data-name": `off.${device}.${name}`, title: "恢复 Switch off", click: () => act("fault", `${device}.${name}.0`) },
      ...pair([`${deviceWords(device)[0]}：${faultWords(device, name)}`, `${deviceWords(device)[1]}: ${name.replaceAll("_", " ")}`]), " ×"))] : pair(["没有注入故障", "No fault is on"])));
  for (const box of byId("fault-menu").querySelectorAll("input")) box.checked = Boolean(state.faults[box.dataset.device]?.[box.dataset.fault]);
}

export async function fillMenu() {
  const menu = await get("/api/faults");
  byId("fault-menu").replaceChildren(...Object.entries(menu).flatMap(([device, faults]) => [
    make("h3", {}, ...pair(deviceWords(device))),
    ...faults.map(({ name, text, on }) => {
      const box = make("input", { type: "checkbox", "data-device": device, "data-fault": name, "data-name": `menu.${device}.${name}` });
      box.checked = on;
      box.addEventListener("change", () => act("fault", `${device}.${name}.${box.checked ? 1 : 0}`));
      return make("label", {}, box, make("span", {}, make("b", { lang: "zh" }, faultWords(device, name)), " ", make("span", { lang: "en" }, text)));
    }),
  ]));
}

const service = (body) => act("service", JSON.stringify(body));

const BINS = [["reject", "清废钞", "Empty reject"], ["change_retract", "清回收", "Empty retract"], ["waste", "清废票", "Empty waste"], ["ticket_retract", "清回收票", "Empty ticket retract"]];
const BESIDE = new Set(["provider", "bank"]); // nobody mends these at the cabinet
const OF_TRAY = new Set(["reject", "change_retract"]);

function coins(hoppers, key) {
  const which = make("select", { "aria-label": "硬币箱 Hopper" }, ...Object.entries(hoppers).map(([n, one]) => make("option", { value: n }, `¥${one.value_fen / 100}`)));
  const count = make("input", { type: "number", min: "1", max: "1000", value: "100", "aria-label": "枚数 Coins" });
  return [which, count,
    key("装硬币", "Fill coins", () => service({ act: "fill_hopper", hopper: Number(which.value), coins: Number(count.value) })),
    key("取空硬币", "Empty coins", () => service({ act: "empty_hopper", hopper: Number(which.value) }))];
}

export function buildTechnician(state) {
  const option = (n) => make("option", { value: n }, `${n}`);
  const which = make("select", { "aria-label": "找零箱 Cassette" }, ...Object.keys(state.cassettes).map(option));
  const notes = make("input", { type: "number", min: "1", max: "1000", value: "100", "aria-label": "张数 Notes" });
  const blanks = make("input", { type: "number", min: "1", max: "1500", value: "500", "aria-label": "票数 Blanks" });
  const key = (zh, en, click) => make("button", { class: "key", click }, ...stacked([zh, en]));
  byId("acts").replaceChildren(
    which, notes,
    key("装钞", "Fill", () => service({ act: "fill", cassette: Number(which.value), notes: Number(notes.value) })),
    key("取空", "Empty", () => service({ act: "empty", cassette: Number(which.value) })),
    ...(state.hoppers ? coins(state.hoppers, key) : []),
    blanks,
    key("装票卷", "Load roll", () => service({ act: "load_roll", blanks: Number(blanks.value) })),
    key("换钱箱", "Swap box", () => service({ act: "swap_box" })),
    key("凭条纸", "Slip paper", () => service({ act: "load_paper" })),
    ...BINS.filter(([bin]) => state.fitted.change_tray || !OF_TRAY.has(bin))
      .map(([bin, zh, en]) => key(zh, en, () => service({ act: "empty_bin", bin }))),
    ...(state.cards ? [key("还给持卡人", "Hand out cards", () => service({ act: "hand_out_cards" }))] : []),
    ...Object.keys(state.faults).filter((device) => !BESIDE.has(device)).map((device) => key(`清理${deviceWords(device)[0]}`, `Clear ${deviceWords(device)[1].toLowerCase()}`, () => service({ act: "clear_jam", device }))),
  );
}
