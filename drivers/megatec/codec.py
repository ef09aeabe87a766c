"""Megatec (Q1) as the host sees it: lines of text that end in CR. Source: ups sheet, section 2.

Answers are of fixed length. Action commands get none; an unknown command is echoed by most units and ignored by others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CR = b"\r"
STATUS, RATING, INFO, CANCEL = b"Q1", b"F", b"I", b"C"
STATUS_BYTES = 47
LONGEST = 64
"""No line of the sheet is longer; what is, is noise."""
_STATUS = re.compile(
    rb"\((\d{3}\.\d) (\d{3}\.\d) (\d{3}\.\d) (\d{3}) (\d{2}\.\d) (\d\.\d{2}|\d{2}\.\d) (\d{2}\.\d) ([01]{8})\r"
)
_RATING = re.compile(rb"#(\d{3}\.\d) (\d{3}) (\d{3}\.\d|\d{2}\.\d{2}) (\d{2}\.\d)\r")
_INFO = re.compile(rb"#([ -~]{35}|[ -~]{37})\r")
_LAST_TENTHS, _SECONDS_OF_A_TENTH, _MINUTE_S, _MOST_MINUTES = 9, 6, 60, 10
BACK_MIN = 3
"""Output stays off at least so long; it returns with mains. `R0000` would leave the machine dark."""


@dataclass(frozen=True, slots=True)
class Status:
    """Answer to Q1. Voltages in mV, frequency in mHz, `load_pct` 0..999.

    `battery_mv`: of one cell for on-line units, of all for `standby` ones.
    """

    input_mv: int
    load_pct: int
    input_mhz: int
    battery_mv: int
    utility_failed: bool
    low: bool
    bypass: bool
    failed: bool
    standby: bool
    testing: bool
    shutdown: bool
    beeper: bool


def parse_status(line: bytes) -> Status | None:
    """None for anything but the whole frame of 47 bytes."""
    found = _STATUS.fullmatch(line)
    if found is None or len(line) != STATUS_BYTES:
        return None
    bits = [bit == ord("1") for bit in found[8]]
    return Status(_milli(found[1]), int(found[4]), _milli(found[5]), _milli(found[6]), *bits)


def parse_rating_mv(line: bytes) -> int | None:
    """Rated battery voltage in mV, from the answer to F."""
    found = _RATING.fullmatch(line)
    return _milli(found[3]) if found else None


def parse_info(line: bytes) -> tuple[str, str, str] | None:
    """Maker, model, version, from the answer to I: 15 + 10 + 10 characters, with blanks between them or without."""
    found = _INFO.fullmatch(line)
    if found is None:
        return None
    text = found[1].decode("ascii")
    gap = 1 if len(text) == 37 else 0
    return text[:15].strip(), text[15 + gap : 25 + gap].strip(), text[25 + 2 * gap :].strip()


def _milli(number: bytes) -> int:
    whole, _, part = number.partition(b".")
    return int(whole) * 1_000 + int(part.ljust(3, b"0"))


def off_delay(off_s: int) -> tuple[bytes, int]:
    """What stands behind S for at least `off_s` seconds, and how many that are: 12 to 54 in tenths of a minute, then minutes.

    Longer than ten minutes cannot be said.
    """
    tenths = max(2, -(-off_s // _SECONDS_OF_A_TENTH))
    if tenths <= _LAST_TENTHS:
        return b".%d" % tenths, tenths * _SECONDS_OF_A_TENTH
    minutes = min(_MOST_MINUTES, -(-off_s // _MINUTE_S))
    return b"%02d" % minutes, minutes * _MINUTE_S


def off_command(off_s: int) -> tuple[bytes, int]:
    """The command that cuts the output after (at least) `off_s` seconds and restores it with mains; and its real seconds."""
    delay, real_s = off_delay(off_s)
    return b"S%sR%04d" % (delay, BACK_MIN), real_s


class Decoder:
    """Bytes in, whole lines with their CR out. Never raises; a line that never ends is dropped."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._dropping = False
        self.dropped = 0  # bytes of lines that were too long, since the start

    def feed(self, received: bytes) -> list[bytes]:
        lines = []
        for byte in received:
            self._held.append(byte)
            if byte == CR[0]:
                if not self._dropping:
                    lines.append(bytes(self._held))
                self._held.clear()
                self._dropping = False
            elif len(self._held) > LONGEST:
                self.dropped += len(self._held)
                self._held.clear()
                self._dropping = True
        return lines

    def clear(self) -> None:
        """What began before a new question is not its answer."""
        self._held.clear()
        self._dropping = False
