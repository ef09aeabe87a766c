"""The dispenser's front against its driver: the same orders, hands and power cuts, the same facts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    DispenserPast,
    NotesPresented,
    TrayReopened,
    TrayStayedShut,
)
from tests.simulator.fronts.dispenser_rig import DEVICE, RIG, TRAY, device, paid_and_taken, pay, ready, spoil, take
from tests.simulator.fronts.dispenser_scripts import NOMINAL, one_to_the_reject_bin, opened_again
from tests.simulator.fronts.harness import Bench, assert_same


@pytest.mark.parametrize("how", ["taken", "left", "stuck", "empty", "blind"])
def test_notes_in_the_outlet_are_opened_again_after_a_restart(how: str) -> None:
    facts = assert_same(RIG, partial(opened_again, how=how))
    said = (TrayReopened, TrayStayedShut, ChangeTaken, ChangeRetracted, ChangeRetractUncertain)
    assert [fact for fact in facts if isinstance(fact, said)] == {
        "taken": [TrayReopened(1), ChangeTaken(1), ChangeTaken(2)],
        "left": [TrayReopened(1), ChangeRetracted(1)],
        "stuck": [TrayStayedShut(1, "shutter"), ChangeRetracted(1)],
        "empty": [ChangeRetracted(1), ChangeTaken(1)],
        "blind": [TrayStayedShut(1, "no board"), ChangeRetractUncertain(1, "no board")],
    }[how]


@pytest.mark.parametrize("script", NOMINAL, ids=lambda script: script.__name__)
def test_front_reports_what_the_driver_reports(script: Callable[[Bench], None]) -> None:
    facts = assert_same(RIG, script)
    assert any(isinstance(fact, DispenserPast) for fact in facts)
    if script is one_to_the_reject_bin:
        assert any(isinstance(fact, NotesPresented) for fact in facts)


# -- power cuts


@pytest.mark.parametrize("after_ms", [0, 110, 390, 640, 890, 1_130, 1_420, 2_000, 2_750, 3_100])
@pytest.mark.parametrize("fault", ["", "last_result_lost", "reject_next"])
def test_power_fails_while_notes_are_paid(after_ms: int, fault: str) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        paid_and_taken(bench, 1, {2: 1})
        spoil(bench, *([fault] if fault else []))
        bench.do(lambda: bench.it.pay(2, {1: 3, 2: 1}))
        bench.run(after_ms)
        if after_ms >= 2_500:
            take(bench)
        bench.cut()
        ready(bench)
        bench.run(3_000)
        bench.do(lambda: bench.it.retract(2))
        bench.run(4_000)
        bench.do(lambda: device(bench).clear_path())
        bench.run(3_000)
        paid_and_taken(bench, 3, {1: 1})

    facts = assert_same(RIG, script)
    assert sum(isinstance(fact, DispenserPast) for fact in facts) == 2


@pytest.mark.parametrize("after_ms", [30, 330, 400, 700, 900])
def test_power_fails_while_notes_are_pulled_back(after_ms: int) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        pay(bench, 1, {1: 3})
        bench.run(1_000)
        bench.do(lambda: bench.it.retract(1))
        bench.run(after_ms)
        bench.cut()
        ready(bench)
        bench.do(lambda: bench.it.retract(1))
        bench.run(4_000)

    assert len(assert_same(RIG, script)) > 5


@pytest.mark.parametrize("seed", range(16))
def test_any_orders_faults_and_cuts(seed: int) -> None:
    def script(bench: Bench) -> None:
        dice = bench.dice
        ready(bench)
        for order in range(1, 13):
            if dice.random() < 0.4:
                spoil(bench, dice.choice(DEVICE[:21]))
            if dice.random() < 0.15:
                spoil(bench, dice.choice(TRAY), of="cabinet")
            counts = {dice.randrange(1, 5): dice.randrange(1, 6) for _ in range(dice.randrange(1, 3))}
            if dice.random() < 0.15:
                bench.do(partial(bench.it.pay, order, counts))
                bench.run(dice.choice([110, 390, 560]))
                bench.cut()
                ready(bench)
            else:
                pay(bench, order, counts)
                bench.run(1_300)
                if dice.random() < 0.6:
                    take(bench)
            bench.run(4_000)
            for twin in bench.twins.values():
                bench.do(twin.faults.clear)
            bench.run(2_600)
            bench.do(partial(bench.it.retract, order))
            bench.run(5_000)
            if dice.random() < 0.5:
                bench.do(lambda: device(bench).clear_path())
                bench.do(bench.it.restart)
                bench.run(9_000)

    assert len(assert_same(RIG, script, seed)) > 20


def test_nobody_wakes_while_nothing_changes() -> None:
    bench = Bench(RIG, "port")
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
