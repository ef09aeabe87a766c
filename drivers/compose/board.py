"""The cabinet board as the composed devices use it: named inputs and coils of map version 2 (docs/sheets/cabinet-board-v2.md)."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Protocol


class Input(IntEnum):
    """Discrete inputs; 1 = good/closed unless the name says otherwise."""

    OUTER_DOOR_CLOSED = 0
    SAFE_DOOR_CLOSED = 1
    TICKET_DOOR_CLOSED = 2
    CHANGE_DOOR_CLOSED = 3
    NOTE_BOX_PRESENT = 4
    SHAKEN = 5
    TAMPER_LOOP_GOOD = 6
    KEY_PRESENT = 7
    HELP_PRESSED = 8
    PERSON_NEAR = 9
    HEADPHONE = 10
    CAMERA_COVERED = 11
    TRAY_HAS_TICKETS = 12
    SLOT_OCCUPIED = 13
    WASTE_NOT_FULL = 14
    ROLL_NEAR_END = 15
    DELIVER_FLAP_CLOSED = 16
    DUMP_FLAP_CLOSED = 17
    ENTRY_SHUTTER_CLOSED = 18
    MAINS_PRESENT = 19
    FAN_TURNING = 20
    OVER_TEMPERATURE = 21
    SIREN_RUNNING = 22
    CHANGE_TRAY_OCCUPIED = 23
    CHANGE_SHUTTER_CLOSED = 24
    CHANGE_RETRACT_CLOSED = 25
    SLOT_SHUTTER_CLOSED = 26
    SLOT_BELT_HOME = 27
    RETRACT_BINS_NOT_FULL = 28


class Coil(IntEnum):
    LAMP_GREEN = 0
    LAMP_RED = 1
    LIGHT_TICKETS = 2
    LIGHT_NOTES = 3
    LIGHT_CARD = 4
    LIGHT_CHANGE = 5
    LAMP_HELP = 6
    SIREN = 7
    DELIVER_FLAP = 8
    DUMP_FLAP = 9
    ENTRY_SHUTTER = 10
    BACKLIGHT = 11
    FAN = 12
    HEATER = 13
    CABINET_LIGHT = 14
    RELEASE_DOOR = 15
    CHANGE_SHUTTER = 16
    CHANGE_RETRACT = 17
    SLOT_SHUTTER = 18
    SLOT_RETRACT = 19


class Board(Protocol):
    def input(self, which: Input) -> bool | None:
        """Last polled level; None while the board does not answer: unknown is not closed."""
        ...

    def set_coil(self, which: Coil, on: bool) -> None:
        """Queue a coil write; written once, read back by the driver's own comparison."""
        ...

    def watch(self, changed: Callable[[Input, bool | None], None]) -> None:
        """Call `changed` at every change of any input (after its first reading), and with None for all when contact is lost."""
        ...
