"""One sale at work: count the fact, let the table decide, answer the intents. Pure: no clock, no device, no file.

`feed` is the only way in. The table machine (`transitions`) is built once; a sale is its model and is made anew per sale
(decision 21). The same facts in the same order give the same intents: start-up relies on it.
"""

from __future__ import annotations

import hmac
from base64 import b32encode

from transitions import Machine, MachineError

from kiosk.coin_stock import place_of
from kiosk.errors import TvmError
from kiosk.ports.fact import Fact
from kiosk.sale import facts as sf
from kiosk.sale.about import about
from kiosk.sale.book import Book, S
from kiosk.sale.change import acceptable
from kiosk.sale.charge import ChargeDeeds
from kiosk.sale.coins import CoinDeeds
from kiosk.sale.count import Counting, count
from kiosk.sale.deposit import DepositDeeds
from kiosk.sale.giving_up import GivingUp
from kiosk.sale.guards import Guards, SaleContext
from kiosk.sale.intents import (
    AskState,
    ClaimAdd,
    ConfirmSale,
    Deliver,
    Dump,
    Intent,
    LockPlaces,
    PayNotes,
    PrintTicket,
    RenewLock,
    Reopen,
    ReportPrinted,
    Retract,
    ReturnNote,
    Rounding,
    SaleEnd,
    SaleOpen,
    StackNote,
    UnknownAdd,
    UnpaidAdd,
)
from kiosk.sale.lines import Claim, PayLine
from kiosk.sale.paper import PaperDeeds
from kiosk.sale.table import TABLE
from kiosk.stock import Stock

__all__ = ["FACTS", "NoRow", "Sale", "SaleContext", "base36"]

_machine = Machine(
    model=None, states=S, initial=S.NEW, transitions=TABLE, auto_transitions=False, model_attribute="state"
)
"""Sales are fed through its events and never registered as models: that would bind every trigger to each, and keep them."""
FACTS = frozenset(row["trigger"] for row in TABLE)
"""Names of the facts that a sale takes."""
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class NoRow(TvmError):
    """No row of the table accepts this fact in this state: a bug, and it stops the program."""


