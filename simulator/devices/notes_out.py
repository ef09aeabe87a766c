"""What every note dispenser is made of: cassettes, a path, a reject bin, an outlet, and one motion after the other.

Path of a note: cassette.N -> dispenser.path -> change.tray, or -> dispenser.reject. A maker's body says how notes are picked,
collected and counted; here is what no maker can do otherwise. Notes stay where they are without power; motion ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note, Place
from simulator.devices.twin import Speeds

POSITIONS = 4
NOTE_MM: Mapping[int, int] = {100: 130, 500: 135, 1_000: 140, 2_000: 145, 5_000: 150, 10_000: 155}
"""How long a note is, by its face value in fen (f53 sheet, section 5)."""


class NotesOut:
    """`values_fen`: face value per cassette, top first, None = no cassette in that position. `owner` has the fault switches."""

    def __init__(
        self, matter: Matter, speeds: Speeds, values_fen: Sequence[int | None], near_end_notes: int, owner: HasFaults
    ) -> None:
        self.matter, self.speeds, self.values_fen = matter, speeds, values_fen
        self.near_end_notes = near_end_notes
        self._owner = owner
        self.cassettes = [matter.place(f"cassette.{n}") for n in range(1, POSITIONS + 1)]
        self.path, self.reject = matter.place("dispenser.path"), matter.place("dispenser.reject")
        self.tray = matter.place("change.tray")
        self.fitted = [value is not None for value in values_fen]
        self.reject_tray = True
        self._due: int | None = None
        self._then: Callable[[int], None] = nothing

    # -- what the sensors say

    def near_end(self, index: int) -> bool:
        blind = "low_sensor_blind" in self._owner.faults
        return self.fitted[index] and not blind and len(self.cassettes[index]) <= self.near_end_notes

    def tray_there(self) -> bool:
        """The reject bin stands in its place."""
        return self.reject_tray and "reject_tray_missing" not in self._owner.faults

    # -- time

    def advance(self, now_ms: int) -> int | None:
        """Do what is due; answer when the next thing is (absolute ms)."""
        while self._due is not None and self._due <= now_ms:
            due, then = self._due, self._then
            self._due, self._then = None, nothing
            then(due)
        return self._due

    def moving(self) -> bool:
        return self._due is not None

    def stop(self) -> None:
        """Whatever moves stands still, and nothing follows."""
        self._due, self._then = None, nothing

    # -- hands

    def clear_path(self, to: str) -> list[Note]:
        """A technician pulls notes out of the path; nobody reaches in while it moves."""
        notes = [] if self.moving() else self.path.notes()
        for note in notes:
            self._leave(note, to)
        return notes

    # -- for the makers' bodies

    def _source(self, index: int) -> int:
        """Where the note really comes from: another cassette when somebody has swapped two, or one drags along."""
        if not self._owner.faults:
            return index
        if "cassettes_swapped" in self._owner.faults and index < 2:
            return 1 - index
        others = [other for other in range(POSITIONS) if other != index and self.cassettes[other].notes()]
        if others and self._plays("wrong_cassette_next"):
            return others[0]
        return index

    def _leave(self, note: Note, to: str) -> None:
        self.matter.move(note, to)

    def _start(self, nominal_ms: float, then: Callable[[int], None], now_ms: int) -> None:
        self._start_at(now_ms + self.speeds.motion_ms(nominal_ms), then)

    def _start_at(self, due_ms: int, then: Callable[[int], None]) -> None:
        self._due, self._then = due_ms, then

    def _plays(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        if name not in self._owner.faults:
            return False
        self._owner.faults.discard(name)
        return True


def first(place: Place) -> Note | None:
    """The note that lies there longest."""
    return next((thing for thing in place.things if isinstance(thing, Note)), None)


def full(place: Place) -> bool:
    return place.capacity is not None and len(place) >= place.capacity


def nothing(now_ms: int) -> None:
    """What happens when nothing is under way."""
