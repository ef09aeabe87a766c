"""Where an F53 hands a bundle out: the exit, its sensor, and a shutter when the unit has one of its own.

Source: f53 sheet, sections 5 (the sensor's bit), 8 and 9. Decided here: a shutter opens by itself for a bundle; RETRACT and an
INITIALISE that finds the exit free shut it.
"""

from __future__ import annotations

from simulator.devices.f53.codes import Error
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Note, Place


class Exit:
    """`over_tray`: notes fall through the exit into the tray of a cabinet (cabinet board sheet), and the sensor sees only what
    sticks; otherwise they stand in the exit, before the sensor, until they are taken. `stuck`: of the path, what sticks here.
    """

    def __init__(self, tray: Place, owner: HasFaults, *, over_tray: bool, shutter: bool) -> None:
        self.over_tray, self.shutter = over_tray, shutter
        self.shutter_open = not shutter
        self.stuck: list[Note] = []
        self._tray, self._owner = tray, owner

    def notes(self) -> list[Note]:
        """What the sensor looks at, and RETRACT reaches."""
        return list(self.stuck) if self.over_tray else [*self.stuck, *self._tray.notes()]

    def covered(self) -> bool:
        """What the sensor says."""
        if self._has("exit_sensor_stuck_on"):
            return True
        return bool(self.notes()) and not self._has("exit_sensor_blind")

    def move_shutter(self, to_open: bool) -> Error:
        """Without a shutter nothing moves and nothing is wrong."""
        if not self.shutter or self.shutter_open == to_open:
            return Error.GOOD
        if self._has("shutter_stuck"):
            return Error.SHUTTER
        self.shutter_open = to_open
        return Error.GOOD

    def _has(self, name: str) -> bool:
        return name in self._owner.faults
