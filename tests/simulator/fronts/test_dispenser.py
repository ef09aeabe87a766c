"""The dispenser's front against its driver: the same orders, hands and power cuts, the same facts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    DispenserPast,
    NotesPresented,
    NotesRefused,
    NotesUncertain,
    TrayReopened,
    TrayStayedShut,
)
from tests.simulator.fronts.dispenser_rig import DEVICE, RIG, TRAY, device, paid_and_taken, pay, ready, spoil, take
from tests.simulator.fronts.harness import Bench, assert_same

# -- nominal


def change(bench: Bench) -> None:
    ready(bench)
    assert pay(bench, 1, {1: 3, 2: 1}) == NotesPresented(1, ((1, 3, 0), (2, 1, 0)))
    bench.run(4_000)
    assert take(bench) == 4
    bench.until(ChangeTaken)
    bench.run(2_000)
    paid_and_taken(bench, 2, {3: 10, 4: 3})
    paid_and_taken(bench, 3, {1: 20})
    bench.do(bench.it.recall)
    bench.run(1_000)


def nothing_asked(bench: Bench) -> None:
    assert pay(bench, 7, {}) == NotesRefused(7, "other")
    ready(bench)
    assert pay(bench, 8, {1: 0}) == NotesRefused(8, "other")
    pay(bench, 9, {1: 21})
    pay(bench, 10, {9: 1})
    paid_and_taken(bench, 11, {1: 1})


def too_early(bench: Bench) -> None:
    bench.do(lambda: bench.it.pay(1, {1: 2}))
    bench.run(6_000)


def retracted(bench: Bench) -> None:
    ready(bench)
    pay(bench, 1, {2: 4})
    bench.run(1_000)
    bench.do(lambda: bench.it.retract(1))
    bench.until(ChangeRetracted)
    bench.run(1_000)
    bench.do(lambda: bench.it.retract(1))
    bench.until(ChangeTaken)
    bench.run(1_000)
    pay(bench, 2, {1: 2})
    bench.run(1_000)
    take(bench)
    bench.do(lambda: bench.it.retract(2))
    bench.until(ChangeTaken)
    bench.run(5_000)
    pay(bench, 3, {1: 2})
    bench.run(500)
    take(bench)
    bench.until(ChangeTaken)
    bench.do(lambda: bench.it.retract(3))
    bench.run(3_000)


def queued(bench: Bench) -> None:
    ready(bench)
    for order in (1, 2, 3):
        bench.do(partial(bench.it.pay, order, {order: 2}))
    for _ in range(3):
        bench.until(NotesPresented)
        bench.run(900)
        take(bench)
    bench.until(ChangeTaken)
    bench.run(3_000)


def short_of_notes(bench: Bench) -> None:
    ready(bench)
    paid_and_taken(bench, 1, {4: 6})
    paid_and_taken(bench, 2, {4: 1})
    paid_and_taken(bench, 3, {1: 1})


def one_to_the_reject_bin(bench: Bench) -> None:
    ready(bench)
    bench.do(lambda: bench.it.test(2))
    bench.until(NotesPresented)
    bench.run(3_000)
    spoil(bench, "jam_dvt_ejt_next")
    bench.do(lambda: bench.it.test(1))
    bench.run(4_000)
    bench.do(lambda: device(bench).clear_path())
    bench.run(5_000)
    bench.do(lambda: bench.it.restart())
    bench.run(8_000)
    bench.do(lambda: bench.it.test(1))
    bench.run(4_000)


def parts(bench: Bench) -> None:
    ready(bench)
    bench.do(lambda: device(bench).remove_cassette(2))
    bench.run(5_000)
    paid_and_taken(bench, 1, {1: 1, 2: 1})
    bench.do(lambda: device(bench).refit_cassette(2))
    bench.run(5_000)
    bench.do(lambda: device(bench).remove_reject_tray())
    bench.run(5_000)
    paid_and_taken(bench, 2, {1: 1, 2: 1})
    bench.do(lambda: device(bench).refit_reject_tray())
    bench.run(5_000)
    paid_and_taken(bench, 3, {1: 1, 2: 1})


def plug(bench: Bench) -> None:
    ready(bench)
    paid_and_taken(bench, 1, {1: 2})
    bench.unplug("dispenser")
    bench.run(4_000)
    pay(bench, 2, {1: 1})
    bench.replug("dispenser")
    bench.until(DeviceReady)
    bench.run(1_000)
    bench.do(lambda: bench.it.pay(3, {1: 4}))
    bench.run(700)
    bench.unplug("dispenser")
    bench.run(8_000)
    bench.replug("dispenser")
    bench.until(NotesPresented)
    bench.run(2_000)
    take(bench)
    bench.run(4_000)
    bench.do(lambda: bench.it.pay(4, {1: 4}))
    bench.run(700)
    bench.unplug("dispenser")
    bench.until(NotesUncertain)
    bench.run(2_000)
    bench.replug("dispenser")
    bench.until(DeviceReady)
    bench.run(2_000)


def board_lost(bench: Bench) -> None:
    ready(bench)
    pay(bench, 1, {1: 2})
    bench.unplug("cabinet", getattr(bench.it, "_board", None))
    bench.run(3_000)
    bench.do(lambda: bench.it.retract(1))
    bench.run(3_000)
    pay(bench, 2, {1: 1})
    bench.replug("cabinet", getattr(bench.it, "_board", None))
    bench.until(DeviceReady)
    bench.run(2_000)
    bench.do(lambda: bench.it.retract(1))
    bench.run(3_000)
    paid_and_taken(bench, 3, {1: 1})


NOMINAL = [
    change,
    nothing_asked,
    too_early,
    retracted,
    queued,
    short_of_notes,
    one_to_the_reject_bin,
    parts,
    plug,
    board_lost,
]


def opened_again(bench: Bench, how: str) -> None:
    """Notes that lay out when the power failed lie behind a shut outlet until it is opened again."""
    ready(bench)
    pay(bench, 1, {2: 4})
    bench.run(1_000)
    bench.cut()
    bench.until(DispenserPast)
    bench.run(2_000)
    assert take(bench) == 0
    if how == "stuck":
        spoil(bench, "change_shutter_stuck", of="cabinet")
    elif how == "empty":
        bench.do(lambda: bench.it.retract(1))
        bench.run(5_000)
    elif how == "blind":
        bench.do(lambda: bench.twins["cabinet"].power(False, bench.now_ms))
        bench.run(5_000)
    bench.do(lambda: bench.it.present_again(1))
    bench.run(3_000)
    if how == "taken":
        take(bench)
        bench.run(3_000)
        paid_and_taken(bench, 2, {1: 2})
    elif how != "empty":
        bench.do(lambda: bench.it.retract(1))
        bench.run(5_000)


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
