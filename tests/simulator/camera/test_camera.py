"""The simulated camera, and the whole way from a record to a picture on disk over a real line."""

from __future__ import annotations

import io
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
import uvicorn
from PIL import Image

from drivers.camera.lane import http_lane
from kiosk.clock import RealClock
from kiosk.fitting import camera as fitted
from kiosk.ports.fact import Fact
from kiosk.reactor import Reactor
from kiosk.settings import CameraLink
from simulator.camera.main import FAULTS, build_app
from simulator.camera.picture import SIZE, taken
from simulator.clock import SharedClock
from simulator.web import listen

WALL_MS = 1_795_000_000_000


def test_a_picture_is_small_and_shows_when_and_where() -> None:
    first, later = taken(1, WALL_MS, "BXP T01"), taken(1, WALL_MS + 1, "BXP T01")
    assert len(first) < 4_096
    with Image.open(io.BytesIO(first)) as image:
        assert (image.size, image.format) == (SIZE, "PNG")
    assert first != later
    assert first != taken(1, WALL_MS, "BXP T02")


def test_each_fault_of_the_camera_answers_no_picture() -> None:
    async def ask(fault: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=build_app(SharedClock.starting_now(), "X", [fault]))
        async with httpx.AsyncClient(transport=transport, base_url="http://camera") as client:
            return await client.get("/frame")

    assert set(FAULTS) == {"slow", "dark", "garbage"}
    assert anyio.run(ask, "dark").status_code == 503
    assert not anyio.run(ask, "garbage").content.startswith(b"\x89PNG")


class Announced(uvicorn.Server):
    """Says when it listens."""

    here: threading.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.here.set()


@pytest.fixture
def url() -> Iterator[str]:
    listener = listen(0)
    app = build_app(SharedClock.starting_now(), "BXP T01")
    server = Announced(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    server.here = threading.Event()
    thread.start()
    assert server.here.wait(20)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/frame"
    server.should_exit = True
    thread.join(10)


class Listener:
    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def hear(self, fact: Fact, now_ms: int) -> None:
        self.facts.append(fact)

    def poll(self, now_ms: int) -> int | None:
        return now_ms + 20


@pytest.mark.slow
def test_a_fitted_camera_keeps_its_pictures_beside_the_journal(url: str, tmp_path: Path) -> None:
    clock = RealClock()
    reactor, heard = Reactor(clock), Listener()
    reactor.run_application(heard)
    eye = fitted(CameraLink(url, 1), tmp_path, reactor, clock)
    end_ms = clock.mono_ms() + 20_000
    while not heard.facts:
        assert clock.mono_ms() < end_ms
        reactor.turn()
    for n in range(3):
        eye.look(f"e.{n:08d}")
    while eye.kept < 3:
        assert clock.mono_ms() < end_ms, (eye.kept, eye.lost, heard.facts)
        reactor.nudge()
        reactor.turn()
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == [f"e.{n:08d}.png" for n in range(3)]
    eye.close()
    reactor.close()


@pytest.mark.slow
def test_nobody_at_the_address_is_said_and_costs_nothing(tmp_path: Path) -> None:
    listener = listen(0)
    address = listener.getsockname()[1]
    listener.close()
    lane = http_lane(f"http://127.0.0.1:{address}/frame", tmp_path, 1, RealClock().mono_ms)
    lane.fetch()
    assert select.select([lane], [], [], 20)[0]
    outcomes = lane.drain()
    assert [getattr(outcome, "trouble", "") for outcome in outcomes] == ["unreachable"]
    lane.close()
