"""Whatever hands, faults, plugs and power do to an acceptor in whatever order, the laws of its port hold.

One seed is one script; a failure names it. The fault menu is the twin's own.
"""

from __future__ import annotations

from functools import partial
from random import Random

import pytest

from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import NoteHeld
from simulator.devices.twin import Speeds
from tests.contracts import acceptors
from tests.contracts.acceptor_laws import GIVE_UP_MS, VALUES_FEN, cut, helped, insert, laws, matter, ready, take, twin
from tests.contracts.acceptors import Row, rig
from tests.simulator.fronts.harness import Bench

pytestmark = pytest.mark.slow

ROWS = {name: row for name, row in acceptors.ROWS.items() if row.credited_in == ("box",)}
HAND_FEN = (100, 500, 1_000, 2_000, 5_000, 10_000)
SEEDS = 8


def orders(bench: Bench, dice: Random) -> None:
    """Somebody who decides about each note as it comes, or forgets to."""
    habit = dice.choice(["stack", "give_back", "leave", "any"])

    def answer(fact: Fact) -> None:
        if not isinstance(fact, NoteHeld):
            return
        what = dice.choice(["stack", "stack", "give_back", "leave"]) if habit == "any" else habit
        if what != "leave":
            getattr(bench.it, what)(fact.note)

    bench.answer = answer


def push_in(bench: Bench, dice: Random) -> None:
    insert(bench, dice.choice(HAND_FEN))
    bench.run(dice.choice([0, 50, 150, 900, 2_500]))


def break_something(bench: Bench, dice: Random) -> None:
    """With a note on its way, or just before one comes; often in a unit that is else whole."""
    if dice.random() < 0.7:
        mend(bench, dice)
    fault = dice.choice(sorted(twin(bench).fault_names()))
    twin(bench).link.targets = set()
    if dice.random() < 0.5:
        push_in(bench, dice)
    bench.do(partial(twin(bench).faults.add, fault))
    push_in(bench, dice)
    wait(bench, dice)


def mend(bench: Bench, dice: Random) -> None:
    unit = twin(bench)
    bench.do(unit.faults.clear)
    bench.do(unit.clear_jam)
    bench.do(lambda: unit.refit_box(bench.now_ms))
    take(bench)
    bench.do(bench.it.restart)
    bench.run(dice.choice([300, 9_000]))
    bench.do(lambda: bench.it.accept_only(VALUES_FEN))


def wait(bench: Bench, dice: Random) -> None:
    bench.run(dice.choice([20, 130, 700, 3_000, 12_000]))


def take_out(bench: Bench, dice: Random) -> None:
    take(bench)


def pull_the_plug(bench: Bench, dice: Random) -> None:
    bench.unplug("acceptor")
    bench.run(dice.choice([10, 400, 7_000, 40_000]))
    bench.replug("acceptor")
    bench.run(dice.choice([0, 3_000]))


def cut_the_mains(bench: Bench, dice: Random) -> None:
    cut(bench, dice.choice([500, 20_000]))
    bench.run(dice.choice([0, 300, 9_000]))
    bench.do(lambda: bench.it.accept_only(VALUES_FEN))


def starve_the_unit(bench: Bench, dice: Random) -> None:
    bench.do(lambda: twin(bench).power(False, bench.now_ms))
    bench.run(dice.choice([100, 3_000]))
    bench.do(lambda: twin(bench).power(True, bench.now_ms))


def change_the_wish(bench: Bench, dice: Random) -> None:
    wish: tuple[int, ...] = dice.choice([(), VALUES_FEN, (500, 1_000)])
    bench.do(lambda: bench.it.accept_only(wish))


ACTS = (
    push_in,
    push_in,
    break_something,
    break_something,
    break_something,
    wait,
    take_out,
    pull_the_plug,
    cut_the_mains,
    starve_the_unit,
    change_the_wish,
)


def played(row: Row, seed: int) -> Bench:
    dice = Random(seed)
    bench = Bench(rig(row, Speeds(rate=dice.choice([1, 1, 3, 10]))), "bytes", seed)
    ready(bench)
    orders(bench, dice)
    for _ in range(dice.randint(4, 12)):
        dice.choice(ACTS)(bench, dice)
    bench.run(9_000)
    take(bench)
    helped(bench)
    bench.run(GIVE_UP_MS)
    return bench


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_no_mischief_breaks_a_law(row: Row, seed: int) -> None:
    laws(played(row, seed))


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_one_seed_is_one_run_to_the_last_fact(row: Row) -> None:
    one, other = played(row, 5), played(row, 5)
    assert (one.facts, one.times) == (other.facts, other.times)
    assert [note.value_fen for note in matter(one).place("box").notes()] == [
        note.value_fen for note in matter(other).place("box").notes()
    ]
