// Claims that the window settles, payments that came to nothing, and boxes that were taken out and are counted: each once.
import { deed, get, mayWork } from "./api.js";
import { card, make, none, pair, pill, refresh, table } from "./dom.js";
import { moment, yuan } from "./words.js";

// Yuan as typed to fen, without a floating point in between; null when it is no amount.
export function fen(text) {
  const match = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "0").padEnd(2, "0")) : null;
}

function amount(name, usual, words, pay) {
  const input = make("input", { "data-name": name, value: (usual / 100).toFixed(2), inputmode: "decimal", pattern: "\\d{1,7}(\\.\\d{1,2})?", required: true, "aria-label": `${words.join(" ")} ¥` });
  input.style.width = "9em";
  const submit = (event) => {
    event.preventDefault();
    if (fen(input.value) !== null) pay(fen(input.value));
  };
  return make("form", { submit }, input, make("button", { class: "key main", disabled: !mayWork() }, pair(words)));
}

const done = (step, paid) => [pill("ok", ["完成", "Done"]), ` ${yuan(paid)} · `, make("b", {}, step.by), ` ${moment(step.at_ms)}`];

const claims = (list) => list.length === 0 ? none(["没有欠款", "No claims"]) : table(
  [["编号", "Code"], ["机器", "Machine"], ["营业日", "Day"], ["#金额", "Amount"], ["结清", "Settled"]],
  [...list].reverse().map((each) => [make("b", { class: "code" }, each.code), each.machine, each.day, yuan(each.amount_fen), each.settled ? done(each.settled, each.settled.amount_fen)
    : amount(`claim-${each.code}`, each.amount_fen, ["已付", "Paid"], (paid) => deed(`claims/${each.code}:settle`, { amount_fen: paid }, ["欠款已结清。", "The claim is settled."]))]));

// Tickets were given, and nobody pays for them: whoever holds them is asked; 0 closes the case at the railway's cost.
function lost(each) {
  const reason = make("input", { "data-name": `why-${each.unpaid}`, required: true, maxlength: "200", autocomplete: "off", placeholder: "理由 Reason", "aria-label": "理由 Reason" });
  reason.style.width = "12em";
  const form = amount(`unpaid-${each.unpaid}`, each.amount_fen, ["结案", "Close"], (got) => deed("unpaid:settle", { unpaid: each.unpaid, amount_fen: got, reason: reason.value }, ["已结案。", "The case is closed."]));
  form.querySelector("input").after(reason);
  return form;
}

const unpaid = (list) => list.length === 0 ? none(["没有未收到的付款", "No payment came to nothing"]) : table(
  [["售票", "Sale"], ["营业日", "Day"], ["支付凭号", "Payment"], ["车票", "Tickets"], ["#金额", "Amount"], ["追回", "Got in the end"]],
  [...list].reverse().map((each) => [make("a", { class: "code", href: `#/sales/${encodeURIComponent(each.key)}` }, each.key), each.day, make("span", { class: "code" }, each.reference || "–"), make("span", { class: "code" }, each.tickets.join(" ") || "–"),
    yuan(each.amount_fen), each.settled ? [done(each.settled, each.settled.amount_fen), ` · ${each.settled.reason}`].flat() : lost(each)]));

const boxes = (list) => list.length === 0 ? none(["没有取出的钱箱", "No boxes were taken out"]) : table(
  [["钱箱", "Box"], ["营业日", "Day"], ["#应有", "Expected"], ["清点", "Counted"]],
  [...list].reverse().map((each) => [make("span", { class: "code" }, each.box), each.day, yuan(each.expected_fen), each.counted ? done(each.counted, each.counted.counted_fen)
    : amount(`box-${each.box}`, each.expected_fen, ["点得", "Counted"], (found) => deed("boxes:count", { box: each.box, counted_fen: found }, ["钱箱已清点。", "The box is counted."]))]));

export async function open(root) {
  const [owed, missing, taken] = [make("div"), make("div"), make("div")];
  root.append(card(["欠款", "Claims"], owed), card(["出票后未收到的付款", "Payments that came to nothing"], missing), card(["钱箱", "Boxes"], taken));
  return async () => {
    const [first, gone, second] = await Promise.all([get("office/claims"), get("office/unpaid"), get("office/boxes")]);
    refresh(owed, first.claims, () => claims(first.claims));
    refresh(missing, gone.unpaid, () => unpaid(gone.unpaid));
    refresh(taken, second.boxes, () => boxes(second.boxes));
  };
}
