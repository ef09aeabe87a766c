"""Policies of the office: drafted, tried on what was really sold, released by two, followed at once, withdrawn by one."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.station.console.trial import Trial
from simulator.station.core import Station
from simulator.station.wire import Reply
from tests.simulator.station.helpers import ENROLLED, body_of, error_of, small_world
from tests.simulator.station.machines.desk import PEOPLE
from tests.simulator.station.test_station_returns import DEPARTS, Window

HOUR_MS = 3_600_000
NEXT_WEEK = "2026-12-02"  # more than eight days ahead: nothing is due anyway
BODY: dict[str, Any] = {
    "text_zh": "台风期间免收退票手续费", "text_en": "No fee while the typhoon lasts", "begins": "2026-11-21T13:00",
    "ends": "2026-11-22T24:00", "bought_before": "", "refund_until": "", "cities": [], "fee_percent": 0, "reason": "typhoon",
}  # fmt: skip


class Office(Window):
    """A machine whose passengers come back, and the two persons of the office."""

    def __init__(self) -> None:
        super().__init__(small_world(seats=20))
        self.station = Station(self.station.world, ENROLLED, people=PEOPLE)

    def office(self, path: str, body: Any = None, by: str = "ann") -> Reply:
        return self.ask("GET" if body is None else "POST", f"/v1/office/{path}", body, f"token-of-{by}")

    def draft(self, by: str = "ann", **changes: Any) -> int:
        return int(body_of(self.office("policies", {**BODY, **changes}, by))["number"])

    def released(self, **changes: Any) -> int:
        number = self.draft(**changes)
        assert self.office(f"policies/{number}:release", {}, "bo").status == 200
        return number

    def tried(self, number: int) -> dict[str, Any]:
        trial = Trial(self.station, self.station.policies.get(number), self.now_ms)
        for _ in trial.steps():
            pass
        return trial.told()

    def fee(self, name: int, tickets: list[str]) -> tuple[int, str]:
        """(fee, policy) of a fresh offer."""
        offer = body_of(self.refund(name, tickets))
        return offer["fee_fen"], offer["tickets"][0]["policy"]


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_machine_follows_from_its_time_on_and_goes_back_when_it_is_withdrawn(office: Office) -> None:
    tickets = office.bought(1)
    ordinary = office.fee(101, tickets)
    assert ordinary == (office.fee(102, tickets)[0], "")
    assert ordinary[0] > 0
    number = office.draft()
    office.now_ms += 2 * HOUR_MS
    assert office.fee(103, tickets) == ordinary  # a draft holds nothing
    assert error_of(office.office(f"policies/{number}:release", {})) == (403, "same_person")
    assert office.office(f"policies/{number}:release", {}, "bo").status == 200
    assert office.fee(104, tickets) == (0, "P1")
    trace = body_of(office.refund(105, tickets))["tickets"][0]["trace"]
    assert (trace[-1]["rule"], trace[-1]["text"]["zh"]) == ("P1", BODY["text_zh"])
    assert office.office(f"policies/{number}:withdraw", {"reason": "over"}).status == 200
    assert office.fee(106, tickets) == ordinary


def test_its_time_is_kept_to_the_millisecond(office: Office) -> None:
    tickets = office.bought(1)
    office.released(ends="2026-11-21T14:00")
    begins = office.now_ms + HOUR_MS
    moments = [(begins - 1, ""), (begins, "P1"), (begins + HOUR_MS, "P1"), (begins + HOUR_MS + 1, "")]
    for name, (at_ms, policy) in enumerate(moments, start=101):
        office.now_ms = at_ms
        assert office.fee(name, tickets)[1] == policy


def test_the_newest_policy_wins(office: Office) -> None:
    tickets = office.bought(1)
    office.released(fee_percent=10)
    office.released(fee_percent=2)
    office.now_ms += 2 * HOUR_MS
    assert office.fee(101, tickets)[1] == "P2"
    office.office("policies/2:withdraw", {"reason": "x"})
    assert office.fee(102, tickets)[1] == "P1"


def test_a_trial_counts_people_and_money_and_is_what_really_comes(office: Office) -> None:
    tickets = [office.bought(1)[0], *office.bought(2, 3), office.bought(3, date=NEXT_WEEK)[0]]
    number = office.draft()
    before = office.station.snapshot()
    told = office.tried(number)
    assert office.station.snapshot() == before
    assert (told["out"]["people"], told["out"]["judged"]) == (5, 5)
    assert [(change["now"], change["people"]) for change in told["out"]["changes"]] == [("P1", 4)]
    office.now_ms = told["at_ms"]
    sales = (tickets[:1], tickets[1:4], tickets[4:])
    fees = sum(office.fee(name, each)[0] for name, each in enumerate(sales, start=101))
    assert office.office(f"policies/{number}:release", {}, "bo").status == 200
    freed = sum(office.fee(name, each)[0] for name, each in enumerate(sales, start=201))
    assert fees - freed == told["out"]["now_fen"] - told["out"]["before_fen"] == told["out"]["changes"][0]["more_fen"]
    assert fees > freed == 0


def test_what_came_back_is_tried_as_if_the_policy_had_stood(office: Office) -> None:
    tickets = office.bought(1, 2)
    offer = body_of(office.refund(101, tickets))
    office.now_ms += 1_000
    assert office.agree(101, offer["refund_fen"]).status == 200
    body_of(office.refund(102, office.bought(2)))  # offered and not taken up: no refund
    told = office.tried(office.draft())
    assert (told["past"]["people"], told["past"]["affected"], told["out"]["people"]) == (2, 2, 1)
    assert told["past"]["now_fen"] - told["past"]["before_fen"] == offer["fee_fen"]
    assert office.tried(office.draft(cities=["拉萨"]))["past"]["affected"] == 0


def test_who_has_travelled_before_it_begins_is_not_touched(office: Office) -> None:
    office.bought(1)
    late = {"begins": "2026-11-23T00:00", "ends": ""}
    assert office.tried(office.draft(**late))["out"]["people"] == 0
    assert office.tried(office.draft())["out"]["people"] == 1
    office.now_ms = DEPARTS
    assert office.tried(2)["out"]["people"] == 0


def test_a_released_policy_is_tried_against_the_rules_without_it(office: Office) -> None:
    office.bought(1)
    number = office.draft()
    told = office.tried(number)
    office.office(f"policies/{number}:release", {}, "bo")
    assert office.tried(number)["out"] == told["out"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"begins": "soon"}, (422, "out_of_range")), ({"ends": "2026-11-21T13:00"}, (422, "out_of_range")),
        ({"refund_until": "2020-01-01T00:00"}, (422, "out_of_range")), ({"begins": "2026-02-30T10:00"}, (422, "out_of_range")),
        ({"bought_before": "25:00"}, (422, "out_of_range")), ({"fee_percent": 101}, (400, "bad_request")),
        ({"text_en": ""}, (400, "bad_request")), ({"cities": [""]}, (400, "bad_request")), ({"begins": ""}, (422, "out_of_range")),
        ({"colour": 1}, (400, "bad_request")), ({"begins": "0001-01-01T00:00"}, None), ({"ends": "9999-12-31T24:00"}, None),
    ],
)  # fmt: skip
def test_what_makes_no_rule_is_refused(office: Office, changes: dict[str, Any], error: tuple[int, str] | None) -> None:
    reply = office.office("policies", {**BODY, **changes})
    if error is None:  # the ends of the calendar: a rule or a clear no
        assert reply.status in (201, 422)
    else:
        assert error_of(reply) == error
        assert office.steps == []


def test_what_is_done_is_done_once(office: Office) -> None:
    number = office.released()
    assert error_of(office.office(f"policies/{number}:release", {}, "bo")) == (409, "released")
    assert office.office(f"policies/{number}:withdraw", {"reason": "x"}, "bo").status == 200
    for what, body in (("release", {}), ("withdraw", {"reason": "x"})):
        assert error_of(office.office(f"policies/{number}:{what}", body, "bo")) == (409, "withdrawn")
    assert error_of(office.office("policies/9:release", {})) == (404, "no_such_policy")
    assert error_of(office.office("policies/x:release", {})) == (400, "bad_request")


def test_a_restart_judges_by_the_same_policies(office: Office) -> None:
    tickets = office.bought(1)
    office.released(fee_percent=3)
    office.office("policies/1:withdraw", {"reason": "x"})
    office.released()
    office.now_ms += 2 * HOUR_MS
    fee = office.fee(101, tickets)
    again = Office()
    again.now_ms = office.now_ms
    for step in office.steps:
        again.station.apply(step)
    assert again.station.policies.describe() == office.station.policies.describe()
    assert again.station.copy().policies.describe() == office.station.policies.describe()
    assert again.fee(102, tickets) == fee == (0, "P2")
