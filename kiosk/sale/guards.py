"""What the table may ask about a sale before it moves: questions that only read (house style 4)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from kiosk.parameters import SalePolicy
from kiosk.sale.change import YUAN_FEN, acceptable, bundles
from kiosk.sale.charge import ChargeGuards
from kiosk.sale.coins import CoinGuards
from kiosk.sale.deposit import DepositGuards
from kiosk.stock import Stock


@dataclass(frozen=True, slots=True)
class SaleContext:
    """What a sale is opened with and keeps to its end. `known_fen`: face values the acceptor knows; `deposit_fen`: those that go
    into its bulk escrow now, None: as configured."""

    machine: str
    epoch: str
    secret: bytes
    policy: SalePolicy
    rate: float
    known_fen: Callable[[], tuple[int, ...]]
    deposit_fen: Callable[[], Collection[int]] | None = None


class Guards(DepositGuards, ChargeGuards, CoinGuards):
    """The `when` of the table's rows. `Sale` is the model that has them."""

    _context: SaleContext
    _stock: Stock
    _wall_ms: int

    def may_take_cash(self) -> bool:
        return self._wall_ms < self.book.order.closes_ms

    def note_welcome(self) -> bool:
        line, book = self.book.moving_note, self.book
        if line is None or book.no_more_notes or line.state != "held":
            return False
        policy, stock = self._context.policy.cash, self._stock.payable()
        if policy.deposit_depth and self._stock.misfit:
            return False  # where it would go is not what the policy says
        coins = self._stock.coins.payable()
        taken = acceptable((line.value_fen,), book.paid_in, book.due_fen, stock, policy, coins, self.has_half())
        return bool(taken[0])

    def has_half(self) -> bool:
        """The price was agreed with half yuan in it."""
        return self.book.rounding_step_fen < YUAN_FEN

    def note_held(self) -> bool:
        return any(line.state == "held" for line in self.book.notes)

    def note_moves(self) -> bool:
        return self.book.moving_note is not None

    def nothing_to_pay(self) -> bool:
        return self.may_take_cash() and self.paid_up()

    def paid_up(self) -> bool:
        return self.book.missing_fen == 0

    def paid_in_time(self) -> bool:
        """The lock ran out while the last note was on its way: the station has a grace for that (decision 7)."""
        book = self.book
        fresh = book.agreed and not book.given_up and not book.confirmed
        return fresh and self.paid_up() and book.why_ending == "lock_expired"

    def is_confirmed(self) -> bool:
        return self.book.confirmed

    def asks_anew(self) -> bool:
        return self.book.asks_anew

    def first_doubt(self) -> bool:
        """One lost answer is asked about at once; from the second on there is a pause between the questions."""
        return self.book.confirms <= 1

    def is_still_held(self) -> bool:
        return not self.book.confirmed and self.book.station_state == "held"

    def held_and_paid(self) -> bool:
        return self.is_still_held() and self.paid_up()

    def held_and_open(self) -> bool:
        """Asked after a restart: the places wait, a part of the money is in, and more may be put in."""
        return self.is_still_held() and not self.paid_up() and self.may_take_cash()

    def sold_there(self) -> bool:
        return self.book.confirmed and self.book.station_state in ("confirmed", "printed")

    def sold_and_complete(self) -> bool:
        """Asked after a restart: every ticket lies in the tray already."""
        return self.sold_there() and not self.more_to_print() and bool(self.book.tickets_in("in_tray"))

    def still_printing(self) -> bool:
        return bool(self.book.tickets_in("printing"))

    def more_to_print(self) -> bool:
        return bool(self.book.tickets_in("waiting"))

    def tray_has_tickets(self) -> bool:
        return any(not ticket.dumped for ticket in self.book.tickets_in("in_tray", "unknown"))

    def tray_waits(self) -> bool:
        """After a restart: what lies in the tray was left there until the payment was captured."""
        return self.book.absent and self.tray_has_tickets()

    def deliver_partly(self) -> bool:
        return bool(self.book.tickets_in("in_tray")) and self._context.policy.partial_issue == "deliver_good"

    def tickets_lie_out(self) -> bool:
        return self.book.lies_out == "tickets"

    def change_lies_out(self) -> bool:
        return any(pay.state == "out" for pay in self.book.pays)

    def may_reopen(self) -> bool:
        """Rule O: the pause was short and something lies behind an outlet that the power failure shut."""
        return self.book.resume_open and bool(self.book.lies_out)

    def still_paying(self) -> bool:
        return any(pay.state == "asked" for pay in self.book.pays)

    def owes(self) -> bool:
        return self.book.owed_fen > 0 or any(line.slip == "none" for line in self.book.on_slip)

    def can_pay(self) -> bool:
        """Something is owed, somebody is there, and the dispenser can pay at least a part of it."""
        return not self.book.absent and self.payable()

    def may_go_on(self) -> bool:
        """Rule O: the pause was short and tickets can still come of it. Somebody has to say so."""
        return self.book.resume_open and self.book.can_go_on

    def goes_on(self) -> bool:
        return self.book.can_go_on

    def may_ask(self) -> bool:
        """Rule O: the pause was short and money is owed that can be paid, or lies in the bulk escrow. Somebody has to be there."""
        return self.book.resume_open and (self.payable() or self.coins_payable() or self.has_deposit())

    def payable(self) -> bool:
        return self.owes_cash() and self.notes_may_try() and bool(self._first_bundle())

    def _first_bundle(self) -> dict[int, int]:
        orders = bundles(self.plan(), self._stock.by_value(), self._context.policy.bundle_notes)
        return orders[0] if orders else {}
