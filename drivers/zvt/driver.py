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
from drivers.zvt import codec, open, words
from drivers.zvt.codec import Apdu, Info
from drivers.zvt.dialog import Dialog, Job
from drivers.zvt.open import Booked, Ended, Wanted, booked_in, booked_of
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.payment import (
    CaptureRefused,
    CaptureUncertain,
    PaymentApproved,
    PaymentCaptured,
    PaymentDeclined,
    PaymentReversed,
    PaymentStep,
    PaymentUncertain,
    ReverseUncertain,
)

log = logging.getLogger(__name__)
WAY = "card"
MODEL = "zvt"
REGISTER_MS = 2_000
"""Between the tries of a terminal that does not register."""
ENQUIRE_MS = 30_000
DIAGNOSE_MS = 60_000
"""Between the tries of one that does not reach its bank."""
SETTLE_MS = 25_000
"""How long a capture or reversal may take before it is told that nobody knows."""
QUIET_MS = 600_000
"""So long nothing may have happened before the day is closed: a machine that has just started asks for what is open first."""
CLOSE_AGAIN_MS = 3_600_000
MISSES = 3
MOST_KNOWN = 64
HELD_MS = 15_000
"""A terminal that holds a payment tells it every few seconds; after such a silence it has given up."""
LATE_MS = 10_000
"""So long after the passenger's time the terminal's word is still waited for."""


@dataclass(frozen=True, slots=True)
class Account:
    """How the machine is known to the terminal. `password`: six digits. `terminal`: its eight digits, empty for any. `repeats`:
    1..255, how often it tells a result while tickets are printed. `spare_ms`: so long before the passenger's time is over the
    terminal is asked to give up."""

    password: int = 0
    currency: int = 156
    terminal: str = ""
    repeats: int = 200
    spare_ms: int = 15_000

    def __repr__(self) -> str:
        return f"Account(terminal={self.terminal!r}, currency={self.currency})"


