"""A wire in virtual time: bytes travel at the line's rate, and on a bad day get lost, spoilt, doubled or cut off.

One end is a link of the reactor, the other is read by the host of a twin. What a serial line really does to bytes is all
there is here; what devices do wrong is theirs (`simulator.devices.linkfaults`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from kiosk.clock import VirtualClock
from kiosk.errors import LinkError

BITS_PER_BYTE = 10  # start, eight data, stop


@dataclass(frozen=True, slots=True)
class Weather:
    """Chances for each piece of bytes written at once, 0..1. `delay_ms` is added to the line time."""

    lose: float = 0.0
    spoil: float = 0.0
    double: float = 0.0
    delay_ms: int = 0


FAIR = Weather()


class End:
    """One end. As a `kiosk.reactor.Link` it raises LinkError while unplugged; `arrived` is called when bytes come."""

    def __init__(self, wire: Wire, name: str) -> None:
        self.name = name
        self.arrived: Callable[[], None] = lambda: None
        self._wire = wire
        self._held = bytearray()

    def fileno(self) -> int:
        """There is no descriptor: virtual time asks the clock what is ready."""
        return -1

    def read(self) -> bytes:
        self._wire.check()
        data = bytes(self._held)
        self._held.clear()
        return data

    def write(self, data: bytes) -> int:
        self._wire.check()
        if data:
            self._wire.carry(self, data)
        return len(data)

    def close(self) -> None:
        self._held.clear()

    def take(self) -> bytes:
        """What arrived, for a side that has no plug to be pulled."""
        data = bytes(self._held)
        self._held.clear()
        return data

    def receive(self, data: bytes) -> None:
        self._held += data
        self.arrived()


class Wire:
    """`host` is the reactor's end, `device` the twin's. `baud` 0: no line time."""

    def __init__(self, clock: VirtualClock, dice: Random, baud: int = 9_600, name: str = "wire") -> None:
        self.weather = FAIR
        self.name = name
        self._clock, self._dice, self._baud = clock, dice, baud
        self.host, self.device = End(self, f"{name}:host"), End(self, f"{name}:device")
        self.host.arrived = lambda: clock.ready(self.host)
        self._plugged = True
        self._free_ms = {self.host.name: 0.0, self.device.name: 0.0}  # when a direction's line is free again
        self._plug = 0

    def unplug(self) -> None:
        """What is on the way is lost; both ends break until `replug`."""
        self._plugged = False
        self._plug += 1
        self.host.close()
        self.device.close()
        self._clock.ready(self.host)

    def replug(self) -> None:
        self._plugged = True

    @property
    def plugged(self) -> bool:
        return self._plugged

    def open(self) -> End:
        """The host's end for the reactor; what came before is gone, as from a port that is opened. Raises LinkError while the
        plug is out."""
        self.check()
        self.host.close()
        return self.host

    def check(self) -> None:
        if not self._plugged:
            raise LinkError(f"{self.name}: unplugged")

    def carry(self, source: End, data: bytes) -> None:
        target = self.device if source is self.host else self.host
        fair = self.weather is FAIR or self.weather == FAIR
        pieces = (data,) if fair else self._weathered(data)
        line_ms = len(data) * BITS_PER_BYTE * 1_000 / self._baud if self._baud else 0.0
        start_ms = max(self._free_ms[source.name], float(self._clock.mono_ms()))
        self._free_ms[source.name] = start_ms + line_ms
        due_ms = -int(-(start_ms + line_ms) // 1) + self.weather.delay_ms
        plug = self._plug
        for piece in pieces:
            arrive = partial(self._arrive, target, piece, plug)
            self._clock.at(due_ms, arrive, quiet=True)  # a host's end makes itself ready

    def _arrive(self, target: End, piece: bytes, plug: int) -> None:
        if plug == self._plug and self._plugged:
            target.receive(piece)

    def _weathered(self, data: bytes) -> list[bytes]:
        weather, dice = self.weather, self._dice
        if weather.lose and dice.random() < weather.lose:
            return []
        if weather.spoil and dice.random() < weather.spoil:
            at = dice.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
        return [data, data] if weather.double and dice.random() < weather.double else [data]
