"""The dispenser with its change tray at port level: notes of the twin, tray of the board, facts of `NoteDispenser`.

Each family has a mechanism of its own; the tray is the cabinet's for all of them.
Source: lcdm sheet, section 8 (the mechanism itself has no tray); cabinet board sheet, version 2. What may not be handed over
for certain stays behind the shutter. Faults without effect here are named in `remembering`, `f53.line`, `board`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    DispenserPast,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
    TrayReopened,
    TrayStayedShut,
)
from simulator.devices.f53 import F53
from simulator.devices.lcdm import Lcdm2000, Lcdm4000, wire
from simulator.fronts.port.board import BoardFront
from simulator.fronts.port.change_tray import ChangeTray
from simulator.fronts.port.change_tray import News as TrayNews
from simulator.fronts.port.f53.mechanism import F53Mechanism
from simulator.fronts.port.lcdm50.mechanism import Lcdm2000Mechanism
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.mechanism import Ended, Found, Mechanism
from simulator.fronts.port.paid import Deed, Judgement
from simulator.fronts.port.raised import Faults
from simulator.fronts.port.remembering import Remembering

BOARD_MS = 3_000  # how long the past waits for the tray's sensor
LAST = {wire.PURGE: "purge", wire.DISPENSE: "pay", wire.TEST_DISPENSE: "test"}


class Pay(NamedTuple):
    order: int
    counts: Mapping[int, int]


class Retract(NamedTuple):
    order: int


class Again(NamedTuple):
    order: int


class Test(NamedTuple):
    cassette: int


Order = Pay | Again | Retract | Test
Pays = Lcdm4000 | Lcdm2000 | F53
PLAYED = (Lcdm4000, Lcdm2000, F53)
"""Twins that this is the front of."""


def _mechanism(
    name: str, report: Report, twin: Pays, cassettes: Mapping[int, int], found: Found, ended: Ended, max_notes: int
) -> Mechanism:
    if isinstance(twin, F53):
        return F53Mechanism(name, report, twin, cassettes, found, ended, max_notes=max_notes)
    if isinstance(twin, Lcdm2000):
        return Lcdm2000Mechanism(name, report, twin, cassettes, found, ended, max_notes=max_notes)
    return Remembering(name, report, twin, cassettes, found, ended, max_notes=max_notes)


class DispenserFront(Linkless):
    """Participant and NoteDispenser. `flap_ms`: run time of shutter and flap; `settle_ms`: so long the open tray must be empty."""

    can_retract = True

    def __init__(
        self,
        name: str,
        report: Report,
        twin: Pays,
        board: BoardFront,
        *,
        cassettes: Mapping[int, int],
        max_notes: int = 20,
        flap_ms: int = 300,
        settle_ms: int = 50,
    ) -> None:
        self.name, self.max_notes = name, max_notes
        self.cassettes: Mapping[int, int] = dict(cassettes)
        self._report, self._board = report, board
        self._mechanism = _mechanism(name, report, twin, cassettes, self._found, self._ended, max_notes)
        self._tray = ChangeTray(board, Faults(name, report), self._tray_says, flap_ms, settle_ms)
        self._queue: deque[Order] = deque()
        self._current: Order | None = None
        self._outcome: NotesPresented | NotesShort | None = None  # told once the shutter is open
        self._presented = self._taken = -1
        self._past_due = False
        self._past_ms: int | None = None
        self._due_ms: int | None = 0

    # -- the port

    @property
    def counters(self) -> Mapping[str, int]:
        serial = self._mechanism.memory.serial
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
        memory, last = self._mechanism.memory, self._mechanism.memory.last
        name = LAST.get(last.code, "unknown") if last else "none" if memory.known else "unknown"
        counts = tuple(row for row in last.rows if row[1] or row[2]) if last else ()
        error = f"{last.error:02X}" if last else ""
        outlet = {None: "unknown", True: "notes", False: "empty"}[self._tray.occupied]
        self._report(DispenserPast(name, counts, error, outlet, tuple(self.counters.items())))

    def restart(self) -> None:
        """For a technician who has cleared path and tray."""
        self._tray.trust()
        self._mechanism.restart()

    def unplug(self) -> None:
        """The dispenser's own data plug; the board's is its own."""
        self._mechanism.plugged = False

    def replug(self) -> None:
        self._mechanism.plugged = True

    # -- Participant

    def poll(self, now_ms: int) -> int | None:
        mechanism, tray = self._mechanism, self._tray
        quiet = tray.state == "idle" and not self._queue and not self._past_due and mechanism.at_rest()
        if quiet and (self._due_ms is None or now_ms < self._due_ms):
            return self._due_ms
        while True:
            moves = tray.moves
            board_ms = self._board.poll(now_ms)
            waits = [mechanism.poll(now_ms), tray.poll(now_ms), self._tell_past(now_ms)]
            if self._may_begin():
                self._begin(self._queue.popleft())
            elif tray.moves == moves:
                break
        if tray.state != "idle" or self._past_due:
            waits.append(board_ms)
        self._due_ms = min((wait for wait in waits if wait is not None), default=None)
        return self._due_ms

    def _tell_past(self, now_ms: int) -> int | None:
        if not self._past_due:
            return None
        self._past_ms = now_ms if self._past_ms is None else self._past_ms
        if self._tray.occupied is None and now_ms - self._past_ms < BOARD_MS:
            return self._past_ms + BOARD_MS
        self._past_due, self._past_ms = False, None
        self.recall()
        self._report(DeviceReady(self.name, self._mechanism.model, self._mechanism.version, ""))
        return None

    # -- orders, one at a time; only a retract comes between an open tray and the hand it waits for

    def _may_begin(self) -> bool:
        if not self._queue or self._current:
            return False
        state = self._tray.state
        return state == "idle" or (state == "open" and isinstance(self._queue[0], Retract))

    def _begin(self, order: Order) -> None:
        self._current = order
        if isinstance(order, Pay):
            if order.counts:
                self._tray.prepare()
            else:
                self._finish(NotesRefused(order.order, "other"))
        elif isinstance(order, Test):
            self._mechanism.test(order.cassette)
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

    def _found(self) -> None:
        self._past_due = True

    def _ended(self, deed: Deed, judgement: Judgement) -> None:
        if not isinstance(self._current, Pay | Test):
            return
        order, counts = deed.order, judgement.counts
        if judgement.ending == "refused":
            self._finish(NotesRefused(order, judgement.reason))
            return
        if judgement.ending == "unknown":
            self._finish(NotesUncertain(order, counts, judgement.reason))
            return
        full = judgement.ending == "full"
        outcome = NotesPresented(order, counts) if full else NotesShort(order, counts, judgement.reason)
        if deed.code == wire.TEST_DISPENSE or not any(exits for _, exits, _ in counts):
            self._finish(outcome)
            return
        self._outcome = outcome
        self._tray.present()

    def _tray_says(self, news: TrayNews, reason: str) -> None:
        current = self._current
        if news == "taken":
            self._taken = self._presented
            self._report(ChangeTaken(self._presented))
        elif isinstance(current, Pay):
            self._of_pay(current, news, reason)
        elif isinstance(current, Again):
            self._of_again(current.order, news, reason)
        elif isinstance(current, Retract):
            if news == "retracted":
                self._finish(ChangeRetracted(current.order))
            elif news == "was empty":
                self._finish(ChangeTaken(current.order))
            else:
                self._finish(ChangeRetractUncertain(current.order, reason))

    def _of_again(self, order: int, news: TrayNews, reason: str) -> None:
        if news == "opened":
            self._presented = order
            self._finish(TrayReopened(order))
        else:
            self._finish(ChangeTaken(order) if news == "was empty" else TrayStayedShut(order, reason))

    def _of_pay(self, pay: Pay, news: TrayNews, reason: str) -> None:
        if news == "ready":
            self._mechanism.dispense(pay.order, pay.counts)
        elif news == "blocked":
            self._finish(NotesRefused(pay.order, "other"))
        elif self._outcome and news == "opened":
            self._presented = pay.order
            self._finish(self._outcome)
        elif self._outcome:
            self._finish(NotesUncertain(pay.order, self._outcome.counts, reason))
