"""The laws of the acceptor's port, with each family's driver at its own twin: over a wire in virtual time, and over a pty.

A family is one row. Its twin's whole fault menu is played at the three moments of a note that matter, power is cut and the plug
pulled at any moment of a note's way, and after all of it the laws hold (`acceptor_laws`).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import AcceptorPast, NoteHeld, NoteOurs, NoteReturned
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from tests.contracts import acceptors
from tests.contracts.acceptor_laws import (
    OUTCOMES,
    accepted,
    allow,
    cut,
    given_back,
    held,
    helped,
    insert,
    laws,
    matter,
    ready,
    settle,
    take,
    twin,
)
from tests.contracts.acceptors import Row, rig
from tests.contracts.pty_bench import PtyBench
from tests.simulator.fronts.harness import Bench

pytestmark = pytest.mark.slow

ROWS = {name: row for name, row in acceptors.ROWS.items() if row.credited_in == ("box",)}
EACH = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
Order = Callable[[Bench, int], None]


def stack(bench: Bench, note: int) -> None:
    bench.do(lambda: bench.it.stack(note))


def give_back(bench: Bench, note: int) -> None:
    bench.do(lambda: bench.it.give_back(note))


def leave(bench: Bench, note: int) -> None:
    """Nobody decides."""


ORDERS: dict[str, Order] = {"stack": stack, "give_back": give_back, "leave": leave}


def bench_of(row: Row) -> Bench:
    return Bench(rig(row, Speeds()), "bytes")


# -- a healthy unit


@EACH
def test_notes_are_held_ours_or_given_back_and_lie_where_the_facts_say(row: Row) -> None:
    bench = bench_of(row)
    ready(bench)
    for value_fen in (1_000, 10_000, 100, 100):
        accepted(bench, value_fen)
    given_back(bench, held(bench, 5_000))
    laws(bench)
    assert sorted(note.value_fen for note in matter(bench).place("box").notes()) == [100, 100, 1_000, 10_000]
    assert [fact for fact in bench.facts if isinstance(fact, NoteOurs | NoteReturned)][-1].value_fen == 5_000


@EACH
def test_traits_and_values_are_known_when_it_is_ready(row: Row) -> None:
    bench = bench_of(row)
    assert list(bench.it.values_fen) == []
    bench.until(DeviceReady)
    assert sorted(bench.it.values_fen) == [100, 500, 1_000, 2_000, 5_000, 10_000]
    assert (bench.it.escrow_depth, bench.it.bundle_notes, list(bench.it.deposit_fen)) == (1, 0, [])
    (past,) = [fact for fact in bench.facts if isinstance(fact, AcceptorPast)]
    assert (past.position, past.credited) == ("none", False)


@EACH
def test_only_wanted_notes_are_drawn_in_and_none_while_disabled(row: Row) -> None:
    bench = bench_of(row)
    bench.until(DeviceReady)
    bench.run(2_000)
    assert insert(bench, 1_000) is not None
    allow(bench, (1_000,))
    insert(bench, 5_000)
    bench.run(6_000)
    take(bench)
    assert not [fact for fact in bench.facts if isinstance(fact, NoteHeld)]
    bench.until(lambda: twin(bench).slot_open)
    accepted(bench, 1_000)
    allow(bench, ())
    assert insert(bench, 1_000) is not None
    laws(bench)


@EACH
def test_a_note_is_held_for_half_a_minute_of_thinking(row: Row) -> None:
    bench = bench_of(row)
    ready(bench)
    note = held(bench, 2_000)
    bench.run(30_000)
    stack(bench, note)
    bench.until(NoteOurs)
    bench.run(1_000)
    laws(bench)


@EACH
def test_orders_about_nothing_get_an_outcome_and_move_nothing(row: Row) -> None:
    bench = bench_of(row)
    ready(bench)
    for number in (3, 4_711):
        stack(bench, number)
        give_back(bench, number)
    bench.run(1_000)
    assert {fact.note for fact in bench.facts if isinstance(fact, OUTCOMES)} == {3, 4_711}
    accepted(bench, 100)


# -- the fault menu


def menu() -> list[tuple[str, str]]:
    return [(name, fault) for name, row in ROWS.items() for fault in row.twin(Matter(), Speeds()).fault_names()]


@pytest.mark.parametrize(("name", "fault"), menu())
def test_a_fault_before_a_note(name: str, fault: str) -> None:
    bench = bench_of(ROWS[name])
    ready(bench)
    accepted(bench, 1_000)
    bench.do(lambda: twin(bench).faults.add(fault))
    bench.answer = lambda fact: stack(bench, fact.note) if isinstance(fact, NoteHeld) else None
    insert(bench, 5_000)
    bench.run(9_000)
    take(bench)
    helped(bench)
    settle(bench)
    laws(bench)


@pytest.mark.parametrize(("name", "fault"), menu())
@pytest.mark.parametrize("order", ["stack", "give_back", "leave"])
def test_a_fault_with_a_note_in_escrow(name: str, fault: str, order: str) -> None:
    bench = bench_of(ROWS[name])
    ready(bench)
    accepted(bench, 2_000)
    note = held(bench, 2_000)
    bench.do(lambda: twin(bench).faults.add(fault))
    ORDERS[order](bench, note)
    bench.run(9_000)
    take(bench)
    helped(bench)
    settle(bench)
    laws(bench)


# -- power and plug at any moment


MOMENTS = [*range(0, 1_200, 120), *range(1_200, 3_000, 360)]


@EACH
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("after_ms", MOMENTS)
def test_power_fails_after_an_order(row: Row, order: str, after_ms: int) -> None:
    bench = bench_of(row)
    ready(bench)
    accepted(bench, 1_000)
    ORDERS[order](bench, held(bench, 5_000))
    bench.run(after_ms)
    before = [note.value_fen for note in matter(bench).place("box").notes()]
    known = {fact.note for fact in bench.facts if isinstance(fact, OUTCOMES)}
    cut(bench)
    bench.until(DeviceReady)
    past = [fact for fact in bench.facts if isinstance(fact, AcceptorPast)][-1]
    bench.run(3_000)
    take(bench)
    box = [note.value_fen for note in matter(bench).place("box").notes()]
    if past.credited:
        assert 5_000 in box
        assert past.value_fen in (0, 5_000)
    elif past.position in ("path", "escrow") and len(known) < 2:
        assert 5_000 not in box, "recovery would say that it went back"
    assert past.position != "none" or box == before or len(known) == 2, "a note fell without a word of the past"
    helped(bench)
    laws(bench)


@EACH
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("after_ms", MOMENTS[::2])
@pytest.mark.parametrize("gap_ms", [2_000, 40_000])
def test_the_plug_is_pulled_after_an_order(row: Row, order: str, after_ms: int, gap_ms: int) -> None:
    bench = bench_of(row)
    ready(bench)
    accepted(bench, 1_000)
    ORDERS[order](bench, held(bench, 5_000))
    bench.run(after_ms)
    bench.unplug("acceptor")
    bench.run(gap_ms)
    bench.replug("acceptor")
    bench.until(DeviceReady)
    bench.run(1_000)
    take(bench)
    helped(bench)
    settle(bench)
    laws(bench)


@EACH
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("after_ms", MOMENTS[::2])
def test_the_unit_alone_loses_power_after_an_order(row: Row, order: str, after_ms: int) -> None:
    bench = bench_of(row)
    ready(bench)
    accepted(bench, 1_000)
    ORDERS[order](bench, held(bench, 5_000))
    bench.run(after_ms)
    bench.do(lambda: twin(bench).power(False, bench.now_ms))
    bench.run(3_000)
    bench.do(lambda: twin(bench).power(True, bench.now_ms))
    bench.until(DeviceReady)
    bench.run(3_000)
    take(bench)
    helped(bench)
    settle(bench)
    laws(bench)


# -- a real port


@EACH
def test_the_same_over_a_pty(row: Row) -> None:
    with PtyBench(rig(row, Speeds(rate=10))) as bench:
        ready(bench)
        accepted(bench, 1_000)
        given_back(bench, held(bench, 5_000))
        accepted(bench, 100)
        box = [note.value_fen for note in matter(bench).place("box").notes()]
    outcomes = [fact for fact in bench.facts if isinstance(fact, OUTCOMES)]
    assert outcomes == [NoteOurs(100_001, 1_000), NoteReturned(100_002, 5_000), NoteOurs(100_003, 100)]
    assert box == [1_000, 100]
