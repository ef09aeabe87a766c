"""The office: people enrol machines, release parameters, give commands, settle claims, count boxes, close days.

A person is named by a token, as a machine is. What two persons must agree on says so. Source: station-api sheet, "The office".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.station import models
from simulator.station.locks import parse_date
from simulator.station.machines import days, media_calls, operator_calls, people_calls, policy_calls, roles, views
from simulator.station.machines import models as bodies
from simulator.station.machines.people import Person as Person
from simulator.station.machines.signing import Signer
from simulator.station.replies import days as days_replies
from simulator.station.replies import office as replies
from simulator.station.routing import Route, Table
from simulator.station.service import calls as service_calls
from simulator.station.wire import Answer, Refused, Request, bad_request

if TYPE_CHECKING:
    from simulator.station.core import Station

PATH = "/v1/office/"


@dataclass(frozen=True, slots=True)
class OfficeCall:
    """One request of a person: who asks, the names in its path, the request, the time."""

    person: Person
    names: Mapping[str, str]
    request: Request
    now_ms: int


def answer(station: Station, request: Request, now_ms: int) -> Answer:
    """What a person gets. Refuses 401, 404, 403 not_your_role and what the deed refuses."""
    person = station.people.named_by(request.token)
    for route, names in _TABLE.find(request.method, request.path):
        if not roles.may(person.role, route.method, route.deed.__name__):
            raise Refused(403, "not_your_role", f"{person.name} is {person.role}")
        found: Answer = route.deed(station, OfficeCall(person, names, request, now_ms))
        return found
    raise Refused(404, "no_such_call", f"{request.method} {request.path}")


def _signer(station: Station) -> Signer:
    if station.signer is None:
        raise Refused(409, "no_key", "this station has no key to sign with")
    return station.signer


def _machine(station: Station, name: str) -> str:
    if name not in station.devices.enrolled:
        raise Refused(404, "no_such_machine", f"{name} is not enrolled")
    return name


def _day(text: str) -> str:
    return parse_date(text).isoformat()


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise bad_request("version: not a number")
    return int(text)


# -- machines


def enrol(station: Station, call: OfficeCall) -> Answer:
    """A token that is told once and kept as a digest; the seal, told once and kept, with which its records are checked; and the
    key of the station: what `provision` takes. Done again, the old token ends, and a new journal has the new seal."""
    body = models.parse_body(bodies.EnrolBody, call.request.body)
    if body.station not in station.world.network.stations:
        raise Refused(404, "no_such_station", body.station)
    signer, token, seal = _signer(station), station.new_token(), station.new_seal().hex()
    step = {
        "kind": "enrolled",
        "at_ms": call.now_ms,
        "machine": body.machine,
        "station": body.station,
        "digest": hashlib.sha256(token.encode()).hexdigest(),
        "seal": seal,
        "by": call.person.name,
    }
    told = {"machine": body.machine, "token": token, "seal": seal, "station_key": signer.public}
    return Answer(told, [step], status=201)


def revoke(station: Station, call: OfficeCall) -> Answer:
    """The machine finishes what it has begun and sells nothing more."""
    return _grant(station, call, "revoked")


def grant(station: Station, call: OfficeCall) -> Answer:
    """A revoked machine may sell again."""
    return _grant(station, call, "granted")


def _grant(station: Station, call: OfficeCall, kind: str) -> Answer:
    name = _machine(station, call.names["machine"])
    known = station.devices.enrolled[name].revoked == (kind == "revoked")
    step = {"kind": kind, "at_ms": call.now_ms, "machine": name, "by": call.person.name}
    return Answer({"machine": name, "granted": kind == "granted"}, [] if known else [step])


def list_machines(station: Station, call: OfficeCall) -> Answer:
    return Answer({"machines": views.machines(station, call.now_ms)})


def one_machine(station: Station, call: OfficeCall) -> Answer:
    return Answer(views.machine(station, _machine(station, call.names["machine"]), call.now_ms))


# -- parameters and commands


def list_parameters(station: Station, call: OfficeCall) -> Answer:
    return Answer({"versions": views.parameters(station)})


def draft(station: Station, call: OfficeCall) -> Answer:
    """Another person must release it."""
    body = models.parse_body(bodies.DraftBody, call.request.body)
    times = body.effective_ms, body.expires_ms
    step = station.machines.sets.draft(body.set, body.body, times, call.person.name, body.reason, call.now_ms)
    return Answer({"set": body.set, "version": step["version"]}, [step], status=201)


def release_set(station: Station, call: OfficeCall) -> Answer:
    """Signed and told to the machines: nobody changes it any more."""
    name, version = call.names["set"], _number(call.names["version"])
    step = station.machines.sets.release(name, version, call.person.name, _signer(station), call.now_ms)
    return Answer({"set": name, "version": version}, [step])


def rollback(station: Station, call: OfficeCall) -> Answer:
    """An earlier body under a new version, in force at once."""
    body = models.parse_body(bodies.RollbackBody, call.request.body)
    name, signer = call.names["set"], _signer(station)
    steps = station.machines.sets.rollback(name, body.to_version, call.person.name, body.reason, signer, call.now_ms)
    return Answer({"set": name, "version": steps[-1]["version"]}, steps)


def command(station: Station, call: OfficeCall) -> Answer:
    body = models.parse_body(bodies.CommandBody, call.request.body)
    _machine(station, body.machine)
    step = station.machines.commands.command(body, call.person.name, _signer(station), call.now_ms)
    return Answer({"machine": body.machine, "seq": step["seq"]}, [step], status=201)


# -- money


def list_claims(station: Station, call: OfficeCall) -> Answer:
    return Answer({"claims": views.claims(station)})


def settle(station: Station, call: OfficeCall) -> Answer:
    """Paid at the window, once. Refuses 404 no_such_claim, 409 settled."""
    body = models.parse_body(bodies.SettleBody, call.request.body)
    code = call.names["code"]
    if all(claim["code"] != code for claim in views.claims(station)):
        raise Refused(404, "no_such_claim", "no machine has told of this claim")
    if (before := station.machines.settled.get(code)) is not None:
        raise Refused(409, "settled", f"it was settled by {before['by']}", at_ms=before["at_ms"])
    step = {"kind": "claim_settled", "at_ms": call.now_ms, "code": code, "amount_fen": body.amount_fen}
    step["by"] = call.person.name
    return Answer({"code": code, "amount_fen": body.amount_fen}, [step])


def list_unpaid(station: Station, call: OfficeCall) -> Answer:
    return Answer({"unpaid": views.unpaid(station)})


def settle_unpaid(station: Station, call: OfficeCall) -> Answer:
    """What whoever holds the tickets has paid in the end, or that nobody will, once. Refuses 404 no_such_unpaid, 409 settled,
    422 out_of_range for more than the payment was."""
    body = models.parse_body(bodies.UnpaidBody, call.request.body)
    found = next((one for one in views.unpaid(station) if one["unpaid"] == body.unpaid), None)
    if found is None:
        raise Refused(404, "no_such_unpaid", "no machine has told of this payment")
    if (before := found["settled"]) is not None:
        raise Refused(409, "settled", f"it was settled by {before['by']}", at_ms=before["at_ms"])
    if body.amount_fen > found["amount_fen"]:
        raise Refused(422, "out_of_range", f"amount_fen: the payment was {found['amount_fen']}")
    step = {"kind": "unpaid_settled", "at_ms": call.now_ms, **body.model_dump(), "by": call.person.name}
    return Answer({"unpaid": body.unpaid, "amount_fen": body.amount_fen}, [step])


def list_boxes(station: Station, call: OfficeCall) -> Answer:
    return Answer({"boxes": views.boxes(station)})


def count_box(station: Station, call: OfficeCall) -> Answer:
    """A box has arrived and was counted, once. Refuses 404 no_such_box, 409 counted."""
    body = models.parse_body(bodies.CountBody, call.request.body)
    if all(box["box"] != body.box for box in views.boxes(station)):
        raise Refused(404, "no_such_box", "no machine has told of this box")
    if body.box in station.machines.counted:
        raise Refused(409, "counted", f"{body.box} was counted before")
    step = {"kind": "box_counted", "at_ms": call.now_ms, "box": body.box, "counted_fen": body.counted_fen}
    step["by"] = call.person.name
    return Answer({"box": body.box, "counted_fen": body.counted_fen}, [step])


def close_day(station: Station, call: OfficeCall) -> Answer:
    """Close a business day; closed before, its close is answered as it was."""
    models.parse_body(bodies.CloseBody, call.request.body)
    day = _day(call.names["day"])
    known = station.machines.days.get(day)
    if known is not None:
        return Answer(known)
    step = days.close(station.machines, station.sales, station.records, day, call.person.name, call.now_ms)
    return Answer(step, [step], status=201)


def see_day(station: Station, call: OfficeCall) -> Answer:
    """A day as it stands: its close, or what a close would say now; and what was told only after the close."""
    day = _day(call.names["day"])
    known = station.machines.days.get(day)
    shown = known or days.close(station.machines, station.sales, station.records, day, "", call.now_ms)
    return Answer({**shown, "closed": known is not None, "late": days.late(station.machines, day)})


ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/v1/office/machines", list_machines, "All machines, with what stands of their records",
        reply=replies.MachinesReply,
    ),
    Route(
        "POST", "/v1/office/machines", enrol, "Enrol a machine", bodies.EnrolBody, ((404, "no_such_station"), (409, "no_key")),
        status=(201,), reply=replies.EnrolledReply,
    ),
    Route(
        "GET", "/v1/office/machines/{machine}", one_machine, "One machine", errors=((404, "no_such_machine"),),
        reply=replies.MachineReply,
    ),
    Route(
        "POST", "/v1/office/machines/{machine}:revoke", revoke, "Take its grant", errors=((404, "no_such_machine"),),
        reply=replies.GrantReply,
    ),
    Route(
        "POST", "/v1/office/machines/{machine}:grant", grant, "Grant again", errors=((404, "no_such_machine"),),
        reply=replies.GrantReply,
    ),
    Route("GET", "/v1/office/parameters", list_parameters, "All versions of all parameter sets", reply=replies.ParametersReply),
    Route(
        "POST", "/v1/office/parameters", draft, "Draft a version", bodies.DraftBody,
        ((404, "no_such_set"), (422, "out_of_range")), status=(201,), reply=replies.SetReply,
    ),
    Route(
        "POST", "/v1/office/parameters/{set}/{version}:release", release_set, "Release what another person drafted",
        errors=((403, "same_person"), (404, "no_such_set"), (409, "released"), (409, "overtaken"), (409, "no_key")),
        reply=replies.SetReply,
    ),
    Route(
        "POST", "/v1/office/parameters/{set}:rollback", rollback, "Put an earlier body in force", bodies.RollbackBody,
        ((404, "no_such_set"), (409, "not_released"), (409, "no_key"), (422, "out_of_range")), reply=replies.SetReply,
    ),
    Route(
        "POST", "/v1/office/commands", command, "Command a machine", bodies.CommandBody,
        ((404, "no_such_machine"), (409, "no_key"), (422, "out_of_range")), status=(201,), reply=replies.CommandReply,
    ),
    *operator_calls.ROUTES,
    *media_calls.ROUTES,
    *people_calls.ROUTES,
    *policy_calls.ROUTES,
    *service_calls.ROUTES,
    Route("GET", "/v1/office/claims", list_claims, "All claims", reply=replies.ClaimsReply),
    Route(
        "POST", "/v1/office/claims/{code}:settle", settle, "Paid at the window", bodies.SettleBody,
        ((404, "no_such_claim"), (409, "settled")), reply=replies.SettledReply,
    ),
    Route(
        "GET", "/v1/office/unpaid", list_unpaid, "Payments that came to nothing after tickets were given",
        reply=replies.UnpaidReply,
    ),
    Route(
        "POST", "/v1/office/unpaid:settle", settle_unpaid, "What was got for one of them", bodies.UnpaidBody,
        ((404, "no_such_unpaid"), (409, "settled"), (422, "out_of_range")), reply=replies.UnpaidSettledReply,
    ),
    Route("GET", "/v1/office/boxes", list_boxes, "Boxes that left machines", reply=replies.BoxesReply),
    Route(
        "POST", "/v1/office/boxes:count", count_box, "What was in a box", bodies.CountBody,
        ((404, "no_such_box"), (409, "counted")), reply=replies.CountedReply,
    ),
    Route("GET", "/v1/office/days/{day}", see_day, "A business day as it stands", reply=days_replies.DayReply),
    Route(
        "POST", "/v1/office/days/{day}:close", close_day, "Close a business day", bodies.CloseBody, status=(201, 200),
        reply=days_replies.CloseReply,
    ),
)  # fmt: skip
_TABLE = Table(ROUTES)
