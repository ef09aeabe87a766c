// The page explains itself: what the machine does now, where the passenger's money is, what a power cut leaves and what
// became of it. All of it is said from where things lie and which way they went; nobody asks the controller.
import { cardWords } from "./cards.js";
import { byId, make, pair, refresh } from "./dom.js";
import { depositPlace, placeWords, timeOf, yuan } from "./words.js";

const money = (fen) => `¥${yuan(fen)}`;
const cents = (fen) => `¥${(fen / 100).toFixed(2)}`;
const some = (state, place) => state.places[place]?.things > 0;
const worth = (state, place) => money(state.places[place].value_fen);

// -- what it does now: the first that fits

const NOW = [
  [(s) => s.mains && s.powered === false, () => ["市电已恢复：UPS 断电至少三分钟后自动供电，机器随后自己启动。", "Mains are back: the UPS keeps its output off for three minutes at least, then the machine starts by itself."]],
  [(s) => !(s.powered ?? s.mains), () => ["没有电：控制器和屏幕已停，纸币和车票留在原处。", "No power: controller and screen are dark; notes and tickets stay where they lie."]],
  [(s) => !s.mains, (s) => [`市电断了，靠电池供电（${Math.round(s.ups?.percent ?? 0)}%）：办完或退回手上的交易，再自己关机。`, `Mains are off, the battery feeds the machine (${Math.round(s.ups?.percent ?? 0)} %): it finishes or rolls back the sale, then switches itself off.`]],
  [(s) => some(s, "acceptor.jam"), (s) => [`${worth(s, "acceptor.jam")} 卡在收钞器里，等工作人员打开取出。`, `${worth(s, "acceptor.jam")} is jammed in the acceptor and waits for staff.`]],
  [(s) => some(s, "acceptor.mouth"), (s) => [`${worth(s, "acceptor.mouth")} 退到入钞口，是乘客的，请取走。`, `${worth(s, "acceptor.mouth")} sticks out of the slot: it is the passenger's, take it.`]],
  [(s) => s.acceptor === "RETURNING", (s) => [`${worth(s, "acceptor.path")} 正原样退回。`, `${worth(s, "acceptor.path")} is on its way back: the very same note.`]],
  [(s) => s.acceptor === "STACKING" && some(s, "acceptor.path"), (s) => [`${worth(s, "acceptor.path")} 正送入收款箱，入箱后归机器。`, `${worth(s, "acceptor.path")} is on its way to the box; there it becomes the machine's.`]],
  [(s) => some(s, "acceptor.escrow"), (s) => [`${worth(s, "acceptor.escrow")} 在暂存处，仍是乘客的，可原币退回。`, `${worth(s, "acceptor.escrow")} is held in escrow: it is still the passenger's and can be given back.`]],
  [(s) => some(s, "acceptor.stacker"), (s) => [`${worth(s, "acceptor.stacker")} 正放到它的箱里。`, `${worth(s, "acceptor.stacker")} is on its way to its place.`]],
  [(s) => some(s, "acceptor.path"), (s) => [`正在识别 ${worth(s, "acceptor.path")}，还是乘客的。`, `${worth(s, "acceptor.path")} is being read: it is still the passenger's.`]],
  [(s) => some(s, "dispenser.path"), (s) => [`正在出钞，${worth(s, "dispenser.path")} 在通道里。`, `Change is being counted out; ${worth(s, "dispenser.path")} is in the path.`]],
  [(s) => some(s, "printer.path"), () => ["正在制票：写磁条、打印、切下。车票交出前不算卖出。", "A ticket is being made: stripe, face, cut. It is not handed over yet."]],
  [(s) => some(s, "ticket.slot"), (s) => [`出票口有 ${s.places["ticket.slot"].things} 件，请取走；不取会被收回。`, `${s.places["ticket.slot"].things} in the ticket slot: take it, or it is retracted later.`]],
  [(s) => some(s, "change.tray"), (s) => [`出钞口有 ${worth(s, "change.tray")}，请取走；不取会被收回并留下欠条。`, `${worth(s, "change.tray")} lies in the change tray: take it, or it is retracted and owed.`]],
  [(s) => Object.values(s.hoppers ?? {}).some((one) => one.paying), () => ["硬币正一枚一枚落进杯里。", "Coins fall into the cup, one after the other."]],
  [(s) => some(s, "change.cup"), (s) => [`硬币杯里有 ${worth(s, "change.cup")}，是乘客的；杯子没有闸门，收不回。`, `${worth(s, "change.cup")} in coins lies in the cup: it is the passenger's, and nothing pulls it back.`]],
  [(s) => some(s, "ticket.tray"), (s) => [`${s.places["ticket.tray"].things} 张票已在托盘，集齐后一起交出。`, `${s.places["ticket.tray"].things} in the ticket tray; all are handed over together.`]],
  [(s) => some(s, "slip.mouth"), () => ["凭条已印好，请取走。", "A slip is printed: take it."]],
  [(s) => s.cards?.out, (s) => [`${cardWords(s.cards.inside)[0]}的卡退到卡口，请取走；不取会被收走。`, `${cardWords(s.cards.inside)[1]}'s card is in the mouth of the reader: take it, or it is kept.`]],
  [(s) => s.cards?.pad.mode === "pin", (s) => [`等持卡人在密码键盘上输密码，已输 ${s.cards.pad.stars} 位；数字只在键盘里。`, `It waits for the PIN on the pad, ${s.cards.pad.stars} digits so far; they stay inside the pad.`]],
  [(s) => s.cards?.inside, (s) => [`${cardWords(s.cards.inside)[0]}的卡在读卡器里，正在读芯片或问银行。`, `${cardWords(s.cards.inside)[1]}'s card is in the reader: its chip is read, or the bank is asked.`]],
  [(s) => s.cards?.gate, () => ["卡口开着：插卡。", "The card slot is open: insert a card."]],
  [(s) => s.phone?.face === "asked", (s) => [`手机扫到 ${cents(s.phone.amount_fen)}，等主人确认；还没付。`, `The phone has scanned ${cents(s.phone.amount_fen)} and waits for its owner: nothing is paid yet.`]],
  [(s) => Object.values(s.doors).some(Boolean), () => ["门开着：不售票，等关门。", "A door is open: no sales until it is closed."]],
  [(s) => s.collect?.reading, () => ["正在读身份证：请让它放着。", "The identity card is being read: leave it there."]],
  [(s) => s.collect?.lit && s.collect.window, () => ["订单纸在窗前，正在读码。", "The paper is at the window: its code is being read."]],
  [(s) => s.collect?.lit, () => ["扫码窗亮着：出示订单纸、放身份证，或在屏幕上输订单号。", "The window is lit: show the paper of an order, lay an identity card down, or type the code."]],
  [(s) => s.slot_open, () => ["入钞口开着：投入纸币。", "The slot is open: put notes in."]],
  [(s) => s.story.account && !s.story.account.over && s.story.account.lies.box, (s) => [`交易未完：${money(s.story.account.lies.box)} 已入箱，下一步看屏幕。`, `The sale goes on: ${money(s.story.account.lies.box)} is in the box; the screen says what is next.`]],
  [(s) => s.busy.length > 0, () => ["装置在动。", "A device is moving."]],
  [() => true, (s) => (s.near ? ["等乘客在屏幕上选车次。", "It waits for the passenger's choice on the screen."] : ["没有交易，等下一位乘客。", "No sale: it waits for the next passenger."])],
];

