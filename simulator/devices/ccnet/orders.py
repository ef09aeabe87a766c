"""The validator's commands except POLL: data in, answer out, each only in the states that allow it.

Source: ccnet sheet, section 5. Decided here: options are forgotten at power-off, an order with a wrong number of bytes is
ILLEGAL COMMAND, options that are not fitted read back 0.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.bills import table_bytes
from simulator.devices.ccnet.body import Body
from simulator.devices.ccnet.wire import crc16

OPTIONS_FITTED = bytes([0xC0, 0x80, 0x00, 0x00])  # lights, hold-bill, BillTable48
PART = "TVM-CN6"
FIRMWARE = b"TVM CASH VALIDATOR 1.00"
ILLEGAL = bytes([codes.ILLEGAL])
ACK = bytes([codes.ACK])


class Orders:
    """`plays` asks whether a fault is switched on."""

    def __init__(self, body: Body, serial: str, plays: Callable[[str], bool]) -> None:
        self.body, self._serial, self._plays = body, serial, plays
        self.forget()
        self._orders: dict[int, Callable[[bytes, int], bytes | None]] = {
            0x30: self._reset,
            0x31: self._status,
            0x32: self._security,
            0x34: self._enable,
            0x35: lambda data, now: self._order(data, lambda: self.body.stack(now)),
            0x36: lambda data, now: self._order(data, lambda: self.body.give_back(now)),
            0x37: lambda data, now: self._exact(data, self._identification()),
            0x38: lambda data, now: self._order(data, lambda: self.body.hold(now)),
            0x39: self._barcode,
            0x41: lambda data, now: self._exact(data, table_bytes(self.body.kinds, self._types())),
            0x51: lambda data, now: self._exact(data, zlib.crc32(FIRMWARE).to_bytes(4, "big")),
            0x54: lambda data, now: self._exact(data, b"TVM-VM         " + zlib.crc32(FIRMWARE).to_bytes(4, "big")),
            0x56: lambda data, now: self._seeded(data, 2, crc16(data + FIRMWARE).to_bytes(2, "big")),
            0x57: lambda data, now: self._seeded(data, 8, zlib.crc32(data + FIRMWARE).to_bytes(4, "big")),
            0x58: lambda data, now: self._seeded(data, 6, crc16(data + FIRMWARE).to_bytes(2, "big")),
            0x5A: self._escrow_timeouts,
            0x5B: self._counter,
            0x5C: lambda data, now: self._exact(data, b"20240101"),
            0x68: self._set_options,
            0x69: lambda data, now: self._exact(data, bytes(self._options)),
        }

    def forget(self) -> None:
        """Power is gone."""
        self._high_security = 0
        self._options = bytearray(4)

    def obey(self, command: int, data: bytes, now_ms: int) -> bytes:
        """The payload of the answer: ACK, data, or ILLEGAL COMMAND when state or data do not fit."""
        order = self._orders.get(command)
        if not order or self.body.state not in codes.ALLOWED[command]:
            return ILLEGAL
        answer = order(data, now_ms)
        return ILLEGAL if answer is None else answer

    # -- commands: data in; the answer's payload out, None = ILLEGAL COMMAND

    def _order(self, data: bytes, do: Callable[[], None]) -> bytes | None:
        if data:
            return None
        do()
        return ACK

    def _exact(self, data: bytes, answer: bytes) -> bytes | None:
        return None if data else answer

    def _seeded(self, data: bytes, length: int, answer: bytes) -> bytes | None:
        return answer if len(data) == length else None

    def _types(self) -> int:
        """24, or 48 with the BillTable48 option: then all masks double (section 5)."""
        return 48 if self._options[1] & 0x80 else 24

    def _mask(self, mask: int) -> bytes:
        return mask.to_bytes(self._types() // 8, "big")

    def _reset(self, data: bytes, now_ms: int) -> bytes | None:
        self._high_security = 0 if not data else self._high_security
        return self._order(data, lambda: self.body.reset(now_ms))

    def _status(self, data: bytes, now_ms: int) -> bytes | None:
        return self._exact(data, self._mask(self.body.enabled) + self._mask(self._high_security))

    def _security(self, data: bytes, now_ms: int) -> bytes | None:
        if len(data) != self._types() // 8:
            return None
        self._high_security = int.from_bytes(data, "big")
        return ACK

    def _enable(self, data: bytes, now_ms: int) -> bytes | None:
        size = self._types() // 8
        if len(data) != 2 * size:
            return None
        self.body.enable(int.from_bytes(data[:size], "big"), int.from_bytes(data[size:], "big"))
        return ACK

    def _identification(self) -> bytes:
        asset = zlib.crc32(self._serial.encode()).to_bytes(7, "big")
        return PART.encode("ascii").ljust(15) + self._serial.encode("ascii")[:12].ljust(12) + asset

    def _barcode(self, data: bytes, now_ms: int) -> bytes | None:
        good = len(data) == 2 and data[0] == 1 and 6 <= data[1] <= 18
        return ACK if good else None

    def _escrow_timeouts(self, data: bytes, now_ms: int) -> bytes | None:
        if len(data) != 8:
            return None
        self.body.escrow_ms = int.from_bytes(data[:4], "big")
        return ACK

    def _counter(self, data: bytes, now_ms: int) -> bytes | None:
        if self._plays("no_counter"):
            return None
        return self._exact(data, self.body.stacked_counter.to_bytes(2, "big"))

    def _set_options(self, data: bytes, now_ms: int) -> bytes | None:
        if len(data) != 4:
            return None
        self._options[:] = bytes(given & fitted for given, fitted in zip(data, OPTIONS_FITTED, strict=True))
        self.body.hold_bill = bool(self._options[0] & 0x40)
        return ACK
