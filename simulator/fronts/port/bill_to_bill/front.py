"""The Bill-to-Bill unit without bytes: its ports on one side, the twin's mechanism on the other.

Source: ccnet sheet, sections 4, 9, 10, 12; decisions 1, 9, 22, 37, page 024; the facts are those of a driver on a wire, only
their times differ. What the mechanism does is seen at the next multiple of `poll_ms`; while nothing moves nobody asks.

Faults of bytes alone do nothing here: noise, duplicate_reply, reply_to_previous, nak_next, answer_after_11_ms,
answer_after_300_ms. late_reply is an answer that never comes; bit_flip and cut_frame are answers that cannot be read.
"""

from __future__ import annotations

from typing import Any

from kiosk.faults import FaultCode
from simulator.devices.ccnet.b2b.numbers import HOST_TIMEOUT_MS
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_host import Phase
from simulator.fronts.port.acceptor_line import ENABLE, RESET
from simulator.fronts.port.acceptor_link import Heard
from simulator.fronts.port.acceptor_words import raw
from simulator.fronts.port.bill_to_bill.followed import hand_out_what_is_held
from simulator.fronts.port.bill_to_bill.host import POWER_UP, START_MS, UnitHost
from simulator.fronts.port.bill_to_bill.mouth import SHORT, Lies
from simulator.fronts.port.bill_to_bill.note import SHOWS_NOTE
from simulator.fronts.port.bill_to_bill.waking import MOVING
from simulator.fronts.port.bill_to_bill.words import stopped

REOPEN_MS = 1_000
ABSENT_MS = 5_000
ABSENT_POLL_MS = 500
RESET_EVERY_MS = 10_000
RESTING_POLL_MS = 300
NOISE = 3  # unreadable answers in a row: somebody else is there


