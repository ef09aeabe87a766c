"""Faults that no machine can notice when they happen: what may differ because of each, from when on, and until which count.

A violation is excused only when such a fault has really begun, when it is a difference that this fault makes, and when
nobody has counted the place since. Everything else is the machine's, whatever else was broken that day (decision 018).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.audit.verdict import Violation
from simulator.world.script import Trouble
from simulator.world.things import RECYCLING_FEN

Differs = tuple[int, str, str]
"""(invariant, pattern its sentence begins with, the place whose count ends it; empty: nobody counts what passengers hold)."""

CASSETTES: tuple[Differs, ...] = tuple((3, f"cassette {number}: ", f"cassette.{number}") for number in (1, 2, 3, 4))
NOTES_OUT: tuple[Differs, ...] = (
    (1, "the passengers hold ", ""),
    (3, "change tray: ", "change.tray"),
    (3, "change retract bin: ", "change.retract"),
)
TICKETS_OUT: tuple[Differs, ...] = (
    (4, "passengers hold ", ""),
    (4, "tickets ", ""),  # were delivered, and nobody holds them
    (3, "tray: ", ""),
    (3, "waste: ", "ticket.waste"),
    (3, "ticket_retract: ", "ticket.retract"),
)
UNIT_NOTES: tuple[Differs, ...] = (
    *CASSETTES,
    *((3, "dispenser: ", f"cassette.{number}") for number in RECYCLING_FEN),  # the same, beside an unknown payment
    (1, "the passengers hold ", ""),
    (3, "bulk escrow: ", "box"),
    (3, "box: ", "box"),  # a bundle of so many was not taken: the unit has no other bin
)
STAYED_INSIDE: tuple[Differs, ...] = (
    (1, r"note \d+ \(N\d+\) is pulled, and lies in cassette\.\d", "box"),
    (10, r"\d+ notes lie in the acceptor after ", "box"),
)
"""Of a bundle that was pulled back the unit tells its counts after the next reset alone, and forgets by it that there was one."""
CAME_ALONG: tuple[Differs, ...] = (
    (
        1,
        r"note \d+ \(N\d+\) is (deposited|kept|ours), and lies in (acceptor\.mouth|dispenser\.path|box|a hand|hand)",
        "box",
    ),
)
"""Of a return that the power broke off: a note left the escrow beside the one that was counted, and is booked there still."""

LEFT_BEHIND: tuple[Differs, ...] = (
    (3, "box: ", "box"),
    (6, r"N\d+ moves from dispenser\.path to box, and no stack\? is on the disk", "box"),
)
"""Of a bundle that was taken, and so is over, the unit finds a note at its next start, and pulls it back."""


@dataclass(frozen=True, slots=True)
class Unknowable:
    """`why` no machine notices; `differs`: what then does not agree."""

    why: str
    differs: tuple[Differs, ...]


UNKNOWABLE = {
    ("dispenser", "cassettes_swapped"): Unknowable(
        "the cassettes' own tags are the board's, and this swap leaves them where they were",
        (*CASSETTES, *NOTES_OUT, (3, "dispenser: ", "dispenser.path"), (3, "reject bin: ", "dispenser.reject")),
    ),
    ("acceptor", "double_pick_next"): Unknowable(
        "a Bill-to-Bill unit counts two notes that leave a cassette as one, in the bundle and in the cassette",
        UNIT_NOTES + CAME_ALONG,
    ),
    ("acceptor", "short_dispense_next"): Unknowable(
        "that a note is missing in a bundle shows in the unit's counts, which it tells when the bundle is gone",
        UNIT_NOTES + STAYED_INSIDE,
    ),
    ("acceptor", "note_left_in_path_next"): Unknowable(
        "the unit says that the whole bundle was taken, and that one note of it was left only after its next start",
        ((1, "the passengers hold ", ""), (3, "dispenser: ", "dispenser.path"), *LEFT_BEHIND),
    ),
    ("acceptor", "recovery_lost"): Unknowable(
        "a unit that forgets, as the power fails, that it has just pulled a bundle back: an empty mouth says that it was taken",
        (
            (1, "the passengers hold ", ""),
            (1, r"note \d+ \(N\d+\) was returned, and lies in box", "box"),
            (3, "box: ", "box"),
        ),
    ),
    ("ticket_unit", "blank_number_jump"): Unknowable(
        "the blank that falls aside is in no counter of the unit",
        ((3, "roll: ", "roll"), (3, "waste: ", "ticket.waste")),
    ),
    ("ticket_unit", "ack_without_ticket"): Unknowable(
        "beside a ticket that lies in the tray its sensor cannot tell that one is missing",
        TICKETS_OUT,
    ),
    ("cabinet", "slot_sensor_stuck_empty"): Unknowable(
        "a sensor that goes blind while tickets lie there looks like a hand that took them",
        TICKETS_OUT,
    ),
    ("cabinet", "change_sensor_stuck_empty"): Unknowable(
        "a sensor that goes blind while notes lie there looks like a hand that took them",
        NOTES_OUT,
    ),
}


class Excuses:
    """`counted(place)`: numbers of the journal lines with which people counted it."""

    def __init__(self, counted: Callable[[str], Sequence[int]]) -> None:
        self._counted = counted
        self._begun: list[tuple[int, Unknowable]] = []

    def began(self, trouble: Trouble, seq: int) -> None:
        """A fault was switched on; `seq` is the last durable line before it."""
        fault = UNKNOWABLE.get((trouble.device, trouble.name))
        if fault is not None:
            self._begun.append((seq, fault))

    def covers(self, found: Violation) -> bool:
        return any(found.seq >= since and self._explains(fault, since, found) for since, fault in self._begun)

    def _explains(self, fault: Unknowable, since: int, found: Violation) -> bool:
        for invariant, begins, place in fault.differs:
            counted = self._counted(place) if place else ()
            known = any(since < seq <= found.seq for seq in counted)
            if found.invariant == invariant and re.match(begins, found.text) and not known:
                return True
        return False
