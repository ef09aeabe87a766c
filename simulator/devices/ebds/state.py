"""Words between mechanism and wire: what the acceptor does now, and what it has to tell once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique


@unique
class State(Enum):
    """What the mechanism is doing, in the words the cabinet has for it. The four quiet ones are all *idling* on the wire."""

    INITIALIZE = "powering up, or up and not yet asked"
    IDLING = "nothing in the path, and a note would be taken"
    DISABLED = "nothing in the path, and nothing enabled"
    BOX_FULL = "nothing in the path, and no room in the box"
    BOX_OUT = "nothing in the path, and no box"
    ACCEPTING = "a note on its way to escrow"
    REJECTING = "a note that was not accepted on its way out"
    ESCROW = "a note in escrow"
    PAUSE = "a second note in the mouth while one is in escrow"
    STACKING = "a note on its way into the box"
    RETURNING = "a note on its way out"
    JAM_VALIDATOR = "a note sticks"
    HOLDING = "a note that power found in escrow waits for a technician"
    FAILURE = "something does not work"


QUIET = frozenset({State.IDLING, State.DISABLED, State.BOX_FULL, State.BOX_OUT})


@unique
class Told(Enum):
    """What the device tells once."""

    STACKED = "a note lies in the box"
    RETURNED = "a note sticks out of the mouth"
    REJECTED = "a note that was not accepted sticks out of the mouth"
    CHEATED = "somebody pulled at a note"
    TAKEN = "the returned note was taken"


@dataclass(frozen=True, slots=True)
class Event:
    """`row`: of the note table; None when the note is not in it or is not named. `cheated`: that bit comes with it."""

    what: Told
    row: int | None = None
    cheated: bool = False
