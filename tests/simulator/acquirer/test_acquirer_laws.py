"""Each payment is committed exactly once or taken back, whatever is lost, late, doubled or killed on the way.

The terminal here keeps the sheet's rules of store-and-forward (section 5): a reversal is due until an approval was processed,
and is sent until it is answered. The bank's process dies before or after any statement of its ledger and starts again on what
the operating system then has of its files.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.acquirer.host import Acquirer
from simulator.acquirer.ledger import Ledger, State
from tests.simulator.acquirer.helpers import KEYS, TERMINAL, Desk


class Killed(BaseException):
    """The power of the bank is gone."""


class Mortal(sqlite3.Connection):
    """Dies around the `countdown`-th statement, and once dead does nothing any more."""

    countdown: int | None = None
    before = True
    dead = False

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        if Mortal.dead:
            raise Killed
        hit = Mortal.countdown == 0
        if Mortal.countdown is not None:
            Mortal.countdown -= 1
        if hit and Mortal.before:
            Mortal.dead = True
            raise Killed
        done = super().execute(*arguments)
        if hit:
            Mortal.dead = True
            raise Killed
        return done


class Bank:
    """A bank on a file that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lives = 0
        self.kills = 0
        Mortal.countdown, Mortal.dead = None, False
        self.start()

    def start(self) -> None:
        self.ledger = Ledger(self._folder / f"{self._lives}.sqlite", Mortal)
        self.acquirer = Acquirer(KEYS, self.ledger)

    def killed(self) -> None:
        """What a kill leaves: the files as the operating system has them at this moment."""
        self.kills += 1
        old, self._lives = f"{self._lives}.sqlite", self._lives + 1
        for path in self._folder.glob(f"{old}*"):
            shutil.copy(path, self._folder / path.name.replace(old, f"{self._lives}.sqlite"))
        self.ledger.close()
        Mortal.countdown, Mortal.dead = None, False
        self.start()


@dataclass(frozen=True)
class Fate:
    """What happens to one sending: 0 request lost, 1 answer lost, 2 both arrive, 3 it comes twice, 4 it is held up."""

    way: int
    kill_at: int | None
    before: bool


FATES = st.builds(
    Fate,
    way=st.sampled_from([0, 1, 2, 2, 2, 3, 4]),
    kill_at=st.one_of(st.none(), st.none(), st.integers(0, 22)),
    before=st.booleans(),
)


@dataclass(frozen=True)
class Payment:
    """One sale: how its request fares, whether its ticket comes out, how its reversals fare."""

    request: Fate
    ticket: bool
    reversals: list[Fate] = field(default_factory=list)
    wrong_pin: bool = False


PAYMENTS = st.builds(
    Payment,
    request=FATES,
    ticket=st.booleans(),
    reversals=st.lists(FATES, max_size=3),
    wrong_pin=st.sampled_from([True] + 5 * [False]),
)


class Shop(Desk):
    """A desk whose bank dies and whose line loses, doubles and holds up."""

    def __init__(self, bank: Bank) -> None:
        self.shop_bank = bank
        self.held_up: list[bytes] = []
        super().__init__(bank.ledger)

    def arrive(self, frame: bytes, fate: Fate) -> str:
        """Field 39 as the bank said it, empty when it died over it."""
        Mortal.countdown, Mortal.before = fate.kill_at, fate.before
        try:
            answer = self.shop_bank.acquirer.handle(frame, self.now_ms)
        except Killed:
            self.shop_bank.killed()
            self.bank = self.shop_bank.acquirer
            return ""
        finally:
            Mortal.countdown = None
        self.read(answer)
        return answer.code

    def deliver(self, frame: bytes, fate: Fate) -> str:
        """Field 39 as the terminal gets it, empty for nothing."""
        if fate.way == 0:
            return ""
        if fate.way == 4:
            self.held_up.append(frame)
            return ""
        code = self.arrive(frame, fate)
        if fate.way == 3:
            again = self.arrive(frame, SURE)
            assert code in ("", again)
            code = again
        return "" if fate.way == 1 else code

    def late_ones_arrive(self) -> None:
        for frame in self.held_up:
            self.arrive(frame, SURE)
        self.held_up = []


