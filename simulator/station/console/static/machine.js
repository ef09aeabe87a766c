// One machine: its state, what may be ordered of it, what became of that, its records, parameters, claims and boxes.
import { deed, get, mayAll, mayWork } from "./api.js";
import { card, choice, facts, field, make, none, pair, pill, refresh, table } from "./dom.js";
import { alarms } from "./machines.js";
import { places } from "./outlook.js";
import { COMMANDS, MODES, OUTCOMES, PUT_ASIDE, age, fault, mode, moment, reason, stateOf, yuan } from "./words.js";
import { works } from "./works.js";

function orders(name, choices, today) {
  const what = choice({ id: "command" }, Object.entries(COMMANDS));
  const modes = choice({ id: "mode" }, choices.modes.map((one) => [one, MODES[one] ?? one]));
  const date = make("input", { id: "command-day", type: "date", value: today });
  const reason = make("input", { id: "reason", required: true, maxlength: "200", autocomplete: "off" });
  const valid = choice({ id: "valid" }, [["600000", ["10 分钟", "10 min"]], ["3600000", ["1 小时", "1 h"]], ["86400000", ["1 天", "1 day"]]]);
  const [ofMode, ofDay] = [field(["模式", "Mode"], modes), field(["营业日", "Business day"], date)];
  const show = () => { ofMode.hidden = what.value !== "mode"; ofDay.hidden = what.value !== "end_day"; };
  what.addEventListener("change", show);
  show();
  const submit = async (event) => {
    event.preventDefault();
    const argument = { mode: modes.value, end_day: date.value }[what.value] ?? "";
    const said = await deed("commands", { machine: name, name: what.value, argument, valid_ms: Number(valid.value), reason: reason.value }, ["命令已下达。", "The command is given."]);
    if (said) { event.target.reset(); show(); }
  };
  const give = make("button", { class: "key main", disabled: !mayWork() }, pair(["下达命令", "Give command"]));
  return make("form", { submit }, field(["命令", "Command"], what), ofMode, ofDay, field(["有效", "Valid for"], valid), field(["理由", "Reason"], reason, true), give);
}

const of = (held, most) => (held === undefined ? "–" : most ? `${held} / ${most}` : String(held));

// Why the machine is in its mode: the first of its own reasons, or what the station knows of it.
function why(one) {
  if (one.state === "silent") return ["超过两分钟没有联系", "Not heard for more than two minutes"];
  if (one.state === "unknown") return ["登记后从未报到", "Enrolled, and never heard since"];
  if (one.state === "revoked") return ["主管撤销了授权", "A supervisor took its grant"];
  const ordered = one.status?.command;
  if (ordered && ordered !== "normal") return [`车站令：${mode(ordered)[0]}`, `Ordered by the office: ${mode(ordered)[1]}`];
  const [first] = one.status?.faults ?? [];
  if (first) return fault(first);
  const [cause] = one.status?.reasons ?? [];
  return cause ? reason(cause) : ["一切就绪", "Everything is ready"];
}

function state(one, seen, now) {
  const [look, words] = stateOf(one);
  const status = one.status ?? {};
  const held = Object.entries(status.cassettes ?? {}).map(([number, count]) => `${status.values?.[number] ? yuan(status.values[number]) : number} × ${count}`).join(" · ");
  return [
    make("p", { class: "mode" }, pill(look, words), make("b", {}, pair(why(one)))),
    make("p", { class: "alarms" }, alarms(one)),
    facts([
      [["车站", "Station"], pair(one.place)], [["最近联系", "Last heard"], pair(age(one.heard_ms === null ? null : now - one.heard_ms))],
      [["授权", "Grant"], pair(seen.granted ? ["有", "yes"] : ["已撤销", "taken"])], [["车站令", "Ordered mode"], pair(mode(status.command ?? "–"))],
      [["票纸", "Paper"], of(status.roll, status.limits?.roll_capacity)], [["找零钞盒", "Cassettes"], held || "–"], [["钱箱张数", "Notes in the box"], of(status.box, status.limits?.box_capacity)],
      [["今日售票", "Sales today"], `${one.sales} · ${yuan(one.sold_fen)}`],
    ])];
}

/* Lines put aside, in words: of each reason how many, the first and the last. */
const putAside = (lines) => [...new Set(lines.map((one) => one.reason))].map((reason) => {
  const seqs = lines.filter((one) => one.reason === reason).map((one) => one.seq);
  const which = seqs.length > 1 ? `${seqs[0]} … ${seqs.at(-1)} (${seqs.length})` : String(seqs[0]);
  return make("div", {}, `${which} `, pair(PUT_ASIDE[reason] ?? [reason, reason]));
});

