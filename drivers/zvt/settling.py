"""What became of payments that were told, and the words that are owed for them: captures, reversals, and the last payment.

Every capture and reversal ends in exactly one word; one that the terminal gives no word for in time ends as unknown, and is asked
again by the machine. Decision page 049.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from drivers.zvt import codec, open
from drivers.zvt.codec import Apdu, Info
from drivers.zvt.dialog import Job
from drivers.zvt.open import Booked, Ended, Wanted, booked_in
from kiosk.ports.fact import Fact, Report
from kiosk.ports.payment import CaptureRefused, CaptureUncertain, PaymentCaptured, PaymentReversed, ReverseUncertain

SETTLE_MS = 25_000
"""How long a capture or reversal may take before it is told that nobody knows."""
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
        self._unsure: set[int] = set()  # payments of which was told that nobody knows
        self._booked: dict[int, Booked] = {}  # of this life, newest last
        self._none: dict[int, None] = {}  # payments of this life that were never one

    @property
    def owes(self) -> bool:
        """A word for something that was asked for."""
        return bool(self._captures or self._reversals)

    @property
    def captures(self) -> bool:
        return bool(self._captures)

    @property
    def reverses(self) -> bool:
        return bool(self._reversals)

    @property
    def unsure(self) -> bool:
        return bool(self._unsure)

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
        self._captures.append(Wanted(payment, amount_fen, booked_in(reference)))

    def reverse(self, payment: int, amount_fen: int, reference: str) -> None:
        self._reversals.append(Wanted(payment, amount_fen, booked_in(reference) or self._booked.get(payment)))

    def answer(self, info: Info, booked: Booked | None, former: bool) -> int:
        """What to say to a good result that the terminal holds. `former`: of a payment that nobody waits for any more."""
        for want in self._reversals:
            mine = former and want.booked is None and info.amount_fen == want.amount_fen
            if mine and booked is not None and not self._known(booked.reference):
                want.booked = booked
            if _is(want, booked):
                return codec.NOT_ISSUED
        kept = any(_is(want, booked) and info.amount_fen == want.amount_fen for want in self._captures)
        return codec.ACK if kept else codec.REPEAT

    def kept(self, payment: int) -> None:
        """The terminal ended well what it was told to keep."""
        for want in [want for want in self._captures if want.payment == payment]:
            self._captures.remove(want)
            self._word(PaymentCaptured(payment))

    # -- time and questions

    def poll(self, now_ms: int, linked: bool) -> None:
        for wants in (self._captures, self._reversals):
            for want in list(wants):
                want.by_ms = want.by_ms or now_ms + SETTLE_MS
                if now_ms >= want.by_ms:
                    wants.remove(want)
                    uncertain = CaptureUncertain if wants is self._captures else ReverseUncertain
                    self._word(uncertain(want.payment, "no answer" if linked else "link"))

    def wake_ms(self) -> int | None:
        return min((want.by_ms for want in (*self._captures, *self._reversals)), default=None)

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
        self._report(fact)


def _is(want: Wanted, booked: Booked | None) -> bool:
    return booked is not None and want.booked is not None and booked.receipt == want.booked.receipt


def _keep(known: dict[int, Kept], payment: int, what: Kept) -> None:
    known[payment] = what
    while len(known) > MOST_KNOWN:
        del known[next(iter(known))]
