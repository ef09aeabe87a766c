"""Numbers of the protocol, and where the sheet leaves a choice (card reader sheet, sections 1.1 and 1.2).

What stands here beside the sheet is said in the programming notes that kiosk makers publish with the reader's library: the order
of the stop positions, which tracks 31 to 37 ask for, what the sensors are called, and how the reader is set after a start
(docs/sheets/card-reader-maker-notes.md; both sides of our house follow docs/sheets/card-reader-open-points.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum, unique

STX, ETX, EOT, ENQ, ACK, NAK = 0x02, 0x03, 0x04, 0x05, 0x06, 0x15
LONGEST = 264
"""LEN: bytes of CM, PM and data (section 1.1)."""


@unique
class Why(IntEnum):
    """Last byte of a refusal frame."""

    COMMAND = 0x00
    PARAMETER = 0x01
    NOT_POSSIBLE = 0x02
    DATA = 0x04
    SUPPLY = 0x05
    ABNORMAL_CARD = 0x06
    ON_BACKUP = 0x07


class Refusal(Exception):
    """A command is not obeyed; nothing was changed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.name)
        self.why = why


def want(data: bytes, size: int) -> bytes:
    """`data`, when it is just so long. Raises Refusal."""
    if len(data) != size:
        raise Refusal(Why.DATA)
    return data


Reply = Callable[[bytes | Why, int], None]
"""What stands behind CM and PM in the answer, or why the command is refused; and when that is ready."""


@unique
class Told(IntEnum):
    """How a command ended, as one character of a positive frame."""

    DONE = 0x59
    FAILED = 0x4E
    NO_CARD = 0x45
    ELSEWHERE = 0x57


@unique
class Command(IntEnum):
    """CM."""

    STOP = 0x2E
    CARD_IN = 0x2F
    RESET = 0x30
    ASK = 0x31
    MOVE = 0x32
    SUPPLY = 0x33
    RATE = 0x34
    CHIP = 0x37
    SAM = 0x3D
    TRACKS = 0x45


@unique
class S1(IntEnum):
    """Where the card is, as the sensors see it."""

    LONG = 0x46
    SHORT = 0x47
    FRONT_FREE = 0x48
    FRONT_HELD = 0x49
    INSIDE = 0x4A
    CONTACTS = 0x4B
    REAR_HELD = 0x4C
    REAR_FREE = 0x4D
    NONE = 0x4E


STOPS = {
    0x30: S1.FRONT_FREE,
    0x31: S1.FRONT_HELD,
    0x32: S1.INSIDE,
    0x33: S1.CONTACTS,
    0x34: S1.REAR_HELD,
    0x35: S1.REAR_FREE,
}
"""Parameter of 2E -> where a card that was drawn in comes to rest; the last one lets it out at the rear."""

MOVES = {
    0x2E: S1.INSIDE,
    0x2F: S1.CONTACTS,
    0x30: S1.FRONT_FREE,
    0x31: S1.FRONT_HELD,
    0x32: S1.REAR_HELD,
    0x33: S1.REAR_FREE,
}
"""Parameter of 32 -> where the card goes; 34, the abnormal card, is no place of its own."""
MOVE_ABNORMAL = 0x34


@unique
class Front(IntEnum):
    """S2: what opens the gate."""

    MAGNETIC = 0x49  # a stripe under the pre-head, and the switch
    SWITCH = 0x4A
    SIGNAL = 0x4B  # a stripe alone: thin paper cards
    REFUSED = 0x4E


FRONTS = {0x31: Front.REFUSED, 0x32: Front.MAGNETIC, 0x33: Front.SWITCH, 0x34: Front.SIGNAL}
REAR_ALLOWED, REAR_REFUSED = 0x4A, 0x4E  # S3
REARS = {0x30: REAR_ALLOWED, 0x31: REAR_REFUSED}

TRACKS_OF = {0x31: (1,), 0x32: (2,), 0x33: (3,), 0x34: (1, 2), 0x35: (2, 3), 0x36: (1, 3), 0x37: (1, 2, 3)}
ASCII, BINARY = 0x30, 0x31
TRACK_BEGINS, TRACK_GOOD, TRACK_BAD, TRACK_OPEN = 0x1F, 0x59, 0x4E, 0x4F


@unique
class Unread(IntEnum):
    """Why a track was not read."""

    NOT_READ = 0xE0
    NO_START = 0xE1
    NO_END = 0xE2
    PARITY = 0xE3
    LRC = 0xE4
    BLANK = 0xE5


T0, T1 = 0x59, 0x5A
"""First byte of a good answer from a chip: Y or Z."""
CARD_TYPES = {0: b"10", 1: b"11"}
RATES = dict(zip(range(0x30, 0x36), (1_200, 2_400, 4_800, 9_600, 19_200, 38_400), strict=True))
SAM_SLOTS = range(0x30, 0x38)
LONGEST_SERIAL = 16


@unique
class Facing(Enum):
    """How a card is pushed in."""

    RIGHT = "the chip comes first and looks up"
    UPSIDE_DOWN = "the chip comes first and looks down"
    BACKWARDS = "the chip comes last"


@dataclass(frozen=True, slots=True)
class Manners:
    """Where sheet and field leave more than one answer; as made, a reader is as our page on its open points says.

    `takes_back`: rollers reach a card that lies at the front or rear *not held*, else moves of it answer W. `lets_go`: a card
    held at the front can be pulled out by hand. `abnormal_to_rear`: 32 34 lets out at the rear, not at the gate.
    `ejects_on_backup`: a card inside comes out a second after the main supply went. `card_in_reversed`: Y and N of card-in
    control are the other way round, as the maker's paper prints them.
    """

    takes_back: bool = True
    lets_go: bool = False
    abnormal_to_rear: bool = False
    ejects_on_backup: bool = False
    card_in_reversed: bool = False


MAKERS = Manners(takes_back=False, lets_go=True, abnormal_to_rear=True)
"""As the maker's programming notes have it."""
