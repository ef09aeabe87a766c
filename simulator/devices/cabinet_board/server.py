"""Answers to Modbus requests, strict as the sheet says (map version 2, "Answers to what is wrong")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from simulator.devices.cabinet_board.rtu import sealed

UNIT = 1
COILS, INPUTS, INPUT_REGISTERS, HOLDING_REGISTERS = 32, 32, 40, 10
FIRST_RESERVED_COIL = 20
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE = 1, 2, 3, 4


class Memory(Protocol):
    """What the tables are made of. Reads give whole tables; writes are already checked."""

    def read_coils(self) -> Sequence[bool]: ...
    def read_inputs(self) -> Sequence[bool]: ...
    def read_holding(self) -> Sequence[int]: ...
    def read_input_registers(self) -> Sequence[int]: ...
    def write_coils(self, first: int, values: Sequence[bool]) -> None: ...
    def write_holding(self, first: int, values: Sequence[int]) -> None: ...


class Refused(Exception):
    """A request that gets an exception answer; the code is its argument."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def exception(function: int, code: int) -> bytes:
    return sealed(bytes([UNIT, function | 0x80, code]))


def serve(frame: bytes, memory: Memory) -> bytes:
    """The answer to a frame for this unit whose CRC is good, CRC included."""
    function, body = frame[1], frame[2:-2]
    try:
        return sealed(bytes([UNIT, function]) + _answer(function, body, memory))
    except Refused as refused:
        return exception(function, refused.code)


def _answer(function: int, body: bytes, memory: Memory) -> bytes:
    if function == 0x01:
        return _bits(body, memory.read_coils())
    if function == 0x02:
        return _bits(body, memory.read_inputs())
    if function == 0x03:
        return _words(body, memory.read_holding())
    if function == 0x04:
        return _words(body, memory.read_input_registers())
    if function in (0x05, 0x06):
        return _write_one(function, body, memory)
    if function in (0x0F, 0x10):
        return _write_many(function, body, memory)
    raise Refused(ILLEGAL_FUNCTION)


def _span(body: bytes, size: int) -> tuple[int, int]:
    """First address and count of a request, inside a table of `size`."""
    first, count = int.from_bytes(body[:2], "big"), int.from_bytes(body[2:4], "big")
    if count == 0 or first + count > size:
        raise Refused(ILLEGAL_ADDRESS)
    return first, count


def _bits(body: bytes, table: Sequence[bool]) -> bytes:
    first, count = _span(body, len(table))
    value = 0
    for bit in reversed(table[first : first + count]):
        value = value << 1 | bit
    packed = value.to_bytes((count + 7) // 8, "little")
    return bytes([len(packed)]) + packed


def _words(body: bytes, table: Sequence[int]) -> bytes:
    first, count = _span(body, len(table))
    packed = b"".join(word.to_bytes(2, "big") for word in table[first : first + count])
    return bytes([len(packed)]) + packed


def _check_coils(first: int, values: Sequence[bool]) -> None:
    if any(on and first + place >= FIRST_RESERVED_COIL for place, on in enumerate(values)):
        raise Refused(ILLEGAL_VALUE)


def _write_one(function: int, body: bytes, memory: Memory) -> bytes:
    address, value = int.from_bytes(body[:2], "big"), int.from_bytes(body[2:4], "big")
    if address >= (COILS if function == 0x05 else HOLDING_REGISTERS):
        raise Refused(ILLEGAL_ADDRESS)
    if function == 0x06:
        memory.write_holding(address, [value])
        return body
    if value not in (0x0000, 0xFF00):
        raise Refused(ILLEGAL_VALUE)
    _check_coils(address, [value == 0xFF00])
    memory.write_coils(address, [value == 0xFF00])
    return body


def _write_many(function: int, body: bytes, memory: Memory) -> bytes:
    first, count = _span(body, COILS if function == 0x0F else HOLDING_REGISTERS)
    packed = body[5:]
    if body[4] != len(packed) or body[4] != ((count + 7) // 8 if function == 0x0F else count * 2):
        raise Refused(ILLEGAL_VALUE)
    if function == 0x0F:
        value = int.from_bytes(packed, "little")
        bits = [bool(value >> place & 1) for place in range(count)]
        _check_coils(first, bits)
        memory.write_coils(first, bits)
    else:
        memory.write_holding(first, [int.from_bytes(packed[at : at + 2], "big") for at in range(0, len(packed), 2)])
    return body[:4]
