"""Frames, commands and replies of a CRT-310 as the host sees them. Source: card-reader sheet, sections 1.1, 1.2;
docs/sheets/card-reader-open-points.md.

    02 LEN(2) CM PM data 03 BCC      LEN = bytes of CM to data, high byte first; BCC = XOR of 02 to 03

Between frames stand single bytes: ACK, NAK, EOT. What began like a frame and is none is dropped up to the next silence: nothing in
it is taken for a signal, and no frame is looked for in it, since a card chooses what stands in an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum, unique
from functools import reduce
from operator import xor

from kiosk.ports.card_reader import TRACKS, Hold, Place

STX, ETX = 0x02, 0x03
MOST = 264
"""Bytes of CM to data."""
HEADER, AROUND = 3, 5
RATES = (1_200, 2_400, 4_800, 9_600, 19_200, 38_400)


@unique
class Signal(IntEnum):
    EOT = 0x04
    ENQ = 0x05
    ACK = 0x06
    NAK = 0x15


SAID = (Signal.EOT, Signal.ACK, Signal.NAK)
"""Signals of the reader; ENQ is the host's."""


@dataclass(frozen=True, slots=True)
class Frame:
    """CM, PM and data. The data may be a track or an answer of a chip, so it does not show."""

    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Noise:
    """Something that is neither frame nor signal."""


Item = Frame | Signal | Noise


def encode(content: bytes) -> bytes:
    """`content`: 1 to 264 bytes."""
    framed = bytes([STX]) + len(content).to_bytes(2, "big") + content + bytes([ETX])
    return framed + bytes([reduce(xor, framed)])


