"""Card or phone in a sale: one payment of the whole sum, captured when tickets were handed over, reversed when none was.

`auth?` is also the record of the reversal (decision page 036). What nobody can tell of is reversed and never begun again; a
reversal or capture without an answer goes on as the machine's affair (`kiosk.payment.unsettled`). Counting, questions and
actions of it stand together here; the table has the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kiosk.ports import payment as pp
from kiosk.ports.fact import Fact
from kiosk.sale import facts as sf
from kiosk.sale.book import Book, S
from kiosk.sale.intents import AuthorisePayment, CapturePayment, Intent, ReversePayment, WithdrawPayment
from kiosk.sale.lines import ChargeLine, Claim

if TYPE_CHECKING:
    from kiosk.sale.count import Counting
    from kiosk.sale.guards import SaleContext

HANDED_OVER = ("taken", "presented", "in_tray", "printing", "unknown")
"""States of a ticket that the passenger has, may have or may still get."""


NOT_GIVEN = (S.CONFIRMING, S.ASKING, S.PRINTING, S.RESUMING)
"""No ticket is on its way to the slot."""


def nobody_pays(book: Book) -> bool:
    """For the tickets any more, or nobody can tell, and none is on its way out."""
    return book.charge is not None and book.charge.state == "lapsed" and not book.may_be_out


def void_unpaid(book: Book) -> None:
    """No blank is drawn any more for a place that nobody pays for."""
    for ticket in book.tickets_in("waiting") if nobody_pays(book) else ():
        ticket.state = "void"


class ChargeGuards:
    """What the table asks about the payment."""

    book: Book
    _context: SaleContext
    _now_ms: int
    _wall_ms: int

    def may_charge(self) -> bool:
        """Another way than notes was chosen, none is in the machine, and time is left to pay and to confirm."""
        book = self.book
        if book.way in ("", "cash") or book.given_up or book.claims or book.charged_out:
            return False
        if book.drawn_in or book.notes_in_state(
            "held", "moving", "returning", "ours", "deposited", "jammed", "unknown"
        ):
            return False
        return self._wall_ms < book.order.closes_ms and self._charge_limit_ms() > self._now_ms

    def may_collect(self) -> bool:
        return self.book.way == "cash" and self._wall_ms < self.book.order.closes_ms

    def still_charging(self) -> bool:
        """What was said is not about the payment under way."""
        return self.book.charge is not None and self.book.charge.state == "asked"

    def charge_welcome(self) -> bool:
        """Approved, and nobody has given the order up: who only wanted to pay in another way has paid."""
        line = self.book.charge
        return line is not None and line.state == "approved" and not self.book.why_ending and not self.book.given_up

    def charge_stray(self) -> bool:
        return any(line.state == "stray" for line in self.book.charges)

    def may_withdraw(self) -> bool:
        return self.book.charge is not None and not self.book.charge.withdrawn

    def may_choose_again(self) -> bool:
        book = self.book
        in_time = self._now_ms < book.lock_until_ms and self._wall_ms < book.order.closes_ms
        return in_time and not book.why_ending and not book.given_up

    def must_reverse(self) -> bool:
        """It was approved and no ticket was handed over, for certain; or nobody knows whether it was approved."""
        line = self.book.charge
        if line is None or line.state not in ("approved", "lapsed", "unknown"):
            return False
        if line.state == "lapsed":
            return not self.book.may_be_out
        return line.state == "unknown" or not self.book.tickets_in(*HANDED_OVER)

    def must_capture(self) -> bool:
        return self.book.charge is not None and self.book.charge.state in ("approved", "lapsed")

    def capture_first(self) -> bool:
        """After a restart, with a ticket in somebody's hand or maybe so: every second more may cost the payment."""
        return self.must_capture() and self.book.may_be_out and self.book.lies_out != "tickets"

    def payment_lapsed(self) -> bool:
        return nobody_pays(self.book)

    def lapsed_in_tray(self) -> bool:
        """The same, and tickets lie in the tray for it."""
        return self.payment_lapsed() and any(not ticket.dumped for ticket in self.book.tickets_in("in_tray", "unknown"))

    def unpaid_lie_out(self) -> bool:
        """After a restart tickets lie in the slot that nobody pays for: they come back in."""
        line = self.book.charge
        return line is not None and line.state == "lapsed" and self.book.lies_out == "tickets"

    def _charge_limit_ms(self) -> int:
        """Until then the passenger may pay."""
        policy, rate = self._context.policy, self._context.rate
        return min(self._now_ms + round(policy.charge_ms / rate), self.book.charge_last_ms)


