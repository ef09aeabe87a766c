"""What every driver of the note acceptor port promises, a bulk escrow's too: over a wire in virtual time and over ptys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    NoteDeposited,
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteRecycled,
    NoteRefused,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from simulator.devices.twin import Speeds
from tests.contracts.acceptor_laws import VALUES_FEN, allow, held, insert, matter, ready, twin
from tests.contracts.acceptors import NOTES_PER_BOOT, ROWS, Row, rig
from tests.contracts.pty_bench import PtyBench
from tests.simulator.fronts.harness import Bench

pytestmark = pytest.mark.slow

AnyBench = Bench | PtyBench
CREDITS = (NoteOurs, NoteDeposited, NoteRecycled)
ENDS = (*CREDITS, NoteJammed, NoteUncertain, NoteReturned, NoteReturnUncertain)
"""What becomes of a note that was held."""


@pytest.fixture(params=sorted(ROWS))
def row(request: pytest.FixtureRequest) -> Row:
    return ROWS[request.param]


@pytest.fixture(params=["wire", "pty"])
def bench(row: Row, request: pytest.FixtureRequest) -> Iterator[AnyBench]:
    if request.param == "wire":
        yield Bench(rig(row, Speeds()), "bytes")
        return
    with PtyBench(rig(row, Speeds(rate=20))) as made:
        yield made


@pytest.fixture
def wire(row: Row) -> Bench:
    return Bench(rig(row, Speeds()), "bytes")


def ends(bench: AnyBench, note: int) -> list[Fact]:
    return [fact for fact in bench.facts if isinstance(fact, ENDS) and fact.note == note]


def ended(bench: AnyBench, note: int) -> Fact:
    """Waits for what becomes of the note."""
    bench.until(lambda: bool(ends(bench, note)))
    (fact,) = ends(bench, note)
    return fact


def stacked(bench: AnyBench, value_fen: int) -> Fact:
    bench.until(lambda: twin(bench).slot_open)
    number = held(bench, value_fen)
    bench.do(lambda: bench.it.stack(number))
    return ended(bench, number)


def lies(bench: AnyBench, *places: str) -> list[int]:
    """Face values of the notes that lie there."""
    found = matter(bench).places
    return [note.value_fen for name in places if name in found for note in found[name].notes()]


def outside(bench: AnyBench) -> list[int]:
    """In the hand, or within its reach."""
    return lies(bench, "hand", "acceptor.mouth")


def take(bench: AnyBench) -> None:
    bench.do(lambda: twin(bench).take_returned(bench.now_ms))


# -- over both links


def test_it_tells_its_past_before_it_is_ready_and_its_notes_only_then(bench: AnyBench) -> None:
    assert list(bench.it.values_fen) == []
    bench.until(DeviceReady)
    kinds = [type(fact) for fact in bench.facts]
    assert kinds.count(AcceptorPast) == 1
    assert kinds.index(AcceptorPast) < kinds.index(DeviceReady)
    assert set(VALUES_FEN) <= set(bench.it.values_fen)


def test_a_stacked_note_is_credited_once_and_lies_inside(bench: AnyBench, row: Row) -> None:
    ready(bench)
    assert all(isinstance(stacked(bench, value_fen), CREDITS) for value_fen in (5_000, 1_000, 10_000))
    bench.run(300)
    assert len([fact for fact in bench.facts if isinstance(fact, CREDITS)]) == 3
    assert sorted(lies(bench, *row.credited_in)) == [1_000, 5_000, 10_000]
    assert outside(bench) == []


def test_a_note_that_is_given_back_is_in_reach_and_is_no_credit(bench: AnyBench, row: Row) -> None:
    ready(bench)
    number = held(bench, 2_000)
    bench.do(lambda: bench.it.give_back(number))
    bench.until(lambda: outside(bench) == [2_000])
    take(bench)
    assert isinstance(ended(bench, number), NoteReturned)
    assert lies(bench, *row.credited_in) == []
    assert isinstance(stacked(bench, 500), CREDITS)


def test_a_shut_slot_draws_nothing_in(bench: AnyBench) -> None:
    bench.until(DeviceReady)
    assert insert(bench, 5_000) is not None
    allow(bench, VALUES_FEN)
    allow(bench, ())
    assert insert(bench, 5_000) is not None
    assert not any(isinstance(fact, NoteHeld) for fact in bench.facts)


def test_a_value_that_is_not_wanted_comes_back_with_its_reason(bench: AnyBench, row: Row) -> None:
    bench.until(DeviceReady)
    allow(bench, (1_000,))
    assert insert(bench, 5_000) is None
    bench.until(lambda: outside(bench) == [5_000])
    take(bench)
    bench.until(lambda: any(isinstance(fact, NoteRefused) for fact in bench.facts))
    (fact,) = (fact for fact in bench.facts if isinstance(fact, NoteRefused))
    silent_on_why = row is ROWS["ebds"]  # it says that a note was refused, and never why
    assert fact.reason == ("other" if silent_on_why else "inhibited")
    assert not any(isinstance(fact, NoteHeld) for fact in bench.facts)


# -- in virtual time


def test_an_order_that_is_given_twice_credits_once(wire: Bench, row: Row) -> None:
    ready(wire)
    number = held(wire, 5_000)
    for _ in range(2):
        wire.do(lambda: wire.it.stack(number))
    ended(wire, number)
    wire.do(lambda: wire.it.stack(number))
    wire.run(20_000)
    credits = [fact for fact in ends(wire, number) if isinstance(fact, CREDITS)]
    assert len(credits) == 1
    assert lies(wire, *row.credited_in) == [5_000]


def test_numbers_of_notes_never_come_again(wire: Bench) -> None:
    ready(wire)
    numbers = [held(wire, 1_000)]
    wire.do(lambda: wire.it.give_back(numbers[0]))
    wire.until(lambda: outside(wire) == [1_000])
    take(wire)
    ended(wire, numbers[0])
    wire.cut()
    ready(wire)
    numbers.append(held(wire, 1_000))
    assert numbers == sorted(set(numbers))
    assert numbers[-1] > 2 * NOTES_PER_BOOT


def test_silence_is_noticed_and_its_end_too(wire: Bench) -> None:
    ready(wire)
    wire.do(lambda: twin(wire).faults.add("silence_before"))
    wire.until(lambda: ("NO_ANSWER", True) in faults(wire))
    wire.do(lambda: twin(wire).faults.discard("silence_before"))
    wire.until(lambda: ("NO_ANSWER", False) in faults(wire))


def faults(bench: Bench) -> list[tuple[str, bool]]:
    return [(fact.code, fact.up) for fact in bench.facts if isinstance(fact, Fault) and fact.device == "acceptor"]


# -- the law of the port, whatever happens

Step = tuple[str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.sampled_from(VALUES_FEN)),
        st.tuples(st.sampled_from(["stack", "give_back", "take", "shut", "open", "unplug", "replug"]), st.just(0)),
        st.tuples(st.just("wait"), st.sampled_from([40, 300, 2_000, 12_000])),
        st.tuples(st.just("fault"), st.sampled_from([0, 1, 2])),
    ),
    min_size=4,
    max_size=24,
)
FAULTS = ("silence_before_once", "silence_after_once", "reset_by_itself_once")
UNSURE = (NoteUncertain, NoteReturnUncertain, NoteJammed)


@pytest.mark.parametrize("name", sorted(ROWS))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_note_is_credited_that_is_not_inside_and_none_inside_is_passed_over(name: str, steps: list[Step]) -> None:
    bench = Bench(rig(ROWS[name], Speeds()), "bytes")
    ready(bench)
    for what, value in steps:
        _step(bench, what, value)
        bench.run(20)
    for fault in FAULTS:
        twin(bench).faults.discard(fault)
    _step(bench, "replug", 0)
    bench.run(120_000)
    _step(bench, "give_back", 0)  # a note that is still held: at the end nothing is under way
    bench.run(10_000)
    take(bench)
    bench.run(10_000)
    credited = sum(fact.value_fen for fact in bench.facts if isinstance(fact, CREDITS))
    doubted = sum(fact.value_fen for fact in bench.facts if isinstance(fact, UNSURE))
    inside = sum(lies(bench, *ROWS[name].credited_in))
    assert credited <= inside <= credited + doubted, [fact for fact in bench.facts if isinstance(fact, ENDS)]


def _step(bench: Bench, what: str, value: int) -> None:
    plugged = bench.wires["acceptor"].plugged
    acts: dict[str, Any] = {
        "insert": lambda: insert(bench, value),
        "take": lambda: take(bench),
        "shut": lambda: bench.do(lambda: bench.it.accept_only(())),
        "open": lambda: bench.do(lambda: bench.it.accept_only(VALUES_FEN)),
        "unplug": lambda: bench.unplug("acceptor") if plugged else None,
        "replug": lambda: None if plugged else bench.replug("acceptor"),
        "fault": lambda: bench.do(lambda: twin(bench).faults.add(FAULTS[value])),
        "wait": lambda: bench.run(value),
    }
    if what in acts:
        acts[what]()
        return
    for fact in [fact for fact in bench.facts if isinstance(fact, NoteHeld) and not ends(bench, fact.note)]:
        bench.do(partial(getattr(bench.it, what), fact.note))
