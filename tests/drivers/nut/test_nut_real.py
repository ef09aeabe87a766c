"""Our NUT client, a real upsd and a real UPS driver, and behind them the Megatec twin: from its mains to our facts, and back.

Needs the Debian packages nut-server and nut-client; without them the test is left out and says so.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.link.tcp_link import TcpLink
from drivers.nut.driver import Nut as Driver
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.ups import MainsStrayed, OffFailed, OffSet, PowerSeen
from tests.simulator.devices.nut_programs import CHANGE_S, MISSING, Nut

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MISSING, reason="no Network UPS Tools: install nut-server and nut-client"),
]


@pytest.fixture(name="nut")
def _nut() -> Iterator[Nut]:
    with tempfile.TemporaryDirectory(prefix="nut") as directory:  # a socket's path must be short
        nut = Nut(Path(directory))
        try:
            nut.start()
            yield nut
        finally:
            nut.stop()


class Client:
    """The driver on its link, served while the twin is."""

    def __init__(self, nut: Nut, **account: str) -> None:
        self._nut = nut
        self.facts: list[Fact] = []
        self._link = TcpLink(f"tcp:127.0.0.1:{nut.port}")
        self.driver = Driver("ups", self.facts.append, unit="ups", **account)  # type: ignore[arg-type]
        self._pending = b""
        self.driver.link_up(nut.now_ms())

    def until(self, so: Callable[[], bool]) -> bool:
        return self._nut.pump(CHANGE_S, lambda: self._turn() or so())

    def _turn(self) -> bool:
        now_ms = self._nut.now_ms()
        self._pending += self.driver.take_output()
        self._pending = self._pending[self._link.write(self._pending) :]
        data = self._link.read()
        if data:
            self.driver.receive(data, now_ms)
        self.driver.poll(now_ms)
        return False

    def power(self) -> PowerSeen | None:
        return next((fact for fact in reversed(self.facts) if isinstance(fact, PowerSeen)), None)

    def source(self) -> str:
        seen = self.power()
        return seen.source if seen else ""

    def close(self) -> None:
        self._link.close()


def test_a_real_server_tells_us_of_the_mains_and_switches_off_for_us(nut: Nut) -> None:
    client = Client(nut, user="tvm", password="tvmpw")
    assert client.until(lambda: any(isinstance(fact, DeviceReady) for fact in client.facts))
    assert client.source() == "mains"
    nut.ups.mains(False, nut.now_ms())
    assert client.until(lambda: client.source() == "battery")
    client.driver.switch_off(30)
    assert client.until(lambda: any(isinstance(fact, OffSet) for fact in client.facts))
    assert client.until(lambda: nut.ups.body.active)
    client.driver.stay_on()
    assert client.until(lambda: not nut.ups.body.active)
    nut.ups.mains(True, nut.now_ms())
    assert client.until(lambda: client.source() == "mains")
    nut.ups.faults.add("sag")
    assert client.until(lambda: any(isinstance(fact, MainsStrayed) and fact.outside for fact in client.facts))
    client.close()


@pytest.mark.parametrize("account", [{}, {"user": "tvm", "password": "wrong"}])
def test_who_may_not_order_is_told_so_and_nothing_is_switched_off(nut: Nut, account: dict[str, str]) -> None:
    client = Client(nut, **account)
    assert client.until(lambda: client.source() == "mains")
    client.driver.switch_off(30)
    assert client.until(lambda: any(isinstance(fact, OffFailed) for fact in client.facts))
    assert not nut.ups.body.active
    assert client.source() == "mains"
    client.close()


def test_a_probe_finds_the_unit_and_moves_nothing(nut: Nut) -> None:
    path = f"tcp:127.0.0.1:{nut.port}"
    told = nut.client(sys.executable, "-m", "kiosk", "probe", "nut", path, "--seconds", "10")
    assert "device.model MEG-1000" in told
    assert not nut.ups.body.active
