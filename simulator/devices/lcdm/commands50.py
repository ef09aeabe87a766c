"""Commands of dialect 50: data in, data of the response out, now or when the notes have moved (lcdm sheet, section 4).

Decided here: a count out of range, or an order while a note lies in the path, moves nothing and is answered in full with
zeros; STATUS tells in its error byte what is wrong now, not what was wrong with the last order.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.devices.lcdm import codes50, wire50
from simulator.devices.lcdm.body import Body, Result
from simulator.devices.lcdm.codes import CASSETTES, Error
from simulator.devices.lcdm.codes50 import Error50, told
from simulator.devices.lcdm.wire50 import digits

ROM_1000, ROM_2000 = b"O30T5A3C", b"T30T"


class Commands50:
    """`respond(command, data, now_ms)` is called with every answer. `cassettes`: 1 or 2. `there_is_set`: on an LCDM-2000 a
    cassette or tray that is there sets its bit (the sheet leaves the polarity open)."""

    def __init__(
        self, body: Body, respond: Callable[[int, bytes, int], None], cassettes: int, there_is_set: bool
    ) -> None:
        self.body, self._respond = body, respond
        self._cassettes, self._there_is_set = cassettes, there_is_set
        known = wire50.TWO_CASSETTES if cassettes == 2 else wire50.ONE_CASSETTE
        orders: dict[int, Callable[[bytes, int], bytes | None]] = {
            wire50.PURGE: self._purge,
            wire50.STATUS: self._status,
            wire50.ROM_VERSION: lambda data, now: ROM_2000 if cassettes == 2 else ROM_1000,
            wire50.UPPER: lambda data, now: self._dispense(wire50.UPPER, data, now),
            wire50.LOWER: lambda data, now: self._dispense(wire50.LOWER, data, now),
            wire50.BOTH: lambda data, now: self._dispense(wire50.BOTH, data, now),
            wire50.TEST_UPPER: lambda data, now: self._dispense(wire50.TEST_UPPER, b"01", now),
            wire50.TEST_LOWER: lambda data, now: self._dispense(wire50.TEST_LOWER, b"01", now),
        }
        self._commands = {code: orders[code] for code in known}

    def obey(self, command: int, data: bytes, now_ms: int) -> None:
        """Do it; the answer comes through `respond`, at once or when the motion has ended."""
        handler = self._commands.get(command)
        answer = handler(data, now_ms) if handler else bytes([Error50.UNDEFINED])
        if answer is not None:
            self._respond(command, answer, now_ms)

    def _purge(self, data: bytes, now_ms: int) -> None:
        self.body.purge(lambda result, now: self._respond(wire50.PURGE, bytes([self._error(result)]), now), now_ms)

    def _dispense(self, command: int, data: bytes, now_ms: int) -> bytes | None:
        asked = wire50.counts(data)
        if asked is None:
            return self._counts(Result(command), Error50.BAD_COUNT)
        quantities = [0] * CASSETTES
        quantities[_first(command) : _first(command) + len(asked)] = asked
        test = command in (wire50.TEST_UPPER, wire50.TEST_LOWER)
        self.body.dispense(command, quantities, self._moved, now_ms, remember=False, to_reject=test)
        return None

    def _moved(self, result: Result, now_ms: int) -> None:
        self._respond(result.command, self._counts(result, self._error(result)), now_ms)

    def _counts(self, result: Result, error: Error50) -> bytes:
        """CHK and EXIT of each cassette of the order, the error, the near-end of each, REJECT of each."""
        first = _first(result.command)
        used = range(first, first + (2 if result.command == wire50.BOTH else 1))
        moved = b"".join(digits(result.picked[n]) + digits(result.out[n]) for n in used)
        levels = bytes(codes50.NEAR_END if self.body.near_end(n) else codes50.ENOUGH for n in used)
        return moved + bytes([error]) + levels + b"".join(digits(result.rejected[n]) for n in used)

    def _error(self, result: Result) -> Error50:
        if result.error is Error.NOTES_ON_PATH and (stuck := self.body.stuck()) is not None:
            return self._told(*stuck)
        return self._told(result.error, result.at)

    def _told(self, error: Error, cassette: int) -> Error50:
        return told(error, cassette, self.body.near_end(cassette), self._cassettes)

    # -- STATUS

    def _status(self, data: bytes, now_ms: int) -> bytes:
        trouble, stuck = self.body.trouble(), self.body.stuck()
        error = self._told(*stuck) if trouble is Error.GOOD and stuck is not None else self._told(trouble, 0)
        sensor_1 = self._sensor_1_of_2000() if self._cassettes == 2 else self._sensor_1_of_1000()
        return bytes([0x30, error, self._sensor_0(), sensor_1])

    def _sensor_0(self) -> int:
        bits = codes50.ALWAYS | codes50.NEAR_END_UPPER * self.body.near_end(0)
        if self.body.trouble() is Error.SENSOR:
            bits |= 0b01
        stuck = self.body.stuck()
        if stuck is None or stuck == (Error.JAM_CHK_DVT, 1):  # the lower cassette's check sensors are in the other byte
            return bits
        return bits | codes50.SENSOR_0[stuck[0]]

    def _sensor_1_of_1000(self) -> int:
        bits = codes50.ALWAYS | codes50.TRAY_1000 * (not self.body.tray_there())
        bits |= codes50.CASSETTE_1000 * (not self.body.fitted[0])
        return bits | codes50.SOLENOID_1000 * (self.body.trouble() is Error.SOLENOID)

    def _sensor_1_of_2000(self) -> int:
        there = {
            codes50.UPPER_2000: self.body.fitted[0],
            codes50.LOWER_2000: self.body.fitted[1],
            codes50.TRAY_2000: self.body.tray_there(),
        }
        bits = codes50.ALWAYS | sum(bit for bit, is_there in there.items() if is_there == self._there_is_set)
        bits |= codes50.SOLENOID_2000 * (self.body.trouble() is Error.SOLENOID)
        bits |= codes50.NEAR_END_LOWER_2000 * self.body.near_end(1)
        return bits | codes50.CHK3_2000 * (self.body.stuck() == (Error.JAM_CHK_DVT, 1))


def _first(command: int) -> int:
    """Index of the first cassette an order pays from."""
    return 1 if command in (wire50.LOWER, wire50.TEST_LOWER) else 0
