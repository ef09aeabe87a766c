"""Cards and what stands on them: titles, pills, tags, route arrows, meters, info cards, plates with icons."""

from __future__ import annotations

from kiosk.screen.values import InfoCard, Journey, Words
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Picture

FAMILIES = {"G": "train_g", "D": "train_d", "other": "train_other"}
LEVEL_ICONS = {"ok": "check", "warn": "warn", "danger": "cross", "off": "minus", "few": "info", "none": "minus"}
LEVEL_SKINS = {
    "ok": "ok",
    "few": "warn",
    "warn": "warn",
    "none": "off",
    "off": "off",
    "danger": "danger",
    "tint": "tint",
}


def title(kit: Kit, words: Words, cy: int, x: int = 44, width: int = 992, main: int = 46, small: int = 32) -> Node:
    """The question of a screen: main language, the other one beside it on the same baseline."""
    ink, muted = kit.color("ink"), kit.color("muted")
    parts = kit.beside(x, cy, words, (main, ink), (small, muted), width=width, gap=18)
    return Node("title", Area(x, cy - 34, width, 72), parts, spoken=words.main)


def big_title(kit: Kit, words: Words, area: Area, main: int = 58, small: int = 34) -> Node:
    """A centred title over its translation."""
    rows = (Row(words.main, main, 700, kit.color("ink"), 2), Row(words.small, small, 500, kit.color("muted"), 2))
    return Node("title", area, kit.stack(area, rows, "center", leading=1.3), spoken=words.main)


def section(
    kit: Kit, name: str, words: Words, cy: int, note: Words = Words(), note_color: str = "muted", x: int = 44
) -> Node:
    """A heading over a card, and a remark at its right end."""
    ink, muted = kit.color("ink"), kit.color("muted")
    head = kit.beside(x, cy, words, (32, ink), (28, muted), width=460)
    parts: list[Part] = list(head)
    if note.main:
        runs = (
            Run(note.main, 25, 500, kit.color(note_color)),
            Run(f"· {note.small}" if note.small else "", 25, 500, kit.color(note_color)),
        )
        room = 1036 - (head[-1].x + head[-1].width if head else x) - 24
        parts += kit.inline(1036, cy + 2, runs, 8, "right", room)
    return Node(name, Area(x, cy - 24, 1036 - x, 48), tuple(parts), spoken=words.main)


