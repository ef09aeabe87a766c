"""Laws of the terminal: whatever is lost, late, doubled, spoilt or cut, its books and the machine's say the same, and tickets are
paid for or people are told."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ports.payment import CaptureRefused, PaymentApproved, PaymentCaptured
from tests.drivers.zvt.world import World

ONCE = ("lose_result", "lose_done", "lose_yes", "twice", "wrong_amount", "no_receipt", "no_amount", "deaf", "busy")
SALE_MS = 11_000


def works(world: World) -> None:
    """After all that another card pays."""
    world.bench.until(lambda: bool(world.driver.ways), 400_000)
    world.issues = world.decides = True
    assert isinstance(world.pay().ended, PaymentCaptured)
    world.check()


@pytest.mark.parametrize("at_ms", [0, 3_000, 5_000, 9_500])
@pytest.mark.parametrize("issues", [True, False])
@pytest.mark.parametrize("fault", ONCE)
def test_one_message_goes_wrong(fault: str, issues: bool, at_ms: int) -> None:
    world = World().ready()
    world.issues = issues
    paid = world.begin()
    world.bench.run(at_ms)
    world.paper.faults.add(fault)
    world.bench.until(lambda: paid.ended is not None, 400_000)
    world.end()
    works(world)


@pytest.mark.parametrize("issues", [True, False])
@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("at_ms", range(100, SALE_MS, 700))
def test_a_power_cut_at_any_time(at_ms: int, terminal: bool, issues: bool) -> None:
    """Of the whole machine, and of the controller alone while the terminal has mains."""
    world = World().ready()
    world.issues = issues
    world.begin()
    world.bench.run(at_ms)
    world.killed(dark_ms=1_000 if at_ms % 2 else 30_000, terminal=terminal)
    world.end()
    works(world)


@pytest.mark.parametrize("away_ms", [500, 20_000])
@pytest.mark.parametrize("issues", [True, False])
@pytest.mark.parametrize("at_ms", range(0, SALE_MS, 700))
def test_the_line_breaks_at_any_time(at_ms: int, issues: bool, away_ms: int) -> None:
    world = World().ready()
    world.issues = issues
    world.begin()
    world.bench.run(at_ms)
    world.bench.unplug("payment")
    world.bench.run(away_ms)
    world.bench.replug("payment")
    world.end()
    works(world)


class Life:
    """Some payments in bad weather, from a seed."""

    def __init__(self, seed: int, serial: bool = False) -> None:
        self.dice = Random(seed)
        self.world = World(serial=serial).ready()

    def live(self, payments: int) -> None:
        world, dice = self.world, self.dice
        for _ in range(payments):
            if any(paid.ended is None for paid in world.payments.values()):
                world.bench.run(dice.randrange(40_000))
                continue
            world.paper.faults |= set(dice.sample(ONCE, dice.randrange(3)))
            world.paper.result = dice.choice([0, 0, 0, 0x6C, 0x33, 0xA0])
            world.paper.never = dice.random() < 0.1
            world.issues = dice.random() < 0.6
            world.begin(dice.choice([3_800, 3_800, 12_050]), lasts_ms=60_000)
            for _ in range(dice.randrange(4)):
                world.bench.run(dice.randrange(6_000))
                self._happens()
            world.bench.run(dice.choice([0, 5_000, 60_000]))
        world.end()

    def _happens(self) -> None:
        world, dice = self.world, self.dice
        running = [
            paid for paid in world.payments.values() if paid.auth is None and paid.ended is None and not paid.asked
        ]
        match dice.randrange(6):
            case 0:
                world.killed(dice.choice([100, 4_000, 30_000]), terminal=dice.random() < 0.5)
            case 1 if running:
                world.bench.do(lambda: world.driver.cancel(running[-1].number))
            case 2:
                world.bench.unplug("payment")
                world.bench.run(dice.choice([100, 4_000, 20_000]))
                world.bench.replug("payment")
            case 3:
                world.paper.faults ^= {dice.choice(["silent", "host_down", "no_last"])}
            case 4:
                world.paper.power(False, world.bench.now_ms)
                world.bench.run(dice.randrange(10_000))
                world.paper.power(True, world.bench.now_ms)
            case 5 if running:
                world.reverse(running[-1])
                running[-1].auth = running[-1].auth


def test_a_terminal_that_forgot_a_payment_and_still_answers_is_given_up() -> None:
    """A result without a receipt, then it lost the rest of it: it says yes to each wish to abort, and nothing more. It was asked to
    abort for a day; a card that was never charged kept the machine from all others."""
    Life(104_040).live(8)


def told_people(world: World) -> int:
    """Payments whose tickets are out, and that the terminal took back."""
    return sum(isinstance(paid.ended, CaptureRefused) for paid in world.payments.values())


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_the_machine_and_the_terminal_say_the_same_after_any_life(seed: int, serial: bool) -> None:
    life = Life(seed, serial)
    life.live(8)
    captured = [paid for paid in life.world.payments.values() if isinstance(paid.ended, PaymentCaptured)]
    tickets = [paid for paid in life.world.payments.values() if paid.tickets]
    assert len(tickets) == len(captured) + told_people(life.world)
    assert all(isinstance(paid.auth, PaymentApproved) for paid in captured)


@pytest.mark.slow
@pytest.mark.parametrize("serial", [True, False])
def test_many_lives(serial: bool) -> None:
    for seed in range(150):
        Life(seed, serial).live(8)
