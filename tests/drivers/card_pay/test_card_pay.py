"""Payments by card: adapter, real drivers, twins and the bank's own core together in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.card_pay.driver import READY_MS
from drivers.emv.port import Ask, AskBank, AskPin, BankAnswer, OnlineCard, PinHow, Purchase
from kiosk.faults import Fault
from kiosk.ports.card_reader import CardBytes
from kiosk.ports.fact import DeviceReady
from kiosk.ports.payment import (
    CaptureRefused,
    PaymentApproved,
    PaymentCaptured,
    PaymentDeclined,
    PaymentReversed,
    PaymentStep,
    PaymentUncertain,
    ReverseRefused,
    ReverseUncertain,
)
from kiosk.ports.pin_pad import Pan
from simulator.acquirer.ledger import State
from simulator.devices.epp import install_test_masters
from tests.drivers.card_pay.world import PATIENCE, World
from tests.drivers.till import AMOUNT_FEN, KEY, Paid

REASONS = {
    "poor": "funds",
    "lost": "declined",
    "closed": "declined",
    "expired": "expired",
    "foreign": "card",
    "stripe": "unsupported",
    "strange": "unsupported",
    "blocked_application": "card",
    "blocked": "card",
    "refusing": "card",
    "incomplete": "card",
    "offline_no": "card",
    "silent": "unsupported",
}


def steps(world: World, paid: Paid) -> list[str]:
    said = [fact.step for fact in world.bench.facts if isinstance(fact, PaymentStep) and fact.payment == paid.number]
    return [step for at, step in enumerate(said) if at == 0 or said[at - 1] != step]


def test_a_good_card_pays_and_is_back_in_the_hand() -> None:
    world = World().ready()
    paid = world.pay()
    assert isinstance(paid.auth, PaymentApproved)
    assert paid.auth.masked == "622588******5678"
    assert paid.auth.reference.startswith("000001-")
    assert isinstance(paid.ended, PaymentCaptured)
    assert steps(world, paid) == ["card", "card_busy", "pin", "card_busy", "waiting", "remove"]
    typed = [fact.typed for fact in world.bench.facts if isinstance(fact, PaymentStep) and fact.step == "pin"]
    assert typed == [0, 1, 2, 3, 4, 5, 6]
    assert world.lies("good") == "hand"
    assert world.moved_fen(paid) == AMOUNT_FEN
    world.check()


@pytest.mark.parametrize("name", ["second", "two", "unlisted", "asking", "common", "long", "answer_inside"])
def test_other_good_cards_pay(name: str) -> None:
    world = World().ready()
    assert isinstance(world.pay(name).ended, PaymentCaptured)
    world.check()


@pytest.mark.parametrize("name", sorted(REASONS))
def test_cards_that_are_no_good_are_declined_and_come_back(name: str) -> None:
    world = World().ready()
    paid = world.pay(name)
    assert paid.ended == PaymentDeclined(paid.number, REASONS[name])
    assert world.lies(name) == "hand"
    world.check()


@pytest.mark.parametrize("name", ["late_no", "doubting", "half"])
def test_a_card_that_refuses_what_the_bank_approved_sends_the_money_back(name: str) -> None:
    world = World().ready()
    paid = world.pay(name)
    assert paid.auth == PaymentUncertain(paid.number, "other")
    assert paid.ended == PaymentReversed(paid.number, moved=True)
    assert world.state(paid) is State.REVERSED
    world.check()


def test_a_wrong_pin_three_times_and_the_card_is_blocked() -> None:
    world = World().ready()
    said = [world.pay(pin="000000").ended for _ in range(4)]
    assert [getattr(each, "reason", "") for each in said] == ["pin", "pin", "pin_tries", "pin_tries"]
    assert getattr(world.pay().ended, "reason", "") == "pin_tries"
    assert isinstance(world.pay("second").ended, PaymentCaptured)
    world.check()


def test_a_pin_that_is_right_at_last_pays() -> None:
    world = World().ready()
    assert getattr(world.pay(pin="1234").ended, "reason", "") == "pin"
    assert isinstance(world.pay().ended, PaymentCaptured)
    world.check()


def test_enter_without_a_digit_is_no_pin() -> None:
    world = World().ready()
    assert getattr(world.pay(pin="").ended, "reason", "") == "pin"
    assert not [frame for frame in world.host.heard if frame[11:13] == b"\x02\x00"]


@pytest.mark.parametrize("after_ms", [0, 100, 400, 900, 1_500, 2_500, 3_500, 4_500, 5_500, 6_500])
def test_a_cancel_at_any_time_ends_in_the_truth(after_ms: int) -> None:
    world = World().ready()
    paid = world.begin()
    world.bench.run(after_ms)
    world.bench.do(lambda: world.driver.cancel(paid.number))
    world.bench.until(lambda: paid.ended is not None)
    booked = world.moved_fen(paid) > 0
    assert isinstance(paid.ended, PaymentCaptured if booked else PaymentDeclined)
    assert booked or paid.ended == PaymentDeclined(paid.number, "cancelled")
    world.bench.run(20_000)
    assert world.lies("good") in ("hand", "card.bin")
    world.check()


def test_nobody_comes_and_the_gate_is_shut() -> None:
    world = World().ready()
    paid = world.pay("", lasts_ms=60_000)
    assert paid.ended == PaymentDeclined(paid.number, "timeout")
    assert not world.reader.gate_open


def test_nobody_types_and_the_card_comes_back() -> None:
    world = World().ready()
    world.who.slow_ms = 0
    paid = world.begin()
    world.who.done.add((paid.number, "pin"))
    world.bench.until(lambda: paid.ended is not None)
    assert paid.ended == PaymentDeclined(paid.number, "timeout")
    assert world.lies("good") == "hand"


def test_a_forgotten_card_is_captured_and_the_payment_stands() -> None:
    world = World().ready()
    paid = world.pay(forgets=True)
    assert isinstance(paid.ended, PaymentCaptured)
    assert world.lies("good") == "card.bin"
    world.check()


def test_an_approval_can_be_taken_back_and_more_than_once() -> None:
    world = World().ready()
    world.reverses_approved = True
    paid = world.pay()
    assert paid.ended == PaymentReversed(paid.number, moved=True)
    world.reverse(paid)
    paid.ended = None
    world.bench.until(lambda: paid.ended is not None)
    assert paid.ended == PaymentReversed(paid.number, moved=True)
    world.check()


def test_a_payment_the_bank_never_heard_of_is_barred() -> None:
    world = World().ready()
    paid = world.payments[701] = Paid(701)
    world.reverse(paid)
    world.bench.until(lambda: paid.ended is not None)
    assert paid.ended == PaymentReversed(701, moved=False)
    assert world.state(paid) is State.BARRED


def test_a_reversal_that_the_bank_will_not_do_is_a_claim() -> None:
    world = World().ready()
    paid = world.pay()
    paid.ended = None
    world.driver.reverse(paid.number, KEY, AMOUNT_FEN + 1, "card", getattr(paid.auth, "reference", ""))
    world.bench.until(ReverseRefused)
    assert world.moved_fen(paid) == AMOUNT_FEN


def test_a_reversal_during_the_payment_is_the_only_word() -> None:
    for after_ms in (0, 500, 1_500, 3_000, 4_500, 5_200):
        world = World().ready()
        paid = world.begin()
        world.bench.run(after_ms)
        world.reverse(paid)
        world.bench.until(lambda paid=paid: paid.ended is not None)  # type: ignore[misc]
        assert isinstance(paid.ended, PaymentReversed)
        world.bench.run(30_000)
        assert paid.auth is None or after_ms > 5_000
        world.check()


def test_what_has_no_approval_is_not_captured() -> None:
    world = World().ready()
    world.bench.do(lambda: world.driver.capture(7, KEY, AMOUNT_FEN, "card", ""))
    assert world.bench.until(CaptureRefused) == CaptureRefused(7, "other")


def test_orders_that_cannot_be_are_declined_for_certain() -> None:
    world = World().ready()
    world.bench.do(lambda: world.driver.begin(5, KEY, AMOUNT_FEN, "code", "zh", 10**9))
    world.bench.do(lambda: world.driver.begin(6, KEY, 0, "card", "zh", 10**9))
    paid = world.begin()
    world.bench.do(lambda: world.driver.begin(108, KEY, AMOUNT_FEN, "card", "zh", 10**9))
    world.bench.run(100)
    said = [fact for fact in world.bench.facts if isinstance(fact, PaymentDeclined)]
    assert said == [PaymentDeclined(5, "unsupported"), PaymentDeclined(6, "amount"), PaymentDeclined(108, "other")]
    world.bench.until(lambda: paid.ended is not None)
    assert isinstance(paid.ended, PaymentCaptured)


# -- what does not work


def test_an_opened_pad_ends_cards_until_its_keys_were_loaded_anew() -> None:
    world = World().ready()
    world.bench.do(lambda: world.pad.faults.add("opened"))
    world.bench.until(lambda: not world.driver.ways)
    assert any(isinstance(fact, Fault) and (fact.device, fact.up) == ("payment", True) for fact in world.bench.facts)
    assert world.pay().ended == PaymentDeclined(101, "closed")
    world.bench.do(world.pad.faults.clear)
    world.bench.run(60_000)
    assert not world.driver.ways, "nobody said that the keys are there again"

    def mended() -> None:
        world.pad.reinitialise()
        install_test_masters(world.pad)
        world.driver.restart()

    world.bench.do(mended)
    world.bench.until(lambda: bool(world.driver.ways))
    assert isinstance(world.pay().ended, PaymentCaptured)


def test_a_pad_that_is_opened_while_somebody_types_declines() -> None:
    world = World().ready()
    paid = world.begin()
    world.bench.until(lambda: "pin" in steps(world, paid))
    world.bench.run(400)
    world.bench.do(lambda: world.pad.faults.add("opened"))
    world.bench.until(lambda: paid.ended is not None)
    assert isinstance(paid.ended, PaymentDeclined)
    assert not world.driver.ways
    assert world.moved_fen(paid) == 0


@pytest.mark.parametrize("name", ["card_reader", "pin_pad", "bank"])
def test_a_pulled_plug_is_a_fault_and_a_replug_mends_it(name: str) -> None:
    world = World().ready()
    world.bench.unplug(name)
    world.bench.until(lambda: not world.driver.ways)
    assert world.pay().ended == PaymentDeclined(101, "closed")
    world.bench.replug(name)
    world.bench.until(lambda: bool(world.driver.ways), 15_000)
    assert isinstance(world.pay().ended, PaymentCaptured)
    faults = [fact.up for fact in world.bench.facts if isinstance(fact, Fault) and fact.device == "payment"]
    assert faults == [True, False]


@pytest.mark.parametrize("name", ["card_reader", "pin_pad", "bank"])
@pytest.mark.parametrize("after_ms", [200, 900, 2_000, 3_500, 4_600, 5_300, 6_000, 7_500, 8_500])
def test_a_plug_pulled_at_any_time_ends_in_the_truth(name: str, after_ms: int) -> None:
    world = World().ready()
    paid = world.begin()
    world.bench.run(after_ms)
    world.bench.unplug(name)
    world.bench.run(3_000)
    world.bench.replug(name)
    world.bench.until(lambda: paid.ended is not None, 400_000)
    world.end()


def test_without_the_bank_no_reversal_is_said_to_be_done() -> None:
    world = World().ready()
    world.bench.unplug("bank")
    world.bench.run(1_000)
    paid = world.payments[101] = Paid(101)
    world.reverse(paid)
    world.bench.run(READY_MS)
    assert ReverseUncertain(101, "link") in world.bench.facts
    world.bench.replug("bank")
    world.bench.until(lambda: paid.ended is not None)
    assert paid.ended == PaymentReversed(101, moved=False)


def test_keys_that_the_bank_does_not_know_any_more_are_fetched_anew() -> None:
    world = World().ready()
    world.fault("key_change:match=02:times=1")
    paid = world.pay()
    assert isinstance(paid.ended, PaymentDeclined | PaymentReversed)
    world.bench.until(lambda: bool(world.driver.ways))
    assert isinstance(world.pay("second").ended, PaymentCaptured)
    world.check()


def test_the_machine_says_when_cards_work_and_a_bank_that_falls_silent_is_noticed() -> None:
    world = World().ready()
    assert DeviceReady("payment", "card_pay", "1", "TVM00001") in world.bench.facts
    world.fault("silent")
    world.bench.until(lambda: not world.driver.ways)
    world.host.faults.switch_off("silent")
    world.bench.until(lambda: bool(world.driver.ways))


def test_a_card_that_its_issuer_wants_is_kept_only_where_that_was_ordered() -> None:
    world = World(replace(PATIENCE, keeps_wanted=True)).ready()
    paid = world.pay("lost")
    assert paid.ended == PaymentDeclined(paid.number, "card_wanted")
    assert world.lies("lost") == "card.bin"


def test_who_was_refused_and_left_the_card_is_told_where_it_is() -> None:
    world = World().ready()
    paid = world.pay("poor", forgets=True)
    assert paid.ended == PaymentDeclined(paid.number, "card_kept")
    assert world.lies("poor") == "card.bin"
    world.check()


def test_no_keys_are_fetched_between_a_pin_and_its_message() -> None:
    world = World().ready()
    world.hook = lambda number: world.driver._signing.doubt() if number == 8 else None
    assert isinstance(world.pay().ended, PaymentCaptured)
    world.hook = lambda number: None
    world.bench.until(lambda: bool(world.driver.ways))
    assert isinstance(world.pay("second").ended, PaymentCaptured)
    world.check()


def test_nobody_is_asked_all_the_time_while_something_is_waited_for() -> None:
    world = World().ready()
    polls: list[int] = []
    plain = world.driver.poll

    def poll(now_ms: int) -> int | None:
        polls.append(now_ms)
        return plain(now_ms)

    world.driver.poll = poll  # type: ignore[method-assign]

    def in_ten_seconds() -> int:
        polls.clear()
        world.bench.run(10_000)
        return len(polls)

    world.bench.run(70_000)
    assert in_ten_seconds() < 40
    world.fault("silent")
    world.payments[901] = Paid(901)
    world.reverse(world.payments[901])
    world.bench.run(2_000)
    assert in_ten_seconds() < 100
    world.bench.unplug("bank")
    world.bench.run(90_000)
    assert in_ten_seconds() < 100
    world.begin("")
    assert in_ten_seconds() < 100


class Hasty:
    """A kernel that asks the bank without a PIN, or again and again."""

    certified, label = True, "hasty"

    def __init__(self, pin: bool) -> None:
        self._ask = AskPin(Pan("6225880012345678")) if pin else self._bank()

    def _bank(self) -> Ask:
        return AskBank(OnlineCard(Pan("6225880012345678"), "6225880012345678D2812201", "2812", "01", b""))

    def begin(self, purchase: Purchase) -> Ask:
        return self._ask

    def card_said(self, answer: CardBytes | None) -> Ask:
        return self._bank()

    def pin_said(self, how: PinHow) -> Ask:
        return self._bank()

    def bank_said(self, answer: BankAnswer | None) -> Ask:
        return self._bank()


@pytest.mark.parametrize("pin", [True, False])
def test_a_kernel_that_is_out_of_its_mind_pays_nothing(pin: bool) -> None:
    world = World().ready()
    world.driver._tools = replace(world.driver._tools, kernel=Hasty(pin))
    assert isinstance(world.pay().ended, PaymentDeclined)
    assert len([frame for frame in world.host.heard if frame[11:13] == b"\x02\x00"]) == int(pin)
    world.check()
