"""Answers to the deeds of a sale, a pick-up, a refund and an exchange. Source: station-api sheet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.station.models import PlaceIndex
from simulator.station.replies.parts import (
    BackTo,
    Code,
    Key,
    Machine,
    Reason,
    Reply,
    Signed,
    State,
    Telecode,
    TicketNumber,
    Whole,
    absent,
)
from simulator.station.replies.trains import Ride

Position = Literal["window", "middle", "aisle", "lower", "upper", "standing", ""]


class PlaceTold(Reply):
    """`place` is empty and `position` says standing for who has no seat."""

    index: PlaceIndex
    coach: str
    place: str
    position: Position
    passenger: Literal["adult", "child", "student", "soldier"]
    price_fen: Whole


class HeldReply(Reply):
    """Places that are held from now on; `limit_ms`: no renewal goes beyond."""

    state: Literal["held"]
    key: Key
    expires_ms: Whole
    limit_ms: Whole
    remaining_ms: Signed
    places: Annotated[list[PlaceTold], Field(min_length=1)]
    total_fen: Whole


class RenewedReply(Reply):
    expires_ms: Whole
    remaining_ms: Signed


class StateReply(Reply):
    state: State


class TicketNumbers(Reply):
    """One number, and spares for blanks that are spoiled."""

    place: PlaceIndex
    numbers: Annotated[list[TicketNumber], Field(min_length=3, max_length=3)]


class ConfirmedReply(Reply):
    state: Literal["confirmed"]
    tickets: Annotated[list[TicketNumbers], Field(min_length=1)]


class SaleReply(Reply):
    """Of a key that nobody has used only these two; places that came back only where some did."""

    key: Key
    state: State
    expires_ms: Whole = absent()
    total_fen: Whole = absent()
    tickets: list[TicketNumbers] = absent()
    voided: list[PlaceIndex] = absent()
    refunded: Annotated[list[PlaceIndex], Field(min_length=1)] = absent()
    exchanged: Annotated[list[PlaceIndex], Field(min_length=1)] = absent()


class OrderedPlace(PlaceTold):
    state: Literal["open", "held", "collected", "unknown"]


class OrderTold(Ride):
    """`at`: the only station that hands it out, empty: every one; `collected_ms` 0: not yet."""

    order: Annotated[str, Field(pattern=r"^E[0-9]{9}$")]
    class_: Annotated[Code, Field(alias="class")]
    at: Telecode | Literal[""]
    state: Literal["open", "collected", "in_use", "unknown", "cancelled", "departed", "wrong_station"]
    places: Annotated[list[OrderedPlace], Field(min_length=1)]
    collected_ms: Whole
    collected_at: Machine | Literal[""]


class OrdersReply(Reply):
    orders: Annotated[list[OrderTold], Field(min_length=1)]


class RefundedTicket(Reply):
    """`policy`: the override that decided, or empty; `refund_fen` before the rounding of the sale."""

    number: TicketNumber
    coach: str
    place: str
    fare_fen: Whole
    fee_fen: Whole
    refund_fen: Whole
    policy: str
    trace: Annotated[list[Reason], Field(min_length=1)]


class RefundOfferReply(Reply):
    state: Literal["offered", "refunded"]
    key: Key
    expires_ms: Whole
    remaining_ms: Whole
    refund_fen: Whole
    fee_fen: Whole
    rounding_fen: Annotated[int, Field(gt=-100, le=0)]
    back_to: BackTo
    tickets: Annotated[list[RefundedTicket], Field(min_length=1)]


class RefundedReply(Reply):
    state: Literal["refunded"]
    refund_fen: Whole
    back_to: BackTo


class ExchangeTold(Reply):
    """`due_fen` = `pay_fen` + `fee_fen` - `back_fen`; below 0 it goes to the passenger. `trace`: one a ticket."""

    pay_fen: Whole
    back_fen: Whole
    fee_fen: Whole
    difference_fee_fen: Whole
    due_fen: Signed
    old_fen: Whole
    mark: str
    collect_old: bool
    moved_with_ms: Signed
    trace: list[Annotated[list[Reason], Field(min_length=1)]]


class ExchangeOfferReply(HeldReply):
    exchange: ExchangeTold
