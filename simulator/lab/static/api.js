// The cabinet's API. What was refused is said above the page, and nothing else happens.
import { byId, pair } from "./dom.js";

const HOLDS_UP_MS = 1500;
let hide = 0;
let deeds = 0; // begun and ended, each counts
let open = 0;
let begun = 0;

// Answers whether a hand has done something since, or was doing it: what was asked for at this moment is older than that and
// must not undo on the page what was just clicked. A deed that takes long holds nothing up.
export function watch() {
  const then = deeds;
  return () => deeds !== then || (open > 0 && performance.now() - begun < HOLDS_UP_MS);
}

export function tell(words) {
  const notice = byId("notice");
  notice.replaceChildren(...(words ? pair(words) : []));
  notice.hidden = !words;
  clearTimeout(hide);
  if (words) hide = setTimeout(() => { notice.hidden = true; }, 8000);
}

export async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

const REFUSED = {
  entry_closed: "入钞闸门关着", not_drawn_in: "机器现在不收钞", no_such_note: "手中没有这种纸币", door_closed: "外门关着", moving: "装置在动",
  door_in_the_way: "先关内门", no_station: "车站没有应答", no_bank: "银行没有应答", card_not_taken: "卡口现在不收卡", no_card_out: "没有可取的卡", no_such_card: "手中没有这张卡", key_ignored: "密码键盘现在不收按键", no_cards: "这台机器不收银行卡", no_readers: "这台机器不取订单", no_order: "车站没有出订单", no_such_paper: "没有这张订单纸", no_such_document: "没有这张证件", no_such_outlet: "这台机器没有这个口", no_such_hopper: "没有这个硬币箱", no_provider: "支付平台没有应答", no_code: "屏幕上没有可读的码", nothing_asked: "手机没有要付的款", vault_short: "金库不够", too_many: "放不下", no_box: "钱箱已取出",
};

export async function post(path, body) {
  deeds += 1;
  open += 1;
  begun = performance.now();
  try {
    const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) tell([`未完成：${REFUSED[said.error] ?? "机柜拒绝"}。`, `Not done: ${said.detail ?? `${path} ${answer.status}`}`]);
    return answer.ok ? said : null;
  } catch (error) {
    tell(["实验台没有应答。", `The cabinet does not answer: ${error.message}`]);
    return null;
  } finally {
    deeds += 1;
    open -= 1;
  }
}
