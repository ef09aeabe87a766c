"""busy: a wait with words and a limit. Nothing moves but the limit itself."""

from __future__ import annotations

from kiosk.screen.values import Busy
from kiosk.ui.components.kit import Kit, Parts, Row
from kiosk.ui.components.timers import live_node
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Picture, arc_svg


def paint(value: Busy, kit: Kit) -> list[Node]:
    card = Area(90, 520, 900, 720)
    look = kit.skin("raised")
    rows = (
        Row(value.words.main, 58, 700, look.ink, 2),
        Row(value.words.small, 34, 500, look.second, 2),
        Row(value.more.main, 30, 500, look.ink, 3, 26),
        Row(value.more.small, 26, 500, look.second, 3),
    )
    words = kit.stack(Area(card.x + 60, card.y + 350, card.w - 120, 330), rows, "center", "top", leading=1.34)
    nodes = [Node("busy", card, (kit.box(card, "raised"), *words), spoken=value.words.main)]
    disc = Area(card.cx - 110, card.y + 80, 220, 220)
    skin = "ok" if value.icon == "check" else "tint"
    mark: Parts = (
        kit.box(disc.inset(22), skin, 88),
        kit.icon(disc.cx, disc.cy, 96, value.icon, kit.skin(skin).accent, 1.8),
    )
    if value.limit is None:
        return [*nodes, Node("wait", disc, mark)]

    def parts(seconds: int, share: float) -> Parts:
        ring = Picture(disc, arc_svg(disc.w, 12, share, kit.color("ring"), kit.color("track")))
        return (*mark, ring)

    return [*nodes, live_node("wait", disc, value.limit, parts)]
