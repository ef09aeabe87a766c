"""search.fromto: from, to and date, each a key that changes it; below, popular destinations answer "to" at once."""

from __future__ import annotations

from kiosk.screen.values import Key, Trip, Words
from kiosk.ui.components.cards import section, title
from kiosk.ui.components.keys import key_node, priced_cell
from kiosk.ui.components.kit import Kit, Row, Run
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part


def paint(value: Trip, kit: Kit) -> list[Node]:
    nodes = [title(kit, value.title, 306)]
    card = Area(40, 356, 1000, 372)
    rail = kit.color("action")
    line = (kit.box(card, "raised"),)
    nodes.append(Node("trip", card, line))
    nodes.append(_answer(kit, value.origin, value.origin_label, Area(64, 380, 820, 156), "pin", rail))
    nodes.append(_answer(kit, value.destination, value.destination_label, Area(64, 548, 820, 156), "pin", rail))
    nodes.append(_swap(kit, value.swap, Area(904, 484, 112, 116)))
    nodes.append(_answer(kit, value.date, value.date_label, Area(40, 752, 1000, 148), "calendar", rail))
    if value.popular:
        nodes.append(section(kit, "popular", value.popular_title, 960))
    for index, cell in enumerate(value.popular[:15]):
        nodes.append(priced_cell(kit, cell, Area(40 + 340 * (index % 3), 1000 + 136 * (index // 3), 320, 116)))
    return nodes


def _answer(kit: Kit, key: Key, label: Words, area: Area, icon: str, rail: str) -> Node:
    """One answer as a key: label, value, an arrow to say that it can be changed."""
    given = bool(key.words.main)
    name = ("tint_edge" if key.selected or not given else "key") if key.enabled else "key_off"
    look = kit.skin(name)
    left = area.x + 120
    room = area.right - left - 70
    second = kit.color("ink") if name == "tint_edge" else look.second
    small = (Run(label.main, 26, 500, second), Run(label.small, 26, 500, second))
    parts: list[Part] = [kit.box(area, name), kit.icon(area.x + 64, area.cy, 62, key.icon or icon, look.accent, 2.0)]
    parts += kit.inline(left, area.y + 40, small, 8, width=room)
    rows = (
        Row(key.words.main, 50, 700, kit.color("ink") if key.enabled else look.ink),
        Row(key.words.small, 26, 500, second),
    )
    wide = kit.width(key.words.main, 50, 700) + 18 + kit.width(key.words.small, 28, 500)
    if wide <= room:
        runs = (Run(key.words.main, 50, 700, rows[0].color), Run(key.words.small, 28, 500, second))
        parts += kit.inline(left, area.y + 98, runs, 18, width=room)
    else:
        parts += kit.stack(Area(left, area.y + 56, room, area.h - 62), rows, leading=1.12)
    if key.enabled and key.target:
        parts.append(kit.icon(area.right - 46, area.cy, 40, "right", look.accent, 2.4))
    return key_node(key, area, tuple(parts), "answer")


def _swap(kit: Kit, key: Key, area: Area) -> Node:
    name = "key_blue" if key.enabled else "key_off"
    look = kit.skin(name)
    words = kit.line(area.cx, area.bottom - 26, key.words.main, 24, 700, look.ink, "center", area.w - 8)
    icon = kit.icon(area.cx, area.y + 48, 52, key.icon or "swap", look.accent, 2.2)
    return key_node(key, area, (kit.box(area, name), icon, *words), "swap")
