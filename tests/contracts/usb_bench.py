"""A slip printer's driver and its twin with a real cable between them: the real pyusb and its workers, or a pty and pyserial.

One loop turns both ends; the twin moves at once, the line's own time-outs are real.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.escpos.driver import EscPosPrinter
from drivers.link.serial_link import serial_opener
from drivers.link.usb_link import usb_opener
from kiosk.clock import RealClock
from kiosk.faults import Fault
from kiosk.ports.fact import Fact
from kiosk.ports.ticket_printer import Picture
from kiosk.reactor import Reactor
from simulator.devices.escpos.usb import UsbEscPosPrinter
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.usb import UsbPrinter
from simulator.pty_host import PtyHost
from simulator.usb_host import UsbHost

LOOK_MS, LONGEST_MS = 10, 15_000


def slip_picture(height: int = 200) -> Picture:
    return Picture(576, height, bytes([0x5A]) * (72 * height))


class _Channel:
    def __init__(self, host: PtyHost | UsbHost) -> None:
        self.host, self.fd = host, host.fileno()

    def fileno(self) -> int:
        return self.fd

    def wants_write(self) -> bool:
        return False

    def on_readable(self, now_ms: int) -> None:
        self.host.serve_readable(now_ms)

    def on_writable(self, now_ms: int) -> None:
        """Never asked for."""


class CableBench:
    """`cable`: usb or pty. Use as a context. `serials`: of USB printers on the bus, the first is the driver's."""

    def __init__(self, cable: str, directory: Path, serials: tuple[str, ...] = ("A1",), path: str = "") -> None:
        self.facts: list[Fact] = []
        self.matters = [Matter() for _ in serials]
        self.twins = [UsbEscPosPrinter(matter, Speeds(rate=0)) for matter in self.matters]
        self.twin = self.twins[0]
        self.clock = RealClock()
        self.reactor = Reactor(self.clock)
        self.reactor.run_application(self)
        self.host: Any
        if cable == "usb":
            buses = [
                UsbPrinter(twin, serial, port, twin.port_status)
                for port, (twin, serial) in enumerate(zip(self.twins, serials, strict=True), start=1)
            ]
            self.host = UsbHost(buses, directory / "bus")
            opener: Any = usb_opener(path or f"usb:0416:5011:{serials[0]}@{self.host.path}")
        else:
            self.host = PtyHost(self.twin, directory / "port")
            opener = serial_opener(str(directory / "port"), 115_200)
        self.driver = EscPosPrinter("slip_printer", self.reactor.report)
        self.reactor.add(self.driver, opener)
        self._channel: _Channel | None = None
        self._listen()

    def __enter__(self) -> CableBench:
        return self

    def __exit__(self, *wrong: object) -> None:
        self.reactor.close()
        self._deaf()
        self.host.close()

    def _listen(self) -> None:
        self._channel = _Channel(self.host)
        self.reactor.add_channel(self._channel)

    def _deaf(self) -> None:
        if self._channel is not None:
            self.reactor.remove_channel(self._channel)
            self._channel = None

    def hear(self, fact: Fact, now_ms: int) -> None:
        self.facts.append(fact)

    def poll(self, now_ms: int) -> int | None:
        wake_ms = self.host.serve_timers(now_ms)
        return min(now_ms + LOOK_MS, max(now_ms + 1, wake_ms or now_ms + LOOK_MS))

    # -- what a script may do

    def unplug(self) -> None:
        if isinstance(self.host, PtyHost):
            self._deaf()
        self.host.unplug()

    def replug(self) -> None:
        self.host.replug()
        if self._channel is None:
            self._listen()

    def order(self, slip: str, height: int = 200) -> None:
        self.driver.print_slip(slip, slip_picture(height))
        self.reactor.nudge()

    def until(self, what: Callable[[], bool]) -> None:
        end_ms = self.clock.mono_ms() + LONGEST_MS
        while not what():
            assert self.clock.mono_ms() < end_ms, (self.facts[-8:], self.driver.probe_lines())
            self.reactor.turn()

    def ready(self) -> CableBench:
        self.until(lambda: self.driver.ready)
        return self

    def told(self, slip: str) -> Fact:
        """The outcome of a slip, when it has come."""

        def found() -> list[Fact]:
            return [fact for fact in self.facts if getattr(fact, "slip", "") == slip]

        self.until(lambda: bool(found()))
        assert len(found()) == 1, found()
        return found()[0]

    def faults(self) -> list[tuple[str, bool]]:
        return [(fact.code, fact.up) for fact in self.facts if isinstance(fact, Fault)]

    def slips(self, printer: int = 0) -> int:
        """Slips that were cut off, wherever they lie."""
        places = self.matters[printer].places.values()
        return sum(len(place) for place in places if place.name in ("slip.mouth", "floor"))