@dataclass(slots=True)
class _Paying:
    """The payment the terminal works at. `outcome`: its `auth!`, told or not wanted any more. `condemned`: never to be kept."""

    payment: int
    amount_fen: int
    limit_ms: int
    stop: str = ""
    outcome: str = ""
    muted: bool = False
    condemned: bool = False
    booked: Booked | None = None
    released: bool = False


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
        self._report, self._account, self._day, self._known = report, account, day, known
        self._look_only = look_only
        self._faults = Raised(name, report)
        self._dialog = Dialog(serial, self._told, self._status, self._foreign_over)
        self._now_ms = 0
        self._linked = self._registered = self._told_ready = False
        self._well: bool | None = None  # it reaches its bank; None: not asked yet
        self._misses = 0
        self._register_ms = self._diagnose_ms = self._ask_ms = self._busy_ms = self._close_ms = 0
        self._closed_day = ""
        self._wishes: deque[_Paying] = deque()
        self._paying: _Paying | None = None
        self._step: PaymentStep | None = None
        self._captures: list[Wanted] = []
        self._reversals: list[Wanted] = []
        self._waiting: set[int] = set()  # payments of which was told that nobody knows
        self._booked: dict[int, Booked] = {}  # of this life, newest last
        self._nothing: set[int] = set()  # payments of this life that the terminal declined
        self._terminal = self._last = self._refuses = ""

    # -- the port

    @property
    def ways(self) -> frozenset[str]:
        """As it is now, without what comes and goes while a payment runs."""
        return frozenset({WAY}) if self._paying is not None or not self._missing() else frozenset()

    def begin(self, payment: int, key: str, amount_fen: int, way: str, language: str, limit_ms: int) -> None:
        if way != WAY or not 0 < amount_fen < 10**12:
            self._report(PaymentDeclined(payment, "unsupported" if way != WAY else "amount"))
        else:
            self._wishes.append(_Paying(payment, amount_fen, limit_ms))

    def cancel(self, payment: int) -> None:
        if self._paying is not None and self._paying.payment == payment:
            self._paying.stop = self._paying.stop or "cancelled"
        elif self._withdrawn(payment):
            self._report(PaymentDeclined(payment, "cancelled"))

    def capture(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self._captures.append(Wanted(payment, amount_fen, booked_in(reference)))

    def reverse(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        paying = self._paying
        if self._withdrawn(payment):
            self._nothing.add(payment)
        elif paying is not None and paying.payment == payment:
            paying.condemned, paying.stop = True, paying.stop or "cancelled"
            paying.muted = paying.muted or not paying.outcome
        self._reversals.append(Wanted(payment, amount_fen, booked_in(reference) or self._booked.get(payment)))

    def scanned(self, text: str) -> None:
        """No card is paid with by a code: it is dropped."""

    def restart(self) -> None:
        """People have looked after the terminal."""
        self._faults.clear(FaultCode.DEVICE_FAILURE, FaultCode.WRONG_DEVICE)
        self._registered, self._register_ms, self._diagnose_ms = False, 0, 0

    # -- the probe

    @property
    def ready(self) -> bool:
        """It registered and told of its last payment, or that it does not tell."""
        return self._registered and bool(self._last)

    def probe_lines(self) -> list[str]:
        """Identity, state and faults; one fact a line."""
        lines = [f"model {MODEL}", f"terminal {self._terminal}", f"registered {self._registered}"]
        return [*lines, *([f"last {self._last}"] if self._last else []), *self._faults.lines()]

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._linked, self._registered, self._misses = True, False, 0
        self._faults.clear(FaultCode.LINK_LOST)
        self._dialog.reset()
        self._register_ms = now_ms

    def link_lost(self, why: str, now_ms: int) -> None:
        self._now_ms, self._linked, self._registered = now_ms, False, False
        self._dialog.reset()
        self._faults.clear(FaultCode.NO_ANSWER)
        self._faults.set(FaultCode.LINK_LOST, True, why)

    def take_output(self) -> bytes:
        return self._dialog.take_output()

    def receive(self, data: bytes, now_ms: int) -> None:
        self._now_ms = now_ms
        self._dialog.receive(data, now_ms)

    def poll(self, now_ms: int) -> int | None:
        self._now_ms = now_ms
        self._dialog.poll(now_ms)
        self._pay_time(now_ms)
        self._settle_time(now_ms)
        self._wish_time(now_ms)
        if self._linked and self._dialog.free:
            self._ask_next(now_ms)
        self._tell()
        return self._wake_ms(now_ms)

    def _wake_ms(self, now_ms: int) -> int:
        due = [now_ms + 1_000, self._dialog.wake_ms()]
        due += [want.by_ms for want in (*self._captures, *self._reversals)]
        if self._linked and self._dialog.free and not self._registered:
            due.append(self._register_ms)
        return max(now_ms + 1, min(at for at in due if at is not None))

    # -- what is asked next

    def _ask_next(self, now_ms: int) -> None:
        account = self._account
        if not self._registered:
            if now_ms >= self._register_ms:
                self._ask(Job.REGISTER, codec.registration(account.password, account.currency), self._met)
        elif self._look_only:
            if not self._last:
                self._ask_last(self._seen_last)
        elif self._settle_next():
            return
        elif not self._well and now_ms >= self._diagnose_ms:
            self._ask(Job.DIAGNOSE, Apdu(codec.DIAGNOSE), self._diagnosed)
        elif self._wishes:
            self._pay()
        elif self._may_close(now_ms):
            self._ask(Job.CLOSE, codec.with_password(codec.CLOSE, account.password), self._closed)
        elif now_ms >= self._ask_ms:
            self._ask(Job.ENQUIRE, codec.with_password(codec.ENQUIRE, account.password, 1), self._enquired)

    def _ask(self, job: Job, apdu: Apdu, ended: Callable[[Ended], None]) -> None:
        self._dialog.begin(job, apdu, ended, self._now_ms)
        if job is not Job.ENQUIRE:
            self._busy_ms = self._now_ms

    def _ask_last(self, ended: Callable[[Ended], None]) -> None:
        self._ask(Job.LAST, codec.with_password(codec.LAST, self._account.password, 2), ended)

    # -- who it is and whether it works

    def _met(self, ended: Ended) -> None:
        self._register_ms = self._now_ms + REGISTER_MS
        if ended.how != "done":
            self._missed(ended)
            if ended.how == "refused" and not self._captures:
                self._dialog.stop_whatever_runs()
            return
        terminal = ended.info.terminal if ended.info is not None else ""
        wanted = self._account.terminal
        other = bool(wanted and terminal and terminal != wanted)
        self._faults.set(FaultCode.WRONG_DEVICE, other, f"terminal {terminal}")
        self._misses, self._terminal = 0, terminal or self._terminal
        self._faults.clear(FaultCode.NO_ANSWER)
        self._registered = not other
        self._ask_ms = self._now_ms
        self._closed_day = self._closed_day or self._day()

    def _missed(self, ended: Ended) -> None:
        """No answer, or none that helps. A terminal that is still busy with a former life refuses, too."""
        if ended.how == "link":
            return
        self._misses += 1
        if self._misses >= MISSES:
            self._registered = False
            why = f"{ended.how} {ended.code:02X}" if ended.code else ended.how
            self._faults.set(FaultCode.NO_ANSWER, True, why)

    def _enquired(self, ended: Ended) -> None:
        self._ask_ms = self._now_ms + (REGISTER_MS if ended.how == "silent" else ENQUIRE_MS)
        if ended.how == "silent":
            self._missed(ended)
        elif ended.how != "link":
            self._misses = 0
            code = ended.info.result if ended.info is not None else ended.code
            self._refuses = f"terminal {code:02X}" if code and code not in words.HOST else ""
            if code == words.CLOSE_FIRST:
                self._closed_day, self._busy_ms = "before", self._now_ms - QUIET_MS

    def _diagnosed(self, ended: Ended) -> None:
        self._diagnose_ms = self._now_ms + DIAGNOSE_MS
        self._well = ended.how == "done" or (ended.how == "refused" and ended.code == codec.UNSUPPORTED)
        if ended.how == "silent":
            self._missed(ended)

    def _seen_last(self, ended: Ended) -> None:
        info = ended.info
        self._last = f"{ended.how} {ended.code:02X}"
        if info is not None and info.receipt is not None:
            self._last = f"receipt {info.receipt} amount_fen {info.amount_fen} result {info.result}"

    def _missing(self) -> str:
        """What is not there for a payment; empty when all of it is."""
        if not self._linked or not self._registered:
            return "terminal"
        if not self._well:
            return "bank"
        if self._captures or self._reversals or self._dialog.foreign:
            return "open payment"
        if self._refuses:
            return self._refuses
        return "goods issue" if FaultCode.DEVICE_FAILURE in self._faults else ""

    def _tell(self) -> None:
        if not self._missing() and not self._told_ready:
            self._told_ready = True
            self._report(DeviceReady(self.name, MODEL, "", self._terminal))
        if self._linked and self._registered and self._well is not None:
            self._faults.set(FaultCode.NO_ANSWER, not self._well or bool(self._refuses), self._refuses or "bank")

    # -- a payment

    def _wish_time(self, now_ms: int) -> None:
        for wish in list(self._wishes):
            missing = self._missing() if self._paying is None else "other"
            late = now_ms >= wish.limit_ms - self._account.spare_ms
            if missing or late:
                self._wishes.remove(wish)
                log.warning("payment_refused payment=%d missing=%s late=%s", wish.payment, missing, late)
                self._nothing.add(wish.payment)
                self._report(PaymentDeclined(wish.payment, "timeout" if late else "closed"))

    def _withdrawn(self, payment: int) -> bool:
        """It was wished for, and the terminal has not heard of it."""
        before = len(self._wishes)
        self._wishes = deque(wish for wish in self._wishes if wish.payment != payment)
        return len(self._wishes) < before

    def _pay(self) -> None:
        paying = self._paying = self._wishes.popleft()
        wait_s = (paying.limit_ms - self._account.spare_ms - self._now_ms) // 1_000
        account = self._account
        order = codec.payment(paying.amount_fen, account.currency, account.repeats, max(1, min(255, wait_s)))
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
            if self._dialog.foreign and self._reversals:
                self._dialog.stop(now_ms)
            return
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
        if paying is not None and booked is not None and self._others(paying, booked):
            log.warning("result_of_another_payment payment=%d receipt=%d", paying.payment, booked.receipt)
            return Apdu(codec.REPEAT)
        if paying is not None and paying.booked is None and not paying.outcome:
            self._approved(paying, booked, info)
        if paying is not None and paying.condemned:
            return Apdu(codec.NOT_ISSUED)
        for want in self._reversals:
            mine = want.booked is None and info.amount_fen == want.amount_fen and paying is None
            if mine and booked is not None and not self._known(booked.reference):
                want.booked = booked
            if booked is not None and want.booked is not None and want.booked.receipt == booked.receipt:
                return Apdu(codec.NOT_ISSUED)
        wanted = any(self._for(want, booked, info) for want in self._captures)
        if wanted and paying is not None:
            paying.released = True
        return Apdu(codec.ACK if wanted else codec.REPEAT)

    def _others(self, paying: _Paying, booked: Booked) -> bool:
        """A result that is late: of a payment that is in the books already."""
        earlier = any(each == booked for payment, each in self._booked.items() if payment != paying.payment)
        return paying.booked != booked and (earlier or self._known(booked.reference))

    def _for(self, want: Wanted, booked: Booked | None, info: Info) -> bool:
        """This result is that of the payment that is to be captured, and says nothing else of it than before."""
        same = booked is not None and want.booked is not None and booked.receipt == want.booked.receipt
        return same and info.amount_fen == want.amount_fen

    def _approved(self, paying: _Paying, booked: Booked | None, info: Info) -> None:
        fits = (
            booked is not None
            and info.good
            and info.amount_fen == paying.amount_fen
            and info.currency in (None, self._account.currency)
        )
        paying.booked = booked
        if booked is not None:
            self._remember(paying.payment, booked)
        if not fits or booked is None:
            log.warning("approval_does_not_fit payment=%d", paying.payment)
            self._uncertain(paying, "bad answer")
        else:
            log.info("payment_approved payment=%d receipt=%d", paying.payment, booked.receipt)
            self._word(paying, "approved", PaymentApproved(paying.payment, booked.reference, "", info.masked))

    def _remember(self, payment: int, booked: Booked) -> None:
        self._booked[payment] = booked
        while len(self._booked) > MOST_KNOWN:
            del self._booked[next(iter(self._booked))]

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
        if paying.outcome == "approved" and ended.info is not None and ended.info.result:
            self._nothing.add(paying.payment)  # its last word is that there is no payment
        if ended.how == "silent":
            self._registered = False
        if ended.final in words.HOST:
            self._well, self._diagnose_ms = None, 0
        elif ended.final:
            self._ask_ms = 0

    def _no_approval(self, paying: _Paying, ended: Ended) -> None:
        code = ended.final
        if code:
            reason = paying.stop if paying.stop and code == words.ABORTED else words.reason(code)
            if ended.how == "refused":
                reason = "unsupported" if code == codec.UNSUPPORTED else "closed"
            self._nothing.add(paying.payment)
            self._word(paying, "declined", PaymentDeclined(paying.payment, reason))
        else:  # over without a result, or silence
            self._uncertain(paying, {"link": "link", "silent": "no answer"}.get(ended.how, "bad answer"))

    def _stands(self, paying: _Paying) -> None:
        """It ended well: kept because we said so, or because this terminal does not wait for anybody."""
        for want in [want for want in self._captures if want.payment == paying.payment and paying.released]:
            self._captures.remove(want)
            self._end_word(PaymentCaptured(want.payment))
        if not paying.released:
            log.error("terminal_did_not_wait payment=%d", paying.payment)
            self._faults.set(FaultCode.DEVICE_FAILURE, True, "no goods issue")

    def _uncertain(self, paying: _Paying, reason: str) -> None:
        paying.condemned = True
        self._word(paying, "unknown", PaymentUncertain(paying.payment, reason))

    def _word(self, paying: _Paying, outcome: str, fact: Fact) -> None:
        paying.outcome = outcome
        if not paying.muted:
            self._report(fact)

    # -- what becomes of it

    def _settle_time(self, now_ms: int) -> None:
        for wants in (self._captures, self._reversals):
            for want in list(wants):
                want.by_ms = want.by_ms or now_ms + SETTLE_MS
                if now_ms >= want.by_ms:
                    wants.remove(want)
                    uncertain = CaptureUncertain if wants is self._captures else ReverseUncertain
                    self._end_word(uncertain(want.payment, "no answer" if self._linked else "link"))

    def _settle_next(self) -> bool:
        """Ask for what is owed a word; False: nothing is to be asked."""
        for want in list(self._reversals):
            want.booked = want.booked or self._booked.get(want.payment)
            if want.payment in self._nothing:
                self._reversals.remove(want)
                self._end_word(PaymentReversed(want.payment, moved=False))
        for want in list(self._captures):
            if want.booked is None:
                self._captures.remove(want)
                self._end_word(CaptureRefused(want.payment, "other"))
        first = self._reversals[0] if self._reversals else None
        if first is not None and first.booked is not None and not first.refused:
            order = codec.reversal(self._account.password, first.booked.receipt)
            self._ask(Job.REVERSE, order, lambda ended: self._reversed(first, ended))
            return True
        if self._reversals or self._captures:
            self._ask_last(self._looked)
            return True
        return False

    def _reversed(self, want: Wanted, ended: Ended) -> None:
        found = open.reversed_(want, ended)
        if ended.final in words.HOST:
            self._well, self._diagnose_ms = None, 0
        if want in self._reversals and found is not None:
            self._reversals.remove(want)
            self._end_word(found)
        elif ended.how == "silent":
            self._missed(ended)

    def _looked(self, ended: Ended) -> None:
        """The terminal told of its last payment, or did not."""
        self._seen_last(ended)
        for want in list(self._captures):
            fact = open.captured(want, ended)
            if fact is not None:
                self._captures.remove(want)
                self._end_word(fact)
        for want in [want for want in self._reversals if want.booked is None or want.refused]:
            found = open.looked_up(want, ended, self._known)
            if isinstance(found, Booked):
                want.booked = found
            elif found is not None:
                self._reversals.remove(want)
                self._end_word(found)
        if ended.says_nothing:
            self._registered, self._register_ms = False, self._now_ms + REGISTER_MS

    def _foreign_over(self, done: bool) -> None:
        """Something of a former life is over: what it was is asked for by receipt."""
        log.info("former_payment_over done=%s", done)

    def _end_word(self, fact: Fact) -> None:
        payment = getattr(fact, "payment", 0)
        (self._waiting.add if fact.result == "unknown" else self._waiting.discard)(payment)
        self._report(fact)

    # -- the end of the day

    def _may_close(self, now_ms: int) -> bool:
        """A new day, nothing open and a quiet time: what was closed cannot be taken back any more."""
        today = self._day()
        quiet = now_ms - self._busy_ms >= QUIET_MS and not self._waiting
        return bool(today) and today != self._closed_day and quiet and now_ms >= self._close_ms

    def _closed(self, ended: Ended) -> None:
        self._close_ms = self._now_ms + CLOSE_AGAIN_MS
        if ended.how == "done":
            self._closed_day, self._ask_ms = self._day(), self._now_ms
        log.info("day_closed how=%s code=%02X", ended.how, ended.code)
