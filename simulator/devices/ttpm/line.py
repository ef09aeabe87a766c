"""Bytes from the host -> lines, raster faces, ENQ and CAN (ticket-printer sheet 2.1, sheet "Ticket unit TTPM").

ENQ and CAN count wherever they stand, except among the packed bytes of a raster face, where every value is picture.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.devices.ttpm.raster import BadFace, Face, Header, read_face, read_header

ENQ, CAN = 0x05, 0x18
FRAME_SILENCE_MS = 1_000
LONGEST_LINE = 512


@dataclass(frozen=True, slots=True)
class Line:
    """A command line without its CR LF; None when it cannot be one (not printable ASCII, too long)."""

    text: str | None


@dataclass(frozen=True, slots=True)
class Enq:
    """The host asks for the status."""


@dataclass(frozen=True, slots=True)
class Can:
    """The host resets the unit; what was received before is gone."""


@dataclass(frozen=True, slots=True)
class SpoiledFace:
    """A raster frame that is not good."""


Heard = Line | Face | SpoiledFace | Enq | Can


class LineReader:
    """Never raises on any bytes. `now_ms` serves the silence limit inside a raster frame only, which is link time."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._too_long = False
        self._header: Header | None = None
        self._packed = bytearray()
        self._last_ms = 0

    def _clear(self) -> None:
        self._line.clear()
        self._packed.clear()
        self._too_long, self._header = False, None

    def feed(self, data: bytes, now_ms: int) -> list[Heard]:
        heard = self.expire(now_ms)
        self._last_ms = now_ms
        at = 0
        while at < len(data):
            if self._header is not None:
                at = self._in_frame(self._header, data, at, heard)
            elif data[at] == ENQ:
                heard.append(Enq())
                at += 1
            elif data[at] == CAN:
                self._clear()
                return [*heard, Can()]
            else:
                self._in_line(data[at], heard)
                at += 1
        return heard

    def expire(self, now_ms: int) -> list[Heard]:
        """A raster frame whose bytes stopped coming is over."""
        due = self.due_ms()
        if due is None or now_ms < due:
            return []
        self._header = None
        self._packed.clear()
        return [SpoiledFace()]

    @property
    def in_frame(self) -> bool:
        """The header of a raster frame was read, its bytes are still coming."""
        return self._header is not None

    def due_ms(self) -> int | None:
        return None if self._header is None else self._last_ms + FRAME_SILENCE_MS

    def _in_line(self, byte: int, heard: list[Heard]) -> None:
        self._line.append(byte)
        if len(self._line) > LONGEST_LINE:
            self._too_long = True
            del self._line[:-2]  # only the end of the line is still of interest
        if not self._line.endswith(b"\r\n"):
            return
        raw, too_long = bytes(self._line[:-2]), self._too_long
        self._line.clear()
        self._too_long = False
        if too_long or not all(0x20 <= sign <= 0x7E for sign in raw):
            heard.append(Line(None))
        elif raw.startswith(b"!F G"):
            self._header = read_header(raw.decode("ascii"))
            if self._header is None:
                heard.append(SpoiledFace())
        elif raw:
            heard.append(Line(raw.decode("ascii")))

    def _in_frame(self, header: Header, data: bytes, at: int, heard: list[Heard]) -> int:
        whole = header.n + 2
        taken = data[at : at + whole - len(self._packed)]
        self._packed += taken
        if len(self._packed) == whole:
            packed, end = bytes(self._packed[: header.n]), self._packed[header.n :]
            try:
                heard.append(read_face(header, packed) if end == b"\r\n" else SpoiledFace())
            except BadFace:
                heard.append(SpoiledFace())
            self._header = None
            self._packed.clear()
        return at + len(taken)
