"""The acceptor's front says what the acceptor's driver says: the same scripts at port level and over a wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from drivers.ccnet.driver import CcnetValidator as Driver
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.note_acceptor import (
    NoteHeld,
    NoteOurs,
)
from simulator.devices.ccnet import CcnetValidator
from simulator.devices.ccnet.codes import State
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port.acceptor import AcceptorFront
from tests.simulator.fronts.acceptor_scripts import (
    NOTES_PER_BOOT,
    VALUES_FEN,
    cut_with_box_out_for_long,
    fault,
    give_back,
    held,
    insert,
    mend,
    places,
    stack,
    take,
    wait,
)
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig, Script, assert_same, both

pytestmark = pytest.mark.slow


RETURNED, STACK, RETURN, HOLD, COUNTER, POLL = 0x82, 0x35, 0x36, 0x38, 0x5B, 0x33


def twins(seed: int) -> Mapping[str, Any]:
    return {"acceptor": CcnetValidator(Matter(), Speeds(), stacked_counter=seed * 7)}


def by_bytes(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    driver = Driver("acceptor", report, first_note=boot * NOTES_PER_BOOT + 1)
    return Fitted(driver, [Joint("acceptor", driver, 9_600)])


def by_port(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    front = AcceptorFront("acceptor", report, twins["acceptor"], first_note=boot * NOTES_PER_BOOT + 1)
    return Fitted(front, [Joint("acceptor", front)])


RIG = Rig(twins, by_bytes, by_port, places)


# -- hands


def twin(bench: Bench) -> CcnetValidator:
    it = bench.twins["acceptor"]
    assert isinstance(it, CcnetValidator)
    return it


def ready(bench: Bench) -> None:
    """Identified, and every note allowed."""
    bench.until(DeviceReady)
    bench.do(lambda: bench.it.accept_only(VALUES_FEN))
    bench.run(2_050)


def accepted(bench: Bench, value_fen: int = 1_000) -> None:
    stack(bench, held(bench, value_fen))
    bench.until(NoteOurs)
    bench.run(550)


def works_after(bench: Bench) -> None:
    """A technician resets it; then it takes a note as if nothing had happened."""
    bench.do(bench.it.restart)
    bench.run(8_050)
    take(bench)
    accepted(bench, 500)


# -- scripts


def sale(bench: Bench) -> None:
    ready(bench)
    for value_fen in (1_000, 10_000, 100, 100):
        accepted(bench, value_fen)
    give_back(bench, held(bench, 5_000))
    bench.run(2_550)
    take(bench)
    bench.do(lambda: bench.it.accept_only(()))
    bench.run(2_050)
    assert insert(bench) is not None
    bench.do(bench.it.recall)
    bench.run(50)


def only_some(bench: Bench) -> None:
    ready(bench)
    bench.do(lambda: bench.it.accept_only((1_000,)))
    bench.run(1_050)
    insert(bench, 5_000)
    bench.run(2_550)
    take(bench)
    bench.do(lambda: bench.it.accept_only((5_000,)))
    bench.run(1_050)
    give_back(bench, held(bench, 5_000))
    bench.run(2_050)
    take(bench)


def counterfeit(bench: Bench) -> None:
    ready(bench)
    insert(bench, genuine=False)
    bench.run(3_050)
    works_after(bench)


def thought_about(bench: Bench) -> None:
    """Longer than the ten seconds a unit waits: the time is renewed."""
    ready(bench)
    note = held(bench)
    bench.run(36_000)
    stack(bench, note)
    bench.until(NoteOurs)
    bench.run(550)


def orders_about_nothing(bench: Bench) -> None:
    ready(bench)
    for number in (1, 4_711):
        stack(bench, number)
        give_back(bench, number)
        bench.run(550)
    note = held(bench)
    stack(bench, note)
    bench.run(50)
    give_back(bench, note)  # too late: the first word counts once it is sent
    bench.until(NoteOurs)
    give_back(bench, note)
    bench.run(1_050)


def box_out(bench: Bench) -> None:
    ready(bench)
    bench.do(lambda: twin(bench).remove_box(bench.now_ms))
    bench.run(3_050)
    bench.do(lambda: twin(bench).refit_box(bench.now_ms))
    bench.run(5_050)
    works_after(bench)


def box_out_with_a_note(bench: Bench) -> None:
    ready(bench)
    held(bench)
    bench.do(lambda: twin(bench).remove_box(bench.now_ms))
    bench.run(3_050)
    bench.do(lambda: twin(bench).refit_box(bench.now_ms))
    bench.run(40_050)
    works_after(bench)


def cut_with_box_out(bench: Bench) -> None:
    ready(bench)
    bench.do(lambda: twin(bench).remove_box(bench.now_ms))
    bench.run(1_050)
    bench.cut()
    bench.run(5_050)
    bench.do(lambda: twin(bench).refit_box(bench.now_ms))
    bench.until(DeviceReady)


def lasting(name: str) -> Script:
    """A switch that stays on while a note comes, and goes off again."""

    def script(bench: Bench) -> None:
        ready(bench)
        fault(bench, name)
        bench.run(1_050)
        if insert(bench) is None:
            bench.run(3_050)
        mend(bench, name)
        bench.run(2_050)
        works_after(bench)

    return script


def once_before(name: str) -> Script:
    """Switched on before a note that is to be stacked."""

    def script(bench: Bench) -> None:
        ready(bench)
        accepted(bench)
        fault(bench, name)
        bench.answer = lambda fact: bench.it.stack(fact.note) if isinstance(fact, NoteHeld) else None
        if insert(bench, 5_000) is None:
            bench.run(8_050)
        take(bench)
        mend(bench, name)
        bench.answer = lambda fact: None
        bench.do(lambda: twin(bench).clear_jam())
        works_after(bench)

    return script


def once_in_escrow(name: str, order: Callable[[Bench, int], None], then_ms: int) -> Script:
    """Switched on while a note lies in escrow and just before its order."""

    def script(bench: Bench) -> None:
        ready(bench)
        note = held(bench, 2_000)
        fault(bench, name)
        order(bench, note)
        bench.run(then_ms)
        take(bench)
        mend(bench, name)
        bench.run(12_050)
        take(bench)
        bench.do(lambda: twin(bench).clear_jam())
        works_after(bench)

    return script


def at_command(name: str, command: int, order: Callable[[Bench, int], None]) -> Script:
    """A link fault that touches only answers to one command."""

    def script(bench: Bench) -> None:
        ready(bench)
        accepted(bench)
        note = held(bench, 2_000)
        fault(bench, name, at={command})
        order(bench, note)
        bench.run(9_550)
        twin(bench).link.targets = set()
        mend(bench, name)
        take(bench)
        bench.run(12_050)
        take(bench)
        works_after(bench)

    return script


def silent(name: str, before_ms: int, order: Callable[[Bench, int], None], for_ms: int) -> Script:
    """The unit falls silent so long after a note's order."""

    def script(bench: Bench) -> None:
        ready(bench)
        note = held(bench, 2_000)
        order(bench, note)
        bench.run(before_ms)
        fault(bench, name)
        bench.run(for_ms)
        mend(bench, name)
        bench.run(15_050)
        take(bench)
        works_after(bench)

    return script


