"""Payments by phone at port level: a desk that answers method calls, at its own pace, or not at all.

Played are all faults of the desk (`simulator.world.payments.FAULTS`). An answer that is lost leaves the deed done there.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from kiosk.faults import FaultCode
from kiosk.ports import payment as pp
from kiosk.ports.fact import DeviceReady, Report
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.raised import Faults

ANSWER_MS, SLOW_MS, SILENT_MS = 300, 6_000, 4_000
"""How long an answer takes, a slow one, and how long one is waited for."""
LOOK_MS = 1_000
CLOSE_TRIES = 3
UNKNOWN_MS, LATE_MS = 20_000, 100_000
"""How long nobody can say what became of a payment, and after which time a late word comes."""


class Desk(Protocol):
    """The other side; None is no answer."""

    faults: set[str]

    def once(self, name: str) -> bool: ...

    def begin(self, payment: int, amount_fen: int) -> str | None: ...

    def state(self, payment: int) -> str | None: ...

    def close(self, payment: int) -> str | None: ...

    def capture(self, payment: int) -> str | None: ...

    def reverse(self, payment: int) -> str | None: ...

    def late_words(self) -> list[int]: ...


@dataclass(slots=True)
class Asked:
    """The payment under way. `phase`: opening, shown, closing. `why` it is closed: timeout or cancelled."""

    payment: int
    amount_fen: int
    limit_ms: int
    due_ms: int
    phase: str = "opening"
    why: str = "timeout"
    tries: int = 0
    unknown_until_ms: int = 0


@dataclass(slots=True)
class Deed:
    """A capture or reversal on its way. `answer` is None until it was asked, and stays so when nobody answered."""

    kind: str
    payment: int
    due_ms: int
    asked: bool = False
    answer: str | None = None


class PaymentFront(Linkless):
    """`Payment` port and participant. One payment at a time; captures and reversals are carried out one after the other."""

    ways: AbstractSet[str] = frozenset({"code"})

    def __init__(self, name: str, report: Report, desk: Desk) -> None:
        self.name, self._report, self._desk = name, report, desk
        self._faults = Faults(name, report)
        self._ready = False
        self._now_ms = 0
        self._asked: Asked | None = None
        self._deeds: list[Deed] = []
        self._late_ms: dict[int, int] = {}  # payment -> when its late word comes; negative: it has come

    # -- the port

    @property
    def settles(self) -> bool:
        return False

    def begin(self, payment: int, key: str, amount_fen: int, way: str, language: str, limit_ms: int) -> None:
        self._asked = Asked(payment, amount_fen, limit_ms, -1)

    def cancel(self, payment: int) -> None:
        if self._asked is not None and self._asked.payment == payment:
            self._close("cancelled", self._asked)

    def capture(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self._deeds.append(Deed("capture", payment, -1))

    def stands(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        """What a phone has paid stays paid until somebody wants it back."""
        self._report(pp.PaymentStands(payment))

    def scanned(self, text: str) -> None:
        """No way of this desk: phones show no codes to it."""

    def reverse(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        if self._asked is not None and self._asked.payment == payment:
            self._asked = None
        self._deeds.append(Deed("reverse", payment, -1))

    # -- time

    def poll(self, now_ms: int) -> int | None:
        self._now_ms = now_ms
        lost = "lost" in self._desk.faults
        self._faults.set(FaultCode.LINK_LOST, lost)
        if lost:
            self._ready = False
        elif not self._ready:
            self._ready = True
            self._report(DeviceReady(self.name, "desk", "1", "P1"))
        self._late_words()
        self._deed(now_ms)
        if self._asked is not None:
            self._go_on(self._asked, now_ms)
        wakes = [now_ms + LOOK_MS] if self._asked is not None or self._desk.faults else []
        wakes += [due_ms for due_ms in self._late_ms.values() if due_ms > now_ms]
        wakes += [self._asked.due_ms] if self._asked is not None and self._asked.due_ms > now_ms else []
        wakes += [self._deeds[0].due_ms] if self._deeds else []
        return max(now_ms + 1, min(wakes)) if wakes else None

    def _takes_ms(self) -> int:
        return SLOW_MS if "slow" in self._desk.faults else ANSWER_MS

    def _reached(self) -> bool:
        return "lost" not in self._desk.faults

    # -- a payment

    def _go_on(self, asked: Asked, now_ms: int) -> None:
        if asked.due_ms < 0:
            asked.due_ms = now_ms + self._takes_ms()
            return
        if now_ms < asked.due_ms:
            return
        {"opening": self._open, "shown": self._look, "closing": self._closing}[asked.phase](asked, now_ms)

    def _open(self, asked: Asked, now_ms: int) -> None:
        content = self._desk.begin(asked.payment, asked.amount_fen) if self._reached() else None
        if content is None:  # it may be open there: that is asked for by closing it
            self._close("other", asked)
            return
        asked.phase, asked.due_ms = "shown", now_ms + LOOK_MS
        self._report(pp.PaymentStep(asked.payment, "code", content, until_ms=asked.limit_ms))

    def _look(self, asked: Asked, now_ms: int) -> None:
        state = self._desk.state(asked.payment) if self._reached() else None
        if state in ("paid", "closed") and asked.unknown_until_ms == 0 and self._desk.once("unknown"):
            asked.unknown_until_ms = now_ms + UNKNOWN_MS
            self._report(pp.PaymentStep(asked.payment, "waiting"))
        if now_ms < asked.unknown_until_ms:
            asked.due_ms = now_ms + LOOK_MS
        elif state == "paid":
            self._over(pp.PaymentApproved(asked.payment, f"D{asked.payment}", "", "135****0042"))
        elif state == "closed":
            self._over(pp.PaymentDeclined(asked.payment, "funds"))
        elif now_ms >= asked.limit_ms:
            self._close("timeout", asked)
        else:
            asked.due_ms = now_ms + LOOK_MS

    def _close(self, why: str, asked: Asked) -> None:
        if asked.phase != "closing":
            asked.phase, asked.why, asked.due_ms = "closing", why, self._now_ms + self._takes_ms()

    def _closing(self, asked: Asked, now_ms: int) -> None:
        """An expired code is asked after; what it came to is said by the other side, or nobody knows."""
        state = self._desk.close(asked.payment) if self._reached() else None
        asked.tries += 1
        if state == "paid":
            self._over(pp.PaymentApproved(asked.payment, f"D{asked.payment}", "", "135****0042"))
        elif state in ("closed", "reversed", "none"):
            self._over(pp.PaymentDeclined(asked.payment, asked.why))
        elif asked.tries >= CLOSE_TRIES:
            self._over(pp.PaymentUncertain(asked.payment, "no answer"))
        else:
            asked.due_ms = now_ms + SILENT_MS

    def _over(self, fact: pp.PaymentApproved | pp.PaymentDeclined | pp.PaymentUncertain) -> None:
        self._asked = None
        self._report(fact)

    def _late_words(self) -> None:
        """What was said to be closed and is paid after all: said once by each start."""
        for payment in self._desk.late_words() if self._ready else []:
            due_ms = self._late_ms.setdefault(payment, self._now_ms + LATE_MS)
            if 0 <= due_ms <= self._now_ms:
                self._late_ms[payment] = -1
                self._report(pp.PaymentApproved(payment, f"D{payment}", "", "135****0042"))

    # -- what was paid

    def _deed(self, now_ms: int) -> None:
        if not self._deeds:
            return
        deed = self._deeds[0]
        if deed.due_ms < 0:
            deed.due_ms = now_ms + self._takes_ms()
        elif now_ms >= deed.due_ms and not deed.asked:
            deed.asked = True
            if self._reached():
                deed.answer = (
                    self._desk.capture(deed.payment) if deed.kind == "capture" else self._desk.reverse(deed.payment)
                )
            if deed.answer is None:
                deed.due_ms = now_ms + SILENT_MS
            else:
                self._said(deed)
        elif now_ms >= deed.due_ms:
            self._said(deed)

    def _said(self, deed: Deed) -> None:
        self._deeds.pop(0)
        payment, answer = deed.payment, deed.answer
        if deed.kind == "capture":
            unsure = pp.CaptureUncertain(payment, "no answer")
            said = {"done": pp.PaymentCaptured(payment), "refused": pp.CaptureRefused(payment, "closed")}.get(
                answer or "", unsure
            )
            self._report(said)
            return
        told = {
            "done": pp.PaymentReversed(payment, False),
            "moved": pp.PaymentReversed(payment, True),
            "refused": pp.ReverseRefused(payment, "settled"),
        }.get(answer or "", pp.ReverseUncertain(payment, "no answer"))
        self._report(told)

    # -- its plug

    def unplug(self) -> None:
        """The way to the desk is the network's, not a plug."""

    def replug(self) -> None:
        """As `unplug`."""
