"""A bar that grows to its new level when the same screen comes again with another amount. Source: ui-guide section 5."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kiosk.ui.nodes import Live, Node
from kiosk.ui.parts import Part

RISE_MS = 200
FRAME_MS = 16


def _live(parts: Callable[[float], tuple[Part, ...]], start: float, end: float) -> Live:
    def at(elapsed_ms: int) -> tuple[Part, ...]:
        share = min(1.0, max(0.0, elapsed_ms / RISE_MS))
        return parts(end + (start - end) * (1 - share) ** 3)

    def next_ms(elapsed_ms: int) -> int | None:
        return FRAME_MS if elapsed_ms < RISE_MS else None

    return Live(at, next_ms)


def risen(old: Sequence[Node], new: Sequence[Node]) -> list[Node]:
    """The new nodes; those with another level than the node of the same id had start from that one (200 ms)."""
    levels = {node.id: node.level for node in old if node.rising is not None}
    made = []
    for node in new:
        start = levels.get(node.id, node.level)
        if node.rising is not None and start != node.level:
            live = _live(node.rising, start, node.level)
            node = replace(node, parts=live.parts(0), live=live)
        made.append(node)
    return made
