"""What is known of a Bill-to-Bill unit: its notes, its cassettes, what lies in them, and which of them may be used.

Source: ccnet sheet, sections 9.1, 9.2, 9.4; decisions 1 and 9. Sends nothing; scripts write down here what they read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from drivers.ccnet.b2b.codec import ESCROW_TYPE, UNASSIGNED, Cassette, Cut, Recovery, Retract
from drivers.ccnet.codec import Bill, Identity

REMEMBERED = 256  # more notes than any escrow cassette holds
ESCROW_PLACE, BOX_PLACE = -1, 0
"""Places of `DepositPast.packed`; any other number is a recycling cassette's."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """From config. `escrow`: number of the escrow cassette, 0 without one; `recycling`: cassette -> face value in fen.

    `configure`: may the unit be told its options and the types of empty cassettes, and to hand out what it held?
    """

    escrow: int
    recycling: Mapping[int, int]
    retract: Retract
    type_first: bool
    top_first: bool
    countries: frozenset[str]
    configure: bool


@dataclass(slots=True)
class Unit:
    """`contents`: bill types in the escrow cassette in the order in which they went in; None when it could not be read.

    `deposited`: number of a note -> its bill type, of those that went into the escrow in this life and may lie there.
    """

    fitting: Fitting
    now_ms: int = 0
    identity: Identity | None = None
    table: Mapping[int, Bill] = field(default_factory=dict)
    cassettes: dict[int, Cassette] = field(default_factory=dict)
    contents: tuple[int, ...] | None = None
    deposited: dict[int, int] = field(default_factory=dict)
    retract: Retract | None = None  # as the unit was told last
    _bills_of: tuple[Fitting, Mapping[int, Bill], dict[int, Cassette]] | None = None
    _bills: Mapping[int, Bill] = field(default_factory=dict)

    @property
    def bills(self) -> Mapping[int, Bill]:
        """Types that are our money and do not lead into a cassette that may not be used, nor into the box past a bulk escrow that
        config names. Asked at every poll, so what follows from table and cassettes is kept until they change."""
        if self._bills_of != (self.fitting, self.table, self.cassettes):
            self._bills_of, self._bills = (self.fitting, self.table, dict(self.cassettes)), self._usable_bills()
        return self._bills

    def _usable_bills(self) -> dict[int, Bill]:
        closed = {self.cassettes[number].bill_type for number, _ in self.misfits() if number in self.cassettes}
        own = {cassette.bill_type for _, cassette in self.usable()}
        return {
            bill_type: bill
            for bill_type, bill in self.money.items()
            if bill_type not in closed and (bill_type in own or self._may_be_others)
        }

    @property
    def money(self) -> dict[int, Bill]:
        """Types of the table that are our money."""
        countries = self.fitting.countries
        return {kind: bill for kind, bill in self.table.items() if bill.country in countries and kind < ESCROW_TYPE}

    @property
    def _may_be_others(self) -> bool:
        """Notes without a cassette of their own have a place: in the escrow, or in the box of a unit without one."""
        return not self.fitting.escrow or not self.fitting.configure or self.has_room

    def value_fen(self, bill_type: int) -> int:
        """0 for a type that is no money here."""
        bill = self.table.get(bill_type)
        return bill.value_fen if bill and bill.country in self.fitting.countries else 0

    @property
    def has_escrow(self) -> bool:
        cassette = self.cassettes.get(self.fitting.escrow)
        return cassette is not None and cassette.present and cassette.bill_type == ESCROW_TYPE

    @property
    def has_room(self) -> bool:
        """The escrow cassette is there, and not full."""
        return self.has_escrow and not self.cassettes[self.fitting.escrow].full

    @property
    def deposit_fen(self) -> Collection[int]:
        """Accepted values that have no recycling cassette; none without an escrow cassette, or when it is full."""
        if not self.has_room:
            return frozenset()
        recycled = {self.value_fen(cassette.bill_type) for _, cassette in self.usable()}
        return frozenset(bill.value_fen for bill in self.bills.values()) - recycled

    def goes_back(self, bill_type: int) -> bool | None:
        """Whether a note of this type would lie in the escrow, to come back itself; None: it may not be taken at all."""
        bill = self.bills.get(bill_type)
        return None if bill is None else bill.value_fen in self.deposit_fen

    def usable(self) -> Iterator[tuple[int, Cassette]]:
        """Recycling cassettes that hold what config says."""
        for number, value_fen in self.fitting.recycling.items():
            cassette = self.cassettes.get(number)
            if cassette and cassette.present and self.value_fen(cassette.bill_type) == value_fen:
                yield number, cassette

    def misfits(self) -> Iterator[tuple[int, str]]:
        """Cassettes that may not be used, and why: another type than config says, or one that config does not know of."""
        good = {number for number, _ in self.usable()}
        if self.has_escrow:
            good.add(self.fitting.escrow)
        for number, cassette in self.cassettes.items():
            known = number == self.fitting.escrow or number in self.fitting.recycling
            if cassette.present and number not in good and (known or cassette.bill_type != UNASSIGNED):
                yield number, f"cassette {number} type {cassette.bill_type}"

    def wanted_type(self, number: int) -> int | None:
        """What a cassette should be set to; None: it is right as it is, or no type of the table has that value."""
        cassette = self.cassettes[number]
        if number == self.fitting.escrow:
            return None if cassette.bill_type == ESCROW_TYPE else ESCROW_TYPE
        value_fen = self.fitting.recycling.get(number)
        if value_fen is None:
            return None if cassette.bill_type == UNASSIGNED else UNASSIGNED
        if self.value_fen(cassette.bill_type) == value_fen:
            return None
        fitting = (bill_type for bill_type in sorted(self.table) if self.value_fen(bill_type) == value_fen)
        return next(fitting, None)

    def untyped(self) -> Iterator[int]:
        """Empty cassettes that should be set to another type."""
        for number, cassette in self.cassettes.items():
            if cassette.present and not cassette.notes and self.wanted_type(number) is not None:
                yield number

    @property
    def stock(self) -> dict[int, int]:
        """Notes per recycling cassette of config that may be paid from."""
        return {number: cassette.notes for number, cassette in self.usable()}

    @property
    def cassette_counters(self) -> dict[str, int]:
        """`cassette.2` -> notes in it, of those that may be paid from."""
        return {f"cassette.{number}": notes for number, notes in sorted(self.stock.items())}

    @property
    def counters(self) -> dict[str, int]:
        """The same with `escrow`, the notes in the bulk escrow, when that is known."""
        escrow = {} if self.contents is None else {"escrow": len(self.contents)}
        return {**escrow, **self.cassette_counters}

    def packed(self, bill_type: int, place: int) -> None:
        """A note came to rest: keep the counts as the unit keeps them."""
        if place == self.fitting.escrow and self.contents is not None:
            self.contents = (*self.contents, bill_type)
        cassette = self.cassettes.get(place)
        if cassette:
            self.cassettes[place] = Cassette(cassette.present, cassette.full, cassette.bill_type, cassette.notes + 1)

    def remember(self, note: int, bill_type: int) -> None:
        self.deposited[note] = bill_type
        if len(self.deposited) > REMEMBERED:
            del self.deposited[next(iter(self.deposited))]

    def on_top(self, notes: Sequence[int]) -> bool:
        """The uppermost notes of the escrow can be `notes`: as many, and each of its type where that is known."""
        contents = self.contents
        if contents is None or len(contents) < len(notes):
            return False
        top = contents[len(contents) - len(notes) :]
        return all(self.deposited.get(note, bill_type) == bill_type for note, bill_type in zip(notes, top, strict=True))

    def place(self, destination: int) -> int:
        """A destination of STACKED as `DepositPast.packed` names it."""
        return ESCROW_PLACE if destination == self.fitting.escrow and self.has_escrow else destination


@dataclass(slots=True)
class Past:
    """What the unit says of the time before this start. `mouth`: empty, notes, unknown. `packed`: (bill type, destination).

    `ending`: taken or retracted, of a bundle that was on its way out when the start began; else empty.
    """

    position: str = "none"
    bill_type: int | None = None
    packed: list[tuple[int, int]] = field(default_factory=list)
    returned: bool = False
    unloaded: int | None = None
    mouth: str = "empty"
    ending: str = ""
    recovery: Recovery | None = None
    power_cut: bool = False

    @property
    def timer_was_first(self) -> bool:
        """The unit had its power all the time and pulled the bundle back, as it would have with somebody there to hear it."""
        return self.ending == "retracted" and not self.power_cut


def holds(past: Past) -> bool:
    """The dispenser holds a bundle that was broken off."""
    return past.recovery is not None and past.recovery.cut is Cut.DISPENSING


def unnamed(past: Past) -> bool:
    """The dispenser holds notes and the unit does not say of which order."""
    return past.recovery is not None and past.recovery.cut is Cut.DISPENSING and not past.recovery.asked


def of_deposit(recovery: Recovery) -> bool:
    """The bundle that was broken off came from the bulk escrow."""
    return any(bill_type == ESCROW_TYPE for bill_type, _ in recovery.asked)
