"""The physical count against the books: what lies where, note by note and ticket by ticket (invariants 1, 3 and 4).

The ledger is the cabinet's `/api/ledger`, as plain JSON; it is taken while nothing moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from simulator.audit.books import Books
from simulator.audit.cases import Run

Ledger = Mapping[str, Any]
ACCEPTOR = ("acceptor.path", "acceptor.escrow", "acceptor.jam")
STRIPE_HEAD, NUMBER_DIGITS = "RT1", 8


class Count:
    """What physically lies where."""

    def __init__(self, ledger: Ledger) -> None:
        self.notes: dict[str, Counter[int]] = {}
        self.tickets: dict[str, list[Mapping[str, Any]]] = {}
        for note in ledger["notes"]:
            self.notes.setdefault(note["place"], Counter())[note["value_fen"]] += 1
        for ticket in ledger["tickets"]:
            self.tickets.setdefault(ticket["place"], []).append(ticket)

    def at(self, *places: str) -> Counter[int]:
        total: Counter[int] = Counter()
        for place in places:
            total.update(self.notes.get(place, Counter()))
        return total

    def papers(self, *places: str) -> int:
        return sum(len(self.tickets.get(place, ())) for place in places)


def worth(notes: Mapping[int, int]) -> int:
    return sum(value_fen * count for value_fen, count in notes.items())


def compare(run: Run, books: Books, ledger: Ledger) -> None:
    """Adds a violation for each difference that no open unknown covers. Raises KeyError for a ledger without its parts."""
    count = Count(ledger)
    if ledger.get("moving"):
        run.say(3, f"the ledger was taken while {', '.join(ledger['moving'])} moved", 0)
    _conserved(run, ledger)
    _box(run, books, count)
    _dispenser(run, books, count)
    _papers(run, books, count)
    _passengers(run, books, count, ledger)
    _tickets_outside(run, books, count)


def _conserved(run: Run, ledger: Ledger) -> None:
    serials = Counter(note["serial"] for note in ledger["notes"])
    for serial, times in serials.items():
        if times > 1:
            run.say(1, f"note {serial} lies in {times} places", 0)
    brought: Counter[int] = Counter()
    for origin in ledger["origins"]:
        brought[origin["value_fen"]] += origin["count"]
    found = Counter(note["value_fen"] for note in ledger["notes"])
    if found != brought:
        run.say(1, f"notes brought in {dict(sorted(brought.items()))}, found {dict(sorted(found.items()))}", 0)


def _box(run: Run, books: Books, count: Count) -> None:
    there = count.at("box")
    held = Counter(note.value_fen for note in run.notes.values() if note.state == "held")
    for value_fen in sorted({*there, *books.box}):
        more = there[value_fen] - books.box[value_fen]
        if not 0 <= more <= books.box_doubt[value_fen] + held[value_fen]:
            run.say(3, f"box: {there[value_fen]} notes of {value_fen} fen, the books say {books.box[value_fen]}", 0)
    for value_fen, pieces in count.at(*ACCEPTOR).items():
        unseen = sum(value_fen <= most_fen for most_fen in books.stuck_fen)
        if pieces > books.in_doubt[value_fen] + held[value_fen] + unseen:
            run.say(3, f"acceptor: {pieces} notes of {value_fen} fen stick in it, and no record explains them", 0)


def _dispenser(run: Run, books: Books, count: Count) -> None:
    bound = books.out_doubt_fen + sum(pay.asked_fen for pay in books.open_pays())
    for cassette, booked in sorted(books.cassettes.items()):
        there = count.at(f"cassette.{cassette}").total()
        if there != booked and not (bound and there < booked):
            run.say(3, f"cassette {cassette}: {there} notes, the books say {booked}", 0)
    reject, path = count.at("dispenser.reject"), count.at("dispenser.path")
    if (reject.total() != books.reject or worth(reject) != books.reject_fen) and not bound:
        run.say(3, f"reject bin: {reject.total()} notes, the books say {books.reject}", 0)
    if path and not bound:
        run.say(3, f"dispenser: {path.total()} notes stick in it, and no record explains them", 0)
    if bound:
        booked_fen = sum(books.values.get(cassette, 0) * pieces for cassette, pieces in books.cassettes.items())
        gone_fen = booked_fen + books.reject_fen - worth(path) - worth(reject)
        gone_fen -= sum(worth(count.at(f"cassette.{cassette}")) for cassette in books.cassettes)
        if not 0 <= gone_fen <= bound:
            run.say(3, f"dispenser: {gone_fen} fen are gone, at most {bound} are unknown", 0)
    _outlets(run, books, count, bound)


def _outlets(run: Run, books: Books, count: Count, bound: int) -> None:
    bound += books.retract_doubt_fen
    for name, place, booked in (
        ("change tray", "change.tray", books.tray_fen),
        ("change retract bin", "change.retract", books.change_retract_fen),
    ):
        there = worth(count.at(place))
        if not booked <= there <= booked + bound:
            run.say(3, f"{name}: {there} fen, the books say {booked} (unknown {bound})", 0)


def _papers(run: Run, books: Books, count: Count) -> None:
    open_prints = sum(blank.state == "asked" for blank in run.blanks.values())
    for name, booked, there in (
        ("roll", books.roll, count.papers("roll")),
        ("waste", books.waste, count.papers("ticket.waste", "printer.path")),
        ("ticket_retract", books.ticket_retract, count.papers("ticket.retract")),
        ("tray", books.tray + books.slot, count.papers("ticket.tray", "ticket.slot")),
    ):
        if abs(there - booked) > books.doubt[name] + open_prints:
            run.say(3, f"{name}: {there} blanks or tickets, the books say {booked} (doubt {books.doubt[name]})", 0)


def _passengers(run: Run, books: Books, count: Count, ledger: Ledger) -> None:
    """What passengers hold: what they brought, less what was stacked, and the notes they took."""
    brought = sum(origin["value_fen"] * origin["count"] for origin in ledger["origins"] if origin["place"] == "hand")
    held = worth(count.at("hand", "acceptor.mouth", "acceptor.path", "acceptor.escrow"))
    expected = brought - books.stacked_fen + books.taken_fen
    open_fen = sum(note.value_fen for note in run.notes.values() if note.state == "held")
    in_doubt_fen = worth(books.in_doubt) + sum(books.stuck_fen)
    lowest, highest = expected - in_doubt_fen - open_fen, expected + books.ever_out_doubt_fen
    highest += sum(pay.asked_fen for pay in books.open_pays())
    if not lowest <= held <= highest:
        run.say(1, f"the passengers hold {held} fen, the records say {lowest} to {highest}", 0)


def _tickets_outside(run: Run, books: Books, count: Count) -> None:
    outside = count.tickets.get("hand", [])
    numbers = Counter(number for ticket in outside if (number := _number(str(ticket["stripe"]))))
    known = {_padded(blank.number) for blank in run.blanks.values() if blank.delivered}
    unsure = {_padded(blank.number) for blank in run.blanks.values() if blank.state == "unknown"}
    for number, times in numbers.items():
        if times > 1:
            run.say(4, f"ticket {number} exists {times} times outside", 0)
        if number not in known | unsure:
            run.say(4, f"a passenger holds ticket {number}, which was never delivered", 0)
    for ticket in outside:
        if ticket["state"] != "good" and not books.doubt["hand"]:
            run.say(4, f"a passenger holds blank {ticket['serial']}, which is {ticket['state']}", 0)
    if abs(len(outside) - books.delivered) > books.doubt["hand"]:
        run.say(4, f"passengers hold {len(outside)} tickets, {books.delivered} were delivered", 0)


def _number(stripe: str) -> str:
    """The ticket number on track 1, empty when the stripe is not of this project's format (ticket-printer sheet, 3)."""
    return stripe[3 : 3 + NUMBER_DIGITS] if stripe.startswith(STRIPE_HEAD) else ""


def _padded(number: str) -> str:
    """The station's number as it stands on the stripe: eight columns, zeros before."""
    return number.rjust(NUMBER_DIGITS, "0")
