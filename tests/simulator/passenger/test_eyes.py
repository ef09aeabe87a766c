"""A passenger's eyes at the controller's own screen server: sees what is shown, touches it, survives its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.link.socket_link import Channel, ScreenServer
from kiosk.ports.fact import Fact
from kiosk.ports.screen import ScreenTouched
from kiosk.screen.values import Busy, Chrome, Words
from simulator.passenger.eyes import AGAIN_MS, Eyes


def busy(text: str) -> Busy:
    return Busy(Chrome(), Words(text), Words())


class Controller:
    def __init__(self, path: Path) -> None:
        self.facts: list[Fact] = []
        self.channels: list[Channel] = []
        self.server = ScreenServer(
            path, self.facts.append, lab=True, added=self.channels.append, removed=self.channels.remove
        )

    def turn(self, now_ms: int) -> None:
        self.server.on_readable(now_ms)
        for channel in list(self.channels):
            channel.on_readable(now_ms)
        self.server.poll(now_ms)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "screen"


@pytest.fixture
def controller(path: Path) -> Iterator[Controller]:
    made = Controller(path)
    yield made
    made.server.close()


def test_sees_and_touches(controller: Controller, path: Path) -> None:
    eyes = Eyes(path)
    controller.server.show(busy("one"))
    eyes.poll(0)
    controller.turn(0)
    eyes.on_readable(0)
    assert (eyes.rev, eyes.screen) == (1, busy("one"))
    eyes.touch("start")
    controller.turn(10)
    assert controller.facts == [ScreenTouched("start", "passenger")]
    eyes.close()


def test_beats_keep_the_connection(controller: Controller, path: Path) -> None:
    eyes = Eyes(path)
    controller.server.show(busy("one"))
    for now_ms in range(0, 6_000, 250):
        eyes.poll(now_ms)
        controller.turn(now_ms)
        eyes.on_readable(now_ms)
    assert eyes.connected
    assert len(controller.channels) == 1
    eyes.close()


def test_a_controller_that_ends_is_looked_for_again(controller: Controller, path: Path) -> None:
    eyes = Eyes(path)
    controller.server.show(busy("one"))
    eyes.poll(0)
    controller.turn(0)
    eyes.on_readable(0)
    controller.server.close()
    eyes.on_readable(10)
    assert (eyes.connected, eyes.screen) == (False, None)
    with pytest.raises(OSError, match="not connected"):
        eyes.fileno()
    eyes.poll(AGAIN_MS)
    assert not eyes.connected
    following = Controller(path)
    following.server.show(busy("two"))
    eyes.poll(2 * AGAIN_MS)
    following.turn(0)
    eyes.on_readable(0)
    assert eyes.screen == busy("two")
    following.server.close()
    eyes.close()
