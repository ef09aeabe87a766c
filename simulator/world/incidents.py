"""What people and the mains do at a bad moment: a door opened, one more note pushed in, the battery taking over.

Each is switched on in the middle of a turn of the machine; it happens right after, as a hand from outside.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.cabinet.refused import Refused
from simulator.world.machine import Box

LATE_NOTE_FEN = 10_000


def incident(box: Box, name: str, on: bool) -> None:
    """Raises ValueError for one that nobody knows. Off: the door is shut, the mains are back; a note stays where it went."""
    if name not in INCIDENTS:
        raise ValueError(f"people have no trouble {name}")
    act = INCIDENTS[name]

    def happens() -> None:
        act(box, on)
        box.things.acted()

    if on:
        box.clock.at(box.clock.mono_ms(), happens)
    else:
        happens()


def _door(box: Box, on: bool, key: bool = True) -> None:
    worker, now_ms = box.things.technician, box.clock.mono_ms()
    if on and "outer" not in worker.doors_open():
        worker.open_door("outer", key, now_ms)
    elif not on and worker.doors_open() == {"outer"}:
        worker.close_door("outer", now_ms)


def _forced(box: Box, on: bool) -> None:
    _door(box, on, key=False)


def _note(box: Box, on: bool) -> None:
    if not on:
        return
    box.things.world.bring(LATE_NOTE_FEN, 1, "hand")
    try:
        box.things.hands.insert(LATE_NOTE_FEN, True, box.clock.mono_ms())
    except Refused:
        return  # the slot is shut or taken: the hand keeps it


def _mains(box: Box, on: bool) -> None:
    """Without a UPS the cabinet's switch says so until somebody comes; with one the machine lives on its battery, or not, until
    the mains are back by themselves."""
    if box.things.world.ups is None:
        box.things.world.board.mains(not on, box.clock.mono_ms())
    else:
        box.things.plug(not on)
        if on:
            box.clock.at(box.clock.mono_ms() + box.pause_ms, lambda: _plugged_in(box))


def _plugged_in(box: Box) -> None:
    box.things.plug(True)
    box.joined.nudge()


INCIDENTS: dict[str, Callable[[Box, bool], None]] = {
    "door": _door,
    "door_forced": _forced,
    "note": _note,
    "mains": _mains,
}
"""Name -> what happens when it goes on, and off."""
