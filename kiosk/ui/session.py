"""What the screen does with what happens to it. No clock, no socket, no window: events and `now_ms` in, pixels out.

Messages for the controller lie in `outbox`; the caller sends them. Source: ui-guide 5, 8 and 9, decisions 29 and 30.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pygame

from kiosk.screen.values import HEARTBEAT_MS, Heartbeat, Message, Screen, Show, Touched
from kiosk.ui import builtin
from kiosk.ui.events import Event, Exposed, LinkDown, LinkUp, Moved, Pressed, Received, Released, Tapped, Typed
from kiosk.ui.focus import focus_node, moved_focus
from kiosk.ui.nodes import Node, hit, touchable
from kiosk.ui.painter import merged
from kiosk.ui.parts import Area
from kiosk.ui.rise import risen
from kiosk.ui.slide import FADE_MS, FRAME_MS, Slide
from kiosk.ui.stage import WHOLE, Stage

SILENT_MS = 1_000
AWAY_MS = 10_000
HELD_MS = 1_000


class Session:
    """One screen process between start and end."""

    def __init__(self, stage: Stage, now_ms: int, complain: Callable[[str], None] = lambda text: None) -> None:
        self._stage = stage
        self._complain = complain
        self.outbox: list[Message] = []
        self.painted_rev = 0
        self.rev = 0
        self._chrome = builtin.NOBODY
        self._screen: Screen = builtin.one_moment(self._chrome)
        self._given: Screen | None = None  # what the controller wants to see, also while a built-in screen covers it
        self._nodes = stage.nodes_of(self._screen)
        self._shown_ms = self._given_ms = self._kind_ms = now_ms
        self._pending: Show | None = None
        self._heard_ms = now_ms - SILENT_MS
        self._silent_since_ms = now_ms
        self._cover = "moment"
        self._down = ""  # id of the node under a finger
        self._sunk = False  # the finger is still on it
        self._held = ""
        self._held_ms = 0
        self._focus = ""
        self._beat_ms = now_ms
        self._slide: Slide | None = None
        self._cut_short: list[pygame.Rect] = []  # slides that ended on the canvas, half done on the display
        self._dirty = True
        self._exposed = True
        self._tick_ms: int | None = None

    @property
    def drawn_rev(self) -> int:
        """The newest value whose every part is on the canvas; it may still slide in. 0 under a built-in screen."""
        return 0 if self._cover else self.rev

    @property
    def keys(self) -> list[Node]:
        """What can be touched now."""
        return touchable(self._nodes)

    # --- events

    def take(self, event: Event, now_ms: int) -> None:
        match event:
            case Received(Show() as show):
                self._heard_ms = now_ms
                self._pending = show
            case Received():
                self._heard_ms = now_ms
            case LinkUp() | LinkDown():
                self._given = self._pending = None  # a new controller says itself what is to be seen
                self._heard_ms = min(self._heard_ms, now_ms - (SILENT_MS if isinstance(event, LinkDown) else 0))
            case Pressed(x, y):
                self._press(x, y)
            case Moved(x, y):
                self._move(x, y)
            case Released(x, y):
                self._release(x, y, now_ms)
            case Tapped(x, y):
                self._press(x, y)
                self._release(x, y, now_ms)
            case Typed(key):
                self._type(key, now_ms)
            case Exposed():
                self._exposed = True
            case _:
                pass

    def _press(self, x: int, y: int) -> None:
        if self._focus:
            self._focus, self._dirty = "", True
        node = None if self._held or self._cover else hit(self._nodes, x, y)
        self._down, self._sunk = (node.id, True) if node else ("", False)
        self._dirty |= node is not None

    def _move(self, x: int, y: int) -> None:
        if self._down:
            node = hit(self._nodes, x, y)
            on = node is not None and node.id == self._down
            self._dirty |= on != self._sunk
            self._sunk = on

    def _release(self, x: int, y: int, now_ms: int) -> None:
        node = hit(self._nodes, x, y) if self._down else None
        if node is not None and node.id == self._down:
            self._touch(node, now_ms)
        self._dirty |= bool(self._down)
        self._down, self._sunk = "", False

    def _touch(self, node: Node, now_ms: int) -> None:
        if self._cover or self._held:
            return
        self.outbox.append(Touched(self.rev, node.target))
        self._held, self._held_ms, self._dirty = node.id, now_ms, True

    def _type(self, key: str, now_ms: int) -> None:
        keys = touchable(self._nodes)
        if self._cover or not keys:
            return
        if key in ("home", "back"):
            chosen = next((node for node in keys if node.target == key), None)
            if chosen is not None:
                self._touch(chosen, now_ms)
        elif key == "choose":
            chosen = next((node for node in keys if node.id == self._focus), None)
            if chosen is not None:
                self._touch(chosen, now_ms)
        else:
            self._focus, self._dirty = moved_focus(keys, self._focus, key), True

    # --- time

    def poll(self, now_ms: int) -> list[pygame.Rect]:
        """Paint what is due; returns the rectangles to present."""
        rects: list[pygame.Rect] = []
        self._watch(now_ms)
        if self._pending is not None:
            show, self._pending = self._pending, None
            rects += self._accept(show, now_ms)
        if self._held and now_ms - self._held_ms >= HELD_MS:
            self._held, self._dirty = "", True
        if self._slide is not None:
            rects += self._slide_on(now_ms)
        elif self._dirty or (self._tick_ms is not None and now_ms >= self._tick_ms):
            rects += self._paint(now_ms)
        rects, self._cut_short = self._cut_short + rects, []
        if self._exposed:
            self._exposed = False
            rects = [pygame.Rect(WHOLE)]
        elif len(rects) > 1:
            rects = merged([Area(*rect) for rect in rects], WHOLE)  # a slide frame lies over what was painted for it
        if now_ms >= self._beat_ms:
            self._beat_ms = max(self._beat_ms + HEARTBEAT_MS, now_ms + HEARTBEAT_MS // 2)
            self.outbox.append(Heartbeat(self.painted_rev))
        return rects

    def wake_ms(self, now_ms: int) -> int:
        """When `poll` is due next, ms of the same clock."""
        due = [self._beat_ms]
        if self._slide is not None:
            due.append(now_ms + FRAME_MS)
        elif self._tick_ms is not None:
            due.append(self._tick_ms)
        if self._held:
            due.append(self._held_ms + HELD_MS)
        return min(due)

    def _watch(self, now_ms: int) -> None:
        """Without a word from the controller for 1 s a built-in screen covers everything."""
        if self._pending is not None:
            return
        silent = now_ms - self._heard_ms >= SILENT_MS or self._given is None
        if not silent:
            if self._cover and self._given is not None:
                self._cover = ""
                self._put(self._given, self._given_ms, now_ms)
            return
        if not self._cover:
            self._silent_since_ms = now_ms
            self._cover = "moment"
            self._put(builtin.one_moment(self._chrome), now_ms, now_ms)
        elif self._cover == "moment" and now_ms - self._silent_since_ms >= AWAY_MS:
            self._cover = "away"
            self._put(builtin.out_of_service(self._chrome), now_ms, now_ms)

    # --- pictures

    def _accept(self, show: Show, now_ms: int) -> list[pygame.Rect]:
        before, kind = self._screen, self._screen.kind
        try:
            nodes = self._stage.nodes_of(show.screen)
        except Exception as error:  # a value no painter can show: cover it, and leave its rev unpainted
            self._complain(f"show_dropped rev={show.rev} kind={show.screen.kind} reason={error!r}")
            self._given, self._cover, self._silent_since_ms = None, "moment", now_ms
            self._put(builtin.one_moment(self._chrome), now_ms, now_ms)
            return []
        self._cover, self.rev = "", show.rev
        self._given, self._given_ms, self._chrome = show.screen, now_ms, show.screen.chrome
        self._finish_slide()
        old_dialog = before.chrome.dialog is not None
        if kind == show.screen.kind:
            nodes = risen(self._nodes, nodes)
        else:
            self._kind_ms = now_ms
        self._screen, self._nodes, self._shown_ms, self._dirty = show.screen, nodes, now_ms, True
        self._held = ""
        if self._down and not any(node.id == self._down for node in touchable(nodes)):
            self._down, self._sunk = "", False
        if self._focus and kind != show.screen.kind:
            self._focus = moved_focus(touchable(nodes), "", "right")
        theme = self._stage.theme_of(show.screen)
        new_dialog = show.screen.chrome.dialog is not None
        if not theme.motion or theme is not self._stage.theme_of(before):
            return []
        if new_dialog and not old_dialog:
            return self._start_slide(pygame.Rect(WHOLE), now_ms, 0, FADE_MS)
        if kind != show.screen.kind:
            return self._start_slide(_body(before, show.screen), now_ms)
        return []

    def _put(self, screen: Screen, since_ms: int, now_ms: int) -> None:
        self._finish_slide()
        self._screen, self._nodes, self._shown_ms = screen, self._stage.nodes_of(screen), since_ms
        self._down, self._sunk, self._held, self._focus, self._dirty = "", False, "", "", True

    def _paint(self, now_ms: int) -> list[pygame.Rect]:
        self._dirty, self._tick_ms = False, None
        nodes = []
        for node in self._nodes:
            if node.live is not None:
                elapsed = now_ms - (self._kind_ms if node.live.steady else self._shown_ms)
                node = replace(node, parts=node.live.parts(elapsed))
                assert node.live is not None
                wait_ms = node.live.next_ms(elapsed)
                if wait_ms is not None:
                    self._tick_ms = min(self._tick_ms or now_ms + wait_ms, now_ms + wait_ms)
            if node.id == self._down and self._sunk:
                node = node.pressed()
            elif node.id == self._held:
                node = node.held()
            nodes.append(node)
        focused = next((node for node in nodes if node.id == self._focus), None)
        theme = self._stage.theme_of(self._screen)
        if focused is not None:
            nodes.append(focus_node(focused, theme))
        rects = self._stage.paint(nodes, theme)
        if self._slide is None:
            self._settle()
        return rects

    def _settle(self) -> None:
        """The pixels of the newest value are all there."""
        if not self._cover:
            self.painted_rev = self.rev

    def _start_slide(
        self, region: pygame.Rect, now_ms: int, shift_px: int = 24, length_ms: int = 180
    ) -> list[pygame.Rect]:
        canvas = self._stage.canvas
        old = canvas.subsurface(region).copy()
        self._slide = Slide(canvas, region, old, old, now_ms, shift_px, length_ms)  # holds the rev back while painting
        rects = self._paint(now_ms)
        new = canvas.subsurface(region).copy()
        begun_ms = now_ms - FRAME_MS  # what was is on the display already: the first frame shows what comes
        self._slide = Slide(canvas, region, old, new, begun_ms, shift_px, length_ms)
        return rects

    def _slide_on(self, now_ms: int) -> list[pygame.Rect]:
        slide = self._slide
        if slide is None:
            return []
        slide.frame(now_ms)
        if slide.done:
            self._slide = None
            self._settle()
        return [slide.region]

    def _finish_slide(self) -> None:
        if self._slide is not None:
            self._slide.frame(1 << 60)
            self._cut_short.append(self._slide.region)
            self._slide = None


def _body(before: Screen, after: Screen) -> pygame.Rect:
    """The region that changes: between stepper and footer, or more when one of both screens has none."""
    top = 246 if before.chrome.stepper and after.chrome.stepper else 150
    bottom = 1920 if "attract" in (before.kind, after.kind) else 1752
    return pygame.Rect(0, top, 1080, bottom - top)
