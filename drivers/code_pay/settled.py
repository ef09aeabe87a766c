"""What is asked of a payment after its `auth!`: to be ours for good, or to go back. One call of the port, one outcome. Pure.

Reversing is closing first: an order that never came is barred with it, and only the answer says whether money must go back.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.code_pay import calls
from drivers.code_pay.begun import uncertain_reason
from drivers.code_pay.calls import Call, Malformed
from drivers.code_pay.lane import Outcome
from kiosk.ports.fact import Fact
from kiosk.ports.payment import (
    CaptureRefused,
    CaptureUncertain,
    PaymentCaptured,
    PaymentReversed,
    ReverseRefused,
    ReverseUncertain,
)


@dataclass(slots=True, eq=False)
class Capture:
    """A code that was paid is ours already: the provider is asked whether it still says so. `reference` empty: never learnt."""

    payment: int
    order: str
    amount_fen: int
    reference: str
    call: Call | None = None

    def begin(self) -> Call:
        self.call = calls.query(self.order)
        return self.call

    def hear(self, outcome: Outcome) -> Fact | Call:
        """The outcome, or the next call."""
        if outcome.answer is None:
            return CaptureUncertain(self.payment, uncertain_reason(outcome.trouble))
        try:
            standing = calls.standing(outcome.answer, self.order, self.amount_fen)
        except Malformed:
            return CaptureUncertain(self.payment, "bad answer")
        if standing.state == "paid" and self.reference in ("", standing.reference):
            return PaymentCaptured(self.payment)
        if standing.state in calls.FINAL:
            return CaptureRefused(self.payment, "closed")
        return CaptureUncertain(self.payment, "bad answer" if standing.state == "paid" else "other")


@dataclass(slots=True, eq=False)
class Reverse:
    """Close, and give back what was paid."""

    payment: int
    order: str
    amount_fen: int
    call: Call | None = None

    def begin(self) -> Call:
        self.call = calls.close(self.order)
        return self.call

    def hear(self, outcome: Outcome) -> Fact | Call:
        """The outcome, or the next call."""
        if outcome.answer is None:
            return ReverseUncertain(self.payment, uncertain_reason(outcome.trouble))
        if outcome.answer.code == "refund_refused":
            return ReverseRefused(self.payment, "declined")
        try:
            standing = calls.standing(outcome.answer, self.order, self.amount_fen)
        except Malformed:
            return ReverseUncertain(self.payment, "bad answer")
        if standing.state in calls.FINAL:
            return PaymentReversed(self.payment, moved=standing.state == "refunded")
        if standing.state == "paid" and outcome.call.name == "close":
            self.call = calls.refund(self.order, self.amount_fen)
            return self.call
        return ReverseUncertain(self.payment, "other")