SURE = Fate(2, None, True)


def pay(shop: Shop, payment: Payment) -> bool:
    """The terminal's rules; True when it handed a ticket out."""
    fields = shop.purchase(pin="000000" if payment.wrong_pin else "")
    code = shop.deliver(shop.raw("0200", fields), payment.request)
    if code == "00" and payment.ticket:
        return True
    if code not in ("", "00"):
        return False  # a valid decline: nothing to take back
    shop_reversal = shop.raw("0400", shop.reversal(fields))
    for fate in [*payment.reversals, SURE]:
        said = shop.deliver(shop_reversal, fate)
        if said:
            assert said in ("00", "25")
            break
    return False


@contextmanager
def open_shop() -> Iterator[Shop]:
    with tempfile.TemporaryDirectory() as folder:
        bank = Bank(Path(folder))
        shop = Shop(bank)
        shop.sign_in()
        try:
            yield shop
        finally:
            bank.ledger.close()


def settle_up(payments: list[Payment], overtaken: bool) -> None:
    """After all of it: what is booked is what tickets were handed out for, and the money fits."""
    with open_shop() as shop:
        tickets = 0
        for payment in payments:
            tickets += pay(shop, payment)
            if overtaken:
                shop.late_ones_arrive()
        shop.late_ones_arrive()
        ledger = shop.shop_bank.ledger
        booked = [booking for booking in ledger.bookings(TERMINAL) if booking.moved_fen]
        assert len(booked) == tickets
        assert {booking.state for booking in booked} <= {State.BOOKED}
        assert ledger.account("good", 100_000_000).balance_fen == 100_000_000 - 3_800 * tickets
        assert ledger.wrong() == []


@given(payments=st.lists(PAYMENTS, min_size=1, max_size=4), overtaken=st.booleans())
@settings(max_examples=6, deadline=None)
def test_each_payment_is_committed_once_or_not_at_all(payments: list[Payment], overtaken: bool) -> None:
    settle_up(payments, overtaken)


@pytest.mark.slow
@given(payments=st.lists(PAYMENTS, min_size=1, max_size=6), overtaken=st.booleans())
@settings(max_examples=150, deadline=None)
def test_each_of_many_payments_is_committed_once_or_not_at_all(payments: list[Payment], overtaken: bool) -> None:
    settle_up(payments, overtaken)


@pytest.mark.slow
def test_a_kill_at_every_statement_of_a_payment_leaves_all_of_it_or_nothing() -> None:
    """Before and after each statement, from the first to beyond the last."""
    outcomes = set()
    for kill_at in range(40):
        for before in (True, False):
            with open_shop() as shop:
                fields = shop.purchase()
                frame = shop.raw("0200", fields)
                shop.arrive(frame, Fate(2, kill_at, before))
                booked = [each.moved_fen for each in shop.shop_bank.ledger.bookings(TERMINAL)]
                assert booked in ([], [3_800])
                outcomes.add((shop.shop_bank.kills, len(booked)))
                assert shop.shop_bank.ledger.wrong() == []
                assert shop.arrive(frame, SURE) == "00"
                assert [each.moved_fen for each in shop.shop_bank.ledger.bookings(TERMINAL)] == [3_800]
        if (0, 1) in outcomes:
            break
    assert outcomes == {(1, 0), (1, 1), (0, 1)}


def test_a_bank_that_died_over_its_answer_gives_it_to_the_next_question() -> None:
    with open_shop() as shop:
        fields = shop.purchase()
        frame = shop.raw("0200", fields)
        first = shop.shop_bank.acquirer.handle(frame, shop.now_ms)
        shop.shop_bank.killed()
        assert shop.shop_bank.acquirer.handle(frame, shop.now_ms + 5_000) == first
        assert first.code == "00"
