"""Sales with a bulk escrow through the whole controller, and power that fails after every line of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.ports import note_acceptor as na
from kiosk.sale.book import S
from kiosk.screen import targets as T
from tests.kiosk.bench import Bench
from tests.kiosk.bulk import BULK, BulkAcceptor
from tests.kiosk.test_controller import let_go
from tests.kiosk.test_recovery import (
    WORDS,
    PowerCut,
    arm,
    nothing_twice,
    overpaid,
    several,
    single,
    sums_agree,
    timed_out,
)


def bench_of() -> Bench:
    return Bench(policy=BULK, acceptor=BulkAcceptor).up()


def unit(bench: Bench) -> BulkAcceptor:
    assert isinstance(bench.acceptor, BulkAcceptor)
    return bench.acceptor


def cancelled(bench: Bench) -> None:
    bench.to_paying().insert(2_000, 5_000, 1_000).touch("cancel")


SCENES = {scene.__name__: scene for scene in (single, several, overpaid, cancelled, timed_out)}


def to_the_end(bench: Bench, answer: str = "") -> Bench:
    """Hands take what comes out, `answer` is touched when the machine asks; empty: nobody is there, and the unit pulls back."""
    for _ in range(100):
        let_go(bench)
        if bench.state is None:
            return bench
        if bench.state is S.OWN_OUT and unit(bench).mouth:
            (unit(bench).take if answer else unit(bench).pull_back)()
        elif bench.state is S.TICKETS_OUT and bench.unit.slot and answer:
            bench.unit.take()
        elif bench.state is S.CHANGE_OUT and bench.dispenser.outlet and answer:
            bench.dispenser.take()
        elif bench.state is S.RESUMING and answer:
            bench.touch(answer)
        elif bench.state is S.CLAIM and answer:
            bench.touch(T.CLAIM_DONE)
        else:
            bench.wait(10_000)
        bench.run()
    raise AssertionError(f"the sale stays in {bench.state}")


def play(scene: Callable[[Bench], None], bench: Bench) -> None:
    scene(bench)
    to_the_end(bench, "a hand")


def cut_in(scene: Callable[[Bench], None], line: int, durable: bool) -> Bench | None:
    bench = bench_of()
    arm(bench, line, durable)
    try:
        play(scene, bench)
    except PowerCut:
        return bench
    return None


def lines_of(scene: Callable[[Bench], None]) -> int:
    bench = bench_of()
    before = len(bench.lines())
    play(scene, bench)
    agree(bench)
    return len(bench.lines()) - before


def agree(bench: Bench, sure: bool = True) -> None:
    sums_agree(bench)
    nothing_twice(bench)
    assert bench.acceptor.escrow is None
    if sure:
        assert (unit(bench).lying, unit(bench).mouth) == ([], [])
        assert (bench.controller.stock.deposit.notes, bench.controller.stock.deposit.stuck) == ({}, False)
        assert sum(bench.controller.stock.box.values()) == len(unit(bench).box)


def test_a_sale_keeps_the_notes_before_it_prints_and_the_screen_promises_them_until_then() -> None:
    bench = bench_of().to_paying().insert(10_000, 5_000)
    assert (unit(bench).lying, unit(bench).box) == ([(100_001, 10_000), (100_002, 5_000)], [])
    unit(bench).hold = {"keep"}
    bench.insert(500)
    assert (bench.state, bench.unit.orders) == (S.KEEPING, [])
    to_the_end(bench, "a hand")
    assert bench.intents("sale.end")[0]["outcome"] == "sold"
    agree(bench)


def test_a_cancel_gives_the_very_notes_back_in_bundles() -> None:
    bench = bench_of()
    cancelled(bench)
    assert (bench.state, unit(bench).mouth) == (S.OWN_OUT, [(100_002, 5_000), (100_003, 1_000)])
    assert bench.cabinet.shutter is True
    assert bench.cabinet.lamps["notes"] is True
    to_the_end(bench, "a hand")
    assert unit(bench).given_back == [5_000, 1_000, 2_000]
    assert (bench.dispenser.orders, bench.intents("claim.add")) == ([], [])
    agree(bench)


def test_a_note_in_the_escrow_that_no_sale_knows_is_kept_and_owed() -> None:
    bench = bench_of()
    unit(bench).lying.append((7, 5_000))
    bench.say(na.NoteDeposited(7, 5_000))
    assert [claim["amount_fen"] for claim in bench.intents("claim.add")] == [5_000]
    assert (unit(bench).box, bench.controller.stock.deposit.notes) == ([5_000], {})


def test_a_deposit_that_is_somewhere_inside_stops_cash_until_somebody_counts() -> None:
    bench = bench_of().to_paying()
    unit(bench).plan["keep"] = [lambda notes: na.DepositKeepUncertain(notes, "link")]
    bench.insert(10_000, 5_000, 500)
    to_the_end(bench, "a hand")
    assert bench.intents("sale.end")[0]["outcome"] == "sold"
    assert [bound["bound_fen"] for bound in bench.intents("unknown.add")] == [15_500]
    assert not bench.controller.mode.sells
    assert "no_acceptor" in bench.controller.mode.reasons


@pytest.mark.parametrize(
    ("word", "answer"),
    [("truth", T.CONTINUE), ("truth", T.MONEY_BACK), ("truth", ""), ("mute", T.CONTINUE), ("blank", "")],
)
@pytest.mark.parametrize("scene", SCENES)
def test_power_may_fail_after_every_line(scene: str, word: str, answer: str) -> None:
    for line in range(1, lines_of(SCENES[scene]) + 1):
        for durable in (True, False):
            cut = cut_in(SCENES[scene], line, durable)
            if cut is None:
                continue
            bench = cut.power_cut()
            unit(bench).knows = word != "blank"
            WORDS[word](bench)
            to_the_end(bench, answer)
            agree(bench, sure=word == "truth")


@pytest.mark.slow
@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("scene", ["several", "cancelled"])
def test_power_may_fail_again_at_every_line_of_the_recovery(scene: str, durable: bool) -> None:
    for line in range(2, lines_of(SCENES[scene]) + 1, 3):
        again, whole = 0, False
        while not whole:
            again += 1
            cut = cut_in(SCENES[scene], line, durable)
            if cut is None:
                break
            bench = cut.power_cut()
            arm(bench, again, durable)
            try:
                bench.up()
                to_the_end(bench, T.CONTINUE)
                whole = True
            except PowerCut:
                bench = bench.power_cut().up()
                to_the_end(bench, T.CONTINUE)
            agree(bench)
