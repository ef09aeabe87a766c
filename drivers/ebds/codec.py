"""EBDS frames as the host sees them. Source: ebds sheet, sections 2, 5, 6, 7, 8.

    02 LEN CTL DATA.. 03 CHK      LEN = the whole frame, CHK = XOR of LEN, CTL and DATA; every byte below 80

CTL: bits 6-4 message type, bits 3-1 device type (000, a bill acceptor), bit 0 the ACK toggle. An XOR of seven bits is a weak
check, so what a frame claims about itself is checked as well: its length, its end, its type, and the events that exclude
each other. Bytes outside a frame, an ENQ among them (section 4, obsolete), are noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, unique

from drivers.accepting.framing import Framing

STX, ETX = 0x02, 0x03
SHORTEST, LONGEST = 5, 0x7F
AROUND = 5  # STX LEN CTL .. ETX CHK
REPLY_BYTES = 6
SPEC_BYTES = (16, 18)  # one source reads 16 of the 18 (section 8)
TABLE_ROWS, TABLE_ROW = 7, 10
INHIBIT_BYTES = (8, 19)  # 50 notes (CFSC) or 128 (SC Advance, SCR)
NOTES_A_BYTE = 7
MOST_NOTES = 128


@unique
class Kind(IntEnum):
    """Message type of CTL. The other three are never sent to an acceptor at work, and not believed from one."""

    OMNIBUS = 1
    OMNIBUS_REPLY = 2
    AUXILIARY = 6
    EXTENDED = 7


@unique
class Order(IntEnum):
    """Bits of omnibus data 1 that move the note in escrow; never both (section 5)."""

    NONE = 0
    STACK = 0x20
    RETURN = 0x40


@unique
class Policy(IntEnum):
    """Bits of omnibus data 2: what becomes of a note in the path when the power fails (section 9).

    HOLDS is policy B: what is past escrow is stacked and reported, what is in escrow is held, out of order, until people come.
    GIVES_BACK is policy A: what is past escrow is stacked and never reported. What A does with a note in escrow the sheet leaves
    open; here it is taken to come back, and only what the device says of it is believed.
    """

    GIVES_BACK = 0x00
    HOLDS = 0x04


ANY_ORIENTATION, ESCROW_MODE = 0x08, 0x10  # data 1
EXTENDED_NOTES = 0x10  # data 2
ALL_ENABLED = 0x7F


@unique
class Query(IntEnum):
    """Auxiliary commands (section 7)."""

    TYPE = 0x04
    SERIAL = 0x05
    APPLICATION = 0x07
    VARIANT = 0x08
    CAPABILITIES = 0x0D


@unique
class Sub(IntEnum):
    """Subtypes of extended messages (section 8)."""

    BARCODE = 0x01
    NOTE = 0x02
    INHIBITS = 0x03
    ESCROW_TIMEOUT = 0x04
    VALUES = 0x06
    RETRIEVED = 0x0B


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame in either direction. `control`: CTL; `data`: 0 to 122 bytes, each below 80."""

    control: int
    data: bytes

    @property
    def kind(self) -> int:
        return self.control >> 4

    @property
    def toggle(self) -> int:
        return self.control & 1

    def encode(self) -> bytes:
        body = bytes([len(self.data) + AROUND, self.control]) + self.data
        return bytes([STX]) + body + bytes([ETX, checksum(body)])


def checksum(body: bytes) -> int:
    """XOR of LEN, CTL and DATA."""
    check = 0
    for byte in body:
        check ^= byte
    return check


class Decoder(Framing[Frame]):
    """Frames to and from a bill acceptor, by STX and their second byte."""

    marker, length_at = STX, 1

    def _plausible(self, held: bytearray) -> bool:
        length_right = len(held) < 2 or SHORTEST <= held[1] <= LONGEST
        return length_right and (len(held) < 3 or (0x10 <= held[2] < 0x80 and not held[2] & 0x0E))

    def _read(self, raw: bytes) -> Frame | None:
        good = raw[-2] == ETX and raw[-1] == checksum(raw[1:-2]) and max(raw) < 0x80
        return Frame(raw[2], raw[3:-2]) if good else None


# -- what the host says


def omnibus(enabled: int, order: Order = Order.NONE, *, extended: bool, policy: Policy = Policy.HOLDS) -> bytes:
    """DATA of the omnibus command: `enabled` bits of denominations 1 to 7, 0 disables all. Escrow mode, any orientation."""
    return bytes([enabled, ESCROW_MODE | ANY_ORIENTATION | order, policy | (EXTENDED_NOTES if extended else 0)])


def query(command: Query) -> bytes:
    """DATA of an auxiliary command."""
    return bytes([0, 0, command])


SOFT_RESET = bytes([0x7F, 0x7F, 0x7F])
"""DATA of the auxiliary command that nobody answers dependably."""


def inhibits(indexes: Iterable[int], size: int) -> bytes:
    """Enable bits of note indexes 1.., seven a byte, lowest first, in `size` bytes; indexes that do not fit are left out."""
    bits = bytearray(size)
    for index in indexes:
        place, bit = divmod(index - 1, NOTES_A_BYTE)
        if 0 <= place < size:
            bits[place] |= 1 << bit
    return bytes(bits)


# -- what the device says


@unique
class State(IntEnum):
    """Bits of reply data 0; STACKED and RETURNED are events."""

    IDLING = 0x01
    ACCEPTING = 0x02
    ESCROWED = 0x04
    STACKING = 0x08
    STACKED = 0x10
    RETURNING = 0x20
    RETURNED = 0x40


