"""One PIN from its request to its block: commands 6 and 7 in both styles (pin-pad sheet, section 4).

Decided here (docs/sheets/pin-pad-open-points.md): the block may be fetched again with the same words until input is opened or
closed, because a host repeats what was not answered; with other words it may not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from simulator.devices.epp import pinblock
from simulator.devices.epp.codes import CLEAR_FORMATS, FORMATS, MOST_PIN, Code, Refusal, Style, Use
from simulator.devices.epp.keyboard import Ending, Keyboard
from simulator.devices.epp.memory import Memory

CAPTURES = ("00011", "00012")


@dataclass(frozen=True, slots=True)
class Request:
    """Key index, ISO 9564-1 format and PAN digits of a block."""

    index: int
    form: int
    pan: str


class Pins:
    def __init__(
        self,
        memory: Memory,
        keyboard: Keyboard,
        style: Style,
        played: Callable[[str], bool],
        manners: Counter[str],
    ) -> None:
        self._memory, self._keyboard, self._style = memory, keyboard, style
        self._played, self._manners = played, manners
        self.forget()

    def forget(self) -> None:
        """Input is closed; digits and block are gone."""
        self._keyboard.close()
        self._asked: Request | None = None
        self._made: tuple[int, bytes] | None = None

    def start(self, rest: str, now_ms: int) -> None:
        """Open input. Raises Refusal, and then a running entry goes on."""
        request, longest = None, self._memory.settings.longest
        if self._style is Style.AT_START:
            request, longest = self._request_at_start(rest)
        elif len(rest) != len(CAPTURES[0]):
            raise Refusal(Code.COMMAND_LENGTH)
        elif rest not in CAPTURES:
            raise Refusal(Code.PARAMETER)
        if not self._memory.settings.shortest <= longest <= MOST_PIN:
            raise Refusal(Code.PARAMETER)
        self.forget()
        self._asked = request
        self._keyboard.open_pin(longest, now_ms)

    def fetch(self, rest: str) -> tuple[int, bytes]:
        """How many digits and the block; 0 and nothing when enter came without a digit. Raises Refusal."""
        if self._style is Style.AT_START and rest:
            raise Refusal(Code.COMMAND_LENGTH)
        if self._keyboard.ending is Ending.TIMED_OUT:
            raise Refusal(Code.TIME_OUT)
        if self._keyboard.ending is not Ending.ENTERED:
            raise Refusal(Code.NOTHING_STORED)
        request = self._asked if self._style is Style.AT_START else self._request_at_fetch(rest)
        if request is None or (self._made is not None and request != self._asked):
            raise Refusal(Code.NOTHING_STORED)
        if self._made is None:
            self._asked, self._made = request, self._make(request)
        return self._spoilt(*self._made)

    def _make(self, request: Request) -> tuple[int, bytes]:
        key = self._memory.keys.use(request.index, key_use(request.form))
        pin = self._keyboard.take_pin()
        if not pin:
            return 0, b""
        return len(pin), pinblock.encrypted(request.form, pin, request.pan, key, self._memory.noise)

    def _spoilt(self, length: int, block: bytes) -> tuple[int, bytes]:
        if self._played("pin_length_lies_next"):
            length += 1
        return length, block[:-1] if self._played("short_block_next") else block

    # -- words of the host

    def _request_at_start(self, rest: str) -> tuple[Request, int]:
        if len(rest) < 6:
            raise Refusal(Code.COMMAND_LENGTH)
        if not (rest[3].isascii() and rest[3].isdigit()):
            raise Refusal(Code.PARAMETER)
        if not (rest[4:6].isascii() and rest[4:6].isdigit()):
            raise Refusal(Code.BAD_DATA)
        return self._request(rest[:2], rest[2], rest[6:]), int(rest[4:6])

    def _request_at_fetch(self, rest: str) -> Request:
        if len(rest) < 3:
            raise Refusal(Code.COMMAND_LENGTH)
        return self._request(rest[:2], rest[2], rest[3:])

    def _request(self, index: str, form: str, pan: str) -> Request:
        if form not in FORMATS:
            self._manners["clear_format"] += form in CLEAR_FORMATS
            raise Refusal(Code.PARAMETER)
        if any(character not in "0123456789ABCDEF" for character in index):
            raise Refusal(Code.BAD_DATA)
        if any(character not in "0123456789" for character in pan):
            raise Refusal(Code.BAD_DATA)
        if not 12 <= len(pan) <= (19 if FORMATS[form] == 4 else 12):
            raise Refusal(Code.COMMAND_LENGTH)
        request = Request(int(index, 16), FORMATS[form], pan)
        self._memory.keys.use(request.index, key_use(request.form))
        return request


def key_use(form: int) -> Use:
    return Use.PIN_AES if form == 4 else Use.PIN
