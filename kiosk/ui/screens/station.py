"""station: what was typed, the candidates, tabs, the keyboard whose dead letters are disabled, often chosen ones."""

from __future__ import annotations

from kiosk.screen.values import Key, StationCell, StationPicker, Words
from kiosk.ui.components.keys import action_key, chip, chip_fits, key_node, letter_key, skin_of, word_cell
from kiosk.ui.components.kit import Kit, Parts, Row, Run, spoken
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Rule

ROWS = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
CELLS = 6


def paint(value: StationPicker, kit: Kit) -> list[Node]:
    nodes = [typed_field(kit, Area(40, 270, 1000, 140), value.label, value.typed, value.hint, "pin")]
    nodes += _cells(value, kit)
    nodes += _tabs(value, kit)
    nodes += _keyboard(value, kit)
    nodes += _often(value, kit)
    return nodes


def typed_field(kit: Kit, area: Area, label: Words, typed: str, hint: Words, icon: str) -> Node:
    """The input: label above, what was typed with a cursor, a hint at the right while there is room."""
    look = kit.skin("input")
    left = area.x + 123
    parts: list[Part] = [kit.box(area, "input", 30)]
    parts.append(kit.icon(area.x + 66, area.cy, 60, icon, look.accent, 2.1))
    runs = (Run(label.main, 26, 500, look.second), Run(label.small, 26, 500, look.second))
    parts += kit.inline(left, area.y + 44, runs, 8, width=area.w - 160)
    text = kit.line(left, area.y + 97, typed, 52, 700, look.ink, width=area.w - 200)
    parts += text
    cursor = left + (text[0].width + 6 if text else 0)
    parts.append(Rule(Area(cursor, area.y + 70, 4, 50), look.accent))
    room = area.right - 40 - cursor - 40
    hints: tuple[Run, ...] = (
        Run(hint.main, 26, 500, look.second),
        Run(f"· {hint.small}" if hint.small else "", 26, 500, look.second),
    )
    if kit.runs_width(hints, 8) > room:
        hints = hints[:1]
    if room > 200:
        parts += kit.inline(area.right - 40, area.y + 80, hints, 8, "right", room)
    return Node("typed", area, tuple(parts), spoken=f"{label.main}, {typed}", radius=30)


