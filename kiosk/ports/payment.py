"""All that is no cash, behind one port (decision page 036): cards by reader, PIN pad and bank; a certified terminal; phone codes.

A payment is begun by a record of its own (`auth?`), which is also the record of its reversal: it stays open until it is captured
or reversed. The sale never sees a number, a track or a PIN: what is asked of a card or a phone, the adapter asks itself, and says
in `PaymentStep` what the passenger does now. After a restart an approval is asked after before anything is given for it
(`stands`, decision page 058). Reasons of a decline: cancelled, timeout, declined, funds, pin, pin_tries, expired, card,
unsupported, amount, closed, other. Reasons of unknown: no answer, bad answer, link, restart, other.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import ClassVar, Protocol

from kiosk.ports.fact import Fact


@dataclass(frozen=True, slots=True)
class PaymentStep(Fact):
    """What the passenger does now, for the screen; moves nothing and is never journaled. `step`: card, card_busy, pin, remove,
    code (`text` is what the code holds), scan, phone (to be confirmed there; `text` still holds a code that we show), waiting.
    `typed`: digits of the PIN so far. `until_ms`: mono time at which the step ends by itself, 0 when it does not."""

    kind: ClassVar[str] = "payment.step"
    payment: int
    step: str
    text: str = ""
    typed: int = 0
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class PaymentApproved(Fact):
    """The whole amount is the machine's to take or to give back. `reference`: the other side's own number for it, `approval` its
    code, `masked`: of a card the first six and last four digits, of a phone what the provider names the payer by; may be empty."""

    kind: ClassVar[str] = "auth!"
    result: ClassVar[str] = "approved"
    payment: int
    reference: str
    approval: str = ""
    masked: str = ""


@dataclass(frozen=True, slots=True)
class PaymentDeclined(Fact):
    """Nothing was paid, for certain, and nothing of this payment is still to come."""

    kind: ClassVar[str] = "auth!"
    result: ClassVar[str] = "declined"
    payment: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentUncertain(Fact):
    """It may have been paid. It is reversed, never begun again."""

    kind: ClassVar[str] = "auth!"
    result: ClassVar[str] = "unknown"
    payment: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentCaptured(Fact):
    """The other side has it in its books as ours."""

    kind: ClassVar[str] = "capture!"
    result: ClassVar[str] = "done"
    payment: int


@dataclass(frozen=True, slots=True)
class CaptureUncertain(Fact):
    """It may have been taken. Capturing is idempotent: it is asked again."""

    kind: ClassVar[str] = "capture!"
    result: ClassVar[str] = "unknown"
    payment: int
    reason: str


@dataclass(frozen=True, slots=True)
class CaptureRefused(Fact):
    """The other side says that it will not: people settle it."""

    kind: ClassVar[str] = "capture!"
    result: ClassVar[str] = "refused"
    payment: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentReversed(Fact):
    """Nothing of it is paid, or it went back. `moved`: whether something had been paid, as far as the other side says."""

    kind: ClassVar[str] = "reverse!"
    result: ClassVar[str] = "done"
    payment: int
    moved: bool


@dataclass(frozen=True, slots=True)
class ReverseUncertain(Fact):
    """No usable answer. Reversing is idempotent: it is asked again, over restarts, until there is one."""

    kind: ClassVar[str] = "reverse!"
    result: ClassVar[str] = "unknown"
    payment: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReverseRefused(Fact):
    """The other side says that it will not, for certain: the amount becomes a claim."""

    kind: ClassVar[str] = "reverse!"
    result: ClassVar[str] = "refused"
    payment: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentStands(Fact):
    """An approval of a former life: it is still the machine's to take or to give back, until one of the two is asked for."""

    kind: ClassVar[str] = "auth.past"
    result: ClassVar[str] = "stands"
    payment: int


@dataclass(frozen=True, slots=True)
class PaymentGone(Fact):
    """The other side has taken it back, or will, without being asked: nothing is given for it."""

    kind: ClassVar[str] = "auth.past"
    result: ClassVar[str] = "gone"
    payment: int
    reason: str


@dataclass(frozen=True, slots=True)
class StandingUncertain(Fact):
    """Nobody can tell whether it stands: nothing is given for it."""

    kind: ClassVar[str] = "auth.past"
    result: ClassVar[str] = "unknown"
    payment: int
    reason: str


@dataclass(frozen=True, slots=True)
class BatchSettled(Fact):
    """The other side was told the sums of a batch. `begins`: how the references of its payments begin; `balanced`: its own books
    say the same, else it has our list and people look it up; `count` and `amount_fen`: what we said."""

    kind: ClassVar[str] = "batch!"
    result: ClassVar[str] = "done"
    begins: str
    balanced: bool
    count: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Taken:
    """One payment that the other side has in its books as ours. `wall_ms`: when it was approved."""

    payment: int
    amount_fen: int
    reference: str
    wall_ms: int


class Books(Protocol):
    """What the journal says of the machine's payments, to an adapter that has to tell somebody."""

    @property
    def differs(self) -> str:
        """How the last batch was called, when the other side had other sums; empty: it was balanced."""
        ...

    @property
    def undecided(self) -> bool:
        """A payment is open: what it comes to is in no sum yet."""
        ...

    @property
    def ordered(self) -> AbstractSet[int]:
        """Payments whose batch the station's office wants settled now, whatever day it is."""
        ...

    def taken(self) -> Sequence[Taken]:
        """Of all batches that were not settled, in the order of their end."""
        ...


class Payment(Protocol):
    @property
    def ways(self) -> AbstractSet[str]:
        """Of `card`, `code` (shown by us), `scan` (shown by the phone): what the adapter can do, which is less
        while something that a way needs is not there. A payment by another way is declined."""
        ...

    @property
    def settles(self) -> bool:
        """The other side of a way is told of its batches out of the books. Where nobody is, it closes its days by itself."""
        ...

    def begin(self, payment: int, key: str, amount_fen: int, way: str, language: str, limit_ms: int) -> None:
        """`payment` counts within the machine's life, with its epoch a nonce; `key` is the sale's at the station; `limit_ms`: mono
        time after which the passenger may not pay any more. Outcome: exactly one `auth!`, by the other side's word and never by
        our clock alone. One payment at a time; a number that was begun before is not heard: its outcome was told, or will be."""
        ...

    def cancel(self, payment: int) -> None:
        """The passenger gave up. The outcome of `begin` still comes: declined when nothing can be paid any more, else the truth."""
        ...

    def capture(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        """The passenger has what was paid for. Outcome: exactly one `capture!` for each call. Idempotent at the other side."""
        ...

    def stands(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        """After a restart, of a payment that was approved and neither captured nor taken back: does it stand? Outcome: exactly
        one `auth.past`; from an adapter whose other side keeps an approval until it is told otherwise at once. Moves nothing.
        An adapter whose other side does not keep it says gone or unknown unasked, once, as soon as it doubts it in this life."""
        ...

    def scanned(self, text: str) -> None:
        """What the machine's scanner read while a `scan` was asked for (`PaymentStep` scan); at other times it is dropped."""
        ...

    def reverse(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        """Nothing may be paid, or it must go back. `reference` may be empty (never learnt). Also after a restart, and for a payment
        the other side never heard of, which is then closed for good. Outcome: exactly one `reverse!` for each call. Idempotent
        there. While the outcome of `begin` is still awaited it ends that too: of the two words only `reverse!` is owed then."""
        ...
