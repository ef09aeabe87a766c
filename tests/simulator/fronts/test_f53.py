"""The F53's front against its driver: the same orders, hands, cuts and faults, the same facts, the notes in the same places."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from kiosk.faults import FaultCode
from kiosk.ports.note_dispenser import DispenserPast
from simulator.devices.f53.faults import FAULTS
from simulator.fronts.port.f53 import mechanism
from tests.simulator.fronts.dispenser_rig import (
    F53_RIG,
    OUTCOMES,
    TRAY,
    device,
    mend,
    paid_and_taken,
    pay,
    ready,
    spoil,
    take,
)
from tests.simulator.fronts.dispenser_scripts import NOMINAL, opened_again
from tests.simulator.fronts.harness import Bench, assert_same

LINK = ["silence_before_once", "silence_after_once", "reset_by_itself_once", "late_reply_once"]
MAKES_NOTHING = ["noise_once", "bit_flip_once", "cut_frame_once", "duplicate_reply_once"]
LASTING = ["silence_before", "silence_after", "reset_by_itself"]
BATCHES = 5
COMMANDS = [0x01, 0x02, 0x03]


@pytest.mark.parametrize("script", NOMINAL, ids=lambda script: script.__name__)
def test_front_reports_what_the_driver_reports(script: Callable[[Bench], None]) -> None:
    facts = assert_same(F53_RIG, script)
    assert any(isinstance(fact, DispenserPast) for fact in facts)


@pytest.mark.parametrize("how", ["taken", "blind"])
def test_notes_in_the_outlet_are_opened_again_after_a_restart(how: str) -> None:
    assert len(assert_same(F53_RIG, partial(opened_again, how=how))) > 5


@pytest.mark.parametrize("after_ms", [0, 110, 640, 1_420, 2_750, 4_000])
def test_power_fails_while_notes_are_paid(after_ms: int) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        spoil(bench, "reject_next")
        bench.do(lambda: bench.it.pay(2, {1: 3, 2: 1}))
        bench.run(after_ms)
        bench.cut()
        ready(bench)
        bench.do(lambda: bench.it.retract(2))
        bench.run(3_000)
        paid_and_taken(bench, 3, {1: 1})

    facts = assert_same(F53_RIG, script)
    assert sum(isinstance(fact, DispenserPast) for fact in facts) >= 2


@pytest.mark.parametrize("first", range(BATCHES))
def test_what_the_dispenser_does_wrong_shows_in_the_same_facts(first: int) -> None:
    """Fault after fault with a technician between them: to begin anew for each would be most of the time."""
    faults = [*FAULTS, *LINK, *MAKES_NOTHING][first::BATCHES]

    def script(bench: Bench) -> None:
        ready(bench)
        for order, fault in enumerate(faults):
            spoil(bench, fault)
            pay(bench, order, {1: 3, 3: 2})
            bench.run(1_000)
            take(bench)
            bench.run(1_000)
            mend(bench, fault)
            bench.do(lambda: device(bench).clear_path())
            bench.do(bench.it.restart)
            bench.run(6_500)

    facts = assert_same(F53_RIG, script)
    assert [fact.order for fact in facts if isinstance(fact, OUTCOMES)] == list(range(len(faults)))


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("code", COMMANDS)
def test_one_command_is_never_answered(fault: str, code: int) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        spoil(bench, fault, targets={code})
        pay(bench, 1, {1: 3})
        bench.run(1_000)
        take(bench)
        bench.run(5_000)
        mend(bench, fault)
        bench.do(bench.it.restart)
        bench.run(8_000)
        pay(bench, 2, {1: 2})

    assert len(assert_same(F53_RIG, script)) > 5


@pytest.mark.parametrize("seed", range(2))
def test_any_orders_faults_and_cuts(seed: int) -> None:
    def script(bench: Bench) -> None:
        dice = bench.dice
        ready(bench)
        for order in range(1, 8):
            if dice.random() < 0.5:
                spoil(bench, dice.choice([*FAULTS, *LINK]))
            if dice.random() < 0.15:
                spoil(bench, dice.choice(TRAY), of="cabinet")
            counts = {dice.randrange(1, 5): dice.randrange(1, 6) for _ in range(dice.randrange(1, 3))}
            if dice.random() < 0.2:
                bench.do(partial(bench.it.pay, order, counts))
                bench.run(dice.choice([110, 390, 1_560]))
                bench.cut()
                ready(bench)
            else:
                pay(bench, order, counts)
                bench.run(1_300)
                if dice.random() < 0.6:
                    take(bench)
            for twin in bench.twins.values():
                bench.do(twin.faults.clear)
            bench.run(2_600)
            bench.do(partial(bench.it.retract, order))
            bench.run(3_000)
            if dice.random() < 0.5:
                bench.do(lambda: device(bench).clear_path())
                bench.do(bench.it.restart)
                bench.run(7_000)

    assert len(assert_same(F53_RIG, script, seed)) > 12


def test_a_front_that_believes_more_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it counted as out after an abnormal end is unknown; a front that took the unit at its word differs from the driver."""

    def script(bench: Bench) -> None:
        ready(bench)
        spoil(bench, "short_pick_next")
        pay(bench, 1, {1: 2})
        pay(bench, 2, {2: 1})

    believes = mechanism.judged
    monkeypatch.setattr(mechanism, "judged", lambda asked, result: believes(asked, result)._replace(reason="counted"))
    with pytest.raises(AssertionError, match="facts differ"):
        assert_same(F53_RIG, script)
    monkeypatch.undo()
    assert len(assert_same(F53_RIG, script)) > 5


def test_nobody_wakes_while_nothing_changes() -> None:
    bench = Bench(F53_RIG, "port")
    ready(bench)
    paid_and_taken(bench, 1, {1: 3})
    bench.run(5_000)
    turns = 0

    def counted(now_ms: int) -> None:
        nonlocal turns
        turns += 1

    assert bench.reactor is not None
    bench.reactor.turn_done = counted
    bench.run(3_600_000)
    assert turns <= 3


def test_a_reject_box_that_was_missing_stays_told_until_somebody_was_there() -> None:
    """Its STATUS says nothing of the box: only the technician's restart does."""

    def script(bench: Bench) -> None:
        ready(bench)
        spoil(bench, "reject_tray_missing")
        pay(bench, 1, {1: 1})
        mend(bench, "reject_tray_missing")
        bench.run(5_000)

    last = [fact for fact in assert_same(F53_RIG, script) if getattr(fact, "code", "") == FaultCode.REJECT_OUT.name]
    assert [fact.up for fact in last] == [True]


BYTES_ONLY = {
    "late_reply": "answers a minute late make the line flap; once is compared",
    "bit_flip": "a spoilt answer each time is a line to be mended; once is compared",
    "cut_frame": "as bit_flip",
    "noise": "survived by the reader of frames; once is compared",
    "duplicate_reply": "as noise",
    "reply_to_previous": "answers to other questions are told apart by their frames",
    "reply_to_previous_once": "as reply_to_previous",
}
"""Faults that only bytes can show, and why nothing corresponds to them at port level."""


def test_every_fault_is_compared_or_has_a_reason_not_to_be() -> None:
    twin = F53_RIG.twins(1)["dispenser"]
    assert twin.fault_names().keys() == {*FAULTS, *LINK, *MAKES_NOTHING, *LASTING, *BYTES_ONLY}
