"""The driver against the lab's own terminal, which was written from the same sheet by somebody else."""

from __future__ import annotations

import logging
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.faults import Fault
from kiosk.ports.fact import Fact
from kiosk.ports.payment import (
    CaptureRefused,
    PaymentApproved,
    PaymentCaptured,
    PaymentDeclined,
    PaymentGone,
    PaymentReversed,
    PaymentStands,
)
from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.zvt.faults import FAULTS
from tests.drivers.till import AMOUNT_FEN, KEY
from tests.drivers.zvt.twin_world import TwinWorld

WRONG = {"another_currency", "another_device", "wrong_baud"}
"""The terminal is none for this machine: nothing is ever begun."""
LASTING = {"host_down", "host_silent", "host_slow", "reader_broken", "pan_unmasked", "repeats_ignored", "batch_full"}
SALE_MS = 13_000


def told_people(world: TwinWorld) -> int:
    """Payments whose tickets are out, and that the terminal took back."""
    return sum(isinstance(paid.ended, CaptureRefused) for paid in world.payments.values())


def works(world: TwinWorld) -> None:
    world.bench.until(lambda: bool(world.driver.ways), 1_500_000)
    world.issues = world.decides = True
    before = told_people(world)
    assert isinstance(world.pay().ended, PaymentCaptured)
    world.check()
    assert told_people(world) == before


@pytest.mark.parametrize("serial", [False, True])
def test_a_card_pays_and_is_back_in_the_hand_before_the_tickets_come(serial: bool) -> None:
    world = TwinWorld(serial).ready()
    paid = world.pay()
    assert isinstance(paid.auth, PaymentApproved)
    assert paid.auth.masked == "622588******5678"
    assert paid.ended == PaymentCaptured(paid.number)
    assert [step.step for step in world.steps] == ["card", "pin", "waiting", "remove"]
    assert world.kept_fen() == AMOUNT_FEN
    rude = {manner: times for manner, times in world.twin.terminal.manners.items() if times}
    assert not rude
    world.check()


@pytest.mark.parametrize("serial", [False, True])
def test_no_ticket_and_the_money_goes_back(serial: bool) -> None:
    world = TwinWorld(serial).ready()
    world.issues = False
    assert world.pay().ended == PaymentReversed(101, moved=True)
    world.check()


@pytest.mark.parametrize(
    ("card", "reason"), [("poor", "funds"), ("expired", "expired"), ("stripe", "card"), ("lost", "declined")]
)
def test_a_card_that_is_refused_says_why(card: str, reason: str) -> None:
    world = TwinWorld(card=card).ready()
    assert world.pay().ended == PaymentDeclined(101, reason)


def test_who_cancels_and_who_never_comes_has_not_paid() -> None:
    world = TwinWorld().ready()
    world.twin.never = True
    paid = world.begin()
    world.bench.run(2_000)
    world.bench.do(lambda: world.driver.cancel(paid.number))
    world.bench.until(lambda: paid.ended is not None)
    assert paid.ended == PaymentDeclined(paid.number, "cancelled")
    assert world.pay(lasts_ms=40_000).ended == PaymentDeclined(201, "timeout")


@pytest.mark.parametrize("at_ms", [0, 4_500, 9_000])
@pytest.mark.parametrize("issues", [True, False])
@pytest.mark.parametrize("fault", sorted(set(FAULTS) - WRONG))
def test_whatever_goes_wrong_the_terminals_books_and_ours_agree(fault: str, issues: bool, at_ms: int) -> None:
    world = TwinWorld(serial=at_ms == 0).ready()
    world.issues = issues
    world.begin()
    world.bench.run(at_ms)
    world.twin.faults.add(fault)
    world.bench.run(60_000)
    world.end()
    assert not told_people(world) or fault in MAY_COST
    works(world)


MAY_COST = {"repeats_ignored", "result_without_payment_next", "long_length_next", "unknown_message_next"} | {
    name for name in FAULTS if name.startswith(("power_cut_", "result_lost"))
}
"""Tickets may be out when the terminal itself takes a payment back: then people are told, and nothing else is ever lost."""


def test_the_result_of_the_payment_before_is_not_taken_for_this_one() -> None:
    world = TwinWorld().ready()
    assert world.pay().ended == PaymentCaptured(101)
    world.twin.faults.add("stale_result_next")
    paid = world.pay()
    assert paid.ended == PaymentCaptured(201)
    assert isinstance(paid.auth, PaymentApproved)
    assert paid.auth.reference.split(".")[1] == "0002"
    assert world.kept_fen() == 2 * AMOUNT_FEN


@pytest.mark.parametrize("fault", sorted(WRONG))
def test_a_terminal_that_is_none_for_this_machine_is_told_and_never_used(fault: str) -> None:
    world = TwinWorld(serial=True)
    world.twin.faults.add(fault)
    world.bench.run(60_000)
    assert world.driver.ways == frozenset()
    assert [fact.code for fact in world.bench.facts if isinstance(fact, Fault) and fact.up] == ["NO_ANSWER"]
    world.twin.faults.clear()
    works(world)


