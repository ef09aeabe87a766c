"""trains: route and date, filters, up to five trains of a page; loading, none and offline say so in words."""

from __future__ import annotations

from kiosk.screen.values import Key, SeatChip, TrainCard, Trains
from kiosk.ui.components.cards import LEVEL_SKINS, family_skin, pill, route_arrow, route_parts, tag
from kiosk.ui.components.keys import chip_row, key_node
from kiosk.ui.components.kit import Kit, Parts, Row, Run, spoken
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Box, Part

LIST = Area(40, 552, 1000, 1130)


def paint(value: Trains, kit: Kit) -> list[Node]:
    summary = Area(40, 270, 744, 152)
    inner = summary.inset(42, 10)
    parts = (kit.box(summary, "card"), *route_parts(kit, inner, value.origin, value.destination))
    said = f"{value.origin.main} → {value.destination.main}"
    nodes = [Node("route", summary, parts, spoken=said), date_key(kit, value.date, Area(800, 270, 240, 152))]
    nodes += chip_row(kit, value.filters, Area(40, 446, 1000, 80), 11, "filter")
    nodes += _list(value, kit)
    if value.page.main:
        muted = kit.color("muted")
        runs = (Run(value.page.main, 27, 500, muted), Run(value.page.small, 27, 500, muted))
        area = Area(40, 1700, 1000, 46)
        nodes.append(Node("page", area, kit.inline(area.cx, area.cy, runs, 16, "center", 1000), spoken=value.page.main))
    return nodes


def date_key(kit: Kit, key: Key, area: Area) -> Node:
    """The chosen date as a key to change it."""
    name = "tint_edge" if key.enabled else "key_off"
    look = kit.skin(name)
    words = Area(area.x + 72, area.y + 12, area.w - 72 - 12, area.h - 24)
    rows = (Row(key.words.main, 34, 700, look.ink, 2), Row(key.words.small, 26, 500, look.ink))
    parts: Parts = (
        kit.box(area, name),
        kit.icon(area.x + 42, area.cy, 46, key.icon or "calendar", look.accent, 2.0),
        *kit.stack(words, rows, leading=1.34),
    )
    return key_node(key, area, parts, "date")


def _list(value: Trains, kit: Kit) -> list[Node]:
    rows = 4 if kit.large else 5
    pitch = 228 if rows == 5 else 285
    places = [Area(40, 552 + pitch * index, 1000, pitch - 20) for index in range(rows)]
    if value.state == "list":
        return [train_card(kit, card, area) for card, area in zip(value.cards, places, strict=False)]
    if value.state == "loading":
        nodes = [Node(f"skeleton:{index}", area, _skeleton(kit, area)) for index, area in enumerate(places)]
        return [*nodes, _message(value, kit, Area(240, 1000, 600, 200), "hourglass")]
    icon = "train" if value.state == "none" else "warn"
    return [_message(value, kit, Area(40, 552, 1000, 520), icon)]


