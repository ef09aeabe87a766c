"""TTPM2/TTPM3 lines and answers as the host sees them, with the raster ticket face.

Sources: ticket-printer sheet, section 2; sheet "Ticket unit TTPM". Commands are ASCII lines `!..` closed by CR LF; the first
byte of an answer says what it is. The extended acknowledgement (`!CA`) is always on when this driver prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

from kiosk.ports.ticket_printer import Picture

MARK = "TVM-RASTER1"  # last word of `!U`: this unit understands the raster sheet
ENQ, CAN = b"\x05", b"\x18"

CLEAR = b"!CA\r\n"
FIRMWARE, LAST_KEY, COUNTERS, SENSORS = b"!U\r\n", b"!V\r\n", b"!Y\r\n", b"!S\r\n"
PRINT = b"!P1E\r\n"  # encode (one extra try), verify, print, cut, eject into the tray
VOID_TEXT = b'!F M N 20 20 1 2 2 1 "VOID"\r\n'  # one blank a try: each blank needs a ticket number of its own

ACK_CLEAR, ACK_LAYOUT, ACK_KEY, ACK_DATA = 0x04, 0x05, 0x14, 0x00
ENCODED, PRINTED = 0x80, 0x02
_ACK_CODES = frozenset({ACK_CLEAR, ACK_LAYOUT, ACK_KEY, ACK_DATA, ENCODED, PRINTED, 0x08, 0x09, 0x18, 0x19})

MAX_WIDTH, MAX_HEIGHT = 688, 432  # dots, 86 x 54 mm
_STRIPE = re.compile(r"[A-Z0-9.]{1,79}")
_KEY = re.compile(r"[0-9A-Z-]{1,15}")
_COUNTS = re.compile(r"tickets=(\d{1,9}) voided=(\d{1,9})")
_LONGEST_TEXT = 256
_RUNS = re.compile(rb"(\x00{3,128}|\xff{3,128})")
"""Paper and solid ink. Other runs hardly occur on a face, and looking for them costs three times as much."""
_WHITE, _BLACK = ([bytes((257 - size & 0xFF, dots)) for size in range(129)] for dots in (0x00, 0xFF))
_LITERAL = [bytes((size - 1 & 0xFF,)) for size in range(129)]


@dataclass(frozen=True, slots=True)
class Ack:
    """`code` None: the short acknowledgement of a unit that is not in extended mode any more, thus was restarted."""

    code: int | None


@dataclass(frozen=True, slots=True)
class Nak:
    code: str


@dataclass(frozen=True, slots=True)
class Status:
    """Sensor bits (sheet 2.3, byte 1) and head temperature on the unit's own scale."""

    sensors: int
    head: int

    @property
    def paper(self) -> bool:
        return bool(self.sensors & 0x03)

    @property
    def in_path(self) -> bool:
        """Top of form, cutter position or after the cutter: of a unit at rest, a blank that sticks there."""
        return bool(self.sensors & 0x1C)

    @property
    def head_good(self) -> bool:
        return bool(self.sensors & 0x40)


@dataclass(frozen=True, slots=True)
class Text:
    text: str


Answer = Ack | Nak | Status | Text