@pytest.mark.parametrize("issues", [True, False])
@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("at_ms", range(100, SALE_MS, 1_300))
def test_a_power_cut_at_any_time(at_ms: int, terminal: bool, issues: bool) -> None:
    """Of the whole machine, and of the controller alone while the terminal has mains."""
    world = TwinWorld().ready()
    world.issues = issues
    world.begin()
    world.bench.run(at_ms)
    world.killed(dark_ms=1_000 if at_ms % 2 else 30_000, terminal=terminal)
    world.end()
    works(world)


@pytest.mark.parametrize("serial", [True, False])
@pytest.mark.parametrize(("dark_ms", "terminal"), [(1_000, False), (30_000, False), (1_000, True)])
def test_after_a_restart_it_is_asked_whether_the_payment_stands(
    dark_ms: int, terminal: bool, serial: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that the terminal still holds is captured then; one that it took back is gone, and the reversal proves it."""
    world = TwinWorld(serial).ready()
    paid = world.until_approved()
    world.bench.run(500)  # it was told to wait; it asks again in some seconds
    said: list[Fact] = []
    heard = world.bench.answer
    world.bench.answer = lambda fact: said.append(fact) if fact.kind == "auth.past" else heard(fact)
    with monkeypatch.context() as away:
        away.setattr(world, "reverse", lambda paid: None)
        world.killed(dark_ms, terminal)
    assert isinstance(paid.auth, PaymentApproved)
    reference = paid.auth.reference
    world.bench.do(lambda: world.driver.stands(paid.number, KEY, paid.amount_fen, "card", reference))
    world.bench.until(lambda: bool(said), 60_000)
    assert len(said) == 1
    if isinstance(said[0], PaymentStands):
        world.bench.run(20_000)  # it waits for somebody who says that he is here
        world.capture(paid)
    else:
        assert said == [PaymentGone(paid.number, "declined")]
        world.reverse(paid)
    assert isinstance(said[0], PaymentStands) == (dark_ms == 1_000 and not terminal)
    world.end()
    assert isinstance(paid.ended, PaymentCaptured | PaymentReversed)
    works(world)


@pytest.mark.parametrize("away_ms", [500, 20_000])
@pytest.mark.parametrize("issues", [True, False])
@pytest.mark.parametrize("at_ms", range(0, SALE_MS, 1_300))
def test_the_line_breaks_at_any_time(at_ms: int, issues: bool, away_ms: int) -> None:
    world = TwinWorld(serial=True).ready()
    world.issues = issues
    world.begin()
    world.bench.run(at_ms)
    world.bench.unplug("payment")
    world.bench.run(away_ms)
    world.bench.replug("payment")
    world.end()
    works(world)


def test_a_terminal_that_tells_numbers_in_full_is_masked_everywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = TwinWorld().ready()
    world.twin.faults.add("pan_unmasked")
    paid = world.pay()
    said = "\n".join([*map(repr, world.bench.facts), *(record.getMessage() for record in caplog.records)])
    text = said + repr(world.driver.__dict__) + repr(world.driver._dialog.__dict__)
    assert isinstance(paid.auth, PaymentApproved)
    assert paid.auth.masked == "622588******5678"
    assert WALLET["good"].perso.pan not in text


class Life:
    """Some payments in bad weather, from a seed."""

    def __init__(self, seed: int, serial: bool) -> None:
        self.dice = Random(seed)
        self.world = TwinWorld(serial).ready()

    def live(self, payments: int) -> None:
        world, dice = self.world, self.dice
        once = sorted(set(FAULTS) - WRONG - LASTING)
        for _ in range(payments):
            if any(paid.ended is None for paid in world.payments.values()):
                world.bench.run(dice.randrange(40_000))
                continue
            world.twin.faults.update(dice.sample(once, dice.randrange(3)))
            world.twin.never = dice.random() < 0.1
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
        match dice.randrange(5):
            case 0:
                world.killed(dice.choice([100, 4_000, 30_000]), terminal=dice.random() < 0.5)
            case 1 if running:
                world.bench.do(lambda: world.driver.cancel(running[-1].number))
            case 2:
                world.bench.unplug("payment")
                world.bench.run(dice.choice([100, 4_000, 20_000]))
                world.bench.replug("payment")
            case 3:
                world.twin.faults.symmetric_difference_update({dice.choice(["host_silent", "host_down", "host_slow"])})
            case 4 if running:
                world.reverse(running[-1])


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_the_machine_and_the_terminal_say_the_same_after_any_life(seed: int, serial: bool) -> None:
    life = Life(seed, serial)
    life.live(6)
    captured = [paid for paid in life.world.payments.values() if isinstance(paid.ended, PaymentCaptured)]
    tickets = [paid for paid in life.world.payments.values() if paid.tickets]
    assert len(tickets) == len(captured) + told_people(life.world)


@pytest.mark.slow
def test_many_lives() -> None:
    for seed in range(60):
        Life(seed, seed % 2 == 0).live(8)
