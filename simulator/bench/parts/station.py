"""Availability and lock as the kiosk feels them: through its own driver, against a station where others buy too."""

from __future__ import annotations

import secrets
import select
import sys
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from drivers.station_http.driver import StationHttp
from kiosk.ports.fact import Fact
from kiosk.ports.station import LockRefused, LockReleased, NetworkKnown, PlacesLocked, SessionGranted, TrainsListed
from kiosk.ports.trips import Offer, Order
from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured
from simulator.child import Program
from simulator.demo import STATION_ZONE
from simulator.programs import MACHINE, ROOT, TELECODE
from simulator.rig import RigError
from simulator.supervisor import Supervisor

ANSWER_MS = 10_000
DAYS = 10
EPOCH = "be7c0000"

Kind = TypeVar("Kind", bound=Fact)


class Kiosk:
    """The driver and its mailbox, without the rest of a controller."""

    def __init__(self, bench: Bench, url: str, token: str) -> None:
        self._bench, self._heard = bench, deque[Fact]()
        self.station = StationHttp(
            url,
            MACHINE,
            token,
            self._heard.append,
            epoch=EPOCH,
            software="bench",
            wall_ms=bench.clock.wall_ms,
            mono_ms=bench.clock.mono_ms,
            jitter=lambda most: 0,
        )

    def wait_for(self, *kinds: type[Kind]) -> Kind:
        """The next fact of these kinds. Raises RigError when none comes."""
        until_ms = self._bench.clock.mono_ms() + ANSWER_MS
        while self._bench.clock.mono_ms() < until_ms:
            while self._heard:
                fact = self._heard.popleft()
                if isinstance(fact, kinds):
                    return fact
            if select.select([self.station.fileno()], [], [], 1.0)[0]:
                self.station.on_readable(self._bench.clock.mono_ms())
        raise RigError(f"the station did not answer: no {kinds[0].__name__}")


def measure_station(bench: Bench) -> list[Figure]:
    directory = bench.directory / "station"
    directory.mkdir()
    supervisor = Supervisor(directory, ROOT, bench.clock.mono_ms)
    token = secrets.token_hex(18)
    words = ("--port", "0", "--data", str(directory), "--busy", "--machine", f"{MACHINE}:{token}:{TELECODE}")
    argv = (sys.executable, "-m", "simulator", "station", *words, "--clock", bench.clock.format())
    try:
        kiosk = Kiosk(bench, supervisor.start(Program("station", argv)), token)
        try:
            return _calls(bench, kiosk)
        finally:
            kiosk.station.close()
    finally:
        supervisor.stop()


def _calls(bench: Bench, kiosk: Kiosk) -> list[Figure]:
    kiosk.station.open_session(1, bench.clock.wall_ms())
    kiosk.wait_for(SessionGranted)
    kiosk.station.ask_network()
    network = kiosk.wait_for(NetworkKnown).network
    places = [code for code in network.hot if code != TELECODE]
    asked, locked = list[float](), list[float]()
    for number in range(bench.amount.calls):
        if number % 25 == 0:
            bench.say(f"station: call {number + 1} of {bench.amount.calls}")
        offers = _ask(bench, kiosk, number, places[number % len(places)], asked)
        order = _order(offers, number)
        if order is not None:
            _lock(bench, kiosk, number, order, locked)
    return [measured("availability", asked), measured("lock", locked)]


def _ask(bench: Bench, kiosk: Kiosk, number: int, destination: str, asked: list[float]) -> Sequence[Offer]:
    today = datetime.fromtimestamp(bench.clock.wall_ms() / 1000, STATION_ZONE).date()
    date = (today + timedelta(days=1 + number % DAYS)).isoformat()
    begun_us = bench.clock.mono_us()
    kiosk.station.ask_trains(number, TELECODE, destination, date)
    listed = kiosk.wait_for(TrainsListed)
    asked.append((bench.clock.mono_us() - begun_us) / 1000)
    return listed.offers


def _lock(bench: Bench, kiosk: Kiosk, number: int, order: Order, locked: list[float]) -> None:
    sale = f"{MACHINE}.{EPOCH}.{number + 1}"
    begun_us = bench.clock.mono_us()
    kiosk.station.lock(sale, order)
    answer: Any = kiosk.wait_for(PlacesLocked, LockRefused)
    locked.append((bench.clock.mono_us() - begun_us) / 1000)
    if isinstance(answer, PlacesLocked):
        kiosk.station.release(sale)
        kiosk.wait_for(LockReleased)


def _order(offers: Sequence[Offer], number: int) -> Order | None:
    """One to three adults in a class that has places; another train each time."""
    open_offers = [(offer, cell) for offer in offers for cell in offer.classes if cell.left >= 3 and cell.prices]
    if not open_offers:
        return None
    offer, cell = open_offers[number % len(open_offers)]
    passengers = (cell.prices[0][0],) * (1 + number % 3)
    return Order(
        train=offer.train,
        kind=offer.kind,
        date=offer.date,
        origin=offer.origin,
        destination=offer.destination,
        seat_class=cell.code,
        passengers=passengers,
        wish="none",
        depart_ms=offer.depart_ms,
        arrive_ms=offer.arrive_ms,
        depart=offer.depart,
        arrive=offer.arrive,
        day_offset=offer.day_offset,
        price_fen=cell.prices[0][1] * len(passengers),
        closes_ms=offer.closes_ms,
    )
