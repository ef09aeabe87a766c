"""Words between mechanism and wire: what the validator does now, and what it has to tell once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from simulator.devices.essp.codes import Event


@unique
class State(Enum):
    """What the mechanism is doing, in the words the cabinet has for it."""

    INITIALIZE = "starting; what lies in the path is moved at the end of it"
    IDLING = "nothing in the path, and a note would be taken"
    DISABLED = "nothing in the path, and the host has not enabled it, or no channel"
    BOX_FULL = "nothing in the path, and no room in the box"
    BOX_OUT = "nothing in the path, and no box"
    ACCEPTING = "a note is being read"
    ESCROW = "a note in escrow"
    STACKING = "a note on its way into the box"
    STACKED = "a note lies in the box, and the plate that pressed it in goes back"
    REJECTING = "a note on its way out"
    JAM_VALIDATOR = "a note sticks where the passenger can reach it"
    JAM_CASSETTE = "a note sticks where nobody reaches it"
    FAILURE = "the note path stands open"


QUIET = frozenset({State.IDLING, State.DISABLED, State.BOX_FULL, State.BOX_OUT})
JAMS = frozenset({State.JAM_VALIDATOR, State.JAM_CASSETTE})

WITH_CHANNEL = frozenset({Event.READ, Event.CREDIT, Event.GIVEN_BACK, Event.INTO_BOX, Event.FRAUD})


@dataclass(frozen=True, slots=True)
class News:
    """One event. `channel`: 0 when it is not known, and for events that have none."""

    what: Event
    channel: int = 0

    def told(self) -> bytes:
        return bytes([self.what, self.channel]) if self.what in WITH_CHANNEL else bytes([self.what])
