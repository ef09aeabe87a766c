"""Who may log in at the open cabinet: the set that two persons released at the station, on a whole controller with its journal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kiosk.identity import Operator
from kiosk.office import LONGEST_TEXT
from kiosk.parameter_set import read_set
from kiosk.ports.station import InboxHeard, StationBack
from kiosk.ports.trips import SignedText
from simulator.station.machines.operators import MOST, hash_pin
from tests.kiosk.bench import Bench
from tests.kiosk.screen.world import WALL_MS
from tests.kiosk.test_office import SIGNER, parameters, signed, told
from tests.kiosk.test_service import last, log_in
from tests.simulator.station.helpers import body_of
from tests.simulator.station.machines.desk import Desk

HASH = hash_pin("864209")
BOSS = {"name": "赵敏", "english": "Zhao Min", "role": "supervisor", "until_ms": 0, "pin_hash": HASH}
CASH = {**BOSS, "name": "钱进", "english": "Qian Jin", "role": "cash"}


def people(version: int, expires_ms: int = 0, **body: dict[str, Any]) -> SignedText:
    times = {"effective_ms": 0, "expires_ms": expires_ms}
    listed = {name[1:]: one for name, one in body.items()}
    return signed({"kind": "parameters", "set": "operators", "version": version, **times, "body": listed})


def up(*sets: SignedText) -> Bench:
    return Bench(station_key=SIGNER.public).up().say(InboxHeard((), sets))


def page_after(bench: Bench, number: str, pin: str) -> tuple[str, str]:
    """(page, message) after somebody tried to come in; whoever came in is out again."""
    state = log_in(bench.touch("service"), number, pin).service.state
    found = state.page, state.message
    bench.touch("svc:logout" if found[0] == "menu" else "svc:back")
    return found


IN, OUT = ("menu", ""), ("login", "wrong")


def test_what_two_persons_released_decides_who_comes_in_also_after_a_power_cut() -> None:
    desk, bench = Desk(), up()
    assert page_after(bench, "1003", "975314") == IN
    newcomer = {
        "number": "2001",
        "name": "赵敏",
        "english": "Zhao Min",
        "role": "supervisor",
        "until_ms": 0,
        "pin": "864209",
    }
    change = {"change": [newcomer], "remove": [], "effective_ms": 0, "reason": "a test"}
    assert desk.office("operators", change).status == 201
    assert desk.office("parameters/operators/1:release", {}, "bo").status == 200
    sets = [
        SignedText(**entry) for entry in body_of(desk.ask("GET", "/v1/devices/T07/inbox", after="0", have="0"))["sets"]
    ]
    bench.say(InboxHeard((), tuple(sets)))
    assert bench.controller.status()["operators"] == 1
    for machine in (bench, bench.power_cut().up()):
        assert page_after(machine, "1003", "975314") == OUT
        assert page_after(machine, "2001", "000000") == OUT
        assert page_after(machine, "2001", "864209") == IN
        assert last(machine)[0] == {"kind": "op.logout", "operator": "2001", "why": "key"}
        assert "864209" not in machine.on_disk()
    assert "864209" not in json.dumps([desk.steps, desk.station.snapshot()])
    assert "argon2" not in json.dumps(desk.station.snapshot())


def test_who_is_logged_in_finishes_and_a_page_that_is_held_open_keeps_nothing_waiting() -> None:
    bench = log_in(up().touch("service"), "1001")
    bench.say(InboxHeard((), (people(1, _2001=BOSS),))).wait(60_000)
    assert told(bench, "params.people") == []
    bench.touch("svc:act:load_roll")
    assert bench.service.state.page == "task"
    bench.touch("svc:back", "svc:logout").wait(2_000)
    assert told(bench, "sys.params")[-1]["set"] == "operators"
    bench.touch("service").say(InboxHeard((), (people(2, _2001=BOSS, _1001=CASH),)))
    assert bench.service.state.page == "login"
    assert [fact["version"] for fact in told(bench, "sys.params")] == [1, 2]
    log_in(bench, "1001", "864209")
    assert bench.service.state.operator == Operator("1001", **CASH)


def test_a_log_in_ends_at_its_time_by_the_clock_of_the_station_and_says_so() -> None:
    until_ms = WALL_MS + 600_000
    bench = up(people(1, _2001=BOSS, _2002={**CASH, "until_ms": until_ms}))
    assert page_after(bench, "2002", "864209") == IN
    bench.say(StationBack(until_ms - bench.clock.wall_ms()))
    assert page_after(bench, "2002", "000000") == OUT
    assert page_after(bench, "2002", "864209") == ("login", "ended")
    assert last(bench)[0] == {"kind": "op.denied", "number": "2002", "tries": 2}
    assert page_after(bench, "2001", "864209") == IN


def test_both_sets_hold_side_by_side() -> None:
    bench = up(parameters(1, roll_low=700), people(2, _2001=BOSS))
    assert (bench.controller.status()["parameters"], bench.controller.status()["operators"]) == (1, 2)
    assert "roll_low" in bench.controller.mode.reasons
    assert bench.station.inbox[-1] == (0, 2) or bench.wait(20_000).station.inbox[-1] == (0, 2)


def weak(cost: str) -> dict[str, Any]:
    return {**BOSS, "pin_hash": HASH.replace("m=7168,t=5", cost)}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (people(5, _2001=CASH), "operators: no supervisor whose log-in has no end"),
        (people(5, _2001={**BOSS, "until_ms": WALL_MS}), "operators: no supervisor whose log-in has no end"),
        (people(5, expires_ms=WALL_MS * 2, _2001=BOSS), "operators: a set of them has no end"),
        (people(5, _201=BOSS), "operators: a number is 4 to 8 digits"),
        (people(5, _2001={**BOSS, "role": "auditor"}), "2001: role is none of maintainer, cash, supervisor"),
        (people(5, _2001={**BOSS, "name": ""}), "2001: name is not 1 to 12 letters"),
        (people(5, _2001={**BOSS, "english": "a\nb"}), "2001: english is not 1 to 24 letters"),
        (people(5, _2001={**BOSS, "until_ms": -1}), "2001: until_ms is no time"),
        (people(5, _2001={**BOSS, "until_ms": False}), "2001: not name, english, role, until_ms and pin_hash"),
        (people(5, _2001={**BOSS, "pin": "864209"}), "2001: not name, english, role, until_ms and pin_hash"),
        (people(5, _2001=weak("m=4194304,t=5")), "2001: pin_hash is not what a log-in can check"),
        (people(5, _2001=weak("m=8,t=1")), "2001: pin_hash is not what a log-in can check"),
        (people(5, **{f"_{n}": BOSS for n in range(2000, 2025)}), "operators: more than 24"),
        (people(4, _2001=BOSS), "version"),
    ],
)
def test_a_set_that_is_none_is_refused_with_the_reason_and_those_before_stay(entry: SignedText, reason: str) -> None:
    bench = up(people(4, _2002=BOSS)).say(InboxHeard((), (entry,)))
    assert [(fact["set"], fact["reason"]) for fact in told(bench, "params.refused")] == [("operators", reason)]
    assert "864209" not in bench.on_disk()
    assert page_after(bench, "2002", "864209") == IN


def test_the_longest_set_that_the_station_lets_pass_is_read() -> None:
    """What is longer could not be refused by its number, and would be told for ever."""
    body = {str(20_000_000 + n): {**BOSS, "name": "赵" * 12, "english": "z" * 24, "until_ms": n} for n in range(MOST)}
    listed = {"effective_ms": 10**14, "expires_ms": 0, "version": 10**9, "body": body}
    entry = signed({"kind": "parameters", "set": "operators", **listed})
    assert len(entry.text) < LONGEST_TEXT
    assert len(read_set(entry.text).people) == MOST
