"""Recycling cassettes: notes in a stack, and what the cassette's own memory says of them.

The two differ only when something went wrong: the memory counts what its sensors saw, the place holds what is there. The
memory needs no power (ccnet sheet, 9.4: counts and types are kept inside each cassette).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.devices.matter import Note, Place

ESCROW = 24
UNASSIGNED = 0x1F
NO_LIMIT = 0xFF
CASSETTES = 3


@dataclass(slots=True)
class Cassette:
    """`kind`: bill type 0..23, ESCROW or UNASSIGNED. `memory`: type of each note, the oldest first. `capacity` in notes."""

    number: int
    place: Place
    capacity: int
    kind: int = UNASSIGNED
    limit: int = NO_LIMIT
    fitted: bool = True
    memory: list[int] = field(default_factory=list)

    @property
    def full(self) -> bool:
        most = self.capacity if self.limit == NO_LIMIT else min(self.limit, self.capacity)
        room = self.place.capacity
        return len(self.memory) >= most or (room is not None and len(self.place) >= room)

    def top(self) -> Note | None:
        """The note that lies on top: last in, first out."""
        return next((thing for thing in reversed(self.place.things) if isinstance(thing, Note)), None)


def route(cassettes: Iterable[Cassette], kind: int) -> Cassette | None:
    """Where an accepted note of this type goes: its own cassette, else the escrow cassette; None is the drop cassette.

    Decided here (9.4 is silent): a note whose own cassette is full goes to the drop cassette, not into the escrow.
    """
    own, escrow = [], []
    for cassette in cassettes:
        if cassette.kind == kind:
            own.append(cassette)
        elif cassette.kind == ESCROW:
            escrow.append(cassette)
    return next((cassette for cassette in own or escrow if not cassette.full), None)
