"""search.map: lines and plates of a window on the map (or lines and stations as a list), big arrows, the selected station."""

from __future__ import annotations

from kiosk.screen.values import Key, MapCell, MapPlate, MapStretch, RouteMap
from kiosk.ui.components.cards import title
from kiosk.ui.components.keys import chip, chip_row, key_node
from kiosk.ui.components.kit import Kit, Parts, Row, spoken
from kiosk.ui.drawings.lines import along, middle_of, named
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part

CARD = Area(40, 430, 1000, 1000)
LIST = Area(40, 336, 1000, 1094)
KEYS_Y, KEY = 1338, 80
PANEL = Area(40, 1450, 1000, 270)
PLATE_H, PLATE_W, WIDEST = 86, 200, 234
ICONS = {"left": "chevron_left", "right": "chevron_right"}


def paint(value: RouteMap, kit: Kit) -> list[Node]:
    nodes = [title(kit, value.title, 296)]
    if value.mode == "map":
        nodes += chip_row(kit.plain, value.areas, Area(40, 334, 1000, 80), 14, "area")
        nodes += _map(value, kit)
    else:
        nodes += _list(value, kit)
    nodes += _controls(value, kit)
    nodes.append(_panel(value, kit))
    return nodes


# -- the map


def _map(value: RouteMap, kit: Kit) -> list[Node]:
    parts: list[Part] = [kit.box(CARD, "card")]
    for each in value.stretches:
        parts += _stretch(kit, each)
    for name in value.names:
        parts += named(kit, name)
    nodes = [Node("map", CARD, tuple(parts), spoken=value.title.main)]
    return nodes + [_plate(kit, plate) for plate in value.plates]


def _stretch(kit: Kit, each: MapStretch) -> Parts:
    x1, y1, x2, y2 = each.ends
    return along(middle_of(x1, y1), middle_of(x2, y2), kit.color(f"line_{each.tone}"), each.lane)


