"""search.fixed: preset stations as large keys, each with the price and the time of its next train. One tap is the choice."""

from __future__ import annotations

from kiosk.screen.values import FixedCell, FixedGrid
from kiosk.ui.components.cards import family_skin, pill, title
from kiosk.ui.components.chrome import FOOTER, notice_height
from kiosk.ui.components.keys import key_node
from kiosk.ui.components.kit import Kit, Row
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part

TOP, COLUMNS, GAP = 350, 3, 20
BOTTOM = 1620


def paint(value: FixedGrid, kit: Kit) -> list[Node]:
    nodes = [title(kit, value.title, 300)]
    rows = max(3, -(-len(value.cells) // COLUMNS))
    bottom = BOTTOM
    if value.chrome.notice is not None:
        bottom = FOOTER.y - 36 - notice_height(kit, value.chrome.notice)
    pitch = min(340, (bottom - TOP + GAP) // rows)
    wide = (1000 - GAP * (COLUMNS - 1)) // COLUMNS
    for index, cell in enumerate(value.cells):
        at = Area(40 + (wide + GAP) * (index % COLUMNS), TOP + pitch * (index // COLUMNS), wide, pitch - GAP)
        nodes.append(_cell(kit, cell, at))
    if value.chrome.notice is None and value.note.main:
        area = Area(40, 1640, 1000, 96)
        lines = (Row(value.note.main, 28, 500, kit.color("ink")), Row(value.note.small, 25, 500, kit.color("muted"), 2))
        parts: tuple[Part, ...] = (
            kit.icon(70, area.cy, 46, "info", kit.color("brand"), 2.2),
            *kit.plain.stack(Area(110, area.y, 920, area.h), lines, leading=1.32),
        )
        nodes.append(Node("note", area, parts, spoken=value.note.main))
    return nodes


def _cell(kit: Kit, cell: FixedCell, area: Area) -> Node:
    """Name over price; the next train at the foot of the key. What cannot be had says why in the price's place."""
    key = cell.key
    open_ = cell.state == "open"
    name = "key" if open_ else "faded"
    look = kit.skin(name)
    room = area.w - 48
    parts: list[Part] = [kit.box(area, name)]
    parts += kit.plain.line(
        area.x + 24,
        area.y + 50,
        key.words.main,
        38 if key.words.main.isascii() else 44,
        700,
        look.ink,
        width=room,
        least=24,
    )
    parts += kit.plain.line(area.x + 24, area.y + 94, key.words.small, 26, 500, look.second, width=room, least=22)
    if not open_:
        rows = (Row(cell.leaves.main, 30, 700, look.ink, 2), Row(cell.leaves.small, 25, 500, look.second, 2))
        parts += kit.plain.stack(Area(area.x + 24, area.y + 120, room, area.h - 136), rows, leading=1.32)
        return key_node(key, area, tuple(parts), "cell")
    parts += kit.plain.line(
        area.x + 24, (area.y + 94 + area.bottom - 46) // 2 + 4, cell.price, 62, 700, look.accent, width=room
    )
    foot = area.bottom - 46
    wide = max(80, kit.width(cell.train, 26, 700) + 30)
    number = Area(area.x + 24, foot - 21, wide, 42)
    parts += pill(kit.plain, number, cell.train, family_skin(cell.family), 26)
    parts += kit.plain.line(
        number.right + 12,
        foot,
        cell.leaves.main,
        26,
        500,
        look.ink,
        width=area.right - 16 - number.right - 12,
        least=22,
    )
    node = key_node(key, area, tuple(parts), "cell")
    return Node(
        node.id,
        area,
        node.parts,
        key.target,
        key.enabled,
        f"{node.spoken}, {cell.price}, {cell.leaves.main}",
        "body",
        26,
    )