def key_line(key: str) -> bytes:
    """`!Q`. Raises ValueError when the text is not 1..15 of 0-9 A-Z -."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"key {key!r}")
    return b"!Q " + key.encode("ascii") + b"\r\n"


def stripe_line(stripe: str) -> bytes:
    """`!J`. Raises ValueError for signs outside A-Z 0-9 and the dot: many of them change the process (sheet 2.2)."""
    if not _STRIPE.fullmatch(stripe):
        raise ValueError(f"stripe {stripe!r}")
    return b"!J" + stripe.encode("ascii") + b"\r\n"


def face_frame(face: Picture, x: int = 0, y: int = 0) -> bytes:
    """`!F G` with its bytes. Raises ValueError when the picture does not fit the ticket or its own size."""
    if not (1 <= face.width <= MAX_WIDTH - x and 1 <= face.height <= MAX_HEIGHT - y and x >= 0 and y >= 0):
        raise ValueError(f"face {face.width}x{face.height} at {x},{y}")
    if len(face.rows) != (face.width + 7) // 8 * face.height:
        raise ValueError(f"face {face.width}x{face.height} has {len(face.rows)} bytes")
    packed = pack_bits(_without_padding(face))
    head = f"!F G {x} {y} {face.width} {face.height} {len(packed)} {crc32(packed):08x}\r\n"
    return head.encode("ascii") + packed + b"\r\n"


def _without_padding(face: Picture) -> bytes:
    spare = -face.width % 8
    if not spare:
        return face.rows
    stride, mask = (face.width + 7) // 8, 0xFF << spare & 0xFF
    rows = bytearray(face.rows)
    for last in range(stride - 1, len(rows), stride):
        rows[last] &= mask
    return bytes(rows)


def pack_bits(data: bytes) -> bytes:
    """PackBits of TIFF 6.0: runs of three and more white or black bytes are packed, the rest is literal, 128 bytes a packet at
    most. Between payment and print somebody waits for the 37,000 bytes of a face: the regular expression engine finds the runs.
    """
    packed: list[bytes] = []
    parts = _RUNS.split(data)  # literal, run, literal, run, .. literal
    for at in range(0, len(parts), 2):
        literal = parts[at]
        for start in range(0, len(literal), 128):
            piece = literal[start : start + 128]
            packed += (_LITERAL[len(piece)], piece)
        if at + 1 < len(parts):
            run = parts[at + 1]
            packed.append((_BLACK if run[0] else _WHITE)[len(run)])
    return b"".join(packed)


def counts(text: str) -> tuple[int, int] | None:
    """(good tickets ejected, blanks voided) of `!Y`; None when the text is not that."""
    found = _COUNTS.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


class Decoder:
    """Bytes in, answers out, cut anywhere. Bytes that begin no answer are dropped."""

    def __init__(self) -> None:
        self._held = bytearray()

    def clear(self) -> None:
        self._held.clear()

    def feed(self, received: bytes) -> list[Answer]:
        self._held += received
        answers: list[Answer] = []
        while self._held:
            before = len(self._held)
            answer = self._one()
            if answer is not None:
                answers.append(answer)
            elif len(self._held) == before:
                break  # the rest is still on its way
        return answers

    def _one(self) -> Answer | None:
        """The first answer, taken out; None with nothing taken: incomplete; None with something taken: it was noise."""
        held = self._held
        first = held[0]
        if first == 0x06:
            if len(held) < 2:
                return None
            if held[1] not in _ACK_CODES:
                del held[:1]
                return Ack(None)
            return self._take(2, Ack(held[1]))
        if first == 0x15:
            return self._take(2, Nak(chr(held[1]))) if len(held) >= 2 else None
        if first == 0x01:
            return self._take(3, Status(held[1], held[2])) if len(held) >= 3 else None
        if first == 0x0D or 0x20 <= first <= 0x7E:
            return self._text()
        del held[:1]  # BEL and ETX say nothing here; anything else is noise
        return None

    def _take(self, size: int, answer: Answer) -> Answer:
        del self._held[:size]
        return answer

    def _text(self) -> Answer | None:
        held = self._held
        end = next((n for n, byte in enumerate(held) if not 0x20 <= byte <= 0x7E), len(held))
        if end > _LONGEST_TEXT:
            del held[:end]
        elif end < len(held) and held[end] != 0x0D:
            del held[:end]  # the rest of the text is lost: half an answer is none
        elif end + 1 < len(held):
            if held[end + 1] == 0x0A:
                return self._take(end + 2, Text(held[:end].decode("ascii")))
            del held[: end + 1]
        return None
