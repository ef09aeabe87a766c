"""trains: route and date, filters, up to five trains of a page; loading, none and offline say so in words."""

from __future__ import annotations

from typing import NamedTuple

from kiosk.screen.values import Key, SeatChip, TrainCard, Trains
from kiosk.ui.components.cards import LEVEL_SKINS, family_skin, pill, route_arrow, route_parts, tag
from kiosk.ui.components.chrome import FOOTER, notice_height
from kiosk.ui.components.keys import chip_row, key_node
from kiosk.ui.components.kit import LARGE as LARGER
from kiosk.ui.components.kit import Kit, Parts, Row, Run, spoken
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Box, Part, Text

LIST = Area(40, 552, 1000, 1140)
DATE = Area(772, 270, 268, 152)
LEAST_GAP = 12


def paint(value: Trains, kit: Kit) -> list[Node]:
    summary = Area(40, 270, DATE.x - 56, 152)
    inner = summary.inset(42, 10)
    parts = (kit.box(summary, "card"), *route_parts(kit, inner, value.origin, value.destination))
    said = f"{value.origin.main} → {value.destination.main}"
    nodes = [Node("route", summary, parts, spoken=said), date_key(kit, value.date, DATE)]
    nodes += chip_row(kit, value.filters, Area(40, 446, 1000, 80), 11, "filter")
    nodes += _list(value, kit)
    if value.page.main and value.chrome.notice is None:
        muted = kit.color("muted")
        runs = (Run(value.page.main, 27, 500, muted), Run(value.page.small, 27, 500, muted))
        area = Area(40, 1700, 1000, 46)
        nodes.append(Node("page", area, kit.inline(area.cx, area.cy, runs, 16, "center", 1000), spoken=value.page.main))
    return nodes


def date_key(kit: Kit, key: Key, area: Area) -> Node:
    """The chosen date as a key to change it."""
    name = "tint_edge" if key.enabled else "key_off"
    look = kit.skin(name)
    words = Area(area.x + 70, area.y + 12, area.w - 70 - 12, area.h - 24)
    rows = (Row(key.words.main, 34, 700, look.ink, 2), Row(key.words.small, 26, 500, look.ink))
    parts: Parts = (
        kit.box(area, name),
        kit.icon(area.x + 42, area.cy, 46, key.icon or "calendar", look.accent, 2.0),
        *kit.stack(words, rows, leading=1.34),
    )
    return key_node(key, area, parts, "date")


def _list(value: Trains, kit: Kit) -> list[Node]:
    rows, least = (4, LARGE.seats + LARGE.seat_h) if kit.large else (5, NORMAL.seats + NORMAL.seat_h)
    bottom = LIST.bottom
    if value.chrome.notice is not None:  # it stands under the list instead of the page; the cards move together
        bottom = FOOTER.y - 16 - notice_height(kit.plain, value.chrome.notice)
    pitch = (bottom - LIST.y) // rows
    high = max(least, pitch - 20 if bottom == LIST.bottom else pitch - LEAST_GAP)
    places = [Area(LIST.x, LIST.y + pitch * index, LIST.w, high) for index in range(rows)]
    if value.state == "list":
        return [train_card(kit, card, area) for card, area in zip(value.cards, places, strict=False)]
    if value.state == "loading":
        nodes = [Node(f"skeleton:{index}", area, _skeleton(kit, area)) for index, area in enumerate(places)]
        return [*nodes, _message(value, kit, Area(140, 1000, 800, 240), "hourglass")]
    icon = "train" if value.state == "none" else "warn"
    return [_message(value, kit, Area(40, 552, 1000, 520), icon)]


