"""What the journal says of each note, blank, pay order and sale. State belongs to the thing, never to the sale."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.audit.verdict import Rules, Violation


@dataclass(slots=True)
class NoteTrack:
    """`state`: held, then stacked, returned, jammed or unknown. `ordered`: stack or return, empty when nothing was asked."""

    number: int
    value_fen: int
    sale: int
    state: str = "held"
    ordered: str = ""


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
    """`state`: asked, presented, refused, unknown, taken, retracted, retract_unknown. Amounts in fen."""

    order: int
    sale: int
    asked_fen: int
    cassettes: tuple[int, ...]
    why: str = ""
    state: str = "asked"
    out_fen: int = 0
    uncertain: bool = False


@dataclass(slots=True)
class Case:
    """One sale as its records tell it."""

    number: int
    key: str
    wall_ms: int
    prices: dict[int, int] = field(default_factory=dict)
    total_fen: int = 0
    confirmed: bool = False
    bundle: tuple[str, ...] = ()
    delivered: bool = False
    rounding_fen: int = 0
    claims_fen: int = 0
    unknown_fen: int = 0
    outcome: str = ""
    why: str = ""
    ended_ms: int = 0


@dataclass(slots=True)
class Run:
    """Everything read so far. `open` is the number of the open sale, 0 when there is none."""

    rules: Rules
    open: int = 0
    seq: int = 0
    cases: dict[int, Case] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    notes: dict[int, NoteTrack] = field(default_factory=dict)
    blanks: dict[str, BlankTrack] = field(default_factory=dict)
    pays: dict[int, PayTrack] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)
    late: dict[int, int] = field(default_factory=dict)
    late_claims_fen: int = 0
    violations: list[Violation] = field(default_factory=list)

    def say(self, invariant: int, text: str, sale: int | None = None) -> None:
        self.violations.append(Violation(invariant, self.open if sale is None else sale, text, self.seq))

    def case(self, number: int) -> Case | None:
        return self.cases.get(number)

    def sale_of(self, key: str) -> int:
        return self.keys.get(key, 0)

    def notes_of(self, sale: int) -> list[NoteTrack]:
        return [note for note in self.notes.values() if note.sale == sale]

    def blanks_of(self, sale: int) -> list[BlankTrack]:
        return [blank for blank in self.blanks.values() if blank.sale == sale]

    def pays_of(self, sale: int) -> list[PayTrack]:
        return [pay for pay in self.pays.values() if pay.sale == sale]
