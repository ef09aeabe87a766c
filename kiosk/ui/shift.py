"""Against burn-in: what stands for hours moves by a pixel or two each minute. Source: decision 32."""

from __future__ import annotations

from dataclasses import replace

from kiosk.screen.values import Screen
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Part

STANDING = {"attract", "oos"}
ROUND = ((0, 0), (1, 0), (2, 1), (1, 2), (0, 2), (-1, 1), (-2, 0), (-1, -1))
WHOLE_PX = 1080


def step_of(clock: str) -> tuple[int, int]:
    """Pixels to the right and downwards at a time of day `14:36`; none when there is no clock."""
    minute = clock.partition(":")[2]
    return ROUND[int(minute) % len(ROUND)] if minute.isdecimal() else (0, 0)


def shifted(nodes: list[Node], screen: Screen) -> list[Node]:
    """The nodes of a standing screen, moved. Grounds as wide as the canvas stay: their edge would show."""
    dx, dy = step_of(screen.chrome.clock)
    if screen.kind not in STANDING or (dx, dy) == (0, 0):
        return nodes

    def move(parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(part if part.reach().w >= WHOLE_PX else part.moved(dx, dy) for part in parts)

    def moved(node: Node) -> Node:
        live = node.live
        if live is not None:
            inner = live.parts
            live = replace(live, parts=lambda elapsed_ms: move(inner(elapsed_ms)))
        return replace(node, parts=move(node.parts), live=live)

    return [moved(node) for node in nodes]
