"""The dispenser's front against its driver: the same faults of device, line and tray, the same facts."""

from __future__ import annotations

import pytest

from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    NotesUncertain,
)
from tests.simulator.fronts.dispenser_rig import (
    DEVICE,
    OUTCOMES,
    RIG,
    TRAY,
    device,
    mend,
    paid_and_taken,
    pay,
    ready,
    spoil,
    take,
)
from tests.simulator.fronts.harness import Bench, assert_same

pytestmark = pytest.mark.slow


# -- the device's own faults

LINK = ["silence_before_once", "silence_after_once", "reset_by_itself_once", "late_reply_once", "noise_once",
        "bit_flip_once", "cut_frame_once", "duplicate_reply_once"]  # fmt: skip


@pytest.mark.parametrize("fault", [*DEVICE, *LINK])
def test_what_the_dispenser_does_wrong_shows_in_the_same_facts(fault: str) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        paid_and_taken(bench, 1, {1: 2, 2: 1})
        spoil(bench, fault)
        paid_and_taken(bench, 2, {1: 3, 3: 2})
        bench.run(5_000)
        mend(bench, fault)
        bench.run(5_000)
        paid_and_taken(bench, 3, {1: 1})
        bench.do(lambda: device(bench).clear_path())
        bench.run(5_000)
        bench.do(bench.it.restart)
        bench.run(8_000)
        paid_and_taken(bench, 4, {1: 1, 2: 2})

    facts = assert_same(RIG, script)
    assert [fact.order for fact in facts if isinstance(fact, OUTCOMES)] == [1, 2, 3, 4]


@pytest.mark.parametrize("fault", ["reject_full", "jam_ejt_exit_next", "response_lost_next", "silence_before_once",
                                   "silence_after_once", "reset_by_itself_once", "reject_next"])  # fmt: skip
def test_the_first_order_of_all_goes_wrong(fault: str) -> None:
    """Nothing to compare with: whether the device counts its orders is not known yet."""

    def script(bench: Bench) -> None:
        ready(bench)
        spoil(bench, fault, targets={0x52})
        paid_and_taken(bench, 1, {1: 3})
        paid_and_taken(bench, 2, {1: 3})
        bench.do(bench.it.recall)
        bench.run(4_000)

    assert len(assert_same(RIG, script)) > 5


@pytest.mark.parametrize("fault", ["silence_before", "silence_after", "reset_by_itself"])
def test_a_dispenser_that_cannot_be_talked_to(fault: str) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        paid_and_taken(bench, 1, {1: 1})
        spoil(bench, fault)
        pay(bench, 2, {1: 3})
        bench.run(30_000)
        pay(bench, 3, {1: 1})
        mend(bench, fault)
        bench.run(10_000)
        paid_and_taken(bench, 4, {1: 2})
        bench.run(5_000)

    assert any(isinstance(fact, NotesUncertain) for fact in assert_same(RIG, script))


@pytest.mark.parametrize("code", [0x50, 0x52, 0x55, 0x67])
@pytest.mark.parametrize("fault", ["silence_before", "silence_after"])
def test_one_command_is_never_answered(fault: str, code: int) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        paid_and_taken(bench, 1, {1: 1})
        spoil(bench, fault, targets={code})
        paid_and_taken(bench, 2, {1: 3})
        bench.run(10_000)
        mend(bench, fault)
        bench.run(10_000)
        paid_and_taken(bench, 3, {1: 2})

    assert len(assert_same(RIG, script)) > 5


# -- tray and flap


@pytest.mark.parametrize("fault", TRAY)
@pytest.mark.parametrize("moment", ["before", "while open"])
def test_what_the_tray_does_wrong(fault: str, moment: str) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        if moment == "before":
            spoil(bench, fault, of="cabinet")
            bench.run(500)
        pay(bench, 1, {1: 2})
        bench.run(500)
        spoil(bench, fault, of="cabinet")
        bench.run(500)
        bench.do(lambda: bench.it.retract(1))
        bench.run(4_000)
        pay(bench, 2, {1: 1})
        bench.run(3_000)
        take(bench)
        bench.run(3_000)
        mend(bench, fault, of="cabinet")
        bench.run(4_000)
        bench.do(lambda: bench.it.retract(2))
        bench.run(4_000)
        bench.do(lambda: bench.twins["cabinet"].open_door(3, True, bench.now_ms))
        bench.run(1_000)
        bench.do(lambda: bench.twins["cabinet"].close_door(3, bench.now_ms))
        bench.run(2_000)
        bench.do(bench.it.restart)
        bench.run(8_000)
        paid_and_taken(bench, 3, {1: 1})

    assert len(assert_same(RIG, script)) > 5


def test_notes_are_left_in_the_tray_by_a_hand() -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        pay(bench, 1, {1: 3})
        bench.run(1_000)
        matter = device(bench).body.matter
        bench.do(lambda: matter.move(matter.place("change.tray").things[0], "hand"))
        bench.run(3_000)
        bench.do(lambda: bench.it.retract(1))
        bench.until(ChangeRetracted)
        bench.run(3_000)

    assert any(isinstance(fact, ChangeRetracted) for fact in assert_same(RIG, script))


def test_the_retract_bin_is_full_and_notes_stay() -> None:
    def script(bench: Bench) -> None:
        matter = device(bench).body.matter
        matter.place("change.retract").capacity = 2
        ready(bench)
        pay(bench, 1, {1: 4})
        bench.run(1_000)
        bench.do(lambda: bench.it.retract(1))
        bench.run(5_000)
        paid_and_taken(bench, 2, {1: 1})

    assert any(isinstance(fact, ChangeRetractUncertain) for fact in assert_same(RIG, script))


BYTES_ONLY = {
    "late_reply": "answers a minute late make the line flap; once is compared",
    "bit_flip": "a spoilt answer each time is a line to be mended; once is compared",
    "cut_frame": "as bit_flip",
    "noise": "survived by the reader of frames; once is compared",
    "duplicate_reply": "as noise",
    "reply_to_previous": "answers to other questions are told apart by their frames",
    "reply_to_previous_once": "as reply_to_previous",
    "purge_fails": "the port has no order that clears the path",
}
"""Faults that only bytes can show, or nobody, and why nothing corresponds to them at port level."""


def test_every_fault_is_compared_or_has_a_reason_not_to_be() -> None:
    lasting = {"silence_before", "silence_after", "reset_by_itself"}
    twin = RIG.twins(1)["dispenser"]
    assert twin.fault_names().keys() == {*DEVICE, *LINK, *lasting, *BYTES_ONLY}
