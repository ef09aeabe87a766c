"""The office's calls about who may log in at machines; a draft is released as every set is.

Source: station-api sheet, "Operators".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from simulator.station.machines import operators
from simulator.station.models import Strict, WallMs, parse_body
from simulator.station.replies import office as replies
from simulator.station.routing import Route
from simulator.station.wire import Answer

if TYPE_CHECKING:
    from simulator.station.core import Station
    from simulator.station.machines.office import OfficeCall

Number = Annotated[str, Field(pattern=r"^[0-9]{4,8}$")]
MOST_PINS = 8
"""In one draft: each takes its time to hash, and nobody sells meanwhile."""


class OperatorBody(Strict):
    """`pin`: empty: as it was. `until_ms` 0: no end."""

    number: Number
    name: Annotated[str, Field(min_length=1, max_length=12)]
    english: Annotated[str, Field(min_length=1, max_length=24)]
    role: Literal["maintainer", "cash", "supervisor"]
    until_ms: WallMs
    pin: Annotated[str, Field(pattern=r"^([0-9]{6,8})?$")]


class OperatorsBody(Strict):
    """Changes to the set that was released last."""

    change: Annotated[list[OperatorBody], Field(max_length=MOST_PINS)]
    remove: Annotated[list[Number], Field(max_length=operators.MOST)]
    effective_ms: WallMs
    reason: Annotated[str, Field(min_length=1, max_length=200)]


def list_operators(station: Station, call: OfficeCall) -> Answer:
    """The set that was released last, whether it holds already or not."""
    sets = station.machines.sets
    newest = sets.newest(operators.NAME)
    body = sets.of(operators.NAME, newest).body if newest else {}
    return Answer({"version": newest, "people": operators.shown(body)})


def draft_operators(station: Station, call: OfficeCall) -> Answer:
    """Another person must release it."""
    body = parse_body(OperatorsBody, call.request.body)
    said = [each.model_dump() for each in body.change]
    step = station.machines.sets.draft_operators(
        said, body.remove, body.effective_ms, call.person.name, body.reason, call.now_ms
    )
    return Answer({"set": operators.NAME, "version": step["version"]}, [step], status=201)


ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/v1/office/operators", list_operators, "Who may log in at machines, as released last",
        reply=replies.OperatorsReply,
    ),
    Route(
        "POST", "/v1/office/operators", draft_operators, "Draft changes to that", OperatorsBody, ((422, "out_of_range"),),
        status=(201,), reply=replies.SetReply,
    ),
)  # fmt: skip