def _message(value: Trains, kit: Kit, area: Area, icon: str) -> Node:
    look = kit.skin("raised")
    words = Area(area.x + 50, area.cy - 10, area.w - 100, area.h // 2 - 4)
    size = 120 if area.h > 300 else 64
    rows = (Row(value.message.main, 40, 700, look.ink, 2, 0, 28), Row(value.message.small, 28, 500, look.second, 2))
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


class _Places(NamedTuple):
    """Where things stand on a train card, px from its left and upper edge."""

    times: int  # middle of the times
    names: int  # middle of the station names
    pill: int  # upper edge of the number
    duration: int
    raised: int  # the duration where a long name stands under all of the arrow
    seats: int  # upper edge of the seat chips
    seat_h: int
    line: tuple[int, int]  # the arrow, from and to
    arrive: int
    offset: int  # left end of "+1 day"
    badge: int


NORMAL = _Places(66, 113, 16, 103, 90, 138, 52, (220, 460), 490, 652, 662)
LARGE = _Places(80, 145, 22, 126, 116, 182, 64, (256, 456), 478, 684, 684)


def train_card(kit: Kit, card: TrainCard, area: Area) -> Node:
    """One train: times, stations, number, duration, price from, seats left. What is not for sale is grey and says why."""
    at = LARGE if kit.large else NORMAL
    open_ = card.state == "open" and card.key.enabled
    name = "selected" if card.key.selected else "raised" if open_ else "faded"
    look = kit.skin(name if open_ else "faded")
    family = family_skin(card.family) if open_ else "train_off"
    x, y = area.x, area.y
    ink = kit.color("ink") if open_ else look.ink
    muted = kit.color("muted") if open_ else look.second
    brand = kit.color("brand") if open_ else look.ink
    parts: list[Part] = [kit.box(area, name), Box(Area(x, y + 28, 8, area.h - 56), kit.skin(family), 4)]
    left, right = at.line
    middle = x + (left + right) // 2
    wide = max(72, kit.width(card.number, 30, 700) + 36)
    parts += kit.line(x + 36, y + at.times, card.depart, 58, 700, ink)
    parts += route_arrow(x + left, x + right, y + at.times + 7, kit.color("arrow"), filled=True)
    parts += pill(kit.plain, Area(middle - wide // 2, y + at.pill, wide, 42), card.number, family)
    at, under = _origin_and_duration(kit, card, area, at, muted)
    parts += under
    parts += kit.line(x + at.arrive, y + at.times, card.arrive, 58, 700, ink)
    parts += kit.plain.line(
        x + at.offset, y + at.times - 26, card.day_offset.main, 22, 700, kit.color("warn"), width=90
    )
    figures, end, place = _destination(kit, card, area, at, (brand, muted))
    parts += figures
    after = max(x + at.badge, (place[0].x + place[0].width + 16) if place else 0)
    parts += place
    badge = kit.plain.line(after, y + at.names, card.badge.main, 22, 700, brand)
    parts += badge if badge and badge[0].x + badge[0].width < end - 10 else ()
    parts += _seats(kit, card.seats, area, at, open_)
    if card.state == "query_only":
        parts += _not_sold(kit, card, Area(x + 36, y + at.seats, 928, at.seat_h))
    said = spoken(card.key, card.number, card.depart, card.arrive, card.price, card.state_words.main)
    return Node(f"train:{card.number}:{card.depart}", area, tuple(parts), card.key.target, card.key.enabled, said)


def _origin_and_duration(
    kit: Kit, card: TrainCard, area: Area, at: _Places, muted: str
) -> tuple[_Places, tuple[Text, ...]]:
    """The duration stands under the arrow; a long name moves it towards the arrival, a longer one shrinks, one that needs all
    of the room moves it up to the arrow, and both names down."""
    left, right, most = area.x + 38, area.x + at.arrive - 10, at.line[1] - at.line[0]
    under = area.x + sum(at.line) // 2
    lasts = kit.line(under, area.y + at.duration, card.duration.main, 24, 500, muted, "center", most)
    size = round(26 * LARGER) if kit.large else 26
    ends = left + kit.width(card.origin.main, size, 500)
    if lasts and ends + 12 > lasts[0].x:
        wide = kit.width(card.duration.main, 22, 500)
        lasts = kit.plain.line(min(ends + 18, right - wide), area.y + at.names, card.duration.main, 22, 500, muted)
    room = (lasts[0].x - 12 if lasts else right) - left
    name = kit.line(left, area.y + at.names, card.origin.main, 26, 500, muted, width=room, least=22)
    if name and name[0].cut:
        at = at._replace(names=at.names + 4)
        lasts = kit.plain.line(under, area.y + at.raised, card.duration.main, 22, 500, muted, "center", most)
        name = kit.plain.line(left, area.y + at.names, card.origin.main, 26, 500, muted, width=right - left, least=22)
    return at, (*name, *lasts)


def _destination(
    kit: Kit, card: TrainCard, area: Area, at: _Places, inks: tuple[str, str]
) -> tuple[Parts, int, tuple[Text, ...]]:
    """The price, how far to the right there is room before it, and the name in that room. A name that is too long takes the
    second language from the word beside it."""
    brand, muted = inks
    left = area.x + at.arrive
    for brush, short in ((kit, False), (kit.plain, True)):
        figures = _price(kit, card, area, at, brand, muted, short)
        low = [text.x for text in figures if isinstance(text, Text) and text.middle > area.y + at.names - 14]
        end = min(low, default=area.x + (952 if short else 880))
        room = end - left - 12
        name = brush.line(left, area.y + at.names, card.destination.main, 26, 500, muted, width=room, least=22)
        if not name or not name[0].cut:
            break
    return figures, end, name


def _price(kit: Kit, card: TrainCard, area: Area, at: _Places, brand: str, muted: str, short: bool = False) -> Parts:
    right, top = area.right - 36, area.y + at.times
    if card.state not in ("open", "query_only") and card.state_words.main:
        return tag(kit, right, top - 8, card.state_words, "off", "right", height=60, width=300)
    if not card.price:
        return kit.line(right, top, card.price_note.main or card.state_words.main, 32, 700, muted, "right", 260)
    if card.state == "query_only":
        code, _, amount = card.price.rpartition(" ")
        return kit.inline(right, top - 2, (Run(code, 30, 700, brand), Run(amount, 48, 700, brand)), 8, "right", 250)
    sign, amount = ("¥", card.price[1:]) if card.price.startswith("¥") else ("", card.price)
    figures = kit.inline(right, top - 2, (Run(sign, 36, 700, brand), Run(amount, 64, 700, brand)), 5, "right", 280)
    note = (
        Run(card.price_note.main, 26, 500, muted),
        Run("" if short else card.price_note.small, 26, 500, muted),
    )
    return (*figures, *kit.inline(right, area.y + at.names - 1, note, 7, "right", 180))


def _not_sold(kit: Kit, card: TrainCard, band: Area) -> Parts:
    """Why, where the seats would stand."""
    look = kit.skin("off")
    runs = (Run(card.state_words.main, 25, 700, look.ink), Run(card.state_words.small, 24, 500, look.ink))
    icon = kit.icon(band.x + 30, band.cy, 30, "info", look.accent, 2.4)
    return (kit.box(band, "off", 14), icon, *kit.inline(band.x + 58, band.cy + 1, runs, 14, width=band.w - 72))


def _seats(kit: Kit, seats: tuple[SeatChip, ...], area: Area, at: _Places, open_: bool) -> list[Part]:
    columns = max(3, len(seats))
    gap = 14 if columns == 3 else 10
    wide = (928 - gap * (columns - 1)) // columns
    parts: list[Part] = []
    for index, seat in enumerate(seats):
        box = Area(area.x + 36 + index * (wide + gap), area.y + at.seats, wide, at.seat_h)
        parts += _seat(kit, seat, box, LEVEL_SKINS.get(seat.level, "off") if open_ else "off", columns > 3)
    return parts


def _seat(kit: Kit, seat: SeatChip, box: Area, skin: str, narrow: bool) -> Parts:
    """Class, price, what is left. Where the words do not fit, a tick says "available"; then the price goes."""
    look = kit.skin(skin)
    size, pad = (22, 10) if narrow else (25, 14)
    if kit.large:
        size, kit = size + 3, kit.plain
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
