"""Operators of the machines as a set: changes that two persons agree to, and nothing that tells a PIN."""

from __future__ import annotations

import json
from typing import Any

import pytest
from argon2 import PasswordHasher

from simulator.station.machines import operators as theirs
from tests.simulator.station.helpers import NOON, body_of, error_of
from tests.simulator.station.machines.desk import MINUTE, Desk

ZHAO = {"number": "2001", "name": "赵敏", "english": "Zhao Min", "role": "supervisor", "until_ms": 0, "pin": "864209"}
QIAN = {**ZHAO, "number": "2002", "name": "钱进", "english": "Qian Jin", "role": "cash", "pin": "753108"}


def drafted(desk: Desk, *change: dict[str, Any], remove: tuple[str, ...] = (), by: str = "ann") -> Any:
    body = {"change": list(change), "remove": list(remove), "effective_ms": 0, "reason": "a test"}
    return desk.office("operators", body, by)


def released(desk: Desk, *change: dict[str, Any], remove: tuple[str, ...] = ()) -> int:
    version = int(body_of(drafted(desk, *change, remove=remove))["version"])
    assert desk.office(f"parameters/operators/{version}:release", {}, "bo").status == 200
    return version


def test_changes_are_made_to_what_was_released_last_and_an_empty_pin_stays() -> None:
    desk = Desk()
    assert body_of(desk.office("operators")) == {"version": 0, "people": []}
    released(desk, ZHAO, QIAN)
    (first,) = desk.inbox()[1]
    released(desk, {**QIAN, "role": "maintainer", "pin": ""}, {**ZHAO, "pin": "111222"})
    (second,) = desk.inbox(have=1)[1]
    assert second["body"]["2002"] == {**first["body"]["2002"], "role": "maintainer"}
    PasswordHasher().verify(first["body"]["2001"]["pin_hash"], "864209")
    PasswordHasher().verify(second["body"]["2001"]["pin_hash"], "111222")
    released(desk, remove=("2002",))
    told = body_of(desk.office("operators"))
    assert (told["version"], [one["number"] for one in told["people"]]) == (3, ["2001"])
    listed = [
        [(one["number"], one["what"]) for one in each["changed"]]
        for each in body_of(desk.office("parameters"))["versions"]
    ]
    assert listed == [
        [("2001", "added"), ("2002", "added")],
        [("2001", "pin"), ("2002", "changed")],
        [("2002", "removed")],
    ]


def test_no_answer_step_or_memory_of_the_station_tells_a_pin_and_no_page_its_hash() -> None:
    desk = Desk()
    released(desk, ZHAO, QIAN)
    seen = [body_of(desk.office(path)) for path in ("operators", "parameters")]
    trail = desk.station.machines.trail.last(9)
    shown = json.dumps([seen, trail, desk.station.snapshot()])
    assert "argon2" not in shown
    assert not any(pin in shown + json.dumps(desk.steps) for pin in ("864209", "753108"))
    assert error_of(drafted(desk, {**ZHAO, "pin": "86420x"}))[1] == "bad_request"
    assert "86420x" not in json.dumps(drafted(desk, {**ZHAO, "pin": "86420x"}).body)


@pytest.mark.parametrize(
    ("change", "remove", "code"),
    [
        ((), ("2001",), "out_of_range"),
        (({**ZHAO, "role": "cash"},), (), "out_of_range"),
        (({**ZHAO, "until_ms": NOON + MINUTE},), (), "out_of_range"),
        (({**QIAN, "pin": ""},), (), "out_of_range"),
        ((), ("2002",), "out_of_range"),
        ((QIAN, QIAN), (), "out_of_range"),
        ((QIAN,), ("2002",), "out_of_range"),
        (({**ZHAO, "pin": ""},), (), "out_of_range"),
        ((), (), "out_of_range"),
        (({**QIAN, "name": " 钱"},), (), "out_of_range"),
        (({**QIAN, "pin": "7531"},), (), "bad_request"),
        (({**QIAN, "number": "12"},), (), "bad_request"),
        (({**QIAN, "role": "auditor"},), (), "bad_request"),
        (tuple({**QIAN, "number": str(3000 + n)} for n in range(9)), (), "bad_request"),
    ],
)
def test_what_is_no_set_is_not_drafted(change: tuple[Any, ...], remove: tuple[str, ...], code: str) -> None:
    desk = Desk()
    released(desk, ZHAO)
    before = len(desk.steps)
    assert error_of(drafted(desk, *change, remove=remove))[1] == code
    assert len(desk.steps) == before


def test_nobody_is_let_in_again_by_a_draft_that_does_not_know_that_he_is_out() -> None:
    desk = Desk()
    released(desk, ZHAO, QIAN)
    out, stale = (int(body_of(drafted(desk, one, remove=gone))["version"]) for one, gone in (
        ({**ZHAO, "pin": "111222"}, ("2002",)), ({**ZHAO, "english": "Min Zhao"}, ()),
    ))  # fmt: skip
    assert error_of(desk.office(f"parameters/operators/{out}:release", {}, "ann")) == (403, "same_person")
    assert desk.office(f"parameters/operators/{out}:release", {}, "bo").status == 200
    assert error_of(desk.office(f"parameters/operators/{stale}:release", {}, "bo")) == (409, "overtaken")
    back = desk.office("parameters/operators:rollback", {"to_version": 1, "reason": "x"}, "bo")
    assert error_of(back) == (422, "out_of_range")


def test_a_machine_is_never_given_a_set_below_one_of_another_name_that_it_has() -> None:
    desk = Desk()
    desk.draft(roll_low=10)
    assert released(desk, ZHAO) == 2
    assert error_of(desk.office("parameters/operating/1:release", {}, "bo")) == (409, "overtaken")
    desk.released(roll_low=20)
    released(desk, QIAN)
    assert [(told["set"], told["version"]) for told in desk.inbox()[1]] == [("operating", 3), ("operators", 4)]
    assert [told["version"] for told in desk.inbox(have=3)[1]] == [4]


def test_operators_are_there_again_after_a_restart() -> None:
    desk = Desk()
    released(desk, ZHAO)
    drafted(desk, QIAN)
    assert desk.replayed().snapshot() == desk.station.snapshot()
    assert desk.station.copy().snapshot() == desk.station.snapshot()
    assert error_of(desk.office("parameters/operators/2:release", {}, "ann")) == (403, "same_person")


def test_machine_and_station_mean_the_same_by_a_set() -> None:
    from kiosk import operator_set as ours
    from kiosk.identity import ROLES

    assert (ours.NAME, ours.MOST, ours.LONGEST, ROLES) == (theirs.NAME, theirs.MOST, theirs.LONGEST, theirs.ROLES)
    assert ours.PIN_HASH.fullmatch(theirs.hash_pin("864209"))
