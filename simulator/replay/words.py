"""Facts and intents in people's words, for the page. What has no words of its own is shown as it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.replay.past import plain

Record = dict[str, Any]


def yuan(fen: Any) -> str:
    text = f"{abs(int(fen)) / 100:,.2f}".removesuffix(".00")
    return f"{'-' if int(fen) < 0 else ''}¥{text}"


def _counts(record: Record) -> str:
    return " + ".join(f"{row[1]} of cassette {row[0]}" for row in record["counts"]) or "no notes"


def _set(record: Record) -> str:
    return {"operators": "Operators", "media": "Media"}.get(record["set"], "Parameters")


def _order(record: Record) -> str:
    order = record["order"]
    return f"{order['train']} {order['origin']} to {order['destination']}, {len(order['passengers'])} × {order['seat_class']}"


WORDS: dict[str, Callable[[Record], str]] = {
    # the program and the people who look after it
    "sys.boot": lambda r: f"The machine starts, version {r['version']}",
    "sys.stop": lambda r: f"The machine is told to stop ({r['why']})",
    "sys.recover begin": lambda r: f"Recovery of sale {r['sale']} begins in {r['state'].lower()}",
    "sys.recover end": lambda r: f"Recovery is done after {r['pause_ms'] / 1000:,.1f} s without power",
    "sys.command": lambda r: f"Command {r['seq']} of the station, {r['name']} {r['argument']}".rstrip()
    + (": done" if r["outcome"] == "done" else f": refused ({r['reason']})"),
    "registers": lambda r: f"the registers as of {r['day']}",
    "params.staged": lambda r: f"Parameters {r['version']} are taken in",
    "params.people": lambda r: f"Operators {r['version']} are taken in: {len(r['people'])} people",
    "params.media": lambda r: f"Media {r['version']} are taken in: {len(r['pictures'])} pictures, {len(r['notices'])} notices",
    "params.refused": lambda r: f"{_set(r)} {r['version']} are refused: {r['reason']}",
    "sys.params": lambda r: f"{_set(r)} {r['version']} are in force" if r["version"] else "The configuration alone is in force",
    "op.login": lambda r: f"{r['operator']} logs in as {r['role']}",
    "op.denied": lambda r: f"Log-in refused, try {r['tries']}",
    "op.logout": lambda r: f"{r['operator']} leaves ({r['why']})",
    "op.act": lambda r: f"{r['operator']}: {r['act'].replace('_', ' ')} {r['place']}".strip(),
    "cassette.fill": lambda r: f"cassette {r['cassette']} now holds {r['after']} × {yuan(r['value_fen'])}",
    "roll.load": lambda r: f"a roll of {r['after']} tickets",
    "box.swap": lambda r: f"a new note box, {r['counted']} notes counted",
    "count": lambda r: f"{r['place']}: {r['counted']} counted, {r['booked']} booked",
    "help": lambda r: f"Staff is called ({r['where']})",
    # devices
    "device.ready": lambda r: f"{r['device']} is ready: {r['model']} {r['version']}".strip(),
    "fault": lambda r: f"{r['device']}: {r['code'].lower().replace('_', ' ')} {'raised' if r['up'] else 'cleared'}"
    + (f" ({r['detail']})" if r["detail"] else ""),
    "door": lambda r: f"The {r['door']} door is {'open' if r['open'] else 'shut'}",
    "mains": lambda r: f"Mains {'are back' if r['present'] else 'are gone'}",
    "box.moved": lambda r: f"The note box is {'in' if r['present'] else 'out'} {r['tag']}".strip(),
    "cabinet.seen": lambda r: "The cabinet is seen: " + (", ".join(r["doors_open"]) + " open" if r["doors_open"] else "all shut"),
    "acceptor.past": lambda r: f"Acceptor of before: {r['position']}",
    "dispenser.past": lambda r: f"Dispenser of before: {r['last']}, tray {r['outlet']}",
    "printer.past": lambda r: f"Ticket unit of before: tray {r['tray']}, slot {r['slot']}",
    # a sale begins
    "sale.start": lambda r: f"Sale {r['number']} begins: {_order(r)}",
    "sale.open": lambda r: f"sale {r['key']} opened",
    "lock?": lambda r: "hold the places",
    "lock! held": lambda r: f"Places held, {yuan(r['total_fen'])}: "
    + ", ".join(f"{place['coach']}-{place['place']}" for place in r["places"]),
    "lock! refused": lambda r: f"Places not held: {r['reason']}",
    "lock! unknown": lambda r: f"No answer about the places: {r['reason']}",
    "renew?": lambda r: "hold the places longer",
    "renew! done": lambda r: f"Places held for {r['remaining_ms'] // 1000} s more",
    "renew! failed": lambda r: f"Not held longer: {r['reason']}",
    "release?": lambda r: "give the places back",
    "release! done": lambda r: "Places given back",
    "sale.agreed": lambda r: "The passenger agrees to pay",
    "sale.look": lambda r: f"Read in {'English' if r['language'] == 'en' else 'Chinese'}"
    + ", high contrast" * r["contrast"]
    + ", large text" * r["large_text"],
    "sale.cancel": lambda r: f"Cancelled by {r['by'].replace('_', ' ')}",
    "sale.claim_seen": lambda r: "The claim was read",
    "sale.continue": lambda r: "The passenger goes on after the restart",
    "sale.money_back": lambda r: "The passenger wants the money back",
    # notes
    "note.seen": lambda r: f"A note of {yuan(r['value_fen'])} is in escrow",
    "note.moving": lambda r: "Something enters the note slot",
    "note.refused": lambda r: f"A note was refused: {r['reason']}",
    "stack?": lambda r: f"take the {yuan(r['value_fen'])}",
    "stack! stacked": lambda r: f"{yuan(r['value_fen'])} in the box",
    "stack! jammed": lambda r: f"A note jammed, at most {yuan(r['value_fen'])}",
    "stack! unknown": lambda r: f"Not known whether {yuan(r['value_fen'])} is in the box",
    "return?": lambda r: f"give the {yuan(r['value_fen'])} back",
    "return! returned": lambda r: f"{yuan(r['value_fen'])} given back",
    "return! unknown": lambda r: f"Not known whether {yuan(r['value_fen'])} went back",
    # tickets
    "confirm?": lambda r: f"confirm the sale, {yuan(r['paid_fen'])} paid",
    "confirm! done": lambda r: f"Confirmed, {len(r['tickets'])} ticket numbers",
    "confirm! refused": lambda r: f"Not confirmed: {r['reason']}",
    "confirm! unknown": lambda r: f"No answer to the confirmation: {r['reason']}",
    "print?": lambda r: f"print ticket {r['number']}",
    "print! in_tray": lambda r: f"Ticket {r['key']} is in the tray",
    "print! spoiled": lambda r: f"Ticket {r['key']} is spoiled: {r['reason']}",
    "print! refused": lambda r: f"Not printed: {r['reason']}",
    "print! unknown": lambda r: f"Not known whether {r['key']} was printed: {r['reason']}",
    "deliver?": lambda r: f"hand over {len(r['blanks'])} tickets",
    "deliver! presented": lambda r: "The tickets lie in the slot",
    "deliver! unknown": lambda r: f"Not known whether tickets lie in the slot: {r['reason']}",
    "dump?": lambda r: "dump the tray to waste",
    "dump! done": lambda r: "The tray is dumped",
    "taken! tickets": lambda r: "The tickets were taken",
    "printed?": lambda r: "tell the station what was printed",
    "printed! done": lambda r: "The station knows what was printed",
    "void?": lambda r: f"void at the station ({r['reason']})",
    "void! done": lambda r: "Voided at the station" if r["certain"] else "The station did not answer about the void",
    # money out, and what is owed
    "pay?": lambda r: f"pay {yuan(r['value_fen'])} ({r['why']})",
    "pay! presented": lambda r: f"The notes lie out: {_counts(r)}",
    "pay! short": lambda r: f"Less than asked came out: {_counts(r)}",
    "pay! refused": lambda r: f"Nothing was paid: {r['reason']}",
    "pay! unknown": lambda r: f"Not known what was paid: {r['reason']}",
    "pay.coins?": lambda r: f"let {r['coins']} coins of hopper {r['hopper']} fall, {yuan(r['value_fen'])} ({r['why']})",
    "pay! coins": lambda r: f"{r['coins']} coins fell from hopper {r['hopper']}",
    "pay! coins_short": lambda r: f"Only {r['coins']} coins fell from hopper {r['hopper']}: {r['reason']}",
    "pay! coins_refused": lambda r: f"No coin fell from hopper {r['hopper']}: {r['reason']}",
    "pay! coins_unknown": lambda r: f"{r['coins']} to {r['most']} coins fell from hopper {r['hopper']}: {r['reason']}",
    "hopper.fill": lambda r: f"{r['after']} coins in hopper {r['hopper']}",
    "taken! change": lambda r: "The notes were taken",
    "reopen?": lambda r: f"open the outlet of the {r['outlet']} again",
    "reopen! tickets": lambda r: "The slot stands open again",
    "reopen! tickets_shut": lambda r: f"The slot was not opened again: {r['reason']}",
    "reopen! change": lambda r: "The change outlet stands open again",
    "reopen! change_shut": lambda r: f"The change outlet was not opened again: {r['reason']}",
    "retract?": lambda r: f"take the {r['outlet']} back",
    "retract! change": lambda r: "The notes were taken back",
    "retract! tickets": lambda r: "The tickets were taken back",
    # cards and phones
    "sale.receipt": lambda r: "The passenger wants a receipt",
    "sale.pay_by": lambda r: f"The passenger wants to pay by {r['way']}",
    "sale.other_way": lambda r: "The passenger wants to pay in another way",
    "auth?": lambda r: f"ask for {yuan(r['amount_fen'])} by {r['way']} (payment {r['payment']})",
    "auth! approved": lambda r: f"Payment {r['payment']} is approved",
    "auth! declined": lambda r: f"Payment {r['payment']} came to nothing: {r['reason']}",
    "auth! unknown": lambda r: f"Not known whether payment {r['payment']} was made: {r['reason']}",
    "auth.cancel?": lambda r: f"give payment {r['payment']} up",
    "capture?": lambda r: f"take {yuan(r['amount_fen'])} of payment {r['payment']}",
    "capture! done": lambda r: f"Payment {r['payment']} is ours",
    "capture! refused": lambda r: f"Payment {r['payment']} is refused: {r['reason']}",
    "capture! unknown": lambda r: f"No answer about payment {r['payment']}: {r['reason']}",
    "reverse?": lambda r: f"send payment {r['payment']} back ({yuan(r['amount_fen'])})",
    "reverse! done": lambda r: f"Payment {r['payment']} is back" if r["moved"] else f"Nothing of payment {r['payment']} was paid",
    "reverse! refused": lambda r: f"Payment {r['payment']} is not sent back: {r['reason']}",
    "reverse! unknown": lambda r: f"No answer about sending payment {r['payment']} back: {r['reason']}",
    "batch! done": lambda r: (
        f"The bank was told a day's cards: {r['count']}, {yuan(r['amount_fen'])}; "
        + ("its own sums are the same" if r["balanced"] else "its own sums are others, people look it up")
    ),
    "payment.due": lambda r: f"Payment {r['payment']} is asked for again",
    "auth.past stands": lambda r: f"Payment {r['payment']} still stands",
    "auth.past gone": lambda r: f"Payment {r['payment']} was taken back by the other side: {r['reason']}",
    "auth.past unknown": lambda r: f"Not known whether payment {r['payment']} stands: {r['reason']}",
    "unpaid.add": lambda r: f"tickets for {yuan(r['amount_fen'])} are not paid: payment {r['payment']} came to nothing",
    "rounding": lambda r: f"rounded by {yuan(r['rounding_fen'])}",
    "claim.add": lambda r: f"claim {r['code']} for {yuan(r['amount_fen'])} ({r['reason']})",
    "unknown.add": lambda r: f"unknown: at most {yuan(r['bound_fen'])} in {r['place']}",
    "slip?": lambda r: f"print the slip of {r['slip']}",
    "slip! printed": lambda r: f"Slip {r['slip']} is printed",
    "slip! failed": lambda r: f"No slip: {r['reason']}",
    "ticket.void": lambda r: f"ticket {r['number'] or r['index']} void ({r['reason']})",
    "sale.end": lambda r: f"sale ends: {r['outcome'].replace('_', ' ')}",
    # time, station, screen
    "timer patience": lambda r: "The passenger did nothing for too long",
    "timer take": lambda r: "Nothing was taken in time",
    "timer lock": lambda r: "The places are held no longer",
    "timer answer": lambda r: "No answer in time",
    "timer ask": lambda r: "Asked again",
    "timer payment": lambda r: "No answer about the payment in time",
    "timer last_minute": lambda r: "The last minute of the lock",
    "ack": lambda r: f"The station has the records up to {r['acked']}",
    "touched": lambda r: f"Touch: {r['target']}",
}  # fmt: skip

TROUBLE = (
    "unknown",
    "jammed",
    "failed",
    "refused",
    "short",
    "spoiled",
    "unknown.add",
    "claim.add",
    "unpaid.add",
    "gone",
    "denied",
)
MONEY = ("note.", "stack", "return", "pay", "taken! change", "keep", "auth", "capture", "reverse")
DEVICES = (
    "device", "door", "mains", "box", "cabinet", "acceptor", "dispenser", "sys", "lock", "renew", "release", "confirm", "void",
)  # fmt: skip
PAPER = ("print", "deliver", "dump", "taken! tickets", "slip", "ticket.")


def kind_of(record: Record) -> str:
    return " ".join(str(record[key]) for key in ("kind", "result") if record.get(key))


def words(record: Record) -> str:
    """One sentence; a record of an unknown kind, or with other fields, as it stands."""
    say = WORDS.get(kind_of(record)) or WORDS.get(record.get("kind", ""))
    try:
        return say(record) if say else plain(record)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return plain(record)


def look(record: Record) -> str:
    """trouble, money, paper, people, device or plain: the shape that stands before a step."""
    kind = kind_of(record)
    if kind == "fault":
        return "trouble" if record.get("up") else "device"
    if any(word in kind.replace("!", "").split() or kind.startswith(word) for word in TROUBLE):
        return "trouble"
    if kind.startswith(MONEY):
        return "money"
    if kind.startswith(PAPER):
        return "paper"
    if kind.startswith(("touched", "op.", "sale.", "help")):
        return "people"
    return "device" if kind.startswith(DEVICES) else "plain"
