// The audit trail: every step of the office with who took it and when.
import { get } from "./api.js";
import { card, make, none, pair, refresh, table } from "./dom.js";
import { COMMANDS, PROPOSALS, ROLES, STEPS, mode, moment, yuan } from "./words.js";

function about(entry) {
  const { machine, name, version, seq, argument, code, unpaid, box, day, amount_fen: paid, counted_fen: counted } = entry.what;
  const words = [];
  if (entry.what.person) words.push(make("b", {}, entry.what.person), " ", ...pair(PROPOSALS[entry.what.what] ?? ""), ...(entry.what.role ? [" → ", ...pair(ROLES[entry.what.role] ?? entry.what.role)] : []));
  if (entry.kind.startsWith("policy_")) words.push(make("a", { href: `#/rules/${entry.what.number}` }, `P${entry.what.number}`));
  if (entry.kind.startsWith("change_")) words.push(make("a", { href: `#/service/${entry.what.number}` }, `C${entry.what.number}`), entry.what.train_number ? ` ${entry.what.train_number} ${entry.what.run_date ?? ""}` : "");
  if (machine) words.push(make("a", { href: `#/machine/${machine}` }, machine), " ");
  if (entry.kind === "commanded") words.push(...pair(COMMANDS[name] ?? name), argument && name === "mode" ? [" → ", ...pair(mode(argument))] : [" ", argument ?? ""], ` #${seq}`);
  else if (version) words.push(`${name} v${version}`);
  for (const one of [code, unpaid, box, day]) if (one) words.push(`${one} `);
  if (paid !== undefined) words.push(yuan(paid));
  if (counted !== undefined) words.push(yuan(counted));
  return words.flat();
}

export const describe = (entries) => entries.length === 0 ? null : table(
  [["时间", "When"], ["谁", "Who"], ["步骤", "Step"], ["对象", "About"], ["理由", "Reason"]],
  entries.map((entry) => [moment(entry.at_ms), make("a", { href: `#/trail/${encodeURIComponent(entry.by)}` }, entry.by), pair(STEPS[entry.kind] ?? entry.kind), about(entry), entry.what.reason ?? ""]));

export async function open(root, [by]) {
  const list = make("div");
  const box = card(by ? [`操作记录：${by}`, `Audit trail: ${by}`] : ["操作记录", "Audit trail"], list);
  if (by) box.querySelector("h2").prepend(make("a", { class: "key", href: "#/trail" }, pair(["← 全部", "All"])));
  root.append(box);
  return async () => {
    const { entries } = await get(`see/trail${by ? `?by=${encodeURIComponent(by)}` : ""}`);
    refresh(list, entries, () => describe(entries) ?? none(["还没有操作", "Nobody has done anything yet"]));
  };
}
