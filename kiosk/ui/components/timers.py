"""Time limits the screen counts down itself: the idle ring and the lock bar. Source: ui-guide 6 and 9."""

from __future__ import annotations

import math
from collections.abc import Callable

from kiosk.screen.values import Deadline
from kiosk.ui.components.kit import Kit
from kiosk.ui.nodes import Live, Node
from kiosk.ui.parts import Area, Part, Picture, arc_svg

HURRY_S = 20


def left_ms(deadline: Deadline, elapsed_ms: int) -> int:
    """Milliseconds of the limit's own time left after `elapsed_ms` of real time, never below 0."""
    return max(0, round(deadline.remaining_ms - elapsed_ms * deadline.rate))


def whole_seconds(deadline: Deadline, elapsed_ms: int) -> int:
    """Seconds to show: a begun second counts."""
    return math.ceil(left_ms(deadline, elapsed_ms) / 1000)


def clock_text(seconds: int) -> str:
    """`04:32`, and `1:04:32` beyond an hour."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:02d}:{rest:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def live(deadline: Deadline, parts: Callable[[int, float], tuple[Part, ...]]) -> Live:
    """Parts by (seconds left, share left 0..1), painted again when a second ends."""

    def at(elapsed_ms: int) -> tuple[Part, ...]:
        seconds = whole_seconds(deadline, elapsed_ms)
        share = seconds * 1000 / deadline.total_ms if deadline.total_ms > 0 else 0.0
        return parts(seconds, min(1.0, share))

    def next_ms(elapsed_ms: int) -> int | None:
        left = left_ms(deadline, elapsed_ms)
        if left <= 0 or deadline.rate <= 0:
            return None
        return max(1, math.ceil(((left - 1) % 1000 + 1) / deadline.rate))

    return Live(at, next_ms)


def live_node(
    name: str,
    area: Area,
    deadline: Deadline,
    parts: Callable[[int, float], tuple[Part, ...]],
    layer: str = "body",
    spoken: str = "",
) -> Node:
    """A node that counts down. `parts` gets seconds left and share left (0..1)."""
    running = live(deadline, parts)
    return Node(name, area, running.parts(0), layer=layer, spoken=spoken, live=running)


def ring_node(kit: Kit, deadline: Deadline, area: Area, name: str = "ring", layer: str = "ground") -> Node:
    """The idle ring: seconds in figures inside a ring that empties; danger colours at the end."""

    def parts(seconds: int, share: float) -> tuple[Part, ...]:
        hurry = seconds <= HURRY_S
        color = kit.color("danger" if hurry else "ring")
        ink = kit.color("danger" if hurry else "ink")
        return (
            Picture(area, arc_svg(area.w, 10, share, color, kit.color("track"))),
            *kit.faces_line(area.cx, area.cy - 6, str(seconds), 42, 700, ink),
            *kit.faces_line(area.cx, area.cy + 28, "秒 s", 22, 500, kit.color("muted")),
        )

    return live_node(name, area, deadline, parts, layer)
