"""What the files of `config/rules/` may hold: one dataclass for each kind of dated rule.

Money in fen, shares in percent, hours before departure, heights in millimetres. Every row is a `Dated`: it carries id, period,
source and text. Sources: fares and rules, sections 3 to 6 and 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from config import Range
from simulator.station.dated import Dated
from simulator.station.rules.moments import parse_moment

Percent = Annotated[int, Range(0, 100)]
Rounding = Literal["half_yuan", "whole_yuan"]


@dataclass(frozen=True, slots=True)
class Tier:
    """From `hours` before departure on (`over`: only with more than that) `percent` of the fare is due."""

    hours: Annotated[int, Range(0, 10_000)]
    percent: Percent
    over: bool = False

    def reached(self, before_ms: int) -> bool:
        """`before_ms`: time left to departure."""
        edge = self.hours * 3_600_000
        return before_ms > edge if self.over else before_ms >= edge


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFee(Dated):
    """Section 4, R1 to R5: tiers from the longest time to the shortest, the last from 0 h on.

    `spring_percent`: of a rebooked ticket that travels in the Spring Festival period; `moved_percent`: of a ticket that
    was brought into the free time by rebooking; `difference_after_departure_percent`: of what a cheaper train leaves over.
    """

    tiers: Annotated[tuple[Tier, ...], Range(1, 10)]
    rounding: Rounding
    minimum_fen: Annotated[int, Range(0, 10_000)]
    spring_percent: Percent | None = None
    moved_percent: Percent | None = None
    difference_after_departure_percent: Percent | None = None

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        hours = [tier.hours for tier in self.tiers]
        shares = [tier.percent for tier in self.tiers]
        if hours != sorted(set(hours), reverse=True) or hours[-1] != 0:
            raise ValueError(f"{self.id}: tiers go from the longest time down to 0 h")
        if shares != sorted(shares):
            raise ValueError(f"{self.id}: a later refund must not be cheaper")


Refusal = Literal[
    "journey_begun", "luggage_mark", "monthly_in_use", "expired", "platform_ticket", "rebooked_after_departure"
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NonRefundable(Dated):
    """Section 4, "No refund": the cases, those that illness or injury with a train record excuses, and small fares."""

    cases: tuple[Refusal, ...]
    excused_by_illness: tuple[Refusal, ...]
    fare_at_most_fen: Annotated[int, Range(0)]


LostPart = Literal["penalty_surcharge", "used_to_destination", "left_during_detour", "unused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption(Dated):
    """Line interrupted: what is not refunded, and how long a ticket waits for the line (decision 10; RULE-S2, RULE-S7)."""

    not_refunded: tuple[LostPart, ...]
    valid_after_reopening_days: Annotated[int, Range(0, 60)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierFault(Dated):
    """Carrier's fault: minimum distances in km that decide what counts as ridden and as unused (sections 1.4 and 4)."""

    minimum_km: Mapping[Literal["seat", "aircon", "express", "berth"], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPlaces(Dated):
    """Where a ticket bought elsewhere is refunded, and how early a group must come."""

    places: tuple[Literal["sale", "boarding"], ...]
    group_hours: Annotated[int, Range(0, 10_000)]


@dataclass(frozen=True)
class Override(Dated):
    """A policy that wins over section 4 where it matches (4.1); moments as `parse_moment` reads them.

    Sale window: bought `bought_before` (that moment itself is too late) or `bought_until` (it is still in time).
    Deadline: `refund_until` for every ticket, else departure; `late_until` for tickets paid in cash or taken as paper until
    `late_paper_until`, at the places named; cancelled trains `cancelled_days` after the travel date.
    """

    priority: int = 0
    begins: str = ""
    ends: str | None = None
    bought_before: str | None = None
    bought_until: str | None = None
    cities: tuple[str, ...] = ()
    fee_percent: Percent = 0
    insurance_too: bool = False
    refund_until: str | None = None
    late_until: str | None = None
    late_paper_until: str | None = None
    late_places: tuple[Literal["sale", "boarding"], ...] = ()
    closed_entrance_days: int | None = None
    cancelled_days: int | None = None

    def __post_init__(self) -> None:
        Dated.__post_init__(self)
        _ = (self.begins_ms, self.ends_ms, self.sold_to_ms, self.until_ms, self.late_ms, self.paper_by_ms)
        if (self.late_until is None) != (self.late_paper_until is None):
            raise ValueError(f"{self.id}: late_until and late_paper_until go together")

    @cached_property
    def begins_ms(self) -> int:
        return parse_moment(self.begins)

    @cached_property
    def ends_ms(self) -> int | None:
        return _moment(self.ends)

    @cached_property
    def sold_to_ms(self) -> int | None:
        """The last moment of sale that is covered; None: any."""
        if self.bought_before is not None:
            return parse_moment(self.bought_before) - 1
        return _moment(self.bought_until)

    @cached_property
    def until_ms(self) -> int | None:
        return _moment(self.refund_until)

    @cached_property
    def late_ms(self) -> int | None:
        return _moment(self.late_until)

    @cached_property
    def paper_by_ms(self) -> int | None:
        return _moment(self.late_paper_until)


def _moment(text: str | None) -> int | None:
    return None if text is None else parse_moment(text)


@dataclass(frozen=True, slots=True)
class LaterFee:
    """From `hours` before departure on, a move to a later date costs `percent`; None: after departure."""

    hours: Annotated[int, Range(0, 10_000)] | None
    percent: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebooking(Dated):
    """Section 5, B1 to B3. `late_minutes`: so long after departure it is still done; None: to 24:00 of the ticket's date.

    `same_day_below_hours`: with less time left only trains of the ticket's date are given; None: no such bound.
    """

    times: Annotated[int, Range(0, 9)]
    late_minutes: Annotated[int, Range(0)] | None
    same_day_below_hours: int | None
    group_hours: int
    later_date: tuple[LaterFee, ...]
    fee_on_difference: bool
    collect_old: bool
    mark: str
    may_change: tuple[Literal["date", "train", "class"], ...]
    destination_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChange(Dated):
    """Change of route on the way (RULE-C2, RULE-Q11): cheaper gives nothing back; not for trains of `not_for`."""

    refund_when_cheaper: bool
    handling_fee: bool
    not_for: tuple[Literal["emu"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity(Dated):
    """`first_days` up to `first_km`, one more for each `further_km` begun (None: never more), to 24:00 of the last day."""

    first_km: Annotated[int, Range(1)]
    first_days: Annotated[int, Range(1)]
    further_km: Annotated[int, Range(1)] | None


TicketKind = Literal["free", "child", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildHeight(Dated):
    """Free below `free_under_mm`, child ticket to `child_to_mm` (`inclusive`: at it too), full above."""

    free_under_mm: Annotated[int, Range(500, 2_000)]
    child_to_mm: Annotated[int, Range(500, 2_000)]
    inclusive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildAge(Dated):
    """Free below `free_under_years`, child ticket below `child_under_years`; age of the travel day."""

    free_under_years: Annotated[int, Range(1, 18)]
    child_under_years: Annotated[int, Range(1, 18)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildTerms(Dated):
    """Free children with one adult, and the marks on tickets: of a free child alone in a berth, and of a child ticket."""

    free_per_adult: Annotated[int, Range(0, 9)]
    own_berth_mark: str
    child_mark: str


StudentBar = Literal[
    "parent_at_school_place", "suspension", "resumption", "transfer", "withdrawal", "school_internship",
    "reissued_this_year", "no_discount_card", "beyond_section", "no_trips_left",
]  # fmt: skip
StudentTrip = Literal["home_school", "internship_home"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentTerms(Dated):
    """Section 3.2: trips a year (`year_begins` as month and day, 01-01 for the calendar year), who may and who may not."""

    trips: Annotated[int, Range(1, 99)]
    year_begins: Annotated[str, Range(5, 5)]
    allowed: tuple[StudentTrip, ...]
    barred: tuple[StudentBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTerms(Dated):
    """The first free place at `first_at` passengers, one more for each `further` beyond; the highest fares are free."""

    first_at: Annotated[int, Range(1)]
    further: Annotated[int, Range(1)]
    in_spring: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTerms(Dated):
    """What stands on a ticket and how its codes are read (RULE-F1, F2, S11, S17, T13, T15, Q14)."""

    face: tuple[str, ...]
    type_codes: Mapping[str, str]
    barcode_km_digits: Annotated[int, Range(1, 9)]
    suburban_to_km: Annotated[int, Range(1)]
    emu_from_kmh: Annotated[int, Range(1)]
    toward_capital: Literal["even", "odd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuted(Dated):
    """A sentence the source marks as false without saying what is right: kept, not guessed about."""

    topic: str
    low_kmh: int | None = None
    high_kmh: int | None = None
    condition: Literal["ridden_under_minimum"] | None = None
    outcome: Literal["full_refund_no_fee"] | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} is before {self.first}")
