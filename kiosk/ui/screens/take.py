"""take: what lies in which opening now and what comes next, the sum, the notes, and what happens if nobody takes it."""

from __future__ import annotations

from kiosk.screen.values import Outlet, Take
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.components.money import arrow_node, face_of, front, note_chip, question, sum_row
from kiosk.ui.drawings.openings import (
    PLATE_H,
    SLOT_Y,
    badge,
    notes_bundle,
    opening,
    slip_sheet,
    tickets_bundle,
)
from kiosk.ui.drawings.tones import Tones, tones
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Picture

TOP, BOTTOM = 410, 1740
PANEL_H, WALK_H, CHECK_H, GAP = 690, 240, 100, 18
SKINS = {"now": "slot_now", "next": "slot_next", "done": "slot_next"}
CHIP_SKINS = {"now": "chip_now", "next": "chip_next", "done": "chip_done"}
RINGS = {"tickets": "tickets", "change": "change", "slip": "slip", "notes": "insert"}


def paint(value: Take, kit: Kit) -> list[Node]:
    apart = bool(value.notes) and _notes_apart(value, kit)
    sums = (148 if value.figures else 0) + ((148 if apart else 100) if value.notes else 0)
    used = PANEL_H + WALK_H + CHECK_H + sums + GAP * (3 if sums else 2)
    spare = BOTTOM - TOP - used
    grown = min(190, spare * 3 // 4 if spare > 0 else spare)
    gap = GAP + (spare - grown) // 4
    panel = Area(40, TOP, 1000, PANEL_H + grown)
    y = panel.bottom + gap
    nodes = [question(kit, value.title, Area(40, 268, 1000, 142)), *_outlets(value, kit, panel)]
    if sums:
        nodes.append(_sums(value, kit, Area(40, y, 1000, sums), apart))
        y += sums + gap
    walk = Area(40, y, 1000, WALK_H)
    nodes.append(_walk_away(value, kit, walk))
    nodes.append(_check(value, kit, Area(40, walk.bottom + gap - 12, 1000, CHECK_H)))
    return nodes


def _outlets(value: Take, kit: Kit, panel: Area) -> list[Node]:
    nodes = [Node("panel", panel, (kit.box(panel, "panel", 34),))]
    count = max(1, len(value.outlets))
    wide = (panel.w - 48 - 24 * (count - 1)) // count
    faces = tuple(face_of(note.value) for note in value.notes for _ in range(min(2, note.count)))
    for index, outlet in enumerate(value.outlets):
        cell = Area(panel.x + 24 + index * (wide + 24), panel.y + 24, wide, panel.h - 48)
        text = f"{index + 1} {outlet.order.main}" if count > 1 else outlet.order.main
        nodes += _outlet(kit, outlet, cell, text, faces)
    return nodes


def _outlet(kit: Kit, outlet: Outlet, cell: Area, order: str, faces: tuple[str, ...]) -> list[Node]:
    """One opening: chip, drawing with what hangs out of it, arrow, where it is on the machine."""
    name = SKINS.get(outlet.state, "slot_next")
    look = kit.skin(name)
    parts: list[Part] = [kit.box(cell, name), *_order_chip(kit, outlet, cell, order)]
    colors = tones(kit)
    single = cell.w > 600
    low = 172
    room = cell.h - 86 - SLOT_Y - 62 - low - 20  # for what hangs out: the rest is chip, arrow and words
    scale = min(1.3 if single else 1.0, room / 216)
    plate_w = min(cell.w - 62, round(402 * max(1.0, scale)))
    drop = round(SLOT_Y + 216 * scale) - PLATE_H + 8
    drawing = Area(
        cell.cx - plate_w // 2, cell.y + 86 + max(0, room - round(216 * scale)) // 3, plate_w, PLATE_H + drop
    )
    parts.append(Picture(drawing, _drawing(colors, outlet, (plate_w, drop, scale), faces, kit.skin("chip_next").top)))
    words = Area(cell.x + 30, cell.bottom - low - 10, cell.w - 60, low)
    parts += _where(kit, outlet, words, look.ink, look.second)
    nodes = [
        Node(f"outlet:{outlet.what}", cell, tuple(parts), spoken=f"{order}: {outlet.words.main}, {outlet.place.main}")
    ]
    top = drawing.bottom + max(4, (words.y - drawing.bottom - 56) // 2)
    if outlet.state == "now":
        nodes.append(arrow_node(kit, f"arrow:{outlet.what}", cell.cx, top - 6, False, kit.color("signal")))
    elif outlet.state == "next":
        nodes.append(arrow_node(kit, f"arrow:{outlet.what}", cell.cx, top, False, look.accent, 34, moving=False))
    return nodes


def _order_chip(kit: Kit, outlet: Outlet, cell: Area, order: str) -> Parts:
    skin = CHIP_SKINS.get(outlet.state, "chip_next")
    look = kit.skin(skin)
    runs = (Run(order, 27, 700, look.ink), Run(outlet.order.small, 27, 700, look.ink))
    icon = 40 if outlet.state == "done" else 0
    wide = min(cell.w - 48, kit.runs_width(runs, 12) + 40 + icon)
    chip = Area(cell.x + 24, cell.y + 23, wide, 50)
    mark = (kit.icon(chip.x + 34, chip.cy, 32, "check", look.accent, 2.8),) if icon else ()
    return (kit.box(chip, skin, 25), *mark, *kit.inline(chip.x + 20 + icon, chip.cy, runs, 12, width=wide - 36 - icon))


def _drawing(colors: Tones, outlet: Outlet, size: tuple[int, int, float], faces: tuple[str, ...], ground: str) -> str:
    """`size`: width of the plate, px below it, scale of what hangs out."""
    wide, drop, scale = size
    if outlet.state == "done":
        shut = opening(colors, wide, drop, "", "", 1, ground)
        return shut.removesuffix("</svg>") + badge(colors, wide / 2, PLATE_H + 84, 60, "check", colors.good) + "</svg>"
    sheets = {
        "tickets": lambda: tickets_bundle(colors, _count(outlet)),
        "slip": lambda: slip_sheet(colors),
    }.get(outlet.what, lambda: notes_bundle(colors, faces))()
    return opening(colors, wide, drop, sheets, colors.lamp, scale, ground)


def _count(outlet: Outlet) -> int:
    """How many tickets the words speak of; three when they name no number."""
    found = face_of(outlet.words.main)
    return int(found) if found else 3


def _where(kit: Kit, outlet: Outlet, area: Area, ink: str, second: str) -> Parts:
    """What it is and where: the machine from the front beside the words; centred when there is room."""
    narrow = area.w < 300
    lead = 0 if narrow else 96 + 34
    room = area.w - lead + 14
    size = 46 if kit.width(outlet.words.main, 46, 700) <= room else 42
    rows = (
        Row(outlet.words.main, size, 700, ink, 1),
        Row(outlet.words.small, 28, 500, second),
        Row(outlet.place.main, 30, 700, ink, 2, 8),
        Row(outlet.place.small, 26, 500, second, 2),
    )
    wide = max(kit.width(row.text, row.size, row.weight) for row in rows)
    left = area.x + max(0, (area.w - lead - wide) // 2 if area.w > 600 else 0)
    words = kit.stack(Area(left + lead, area.y, min(room, area.right + 14 - left - lead), area.h), rows, leading=1.2)
    if narrow:
        return words
    return (
        *front(kit, Area(left, area.cy - 76, 96, 152), (outlet.opening or RINGS.get(outlet.what, "change"),)),
        *words,
    )


def _sums(value: Take, kit: Kit, area: Area, apart: bool) -> Node:
    """Paid - tickets = change; then the notes it is made of."""
    look = kit.skin("card")
    parts: list[Part] = [kit.box(area, "card")]
    parts += sum_row(kit, value.figures, Area(76, area.y + 12, 928, 130), 45, 64)
    if value.notes:
        top = area.y
        if value.figures:
            parts.append(kit.rule(76, area.y + 148, 928))
            top = area.y + 148
        parts += _notes(value, kit, Area(76, top, 928, area.bottom - top), (look.ink, look.second), apart)
    said = ", ".join(f"{figure.label.main} {figure.text}" for figure in value.figures)
    return Node("sum", area, tuple(parts), spoken=said or value.notes_label.main)


NOTE_SIZES = {3: (36, 120, 42), 4: (32, 104, 26), 5: (28, 92, 20), 6: (25, 76, 14)}
"""Number of values -> type size, width of a chip and gap between groups."""


def _note_sizes(value: Take) -> tuple[int, int, int]:
    return NOTE_SIZES[max(3, min(6, len(value.notes)))]


def _notes_width(value: Take, kit: Kit) -> list[int]:
    size, wide, _ = _note_sizes(value)
    return [wide + size // 2 + kit.width(f"× {note.count}", size, 700) for note in value.notes]


def _label_width(value: Take, kit: Kit) -> int:
    words = value.notes_label
    return max(kit.width(words.main, 29, 700), kit.width(words.small, 25, 500))


def _notes_apart(value: Take, kit: Kit) -> bool:
    """The notes need a row of their own under their label."""
    gap = _note_sizes(value)[2]
    widths = _notes_width(value, kit)
    return _label_width(value, kit) + 30 + sum(widths) + gap * (len(widths) - 1) > 928


def _notes(value: Take, kit: Kit, area: Area, colors: tuple[str, str], apart: bool) -> Parts:
    """How many notes, and of which value how many."""
    ink, second = colors
    size, wide, gap = _note_sizes(value)
    widths = _notes_width(value, kit)
    words = value.notes_label
    if apart:
        parts: list[Part] = list(kit.beside(area.x, area.y + 36, words, (28, ink), (25, second), width=area.w))
        row = Area(area.x, area.y + 56, area.w, area.h - 62)
        x = row.x
        gap = min(44, (row.w - sum(widths)) // max(1, len(widths) - 1))
    else:
        rows = (Row(words.main, 29, 700, ink), Row(words.small, 25, 500, second))
        parts = list(kit.stack(Area(area.x, area.y + 2, _label_width(value, kit) + 4, area.h - 6), rows, leading=1.2))
        row = area
        x = row.right - sum(widths) - gap * (len(widths) - 1)
    for note, whole in zip(value.notes, widths, strict=True):
        chip = Area(x, row.cy - 32, wide, 64)
        parts += note_chip(kit, chip, note.value, min(34, size))
        room = whole - wide - size // 2
        parts += kit.line(chip.right + size // 2, row.cy, f"× {note.count}", size, 700, ink, width=room + 2)
        x += whole + gap
    return tuple(parts)


def _walk_away(value: Take, kit: Kit, area: Area) -> Node:
    look = kit.skin("warn_edge")
    left = area.x + 136
    width = area.right - left - 28
    lines = [
        Row(line.main, 29, 500, look.ink, 2, 6 if index == 0 else 0) for index, line in enumerate(value.walk_away_lines)
    ]
    small = " ".join(line.small for line in value.walk_away_lines if line.small)
    head = (Run(value.walk_away.main, 35, 700, look.ink), Run(value.walk_away.small, 27, 500, look.second))
    beside = kit.runs_width(head, 18) <= width
    if beside:
        rows = [*lines, Row(small, 25, 500, look.second, 2, 4)]
        text = (
            *kit.inline(left, area.y + 46, head, 18, width=width),
            *kit.stack(Area(left, area.y + 74, width, area.h - 84), rows, leading=1.3),
        )
    else:
        small = f"{head[1].text} · {small}"
        rows = [Row(head[0].text, 34, 700, look.ink), *lines, Row(small, 24, 500, look.second, 2, 4)]
        text = kit.stack(Area(left, area.y + 10, width, area.h - 20), rows, leading=1.26)
    parts: Parts = (kit.box(area, "warn_edge"), kit.icon(area.x + 68, area.cy, 92, "walk", look.accent, 2.3), *text)
    said = " ".join((value.walk_away.main, *(line.main for line in value.walk_away_lines)))
    return Node("walk-away", area, parts, spoken=said)


def _check(value: Take, kit: Kit, area: Area) -> Node:
    rows = (Row(value.check.main, 30, 700, kit.color("ink"), 2), Row(value.check.small, 27, 500, kit.color("muted"), 2))
    tickets = any(outlet.what == "tickets" for outlet in value.outlets)
    parts: Parts = (
        kit.icon(104, area.cy, 60, "ticket" if tickets else "cash", kit.color("brand"), 2.2),
        *kit.stack(Area(176, area.y, area.right - 186, area.h), rows, leading=1.4),
    )
    return Node("check", area, parts, spoken=value.check.main)
