"""What all screens of the service mode share: the strip of states, the digit keys, the message."""

from __future__ import annotations

from kiosk.screen.values import Key, Notice, StripItem, Words
from kiosk.ui.components.cards import LEVEL_SKINS
from kiosk.ui.components.chrome import STEPPER, notice_height, notice_node
from kiosk.ui.components.keys import key_node, skin_of
from kiosk.ui.components.kit import Kit, Parts, Row, spoken
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part


def strip_nodes(kit: Kit, items: tuple[StripItem, ...]) -> list[Node]:
    """Door, mains, battery, station link, sales: in place of the stepper."""
    band = (kit.box(STEPPER, "band"), kit.rule(0, STEPPER.bottom - 2, STEPPER.w))
    nodes = [Node("strip", STEPPER, band, layer="ground")]
    count = max(1, len(items))
    gap = 10
    wide = (1000 - gap * (count - 1)) // count
    for index, item in enumerate(items):
        area = Area(40 + index * (wide + gap), STEPPER.y + 12, wide, 72)
        skin = LEVEL_SKINS.get(item.level, "off")
        look = kit.skin(skin)
        rows = (Row(item.words.main, 28, 700, look.ink), Row(item.words.small, 22, 500, look.second))
        parts: Parts = (
            kit.box(area, skin, 20),
            kit.icon(area.x + 34, area.cy, 42, item.icon, look.accent, 2.1),
            *kit.stack(Area(area.x + 62, area.y + 2, area.w - 66, area.h - 4), rows, leading=1.16),
        )
        nodes.append(Node(f"strip:{index}", area, parts, layer="ground", spoken=item.words.main))
    return nodes


def digit_key(kit: Kit, key: Key, area: Area, size: int = 46) -> Node:
    """A key of a number pad: one figure, or an icon, or words."""
    name = "letter" if key.enabled else "letter_off"
    if key.role == "danger" and key.enabled:
        name = "key_danger"
    look = kit.skin(name)
    parts: list[Part] = [kit.box(area, name, 22)]
    text = key.words.main
    if len(text) == 1:
        parts += kit.line(area.cx, area.cy + 1, text, size, 700, look.ink, "center", area.w)
    else:
        icon = bool(key.icon) and area.h >= 112
        words = Area(
            area.x + 8, area.y + (area.h // 2 - 4 if icon else 4), area.w - 16, area.h // 2 - 2 if icon else area.h - 8
        )
        if icon:
            parts.append(kit.icon(area.cx, area.y + area.h * 3 // 10, 40, key.icon, look.ink, 2.4))
        rows = (Row(text, 27, 700, look.ink), Row(key.words.small, 22, 500, look.second))
        parts += kit.stack(words, rows, "center", leading=1.14)
    return key_node(kit_key(key), area, tuple(parts), "digit", radius=22)


def kit_key(key: Key) -> Key:
    """A key whose spoken name is never empty."""
    return key if key.words.main else Key(key.target, Words(key.icon), key.icon, key.role, key.enabled)


TALL_PAD = 4 * 72 + 3 * 14


def number_pad(kit: Kit, digits: tuple[Key, ...], clear: Key | None, erase: Key | None, area: Area) -> list[Node]:
    """Figures in three columns with 0 in the middle of the last row, clear and erase beside it; in a low place two rows.

    `digits`: 1..9 and 0, and further keys after them.
    """
    figures, more = list(digits[:10]), [*digits[10:], *(key for key in (clear, erase) if key is not None)]
    if area.h >= TALL_PAD and len(figures) == 10 and len(more) <= 2:
        corners: list[Key | None] = [*more[:1], None, *more[1:]] if more else [None, None, None]
        corners += [None] * (3 - len(corners))
        order: list[Key | None] = [*figures[:9], corners[0], figures[9], corners[2]]
        columns = 3
    else:
        order = [*figures, *more]
        columns = max(1, -(-len(order) // 2))
    rows = max(1, -(-len(order) // columns))
    gap = 14
    wide, high = (area.w - gap * (columns - 1)) // columns, (area.h - gap * (rows - 1)) // rows
    nodes = []
    for index, key in enumerate(order):
        if key is not None:
            place = Area(
                area.x + (index % columns) * (wide + gap), area.y + (index // columns) * (high + gap), wide, high
            )
            nodes.append(digit_key(kit, key, place))
    return nodes


def role_key(kit: Kit, key: Key, area: Area) -> Node:
    """A key of the menu; one of another role stays and says whose it is."""
    skin_name = skin_of(key)
    look = kit.skin(skin_name)
    small = key.words.small if key.enabled or not key.why.main else key.why.main
    icon = key.icon if key.enabled else "lock"
    rows = (Row(key.words.main, 32, 700, look.ink, 2), Row(small, 25, 500, look.second, 2))
    parts: Parts = (
        kit.box(area, skin_name, 20),
        kit.icon(
            area.x + 40,
            area.cy,
            46,
            icon,
            kit.color("brand") if key.enabled and key.role == "secondary" else look.accent,
            2.1,
        ),
        *kit.stack(Area(area.x + 76, area.y + 6, area.w - 92, area.h - 12), rows, leading=1.28),
    )
    return Node(f"key:{key.target or key.words.main}", area, parts, key.target, key.enabled, spoken(key), radius=20)


def message_height(kit: Kit, message: Notice | None) -> int:
    return 0 if message is None else max(100, notice_height(kit, message))


def message_node(kit: Kit, message: Notice, area: Area) -> Node:
    return notice_node(kit, message, area, "message")
