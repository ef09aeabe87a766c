"""Laws of card payment: whatever is lost, late, doubled, spoilt, pulled or cut, the machine's word and the bank's books agree."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ports.payment import PaymentApproved, PaymentCaptured, PaymentReversed, PaymentUncertain
from tests.drivers.card_pay.world import World
from tests.drivers.till import AMOUNT_FEN

EXCHANGES = 10
"""With the chip of a good card."""
LINE_FAULTS = (
    "silent",
    "answer_lost",
    "cut",
    "doubled",
    "slow:ms=3000",
    "late_request:ms=4000",
    "late_request:ms=15000",
    "late_approval:ms=15000",
    "wrong_mac",
    "wrong_amount",
    "wrong_trace",
    "wrong_terminal",
    "wrong_arpc",
    "script",
    "key_change",
    "batch_full",
    "decline:code=05",
    "decline:code=10",
    "decline:code=41",
    "decline:code=94",
    "decline:code=96",
    "decline:code=A2",
)
MESSAGES = ("08", "02", "04")
SALE_MS = 6_500


def one(world: World, card: str = "good") -> None:
    """One sale, whatever happens, and everything to its end."""
    world.begin(card)
    world.bench.run(60_000)
    world.end()


def works(world: World) -> None:
    """After all that another card pays."""
    world.bench.until(lambda: bool(world.driver.ways), 400_000)
    assert isinstance(world.pay("second").ended, PaymentCaptured)
    world.check()


@pytest.mark.parametrize("what", ["silent", "vanished"])
@pytest.mark.parametrize("number", range(1, EXCHANGES + 1))
def test_a_card_lost_at_any_exchange_is_never_a_payment(number: int, what: str) -> None:
    world = World().ready()

    def hook(at: int) -> None:
        if at == number and what == "silent":
            world.reader.faults.add("chip_falls_silent_next")
        elif at == number:
            world.reader.clear_path(world.bench.now_ms)

    world.hook = hook
    one(world)
    assert world.exchanges >= number
    assert not isinstance(world.payments[101].auth, PaymentApproved)
    assert world.moved_fen(world.payments[101]) == 0


@pytest.mark.parametrize("order", LINE_FAULTS)
def test_any_trouble_with_a_purchase(order: str) -> None:
    _trouble(order, "02")


@pytest.mark.parametrize("code", ["10", "94", "A2", "A6"])
def test_an_answer_that_is_neither_yes_nor_no_is_taken_back(code: str) -> None:
    world = World().ready()
    world.fault(f"decline:code={code}:match=02:times=1")
    paid = world.pay()
    assert isinstance(paid.auth, PaymentUncertain)
    assert paid.ended == PaymentReversed(paid.number, moved=False)


@pytest.mark.slow
@pytest.mark.parametrize("message", ["08", "04"])
@pytest.mark.parametrize("order", LINE_FAULTS)
def test_any_trouble_with_a_sign_in_or_a_reversal(order: str, message: str) -> None:
    _trouble(order, message)


def _trouble(order: str, message: str) -> None:
    world = World()
    world.fault(f"{order}:match={message}:times=1")
    if message == "08":
        world.bench.run(30_000)
    world.ready()
    world.reverses_approved = message == "04"
    one(world)
    world.reverses_approved = False
    works(world)


@pytest.mark.parametrize("message", ["02", "04"])
@pytest.mark.parametrize("order", ["silent", "answer_lost", "wrong_mac", "late_approval:ms=15000"])
def test_trouble_that_lasts_through_the_first_reversals(order: str, message: str) -> None:
    world = World().ready()
    world.fault("answer_lost:match=02:times=1")
    world.fault(f"{order}:match={message}:times=3")
    one(world)
    works(world)


@pytest.mark.parametrize("at_ms", range(0, SALE_MS, 500))
def test_a_power_cut_at_any_time(at_ms: int) -> None:
    world = World().ready()
    world.begin()
    world.bench.run(at_ms)
    world.killed()
    world.end()
    works(world)


@pytest.mark.parametrize("at_ms", range(200, 1_600, 400))
def test_a_power_cut_while_it_is_taken_back(at_ms: int) -> None:
    world = World().ready()
    world.reverses_approved = True
    paid = world.begin()
    world.bench.until(lambda: paid.auth is not None)
    world.bench.run(at_ms)
    world.killed()
    world.end()
    assert world.moved_fen(paid) == 0


@pytest.mark.parametrize("message", ["02", "04"])
@pytest.mark.parametrize("before", [True, False])
def test_the_connection_breaks_at_any_message(message: str, before: bool) -> None:
    """Just before the host has it, and just after."""
    world = World().ready()
    world.reverses_approved = message == "04"
    broken: list[int] = []

    def spoil(out: bool, frame: bytes) -> bytes | None:
        kind = frame[11:13].hex()
        hit = kind == (f"{message}10" if out else f"{message}00") and out is not before
        if hit and not broken:
            broken.append(1)
            world.after(0, lambda: world.bench.unplug("bank"))
            world.after(2_000, lambda: world.bench.replug("bank"))
            return None
        return frame

    world.host.spoil = spoil
    one(world)
    assert broken


def _one_wrong_byte(step: int, start: int, out: bool) -> None:
    """Of every purchase (or its answer) that crosses the line, another byte is wrong: none is paid, and the next one is good."""
    world = World().ready()
    kind, at = (b"\x02\x10" if out else b"\x02\x00"), start
    size = 10**6

    def spoil(outwards: bool, frame: bytes) -> bytes:
        nonlocal size
        if outwards is not out or frame[11:13] != kind:
            return frame
        size = len(frame)
        return frame[:at] + bytes([frame[at] ^ 0x01]) + frame[at + 1 :] if at < size else frame

    while at < size:
        world.host.spoil = spoil
        paid = world.begin(("good", "second", "common")[at % 3])
        world.bench.until(lambda paid=paid: paid.ended is not None, 400_000)  # type: ignore[misc]
        unsigned = out and 5 <= at < 11  # the header of an answer: no MAC covers it, and it says nothing
        assert unsigned or not isinstance(paid.auth, PaymentApproved), at
        world.bench.until(lambda: bool(world.driver.ways), 400_000)
        at += step
    world.host.spoil = lambda outwards, frame: frame
    world.check()
    works(world)


def test_a_wrong_byte_on_the_line_is_a_decline_or_goes_back() -> None:
    _one_wrong_byte(41, 3, out=False)
    _one_wrong_byte(31, 3, out=True)


@pytest.mark.slow
@pytest.mark.parametrize("out", [True, False])
def test_more_wrong_bytes_on_the_line(out: bool) -> None:
    """All of them are tried without a card: in an answer beside this file, in a question in the bank's own tests."""
    _one_wrong_byte(7, 1, out)


