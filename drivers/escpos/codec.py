"""ESC/POS as the host of the slip printer uses it: a slip as bytes, and the status bytes sorted by their patterns.

Source: ticket-printer sheet 5 and 6. Pictures only: one renderer for all languages, no code page and no printer font.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.ports.ticket_printer import Picture

INIT = b"\x1b\x40"
STATUS_ON = b"\x1d\x61\x0e"  # automatic status: on/offline, errors, paper
CUT = b"\x1d\x56\x00"
ASK_DONE = b"\x1d\x72\x01"  # answered after everything before it was processed (5.5)
ASK_ALL = b"".join(bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4))
BAND_ROWS = 64


def filler(width_dots: int) -> bytes:
    """White rows for a printer that was cut off inside a picture and takes everything for dots; others ignore NUL."""
    return bytes((width_dots + 7) // 8 * BAND_ROWS)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a status says. `paper_low` stays set when the paper has ended."""

    offline: bool = False
    cover: bool = False
    cutter: bool = False
    broken: bool = False  # mechanical or unrecoverable
    paper_low: bool = False
    paper_out: bool = False

    @property
    def reason(self) -> str:
        """Why nothing can be printed; empty: it can. Words of `SlipFailed`."""
        if self.paper_out:
            return "paper"
        if self.cover:
            return "cover"
        if self.cutter:
            return "cutter"
        return "other" if self.broken else ""


@dataclass(frozen=True, slots=True)
class RealTime:
    """One byte 0xx1xx10. Which of the four questions it answers is not in it: answers come in order."""

    bits: int


@dataclass(frozen=True, slots=True)
class Automatic:
    condition: Condition


@dataclass(frozen=True, slots=True)
class Done:
    """Answer to `ASK_DONE`: everything before it was processed, with the paper as it was then."""

    paper_low: bool
    paper_out: bool


Answer = RealTime | Automatic | Done


def slip_bytes(picture: Picture, width_dots: int) -> Iterator[bytes]:
    """Pieces of a whole slip, the confirmation asked for at its end. Raises ValueError when the picture does not fit.

    Narrower pictures begin at the left edge of the paper.
    """
    stride = (picture.width + 7) // 8
    if not 1 <= picture.width <= width_dots or picture.height < 1 or len(picture.rows) != stride * picture.height:
        raise ValueError(f"picture {picture.width}x{picture.height}, {len(picture.rows)} bytes, paper {width_dots}")
    yield INIT + STATUS_ON
    for top in range(0, picture.height, BAND_ROWS):
        rows = picture.rows[top * stride : (top + BAND_ROWS) * stride]
        height = len(rows) // stride
        yield b"\x1d\x76\x30\x00" + stride.to_bytes(2, "little") + height.to_bytes(2, "little") + rows
    yield CUT
    yield ASK_DONE


def real_time_condition(bits: tuple[int, int, int, int]) -> Condition:
    """Answers to `10 04 1..4` (5.1)."""
    printer, offline, error, paper = bits
    return Condition(
        offline=bool(printer & 0x08),
        cover=bool(offline & 0x04),
        cutter=bool(error & 0x08),
        broken=bool(error & 0x24),
        paper_low=bool(paper & 0x0C),
        paper_out=bool(paper & 0x60 or offline & 0x20),
    )


def automatic_condition(frame: bytes) -> Condition:
    """The four bytes of the automatic status (5.2)."""
    return Condition(
        offline=bool(frame[0] & 0x08),
        cover=bool(frame[0] & 0x20),
        cutter=bool(frame[1] & 0x08),
        broken=bool(frame[1] & 0x24),
        paper_low=bool(frame[2] & 0x03),
        paper_out=bool(frame[2] & 0x0C),
    )


class Decoder:
    """Status bytes in, answers out, cut anywhere; noise and half answers are dropped.

    First bytes carry bit 4, the bytes after them do not: so a status that lost a byte does not eat the next one. The full
    status of other makers (10 0F and four bytes, 5.3) is recognised to be skipped.
    """

    def __init__(self) -> None:
        self._held = bytearray()

    def clear(self) -> None:
        self._held.clear()

    def feed(self, received: bytes) -> list[Answer]:
        answers: list[Answer] = []
        for byte in received:
            self._held.append(byte)
            answer = self._one()
            if answer is not None:
                answers.append(answer)
        return answers

    def _one(self) -> Answer | None:
        held = self._held
        if len(held) == 1:
            return self._first(held[0])
        if held[0] == 0x10 and held[1] == 0x0F:
            if len(held) == 6:
                held.clear()
            return None
        if held[-1] & 0x90:  # not one of its later bytes: the status was cut short
            del held[:-1]
            return self._first(held[0])
        if len(held) < 4:
            return None
        frame = bytes(held)
        held.clear()
        return Automatic(automatic_condition(frame))

    def _first(self, byte: int) -> Answer | None:
        if byte & 0x93 == 0x10:
            return None  # an automatic status begins
        self._held.clear()
        if byte & 0x93 == 0x12:
            return RealTime(byte)
        if byte & 0xF0 == 0:
            return Done(bool(byte & 0x03), bool(byte & 0x0C))
        return None
