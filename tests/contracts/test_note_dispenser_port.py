"""What every driver of the note dispenser port promises, whatever its device speaks: over a wire in virtual time and over ptys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeTaken,
    DispenserPast,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
)
from simulator.devices.twin import Speeds
from tests.contracts import dispensers as d
from tests.contracts.pty_bench import PtyBench
from tests.simulator.fronts.harness import Bench

pytestmark = pytest.mark.slow

ROWS = sorted(d.ROWS)
FAST = Speeds(rate=20)


@pytest.fixture(params=["wire", "pty"])
def link(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=ROWS)
def row(request: pytest.FixtureRequest) -> d.Row:
    return d.ROWS[request.param]


@pytest.fixture
def bench(row: d.Row, link: str) -> Iterator[d.AnyBench]:
    if link == "wire":
        yield Bench(d.rig(row, Speeds()), "bytes")
        return
    with PtyBench(d.rig(row, FAST)) as made:
        yield made


@pytest.fixture
def wire(row: d.Row) -> Bench:
    return Bench(d.rig(row, Speeds()), "bytes")


def asked(row: d.Row) -> dict[int, int]:
    """A payment of two notes of the first cassette, and one of each other."""
    first, *others = row.cassettes
    return {first: 2, **dict.fromkeys(others, 1)}


def worth(row: d.Row, counts: Mapping[int, int]) -> list[int]:
    return sorted(row.cassettes[cassette] for cassette, n in counts.items() for _ in range(n))


# -- over both links


def test_it_tells_its_past_before_it_is_ready(bench: d.AnyBench, row: d.Row) -> None:
    d.ready(bench)
    kinds = [type(fact) for fact in bench.facts if getattr(fact, "device", "dispenser") == "dispenser"]
    assert kinds.index(DispenserPast) < kinds.index(DeviceReady)
    (past,) = d.pasts(bench)
    assert past.outlet == "empty"
    assert dict(bench.it.cassettes) == dict(row.cassettes)


def test_what_is_asked_for_lies_in_reach_and_is_taken(bench: d.AnyBench, row: d.Row) -> None:
    d.ready(bench)
    fact = d.paid(bench, 7, asked(row))
    assert isinstance(fact, NotesPresented)
    assert sorted(fact.counts) == sorted((cassette, n, 0) for cassette, n in asked(row).items())
    assert sorted(d.lies(bench, row.outlet)) == worth(row, asked(row))
    d.take(bench, row)
    bench.until(lambda: d.told(bench, ChangeTaken, 7))
    assert not d.told(bench, ChangeRetracted, 7)
    assert sorted(d.lies(bench, "hand")) == worth(row, asked(row))


def test_what_cannot_be_asked_moves_nothing(bench: d.AnyBench, row: d.Row) -> None:
    d.ready(bench)
    first = next(iter(row.cassettes))
    for order, counts in enumerate(({}, {first: 0}, {9: 1}, {first: bench.it.max_notes + 1}), start=1):
        assert isinstance(d.paid(bench, order, counts), NotesRefused)
    assert d.gone(bench, row) == 0


# -- in virtual time


def test_what_is_not_taken_is_pulled_back_and_is_ours(wire: Bench, row: d.Row) -> None:
    assert wire.it.can_retract
    d.ready(wire)
    assert isinstance(d.paid(wire, 7, asked(row)), NotesPresented)
    wire.do(lambda: wire.it.retract(7))
    wire.until(lambda: d.told(wire, ChangeRetracted, 7))
    assert not d.told(wire, ChangeTaken, 7)
    assert sorted(d.lies(wire, row.kept)) == worth(row, asked(row))


def test_a_hand_that_was_faster_than_the_retract_has_it(wire: Bench, row: d.Row) -> None:
    d.ready(wire)
    d.paid(wire, 7, asked(row))
    d.take(wire, row)
    wire.do(lambda: wire.it.retract(7))
    wire.run(120_000)
    assert d.told(wire, ChangeTaken, 7)
    assert not d.told(wire, ChangeRetracted, 7)


def test_an_empty_cassette_pays_no_more_than_it_says(wire: Bench, row: d.Row) -> None:
    d.ready(wire)
    first = next(iter(row.cassettes))
    assert isinstance(d.paid(wire, 1, {first: d.STOCK - 1}), NotesPresented)
    d.take(wire, row)
    wire.until(lambda: d.told(wire, ChangeTaken, 1))
    wire.run(3_000)
    fact = d.paid(wire, 2, {first: 3})
    assert isinstance(fact, NotesShort | NotesUncertain | NotesRefused)
    told = sum(exits for _, exits, _ in getattr(fact, "counts", ()))
    assert told <= d.gone(wire, row) - (d.STOCK - 1) <= 1
    if not isinstance(fact, NotesUncertain):
        assert (len(d.lies(wire, row.outlet)), fact.reason) == (told, "empty")


@pytest.mark.parametrize("after_ms", [0, 30, 200, 900, 1_800, 3_500])
def test_a_plug_pulled_in_the_middle_pays_once_and_says_one_outcome(wire: Bench, row: d.Row, after_ms: int) -> None:
    d.ready(wire)
    wire.do(lambda: wire.it.pay(7, asked(row)))
    wire.run(after_ms)
    wire.unplug("dispenser")
    wire.run(20_000)
    wire.replug("dispenser")
    wire.run(240_000)
    (fact,) = d.outcomes(wire, 7)
    assert d.gone(wire, row) in (0, sum(asked(row).values()))
    if isinstance(fact, NotesRefused):
        assert d.gone(wire, row) == 0
    if isinstance(fact, NotesPresented):
        assert d.gone(wire, row) == sum(asked(row).values())


def test_silence_after_the_order_never_pays_twice(wire: Bench, row: d.Row) -> None:
    d.ready(wire)
    wire.do(lambda: wire.twins["dispenser"].faults.add("silence_after_once"))
    wire.do(lambda: wire.it.pay(7, asked(row)))
    wire.run(240_000)
    assert len(d.outcomes(wire, 7)) == 1
    assert d.gone(wire, row) in (0, sum(asked(row).values()))


@pytest.mark.parametrize("after_ms", [0, 200, 900, 2_000, 6_000])
def test_after_a_power_cut_the_outlet_is_what_it_says(wire: Bench, row: d.Row, after_ms: int) -> None:
    d.ready(wire)
    wire.do(lambda: wire.it.pay(7, asked(row)))
    wire.run(after_ms)
    wire.cut()
    before = len(d.pasts(wire))
    wire.until(lambda: len(d.pasts(wire)) > before)
    outlet = d.pasts(wire)[-1].outlet
    lying = bool(d.lies(wire, row.outlet, row.stopped_in))
    assert outlet == "unknown" or (outlet == "notes") is lying
    wire.run(30_000)
    assert d.gone(wire, row) <= sum(asked(row).values())


def test_silence_is_noticed_and_its_end_too(wire: Bench) -> None:
    d.ready(wire)
    wire.do(lambda: wire.twins["dispenser"].faults.add("silence_before"))
    wire.until(lambda: ("NO_ANSWER", True) in faults(wire))
    wire.do(lambda: wire.twins["dispenser"].faults.discard("silence_before"))
    wire.until(lambda: ("NO_ANSWER", False) in faults(wire))


def faults(bench: Bench) -> list[tuple[str, bool]]:
    return [(fact.code, fact.up) for fact in bench.facts if isinstance(fact, Fault)]


# -- the law of the port, whatever happens

Step = tuple[str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 3)),
        st.tuples(st.sampled_from(["take", "retract", "unplug", "replug"]), st.just(0)),
        st.tuples(st.just("wait"), st.sampled_from([40, 300, 2_000, 12_000])),
        st.tuples(st.just("fault"), st.sampled_from([0, 1, 2])),
    ),
    min_size=3,
    max_size=16,
)
FAULTS = ("silence_before_once", "silence_after_once", "reset_by_itself_once")


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_note_leaves_that_is_not_told_or_bounded(name: str, steps: list[Step]) -> None:
    row = d.ROWS[name]
    bench = Bench(d.rig(row, Speeds()), "bytes")
    d.ready(bench)
    first = next(iter(row.cassettes))
    orders: dict[int, int] = {}
    for what, value in steps:
        _step(bench, row, what, value, first, orders)
        bench.run(20)
    for fault in FAULTS:
        bench.twins["dispenser"].faults.discard(fault)
    if not bench.wires["dispenser"].plugged:
        bench.replug("dispenser")
    for _ in range(len(orders) + 1):  # the next payment waits until the one before was taken
        bench.run(120_000)
        d.take(bench, row)
    least = most = 0
    for order, notes in orders.items():
        (fact,) = d.outcomes(bench, order)
        if isinstance(fact, NotesUncertain):
            most += notes
        elif not isinstance(fact, NotesRefused):
            paid = sum(exits + rejects for _, exits, rejects in fact.counts)
            least, most = least + paid, most + paid
    assert least <= d.gone(bench, row) <= most, (orders, bench.facts)


def _step(bench: Bench, row: d.Row, what: str, value: int, first: int, orders: dict[int, int]) -> None:
    if what == "pay" and sum(orders.values()) + value <= d.STOCK:
        order = len(orders) + 1
        orders[order] = value
        bench.do(lambda: bench.it.pay(order, {first: value}))
    elif what == "take":
        d.take(bench, row)
    elif what == "retract" and orders:
        bench.do(lambda: bench.it.retract(len(orders)))
    elif what == "unplug" and bench.wires["dispenser"].plugged:
        bench.unplug("dispenser")
    elif what == "replug" and not bench.wires["dispenser"].plugged:
        bench.replug("dispenser")
    elif what == "fault":
        bench.do(lambda: bench.twins["dispenser"].faults.add(FAULTS[value]))
    elif what == "wait":
        bench.run(value)
