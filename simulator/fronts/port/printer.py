"""The ticket printer without bytes: what is asked and answered between a host and the unit, one word for each line.

Sources: ticket-printer sheet 2 and 4; sheet "Ticket unit TTPM"; reliability notes 3, row 6. Words: C `!CA`, U V Y S questions,
M void text, Q key, F face, J stripe, P `!P`. The unit takes them one at a time and none while the press runs; ENQ it answers
at once. With no fault switched on nothing is asked that changes nothing: a blank is one call and the end of its cycle.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.faults import FaultCode
from kiosk.ports.ticket_printer import TicketJob
from simulator.devices.ttpm import Ttpm
from simulator.devices.ttpm.desk import FIRMWARE
from simulator.fronts.port.printer_line import PrinterLine
from simulator.fronts.port.printing import (
    Condition,
    Ended,
    Memory,
    Phase,
    Sensors,
    Sheet,
    blocked,
    judged,
    sensors,
    unknown,
)
from simulator.fronts.port.raised import Faults

HAIL_MS, IDLE_MS, SILENT_MS = 1_000, 2_000, 3_000
CLEAR_MS, ASK_MS, LOAD_MS = 3_000, 2_000, 3_000
QUIET_MS, REASK_MS = 6_000, 10_000
HARD_MS, LAST_WORDS_MS, ORDER_WAIT_MS = 15_000, 1_000, 5_000
WRONG_RETRY_MS, RESET_MS = 5_000, 20_000
LOADING, QUESTIONS = "CMVYQFJ", "YV"


class PrinterFront:
    """`ended` hears of each blank, once; `started(last_key, found)` of each (re)start, its memory read."""

    def __init__(
        self, twin: Ttpm, faults: Faults, ended: Callable[[Ended], None], started: Callable[[str, bool], None]
    ) -> None:
        self.memory = Memory()
        self._twin, self._line = twin, PrinterLine(twin, self._hear)
        self._condition = Condition(faults)
        self._said_end, self._said_start = ended, started
        self._phase = Phase.HAIL
        self._now_ms = self._by_ms = self._hail_ms = self._answered_ms = 0
        self._begun = False
        self._awaited = ""
        self._last_token = ""
        self._sheet: Sheet | None = None
        self._new_key: str | None = None
        self._new_counts: tuple[int, int] | None = None
        self._found = self._enquired = self._clear_latched = self._reset_wanted = False
        self._announce = True
        self._just_started = False
        self._wrong_names = 0

    # -- orders

    def make(self, job: TicketJob, stripe: str, fits: bool) -> None:
        """One blank into the tray, `stripe` with its seal. `fits` False: the unit cannot be told this."""
        if self._phase is Phase.CLOSED or self._sheet is not None or not self._condition.answers:
            self._said_end(Ended("refused", job.key, "link"))
        elif self._condition.needs_reset or not fits:
            self._said_end(Ended("refused", job.key, "other"))
        else:
            self._sheet = Sheet(job, stripe)

    def reset(self) -> None:
        self._reset_wanted = self._sheet is None

    def unplug(self, why: str) -> None:
        self._phase, self._announce = Phase.CLOSED, True
        self._condition.faults.set(FaultCode.LINK_LOST, True, why)
        if self._sheet is not None and not self._sheet.printing:
            self._finish(Ended("refused", self._sheet.job.key, "link"))

    def replug(self, now_ms: int) -> None:
        self._condition.faults.clear(FaultCode.LINK_LOST)
        self._begin(now_ms, announce=True)

    # -- time

    @property
    def rests(self) -> bool:
        """Nothing asked, nothing wrong: only an order, a fault or the end of the roll changes that."""
        twin, seen = self._twin, self._condition.believed
        return (
            self._phase is Phase.READY
            and self._sheet is None
            and self._line.rests
            and not (twin.faults or self._reset_wanted or self._enquired)
            and twin.listens
            and not twin.press.active
            and blocked(twin) == self._condition.stuck
            and seen is not None
            and seen.paper
            and seen.head
            and bool(twin.press.roll.things)
        )

    def poll(self, now_ms: int) -> int | None:
        """Advances the twin too. Answers the next wake: `now_ms` itself when an end or a start was just said."""
        self._now_ms = now_ms
        if not self._begun:
            self._begun = True
            self._begin(now_ms)
        before, self._just_started = self._sheet, False
        if before is not None and (limit_ms := self._limit_ms(before, now_ms)) is not None and now_ms >= limit_ms:
            self._give_up(before, now_ms)  # before the words of this very millisecond, which would still be on the line
        due_ms = self._twin.poll(now_ms)
        self._line.listen()
        wake_ms = self._step(now_ms)
        while self._line.serve(before, now_ms) and self._sheet is before and not self._just_started:
            wake_ms = self._step(now_ms)
        if self._sheet is not before or self._just_started:
            return now_ms
        due_ms = due_ms if not self._twin.press.active else self._twin.press.due_ms()
        return wake_ms if due_ms is None else due_ms if wake_ms is None else min(due_ms, wake_ms)

    def _step(self, now_ms: int) -> int | None:
        sheet = self._sheet
        limit_ms = self._limit_ms(sheet, now_ms) if sheet is not None else None
        if self._phase is Phase.CLOSED:
            return limit_ms
        if self._phase is Phase.HAIL:
            wake_ms: int | None = self._hail(now_ms)
        elif self._phase is Phase.READY:
            wake_ms = self._idle(now_ms)
        elif self._phase is Phase.PRINTING:
            wake_ms = self._printing(sheet, now_ms)
        else:
            wake_ms = self._waiting(now_ms)
        if limit_ms is None or wake_ms is None:
            return wake_ms if limit_ms is None else limit_ms
        return min(wake_ms, limit_ms)

    def _limit_ms(self, sheet: Sheet, now_ms: int) -> int | None:
        if sheet.printing:
            return sheet.begun_ms + HARD_MS + (LAST_WORDS_MS if sheet.ended_ms is not None else 0)
        if sheet.ordered_ms is None:
            sheet.ordered_ms = now_ms
        return None if self._phase in (Phase.READY, Phase.LOADING) else sheet.ordered_ms + ORDER_WAIT_MS

    def _give_up(self, sheet: Sheet, now_ms: int) -> None:
        if not sheet.printing:
            self._finish(Ended("refused", sheet.job.key, "link"))
            return
        self._finish(unknown(sheet, answered=False))
        self._announce = True
        if self._phase is Phase.PRINTING:
            self._begin(now_ms)

    # -- what is said

    def _ask(self, phase: Phase, words: str, limit_ms: int) -> None:
        self._phase, self._by_ms = phase, self._now_ms + limit_ms
        self._new_key = self._new_counts = None
        self._line.send(words)

    # -- what is heard

    def _hear(self, word: str) -> None:
        if self._phase is Phase.CLOSED:
            return
        self._answered_ms, self._enquired = self._now_ms, False
        if word.startswith("nak"):
            self._take_nak(word[3:])
        elif word in ("V", "Y", "U"):
            self._take_text(word)
        elif word == "S":
            self._take_status(sensors(self._twin))
        else:
            self._take_ack(word)

    def _take_status(self, seen: Sensors | None) -> None:
        if seen is None or self._phase is Phase.CLOSED:
            return
        self._answered_ms, self._enquired = self._now_ms, False
        rests = self._phase in (Phase.MEMORY, Phase.READY)
        clear = self._condition.look_in_path(rests and blocked(self._twin))
        if not (self._condition.look(seen) and clear) and self._phase is Phase.READY:
            self._hail_ms = self._now_ms
        if self._phase is Phase.HAIL:
            self._ask(Phase.CLEAR, "C", CLEAR_MS)
        elif self._phase is Phase.MEMORY and self._new_key is not None and self._new_counts is not None:
            if clear:
                self._remembered(Memory(self._new_key, *self._new_counts))
            else:
                self._line.send("S")

    def _take_nak(self, sign: str) -> None:
        sheet = self._sheet
        if sign == "G":
            self._restarted()
        elif self._phase is Phase.LOADING and not self._awaited.startswith("C"):
            self._condition.nak(sign)
            self._not_loaded()
        elif sheet is not None and sheet.printing:
            sheet.naks.append(sign)
            sheet.ended_ms = sheet.ended_ms or self._now_ms
        elif sign == "X":
            self._condition.nak(sign)

    def _restarted(self) -> None:
        """NAK G: a ticket lay in its path when it began anew."""
        self._found = True
        if self._sheet is not None and self._sheet.printing:
            self._sheet.found = True
        elif self._sheet is not None and self._phase is Phase.LOADING:
            self._finish(Ended("refused", self._sheet.job.key, "link"))
        if self._phase is not Phase.HAIL:
            self._begin(self._now_ms, announce=True)

    def _take_ack(self, word: str) -> None:
        if self._phase is Phase.CLEAR:
            if word == "C":
                self._ask(Phase.NAME, "U", ASK_MS)
        elif self._phase is Phase.LOADING:
            self._progress(word)
        elif word == "printed" and self._sheet is not None and self._sheet.printing:
            self._sheet.printed, self._sheet.ended_ms = True, self._now_ms

    def _take_text(self, word: str) -> None:
        if self._phase is Phase.NAME and word == "U":
            self._named()
        elif self._phase in (Phase.MEMORY, Phase.LOADING, Phase.PRINTING):
            battery = self._twin.battery
            if word == "Y":
                self._new_counts = battery.tickets, battery.voided
            else:
                self._new_key = battery.text
            if self._phase is Phase.LOADING:
                self._progress(word)
            elif self._phase is Phase.PRINTING and self._sheet is not None:
                self._answered_for(self._sheet)

    # -- start

    def _begin(self, now_ms: int, *, announce: bool = False) -> None:
        self._phase = Phase.HAIL
        self._announce = self._announce or announce
        self._awaited = ""
        self._hail_ms = self._answered_ms = now_ms

    def _hail(self, now_ms: int) -> int:
        if now_ms - self._answered_ms >= SILENT_MS:
            self._condition.faults.set(FaultCode.NO_ANSWER, True)
            self._announce = True
            if self._sheet is not None and not self._sheet.printing:
                self._finish(Ended("refused", self._sheet.job.key, "link"))
        if now_ms >= self._hail_ms:
            self._hail_ms = now_ms + HAIL_MS
            self._take_status(self._line.enquire())
        return self._hail_ms if self._phase is Phase.HAIL else self._by_ms

    def _waiting(self, now_ms: int) -> int:
        if now_ms < self._by_ms:
            return self._by_ms
        if self._phase is Phase.LOADING:
            self._not_loaded()
        else:
            self._begin(now_ms)
        return self._hail(now_ms)

    def _named(self) -> None:
        if "old_firmware" in self._twin.faults:
            self._wrong_names += 1
            self._begin(self._now_ms)
            if self._wrong_names > 1:
                faults = self._condition.faults
                faults.set(FaultCode.WRONG_DEVICE, True, FIRMWARE)
                faults.clear(FaultCode.NO_ANSWER)
                self._hail_ms = self._answered_ms = self._now_ms + WRONG_RETRY_MS
            return
        self._wrong_names = 0
        self._ask(Phase.MEMORY, "VYS", ASK_MS)

    def _remembered(self, memory: Memory) -> None:
        before, self.memory = self.memory, memory
        self._phase, self._hail_ms = Phase.READY, self._now_ms + IDLE_MS
        if self._clear_latched:
            self._clear_latched = False
            self._condition.mended()
        self._condition.identified()
        sheet = self._sheet
        if sheet is not None and sheet.printing:
            sheet.stuck = self._condition.stuck
            ended = judged(sheet, before, memory) or unknown(sheet, answered=True)
            self._announce = self._announce or ended.how == "unknown"
            self._finish(ended)
        elif sheet is not None and self._condition.needs_reset:  # found since the order came
            self._finish(Ended("refused", sheet.job.key, "other"))
        if self._announce:
            found, self._found, self._announce = self._found, False, False
            self._just_started = True
            self._said_start(memory.last_key, found)

    # -- idle

    def _idle(self, now_ms: int) -> int | None:
        if self._sheet is not None:
            return self._load()
        if self._reset_wanted:
            return self._start_over(now_ms)
        if not self._restless():
            return None
        if now_ms > self._hail_ms:  # nobody was asked while nothing could have changed
            self._hail_ms += -(-(now_ms - self._hail_ms) // IDLE_MS) * IDLE_MS
            self._answered_ms, self._enquired = self._hail_ms - IDLE_MS, False
        if self._enquired and now_ms - self._answered_ms >= SILENT_MS and now_ms >= self._hail_ms:
            self._begin(now_ms - SILENT_MS, announce=True)
            return self._hail(now_ms)
        while now_ms >= self._hail_ms and self._phase is Phase.READY:
            self._hail_ms, self._enquired = now_ms + IDLE_MS, True
            self._take_status(self._line.enquire())
        return self._hail_ms

    def _restless(self) -> bool:
        """Would the next ENQ bring something new?"""
        twin = self._twin
        if not twin.listens or self._enquired or not self._condition.settled(sensors(twin), blocked(twin)):
            return True
        return self._line.enquiries_fail

    def _start_over(self, now_ms: int) -> int:
        self._reset_wanted, self._clear_latched = False, True
        self._begin(now_ms, announce=True)
        if self._condition.needs_reset:
            if self._twin.listens:
                self._twin.reset(now_ms)
            self._hail_ms, self._answered_ms = now_ms + HAIL_MS, now_ms + RESET_MS
            return self._hail_ms
        return self._hail(now_ms)

    # -- one blank

    def _load(self) -> int:
        self._awaited = LOADING
        self._ask(Phase.LOADING, LOADING, LOAD_MS)
        return self._by_ms

    def _progress(self, word: str) -> None:
        token = "layout" if word in ("M", "F") else word
        if self._awaited and token == ("layout" if self._awaited[0] in "MF" else self._awaited[0]):
            self._last_token, self._awaited = token, self._awaited[1:]
            if not self._awaited and self._sheet is not None:
                self._loaded(self._sheet)
        elif not self._awaited.startswith("C") and token != self._last_token:
            self._not_loaded()

    def _loaded(self, sheet: Sheet) -> None:
        if self._new_key != self.memory.last_key or self._new_counts is None:
            self._not_loaded()
            return
        self.memory = Memory(self.memory.last_key, *self._new_counts)
        sheet.printing, sheet.begun_ms = True, self._now_ms
        self._hail_ms = self._now_ms + QUIET_MS
        self._ask(Phase.PRINTING, "P" + QUESTIONS, HARD_MS)

    def _not_loaded(self) -> None:
        if self._sheet is not None:
            self._finish(Ended("refused", self._sheet.job.key, "link"))
        self._begin(self._now_ms)

    def _printing(self, sheet: Sheet | None, now_ms: int) -> int:
        if sheet is None or (sheet.ended_ms is not None and now_ms >= sheet.ended_ms + ASK_MS):
            self._begin(now_ms)
            return self._hail(now_ms)
        if now_ms >= self._hail_ms:
            if now_ms - self._answered_ms >= QUIET_MS + SILENT_MS:
                self._begin(now_ms)
                return self._hail(now_ms)
            self._hail_ms = now_ms + HAIL_MS
            self._take_status(self._line.enquire())
            if now_ms - sheet.begun_ms >= REASK_MS and not sheet.asked_again:
                sheet.asked_again = True
                self._line.send(QUESTIONS)
        return self._hail_ms if sheet.ended_ms is None else min(self._hail_ms, sheet.ended_ms + ASK_MS)

    def _answered_for(self, sheet: Sheet) -> None:
        if self._new_key is None or self._new_counts is None:
            return
        memory = Memory(self._new_key, *self._new_counts)
        ended = judged(sheet, self.memory, memory)
        if ended is None or (sheet.ended_ms is None and ended.how != "made"):
            self._begin(self._now_ms)
            return
        self.memory = memory
        self._phase, self._hail_ms = Phase.READY, self._now_ms
        self._finish(ended)

    def _finish(self, ended: Ended) -> None:
        sheet, self._sheet = self._sheet, None
        self._condition.ended(ended, sheet.naks if sheet is not None else [])
        self._said_end(ended)
