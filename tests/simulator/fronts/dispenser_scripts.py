"""What scripts do with a dispenser over a change tray, of whichever family: orders, hands, parts and plugs, no faults."""

from __future__ import annotations

from functools import partial

from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeTaken,
    DispenserPast,
    NotesPresented,
    NotesRefused,
    NotesUncertain,
)
from tests.simulator.fronts.dispenser_rig import OUTCOMES, device, paid_and_taken, pay, ready, spoil, take
from tests.simulator.fronts.harness import Bench


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
        bench.do(partial(bench.it.pay, order, {1 + order % len(bench.it.cassettes): 2}))
    for _ in range(3):
        bench.until(NotesPresented)
        bench.run(900)
        take(bench)
    bench.until(ChangeTaken)
    bench.run(3_000)


def short_of_notes(bench: Bench) -> None:
    ready(bench)
    scarce = len(bench.it.cassettes)
    paid_and_taken(bench, 1, {scarce: 6})
    paid_and_taken(bench, 2, {scarce: 1})
    paid_and_taken(bench, 3, {1: 1})


def one_to_the_reject_bin(bench: Bench) -> None:
    ready(bench)
    bench.do(lambda: bench.it.test(2))
    bench.until(lambda: any(isinstance(fact, OUTCOMES) for fact in bench.facts))
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
