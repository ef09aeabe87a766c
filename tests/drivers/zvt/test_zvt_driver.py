"""The driver against a terminal made of paper: what is said when, and what becomes of each payment."""

from __future__ import annotations

import json
import logging

import pytest

from drivers.zvt import codec
from drivers.zvt.health import Account
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady
from kiosk.ports.payment import (
    CaptureRefused,
    PaymentApproved,
    PaymentCaptured,
    PaymentDeclined,
    PaymentReversed,
    PaymentUncertain,
    ReverseUncertain,
)
from kiosk.records import record_of
from tests.drivers.till import AMOUNT_FEN, KEY
from tests.drivers.zvt.paper import PAN
from tests.drivers.zvt.world import World


def said(world: World) -> list[int]:
    """Messages of the machine, repeats left out."""
    controls = [apdu.control for apdu in world.paper.heard]
    return [one for at, one in enumerate(controls) if at == 0 or controls[at - 1] != one]


@pytest.mark.parametrize("serial", [False, True])
def test_a_payment_is_held_until_the_tickets_are_out_and_then_kept(serial: bool) -> None:
    world = World(serial=serial).ready()
    paid = world.pay()
    assert paid.auth == PaymentApproved(paid.number, "29007777.0001.001001", "", "622588******5678")
    assert paid.ended == PaymentCaptured(paid.number)
    controls = [apdu.control for apdu in world.paper.heard]
    assert controls.count(codec.PAY) == 1
    assert controls.count(codec.REPEAT) >= 2
    assert world.kept_fen() == AMOUNT_FEN
    assert [step.step for step in world.steps] == ["card", "pin", "waiting"]
    world.check()


def test_it_registers_and_asks_for_the_bank_before_it_offers_cards() -> None:
    world = World()
    assert world.driver.ways == frozenset()
    world.ready()
    assert [apdu.control for apdu in world.paper.heard if not apdu.answers][:2] == [codec.REGISTER, codec.DIAGNOSE]
    assert [fact for fact in world.bench.facts if isinstance(fact, DeviceReady)] == [
        DeviceReady("payment", "zvt", "", "29007777")
    ]


def test_nothing_printed_is_told_the_terminal_and_asked_again_by_receipt() -> None:
    world = World().ready()
    world.issues = False
    paid = world.pay()
    assert paid.ended == PaymentReversed(paid.number, moved=True)
    controls = [apdu.control for apdu in world.paper.heard]
    held = controls[controls.index(codec.REPEAT) : controls.index(codec.NOT_ISSUED)]
    assert set(held) == {codec.REPEAT}, "never told to keep it"
    assert codec.REVERSE in controls
    world.check()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0x6C, "cancelled"),
        (0x64, "card"),
        (0x78, "expired"),
        (0x33, "funds"),
        (0x37, "pin"),
        (5, "declined"),
        (0xFF, "other"),
    ],
)
def test_what_the_terminal_refuses_is_declined_with_its_reason(code: int, reason: str) -> None:
    world = World().ready()
    world.paper.result = code
    paid = world.pay()
    assert paid.ended == PaymentDeclined(paid.number, reason)
    assert world.bench.facts.count(PaymentDeclined(paid.number, reason)) == 1
    world.paper.result = 0
    world.bench.until(lambda: bool(world.driver.ways))
    assert world.pay().ended == PaymentCaptured(201)


@pytest.mark.parametrize(("how", "reason"), [("cancel", "cancelled"), ("time", "timeout")])
def test_who_gives_up_has_not_paid_by_the_terminals_own_word(how: str, reason: str) -> None:
    world = World().ready()
    world.paper.never = True
    paid = world.begin(lasts_ms=40_000)
    world.bench.run(3_000)
    if how == "cancel":
        world.bench.do(lambda: world.driver.cancel(paid.number))
    world.bench.until(lambda: paid.ended is not None)
    assert paid.ended == PaymentDeclined(paid.number, reason)
    assert codec.ABORT in said(world)


def test_a_cancel_that_comes_too_late_is_an_approval() -> None:
    world = World().ready()
    paid = world.until_approved()
    world.bench.do(lambda: world.driver.cancel(paid.number))
    world.bench.run(5_000)
    world.reverse(paid)
    world.end()
    assert paid.ended == PaymentReversed(paid.number, moved=True)


@pytest.mark.parametrize("fault", ["wrong_amount", "no_receipt", "no_amount"])
def test_an_approval_that_does_not_fit_is_never_kept(fault: str) -> None:
    world = World().ready()
    world.paper.faults.add(fault)
    paid = world.begin()
    world.bench.until(lambda: paid.auth is not None)
    assert paid.auth == PaymentUncertain(paid.number, "bad answer")
    world.end()
    assert isinstance(paid.ended, PaymentReversed)


def test_a_terminal_that_does_not_wait_is_kept_in_step_and_takes_no_more_cards() -> None:
    world = World().ready()
    world.paper.faults.add("ignores_goods")
    paid = world.pay()
    assert paid.ended == PaymentCaptured(paid.number)
    assert Fault("payment", "DEVICE_FAILURE", True, "no goods issue") in world.bench.facts
    assert world.driver.ways == frozenset()
    world.check()


