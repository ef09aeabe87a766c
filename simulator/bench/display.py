"""An X display of our own and a finger on it: Xvfb at the screen's size, touches by the XTEST extension.

Xvfb and libXtst are Debian packages (xvfb, libxtst6); without them whatever needs a display is left out, and said so.
"""

from __future__ import annotations

import ctypes
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Callable

from simulator.bench.traces import Click

SIZE = "1080x1920x24"
START_S = 10.0
WANTED = "needs an X server and XTEST; on Debian: apt-get install xvfb libxtst6"
LEFT_BUTTON = 1


class NoDisplay(Exception):
    """There is none to be had; the text says what is missing."""


class Display:
    """Raises NoDisplay. `name` is what DISPLAY is set to."""

    def __init__(self) -> None:
        program = shutil.which("Xvfb")
        if program is None:
            raise NoDisplay(WANTED)
        read_fd, write_fd = os.pipe()
        try:
            self._server = subprocess.Popen(
                [program, "-displayfd", str(write_fd), "-screen", "0", SIZE, "-nolisten", "tcp", "-noreset"],
                pass_fds=(write_fd,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                process_group=0,
            )
        finally:
            os.close(write_fd)
        try:
            number = _line(read_fd)
        finally:
            os.close(read_fd)
        if not number:
            self.close()
            raise NoDisplay("Xvfb did not start")
        self.name = f":{number}"

    def close(self) -> None:
        self._server.send_signal(signal.SIGTERM)
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()


def _line(fd: int) -> str:
    """A whole line, without its end: a server whose second write finds nobody ends itself. Empty: it did not come in time."""
    held = b""
    while not held.endswith(b"\n"):
        if not select.select([fd], [], [], START_S)[0] or not (got := os.read(fd, 16)):
            return ""
        held += got
    return held.decode().strip()


class Finger:
    """Touches the glass of a display. Raises NoDisplay when there is no XTEST."""

    def __init__(self, display: str, mono_us: Callable[[], int]) -> None:
        try:
            self._x11, self._xtst = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        except OSError as error:
            raise NoDisplay(WANTED) from error
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
        self._x11.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self._x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
        self._xtst.XTestFakeMotionEvent.argtypes = [ctypes.c_void_p, *[ctypes.c_int] * 3, ctypes.c_ulong]
        self._xtst.XTestFakeButtonEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
        opened = self._x11.XOpenDisplay(display.encode())
        if not opened:
            raise NoDisplay(f"no connection to display {display}")
        self._display = ctypes.c_void_p(opened)
        self._mono_us = mono_us

    def point(self, x: int, y: int) -> None:
        """Be over a place of the glass; nothing is touched yet."""
        self._xtst.XTestFakeMotionEvent(self._display, -1, x, y, 0)
        self._x11.XSync(self._display, 0)

    def touch(self, held: Callable[[], None]) -> Click:
        """Press here, stay while `held` runs, release; answers when both were given to the X server."""
        press_us = self._button(True)
        held()
        return Click(press_us, self._button(False))

    def _button(self, down: bool) -> int:
        us = self._mono_us()
        self._xtst.XTestFakeButtonEvent(self._display, LEFT_BUTTON, int(down), 0)
        self._x11.XSync(self._display, 0)
        return us

    def close(self) -> None:
        self._x11.XCloseDisplay(self._display)
