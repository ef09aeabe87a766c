"""The two bundles that come out of the unit, and what may become of them in the words of their ports.

Source: `NoteAcceptor.return_all`, `NoteDispenser.pay`; decision page 024. The cassettes can be asked only while the unit is
disabled, so what lies at the mouth is what was asked for, and the counts afterwards show whether that was true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    DepositNotMoved,
    DepositPresented,
    DepositPulledBack,
    DepositRetractUncertain,
    DepositReturnUncertain,
    DepositTaken,
)
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    Counts,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
)
from simulator.devices.ccnet.b2b import ESCROW
from simulator.devices.ccnet.b2b.bundles import MOST_IN_BUNDLE
from simulator.fronts.port.bill_to_bill.before import counts_of
from simulator.fronts.port.bill_to_bill.followed import End, Ended
from simulator.fronts.port.bill_to_bill.known import Known

Notes = tuple[int, ...]
Moved = tuple[tuple[int, int], ...]
Gone = Mapping[int, int]
"""Cassette -> notes that left it, by the unit's own counts."""
REASONS = {End.INVALID: "empty", End.STOPPED: "jam"}


class Deposit:
    """`notes`: the last ones that went in. `own`: a power cut's remains come out whatever may be said of them.

    `gone` None: nobody can say what left the cassettes.
    """

    own = True

    def __init__(self, known: Known, notes: Notes, report: Report) -> None:
        self._known, self._notes, self._report = known, notes, report
        self.asked: Gone = {known.escrow: len(notes)}

    def refused(self) -> bool:
        """Asks what lies there; True, and said, when the bundle cannot even be asked for."""
        possible = 1 <= len(self._notes) <= MOST_IN_BUNDLE
        if possible and self.look() and self._known.on_top(self._notes):
            return False
        self._report(DepositNotMoved(self._notes, "contents" if possible else "other"))
        return True

    def order(self, now_ms: int) -> None:
        self._known.body.dispense([(ESCROW, len(self._notes))], now_ms)

    def look(self) -> bool:
        return self._known.look_inside()

    def named(self, moved: Moved) -> Gone | None:
        """What POWER RECOVERY says has left its cassette."""
        out = sum(count for _, count in moved)
        return {self._known.escrow: out} if out else {}

    def not_moved(self, ended: Ended) -> None:
        self._report(DepositNotMoved(self._notes, ended.reason))

    def presented(self, gone: Gone) -> None:
        self._report(DepositPresented(self._part(gone)))

    def ended(self, taken: bool, part: Gone, gone: Gone | None) -> None:
        """Taken, or pulled back. `part`: what came out as far as was known then; `gone`: by the counts afterwards."""
        notes = self._part(part)
        if gone is not None and gone != part and self._part(gone) != notes:
            self._report(DepositReturnUncertain(self._notes, "contents"))
        else:
            self._report(DepositTaken(notes) if taken else DepositPulledBack(notes))

    def in_doubt(self, gone: Gone | None, reason: str, shown: bool) -> None:
        """`shown`: a hand could reach it."""
        self._report(DepositReturnUncertain(self._part(gone), reason))

    def back_in_part(self, gone: Gone, reason: str) -> None:
        """Pulled back after it had lain within reach in the dark."""
        self._report(DepositRetractUncertain(self._part(gone), reason))

    def _part(self, gone: Gone | None) -> Notes:
        """Those that left, all when that cannot be said."""
        out = len(self._notes) if gone is None else gone.get(self._known.escrow, 0)
        return self._notes[len(self._notes) - out :] if 0 <= out <= len(self._notes) else self._notes


class Change:
    """`differs` is told a cassette that does not hold afterwards what it should."""

    own = False

    def __init__(
        self, known: Known, order: int, counts: Mapping[int, int], report: Report, differs: Callable[[str], None]
    ) -> None:
        self._known, self._order, self._report, self._differs = known, order, report, differs
        self.asked: Gone = dict(sorted(counts.items()))

    def refused(self) -> bool:
        asked, known = self.asked, self._known
        stock = known.stock if known.look() else None
        if stock is None or not 1 <= sum(asked.values()) <= MOST_IN_BUNDLE or min(asked.values()) < 0:
            reason = "other"
        elif not asked.keys() <= stock.keys():
            reason = "cassette_out"
        else:
            reason = "empty" if any(notes > stock[cassette] for cassette, notes in asked.items()) else ""
        if reason:
            self._report(NotesRefused(self._order, reason))
        return bool(reason)

    def order(self, now_ms: int) -> None:
        """Two cassettes of one type are one pair."""
        pairs: Counter[int] = Counter()
        for cassette, notes in self.asked.items():
            pairs[self._known.body.cassettes[cassette - 1].kind] += notes
        self._known.body.dispense(list(pairs.items()), now_ms)

    def look(self) -> bool:
        return self._known.look()

    def named(self, moved: Moved) -> Gone | None:
        counts = counts_of(self._known, moved)
        return None if counts is None else {cassette: notes for cassette, notes, _ in counts}

    def not_moved(self, ended: Ended) -> None:
        self._report(NotesRefused(self._order, REASONS.get(ended.end, "other")))

    def presented(self, gone: Gone) -> None:
        counts: Counts = tuple((cassette, notes, 0) for cassette, notes in sorted(gone.items()))
        whole = gone == self.asked
        self._report(NotesPresented(self._order, counts) if whole else NotesShort(self._order, counts, "other"))

    def ended(self, taken: bool, part: Gone, gone: Gone | None) -> None:
        self._report(ChangeTaken(self._order) if taken else ChangeRetracted(self._order))
        for cassette, notes in part.items() if gone is not None else ():
            if gone is not None and gone.get(cassette, 0) != notes:
                self._differs(f"cassette {cassette}")

    def in_doubt(self, gone: Gone | None, reason: str, shown: bool) -> None:
        if shown:
            self._report(ChangeRetractUncertain(self._order, reason))
        else:
            self._report(NotesUncertain(self._order, (), reason))

    def back_in_part(self, gone: Gone, reason: str) -> None:
        self._report(ChangeRetractUncertain(self._order, reason))
