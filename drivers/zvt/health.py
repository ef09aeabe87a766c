"""Whether the terminal is the right one, reaches its bank and wants to sell; and the end of its day. Decision page 049.

It is registered, diagnosed and asked how it is; three silences or refusals, and it is not there. The day is closed when nothing is
open and a quiet time has passed, for a receipt that was closed cannot be taken back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from drivers.raised import Raised
from drivers.zvt import codec, words
from drivers.zvt.codec import Apdu
from drivers.zvt.dialog import Job
from drivers.zvt.open import Ended
from drivers.zvt.settling import Ask
from kiosk.faults import FaultCode

log = logging.getLogger(__name__)
REGISTER_MS = 2_000
"""Between the tries of a terminal that does not register, or does not say."""
ENQUIRE_MS = 30_000
DIAGNOSE_MS = 60_000
"""Between the tries of one that does not reach its bank."""
QUIET_MS = 600_000
"""So long nothing may have happened before the day is closed: a machine that has just started asks for what is open first."""
CLOSE_AGAIN_MS = 3_600_000
MISSES = 3


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


class Health:
    """`stop`: asked to end what a terminal that will not be registered still does. `day`: today's name."""

    def __init__(
        self, account: Account, faults: Raised, ask: Ask, day: Callable[[], str], stop: Callable[[], None]
    ) -> None:
        self._account, self._faults, self._ask, self._day, self._stop = account, faults, ask, day, stop
        self.registered = False
        self.terminal = self.last = self._refuses = self._closed_day = ""
        self._well: bool | None = None  # it reaches its bank; None: not asked yet
        self._misses = 0
        self._now_ms = self._register_ms = self._diagnose_ms = self._ask_ms = self._busy_ms = self._close_ms = 0

    # -- what happens

    def link_up(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self.registered, self._misses, self._register_ms = False, 0, now_ms

    def again(self, after_ms: int = 0) -> None:
        """It has to be registered anew."""
        self.registered, self._register_ms = False, self._now_ms + after_ms

    def mended(self) -> None:
        """People have looked after it."""
        self.again()
        self._diagnose_ms = 0

    def judge(self, ended: Ended) -> None:
        """What the end of any command says about the terminal."""
        if ended.how == "silent":
            self._missed(ended)
        if ended.final in words.HOST:
            self._well, self._diagnose_ms = None, 0
        elif ended.final:
            self._ask_ms = 0

    def saw_last(self, ended: Ended) -> None:
        """For the probe: one line about the last payment."""
        info = ended.info
        self.last = f"{ended.how} {ended.code:02X}"
        if info is not None and info.receipt is not None:
            self.last = f"receipt {info.receipt} amount_fen {info.amount_fen} result {info.result}"

    # -- what is missing

    @property
    def missing(self) -> str:
        """What is not there for a payment; empty when all of it is."""
        if not self.registered:
            return "terminal"
        return self._refuses if self._well else "bank"

    def tell(self) -> None:
        if self.registered and self._well is not None:
            self._faults.set(FaultCode.NO_ANSWER, bool(self.missing), self.missing)

    # -- questions

    def poll(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def wake_ms(self) -> int | None:
        return None if self.registered else self._register_ms

    def busy(self) -> None:
        self._busy_ms = self._now_ms

    def ask_first(self) -> bool:
        """True: it is not registered; asked, when it is time."""
        if not self.registered and self._now_ms >= self._register_ms:
            self._ask(Job.REGISTER, codec.registration(self._account.password, self._account.currency), self._met)
        return not self.registered

    def ask_bank(self) -> bool:
        """True: asked whether it reaches its bank."""
        due = not self._well and self._now_ms >= self._diagnose_ms
        if due:
            self._ask(Job.DIAGNOSE, Apdu(codec.DIAGNOSE), self._diagnosed)
        return due

    def ask_rest(self, open_payment: bool) -> None:
        """When nothing else is to be done: the end of the day, and how it is."""
        password = self._account.password
        if self._may_close(open_payment):
            self._ask(Job.CLOSE, codec.with_password(codec.CLOSE, password), self._closed)
        elif self._now_ms >= self._ask_ms:
            self._ask(Job.ENQUIRE, codec.with_password(codec.ENQUIRE, password, 1), self._enquired)

    def _may_close(self, open_payment: bool) -> bool:
        today = self._day()
        quiet = self._now_ms - self._busy_ms >= QUIET_MS and self._now_ms >= self._close_ms
        return bool(today) and today != self._closed_day and quiet and not open_payment

    # -- answers

    def _met(self, ended: Ended) -> None:
        self._register_ms = self._now_ms + REGISTER_MS
        if ended.how != "done":
            self._missed(ended)
            if ended.how == "refused":
                self._stop()
            return
        terminal = ended.info.terminal if ended.info is not None else ""
        wanted = self._account.terminal
        other = bool(wanted and terminal and terminal != wanted)
        self._faults.set(FaultCode.WRONG_DEVICE, other, f"terminal {terminal}")
        self._faults.clear(FaultCode.NO_ANSWER)
        self._misses, self.terminal = 0, terminal or self.terminal
        self.registered = not other
        self._ask_ms = self._now_ms
        self._closed_day = self._closed_day or self._day()

    def _missed(self, ended: Ended) -> None:
        """No answer, or none that helps. A terminal that is still busy with a former life refuses, too."""
        if ended.how == "link":
            return
        self._misses += 1
        if self._misses >= MISSES:
            self.registered = False
            self._faults.set(FaultCode.NO_ANSWER, True, f"{ended.how} {ended.code:02X}" if ended.code else ended.how)

    def _diagnosed(self, ended: Ended) -> None:
        self._diagnose_ms = self._now_ms + DIAGNOSE_MS
        self._well = ended.how == "done" or (ended.how == "refused" and ended.code == codec.UNSUPPORTED)
        if ended.how == "silent":
            self._missed(ended)

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

    def _closed(self, ended: Ended) -> None:
        self._close_ms = self._now_ms + CLOSE_AGAIN_MS
        if ended.how == "done":
            self._closed_day, self._ask_ms = self._day(), self._now_ms
        log.info("day_closed how=%s code=%02X", ended.how, ended.code)
