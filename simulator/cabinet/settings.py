"""What stands in the cabinet's configuration file. Every key has a default: an empty file is a working machine.

Nothing lies in the machine at first: notes and blanks are in the vault until a technician's hands bring them, so that
book values have an origin (decision 49). Face values are fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import config
from config import Range
from simulator.devices.cctalk.settings import FIRST_ADDRESS
from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.f53.codes import check_codes
from simulator.devices.samv.people import CARDS
from simulator.devices.twin import Speeds

Pieces = Annotated[int, Range(0, 20_000)]
Capacity = Annotated[int, Range(1, 5_000)]
MotionMs = Annotated[int, Range(0, 600_000)]
DispenserModel = Literal["lcdm4000", "lcdm2000", "lcdm1000", "f53"]
CASSETTES_OF: Mapping[str, int] = {"lcdm4000": 4, "lcdm2000": 2, "lcdm1000": 1, "f53": 4}
AcceptorModel = Literal["validator", "bill_to_bill", "id003", "ebds", "essp"]
FIRST_SERIAL = 7_654_320
KNOWN_FEN = (100, 500, 1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class CassetteSettings:
    """One cassette; position 1 is the first of the list."""

    value_fen: int
    capacity: Capacity = 1_000


@dataclass(frozen=True, slots=True)
class RecyclingSettings:
    """One recycling cassette of a Bill-to-Bill unit."""

    value_fen: int
    capacity: Annotated[int, Range(1, 200)] = 80


@dataclass(frozen=True, slots=True)
class CoinSettings:
    """One hopper; the first of the list is number 1."""

    value_fen: Annotated[int, Range(10, 10_000)]

    @staticmethod
    def address(number: int) -> int:
        """Where it answers on the bus of all hoppers."""
        return FIRST_ADDRESS - 1 + number

    @staticmethod
    def serial(number: int) -> int:
        return FIRST_SERIAL + number


def _recycling() -> tuple[RecyclingSettings, ...]:
    return (RecyclingSettings(100), RecyclingSettings(1_000))


@dataclass(frozen=True, slots=True)
class BillToBillSettings:
    """Cassette 1 is the escrow cassette; `recycling` are cassettes 2 and 3. The unit pays too: no other dispenser is fitted."""

    escrow_capacity: Annotated[int, Range(1, 200)] = 80
    recycling: Annotated[tuple[RecyclingSettings, ...], Range(0, 2)] = field(default_factory=_recycling)


@dataclass(frozen=True, slots=True)
class F53Settings:
    """With `dispenser: f53`. `unverified`: operations that nobody has confirmed (f53 sheet, section 6), by name -> the command
    code this unit obeys; with `present` among them a bill count leaves the bundle in the pool. `clears_to`: where INITIALISE
    throws what lies in the path. `over_tray`: what comes out falls into the change tray, as in this cabinet; else it stands in
    the exit, before the unit's sensor, until it is taken."""

    pool_notes: Annotated[int, Range(1, 99)] = 50
    shutter: bool = False  # one of the unit's own
    over_tray: bool = True
    clears_to: Literal["reject", "capture"] = "reject"
    unverified: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_codes(self.unverified)


@dataclass(frozen=True, slots=True)
class SpeedSettings:
    """Nominal motion times; the clock's rate divides them."""

    note_in_ms: MotionMs = 2_000
    ticket_ms: MotionMs = 4_500
    notes_out_per_s: Annotated[float, Range(0.1, 100)] = 4.0
    flap_ms: Annotated[int, Range(0, 300)] = 300  # the board drives a flap for 300 ms, a slower one never arrives
    slip_ms: MotionMs = 1_500

    def speeds(self, rate: float) -> Speeds:
        return Speeds(self.note_in_ms, self.ticket_ms, self.notes_out_per_s, self.flap_ms, self.slip_ms, rate)


def _cassettes() -> tuple[CassetteSettings, ...]:
    return tuple(CassetteSettings(value_fen) for value_fen in (100, 500, 1_000, 5_000))


def _vault() -> Mapping[int, int]:
    return {100: 800, 500: 800, 1_000: 800, 5_000: 400}


def _wallet() -> Mapping[int, int]:
    return {100: 10, 500: 5, 1_000: 5, 2_000: 5, 5_000: 4, 10_000: 10}


