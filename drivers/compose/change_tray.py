"""The cabinet's change tray: notes fall behind a closed shutter, a hand takes them, or a flap drops them into a bin.

Source: cabinet board sheet, version 2: inputs 3, 23 to 25 and 28, coils 16 and 17, "what cannot move leaves its sensor
unchanged; the host notices by time-out". The board's news come without a time, so waits begin at the next `poll`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, unique

from drivers.compose.board import Board, Coil, Input
from drivers.raised import Raised
from kiosk.faults import FaultCode

GRACE_MS = 500  # what a flap may need beyond its run time
LOOK_MS = 50  # the board is asked twenty times a second
PASSING = ("not empty", "left behind", "no board")  # causes that an empty tray answers by itself


@unique
class Tray(Enum):
    IDLE = "at rest"
    CLEARING = "shutter closes before notes are paid"
    SETTLING = "the sensor has to see the notes"
    OPENING = "shutter opens"
    OPEN = "waits for a hand"
    CLOSING = "taken; shutter closes"
    RETRACT_CLOSING = "shutter closes before the flap may open"
    DROPPING = "flap open, notes fall into the bin"
    FLAP_CLOSING = "flap closes"


@unique
class News(Enum):
    READY = "empty and shut: notes may be paid into it"
    BLOCKED = "not to be paid into"
    OPENED = "a hand can take the notes"
    STAYED_SHUT = "the shutter did not open; the notes lie behind it"
    TAKEN = "it was emptied while it was open"
    RETRACTED = "what lay there lies in the bin"
    WAS_EMPTY = "nothing lay there to be pulled back"
    UNCERTAIN = "cannot be emptied or seen"


class ChangeTray:
    """`news(what, reason)` answers every order. `flap_ms`: run time of shutter and flap. `settle_ms`: so long it must be empty."""

    def __init__(
        self, board: Board, faults: Raised, news: Callable[[News, str], None], *, flap_ms: int, settle_ms: int
    ) -> None:
        self._board = board
        self._faults = faults
        self._news = news
        self._limit_ms = flap_ms + GRACE_MS
        self._settle_ms = settle_ms
        self._causes: list[str] = []
        self._since_ms: int | None = None  # None: since the next poll
        self._empty_ms: int | None = None  # since when an open tray is empty
        self._blind = False  # the sensor did not see this bundle
        self.state = Tray.IDLE
        board.watch(self._changed)

    # -- sensors

    @property
    def occupied(self) -> bool | None:
        return self._board.input(Input.CHANGE_TRAY_OCCUPIED)

    @property
    def _shut(self) -> bool | None:
        return self._board.input(Input.CHANGE_SHUTTER_CLOSED)

    @property
    def _flap_shut(self) -> bool | None:
        return self._board.input(Input.CHANGE_RETRACT_CLOSED)

    def lines(self) -> list[str]:
        """For the probe."""
        return [f"tray {self.state.value}", f"occupied {self.occupied} shut {self._shut} flap_shut {self._flap_shut}"]

    # -- orders

    def prepare(self) -> None:
        """Empty and shut? READY or BLOCKED."""
        if self.occupied is not False or self._shut is None:
            self._blame("no board" if self.occupied is None or self._shut is None else "not empty")
            self._news(News.BLOCKED, "")
        elif self._shut:
            self._news(News.READY, "")
        else:
            self._move(Tray.CLEARING, Coil.CHANGE_SHUTTER, False)

    def present(self) -> None:
        """Notes were paid into it. OPENED and later TAKEN, or STAYED_SHUT."""
        self._blind = False
        self._enter(Tray.SETTLING)
        self._step()

    def present_again(self) -> None:
        """Notes lie in it since an earlier start. OPENED and later TAKEN, WAS_EMPTY or STAYED_SHUT."""
        self._blind = False
        if self.occupied is None:
            self._news(News.STAYED_SHUT, "no board")
        elif self.occupied:
            self._move(Tray.OPENING, Coil.CHANGE_SHUTTER, True)
        else:
            self._news(News.WAS_EMPTY, "")

    def retract(self) -> None:
        """RETRACTED, WAS_EMPTY or UNCERTAIN."""
        if self.occupied is None:
            self._uncertain("no board")
        else:
            self._move(Tray.RETRACT_CLOSING, Coil.CHANGE_SHUTTER, False)

    def trust(self) -> None:
        """Somebody has looked after it: only what can be seen is wrong with it."""
        self._causes.clear()
        self._faults.clear(FaultCode.CHANGE_TRAY)
        if self._board.input(Input.RETRACT_BINS_NOT_FULL) is False:
            self._blame("retract bin full")
        if self.state is Tray.IDLE and self.occupied:
            self._blame("not empty")

    # -- what moves it on: sensors

    def _changed(self, which: Input, level: bool | None) -> None:
        if which is Input.RETRACT_BINS_NOT_FULL and level is not None:
            (self._excuse if level else self._blame)("retract bin full")
        elif which is Input.CHANGE_DOOR_CLOSED and level:
            self.trust()
        elif which is Input.CHANGE_TRAY_OCCUPIED:
            if level is None:
                self._blame("no board")
            elif not level and self.state is Tray.IDLE:
                self._excuse(*PASSING)
            else:
                self._excuse("no board")
        if which in (Input.CHANGE_TRAY_OCCUPIED, Input.CHANGE_SHUTTER_CLOSED, Input.CHANGE_RETRACT_CLOSED):
            self._step()

    def _step(self) -> None:
        """Go on as far as the sensors allow."""
        before = None
        while before is not self.state:
            before = self.state
            self._look()

    def _look(self) -> None:
        state, occupied, shut = self.state, self.occupied, self._shut
        if state is Tray.CLEARING and shut:
            self._end(News.READY)
        elif state is Tray.SETTLING and occupied:
            self._move(Tray.OPENING, Coil.CHANGE_SHUTTER, True)
        elif state is Tray.OPENING and shut is False:
            self._empty_ms = None
            self._enter(Tray.OPEN)
            self._news(News.OPENED, "")
        elif state is Tray.OPEN:
            self._blind = self._blind and not occupied
            if shut:  # the board forgot its coils
                self._board.set_coil(Coil.CHANGE_SHUTTER, True)
        elif state is Tray.CLOSING and shut:
            if occupied:
                self._blame("left behind")
            self._enter(Tray.IDLE)
        elif state is Tray.RETRACT_CLOSING and shut and occupied is not None:
            if occupied or self._blind:
                self._move(Tray.DROPPING, Coil.CHANGE_RETRACT, True)
            else:
                self._end(News.WAS_EMPTY)
        elif state is Tray.DROPPING and self._flap_shut is False and occupied is False:
            self._move(Tray.FLAP_CLOSING, Coil.CHANGE_RETRACT, False)
        elif state is Tray.FLAP_CLOSING and self._flap_shut:
            self._dropped()

    # -- what moves it on: time

    def poll(self, now_ms: int) -> int | None:
        if self._since_ms is None:
            self._since_ms = now_ms
        if self.state is Tray.OPEN:
            self._watch_hand(now_ms)
        elif self.state is not Tray.IDLE and now_ms - self._since_ms >= self._limit_ms:
            self._overdue()
        return None if self.state is Tray.IDLE else now_ms + LOOK_MS

    def _watch_hand(self, now_ms: int) -> None:
        """Taken: seen by the sensor, then not seen for a while with the shutter open."""
        empty = self.occupied is False and self._shut is False and not self._blind
        if not empty:
            self._empty_ms = None
        elif self._empty_ms is None:
            self._empty_ms = now_ms
        if self._empty_ms is not None and now_ms - self._empty_ms >= self._settle_ms:
            self._news(News.TAKEN, "")
            self._move(Tray.CLOSING, Coil.CHANGE_SHUTTER, False)

    def _overdue(self) -> None:
        """A flap or shutter did not move, or the sensor does not see what must lie there."""
        state = self.state
        if state is Tray.SETTLING:
            self._blind = True
            self._blame("tray sensor")
            self._move(Tray.OPENING, Coil.CHANGE_SHUTTER, True)
        elif state is Tray.DROPPING:
            self._board.set_coil(Coil.CHANGE_RETRACT, False)
            self._uncertain("flap" if self._flap_shut else "stuck")
        elif state is Tray.FLAP_CLOSING:
            self._blame("flap")
            self._dropped()
        elif state is Tray.RETRACT_CLOSING:
            self._uncertain("shutter")
        else:
            self._blame("shutter")
            self._board.set_coil(Coil.CHANGE_SHUTTER, False)
            self._enter(Tray.IDLE)
            if state is Tray.CLEARING:
                self._news(News.BLOCKED, "shutter")
            elif state is Tray.OPENING:
                self._news(News.STAYED_SHUT, "shutter")

    # -- parts

    def _dropped(self) -> None:
        if self._blind:
            self._uncertain("tray sensor")
        else:
            self._end(News.RETRACTED)

    def _uncertain(self, reason: str) -> None:
        self._blame(reason)
        self._end(News.UNCERTAIN, reason)

    def _end(self, news: News, reason: str = "") -> None:
        self._enter(Tray.IDLE)
        self._news(news, reason)

    def _move(self, state: Tray, coil: Coil, on: bool) -> None:
        self._enter(state)
        self._board.set_coil(coil, on)
        self._step()

    def _enter(self, state: Tray) -> None:
        self.state, self._since_ms = state, None
        if state is Tray.IDLE and self.occupied is False:
            self._excuse(*PASSING)

    def _blame(self, cause: str) -> None:
        if cause not in self._causes:
            self._causes.append(cause)
        self._faults.set(FaultCode.CHANGE_TRAY, True, cause)

    def _excuse(self, *causes: str) -> None:
        self._causes = [cause for cause in self._causes if cause not in causes]
        self._faults.set(FaultCode.CHANGE_TRAY, bool(self._causes), "".join(self._causes[:1]))
