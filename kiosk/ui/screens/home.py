"""home: the question, five big tiles, popular stations, what can be paid with."""

from __future__ import annotations

from kiosk.screen.values import Home, Payment
from kiosk.ui.components.backdrops import home_backdrop
from kiosk.ui.components.keys import big_tile, priced_cell
from kiosk.ui.components.kit import Kit, Row
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Picture

HERO = Area(0, 150, 1080, 470)
FOOTER_RIGHT = 862


def paint(value: Home, kit: Kit) -> list[Node]:
    return [_hero(value, kit), *_tiles(value, kit), *_popular(value, kit), _payments(value, kit)]


def _hero(value: Home, kit: Kit) -> Node:
    look = kit.skin("sky")
    parts: list[Part] = [kit.box(HERO, "sky")]
    if kit.theme.pictures:
        parts.append(Picture(HERO, home_backdrop()))
    large, small, width, height = (
        (52, 30, 720, 150) if value.chrome.notice else (76, 38, 700, 240)
    )  # it lies over the lower half
    words = Area(63, HERO.y + 14, width, height)
    rows = (Row(value.question.main, large, 700, look.ink, 2), Row(value.question.small, small, 500, look.second))
    parts += kit.stack(words, rows, valign="middle", leading=1.25)
    return Node("hero", HERO, tuple(parts), spoken=value.question.main)


def _tiles(value: Home, kit: Kit) -> list[Node]:
    nodes: list[Node] = []
    places = [Area(40, 660, 1000, 210)] if value.tiles else []
    places += [Area(40 + 512 * (i % 2), 898 + 238 * (i // 2), 488, 210) for i in range(len(value.tiles) - 1)]
    for tile, area in zip(value.tiles, places, strict=True):
        nodes.append(big_tile(kit, tile, area))
    return nodes


def _popular(value: Home, kit: Kit) -> list[Node]:
    title = Area(44, 1386, 992, 44)
    words = kit.beside(
        title.x, title.cy, value.popular_title, (30, kit.color("ink")), (30, kit.color("ink")), gap=10, width=title.w
    )
    nodes = [Node("popular", title, words, spoken=value.popular_title.main)]
    for index, cell in enumerate(value.popular[:6]):
        area = Area(40 + 340 * (index % 3), 1440 + 136 * (index // 3), 320, 116)
        nodes.append(priced_cell(kit, cell, area))
    return nodes


def payment_color(kit: Kit, payment: Payment) -> str:
    return kit.color({"ok": "ok", "warn": "warn"}.get(payment.level, "disabled"))


def _payments(value: Home, kit: Kit) -> Node:
    area = Area(870, 1780, 176, 112)
    count = max(1, len(value.payments))
    pitch = min(44, area.w // count)
    left = area.cx - pitch * count // 2
    parts: list[Part] = [
        kit.icon(
            left + pitch * index + pitch // 2, 1820, min(38, pitch - 6), payment.icon, payment_color(kit, payment), 2.1
        )
        for index, payment in enumerate(value.payments)
    ]
    line = value.payments_line
    rows = (Row(line.main, 22, 500, kit.color("muted"), 2),)
    parts += kit.stack(Area(area.x, 1842, area.w, 56), rows, "center")
    return Node("payments", area, tuple(parts), layer="ground", spoken=line.main)
