"""Three accounts of one run, journal, matter and passengers, must be the same; where they differ it is said."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.passenger.visit import Account
from simulator.report import MotionLog, disagreements, passengers_say, times
from simulator.timesplit import CLASSES, SaleTimes

BOUGHT = Account("exact", "bought", inserted_fen=[10_000, 500], returned_fen=[500], change_fen=[700], tickets=1)
TOLD: dict[str, Any] = {
    "open_sales": 0,
    "fen": {"kept": 10_000, "change": 700, "refund": 0},
    "tickets": {"taken": 1},
}


def test_what_passengers_say_is_summed() -> None:
    said = passengers_say([BOUGHT, BOUGHT, Account("cancel", "cancelled", inserted_fen=[500], change_fen=[500])])
    assert said == {
        "visits": {"cancel: cancelled": 1, "exact: bought": 2},
        "inserted_fen": 21_500,
        "returned_fen": 1_000,
        "got_fen": 1_900,
        "tickets": 2,
        "slips": 0,
    }


def test_equal_accounts_find_nothing() -> None:
    assert disagreements(passengers_say([BOUGHT]), TOLD, [BOUGHT]) == []


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            {"fen": {"kept": 9_900, "change": 700, "refund": 0}},
            "notes inserted: passengers say 10000, the journal 9900",
        ),
        (
            {"fen": {"kept": 10_000, "change": 0, "refund": 0}},
            "change and refunds taken: passengers say 700, the journal 0",
        ),
        ({"tickets": {"taken": 2}}, "tickets taken: passengers say 1, the journal 2"),
        ({"open_sales": 1}, "1 sales are still open"),
    ],
)
def test_a_difference_is_said(told: dict[str, Any], sentence: str) -> None:
    assert disagreements(passengers_say([BOUGHT]), {**TOLD, **told}, [BOUGHT]) == [sentence]


def test_a_passenger_who_is_stuck_is_a_difference() -> None:
    stuck = Account("large", "stuck")
    assert disagreements(passengers_say([BOUGHT, stuck]), TOLD, [BOUGHT, stuck]) == ["passenger 2 (large): stuck"]


def test_motions_are_gathered_piece_by_piece() -> None:
    log = MotionLog()
    log.gather({"now_ms": 70_000, "devices": {"acceptor": [[1, 2, 3], [5, None, None]], "cabinet": []}})
    log.gather({"now_ms": 80_000, "devices": {"acceptor": [[5, 6, 7], [8, 9, None]]}})
    assert log.devices == {"acceptor": [[1, 2, 3], [5, 6, 7], [8, 9, None]], "cabinet": []}
    assert log.since_ms == 20_000


def test_mean_times() -> None:
    each = [SaleTimes(number, 0, dict.fromkeys(CLASSES, number * 10)) for number in (1, 3)]
    assert times(each)["mean_ms"] == dict.fromkeys(CLASSES, 20)
    assert times([])["mean_ms"] == dict.fromkeys(CLASSES, 0)
