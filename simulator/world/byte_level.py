"""Byte level: our drivers over wires in virtual time to the twins, as behind the ptys of a cabinet process."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from kiosk.clock import VirtualClock
from kiosk.deeds import Devices
from kiosk.fitting import drivers_of
from kiosk.ports.station import Station
from kiosk.reactor import Link, Reactor
from kiosk.settings import Device, Settings
from simulator.world.payment_lines import PaymentLines
from simulator.world.things import Things
from simulator.world.twin_host import TwinHost
from simulator.world.wire import Wire

PARTS = (
    "cabinet",
    "acceptor",
    "dispenser",
    "ticket_unit",
    "slip_printer",
    "ups",
    "hopper",
    "code_scanner",
    "id_reader",
)


class ByteLevel:
    """Wires of one world; they outlive the controllers that open them."""

    def __init__(self, clock: VirtualClock, things: Things, settings: Settings, dice: Random) -> None:
        self._draw = dice.randbytes
        self.wires: dict[str, Wire] = {}
        self.hosts: list[TwinHost] = []
        for name in PARTS:
            device: Device | None = getattr(settings.devices, name)
            if device is not None and name in things.world.twins:
                self.wires[name] = Wire(clock, dice, device.baud, name)
                self.hosts.append(TwinHost(clock, self.wires[name], things.world.twins[name].twin))
        self._payments = PaymentLines(things, dice)

    def fit(self, settings: Settings, reactor: Reactor, station: Station, boot: int) -> Devices:
        devices = drivers_of(settings, reactor, station, boot, self._opener, self._draw)
        devices.payment = self._payments.fit(settings, reactor)
        return devices

    def _opener(self, name: str, device: Device) -> Callable[[], Link]:
        return self.wires[name].open

    def nudge(self) -> None:
        """A hand did something: the twins look, their answers travel."""
        for host in self.hosts:
            host.turn()
        self._payments.turn()

    def plug(self, device: str, in_: bool) -> None:
        """Pull or push the plug of one device."""
        if self._payments.plug(device, in_):
            return
        wire = self.wires[device]
        if in_ != wire.plugged:
            (wire.replug if in_ else wire.unplug)()

    def well(self) -> None:
        """Every plug is in."""
        for device in self.wires:
            self.plug(device, True)
        self._payments.well()

    def power_off(self) -> None:
        """What is on the wires is lost with the power."""
        for wire in self.wires.values():
            if wire.plugged:
                wire.unplug()
                wire.replug()
        self._payments.power_off()
