"""Hosts for twins nobody has written a driver for yet: they order whatever there is to order, and believe nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from simulator.devices.zvt.wire import ACK, framed

PAUSE_MS = 700
ORDERS = tuple(
    bytes.fromhex(text)
    for text in (
        "0600 08 000000 82 0156 03 01", "0600 06 000000 8A 0156", "050100", "067000", "0650 03 000000", "06B000",
        "0601 09 04 000000003800 02 0A", "0601 07 04 000000001000", "0630 06 000000 87 0001", "0631 0A 000000 04 000000003800",
        "0620 03 000000", "060200", "800000", "849C00", "846600", "849D 07 04 000000001000",
    )
)  # fmt: skip


class ZvtRegister:
    """A cash register on a serial line that says anything the protocol has; no card is ever there, so nothing is ever paid."""

    ready = True

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._out = bytearray()
        self._next_ms = 0

    def link_up(self, now_ms: int) -> None:
        self._out.clear()

    def link_lost(self, why: str, now_ms: int) -> None:
        self._out.clear()

    def receive(self, data: bytes, now_ms: int) -> None:
        """Most of what comes is acknowledged, whatever it is."""
        if b"\x10\x02" in data and self._dice.random() < 0.9:
            self._out += bytes([ACK]) + framed(b"\x80\0\0")

    def poll(self, now_ms: int) -> int:
        if now_ms >= self._next_ms:
            self._next_ms = now_ms + self._dice.randint(1, PAUSE_MS)
            self._out += framed(self._dice.choice(ORDERS))
        return self._next_ms

    def take_output(self) -> bytes:
        out, self._out = bytes(self._out), bytearray()
        return out


REGISTERS: Mapping[str, Callable[[Random], Any]] = {"zvt": ZvtRegister}
"""Model -> its host; not asked for where there is a driver."""
