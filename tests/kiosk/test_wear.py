"""Counters of each device and the two rates of note reading: TVM-058; service mode, row Counters."""

from __future__ import annotations

import pytest

from kiosk.records import Record, fact_of
from kiosk.stock import fresh
from kiosk.wear import CYCLES, Wear


def heard(*facts: Record) -> Wear:
    wear = Wear()
    for fact in facts:
        wear.hear(fact)
    return wear


def fault(device: str, code: str, up: bool = True) -> Record:
    return {"kind": "fault", "device": device, "code": code, "up": up, "detail": ""}


def seen(note: int) -> Record:
    return {"kind": "note.seen", "note": note, "value_fen": 10_000}


def refused(reason: str) -> Record:
    return {"kind": "note.refused", "reason": reason, "detail": ""}


START: Record = {"kind": "sale.start"}


def test_nothing_done_has_no_rates() -> None:
    wear = Wear()
    assert (wear.between_failures("acceptor"), wear.first_pass(), wear.acceptance()) == (None, None, None)


def test_a_failure_is_an_error_that_comes_up_and_not_a_warning() -> None:
    wear = heard(
        fault("acceptor", "NOTE_JAM"),
        fault("acceptor", "NOTE_JAM", up=False),
        fault("acceptor", "CHEATED"),
        fault("dispenser", "CASSETTE_LOW"),
        fault("acceptor", "NO_ANSWER"),
        fault("acceptor", "of a newer version"),
    )
    assert wear.failures == {"acceptor": 2}


def test_cycles_between_failures_are_whole_ones() -> None:
    wear = heard(*(seen(n) for n in range(7)), fault("acceptor", "BOX_JAM"), fault("acceptor", "NOTE_JAM"))
    assert wear.cycles == {"acceptor": 7}
    assert wear.between_failures("acceptor") == 3
    assert wear.between_failures("dispenser") is None


@pytest.mark.parametrize(
    ("result", "counted"), [("presented", 1), ("short", 1), ("unknown", 1), ("refused", 0), ("coins_refused", 0)]
)
def test_work_that_was_refused_is_none(result: str, counted: int) -> None:
    assert heard({"kind": "pay!", "result": result, "order": 1}).cycles["dispenser"] == counted


@pytest.mark.parametrize(
    ("facts", "rates"),
    [
        ([seen(1), seen(2)], (2, 2, 0)),
        ([refused("unreadable"), seen(1), seen(2)], (2, 1, 1)),
        ([refused("unreadable"), refused("folded"), seen(1)], (1, 0, 1)),
        ([refused("other"), START, seen(1)], (2, 1, 0)),
        ([refused("inhibited"), refused("double"), seen(1)], (1, 1, 0)),
    ],
    ids=[
        "all at once",
        "at the second try",
        "at the third",
        "given up, and the next passenger",
        "not wanted is not unread",
    ],
)
def test_a_note_counts_once_however_often_it_goes_in(facts: list[Record], rates: tuple[int, int, int]) -> None:
    wear = heard(*facts)
    assert (wear.tried, wear.first, wear.later) == rates


def test_the_two_rates() -> None:
    wear = heard(seen(1), seen(2), seen(3), refused("unreadable"), seen(4), refused("unreadable"), START)
    assert wear.first_pass() == pytest.approx(3 / 5)
    assert wear.acceptance() == pytest.approx(4 / 5)


def test_the_stock_hears_it_so_a_restart_finds_it_again() -> None:
    lines = [seen(1), refused("unreadable"), seen(2), fault("ticket_unit", "TICKET_JAM")]
    running, again = fresh({1: 1_000}), fresh({1: 1_000})
    for stock in (running, again):
        for line in lines:
            stock.hear(line)
    assert running.wear == again.wear
    assert running.wear.failures == {"ticket_unit": 1}
    assert running.wear.tried == 2


def test_the_kinds_are_those_of_the_ports() -> None:
    """A port that renames its facts would stop the counters in silence."""
    assert fact_of(seen(1)).kind in CYCLES
    assert fact_of({"kind": "slip!", "result": "printed", "slip": "A"}).kind in CYCLES


def test_the_station_is_told_of_each_device_and_of_the_notes() -> None:
    wear = heard(START, seen(1), refused("unreadable"), seen(2), fault("acceptor", "NOTE_JAM"), {"kind": "auth!"})
    assert wear.told() == {
        "devices": {"acceptor": {"cycles": 2, "failures": 1}, "payment": {"cycles": 1, "failures": 0}},
        "notes": {"tried": 2, "first": 1, "later": 1},
    }
