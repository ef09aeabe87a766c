"""search.train: the letter of the train, its digits, the date; matching trains answer with one tap."""

from __future__ import annotations

from kiosk.screen.values import Key, TrainNumber
from kiosk.ui.components.chrome import notice_height, notice_node
from kiosk.ui.components.keys import key_node, word_cell
from kiosk.ui.components.kit import Kit, Parts
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area
from kiosk.ui.screens.station import icon_key, typed_field, word_key
from kiosk.ui.screens.trains import DATE, date_key

FOUND = Area(40, 446, 1000, 356)
LETTERS_Y, DIGITS_Y, GAP, SIZE = 830, 990, 16, 52


def paint(value: TrainNumber, kit: Kit) -> list[Node]:
    nodes = [typed_field(kit, Area(40, 270, DATE.x - 56, 152), value.label, value.typed, value.hint, "train")]
    nodes.append(date_key(kit, value.date, DATE))
    nodes += _found(value, kit)
    count = max(1, len(value.letters))
    wide = (1000 - GAP * (count - 1)) // count
    longest = max((kit.width(key.words.main, SIZE, 700) for key in value.letters), default=0)
    size = min(SIZE, max(28, SIZE * (wide - 10) // max(1, longest)))  # one size for all of them
    for index, key in enumerate(value.letters):
        nodes.append(_type_key(kit, key, Area(40 + index * (wide + GAP), LETTERS_Y, wide, 116), "letter", size))
    nodes += _digits(value, kit)
    return nodes


def _found(value: TrainNumber, kit: Kit) -> list[Node]:
    """A card of one size, so that the keys stay where they are: what to type, a message, or the trains that match."""
    look, card = kit.skin("card"), FOUND if value.letters else FOUND._replace(h=LETTERS_Y + 116 - FOUND.y)
    box: Parts = (kit.box(card, "card"),)
    if value.message is not None:
        area = Area(card.x + 24, 0, card.w - 48, max(130, notice_height(kit, value.message, card.w - 48)))
        area = area._replace(y=card.cy - area.h // 2)
        return [Node("found", card, box), notice_node(kit, value.message, area)]
    if not value.found:
        words = kit.pair(card.inset(40, 60), value.empty, (40, look.ink), (28, look.second), "center", lines=2)
        return [Node("found", card, (*box, *words), spoken=value.empty.main)]
    head = kit.beside(72, card.y + 44, value.found_title, (30, look.ink), (28, look.second), width=936)
    nodes = [Node("found", card, (*box, *head), spoken=value.found_title.main)]
    columns = 2 if any(key.words.small for key in value.found) else 3  # bare numbers stand closer than those with words
    wide, high = (card.w - 64 - GAP * (columns - 1)) // columns, 120
    for index, key in enumerate(value.found[: 2 * columns]):
        left, top = card.x + 32 + (wide + GAP) * (index % columns), card.y + 84 + (high + GAP) * (index // columns)
        nodes.append(word_cell(kit, key, Area(left, top, wide, high), "found", main=40, small=26))
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


def _type_key(kit: Kit, key: Key, area: Area, prefix: str, size: int = SIZE) -> Node:
    name = "chosen" if key.selected and key.enabled else "letter" if key.enabled else "letter_off"
    look = kit.skin(name)
    weight = 700 if key.enabled else 500
    words = kit.line(area.cx, area.cy + 2, key.words.main, size, weight, look.ink, "center", area.w - 8)
    return key_node(key, area, (kit.box(area, name), *words), prefix, radius=18)