def pill(kit: Kit, area: Area, text: str, skin: str, size: int = 30) -> Parts:
    """A filled capsule with a short text: train numbers."""
    look = kit.skin(skin)
    return (
        kit.box(area, skin, area.h // 2),
        *kit.line(area.cx, area.cy + 1, text, size, 700, look.ink, "center", area.w - 12),
    )


def family_skin(family: str) -> str:
    return FAMILIES.get(family, "train_other")


def tag(
    kit: Kit,
    x: int,
    cy: int,
    words: Words,
    skin: str,
    align: str = "left",
    icon: str = "",
    height: int = 48,
    width: int = 900,
) -> Parts:
    """A capsule with words of both languages on one line, as wide as they are; `x` by `align`."""
    look = kit.skin(skin)
    runs = (Run(words.main, 26, 700, look.ink), Run(words.small, 25, 700, look.ink))
    extra = 36 + (38 if icon else 0)
    wide = min(width, kit.runs_width(runs, 8) + extra)
    left = {"left": x, "center": x - wide // 2, "right": x - wide}[align]
    area = Area(left, cy - height // 2, wide, height)
    parts: list[Part] = [kit.box(area, skin, height // 2)]
    if icon:
        parts.append(kit.icon(left + 32, cy, 30, icon, look.accent, 2.4))
    parts += kit.inline(area.right - 18, cy, runs, 8, "right", wide - extra + 2)
    return tuple(parts)


def route_arrow(left: int, right: int, cy: int, color: str, filled: bool = False, stroke: float = 5) -> Parts:
    """From an open circle to an arrow head; `filled` is the thin kind of a list."""
    w, h = max(40, right - left), 36
    middle = h / 2
    if filled:
        head = (
            f'<path d="M{w - 18} {middle - 9}L{w - 1} {middle}L{w - 18} {middle + 9}Z" fill="{color}" stroke="none"/>'
        )
        line = f'<circle cx="9" cy="{middle}" r="6.5"/><path d="M16 {middle}H{w - 16}"/>'
        stroke = 3
    else:
        head = f'<path d="M{w - 16} {middle - 11}L{w - 4} {middle}L{w - 16} {middle + 11}"/>'
        line = f'<circle cx="13" cy="{middle}" r="10"/><path d="M23 {middle}H{w - 5}"/>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}"><g fill="none" stroke="{color}" '
        f'stroke-width="{stroke}" stroke-linecap="round" stroke-linejoin="round">{line}{head}</g></svg>'
    )
    return (Picture(Area(left, cy - h // 2, w, h), svg),)


def meter(kit: Kit, area: Area, percent: float, color: str = "action", track: str = "track") -> Parts:
    """A bar with round ends; `percent` 0..100."""
    w, h = area.w, area.h
    done = max(h, w * min(100.0, percent) / 100) if percent > 0 else 0
    bar = f'<rect width="{done:.1f}" height="{h}" rx="{h / 2}" fill="{kit.color(color)}"/>' if done else ""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}"><rect width="{w}" height="{h}" rx="{h / 2}" '
        f'fill="{kit.color(track)[:7]}"/>{bar}</svg>'
    )
    return (Picture(area, svg),)


def plate(kit: Kit, area: Area, icon: str, skin: str = "tint", radius: int = 16, size: int = 0) -> Parts:
    """A rounded square (or disc) with an icon."""
    look = kit.skin(skin)
    return (
        kit.box(area, skin, radius),
        kit.icon(area.cx, area.cy, size or round(area.w * 0.62), icon, look.accent, 2.1),
    )


def _high(kit: Kit, rows: list[Row], width: int) -> float:
    """How high rows are that stand under each other, px."""
    fitted = [(kit.fit(row, width), row.gap) for row in rows if row.text]
    return sum(len(each.lines) * each.size * 1.32 * 0.86 + gap for each, gap in fitted)


def info_card(kit: Kit, card: InfoCard, area: Area, name: str, disc: bool = True) -> Node:
    """Icon and title, then one line that matters, then a remark. A low card keeps icon, title and line.

    Used for refunds, ways to get money, help.
    """
    skin = LEVEL_SKINS.get(card.level, "tint")
    look = kit.skin(skin)
    parts: list[Part] = [kit.box(area, skin, 22)]
    low = area.h < 150
    side = min(52, area.h - 20)
    mark = Area(area.x + 20, area.y + (10 if low else 20), side, side)
    if disc and f"solid_{skin}" in kit.theme.skins:
        parts += plate(kit, mark, card.icon, f"solid_{skin}", side // 2, round(side * 0.62))
    else:
        parts.append(kit.icon(mark.cx, mark.cy, side, card.icon, look.accent, 2.1))
    head = Area(mark.right + 14, area.y + (4 if low else 12), area.right - mark.right - 26, side + (12 if low else 16))
    if low:
        rows = [Row(card.title.main, 28, 700, look.ink, 2)]
        parts += kit.stack(head, rows)
        rows = [Row(card.line.main, 28, 700, look.ink), Row(card.line.small, 22, 500, look.second)]
        parts += kit.stack(
            Area(area.x + 20, head.bottom, area.w - 36, area.bottom - head.bottom - 6), rows, leading=1.2
        )
        return Node(name, area, tuple(parts), spoken=f"{card.title.main}, {card.line.main}")
    titles = (Row(card.title.main, 30, 700, look.ink, 1, 0, 22), Row(card.title.small, 25, 500, look.second, 1, 0, 22))
    parts += kit.stack(head, titles, leading=1.26)
    rows = [Row(card.line.main, 36, 700, look.ink, 2, 0, 28), Row(card.line.small, 26, 500, look.second, 2)]
    if card.note.main and area.h >= 190:
        rows.append(Row(" ".join(filter(None, (card.note.main, card.note.small))), 26, 500, look.second, 2, 4))
    body = Area(area.x + 20, area.y + 90, area.w - 36, area.h - 98)
    while len(rows) > 1 and _high(kit, rows, body.w) > body.h + 8:  # the line that matters stays, remarks go first
        rows.pop()
    parts += kit.stack(body, rows, leading=1.32)
    return Node(name, area, tuple(parts), spoken=f"{card.title.main}, {card.line.main}")


def route_parts(kit: Kit, area: Area, origin: Words, destination: Words, size: int = 52, small: int = 27) -> Parts:
    """Origin, arrow, destination, each in both languages, within `area`. Long names shrink together, as far as 32; then two lines.

    Without a destination only the origin stands there.
    """
    look = kit.skin("card")
    if not destination.main:
        return kit.pair(area, origin, (size, look.ink), (small, look.second))

    def wide(words: Words, main: int) -> int:
        return max(kit.width(words.main, main, 700), kit.width(words.small, small, 500)) + 4

    main = next(
        (tried for tried in range(size, 31, -2) if wide(origin, tried) + wide(destination, tried) + 100 <= area.w), 32
    )
    first = min(wide(origin, main), (area.w - 100) // 2)
    second = min(wide(destination, main), area.w - first - 100)
    spare = area.w - first - second
    arrow = max(60, min(190, spare - 56))
    gap = min(40, (spare - arrow) // 2)
    start = area.x + first + gap
    single = not origin.small and not destination.small
    cy = area.cy if single else area.cy - round(small * 0.62)
    below = cy + round((size + small) * 0.65)
    parts: list[Part] = [*route_arrow(start, start + arrow, cy + 4, kit.color("action"))]
    for x, words, room in ((area.x, origin, first), (start + arrow + gap, destination, second)):
        if kit.width(words.main, 28, 700) > room:
            rows = (
                Row(words.main, main, 700, look.ink, 3 if single else 2, 0, 22),
                Row(words.small, small, 500, look.second),
            )
            parts += kit.stack(Area(x, area.y, room, area.h), rows)
            continue
        parts += kit.line(x, cy, words.main, main, 700, look.ink, width=room, least=28)
        parts += kit.line(x, below, words.small, small, 500, look.second, width=room)
    return tuple(parts)


def journey_line(kit: Kit, journey: Journey, area: Area, skin: str = "card") -> Node:
    """The chosen train in two lines: number, route with times; date, duration, badge."""
    look = kit.skin(skin)
    second = look.second if skin == "card" else look.ink  # muted is too weak on a tint
    number = Area(area.x + 32, area.y + 15, max(84, kit.width(journey.number, 30, 700) + 40), 46)
    route = f"{journey.origin.main} {journey.depart} → {journey.arrive} {journey.destination.main}"
    more = " · ".join(
        text
        for text in (f"{journey.date.main} {journey.date.small}".strip(), journey.duration.main, journey.badge.main)
        if text
    )
    left = number.right + 28
    words = (
        *kit.line(left, area.y + 40, route, 34, 700, look.ink, width=area.right - 24 - left, least=26),
        *kit.line(area.x + 36, area.y + 87, more, 26, 500, second, width=area.w - 60),
    )
    if words[0].cut:  # the long line is the second one then
        short = " · ".join(text for text in (journey.date.main, journey.duration.main, journey.badge.main) if text)
        words = (
            *kit.plain.line(left, area.y + 40, short, 26, 500, second, width=area.right - 24 - left),
            *kit.plain.line(area.x + 36, area.y + 85, route, 30, 700, look.ink, width=area.w - 60, least=22),
        )
    parts: Parts = (kit.box(area, skin), *pill(kit, number, journey.number, family_skin(journey.family)), *words)
    return Node("journey", area, parts, spoken=f"{journey.number}, {route}")