def test_repeats_used_up_are_no_payment_and_tickets_for_them_are_told_people() -> None:
    world = World().ready()
    paid = world.until_approved()
    world.paper.running.repeats = 1  # type: ignore[union-attr]
    world.bench.run(20_000)
    world.capture(paid)
    world.end()
    assert paid.ended == CaptureRefused(paid.number, "declined")


def test_a_bank_that_is_away_closes_cards_and_comes_back_by_itself() -> None:
    world = World().ready()
    world.paper.faults.add("host_down")
    assert world.pay().ended == PaymentDeclined(101, "closed")
    world.bench.run(5_000)
    assert world.driver.ways == frozenset()
    assert Fault("payment", "NO_ANSWER", True, "bank") in world.bench.facts
    world.paper.faults.clear()
    world.bench.until(lambda: bool(world.driver.ways))
    assert Fault("payment", "NO_ANSWER", False, "bank") in world.bench.facts


def test_a_reversal_that_the_bank_cannot_hear_is_asked_until_it_can() -> None:
    world = World().ready()
    paid = world.until_approved()
    world.paper.running.entry.state = "kept"  # type: ignore[union-attr]
    world.paper.faults |= {"host_down"}
    world.paper._give_up()
    world.reverse(paid)
    world.bench.until(ReverseUncertain)
    assert paid.ended is None
    world.end()
    assert paid.ended == PaymentReversed(paid.number, moved=True)


def test_reversing_twice_moves_nothing_twice() -> None:
    world = World().ready()
    world.issues = False
    paid = world.pay()
    world.bench.do(lambda: world.driver.reverse(paid.number, KEY, AMOUNT_FEN, "card", "29007777.0001.001001"))
    paid.ended, paid.asked = None, True
    world.end()
    assert paid.ended == PaymentReversed(paid.number, moved=True)
    assert [entry.state for entry in world.paper.ledger] == ["reversed"]


def test_an_earlier_payment_of_the_same_price_is_not_taken_for_the_one_nobody_knows_of() -> None:
    world = World().ready()
    assert world.pay().ended == PaymentCaptured(101)
    paid = world.begin()
    world.paper.never = True
    world.bench.run(1_000)
    world.killed()
    world.end()
    assert paid.ended == PaymentReversed(paid.number, moved=False)
    assert world.kept_fen() == AMOUNT_FEN


@pytest.mark.parametrize("last", [True, False])
def test_a_payment_that_stands_though_nobody_captured_it_is_found_by_the_last_receipt(last: bool) -> None:
    """A terminal that breaks the rule: where it can be asked, the money goes back all the same."""
    world = World().ready()
    assert world.pay().ended == PaymentCaptured(101)
    world.paper.faults |= {"lose_result"} if last else {"lose_result", "no_last"}
    paid = world.begin()
    world.bench.until(lambda: len(world.paper.ledger) == 2)
    world.paper.ledger[1].state = "kept"
    world.killed()
    world.bench.until(lambda: paid.ended is not None)
    assert paid.ended == PaymentReversed(paid.number, moved=last)
    assert world.paper.ledger[1].state == ("reversed" if last else "kept")


def test_the_day_is_closed_when_it_is_over_and_nothing_is_open() -> None:
    world = World().ready()
    assert world.pay().ended == PaymentCaptured(101)
    world.day = "2026-11-23"
    world.bench.run(300_000)
    assert world.paper.days == 0, "not before a quiet time"
    world.bench.run(400_000)
    assert world.paper.days == 1
    world.bench.run(7_200_000)
    assert world.paper.days == 1


def test_the_day_is_not_closed_while_a_payment_is_open() -> None:
    world = World().ready()
    paid = world.until_approved()
    world.day = "2026-11-23"
    world.paper.running.repeats = 10_000  # type: ignore[union-attr]
    world.bench.run(1_500_000)
    assert world.paper.days == 0
    world.reverse(paid)
    world.bench.run(700_000)
    assert world.paper.days == 1


def test_no_number_of_a_card_is_said_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = World().ready()
    world.pay()
    world.paper.faults.add("wrong_amount")
    world.pay()
    facts = [
        repr(fact) + json.dumps(record_of(fact), default=repr)
        for fact in world.bench.facts
        if fact.kind != "payment.step"
    ]
    text = "\n".join([*facts, caplog.text, repr(world.driver.__dict__), repr(world.driver._dialog.__dict__)])
    assert "622588******5678" in text
    assert PAN not in text
    assert PAN[6:12] not in text
    assert "123456" not in text, "the password"


def test_a_foreign_terminal_is_told_and_never_used() -> None:
    world = World()
    world.driver._health._account = Account(123_456, 156, terminal="11112222")
    world.bench.run(10_000)
    assert world.driver.ways == frozenset()
    assert Fault("payment", "WRONG_DEVICE", True, "terminal 29007777") in world.bench.facts


def test_a_way_or_an_amount_that_is_none_is_declined() -> None:
    world = World().ready()
    world.bench.do(lambda: world.driver.begin(901, KEY, 3_800, "code", "zh", 10**9))
    world.bench.do(lambda: world.driver.begin(902, KEY, 0, "card", "zh", 10**9))
    world.bench.do(lambda: world.driver.capture(903, KEY, 3_800, "card", "nonsense"))
    world.bench.run(1_000)
    assert PaymentDeclined(901, "unsupported") in world.bench.facts
    assert PaymentDeclined(902, "amount") in world.bench.facts
    assert CaptureRefused(903, "other") in world.bench.facts
