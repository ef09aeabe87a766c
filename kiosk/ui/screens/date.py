"""date: the sale window as a calendar; each day carries a word or the day its sale begins. A tap is the answer."""

from __future__ import annotations

from kiosk.screen.values import Calendar, Day, Key, Month
from kiosk.ui.components.cards import route_parts, title
from kiosk.ui.components.kit import Kit, Parts, Row, Run, spoken
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part

SKINS = {
    "past": "off",
    "later": "off",
    "open": "tint_edge",
    "last": "tint_edge",
    "today": "selected",
    "chosen": "chosen",
}
TOP, BOTTOM = 622, 1626


def paint(value: Calendar, kit: Kit) -> list[Node]:
    nodes = [_route(value, kit), title(kit, value.title, 443)]
    nodes += [_quick(kit, key, Area(40 + 340 * index, 482, 320, 122)) for index, key in enumerate(value.quick[:3])]
    weeks = sum(len(month.weeks) for month in value.months)
    room = BOTTOM - TOP - len(value.months) * 122 - 16 * (len(value.months) - 1)
    pitch = min(146, room // max(1, weeks))
    y = TOP
    for index, month in enumerate(value.months):
        card = Area(40, y, 1000, 106 + pitch * len(month.weeks) + 14)
        nodes += _month(kit, month, card, pitch, index)
        y = card.bottom + 16
    nodes += [_note(value, kit), _tip(value, kit)]
    return nodes


def _route(value: Calendar, kit: Kit) -> Node:
    area = Area(40, 266, 1000, 124)
    look = kit.skin("card")
    ok = kit.color("ok_dark")
    words = kit.pair(Area(760, area.y, 244, area.h), value.on_sale, (30, ok), (26, look.second), "right", leading=1.5)
    parts: Parts = (
        kit.box(area, "card"),
        *route_parts(kit, Area(76, area.y + 4, 680, area.h - 8), value.origin, value.destination, 46, 26),
        *words,
    )
    return Node("route", area, parts, spoken=f"{value.origin.main} → {value.destination.main}, {value.on_sale.main}")


def _quick(kit: Kit, key: Key, area: Area) -> Node:
    """Today, tomorrow, the day after: the date stands in `why`."""
    name = "key_blue" if key.enabled else "key_off"
    look = kit.skin(name)
    ink = kit.color("ink") if key.enabled else look.ink
    muted = kit.color("muted") if key.enabled else look.ink
    parts: Parts = (
        kit.box(area, name),
        *kit.beside(area.x + 28, area.y + 46, key.words, (42, look.ink), (27, muted), width=area.w - 48, gap=16),
        *kit.line(area.x + 28, area.y + 94, key.why.main, 28, 500, ink, width=area.w - 48),
    )
    return Node(f"quick:{key.target}", area, parts, key.target, key.enabled, spoken(key, key.why.main))


def _month(kit: Kit, month: Month, card: Area, pitch: int, index: int) -> list[Node]:
    look = kit.skin("card")
    parts: list[Part] = [kit.box(card, "card")]
    parts += kit.beside(72, card.y + 42, month.title, (36, look.ink), (28, look.second), width=920)
    for column, head in enumerate(month.heads):
        late = column > 4
        main, small = kit.color("danger" if late else "ink"), kit.color("danger" if late else "muted")
        if not late:
            main = small
        runs = (Run(head.main, 26, 700, main), Run(head.small, 24, 500, small))
        parts += kit.inline(120 + 140 * column, card.y + 87, runs, 7, "center", 132)
    nodes = [Node(f"month:{index}", card, tuple(parts), spoken=month.title.main)]
    for line, week in enumerate(month.weeks):
        for column, day in enumerate(week):
            if day.state != "blank":
                area = Area(55 + 140 * column, card.y + 106 + pitch * line, 130, pitch - 12)
                nodes.append(_day(kit, day, area, f"{index}.{day.number}"))
    return nodes


def _day(kit: Kit, day: Day, area: Area, name: str) -> Node:
    skin = SKINS.get(day.state, "off")
    look = kit.skin(skin)
    on = day.state in ("open", "last", "today")
    ink = kit.color("ink") if on else look.ink
    weight = 500 if skin == "off" else 700
    plain = 400 if skin == "off" else 500  # narrow enough for "from 28 Nov"
    small = Row(day.key.words.small, 22, plain, ink)
    scale = min(1.0, area.h / 134)
    rows = [
        Row(day.number, round(46 * scale), weight, look.ink),
        Row(day.key.words.main, 26, plain if skin == "off" else weight, ink, 1, 0, 22),
    ]
    if day.mark.main:  # the holiday takes the word's place, the word the other language's
        festive = look.ink if skin in ("off", "chosen") else kit.color("danger")
        said = f"{day.key.words.main} {day.key.words.small}"
        if kit.width(said, 22, plain) > area.w - 6:
            said = day.key.words.main
        rows[1] = Row(day.mark.main, 26, 700, festive, 1, 0, 22)
        small = Row(said, 22, plain, ink)
    if area.h >= 104 or day.mark.main:
        rows.append(small)
    parts: list[Part] = [kit.box(area, skin, 18)]
    parts += kit.stack(area.inset(1, 6), rows, "center", leading=1.24)
    if day.state == "chosen":
        parts.append(kit.icon(area.right - 24, area.y + 24, 28, "check", look.accent, 3))
    return Node(
        f"day:{name}",
        area,
        tuple(parts),
        day.key.target,
        day.key.enabled and bool(day.key.target),
        ", ".join(text for text in (day.number, day.mark.main, day.key.words.main) if text),
        "body",
        18,
    )


def _note(value: Calendar, kit: Kit) -> Node:
    area = Area(40, 1634, 1000, 104)
    rows = (Row(value.note.main, 29, 500, kit.color("ink"), 1), Row(value.note.small, 26, 500, kit.color("muted"), 1))
    parts: Parts = (
        kit.icon(70, area.cy, 46, "info", kit.color("brand"), 2.2),
        *kit.stack(Area(110, area.y, 920, area.h), rows, leading=1.4),
    )
    return Node("note", area, parts, spoken=value.note.main)


def _tip(value: Calendar, kit: Kit) -> Node:
    area = Area(530, 1776, 370, 120)
    rows = (Row(value.tip.main, 29, 700, kit.color("ink"), 2), Row(value.tip.small, 26, 500, kit.color("muted"), 2))
    parts: Parts = (
        kit.icon(560, area.cy, 56, "touch", kit.color("brand"), 2.0),
        *kit.stack(Area(604, area.y, 296, area.h), rows, leading=1.4),
    )
    return Node("tip", area, parts, layer="ground", spoken=value.tip.main)