class BillToBillFront(UnitHost):
    """Participant; `.acceptor` and `.dispenser` are its ports. Keywords are the driver's; a new front is made at each start."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._down_ms = 0
        self._reopen_ms: int | None = None
        self._look_ms: int | None = None
        self._rested: tuple[object, ...] | None = None
        self._due_ms: int | None = 0

    def unplug(self) -> None:
        """The data plug is pulled; seen at the next poll."""
        self._line.plugged = False

    def replug(self) -> None:
        self._line.plugged = True

    def leave(self, now_ms: int) -> None:
        """The program ends: from now on nobody polls, and the unit's host time-out runs."""
        self._attend(now_ms, there=False)

    # -- the participant

    def poll(self, now_ms: int) -> int | None:
        line = self._line
        self._attend(now_ms, there=line.plugged and line.fine)
        due_ms = self._body.advance(now_ms) if self._twin.on else None
        early = self._due_ms is None or now_ms < self._due_ms
        if early and self._rested is not None and self._rested == self._resting():
            line.heard_ms = now_ms
            return self._due_ms
        self._due_ms = self._poll(now_ms, due_ms)
        self._rested = self._resting()
        return self._due_ms

    def _attend(self, now_ms: int, *, there: bool) -> None:
        """A host that polls in time never lets the host time-out run; here nobody has to be woken for it."""
        body = self._body
        if there:
            body.polled(now_ms)
            body.host_ms = 0
        elif not body.host_ms:
            body.host_ms = HOST_TIMEOUT_MS[body.options[0] >> 2 & 3]

    def _busy(self) -> bool:
        return bool(self._slot.held or self._course or self._errands or self._mouth.waits)

    def _resting(self) -> tuple[object, ...] | None:
        """What nothing but orders could change, of a unit that works and holds no note; None when more may be under way."""
        line, body = self._line, self._body
        if self._phase is not Phase.WORKING or self._busy() or self._twin.faults or not line.rests:
            return None
        orders = self._enabling.choices, self._restart_wanted, self._attended
        return line.plugged, orders, self._twin.on, body.state, len(body.events)

    def _poll(self, now_ms: int, due_ms: int | None) -> int | None:
        line, self._unheard = self._line, False
        line.now_ms = now_ms
        line.acknowledge()
        self._mouth.turn(now_ms)
        if self._course is None or self._phase is Phase.STARTING:
            helpless = self._phase is not Phase.DOWN and stopped(self._status)
            self._errands.refuse_late(now_ms, raw(self._status) if helpless else "")
        if line.plugged != (self._phase is not Phase.DOWN):
            self._move_plug(now_ms)
        if self._phase is Phase.DOWN:
            return self._down(now_ms)
        if line.fine:
            self._still_there(now_ms)
        if self._restart_wanted and not (self._course and self._phase is Phase.WORKING):
            self._begin(POWER_UP)
        self._watch_silence(now_ms)
        while now_ms >= line.free_ms and not self._unheard and self._act(now_ms):
            due_ms = self._body.advance(now_ms) if self._twin.on else None
        return self._wake(now_ms, due_ms)

    def _still_there(self, now_ms: int) -> None:
        """Nobody asked because nothing changed: a host that had asked would have heard the same."""
        self._line.heard_ms = now_ms
        if self._line.seen is self._body.state and self._line.seen in SHOWS_NOTE:
            self._slot.seen_again(now_ms)

    # -- the plug

    def _move_plug(self, now_ms: int) -> None:
        if not self._line.plugged:
            self._phase_before, self._phase = self._phase, Phase.DOWN
            self._down_ms, self._reopen_ms = now_ms, now_ms + REOPEN_MS
            self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
            self._faults.set(FaultCode.LINK_LOST, True, f"{self.name}: unplugged")
            self._slot.silent()
        elif self._reopen_ms is None or self._opens(self._reopen_ms, now_ms):
            self._link_up(now_ms)

    def _link_up(self, now_ms: int) -> None:
        self._line.restart(now_ms)
        self._start_ms = self._line.reset_ms = self._look_ms = now_ms
        self._restart_wanted = False
        self._faults.clear(FaultCode.LINK_LOST)
        if self._course is not None and self._phase_before is Phase.WORKING:
            self._phase = Phase.WORKING
        else:
            self._phase, self._course = Phase.SEARCHING, None

    def _opens(self, reopen_ms: int, now_ms: int) -> bool:
        """Once a second somebody tries whether the plug is back."""
        tries = max(0, -(-(now_ms - reopen_ms) // REOPEN_MS))
        self._reopen_ms = reopen_ms + tries * REOPEN_MS
        return self._reopen_ms == now_ms

    def _down(self, now_ms: int) -> int | None:
        """What was not sent was not done, what was to be heard was not heard."""
        self._slot.late(now_ms)
        if self._course and self._phase_before is Phase.WORKING and now_ms - self._down_ms >= REOPEN_MS:
            self._down_ms = now_ms
            self._go(None)
        if self._line.plugged:
            return self._reopen_ms
        return now_ms + REOPEN_MS if self._busy() else None

    # -- what to do next

    def _act(self, now_ms: int) -> bool:
        """One step, if one is due; False when none is."""
        if self._phase is Phase.WORKING and self._course is None and self._at_rest and self._slot.held is None:
            self._next_errand()
        if self._course is not None and self._line.at_once:
            self._go(None)
            done = True
        elif self._course is not None:
            done = self._look(now_ms)
        elif self._phase is Phase.WORKING:
            done = self._order(now_ms) or self._enable(now_ms) or self._look(now_ms)
        else:
            done = self._reset_if_lonely(now_ms) or self._look(now_ms)
        if done and self._line.fine:
            self._faults.clear(FaultCode.NO_ANSWER)
        return done

    def _next_errand(self) -> None:
        mouth, inside = self._mouth, self._mouth.lies is Lies.INSIDE
        if inside and (mouth.of_deposit or mouth.waits or self._attended):
            retract = self._known.usual_retract if mouth.for_somebody else SHORT
            self._run(hand_out_what_is_held(self._known, mouth, retract, self._emptied))
        elif self._errands and not inside:
            self._run(self._errands.begin())

    def _order(self, now_ms: int) -> bool:
        if not self._slot.act(now_ms):
            return False
        self._faults.fitting(self._known)
        return True

    def _look(self, now_ms: int) -> bool:
        if self._look_ms is None or now_ms < self._look_ms:
            return False
        self._look_ms = None
        status = self._line.look(now_ms)
        if status is not None:
            self._faults.clear(FaultCode.NO_ANSWER)
            self._heard(status, now_ms)
        elif self._course is not None:
            self._go(None)
        return True

    def _reset_if_lonely(self, now_ms: int) -> bool:
        line = self._line
        lonely = now_ms - line.heard_ms >= ABSENT_MS and now_ms - line.reset_ms >= RESET_EVERY_MS
        if not lonely or self._slot.held is not None:
            return False
        line.order(RESET, lambda: self._body.reset(now_ms))
        return True

    @property
    def _closed(self) -> bool:
        """Nothing is taken while an errand waits, or while a bundle is held inside."""
        return bool(self._errands) or self._mouth.lies is Lies.INSIDE

    def _enable(self, now_ms: int) -> bool:
        mask = self._enabling.due(self._status[0], now_ms, closed=self._closed)
        if mask is None:
            return False
        self._enabling.sent(now_ms)
        self._at_rest = False
        if self._line.order(ENABLE, lambda: self._body.enable(mask, mask)) is Heard.GOOD:
            self._enabling.told = mask
        return True

    def _watch_silence(self, now_ms: int) -> None:
        alone_ms = now_ms - self._line.heard_ms
        hopeful = self._phase is Phase.STARTING and now_ms - self._start_ms < START_MS
        if not hopeful or stopped(self._status) or alone_ms >= ABSENT_MS:
            self._slot.late(now_ms)
        if alone_ms < ABSENT_MS:
            return
        self._slot.silent()
        wrong = self._line.noise >= NOISE or FaultCode.WRONG_DEVICE in self._faults
        self._faults.set(FaultCode.WRONG_DEVICE, wrong, "noise")
        self._faults.set(FaultCode.NO_ANSWER, not wrong)
        if not (self._phase is Phase.WORKING and self._course):
            self._phase, self._course = Phase.SEARCHING, None

    # -- when to be asked again

    def _wake(self, now_ms: int, due_ms: int | None) -> int | None:
        """`due_ms`: when the mechanism moves on by itself."""
        grid_ms = self._grid_ms()
        next_ms = (now_ms // grid_ms + 1) * grid_ms
        if self._look_ms is None or self._look_ms > now_ms:
            self._look_ms = next_ms if self._lively() else self._quiet_look(next_ms, grid_ms, due_ms)
        waits = [self._look_ms, self._slot.wake_ms(), self._errands.wake_ms(), self._mouth.wake_ms()]
        if self._phase is Phase.WORKING and self._course is None:
            waits.append(self._enabling.wake_ms(self._status[0], closed=self._closed))
        wake_ms = min((wait for wait in waits if wait is not None), default=None)
        if wake_ms is None:
            return None
        return max(wake_ms if wake_ms > now_ms else min(next_ms, now_ms + 100), self._line.free_ms)

    def _quiet_look(self, next_ms: int, grid_ms: int, due_ms: int | None) -> int | None:
        if self._course is not None and self._line.until_ms is not None:
            due_ms = min(due_ms, self._line.until_ms) if due_ms is not None else self._line.until_ms
        return None if due_ms is None else max(next_ms, -(-due_ms // grid_ms) * grid_ms)

    def _grid_ms(self) -> int:
        if self._phase is Phase.SEARCHING and FaultCode.NO_ANSWER in self._faults:
            return ABSENT_POLL_MS
        resting = self._phase is Phase.WORKING and self._course is None and self._status[0] == State.DISABLED
        idle = resting and not self._enabling.wanted and not self._errands and self._slot.held is None
        return max(self._poll_ms, RESTING_POLL_MS) if idle else self._poll_ms

    def _lively(self) -> bool:
        """The next status may say something, or has to be heard once more."""
        line = self._line
        if self._phase is Phase.SEARCHING or line.news() or line.broken() or self._unheard:
            return True
        if self._course is not None:
            waits = line.seen in MOVING or (line.said is not None and stopped(line.said))
            return line.at_once or not waits
        if self._phase is Phase.WORKING and (self._errands or self._mouth.lies is Lies.INSIDE):
            return not self._at_rest or self._slot.restless
        return self._slot.restless
