"""A note dispenser with presenter: a dispenser pays into the cabinet's change tray; the tray is opened, emptied or retracted.

Source: lcdm sheet, section 8 (the mechanism itself has no tray); cabinet board sheet, version 2; decision 22. What may
not be handed over for certain stays behind the shutter: after `NotesUncertain` nobody could reach the notes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.compose.board import Board
from drivers.compose.change_tray import ChangeTray, News, Tray
from drivers.dispensing.dispenser import Dispenser, Ended, Event, Found
from drivers.dispensing.outcome import Ending, Move
from drivers.raised import Raised
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    Counts,
    DispenserPast,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
    TrayReopened,
    TrayStayedShut,
)

BOARD_MS = 3_000  # how long the past waits for the tray's sensor
LOOK_MS = 50
LAST = {Move.PURGE: "purge", Move.DISPENSE: "pay", Move.TEST: "test"}


@dataclass(frozen=True, slots=True)
class Pay:
    order: int
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Retract:
    order: int


@dataclass(frozen=True, slots=True)
class Again:
    order: int


@dataclass(frozen=True, slots=True)
class Test:
    cassette: int
    order: int = 0


Order = Pay | Again | Retract | Test


class ChangePresenter:
    """Participant (at the dispenser's link) and NoteDispenser. Orders are carried out one after the other.

    `flap_ms`: run time of shutter and flap, as the board's holding register 3 has it. `settle_ms`: how long the tray must
    be seen empty before it counts as taken. A `NotesShort` that presents nothing is followed by no `ChangeTaken`.
    """

    can_retract = True

    def __init__(
        self, name: str, report: Report, dispenser: Dispenser, board: Board, *, flap_ms: int = 300, settle_ms: int = 50
    ) -> None:
        self.name = name
        self.max_notes = dispenser.max_notes
        self.cassettes: Mapping[int, int] = dispenser.cassettes
        self._report = report
        self._dispenser = dispenser
        self._faults = Raised(name, report)
        self._tray = ChangeTray(board, self._faults, self._tray_says, flap_ms=flap_ms, settle_ms=settle_ms)
        self._queue: deque[Order] = deque()
        self._current: Order | None = None
        self._outcome: NotesPresented | NotesShort | None = None  # told once the shutter is open
        self._presented = -1  # the order that lies in the open tray
        self._taken = -1  # the order that was taken last
        self._past_due = False
        self._past_ms: int | None = None
        dispenser.listener = self._dispenser_says

    # -- the port

    @property
    def counters(self) -> Mapping[str, int]:
        serial = self._dispenser.memory.serial
        return {} if serial is None else {"transaction": serial}

    def pay(self, order: int, counts: Mapping[int, int]) -> None:
        self._queue.append(Pay(order, {cassette: n for cassette, n in counts.items() if n}))

    def present_again(self, order: int) -> None:
        self._queue.append(Again(order))

    def retract(self, order: int) -> None:
        self._queue.append(Retract(order))

    def test(self, cassette: int) -> None:
        self._queue.append(Test(cassette))

    def recall(self) -> None:
        memory = self._dispenser.memory
        name, error = "none" if memory.known else "unknown", ""
        counts: Counts = ()
        if memory.last:
            name = LAST.get(Move(memory.last.code), "unknown")
            counts = tuple(
                (row.cassette, row.exits, row.rejects) for row in memory.last.moved if row.exits or row.rejects
            )
            error = f"{memory.last.error:02X}"
        outlet = {None: "unknown", True: "notes", False: "empty"}[self._tray.occupied]
        self._report(DispenserPast(name, counts, error, outlet, tuple(self.counters.items())))

    # -- service and probe

    def restart(self) -> None:
        """Reset the dispenser and trust the tray again: for a technician who has cleared both."""
        self._tray.trust()
        self._dispenser.restart()

    def probe_lines(self) -> list[str]:
        """The dispenser's lines, then the tray: state and the levels of its sensors."""
        return [*self._dispenser.probe_lines(), *self._tray.lines(), *self._faults.lines()]

    # -- the participant

    def receive(self, data: bytes, now_ms: int) -> None:
        self._dispenser.receive(data, now_ms)

    def take_output(self) -> bytes:
        return self._dispenser.take_output()

    def link_up(self, now_ms: int) -> None:
        self._dispenser.link_up(now_ms)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._dispenser.link_lost(why, now_ms)

    def poll(self, now_ms: int) -> int | None:
        wakes = [self._dispenser.poll(now_ms), self._tray.poll(now_ms), self._tell_past(now_ms)]
        while self._may_begin():
            self._begin(self._queue.popleft())
            wakes += [self._dispenser.poll(now_ms), self._tray.poll(now_ms)]
        if self._queue:
            wakes.append(now_ms + LOOK_MS)
        return min((wake for wake in wakes if wake is not None), default=None)

    def _tell_past(self, now_ms: int) -> int | None:
        if not self._past_due:
            return None
        self._past_ms = now_ms if self._past_ms is None else self._past_ms
        if self._tray.occupied is None and now_ms - self._past_ms < BOARD_MS:
            return now_ms + LOOK_MS
        self._past_due, self._past_ms = False, None
        self.recall()
        self._report(DeviceReady(self.name, self._dispenser.model, self._dispenser.version, ""))
        return None

    # -- orders

    def _may_begin(self) -> bool:
        """One order at a time; only a retract comes between an open tray and the hand it waits for."""
        if not self._queue or self._current:
            return False
        waits = self._tray.state is Tray.OPEN and isinstance(self._queue[0], Retract)
        return waits or self._tray.state is Tray.IDLE

    def _begin(self, order: Order) -> None:
        self._current = order
        if isinstance(order, Pay):
            if order.counts:
                self._tray.prepare()
            else:
                self._finish(NotesRefused(order.order, "other"))
        elif isinstance(order, Test):
            self._dispenser.test(order.cassette)
        elif isinstance(order, Again):
            self._tray.present_again()
        elif order.order == self._taken:
            self._current = None  # a hand was faster; it has been told
        else:
            self._tray.retract()

    def _finish(self, fact: Fact) -> None:
        self._current, self._outcome = None, None
        self._report(fact)

    # -- news

    def _dispenser_says(self, event: Event) -> None:
        if isinstance(event, Found):
            self._past_due = True
        elif isinstance(self._current, Pay | Test) and event.code != Move.PURGE:
            self._paid(event)

    def _paid(self, ended: Ended) -> None:
        order, counts = ended.order, ended.counts
        if ended.ending is Ending.REFUSED:
            self._finish(NotesRefused(order, ended.reason))
            return
        if ended.ending is Ending.UNKNOWN:
            self._finish(NotesUncertain(order, counts, ended.reason))
            return
        full = ended.ending is Ending.FULL
        outcome = NotesPresented(order, counts) if full else NotesShort(order, counts, ended.reason)
        if ended.code == Move.TEST or not _out(counts):
            self._finish(outcome)
            return
        self._outcome = outcome
        self._tray.present()

    def _tray_says(self, news: News, reason: str) -> None:
        current = self._current
        if news is News.TAKEN:
            self._taken = self._presented
            self._report(ChangeTaken(self._presented))
        elif isinstance(current, Pay):
            self._tray_says_of_pay(current, news, reason)
        elif isinstance(current, Again):
            self._tray_says_of_again(current.order, news, reason)
        elif isinstance(current, Retract):
            order = current.order
            if news is News.RETRACTED:
                self._finish(ChangeRetracted(order))
            elif news is News.WAS_EMPTY:
                self._finish(ChangeTaken(order))
            else:
                self._finish(ChangeRetractUncertain(order, reason))

    def _tray_says_of_again(self, order: int, news: News, reason: str) -> None:
        if news is News.OPENED:
            self._presented = order
            self._finish(TrayReopened(order))
        elif news is News.WAS_EMPTY:
            self._finish(ChangeTaken(order))
        else:
            self._finish(TrayStayedShut(order, reason))

    def _tray_says_of_pay(self, pay: Pay, news: News, reason: str) -> None:
        if news is News.READY:
            self._dispenser.dispense(pay.order, pay.counts)
        elif news is News.BLOCKED:
            self._finish(NotesRefused(pay.order, "other"))
        elif self._outcome and news is News.OPENED:
            self._presented = pay.order
            self._finish(self._outcome)
        elif self._outcome:
            self._finish(NotesUncertain(pay.order, self._outcome.counts, reason))


def _out(counts: Counts) -> int:
    return sum(exits for _, exits, _ in counts)
