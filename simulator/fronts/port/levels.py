"""What the contacts of the cabinet board mean to a machine: facts out of levels and the alarm latch. Knows no time.

Source: cabinet board sheet, version 2 (discrete inputs, alarm latch); io-board sheet 2.1. Levels are copied when they are
taken, as a host would have read them.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.faults import FaultCode
from kiosk.ports.cabinet import DOORS, BoxMoved, CabinetSeen, DoorMoved, HelpPressed, MainsChanged, PersonNear
from kiosk.ports.fact import Report
from simulator.devices.cabinet_board import contacts as n
from simulator.devices.cabinet_board.body import Body
from simulator.fronts.port.raised import Faults

KNOWN = 29
"""Inputs 29 to 31 are reserved."""

PARTS = (
    ("note_box", "box"),
    *((f"cassette_{number}", f"cassette.{number}") for number in range(1, 5)),
    ("ticket_roll", "roll"),
)
"""Name of a tagged part for the machine, and for the board's body; in the order of the registers."""

PRINTABLE = range(0x21, 0x7F)

Watcher = Callable[[int, bool | None], None]


class Levels:
    """Levels as last taken; None: no contact, and unknown is not closed."""

    def __init__(self, report: Report, faults: Faults) -> None:
        self._report, self._faults = report, faults
        self._watchers: list[Watcher] = []
        self._told = False  # somebody was told of levels before
        self._shown: set[int] = set()  # alarms that an input showed since the latch was cleared last
        self.now: list[bool] | None = None
        self.box_tag = ""

    def watch(self, changed: Watcher) -> None:
        self._watchers.append(changed)

    def level(self, contact: int) -> bool | None:
        return None if self.now is None else self.now[contact]

    def lose(self) -> None:
        if self.now is not None:
            self.now = None
            for contact in range(KNOWN):
                self._tell(contact, None)

    def take(self, state: list[bool], *, news: bool) -> bool:
        """New levels; `news` False: the first of a contact, no facts. True when the note box was put in."""
        before, self.now = self.now, state[:KNOWN]
        changed = [contact for contact in range(KNOWN) if before is None or before[contact] != state[contact]]
        self._shown |= self._alarms()
        self._faults.set(FaultCode.VIBRATION, state[n.VIBRATION])
        self._faults.set(FaultCode.TAMPER, not state[n.TAMPER], "loop")
        self._faults.set(FaultCode.OVER_TEMPERATURE, state[n.TOO_HOT])
        if before is not None or self._told:
            for contact in changed:
                self._tell(contact, state[contact])
        self._told = True
        return self._facts(changed, state) if news and before is not None else False

    def seen(self, tags: dict[str, str]) -> CabinetSeen:
        state = self.now or [False] * KNOWN
        doors_open = tuple(door for number, door in enumerate(DOORS) if not state[number])
        return CabinetSeen(doors_open, state[n.NOTE_BOX], state[n.MAINS], tuple(tags.items()))

    def judge(self, latch: int) -> None:
        """Alarms that were over before anybody looked. Right after `take`."""
        key = bool(self.level(n.KEY))
        for number, door in enumerate(DOORS):
            if latch >> number & 1 and number not in self._shown:
                self._report(DoorMoved(door, True, key))
                self._report(DoorMoved(door, False, key))
        for number, code in ((n.VIBRATION, FaultCode.VIBRATION), (n.TAMPER, FaultCode.TAMPER)):
            if latch >> number & 1 and number not in self._shown:
                self._faults.set(code, True, "latch")
                self._faults.set(code, False)
        self._shown = self._alarms()

    def _alarms(self) -> set[int]:
        state = self.now or [False] * KNOWN
        alarms = {number for number in (*n.DOORS, n.TAMPER) if not state[number]}
        return alarms | {n.VIBRATION} if state[n.VIBRATION] else alarms

    def _tell(self, contact: int, level: bool | None) -> None:
        for watcher in self._watchers:
            watcher(contact, level)

    def _facts(self, changed: list[int], state: list[bool]) -> bool:
        for number, door in enumerate(DOORS):
            if number in changed:
                self._report(DoorMoved(door, not state[number], state[n.KEY]))
        if n.HELP in changed and state[n.HELP]:
            self._report(HelpPressed())
        if n.NEAR in changed:
            self._report(PersonNear(state[n.NEAR]))
        if n.MAINS in changed:
            self._report(MainsChanged(state[n.MAINS]))
        if n.NOTE_BOX not in changed:
            return False
        if not state[n.NOTE_BOX]:
            self._report(BoxMoved(False, self.box_tag))
        return state[n.NOTE_BOX]


def tags_of(body: Body) -> dict[str, str]:
    """Tags that can be read now, by part. Trailing blanks do not count; with a character that cannot be printed there is none."""
    tags = {}
    for name, part in PARTS:
        text = body.tags[part].rstrip("\0 ") if part != "box" or body.switches.box_seated else ""
        if text and all(ord(sign) in PRINTABLE for sign in text):
            tags[name] = text
    return tags
