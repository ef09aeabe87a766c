"""The display: a window (or the whole screen) with a canvas of 1080 x 1920, and the wait for what happens.

Source: ui-guide section 10 (X11 hint, SDL's own wait, mouse events only).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable
from queue import Empty, SimpleQueue

import pygame

from kiosk.ui.events import Ended, Event, Exposed, Moved, Pressed, Released, Typed
from kiosk.ui.stage import SIZE

POLL_MS = 16
KEYS = {
    pygame.K_UP: "up", pygame.K_KP8: "down", pygame.K_DOWN: "down", pygame.K_KP2: "up", pygame.K_LEFT: "left",
    pygame.K_KP4: "left", pygame.K_RIGHT: "right", pygame.K_KP6: "right", pygame.K_RETURN: "choose",
    pygame.K_KP_ENTER: "choose", pygame.K_KP5: "choose", pygame.K_KP0: "home", pygame.K_ESCAPE: "back",
    pygame.K_2: "up", pygame.K_8: "down", pygame.K_4: "left", pygame.K_6: "right", pygame.K_5: "choose", pygame.K_0: "home",
    pygame.K_HASH: "back", pygame.K_TAB: "right",
}  # fmt: skip


def _sdl_wait() -> Callable[[None, int], int] | None:
    """SDL's blocking wait from the library pygame has loaded (pygame's own wait polls each ms); None when not found."""
    try:
        with open("/proc/self/maps", encoding="utf-8") as maps:
            loaded = {line.split()[-1] for line in maps if "/libSDL2-2" in line or "/libSDL2.so" in line}
        wait = ctypes.CDLL(loaded.pop()).SDL_WaitEventTimeout
    except (OSError, AttributeError, KeyError):
        return None
    wait.argtypes, wait.restype = [ctypes.c_void_p, ctypes.c_int], ctypes.c_int
    found: Callable[[None, int], int] = wait
    return found


class Window:
    """A real window. `scale` 0 fits it to the display when windowed; full screen keeps the canvas's proportions."""

    def __init__(self, windowed: bool = False, scale: float = 0.0) -> None:
        if not os.environ.get("WAYLAND_DISPLAY"):
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        os.environ["SDL_VIDEO_X11_WMCLASS"] = "tvm-screen"  # pygame has put the program's name there
        pygame.display.init()
        pygame.font.init()
        pygame.display.set_caption("Ticket machine")
        self._window = self._open(windowed, scale)
        pygame.mouse.set_visible(windowed)
        size = self._window.get_size()
        self._direct = size == SIZE
        self.canvas = self._window if self._direct else pygame.Surface(SIZE).convert()
        share = min(size[0] / SIZE[0], size[1] / SIZE[1])
        self._shown = pygame.Rect(0, 0, round(SIZE[0] * share), round(SIZE[1] * share))
        self._shown.center = (size[0] // 2, size[1] // 2)
        self._event = pygame.event.custom_type()
        self._wait = _sdl_wait() if pygame.display.get_driver() != "dummy" else None
        pygame.event.set_blocked([pygame.FINGERDOWN, pygame.FINGERUP, pygame.FINGERMOTION, pygame.TEXTINPUT])

    def _open(self, windowed: bool, scale: float) -> pygame.Surface:
        try:
            desk = pygame.display.get_desktop_sizes()[0]
        except (pygame.error, IndexError):
            desk = SIZE
        if not windowed:
            flags = pygame.NOFRAME if desk == SIZE else pygame.FULLSCREEN
            return pygame.display.set_mode(SIZE if desk == SIZE else desk, flags)
        fit = scale if scale > 0 else min(1.0, desk[0] * 0.95 / SIZE[0], desk[1] * 0.9 / SIZE[1])
        return pygame.display.set_mode((round(SIZE[0] * fit), round(SIZE[1] * fit)))

    def present(self, rects: list[pygame.Rect]) -> None:
        """Bring changed canvas rectangles to the display."""
        if not rects:
            return
        if self._direct:
            pygame.display.update(rects)
            return
        self._window.blit(pygame.transform.smoothscale(self.canvas, self._shown.size), self._shown)
        pygame.display.update(self._shown)

    def post(self, event: Event) -> None:
        """From any thread: hand an event to the loop and wake it."""
        with contextlib.suppress(pygame.error):  # full or closing: heartbeats and the next value follow anyway
            pygame.event.post(pygame.event.Event(self._event, said=event))

    def wait(self, timeout_ms: int) -> list[Event]:
        """What happened within `timeout_ms`; returns at the first event."""
        if self._wait is not None:
            self._wait(None, max(0, timeout_ms))
        elif not pygame.event.peek():
            pygame.time.wait(min(POLL_MS, max(0, timeout_ms)))
        found = [self._told(event) for event in pygame.event.get()]
        return [event for event in found if event is not None]

    def _told(self, event: pygame.event.Event) -> Event | None:
        if event.type == self._event:
            said: Event = event.said
            return said
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            return Pressed(*self._canvas_point(event.pos))
        if event.type == pygame.MOUSEBUTTONUP and event.button == 1:
            return Released(*self._canvas_point(event.pos))
        if event.type == pygame.MOUSEMOTION and event.buttons[0]:
            return Moved(*self._canvas_point(event.pos))
        if event.type == pygame.KEYDOWN and event.key in KEYS:
            return Typed(KEYS[event.key])
        if event.type in (pygame.WINDOWEXPOSED, pygame.WINDOWSHOWN, pygame.WINDOWRESTORED):
            return Exposed()
        return Ended() if event.type == pygame.QUIT else None

    def _canvas_point(self, position: tuple[int, int]) -> tuple[int, int]:
        x = (position[0] - self._shown.x) * SIZE[0] // max(1, self._shown.w)
        y = (position[1] - self._shown.y) * SIZE[1] // max(1, self._shown.h)
        return x, y

    def close(self) -> None:
        pygame.quit()


class Headless:
    """No display at all: the same canvas, for the mirror, pictures and tests. Its wait never polls."""

    def __init__(self) -> None:
        os.environ["SDL_VIDEODRIVER"] = "dummy"
        pygame.display.init()
        pygame.font.init()
        self.canvas = pygame.display.set_mode(SIZE)
        self._queue: SimpleQueue[Event] = SimpleQueue()
        self.presented: list[pygame.Rect] = []

    def present(self, rects: list[pygame.Rect]) -> None:
        self.presented += rects

    def post(self, event: Event) -> None:
        self._queue.put(event)

    def wait(self, timeout_ms: int) -> list[Event]:
        found: list[Event] = []
        try:
            found.append(self._queue.get(timeout=max(0, timeout_ms) / 1000))
            while True:
                found.append(self._queue.get_nowait())
        except Empty:
            return found

    def close(self) -> None:
        pygame.quit()
