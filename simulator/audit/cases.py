"""What the journal says of each note, blank, pay order and sale. State belongs to the thing, never to the sale.

What is settled is folded away: a sale leaves `cases` some sales after its end, its notes and blanks with it, its amounts
go into the sums. What has no certain fate stays until it is found or counted, so a check costs what is open, not what was.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from simulator.audit.recent import Recent
from simulator.audit.verdict import Rules, Violation

KEPT_SALES = 8
"""So many ended sales are still known thing by thing: late answers and late notes belong to the last ones."""
OURS = frozenset({"stacked", "recycled", "kept", "pulled", "inside"})
"""States of a note that is the machine's; the last four only with a bulk escrow."""
SURE = OURS | {"returned"}
THEIRS = frozenset({"held", "returned", "deposited", "keeping", "giving", "out"})
UNDER_WAY = frozenset({"held", "keeping", "giving", "out"})
"""An order moves it, or soon will: it may lie before or behind that movement."""


@dataclass(slots=True)
class NoteTrack:
    """`state`: held, then stacked, returned, jammed or unknown; those of a bulk escrow are told in `deposits`. `ordered`:
    stack or return, empty when nothing was asked.

    `guessed`: never recognised, `value_fen` is the most it can be. `boot` in which it was ordered. `serial` of the physical
    note, empty when nobody watched or it could be several.
    """

    number: int
    value_fen: int
    sale: int
    state: str = "held"
    ordered: str = ""
    boot: int = 0
    serial: str = ""
    guessed: bool = False


@dataclass(slots=True)
class BlankTrack:
    """One blank key. `state`: asked, in_tray, spoiled, refused, unknown, dumped, delivered, retracted."""

    key: str
    sale: int
    index: int
    number: str
    state: str = "asked"
    delivered: bool = False


@dataclass(slots=True)
class PayTrack:
    """`state`: asked, presented, refused, taken, retracted, retract_unknown. Amounts in fen.

    `uncertain`: nobody knows what left the cassettes. `in_path_fen`: may stick in the dispenser after a jam.
    """

    order: int
    sale: int
    asked_fen: int
    cassettes: tuple[int, ...]
    why: str = ""
    state: str = "asked"
    out_fen: int = 0
    uncertain: bool = False
    in_path_fen: int = 0


@dataclass(slots=True)
class ChargeTrack:
    """A payment by card or phone. `state`: asked, approved, declined, unknown. `deed`: capture, reverse, or none yet; `end`
    of it: captured, contested, reversed, kept. `counts`: its amount is in the account of its sale; `late`: approved after it
    was declined; `unpaid_fen`: what the machine says was given for it, though it came to nothing; `doubtful`: since when
    nobody said that it stands, a restart or a word of the other side; `reference`: the other side's name of it; `way` it was
    asked for."""

    payment: int
    sale: int
    amount_fen: int
    state: str = "asked"
    deed: str = ""
    end: str = ""
    counts: bool = False
    late: bool = False
    unpaid_fen: int = 0
    doubtful: str = ""
    reference: str = ""
    way: str = ""


@dataclass(slots=True)
class Case:
    """One sale as its records tell it."""

    number: int
    key: str
    wall_ms: int
    notes: list[NoteTrack] = field(default_factory=list)
    blanks: list[BlankTrack] = field(default_factory=list)
    pays: list[PayTrack] = field(default_factory=list)
    charges: list[ChargeTrack] = field(default_factory=list)
    coins: list[Any] = field(default_factory=list)  # orders to hoppers, as `coins` tells them
    prices: dict[int, int] = field(default_factory=dict)
    total_fen: int = 0
    confirmed: bool = False
    bundle: tuple[str, ...] = ()
    bundle_boot: int = 0
    bundle_state: str = ""  # asked, presented, taken, retracted, unknown, dumped
    delivered: bool = False
    rounding_fen: int = 0
    claims_fen: int = 0
    unknown_fen: int = 0
    outcome: str = ""
    why: str = ""
    ended_ms: int = 0


