"""Coins in a sale: they fall last, when somebody is there, one hopper an order, and what fell is the passenger's at once.

Nothing is presented and nothing can be pulled back (decision page 031). A hopper that gave less than it should is left out for
the rest of the sale, and the rest is planned once more. Counting, questions and actions of it stand together here; the table has
the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kiosk.ports import coin_hopper as ch
from kiosk.ports.fact import Fact
from kiosk.sale.book import Book
from kiosk.sale.change import YUAN_FEN, ChangePlan, payable_exactly, plan_change
from kiosk.sale.intents import Intent, PayCoins
from kiosk.sale.lines import Claim, CoinLine
from kiosk.stock import Stock

if TYPE_CHECKING:
    from kiosk.sale.count import Counting
    from kiosk.sale.guards import SaleContext

TRIES = 2
"""So many orders may fail: the rest is planned once more, and then claimed."""
BAD = ("short", "refused", "unknown")
ALONE = ("timeout", "lock_expired", "service", "screen")
"""Why an order ended, when nobody may be there to pick coins up."""


class CoinGuards:
    """What the table asks about coins."""

    book: Book
    _context: SaleContext
    _stock: Stock

    def can_pay_coins(self) -> bool:
        """Somebody is there, and a part of what is owed can be paid in coins."""
        return not self.book.absent and self.coins_payable()

    def coins_payable(self) -> bool:
        return self.owes_cash() and bool(self.plan().coins)

    def still_dropping(self) -> bool:
        return any(line.state == "asked" for line in self.book.coins)

    def owes_cash(self) -> bool:
        """What came by card or phone is no cash that may be paid out, nor what nobody can count."""
        book = self.book
        return book.owed_fen > 0 and not book.charged_fen and not any(pay.state == "unknown" for pay in book.pays)

    def notes_may_try(self) -> bool:
        failed = sum(pay.state in ("refused", "short") for pay in self.book.pays)
        return failed < self._context.policy.pay_tries

    def plan(self, more_fen: int = 0) -> ChangePlan:
        """How what is owed, and `more_fen`, can be paid now."""
        notes = self._stock.payable() if self.notes_may_try() else {}
        cash = self._context.policy.cash
        return plan_change(
            self.book.owed_fen + more_fen, notes, cash.max_notes_out, self.coins_there(), cash.max_coins_out
        )

    def coins_there(self) -> dict[int, int]:
        """Face value -> coins that may fall now."""
        if not self._stock.coins.values or not self._may_fall():
            return {}
        return self._stock.coins.payable(self._left_out())

    def _left_out(self) -> frozenset[int]:
        return frozenset(line.hopper for line in self.book.coins if line.state in BAD)

    def _may_fall(self) -> bool:
        """Who has taken tickets or notes is there; after the time was over nobody may be."""
        book = self.book
        if sum(line.state in BAD for line in book.coins) >= TRIES:
            return False
        took = book.tickets_in("taken") or any(pay.state == "taken" for pay in book.pays)
        return bool(took) or book.why_ending not in ALONE


class CoinDeeds(CoinGuards):
    """What the table has done about coins."""

    _intents: list[Intent]
    book_claims: Callable[[], None]

    def pay_coins(self) -> None:
        """The largest coins of the plan, out of the fullest hopper that has them."""
        self.book_claims()
        book, policy = self.book, self._context.policy
        value_fen, count = self.plan().coins[0]
        hopper, there = self._stock.coins.fullest(value_fen, self._left_out())
        coins = min(count, there, policy.cash.max_coins_out)
        line = CoinLine(self.next_order(), hopper, coins, value_fen)
        book.coins.append(line)
        self._intents.append(PayCoins(book.number, line.order, hopper, coins, line.asked_fen, self.why_paid()))

    def next_order(self) -> int:
        """Counts within the machine's life: a nonce."""
        return self.book.number * 100 + len(self.book.pays) + len(self.book.coins) + 1

    def why_paid(self) -> str:
        return "change" if self.book.tickets_in("taken", "presented") else "refund"

    def round_up(self) -> None:
        """A half yuan of the change that cannot be paid becomes a whole one: the price is rounded down after all, and the end of
        the sale books the difference."""
        book, policy = self.book, self._context.policy
        if book.rounding_step_fen >= YUAN_FEN or not book.confirmed or book.absent:
            return
        half_fen = book.delivered_fen % YUAN_FEN
        open_order = self.still_dropping() or any(pay.state in ("asked", "out") for pay in book.pays)
        if open_order or not half_fen or not book.owed_fen % YUAN_FEN:
            return
        notes = self._stock.payable() if self.notes_may_try() else {}
        limits = notes, policy.cash.max_notes_out, self.coins_there(), policy.cash.max_coins_out
        if not payable_exactly(book.owed_fen, *limits) and payable_exactly(book.owed_fen + half_fen, *limits):
            book.rounding_step_fen, book.rounding_fen = YUAN_FEN, -(book.price_fen % YUAN_FEN)


# -- counting


def _line(book: Book, order: int) -> CoinLine | None:
    return next((line for line in book.coins if line.order == order and line.state == "asked"), None)


def _fell(state: str) -> Callable[[Any, Book, Counting], None]:
    def book_it(fact: Any, book: Book, at: Counting) -> None:
        line = _line(book, fact.order)
        if line is not None:
            line.state, line.fell = state, getattr(fact, "coins", 0)
            line.reason = getattr(fact, "reason", "")

    return book_it


def _unknown(fact: ch.CoinsUncertain, book: Book, at: Counting) -> None:
    """What certainly fell is paid, what certainly did not is still owed; what may have is claimed, and its hopper's contents are
    open until they are counted."""
    line = _line(book, fact.order)
    if line is None:
        return
    line.state, line.fell, line.reason = "unknown", fact.coins, fact.reason
    line.doubt_fen = max(0, fact.most - fact.coins) * line.value_fen
    unsure_fen = max(0, min(line.asked, fact.most) - fact.coins) * line.value_fen
    if unsure_fen:
        book.claims.append(Claim(at.new_code(), unsure_fen, "coins_unknown", exact=False))


def doubts(book: Book, at: Counting) -> None:
    """After a restart: of an order that nobody could settle nothing is known."""
    for line in book.coins:
        if line.state == "asked":
            _unknown(ch.CoinsUncertain(line.order, line.hopper, 0, line.asked, "power"), book, at)


COIN_COUNTERS: dict[type[Fact], Callable[[Any, Book, Counting], None]] = {
    ch.CoinsPaid: _fell("fell"),
    ch.CoinsShort: _fell("short"),
    ch.CoinsRefused: _fell("refused"),
    ch.CoinsUncertain: _unknown,
}
