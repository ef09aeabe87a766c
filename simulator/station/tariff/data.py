"""What the files of `config/tariff/` may hold: rules of the ordinary tariff, of lines, of EMU trains and of concessions.

Rates are millionths of a yuan per passenger-km (`_micro`), shares percent, money fen, distances whole km. Source: fares and
rules, sections 1 to 3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Literal

from config import Range
from simulator.station.dated import Dated

Component = Literal["seat", "express", "aircon", "berth"]
COMPONENTS: tuple[Component, ...] = ("seat", "express", "aircon", "berth")
Supplement = Literal["none", "express", "fast"]
Conditioning = Literal["none", "old", "new"]

Count = Annotated[int, Range(0, 1_000_000)]
Percent = Annotated[int, Range(0, 1_000)]
Share = Annotated[int, Range(0, 100)]
Micro = Annotated[int, Range(0, 10_000_000)]
Fen = Annotated[int, Range(0, 10_000_000)]
Bands = tuple[tuple[Count, Count], ...]


def rising(name: str, rows: Bands) -> None:
    """Raises ValueError unless the first column begins at 0 and rises."""
    starts = [start for start, _ in rows]
    if not starts or starts[0] != 0 or any(a >= b for a, b in pairwise(starts)):
        raise ValueError(f"{name}: rows begin at 0 and rise; found {starts}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections(Dated):
    """Mileage sections (1.2): rows of (first km less one, length); the last row is open."""

    rows: Bands

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        rising(self.id, self.rows)
        for (start, length), after in zip(self.rows, [*self.rows[1:], None], strict=True):
            if length < 1 or (after and (after[0] - start) % length):
                raise ValueError(f"{self.id}: sections of {length} km do not fill the band from {start} km on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taper(Dated):
    """Share of the base rate by distance (1.3): rows of (beyond this km, percent), which never rises; the last row is open."""

    rows: Bands

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        rising(self.id, self.rows)
        if any(near < far for (_, near), (_, far) in pairwise(self.rows)):
            raise ValueError(f"{self.id}: a kilometre further out never costs more than one before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum(Dated):
    """Least distance charged, by ticket (1.4)."""

    km: Mapping[Component, Count]

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        if missing := [one for one in COMPONENTS if one not in self.km]:
            raise ValueError(f"{self.id}: no minimum for {', '.join(missing)}")


@dataclass(frozen=True, slots=True)
class ClassMade:
    """The tickets a class is made of: the seat, and the berth on top of it (empty: none)."""

    seat: Literal["hard_seat", "soft_seat"]
    berth: str = ""

    @property
    def hard(self) -> bool:
        return self.seat == "hard_seat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates(Dated):
    """The base rate and the share of it of each ticket (1.5); each rate is rounded to 5 decimals of a yuan first."""

    base_micro: Micro
    share_percent: Mapping[str, Percent]
    classes: Mapping[str, ClassMade]

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        needed = {"express", "aircon"} | {
            each for made in self.classes.values() for each in (made.seat, made.berth or made.seat)
        }
        if missing := sorted(needed - set(self.share_percent)):
            raise ValueError(f"{self.id}: no share for {', '.join(missing)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplements(Dated):
    """How many express supplements a kind of train costs (1.5)."""

    times: Mapping[Supplement, Annotated[int, Range(0, 4)]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aircon(Dated):
    """Uplift of every component by kind of air-conditioning, and which kinds have a ticket of their own (1.6)."""

    percent: Mapping[Conditioning, Annotated[int, Range(100, 300)]]
    ticket: tuple[Conditioning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insurance(Dated):
    """Insurance within the seat ticket (1.7): percent of the hard-seat base fare, up to the next `step_fen`; from 2013 on it is
    taken off the total, up to the next `taken_off_step_fen` (0: it is not taken off)."""

    percent: Percent
    step_fen: Annotated[int, Range(1, 1_000)]
    taken_off_step_fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFund(Dated):
    """Ticket fund by the seat component (1.7)."""

    fee_fen: Fen
    low_fee_fen: Fen
    low_up_to_fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRoom(Dated):
    """Fee of the air-conditioned waiting room, hard class only, beyond a distance (1.7)."""

    fee_fen: Fen
    over_km: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking(Dated):
    """Booking fee of a berth (1.7)."""

    fee_fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Dated):
    """The rule of a fare section (1.9). None: the national rule holds.

    `through`: its kilometres count with the national ones, and only the supplement per kilometre is its own.
    `by_section` False: every kilometre counts, not the middle of its section.
    """

    through: bool = False
    base_micro: Micro | None = None
    by_section: bool = True
    tapered: bool = True
    aircon_uplift: bool = True
    minimum_km: Mapping[Component, Count] | None = None
    factor_percent: Mapping[Component, Percent] = field(default_factory=dict)
    added_per_km_micro: Mapping[str, Micro] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        own = self.base_micro is not None or self.factor_percent or self.minimum_km is not None
        if self.through and (own or not (self.by_section and self.tapered and self.aircon_uplift)):
            raise ValueError(f"{self.id}: a line priced through has a supplement per kilometre and no other rule")
        if self.minimum_km is not None and (missing := [one for one in COMPONENTS if one not in self.minimum_km]):
            raise ValueError(f"{self.id}: no minimum for {', '.join(missing)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Dated):
    """Default fares of a kind of EMU train by distance (2): own rates of classes, others as a ratio to second class."""

    rate_micro: Mapping[str, Micro]
    taper: Bands
    percent_of_second: Mapping[str, Percent] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        rising(self.id, self.taper)
        if "second" not in self.rate_micro:
            raise ValueError(f"{self.id}: no rate for second")


CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


@dataclass(frozen=True, slots=True)
class Slot:
    """Trains that leave from `starts` until `before` (station time, HH:MM) cost this in second class."""

    starts: str
    before: str
    second_fen: Fen

    def __post_init__(self) -> None:
        if not CLOCK.fullmatch(self.starts) or not CLOCK.fullmatch(self.before) or self.starts >= self.before:
            raise ValueError(f"{self.starts} to {self.before}: two times HH:MM, the first before the second")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFares(Dated):
    """Published fares between two stations (2); with `slots` they float within `bounds_fen`, and the other classes follow
    second class by `ratio_percent`."""

    fares_fen: Mapping[str, Fen]
    ratio_percent: Mapping[str, Percent] = field(default_factory=dict)
    bounds_fen: Mapping[str, tuple[Fen, Fen]] = field(default_factory=dict)
    slots: tuple[Slot, ...] = ()

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        if (self.slots or self.ratio_percent) and "second" not in self.fares_fen:
            raise ValueError(f"{self.id}: no fare of second class")
        for one, after in pairwise(self.slots):
            if one.before > after.starts:
                raise ValueError(f"{self.id}: slots from {one.starts} and {after.starts} overlap or are out of order")
        low, high = self.bounds_fen.get("second", (0, 10_000_000))
        fares = [slot.second_fen for slot in self.slots] + [self.fares_fen["second"]] * ("second" in self.fares_fen)
        if outside := [fen for fen in fares if not low <= fen <= high]:
            raise ValueError(f"{self.id}: second class {outside[0]} fen is not within {low} to {high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFare(Dated):
    """What a ticket without a seat costs: percent of what the same passenger pays for a seat of the class, to the half yuan, never
    more than that. In a class that is not named nobody stands."""

    percent_of_seat: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class Shares:
    """Percent a passenger pays of each ticket; `fees`: ticket fund, waiting room and the insurance taken off."""

    seat: Share
    express: Share
    aircon: Share
    berth: Share
    booking: Share
    fees: Share
    emu: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Concession(Dated):
    """What a kind of passenger pays (3). `classes` empty: granted in all; a name without level holds for its levels."""

    percent: Shares
    classes: tuple[str, ...] = ()
    fund_least_fen: Fen = 50

    def granted_in(self, seat_class: str) -> bool:
        return not self.classes or any(seat_class == one or seat_class.startswith(one + "_") for one in self.classes)

    def share(self, ticket: str, seat_class: str) -> int:
        """Percent paid of a ticket: `seat hard_seat soft_seat express aircon berth emu`; `seat_class` empty: any."""
        if seat_class and not self.granted_in(seat_class):
            return 100
        shares = {"express": self.percent.express, "aircon": self.percent.aircon, "berth": self.percent.berth}
        return self.percent.emu if ticket == "emu" else shares.get(ticket, self.percent.seat)
