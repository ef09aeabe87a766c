"""The screen process: `main(argv)` opens the display, connects to the controller and runs until it is ended.

No devices, no network, no files but theme, fonts and media, all read-only.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

import pygame

from kiosk.screen.values import Show
from kiosk.ui.events import Ended, Event, Received
from kiosk.ui.gallery import Gallery
from kiosk.ui.link import ControllerLink
from kiosk.ui.mirror import MirrorServer
from kiosk.ui.session import Session
from kiosk.ui.stage import Stage
from kiosk.ui.text import FONTS, FontError
from kiosk.ui.theme import THEMES, ThemeError
from kiosk.ui.trace import Trace
from kiosk.ui.window import Headless, Window


def now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def now_us() -> int:
    return time.monotonic_ns() // 1_000


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="screen", description="The passenger screen of a ticket machine.")
    parser.add_argument("--socket", required=True, help="Unix socket of the controller")
    parser.add_argument("--theme-dir", type=Path, default=THEMES, help="directory of the theme files")
    parser.add_argument("--font-dir", type=Path, default=FONTS, help="directory of the font files")
    parser.add_argument(
        "--media", type=Path, help="directory of the waiting page's pictures, as in the controller's configuration"
    )
    parser.add_argument("--role", choices=("screen", "mirror"), default="screen")
    parser.add_argument("--mirror-socket", help="Unix socket to serve the mirrored picture on (role mirror)")
    parser.add_argument("--windowed", action="store_true", help="a window instead of the whole display")
    parser.add_argument("--scale", type=float, default=0.0, help="size of the window, 1 = 1080 x 1920; 0 = fit")
    parser.add_argument("--shot", type=Path, help="save the first value of the controller as PNG and end")
    parser.add_argument("--trace", type=Path, help="write when touches came and pixels were shown (lab and bench)")
    return parser.parse_args(argv)


class Loop:
    """Display, link and session under one clock."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self._shot: Path | None = chosen.shot
        dummy = os.environ.get("SDL_VIDEODRIVER") == "dummy"
        headless = dummy or chosen.role == "mirror" or chosen.shot is not None
        self._display: Window | Headless = Headless() if headless else Window(chosen.windowed, chosen.scale)
        self._gallery = Gallery(chosen.media, complain)
        self._stage = Stage(self._display.canvas, chosen.theme_dir, chosen.font_dir, self._gallery)
        self._session = Session(self._stage, now_ms(), complain)
        role = "lab" if chosen.mirror_socket else chosen.role
        self._link = ControllerLink(chosen.socket, role, self._display.post, complain)
        self._mirror = MirrorServer(chosen.mirror_socket, self._display.post) if chosen.mirror_socket else None
        self._trace = Trace(chosen.trace, now_us) if chosen.trace else None
        self._shot_rev = 0
        self._ending = False

    def end(self, *_: object) -> None:
        """From a signal handler: the loop ends at its next turn."""
        self._ending = True

    def run(self) -> int:
        self._link.start()
        self._gallery.start()
        if self._mirror is not None:
            self._mirror.start()
        ready = False
        try:
            while not self._ending:
                wake = self._turn()
                if not ready:
                    print("ready", flush=True)
                    self._stage.warm()
                    ready = True
                for event in self._display.wait(max(0, wake - now_ms())):
                    self._take(event)
        finally:
            self._link.stop()
            self._gallery.stop()
            if self._mirror is not None:
                self._mirror.stop()
            self._display.close()
            if self._trace is not None:
                self._trace.close()
        return 0

    def _turn(self) -> int:
        """Paint, present, send; returns when to do so again."""
        began_us = now_us()
        rects = self._session.poll(now_ms())
        self._display.present(rects)
        if self._trace is not None:
            self._trace.presented(rects, began_us, self._session)
        self._take_shot()
        for message in self._session.outbox:
            self._link.send(message)
        self._session.outbox.clear()
        wake = self._session.wake_ms(now_ms())
        if self._mirror is not None:
            more = self._mirror.stream(self._display.canvas, rects, now_ms())
            wake = wake if more is None else min(wake, more)
        return wake

    def _take(self, event: Event) -> None:
        if isinstance(event, Ended):
            self._ending = True
            return
        if isinstance(event, Received) and isinstance(event.message, Show) and not self._shot_rev:
            self._shot_rev = event.message.rev
        if self._trace is not None:
            self._trace.took(event)
        self._session.take(event, now_ms())

    def _take_shot(self) -> None:
        """Save the first value once all its pixels are there."""
        if self._shot is not None and self._shot_rev and self._session.painted_rev == self._shot_rev:
            pygame.image.save(self._display.canvas, self._shot)
            self._ending = True


def main(argv: list[str]) -> int:
    """Runs until SIGTERM, SIGINT or the window is closed. Exit code 2 when a theme or font file is unusable."""
    chosen = parse(argv)
    try:
        loop = Loop(chosen)
    except (ThemeError, FontError) as error:
        complain(str(error))
        return 2
    except (pygame.error, OSError) as error:
        complain(f"display: {error}")
        return 2
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, loop.end)
    return loop.run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