// -- the passenger's money

const LIES = {
  "acceptor.mouth": ["入钞口，乘客的", "in the slot, the passenger's"], "acceptor.path": ["通道里", "under way"], "acceptor.escrow": ["暂存，乘客的", "in escrow, still the passenger's"],
  "acceptor.jam": ["卡住", "jammed"], box: ["钱箱，归机器", "in the box, the machine's"], hand: ["已退回手中", "back in hand"],
};

const recycled = (place) => placeWords(place).map((words, n) => [`${words}，归机器`, `in ${words}, the machine's`][n]);

// What the phone's owner paid and what came back, all together: the provider's books know no sales.
function byPhone(phone) {
  if (!phone?.booked.length) return [];
  const [paid, back] = [-1, 1].map((sign) => phone.booked.filter(({ fen }) => Math.sign(fen) === sign).reduce((sum, { fen }) => sum + Math.abs(fen), 0));
  const words = [`手机共付 ${cents(paid)}${back ? `，退回 ${cents(back)}` : ""}。`, `The phone has paid ${cents(paid)}${back ? `, and ${cents(back)} came back` : ""}.`];
  return [words];
}

function byCard(bank) {
  if (!bank?.paid.length) return [];
  const [kept, back] = ["booked", "reversed"].map((state) => bank.paid.filter((one) => one.state === state).reduce((sum, { fen }) => sum + fen, 0));
  return [[`刷卡共付 ${cents(kept + back)}${back ? `，退回 ${cents(back)}` : ""}。`, `Cards have paid ${cents(kept + back)}${back ? `, and ${cents(back)} went back` : ""}.`]];
}

