"""Answers about changes of the service. Source: station-api sheet, "Changes of the service"."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.station.replies.office import Name
from simulator.station.replies.parts import Code, IsoDate, Key, Machine, Reply, Telecode, TrainNumber, Whole

Count = Annotated[Whole, Field(gt=0)]


class ChangeTold(Reply):
    """`last` with `turned` only, `stop` its place among the stops; `seat_class`, `like` and `count` with `places` only; `coaches`:
    what a release has numbered. `holds`: released and not withdrawn."""

    number: Count
    kind: Literal["cancelled", "turned", "places"]
    train: TrainNumber
    run_date: IsoDate
    last: Telecode | Literal[""]
    stop: Whole
    seat_class: Code | Literal[""]
    like: str
    count: Whole
    coaches: list[str]
    by: Name
    reason: str
    drafted_ms: Whole
    released_by: str
    released_ms: Whole
    withdrawn_by: str
    withdrawn_ms: Whole
    holds: bool


class ChangesReply(Reply):
    changes: list[ChangeTold]


class _Trip(Reply):
    class_: Annotated[Code, Field(alias="class")]
    from_: Annotated[Telecode, Field(alias="from")]
    to: Telecode
    tickets: Count
    fen: Whole


class SaleTouched(_Trip):
    key: Key
    state: Literal["confirmed", "printed"]


class OrderTouched(_Trip):
    order: Annotated[str, Field(pattern=r"^E[0-9]{9}$")]


class BuyerTouched(Reply):
    key: Key
    machine: Machine
    tickets: Count
    fen: Whole


class RoomTold(Reply):
    """Places on sale of a class, and how many come with the change."""

    class_: Annotated[Code, Field(alias="class")]
    places: Whole
    more: Whole


class Touched(Reply):
    """Lists of 200 at most, `left_off` more; sums are of all. `tickets`, `ordered`: places sold here, and bought elsewhere and not
    collected."""

    sales: list[SaleTouched]
    orders: list[OrderTouched]
    buying: list[BuyerTouched]
    left_off: Whole
    tickets: Whole
    tickets_fen: Whole
    ordered: Whole
    ordered_fen: Whole
    machines: list[Machine]
    room: list[RoomTold]


class ChangeReply(Reply):
    change: ChangeTold
    touched: Touched
