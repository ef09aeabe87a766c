"""What a host may know of the unit: what is fitted, as it was told last, and what lies in it, once it has been told at all.

Source: ccnet sheet, 9.1, 9.2, 9.4; decisions 1, 9; `kiosk.ports.note_acceptor` (`deposit_fen`, `stack`, `counters`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from simulator.devices.ccnet.b2b import ESCROW, UNASSIGNED, BillToBill
from simulator.fronts.port.bill_to_bill.line import CASSETTES, CONTENTS, UnitLine

TYPES = 24
IN_ESCROW, IN_BOX = -1, 0
"""Places of `DepositPast.packed`; any other number is a recycling cassette."""
REMEMBERED = 240


class Fitted(NamedTuple):
    """`kind`: bill type, ESCROW or UNASSIGNED."""

    kind: int
    full: bool


class Known:
    """`escrow`: number of the escrow cassette, 0 without one. `recycling`: cassette -> face value in fen, from config.

    `fitted`: the cassettes that are there; None before it was asked. `retract`: option bits as last set, None when not known.
    """

    def __init__(
        self,
        twin: BillToBill,
        line: UnitLine,
        escrow: int,
        recycling: Mapping[int, int],
        countries: Collection[str],
        retract: int,
    ) -> None:
        self.body, self.line = twin.unit, line
        self.escrow, self.recycling, self.usual_retract = escrow, dict(recycling), retract
        kinds = enumerate(self.body.kinds[:TYPES])
        self.table = {kind: row.value_fen for kind, row in kinds if row and row.country in countries}
        self.fitted: dict[int, Fitted] | None = None
        self.contents_told = False
        self.retract: int | None = None
        self.values: Mapping[int, int] = {}
        self.deposit_fen: Collection[int] = ()
        self.usable: tuple[int, ...] = ()
        self._laid: dict[int, int] = {}  # number of a note in the escrow -> its bill type, of this life

    # -- asked

    def look(self) -> bool:
        """Which cassettes are there, and what follows from that. False: the unit does not say."""
        if not self.line.ask(CASSETTES):
            return False
        self.believe()
        return True

    def believe(self) -> None:
        self.fitted = fitted = {one.number: Fitted(one.kind, one.full) for one in self.body.fitted()}
        right = {number: self.value_fen(one.kind) for number, one in fitted.items()}
        self.usable = tuple(number for number, value_fen in self.recycling.items() if right.get(number) == value_fen)
        room = self.has_escrow and not fitted[self.escrow].full
        closed, own = {fitted[number].kind for number in self.misfits()}, {fitted[n].kind for n in self.usable}
        self.values = {
            kind: value_fen
            for kind, value_fen in self.table.items()
            if kind not in closed and (kind in own or room or not self.escrow)
        }
        self.deposit_fen = frozenset(self.values.values()) - {right[n] for n in self.usable} if room else ()

    def look_inside(self) -> bool:
        """What lies in the escrow cassette. False: it is not there, or the unit does not say."""
        self.contents_told = self.has_escrow and self.line.ask(CONTENTS) and self._there(self.escrow)
        return self.contents_told

    def stays(self, kind: int) -> bool:
        """After a look: a note of this type still becomes a deposit, or ours, as `deposit_fen` said before it."""
        before = kind in self.values, self.values.get(kind) in self.deposit_fen
        self.believe()
        return before == (True, self.values.get(kind) in self.deposit_fen) and kind in self.values

    # -- what follows

    def value_fen(self, kind: int | None) -> int:
        """0 for what is no money here."""
        return 0 if kind is None else self.table.get(kind, 0)

    @property
    def has_escrow(self) -> bool:
        there = (self.fitted or {}).get(self.escrow)
        return there is not None and there.kind == ESCROW

    @property
    def contents(self) -> tuple[int, ...] | None:
        """Bill types in the escrow, the oldest first; None when they are not known."""
        return tuple(self.body.cassettes[self.escrow - 1].memory) if self.contents_told else None

    @property
    def stock(self) -> dict[int, int]:
        """Notes per cassette that may be paid from, as their own memories say."""
        return {number: len(self.body.cassettes[number - 1].memory) for number in self.usable}

    @property
    def cassette_counters(self) -> dict[str, int]:
        return {f"cassette.{number}": notes for number, notes in sorted(self.stock.items())}

    @property
    def counters(self) -> dict[str, int]:
        contents = self.contents
        return {**({} if contents is None else {"escrow": len(contents)}), **self.cassette_counters}

    def misfits(self) -> list[int]:
        """Cassettes that may not be used: of another type than config says, or unknown to it."""
        wrong = []
        for number, one in (self.fitted or {}).items():
            if number == self.escrow:
                good = one.kind == ESCROW
            else:
                good = number in self.usable if number in self.recycling else one.kind == UNASSIGNED
            wrong += [] if good else [number]
        return wrong

    def wanted_kind(self, number: int) -> int | None:
        """What an empty cassette is to be set to; None when it is right, or nothing fits."""
        if number == self.escrow:
            fitting = [ESCROW]
        elif number in self.recycling:
            fitting = [kind for kind in sorted(self.table) if self.table[kind] == self.recycling[number]]
        else:
            fitting = [UNASSIGNED]
        right = not fitting or (self.fitted or {})[number].kind in fitting
        return None if right else fitting[0]

    def untyped(self) -> list[int]:
        """Empty cassettes that are to be set to another type."""
        cassettes = self.body.cassettes
        return [n for n in self.fitted or {} if not cassettes[n - 1].memory and self.wanted_kind(n) is not None]

    def laid(self, note: int, kind: int) -> None:
        """A note of this number went into the escrow."""
        self._laid[note] = kind
        if len(self._laid) > REMEMBERED:
            del self._laid[next(iter(self._laid))]

    def on_top(self, notes: Sequence[int]) -> bool:
        """The uppermost notes of the escrow are these, as far as this life knows them."""
        contents = self.contents or ()
        top = contents[len(contents) - len(notes) :]
        return len(contents) >= len(notes) and all(
            self._laid.get(note, kind) == kind for note, kind in zip(notes, top, strict=True)
        )

    def place(self, destination: int) -> int:
        return IN_ESCROW if destination == self.escrow and self.has_escrow else destination

    def values_of(self, words: Iterable[tuple[int, int]]) -> tuple[int, ...]:
        """(bill type, notes) each -> face values."""
        return tuple(self.value_fen(kind) for kind, notes in words for _ in range(notes))

    def _there(self, number: int) -> bool:
        return self.body.present(number) is not None
