"""Frames of the LCDM line, in both dialects. Source: lcdm sheet, sections 2 and 3.

    host   EOT(04) ID STX(02) CMD [DATA] ETX(03) BCC        answered by ACK(06) or NAK(15), then
    device SOH(01) ID STX(02) CMD [DATA] ETX(03) BCC        answered by ACK or NAK, then EOT(04) in dialect 30

BCC = xor from EOT or SOH to ETX. No length field: the length of a response follows from its command.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor

from drivers.dispensing.exchange import Response

SOH, STX, ETX, EOT, ACK, NAK = 0x01, 0x02, 0x03, 0x04, 0x06, 0x15
HEAD, TAIL = 4, 2
"""Bytes before and behind the data of a response."""


def bcc(data: bytes) -> int:
    return reduce(xor, data, 0)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs on the line. `moving`: commands that move notes, never sent again once the device may have begun.

    `ends`: the device says EOT after our ACK. `data_bytes`: (command, bytes of the response so far) -> how many data bytes it
    has, None when that cannot be said yet, -1 for a command that is not of this dialect. `per_note`: second bytes of the
    three-byte items that a device may say of single notes, unasked.
    """

    ident: int
    moving: frozenset[int]
    ends: bool
    data_bytes: Callable[[int, bytes], int | None]
    per_note: frozenset[int] = frozenset()

    def encode(self, code: int, data: bytes = b"") -> bytes:
        body = bytes([EOT, self.ident, STX, code]) + data + bytes([ETX])
        return body + bytes([bcc(body)])


@dataclass(frozen=True, slots=True)
class Control:
    """A single byte outside of frames: ACK, NAK or EOT."""

    byte: int


@dataclass(frozen=True, slots=True)
class PerNote:
    """Something about one note while an order runs; the response counts, not this."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """A response with a wrong check byte, or one that never ended."""

    raw: bytes


Item = Response | Control | PerNote | Damaged


class Decoder:
    """Bytes in, items out. Never waits, never raises on noise, has never seen a port.

    Inside of what looks like a damaged frame no control byte is looked for: a check byte may be any byte, and a NAK that
    nobody sent would let a host say something twice.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._held = bytearray()

    @property
    def waiting(self) -> bool:
        """The beginning of a response is here, its end is not."""
        return bool(self._held)

    def feed(self, received: bytes) -> list[Item]:
        self._held += received
        items: list[Item] = []
        while self._held:
            first = self._held[0]
            if first == SOH:
                length = self._length()
                if length is None or len(self._held) < length:
                    return items  # the rest is still on its way
                items.append(self._take(length))
            elif first == ETX:
                if len(self._held) < TAIL:
                    return items
                del self._held[:TAIL]  # the end of something whose beginning was lost, and its check byte
            else:
                if first in (ACK, NAK, EOT):
                    items.append(Control(first))
                del self._held[:1]  # anything else, such as stray FF bytes of an idle device, means nothing
        return items

    def _length(self) -> int | None:
        """Of what begins here: 1 = nothing begins here after all, None = too early to say."""
        if len(self._held) > 1 and self._held[1] in self._dialect.per_note:
            return 3
        for place, right in ((1, self._dialect.ident), (2, STX)):
            if len(self._held) > place and self._held[place] != right:
                return 1
        if len(self._held) < HEAD:
            return None
        data_bytes = self._dialect.data_bytes(self._held[3], bytes(self._held))
        return None if data_bytes is None else HEAD if data_bytes < 0 else data_bytes + HEAD + TAIL

    def _take(self, length: int) -> Item:
        raw = bytes(self._held[:length])
        del self._held[:length]
        if length == 3:
            return PerNote(raw)
        if length >= HEAD + TAIL and raw[-2] == ETX and raw[-1] == bcc(raw[:-1]):
            return Response(raw[3], raw[HEAD:-TAIL])
        return Damaged(raw)

    def flush(self) -> list[Item]:
        """The missing bytes are not coming."""
        raw = bytes(self._held)
        self._held.clear()
        return [Damaged(raw)] if raw else []
