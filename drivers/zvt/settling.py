"""What became of payments that were told, and the words that are owed for them: captures, reversals, and the last payment.

Every capture, reversal and question whether a payment stands ends in exactly one word; one that the terminal gives no word for in
time ends as unknown, and is asked again by the machine. Decision pages 049, 058.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from drivers.zvt import codec, open
from drivers.zvt.codec import Apdu, Info
from drivers.zvt.dialog import Job
from drivers.zvt.open import Booked, Ended, Wanted, booked_in
from kiosk.ports.fact import Fact, Report
from kiosk.ports.payment import (
    CaptureRefused,
    CaptureUncertain,
    PaymentCaptured,
    PaymentReversed,
    PaymentStands,
    ReverseUncertain,
    StandingUncertain,
)

SETTLE_MS = 25_000
"""How long a capture or reversal may take before it is told that nobody knows."""
AGAIN_MS = 1_000
"""A terminal that was told to wait asks again after 2 s at the earliest."""
MOST_KNOWN = 64

Kept = TypeVar("Kept")
Ask = Callable[[Job, Apdu, Callable[[Ended], None]], None]


class Settling:
    """`known`: whether a reference is that of a payment in the machine's books. `ended`: told of each answer once it was judged."""

    def __init__(
        self, report: Report, password: int, known: Callable[[str], bool], ask: Ask, ended: Callable[[Job, Ended], None]
    ) -> None:
        self._report, self._password, self._known, self._ask, self._ended = report, password, known, ask, ended
        self._captures: list[Wanted] = []
        self._reversals: list[Wanted] = []
        self._doubts: list[Wanted] = []  # of a former life: do they stand?
        self._vouched: set[int] = set()  # those that do, until they are captured or taken back
        self._unsure: set[int] = set()  # payments of which was told that nobody knows
        self._booked: dict[int, Booked] = {}  # of this life, newest last
        self._none: dict[int, None] = {}  # payments of this life that were never one

    @property
    def owes(self) -> bool:
        """A word for something that was asked for."""
        return bool(self._captures or self._reversals or self._doubts)

    @property
    def keeps(self) -> bool:
        """What the terminal holds is wanted, or may be."""
        return bool(self._captures or self._doubts or self._vouched)

    @property
    def reverses(self) -> bool:
        return bool(self._reversals)

    @property
    def unsure(self) -> bool:
        return bool(self._unsure)

    def captures(self, payment: int) -> bool:
        """It is asked for: its word is owed already."""
        return any(want.payment == payment for want in self._captures)

    # -- what is known

    def booked(self, payment: int, booked: Booked) -> None:
        """The terminal's name for it."""
        _keep(self._booked, payment, booked)

    def is_none(self, payment: int) -> None:
        """The terminal said, or never heard, that it is no payment."""
        _keep(self._none, payment, None)

    def earlier(self, payment: int, booked: Booked) -> bool:
        """It is the name of another payment that is in the books already."""
        told = any(each == booked for number, each in self._booked.items() if number != payment)
        return told or self._known(booked.reference)

    # -- what is asked for

    def capture(self, payment: int, amount_fen: int, reference: str) -> None:
        self._vouched.discard(payment)
        self._captures.append(Wanted(payment, amount_fen, booked_in(reference)))

    def doubt(self, payment: int, amount_fen: int, reference: str) -> None:
        """Whether an approval of a former life stands."""
        self._doubts.append(Wanted(payment, amount_fen, booked_in(reference)))

    def reverse(self, payment: int, amount_fen: int, reference: str) -> None:
        self._vouched.discard(payment)
        self._reversals.append(Wanted(payment, amount_fen, booked_in(reference) or self._booked.get(payment)))

    def answer(self, info: Info, booked: Booked | None, former: bool, now_ms: int) -> int:
        """What to say to a good result that the terminal holds. `former`: of a payment that nobody waits for any more."""
        for want in self._reversals:
            mine = former and want.booked is None and info.amount_fen == want.amount_fen
            if mine and booked is not None and not self._known(booked.reference):
                want.booked = booked
            if _is(want, booked):
                return codec.NOT_ISSUED
        for want in [want for want in self._doubts if _is(want, booked)]:
            self._held(want, info, now_ms)
        kept = any(_is(want, booked) and info.amount_fen == want.amount_fen for want in self._captures)
        return codec.ACK if kept else codec.REPEAT

    def _held(self, want: Wanted, info: Info, now_ms: int) -> None:
        """It holds it still, when it asks again after it was told to wait: the first time may be an old message on the line."""
        want.told_ms = want.told_ms or now_ms
        if now_ms - want.told_ms >= AGAIN_MS:
            self._doubts.remove(want)
            fits = info.amount_fen == want.amount_fen
            self._word(PaymentStands(want.payment) if fits else StandingUncertain(want.payment, "bad answer"))

    def kept(self, payment: int) -> None:
        """The terminal ended well what it was told to keep."""
        for want in [want for want in self._captures if want.payment == payment]:
            self._captures.remove(want)
            self._word(PaymentCaptured(payment))

    # -- time and questions

    def poll(self, now_ms: int, linked: bool) -> None:
        for wants, uncertain in (
            (self._captures, CaptureUncertain),
            (self._reversals, ReverseUncertain),
            (self._doubts, StandingUncertain),
        ):
            for want in list(wants):
                want.by_ms = want.by_ms or now_ms + SETTLE_MS
                if now_ms >= want.by_ms:
                    wants.remove(want)
                    self._word(uncertain(want.payment, "no answer" if linked else "link"))

    def wake_ms(self) -> int | None:
        return min((want.by_ms for want in (*self._captures, *self._reversals, *self._doubts)), default=None)

    def ask_next(self) -> bool:
        """Ask for what is owed a word; False: nothing is to be asked."""
        for want in list(self._reversals):
            want.booked = want.booked or self._booked.get(want.payment)
            if want.payment in self._none:
                self._reversals.remove(want)
                self._word(PaymentReversed(want.payment, moved=False))
        for want in [want for want in self._captures if want.booked is None]:
            self._captures.remove(want)
            self._word(CaptureRefused(want.payment, "other"))
        for want in [want for want in self._doubts if want.booked is None]:
            self._doubts.remove(want)
            self._word(StandingUncertain(want.payment, "other"))
        first = self._reversals[0] if self._reversals else None
        if first is not None and first.booked is not None and not first.refused:
            order = codec.reversal(self._password, first.booked.receipt)
            self._ask(Job.REVERSE, order, lambda ended: self._reversed(first, ended))
        elif self.owes:
            self._ask(Job.LAST, codec.with_password(codec.LAST, self._password, 2), self._looked)
        return self.owes

    # -- answers

    def _reversed(self, want: Wanted, ended: Ended) -> None:
        found = open.reversed_(want, ended)
        if want in self._reversals and found is not None:
            self._reversals.remove(want)
            self._word(found)
        self._ended(Job.REVERSE, ended)

    def _looked(self, ended: Ended) -> None:
        """The terminal told of its last payment, or did not."""
        for want in list(self._captures):
            fact = open.captured(want, ended)
            if fact is not None:
                self._captures.remove(want)
                self._word(fact)
        for want in list(self._doubts):
            fact = open.standing(want, ended)
            if fact is not None:
                self._doubts.remove(want)
                self._word(fact)
        for want in [want for want in self._reversals if want.booked is None or want.refused]:
            found = open.looked_up(want, ended, self._known)
            if isinstance(found, Booked):
                want.booked = found
            elif found is not None:
                self._reversals.remove(want)
                self._word(found)
        self._ended(Job.LAST, ended)

    def _word(self, fact: Fact) -> None:
        payment = getattr(fact, "payment", 0)
        (self._unsure.add if fact.result == "unknown" else self._unsure.discard)(payment)
        (self._vouched.add if isinstance(fact, PaymentStands) else self._vouched.discard)(payment)
        self._report(fact)


def _is(want: Wanted, booked: Booked | None) -> bool:
    return booked is not None and want.booked is not None and booked.receipt == want.booked.receipt


def _keep(known: dict[int, Kept], payment: int, what: Kept) -> None:
    known[payment] = what
    while len(known) > MOST_KNOWN:
        del known[next(iter(known))]
