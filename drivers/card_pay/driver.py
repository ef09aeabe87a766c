"""Cards behind the payment port: one card at a time, work keys, reversals; what the reader and the pad say comes in by `hear`.

Source: EMV sheet, sections 1 to 3; ISO 8583 sheet; docs/decisions/042. A payment is one message that books (0200): what the bank
approved and the card agreed to is ours already, so capturing it asks nobody; taking it back is the reversal (0400), made of what
the record of the payment holds and of the batch, so that a machine that has forgotten everything else can still send it.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from drivers.card_pay import messages
from drivers.card_pay.advices import ScriptAdvices
from drivers.card_pay.bank import Bank, Outcome
from drivers.card_pay.messages import Terminal
from drivers.card_pay.settlement import Settlement
from drivers.card_pay.signing import Signing
from drivers.card_pay.visit import PIN_FORMAT, Event, Patience, Tick, Tools, Visit, Wish
from drivers.emv.port import EmvKernelPort
from drivers.raised import Raised
from drivers.rising import Rising
from kiosk.faults import Fault, FaultCode
from kiosk.ports.card_reader import CardReader
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.payment import (
    Books,
    CaptureRefused,
    PaymentCaptured,
    PaymentDeclined,
    PaymentReversed,
    PaymentStands,
    PaymentStep,
    ReverseRefused,
    ReverseUncertain,
    StandingUncertain,
)
from kiosk.ports.pin_pad import KeyLoaded, KeyRefused, KeyUncertain, PadKeys, PadTampered, PinPad

log = logging.getLogger(__name__)
WAY = "card"
MODEL, VERSION = "card_pay", "1"
READY_MS = 8_000
"""How long a reversal waits for the line and the work keys before it is told that it could not be asked."""
LOOK_MS = 1_000
OF_SIGNING = (PadKeys, PadTampered, KeyLoaded, KeyRefused, KeyUncertain)
PASSED_ON = (Fault, DeviceReady)
"""What others may hear of the two devices: nothing of a card and nothing of a PIN."""


@dataclass(slots=True)
class _Reversal:
    wish: Wish
    reference: str
    by_ms: int = 0


class CardPay:
    """Participant (at the host's link) and `kiosk.ports.payment.Payment` for `card`.

    The devices are attached before the first turn; their drivers report to `hear`. `draw_near`: asks the loop for another turn,
    since orders go to devices at other links. `day`: YYMMDD where the machine stands, of a wall time in ms; None: of
    now. `books`: what the bank is told at the end of a day; None before there are any.
    """

    def __init__(
        self,
        report: Report,
        terminal: Terminal,
        *,
        day: Callable[[int | None], str],
        draw_near: Callable[[], None],
        name: str = "payment",
        patience: Patience | None = None,
        books: Callable[[], Books | None] = lambda: None,
    ) -> None:
        self.name = name
        self._report, self._terminal, self._day, self._draw_near = report, terminal, day, draw_near
        self._books = books
        self._patience = patience or Patience()
        self._faults = Raised(name, report)
        self._orders = 0
        self._begun = Rising()
        self._now_ms = 0
        self._news: deque[Event] = deque()
        self._wishes: deque[Wish] = deque()
        self._captures: deque[Fact] = deque()
        self._reversals: deque[_Reversal] = deque()
        self._answers: list[Outcome] = []
        self._asked = False
        self._visit: Visit | None = None
        self._step: PaymentStep | None = None
        self._told_ready = False

    def attach(self, reader: CardReader, pad: PinPad, kernel: EmvKernelPort, pad_name: str = "pin_pad") -> None:
        self._reader, self._pad, self._pad_name = reader, pad, pad_name
        self._bank = Bank(self._terminal, pad, self._next_order, self._patience.answer_ms)
        self._signing = Signing(self._terminal, pad, self._bank)
        self._settlement = Settlement(self._terminal, self._bank, self._report, self._day, self._signing.renew)
        self._advices = ScriptAdvices(self._bank)
        self._tools = Tools(
            reader,
            pad,
            kernel,
            self._bank,
            self._terminal,
            self._patience,
            self._next_order,
            lambda: self._signing.batch,
            lambda: self._day(None),
        )
        log.info("kernel label=%s certified=%s", kernel.label, kernel.certified)

    # -- the port

    @property
    def ways(self) -> frozenset[str]:
        """As it is now, without what comes and goes while a card is in."""
        return frozenset({WAY}) if self._visit is not None or not self._missing() else frozenset()

    @property
    def settles(self) -> bool:
        return True

    def begin(self, payment: int, key: str, amount_fen: int, way: str, language: str, limit_ms: int) -> None:
        if way != WAY or not 0 < amount_fen < 10**12 or payment < 1:
            self._report(PaymentDeclined(payment, "unsupported" if way != WAY else "amount"))
        elif not self._begun.new(payment):
            log.error("payment_begun_twice payment=%d", payment)
        else:
            self._wishes.append(Wish(payment, amount_fen, limit_ms))

    def cancel(self, payment: int) -> None:
        self._stop(payment, "cancelled")

    def capture(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        """The bank booked it with its approval; without one there is nothing to keep."""
        known = messages.batch_of(reference) is not None
        self._captures.append(PaymentCaptured(payment) if known else CaptureRefused(payment, "other"))

    def stands(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        """The bank keeps what it booked until a reversal comes."""
        known = messages.batch_of(reference) is not None
        self._captures.append(PaymentStands(payment) if known else StandingUncertain(payment, "other"))

    def reverse(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self._wishes = deque(wish for wish in self._wishes if wish.payment != payment)
        if self._visit is not None and self._visit.wish.payment == payment:
            self._visit.stop("cancelled")
            self._visit.muted = True
            self._news.append(Tick())
        self._reversals.append(_Reversal(Wish(payment, amount_fen, 0), reference))

    def scanned(self, text: str) -> None:
        """No card is paid with by a code: it is dropped."""

    # -- the devices

    def hear(self, fact: Fact) -> None:
        """What reader and pad report. Only queues: orders that follow from it are given in the next turn."""
        if isinstance(fact, PASSED_ON):
            self._report(fact)
        self._news.append(fact)
        self._draw_near()

    def restart(self) -> None:
        """People have looked after reader and pad, and loaded the pad's keys anew."""
        for device in (self._reader, self._pad):
            mended = getattr(device, "restart", None)
            if mended is not None:
                mended()
        self._draw_near()

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._bank.link_up(now_ms)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._bank.link_lost(now_ms)
        self._signing.cut_off(now_ms)

    def take_output(self) -> bytes:
        return self._bank.take_output(self._now_ms)

    def receive(self, data: bytes, now_ms: int) -> None:
        self._now_ms = now_ms
        self._bank.receive(data, now_ms)

    def poll(self, now_ms: int) -> int | None:
        self._now_ms = now_ms
        orders = self._orders
        while self._captures:
            self._report(self._captures.popleft())
        self._bank.poll(now_ms)
        self._hear_all(now_ms)
        self._begin(now_ms)
        self._reverse(now_ms)
        visit = self._visit
        if visit is None or visit.asked_bank:  # other keys would spoil a PIN that was just entered
            idle = visit is None and not self._reversals
            self._signing.poll(now_ms, idle=idle and not self._settlement.busy)
            self._advices.poll(now_ms, idle and not self._wishes and not self._missing() and not self._settlement.busy)
            books = self._books()
            self._settlement.poll(now_ms, idle and not self._wishes and not self._missing(), books)
            differs = books.differs if books is not None else ""
            self._faults.set(FaultCode.SETTLEMENT, bool(differs), differs)
        self._bank.poll(now_ms)
        self._tell()
        if self._orders != orders:
            self._draw_near()
        return self._wake_ms(now_ms)

    def _wake_ms(self, now_ms: int) -> int:
        due = [self._bank.wake_ms(), self._visit.wake_ms() if self._visit else None]
        if self._reversals and not self._asked:
            due.append(self._reversals[0].by_ms)
        if self._news:
            due.append(now_ms)
        return max(now_ms + 1, min(at for at in (*due, now_ms + LOOK_MS) if at is not None))

    # -- inside

    def _next_order(self) -> int:
        self._orders += 1
        return self._orders

    def _hear_all(self, now_ms: int) -> None:
        while self._news:
            event = self._news.popleft()
            if isinstance(event, OF_SIGNING) or (isinstance(event, DeviceReady) and event.device == self._pad_name):
                self._signing.hear(event, now_ms)
            if isinstance(event, Fact) and self._bank.hear(event, now_ms):
                continue
            self._feed(event, now_ms)
        self._feed(Tick(), now_ms)

    def _feed(self, event: Event, now_ms: int) -> None:
        visit = self._visit
        if visit is None:
            return
        visit.feed(event, now_ms)
        if visit.keys:
            self._signing.doubt()
        if visit.outcome is not None:
            if visit.advice is not None:
                self._advices.add(visit.advice)
            self._visit, self._step = None, None
            log.info("payment_ended payment=%d result=%s", visit.wish.payment, visit.outcome.result)
            if not visit.muted:
                self._report(visit.outcome)
        elif visit.step != self._step and not visit.muted:
            self._step = visit.step
            self._report(visit.step)

    def _begin(self, now_ms: int) -> None:
        while self._wishes and not self._renewing:  # a batch was closed meanwhile, or is just being
            wish = self._wishes.popleft()
            refused = "other" if self._visit is not None else "closed" if self._missing() else ""
            if refused:
                log.warning("payment_refused payment=%d reason=%s missing=%s", wish.payment, refused, self._missing())
                self._report(PaymentDeclined(wish.payment, refused))
                continue
            self._visit = Visit(wish, self._tools, now_ms)
            self._feed(Tick(), now_ms)

    def _stop(self, payment: int, reason: str) -> None:
        if any(wish.payment == payment for wish in self._wishes):
            self._wishes = deque(wish for wish in self._wishes if wish.payment != payment)
            self._report(PaymentDeclined(payment, reason))
        elif self._visit is not None and self._visit.wish.payment == payment:
            self._visit.stop(reason)
            self._draw_near()

    # -- taking back

    def _reverse(self, now_ms: int) -> None:
        if self._answers:
            self._asked = False
            self._report(self._reversed(self._reversals.popleft(), self._answers.pop()))
        if not self._reversals or self._asked:
            return
        job = self._reversals[0]
        job.by_ms = job.by_ms or now_ms + READY_MS
        if self._bank.linked and self._signing.good:
            batch = messages.batch_of(job.reference) or self._signing.batch
            reason = messages.OTHER if job.reference else messages.NO_ANSWER
            request = messages.reversal(self._terminal, batch, job.wish.payment, job.wish.amount_fen, reason)
            self._asked = True
            self._bank.ask(request, self._answers.append)
        elif now_ms >= job.by_ms:
            self._reversals.popleft()
            self._report(ReverseUncertain(job.wish.payment, "link"))

    def _reversed(self, job: _Reversal, outcome: Outcome) -> Fact:
        """Only the host's own word ends it."""
        payment, code = job.wish.payment, outcome.answer.get(39) if outcome.answer is not None else ""
        if outcome.keys or code in messages.SIGN_IN_AGAIN:
            self._signing.doubt()
        if not code:
            return ReverseUncertain(payment, "other" if outcome.trouble == "pad" else outcome.trouble)
        if code == "00" or code in messages.NOT_BOOKED:
            return PaymentReversed(payment, moved=code == "00")
        return ReverseRefused(payment, "declined") if code in messages.NEVER else ReverseUncertain(payment, "other")

    # -- whether it works

    def _missing(self) -> str:
        """What is not there for a payment; empty when all of it is."""
        if not self._reader.can_take_cards:
            return "reader"
        if not self._signing.pad_ready:
            return "pad"
        if not self._bank.linked or not self._signing.answered:
            return "bank"
        good = self._signing.good and self._pad.can_take_pins(PIN_FORMAT)
        return "" if good or self._renewing else "keys"

    @property
    def _renewing(self) -> bool:
        """The bank is told of a day, or gives the keys of the next batch: a matter of seconds, in which a card waits."""
        return self._settlement.busy or self._signing.renewing(self._now_ms)

    def _tell(self) -> None:
        if self._visit is not None:
            return
        missing = self._missing()
        lost = self._told_ready or FaultCode.NO_ANSWER in self._faults
        self._faults.set(FaultCode.NO_ANSWER, bool(missing) and lost, missing)
        if missing:
            self._told_ready = False  # said anew when all of it is back: nobody counts on it meanwhile
        elif not self._told_ready:
            self._told_ready = True
            self._report(DeviceReady(self.name, MODEL, VERSION, self._terminal.id))
