"""`./tvm probe MODEL PATH`: our driver against a real device. Identify, state, counters; nothing is moved or taken."""

from __future__ import annotations

from typing import Any

from kiosk.assembly import BAUD, model, opener
from kiosk.clock import RealClock
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.reactor import Reactor
from kiosk.settings import Device


class Probe:
    """An application that only listens, until the device is ready or time is up."""

    def __init__(self, reactor: Reactor, until_ms: int) -> None:
        self._reactor, self._until_ms = reactor, until_ms
        self.ready = False

    def hear(self, fact: Fact, now_ms: int) -> None:
        match fact:
            case DeviceReady():
                self.ready = True
                self._until_ms = min(self._until_ms, now_ms + 300)
            case Fault():
                print(f"fault {fact.code} {'raised' if fact.up else 'cleared'} {fact.detail}", flush=True)

    def poll(self, now_ms: int) -> int | None:
        if now_ms >= self._until_ms:
            self._reactor.stop()
        return self._until_ms


def probe(name: str, path: str, baud: int, seconds: float) -> int:
    """0: identified; 1: nobody answered as this model. Raises ConfigError for an unknown model."""
    clock = RealClock()
    reactor = Reactor(clock)
    device = Device(name, path, baud or BAUD.get(name, 9_600), cassettes={1: 100, 2: 500, 3: 1_000, 4: 2_000})
    driver: Any = model("probe", device, reactor.report, 0)
    reactor.add(driver, opener(device))
    application = Probe(reactor, clock.mono_ms() + round(seconds * 1000))
    reactor.run_application(application)
    try:
        reactor.run()
    finally:
        reactor.close()
    for line in driver.probe_lines():
        print(line)
    if not application.ready:
        print(f"nobody on {path} answered as {name} within {seconds:g} s")
    return 0 if application.ready else 1
