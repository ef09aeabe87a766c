"""The office's calls about changes of the service. Source: station-api sheet, "Changes of the service"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from simulator.station.machines.policy_calls import number_of
from simulator.station.models import IsoDate, Strict, TrainNumber, parse_body
from simulator.station.replies import service as replies
from simulator.station.replies.office import NumberReply
from simulator.station.routing import Route
from simulator.station.service.changes import MOST_COACHES, told
from simulator.station.service.touched import held_on, touched
from simulator.station.wire import Answer

if TYPE_CHECKING:
    from simulator.station.core import Station
    from simulator.station.machines.office import OfficeCall

Reason = Annotated[str, Field(min_length=1, max_length=200)]


class ChangeBody(Strict):
    """`date` of the run's first departure. With `turned`: it ends at station `last`. With `places`: `count` coaches more for a
    class, each like coach `like` of it. What belongs to another kind is empty."""

    kind: Literal["cancelled", "turned", "places"]
    train: TrainNumber
    date: IsoDate
    last: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")]
    seat_class: Annotated[str, Field(pattern=r"^[a-z0-9_]{0,40}$", alias="class")]
    like: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{0,8}$")]
    count: Annotated[int, Field(ge=0, le=MOST_COACHES)]
    reason: Reason


class WithdrawBody(Strict):
    reason: Reason


class ReleaseBody(Strict):
    pass


def list_changes(station: Station, call: OfficeCall) -> Answer:
    return Answer({"changes": station.changes.describe()})


def see_change(station: Station, call: OfficeCall) -> Answer:
    """One of them, and whom it touches now: what is read before it is released, and after."""
    change = station.changes.get(number_of(call.names["number"]))
    return Answer({"change": told(change), "touched": touched(change, station.sales, station.world, call.now_ms)})


def draft_change(station: Station, call: OfficeCall) -> Answer:
    """Another person must release it."""
    body = parse_body(ChangeBody, call.request.body).model_dump(by_alias=True)
    timetable, runs, by = station.world.timetable, station.sales.runs, call.person.name
    step = station.changes.draft(body, timetable, runs, body["reason"], by, call.now_ms)
    return Answer({"number": step["number"]}, [step], status=201)


def release_change(station: Station, call: OfficeCall) -> Answer:
    """In force at once. Who holds places of a cancelled run and has not paid loses them as when his time is up."""
    parse_body(ReleaseBody, call.request.body)
    number, timetable = number_of(call.names["number"]), station.world.timetable
    step = station.changes.release(number, timetable, station.sales.runs, call.person.name, call.now_ms)
    held = held_on(station.changes.get(number), station.sales, timetable)
    expired = [{"kind": "expired", "key": sale.key, "at_ms": call.now_ms} for sale in held]
    return Answer({"number": number}, [step, *expired])


def withdraw_change(station: Station, call: OfficeCall) -> Answer:
    """The run is sold again, or the coaches are not; who got money back meanwhile keeps it."""
    body, number = parse_body(WithdrawBody, call.request.body), number_of(call.names["number"])
    timetable, runs = station.world.timetable, station.sales.runs
    step = station.changes.withdraw(number, timetable, runs, body.reason, call.person.name, call.now_ms)
    return Answer({"number": number}, [step])


NO_CHANGE, NO_TRAIN, OUT = (404, "no_such_change"), (404, "no_such_train"), (422, "out_of_range")
WITHDRAWN, LEFT, CANCELLED = (409, "withdrawn"), (409, "departed"), (409, "cancelled")
ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/office/changes", list_changes, "Changes of the service", reply=replies.ChangesReply),
    Route(
        "POST", "/v1/office/changes", draft_change, "Draft a change of the service", ChangeBody, (NO_TRAIN, LEFT, CANCELLED, OUT),
        status=(201,), reply=NumberReply,
    ),
    Route(
        "GET", "/v1/office/changes/{number}", see_change, "A change, and whom it touches now", errors=(NO_CHANGE,),
        reply=replies.ChangeReply,
    ),
    Route(
        "POST", "/v1/office/changes/{number}:release", release_change, "Release what another person drafted", ReleaseBody,
        (NO_CHANGE, NO_TRAIN, WITHDRAWN, LEFT, CANCELLED, OUT, (409, "released"), (403, "same_person")), reply=NumberReply,
    ),
    Route(
        "POST", "/v1/office/changes/{number}:withdraw", withdraw_change, "Take it back", WithdrawBody,
        (NO_CHANGE, NO_TRAIN, WITHDRAWN, LEFT, (409, "in_use")), reply=NumberReply,
    ),
)  # fmt: skip