class ChargeDeeds(ChargeGuards):
    """What the table has done about the payment."""

    _intents: list[Intent]
    _new_code: Callable[[], str]

    def authorise(self) -> None:
        """Not more often than a hundred times: the number counts within the machine's life."""
        book, limit_ms = self.book, self._charge_limit_ms()
        payment = book.number * 100 + len(book.charges) + 1
        book.charges.append(ChargeLine(payment, book.way, book.due_fen))
        book.charged_out = len(book.charges) >= self._context.policy.charge_tries
        book.charge_until_ms = limit_ms + self._context.policy.charge_answer_ms
        self._intents.append(AuthorisePayment(book.number, book.key, payment, book.due_fen, book.way, limit_ms))

    def withdraw(self) -> None:
        book, line = self.book, self.book.charge
        assert line is not None
        line.withdrawn = True
        book.charge_until_ms = min(book.charge_until_ms, self._now_ms + self._context.policy.charge_answer_ms)
        self._intents.append(WithdrawPayment(book.number, line.payment))

    def capture(self) -> None:
        book, line = self.book, self.book.charge
        assert line is not None
        line.state = "capturing"
        book.charge_until_ms = self._now_ms + self._context.policy.charge_end_ms
        self._intents.append(
            CapturePayment(book.number, book.key, line.payment, line.amount_fen, line.way, line.reference)
        )

    def reverse(self) -> None:
        assert self.book.charge is not None
        self.book.charge_until_ms = self._now_ms + self._context.policy.charge_end_ms
        self._take_back(self.book.charge)

    def reverse_stray(self) -> None:
        for line in self.book.charges:
            if line.state == "stray":
                self._take_back(line)

    def _take_back(self, line: ChargeLine) -> None:
        book = self.book
        line.state, line.code = "reversing", self._new_code()
        self._intents.append(
            ReversePayment(book.number, book.key, line.payment, line.amount_fen, line.way, line.reference)
        )


# -- counting


def _line(book: Book, payment: int) -> ChargeLine | None:
    return next((line for line in book.charges if line.payment == payment), None)


def _agreed(fact: sf.Agreed | sf.AgreedToChoose | sf.PayBy, book: Book, at: Counting) -> None:
    """Who is not asked how pays with notes."""
    book.agreed = True
    book.way = fact.way if isinstance(fact, sf.PayBy) else "cash" if isinstance(fact, sf.Agreed) else ""
    at.patience(book, at.policy.collect_patience_ms)


def _approved(fact: pp.PaymentApproved, book: Book, at: Counting) -> None:
    line = _line(book, fact.payment)
    if line is None:
        return
    line.reference, line.masked = line.reference or fact.reference, line.masked or fact.masked
    if line.state == "asked":
        line.state = "approved"
    elif line.state == "declined":  # it was told for certain that nothing was paid, and it was
        line.state = "stray"


def _declined(fact: pp.PaymentDeclined, book: Book, at: Counting) -> None:
    line = _line(book, fact.payment)
    if line is not None and line.state == "asked":
        line.state, line.reason = "declined", fact.reason
        at.patience(book, at.policy.collect_patience_ms)


def _uncertain(fact: pp.PaymentUncertain, book: Book, at: Counting) -> None:
    line = _line(book, fact.payment)
    if line is not None and line.state == "asked":
        line.state, line.reason = "unknown", fact.reason
        book.why_ending = book.why_ending or "payment"


def _over(fact: sf.PaymentOver, book: Book, at: Counting) -> None:
    line = book.charge
    if book.state is S.AUTHORISING and line is not None and line.state == "asked":
        line.state, line.reason = "unknown", "no answer"
        book.why_ending = book.why_ending or "payment"


def _captured(fact: pp.PaymentCaptured, book: Book, at: Counting) -> None:
    line = _line(book, fact.payment)
    if line is not None and line.state == "capturing":
        line.state = "captured"


def _contested(fact: pp.CaptureRefused, book: Book, at: Counting) -> None:
    """Nothing of it came in: what was to be claimed of it, and stands on no slip yet, is nobody's any more."""
    line = _line(book, fact.payment)
    if line is not None and line.state == "capturing":
        line.state, line.reason = "contested", fact.reason
        book.claims = [claim for claim in book.claims if claim.booked or claim.reason != "tickets_unknown"]


def _lapsed(fact: pp.PaymentGone | pp.StandingUncertain, book: Book, at: Counting) -> None:
    """Asked by the recovery, or told by the adapter while nothing was given for it yet (decision page 073); a word after that
    changes nothing: the capture finds out."""
    line = _line(book, fact.payment)
    in_time = at.believed or (book.state in NOT_GIVEN and not book.may_be_out)
    if in_time and line is not None and line.state == "approved":
        line.state, line.reason = "lapsed", fact.reason
        if not book.may_be_out:
            book.why_ending = book.why_ending or "payment"


def _reversed(fact: pp.PaymentReversed, book: Book, at: Counting) -> None:
    line = _line(book, fact.payment)
    if line is not None and line.state == "reversing":
        line.state, line.moved = "reversed", fact.moved


def _kept(fact: pp.ReverseRefused, book: Book, at: Counting) -> None:
    """The other side keeps it for us: a debt of the machine like any other."""
    line = _line(book, fact.payment)
    if line is not None and line.state == "reversing":
        line.state, line.reason = "kept", fact.reason
        book.claims.append(Claim(at.new_code(), line.amount_fen, "reversal"))


def doubts(book: Book, at: Counting) -> None:
    """After a restart: nobody waits for an outcome any more."""
    book.charge_until_ms = 0
    for line in book.charges:
        line.state = "unknown" if line.state == "asked" else line.state
        line.slip = "none" if line.slip in ("printing", "failed") else line.slip


CHARGE_COUNTERS: dict[type[Fact], Callable[[Any, Book, Counting], None]] = {
    sf.Agreed: _agreed,
    sf.AgreedToChoose: _agreed,
    sf.PayBy: _agreed,
    sf.PaymentOver: _over,
    pp.PaymentApproved: _approved,
    pp.PaymentDeclined: _declined,
    pp.PaymentUncertain: _uncertain,
    pp.PaymentCaptured: _captured,
    pp.CaptureRefused: _contested,
    pp.PaymentGone: _lapsed,
    pp.StandingUncertain: _lapsed,
    pp.PaymentReversed: _reversed,
    pp.ReverseRefused: _kept,
}
