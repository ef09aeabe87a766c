"""The Bill-to-Bill unit without bytes: its ports on one side, the twin's mechanism on the other.

Source: ccnet sheet, sections 4, 9, 10, 12; decisions 1, 9, 22, 37, page 024; the facts are those of a driver on a wire, only
their times differ. What the mechanism does is seen at the next multiple of `poll_ms`; while nothing moves nobody asks.

Faults of bytes alone do nothing here: noise, duplicate_reply, reply_to_previous, nak_next, answer_after_11_ms,
answer_after_300_ms. late_reply is an answer that never comes; bit_flip and cut_frame are answers that cannot be read.
"""

from __future__ import annotations

from kiosk.faults import FaultCode
from simulator.devices.ccnet.b2b.numbers import HOST_TIMEOUT_MS
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_line import ENABLE, HOLD, RESET, RETURN, STACK, Heard
from simulator.fronts.port.acceptor_start import Phase
from simulator.fronts.port.acceptor_words import raw
from simulator.fronts.port.bill_to_bill.host import POWER_UP, START_MS, UnitHost
from simulator.fronts.port.bill_to_bill.line import CASSETTES
from simulator.fronts.port.bill_to_bill.outlet import SHORT, Mouth, empty
from simulator.fronts.port.bill_to_bill.start import MOVING
from simulator.fronts.port.bill_to_bill.words import stopped

REOPEN_MS = 1_000
ABSENT_MS = 5_000
ABSENT_POLL_MS = 500
RESET_EVERY_MS = 10_000
RESTING_POLL_MS = 300
NOISE = 3  # unreadable answers in a row: somebody else is there
SHOWS_NOTE = frozenset({State.ESCROW, State.HOLDING, State.STACKING, State.RETURNING})