def _cells(value: StationPicker, kit: Kit) -> list[Node]:
    if not value.cells:
        area = Area(40, 436, 1000, 424)
        look = kit.skin("card")
        parts: Parts = (
            kit.box(area, "card"),
            kit.icon(area.cx, area.cy - 70, 92, "pin", look.second, 1.8),
            *kit.pair(
                Area(80, area.cy - 10, 920, 130), value.empty, (40, look.ink), (28, look.second), "center", lines=2
            ),
        )
        return [Node("empty", area, parts, spoken=value.empty.main)]
    nodes = []
    for index, cell in enumerate(value.cells[:CELLS]):
        area = Area(40 + 508 * (index % 2), 436 + 148 * (index // 2), 492, 128)
        nodes.append(_cell(kit, cell, area))
    return nodes


def _cell(kit: Kit, cell: StationCell, area: Area) -> Node:
    name = "tint_edge" if cell.key.selected and cell.key.enabled else skin_of(cell.key, "card")
    look = kit.skin(name)
    ink = kit.color("ink") if cell.key.enabled else look.ink
    second = kit.color("ink") if name == "tint_edge" else look.second
    parts: list[Part] = [kit.box(area, name, 24)]
    wide = max(94, kit.width(cell.tag, 25, 700) + 34) if cell.tag else 0
    if cell.tag:
        tint = "tint" if cell.key.enabled else "faded"
        tag = Area(area.right - 24 - wide, area.y + 24, wide, 42)
        parts += [
            kit.box(tag, tint, 12),
            *kit.line(tag.cx, tag.cy + 1, cell.tag, 25, 700, kit.skin(tint).ink, "center"),
        ]
    room = area.w - 56 - (wide + 10 if wide else 0)
    alone = not cell.key.words.small and not cell.note.main
    middle = area.cy if alone else area.y + 50
    main = kit.line(area.x + 28, middle, cell.key.words.main, 42, 700, ink, width=room, least=24)
    if not cell.key.words.small and any(text.cut for text in main):
        words = Area(area.x + 28, area.y + 6, room, area.h - (12 if alone else 52))
        main = kit.plain.stack(words, (Row(cell.key.words.main, 32, 700, ink, 2, 0, 22),), leading=1.1)
    parts += main
    warned = cell.note_level == "warn"
    tone = kit.color("warn") if warned else second
    note = (Run(cell.note.main, 24, 500, tone), Run(cell.note.small if warned else "", 24, 500, tone))
    remark = kit.inline(area.right - 24, area.y + 98, note, 6, "right", 240)
    room = (remark[0].x - 16 if remark else area.right - 24) - area.x - 28
    parts += remark
    parts += kit.line(area.x + 28, area.y + 98, cell.key.words.small, 28, 500, second, width=room, least=22)
    said = spoken(cell.key, cell.note.main)
    return Node(f"cell:{cell.key.target}", area, tuple(parts), cell.key.target, cell.key.enabled, said, "body", 24)


def _tabs(value: StationPicker, kit: Kit) -> list[Node]:
    pages: tuple[Key, ...] = tuple(key for key in (value.previous, value.next) if key is not None)
    room = 1000 - 100 * len(pages)
    nodes = []
    count = max(1, len(value.tabs))
    wide = (room - 16 * (count - 1)) // count
    stacked = not all(chip_fits(kit, key, wide) for key in value.tabs)  # all of them, or none
    for index, key in enumerate(value.tabs):
        nodes.append(chip(kit, key, Area(40 + index * (wide + 16), 900, wide, 80), "tab", stacked=stacked))
    for index, key in enumerate(pages):
        area = Area(1040 - 100 * (len(pages) - index) + 16, 900, 84, 80)
        name = "key_blue" if key.enabled else "key_off"
        icon = key.icon or ("up" if key is value.previous else "down")
        parts = (kit.box(area, name, 24), kit.icon(area.cx, area.cy, 42, icon, kit.skin(name).accent, 2.4))
        nodes.append(key_node(key, area, parts, "page", radius=24))
    return nodes


def _keyboard(value: StationPicker, kit: Kit) -> list[Node]:
    nodes: list[Node] = []
    for row, (letters, left) in enumerate(zip(ROWS, (45, 95, 200), strict=True)):
        for index, letter in enumerate(letters):
            area = Area(left + 100 * index, 1010 + 122 * row, 90, 108)
            nodes.append(letter_key(kit, letter, f"letter:{letter}", letter in value.letters, area))
    clear, erase = Area(40, 1254, 150, 108), Area(900, 1254, 140, 108)
    nodes.append(word_key(kit, value.clear, clear))
    nodes.append(icon_key(kit, value.erase, erase))
    return nodes


def word_key(kit: Kit, key: Key, area: Area, normal: str = "key_danger") -> Node:
    """A keyboard key with words: clear."""
    name = normal if key.enabled else "key_off"
    look = kit.skin(name)
    words = kit.pair(area.inset(8, 8), key.words, (30, look.ink), (24, look.second), "center", leading=1.3)
    return key_node(key, area, (kit.box(area, name, 18), *words), radius=18)


def icon_key(kit: Kit, key: Key, area: Area) -> Node:
    """A keyboard key with an icon: erase."""
    name = "letter" if key.enabled else "letter_off"
    look = kit.skin(name)
    ink = look.ink
    return key_node(
        key, area, (kit.box(area, name), kit.icon(area.cx, area.cy, 46, key.icon or "erase", ink, 2.4)), radius=18
    )


def _often(value: StationPicker, kit: Kit) -> list[Node]:
    if not value.often:
        return []
    card = Area(40, 1400, 1000, 300)
    look = kit.skin("card")
    head = kit.beside(76, card.y + 46, value.often_title, (30, look.ink), (30, look.ink), gap=10, width=928)
    nodes: list[Node] = [Node("often", card, (kit.box(card, "card"), *head), spoken=value.often_title.main)]
    for index, key in enumerate(value.often[:8]):
        area = Area(76 + 234 * (index % 4), 1476 + 106 * (index // 4), 220, 94)
        nodes.append(action_or_word(kit, key, area))
    return nodes


def action_or_word(kit: Kit, key: Key, area: Area) -> Node:
    return action_key(kit, key, area, prefix="often") if key.icon else word_cell(kit, key, area, "often")
