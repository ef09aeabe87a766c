"""Answers that change nothing: trains on offer, stops, why a place is not offered, how places are used.

Source: station-api sheet.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.station.replies.parts import (
    Both,
    Clock,
    Code,
    IsoDate,
    Reply,
    Share,
    Telecode,
    TrainNumber,
    Whole,
    absent,
)

Prices = Annotated[dict[Literal["adult", "child", "student", "soldier"], Whole], Field(min_length=1)]


class Ride(Reply):
    """A trip; `depart` and `arrive` are local time, `day_offset` days between them."""

    train: TrainNumber
    kind: str
    date: IsoDate
    origin: Telecode
    destination: Telecode
    depart_ms: Whole
    arrive_ms: Whole
    depart: Clock
    arrive: Clock
    day_offset: Whole


class CoachLeft(Reply):
    coach: str
    left: Whole


class SectionRoom(Reply):
    """Of one stretch between two stops: how many may stand there, and how many do."""

    from_: Annotated[Telecode, Field(alias="from")]
    to: Telecode
    capacity: Whole
    on_board: Whole


class StandingOffer(Reply):
    left: Annotated[Whole, Field(gt=0)]
    price_fen: Whole
    prices: Prices
    rule: str
    text: Both
    coaches: list[CoachLeft]
    sections: Annotated[list[SectionRoom], Field(min_length=1)]


class ClassOffer(Reply):
    """`standing` only where no seat is left."""

    class_: Annotated[Code, Field(alias="class")]
    price_fen: Whole
    left: Whole
    prices: Prices
    standing: StandingOffer = absent()


class TrainOffer(Ride):
    """`fare`, `query_only` and `estimated` only of a feed's trains that need them; `cancelled` of a run that was called off, which
    has no classes."""

    minutes: Whole
    km: Whole
    badge: str
    badge_english: str
    closes_ms: Whole
    classes: list[ClassOffer]
    estimated: list[Literal["price", "times"]] = absent()
    query_only: str = absent()
    cancelled: Literal[True] = absent()
    fare: str = absent()


class AvailabilityReply(Reply):
    at_ms: Whole
    trains: list[TrainOffer]


class StopTold(Reply):
    """`arrive` null at the first stop, `depart` at the last; `day` counts from the train's first day."""

    station: Telecode
    arrive: Clock | None
    depart: Clock | None
    day: Whole
    km: Whole
    estimated: Literal[True] = absent()


class StopsReply(Reply):
    number: TrainNumber
    kind: str
    stops: Annotated[list[StopTold], Field(min_length=2)]


Rule = Literal[
    "offered", "not_best", "held", "sold", "taken", "two_records", "distance", "no_such_place",
    "use", "window", "station", "limit", "min_to", "withdrawn", "cancelled",
]  # fmt: skip


class PlaceName(Reply):
    coach: str
    place: str


class WhyReply(Reply):
    """`between`: the stretches on which it is taken; `instead`: a place that goes first."""

    rule: Rule
    between: list[Annotated[list[Telecode], Field(min_length=2, max_length=2)]] = absent()
    instead: PlaceName = absent()


class QuotaUse(Reply):
    use: Code
    sold_at: list[str]
    free: list[Whole]


class StandingCoach(Reply):
    coach: str
    capacity: Whole
    on_board: list[Whole]


class StandingUse(Reply):
    capacity: list[Whole]
    on_board: list[Whole]
    coaches: list[StandingCoach]


class ClassUse(Reply):
    """Seat inventory, section 7. `reuse` null while nothing is taken."""

    class_: Annotated[Code, Field(alias="class")]
    places: Whole
    tickets: Whole
    free: list[Whole]
    vacancy: Share
    reuse: Annotated[float, Field(ge=0)] | None
    redundancy_physical: Share
    redundancy_combined: Share
    poor: bool
    quotas: list[QuotaUse]
    standing: StandingUse | None


class UseReply(Reply):
    number: TrainNumber
    date: IsoDate
    classes: list[ClassUse]
