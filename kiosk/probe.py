"""`./tvm probe MODEL PATH`: our driver against a real device. Identify, state, counters; nothing is moved or taken."""

from __future__ import annotations

from typing import Protocol, cast

from kiosk.clock import RealClock
from kiosk.errors import ConfigError, LinkError
from kiosk.faults import Fault
from kiosk.fitting import on_the_bus, opener
from kiosk.models import BAUD, PARITY, SHORT_NAMES, probed
from kiosk.ports.fact import Fact, Participant
from kiosk.reactor import Reactor
from kiosk.settings import Device

LOOK_MS = 50
LINGER_MS = 300  # what a device that has just been identified may still have to say


class Probed(Participant, Protocol):
    """A driver of `MODELS`. Also one that reports `DeviceReady` only as part of a composed device has these."""

    @property
    def ready(self) -> bool:
        """The device identified itself as this model."""
        ...

    def probe_lines(self) -> list[str]:
        """Identity, state, counters and faults; one fact a line."""
        ...


class Probe:
    """An application that only listens, until the device is identified or time is up."""

    def __init__(self, reactor: Reactor, driver: Probed, until_ms: int) -> None:
        self._reactor, self._driver, self._until_ms = reactor, driver, until_ms
        self.identified = False

    def hear(self, fact: Fact, now_ms: int) -> None:
        if isinstance(fact, Fault):
            print(f"fault {fact.code} {'raised' if fact.up else 'cleared'} {fact.detail}".rstrip(), flush=True)

    def poll(self, now_ms: int) -> int | None:
        if self._driver.ready and not self.identified:
            self.identified, self._until_ms = True, min(self._until_ms, now_ms + LINGER_MS)
        if now_ms >= self._until_ms:
            self._reactor.stop()
        return min(self._until_ms, now_ms + LOOK_MS)


def _named(path: str) -> str:
    """Prints the USB printers that `path` may mean, and answers the only one of them. Raises ConfigError when it cannot be
    one: `usb:` alone with none or several."""
    try:
        there = on_the_bus(path)
    except LinkError as error:
        raise ConfigError(str(error)) from error
    for found, name in there:
        print(f"usb {found} {name}".rstrip())
    if len(there) == 1:
        return there[0][0]
    if len(there) > 1 or path == "usb:" or path.startswith("usb:@"):
        raise ConfigError(f"{path}: {len(there)} USB printers; name one as usb:VENDOR:PRODUCT:SERIAL")
    return path


def probe(name: str, path: str, baud: int, seconds: float) -> int:
    """0: identified; 1: nobody answered as this model. `name` as in MODELS or SHORT_NAMES, `baud` 0: the model's own.

    Raises ConfigError for an unknown model, and for a USB printer that is not told from others.
    """
    name = SHORT_NAMES.get(name, name)
    path = _named(path)
    clock = RealClock()
    reactor = Reactor(clock)
    cassettes = {1: 100, 2: 500, 3: 1_000, 4: 2_000}
    device = Device(name, path, baud or BAUD.get(name, 9_600), PARITY.get(name, "N"), cassettes=cassettes)
    driver = cast(Probed, probed(device, reactor.report))
    reactor.add(driver, opener(device.model, device, getattr(driver, "line_baud", None)))
    application = Probe(reactor, driver, clock.mono_ms() + round(seconds * 1000))
    reactor.run_application(application)
    try:
        reactor.run()
    finally:
        reactor.close()
    for line in driver.probe_lines():
        print(line)
    if not application.identified:
        print(f"nobody on {path} answered as {name} within {seconds:g} s")
    return 0 if application.identified else 1
