"""The board's front against its driver: the same faults of board and line, the same facts."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from drivers.compose.board import Coil, Input
from kiosk.ports.cabinet import DoorMoved
from kiosk.ports.fact import DeviceReady
from tests.simulator.fronts.board_rig import RIG, hand, mend, order, spoil, twin
from tests.simulator.fronts.harness import Bench, assert_same

pytestmark = pytest.mark.slow


# -- faults

LASTING = [
    "wrong_unit", "exception_04", "silence_before", "silence_after", "bit_flip", "cut_frame",
    "reset_by_itself", "kick_ignored",
]  # fmt: skip
PASSING = ["noise", "duplicate_reply", "map_version_1", "counter_wrap", "two_doors", "door_0_stuck_open",
           "key_unread",
           "fan_stopped", "waste_sensor_full"]  # fmt: skip
ONCE = ["silence_before_once", "silence_after_once", "late_reply_once", "bit_flip_once", "cut_frame_once", "noise_once"]


def _touched(bench: Bench) -> None:
    """Something of everything."""
    bench.do(lambda: bench.it.entry_shutter(True))
    bench.run(1_000)
    hand(bench, "open_door", 0, True)
    bench.run(1_000)
    bench.do(lambda: bench.it.lamp("green", True))
    hand(bench, "close_door", 0)
    bench.run(1_000)
    hand(bench, "press_help")
    bench.run(4_000)


@pytest.mark.parametrize("fault", [*PASSING, *ONCE])
def test_what_the_board_does_wrong_shows_in_the_same_facts(fault: str) -> None:
    def script(bench: Bench) -> None:
        bench.until(DeviceReady)
        bench.run(2_000)
        spoil(bench, fault)
        bench.run(500)
        _touched(bench)
        mend(bench, fault)
        bench.run(3_000)
        spoil(bench, fault)
        bench.cut()
        bench.run(6_000)
        mend(bench, fault)
        bench.run(6_000)
        _touched(bench)

    assert any(isinstance(fact, DoorMoved) for fact in assert_same(RIG, script))


@pytest.mark.parametrize("fault", LASTING)
def test_a_board_that_cannot_be_talked_to_is_missed_and_found_again(fault: str) -> None:
    def script(bench: Bench) -> None:
        bench.until(DeviceReady)
        bench.run(2_300)
        bench.do(lambda: bench.it.entry_shutter(True))
        bench.run(1_300)
        spoil(bench, fault)
        bench.run(16_400)
        mend(bench, fault)
        bench.run(6_000)
        _touched(bench)
        spoil(bench, fault)
        bench.cut()
        bench.run(6_000)
        mend(bench, fault)
        bench.run(6_000)
        _touched(bench)

    facts = assert_same(RIG, script)
    assert sum(isinstance(fact, DeviceReady) for fact in facts) >= 3


@pytest.mark.parametrize("function", [2, 4, 5, 6])
@pytest.mark.parametrize("fault", ["silence_before", "silence_after_once", "reset_by_itself_once"])
def test_a_fault_aimed_at_one_question(fault: str, function: int) -> None:
    def script(bench: Bench) -> None:
        bench.until(DeviceReady)
        bench.run(3_300)
        spoil(bench, fault, targets={function})
        bench.do(lambda: bench.it.entry_shutter(True))
        bench.run(6_100)
        mend(bench, fault)
        bench.run(4_000)
        _touched(bench)

    assert any(isinstance(fact, DoorMoved) for fact in assert_same(RIG, script))


def test_board_alone_without_power() -> None:
    def script(bench: Bench) -> None:
        bench.until(DeviceReady)
        bench.run(3_300)
        bench.do(lambda: twin(bench).power(False, bench.now_ms))
        bench.run(5_000)
        bench.do(lambda: twin(bench).power(True, bench.now_ms))
        bench.run(3_000)
        _touched(bench)

    assert_same(RIG, script)


# -- a coil write that gets lost: the entry shutter follows all the same


def _lies(bench: Bench, seen: list[list[Any]], span_ms: int) -> None:
    """Second by second: what the host sees of the entry, and whether it is open."""
    for _ in range(span_ms // 1_000):
        bench.run(1_000)
        closed = bench.it.input(Input.ENTRY_SHUTTER_CLOSED)
        seen[-1].append((closed, twin(bench).tables.coils[Coil.ENTRY_SHUTTER]))


@pytest.mark.parametrize("fault", ["silence_before_once", "silence_after_once", "bit_flip_once", "cut_frame_once"])
@pytest.mark.parametrize("function", [0, 1, 2, 4, 5, 6])
@pytest.mark.parametrize("open_", [True, False])
@pytest.mark.parametrize("before_ms", [0, 40, 730])
def test_a_shutter_whose_order_got_lost_moves_in_the_end(
    fault: str, function: int, open_: bool, before_ms: int
) -> None:
    """`before_ms`: how long the line was spoilt when the order came. `function` 0: whatever is said next."""
    seen: list[list[Any]] = []

    def script(bench: Bench) -> None:
        seen.append([])
        bench.until(DeviceReady)
        bench.run(3_300)
        bench.do(lambda: bench.it.entry_shutter(not open_))
        bench.run(2_000)
        spoil(bench, fault, targets={function} if function else None)
        bench.run(before_ms)
        bench.do(lambda: bench.it.entry_shutter(open_))
        _lies(bench, seen, 13_000)
        mend(bench, fault)
        _lies(bench, seen, 3_000)
        bench.do(lambda: bench.it.entry_shutter(not open_))
        _lies(bench, seen, 2_000)

    assert_same(RIG, script)
    by_bytes, by_port = seen
    assert by_bytes == by_port
    assert by_port[2] == (not open_, open_)
    assert by_port[-1] == (open_, not open_)


@pytest.mark.parametrize("out_ms", [20, 900, 5_000, 14_000, 40_000])
@pytest.mark.parametrize("ordered", ["before", "while out", "both"])
def test_a_shutter_follows_a_board_that_was_pulled_and_plugged_in_again(out_ms: int, ordered: str) -> None:
    """Pulled for long it shuts by itself; what was wanted meanwhile, and nothing else, is so after the plug is in."""
    seen: list[list[Any]] = []

    def script(bench: Bench) -> None:
        seen.append([])
        bench.until(DeviceReady)
        bench.run(3_300)
        if ordered != "while out":
            bench.do(lambda: bench.it.entry_shutter(True))
            bench.run(2_000)
        bench.unplug("cabinet")
        if ordered != "before":
            bench.do(lambda: bench.it.entry_shutter(ordered == "while out"))
        bench.run(out_ms)
        if out_ms > 20_000:
            assert not twin(bench).tables.coils[Coil.ENTRY_SHUTTER]
        bench.replug("cabinet")
        bench.until(DeviceReady)
        _lies(bench, seen, 5_000)

    assert_same(RIG, script)
    by_bytes, by_port = seen
    assert by_bytes == by_port
    wanted = ordered != "both"
    assert by_port[-1] == (not wanted, wanted)


MOVED = [
    "tray_sensor_stuck_empty", "tray_sensor_stuck_full", "slot_sensor_stuck_empty", "slot_sensor_stuck_full",
    "change_sensor_stuck_empty", "change_sensor_stuck_full", "retract_sensor_full", "tray_never_empties",
    "deliver_partly", "deliver_flap_stuck", "dump_flap_stuck", "change_shutter_stuck", "change_flap_stuck",
    "slot_shutter_stuck", "slot_belt_stuck", "note_shutter_stuck", "too_hot", "door_0_stuck_closed",
]  # fmt: skip
"""The first fifteen say nothing by themselves: the devices beside the board notice them."""

BYTES_ONLY = {
    "late_reply": "an answer 700 ms late is taken for the one to a later question: levels come late, no fact differs at rest",
    "reply_to_previous": "answers to other questions are told apart by their frames",
    "reply_to_previous_once": "as reply_to_previous",
    "duplicate_reply_once": "as duplicate_reply, which is compared",
    "bouncing_doors": "how often a chattering contact is caught depends on the phase of the questions",
}
"""Faults that only bytes or the phase of questions can show, and why nothing corresponds to them at port level."""


@pytest.mark.parametrize("fault", MOVED)
def test_what_moves_wrongly_shows_in_the_same_levels(fault: str) -> None:
    levels: list[list[bool | None]] = []

    def script(bench: Bench) -> None:
        matter = twin(bench).body._matter
        bench.until(DeviceReady)
        spoil(bench, fault)
        for place in ("ticket.tray", "ticket.slot", "change.tray"):
            bench.do(partial(matter.new_blank, place))
        for coil in (8, 9, 10, 16, 17, 18, 19):
            bench.run(1_000)
            order(bench, Coil(coil), True)
            bench.run(1_000)
            levels.append([bench.it.input(which) for which in Input])
            order(bench, Coil(coil), False)
        hand(bench, "open_door", 0, True)
        bench.run(1_000)
        mend(bench, fault)
        _touched(bench)

    assert len(assert_same(RIG, script)) > 2
    assert levels[:7] == levels[7:]


def test_every_fault_is_compared_or_has_a_reason_not_to_be() -> None:
    board = RIG.twins(1)["cabinet"]
    compared = {*LASTING, *PASSING, *ONCE, *MOVED, "reset_by_itself_once"}
    assert board.fault_names().keys() == {*compared, *BYTES_ONLY}
