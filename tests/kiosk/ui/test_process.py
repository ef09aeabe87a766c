"""The real process over real sockets: hello, values, touches through the mirror, silence, end, broken files."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Event, Lock, Thread

import pytest
from PIL import Image

from kiosk.screen.values import Heartbeat, Hello, Message, Show, Touched, decode, encode
from kiosk.ui.text import FILES, FONTS
from tests.kiosk.ui.samples import samples

LIMIT_S = 20
BEAT_S = 0.2
ROOT = Path(__file__).parents[3]
RUN = [sys.executable, "-m", "kiosk.ui.main"]
ZH = samples("zh")


class Controller:
    """The other end of the screen's socket."""

    def __init__(self, path: Path) -> None:
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen(1)
        self._server.settimeout(LIMIT_S)
        self._sending = Lock()
        self._lines: Iterator[bytes] = iter(())

    def accept(self) -> Hello:
        self._peer, _ = self._server.accept()
        self._peer.settimeout(LIMIT_S)
        self._lines = iter(self._peer.makefile("rb"))
        first = self.next()
        assert isinstance(first, Hello)
        self.send(Hello("controller"))
        return first

    def send(self, message: Message) -> None:
        with self._sending:
            self._peer.sendall(encode(message))

    @contextmanager
    def alive(self) -> Iterator[None]:
        """It is heard all the time, however long the test does something else: a screen that hears nobody for a second covers
        what it shows, and drops taps."""
        over = Event()

        def beat() -> None:
            while not over.wait(BEAT_S):
                self.send(Heartbeat())

        thread = Thread(target=beat)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def next(self) -> Message:
        return decode(next(self._lines))

    def until(self, wanted: Callable[[Message], bool]) -> Message:
        """The next message that is wanted; answers each heartbeat like a living controller."""
        while True:
            message = self.next()
            if wanted(message):
                return message
            if isinstance(message, Heartbeat):
                self.send(Heartbeat())

    def painted(self, rev: int) -> None:
        self.until(lambda message: message == Heartbeat(rev))

    def hang_up(self) -> None:
        self._peer.shutdown(socket.SHUT_RDWR)
        self._peer.close()


class Mirror:
    """Somebody who watches and taps."""

    def __init__(self, path: Path) -> None:
        self._peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._peer.settimeout(LIMIT_S)
        self._peer.connect(str(path))
        self._stream = self._peer.makefile("rb")

    def region(self) -> tuple[dict[str, int], Image.Image]:
        head = json.loads(self._stream.readline())
        picture = Image.open(BytesIO(self._stream.read(head["n"])))
        assert picture.size == (head["w"], head["h"])
        return head, picture.convert("RGB")

    def send(self, line: bytes) -> None:
        self._peer.sendall(line)


@pytest.fixture
def controller(tmp_path: Path) -> Controller:
    return Controller(tmp_path / "c")


@pytest.fixture
def screen(tmp_path: Path, controller: Controller) -> Iterator[subprocess.Popen[str]]:
    command = [*RUN, "--socket", str(tmp_path / "c"), "--role", "mirror", "--mirror-socket", str(tmp_path / "m")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    while process.stdout.readline().strip() != "ready":
        assert process.poll() is None


def test_values_are_painted_and_taps_come_back(
    screen: subprocess.Popen[str], controller: Controller, tmp_path: Path
) -> None:
    assert controller.accept() == Hello("lab")
    with controller.alive():
        ready(screen)
        controller.send(Show(3, ZH["home"]))
        controller.painted(3)
        mirror = Mirror(tmp_path / "m")
        head, picture = mirror.region()
        assert (head["x"], head["y"], head["w"], head["h"]) == (0, 0, 1080, 1920)
        assert picture.getpixel((80, 40)) == (255, 199, 44)  # the mark of the header
        mirror.send(b'not json\n{"x": 1}\n{"x": 540, "y": 760}\n')
        assert controller.until(lambda message: isinstance(message, Touched)) == Touched(3, "destination")
        controller.send(Show(4, ZH["station"]))
        controller.painted(4)
        assert mirror.region()[0]["n"] > 0


def test_noise_on_the_socket_is_dropped(screen: subprocess.Popen[str], controller: Controller) -> None:
    controller.accept()
    controller._peer.sendall(b'{"m":"show","rev":1}\n\x00\xff\n[]\n')
    controller.send(Show(2, ZH["home"]))
    controller.painted(2)
    assert screen.poll() is None


def test_a_new_controller_is_found_again(screen: subprocess.Popen[str], controller: Controller) -> None:
    controller.accept()
    controller.send(Show(9, ZH["home"]))
    controller.painted(9)
    controller.hang_up()
    controller.accept()
    controller.send(Show(1, ZH["date"]))
    controller.painted(1)


def test_it_ends_cleanly_when_asked(screen: subprocess.Popen[str], controller: Controller, tmp_path: Path) -> None:
    controller.accept()
    ready(screen)
    screen.send_signal(signal.SIGTERM)
    assert screen.wait(LIMIT_S) == 0
    assert not (tmp_path / "m").exists()


def test_a_picture_of_one_value(controller: Controller, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    command = [*RUN, "--socket", str(tmp_path / "c"), "--shot", str(shot)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        controller.accept()
        controller.send(Show(1, ZH["trains"]))
        assert process.wait(LIMIT_S) == 0
    with Image.open(shot) as picture:
        assert picture.size == (1080, 1920)


def test_a_corrupt_font_ends_with_one_line(tmp_path: Path) -> None:
    for name in FILES.values():
        shutil.copy(FONTS / name, tmp_path / name)
    (tmp_path / FILES[700]).write_bytes(b"noise" * 500)
    command = [*RUN, "--socket", str(tmp_path / "none"), "--role", "mirror", "--font-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert str(tmp_path / FILES[700]) in done.stderr
