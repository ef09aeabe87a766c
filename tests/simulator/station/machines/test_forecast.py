"""When a place runs empty: exact where days are alike, eight times of ten between the two ends where they are not."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.console.outlook import Outlook, order
from simulator.station.machines.flows import HOUR_MS, KEPT_HOURS, Flows
from simulator.station.machines.forecast import HORIZON_HOURS, Due, due, profile
from simulator.station.machines.registers import Registers
from simulator.station.timetable import wall_ms
from tests.simulator.station.helpers import EPOCH, NOON, TODAY, small_world
from tests.simulator.station.machines.desk import Desk

MIDNIGHT = wall_ms(TODAY, 0)
HOUR = MIDNIGHT // HOUR_MS
SHOP = [0] * 6 + [4, 9, 14, 10, 8, 8, 9, 8, 8, 9, 13, 16, 12, 7, 4, 2] + [0] * 2
"""Pieces of each hour of a usual day: closed at night, two rushes."""


def days_of(count: int, dice: random.Random | None = None) -> dict[int, int]:
    """`count` days before MIDNIGHT, all alike or each busier or quieter and uneven."""
    moved: dict[int, int] = {}
    for day in range(1, count + 1):
        busy = dice.gauss(1.0, 0.2) if dice else 1.0
        for of_day, usual in enumerate(SHOP):
            moved[HOUR - 24 * day + of_day] = fallen(dice, usual * busy) if dice else usual
    return moved


def fallen(dice: random.Random, mean: float) -> int:
    """Bundles of two that come when they come: twice as uneven as single pieces."""
    left, bundles = mean / 2, 0
    while mean > 0 and (left := left - dice.expovariate(1.0)) > 0:
        bundles += 1
    return 2 * bundles


def begun(days: int) -> int:
    return MIDNIGHT - days * 24 * HOUR_MS - 1


def test_alike_days_are_forecast_to_the_minute() -> None:
    found = profile(days_of(14), begun(14), MIDNIGHT)
    assert found is not None
    assert found.rates == tuple(SHOP)
    assert due(found, sum(SHOP[:17]) + 8, MIDNIGHT).expected_ms == MIDNIGHT + 17 * HOUR_MS + HOUR_MS // 2
    assert due(found, 2 * sum(SHOP) + 4, MIDNIGHT).expected_ms == MIDNIGHT + 55 * HOUR_MS
    assert found.uneven == 1.0


def test_an_hour_that_has_begun_counts_for_what_is_left_of_it() -> None:
    found = profile(days_of(14), begun(14), MIDNIGHT)
    assert found is not None
    half_past = MIDNIGHT + 7 * HOUR_MS + HOUR_MS // 2
    assert due(found, 4.5, half_past).expected_ms == MIDNIGHT + 8 * HOUR_MS


def test_nothing_runs_out_while_the_station_sleeps() -> None:
    found = profile(days_of(14), begun(14), MIDNIGHT)
    assert found is not None
    night = MIDNIGHT + 22 * HOUR_MS
    assert due(found, 1, night).expected_ms == MIDNIGHT + 30 * HOUR_MS + HOUR_MS // 4
    assert due(found, 1, night).early_ms is not None
    assert (due(found, 1, night).early_ms or 0) >= MIDNIGHT + 30 * HOUR_MS


def test_too_little_known_is_no_forecast_and_one_day_is_a_wide_one() -> None:
    assert profile(days_of(1), MIDNIGHT - 3 * HOUR_MS, MIDNIGHT) is None
    one, all_ = profile(days_of(1), begun(1), MIDNIGHT), profile(days_of(14), begun(14), MIDNIGHT)
    assert one is not None
    assert all_ is not None
    wide, narrow = due(one, 80, MIDNIGHT), due(all_, 80, MIDNIGHT)
    assert width(wide) > 2 * width(narrow) > 0
    assert wide.expected_ms == narrow.expected_ms


def width(found: Due) -> int:
    assert found.early_ms is not None
    assert found.late_ms is not None
    return found.late_ms - found.early_ms


def test_what_is_over_is_due_now_and_what_lasts_a_week_is_not() -> None:
    found = profile(days_of(14), begun(14), MIDNIGHT)
    assert found is not None
    assert (due(found, 0, MIDNIGHT).early_ms, due(found, -5, MIDNIGHT).expected_ms) == (MIDNIGHT, MIDNIGHT)
    far = due(found, HORIZON_HOURS * 20, MIDNIGHT)
    assert (far.expected_ms, far.early_ms, far.late_ms) == (None, None, None)
    idle = profile({}, begun(5), MIDNIGHT)
    assert idle is not None
    assert due(idle, 1, MIDNIGHT).early_ms is None


@pytest.mark.parametrize(("days", "left"), [(14, 60), (14, 250), (5, 100)])
def test_eight_times_of_ten_the_truth_lies_between_the_ends(days: int, left: int) -> None:
    inside = before = after = 0
    rounds = 400
    for seed in range(rounds):
        dice = random.Random(seed)
        found = profile(days_of(days, dice), begun(days), MIDNIGHT)
        assert found is not None
        told = due(found, left, MIDNIGHT)
        assert told.early_ms is not None
        truth = ran_out(dice, left)
        before += truth < told.early_ms
        after += told.late_ms is not None and truth > told.late_ms
    inside = rounds - before - after
    assert 0.72 <= inside / rounds <= 0.92
    assert before / rounds <= 0.16  # who comes by the early end finds it in order nine times of ten
    assert after / rounds <= 0.16


def test_how_uneven_hours_are_and_how_days_differ_is_measured() -> None:
    found = [profile(days_of(14, random.Random(seed)), begun(14), MIDNIGHT) for seed in range(40)]
    uneven = [each.uneven for each in found if each is not None]
    differ = [each.days_differ for each in found if each is not None]
    assert 2.0 < sum(uneven) / 40 < 3.5  # bundles of two, and what busy days add to each hour
    assert 0.1 < sum(differ) / 40 < 0.25


def ran_out(dice: random.Random, left: float) -> int:
    """The hour in which it really was over, told as its middle; the days that follow are drawn as those before."""
    for day in range(20):
        busy = dice.gauss(1.0, 0.2)
        for of_day, usual in enumerate(SHOP):
            fell = fallen(dice, usual * busy)
            if fell >= left:
                return MIDNIGHT + (24 * day + of_day) * HOUR_MS + round(HOUR_MS * left / fell)
            left -= fell
    raise AssertionError("it never ran out")


@given(
    counts=st.lists(st.integers(-20, 50), min_size=4, max_size=400),
    left=st.integers(1, 900),
    minute=st.integers(0, 59),
)
def test_the_ends_stand_in_order_and_the_spread_only_grows(counts: list[int], left: int, minute: int) -> None:
    moved = {HOUR - 1 - at: count for at, count in enumerate(counts)}
    now_ms = MIDNIGHT + minute * 60_000
    found = profile(moved, MIDNIGHT - len(counts) * HOUR_MS - 1, now_ms)
    assert found is not None
    told = due(found, left, now_ms)
    last_ms = now_ms + (HORIZON_HOURS + 1) * HOUR_MS
    early, expected, late = (each or last_ms for each in (told.early_ms, told.expected_ms, told.late_ms))
    assert now_ms <= early <= expected <= late <= last_ms
    assert all(low <= max(gone, 0) and high >= gone for _, gone, low, high in told.curve)
    assert [at_ms for at_ms, *_ in told.curve] == sorted({at_ms for at_ms, *_ in told.curve})


# -- what it is made of


def stacked(note: int, **more: Any) -> dict[str, Any]:
    return {"kind": "stack!", "result": "stacked", "note": note, "value_fen": 10_000, **more}


PAID = {"kind": "pay!", "result": "presented", "order": 7, "counts": [[1, 3, 1], [2, 2, 0]]}
COINS = {"kind": "pay!", "result": "coins", "order": 8, "hopper": 1, "coins": 4, "counts": []}
PRINTED = {"kind": "print!", "result": "in_tray", "key": "a"}
SPOILED = {"kind": "print!", "result": "spoiled", "key": "b", "blanks": 2}


def told(*facts: dict[str, Any], at_ms: int = NOON) -> Flows:
    flows, registers = Flows(), Registers()
    for each in facts:
        flows.hear(each, at_ms, registers)
    return flows


def sums(flows: Flows) -> dict[str, int]:
    return {place: sum(moved.values()) for place, moved in sorted(flows.hours.items())}


def test_each_piece_is_counted_at_its_place_and_once() -> None:
    recycled = stacked(3, result="recycled", cassette=2)
    once = (stacked(1), stacked(2), recycled, PAID, COINS, PRINTED, SPOILED)
    expected = {"box": 2, "cassette.1": -4, "cassette.2": -1, "hopper.1": -4, "roll": -3}
    assert sums(told(*once)) == sums(told(*(each for each in once for _ in range(2)))) == expected


def test_people_who_fill_and_count_are_no_flow() -> None:
    desk = Desk(small_world())
    fill = {"kind": "cassette.fill", "cassette": 1, "value_fen": 1_000, "before": 0, "after": 300}
    load = {"kind": "roll.load", "before": 0, "after": 600}
    desk.tell(({"kind": "op.act", "act": "fill"}, [fill, load]), ({**PAID}, []))
    flows = desk.station.machines.told["T07", EPOCH].flows
    assert sums(flows) == {"cassette.1": -4, "cassette.2": -2}
    again = desk.replayed().machines.told["T07", EPOCH].flows
    assert (again.hours, again.first_ms) == (flows.hours, flows.first_ms)


def test_only_the_last_days_are_kept() -> None:
    flows, registers = Flows(), Registers()
    for hour in range(2 * KEPT_HOURS):
        flows.hear(stacked(hour + 1), NOON + hour * HOUR_MS, registers)
    assert len(flows.hours["box"]) == KEPT_HOURS
    assert max(flows.hours["box"]) == NOON // HOUR_MS + 2 * KEPT_HOURS - 1


STATUS = {
    "state_seq": 1, "mode": "normal", "reasons": [], "faults": [], "box": 990, "roll": 400,
    "cassettes": {"1": 60, "2": 300, "3": 55}, "values": {"1": 1_000, "2": 5_000, "3": 1_000}, "coins": {"1": [100, 200]},
    "limits": {"box_capacity": 1_000, "cassette_capacity": 500, "cassette_low": 50, "hopper_capacity": 800,
               "hopper_low": 30, "roll_capacity": 1_500, "roll_low": 50},
}  # fmt: skip


def desk_with(status: dict[str, Any]) -> Desk:
    """Two days, each hour of which takes 5 notes, pays one ¥10 note and prints two tickets."""
    desk = Desk(small_world())
    desk.ask("PUT", "/v1/devices/T07/status", status)
    number = 0
    for hour in range(48):
        at_ms = NOON + (hour - 48) * HOUR_MS
        notes = [stacked(number + each) for each in range(1, 6)]
        pay = {"kind": "pay!", "result": "presented", "order": hour + 1, "counts": [[1, 1, 0]]}
        tickets = [{**PRINTED, "key": f"{hour}.{each}"} for each in range(2)]
        desk.tell(*((each, []) for each in (*notes, pay, *tickets)), wall_ms=at_ms)
        number += 5
    return desk


def test_a_machine_says_what_is_due_first_by_denomination() -> None:
    desk = desk_with(STATUS)
    seen = Outlook(desk.station).machine("T07", NOON)
    by_place = {item["place"]: item for item in seen["items"]}
    assert [item["place"] for item in seen["items"]][:2] == ["box", "notes.1000"]
    assert set(by_place) == {"box", "notes.1000", "notes.5000", "coins.100", "roll"}
    assert by_place["box"]["expected_ms"] == NOON + 2 * HOUR_MS
    tens = by_place["notes.1000"]
    assert (tens["now"], tens["limit"], tens["expected_ms"]) == (115, 100, NOON + 15 * HOUR_MS)
    assert (by_place["notes.5000"]["state"], by_place["roll"]["per_day"]) == ("fine", 48.0)
    assert seen["due_ms"] == by_place["box"]["early_ms"] < NOON + 2 * HOUR_MS
    assert len(tens["curve"]) == 49


def test_what_is_over_comes_first_and_what_is_unknown_is_said_to_be() -> None:
    desk = Desk(small_world())
    assert Outlook(desk.station).machine("T07", NOON)["items"] == []
    desk.ask("PUT", "/v1/devices/T07/status", {**STATUS, "roll": 12})
    seen = Outlook(desk.station).machine("T07", NOON)
    states = {item["place"]: item["state"] for item in seen["items"]}
    assert states.pop("roll") == "over"
    assert set(states.values()) == {"unknown"}
    assert seen["due_ms"] == NOON
    other = Outlook(desk.station).machine("T08", NOON)
    assert [one["machine"] for one in order([other, seen])] == ["T07", "T08"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"limits": 7}, {"limits": {"roll_low": "x", "roll_capacity": True}}, {"cassettes": []}, {"values": {"1": "ten"}},
        {"coins": {"1": 5, "2": [1]}}, {"box": None, "roll": "many"}, {"cassettes": {"1": None}},
    ],
)  # fmt: skip
def test_a_status_that_makes_no_sense_is_no_forecast_and_no_error(wrong: dict[str, Any]) -> None:
    desk = Desk(small_world())
    desk.ask("PUT", "/v1/devices/T07/status", {**STATUS, **wrong})
    seen = Outlook(desk.station).machine("T07", NOON)
    assert len(seen["items"]) < 5
