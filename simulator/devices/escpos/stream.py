"""Bytes from the host -> commands of the slip printer (ticket-printer sheet, section 5).

Real-time questions (10 04 n) are told from the rest but stand in the same list: the printer answers them without queueing.
Inside the data of a picture or a stored QR text every byte is data.
"""

from __future__ import annotations

from dataclasses import dataclass

DLE, EOT, ESC, FS, GS, LF, CR = 0x10, 0x04, 0x1B, 0x1C, 0x1D, 0x0A, 0x0D
REALTIME = frozenset({1, 2, 3, 4, 0x14})

PARAMETERS = {
    bytes([ESC, 0x40]): 0,  # initialise
    bytes([ESC, 0x4A]): 1,  # feed dots
    bytes([ESC, 0x64]): 1,  # feed lines
    bytes([ESC, 0x21]): 1,  # print mode
    bytes([ESC, 0x2D]): 1,  # underline
    bytes([ESC, 0x32]): 0,  # usual line pitch
    bytes([ESC, 0x33]): 1,  # line pitch
    bytes([ESC, 0x45]): 1,  # bold
    bytes([ESC, 0x47]): 1,  # double strike
    bytes([ESC, 0x4D]): 1,  # font
    bytes([ESC, 0x52]): 1,  # national signs
    bytes([ESC, 0x61]): 1,  # justify
    bytes([ESC, 0x74]): 1,  # code page
    bytes([FS, 0x26]): 0,  # Chinese mode on
    bytes([FS, 0x2E]): 0,  # Chinese mode off
    bytes([GS, 0x21]): 1,  # size of signs
    bytes([GS, 0x42]): 1,  # white on black
    bytes([GS, 0x61]): 1,  # automatic status
    bytes([GS, 0x72]): 1,  # status in sequence
}
"""Commands of fixed length -> number of parameter bytes."""


@dataclass(frozen=True, slots=True)
class Realtime:
    """10 04 n, n in REALTIME."""

    n: int


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its two opening bytes and its parameters or data."""

    code: bytes
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Text:
    """Signs to print, without the line feed that ends them."""

    signs: bytes


@dataclass(frozen=True, slots=True)
class NewLine:
    """Print what was collected and go to the next line."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Two bytes that open no command known here; they are skipped."""

    code: bytes


Item = Realtime | Command | Text | NewLine | Unknown


class Stream:
    """Never raises on any bytes; what is incomplete waits for the rest."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Item]:
        self._held += data
        items: list[Item] = []
        while self._held:
            item, length = self._next()
            if length == 0:
                break
            del self._held[:length]
            if item is not None:
                items.append(item)
        return items

    def _next(self) -> tuple[Item | None, int]:
        """The item at the front and its length; length 0 when it is not complete."""
        first = self._held[0]
        if first in (ESC, FS, GS, DLE):
            if len(self._held) < 2:
                return None, 0
            return self._realtime() if first == DLE else self._command()
        if first == LF:
            return NewLine(), 1
        if first < 0x20:
            return None, 1  # CR, tabulator and other control bytes do nothing here
        return Text(bytes([first])), 1

    def _realtime(self) -> tuple[Item | None, int]:
        if self._held[1] != EOT:
            return Unknown(bytes(self._held[:2])), 2
        if len(self._held) < 3:
            return None, 0
        n = self._held[2]
        return (Realtime(n) if n in REALTIME else Unknown(bytes(self._held[:2]))), 3

    def _command(self) -> tuple[Item | None, int]:
        code = bytes(self._held[:2])
        body = self._body(code)
        if body is None:
            return Unknown(code), 2
        if body < 0 or len(self._held) < 2 + body:
            return None, 0
        return Command(code, bytes(self._held[2 : 2 + body])), 2 + body

    def _body(self, code: bytes) -> int | None:
        """How many bytes follow the code: None unknown command, -1 not known yet."""
        held = self._held
        if code in PARAMETERS:
            return PARAMETERS[code]
        if code == b"\x1dV":  # cut; 65 and 66 carry a feed
            return -1 if len(held) < 3 else 2 if held[2] in (65, 66) else 1
        if code == b"\x1de":  # ejector; 3 carries steps
            return -1 if len(held) < 3 else 2 if held[2] == 3 else 1
        if code == b"\x1d(":
            return -1 if len(held) < 5 else 3 + held[3] + held[4] * 256
        if code == b"\x1dv":  # picture: '0' m xL xH yL yH rows
            if len(held) < 3 or held[2] != 0x30:
                return -1 if len(held) < 3 else None
            return -1 if len(held) < 8 else 6 + (held[4] + held[5] * 256) * (held[6] + held[7] * 256)
        return None