@dataclass(slots=True)
class Run:
    """Everything that is not settled yet. `open` is the number of the open sale, 0 when there is none.

    `restless`: notes without a certain fate, of whatever sale. `leave` is told of each sale that is folded away.
    """

    rules: Rules
    open: int = 0
    seq: int = 0
    boot: int = 0
    last: int = 0
    cases: OrderedDict[int, Case] = field(default_factory=OrderedDict)
    keys: dict[str, int] = field(default_factory=dict)
    notes: dict[int, NoteTrack] = field(default_factory=dict)
    restless: dict[int, NoteTrack] = field(default_factory=dict)
    blanks: dict[str, BlankTrack] = field(default_factory=dict)
    pays: dict[int, PayTrack] = field(default_factory=dict)
    fates: Recent[int, str] = field(default_factory=Recent)  # notes folded away -> their fate
    voided: Recent[str, bool] = field(default_factory=Recent)
    bulk: bool = False  # the acceptor has a bulk escrow: it says so at each start
    late: dict[int, int] = field(default_factory=dict)
    late_claims_fen: int = 0
    unpaid: dict[int, int] = field(
        default_factory=dict
    )  # payments of ended sales that came to nothing on this line -> fen
    violations: list[Violation] = field(default_factory=list)
    told: Recent[tuple[int, int, str], bool] = field(default_factory=Recent)
    leave: list[Callable[[Case], None]] = field(default_factory=list)
    note_gone: list[Callable[[NoteTrack], None]] = field(default_factory=list)

    def say(self, invariant: int, text: str, sale: int | None = None) -> None:
        found = Violation(invariant, self.open if sale is None else sale, text, self.seq)
        told = (invariant, found.sale, text)
        if told not in self.told:  # a count that is taken often says once what is wrong
            self.told[told] = True
            self.violations.append(found)

    def case(self, number: int) -> Case | None:
        return self.cases.get(number)

    @property
    def now(self) -> Case | None:
        """The open sale."""
        return self.cases.get(self.open)

    def sale_of(self, key: str) -> int:
        return self.keys.get(key, 0)

    def notes_of(self, sale: int) -> list[NoteTrack]:
        case = self.cases.get(sale)
        return case.notes if case is not None else []

    def blanks_of(self, sale: int) -> list[BlankTrack]:
        case = self.cases.get(sale)
        return case.blanks if case is not None else []

    def pays_of(self, sale: int) -> list[PayTrack]:
        case = self.cases.get(sale)
        return case.pays if case is not None else []

    def new_note(self, number: int, value_fen: int, sale: int) -> NoteTrack:
        note = self.notes[number] = self.restless[number] = NoteTrack(number, value_fen, sale)
        case = self.cases.get(sale)
        if case is not None:
            case.notes.append(note)
        return note

    def fate(self, note: NoteTrack, state: str) -> None:
        """The note's state is this now. One of no sale, or of a sale long over, is settled at once when it is sure."""
        note.state = state
        if state in SURE:
            self.restless.pop(note.number, None)
            if note.sale not in self.cases:
                self._note_settled(note)
        else:
            self.restless[note.number] = note

    def _note_settled(self, note: NoteTrack) -> None:
        self.notes.pop(note.number, None)
        self.fates[note.number] = note.state
        for gone in self.note_gone:
            gone(note)

    def begin(self, case: Case) -> None:
        """A sale opens; what is oldest and over leaves."""
        self.cases[case.number] = case
        self.keys[case.key] = case.number
        self.open, self.last = case.number, max(self.last, case.number)
        while len(self.cases) > KEPT_SALES + 1:
            oldest = next(iter(self.cases.values()))
            if not oldest.outcome:
                break
            self._fold(oldest)

    def _fold(self, case: Case) -> None:
        del self.cases[case.number]
        self.keys.pop(case.key, None)
        for note in case.notes:
            if note.state in SURE:
                self._note_settled(note)
        for blank in case.blanks:
            self.blanks.pop(blank.key, None)
        for pay in case.pays:
            self.pays.pop(pay.order, None)
        for leave in self.leave:
            leave(case)

    def held_notes(self) -> Iterable[NoteTrack]:
        """Notes that may be on their way now."""
        return (note for note in self.restless.values() if note.state in UNDER_WAY)
