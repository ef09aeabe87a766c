"""The retained tree of a screen: what stands where, what can be touched, what is spoken.

Screen painters return nodes in painting order. A `live` node repaints itself while a time limit runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from kiosk.ui.parts import Area, Box, Part
from kiosk.ui.theme import Skin

REACH = 8  # a finger may miss a key by this many px


@dataclass(frozen=True, slots=True)
class Live:
    """Parts that depend on the ms since the value was shown, or with `steady` since this kind of screen was: a minute that passes
    makes another value. `next_ms` says when they change next, None for never."""

    parts: Callable[[int], tuple[Part, ...]]
    next_ms: Callable[[int], int | None]
    steady: bool = False


@dataclass(frozen=True)
class Node:
    """One thing on the screen. `layer`: ground (chrome), body (slides on a change of screen), dialog.

    `target` is what `Touched` carries; without one the node is only seen. `radius` is the corner of its focus ring.
    `rising` answers the parts at a level; a node that has it moves from the level it had to its own `level` (`rise`).
    """

    id: str
    area: Area
    parts: tuple[Part, ...]
    target: str = ""
    enabled: bool = True
    spoken: str = ""
    layer: str = "body"
    radius: int = 26
    live: Live | None = field(default=None, compare=False)
    level: float = 0.0
    rising: Callable[[float], tuple[Part, ...]] | None = field(default=None, compare=False)

    @cached_property
    def reach(self) -> Area:
        """All pixels the node may touch: its area, shadows and strokes."""
        return union([self.area, *(part.reach() for part in self.parts)])

    def pressed(self) -> Node:
        """The same node under a finger: 3 px lower, its first surface in the pressed colour."""
        return replace(self, parts=tuple(_sunk(part.moved(0, 3), index == 0) for index, part in enumerate(self.parts)))

    def held(self) -> Node:
        """The same node after its touch was sent, until the next value comes."""
        return replace(self, parts=tuple(_sunk(part, index == 0) for index, part in enumerate(self.parts)))


def _sunk(part: Part, first: bool) -> Part:
    if not first or not isinstance(part, Box):
        return part
    skin: Skin = replace(part.skin, top=part.skin.pressed, bottom=part.skin.pressed)
    return replace(part, skin=skin)


def union(areas: Iterable[Area]) -> Area:
    """The smallest area around all of them (at least one)."""
    some = list(areas)
    left, top = min(area.x for area in some), min(area.y for area in some)
    return Area(left, top, max(area.right for area in some) - left, max(area.bottom for area in some) - top)


def touchable(nodes: Sequence[Node]) -> list[Node]:
    """Nodes that answer to a finger: with a target and enabled; under a dialog only the dialog's own."""
    modal = any(node.layer == "dialog" for node in nodes)
    return [node for node in nodes if node.target and node.enabled and (not modal or node.layer == "dialog")]


def hit(nodes: Sequence[Node], x: int, y: int) -> Node | None:
    """The touchable node under a point, or the nearest one within half a gap."""
    modal = any(node.layer == "dialog" for node in nodes)
    seen = [node for node in nodes if node.target and (not modal or node.layer == "dialog")]
    for node in reversed(seen):
        if node.area.contains(x, y):
            return node if node.enabled else None
    near = [(_distance(node.area, x, y), node) for node in seen if node.enabled]
    best = min(near, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] <= REACH else None


def _distance(area: Area, x: int, y: int) -> int:
    return max(area.x - x, x - area.right + 1, area.y - y, y - area.bottom + 1, 0)


def changed(old: Sequence[Node], new: Sequence[Node]) -> list[Area]:
    """Areas to paint again when `new` replaces `old`. Order matters: a node that moved in the order counts as changed."""
    if [node.id for node in old] == [node.id for node in new]:
        pairs = zip(old, new, strict=True)
        return [area for a, b in pairs if a != b for area in _damage(a, b)]
    before = {node.id: node for node in old}
    kept = {node.id for node in new if before.get(node.id) == node}
    return [node.reach for node in (*old, *new) if node.id not in kept]


def _damage(a: Node, b: Node) -> list[Area]:
    """Where two pictures of one node differ: around the parts that are not the same, when each has its counterpart.

    A second that ends changes figures and the end of a bar; the card around them is not painted again for it.
    """
    if len(a.parts) != len(b.parts):
        return [a.reach, b.reach]
    reaches = [part.reach() for x, y in zip(a.parts, b.parts, strict=True) if x != y for part in (x, y)]
    return [union(reaches)] if reaches else []
