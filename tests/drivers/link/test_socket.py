"""The screen socket with real sockets and made-up time: who may touch, who is slow, who is lost."""

from __future__ import annotations

import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.link.socket_link import LOST_MS, MOST_PEERS, Channel, ScreenServer
from kiosk.errors import LinkError
from kiosk.ports.fact import Fact
from kiosk.ports.screen import ScreenBack, ScreenLost, ScreenTouched
from kiosk.screen.values import Busy, Chrome, Deadline, Heartbeat, Hello, Message, Show, Touched, Words, decode, encode


def busy(text: str, remaining_ms: int = 0) -> Busy:
    return Busy(Chrome(), Words(text), Words(), Deadline(remaining_ms, 60_000) if remaining_ms else None)


class Client:
    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self._lines = self.socket.makefile("rb")

    def say(self, *messages: Message) -> None:
        for message in messages:
            self.socket.sendall(encode(message))

    def hear(self) -> Message:
        return decode(self._lines.readline())

    def ended(self) -> bool:
        return self._lines.readline() == b""

    def close(self) -> None:
        self._lines.close()
        self.socket.close()


class Loop:
    """The reactor's part: every channel is asked in turn, at a time we choose."""

    def __init__(self, path: Path, lab: bool = False) -> None:
        self.path = path
        self.facts: list[Fact] = []
        self.channels: list[Channel] = []
        self.server = ScreenServer(
            path, self.facts.append, lab=lab, added=self.channels.append, removed=self.channels.remove
        )
        self.now_ms = 0
        self.clients: list[Client] = []

    def connect(self, role: str) -> Client:
        client = Client(self.path)
        self.clients.append(client)
        self.server.on_readable(self.now_ms)
        client.say(Hello(role))
        self.turn(self.now_ms)
        assert client.hear() == Hello("controller")
        return client

    def turn(self, now_ms: int) -> int:
        """One turn; what clients have said by now is in the sockets already."""
        self.now_ms = now_ms
        for channel in list(self.channels):
            channel.on_readable(now_ms)
        for channel in [channel for channel in self.channels if channel.wants_write()]:
            channel.on_writable(now_ms)
        return self.server.poll(now_ms)

    def close(self) -> None:
        self.server.close()
        for client in self.clients:
            client.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Loop]]:
    loops: list[Loop] = []

    def make(lab: bool = False) -> Loop:
        loops.append(Loop(tmp_path / "s", lab))
        return loops[-1]

    yield make
    for loop in loops:
        loop.close()


def test_a_screen_sees_and_touches(start: Callable[..., Loop]) -> None:
    loop = start()
    screen = loop.connect("screen")
    loop.server.show(busy("one"))
    assert screen.hear() == Show(1, busy("one"))
    screen.say(Heartbeat(1), Touched(1, "start"))
    loop.turn(100)
    assert loop.facts == [ScreenTouched("start", "screen"), ScreenBack()]


def test_a_touch_on_a_screen_that_is_gone_is_dropped(start: Callable[..., Loop]) -> None:
    loop = start()
    screen = loop.connect("screen")
    loop.server.show(busy("one"))
    loop.server.show(busy("two"))
    screen.say(Touched(1, "pay"), Touched(3, "future"))
    loop.turn(100)
    assert loop.facts == []


@pytest.mark.parametrize(("lab", "role", "heard"), [(True, "passenger", 1), (True, "lab", 1), (True, "mirror", 0),
                                                   (False, "passenger", 0), (False, "lab", 0)])  # fmt: skip
def test_who_may_touch(start: Callable[..., Loop], lab: bool, role: str, heard: int) -> None:
    loop = start(lab)
    peer = loop.connect(role)
    loop.server.show(busy("one"))
    assert peer.hear() == Show(1, busy("one"))
    peer.say(Touched(1, "start"))
    loop.turn(100)
    assert loop.facts == [ScreenTouched("start", role)] * heard


def test_who_comes_later_sees_what_is_shown_with_the_time_that_is_left(start: Callable[..., Loop]) -> None:
    loop = start()
    loop.turn(1_000)
    loop.server.show(busy("wait", 30_000))
    loop.now_ms = 6_000
    assert loop.connect("mirror").hear() == Show(1, busy("wait", 25_000))


