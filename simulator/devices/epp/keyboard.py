"""Fingers on the keypad: what crosses the line for each key, and what stays in the pad (pin-pad sheet, sections 1, 3 and 4).

Decided here (docs/sheets/pin-pad-open-points.md): the time limit counts from the opening of input; a PIN needs enter; clear takes
all digits back; in PIN mode the keys 00, point and those beside the screen do nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, unique

from simulator.devices.epp.codes import DIGITS, KEYS, TIME_IS_OUT
from simulator.devices.epp.memory import Memory


@unique
class Mode(Enum):
    CLOSED = "no key does anything"
    PLAIN = "every key says what it is"
    PIN = "digits stay in the pad"


@unique
class Ending(Enum):
    """How the last PIN entry ended."""

    NONE = "there was none, or it is open, or it was given up"
    ENTERED = "with enter"
    TIMED_OUT = "the time was out"


class Keyboard:
    """`faults` answers what is switched on; `played` asks for a one-shot switch."""

    def __init__(self, memory: Memory, faults: Callable[[], set[str]], played: Callable[[str], bool]) -> None:
        self._memory, self._faults, self._played = memory, faults, played
        self.mode = Mode.CLOSED
        self.ending = Ending.NONE
        self.until_ms: int | None = None
        self._longest = 0
        self._digits = ""

    @property
    def is_open(self) -> bool:
        return self.mode is not Mode.CLOSED

    @property
    def typed(self) -> int:
        """How many digits of a PIN are in; what they are is nobody's business."""
        return len(self._digits)

    # -- orders

    def open_plain(self, now_ms: int) -> None:
        self.close()
        self._open(Mode.PLAIN, now_ms)

    def open_pin(self, longest: int, now_ms: int) -> None:
        self.close()
        self._longest = longest
        self._open(Mode.PIN, now_ms)

    def close(self) -> None:
        """Input is closed, and what was typed is gone."""
        self.mode, self.ending, self.until_ms, self._digits = Mode.CLOSED, Ending.NONE, None, ""

    def take_pin(self) -> str:
        """What was typed, once."""
        pin, self._digits = self._digits, ""
        return pin

    # -- fingers and time

    def press(self, key: str) -> bytes:
        """What crosses the line for it; nothing for a key that does nothing now."""
        if key not in KEYS or self.mode is Mode.CLOSED or (key == "enter" and "enter_dead" in self._faults()):
            return b""
        if self.mode is Mode.PIN:
            return self._press_secretly(key)
        return self._code(key)

    def poll(self, now_ms: int) -> bytes:
        """The byte that tells that the time is out, when it is."""
        if self.until_ms is None or now_ms < self.until_ms:
            return b""
        ending = Ending.TIMED_OUT if self.mode is Mode.PIN else Ending.NONE
        self.close()
        self.ending = ending
        return b"" if "no_time_out_byte" in self._faults() else TIME_IS_OUT

    def _open(self, mode: Mode, now_ms: int) -> None:
        limit_ms = 0 if self._played("time_out_at_once_next") else self._memory.settings.limit_s * 1_000
        self.mode, self.until_ms = mode, now_ms + limit_ms

    def _press_secretly(self, key: str) -> bytes:
        if key in DIGITS:
            if len(self._digits) >= self._longest:
                return b""
            self._digits += key
            return self._code(key) if "plain_digits" in self._faults() else bytes([self._memory.settings.mask])
        if key == "clear":
            self._digits = ""
        elif key == "cancel":
            self.close()
        elif key != "enter" or not self._enter():
            return b""
        return self._code(key)

    def _enter(self) -> bool:
        """False when the PIN is too short. None at all is right: whether a PIN may be left out is not the pad's to say."""
        short = 0 < len(self._digits) < self._memory.settings.shortest
        if short and not self._played("short_pin_next"):
            return False
        self.mode, self.ending, self.until_ms = Mode.CLOSED, Ending.ENTERED, None
        return True

    def _code(self, key: str) -> bytes:
        code = self._memory.scan_codes[KEYS.index(key)]
        return bytes([code]) if code else b""