def cut_at(after_ms: int, order: Callable[[Bench, int], None]) -> Script:
    """Power fails so long after an order; the next program finds what is there."""

    def script(bench: Bench) -> None:
        ready(bench)
        accepted(bench)
        order(bench, held(bench, 5_000))
        bench.run(after_ms)
        bench.cut()
        ready(bench)
        works_after(bench)

    return script


def cut_before_escrow(bench: Bench) -> None:
    ready(bench)
    insert(bench, 5_000)
    bench.run(550)
    bench.cut()
    ready(bench)
    give_back(bench, NOTES_PER_BOOT + 1)
    works_after(bench)


def cut_with_jam(bench: Bench) -> None:
    ready(bench)
    fault(bench, "jam_in_stacker_next")
    stack(bench, held(bench))
    bench.run(2_050)
    bench.cut()
    bench.run(5_050)
    bench.do(lambda: twin(bench).clear_jam())
    bench.do(bench.it.restart)
    ready(bench)
    works_after(bench)


def program_alone(bench: Bench) -> None:
    """A new program on a unit that kept its power, a note in escrow."""
    ready(bench)
    held(bench, 5_000)
    bench.start()
    bench.until(DeviceReady)
    give_back(bench, NOTES_PER_BOOT + 1)
    bench.run(550)


