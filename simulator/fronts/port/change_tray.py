"""The change tray at port level: shutter, flap and sensor of the board, and what may be said of the notes behind them.

Source: cabinet board sheet, version 2 (inputs 3, 23 to 25, 28; coils 16, 17; what cannot move leaves its sensor unchanged).
Sensors move it on as the board tells of them; limits begin at the next `poll`, for news carries no time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from kiosk.faults import FaultCode
from simulator.fronts.port.board import BoardFront
from simulator.fronts.port.raised import Faults

DOOR_CLOSED, OCCUPIED, SHUT, FLAP_SHUT, BINS_NOT_FULL = 3, 23, 24, 25, 28
SHUTTER, RETRACT = 16, 17
GRACE_MS = 500
FLEETING = ("not empty", "left behind", "no board")
"""Causes that an empty tray answers by itself."""

State = Literal["idle", "clearing", "settling", "opening", "open", "closing", "pulling", "dropping", "flap closing"]
News = Literal["ready", "blocked", "opened", "stayed shut", "taken", "retracted", "was empty", "uncertain"]


class ChangeTray:
    """`news(what, reason)` answers `prepare`, `present`, `retract`, and says `taken` of an open tray."""

    def __init__(
        self, board: BoardFront, faults: Faults, news: Callable[[News, str], None], flap_ms: int, settle_ms: int
    ) -> None:
        self._board, self._faults, self._news = board, faults, news
        self._limit_ms, self._settle_ms = flap_ms + GRACE_MS, settle_ms
        self._causes: list[str] = []
        self._due_ms: int | None = None  # None: the wait begins at the next poll
        self._empty_ms: int | None = None
        self._blind = False  # the sensor did not see the notes that must lie there
        self.state: State = "idle"
        self.moves = 0  # changes of state so far
        board.watch(self._changed)

    @property
    def occupied(self) -> bool | None:
        return self._board.input(OCCUPIED)

    # -- orders

    def prepare(self) -> None:
        shut = self._board.input(SHUT)
        if self.occupied is None or shut is None:
            self._blame("no board")
            self._news("blocked", "")
        elif self.occupied:
            self._blame("not empty")
            self._news("blocked", "")
        elif shut:
            self._news("ready", "")
        else:
            self._move("clearing", SHUTTER, False)

    def present(self) -> None:
        self._blind = False
        self._enter("settling")
        self._go_on()

    def present_again(self) -> None:
        """What lies there since an earlier start. `opened` and later `taken`, `was empty` or `stayed shut`."""
        self._blind = False
        if self.occupied:
            self._move("opening", SHUTTER, True)
        elif self.occupied is None:
            self._news("stayed shut", "no board")
        else:
            self._news("was empty", "")

    def retract(self) -> None:
        if self.occupied is None:
            self._give_up("no board")
        else:
            self._move("pulling", SHUTTER, False)

    def trust(self) -> None:
        """Somebody has looked after it."""
        self._causes.clear()
        self._faults.clear(FaultCode.CHANGE_TRAY)
        if self._board.input(BINS_NOT_FULL) is False:
            self._blame("retract bin full")
        if self.state == "idle" and self.occupied:
            self._blame("not empty")

    # -- sensors

    def _changed(self, contact: int, level: bool | None) -> None:
        if contact == OCCUPIED:
            if level is None:
                self._blame("no board")
            elif not level and self.state == "idle":
                self._excuse(*FLEETING)
            else:
                self._excuse("no board")
        elif contact == BINS_NOT_FULL and level is not None:
            (self._excuse if level else self._blame)("retract bin full")
        elif contact == DOOR_CLOSED and level:
            self.trust()
        if OCCUPIED <= contact <= FLAP_SHUT:
            self._go_on()

    def _go_on(self) -> None:
        before: State | None = None
        while before != self.state:
            before = self.state
            self._look()

    def _look(self) -> None:
        state, occupied, shut = self.state, self.occupied, self._board.input(SHUT)
        if state == "idle":
            return
        if state == "clearing" and shut:
            self._end("ready")
        elif state == "settling" and occupied:
            self._move("opening", SHUTTER, True)
        elif state == "opening" and shut is False:
            self._empty_ms = None
            self._enter("open")
            self._news("opened", "")
        elif state == "open":
            self._blind = self._blind and not occupied
            if shut:
                self._board.set_coil(SHUTTER, True)
        elif state == "closing" and shut:
            if occupied:
                self._blame("left behind")
            self._enter("idle")
        elif state == "pulling" and shut and occupied is not None:
            if occupied or self._blind:
                self._move("dropping", RETRACT, True)
            else:
                self._end("was empty")
        elif state == "dropping" and occupied is False and self._board.input(FLAP_SHUT) is False:
            self._move("flap closing", RETRACT, False)
        elif state == "flap closing" and self._board.input(FLAP_SHUT):
            self._dropped()

    # -- time

    def poll(self, now_ms: int) -> int | None:
        if self.state == "idle":
            return None
        if self.state == "open":
            return self._watch_hand(now_ms)
        if self._due_ms is None:
            self._due_ms = now_ms + self._limit_ms
        elif now_ms >= self._due_ms:
            self._overdue()
        return self._due_ms

    def _watch_hand(self, now_ms: int) -> int | None:
        """Taken: empty for a while with the shutter open."""
        if self.occupied is not False or self._board.input(SHUT) is not False or self._blind:
            self._empty_ms = None
            return None
        if self._empty_ms is None:
            self._empty_ms = now_ms
        if now_ms - self._empty_ms < self._settle_ms:
            return self._empty_ms + self._settle_ms
        self._news("taken", "")
        self._move("closing", SHUTTER, False)
        return None  # polled again: it moved

    def _overdue(self) -> None:
        state = self.state
        if state == "settling":
            self._blind = True
            self._blame("tray sensor")
            self._move("opening", SHUTTER, True)
        elif state == "dropping":
            self._board.set_coil(RETRACT, False)
            self._give_up("flap" if self._board.input(FLAP_SHUT) else "stuck")
        elif state == "flap closing":
            self._blame("flap")
            self._dropped()
        elif state == "pulling":
            self._give_up("shutter")
        else:
            self._blame("shutter")
            self._board.set_coil(SHUTTER, False)
            self._enter("idle")
            if state == "clearing":
                self._news("blocked", "shutter")
            elif state == "opening":
                self._news("stayed shut", "shutter")

    # -- parts

    def _dropped(self) -> None:
        if self._blind:
            self._give_up("tray sensor")
        else:
            self._end("retracted")

    def _give_up(self, reason: str) -> None:
        self._blame(reason)
        self._end("uncertain", reason)

    def _end(self, news: News, reason: str = "") -> None:
        self._enter("idle")
        self._news(news, reason)

    def _move(self, state: State, coil: int, on: bool) -> None:
        self._enter(state)
        self._board.set_coil(coil, on)
        self._go_on()

    def _enter(self, state: State) -> None:
        self.state, self._due_ms = state, None
        self.moves += 1
        if state == "idle" and self.occupied is False:
            self._excuse(*FLEETING)

    def _blame(self, cause: str) -> None:
        if cause not in self._causes:
            self._causes.append(cause)
        self._faults.set(FaultCode.CHANGE_TRAY, True, cause)

    def _excuse(self, *causes: str) -> None:
        if self._causes:
            self._causes = [cause for cause in self._causes if cause not in causes]
            self._faults.set(FaultCode.CHANGE_TRAY, bool(self._causes), "".join(self._causes[:1]))