function account(told, deposit) {
  if (!told || !told.inserted_fen) return [["这位乘客还没有投币。", "This passenger has put nothing in yet."]];
  const parts = [[`本次共投入 ${money(told.inserted_fen)}`, `Put in ${money(told.inserted_fen)}`]];
  for (const [place, fen] of Object.entries(told.lies)) {
    const words = place === deposit ? "acceptor.escrow" : place;
    const where = LIES[words] ?? (words.startsWith("cassette.") ? recycled(words) : placeWords(words));
    parts.push([`${money(fen)} ${where[0]}`, `${money(fen)} ${where[1]}`]);
  }
  if (told.change_fen) parts.push([`${money(told.change_fen)} 已付给乘客`, `${money(told.change_fen)} paid out and taken`]);
  if (told.retracted_fen) parts.push([`${money(told.retracted_fen)} 没取走，已收回`, `${money(told.retracted_fen)} not taken, retracted`]);
  if (told.tickets) parts.push([`取走 ${told.tickets} 张车票`, `${told.tickets} ticket${told.tickets > 1 ? "s" : ""} taken`]);
  if (told.slips) parts.push([`${told.slips} 张凭条`, `${told.slips} slip${told.slips > 1 ? "s" : ""} taken`]);
  return [[`${parts.map(([zh]) => zh).join("；")}。`, `${parts.map(([, en]) => en).join("; ")}.`]];
}

// -- a power cut: what will be, then what was

const WILL = {
  "acceptor.escrow": ["仍是乘客的：来电后退回入钞口。", "still the passenger's: when power is back it is given back in the slot."],
  "acceptor.path": ["来电后自检：入箱途中的进钱箱并计入，入口侧的退回。", "when power is back the unit looks: past escrow it goes to the box and counts, before it it goes back."],
  "acceptor.mouth": ["乘客的，可随时取回。", "the passenger's: it can be taken at any time."],
  "acceptor.jam": ["卡着，等工作人员。", "jammed: staff will take it out."],
  "change.tray": ["已备好给乘客：来电后有人在就打开让其取走，没人就收回并留下欠条。", "meant for the passenger: when power is back it is offered to whoever is there, or retracted and owed."],
  "dispenser.path": ["来电后清到废钞箱，欠的另付或留欠条。", "is cleared to the reject bin; what is owed is paid again or becomes a claim."],
  "printer.path": ["这张作废，不会再印成真票。", "this blank is voided; it never becomes a second ticket."],
  "ticket.tray": ["来电后查记录：交出或作废退款。", "when power is back the journal says: handed over, or voided and refunded."],
  "ticket.slot": ["可取走；没人取就收回。", "can be taken when the shutter opens, or is retracted."],
  "slip.mouth": ["可取走。", "can be taken."],
  "change.cup": ["是乘客的，可随时取。", "the passenger's: it can be taken at any time."],
  "card.reader": ["是持卡人的：来电后退回；没人取就收走保管。", "is its owner's: when power is back it comes out, and is kept safe when nobody takes it."],
  exit: ["卡在出口：来电后看硬币箱自己的计数，落没落下都记清。", "in the exit of its hopper: when power is back the hopper's own count says whether it fell."],
  deposit: ["暂存的纸币，仍是乘客的：来电后逐张核对，接着办或原币退回。", "the deposit, still the passenger's: when power is back it is compared note by note, and kept for the sale or given back."],
};

