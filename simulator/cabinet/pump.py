"""The ptys of the cabinet, and its USB cable, in an asyncio loop: bytes when they come, motion when it is due. Nothing waits."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from simulator.cabinet.cabinet import Cabinet
from simulator.devices.escpos.usb import UsbEscPosPrinter
from simulator.devices.twin import Twin
from simulator.devices.usb import UsbPrinter
from simulator.pty_host import PtyHost
from simulator.usb_host import UsbHost

log = logging.getLogger(__name__)

LEAST_MS = 1  # between two turns of a twin that is due at once


class Pump:
    """Makes DIR/NAME a link to each twin's pty, or the socket of a USB device, and serves them until `close`.

    Raises OSError when one cannot be made.
    """

    def __init__(self, cabinet: Cabinet, directory: Path) -> None:
        self._cabinet = cabinet
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.hosts: dict[str, PtyHost | UsbHost] = {}
        try:
            for name, twin in cabinet.world.twins.items():
                self.hosts[name] = self._hosted(name, twin, directory / name)
        except OSError:
            self.close()
            raise

    def _hosted(self, name: str, twin: Twin, path: Path) -> PtyHost | UsbHost:
        printer = self._cabinet.world.slip_printer
        if name == "slip_printer" and isinstance(printer, UsbEscPosPrinter):
            return UsbHost([UsbPrinter(twin, port_status=printer.port_status)], path)
        return PtyHost(twin, path)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        for name, host in self.hosts.items():
            self._cabinet.serve[name] = host.serve_timers
            loop.add_reader(host.fileno(), self._readable, host)
        self._cabinet.turned = self._arm
        self._cabinet.turn()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for host in self.hosts.values():
            if self._loop is not None and host.plugged:
                self._loop.remove_reader(host.fileno())
            host.close()

    def _readable(self, host: PtyHost | UsbHost) -> None:
        try:
            host.serve_readable(self._cabinet.clock.mono_ms())
        except OSError as error:
            log.warning("link_not_readable path=%s why=%s", host.path, error)
        self._cabinet.turn()

    def _arm(self, due_ms: int | None) -> None:
        """One timer for whatever is due next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_ms is not None and self._loop is not None:
            wait_ms = max(LEAST_MS, due_ms - self._cabinet.clock.mono_ms())
            self._timer = self._loop.call_later(wait_ms / 1_000, self._cabinet.turn)
