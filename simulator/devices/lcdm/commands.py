"""The dispenser's commands: data in, data of the response out, now or when the notes have moved.

Source: lcdm sheet, section 5. Decided here: DISP and STAT travel + 20 like every other byte, zero notes is a bad parameter,
LAST STATUS before anything was done names command 20 with no error and no counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from simulator.devices.lcdm import wire
from simulator.devices.lcdm.body import Body, Result
from simulator.devices.lcdm.codes import CASSETTES, MOST_NOTES, NUMBERS, Error
from simulator.devices.lcdm.wire import BASE
from simulator.devices.notes_out import NOTE_MM

SLIT_MM = 0.785
OPACITY = 0x40
DIVERT_MS = 20
DIAGNOSTIC_NOTES = 5


class Commands:
    """`respond(command, data, now_ms)` is called with every answer; `plays` asks whether a fault is switched on."""

    def __init__(self, body: Body, respond: Callable[[int, bytes, int], None], plays: Callable[[str], bool]) -> None:
        self.body, self._respond, self._plays = body, respond, plays
        # settings live in memory that needs no power
        self._opacities = [OPACITY] * CASSETTES
        self._lengths = [round(NOTE_MM.get(value or 0, 0) / SLIT_MM) for value in body.values_fen]
        self._commands: dict[int, Callable[[bytes, int], bytes | None]] = {
            wire.STATUS: self._status,
            wire.PURGE: self._purge,
            wire.DISPENSE: lambda data, now: self._dispense(wire.DISPENSE, data, now),
            wire.TEST_DISPENSE: lambda data, now: self._dispense(wire.TEST_DISPENSE, data, now),
            wire.LAST_STATUS: self._last_status,
            wire.DIAGNOSTICS: self._diagnostics,
            wire.SET_OPACITY: lambda data, now: self._set_nibbles(data, self._opacities),
            wire.GET_OPACITY: lambda data, now: _good(_nibbles(self._opacities)),
            wire.SET_ORDER: self._set_order,
            wire.GET_ORDER: lambda data, now: _good(bytes(0x31 + index for index in self.body.order)),
            wire.SET_LENGTH: lambda data, now: self._set_nibbles(data, self._lengths),
            wire.GET_LENGTH: lambda data, now: _good(_nibbles(self._lengths)),
            wire.SERIAL: lambda data, now: _good(bytes([self.body.transaction + BASE])),
        }

    def obey(self, command: int, data: bytes, now_ms: int) -> None:
        """Do it; the answer comes through `respond`, at once or when the motion has ended."""
        handler = self._commands.get(command)
        answer = handler(data, now_ms) if handler else bytes([Error.BAD_COMMAND + BASE])
        if answer is not None:
            self._respond(command, answer, now_ms)

    def _status(self, data: bytes, now_ms: int) -> bytes:
        cassettes = (
            (
                BASE | 0x08 * self.body.near_end(n),
                self._type(n),
                self._opacities[n] + BASE & 0xFF,
                self._lengths[n] + BASE & 0xFF,
            )
            for n in range(CASSETTES)
        )
        return bytes([self.body.trouble() + BASE, self.body.sensor_bits() + BASE, *chain.from_iterable(cassettes)])

    def _purge(self, data: bytes, now_ms: int) -> None:
        self.body.purge(self._moved, now_ms)

    def _dispense(self, command: int, data: bytes, now_ms: int) -> bytes | None:
        short = len(data) == wire.SHORT_DISPENSE
        number = (self.body.transaction + 1) % NUMBERS
        asked = [quantity - BASE for quantity in data[:CASSETTES]]
        fits = _timeouts_fit(data[4:6]) and (data[6] == number + BASE if short else set(data[6:]) == {BASE})
        if not fits or not any(asked) or not all(0 <= quantity <= MOST_NOTES for quantity in asked):
            return self._counts(Result(command, Error.BAD_PARAMETER)) + bytes([BASE] * 9)
        self.body.dispense(command, asked, self._moved, now_ms, near_end_stops=self._plays("near_end_mode"))
        return None

    def _moved(self, result: Result, now_ms: int) -> None:
        reserved = b"" if result.command == wire.PURGE else bytes([BASE] * 9)
        self._respond(result.command, self._counts(result) + reserved, now_ms)

    def _last_status(self, data: bytes, now_ms: int) -> bytes:
        last = self.body.last or Result(BASE)  # nothing done yet: command 20, no error, no counts
        return bytes([last.command]) + self._counts(last)

    def _diagnostics(self, data: bytes, now_ms: int) -> bytes | None:
        position = data[0] - 0x31
        if not 0 <= position < CASSETTES:
            return bytes([Error.BAD_PARAMETER + BASE, BASE, BASE, BASE, BASE])
        asked = [DIAGNOSTIC_NOTES * (index == position) for index in range(CASSETTES)]

        def measured(result: Result, now_ms: int) -> None:
            seen = (self._opacities[position], self._lengths[position], DIVERT_MS, sum(result.rejected))
            self._respond(
                wire.DIAGNOSTICS, bytes([result.error + BASE, *(value + BASE & 0xFF for value in seen)]), now_ms
            )

        self.body.dispense(wire.DIAGNOSTICS, asked, measured, now_ms, remember=False)
        return None

    def _set_nibbles(self, data: bytes, kept: list[int]) -> bytes:
        if any(not 0x30 <= nibble <= 0x3F for nibble in data):
            return bytes([Error.BAD_PARAMETER + BASE])
        for index in range(CASSETTES):
            value = (data[2 * index] & 0x0F) << 4 | data[2 * index + 1] & 0x0F
            kept[index] = value or kept[index]  # 00 leaves it as it is
        return _good(b"")

    def _set_order(self, data: bytes, now_ms: int) -> bytes:
        if sorted(data) != [0x31, 0x32, 0x33, 0x34]:
            return bytes([Error.BAD_PARAMETER + BASE])
        self.body.order = [position - 0x31 for position in data]
        return _good(b"")

    def _type(self, index: int) -> int:
        return 0x31 + index if self.body.fitted[index] else 0x30

    def _counts(self, result: Result) -> bytes:
        rows = ((result.out[n] + BASE, result.rejected[n] + BASE, self._type(n)) for n in range(CASSETTES))
        return bytes([result.error + BASE, 0x30, *chain.from_iterable(rows)])


def _good(data: bytes) -> bytes:
    return bytes([Error.GOOD + BASE]) + data


def _nibbles(values: Sequence[int]) -> bytes:
    """High nibble first, each as 30..3F."""
    return bytes(0x30 + nibble for value in values for nibble in (value >> 4 & 0x0F, value & 0x0F))


def _timeouts_fit(pair: bytes) -> bool:
    return pair == bytes([BASE, BASE]) or (pair[0] == 0x1C and 0x30 <= pair[1] <= 0x39)