const BECAME = {
  hand: ["乘客已取回", "the passenger has it"], "change.cup": ["已落进硬币杯", "fell into the cup"], box: ["已入钱箱，计入付款", "went to the box and counts as paid"], "acceptor.mouth": ["已退到入钞口，请取回", "was given back in the slot"],
  "change.retract": ["已收回，欠款记为欠条", "was retracted; it is owed as a claim"], "ticket.waste": ["已作废", "was voided"], "card.bin": ["已收走保管", "is kept safe inside"], "ticket.retract": ["已收回", "was retracted"],
  "dispenser.reject": ["清到废钞箱", "was cleared to the reject bin"], "ticket.slot": ["已交到出票口", "was handed over in the slot"], "acceptor.jam": ["卡住了，等工作人员", "jammed: staff will take it out"],
};

const NAMES = { ticket: ["车票", "ticket"], slip: ["凭条", "slip"], card: ["银行卡", "bank card"], coin: ["硬币", "coin"] };

function grouped(caught) {
  const groups = new Map();
  for (const one of caught) {
    const key = `${one.kind} ${one.was} ${one.since.at(-1) ?? ""}`;
    const group = groups.get(key) ?? { ...one, fen: 0, count: 0 };
    group.fen += one.value_fen;
    group.count += 1;
    groups.set(key, group);
  }
  return [...groups.values()];
}

function fate(group, back) {
  const named = group.kind === "note" ? [money(group.fen), money(group.fen)] : [`${group.count} ${NAMES[group.kind][0]}`, `${group.count} ${NAMES[group.kind][1]}`];
  const was = placeWords(group.was);
  const where = [`${named[0]}（断电时在${was[0]}）`, `${named[1]} (in the ${was[1]} when power failed)`];
  const became = group.since.length ? BECAME[group.since.at(-1)] ?? [`现在在${placeWords(group.since.at(-1))[0]}`, `is now in the ${placeWords(group.since.at(-1))[1]}`] : null;
  if (became) return [`${where[0]}${became[0]}。`, `${where[1]} ${became[1]}.`];
  if (back) return [`${where[0]}还在原处，机器正在处理。`, `${where[1]} still lies there; the machine is dealing with it.`];
  const will = WILL[group.was.startsWith("cassette.") ? "deposit" : group.was.endsWith(".exit") ? "exit" : group.was] ?? ["留在原处。", "stays where it is."];
  return [`${where[0]}：${will[0]}`, `${where[1]}: ${will[1]}`];
}

function outage(told) {
  const back = told.on_ms !== null;
  const head = back ? [`${timeOf(told.on_ms)} 来电，机器自己恢复：`, `Power came back at ${timeOf(told.on_ms)}; the machine recovers by itself:`]
    : [`${timeOf(told.off_ms)} 断电。来电后：`, `Power failed at ${timeOf(told.off_ms)}. When it is back:`];
  const lines = grouped(told.caught).map((group) => fate(group, back));
  if (!told.caught.length) lines.push(["没有东西在途中。已入箱的钱记在日志里，来电后接着办。", "Nothing was under way. What is in the box stands in the journal, and the sale is taken up again."]);
  if (told.after["change.tray"]) lines.push([`随后付出 ${money(told.after["change.tray"])}。`, `Since then ${money(told.after["change.tray"])} was paid out.`]);
  if (told.after["change.cup"]) lines.push([`随后落下硬币 ${money(told.after["change.cup"])}。`, `Since then ${money(told.after["change.cup"])} fell as coins.`]);
  if (told.after["ticket.slot"]) lines.push([`随后交出 ${told.after["ticket.slot"]} 件车票。`, `Since then ${told.after["ticket.slot"]} from the ticket tray was handed over.`]);
  if (told.after["slip.mouth"]) lines.push(["随后印出凭条，写明欠款。", "A slip was printed; it says what is owed."]);
  return [head, lines];
}

const sentence = (words) => make("p", {}, ...pair(words));

export function drawStory(state) {
  const now = NOW.find(([fits]) => fits(state))[1](state);
  const cut = state.story.outage && outage(state.story.outage);
  const paid = [...byPhone(state.phone), ...byCard(state.bank)];
  refresh(byId("story"), [now, state.story, paid], () => [
    make("p", { class: "now", id: "now" }, ...pair(now)),
    ...account(state.story.account, depositPlace(state)).map((words) => make("p", { id: "account" }, ...pair(words))),
    ...paid.map((words) => make("p", { class: "by-account" }, ...pair(words))),
    ...(cut ? [make("div", { class: "cut", id: "cut" }, make("p", { class: "head" }, ...pair(cut[0])), ...cut[1].map(sentence))] : []),
  ]);
}