const SEALED = { true: ["逐条核验", "each MAC checked"], false: ["未核验：机器没有密封密钥", "not checked: the machine has no seal"] };

const records = (seen) => seen.epochs.length === 0 ? none(["还没有记录", "No records yet"]) : seen.epochs.map((each) => {
  const kept = each.registers;
  const names = Object.keys({ ...kept?.folded });
  return make("div", {},
    make("p", { class: "code" }, each.epoch),
    facts([
      [["已收", "Received"], String(each.acked)], [["还差", "Behind"], each.behind === null ? "–" : String(each.behind)], [["最新一条", "Last line"], pair(age(each.age_ms))],
      [["记录密封", "Seal"], pair(SEALED[each.sealed] ?? ["–", "–"])],
      [["隔离", "Quarantine"], each.quarantine.length ? putAside(each.quarantine) : "0"], [["分叉", "Forks"], each.forks.join(", ") || "0"],
    ]),
    kept ? make("details", {}, make("summary", {}, pair(kept.told_at_seq === null ? ["寄存器（机器尚未报）", "Registers (not told by the machine yet)"]
      : Object.keys(kept.differences).length ? ["寄存器不符", "Registers differ"] : [`寄存器相符（第 ${kept.told_at_seq} 条）`, `Registers agree (line ${kept.told_at_seq})`])),
    table([["寄存器", "Register"], ["#车站", "Station"], ["#机器", "Machine"]], names.map((name) => [make("span", { class: "code" }, name), String(kept.folded[name]), kept.differences[name] ? make("b", {}, `≠ ${kept.differences[name][0]}`) : kept.told_at_seq === null ? "–" : "="]))) : "");
});

const given = (seen) => seen.commands.length === 0 ? none(["还没有命令", "No commands yet"]) : table(
  [["号", "No."], ["命令", "Command"], ["结果", "Outcome"], ["谁、何时", "Who, when"], ["理由", "Reason"]],
  [...seen.commands].reverse().map((each) => {
    const [look, words] = OUTCOMES[each.outcome] ?? ["", [each.outcome, each.outcome]];
    const what = [...pair(COMMANDS[each.name] ?? each.name), " ", ...(each.name === "mode" ? pair(mode(each.argument)) : [each.argument])];
    return [String(each.seq), what, [pill(look, words), each.why ? ` ${each.why}` : ""], [make("b", {}, each.by), ` ${moment(each.issued_ms)}`], each.reason];
  }));

// Where an order to settle is, of a machine that settles with a bank.
const ORDERED = {
  sale: ["busy", ["等这笔售票或维护结束", "Waits for the end of the sale, or of the service"]], payment: ["busy", ["等一笔支付的结果", "Waits for the end of a payment"]],
  bank: ["busy", ["正在与银行对账", "The bank is being told"]],
};

// Batches of cards: what the machine told the bank, the bank's word, and what the machine's records come to here.
function settled(seen) {
  const told = seen.status?.settlement;
  if (!told && seen.batches.length === 0) return none(["这台机器不与银行对账", "This machine settles with no bank"]);
  const rows = [...seen.batches].reverse().map((each) => [
    make("span", { class: "code" }, each.batch), moment(each.wall_ms), `${each.count} · ${yuan(each.amount_fen)}`,
    pill(each.balanced ? "ok" : "danger", each.balanced ? ["相符", "the same"] : ["不符", "other sums"]),
    each.count === each.own_count && each.amount_fen === each.own_fen ? "=" : make("b", {}, `≠ ${each.own_count} · ${yuan(each.own_fen)}`)]);
  const [look, words] = ORDERED[told?.ordered] ?? [];
  return [
    facts([[["尚未对账", "Not settled yet"], told ? `${told.count} · ${yuan(told.amount_fen)}` : "–"], [["对账命令", "Order to settle"], words ? pill(look, words) : "–"]]),
    rows.length ? table([["批次", "Batch"], ["何时", "When"], ["#机器", "Machine"], ["银行", "Bank"], ["#车站", "Station"]], rows) : none(["还没有对账", "No batch settled yet"])];
}

// Stations and trains are asked for by version: no set, and the same answer for every machine.
function network(told, here) {
  if (!told) return [["–", "–"], ""];
  return told === here ? [["与车站相同", "as at the station"], "ok"] : [["与车站不同", "another than at the station"], "warn"];
}

