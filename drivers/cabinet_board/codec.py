"""Modbus RTU frames of the cabinet board, host side. The one home of pymodbus, which is used as a codec only.

Sources: io-board sheet 2.1 and 2.2; cabinet-board-v2 sheet. Requests are built by pymodbus' messages, most of them once;
of the answers only the shape one request can have is looked for, because the board is asked twenty times a second.

    UNIT(01) FUNCTION DATA.. CRC       CRC-16 A001h reflected, start FFFFh, low byte first
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import unpack

from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

UNIT = 1
BOARD_TYPE = 0x5456
MAP_VERSION = 2
INPUTS, COILS = 32, 32
KICK_WORD = 0x55AA
DEVICE_FAILS = 4  # Modbus exception: asked rightly, could not

# Input registers
UPTIME_LOW, TEMPERATURE, EVENTS, LATCH, RESET_CAUSE, TRIPS, CRC_ERRORS = 3, 5, 11, 12, 13, 14, 15
MEASURES = 16
TAGS_FROM = 16
TAG_PARTS = ("note_box", "cassette_1", "cassette_2", "cassette_3", "cassette_4", "ticket_roll")

# Holding registers
WATCHDOG_S, KICK, CLEAR_LATCH, FLAP_10MS, NEAR_DEBOUNCE_MS = 0, 1, 2, 3, 9

# Alarm latch bits
LATCH_DOORS, LATCH_SHAKEN, LATCH_TAMPER, LATCH_WATCHDOG = 0x000F, 1 << 5, 1 << 6, 1 << 15

_framer = FramerRTU(DecodePDU(False))


@dataclass(frozen=True, slots=True)
class Request:
    """A frame, and what its good answer looks like: how it begins and how many bytes it has."""

    what: str
    frame: bytes
    begins: bytes
    size: int

    @property
    def function(self) -> int:
        return self.frame[1]


@dataclass(frozen=True, slots=True)
class Answer:
    """`data`: the bytes between the begin of the answer and its CRC. `exception`: Modbus code, 0 for a good answer."""

    data: bytes
    exception: int = 0


def _reading(what: str, message: ModbusPDU, data_bytes: int) -> Request:
    frame = _framer.buildFrame(message)
    return Request(what, frame, bytes([UNIT, frame[1], data_bytes]), data_bytes + 5)


def _writing(what: str, message: ModbusPDU) -> Request:
    frame = _framer.buildFrame(message)
    # FC 05/06 echo everything, FC 0F/10 answer address and count: in both cases the first six bytes of the request
    return Request(what, frame, frame[:6], 8)


def read_inputs() -> Request:
    """All 32 discrete inputs."""
    return _reading("inputs", ReadDiscreteInputsRequest(dev_id=UNIT, address=0, count=INPUTS), INPUTS // 8)


def read_coils() -> Request:
    return _reading("coils", ReadCoilsRequest(dev_id=UNIT, address=0, count=COILS), COILS // 8)


def read_input_registers(what: str, first: int, count: int) -> Request:
    return _reading(what, ReadInputRegistersRequest(dev_id=UNIT, address=first, count=count), 2 * count)


def read_holding_registers(what: str, first: int, count: int) -> Request:
    return _reading(what, ReadHoldingRegistersRequest(dev_id=UNIT, address=first, count=count), 2 * count)


def write_coil(coil: int, on: bool) -> Request:
    return _writing("coil", WriteSingleCoilRequest(dev_id=UNIT, address=coil, bits=[on]))


def write_coils(first: int, levels: Sequence[bool]) -> Request:
    return _writing("set_coils", WriteMultipleCoilsRequest(dev_id=UNIT, address=first, bits=list(levels)))


def write_register(what: str, register: int, value: int) -> Request:
    return _writing(what, WriteSingleRegisterRequest(dev_id=UNIT, address=register, registers=[value]))


def write_registers(what: str, first: int, values: Sequence[int]) -> Request:
    return _writing(what, WriteMultipleRegistersRequest(dev_id=UNIT, address=first, registers=list(values)))


def crc_good(frame: bytes) -> bool:
    return FramerRTU.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big"))


class Decoder:
    """Finds the answer to one request in what arrives. Never waits, never raises; noise and late answers are dropped."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._request: Request | None = None
        self._last_good = b""

    def expect(self, request: Request | None) -> None:
        """What has arrived before the request left cannot be its answer."""
        self._request = request
        self._held.clear()

    def feed(self, received: bytes) -> Answer | None:
        """The answer to the expected request, once. Bytes nobody asked for are dropped."""
        request = self._request
        if request is None:
            return None
        self._held += received
        start = 0
        while (start := self._held.find(UNIT, start)) >= 0:
            size = self._size_at(start, request)
            if size:
                frame = bytes(self._held[start : start + size])
                if len(frame) < size:
                    return None  # the rest is still on its way
                if frame == self._last_good or crc_good(frame):
                    return self._found(frame, request)
            start += 1
        return None

    @staticmethod
    def _agrees(held: bytes, pattern: bytes) -> bool:
        return pattern.startswith(held) if len(held) < len(pattern) else held.startswith(pattern)

    def _size_at(self, start: int, request: Request) -> int:
        """How long the frame that may begin here would be; 0 when none can."""
        head = bytes(self._held[start : start + len(request.begins)])
        if self._agrees(head, request.begins):
            return request.size
        if self._agrees(head[:2], bytes([UNIT, request.function | 0x80])):
            return 5
        return 0

    def _found(self, frame: bytes, request: Request) -> Answer:
        self.expect(None)
        if frame[1] & 0x80:
            return Answer(b"", frame[2])
        self._last_good = frame  # at rest the same answer comes again and again: compared, not computed
        return Answer(frame[len(request.begins) : -2])


def levels(data: bytes) -> int:
    """Bits of inputs or coils as one number, bit n = number n."""
    return int.from_bytes(data, "little")


def registers(data: bytes) -> tuple[int, ...]:
    """Unsigned 16-bit values."""
    return unpack(f">{len(data) // 2}H", data)


def tag(words: Sequence[int]) -> str:
    """Eight characters out of four registers, first character in the high byte; unprintable or zero: no tag."""
    raw = b"".join(word.to_bytes(2, "big") for word in words).rstrip(b"\0 ")
    return raw.decode("ascii") if raw and all(0x20 < byte < 0x7F for byte in raw) else ""
