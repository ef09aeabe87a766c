"""Two persons, versions that only rise, and what a machine is offered. Station API sheet, "Parameter sets"."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.station.core import RESTORED
from tests.simulator.station.helpers import NOON, body_of, error_of
from tests.simulator.station.machines.desk import MINUTE, Desk


def test_what_one_person_wrote_another_one_releases() -> None:
    desk = Desk()
    assert body_of(desk.draft(cassette_low=20)) == {"set": "operating", "version": 1}
    assert desk.inbox() == ([], [])
    assert error_of(desk.office("parameters/operating/1:release", {}, "ann")) == (403, "same_person")
    assert desk.office("parameters/operating/1:release", {}, "bo").status == 200
    (told,) = desk.inbox()[1]
    assert (told["set"], told["version"], told["body"]) == ("operating", 1, {"cassette_low": 20})
    assert error_of(desk.office("parameters/operating/1:release", {}, "bo")) == (409, "released")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"cassette_low": 20_000}, "out_of_range"),
        ({"price_fen": 1}, "out_of_range"),
        ({"opens_min": 300}, "out_of_range"),
        ({"opens_min": 300, "closes_min": 300}, "out_of_range"),
        ({"roll_low": 5, "expires_ms": NOON}, "out_of_range"),
        ({"roll_low": True}, "bad_request"),
        ({}, "bad_request"),
        ({"set": "nonsense", "roll_low": 5}, "no_such_set"),
    ],
)
def test_a_set_that_cannot_hold_is_not_drafted(body: dict[str, Any], code: str) -> None:
    desk = Desk()
    assert error_of(desk.draft(**body))[1] == code
    assert not desk.steps


def test_a_machine_is_offered_the_set_in_force_and_those_to_come_and_none_it_has() -> None:
    desk = Desk()
    desk.released(roll_low=10)
    desk.released(roll_low=20)
    desk.released(roll_low=30, effective_ms=NOON + 10 * MINUTE)
    assert [told["version"] for told in desk.inbox()[1]] == [2, 3]
    assert [told["version"] for told in desk.inbox(have=2)[1]] == [3]
    assert desk.inbox(have=3)[1] == []
    desk.now_ms += 11 * MINUTE
    assert [told["version"] for told in desk.inbox()[1]] == [3]


def test_a_set_that_expired_is_not_offered() -> None:
    desk = Desk()
    desk.released(roll_low=10, expires_ms=NOON + MINUTE)
    assert desk.inbox()[1]
    desk.now_ms += MINUTE
    assert desk.inbox()[1] == []


def test_a_rollback_is_a_new_version_with_an_old_body() -> None:
    desk = Desk()
    desk.released(roll_low=10)
    desk.released(roll_low=90)
    back = desk.office("parameters/operating:rollback", {"to_version": 1, "reason": "too early"}, "bo")
    assert body_of(back)["version"] == 3
    (told,) = desk.inbox()[1]
    assert (told["version"], told["body"]) == (3, {"roll_low": 10})
    drafted = int(body_of(desk.draft(roll_low=5))["version"])
    refused = desk.office("parameters/operating:rollback", {"to_version": drafted, "reason": "never released"})
    assert error_of(refused) == (409, "not_released")


def test_a_draft_that_was_overtaken_is_not_released() -> None:
    desk = Desk()
    desk.draft(roll_low=10)
    desk.released(roll_low=20)
    assert error_of(desk.office("parameters/operating/1:release", {}, "bo")) == (409, "overtaken")


def test_versions_and_command_numbers_rise_over_an_older_backup() -> None:
    desk = Desk()
    desk.released(roll_low=10)
    desk.command("registers")
    desk.station.apply(RESTORED)
    desk.steps.append(RESTORED)
    assert desk.released(roll_low=20) == 1_000_001
    assert body_of(desk.command("registers"))["seq"] == 1_000_001
    assert [command["seq"] for command in desk.inbox(after=1)[0]] == [1_000_001]


def test_everything_is_there_again_after_a_restart() -> None:
    desk = Desk()
    desk.released(roll_low=10)
    desk.draft(roll_low=20)
    desk.command("mode", "closed")
    assert desk.replayed().snapshot() == desk.station.snapshot()
    assert desk.station.copy().snapshot() == desk.station.snapshot()
