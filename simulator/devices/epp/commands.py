"""What a command makes of the pad, and what its reply says (pin-pad sheet, sections 2 to 5).

A command that is undamaged and wrong changes nothing. What the sheet leaves open: docs/sheets/pin-pad-open-points.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from simulator.devices import des
from simulator.devices.epp import chaining, controls
from simulator.devices.epp.authentication import Authentication
from simulator.devices.epp.codes import ENCRYPTING, MASTERS, STX, Code, Refusal, Style, Use
from simulator.devices.epp.keyboard import Keyboard, Mode
from simulator.devices.epp.keys import CHECK_BYTES, Key
from simulator.devices.epp.memory import USER_TEXT, Memory
from simulator.devices.epp.pins import Pins

FUNCTION_CODE, HARDWARE, SOFTWARE = "00000000", "100", "207"
MODELS = {Style.AT_START: "ZT588 ", Style.AT_FETCH: "ZT598 "}
WITHOUT_CHIP = "bcdeosn"
HEX, SPLIT = re.compile(r"(?:[0-9A-F]{2})*"), re.compile(r"(?:[0-?]{2})*")
OUT_OF_HEX, INTO_HEX = str.maketrans("ABCDEF", ":;<=>?"), str.maketrans(":;<=>?", "ABCDEF")


@dataclass(frozen=True, slots=True)
class Variant:
    """How one pad differs from another. `first_length`: what command 1 calls a key of 8 bytes, 0 or 1. `guarded`: masters are
    loaded and keys erased only after authentication. `serial`: 8 characters."""

    style: Style = Style.AT_FETCH
    first_length: int = 1
    guarded: bool = False
    serial: str = "26110042"


class Commands:
    """`restart` is set by a command that starts the pad again once it was answered. `manners` counts what a rude host did."""

    def __init__(
        self,
        memory: Memory,
        keyboard: Keyboard,
        variant: Variant,
        faults: Callable[[], set[str]],
        played: Callable[[str], bool],
        manners: Counter[str],
    ) -> None:
        self.restart = False
        self._model = MODELS[variant.style]
        self._memory, self._keyboard, self._variant = memory, keyboard, variant
        self._faults, self._played, self._manners = faults, played, manners
        self._authentication = Authentication(memory)
        self._pins = Pins(memory, keyboard, variant.style, played, manners)
        self._table: dict[str, Callable[[str, int], bytes]] = {
            "1": self._load_plain,
            "2": self._load_wrapped,
            "3": self._information,
            "4": self._scan_codes,
            "5": self._control,
            "6": self._start_pin,
            "7": self._fetch,
            "8": self._mac,
            "9": self._crypt,
            ":": self._authenticate,
            "I": self._status,
        }

    def forget(self) -> None:
        """Power is gone."""
        self.restart = False
        self._authentication.forget()
        self._pins.forget()

    def obey(self, content: bytes, now_ms: int) -> bytes:
        """The content of the reply: its code and what comes with it."""
        command, rest = chr(content[0]), content[1:].decode("latin-1")
        try:
            self._check_condition(command)
            if command in WITHOUT_CHIP:
                raise Refusal(Code.CHIP)
            if command not in self._table:
                raise Refusal(Code.OTHER)
            return bytes([Code.DONE]) + self._table[command](rest, now_ms)
        except Refusal as refusal:
            return bytes([refusal.code])

    def _check_condition(self, command: str) -> None:
        if command == "3":
            return
        if self._memory.destroyed:
            raise Refusal(Code.DESTROYED)
        if "removed" in self._faults():
            raise Refusal(Code.REMOVED)
        if self._played("memory_fault_next"):
            raise Refusal(Code.MEMORY)
        if self._played("other_error_next"):
            raise Refusal(Code.OTHER)
        if command in "12I" and "battery_low" in self._faults():
            raise Refusal(Code.BATTERY_LOW)

    # -- keys

    def _load_plain(self, rest: str, now_ms: int) -> bytes:
        self._check_guard()
        index, use = hex_byte(rest[:2]), use_of(rest[2:3])
        value = self._key_bytes(rest[3:4], rest[4:], self._variant.first_length)
        self._check_value_refused()
        return self._told(index, self._memory.keys.load_plain(index, use, value))

    def _load_wrapped(self, rest: str, now_ms: int) -> bytes:
        protecting, index = hex_byte(rest[:2]), hex_byte(rest[2:4])
        if protecting == 0 and rest[4:] == "00":
            if self._memory.keys.held().get(index) in MASTERS:
                self._check_guard()
            self._memory.keys.erase(index)
            return b""
        use = use_of(rest[4:5])
        cryptogram = self._key_bytes(rest[5:6], rest[6:], 1)
        self._check_value_refused()
        return self._told(index, self._memory.keys.load_wrapped(protecting, index, use, cryptogram))

    def _check_guard(self) -> None:
        if self._variant.guarded and not self._authentication.passed:
            raise Refusal(Code.AUTHENTICATION)

    def _check_value_refused(self) -> None:
        if self._played("check_value_refused_next"):
            raise Refusal(Code.CHECK_VALUE)

    def _key_bytes(self, length: str, text: str, first_length: int) -> bytes:
        sizes = {str(first_length + step): 8 * (step + 1) for step in range(3)}
        if length not in sizes:
            raise Refusal(Code.KEY_LENGTH)
        if len(text) != 2 * sizes[length]:
            raise Refusal(Code.COMMAND_LENGTH)
        return self._bytes(text)

    def _told(self, index: int, key: Key) -> bytes:
        if self._played("another_check_value_next"):
            key = self._memory.keys.spoil(index)
        return self._text(key.check_value()[:CHECK_BYTES])

    # -- the pad

    def _information(self, rest: str, now_ms: int) -> bytes:
        memory = self._memory
        if rest:
            if len(rest) != USER_TEXT:
                raise Refusal(Code.COMMAND_LENGTH)
            memory.user_text = rest
            return b""
        settings = memory.settings.image(memory.keys.blank, self._keyboard.is_open)
        about = FUNCTION_CODE + self._model + HARDWARE + SOFTWARE + self._variant.serial
        return memory.user_text.encode("latin-1") + self._text(memory.scan_codes + settings) + about.encode("ascii")

    def _status(self, rest: str, now_ms: int) -> bytes:
        if rest:
            raise Refusal(Code.COMMAND_LENGTH)
        flags = self._memory.settings.image(self._memory.keys.blank, self._keyboard.is_open)[0]
        return b"%02X" % flags + (self._model + self._variant.serial).encode("ascii")

    def _scan_codes(self, rest: str, now_ms: int) -> bytes:
        if len(rest) != 48:
            raise Refusal(Code.COMMAND_LENGTH)
        codes = self._bytes(rest)
        if STX in codes:
            raise Refusal(Code.BAD_DATA)
        self._memory.scan_codes = codes
        return b""

    def _control(self, rest: str, now_ms: int) -> bytes:
        if len(rest) != 3:
            raise Refusal(Code.COMMAND_LENGTH)
        value = hex_byte(rest[1:])
        if rest[0] == "0":
            self._act(value, now_ms)
        else:
            controls.change(self._memory.settings, rest[0], value)
        return b""

    def _act(self, value: int, now_ms: int) -> None:
        if value == 0x30:
            self.restart = True
        elif value == 0x31:
            self._check_guard()
            self._pins.forget()
            self._memory.keys.wipe()
        elif value == 0x32:
            self._pins.forget()
        elif value == 0x33:
            self._open_plain(now_ms)
        elif value in (0x34, 0x35):
            self._memory.settings.tone = value == 0x35
        elif value != 0x3D:  # a beep: nothing of it is on the line
            raise Refusal(Code.PARAMETER)

    def _open_plain(self, now_ms: int) -> None:
        """Not over a PIN entry: the next digit of the PIN would be told."""
        if self._keyboard.mode is Mode.PIN:
            self._manners["plain_over_pin"] += 1
            raise Refusal(Code.OTHER)
        self._pins.forget()
        self._keyboard.open_plain(now_ms)

    # -- PINs

    def _start_pin(self, rest: str, now_ms: int) -> bytes:
        self._pins.start(rest, now_ms)
        return b""

    def _fetch(self, rest: str, now_ms: int) -> bytes:
        length, block = self._pins.fetch(rest)
        return b"00%02d" % length + self._text(block)

    # -- what keys are used for

    def _mac(self, rest: str, now_ms: int) -> bytes:
        key = self._memory.keys.use(hex_byte(rest[:2]), Use.MAC)
        mode, data = rest[2:3], self._bytes(rest[3:])
        if mode not in ("2", "A"):
            raise Refusal(Code.PARAMETER)
        if not data:
            raise Refusal(Code.COMMAND_LENGTH)
        return self._text(chaining.mac(key.value[:8] if mode == "2" else key.value, data))

    def _crypt(self, rest: str, now_ms: int) -> bytes:
        ways = {"1": des.encrypt, "2": chaining.cbc_encrypt, "A": des.decrypt, "B": chaining.cbc_decrypt}
        way = ways.get(rest[2:3])
        if way is None:
            raise Refusal(Code.PARAMETER)
        key = self._memory.keys.use(hex_byte(rest[:2]), *(ENCRYPTING if rest[2] in "12" else (Use.DATA,)))
        data = self._bytes(rest[3:])
        if not data or len(data) % des.BLOCK:
            raise Refusal(Code.COMMAND_LENGTH)
        return self._text(way(key.value, data))

    def _authenticate(self, rest: str, now_ms: int) -> bytes:
        return self._text(self._authentication.obey(hex_byte(rest[:2]), self._bytes(rest[2:]), now_ms))

    # -- bytes as text

    def _bytes(self, text: str) -> bytes:
        hex_mode = self._memory.settings.hex_mode
        if not (HEX if hex_mode else SPLIT).fullmatch(text):
            raise Refusal(Code.BAD_DATA)
        return bytes.fromhex(text if hex_mode else text.translate(INTO_HEX))

    def _text(self, data: bytes) -> bytes:
        text = data.hex().upper()
        return (text if self._memory.settings.hex_mode else text.translate(OUT_OF_HEX)).encode("ascii")


def hex_byte(text: str) -> int:
    """Two upper-case hex digits. Raises Refusal."""
    if len(text) != 2:
        raise Refusal(Code.COMMAND_LENGTH)
    if not HEX.fullmatch(text):
        raise Refusal(Code.BAD_DATA)
    return int(text, 16)


def use_of(text: str) -> Use:
    if len(text) != 1:
        raise Refusal(Code.COMMAND_LENGTH)
    if text not in "123456789":
        raise Refusal(Code.PARAMETER)
    return Use(int(text))