def test_a_slow_mirror_delays_nobody_and_jumps_to_the_last_show(start: Callable[..., Loop]) -> None:
    loop = start()
    screen, mirror = loop.connect("screen"), loop.connect("mirror")
    for number in range(1, 41):
        loop.server.show(busy(f"{number}" * 20_000))
        assert screen.hear() == Show(number, busy(f"{number}" * 20_000))
    seen = []
    while not seen or seen[-1] != 40:
        for channel in loop.channels:
            if channel.wants_write():
                channel.on_writable(1)
        shown = mirror.hear()
        assert isinstance(shown, Show)
        seen.append(shown.rev)
    assert len(seen) < 40


def test_a_second_screen_takes_the_first_ones_place(start: Callable[..., Loop]) -> None:
    loop = start()
    first = loop.connect("screen")
    loop.server.show(busy("one"))
    second = loop.connect("screen")
    assert second.hear() == Show(1, busy("one"))
    assert first.hear() == Show(1, busy("one"))
    assert first.ended()
    assert len(loop.channels) == 1


def test_no_screen_for_two_seconds_is_lost_and_comes_back_once_it_shows(start: Callable[..., Loop]) -> None:
    loop = start()
    loop.turn(0)
    loop.server.show(busy("one"))
    loop.turn(LOST_MS - 1)
    assert loop.facts == []
    loop.turn(LOST_MS)
    loop.turn(LOST_MS + 1)
    assert loop.facts == [ScreenLost()]
    screen = loop.connect("screen")
    loop.turn(loop.now_ms + 10)
    assert loop.facts == [ScreenLost()]
    screen.say(Heartbeat(1))
    loop.turn(loop.now_ms + 10)
    assert loop.facts == [ScreenLost(), ScreenBack()]


def test_a_screen_that_beats_but_does_not_show_is_lost(start: Callable[..., Loop]) -> None:
    loop = start()
    screen = loop.connect("screen")
    loop.server.show(busy("one"))
    screen.say(Heartbeat(1))
    loop.turn(100)
    loop.server.show(busy("two"))
    for now_ms in range(200, LOST_MS, 200):
        screen.say(Heartbeat(1))
        loop.turn(now_ms)
    assert loop.facts == [ScreenBack()]
    screen.say(Heartbeat(1))
    loop.turn(100 + LOST_MS)
    assert loop.facts == [ScreenBack(), ScreenLost()]


def test_a_screen_that_died_is_lost_after_two_seconds(start: Callable[..., Loop]) -> None:
    loop = start()
    screen = loop.connect("screen")
    loop.server.show(busy("one"))
    screen.say(Heartbeat(1))
    loop.turn(0)
    screen.close()
    loop.turn(100)
    assert (loop.channels, loop.facts) == ([], [ScreenBack()])
    loop.turn(100 + LOST_MS)
    assert loop.facts == [ScreenBack(), ScreenLost()]


def test_a_silent_peer_and_one_that_talks_nonsense_are_let_go(start: Callable[..., Loop]) -> None:
    loop = start()
    silent = loop.connect("mirror")
    rude = Client(loop.path)
    loop.clients.append(rude)
    loop.server.on_readable(0)
    rude.socket.sendall(b"GET / HTTP/1.1\r\n\r\n")
    loop.turn(10)
    assert len(loop.channels) == 1
    assert rude.hear() == Hello("controller")
    loop.turn(2_001)
    assert loop.channels == []
    while not silent.ended():
        pass


def test_more_peers_than_we_can_serve_are_refused(start: Callable[..., Loop]) -> None:
    loop = start()
    for _ in range(MOST_PEERS):
        loop.connect("mirror")
    late = Client(loop.path)
    loop.clients.append(late)
    loop.server.on_readable(0)
    assert late.ended()
    assert len(loop.channels) == MOST_PEERS


def test_polling_wakes_for_the_next_beat_and_never_in_the_past(start: Callable[..., Loop]) -> None:
    loop = start()
    loop.connect("mirror")
    for now_ms in range(0, 1_500, 50):
        assert now_ms < loop.turn(now_ms) <= now_ms + 250


def test_only_we_may_open_the_socket_and_an_old_one_is_replaced(start: Callable[..., Loop], tmp_path: Path) -> None:
    (tmp_path / "s").write_text("left behind")
    loop = start()
    mode = loop.path.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    loop.server.close()
    assert not loop.path.exists()


def test_a_path_that_cannot_be_is_a_link_error(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="screen socket"):
        Loop(tmp_path / "no" / "such" / "place")
    with pytest.raises(LinkError, match="too long"):
        Loop(tmp_path / ("x" * 200))
