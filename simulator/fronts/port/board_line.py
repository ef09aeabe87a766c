"""What becomes of a question to the cabinet board when its line or the board itself is broken on purpose. No bytes.

Source: `simulator.devices.linkfaults`; cabinet board sheet, version 2, "Answers to what is wrong".
"""

from __future__ import annotations

from enum import Enum, unique

from simulator.devices.cabinet_board import CabinetBoard

COILS, INPUTS, REGISTERS, WRITE_COIL, WRITE_REGISTER, WRITE_COILS = 1, 2, 4, 5, 6, 15
"""Function codes, which a link fault may be aimed at."""

UNREADABLE = ("silence_after", "bit_flip", "cut_frame")
"""Done, but no answer that counts arrives within the 150 ms a host waits."""

SPOILERS = frozenset(
    name + ending for name in ("silence_before", "reset_by_itself", *UNREADABLE) for ending in ("", "_once")
)
BROKEN = frozenset({*SPOILERS, "exception_04", "wrong_unit", "kick_ignored"})
"""Faults of the twin under which the front asks the board as often as a real host does."""

SET_UP = (
    ("identity", REGISTERS),
    ("watchdog", WRITE_REGISTER),
    ("kick", WRITE_REGISTER),
    ("flap_time", WRITE_REGISTER),
    ("debounce", WRITE_REGISTER),
    ("set_coils", WRITE_COILS),
    ("measures", REGISTERS),
    ("tags", REGISTERS),
    ("inputs", INPUTS),
)
"""What a host asks and writes before it believes a level, and the function codes of it."""

SET_UP_MS = 150
"""All of it, at 19200 baud."""


@unique
class Heard(Enum):
    GOOD = "done and answered"
    NOTHING = "not done, no answer"
    DONE = "done, no answer"
    REFUSED = "exception 04"


def ask(twin: CabinetBoard, function: int, now_ms: int) -> Heard:
    """The outcome of one question; plays the twin's one-shot faults as its own line would."""
    if not twin.powered:
        return Heard.NOTHING
    if not twin.faults:
        return Heard.GOOD
    if not twin.link.hears(function):
        return Heard.NOTHING
    if twin.link.resets(function):
        twin.reset(now_ms)
        return Heard.NOTHING
    if "exception_04" in twin.faults:
        return Heard.REFUSED
    spoilt = [name for name in UNREADABLE if twin.link.plays(name, function)]
    return Heard.DONE if spoilt or "wrong_unit" in twin.faults else Heard.GOOD
