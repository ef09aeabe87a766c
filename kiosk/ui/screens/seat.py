"""seat: classes, how many passengers of which kind, seat wishes (or, in their place, a notice), the sum."""

from __future__ import annotations

from kiosk.screen.values import ClassCell, Key, PassengerRow, Seat
from kiosk.ui.components.cards import LEVEL_SKINS, journey_line, plate, section
from kiosk.ui.components.chrome import notice_height, notice_node
from kiosk.ui.components.keys import chip_row, key_node, skin_of
from kiosk.ui.components.kit import Kit, Parts, Row, Run, spoken
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part

PANEL = Area(40, 1556, 1000, 174)


def paint(value: Seat, kit: Kit) -> list[Node]:
    letters = tuple(key for key in value.wishes if len(key.words.main) == 1 and key.words.main.isascii())
    others = tuple(key for key in value.wishes if key not in letters)
    notice = value.chrome.notice
    wish_h = (116 if letters else 0) + (108 if others else 0) + (28 if value.wishes else 0)
    if notice is not None and not value.wishes:
        wish_h = notice_height(kit, notice)
    wish_top = PANEL.y - 26 - wish_h
    card_top = 746
    card_bottom = wish_top - 72 if value.wishes else PANEL.y - 26 if notice is None else wish_top - 26
    nodes = [
        journey_line(kit, value.journey, Area(40, 266, 1000, 112)),
        section(kit, "classes", value.class_title, 418),
    ]
    nodes += _classes(value.classes, kit)
    nodes.append(section(kit, "passengers", value.passengers_title, 714, value.limit, "warn"))
    nodes += _passengers(value.passengers, kit, card_top, card_bottom)
    if value.wishes:
        nodes.append(section(kit, "wishes", value.wish_title, wish_top - 30, value.wish_note))
        nodes += _wishes(letters, others, kit, Area(40, wish_top, 1000, wish_h))
    elif notice is not None:
        nodes.append(notice_node(kit, notice, Area(40, wish_top, 1000, wish_h)))
    nodes.append(_panel(value, kit))
    return nodes


def _classes(classes: tuple[ClassCell, ...], kit: Kit) -> list[Node]:
    columns = max(3, len(classes))
    wide = (1000 - 20 * (columns - 1)) // columns
    return [_class(kit, cell, Area(40 + index * (wide + 20), 448, wide, 226)) for index, cell in enumerate(classes)]


def _class(kit: Kit, cell: ClassCell, area: Area) -> Node:
    key = cell.key
    name = skin_of(key)
    look = kit.skin(name)
    parts: list[Part] = [kit.box(area, name)]
    room = area.w - 50 - (56 if key.selected else 0)
    parts += kit.line(area.x + 25, area.y + 46, key.words.main, 40, 700, look.ink, width=room, least=26)
    parts += kit.line(area.x + 25, area.y + 86, key.words.small, 26, 500, look.second, width=area.w - 50)
    parts += kit.line(area.x + 25, area.y + 136, cell.price, 50, 700, look.accent, width=area.w - 40)
    label = Area(area.x + 18, area.y + 166, area.w - 36, 46)
    skin = LEVEL_SKINS.get(cell.level, "off")
    ink = kit.skin(skin).ink
    runs = (Run(cell.left.main, 26, 700, ink), Run(cell.left.small, 26, 700, ink))
    parts += [kit.box(label, skin, 14), *kit.inline(label.cx, label.cy + 1, runs, 14, "center", label.w - 16)]
    if key.selected and key.enabled:
        disc = Area(area.right - 68, area.y + 18, 48, 48)
        parts += [kit.box(disc, "chosen", 24), kit.icon(disc.cx, disc.cy, 30, "check", kit.skin("chosen").accent, 2.8)]
    said = spoken(key, cell.price, cell.left.main)
    return Node(f"class:{key.target}", area, tuple(parts), key.target, key.enabled, said)


