"""The bulk escrow in a sale: a deposit is kept as a whole before the first ticket is printed, or given back note by note.

The notes stay the passenger's until then (decision 1): a cancel gives these very notes back, and needs no change in the
cassettes (decision 2). Counting, questions and actions of it stand together here; the table has the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from kiosk.ports import note_acceptor as na
from kiosk.ports.fact import Fact
from kiosk.sale.book import Book
from kiosk.sale.intents import Intent, KeepDeposit, ReturnDeposit
from kiosk.sale.lines import Claim, NoteLine

if TYPE_CHECKING:
    from kiosk.sale.count import Counting
    from kiosk.sale.guards import SaleContext

DEPOSIT = (
    na.DepositKept, na.DepositKeepUncertain, na.DepositPresented, na.DepositNotMoved, na.DepositReturnUncertain,
    na.DepositTaken, na.DepositPulledBack, na.DepositRetractUncertain,
)  # fmt: skip
"""Facts about several notes at once."""
KEEPS = 2
"""So often the escrow is told to empty into the box, as long as that moves something; what is left stays there, ours, until
somebody counts."""


class DepositGuards:
    """What the table asks about the deposit."""

    book: Book

    def has_deposit(self) -> bool:
        return bool(self.book.own_notes)

    def may_give_back(self) -> bool:
        """Notes of the passenger's are in the escrow, somebody is there to take them, and the unit has not refused once.

        The escrow gives the last notes that went in, whosever they are: with one that nobody can place, perhaps that one.
        """
        book = self.book
        if book.absent or book.not_given or book.notes_in_state("jammed", "unknown"):
            return False
        return bool(book.notes_in_state("deposited"))

    def must_keep(self) -> bool:
        """They cannot be given back for certain, or only to nobody: they become ours, and are owed."""
        return bool(self.book.notes_in_state("deposited"))

    def keep_again(self) -> bool:
        return self.must_keep() and self.book.keeps < KEEPS

    def still_keeping(self) -> bool:
        """What was said is not about the deed under way."""
        return bool(self.book.notes_in_state("keeping"))

    def still_giving(self) -> bool:
        return bool(self.book.notes_in_state("giving", "out"))

    def own_notes_out(self) -> bool:
        return bool(self.book.notes_in_state("out"))

    def confirmed_with_deposit(self) -> bool:
        return self.book.confirmed and self.must_keep()

    def sold_with_deposit(self) -> bool:
        return self.book.station_state in ("confirmed", "printed") and self.confirmed_with_deposit()

    def kept_and_sold(self) -> bool:
        """The station said yes, the deposit is ours, and tickets are still to be had."""
        return self.book.confirmed and not self.has_deposit() and bool(self.book.tickets_in("waiting"))


class DepositDeeds:
    """What the table has done about the deposit."""

    book: Book
    _context: SaleContext
    _intents: list[Intent]

    def keep_deposit(self) -> None:
        book = self.book
        lines = book.notes_in_state("deposited")
        for line in lines:
            line.state = "keeping"
        book.keeps += 1
        self._intents.append(KeepDeposit(book.number, _numbers(lines), _value_fen(lines)))

    def give_deposit_back(self) -> None:
        """The last notes that went in, as many as come out at once."""
        lines = self.book.notes_in_state("deposited")[-self._context.policy.bundle_notes :]
        for line in lines:
            line.state = "giving"
        self._intents.append(ReturnDeposit(self.book.number, _numbers(lines), _value_fen(lines)))


def _numbers(lines: Iterable[NoteLine]) -> tuple[int, ...]:
    return tuple(line.note for line in lines)


def _value_fen(lines: Iterable[NoteLine]) -> int:
    return sum(line.value_fen for line in lines)


# -- counting


def _named(book: Book, notes: tuple[int, ...], *states: str) -> list[NoteLine]:
    return [line for line in book.notes if line.note in notes and line.state in states]


def _at_mouth(book: Book, notes: tuple[int, ...]) -> list[NoteLine]:
    """The named notes of a bundle on its way out. Of an earlier start the unit knows no numbers and names none: all that lie
    at the mouth."""
    return _named(book, notes, "giving", "out") if notes else book.notes_in_state("out")


def _others_stay(book: Book, *states: str) -> None:
    """What an outcome does not name has not moved."""
    for line in book.notes_in_state(*states):
        line.state = "deposited"


def _kept(fact: na.DepositKept, book: Book, at: Counting) -> None:
    moved = _named(book, fact.notes, "keeping")
    if fact.notes and not moved:
        return  # said twice
    for line in moved:
        line.state = "ours"
    _others_stay(book, "keeping")
    if not at.believed and (book.keeps >= KEEPS or not moved):
        _somewhere(book, book.notes_in_state("deposited"))


def _keep_unknown(fact: na.DepositKeepUncertain, book: Book, at: Counting) -> None:
    """No way from there leads to the passenger: the notes are ours wherever inside they are."""
    doubtful = _named(book, fact.notes, "keeping")
    if doubtful:
        _somewhere(book, doubtful)
        _others_stay(book, "keeping")


def _somewhere(book: Book, lines: list[NoteLine]) -> None:
    for line in lines:
        line.state = "ours"
    book.unplaced_fen += _value_fen(lines)


def _out(fact: na.DepositPresented, book: Book, at: Counting) -> None:
    moved = _named(book, fact.notes, "giving")
    if not moved:
        return
    for line in moved:
        line.state = "out"
    _others_stay(book, "giving")
    book.take_until_ms = at.now_ms + round(at.policy.take_ms / at.rate)


def _not_moved(fact: na.DepositNotMoved, book: Book, at: Counting) -> None:
    if _named(book, fact.notes, "giving"):
        book.not_given = not at.believed  # a deed that the power failure kept from beginning was not refused
        _others_stay(book, "giving")


def _taken(fact: na.DepositTaken, book: Book, at: Counting) -> None:
    for line in _at_mouth(book, fact.notes):
        line.state = "returned"


def _pulled_back(fact: na.DepositPulledBack, book: Book, at: Counting) -> None:
    """Into the box, not into the escrow: ours, and owed to somebody who is not there."""
    lines = _at_mouth(book, fact.notes)
    for line in lines:
        line.state = "ours"
    if lines:
        book.why_ending, book.deposit_forgotten = book.why_ending or "not_taken", True
        book.went_away()


def _return_unknown(fact: na.DepositReturnUncertain, book: Book, at: Counting) -> None:
    if lines := _at_mouth(book, fact.notes):
        _doubt(lines, book, at)
        book.why_ending = book.why_ending or "note"


def _back_in_part(fact: na.DepositRetractUncertain, book: Book, at: Counting) -> None:
    """Like a return that nobody can vouch for, and nobody stands there any more."""
    if lines := _at_mouth(book, fact.notes):
        _doubt(lines, book, at)
        book.why_ending, book.deposit_forgotten = book.why_ending or "not_taken", True
        book.went_away()


def _doubt(lines: list[NoteLine], book: Book, at: Counting) -> None:
    """At most all of it is owed."""
    for line in lines:
        line.state = "unknown"
    _others_stay(book, "giving", "out")
    book.claims.append(Claim(at.new_code(), _value_fen(lines), "deposit_unknown", exact=False))


def doubts(book: Book, at: Counting) -> None:
    """After a restart, what recovery could not learn: kept notes are inside; of those under way back nobody knows."""
    _somewhere(book, book.notes_in_state("keeping"))
    under_way = book.notes_in_state("giving")
    if under_way:
        _return_unknown(na.DepositReturnUncertain(_numbers(under_way), "power"), book, at)


DEPOSIT_COUNTERS: dict[type[Fact], Callable[[Any, Book, Counting], None]] = {
    na.DepositKept: _kept,
    na.DepositKeepUncertain: _keep_unknown,
    na.DepositPresented: _out,
    na.DepositNotMoved: _not_moved,
    na.DepositTaken: _taken,
    na.DepositPulledBack: _pulled_back,
    na.DepositRetractUncertain: _back_in_part,
    na.DepositReturnUncertain: _return_unknown,
}