@dataclass(frozen=True, slots=True)
class CabinetSettings:
    """The whole file. `vault_notes`, `wallet_notes`: face value in fen -> notes; `vault_coins`: the same of coins."""

    acceptor: AcceptorModel = "validator"
    bill_to_bill: BillToBillSettings = field(default_factory=BillToBillSettings)
    dispenser: DispenserModel = "lcdm4000"  # not with acceptor: bill_to_bill
    f53: F53Settings = field(default_factory=F53Settings)
    cassettes: Annotated[tuple[CassetteSettings, ...], Range(0, 4)] = field(default_factory=_cassettes)
    hoppers: Annotated[tuple[CoinSettings, ...], Range(0, 8)] = ()
    vault_coins: Mapping[int, Pieces] = field(default_factory=dict)  # of values that hoppers pay
    vault_notes: Mapping[int, Pieces] = field(default_factory=_vault)
    wallet_notes: Mapping[int, Pieces] = field(default_factory=_wallet)
    vault_blanks: Pieces = 3_000
    roll_capacity: Capacity = 1_500
    roll_near_end: Pieces = 30
    box_capacity: Capacity = 1_000
    box_tag: Annotated[str, Range(0, 8)] = "BOX-0001"
    waste_capacity: Capacity = 300
    retract_capacity: Capacity = 200
    cassette_near_end: Pieces = 30
    slip_printer: Literal["serial", "usb"] = "serial"
    cards: Annotated[tuple[str, ...], Range(0, 40)] = ()
    """Lab cards in the passenger's drawer; with any, card reader and PIN pad are fitted."""
    terminal: Annotated[tuple[str, ...], Range(0, 40)] = ()
    """The same where a certified terminal is fitted in place of both."""
    documents: Annotated[tuple[str, ...], Range(0, 20)] = ()
    """Identity cards in the passenger's drawer; with any, code scanner and identity reader are fitted, and orders are picked up."""
    ups: bool = False
    ups_minutes: Annotated[float, Range(0.1, 600)] = 15.0  # how long a full battery feeds the machine
    timezone: Annotated[str, Range(1, 64)] = "Asia/Shanghai"  # in which the lab page shows the time
    speeds: SpeedSettings = field(default_factory=SpeedSettings)

    def __post_init__(self) -> None:
        values = [*self.vault_notes, *self.wallet_notes, *(cassette.value_fen for cassette in self.cassettes)]
        values += [cassette.value_fen for cassette in self.bill_to_bill.recycling]
        for value_fen in values:
            if value_fen not in KNOWN_FEN:
                raise ValueError(f"{value_fen} fen is no banknote; known: {', '.join(map(str, KNOWN_FEN))}")
        if len(self.cassettes) > (most := CASSETTES_OF[self.dispenser]):
            raise ValueError(f"cassettes: {len(self.cassettes)} are given, an {self.dispenser} has {most}")
        for key, names in (("cards", self.cards), ("terminal", self.terminal)):
            unknown = [name for name in names if name not in WALLET]
            if unknown or len(set(names)) != len(names):
                raise ValueError(f"{key}: each of {', '.join(WALLET)} at most once, not {', '.join(unknown or names)}")
        nobodys = [name for name in self.documents if name not in CARDS]
        if nobodys or len(set(self.documents)) != len(self.documents):
            given = ", ".join(nobodys or self.documents)
            raise ValueError(f"documents: each of {', '.join(CARDS)} at most once, not {given}")
        if self.cards and self.terminal:
            raise ValueError("terminal: cards is set, too; cards are paid with at one of them")
        strange = set(self.vault_coins) - {hopper.value_fen for hopper in self.hoppers}
        if strange:
            raise ValueError(f"vault_coins: no hopper pays coins of {', '.join(map(str, sorted(strange)))} fen")
        if not self.box_tag.isascii():
            raise ValueError("box_tag holds ASCII only")

    def cassette_values_fen(self) -> dict[int, int]:
        """Face value of each cassette that change is paid from, by its number."""
        if self.acceptor == "bill_to_bill":
            return {number: one.value_fen for number, one in enumerate(self.bill_to_bill.recycling, start=2)}
        return {number: one.value_fen for number, one in enumerate(self.cassettes, start=1)}


def load(path: Path | None) -> CabinetSettings:
    """The file's settings, or the defaults. Raises config.ConfigError with file, line and key."""
    return CabinetSettings() if path is None else config.load(path, CabinetSettings)
