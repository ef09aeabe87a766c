"""A serial line in memory: two ends, baud time, and what lines do to bytes. Virtual time only.

What one end sends in one call arrives at the other in one piece, when its last bit has; the direction is half of a full
duplex line and keeps the order. All chance comes from the `random.Random` that is passed in, so one seed gives one run.
A pty has no baud time (reliability notes 7); this wire has.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

US_PER_MS = 1_000


class Dice(Protocol):
    """What the wire needs of a `random.Random`."""

    def random(self) -> float: ...

    def randrange(self, start: int, stop: int) -> int: ...


@dataclass(frozen=True, slots=True)
class LineQuality:
    """Chances are 0..1: `loss` and `bit_error` per byte, `duplicate` and `split` per piece sent.

    `delay_ms` is added to every piece; a split piece arrives in two, the second `split_ms` after the first.
    """

    delay_ms: int = 0
    loss: float = 0.0
    bit_error: float = 0.0
    duplicate: float = 0.0
    split: float = 0.0
    split_ms: int = 20


PERFECT = LineQuality()


class WireEnd:
    """One end of a wire. `send` never waits; `receive` gives what has arrived by now."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._arriving: deque[tuple[int, bytes]] = deque()  # arrival in microseconds
        self._line_free_us = 0  # when the bytes sent so far have left
        self.other: WireEnd = self

    def send(self, data: bytes, now_ms: int) -> None:
        """Bytes sent into an unplugged wire are gone."""
        if not data or not self._wire.plugged:
            return
        begin_us = max(now_ms * US_PER_MS, self._line_free_us)
        self._line_free_us = begin_us + self._wire.line_us(len(data))
        self.other._arriving.extend(self._wire.spoil(data, self._line_free_us))

    def receive(self, now_ms: int) -> bytes:
        arrived = bytearray()
        while self._arriving and self._arriving[0][0] <= now_ms * US_PER_MS:
            arrived += self._arriving.popleft()[1]
        return bytes(arrived)

    def due_ms(self) -> int | None:
        """When the next bytes will be there (absolute ms, rounded up); None when nothing is on the way."""
        return -(-self._arriving[0][0] // US_PER_MS) if self._arriving else None

    def forget(self) -> None:
        self._arriving.clear()
        self._line_free_us = 0


class Wire:
    """`baud` 0 is a line without line time. Each byte takes `bits_per_byte` bits: 10 for 8N1, 11 for 8E1."""

    def __init__(self, rng: Dice, baud: int = 9_600, bits_per_byte: int = 10, quality: LineQuality = PERFECT) -> None:
        if baud < 0:
            raise ValueError(f"baud {baud} is negative")
        self.quality = quality
        self._baud, self._bits = baud, bits_per_byte
        self.plugged = True
        self._rng = rng
        self.host, self.device = WireEnd(self), WireEnd(self)
        self.host.other, self.device.other = self.device, self.host

    def line_us(self, length: int) -> int:
        """Microseconds that so many bytes occupy the line."""
        return length * self._bits * 1_000_000 // self._baud if self._baud else 0

    def unplug(self) -> None:
        """What is on the way is lost, in both directions."""
        self.plugged = False
        self.host.forget()
        self.device.forget()

    def replug(self) -> None:
        self.plugged = True

    def spoil(self, data: bytes, arrival_us: int) -> list[tuple[int, bytes]]:
        """What arrives, and when, of a piece whose last bit is due at `arrival_us`."""
        quality, rng = self.quality, self._rng
        arrival_us += quality.delay_ms * US_PER_MS
        if quality.loss or quality.bit_error:
            kept = (byte for byte in data if not self._happens(quality.loss))
            data = bytes(byte ^ 1 << rng.randrange(0, 8) if self._happens(quality.bit_error) else byte for byte in kept)
        if self._happens(quality.duplicate):
            data += data
        if len(data) > 1 and self._happens(quality.split):
            cut = rng.randrange(1, len(data))
            return [(arrival_us, data[:cut]), (arrival_us + quality.split_ms * US_PER_MS, data[cut:])]
        return [(arrival_us, data)] if data else []

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._rng.random() < chance
