"""search.train: the letter of the train, its digits, the date; matching trains answer with one tap."""

from __future__ import annotations

from kiosk.screen.values import Key, TrainNumber
from kiosk.ui.components.chrome import notice_height, notice_node
from kiosk.ui.components.keys import key_node, word_cell
from kiosk.ui.components.kit import Kit
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area
from kiosk.ui.screens.station import icon_key, typed_field, word_key
from kiosk.ui.screens.trains import date_key

FOUND = Area(40, 446, 1000, 344)
LETTERS_Y, DIGITS_Y, GAP = 830, 990, 16


def paint(value: TrainNumber, kit: Kit) -> list[Node]:
    nodes = [typed_field(kit, Area(40, 270, 744, 152), value.label, value.typed, value.hint, "train")]
    nodes.append(date_key(kit, value.date, Area(800, 270, 240, 152)))
    nodes += _found(value, kit)
    count = max(1, len(value.letters))
    wide = (1000 - GAP * (count - 1)) // count
    for index, key in enumerate(value.letters):
        nodes.append(_type_key(kit, key, Area(40 + index * (wide + GAP), LETTERS_Y, wide, 116), "letter"))
    nodes += _digits(value, kit)
    return nodes


def _found(value: TrainNumber, kit: Kit) -> list[Node]:
    """A message, or the trains that match: bare numbers stand closer than those with words."""
    if value.message is not None:
        return [notice_node(kit, value.message, Area(40, FOUND.y, 1000, max(130, notice_height(kit, value.message))))]
    bare = not any(key.words.small for key in value.found)
    columns = 4 if bare else 2
    wide = (FOUND.w - 16 * (columns - 1)) // columns
    nodes = []
    for index, key in enumerate(value.found[: columns * 2]):
        area = Area(40 + (wide + 16) * (index % columns), FOUND.y + 172 * (index // columns), wide, 156)
        nodes.append(word_cell(kit, key, area, "found", main=46 if bare else 40, small=26))
    return nodes


def _digits(value: TrainNumber, kit: Kit) -> list[Node]:
    """1 to 9 in threes, then clear, 0, erase."""
    nodes = []
    wide, high = (1000 - 2 * GAP) // 3, 166
    cells = [Area(40 + (i % 3) * (wide + GAP), DIGITS_Y + (i // 3) * (high + GAP), wide, high) for i in range(12)]
    places = [*cells[:9], cells[10]]
    for key, area in zip(value.digits, places, strict=False):
        nodes.append(_type_key(kit, key, area, "digit"))
    nodes += [word_key(kit, value.clear, cells[9]), icon_key(kit, value.erase, cells[11])]
    return nodes


def _type_key(kit: Kit, key: Key, area: Area, prefix: str) -> Node:
    name = "chosen" if key.selected and key.enabled else "letter" if key.enabled else "letter_off"
    look = kit.skin(name)
    weight = 700 if key.enabled else 500
    words = kit.line(area.cx, area.cy + 2, key.words.main, 52, weight, look.ink, "center", area.w - 10)
    return key_node(key, area, (kit.box(area, name), *words), prefix, radius=18)
