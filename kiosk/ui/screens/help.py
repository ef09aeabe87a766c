"""help: short answers as cards, and the way to a person."""

from __future__ import annotations

from kiosk.screen.values import Help, InfoCard
from kiosk.ui.components.cards import LEVEL_SKINS, plate, title
from kiosk.ui.components.chrome import notice_node
from kiosk.ui.components.kit import Kit, Parts, Row
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area

TOP, BOTTOM = 330, 1732


def paint(value: Help, kit: Kit) -> list[Node]:
    nodes = [title(kit, value.title, 280 if value.chrome.stepper else 240)]
    call_h = 170
    top = TOP if value.chrome.stepper else TOP - 40
    room = BOTTOM - call_h - 4 - top
    columns = 1 if len(value.cards) <= 5 else 2
    lines = max(1, -(-len(value.cards) // columns))
    pitch = min(310 if columns == 1 else 420, room // lines)
    wide = (1000 - 20 * (columns - 1)) // columns
    for index, card in enumerate(value.cards):
        area = Area(40 + (index % columns) * (wide + 20), top + pitch * (index // columns), wide, pitch - 20)
        nodes.append(_answer(kit, card, area, index))
    bottom = top + pitch * lines
    nodes.append(notice_node(kit, value.call, Area(40, min(bottom, BOTTOM - call_h), 1000, call_h), "call"))
    return nodes


def _answer(kit: Kit, card: InfoCard, area: Area, index: int) -> Node:
    look = kit.skin("card")
    mark = Area(area.x + 30, area.y + 30, 110, 110)
    heads = (Row(card.title.main, 44, 700, look.ink, 1, 0, 28), Row(card.title.small, 28, 500, look.second, 1, 0, 22))
    rows = (
        Row(card.line.main, 34, 500, look.ink, 3),
        Row(card.line.small, 28, 500, look.second, 3, 8),
        Row(card.note.main, 25, 500, look.accent, 1, 2),
    )
    left = mark.right + 24
    low = Area(mark.x + 4, mark.bottom + 20, area.w - 64, area.bottom - mark.bottom - 44)
    parts: Parts = (
        kit.box(area, "card"),
        *plate(kit, mark, card.icon, LEVEL_SKINS.get(card.level, "tint"), 26),
        *kit.stack(Area(left, mark.y, area.right - left - 20, mark.h), heads, leading=1.32),
        *kit.stack(low, rows, leading=1.32),
    )
    return Node(f"help:{index}", area, parts, spoken=f"{card.title.main}, {card.line.main}")
