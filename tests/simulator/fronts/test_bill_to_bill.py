"""The front of the Bill-to-Bill unit says what its driver says: the same scripts at port level and over a wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import (
    DepositKept,
    DepositPresented,
    DepositPulledBack,
    DepositTaken,
    NoteDeposited,
    NoteRecycled,
)
from kiosk.ports.note_dispenser import ChangeRetracted, ChangeTaken, NotesPresented
from tests.simulator.fronts.b2b_rig import (
    RIG,
    VALUES_FEN,
    accepted,
    close,
    deposit,
    held,
    insert,
    keep,
    pay,
    ready,
    return_all,
    stack,
    take,
    twin,
)
from tests.simulator.fronts.harness import Bench, assert_same

pytestmark = pytest.mark.slow


def kept(bench: Bench) -> None:
    ready(bench)
    keep(bench, deposit(bench, 5_000, 10_000, 500))
    bench.until(DepositKept)
    bench.run(1_000)
    accepted(bench, 2_000)


def given_back(bench: Bench) -> None:
    ready(bench)
    return_all(bench, deposit(bench, 5_000, 10_000, 500))
    bench.until(DepositPresented)
    bench.run(1_050)
    take(bench)
    accepted(bench, 2_000)


def not_taken(bench: Bench) -> None:
    ready(bench)
    return_all(bench, deposit(bench, 5_000, 10_000, 500))
    bench.until(DepositPulledBack)
    bench.until(DeviceReady)
    bench.run(2_050)
    accepted(bench, 2_000)


def recycled(bench: Bench) -> None:
    ready(bench)
    deposit(bench, 100, 1_000, 5_000, 1_000)
    close(bench)
    pay(bench, 1, {2: 3, 3: 2})
    bench.until(NotesPresented)
    bench.run(1_050)
    take(bench)
    bench.run(2_000)
    bench.do(bench.it.dispenser.recall)
    bench.do(bench.it.acceptor.recall)


def change_left(bench: Bench) -> None:
    ready(bench)
    close(bench)
    pay(bench, 1, {3: 2})
    bench.until(ChangeRetracted)
    bench.until(DeviceReady)
    bench.run(2_050)
    pay(bench, 2, {2: 1})
    bench.until(NotesPresented)
    bench.run(550)
    take(bench)


# -- power cuts


def until_lies(bench: Bench, place: str, notes: int = 1) -> None:
    """Until so many notes lie in a place."""
    bench.until(lambda: len(twin(bench).body.matter.places[place]) >= notes)


def ready_again(bench: Bench) -> None:
    bench.do(lambda: bench.it.acceptor.accept_only(VALUES_FEN))
    bench.run(2_050)
    accepted(bench, 2_000)


CUTS: dict[str, Callable[[Bench], None]] = {}


def cut(after_ms: int = 0) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """The power fails so long after this script; the fact or place it waits for is the same at both levels."""

    def named(script: Callable[[Bench], None]) -> Callable[[Bench], None]:
        def cut_then(bench: Bench) -> None:
            script(bench)
            bench.run(after_ms)
            bench.cut()

        CUTS[f"{script.__name__} {after_ms}"] = cut_then
        return script

    return named


@cut(230)
@cut(600)
def scanned(bench: Bench) -> None:
    ready(bench)
    insert(bench)
    until_lies(bench, "acceptor.path")


@cut(550)
def in_escrow(bench: Bench) -> None:
    ready(bench)
    deposit(bench, 500)
    held(bench)


@cut(230)
@cut(600)
def deposited(bench: Bench) -> None:
    ready(bench)
    deposit(bench, 500)
    stack(bench, held(bench))
    until_lies(bench, "acceptor.stacker")


@cut(230)
@cut(600)
def laid_in_a_cassette(bench: Bench) -> None:
    ready(bench)
    stack(bench, held(bench, 1_000))
    until_lies(bench, "acceptor.stacker")


@cut(550)
def given_back_one(bench: Bench) -> None:
    ready(bench)
    note = held(bench)
    bench.do(lambda: bench.it.acceptor.give_back(note))
    until_lies(bench, "acceptor.mouth")


@cut(40)
def keeping(bench: Bench) -> None:
    ready(bench)
    keep(bench, deposit(bench, 5_000, 10_000, 500))
    until_lies(bench, "box", 1)


@cut(700)
def kept_for_good(bench: Bench) -> None:
    ready(bench)
    keep(bench, deposit(bench, 5_000, 10_000))
    until_lies(bench, "box", 2)


@cut(40)
def on_its_way_out(bench: Bench) -> None:
    ready(bench)
    return_all(bench, deposit(bench, 10_000, 5_000, 10_000, 500))
    until_lies(bench, "dispenser.path", 2)


@cut(230)
@cut(5_000)
def deposit_at_the_mouth(bench: Bench) -> None:
    ready(bench)
    return_all(bench, deposit(bench, 5_000, 10_000, 500))
    until_lies(bench, "acceptor.mouth", 3)


@cut(1_200)
def deposit_taken(bench: Bench) -> None:
    ready(bench)
    return_all(bench, deposit(bench, 5_000, 10_000))
    until_lies(bench, "acceptor.mouth", 2)
    bench.run(500)
    bench.do(lambda: twin(bench).take_returned(bench.now_ms))


@cut(230)
@cut(1_000)
def deposit_pulled_back(bench: Bench) -> None:
    ready(bench)
    return_all(bench, deposit(bench, 5_000, 10_000))
    until_lies(bench, "box", 2)


@cut(40)
def change_on_its_way(bench: Bench) -> None:
    ready(bench)
    close(bench)
    pay(bench, 1, {2: 3, 3: 1})
    until_lies(bench, "dispenser.path", 2)


@cut(2_000)
def change_at_the_mouth(bench: Bench) -> None:
    ready(bench)
    close(bench)
    pay(bench, 1, {2: 3, 3: 1})
    bench.until(NotesPresented)


@cut(230)
@cut(1_000)
def change_pulled_back(bench: Bench) -> None:
    ready(bench)
    close(bench)
    pay(bench, 1, {3: 2})
    until_lies(bench, "box", 2)


@pytest.mark.parametrize("name", sorted(CUTS))
def test_power_cut(name: str) -> None:
    def script(bench: Bench) -> None:
        CUTS[name](bench)
        bench.until(DeviceReady)
        bench.run(45_000)
        bench.do(bench.it.acceptor.recall)
        bench.do(bench.it.dispenser.recall)

    assert_same(RIG, script)


@pytest.mark.parametrize("open_it", [True, False])
@pytest.mark.parametrize("name", ["change_on_its_way 40", "change_at_the_mouth 2000"])
def test_change_of_an_earlier_life(name: str, open_it: bool) -> None:
    def script(bench: Bench) -> None:
        CUTS[name](bench)
        bench.until(DeviceReady)
        bench.run(500)
        bench.do(lambda: (bench.it.dispenser.present_again if open_it else bench.it.dispenser.retract)(1))
        bench.run(5_000)
        if open_it:
            take(bench)
        bench.run(40_000)
        ready_again(bench)

    assert_same(RIG, script)


def test_kept() -> None:
    facts = assert_same(RIG, kept)
    assert [type(fact) for fact in facts].count(NoteDeposited) == 4
    assert any(isinstance(fact, DepositKept) and len(fact.notes) == 3 for fact in facts)


def test_given_back() -> None:
    facts = assert_same(RIG, given_back)
    assert any(isinstance(fact, DepositTaken) for fact in facts)


def test_not_taken() -> None:
    facts = assert_same(RIG, not_taken)
    assert any(isinstance(fact, DepositPulledBack) for fact in facts)


def test_recycled() -> None:
    facts = assert_same(RIG, recycled)
    assert [fact.cassette for fact in facts if isinstance(fact, NoteRecycled)] == [2, 3, 3]
    assert any(isinstance(fact, ChangeTaken) for fact in facts)


def test_change_left() -> None:
    assert_same(RIG, change_left)
