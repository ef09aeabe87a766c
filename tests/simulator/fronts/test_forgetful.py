"""Fronts of dispensers without a memory against their drivers: the same orders, hands, cuts and faults, the same facts, and the
notes in the same places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import product

import pytest

from kiosk.faults import FaultCode
from kiosk.ports.note_dispenser import DispenserPast, NotesUncertain
from simulator.devices.f53.faults import FAULTS as F53_FAULTS
from simulator.devices.lcdm.faults import FAULTS_2000
from simulator.fronts.port.f53 import mechanism as f53
from simulator.fronts.port.lcdm50 import mechanism as lcdm50
from tests.simulator.fronts.dispenser_rig import (
    F53_RIG,
    LCDM2000_RIG,
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
from tests.simulator.fronts.dispenser_scripts import (
    change,
    one_to_the_reject_bin,
    parts,
    plug,
    short_of_notes,
    too_early,
)
from tests.simulator.fronts.harness import Bench, Rig, assert_same, both

RIGS: Mapping[str, Rig] = {"f53": F53_RIG, "lcdm2000": LCDM2000_RIG}
FAULTS = {"f53": list(F53_FAULTS), "lcdm2000": [name for name in FAULTS_2000 if name != "purge_fails"]}
LINK = ["silence_before_once", "silence_after_once", "reset_by_itself_once", "late_reply_once"]
MAKES_NOTHING = ["noise_once", "bit_flip_once", "cut_frame_once", "duplicate_reply_once"]
LASTING = ["silence_before", "silence_after", "reset_by_itself"]
BATCHES = 3
COMMANDS = [("f53", 0x01), ("f53", 0x03), ("lcdm2000", 0x45)]
BOTH = pytest.mark.parametrize("model", list(RIGS))


def unplugged(bench: Bench) -> None:
    """A unit that says its result twice in a second and then never again: what came out meanwhile is unknown."""
    ready(bench)
    bench.do(lambda: bench.it.pay(1, {1: 4}))
    bench.run(700)
    bench.unplug("dispenser")
    bench.run(8_000)
    bench.replug("dispenser")
    bench.until(NotesUncertain)
    bench.run(2_000)
    bench.do(lambda: bench.it.retract(1))
    bench.run(3_000)
    paid_and_taken(bench, 2, {1: 1})


MECHANICAL = [change, too_early, short_of_notes, one_to_the_reject_bin, parts]
"""The others are about the tray, which is the same front whatever pays into it: `test_dispenser` compares it."""
SCRIPTS = [*product(RIGS, MECHANICAL), ("f53", plug), ("lcdm2000", unplugged)]


@pytest.mark.parametrize(("model", "script"), SCRIPTS, ids=lambda one: getattr(one, "__name__", one))
def test_front_reports_what_the_driver_reports(model: str, script: Callable[[Bench], None]) -> None:
    facts = assert_same(RIGS[model], script)
    assert any(isinstance(fact, DispenserPast) for fact in facts)


@pytest.mark.parametrize("after_ms", [110, 640, 2_750])
@BOTH
def test_power_fails_while_notes_are_paid(model: str, after_ms: int) -> None:
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

    facts = assert_same(RIGS[model], script)
    assert sum(isinstance(fact, DispenserPast) for fact in facts) >= 2


@pytest.mark.parametrize("first", range(BATCHES))
@BOTH
def test_what_the_dispenser_does_wrong_shows_in_the_same_facts(model: str, first: int) -> None:
    """Fault after fault with a technician between them: to begin anew for each would be most of the time."""
    faults = [*FAULTS[model], *LINK, *MAKES_NOTHING][first::BATCHES]

    def script(bench: Bench) -> None:
        ready(bench)
        for order, fault in enumerate(faults):
            spoil(bench, fault)
            pay(bench, order, {1: 2, 2: 1})
            bench.run(1_000)
            take(bench)
            bench.run(1_000)
            mend(bench, fault)
            bench.do(lambda: device(bench).clear_path())
            bench.do(bench.it.restart)
            bench.do(partial(bench.it.retract, order))
            bench.run(5_800)

    facts = assert_same(RIGS[model], script)
    assert [fact.order for fact in facts if isinstance(fact, OUTCOMES)] == list(range(len(faults)))


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize(("model", "code"), COMMANDS)
def test_one_command_is_never_answered(fault: str, model: str, code: int) -> None:
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

    assert len(assert_same(RIGS[model], script)) > 5


def test_a_unit_that_never_answers_status_is_missed_when_it_has_given_up_announcing() -> None:
    began_ms = []

    def script(bench: Bench) -> None:
        ready(bench)
        spoil(bench, "silence_after", targets={COMMANDS[0][1]})
        began_ms.append(bench.now_ms)
        bench.run(25_000)
        mend(bench, "silence_after")
        bench.run(20_000)

    assert_same(F53_RIG, script)
    for bench in both(F53_RIG, script):
        up, down = (bench.times[at] for at, fact in enumerate(bench.facts) if getattr(fact, "code", "") == "NO_ANSWER")
        assert 15_000 < up - began_ms[-1] < 17_000 < down - began_ms[-1]


@pytest.mark.parametrize(("model", "seed"), [("f53", 0), ("f53", 80), ("lcdm2000", 1)])
def test_any_orders_faults_and_cuts(model: str, seed: int) -> None:
    def script(bench: Bench) -> None:
        dice = bench.dice
        ready(bench)
        for order in range(1, 8):
            if dice.random() < 0.5:
                spoil(bench, dice.choice([*FAULTS[model], *LINK]))
            if dice.random() < 0.15:
                spoil(bench, dice.choice(TRAY), of="cabinet")
            counts = {
                dice.randrange(1, 1 + len(bench.it.cassettes)): dice.randrange(1, 6)
                for _ in range(dice.randrange(1, 3))
            }
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

    assert len(assert_same(RIGS[model], script, seed)) > 12


@pytest.mark.parametrize(("model", "where"), [("f53", f53), ("lcdm2000", lcdm50)])
def test_a_front_that_judges_otherwise_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, model: str, where: object
) -> None:
    """The comparison can fail: a reason that only one of the two gives is named."""

    def script(bench: Bench) -> None:
        ready(bench)
        spoil(bench, "short_pick_next")
        pay(bench, 1, {1: 2})

    judged = f53.judged if where is f53 else lcdm50.judged
    monkeypatch.setattr(where, "judged", lambda asked, told: judged(asked, told)._replace(reason="counted"))
    with pytest.raises(AssertionError, match="facts differ"):
        assert_same(RIGS[model], script)


@BOTH
def test_nobody_wakes_while_nothing_changes(model: str) -> None:
    bench = Bench(RIGS[model], "port")
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
    "purge_fails": "the port has no order that clears the path",
}
"""Faults that only bytes can show, and why nothing corresponds to them at port level."""


@BOTH
def test_every_fault_is_compared_or_has_a_reason_not_to_be(model: str) -> None:
    twin = RIGS[model].twins(1)["dispenser"]
    compared = {*FAULTS[model], *LINK, *MAKES_NOTHING, *LASTING}
    assert set(twin.fault_names()) <= {*compared, *BYTES_ONLY}
    assert compared <= set(twin.fault_names())