const parameters = (seen, here) => {
  const { active, staged, refused } = seen.parameters;
  const rows = [
    ...Object.entries(active).map(([name, version]) => [name, `v${version}`, pill("ok", ["生效", "In force"])]),
    ...Object.entries(staged).filter(([name, version]) => active[name] !== version).map(([name, version]) => [name, `v${version}`, pill("busy", ["待生效", "Waiting"])]),
    ...refused.map((one) => [one.set, `v${one.version}`, [pill("danger", ["拒绝", "Refused"]), ` ${one.reason}`]]),
  ];
  const told = seen.status?.network ?? "";
  const [words, look] = network(told, here);
  rows.push([pair(["线路网络", "Network"]), make("span", { class: "code" }, told.slice(0, 8) || "–"), pill(look, words)]);
  return rows.length > 1 ? table([["参数集", "Set"], ["版本", "Version"], ["状态", "State"]], rows) : [none(["按机器自身的配置运行", "As configured; no set in force"]), table([["参数集", "Set"], ["版本", "Version"], ["状态", "State"]], rows)];
};

export async function open(root, [name]) {
  const [choices, first] = await Promise.all([get("see/choices"), get("see/overview")]);
  const parts = Object.fromEntries(["state", "works", "ahead", "given", "records", "parameters", "batches", "owed", "grant"].map((part) => [part, make("div")]));
  const head = card([name, name], parts.state);
  head.querySelector("h2").prepend(make("a", { class: "key", href: "#/machines" }, pair(["← 全部", "All"])));
  head.querySelector("h2").append(parts.grant);
  parts.grant.className = "end";
  root.append(head,
    card(["服务与设备", "Services and devices"], parts.works),
    card(["补给预测", "What is due when"], parts.ahead),
    card(["下达命令", "Command"], orders(name, choices, first.day)),
    make("div", { class: "two" }, card(["命令与结果", "Commands and what became of them"], parts.given), card(["记录与寄存器", "Records and registers"], parts.records)),
    make("div", { class: "two" }, card(["参数", "Parameters"], parts.parameters), card(["欠款与钱箱", "Claims and boxes"], parts.owed)),
    card(["银行对账", "Settlement with the bank"], parts.batches));
  let foreseen = 0;
  return async () => {
    const [told, seen, owed, boxes] = await Promise.all([get("see/overview"), get(`office/machines/${name}`), get("office/claims"), get("office/boxes")]);
    const one = told.machines.find((each) => each.machine === name);
    const claims = owed.claims.filter((each) => each.machine === name);
    const left = boxes.boxes.filter((each) => each.machine === name);
    dispatchEvent(new CustomEvent("station-time", { detail: told.now_ms }));
    refresh(parts.state, [one, Math.floor(told.now_ms / 5000)], () => state(one, seen, told.now_ms));
    const status = one.status ?? {};
    refresh(parts.works, [status.services, status.wear, status.versions], () => works(status));
    const minute = Math.floor(told.now_ms / 60000);
    if (minute !== foreseen || parts.ahead.childElementCount === 0) { // the way ahead changes slowly, and costs more than the rest
      foreseen = minute;
      const { machines: [ahead] } = await get(`see/outlook?machine=${encodeURIComponent(name)}`);
      if (ahead) refresh(parts.ahead, ahead, () => places(ahead, told.now_ms));
    }
    refresh(parts.given, seen.commands, () => given(seen));
    refresh(parts.records, seen.epochs.map((each) => [each.acked, each.behind, each.sealed, each.quarantine, each.forks, each.registers?.told_at_seq]), () => records(seen));
    refresh(parts.parameters, [seen.parameters, status.network], () => parameters(seen, choices.network));
    refresh(parts.batches, [seen.batches, status.settlement], () => settled(seen));
    refresh(parts.owed, [claims, left], () => [
      facts([
        [["欠款", "Claims"], String(claims.length)], [["其中未结", "Of them open"], String(claims.filter((each) => !each.settled).length)],
        [["取出的钱箱", "Boxes taken out"], String(left.length)], [["其中在途", "Of them in transit"], String(left.filter((each) => !each.counted).length)],
      ]),
      make("p", {}, make("a", { href: "#/money" }, pair(["去结清与清点", "Settle and count"])))]);
    refresh(parts.grant, seen.granted, () => make("button", {
      class: `key ${seen.granted ? "danger" : ""}`, disabled: !mayAll(), "data-name": "grant",
      click: () => deed(`machines/${name}:${seen.granted ? "revoke" : "grant"}`, {}, seen.granted ? ["授权已撤销。", "The grant is taken."] : ["已授权。", "Granted."]),
    }, pair(seen.granted ? ["撤销授权", "Take the grant"] : ["授权", "Grant"])));
  };
}
