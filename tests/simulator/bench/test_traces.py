"""Traces read back: from note to print, from touch to pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.bench.machine import Tail
from simulator.bench.parts.sales import note_waits
from simulator.bench.process import cpu_ns, memory
from simulator.bench.traces import Click, notes_to_print, read_trace, touches


def controller(*events: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(events, key=lambda event: event["us"])


STACKED = {"heard": "stack!", "result": "stacked"}
PRINT = {"sent": "ticket_unit", "bytes": 13_000, "head": "2143"}


def test_the_stations_time_is_taken_off_between_note_and_print() -> None:
    events = controller(
        {"us": 1_000, **STACKED},
        {"us": 50_000, **STACKED},
        {"us": 53_000, "call": "confirm", "out": True},
        {"us": 60_000, "call": "confirm", "out": False},
        {"us": 60_500, "heard": "confirm!", "result": "done"},
        {"us": 61_000, "sent": "ticket_unit", "bytes": 1, "head": "05"},
        {"us": 64_000, **PRINT},
        {"us": 900_000, **PRINT},
    )
    assert notes_to_print(events) == [7.0]


def test_other_calls_beside_it_are_ours_and_a_sale_without_print_has_no_figure() -> None:
    events = controller(
        {"us": 10_000, **STACKED},
        {"us": 11_000, "call": "renew", "out": True},
        {"us": 19_000, "call": "renew", "out": False},
        {"us": 20_000, "heard": "confirm!", "result": "refused"},
        {"us": 1_000_000, **STACKED},
        {"us": 1_004_000, "heard": "confirm!", "result": "done"},
        {"us": 1_005_000, **PRINT},
    )
    assert notes_to_print(events) == [5.0]


SCREEN = [
    {"us": 1_004, "press": [5, 5]},
    {"us": 5_000, "present": 900, "paint": 3_000, "rev": 7, "whole": 7},
    {"us": 61_002, "release": [5, 5]},
    {"us": 62_000, "present": 900, "paint": 400, "rev": 7, "whole": 7},
    {"us": 70_000, "show": 8},
    {"us": 90_000, "present": 2_000_000, "paint": 20_000, "rev": 8, "whole": 7},
    {"us": 90_100, "keys_of": 8, "keys": {"home": [0, 0, 10, 10]}},
    {"us": 106_000, "present": 2_000_000, "paint": 9_000, "rev": 8, "whole": 7},
    {"us": 270_000, "present": 2_000_000, "paint": 9_000, "rev": 8, "whole": 8},
]


def test_a_touch_counts_from_the_finger_not_from_the_program() -> None:
    told = touches(SCREEN, [Click(1_000, 61_000)])
    assert told.pixels == (4.0,)
    assert told.screen == (29.0,)
    assert told.rest == (209.0,)


def test_a_touch_of_nothing_and_one_that_changes_no_screen() -> None:
    nothing = touches([event for event in SCREEN if event["us"] > 400_000], [Click(1_000, 61_000)])
    assert (nothing.pixels, nothing.screen, nothing.rest) == ((), (), ())
    still = touches(SCREEN[:4], [Click(1_000, 61_000)])
    assert (still.pixels, still.screen) == ((4.0,), ())


def test_pictures_of_the_next_touch_are_not_those_of_this_one() -> None:
    later = [{**event, "us": event["us"] + 400_000} for event in SCREEN[:2]]
    told = touches(SCREEN[:4] + later, [Click(1_000, 61_000), Click(401_000, 461_000)])
    assert told.pixels == (4.0, 4.0)
    assert told.screen == ()


def test_a_trace_is_read_in_order_of_time_and_without_its_torn_end(tmp_path: Path) -> None:
    path = tmp_path / "some.trace"
    path.write_text('{"us":30,"turn":1}\n{"us":10,"turn":2}\n[]\n{"turn":3}\n{"us":4')
    assert [event["us"] for event in read_trace(path)] == [10, 30]
    assert read_trace(tmp_path / "none.trace") == []


def test_a_growing_trace_is_read_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "screen.trace"
    tail = Tail(path)
    assert tail.keys_of(1) is None
    path.write_text('{"us":1,"keys_of":1,"keys":{"a":[1,2,3,4]}}\n{"us":2,"keys_of":2,"ke')
    assert tail.keys_of(1) == {"a": [1, 2, 3, 4]}
    with path.open("a") as file:
        file.write('ys":{}}\n')
    assert tail.keys_of(2) == {}
    assert tail.keys_of(1) is None


def test_waits_of_the_acceptor_are_those_that_ended() -> None:
    motions = {"acceptor": [[0, 100, 160], [200, None, None], [300, 400, None]], "cabinet": [[0, 1, 900]]}
    assert note_waits(motions) == [60.0]
    assert note_waits({}) == []


def test_processor_time_of_all_threads_and_memory_are_read_from_proc(tmp_path: Path) -> None:
    for thread, ns in (("7", 1_000), ("8", 500)):
        (tmp_path / "7" / "task" / thread).mkdir(parents=True)
        (tmp_path / "7" / "task" / thread / "schedstat").write_text(f"{ns} 99 3\n")
    (tmp_path / "7" / "status").write_text("Name:\tx\nVmHWM:\t  2000 kB\nVmRSS:\t  1000 kB\n")
    assert cpu_ns(7, tmp_path) == 1_500
    told = memory(7, tmp_path)
    assert (told.now_mb, told.most_mb) == (1.024, 2.048)
