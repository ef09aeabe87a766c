"""The station driver against the real station computer, as processes: a whole sale, and what the station refuses."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drivers.station_http.driver import StationHttp
from kiosk.ports.fact import Fact
from kiosk.ports.station import (
    ConfirmRefused,
    LockRefused,
    LockReleased,
    LockRenewed,
    NetworkKnown,
    PlacesLocked,
    PrintedReported,
    RecordsTaken,
    SaleConfirmed,
    SaleStateKnown,
    SessionGranted,
    SessionRefused,
    StationBack,
    TrainsListed,
    TrainStops,
    VoidReported,
)
from kiosk.ports.trips import Order
from simulator.clock import SharedClock
from tests.outbox import outbox

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0
ZONE = ZoneInfo("Asia/Shanghai")
KEY = "T01.7f3a91c2."


def morning() -> SharedClock:
    clock = SharedClock.starting_now()
    today = datetime.fromtimestamp(clock.base_wall_ms / 1000, ZONE).replace(hour=5, minute=0)
    return replace(clock, base_wall_ms=round(today.timestamp() * 1000))


class Machine:
    def __init__(self, url: str, clock: SharedClock, token: str = "secret") -> None:
        self.facts: list[Fact] = []
        self.clock = clock
        self.driver = StationHttp(
            url, "T01", token, self.facts.append, epoch="7f3a91c2", software="0.1", wall_ms=clock.wall_ms,
            mono_ms=clock.mono_ms, jitter=lambda most: 0,
        )  # fmt: skip

    def hear(self, *kinds: type[Fact]) -> Fact:
        """The next fact of one of these kinds."""
        while not (found := [fact for fact in self.facts if isinstance(fact, kinds)]):
            assert select.select([self.driver], [], [], PATIENCE_S)[0], f"only {self.facts} came"
            self.driver.on_readable(self.clock.mono_ms())
        self.facts.remove(found[0])
        return found[0]


@pytest.fixture(scope="module")
def clock() -> SharedClock:
    return morning()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, clock: SharedClock) -> Iterator[str]:
    data = tmp_path_factory.mktemp("station")
    command = [
        sys.executable,
        "-m",
        "simulator",
        "station",
        "--port",
        "0",
        "--data",
        str(data),
        "--clock",
        clock.format(),
    ]
    process = subprocess.Popen([*command, "--machine", "T01:secret"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().split()[1]
    process.terminate()
    process.wait(PATIENCE_S)
    process.stdout.close()


@pytest.fixture
def machine(url: str, clock: SharedClock) -> Iterator[Machine]:
    made = Machine(url, clock)
    yield made
    made.driver.close()


def order(machine: Machine, passengers: tuple[str, ...] = ("adult",)) -> Order:
    """The first train of the day to somewhere that has places, in its first class."""
    machine.driver.ask_network()
    network = machine.hear(NetworkKnown)
    assert isinstance(network, NetworkKnown)
    today = datetime.fromtimestamp(machine.clock.wall_ms() / 1000, ZONE).date().isoformat()
    for request, destination in enumerate(network.network.hot, start=1):
        machine.driver.ask_trains(request, "BXP", destination, today)
        listed = machine.hear(TrainsListed)
        assert isinstance(listed, TrainsListed)
        assert listed.request == request
        for offer in listed.offers:
            for cell in offer.classes:
                if cell.left >= 10:
                    return Order(
                        offer.train, offer.kind, offer.date, offer.origin, offer.destination, cell.code, passengers, "none",
                        offer.depart_ms, offer.arrive_ms, offer.depart, offer.arrive, offer.day_offset, cell.price_fen,
                        offer.closes_ms,
                    )  # fmt: skip
    raise AssertionError("no train has places")


def test_a_session_tells_limits_and_time(machine: Machine) -> None:
    machine.driver.open_session(1, machine.clock.wall_ms())
    granted = machine.hear(SessionGranted, SessionRefused)
    assert isinstance(granted, SessionGranted)
    assert (granted.station, granted.limits.lock_max_ms) == ("BXP", 600_000)
    back = machine.hear(StationBack)
    assert isinstance(back, StationBack)
    assert abs(back.skew_ms) < 5_000


def test_a_stranger_is_refused(url: str, clock: SharedClock) -> None:
    stranger = Machine(url, clock, token="wrong")
    stranger.driver.open_session(1, clock.wall_ms())
    assert stranger.hear(SessionGranted, SessionRefused) == SessionRefused("bad_token")
    stranger.driver.close()


def test_a_whole_sale(machine: Machine) -> None:
    wanted, key = order(machine, ("adult", "child")), KEY + "1"
    machine.driver.lock(key, wanted)
    held = machine.hear(PlacesLocked, LockRefused)
    assert isinstance(held, PlacesLocked)
    assert [place.passenger for place in held.places] == ["adult", "child"]
    assert held.limit_ms == 600_000
    machine.driver.renew(key, 1)
    renewed = machine.hear(LockRenewed)
    assert isinstance(renewed, LockRenewed)
    assert 300_000 < renewed.remaining_ms <= 360_000
    machine.driver.confirm(key, held.total_fen, 0, held.total_fen)
    confirmed = machine.hear(SaleConfirmed, ConfirmRefused)
    assert isinstance(confirmed, SaleConfirmed)
    assert [len(ticket.numbers) for ticket in confirmed.tickets] == [3, 3]
    machine.driver.ask_state(key)
    assert machine.hear(SaleStateKnown) == SaleStateKnown(key, "confirmed", confirmed.tickets)
    first = [(ticket.index, ticket.numbers[0], f"E-{ticket.index}", "delivered") for ticket in confirmed.tickets]
    machine.driver.printed(key, first)
    assert machine.hear(PrintedReported) == PrintedReported(key, certain=True)


def test_a_lost_answer_may_be_asked_again_by_the_same_key(machine: Machine) -> None:
    wanted, key = order(machine), KEY + "2"
    machine.driver.lock(key, wanted)
    first = machine.hear(PlacesLocked)
    machine.driver.lock(key, wanted)
    again = machine.hear(PlacesLocked)
    assert isinstance(first, PlacesLocked)
    assert isinstance(again, PlacesLocked)
    assert again.places == first.places
    machine.driver.release(key)
    assert machine.hear(LockReleased) == LockReleased(key, certain=True)
    machine.driver.confirm(key, first.total_fen, 0, first.total_fen)
    assert isinstance(machine.hear(SaleConfirmed, ConfirmRefused), ConfirmRefused)


def test_a_void_before_the_lock_is_remembered(machine: Machine) -> None:
    wanted, key = order(machine), KEY + "3"
    machine.driver.void(key, None, "restart")
    assert machine.hear(VoidReported) == VoidReported(key, certain=True)
    machine.driver.lock(key, wanted)
    assert machine.hear(PlacesLocked, LockRefused) == LockRefused(key, "voided", 0)


def test_more_places_than_allowed_are_refused(machine: Machine) -> None:
    machine.driver.lock(KEY + "4", order(machine, ("adult",) * 9))
    refused = machine.hear(PlacesLocked, LockRefused)
    assert isinstance(refused, LockRefused)
    assert refused.reason == "limit"


def test_stops_of_a_train_and_of_none(machine: Machine) -> None:
    wanted = order(machine)
    machine.driver.ask_stops(1, wanted.train, wanted.date)
    known = machine.hear(TrainStops)
    assert isinstance(known, TrainStops)
    assert "BXP" in [stop.station for stop in known.stops]
    machine.driver.ask_stops(2, "G99999", wanted.date)
    assert machine.hear(TrainStops) == TrainStops(2, "G99999", ())


def test_records_and_status_are_taken(machine: Machine) -> None:
    body = json.dumps({"seq": 1, "epoch": "7f3a91c2", "boot": 1, "fact": {"kind": "sys.boot"}, "intents": []})
    machine.driver.send_records("7f3a91c2", 1, outbox([f"00000000 {body}"]))
    assert machine.hear(RecordsTaken) == RecordsTaken("7f3a91c2", 1, 0, fork=False)
    machine.driver.send_records("7f3a91c2", 5, outbox(["00000000 {}"]))
    assert machine.hear(RecordsTaken) == RecordsTaken("7f3a91c2", 0, 2, fork=False)
    machine.driver.put_status(1, {"mode": "normal", "reasons": [], "faults": []})
    machine.driver.ask_state(KEY + "99")
    assert machine.hear(SaleStateKnown) == SaleStateKnown(KEY + "99", "none", ())
