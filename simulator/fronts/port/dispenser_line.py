"""Questions and orders to an LCDM of either dialect without bytes: what is heard of them when its line is broken on purpose.

Source: lcdm sheet, section 3 (acknowledge and response times); `simulator.devices.lcdm.faults`, `simulator.devices.linkfaults`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from typing import Generic, Literal, TypeVar

from simulator.devices.lcdm import wire
from simulator.devices.lcdm.body import Result
from simulator.devices.lcdm.line import DispenserOnLine
from simulator.fronts.port.paid import Deed, Done, done_of

ACK_MS, ANSWER_MS, MOVED_MS, LATE_ACK_MS, SAID_AGAIN_MS = 550, 3_000, 60_000, 1_000, 500
TRIES = 3

Heard = Literal["answer", "nak", "late", "again", "lost", "silent"]
"""`late`: its acknowledge; `again`: the answer that nobody acknowledged, once more."""


Told = TypeVar("Told")


class LcdmLine(ABC, Generic[Told]):
    """Generators yield how long they wait in ms. `heard()` is called at every answer; set `now_ms` before anything else.

    `arrived`: the response of an order, to be taken by whoever waits for it (`waits`) or as a late one. `moving`: commands that
    move notes; `unanswered`: those that are not even acknowledged.
    """

    moving: frozenset[int]
    unanswered: frozenset[int] = frozenset()

    def __init__(self, twin: DispenserOnLine, heard: Callable[[], None]) -> None:
        self.twin, self._heard = twin, heard
        self.now_ms = self.heard_ms = 0
        self.linked = False
        self.settled = True  # the last question was answered
        self.waits = False  # a script waits for the response of an order
        self.arrived: Told | None = None
        self.begin_ms: int | None = None  # an order that was heard is begun then
        self._deed: Deed | None = None
        self._mute = False

    @abstractmethod
    def _code(self, deed: Deed) -> int:
        """The command of an order."""

    @abstractmethod
    def _begin(self, code: int, asked: Sequence[int]) -> None:
        """Notes per cassette; the body tells `_moved` what came of it."""

    @abstractmethod
    def _told(self, result: Result) -> Told:
        """What the response says."""

    def ask(self, code: int, tries: int = TRIES) -> Generator[int, None, bool]:
        for _ in range(tries):
            heard = self.hears(code)
            if heard in ("late", "again"):
                yield LATE_ACK_MS if heard == "late" else SAID_AGAIN_MS
            if heard in ("answer", "late", "again"):
                self.answered()
                return True
            self._unanswered()
            if heard == "lost":
                yield ANSWER_MS
                return False
            if heard == "silent":
                yield ACK_MS
        return False

    def turn(self) -> None:
        if self.begin_ms is not None and self.linked and self.now_ms >= self.begin_ms:
            self.begin_ms = None
            self.start_motion()

    def due_ms(self) -> int | None:
        return self.begin_ms if self.linked else None

    def answered(self) -> None:
        self.heard_ms, self.settled = self.now_ms, True
        self._heard()

    def _unanswered(self) -> None:
        if self.settled:
            self.heard_ms, self.settled = self._last_look_ms(), False

    def _last_look_ms(self) -> int:
        """When a driver would have heard of the device last."""
        return self.now_ms

    def hears(self, code: int) -> Heard:
        """What becomes of a command; plays the twin's one-shot faults as its own line would."""
        twin, faults = self.twin, self.twin.faults
        if not twin.powered or twin.body.moving() or self.begin_ms is not None:
            return "silent"
        if not faults:
            return "answer"
        if not twin.link.hears(code):
            return "silent"
        if twin.link.resets(code):
            twin.reset(self.now_ms)
            return "silent"
        if self._played("nak_next"):
            return "nak"
        if code in self.unanswered:
            return "answer"
        if self._played("ack_late_next"):
            return "late"
        self._played("eot_missing_next")
        if code in self.moving:
            return "answer"
        if twin.link.plays("silence_after", code):
            return "silent"
        self._played("ack_lost_next")
        if self._played("response_lost_next"):
            return "lost"
        return "again" if self._played("late_reply_once") else "answer"

    def order(self, deed: Deed) -> Generator[int, None, Told | Literal["refused", "silent", "lost"]]:
        self._deed, self.arrived = deed, None
        for _ in range(TRIES):
            deed.sent_ms = self.now_ms
            heard = self.hears(self._code(deed))
            if heard == "nak":
                continue
            acked = False
            if heard == "late":
                self.begin_ms = self.now_ms + LATE_ACK_MS
            elif heard == "answer":
                acked = self.start_motion()
            if self.arrived is None:
                self.waits = heard == "answer"
                yield MOVED_MS if acked else ACK_MS
                self.waits = False
            if (done := self.arrived) is not None:
                self.arrived = None
                self.answered()
                return done
            self.settled = False
            return "lost" if acked else "silent"
        return "refused"

    def start_motion(self) -> bool:
        """The order is obeyed now; answers whether its acknowledge is heard."""
        deed, twin = self._deed, self.twin
        if deed is None:
            return False
        code = self._code(deed)
        self._mute = twin.link.plays("silence_after", code) if twin.faults else False
        acked = not self._played("ack_lost_next") and not self._mute
        self._begin(code, [deed.asked.get(number, 0) for number in range(1, 5)])
        return acked

    def _moved(self, result: Result, now_ms: int) -> None:
        if self._mute or self._played("response_lost_next"):
            return
        self._played("late_reply_once")
        if self.linked:
            self.arrived = self._told(result)

    def _played(self, name: str) -> bool:
        if name not in self.twin.faults:
            return False
        self.twin.faults.discard(name)
        return True


class Line(LcdmLine[Done]):
    """Of an LCDM-4000."""

    moving = frozenset({wire.DISPENSE, wire.TEST_DISPENSE})
    unanswered = frozenset({wire.RESET})

    def _code(self, deed: Deed) -> int:
        return deed.code

    def _begin(self, code: int, asked: Sequence[int]) -> None:
        near_end_stops = "near_end_mode" in self.twin.faults
        self.twin.body.dispense(code, asked, self._moved, self.now_ms, near_end_stops=near_end_stops)

    def _told(self, result: Result) -> Done:
        return done_of(result)
