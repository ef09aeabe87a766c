"""Commands of the F53: DATA of a host's message in, DATA of the answer out, now or when the notes have moved.

Source: f53 sheet, sections 5 and 6. Decided here: a normal end is told as class + 80; an answer that the sheet gives no
meaning is 00; every message that cannot be obeyed is answered abnormally with a pair of the family E0 and moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.devices.f53 import wire
from simulator.devices.f53.body import Body, Order, Sizes
from simulator.devices.f53.codes import Error, Operation, major
from simulator.devices.notes_out import POSITIONS

SENSORS_AT, EXIT_BIT = 0x0E, 0x10
"""Byte of the sensor register 0C-11 with the bit for notes at the exit; the other bits are unknown and stay 0."""
OUT_AT, REJECTED_AT = 0x27, 0x2F
PAPER, POLYMER, ODR_OF_COUNT = 0x00, 0x40, 0xE4
THICKNESSES = frozenset({0x0C, 0x0D})
MOST_RETRIES = 9
INITIALISE_LENGTH, BILL_COUNT_LENGTH = 0x0D, 0x15


class Commands:
    """`respond(command, data, now_ms)` is called with every answer; `codes`: unverified operations by their command code."""

    def __init__(self, body: Body, respond: Callable[[int, bytes, int], None], codes: Mapping[int, Operation]) -> None:
        self.body, self._respond, self._codes = body, respond, codes

    def obey(self, data: bytes, now_ms: int) -> None:
        """Do it; the answer comes through `respond`, at once or when the motion has ended."""
        klass, command = data[0], data[1] if len(data) > 1 else 0
        if klass == wire.CLASS_STATUS and command == wire.STATUS:
            self._status(data, now_ms)
        elif klass != wire.CLASS_OPERATION or not self._known(command):
            self._say(klass, command, Error.UNKNOWN_COMMAND, now_ms)
        elif len(data) < 4 or data[-1] != wire.FS or data[2] != len(data) - 4:
            self._say(klass, command, Error.BAD_PARAMETER, now_ms)
        else:
            self._operate(command, data[3:-1], now_ms)

    def _known(self, command: int) -> bool:
        return command in (wire.INITIALISE, wire.BILL_COUNT) or command in self._codes

    def _operate(self, command: int, parameters: bytes, now_ms: int) -> None:
        if command == wire.INITIALISE:
            self._initialise(parameters, now_ms)
        elif command == wire.BILL_COUNT:
            self._bill_count(parameters, now_ms)
        else:
            self._unverified(command, parameters, now_ms)

    # -- commands known byte by byte

    def _status(self, data: bytes, now_ms: int) -> None:
        if data != bytes([wire.CLASS_STATUS, wire.STATUS, wire.FS]):
            self._say(wire.CLASS_STATUS, wire.STATUS, Error.BAD_PARAMETER, now_ms)
            return
        covered = bytes([EXIT_BIT * self.body.exit.covered()])
        self._say(wire.CLASS_STATUS, wire.STATUS, Error.GOOD, now_ms, {SENSORS_AT: covered})

    def _initialise(self, parameters: bytes, now_ms: int) -> None:
        sizes = _sizes(parameters) if len(parameters) == INITIALISE_LENGTH else None
        if sizes is None:
            self._say(wire.CLASS_OPERATION, wire.INITIALISE, Error.BAD_PARAMETER, now_ms)
        else:
            self.body.initialise(sizes, self._ended(wire.INITIALISE), now_ms)

    def _bill_count(self, parameters: bytes, now_ms: int) -> None:
        order = self._order(parameters) if len(parameters) == BILL_COUNT_LENGTH else None
        if order is None:
            self._counted(Order((0,) * POSITIONS, (), (), self._counted, Error.BAD_PARAMETER), now_ms)
        else:
            self.body.bill_count(order, now_ms)

    def _order(self, parameters: bytes) -> Order | None:
        """What is asked for; None when it cannot be read. ODR: only the value that is known from the field."""
        asked, limits = wire.numbers(parameters[1:9]), wire.numbers(parameters[9:17])
        retries = parameters[17:]
        if parameters[0] != ODR_OF_COUNT or asked is None or limits is None or max(retries) > MOST_RETRIES:
            return None
        return Order(asked, limits, list(retries), self._counted)

    def _counted(self, order: Order, now_ms: int) -> None:
        fields = {
            OUT_AT: b"".join(wire.two_digits(count) for count in order.out),
            REJECTED_AT: b"".join(wire.two_digits(count) for count in order.rejected),
        }
        self._say(wire.CLASS_OPERATION, wire.BILL_COUNT, order.error, now_ms, fields, order.cassette)

    # -- commands nobody has confirmed

    def _unverified(self, command: int, parameters: bytes, now_ms: int) -> None:
        operation, ended = self._codes[command], self._ended(command)
        if operation is Operation.SHUTTER and parameters in (b"\x00", b"\x01"):
            self.body.order_shutter(parameters == b"\x01", ended, now_ms)
        elif operation is Operation.SHUTTER or parameters:
            self._say(wire.CLASS_OPERATION, command, Error.BAD_PARAMETER, now_ms)
        elif operation is Operation.RESET:
            self.body.initialise(None, ended, now_ms)
        elif operation is Operation.PRESENT:
            self.body.present(ended, now_ms)
        elif operation is Operation.RETRACT:
            self.body.retract(ended, now_ms)
        else:
            self.body.throw_away(ended, now_ms)

    def _ended(self, command: int) -> Callable[[Error, int, int], None]:
        return lambda error, cassette, now_ms: self._say(
            wire.CLASS_OPERATION, command, error, now_ms, cassette=cassette
        )

    # -- the answer

    def _say(
        self,
        klass: int,
        command: int,
        error: Error,
        now_ms: int,
        fields: Mapping[int, bytes] | None = None,
        cassette: int = 0,
    ) -> None:
        """`fields`: offset from the first byte of DATA -> what stands there."""
        length = wire.LONG_ANSWER if (klass, command) == (wire.CLASS_OPERATION, wire.BILL_COUNT) else wire.SHORT_ANSWER
        data = bytearray(3 + length + 1)
        first = klass | 0x80 if error is Error.GOOD else wire.ABNORMAL
        data[:4] = bytes([first & 0xFF, command, length, major(error, cassette)])
        for offset, value in (fields or {}).items():
            data[offset : offset + len(value)] = value
        data[-1] = wire.FS
        self._respond(command, bytes(data), now_ms)


def _sizes(parameters: bytes) -> Sizes | None:
    """Note sizes of an INITIALISE; None when they cannot be meant: the longest stands before the shortest (10.5)."""
    if parameters[0] not in (PAPER, POLYMER) or not THICKNESSES.issuperset(parameters[9:]):
        return None
    pairs = [(parameters[at], parameters[at + 1]) for at in range(1, 9, 2)]
    if any((longest, shortest) != (0, 0) and not 0 < shortest <= longest for longest, shortest in pairs):
        return None
    return [pair if pair != (0, 0) else None for pair in pairs]
