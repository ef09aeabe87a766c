"""One payment that was begun, from its first call to its one `auth!`. Pure: calls and facts out, outcomes and time in.

Only the provider ends a payment: *paid*, or a *closed* that was asked for (code-provider sheet, section 3). Our clock and the
passenger only decide when to ask for the end. When nobody answers that, it may have been paid.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.code_pay import calls
from drivers.code_pay.calls import Call, Malformed, Standing
from drivers.code_pay.lane import BAD, Outcome
from kiosk.ports.fact import Fact
from kiosk.ports.payment import PaymentApproved, PaymentDeclined, PaymentStep, PaymentUncertain

SHORTEST_MS, LONGEST_MS = 1_000, 7_200_000


@dataclass(frozen=True, slots=True)
class Timing:
    """`poll_ms` between two looks at an open order, `retry_ms` before a call without an answer is made again; `no_code_ms`: how
    long a code may take to come, `give_up_ms`: how long the provider may be silent about the end."""

    poll_ms: int = 2_000
    retry_ms: int = 1_000
    no_code_ms: int = 20_000
    give_up_ms: int = 20_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What `begin` was given; `order` is how the provider knows the payment, `limit_ms` mono time."""

    payment: int
    order: str
    amount_fen: int
    way: str
    limit_ms: int


def uncertain_reason(trouble: str) -> str:
    """A lane's trouble in the words of the port."""
    if trouble in ("unreachable", "cut"):
        return "link"
    return "bad answer" if trouble.startswith(BAD) else "no answer"


class Begun:
    """`outcome` is the one `auth!`, None until there is one; `step` is what the passenger does now."""

    def __init__(self, wish: Wish, timing: Timing, now_ms: int) -> None:
        self.wish = wish
        self.outcome: Fact | None = None
        self.step = self._step("scan" if wish.way == "scan" else "waiting", until_ms=wish.limit_ms)
        self._timing = timing
        self._begun_ms = self._due_ms = now_ms
        self._scanned = ""
        self._known: Standing | None = None
        self._call: Call | None = None
        self._sent = False
        self._ending, self._ending_ms = "", 0
        self._trouble = "no answer"

    def scanned(self, text: str, now_ms: int) -> bool:
        """A code read from the phone; False: none was waited for."""
        if self.wish.way != "scan" or self._scanned or self._ending or self.outcome is not None:
            return False
        self._scanned, self._due_ms = text, now_ms
        self.step = self._step("waiting", until_ms=self.wish.limit_ms)
        return True

    def end(self, reason: str, now_ms: int) -> None:
        """Nothing more is to be paid, for `reason`; what was paid all the same is told."""
        if self._ending or self.outcome is not None:
            return
        if not self._sent:
            self.outcome = PaymentDeclined(self.wish.payment, reason)
            return
        self._ending, self._ending_ms, self._due_ms = reason, now_ms, now_ms
        self.step = self._step("waiting")

    def poll(self, now_ms: int) -> Call | None:
        """The call that is due, given out once; `hear` its outcome."""
        self._look_at_the_clock(now_ms)
        if self.outcome is not None or self._call is not None or now_ms < self._due_ms:
            return None
        self._call = self._next(now_ms)
        self._sent = self._sent or self._call is not None
        return self._call

    def wake_ms(self) -> int:
        """When the clock alone changes something."""
        if self._ending:
            give_up_ms = self._ending_ms + self._timing.give_up_ms
            return give_up_ms if self._call is not None else min(give_up_ms, self._due_ms)
        if self._call is not None or (self.wish.way == "scan" and not self._scanned):
            return self.wish.limit_ms
        return min(self._due_ms, self.wish.limit_ms)

    def hear(self, outcome: Outcome, now_ms: int) -> bool:
        """False: not the outcome of a call of ours."""
        if self._call is None or outcome.call is not self._call:
            return False
        call, self._call = self._call, None
        if outcome.answer is None:
            self._again(uncertain_reason(outcome.trouble), now_ms)
            return True
        try:
            standing = calls.standing(outcome.answer, self.wish.order, self.wish.amount_fen)
        except Malformed:
            self._again("bad answer" if outcome.answer.status == 200 else "other", now_ms)
            if call.name in ("create", "collect") and outcome.answer.status != 200 and outcome.answer.final:
                self.end("other", now_ms)
            return True
        self._stands(standing, now_ms)
        return True

    # -- inside

    def _look_at_the_clock(self, now_ms: int) -> None:
        if self.outcome is not None:
            return
        if self._ending and now_ms >= self._ending_ms + self._timing.give_up_ms:
            self.outcome = PaymentUncertain(self.wish.payment, self._trouble)
        elif now_ms >= self.wish.limit_ms:
            self.end("timeout", now_ms)
        elif self._known is None and self.wish.way == "code" and now_ms >= self._begun_ms + self._timing.no_code_ms:
            self.end("other", now_ms)

    def _next(self, now_ms: int) -> Call | None:
        wish, lasts_ms = self.wish, min(max(SHORTEST_MS, self.wish.limit_ms - now_ms), LONGEST_MS)
        if self._ending:
            return calls.close(wish.order)
        if self._known is not None:
            return calls.query(wish.order)
        if wish.way == "code":
            return calls.create(wish.order, wish.amount_fen, lasts_ms)
        return calls.collect(wish.order, wish.amount_fen, lasts_ms, self._scanned) if self._scanned else None

    def _again(self, trouble: str, now_ms: int) -> None:
        self._trouble, self._due_ms = trouble, now_ms + self._timing.retry_ms

    def _stands(self, standing: Standing, now_ms: int) -> None:
        payment = self.wish.payment
        self._due_ms = now_ms + (self._timing.retry_ms if self._ending else self._timing.poll_ms)
        if standing.state == "paid":
            self.outcome = PaymentApproved(payment, standing.reference, masked=standing.payer)
        elif standing.state in calls.FINAL:
            reason = standing.reason if standing.state == "declined" else self._ending or "closed"
            self.outcome = PaymentDeclined(payment, reason)
        elif standing.state == "expired":
            self._known = standing
            self.end("timeout", now_ms)
        elif standing.state == "waiting":
            self._waits(standing, now_ms)

    def _waits(self, standing: Standing, now_ms: int) -> None:
        if self._known is None or standing.seen != self._known.seen:
            self._known = standing
            if not self._ending:
                until_ms = min(self.wish.limit_ms, now_ms + standing.remaining_ms)
                shown = self.wish.way == "code" and not standing.seen
                self.step = self._step("code" if shown else "phone", standing.text, until_ms)

    def _step(self, step: str, text: str = "", until_ms: int = 0) -> PaymentStep:
        return PaymentStep(self.wish.payment, step, text=text, until_ms=until_ms)
