"""The office's calls about refund policies. Source: station-api sheet, "The office"; requirement RULE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from simulator.station.models import Strict, parse_body
from simulator.station.replies import office as replies
from simulator.station.routing import Route
from simulator.station.wire import Answer, bad_request

if TYPE_CHECKING:
    from simulator.station.core import Station
    from simulator.station.machines.office import OfficeCall

Moment = Annotated[str, Field(max_length=30)]
Words = Annotated[str, Field(min_length=1, max_length=200)]


class PolicyBody(Strict):
    """Moments as `2026-11-22T20:00`, station time; empty: no such bound."""

    text_zh: Words
    text_en: Words
    begins: Moment
    ends: Moment
    bought_before: Moment
    refund_until: Moment
    cities: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=50)]
    fee_percent: Annotated[int, Field(ge=0, le=100)]
    reason: Words


class WithdrawBody(Strict):
    reason: Words


class ReleaseBody(Strict):
    pass


def list_policies(station: Station, call: OfficeCall) -> Answer:
    return Answer({"policies": station.policies.describe()})


def draft_policy(station: Station, call: OfficeCall) -> Answer:
    """Another person must release it."""
    body = parse_body(PolicyBody, call.request.body).model_dump()
    reason = body.pop("reason")
    step = station.policies.draft(body, reason, call.person.name, call.now_ms)
    return Answer({"number": step["number"]}, [step], status=201)


def release_policy(station: Station, call: OfficeCall) -> Answer:
    """Every refund that is asked for from now on is judged with it."""
    parse_body(ReleaseBody, call.request.body)
    step = station.policies.release(number_of(call.names["number"]), call.person.name, call.now_ms)
    return Answer({"number": step["number"]}, [step])


def withdraw_policy(station: Station, call: OfficeCall) -> Answer:
    """What stood before holds again, at once."""
    body = parse_body(WithdrawBody, call.request.body)
    step = station.policies.withdraw(number_of(call.names["number"]), body.reason, call.person.name, call.now_ms)
    return Answer({"number": step["number"]}, [step])


def number_of(text: str) -> int:
    """Refuses 400."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise bad_request("number: not a number")
    return int(text)


NONE, GONE = (404, "no_such_policy"), (409, "withdrawn")
ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/office/policies", list_policies, "Refund policies of the office", reply=replies.PoliciesReply),
    Route(
        "POST", "/v1/office/policies", draft_policy, "Draft a policy", PolicyBody, ((422, "out_of_range"),), status=(201,),
        reply=replies.NumberReply,
    ),
    Route(
        "POST", "/v1/office/policies/{number}:release", release_policy, "Release what another person drafted", ReleaseBody,
        (NONE, GONE, (409, "released"), (403, "same_person")), reply=replies.NumberReply,
    ),
    Route(
        "POST", "/v1/office/policies/{number}:withdraw", withdraw_policy, "Take it back", WithdrawBody, (NONE, GONE),
        reply=replies.NumberReply,
    ),
)  # fmt: skip