class BillToBillFront(UnitHost):
    """Participant; `.acceptor` and `.dispenser` are its ports. Keywords are the driver's; a new front is made at each start."""

    def unplug(self) -> None:
        """The data plug is pulled; seen at the next poll."""
        self._plugged = False

    def replug(self) -> None:
        self._plugged = True

    def leave(self, now_ms: int) -> None:
        """The program ends: from now on nobody polls, and the unit's host time-out runs."""
        self._attend(now_ms, there=False)

    # -- the participant

    def poll(self, now_ms: int) -> int | None:
        self._attend(now_ms, there=self._plugged and self._line.fine)
        due_ms = self._body.advance(now_ms) if self._twin.on else None
        early = self._due_ms is None or now_ms < self._due_ms
        if early and self._rested is not None and self._rested == self._resting():
            self._line.heard_ms = now_ms
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

    def _resting(self) -> tuple[object, ...] | None:
        """What nothing but orders could change, of a unit that works and holds no note; None when more may be under way."""
        line, body = self._line, self._body
        busy = self._slot.held is not None or self._runner.active or self._errands or self._outlet.waits
        if self._phase is not Phase.WORKING or busy or self._twin.faults or not line.rests:
            return None
        orders = self._enabling.choices, self._restart_wanted, self._attended
        return self._plugged, orders, self._twin.on, body.state, len(body.events)

    def _poll(self, now_ms: int, due_ms: int | None) -> int | None:
        self._unit.now_ms = now_ms
        self._unheard = False
        self._line.acknowledge()
        self._outlet.turn(now_ms)
        if not self._runner.active or self._phase is Phase.STARTING:
            helpless = self._phase is not Phase.DOWN and stopped(self._status)
            self._errands.refuse_late(now_ms, raw(self._status) if helpless else "")
        if self._plugged != (self._phase is not Phase.DOWN):
            self._move_plug(now_ms)
        if self._phase is Phase.DOWN:
            return self._down(now_ms)
        if self._line.fine:
            self._still_there(now_ms)
        if self._restart_wanted and not (self._runner.active and self._phase is Phase.WORKING):
            self._restart_wanted = False
            self._begin(POWER_UP, now_ms)
        self._watch_silence(now_ms)
        while now_ms >= self._line.free_ms and not self._unheard and self._act(now_ms):
            due_ms = self._body.advance(now_ms) if self._twin.on else None
        return self._wake(now_ms, due_ms)

    # -- the plug

    def _move_plug(self, now_ms: int) -> None:
        if not self._plugged:
            self._phase_before, self._phase = self._phase, Phase.DOWN
            self._down_ms, self._reopen_ms = now_ms, now_ms + REOPEN_MS
            self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
            self._faults.set(FaultCode.LINK_LOST, True, f"{self.name}: unplugged")
            self._slot.silent()
        elif self._reopen_ms is None or self._opens(self._reopen_ms, now_ms):
            self._link_up(now_ms)

    def _link_up(self, now_ms: int) -> None:
        self._line.restart(now_ms)
        self._start_ms = self._reset_ms = self._look_ms = now_ms
        self._restart_wanted = False
        self._faults.clear(FaultCode.LINK_LOST)
        if self._runner.active and self._phase_before is Phase.WORKING:
            self._phase = Phase.WORKING
        else:
            self._phase = Phase.SEARCHING
            self._runner.drop()

    def _opens(self, reopen_ms: int, now_ms: int) -> bool:
        """Once a second somebody tries whether the plug is back."""
        tries = max(0, -(-(now_ms - reopen_ms) // REOPEN_MS))
        self._reopen_ms = reopen_ms + tries * REOPEN_MS
        return self._reopen_ms == now_ms

    def _down(self, now_ms: int) -> int | None:
        self._slot.late(now_ms)
        waited = now_ms - self._down_ms >= REOPEN_MS
        if self._runner.active and self._phase_before is Phase.WORKING and waited:
            self._down_ms = now_ms
            self._end(self._runner.give_up(), now_ms)
        if self._plugged:
            return self._reopen_ms
        waits = self._slot.held or self._runner.active or self._errands or self._outlet.waits
        return now_ms + REOPEN_MS if waits else None

    # -- what to do next

    def _act(self, now_ms: int) -> bool:
        """One command, if one is due; False when none is."""
        if self._may_begin() and self._next_errand(now_ms):
            return True
        command = self._runner.command
        if command is not None:
            if command.code == RESET:
                self._reset_ms = now_ms
            heard = self._line.send(command.code, now_ms, command.do)
            self._answered(heard)
            self._end(self._runner.answer(heard), now_ms)
            return True
        if self._runner.active:
            return self._look(now_ms)
        if self._phase is Phase.WORKING:
            return self._order(now_ms) or self._enable(now_ms) or self._look(now_ms)
        lonely = now_ms - self._line.heard_ms >= ABSENT_MS and now_ms - self._reset_ms >= RESET_EVERY_MS
        if lonely and self._slot.held is None:
            self._reset_ms = now_ms
            self._answered(self._line.send(RESET, now_ms, lambda: self._body.reset(now_ms)))
            return True
        return self._look(now_ms)

    def _answered(self, heard: Heard) -> None:
        if heard.answered:
            self._faults.clear(FaultCode.NO_ANSWER)

    def _may_begin(self) -> bool:
        working = self._phase is Phase.WORKING and not self._runner.active
        return working and self._at_rest and self._slot.held is None

    def _next_errand(self, now_ms: int) -> bool:
        outlet, inside = self._outlet, self._outlet.state is Mouth.INSIDE
        if inside and (outlet.of_deposit or outlet.waits or self._attended):
            retract = self._unit.usual_retract if outlet.for_somebody else SHORT
            self._run(empty(self._unit, outlet, retract, self._emptied), now_ms)
        elif self._errands and not inside:
            self._run(self._errands.begin(), now_ms)
        return self._runner.active

    def _order(self, now_ms: int) -> bool:
        command, body = self._slot.due(now_ms), self._body
        if not command:
            return False
        if command == CASSETTES:
            self._slot.sent(command, False, now_ms)
            heard = self._line.send(command, now_ms)
            self._answered(heard)
            self._slot.counted(self._unit.risen() if heard is Heard.GOOD else None)
            return True
        act = {STACK: body.stack, RETURN: body.give_back, HOLD: body.hold}[command]
        heard = self._line.send(command, now_ms, lambda: act(now_ms))
        self._answered(heard)
        self._slot.sent(command, heard is Heard.REFUSED, now_ms)
        return True

    @property
    def _closed(self) -> bool:
        """Nothing is taken while an errand waits, or while a bundle is held inside."""
        return bool(self._errands) or self._outlet.state is Mouth.INSIDE

    def _enable(self, now_ms: int) -> bool:
        mask = self._enabling.due(self._status[0], now_ms, closed=self._closed)
        if mask is None:
            return False
        self._enabling.sent(now_ms)
        self._at_rest = False
        heard = self._line.send(ENABLE, now_ms, lambda: self._body.enable(mask, mask))
        self._answered(heard)
        if heard is Heard.GOOD:
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
        if not (self._phase is Phase.WORKING and self._runner.active):
            self._phase = Phase.SEARCHING
            self._runner.drop()

    # -- when to be asked again

    def _wake(self, now_ms: int, due_ms: int | None) -> int | None:
        """`due_ms`: when the mechanism moves on by itself."""
        grid_ms = self._grid_ms()
        next_ms = (now_ms // grid_ms + 1) * grid_ms
        if self._look_ms is None or self._look_ms > now_ms:
            self._look_ms = next_ms if self._lively() else self._quiet_look(next_ms, grid_ms, due_ms)
        waits = [self._look_ms, self._slot.wake_ms(), self._errands.wake_ms(), self._outlet.wake_ms()]
        if self._phase is Phase.WORKING and not self._runner.active:
            waits.append(self._enabling.wake_ms(self._status[0], closed=self._closed))
        wake_ms = min((wait for wait in waits if wait is not None), default=None)
        if wake_ms is None:
            return None
        return max(wake_ms if wake_ms > now_ms else min(next_ms, now_ms + 100), self._line.free_ms)

    def _quiet_look(self, next_ms: int, grid_ms: int, due_ms: int | None) -> int | None:
        if self._runner.active and self._unit.until_ms is not None:
            due_ms = min(due_ms, self._unit.until_ms) if due_ms is not None else self._unit.until_ms
        return None if due_ms is None else max(next_ms, -(-due_ms // grid_ms) * grid_ms)

    def _grid_ms(self) -> int:
        if self._phase is Phase.SEARCHING and FaultCode.NO_ANSWER in self._faults:
            return ABSENT_POLL_MS
        resting = self._phase is Phase.WORKING and not self._runner.active and self._status[0] == State.DISABLED
        idle = resting and not self._enabling.wanted and not self._errands and self._slot.held is None
        return max(self._poll_ms, RESTING_POLL_MS) if idle else self._poll_ms

    def _lively(self) -> bool:
        """The next status may say something, or has to be heard once more."""
        line = self._line
        if self._phase is Phase.SEARCHING or line.news() or line.broken():
            return True
        if self._unheard or self._runner.command is not None:
            return True
        if self._runner.active:
            waits = line.seen in MOVING or (line.said is not None and stopped(line.said))
            return not waits
        if self._phase is Phase.WORKING and (self._errands or self._outlet.state is Mouth.INSIDE):
            return not self._at_rest or self._slot.restless
        return self._slot.restless