def base36(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text


class Sale(Guards, DepositDeeds, ChargeDeeds, CoinDeeds, PaperDeeds, GivingUp):
    """The model of the machine. `book` is what everybody may read."""

    state: S

    def __init__(self, number: int, language: str, order: sf.SaleStarted, context: SaleContext, stock: Stock) -> None:
        self.book = Book(number, order.key, language, order.order)
        if isinstance(order, sf.PickupStarted):
            self.book.pickup = order.pickup
            self.book.fares = {(fare.coach, fare.place): fare.price_fen for fare in order.fares}
        self._context, self._stock = context, stock
        self._intents: list[Intent] = []
        self._now_ms = self._wall_ms = 0
        self._codes = 0
        self.state = S.NEW
        self._closed = False

    def close(self) -> None:
        """The sale must not be fed any more."""
        self._closed = True

    # -- the way in

    def takes(self, fact: Fact) -> bool:
        """Whether the fact is about this sale: not an answer that another sale, or nobody, waited for."""
        return type(fact).__name__ in FACTS and about(fact, self.book, self._stock)

    def feed(self, fact: Fact, now_ms: int, wall_ms: int) -> list[Intent]:
        """Count one fact, decide, and answer the intents it causes. Raises NoRow when no row takes the fact."""
        self._now_ms, self._wall_ms = now_ms, wall_ms
        self._count(fact)
        if not isinstance(fact, sf.Restarted):
            self.book.lived_ms = now_ms
        self.round_up()
        event = _machine.events.get(type(fact).__name__)
        if event is None or self._closed:
            raise NoRow(f"no row accepts {fact} in {self.state.name}")
        try:
            accepted = event.trigger(self)
        except (MachineError, AttributeError) as error:
            raise NoRow(f"no row accepts {fact} in {self.state.name}") from error
        if not accepted:
            raise NoRow(f"no guard of {self.state.name} accepts {fact}")
        self._entered()
        self._book_path()
        intents, self._intents = self._intents, []
        return intents

    def believe(self, fact: Fact, now_ms: int) -> None:
        """Count a fact without deciding anything: recovery tells what the devices could say before it goes on."""
        self._now_ms = now_ms
        self._count(fact, believed=True)

    def _count(self, fact: Fact, believed: bool = False) -> None:
        context = self._context
        at = Counting(self._stock, context.policy, context.rate, self._now_ms, self._new_code, believed)
        count(fact, self.book, at)

    def touched(self, now_ms: int) -> None:
        """Somebody touched the screen: the idle limit starts again. Moves nothing, so it is not a fact."""
        self._now_ms = now_ms
        if (
            self.book.patience_until_ms and not self.book.absent
        ):  # who touches after a power cut is the next in the queue
            self.book.patience_until_ms = now_ms + round(self.book.patience_span_ms / self._context.rate)

    def refresh_accepted(self) -> None:
        """Which notes may be taken next, from what is in, what the cassettes hold now and which of them are there."""
        book = self.book
        policy, context = self._context.policy.cash, self._context
        closed = policy.deposit_depth > 0 and self._stock.misfit
        if book.state is not S.COLLECTING or book.no_more_notes or book.moving_note is not None or closed:
            book.accepted_fen = ()
            if book.state is not S.COLLECTING:
                book.refused = {}
            return
        known_fen = context.known_fen()
        if context.deposit_fen is not None:
            policy = policy.as_fitted(known_fen, context.deposit_fen())
        book.accepted_fen, book.refused = acceptable(
            known_fen,
            book.paid_in,
            book.due_fen,
            self._stock.payable(),
            policy,
            self._stock.coins.payable(),
            self.has_half(),
        )

    def deadline(self) -> tuple[int, Fact] | None:
        """The next time limit of this sale, as (real ms, the fact it becomes)."""
        book, limits = self.book, list[tuple[int, Fact]]()
        if book.pickup and book.state is S.REVIEWING:  # it was agreed to, and paid, before
            return 0, sf.Agreed()
        if book.state in (S.REVIEWING, S.CHOOSING, S.COLLECTING):
            limits = [(book.lock_until_ms, sf.LockOver())]
            if book.patience_until_ms:
                limits.append((book.patience_until_ms, sf.PatienceOver()))
            if book.state is S.COLLECTING and not book.no_more_notes:
                last = round(self._context.policy.last_minute_ms / self._context.rate)
                limits.append((book.lock_until_ms - last, sf.LastMinute()))
        elif book.state in (S.AUTHORISING, S.CAPTURING, S.REVERSING):
            limits = [(book.charge_until_ms, sf.PaymentOver())]
            if book.state is S.AUTHORISING and (book.charge is None or not book.charge.withdrawn):
                limits.append((book.lock_until_ms, sf.LockOver()))
        elif book.state in (S.CONFIRMING, S.ASKING):
            limits = [(book.answer_until_ms, sf.AnswerOver())]
            if book.state is S.ASKING and book.ask_again_ms:
                limits.append((book.ask_again_ms, sf.AskAgain()))
        elif book.state in (S.TICKETS_OUT, S.CHANGE_OUT):
            limits = [(book.take_until_ms, sf.TakeOver())]
        elif book.state is S.RESUMING:
            limits = [(book.resume_until_ms, sf.ResumeOver())]
        elif book.state is S.CLAIM and book.patience_until_ms:
            limits = [(book.patience_until_ms, sf.PatienceOver())]
        return min(limits, key=lambda limit: limit[0]) if limits else None

    def _entered(self) -> None:
        """After a step: the book knows its state, and what may be accepted follows from it."""
        self.book.state = self.state
        policy = self._context.policy
        if self.state in (S.CONFIRMING, S.ASKING) and not self.book.answer_until_ms:
            self.book.answer_until_ms = self._now_ms + policy.answer_ms
        if self.state is S.RESUMING and not self.book.resume_until_ms:
            self.book.resume_span_ms = policy.resume_answer_ms
            self.book.resume_until_ms = self._now_ms + round(policy.resume_answer_ms / self._context.rate)
        if self.state not in (S.REVIEWING, S.CHOOSING, S.COLLECTING, S.CLAIM):
            self.book.patience_until_ms = 0
        self.refresh_accepted()

    def _new_code(self) -> str:
        """Eight characters, unguessable without the machine's secret, the same again on replay (decision 33)."""
        self._codes += 1
        made = hmac.digest(self._context.secret, f"claim:{self.book.key}:{self._codes}".encode(), "sha256")
        return b32encode(made[:5]).decode()

    # -- actions: they only add intents, and lines of the book that say what was asked

    def open_and_lock(self) -> None:
        book = self.book
        self._intents += [SaleOpen(book.number, book.key), LockPlaces(book.number, book.key, book.order)]

    def stack_note(self) -> None:
        line = self.book.moving_note
        assert line is not None
        line.state = "moving"
        self._intents.append(StackNote(self.book.number, line.note, line.value_fen))

    def return_note(self) -> None:
        line = next(line for line in reversed(self.book.notes) if line.state == "held")
        line.state = "returning"
        self.book.last_refusal = self.book.last_refusal or "not_now"
        self._intents.append(ReturnNote(self.book.number, line.note, line.value_fen))

    def let_note_rest(self) -> None:
        line = self.book.moving_note
        if line is not None and line.state == "held":
            line.state = "returning"
            self._intents.append(ReturnNote(self.book.number, line.note, line.value_fen))

    def renew_lock(self) -> None:
        taken = self.book.paid_in.ours + self.book.paid_in.deposited
        self._intents.append(RenewLock(self.book.number, self.book.key, taken))

    def confirm(self) -> None:
        book = self.book
        book.why_ending = ""
        book.confirms += 1
        self._intents.append(ConfirmSale(book.number, book.key, book.price_fen, book.rounding_fen, book.paid_in_fen))

    def ask_state(self) -> None:
        self.book.ask_again_ms = 0
        self._intents.append(AskState(self.book.number, self.book.key))

    def go_on_collecting(self) -> None:
        """The places are held: the station says how long when the lock is renewed; until then at least as long as an answer."""
        book, policy, rate = self.book, self._context.policy, self._context.rate
        book.answer_until_ms, book.station_state = 0, ""
        book.lock_until_ms = max(book.lock_until_ms, self._now_ms + policy.answer_ms)
        book.patience_span_ms = policy.collect_patience_ms
        book.patience_until_ms = self._now_ms + round(policy.collect_patience_ms / rate)
        self.renew_lock()

    def print_next(self) -> None:
        ticket = self.book.tickets_in("waiting")[0]
        self.book.blanks_asked += 1
        key = f"{self._epoch_digits()}-{base36(self.book.number, 5)}-{base36(self.book.blanks_asked, 2)}"
        ticket.keys.append(key)
        ticket.spent, ticket.state = ticket.spent + 1, "printing"
        self._intents.append(PrintTicket(self.book.number, key, ticket.place.index, ticket.number))

    def _epoch_digits(self) -> str:
        return b32encode(bytes.fromhex(self._context.epoch)).decode()[:5]

    def deliver(self) -> None:
        blanks = tuple(ticket.keys[-1] for ticket in self.book.tickets_in("in_tray"))
        self._intents.append(Deliver(self.book.number, blanks))

    def dump(self) -> None:
        self._intents.append(Dump(self.book.number))

    def retract_tickets(self) -> None:
        self._intents.append(Retract(self.book.number, "tickets", 0))

    def retract_change(self) -> None:
        order = next(pay.order for pay in self.book.pays if pay.state == "out")
        self._intents.append(Retract(self.book.number, "change", order))

    def reopen_tickets(self) -> None:
        self._intents.append(Reopen(self.book.number, "tickets", 0))

    def reopen_change(self) -> None:
        order = next(pay.order for pay in self.book.pays if pay.state == "out")
        self._intents.append(Reopen(self.book.number, "change", order))

    def pay_owed(self) -> None:
        self.book_claims()
        counts = tuple(sorted(self._first_bundle().items()))
        value_fen = sum(self._stock.values[cassette] * notes for cassette, notes in counts)
        order = self.next_order()
        self.book.pays.append(PayLine(order, counts, value_fen))
        self._intents.append(PayNotes(self.book.number, order, counts, value_fen, self.why_paid()))

    def book_claims(self) -> None:
        book = self.book
        for claim in book.claims:
            if not claim.booked:
                claim.booked = True
                self._intents.append(ClaimAdd(book.number, claim.code, claim.amount_fen, claim.exact, claim.reason))
                if not claim.exact and claim.reason != "coins_unknown":  # its hopper is named in `_book_path`
                    self._intents.append(UnknownAdd(book.number, claim.reason, claim.amount_fen, claim.code))

    def _book_path(self) -> None:
        """What may stick in the dispenser after a jam, lies somewhere in the acceptor, or may have left a hopper: no debt by
        itself, but no book value either until somebody counts."""
        for line in self.book.coins:
            if line.doubt_fen:
                self._intents.append(UnknownAdd(self.book.number, place_of(line.hopper), line.doubt_fen, line.reason))
                line.doubt_fen = 0
        if self.book.unplaced_fen:
            self._intents.append(UnknownAdd(self.book.number, "acceptor", self.book.unplaced_fen, "deposit"))
            self.book.unplaced_fen = 0
        for pay in self.book.pays:
            if pay.in_path_fen:
                self._intents.append(UnknownAdd(self.book.number, "dispenser", pay.in_path_fen, pay.reason))
                pay.in_path_fen = 0

    def claim_rest(self) -> None:
        """Everything still owed becomes one claim, and one slip explains all claims of the sale."""
        if self.book.owed_fen > 0:
            failed = bool(self.book.failures - {"", "empty"})
            reason = self.book.why_ending or ("dispenser" if failed else "no_change")
            reason = "not_taken" if self.book.deposit_forgotten else reason
            self.book.claims.append(Claim(self._new_code(), self.book.owed_fen, reason))
        self.book_claims()
        self.print_slip()

    def end(self) -> None:
        book = self.book
        self.book_claims()
        self._book_path()  # nothing is booked on a sale that has ended
        if book.confirmed:
            blanks = tuple(
                (ticket.place.index, number, key, ticket.blank_state(key))
                for ticket in book.tickets
                for number, key in zip(ticket.numbers, ticket.keys, strict=False)
            )
            self._intents.append(ReportPrinted(book.number, book.key, blanks))
        if book.unpaid_fen:
            line = next(line for line in book.charges if line.state == "contested")
            self._intents.append(UnpaidAdd(book.number, line.payment, book.unpaid_fen, line.reference))
        rounding_fen = book.final_rounding_fen
        if rounding_fen:
            self._intents.append(Rounding(book.number, rounding_fen))
        self._intents.append(
            SaleEnd(
                book.number,
                self._outcome(),
                book.why_ending,
                book.ours_fen + book.charged_fen + book.kept_fen,
                book.fare_of(book.tickets_in("taken", "presented", "in_tray")),
                book.paid_out_fen,
                book.claims_fen,
                rounding_fen,
            )
        )

    def _outcome(self) -> str:
        book = self.book
        if book.claims:
            return "claim"
        good = len(book.tickets_in("taken"))
        if book.tickets and good == len(book.tickets):
            return "sold"
        if good:
            return "partial"
        back = any(line.moved or line.state == "reversing" for line in book.charges)
        return "refunded" if back or book.paid_out_fen else "cancelled"