class Life:
    """Some payments in bad weather, from a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.world = World().ready()

    def live(self, payments: int) -> None:
        world, dice = self.world, self.dice
        world.host.spoil = self._spoil
        for _ in range(payments):
            if any(paid.ended is None for paid in world.payments.values()):
                world.bench.run(dice.randrange(20_000))
                continue
            self._trouble()
            world.reverses_approved = dice.random() < 0.3
            card = dice.choice(["good", "second", "common", "asking", "poor", "late_no", "half", "lost"])
            world.begin(card, forgets=dice.random() < 0.05, pin="1111" if dice.random() < 0.05 else None)
            for _ in range(dice.randrange(3)):
                self._happens()
            world.bench.run(dice.choice([0, 5_000, 40_000]))
        for name in ("bank", "card_reader", "pin_pad"):
            if not world.bench.wires[name].plugged:
                world.bench.replug(name)
        world.reader.faults.clear()
        world.end()

    def _trouble(self) -> None:
        if self.dice.random() < 0.6:
            order = self.dice.choice(LINE_FAULTS)
            self.world.fault(f"{order}:match={self.dice.choice(MESSAGES)}:times={self.dice.randrange(1, 3)}")

    def _spoil(self, out: bool, frame: bytes) -> bytes | None:
        chance = self.dice.random()
        if chance < 0.03:
            return None
        if chance < 0.05:
            at = self.dice.randrange(len(frame))
            return frame[:at] + bytes([frame[at] ^ 1 << self.dice.randrange(8)]) + frame[at + 1 :]
        return frame

    def _happens(self) -> None:
        world, dice = self.world, self.dice
        world.bench.run(dice.randrange(8_000))
        running = [paid for paid in world.payments.values() if paid.auth is None and paid.ended is None]
        match dice.randrange(6):
            case 0:
                world.killed(dice.choice([100, 20_000]))
            case 1 if running:
                world.bench.do(lambda: world.driver.cancel(running[-1].number))
            case 2:
                name = dice.choice(["bank", "card_reader", "pin_pad"])
                world.bench.unplug(name)
                world.bench.run(dice.randrange(4_000))
                world.bench.replug(name)
            case 3:
                world.reader.faults.add("chip_falls_silent_next")
            case 4 if running:
                world.reverse(running[-1])


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32))
def test_the_machine_and_the_bank_say_the_same_after_any_life(seed: int) -> None:
    life = Life(seed)
    life.live(6)
    booked_fen = sum(life.world.moved_fen(paid) for paid in life.world.payments.values())
    captured = sum(isinstance(paid.ended, PaymentCaptured) for paid in life.world.payments.values())
    assert booked_fen == captured * AMOUNT_FEN


@pytest.mark.slow
def test_many_lives() -> None:
    for seed in range(40):
        Life(seed).live(8)