def _passengers(rows: tuple[PassengerRow, ...], kit: Kit, top: int, bottom: int) -> list[Node]:
    count = max(1, len(rows))
    pitch = min(142, (bottom - top - 8) // count)
    card = Area(40, top, 1000, pitch * count + 8)
    rules = [kit.rule(76, top + 4 + pitch * index, 928) for index in range(1, count)]
    nodes = [Node("passenger-card", card, (kit.box(card, "card"), *rules))]
    for index, row in enumerate(rows):
        nodes += _passenger(row, kit, Area(40, top + 4 + pitch * index, 1000, pitch), index)
    return nodes


def _passenger(row: PassengerRow, kit: Kit, area: Area, index: int) -> list[Node]:
    look = kit.skin("card")
    cy = area.cy
    some = row.count > 0
    icon = plate(kit, Area(72, cy - 34, 68, 68), row.icon, "tint" if some else "off", 16)
    room = 570 - 160
    first = kit.beside(160, cy - 20, row.words, (36, look.ink), (1, look.ink), width=room)[:1]
    rule = Run(row.rule.main, 26, 500, look.second)
    after = first[0].x + first[0].width + 16 if first else 160
    parts: list[Part] = [*icon, *first]
    below = " · ".join(text for text in (row.words.small, row.rule.small) if text)
    apart = after + kit.width(*rule[:3]) > 580
    if not apart:
        parts += kit.inline(after, cy - 17, (rule,), width=580 - after)
    under = (
        Row(row.rule.main if apart else "", 24, 500, look.second, 1, 0, 22),
        Row(below, 24, 500, look.second, 2, 0, 22),
    )
    parts += kit.stack(Area(160, cy - 1, room + 10, 52), under, leading=1.16)
    parts += kit.line(722, cy + 1, row.price, 34, 700, look.accent, "right", 150)
    shown = look.ink if some else kit.color("disabled")
    parts += kit.faces_line(885, cy + 2, str(row.count), 52, 700, shown)
    said = f"{row.words.main}, {row.rule.main}, {row.price}, {row.count}"
    side = min(86, area.h - 12)
    minus = _count_key(kit, row.minus, Area(754, cy - side // 2, 86, side), "minus", f"{index}-")
    plus = _count_key(kit, row.plus, Area(928, cy - side // 2, 86, side), "plus", f"{index}+")
    return [Node(f"passenger:{index}", area, tuple(parts), spoken=said), minus, plus]


def _count_key(kit: Kit, key: Key, area: Area, icon: str, name: str) -> Node:
    skin = "key_blue" if key.enabled else "key_off"
    parts: Parts = (kit.box(area, skin, 20), kit.icon(area.cx, area.cy, 46, icon, kit.skin(skin).accent, 2.8))
    return Node(f"count:{name}", area, parts, key.target, key.enabled, spoken(key), "body", 20)


def _wishes(letters: tuple[Key, ...], others: tuple[Key, ...], kit: Kit, card: Area) -> list[Node]:
    nodes = [Node("wish-card", card, (kit.box(card, "card"),))]
    top = card.y + 24
    wide = min(120, (card.w - 60) // max(1, len(letters)) - 14) if letters else 0
    left = card.cx - (len(letters) * (wide + 14) - 14) // 2
    for index, key in enumerate(letters):
        area = Area(left + index * (wide + 14), top, wide, 100)
        name = "chosen" if key.selected else "letter" if key.enabled else "letter_off"
        ink = kit.skin(name).ink
        words = kit.line(area.cx, area.cy, key.words.main, 42, 700, ink, "center", wide)
        nodes.append(key_node(key, area, (kit.box(area, name, 18), *words), "wish", radius=18))
    if others:
        row = Area(card.x + 20, card.bottom - 20 - 88, card.w - 40, 84)
        nodes += chip_row(kit, others, row, 12, "wish")
    return nodes


def _panel(value: Seat, kit: Kit) -> Node:
    look = kit.skin("panel")
    total = kit.line(1000, PANEL.y + 118, value.total, 66, 700, look.ink, "right", 420)
    label = (Run(value.total_label.main, 28, 500, look.second), Run(value.total_label.small, 28, 500, look.second))
    named = kit.inline(1000, PANEL.y + 47, label, 8, "right", 420)
    room = min((text.x for text in (*total, *named)), default=1000) - 80 - 40
    saved = "  ".join(filter(None, (value.sum_note.main, value.sum_note.small)))
    rows = (
        Row(value.sum_words.main, 28, 500, look.ink, 2),
        Row(value.sum_words.small, 24, 500, look.second),
        Row(saved if kit.width(saved, 26, 500) <= room else value.sum_note.main, 26, 500, look.accent, 1, 6, 22),
    )
    parts: Parts = (
        kit.box(PANEL, "panel"),
        *kit.stack(Area(80, PANEL.y + 12, room, PANEL.h - 24), rows, leading=1.3),
        *named,
        *total,
    )
    return Node("sum", PANEL, parts, spoken=f"{value.total_label.main} {value.total}")
