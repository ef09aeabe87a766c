"""pay.choice: the ways to pay, each with what it asks for or why it cannot be used now."""

from __future__ import annotations

from kiosk.screen.values import PayChoice, PayWay
from kiosk.ui.components.kit import Kit, Parts, Row, spoken
from kiosk.ui.components.money import label, question, tone_color
from kiosk.ui.components.paying import journey_node, lock_node
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part

JOURNEY = Area(40, 270, 1000, 186)
TITLE = Area(40, 482, 1000, 132)
TOTAL = Area(40, 632, 1000, 170)
WAYS = Area(40, 832, 1000, 700)
GAP, MOST_H = 20, 210


def paint(value: PayChoice, kit: Kit) -> list[Node]:
    count = max(1, len(value.ways))
    high = min(MOST_H, (WAYS.h - GAP * (count - 1)) // count)
    ways = [_way(way, kit, Area(WAYS.x, WAYS.y + at * (high + GAP), WAYS.w, high)) for at, way in enumerate(value.ways)]
    return [
        journey_node(value, kit, JOURNEY),
        lock_node(value, kit, JOURNEY),
        question(kit, value.title, TITLE),
        _total(value, kit),
        *ways,
        *([] if value.chrome.notice else [_once(value, kit)]),
    ]


def _total(value: PayChoice, kit: Kit) -> Node:
    look, figure = kit.skin("raised"), value.total
    parts: list[Part] = [kit.box(TOTAL, "raised", 34)]
    parts += label(kit, 88, TOTAL.y + (54 if figure.sub.main else TOTAL.h // 2), figure.label, look.second, width=400)
    parts += kit.line(
        992, TOTAL.cy - (22 if figure.sub.main else 0), figure.text, 72, 700, tone_color(kit, figure), "right", 500
    )
    if figure.sub.main:
        parts += label(kit, 88, TOTAL.y + 132, figure.sub, look.second, width=904)
    return Node("total", TOTAL, tuple(parts), spoken=f"{figure.label.main} {figure.text}")


def _way(way: PayWay, kit: Kit, area: Area) -> Node:
    key = way.key
    look = kit.skin("tile" if key.enabled else "tile_off")
    disc = Area(area.x + 32, area.cy - 58, 116, 116)
    rows = (
        Row(key.words.main, 42, 700, look.ink, 2, 0, 34),
        Row(key.words.small, 27, 500, look.second or look.ink),
    )
    hint = (
        Row(way.hint.main, 28, 500 if key.enabled else 700, look.ink, 2),
        Row(way.hint.small, 25, 500, look.second or look.ink, 2),
    )
    plate = "tint" if key.enabled else "faded"
    parts: Parts = (
        kit.box(area, "tile" if key.enabled else "tile_off", 28),
        kit.box(disc, plate, 24),
        kit.icon(disc.cx, disc.cy, 74, key.icon, kit.skin(plate).accent, 2.0),
        *kit.stack(Area(area.x + 180, area.y + 10, 400, area.h - 20), rows, leading=1.24),
        *kit.stack(Area(area.x + 600, area.y + 10, area.w - 630, area.h - 20), hint, leading=1.24),
    )
    said = spoken(key, *([] if not key.enabled else [way.hint.main]))
    return Node(f"way:{key.target}", area, parts, target=key.target, enabled=key.enabled, spoken=said)


def _once(value: PayChoice, kit: Kit) -> Node:
    muted = kit.color("muted")
    area = Area(40, 1670, 1000, 60)
    parts = kit.beside(area.cx, area.cy, value.once, (28, muted), (26, muted), "center", area.w, 12, 500)
    return Node("once", area, parts, spoken=value.once.main)
