"""Payments that the terminal may still hold or have in its books: what decides about them, and how its words are judged.

The one rule (docs/decisions/049): `80 00 00` to an approval is said for a capture and for nothing else, so a payment that nobody
captured is never kept. What is known of a payment is its receipt; the reference that the journal keeps names terminal, receipt and
trace.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from drivers.zvt import words
from drivers.zvt.codec import UNSUPPORTED, Info
from kiosk.ports.fact import Fact
from kiosk.ports.payment import (
    CaptureRefused,
    PaymentCaptured,
    PaymentGone,
    PaymentReversed,
    PaymentStands,
    ReverseRefused,
    ReverseUncertain,
    StandingUncertain,
)

REFERENCE = re.compile(r"(\d{8}|)\.(\d{4})\.(\d{6})")


@dataclass(frozen=True, slots=True)
class Booked:
    """How the terminal names one payment. `terminal` empty: it did not tell."""

    terminal: str
    receipt: int
    trace: int

    @property
    def reference(self) -> str:
        return f"{self.terminal}.{self.receipt:04d}.{self.trace:06d}"


def booked_of(info: Info) -> Booked | None:
    return None if info.receipt is None else Booked(info.terminal, info.receipt, info.trace or 0)


def booked_in(reference: str) -> Booked | None:
    """None: it is no reference of such a terminal."""
    found = REFERENCE.fullmatch(reference)
    return None if found is None else Booked(found[1], int(found[2]), int(found[3]))


@dataclass(slots=True)
class Wanted:
    """A capture or a reversal that is owed a word. `by_ms`: mono time at which it is told that there is none. `refused`: the
    terminal will not take it back; whether that is because there is nothing says its last payment."""

    payment: int
    amount_fen: int
    booked: Booked | None
    by_ms: int = 0
    refused: bool = False
    told_ms: int = 0  # mono time at which the terminal first told it again


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. `how`: done, aborted (`code`), refused (`code`), silent, link. `info`: the last result it told."""

    how: str
    code: int = 0
    info: Info | None = None

    @property
    def final(self) -> int | None:
        """The terminal's own code for what became of it; None when it said none."""
        if self.info is not None and self.info.result:
            return self.info.result
        return self.code if self.how in ("aborted", "refused") else 0 if self.how == "done" else None

    @property
    def says_nothing(self) -> bool:
        """To be asked again: nothing came, or only that it cannot be told now."""
        busy = self.how == "refused" and self.code != UNSUPPORTED
        return self.how in ("silent", "link") or busy or (self.info is None and self.final in words.NOT_NOW)


def captured(want: Wanted, ended: Ended) -> Fact | None:
    """What the answer to "what was the last payment" says of a capture; None: it says nothing now."""
    info, booked = ended.info, want.booked
    if booked is not None and info is not None and ended.how == "done" and _same(booked, info):
        if info.good:
            return PaymentCaptured(want.payment)
        return CaptureRefused(want.payment, "declined" if info.result == words.REVERSED else "other")
    if ended.says_nothing:
        return None
    return CaptureRefused(want.payment, "other")  # the terminal cannot tell of it: people look it up


def standing(want: Wanted, ended: Ended) -> Fact | None:
    """What the same answer says of an approval of a former life; None: nothing now.

    A payment is in it once the terminal is done with it: kept, or taken back. One that it still holds it tells by itself.
    """
    info, booked = ended.info, want.booked
    if booked is not None and info is not None and ended.how == "done" and _same(booked, info):
        return PaymentStands(want.payment) if info.good else PaymentGone(want.payment, "declined")
    return None if ended.says_nothing else StandingUncertain(want.payment, "other")


def looked_up(want: Wanted, ended: Ended, known: Callable[[str], bool]) -> Fact | Booked | None:
    """What the same answer says of a reversal whose receipt nobody knows: its end, the receipt to take back, or nothing now.

    `known`: whether a reference is that of a payment in the books, which this one is not.
    """
    info = ended.info
    if ended.says_nothing:
        return None
    if want.refused and want.booked is not None:
        gone = info is not None and _same(want.booked, info) and not info.good
        return PaymentReversed(want.payment, moved=False) if gone else ReverseRefused(want.payment, "declined")
    booked = booked_of(info) if info is not None else None
    ours = (
        info is not None and booked is not None and info.amount_fen == want.amount_fen and not known(booked.reference)
    )
    if ours and info is not None and (info.good or info.result in words.HOST):
        return booked  # it stands; or it is none or on its way back, and its receipt will tell which
    return PaymentReversed(want.payment, moved=bool(ours and info and info.result == words.REVERSED))


def reversed_(want: Wanted, ended: Ended) -> Fact | None:
    """What the end of a reversal by receipt says; None: nothing now."""
    code = ended.final
    if code in (0, words.REVERSED):
        return PaymentReversed(want.payment, moved=True)
    if code in words.NEVER:
        want.refused = True
        return None
    return None if code is None else ReverseUncertain(want.payment, "other")


def _same(booked: Booked, info: Info) -> bool:
    told = booked_of(info)
    return told is not None and told.receipt == booked.receipt and (told.trace == booked.trace or not told.trace)