def _plate(kit: Kit, plate: MapPlate) -> Node:
    """A station on its line: where the machine stands is dark, the selected one carries a tick."""
    name = {"here": "chip_on", "chosen": "selected"}.get(plate.state, "key")
    look = kit.skin(name)
    words = plate.key.words
    below = plate.note.main or words.small
    latin = words.main.isascii()  # long names: one smaller size for all of them, and the tick beside the short line
    ticked = 34 if plate.state == "chosen" and not latin else 0
    sized = kit.plain
    wide = max(sized.width(words.main, 26, 700) + ticked, sized.width(below, 23, 500)) + 22
    cx, cy = middle_of(plate.x, plate.y)
    wide = max(PLATE_W, min(WIDEST, wide))
    area = Area(cx - wide // 2, cy - PLATE_H // 2, wide, PLATE_H)
    parts: list[Part] = [kit.box(area, name, 18)]
    second = look.ink if name == "key" and kit.theme.pictures is False else look.second
    room = wide - 16 - ticked
    size = 28 if latin else 34
    if below:
        parts += sized.line(cx - ticked // 2, cy - 15, words.main, size, 700, look.ink, "center", room, 22)
        parts += sized.line(cx, cy + 22, below, 24, 500, second, "center", wide - 12, 22)
    else:  # one name for both languages has the room of both
        inner = Area(area.x + 8, area.y + 4, wide - (50 if plate.state == "chosen" else 16), area.h - 8)
        parts += sized.stack(inner, (Row(words.main, size, 700, look.ink, 2, 0, 22),), "center", leading=1.1)
    if plate.state == "chosen":
        parts.append(kit.icon(area.right - 24, cy + (20 if latin else -16), 28, "check", look.accent, 3))
    said = spoken(plate.key, plate.note.main) if plate.key.enabled else f"{words.main}, {plate.note.main}"
    return Node(f"plate:{plate.key.target}", area, tuple(parts), plate.key.target, plate.key.enabled, said, "body", 18)


# -- the list


def _list(value: RouteMap, kit: Kit) -> list[Node]:
    nodes = [Node("map", LIST, (kit.box(LIST, "card"),), spoken=value.title.main)]
    pitch = (KEYS_Y - 20 - LIST.y - 24) // 6
    for index, cell in enumerate(value.cells):
        column, row = (index % 2, index // 2) if value.mode == "lines" else (index // 6, index % 6)
        area = Area(64 + 484 * column, LIST.y + 24 + pitch * row, 468, pitch - 14)
        nodes.append(_cell(kit, cell, area))
    return nodes


def _cell(kit: Kit, cell: MapCell, area: Area) -> Node:
    """A line with its number, or a station with the colour of its line."""
    key = cell.key
    name = "selected" if key.selected else "key" if key.enabled else "key_off"
    look = kit.skin(name)
    parts: list[Part] = [kit.box(area, name, 20)]
    left = area.x + 32
    if cell.tag:
        disc = Area(area.x + 22, area.cy - 32, 64, 64)
        tone = f"line_{cell.tone}"
        parts += [
            kit.box(disc, tone, 32),
            *kit.plain.line(disc.cx, disc.cy + 1, cell.tag, 32, 700, kit.skin(tone).ink, "center"),
        ]
        left = disc.right + 20
    else:
        parts.append(kit.box(Area(area.x + 14, area.y + 20, 8, area.h - 40), f"line_{cell.tone}", 4))
    room = area.right - left - 16 - (40 if key.selected else 0)
    if cell.tag:
        parts += kit.plain.beside(
            left, area.y + 40, key.words, (33, look.ink), (25, look.second), width=room
        )  # fmt: skip
        rows = [Row(cell.note.main, 25, 500, look.second, 2, 0, 22)]
        parts += kit.plain.stack(Area(left, area.y + 64, room, area.h - 72), rows, valign="middle", leading=1.2)
    else:
        below = cell.note.main or key.words.small
        rows = [Row(key.words.main, 36, 700, look.ink, 1, 0, 24), Row(below, 26, 500, look.second, 1, 0, 22)]
        parts += kit.plain.stack(Area(left, area.y + 6, room, area.h - 12), rows, leading=1.34)
    if key.selected:
        parts.append(kit.icon(area.right - 34, area.y + 40, 34, "check", look.accent, 3))
    return key_node(key, area, tuple(parts), "cell", radius=20)


# -- the keys under it


def _controls(value: RouteMap, kit: Kit) -> list[Node]:
    nodes = [_square(kit, key, Area(64 + 100 * index, KEYS_Y, 88, KEY), "pan") for index, key in enumerate(value.pan)]
    zooms = len(value.zoom)
    for index, key in enumerate(value.zoom):
        nodes.append(_square(kit, key, Area(1016 - 88 - 100 * (zooms - 1 - index), KEYS_Y, 88, KEY), "zoom"))
    left = 64 + 100 * len(value.pan) + (12 if value.pan else 0)
    right = 1016 - 100 * zooms - (12 if zooms else 0)
    wide = min(420, right - left)
    middle = (left + right) // 2
    nodes.append(chip(kit.plain, value.other, Area(middle - wide // 2, KEYS_Y, wide, KEY), "other"))
    return nodes


def _square(kit: Kit, key: Key, area: Area, prefix: str) -> Node:
    name = "key_blue" if key.enabled else "key_off"
    icon = ICONS.get(key.icon, key.icon)
    parts = (kit.box(area, name, 20), kit.icon(area.cx, area.cy, 48, icon, kit.skin(name).accent, 2.4))
    return key_node(key, area, parts, prefix, radius=20)


# -- the selected station


def _panel(value: RouteMap, kit: Kit) -> Node:
    look, card = kit.skin("panel"), value.card
    parts: list[Part] = [kit.box(PANEL, "panel")]
    if card is None:
        rows = (Row(value.hint.main, 36, 700, look.ink, 2), Row(value.hint.small, 28, 500, look.second, 2, 4))
        parts.append(kit.icon(140, PANEL.cy, 92, "touch", look.accent, 1.9))
        parts += kit.stack(Area(230, PANEL.y + 16, 770, PANEL.h - 32), rows, leading=1.34)
        return Node("card", PANEL, tuple(parts), spoken=value.hint.main)
    price = kit.plain.line(1000, PANEL.y + 62, card.price, 66, 700, look.accent, "right", 360)
    note = kit.plain.beside(
        1000, PANEL.y + 116, card.price_note, (27, look.ink), (27, look.ink), "right", 300, 8, 500
    )  # fmt: skip
    edge = min((text.x for text in (*price, *note)), default=1000)
    parts += kit.beside(80, PANEL.y + 70, card.words, (52, look.ink), (32, look.ink), width=edge - 120, gap=20)
    parts += [*price, *note, kit.rule(80, PANEL.y + 142, 920, "panel_edge")]
    said = " ".join((card.words.main, card.price, card.message.main, *(fact.words.main for fact in card.facts)))
    if not card.facts:
        icon = {"loading": "hourglass", "offline": "link"}.get(card.state, "info")
        rows = (Row(card.message.main, 32, 700, look.ink), Row(card.message.small, 26, 500, look.second))
        parts.append(kit.icon(106, PANEL.y + 206, 52, icon, look.accent, 2.1))
        parts += kit.plain.stack(Area(156, PANEL.y + 150, 844, 112), rows, leading=1.34)
        return Node("card", PANEL, tuple(parts), spoken=said)
    for fact, x, wide in zip(card.facts, (80, 400, 726), (306, 312, 274), strict=False):
        parts.append(kit.icon(x + 26, PANEL.y + 206, 52, fact.icon, look.accent, 2.1))
        rows = (
            Row(fact.words.main, 31, 700, look.ink, 1, 0, 22),
            Row(fact.words.small, 25, 500, look.second, 1, 0, 22),
        )
        parts += kit.plain.stack(Area(x + 66, PANEL.y + 150, wide - 66, 112), rows, leading=1.4)
    return Node("card", PANEL, tuple(parts), spoken=said)
