"""One journey in a real window: X server, mouse, keys. The window is found by its class, not by its name."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.screen.values import Heartbeat, Message, Show, Touched
from tests.kiosk.ui.samples import samples
from tests.kiosk.ui.test_process import LIMIT_S, ROOT, RUN, Controller, ready

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")),
        reason="no X server to open a window on: apt-get install xvfb xdotool",
    ),
]
ZH = samples("zh")


@pytest.fixture
def display() -> Iterator[str]:
    """A private X server that picks its own free number."""
    readable, writable = os.pipe()
    command = ["Xvfb", "-displayfd", str(writable), "-screen", "0", "1080x1920x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writable,), stderr=subprocess.DEVNULL) as server:
        os.close(writable)
        with os.fdopen(readable) as numbers:
            yield f":{numbers.readline().strip()}"
        server.terminate()


def is_touch(message: Message) -> bool:
    return isinstance(message, Touched)


def test_a_journey_with_mouse_and_keys(display: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DISPLAY": display}
    environment.pop("SDL_VIDEODRIVER", None)
    environment.pop("WAYLAND_DISPLAY", None)
    controller = Controller(tmp_path / "c")
    command = [*RUN, "--socket", str(tmp_path / "c"), "--windowed", "--scale", "1"]

    def pointer(*words: str) -> None:
        subprocess.run(["xdotool", *words], env=environment, check=True, timeout=LIMIT_S, stdout=subprocess.DEVNULL)

    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as screen:
        controller.accept()
        ready(screen)
        window = subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--class", "tvm-screen"],
            env=environment, capture_output=True, text=True, timeout=LIMIT_S,
        ).stdout.split()[0]  # fmt: skip
        controller.send(Show(1, ZH["home"]))
        controller.painted(1)
        pointer("mousemove", "--window", window, "540", "760", "click", "1")
        assert controller.until(is_touch) == Touched(1, "destination")
        controller.send(Show(2, ZH["station"]))
        controller.painted(2)
        pointer("mousemove", "--window", window, "90", "1064", "click", "1")  # Q leads nowhere
        pointer("mousemove", "--window", window, "640", "1186", "click", "1")  # H
        assert controller.until(is_touch) == Touched(2, "letter:H")
        controller.send(Show(3, ZH["trains"]))
        controller.painted(3)
        pointer("windowfocus", window, "key", "Escape")
        assert controller.until(is_touch) == Touched(3, "back")
        controller.send(Heartbeat())
        screen.terminate()
        assert screen.wait(LIMIT_S) == 0
