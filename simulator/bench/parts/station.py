"""Availability and lock as the kiosk feels them: through its own driver, against a real station process others buy at too."""

from __future__ import annotations

import select
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from drivers.station_http.driver import StationHttp
from kiosk.ports.fact import Fact
from kiosk.ports.station import (
    LockRefused,
    NetworkKnown,
    Offer,
    Order,
    PlacesLocked,
    SessionGranted,
    SessionRefused,
    TrainsFailed,
    TrainsListed,
)
from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured
from simulator.demo import STATION_ZONE
from simulator.rig import ROOT, TELECODE, RigError
from simulator.station_program import station_program
from simulator.supervisor import Supervisor

ANSWER_MS = 10_000
DAYS = 10
EPOCH = "bench000"


@dataclass(slots=True)
class Kiosk:
    """The driver with its mailbox, and nothing else of a controller."""

    station: StationHttp
    bench: Bench
    heard: list[Fact]

    def wait_for(self, *kinds: type[Fact]) -> Any:
        """The next fact of one of these kinds. Raises RigError when none comes."""
        until_ms = self.bench.clock.mono_ms() + ANSWER_MS
        while self.bench.clock.mono_ms() < until_ms:
            while self.heard:
                fact = self.heard.pop(0)
                if isinstance(fact, kinds):
                    return fact
            if select.select([self.station.fileno()], [], [], 1.0)[0]:
                self.station.on_readable(self.bench.clock.mono_ms())
        raise RigError(f"the station did not answer: no {kinds[0].__name__}")


def measure_station(bench: Bench) -> list[Figure]:
    return []


def _days(bench: Bench) -> Iterator[str]:
    today = datetime.fromtimestamp(bench.clock.wall_ms() / 1000, STATION_ZONE).date()
    for ahead in range(1, DAYS + 1):
        yield (today + timedelta(days=ahead)).isoformat()


__all__ = ["Kiosk", "LockRefused", "NetworkKnown", "Offer", "Order", "PlacesLocked", "ROOT", "SessionGranted", "SessionRefused", "Supervisor", "TELECODE", "TrainsFailed", "TrainsListed", "measured", "station_program"]