def _message(value: Trains, kit: Kit, area: Area, icon: str) -> Node:
    look = kit.skin("raised")
    words = Area(area.x + 50, area.cy - 10, area.w - 100, area.h // 2 - 20)
    size = 120 if area.h > 300 else 64
    rows = (Row(value.message.main, 40, 700, look.ink, 2), Row(value.message.small, 28, 500, look.second, 2))
    parts: Parts = (
        kit.box(area, "raised"),
        kit.icon(area.cx, area.y + area.h // 4 + 4, size, icon, look.accent, 1.8),
        *kit.stack(words, rows, "center", "top", leading=1.3),
    )
    return Node("message", area, parts, spoken=value.message.main)


def _skeleton(kit: Kit, area: Area) -> Parts:
    bars = (
        (36, 34, 150, 50),
        (36, 100, 90, 24),
        (270, 60, 180, 12),
        (490, 34, 150, 50),
        (490, 100, 90, 24),
        (850, 34, 114, 50),
    )
    chips = ((36, 140, 300, 50), (350, 140, 300, 50), (664, 140, 300, 50))
    ground = kit.skin("off")
    blocks = [Box(Area(area.x + x, area.y + y, w, h), ground, 12) for x, y, w, h in (*bars, *chips)]
    return (kit.box(area, "faded"), *blocks)


def train_card(kit: Kit, card: TrainCard, area: Area) -> Node:
    """One train: times, stations, number, duration, price from, seats left. What is not for sale is grey and says why."""
    open_ = card.state == "open" and card.key.enabled
    name = "raised" if open_ else "faded"
    if card.key.selected:
        name = "selected"
    look = kit.skin(name if open_ else "faded")
    family = family_skin(card.family) if open_ else "train_off"
    x, y = area.x, area.y
    slack = area.h - 208
    top = y + slack // 3
    parts: list[Part] = [kit.box(area, name), Box(Area(x, y + 28, 8, area.h - 56), kit.skin(family), 4)]
    ink, muted = look.ink, look.second if not open_ else kit.color("muted")
    number = Area(
        x + 339 - max(72, kit.width(card.number, 30, 700) + 36) // 2,
        top + 16,
        max(72, kit.width(card.number, 30, 700) + 36),
        42,
    )
    parts += kit.line(x + 36, top + 66, card.depart, 58, 700, ink, width=170)
    parts += kit.line(x + 38, top + 113, card.origin.main, 26, 500, muted, width=220, least=22)
    parts += route_arrow(x + 220, x + 460, top + 73, kit.color("arrow"), filled=True)
    parts += pill(kit, number, card.number, family)
    parts += kit.line(x + 339, top + 103, card.duration.main, 24, 500, muted, "center", 220)
    parts += kit.line(x + 490, top + 66, card.arrive, 58, 700, ink, width=170)
    place = kit.line(x + 490, top + 113, card.destination.main, 26, 500, muted, width=270, least=22)
    parts += place
    after = max(x + 662, (place[0].x + place[0].width + 16) if place else 0)
    parts += kit.line(x + 652, top + 40, card.day_offset.main, 22, 700, kit.color("warn"), width=110)
    brand = kit.color("brand") if open_ else look.ink
    parts += kit.line(after, top + 113, card.badge.main, 22, 700, brand, width=max(40, x + 872 - after))
    parts += _price(kit, card, area, top, brand, muted)
    parts += _seats(kit, card.seats, area, y + 138 + slack * 2 // 3, open_)
    said = spoken(card.key, card.number, card.depart, card.arrive, card.price, card.state_words.main)
    return Node(f"train:{card.number}:{card.depart}", area, tuple(parts), card.key.target, card.key.enabled, said)


def _price(kit: Kit, card: TrainCard, area: Area, top: int, brand: str, muted: str) -> Parts:
    right = area.right - 36
    if card.state != "open" and card.state_words.main:
        return tag(kit, right, top + 56, card.state_words, "off", "right", height=60, width=300)
    if not card.price:
        return kit.line(right, top + 66, card.state_words.main or card.price_note.main, 32, 700, muted, "right", 260)
    sign, amount = ("¥", card.price[1:]) if card.price.startswith("¥") else ("", card.price)
    figures = kit.inline(right, top + 64, (Run(sign, 36, 700, brand), Run(amount, 64, 700, brand)), 5, "right", 270)
    note = (Run(card.price_note.main, 26, 500, muted), Run(card.price_note.small, 26, 500, muted))
    return (*figures, *kit.inline(right, top + 112, note, 7, "right", 200))


def _seats(kit: Kit, seats: tuple[SeatChip, ...], area: Area, y: int, open_: bool) -> list[Part]:
    columns = max(3, len(seats))
    gap = 14 if columns == 3 else 10
    wide = (928 - gap * (columns - 1)) // columns
    parts: list[Part] = []
    for index, seat in enumerate(seats):
        box = Area(area.x + 36 + index * (wide + gap), y, wide, 52)
        parts += _seat(kit, seat, box, LEVEL_SKINS.get(seat.level, "off") if open_ else "off", columns > 3)
    return parts


def _seat(kit: Kit, seat: SeatChip, box: Area, skin: str, narrow: bool) -> Parts:
    """Class, price, what is left. Where the words do not fit, a tick says "available"; then the price goes."""
    look = kit.skin(skin)
    size, pad = (22, 10) if narrow else (25, 14)
    left: Parts = kit.line(
        box.right - pad, box.cy + 1, seat.left.main, size, 700, look.ink, "right", box.w // 2 - 8, 22
    )
    wide = kit.width(seat.words.main, 22, 700)
    cost = kit.width(seat.price, size, 500) + 8 if seat.price else 0
    used = max(0 if narrow else 58, kit.width(seat.left.main, size, 700)) + (8 if narrow else 16)
    if wide + cost + used > box.w - 2 * pad and seat.level == "ok":
        left = (kit.icon(box.right - pad - 14, box.cy, 30, "check", look.accent, 2.8),)
        used = 38
    if wide + cost + used > box.w - 2 * pad:
        cost = 0
    price = kit.line(box.right - pad - used, box.cy + 1, seat.price if cost else "", size, 500, look.ink, "right")
    room = box.w - 2 * pad - used - cost
    name = kit.line(box.x + pad, box.cy + 1, seat.words.main, size, 700, look.ink, width=room, least=22)
    return (kit.box(box, skin, 14), *name, *price, *left)
