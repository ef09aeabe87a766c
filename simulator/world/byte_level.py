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
from simulator.devices.twin import Twin
from simulator.world.things import Things
from simulator.world.wire import Wire

PARTS = ("cabinet", "acceptor", "dispenser", "ticket_unit", "slip_printer", "ups", "hopper")


class TwinHost:
    """Keeps one twin turning in virtual time and moves its bytes; what a pty's host does for real.

    The twin itself, not the one that is observed: here nobody reads when it moved and when it was asked after.
    """

    def __init__(self, clock: VirtualClock, wire: Wire, twin: Twin) -> None:
        self.wire, self.twin = wire, twin
        self._clock = clock
        self._due_ms: int | None = None
        wire.device.arrived = self._heard

    def _heard(self) -> None:
        self.twin.receive(self.wire.device.take(), self._clock.mono_ms())
        self.turn()

    def turn(self) -> None:
        """Do what is due now, send what was made, and be there when the next thing is due."""
        now_ms = self._clock.mono_ms()
        due_ms = self.twin.poll(now_ms)
        made = self.twin.take_output()
        if made and self.wire.plugged:
            self.wire.device.write(made)
        if due_ms is not None and due_ms != self._due_ms:
            self._due_ms = due_ms
            self._clock.at(due_ms, lambda: self._woken(due_ms), quiet=True)

    def _woken(self, due_ms: int) -> None:
        if self._due_ms == due_ms:
            self._due_ms = None
            self.turn()


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

    def fit(self, settings: Settings, reactor: Reactor, station: Station, boot: int) -> Devices:
        return drivers_of(settings, reactor, station, boot, self._opener, self._draw)

    def _opener(self, name: str, device: Device) -> Callable[[], Link]:
        return self.wires[name].open

    def nudge(self) -> None:
        """A hand did something: the twins look, their answers travel."""
        for host in self.hosts:
            host.turn()

    def plug(self, device: str, in_: bool) -> None:
        """Pull or push the plug of one device."""
        wire = self.wires[device]
        if in_ != wire.plugged:
            (wire.replug if in_ else wire.unplug)()

    def well(self) -> None:
        """Every plug is in."""
        for device in self.wires:
            self.plug(device, True)

    def power_off(self) -> None:
        """What is on the wires is lost with the power."""
        for wire in self.wires.values():
            if wire.plugged:
                wire.unplug()
                wire.replug()
