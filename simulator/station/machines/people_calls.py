"""The office's calls about its own people. Source: station-api sheet, "The office"."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from simulator.station.machines.people import digest_of
from simulator.station.models import Strict, parse_body
from simulator.station.replies import office as replies
from simulator.station.routing import Route
from simulator.station.wire import Answer, bad_request

if TYPE_CHECKING:
    from simulator.station.core import Station
    from simulator.station.machines.office import OfficeCall

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,16}$")]
Reason = Annotated[str, Field(min_length=1, max_length=200)]


class ProposalBody(Strict):
    """`role`: for `enrol` and `role`."""

    what: Literal["enrol", "role", "token", "unlock"]
    person: Name
    role: Literal["operator", "supervisor", "auditor", ""] = ""
    reason: Reason


class LockBody(Strict):
    reason: Reason


class AnswerBody(Strict):
    pass


def list_people(station: Station, call: OfficeCall) -> Answer:
    """Everybody with the last deed, and what is proposed; no token and no digest."""
    last: dict[str, tuple[int, int]] = {}
    for entry in station.machines.trail.entries:
        last[entry.by] = entry.at_ms, last.get(entry.by, (0, 0))[1] + 1
    people = [
        {
            "name": person.name,
            "role": person.role,
            "locked": person.locked,
            "from_start": person.name in station.people.begun_with,
            "last_ms": last.get(person.name, (0, 0))[0],
            "deeds": last.get(person.name, (0, 0))[1],
        }
        for person in sorted(station.people, key=lambda person: person.name)
    ]
    proposals = [asdict(each) for _, each in sorted(station.people.proposals.items(), reverse=True)]
    return Answer({"people": people, "proposals": proposals[:MOST_PROPOSALS]})


def propose(station: Station, call: OfficeCall) -> Answer:
    """Another person must agree to it."""
    body = parse_body(ProposalBody, call.request.body)
    step = station.people.propose(body.what, body.person, body.role, body.reason, call.person.name, call.now_ms)
    return Answer({"number": step["number"]}, [step], status=201)


def agree(station: Station, call: OfficeCall) -> Answer:
    """It holds; a token that comes of it is told here and nowhere else."""
    parse_body(AnswerBody, call.request.body)
    token = station.new_token()
    step = station.people.agree(_number(call.names["number"]), call.person.name, digest_of(token), call.now_ms)
    told: dict[str, Any] = {"number": step["number"], "what": step["what"], "person": step["person"]}
    return Answer({**told, "token": token} if "digest" in step else told, [step])


def withdraw(station: Station, call: OfficeCall) -> Answer:
    parse_body(AnswerBody, call.request.body)
    step = station.people.withdraw(_number(call.names["number"]), call.person.name, call.now_ms)
    return Answer({"number": step["number"]}, [step])


def lock(station: Station, call: OfficeCall) -> Answer:
    """One person is enough, and it holds at once: open sessions end."""
    body = parse_body(LockBody, call.request.body)
    step = station.people.lock(call.names["person"], body.reason, call.person.name, call.now_ms)
    return Answer({"person": call.names["person"], "locked": True}, [step] if step else [])


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise bad_request("number: not a number")
    return int(text)


MOST_PROPOSALS = 200
NO_PROPOSAL, ANSWERED, NOBODY = (404, "no_such_proposal"), (409, "answered"), (404, "no_such_person")
ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/v1/office/people", list_people, "Who works here, and what is proposed about whom", reply=replies.PeopleReply,
    ),
    Route(
        "POST", "/v1/office/people:propose", propose, "Propose a newcomer, a role, a token, the end of a lock", ProposalBody,
        (NOBODY, (409, "known"), (409, "unchanged"), (409, "open"), (422, "out_of_range")), status=(201,),
        reply=replies.NumberReply,
    ),
    Route(
        "POST", "/v1/office/proposals/{number}:agree", agree, "Agree to what another person proposed", AnswerBody,
        (NO_PROPOSAL, NOBODY, ANSWERED, (403, "same_person"), (409, "too_few"), (409, "unchanged")), reply=replies.AgreedReply,
    ),
    Route(
        "POST", "/v1/office/proposals/{number}:withdraw", withdraw, "End a proposal", AnswerBody, (NO_PROPOSAL, ANSWERED),
        reply=replies.NumberReply,
    ),
    Route(
        "POST", "/v1/office/people/{person}:lock", lock, "Lock somebody out", LockBody, (NOBODY, (409, "too_few")),
        reply=replies.LockedReply,
    ),
)  # fmt: skip
