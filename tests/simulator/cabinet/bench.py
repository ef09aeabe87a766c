"""A cabinet on a clock that stands until it is told to go, and a host that speaks just enough to its devices."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import httpx

from simulator.cabinet.api import build_app
from simulator.cabinet.cabinet import Cabinet
from simulator.cabinet.settings import CabinetSettings
from simulator.devices.cabinet_board.rtu import sealed
from simulator.devices.ccnet.wire import frame

SETTINGS = CabinetSettings(
    vault_notes={100: 60, 500: 40, 1_000: 40, 5_000: 20},
    wallet_notes={100: 3, 1_000: 2, 10_000: 2},
    vault_blanks=80,
)


class StandingClock:
    """Fits `TimeSource`; `rate` speeds motion up."""

    def __init__(self, rate: float = 10.0) -> None:
        self.rate = rate
        self.now_ms = 1_000

    def mono_ms(self) -> int:
        return self.now_ms

    def wall_at(self, mono_ms: int) -> int:
        return 1_763_700_000_000 + round(mono_ms * self.rate)

    def format(self) -> str:
        return f"{self.rate:g}:0:0"


class Bench:
    def __init__(self, settings: CabinetSettings = SETTINGS, rate: float = 10.0) -> None:
        self.clock = StandingClock(rate)
        self.cabinet = Cabinet(settings, self.clock)
        self.world = self.cabinet.world
        self.events: list[Any] = []
        self.cabinet.said = self.events.append
        self.app = build_app(self.cabinet)
        self.cabinet.turn()

    # -- time and hosts

    def wait(self, ms: int) -> None:
        until = self.clock.now_ms + ms
        while self.clock.now_ms < until:
            self.clock.now_ms = min(until, self.clock.now_ms + 10)
            self.cabinet.turn()

    def ccnet(self, *payload: int) -> None:
        """One command to the acceptor; its answer is thrown away."""
        acceptor = self.world.twins["acceptor"]
        acceptor.receive(frame(bytes(payload)), self.clock.now_ms)
        acceptor.take_output()
        self.cabinet.turn()

    def inputs(self) -> None:
        """All inputs of the board are read; the answer is thrown away."""
        board = self.world.twins["cabinet"]
        board.receive(sealed(bytes([1, 2, 0, 0, 0, 32])), self.clock.now_ms)
        board.take_output()
        self.cabinet.turn()

    def ticket_unit(self, data: bytes) -> None:
        """Bytes to the ticket unit; its answers are thrown away."""
        unit = self.world.twins["ticket_unit"]
        unit.receive(data, self.clock.now_ms)
        unit.take_output()
        self.cabinet.turn()

    def coil(self, number: int, on: bool) -> None:
        """Write one coil of the board and let the motor run."""
        body = bytes([1, 5, 0, number, 0xFF if on else 0, 0])
        self.world.twins["cabinet"].receive(sealed(body), self.clock.now_ms)
        self.wait(400)

    def ready_for_notes(self) -> None:
        """Reset, take everything into escrow, open the entry."""
        self.ccnet(0x30)
        self.wait(400)
        self.ccnet(0x34, 0, 0, 0xFF, 0, 0, 0xFF)
        self.coil(10, True)

    def open_up(self) -> None:
        self.cabinet.door("outer", True, True)

    # -- the API

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        async def talk() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, json=body, **more)

        answer: httpx.Response = run(talk)
        return answer

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.call("POST", path, body)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def things(self, place: str) -> int:
        return len(self.world.matter.place(place))


def run(what: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return anyio.run(what)
