"""Why a run sold what it sold is read from the journal's lines."""

from __future__ import annotations

from typing import Any

from simulator.endings import endings, in_the_way, stops
from simulator.timesplit import Line


def line(kind: str, *ends: dict[str, Any], **fact: Any) -> Line:
    return Line(0, kind, "", {"kind": kind, **fact}, tuple({"kind": "sale.end", **end} for end in ends))


LINES = (
    line("fault", device="screen", code="SCREEN_LOST", up=True),
    line("fault", device="screen", code="SCREEN_LOST", up=False),
    line("touch", {"outcome": "sold", "why": ""}),
    line("screen.lost", {"outcome": "cancelled", "why": "screen"}),
    line("touch", {"outcome": "cancelled", "why": "passenger"}),
    line("touch", {"outcome": "refunded", "why": "passenger"}),
    line("lock!", {"outcome": "cancelled", "why": "sold_out"}),
)


def test_endings_are_counted_by_outcome_and_reason() -> None:
    assert endings(LINES) == {
        "cancelled: passenger": 1,
        "cancelled: screen": 1,
        "cancelled: sold_out": 1,
        "refunded: passenger": 1,
        "sold": 1,
    }


def test_a_fault_counts_when_it_comes_and_not_when_it_goes() -> None:
    assert stops(LINES) == {"screen: SCREEN_LOST": 1}


def test_people_read_the_most_frequent_reason_first() -> None:
    assert in_the_way(endings(LINES), stops(LINES)) == (
        "changed their mind 2 · the screen was lost or late 1 · sold_out 1 · faults screen: SCREEN_LOST 1"
    )


def test_a_run_in_which_all_was_sold_has_nothing_to_explain() -> None:
    assert in_the_way({"sold": 4}, {}) == ""


def test_faults_that_ended_no_sale_are_not_told() -> None:
    assert in_the_way({"cancelled: passenger": 1}, {"ticket_unit: PAPER_OUT": 1}) == "changed their mind 1"
