"""A certified terminal over ZVT behind the payment port: one payment at a time, held at the terminal until tickets are out.

Source: EMV sheet, section 7; docs/sheets/card-terminal-open-points.md; docs/decisions/049. The terminal tells an approval again
and again and is told to wait (84 9C) until the sale captures (80 00 00) or takes back (84 66). Whatever breaks in between, it takes
back itself what was never captured; so after a silence there is a question to ask and nothing to guess.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from drivers.raised import Raised
from drivers.rising import Rising
from drivers.zvt import codec, words
from drivers.zvt.codec import Apdu, Info
from drivers.zvt.dialog import Dialog, Job
from drivers.zvt.health import REGISTER_MS, Account, Health
from drivers.zvt.open import Booked, Ended, booked_of
from drivers.zvt.settling import Settling
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.payment import (
    PaymentApproved,
    PaymentDeclined,
    PaymentGone,
    PaymentStep,
    PaymentUncertain,
    StandingUncertain,
)

log = logging.getLogger(__name__)
WAY = "card"
MODEL = "zvt"
DOUBT_MS = 4_500
"""A terminal that holds a payment asks again every 2 to 4 s (sheet, section 7): after this it may hold it no more."""
HELD_MS = 15_000
"""A terminal that holds a payment tells it every few seconds; after such a silence it has given up."""
LATE_MS = 10_000
"""So long after the passenger's time the terminal's word is still waited for."""


@dataclass(slots=True)
class _Paying:
    """The payment the terminal works at. `outcome`: its `auth!`, told or not wanted any more. `condemned`: never to be kept.
    `doubted`: approved, and it was told that it may be none any more. `alone_ms`: when the terminal stops waiting for a card by
    itself."""

    payment: int
    amount_fen: int
    limit_ms: int
    stop: str = ""
    outcome: str = ""
    muted: bool = False
    condemned: bool = False
    booked: Booked | None = None
    released: bool = False
    doubted: bool = False
    alone_ms: int = 0


class Zvt:
    """Participant and `kiosk.ports.payment.Payment` for `card`. `serial`: frames with a check. `day`: today's name, where the
    machine stands. `known`: whether a reference is that of another payment in the machine's books. `look_only`: for a probe."""

    def __init__(
        self,
        name: str,
        report: Report,
        account: Account,
        *,
        serial: bool,
        day: Callable[[], str] = lambda: "",
        known: Callable[[str], bool] = lambda reference: False,
        look_only: bool = False,
    ) -> None:
        self.name = name
        self._report, self._account, self._look_only = report, account, look_only
        self._faults = Raised(name, report)
        self._dialog = Dialog(serial, self._told, self._status, self._foreign_over)
        self._settling = Settling(report, account.password, known, self._ask, self._settled)
        self._health = Health(account, self._faults, self._ask, day, self._stop_former)
        self._begun = Rising()
        self._now_ms = 0
        self._linked = self._told_ready = False
        self._wishes: deque[_Paying] = deque()
        self._paying: _Paying | None = None
        self._step: PaymentStep | None = None

    # -- the port

    @property
    def ways(self) -> frozenset[str]:
        """As it is now, without what comes and goes while a payment runs."""
        return frozenset({WAY}) if self._paying is not None or not self._missing() else frozenset()

    @property
    def settles(self) -> bool:
        return False

    def begin(self, payment: int, key: str, amount_fen: int, way: str, language: str, limit_ms: int) -> None:
        if way != WAY or not 0 < amount_fen < 10**12:
            self._report(PaymentDeclined(payment, "unsupported" if way != WAY else "amount"))
        elif not self._begun.new(payment):
            log.error("payment_begun_twice payment=%d", payment)  # the terminal has no numbers: it would be paid again
        else:
            self._wishes.append(_Paying(payment, amount_fen, limit_ms))

    def cancel(self, payment: int) -> None:
        if self._paying is not None and self._paying.payment == payment:
            self._paying.stop = self._paying.stop or "cancelled"
        elif self._withdrawn(payment):
            self._report(PaymentDeclined(payment, "cancelled"))

    def capture(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self._settling.capture(payment, amount_fen, reference)

    def stands(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self._settling.doubt(payment, amount_fen, reference)

    def reverse(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        paying = self._paying
        if self._withdrawn(payment):
            self._settling.is_none(payment)
        elif paying is not None and paying.payment == payment:
            paying.condemned, paying.stop = True, paying.stop or "cancelled"
            paying.muted = paying.muted or not paying.outcome
        self._settling.reverse(payment, amount_fen, reference)

    def scanned(self, text: str) -> None:
        """No card is paid with by a code: it is dropped."""

    def restart(self) -> None:
        """People have looked after the terminal."""
        self._faults.clear(FaultCode.DEVICE_FAILURE, FaultCode.WRONG_DEVICE)
        self._health.mended()

    # -- the probe

    @property
    def ready(self) -> bool:
        """It registered and told of its last payment, or that it does not tell."""
        return self._health.registered and bool(self._health.last)

    def probe_lines(self) -> list[str]:
        """Identity, state and faults; one fact a line."""
        health = self._health
        lines = [f"model {MODEL}", f"terminal {health.terminal}", f"registered {health.registered}"]
        return [*lines, *([f"last {health.last}"] if health.last else []), *self._faults.lines()]

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._now_ms, self._linked = now_ms, True
        self._faults.clear(FaultCode.LINK_LOST)
        self._dialog.reset()
        self._health.link_up(now_ms)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._now_ms, self._linked = now_ms, False
        self._dialog.reset()
        self._health.again()
        self._told_ready = False
        self._faults.clear(FaultCode.NO_ANSWER)
        self._faults.set(FaultCode.LINK_LOST, True, why)

    def take_output(self) -> bytes:
        return self._dialog.take_output()

    def receive(self, data: bytes, now_ms: int) -> None:
        self._now_ms = now_ms
        self._dialog.receive(data, now_ms)

    def poll(self, now_ms: int) -> int | None:
        self._now_ms = now_ms
        self._health.poll(now_ms)
        self._dialog.poll(now_ms)
        self._pay_time(now_ms)
        self._settling.poll(now_ms, self._linked)
        self._wish_time(now_ms)
        if self._linked and self._dialog.free:
            self._ask_next()
        self._tell()
        register_ms = self._health.wake_ms() if self._linked and self._dialog.free else None
        doubt_ms = self._dialog.heard_ms + DOUBT_MS if self._paying is not None and not self._paying.doubted else None
        due = (now_ms + 1_000, self._dialog.wake_ms(), self._settling.wake_ms(), register_ms, doubt_ms)
        return max(now_ms + 1, min(at for at in due if at is not None))

    # -- what is asked next

    def _ask_next(self) -> None:
        if self._health.ask_first():
            return
        if self._look_only:
            if not self._health.last:
                self._ask(Job.LAST, codec.with_password(codec.LAST, self._account.password, 2), self._health.saw_last)
        elif self._settling.ask_next() or self._health.ask_bank():
            return
        elif self._wishes:
            self._pay()
        else:
            self._health.ask_rest(self._settling.unsure or self._settling.keeps)

    def _ask(self, job: Job, apdu: Apdu, ended: Callable[[Ended], None]) -> None:
        self._dialog.begin(job, apdu, ended, self._now_ms)
        if job is not Job.ENQUIRE:
            self._health.busy()

    def _settled(self, job: Job, ended: Ended) -> None:
        """The terminal answered, or did not, what became of a payment."""
        if job is Job.REVERSE:
            self._health.judge(ended)
        elif ended.says_nothing:
            self._health.again(REGISTER_MS)

    def _stop_former(self) -> None:
        """It is busy with something of a former life. A payment that is to be kept is not disturbed."""
        if not self._settling.keeps:
            self._dialog.stop_whatever_runs()

    def _missing(self) -> str:
        """What is not there for a payment; empty when all of it is."""
        if not self._linked or self._health.missing:
            return self._health.missing or "terminal"
        if self._settling.owes or self._dialog.foreign:
            return "open payment"
        return "goods issue" if FaultCode.DEVICE_FAILURE in self._faults else ""

    def _tell(self) -> None:
        if FaultCode.NO_ANSWER in self._faults:
            self._told_ready = False  # said anew when it answers again: nobody counts on it meanwhile
        if not self._missing() and not self._told_ready:
            self._told_ready = True
            self._report(DeviceReady(self.name, MODEL, "", self._health.terminal))
        if self._linked:
            self._health.tell()

    # -- a payment

    def _wish_time(self, now_ms: int) -> None:
        for wish in list(self._wishes):
            missing = self._missing() if self._paying is None else "other"
            late = now_ms >= wish.limit_ms - self._account.spare_ms
            if missing or late:
                self._wishes.remove(wish)
                log.warning("payment_refused payment=%d missing=%s late=%s", wish.payment, missing, late)
                self._settling.is_none(wish.payment)
                self._report(PaymentDeclined(wish.payment, "timeout" if late else "closed"))

    def _withdrawn(self, payment: int) -> bool:
        """It was wished for, and the terminal has not heard of it."""
        before = len(self._wishes)
        self._wishes = deque(wish for wish in self._wishes if wish.payment != payment)
        return len(self._wishes) < before

    def _pay(self) -> None:
        paying = self._paying = self._wishes.popleft()
        account = self._account
        wait_s = max(1, min(255, (paying.limit_ms - account.spare_ms - self._now_ms) // 1_000))
        paying.alone_ms = self._now_ms + wait_s * 1_000
        order = codec.payment(paying.amount_fen, account.currency, account.repeats, wait_s)
        self._ask(Job.PAY, order, self._paid)
        self._show("card", paying.limit_ms - self._account.spare_ms)

    def _status(self, status: int) -> None:
        if self._paying is not None and not self._paying.outcome:
            self._show(words.step(status))

    def _show(self, step: str, until_ms: int = 0) -> None:
        paying = self._paying
        made = PaymentStep(paying.payment, step, until_ms=until_ms) if paying is not None and not paying.muted else None
        if made is not None and (
            self._step is None or made.step != self._step.step or made.payment != self._step.payment
        ):
            self._step = made
            self._report(made)

    def _pay_time(self, now_ms: int) -> None:
        """Time, and whoever does not want to pay any more; the terminal has the last word as long as it has one."""
        paying = self._paying
        if paying is None:
            if self._dialog.foreign and self._settling.reverses:
                self._dialog.stop(now_ms)
            return
        if paying.outcome == "approved" and now_ms - self._dialog.heard_ms >= DOUBT_MS:
            self._doubted(paying, StandingUncertain(paying.payment, "no answer"))
        if paying.outcome and now_ms - self._dialog.heard_ms >= HELD_MS:
            self._dialog.give_up(now_ms)
        if paying.outcome and not paying.condemned:
            return
        if now_ms >= paying.limit_ms - self._account.spare_ms:
            paying.stop = paying.stop or "timeout"
        if paying.stop and paying.booked is None:
            self._dialog.stop(now_ms)
        if now_ms >= paying.limit_ms + LATE_MS and not paying.outcome:
            self._dialog.give_up(now_ms)

    def _told(self, info: Info) -> Apdu:
        """The answer to a good result of a payment: kept, waiting, or not issued."""
        booked, paying = booked_of(info), self._paying
        if paying is None:
            return Apdu(self._settling.answer(info, booked, former=True, now_ms=self._now_ms))
        if booked is not None and booked != paying.booked and self._settling.earlier(paying.payment, booked):
            log.warning("result_of_another_payment payment=%d receipt=%d", paying.payment, booked.receipt)
            return Apdu(codec.REPEAT)
        if paying.booked is None and not paying.outcome:
            self._approved(paying, booked, info)
        said = (
            codec.NOT_ISSUED
            if paying.condemned
            else self._settling.answer(info, booked, former=False, now_ms=self._now_ms)
        )
        paying.released = paying.released or said == codec.ACK
        return Apdu(said)

    def _approved(self, paying: _Paying, booked: Booked | None, info: Info) -> None:
        fits = (
            booked is not None
            and info.good
            and info.amount_fen == paying.amount_fen
            and info.currency in (None, self._account.currency)
        )
        paying.booked = booked
        if booked is not None:
            self._settling.booked(paying.payment, booked)
        if not fits or booked is None:
            log.warning("approval_does_not_fit payment=%d", paying.payment)
            self._uncertain(paying, "bad answer")
        else:
            log.info("payment_approved payment=%d receipt=%d", paying.payment, booked.receipt)
            self._word(paying, "approved", PaymentApproved(paying.payment, booked.reference, "", info.masked))

    def _paid(self, ended: Ended) -> None:
        """The terminal's command is over, or nobody hears of it any more."""
        paying, self._paying, self._step = self._paying, None, None
        if paying is None:
            return
        log.info("payment_ended payment=%d how=%s code=%02X", paying.payment, ended.how, ended.code)
        if not paying.outcome:
            self._no_approval(paying, ended)
        elif ended.how == "done" and paying.outcome == "approved":
            self._stands(paying)
        elif paying.outcome == "approved":
            gone = PaymentGone(paying.payment, "declined") if ended.final else None
            self._doubted(
                paying, gone or StandingUncertain(paying.payment, "link" if ended.how == "link" else "no answer")
            )
        if paying.outcome == "approved" and ended.info is not None and ended.info.result:
            self._settling.is_none(paying.payment)  # its last word is that there is no payment
        self._health.judge(ended)
        if ended.how == "silent":
            self._health.again()

    def _doubted(self, paying: _Paying, word: Fact) -> None:
        """What was approved and is neither kept nor to go back is none any more, or nobody can tell; said once."""
        if not (paying.doubted or paying.condemned or paying.released or self._settling.captures(paying.payment)):
            paying.doubted = True
            log.warning("approval_doubted payment=%d result=%s", paying.payment, word.result)
            self._report(word)

    def _no_approval(self, paying: _Paying, ended: Ended) -> None:
        code = ended.final
        if code:
            waited = "timeout" if self._now_ms >= paying.alone_ms else ""
            reason = (paying.stop or waited if code == words.ABORTED else "") or words.reason(code)
            if ended.how == "refused":
                reason = "unsupported" if code == codec.UNSUPPORTED else "closed"
            self._settling.is_none(paying.payment)
            self._word(paying, "declined", PaymentDeclined(paying.payment, reason))
        else:  # over without a result, or silence
            self._uncertain(paying, {"link": "link", "silent": "no answer"}.get(ended.how, "bad answer"))

    def _stands(self, paying: _Paying) -> None:
        """It ended well: kept because we said so, or because this terminal does not wait for anybody."""
        if paying.released:
            self._settling.kept(paying.payment)
        else:
            log.error("terminal_did_not_wait payment=%d", paying.payment)
            self._faults.set(FaultCode.DEVICE_FAILURE, True, "no goods issue")

    def _uncertain(self, paying: _Paying, reason: str) -> None:
        paying.condemned = True
        self._word(paying, "unknown", PaymentUncertain(paying.payment, reason))

    def _word(self, paying: _Paying, outcome: str, fact: Fact) -> None:
        paying.outcome = outcome
        if not paying.muted:
            self._report(fact)

    def _foreign_over(self, done: bool) -> None:
        """Something of a former life is over: what it was is asked for by receipt."""
        log.info("former_payment_over done=%s", done)
