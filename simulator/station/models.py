"""Bodies of the machine side of the station API, parsed strictly. Source: station-api sheet.

An unknown or missing field, a wrong type (`false` for 0), a number out of range: the whole body is refused.
"""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from simulator.station.wire import bad_request

KEY_PATTERN = r"^[A-Za-z0-9_-]{1,16}\.[A-Za-z0-9]{1,32}\.[1-9][0-9]{0,8}(\.[1-9][0-9]{0,3})?$"

Key = Annotated[str, Field(pattern=KEY_PATTERN)]
Machine = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,16}$")]
Epoch = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,32}$")]
Telecode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
TrainNumber = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,12}(-[0-9]{1,4})?$")]
IsoDate = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Fen = Annotated[int, Field(ge=0, le=100_000_000)]
WallMs = Annotated[int, Field(ge=0, le=10**14)]
Count = Annotated[int, Field(ge=0, le=10**12)]
PlaceIndex = Annotated[int, Field(ge=0, le=99)]
Short = Annotated[str, Field(max_length=100)]
Document = Annotated[str, Field(pattern=r"^[0-9A-Z]{8,18}$")]
Wish = Literal["together", "window", "aisle", "none"]
WishOrStand = Literal["together", "window", "aisle", "none", "standing"]
TicketNumber = Annotated[str, Field(pattern=r"^[A-Z][0-9]{6}$")]


def masked(document: str) -> str:
    """A fifth of it at each end, stars between: enough to recognise, too little to copy."""
    shown = len(document) // 5
    return document[:shown] + "*" * (len(document) - 2 * shown) + document[-shown:]


MaskedDocument = Annotated[str, Field(pattern=r"^[A-Z0-9]{5,20}$"), AfterValidator(masked)]
"""Masked as soon as it is read: no body, step, answer or log has it in full."""


def finite(value: JsonValue) -> JsonValue:
    """Python's JSON has numbers that nobody else's has: they would spoil every answer that repeats them."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("a number that is none")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        finite(each)
    return value


Anything = Annotated[JsonValue, AfterValidator(finite)]


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class SessionBody(Strict):
    epoch: Epoch
    software: Short
    boot: Count
    clock_ms: WallMs


class AvailabilityBody(Strict):
    origin: Telecode
    destination: Telecode
    date: IsoDate
    train: TrainNumber | None = None


class RideBody(Strict):
    """Which train, from where to where, in which class."""

    train: TrainNumber
    date: IsoDate
    origin: Telecode
    destination: Telecode
    seat_class: Annotated[str, Field(alias="class", max_length=30)]


class TripBody(RideBody):
    """What is wanted of which train."""

    passengers: Annotated[list[Literal["adult", "child", "student", "soldier"]], Field(min_length=1, max_length=100)]
    wish: WishOrStand


class WhyBody(RideBody):
    coach: Annotated[str, Field(max_length=10)]
    place: Annotated[str, Field(max_length=10)]


class LockBody(TripBody):
    key: Key
    machine: Machine


class OrderBody(TripBody):
    """Bought elsewhere, with a place for everybody. `documents`: of each passenger, or none; `at`: the only station that hands
    it out."""

    wish: Wish
    documents: Annotated[list[Document], Field(max_length=100)] = []
    at: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""


class FindBody(Strict):
    """One of both."""

    machine: Machine
    code: Annotated[str, Field(max_length=40)] = ""
    document: Annotated[str, Field(pattern=r"^[0-9A-Z]{0,18}$")] = ""


class CollectBody(Strict):
    key: Key
    machine: Machine


class RenewBody(Strict):
    note: Annotated[int, Field(ge=1, le=10_000)]


class ReleaseBody(Strict):
    pass


class Paid(Strict):
    cash_fen: Fen
    card_fen: Fen


class ConfirmBody(Strict):
    total_fen: Fen
    rounding_fen: Annotated[int, Field(gt=-100, lt=100)]
    paid: Paid


class PrintedTicket(Strict):
    place: PlaceIndex
    number: TicketNumber
    blank: Short
    state: Literal["delivered", "retracted", "void", "unknown"]


class PrintedBody(Strict):
    tickets: Annotated[list[PrintedTicket], Field(max_length=300)]


class VoidBody(Strict):
    places: Annotated[list[PlaceIndex], Field(min_length=1, max_length=100)] | None
    reason: Short


class RefundOfferBody(Strict):
    key: Key
    machine: Machine
    tickets: Annotated[list[TicketNumber], Field(min_length=1, max_length=50)]
    document: MaskedDocument | None = None


class RefundConfirmBody(Strict):
    refund_fen: Fen


class ExchangeOfferBody(RideBody):
    key: Key
    machine: Machine
    tickets: Annotated[list[TicketNumber], Field(min_length=1, max_length=50)]
    document: MaskedDocument | None = None
    wish: WishOrStand


class ExchangeConfirmBody(Strict):
    due_fen: Annotated[int, Field(ge=-100_000_000, le=100_000_000)]
    rounding_fen: Annotated[int, Field(gt=-100, lt=100)]
    paid: Paid


class SegmentBody(Strict):
    """The journal segment all lines of a batch are of."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    first_seq: Annotated[int, Field(ge=1, le=10**12)]


class RecordsBody(Strict):
    epoch: Epoch
    first_seq: Annotated[int, Field(ge=1, le=10**12)]
    lines: Annotated[list[str], Field(max_length=500)]
    segment: SegmentBody | None = None


class StatusBody(BaseModel):
    """Named fields are strict; a machine may tell more than these."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Anything]

    state_seq: Count
    mode: Short
    reasons: Annotated[list[Anything], Field(max_length=200)]
    faults: Annotated[list[Anything], Field(max_length=200)]


BodyModel = TypeVar("BodyModel", bound=BaseModel)


def parse_body(model: type[BodyModel], body: bytes) -> BodyModel:
    """The body as `model`. Raises Refused (400, with the first three defects) for anything else."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        defects = [
            f"{'.'.join(str(part) for part in one['loc']) or 'body'}: {one['msg']}" for one in error.errors()[:3]
        ]
        raise bad_request("; ".join(defects)) from error