def pulled(after_ms: int, order: Callable[[Bench, int], None], out_ms: int) -> Script:
    """The data plug is pulled so long after an order, and put back."""

    def script(bench: Bench) -> None:
        ready(bench)
        order(bench, held(bench, 5_000))
        bench.run(after_ms)
        bench.unplug("acceptor")
        bench.run(out_ms)
        bench.replug("acceptor")
        bench.until(DeviceReady)
        bench.run(1_050)
        works_after(bench)

    return script


def pulled_while_drawn_in(bench: Bench) -> None:
    ready(bench)
    insert(bench, 5_000)
    bench.run(550)
    bench.unplug("acceptor")
    bench.run(20_050)
    bench.replug("acceptor")
    bench.until(DeviceReady)
    bench.run(1_050)
    works_after(bench)


NOMINAL = [sale, only_some, counterfeit, thought_about, orders_about_nothing, box_out, box_out_with_a_note]
NOMINAL += [
    cut_with_box_out,
    cut_with_box_out_for_long,
    cut_before_escrow,
    cut_with_jam,
    program_alone,
    pulled_while_drawn_in,
]
LASTING = ["reject_all", "box_full", "box_removed", "stack_motor_failed", "no_counter", "unlatched", "lost_ack"]
ONCE = [
    "jam_in_path_next",
    "jam_in_stacker_next",
    "withdrawn_on_string_next",
    "reject_next",
    "unknown_type_next",
    "stacked_without_event_next",
    "event_without_note_next",
    "second_note_next",
    "cheat_next",
    "counter_wrap_next",
    "box_full",
    "stack_motor_failed",
    "box_removed",
    "no_counter",
    "unlatched",
    "lost_ack",
    "return_not_taken",
]
ON_THE_LINE = ["busy_next", "nak_next", "illegal_next", "silence_before_once", "silence_after_once"]
ON_THE_LINE += ["reset_by_itself_once", "bit_flip_once", "cut_frame_once", "noise_once", "duplicate_reply_once"]
LINK = ["silence_before", "silence_after", "reset_by_itself_once", "silence_before_once", "silence_after_once"]
LINK += ["bit_flip_once", "cut_frame_once"]


def same(script: Script) -> list[Fact]:
    return assert_same(RIG, script)


@pytest.mark.parametrize("script", NOMINAL, ids=lambda script: script.__name__)
def test_the_ordinary_day(script: Script) -> None:
    assert same(script)


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault(name: str) -> None:
    assert same(lasting(name))


@pytest.mark.parametrize("name", ONCE)
def test_a_fault_before_a_note(name: str) -> None:
    assert same(once_before(name))


@pytest.mark.parametrize("order", [stack, give_back, wait])
@pytest.mark.parametrize("name", [*ONCE, *ON_THE_LINE])
def test_a_fault_with_a_note_in_escrow(name: str, order: Callable[[Bench, int], None]) -> None:
    assert same(once_in_escrow(name, order, 6_050))


@pytest.mark.parametrize("command", [STACK, POLL, COUNTER])
@pytest.mark.parametrize("name", LINK)
def test_a_stack_order_on_a_bad_line(name: str, command: int) -> None:
    assert same(at_command(name, command, stack))


@pytest.mark.parametrize("command", [RETURN, POLL])
@pytest.mark.parametrize("name", LINK)
def test_a_return_order_on_a_bad_line(name: str, command: int) -> None:
    assert same(at_command(name, command, give_back))


@pytest.mark.parametrize("name", LINK)
def test_a_renewal_on_a_bad_line(name: str) -> None:
    assert same(at_command(name, HOLD, wait))


@pytest.mark.parametrize("for_ms", [3_050, 15_050, 45_050])
@pytest.mark.parametrize("order", [stack, give_back, wait])
@pytest.mark.parametrize("before_ms", [0, 550, 3_050])
@pytest.mark.parametrize("name", ["silence_before", "silence_after", "bit_flip"])
def test_a_silent_unit(name: str, before_ms: int, order: Callable[[Bench, int], None], for_ms: int) -> None:
    assert same(silent(name, before_ms, order, for_ms))


@pytest.mark.parametrize("order", [stack, give_back, wait])
@pytest.mark.parametrize("after_ms", [0, 550, 2_050, 9_050])
def test_a_power_cut(after_ms: int, order: Callable[[Bench, int], None]) -> None:
    assert same(cut_at(after_ms, order))