class Decoder:
    """Bytes in, frames and signals out. Never waits, never raises, has never seen a port.

    The owner of the clock calls `flush` when bytes are overdue.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._dropping = False

    @property
    def waiting(self) -> bool:
        """Inside a frame, or behind one that was none: a silence changes what the next byte means."""
        return bool(self._held) or self._dropping

    def feed(self, received: bytes) -> list[Item]:
        found: list[Item] = []
        for byte in received:
            if self._held:
                self._held.append(byte)
                found += self._inside()
            elif self._dropping:
                continue
            elif byte == STX:
                self._held.append(byte)
            else:
                found.append(Signal(byte) if byte in SAID else Noise())
        return found

    def _inside(self) -> list[Item]:
        held = self._held
        if len(held) < HEADER:
            return []
        size = int.from_bytes(held[1:HEADER], "big")
        if not 1 <= size <= MOST:
            return self._no_frame()
        if len(held) < size + AROUND:
            return []
        if held[-2] != ETX or reduce(xor, held):
            held.clear()
            self._dropping = True
            return [Noise()]
        frame = Frame(bytes(held[HEADER:-2]))
        held.clear()
        return [frame]

    def _no_frame(self) -> list[Item]:
        """An 02 that opened nothing; what came behind it may."""
        behind = bytes(self._held[1:])
        self._held.clear()
        start = behind.find(STX)
        return [Noise(), *(self.feed(behind[start:]) if start >= 0 else [])]

    def flush(self) -> list[Item]:
        """The missing bytes are not coming."""
        begun = bool(self._held)
        self._held.clear()
        self._dropping = False
        return [Noise()] if begun else []


# -- what the host says

RESET = b"\x30\x30"
"""Leaves a card where it is; answered by the version."""
SERIAL = b"\x30\x3a"
STATUS = b"\x31\x30"
SUPPLY_ON, SUPPLY_OFF = b"\x33\x30", b"\x33\x31"
CHIP_COLD, CHIP_WARM = b"\x37\x30", b"\x37\x2f"
TRACKS_ASCII = b"\x45\x30\x30\x37"
"""All tracks."""
STOP_INSIDE = b"\x2e\x32"
REFUSE_ALL = b"\x2f\x31\x31"
ADMITS = {"magnetic": (0x32, 0x49), "switch": (0x33, 0x4A), "signal": (0x34, 0x4B)}
"""What opens the gate -> its parameter, and how the status says it."""
MOST_APDU, MOST_SAM_APDU = MOST - 4, MOST - 5


@unique
class Move(IntEnum):
    """Parameters of the move command."""

    INSIDE = 0x2E
    CHIP = 0x2F
    EJECT = 0x30
    FRONT = 0x31
    REAR = 0x32
    CAPTURE = 0x33
    EXPEL = 0x34


HOLDS: dict[Hold, Move] = {"front": Move.FRONT, "inside": Move.INSIDE, "chip": Move.CHIP, "rear": Move.REAR}


def entry_command(admits: str) -> bytes:
    """Cards come in at the front, none at the rear. `admits`: one of ADMITS."""
    return bytes([0x2F, ADMITS[admits][0], 0x31])


def move_command(move: Move) -> bytes:
    return bytes([0x32, move])


def sam_reset(slot: int) -> bytes:
    """`slot`: 1 to 8."""
    return bytes([0x3D, 0x30, 0x2F + slot])


def apdu_command(protocol: int, apdu: bytes, sam: int) -> bytes:
    """`protocol`: 0 or 1. `sam`: 0 for the card, else its slot."""
    place = bytes([0x3D, 0x31 + protocol, 0x2F + sam]) if sam else bytes([0x37, 0x31 + protocol])
    return place + len(apdu).to_bytes(2, "big") + apdu


# -- what the reader says

REFUSED = 0x4E


@unique
class Refusal(IntEnum):
    """Codes of a refusal that mean more than that."""

    UNKNOWN = 0x00
    NOT_POSSIBLE = 0x02
    SUPPLY = 0x05
    ABNORMAL_CARD = 0x06
    BACKUP = 0x07


@unique
class Letter(IntEnum):
    """First byte of the data of most replies."""

    DONE = 0x59
    DONE_T1 = 0x5A
    FAILED = 0x4E
    NO_CARD = 0x45
    ELSEWHERE = 0x57


LETTERS = bytes([Letter.DONE, Letter.FAILED, Letter.NO_CARD, Letter.ELSEWHERE])

PLACES: dict[int, Place] = {
    0x46: "strange",
    0x47: "strange",
    0x48: "gate",
    0x49: "front",
    0x4A: "inside",
    0x4B: "chip",
    0x4C: "rear",
    0x4D: "bin",
    0x4E: "none",
}
"""First byte of a status -> place."""
ENTRY_REFUSED = 0x4E
REAR_STATES = (0x4A, 0x4E)


@dataclass(frozen=True, slots=True)
class Status:
    """`entry`: as in ADMITS, or "refused"; `rear`: entry at the rear is allowed."""

    place: Place
    entry: str
    rear: bool


def parse_status(data: bytes) -> Status | None:
    """None for what is no status."""
    entries = {code: name for name, (_, code) in ADMITS.items()} | {ENTRY_REFUSED: "refused"}
    if len(data) != 3 or data[0] not in PLACES or data[1] not in entries or data[2] not in REAR_STATES:
        return None
    return Status(PLACES[data[0]], entries[data[1]], data[2] != ENTRY_REFUSED)


@dataclass(frozen=True, slots=True)
class ChipReply:
    letter: int
    answer: bytes = field(default=b"", repr=False)


def parse_chip(data: bytes) -> ChipReply | None:
    """Y (T=0) or Z (T=1), two bytes of length, as many bytes; or one other letter. None for what is neither."""
    if len(data) == 1 and data[0] in LETTERS[1:]:
        return ChipReply(data[0])
    if len(data) < 3 or data[0] not in (Letter.DONE, Letter.DONE_T1):
        return None
    answer = data[3:]
    return ChipReply(data[0], answer) if answer and len(answer) == int.from_bytes(data[1:3], "big") else None


@dataclass(frozen=True, slots=True)
class Track:
    """`state`: as in `TracksRead`. `text`: its characters, without sentinels."""

    state: str
    text: bytes = field(default=b"", repr=False)


TRACK_ERRORS = {0xE1: "no_start", 0xE2: "no_end", 0xE3: "parity", 0xE4: "lrc", 0xE5: "blank"}
_TRACK = rb"(?:\x1f\x59([\x20-\x5f]{0,107})|\x1f?\x4e([\xe1-\xe5])|\x1f?(\x4f\xe0))"
_TRACKS = re.compile(_TRACK * TRACKS, re.DOTALL)


def parse_tracks(data: bytes) -> tuple[Track, ...] | None:
    """One for each of three tracks; None for what is no such reply."""
    found = _TRACKS.fullmatch(data)
    if found is None:
        return None
    groups = found.groups()
    return tuple(_track(*groups[at : at + 3]) for at in range(0, 3 * TRACKS, 3))


def _track(text: bytes | None, error: bytes | None, unreadable: bytes | None) -> Track:
    if text is not None:
        return Track("read", text)
    return Track(TRACK_ERRORS[error[0]] if error else "unreadable")


def parse_serial(data: bytes) -> str:
    """The number alone, or Y, its length and the number."""
    return parse_text(data[2:] if len(data) > 2 and data[0] == Letter.DONE and data[1] == len(data) - 2 else data)


def parse_text(data: bytes) -> str:
    """A version, as far as it can be read."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in data).strip()
