"""What a host knows of the unit: its fitting by config, its cassettes as asked last, and what follows for both ports.

Source: ccnet sheet, 9.1, 9.2, 9.4; decisions 1, 9; `kiosk.ports.note_acceptor` (`deposit_fen`, `counters`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from simulator.devices.ccnet.b2b import ESCROW, UNASSIGNED, BillToBill
from simulator.fronts.port.bill_to_bill.line import CASSETTES, CONTENTS, Script, ask

TYPES = 24
IN_ESCROW, IN_BOX = -1, 0
"""Places of `DepositPast.packed`; any other number is a recycling cassette."""
MOST_COUNTED = 0xFF
REMEMBERED = 240


class Cassette(NamedTuple):
    """`kind`: bill type, ESCROW or UNASSIGNED. `notes` as its own memory says."""

    kind: int
    notes: int


class Unit:
    """`escrow`: number of the escrow cassette, 0 without one. `recycling`: cassette -> face value in fen, from config.

    `cassettes`: those that are there. `contents`: bill types in the escrow, the oldest first; None when they are not known.
    `until_ms`: when the script under way stops waiting. `retract`: option bits as last set; None when not known.
    """

    def __init__(
        self, twin: BillToBill, escrow: int, recycling: Mapping[int, int], countries: Collection[str], retract: int
    ) -> None:
        self.twin, self.body = twin, twin.unit
        self.escrow, self.recycling, self.usual_retract = escrow, dict(recycling), retract
        kinds = enumerate(self.body.kinds[:TYPES])
        self.table = {kind: row.value_fen for kind, row in kinds if row and row.country in countries}
        self.now_ms = 0
        self.until_ms: int | None = None
        self.cassettes: dict[int, Cassette] | None = None
        self.contents: tuple[int, ...] | None = None
        self.retract: int | None = None
        self._deposited: dict[int, int] = {}  # note -> bill type, of this life
        self.values: Mapping[int, int] = {}
        self.deposit_fen: Collection[int] = ()
        self.usable: tuple[int, ...] = ()

    # -- asked

    def read(self) -> Script[bool]:
        """Counts of all cassettes, then the notes in the escrow. False: it does not say."""
        cassettes = yield from ask(CASSETTES, self._cassettes)
        if cassettes is None:
            return False
        self._believe(cassettes)
        self.contents = (yield from self.read_contents(self.escrow)) if self.has_escrow else None
        return True

    def read_stock(self) -> Script[dict[int, int] | None]:
        """Notes per cassette that may be paid from."""
        cassettes = yield from ask(CASSETTES, self._cassettes)
        if cassettes is None:
            return None
        self._believe(cassettes)
        return self.stock

    def read_contents(self, number: int) -> Script[tuple[int, ...] | None]:
        return (yield from ask(CONTENTS, lambda: self._contents(number)))

    def _contents(self, number: int) -> tuple[int, ...] | None:
        cassette = self.body.present(number)
        return None if cassette is None else tuple(cassette.memory)

    def _cassettes(self) -> dict[int, Cassette]:
        return {one.number: Cassette(one.kind, min(len(one.memory), MOST_COUNTED)) for one in self.body.fitted()}

    def _believe(self, cassettes: dict[int, Cassette]) -> None:
        self.cassettes = cassettes
        self.usable = tuple(
            number
            for number, value_fen in self.recycling.items()
            if number in cassettes and self.value_fen(cassettes[number].kind) == value_fen
        )
        closed = {cassettes[number].kind for number in self.misfits()}
        self.values = {kind: fen for kind, fen in self.table.items() if kind not in closed}
        recycled = {self.value_fen(cassettes[number].kind) for number in self.usable}
        self.deposit_fen = frozenset(self.values.values()) - recycled if self.has_escrow else ()

    # -- what follows

    def value_fen(self, kind: int | None) -> int:
        """0 for what is no money here."""
        return self.table.get(kind, 0) if kind is not None else 0

    @property
    def has_escrow(self) -> bool:
        there = (self.cassettes or {}).get(self.escrow)
        return there is not None and there.kind == ESCROW

    def misfits(self) -> list[int]:
        """Cassettes that may not be used: of another type than config says, or unknown to it."""
        found = []
        for number, cassette in (self.cassettes or {}).items():
            good = number in self.usable or (number == self.escrow and cassette.kind == ESCROW)
            known = number == self.escrow or number in self.recycling
            if not good and (known or cassette.kind != UNASSIGNED):
                found.append(number)
        return found

    def wanted_kind(self, number: int) -> int | None:
        """What an empty cassette is to be set to; None when it is right, or nothing fits."""
        kind = (self.cassettes or {})[number].kind
        if number == self.escrow:
            wanted: int | None = ESCROW
        elif number in self.recycling:
            fitting = [each for each in sorted(self.table) if self.table[each] == self.recycling[number]]
            wanted = kind if kind in fitting else next(iter(fitting), None)
        else:
            wanted = UNASSIGNED
        return None if wanted == kind else wanted

    @property
    def stock(self) -> dict[int, int]:
        cassettes = self.cassettes or {}
        return {number: cassettes[number].notes for number in self.usable}

    @property
    def cassette_counters(self) -> dict[str, int]:
        return {f"cassette.{number}": notes for number, notes in sorted(self.stock.items())}

    @property
    def counters(self) -> dict[str, int]:
        escrow = {} if self.contents is None else {"escrow": len(self.contents)}
        return {**escrow, **self.cassette_counters}

    def laid(self, kind: int, place: int) -> None:
        """A note was told to lie there: count it as the unit does. `place`: cassette, 0 the drop cassette."""
        if place == self.escrow and self.contents is not None:
            self.contents = (*self.contents, kind)
        if self.cassettes and place in self.cassettes:
            there = self.cassettes[place]
            self.cassettes[place] = there._replace(notes=there.notes + 1)

    def remember(self, note: int, kind: int) -> None:
        """A note that went into the escrow."""
        self._deposited[note] = kind
        if len(self._deposited) > REMEMBERED:
            del self._deposited[next(iter(self._deposited))]

    def on_top(self, notes: Sequence[int]) -> bool:
        """The uppermost notes of the escrow can be these: as many, and each of its type where that is known."""
        contents = self.contents or ()
        top = contents[len(contents) - len(notes) :] if len(contents) >= len(notes) else None
        return top is not None and all(
            self._deposited.get(note, kind) == kind for note, kind in zip(notes, top, strict=True)
        )

    def risen(self) -> dict[int, int]:
        """Cassette -> how much more it counts now than was known."""
        before = self.cassettes or {}
        return {
            number: now.notes - before[number].notes for number, now in self._cassettes().items() if number in before
        }

    def place(self, destination: int) -> int:
        return IN_ESCROW if destination == self.escrow and self.has_escrow else destination

    def values_of(self, words: Iterable[tuple[int, int]]) -> tuple[int, ...]:
        """(bill type, notes) each -> face values."""
        return tuple(self.value_fen(kind) for kind, notes in words for _ in range(notes))