@pytest.mark.parametrize("out_ms", [550, 3_050, 40_050])
@pytest.mark.parametrize("order", [stack, give_back, wait])
@pytest.mark.parametrize("after_ms", [0, 550, 3_050])
def test_a_pulled_plug(after_ms: int, order: Callable[[Bench, int], None], out_ms: int) -> None:
    assert same(pulled(after_ms, order, out_ms))


# -- what a wire does and a front does not


def every_answer_late(bench: Bench) -> None:
    ready(bench)
    fault(bench, "late_reply")
    bench.run(30_050)


def pulled_with_the_acknowledgement_on_its_way(bench: Bench) -> None:
    ready(bench)
    stack(bench, held(bench))
    bench.until(NoteOurs)
    bench.unplug("acceptor")
    bench.run(3_050)
    bench.replug("acceptor")
    bench.until(DeviceReady)


def box_out_between_two_questions(bench: Bench) -> None:
    bench.until(lambda: twin(bench).body.state is State.INITIALIZE)
    bench.until(lambda: twin(bench).body.state is State.DISABLED)
    bench.run(60)
    bench.do(lambda: twin(bench).remove_box(bench.now_ms))
    bench.run(8_050)


DIFFERENCES: Mapping[Script, str] = {
    every_answer_late: "late answers are news again on a wire; at port level they never come",
    pulled_with_the_acknowledgement_on_its_way: "it takes 8 ms on a wire; an outcome not acknowledged is told again",
    box_out_between_two_questions: "on a wire a start asks for 200 ms who is there; at port level all at once",
}
"""Scripts whose facts differ, each for a reason that lies in bytes."""


@pytest.mark.parametrize("script", DIFFERENCES, ids=lambda script: script.__name__)
def test_a_difference_of_bytes(script: Script) -> None:
    by_bytes, by_port = both(RIG, script)
    assert by_bytes.facts != by_port.facts


# -- anything at all


def disturb(bench: Bench, dice: Random) -> None:
    """One bad thing of the world around, or none."""
    match dice.randrange(8):
        case 0:
            bench.cut()
            bench.run(5_250)
            bench.do(lambda: bench.it.accept_only(VALUES_FEN))
        case 1:
            out_ms = dice.choice((650, 3_250, 33_050))
            bench.unplug("acceptor")
            bench.run(out_ms)
            bench.replug("acceptor")
            bench.run(3_250)
        case 2:
            fault(bench, dice.choice(("silence_before", "silence_after", "bit_flip")))
            bench.run(dice.choice((650, 3_250, 33_050)))
            mend(bench, "silence_before", "silence_after", "bit_flip")
        case 3:
            fault(bench, dice.choice((*ON_THE_LINE, *LINK[2:])))
            bench.run(3_250)
        case 4:
            bench.do(lambda: twin(bench).remove_box(bench.now_ms))
            bench.run(2_250)
            bench.do(lambda: twin(bench).refit_box(bench.now_ms))
        case 5:
            bench.do(bench.it.restart)
            bench.run(3_250)
    bench.run(dice.choice((350, 2_350)))


def anything(bench: Bench) -> None:
    """Notes, orders and bad luck in an order drawn from the seed; a technician after each."""
    dice = Random(bench.seed)
    ready(bench)
    for _ in range(4):
        if dice.random() < 0.5:
            fault(bench, dice.choice(ONCE))
            bench.run(450)
        seen = len(bench.facts)
        insert(bench, dice.choice(VALUES_FEN), genuine=dice.random() < 0.9)
        bench.run(dice.choice((550, 1_550)))
        if dice.random() < 0.4:
            disturb(bench, dice)
        note = next((fact.note for fact in bench.facts[seen:] if isinstance(fact, NoteHeld)), 0)
        order = dice.choice((stack, stack, give_back, wait))
        if note:
            order(bench, note)
        bench.run(dice.choice((750, 1_450, 2_150)))
        disturb(bench, dice)
        bench.run(12_050)
        twin(bench).faults.clear()
        bench.do(lambda: twin(bench).clear_jam())
        works_after(bench)


@pytest.mark.parametrize("seed", range(1, 26))
def test_anything_at_all(seed: int) -> None:
    assert len(assert_same(RIG, anything, seed)) > 10
