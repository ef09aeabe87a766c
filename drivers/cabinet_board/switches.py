"""What the levels of the board's inputs mean: doors, box, help, a person, mains, alarms. Knows no frame and no deadline.

Sources: io-board sheet 2.1 and 2.5; cabinet-board-v2 sheet. The alarm latch keeps what was shorter than a poll; its bits have
the numbers of their inputs.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.cabinet_board.codec import LATCH_DOORS, LATCH_SHAKEN, LATCH_TAMPER
from drivers.compose.board import Input
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.cabinet import DOORS, BoxMoved, CabinetSeen, DoorMoved, HelpPressed, MainsChanged, PersonNear
from kiosk.ports.fact import Report

_KNOWN = sum(1 << which for which in Input)
_ALARMS = LATCH_DOORS | LATCH_SHAKEN | LATCH_TAMPER
_GOOD_WHEN_SET = LATCH_DOORS | LATCH_TAMPER  # 1 = closed, loop good; of these 0 is the alarm

Watcher = Callable[[Input, bool | None], None]


class Switches:
    """Levels as last read, None while unknown: unknown is not closed."""

    def __init__(self, report: Report, faults: Raised) -> None:
        self._report = report
        self._faults = faults
        self._watchers: list[Watcher] = []
        self._seen_alarms = 0  # alarms shown by an input since the latch was cleared last
        self._ever_read = False
        self.levels: int | None = None
        self.changes = 0  # changed inputs since the start, to be compared with the board's own counter
        self.box_tag = ""

    def watch(self, changed: Watcher) -> None:
        self._watchers.append(changed)

    def level(self, which: Input) -> bool | None:
        return None if self.levels is None else bool(self.levels >> which & 1)

    def lose(self) -> None:
        """No contact any more."""
        if self.levels is None:
            return
        self.levels = None
        for which in Input:
            self._tell(which, None)

    def seen(self, tags: dict[str, str]) -> CabinetSeen:
        """Everything that a start must know. Only when levels are known."""
        doors_open = tuple(door for n, door in enumerate(DOORS) if not self._now(n))
        box, mains = self._now(Input.NOTE_BOX_PRESENT), self._now(Input.MAINS_PRESENT)
        return CabinetSeen(doors_open, box, mains, tuple((part, text) for part, text in tags.items() if text))

    def take(self, levels: int, *, news: bool) -> bool:
        """New levels. `news`: report facts; else this is the first reading of a contact. True when the note box was put in."""
        levels &= _KNOWN
        before, self.levels = self.levels, levels
        changed = _KNOWN if before is None else before ^ levels
        self._seen_alarms |= self._alarms_now()
        self._level_faults()
        box_put_in = False
        if before is not None:
            self.changes += changed.bit_count()
        if changed and (before is not None or self._ever_read):
            for which in Input:
                if changed >> which & 1:
                    self._tell(which, bool(levels >> which & 1))
        if news and before is not None:
            box_put_in = self._facts(changed)
        self._ever_read = True
        return box_put_in

    def judge_latch(self, latch: int) -> None:
        """Alarms that came and went between two readings of the inputs. Judge right after a reading."""
        missed = latch & _ALARMS & ~self._seen_alarms
        for n, door in enumerate(DOORS):
            if missed >> n & 1:
                self._report(DoorMoved(door, True, self._now(Input.KEY_PRESENT)))
                self._report(DoorMoved(door, False, self._now(Input.KEY_PRESENT)))
        for bit, code in ((LATCH_SHAKEN, FaultCode.VIBRATION), (LATCH_TAMPER, FaultCode.TAMPER)):
            if missed & bit:
                self._faults.set(code, True, "latch")
                self._faults.set(code, False)
        self._seen_alarms = self._alarms_now()

    def box_reported(self, tag: str) -> None:
        """The tag of the box that was put in is known, or known to be unreadable."""
        self.box_tag = tag
        self._report(BoxMoved(True, tag))

    def _now(self, n: int) -> bool:
        return bool((self.levels or 0) >> n & 1)

    def _alarms_now(self) -> int:
        return ((self.levels or 0) ^ _GOOD_WHEN_SET) & _ALARMS

    def _tell(self, which: Input, level: bool | None) -> None:
        for watcher in self._watchers:
            watcher(which, level)

    def _level_faults(self) -> None:
        self._faults.set(FaultCode.VIBRATION, self._now(Input.SHAKEN))
        self._faults.set(FaultCode.TAMPER, not self._now(Input.TAMPER_LOOP_GOOD), "loop")
        self._faults.set(FaultCode.OVER_TEMPERATURE, self._now(Input.OVER_TEMPERATURE))

    def _facts(self, changed: int) -> bool:
        for n, door in enumerate(DOORS):
            if changed >> n & 1:
                self._report(DoorMoved(door, not self._now(n), self._now(Input.KEY_PRESENT)))
        if changed >> Input.HELP_PRESSED & 1 and self._now(Input.HELP_PRESSED):
            self._report(HelpPressed())
        if changed >> Input.PERSON_NEAR & 1:
            self._report(PersonNear(self._now(Input.PERSON_NEAR)))
        if changed >> Input.MAINS_PRESENT & 1:
            self._report(MainsChanged(self._now(Input.MAINS_PRESENT)))
        if not changed >> Input.NOTE_BOX_PRESENT & 1:
            return False
        if self._now(Input.NOTE_BOX_PRESENT):
            return True
        self._report(BoxMoved(False, self.box_tag))  # the tag says which box was taken out
        return False