@unique
class Condition(IntEnum):
    """Bits of reply data 1; REJECTED is an event."""

    CHEATED = 0x01
    REJECTED = 0x02
    JAMMED = 0x04
    FULL = 0x08
    CASSETTE = 0x10
    PAUSED = 0x20
    CALIBRATION = 0x40


@unique
class Trouble(IntEnum):
    """Bits of reply data 2, but for the denomination in bits 3 to 5."""

    POWER_UP = 0x01
    INVALID_COMMAND = 0x02
    FAILURE = 0x04
    TRANSPORT_OPEN = 0x40


@unique
class Ability(IntEnum):
    """Bits of reply data 3."""

    STALLED = 0x01
    DOWNLOAD = 0x02
    CAPABILITIES = 0x10
    DISABLED = 0x20


MOVING = State.ACCEPTING | State.ESCROWED | State.STACKING | State.RETURNING


@dataclass(frozen=True, slots=True)
class Spec:
    """A row of the note table, or a live note (index 0). `value_fen` 0: the row is empty. `note_class`: 2 suspect, 3 worth
    nothing; `letters`: type, series, compatibility, version."""

    index: int
    currency: str
    value_fen: int
    letters: str = ""
    note_class: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """The six bytes of every reply that has a status, and the note that an extended one names."""

    data: bytes
    spec: Spec | None = None

    @property
    def state(self) -> int:
        return self.data[0]

    @property
    def condition(self) -> int:
        return self.data[1]

    @property
    def trouble(self) -> int:
        return self.data[2]

    @property
    def ability(self) -> int:
        return self.data[3]

    @property
    def denomination(self) -> int:
        """1 to 7 while escrowed or stacked, 0 unknown. Says nothing in extended-note mode."""
        return self.data[2] >> 3 & 7

    @property
    def at_rest(self) -> bool:
        """Nothing in its path, and no news to come from there."""
        return bool(self.state & State.IDLING) and not self.state & MOVING and not self.trouble & Trouble.POWER_UP

    @property
    def raw(self) -> str:
        """For people: `01/10/00/00`."""
        return "/".join(f"{byte:02X}" for byte in self.data[:4])


def parse_status(frame: Frame) -> Status | None:
    """The status in an omnibus reply or an extended message; None when there is none, or one that contradicts itself."""
    if frame.kind == Kind.OMNIBUS_REPLY:
        data, extension = frame.data, b""
    elif frame.kind == Kind.EXTENDED:
        data, extension = frame.data[1 : 1 + REPLY_BYTES], frame.data[1 + REPLY_BYTES :]
    else:
        return None
    if len(data) != REPLY_BYTES:
        return None
    events = (data[0] & State.STACKED, data[0] & State.RETURNED, data[1] & Condition.REJECTED)
    if events.count(0) < 2:
        return None
    is_note = frame.kind == Kind.EXTENDED and frame.data[0] == Sub.NOTE
    return Status(data, parse_spec(extension) if is_note else None)


def parse_spec(extension: bytes) -> Spec | None:
    """A note specification (section 8); None when it is none or names no amount."""
    if not SPEC_BYTES[0] <= len(extension) <= SPEC_BYTES[1]:
        return None
    if not extension[4:7].strip(b"\0 0"):
        return Spec(extension[0], "", 0)
    worth = _worth(extension[1:10])
    if worth is None:
        return None
    currency, value_fen = worth
    return Spec(extension[0], currency, value_fen, parse_text(extension[11:15]), extension[15])


def parse_values(extension: bytes) -> Mapping[int, Spec] | None:
    """The value table: denomination 1 to 7 -> what it is worth; empty rows are left out. None when it is no such table."""
    if len(extension) != TABLE_ROWS * TABLE_ROW:
        return None
    table = {}
    for row in range(TABLE_ROWS):
        raw = extension[row * TABLE_ROW : (row + 1) * TABLE_ROW]
        worth = _worth(raw[1:])
        if worth is not None and 1 <= raw[0] <= TABLE_ROWS:
            table[raw[0]] = Spec(raw[0], *worth)
    return table


def _worth(raw: bytes) -> tuple[str, int] | None:
    """ISO currency 3, base value 3 digits, sign, exponent 2 digits -> currency and fen (hundredths); None when senseless."""
    currency, base, sign, exponent = (
        part.decode("ascii", "replace") for part in (raw[:3], raw[3:6], raw[6:7], raw[7:9])
    )
    if not currency.isalpha() or not base.isdigit() or not exponent.isdigit() or sign not in "+-":
        return None
    power = int(exponent) if sign == "+" else -int(exponent)
    if not -4 <= power <= 6:
        return None
    value_fen, rest = divmod(int(base) * 10 ** (power + 6), 10**4)
    return (currency, value_fen) if value_fen and not rest else None


def parse_text(data: bytes) -> str:
    """An answer to a query for text, or the letters of a note: up to the first byte that is no text."""
    readable = bytearray()
    for byte in data:
        if not 0x20 <= byte < 0x7F:
            break
        readable.append(byte)
    return readable.decode("ascii").strip()


CAPABILITIES = {
    (0, 6): "easitrax",
    (1, 0): "note-retrieved",
    (1, 1): "advanced-bookmark",
    (1, 2): "download",
    (1, 3): "clear-audit",
    (1, 4): "multi-note-escrow",
}
"""Byte and bit of the capabilities answer -> word for the technician (section 7)."""


def parse_capabilities(data: bytes) -> tuple[str, ...]:
    """What the device says it can beyond the omnibus command; nothing when the answer is too short to say."""
    return tuple(word for (byte, bit), word in CAPABILITIES.items() if byte < len(data) and data[byte] >> bit & 1)
