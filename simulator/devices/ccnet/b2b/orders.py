"""The unit's commands except POLL: data in, answer out, each only in the states that allow it.

Source: ccnet sheet, sections 9.1, 9.2 and 10. Decided here: a wrong number of bytes is ILLEGAL COMMAND; so are DISPENSE, UNLOAD
and SET CASSETTE TYPE after an interrupted dispense, until 67 has emptied the dispenser.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.b2b import identity
from simulator.devices.ccnet.b2b.body import UnitBody
from simulator.devices.ccnet.b2b.cassettes import ESCROW, UNASSIGNED, Cassette
from simulator.devices.ccnet.b2b.numbers import ALLOWED
from simulator.devices.ccnet.bills import table_bytes

ILLEGAL = bytes([codes.ILLEGAL])
ACK = bytes([codes.ACK])
TYPES = 24
MASK = TYPES // 8
LONGEST_DISPENSE = 32
PRESENT, FULL = 0x80, 0x40

Order = Callable[[bytes, int], bytes | None]


class UnitOrders:
    """`newest_first`: in which order 70 lists a cassette; the sheet's "last in, first out" can be read both ways."""

    def __init__(self, body: UnitBody, serial: str, newest_first: bool) -> None:
        self.body, self._serial, self._newest_first = body, serial, newest_first
        self._clock = identity.UnitClock()
        self.forget()
        self._orders: dict[int, Order] = {
            0x30: lambda data, now: self._bare(data, lambda: body.reset(now)),
            0x31: lambda data, now: self._exact(data, self._status()),
            0x32: self._security,
            0x34: self._enable,
            0x35: lambda data, now: self._bare(data, lambda: body.stack(now)),
            0x36: lambda data, now: self._bare(data, lambda: body.give_back(now)),
            0x37: lambda data, now: self._exact(data, identity.identification(serial)),
            0x38: lambda data, now: self._bare(data, lambda: body.hold(now)),
            0x3B: lambda data, now: self._exact(data, b"".join(map(self._cassette_status, body.cassettes))),
            0x3C: self._dispense,
            0x3D: self._unload,
            0x3E: lambda data, now: self._exact(data, identity.extended(serial)),
            0x40: self._set_type,
            0x41: lambda data, now: self._exact(data, table_bytes(body.kinds, TYPES)),
            0x43: lambda data, now: self._exact(data, bytes(cassette.limit for cassette in body.cassettes)),
            0x44: self._set_limit,
            0x53: lambda data, now: self._exact(data, identity.modules(serial)),
            0x62: self._time,
            0x66: lambda data, now: self._exact(data, body.recovery.answer(body.left_in_dispenser())),
            0x67: self._empty_dispenser,
            0x68: self._set_options,
            0x69: lambda data, now: self._exact(data, body.options),
            0x70: self._contents,
        }

    def forget(self) -> None:
        """Power is gone."""
        self._high_security = 0

    def obey(self, command: int, data: bytes, now_ms: int) -> bytes:
        """The payload of the answer: ACK, data, or ILLEGAL COMMAND when state or data do not fit."""
        order = self._orders.get(command)
        if not order or self.body.state not in ALLOWED[command]:
            return ILLEGAL
        answer = order(data, now_ms)
        return ILLEGAL if answer is None else answer

    # -- commands: data in; the answer's payload out, None = ILLEGAL COMMAND

    def _bare(self, data: bytes, do: Callable[[], None]) -> bytes | None:
        if data:
            return None
        do()
        return ACK

    def _exact(self, data: bytes, answer: bytes) -> bytes | None:
        return None if data else answer

    def _status(self) -> bytes:
        masks = (self.body.enabled, self._high_security, self.body.routable())
        return b"".join(mask.to_bytes(MASK, "big") for mask in masks)

    def _security(self, data: bytes, now_ms: int) -> bytes | None:
        if len(data) != MASK:
            return None
        self._high_security = int.from_bytes(data, "big")
        return ACK

    def _enable(self, data: bytes, now_ms: int) -> bytes | None:
        if len(data) != 2 * MASK:
            return None
        self.body.enable(int.from_bytes(data[:MASK], "big"), int.from_bytes(data[MASK:], "big"))
        return ACK

    def _cassette_status(self, cassette: Cassette) -> bytes:
        if self.body.present(cassette.number) is None:
            return bytes(2)
        return bytes([PRESENT | FULL * cassette.full | cassette.kind, min(len(cassette.memory), 0xFF)])

    def _dispense(self, data: bytes, now_ms: int) -> bytes | None:
        if not data or len(data) % 2 or len(data) > LONGEST_DISPENSE or self.body.must_empty():
            return None
        self.body.dispense(list(zip(data[::2], data[1::2], strict=True)), now_ms)
        return ACK

    def _unload(self, data: bytes, now_ms: int) -> bytes | None:
        if len(data) != 2 or self.body.must_empty():
            return None
        self.body.unload(data[0], data[1], now_ms)
        return ACK

    def _set_type(self, data: bytes, now_ms: int) -> bytes | None:
        if len(data) != 2 or self.body.must_empty():
            return None
        number, kind = data
        known = kind < len(self.body.kinds) and self.body.kinds[kind] is not None
        if not known and kind not in (ESCROW, UNASSIGNED):
            return None
        return ACK if self.body.set_type(number, kind, now_ms) else None

    def _set_limit(self, data: bytes, now_ms: int) -> bytes | None:
        return ACK if len(data) == 2 and self.body.set_limit(data[0], data[1]) else None

    def _time(self, data: bytes, now_ms: int) -> bytes | None:
        if not data:
            return self._clock.read(now_ms)
        return ACK if self._clock.set(data, now_ms) else None

    def _empty_dispenser(self, data: bytes, now_ms: int) -> bytes | None:
        if data or not self.body.must_empty():
            return None
        self.body.empty_dispenser(now_ms)
        return ACK

    def _set_options(self, data: bytes, now_ms: int) -> bytes | None:
        if len(data) != 4:
            return None
        self.body.set_options(data)
        return ACK

    def _contents(self, data: bytes, now_ms: int) -> bytes | None:
        cassette = self.body.present(data[0]) if len(data) == 1 else None
        if cassette is None:
            return None
        kinds = cassette.memory[::-1] if self._newest_first else cassette.memory
        return bytes([len(kinds), *kinds])
