"""People of the office: what takes two persons, what takes one, and that a token is told once and kept nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.station.machines.people import LEAST_SUPERVISORS, People, Person, digest_of
from simulator.station.machines.roles import ROLES
from simulator.station.wire import Refused, Reply
from tests.simulator.station.helpers import NOON, body_of, error_of, small_world
from tests.simulator.station.machines.desk import PEOPLE, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk(small_world())


def propose(desk: Desk, what: str, person: str, role: str = "", by: str = "ann") -> Reply:
    return desk.office("people:propose", {"what": what, "person": person, "role": role, "reason": "a test"}, by)


def agree(desk: Desk, number: int, by: str = "bo") -> Reply:
    return desk.office(f"proposals/{number}:agree", {}, by)


def by_token(desk: Desk, token: str, path: str = "machines") -> Reply:
    return desk.ask("GET", f"/v1/office/{path}", token=token)


def newcomer(desk: Desk, name: str = "olga", role: str = "operator") -> str:
    number = body_of(propose(desk, "enrol", name, role))["number"]
    return str(body_of(agree(desk, number))["token"])


def test_a_newcomer_takes_two_persons_and_the_token_is_told_once(desk: Desk) -> None:
    assert body_of(propose(desk, "enrol", "olga", "operator")) == {"number": 1}
    assert error_of(agree(desk, 1, "ann")) == (403, "same_person")
    told = body_of(agree(desk, 1))
    assert (told["person"], by_token(desk, told["token"]).status) == ("olga", 200)
    assert error_of(agree(desk, 1)) == (409, "answered")
    kept = json.dumps(desk.steps) + json.dumps(body_of(desk.office("people"))) + json.dumps(desk.station.snapshot())
    assert told["token"] not in kept
    assert digest_of(told["token"]) not in json.dumps(body_of(desk.office("people")))
    assert digest_of(told["token"]) not in str(desk.station.machines.trail.last(9))
    assert [(entry["by"], entry["kind"]) for entry in desk.station.machines.trail.last(9)] == [
        ("bo", "person_agreed"), ("ann", "person_proposed"),
    ]  # fmt: skip


def test_a_role_holds_from_the_moment_two_have_agreed(desk: Desk) -> None:
    token = newcomer(desk)
    body = {"set": "operating", "body": {"take_ms": 30_000}, "effective_ms": 0, "expires_ms": 0, "reason": "x"}
    draft = lambda: desk.ask("POST", "/v1/office/parameters", body, token)
    assert error_of(draft()) == (403, "not_your_role")
    assert propose(desk, "role", "olga", "supervisor").status == 201
    assert error_of(draft()) == (403, "not_your_role")
    assert agree(desk, 2).status == 200
    assert draft().status == 201


def test_a_new_token_ends_the_old_one(desk: Desk) -> None:
    old = newcomer(desk)
    assert propose(desk, "token", "olga").status == 201
    assert by_token(desk, old).status == 200
    new = body_of(agree(desk, 2))["token"]
    assert new != old
    assert (by_token(desk, old).status, by_token(desk, new).status) == (401, 200)
    assert propose(desk, "token", "ann", by="bo").status == 201
    assert "token" in body_of(agree(desk, 3, "ann"))
    assert error_of(desk.office("machines", by="ann")) == (401, "unauthorized")


def test_one_locks_at_once_and_two_unlock(desk: Desk) -> None:
    token = newcomer(desk)
    assert desk.office("people/olga:lock", {"reason": "lost badge"}, "bo").status == 200
    assert error_of(by_token(desk, token)) == (403, "locked")
    steps = len(desk.steps)
    assert desk.office("people/olga:lock", {"reason": "again"}).status == 200
    assert len(desk.steps) == steps
    assert propose(desk, "unlock", "olga").status == 201
    assert error_of(by_token(desk, token)) == (403, "locked")
    assert agree(desk, 2).status == 200
    assert by_token(desk, token).status == 200


def test_two_supervisors_remain(desk: Desk) -> None:
    assert error_of(desk.office("people/bo:lock", {"reason": "x"})) == (409, "too_few")
    assert propose(desk, "role", "bo", "auditor").status == 201
    assert error_of(agree(desk, 1)) == (409, "too_few")
    assert desk.office("proposals/1:withdraw", {}, "ann").status == 200
    newcomer(desk, "cy", "supervisor")
    assert desk.office("people/bo:lock", {"reason": "x"}).status == 200
    assert error_of(desk.office("people/cy:lock", {"reason": "x"})) == (409, "too_few")


@pytest.mark.parametrize(
    ("what", "person", "role", "error"),
    [
        ("enrol", "ann", "operator", (409, "known")), ("enrol", "olga", "", (422, "out_of_range")),
        ("role", "bo", "supervisor", (409, "unchanged")), ("role", "nobody", "auditor", (404, "no_such_person")),
        ("token", "bo", "operator", (422, "out_of_range")), ("unlock", "bo", "", (409, "unchanged")),
        ("enrol", "ol ga", "operator", (400, "bad_request")), ("enrol", "olga", "king", (400, "bad_request")),
        ("sack", "bo", "", (400, "bad_request")),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(desk: Desk, what: str, person: str, role: str, error: tuple[int, str]) -> None:
    assert error_of(propose(desk, what, person, role)) == error
    assert desk.steps == []


def test_one_thing_at_a_time_is_proposed_about_somebody(desk: Desk) -> None:
    propose(desk, "token", "bo")
    assert error_of(propose(desk, "role", "bo", "auditor", by="bo")) == (409, "open")
    assert error_of(agree(desk, 7)) == (404, "no_such_proposal")
    assert error_of(desk.office("proposals/x:agree", {})) == (400, "bad_request")
    assert desk.office("proposals/1:withdraw", {}).status == 200
    assert error_of(agree(desk, 1)) == (409, "answered")


def test_only_a_supervisor_decides_about_people_and_everybody_sees_them(desk: Desk) -> None:
    for name, role in (("olga", "operator"), ("cy", "auditor")):
        token = newcomer(desk, name, role)
        body = {"what": "enrol", "person": "eve", "role": "supervisor", "reason": "x"}
        assert error_of(desk.ask("POST", "/v1/office/people:propose", body, token)) == (403, "not_your_role")
        assert error_of(desk.ask("POST", "/v1/office/people/bo:lock", {"reason": "x"}, token)) == (403, "not_your_role")
        assert by_token(desk, token, "people").status == 200


def test_a_restart_knows_the_same_people(desk: Desk) -> None:
    token = newcomer(desk)
    newcomer(desk, "cy", "supervisor")
    desk.office("people/bo:lock", {"reason": "x"})
    again = desk.replayed()
    assert again.people.snapshot() == desk.station.people.snapshot() == desk.station.copy().people.snapshot()
    assert again.people.named_by(token).name == "olga"
    with pytest.raises(Refused, match="locked"):
        again.people.named_by("token-of-bo")


def test_who_is_not_named_at_the_start_any_more_is_gone_and_hurts_nobody(desk: Desk) -> None:
    newcomer(desk, "cy", "supervisor")
    desk.office("people/bo:lock", {"reason": "x"})
    propose(desk, "role", "ann", "auditor")
    steps = [step for step in desk.steps if step["kind"].startswith("person_")]
    fresh = People({"ann": PEOPLE["ann"]})
    for step in steps:
        fresh.apply(step)
    assert sorted(person.name for person in fresh) == ["ann", "cy"]


NAMES = ("ann", "bo", "cy", "di")
ACTS = st.one_of(
    st.tuples(st.just("propose"), st.sampled_from(["enrol", "role", "token", "unlock"]), st.sampled_from(NAMES),
              st.sampled_from(["", *ROLES]), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(["agree", "withdraw"]), st.integers(1, 9), st.sampled_from(NAMES)),
    st.tuples(st.just("lock"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
)  # fmt: skip


def done(people: People, act: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    match act:
        case "propose", what, name, role, by:
            yield people.propose(what, name, role, "why", by, NOON)
        case "agree", number, by:
            yield people.agree(number, by, digest_of("fresh"), NOON)
        case "withdraw", number, by:
            yield people.withdraw(number, by, NOON)
        case "lock", name, by:
            yield from filter(None, [people.lock(name, "why", by, NOON)])


@settings(max_examples=150)
@given(st.lists(ACTS, max_size=25))
def test_whatever_is_done_two_agree_and_two_supervisors_remain(acts: list[tuple[Any, ...]]) -> None:
    people = People({name: Person(name, f"token-of-{name}") for name in NAMES[:2]})
    for act in acts:
        before = {person.name: (person.role, person.proof) for person in people}
        try:
            steps = list(done(people, act))
        except Refused:
            continue
        for step in steps:
            people.apply(step)
        after = {person.name: (person.role, person.proof) for person in people}
        if after != before:
            agreed = people.proposals[act[1]]
            assert act[0] == "agree"
            assert agreed.by != agreed.answered_by
        able = [person for person in people if person.role == "supervisor" and not person.locked]
        assert len(able) >= LEAST_SUPERVISORS
