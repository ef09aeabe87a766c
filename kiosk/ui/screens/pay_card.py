"""pay.card: what a card, its PIN or a phone before the reader asks of the passenger now. Digits are never shown."""

from __future__ import annotations

from kiosk.screen.values import PayCard
from kiosk.ui.components.kit import Kit, Parts, Row
from kiosk.ui.components.money import label, question, tone_color
from kiosk.ui.components.paying import journey_node, lock_node
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part

JOURNEY = Area(40, 270, 1000, 186)
TITLE = Area(40, 474, 1000, 132)
PANEL_Y, PANEL_H, PIN_H = 620, 196, 372
LOW_Y = 1722
ICONS = {"card": "card", "scan": "phone", "wait": "hourglass", "pin": "lock", "remove": "card"}
DOT, DOT_GAP = 88, 20


def paint(value: PayCard, kit: Kit) -> list[Node]:
    panel = Area(40, PANEL_Y, 1000, PIN_H if value.digits else PANEL_H)
    lines_h = 76 + 88 * len(value.lines)
    lines = Area(40, LOW_Y - lines_h, 1000, lines_h)
    shown = not value.chrome.notice
    bottom = lines.y if shown else LOW_Y - 120
    picture = Area(40, panel.bottom + 24, 1000, bottom - panel.bottom - 48)
    return [
        journey_node(value, kit, JOURNEY),
        lock_node(value, kit, JOURNEY),
        question(kit, value.title, TITLE),
        _panel(value, kit, panel),
        _picture(value, kit, picture),
        *([_lines(value, kit, lines)] if shown else []),
    ]


def _panel(value: PayCard, kit: Kit, area: Area) -> Node:
    look, figure, plain = kit.skin("raised"), value.amount, kit.plain
    sub = bool(figure.sub.main)
    parts: list[Part] = [kit.box(area, "raised", 34)]
    parts += label(plain, 88, area.y + (44 if sub else 54), figure.label, look.second, width=520)
    parts += plain.line(88, area.y + (102 if sub else 124), figure.text, 68, 700, tone_color(kit, figure), width=520)
    if sub:
        parts += label(plain, 88, area.y + 160, figure.sub, look.second, width=600)
    words = (Row(value.ask.main, 34, 700, look.ink), Row(value.ask.small, 26, 500, look.second))
    parts.append(kit.icon(728, area.y + 90, 56, value.icon, kit.color("ring"), 2.2))
    parts += plain.stack(Area(780, area.y + 34, 224, 116), words)
    said = f"{figure.label.main} {figure.text}"
    if value.digits:
        parts.append(kit.rule(88, area.y + 192, 904))
        parts += _dots(value, kit, area)
        said = f"{said}, {value.typed_words.main}"
    return Node("panel", area, tuple(parts), spoken=said)


def _dots(value: PayCard, kit: Kit, area: Area) -> Parts:
    """How many digits are in, and no more than that."""
    wide = value.digits * DOT + (value.digits - 1) * DOT_GAP
    left, top = area.cx - wide // 2, area.y + 212
    parts: list[Part] = []
    for at in range(value.digits):
        place = Area(left + at * (DOT + DOT_GAP), top, DOT, DOT)
        skin = "tint" if at < value.typed else "selected" if at == value.typed else "letter"
        parts.append(kit.box(place, skin, 18))
        if at < value.typed:
            parts += kit.plain.line(place.cx, place.cy, "●", 40, 700, kit.color("ink"), "center", DOT)
    muted = kit.color("muted")
    parts += kit.plain.beside(
        area.cx, top + DOT + 36, value.typed_words, (27, muted), (25, muted), "center", 900, 14, 500
    )
    return tuple(parts)


def _picture(value: PayCard, kit: Kit, area: Area) -> Node:
    look = kit.skin("panel")
    disc = Area(area.cx - 120, area.y + max(24, area.h // 2 - 210), 240, 240)
    tint = kit.skin("tint")
    rows = (Row(value.where.main, 42, 700, look.ink, 2), Row(value.where.small, 30, 500, look.second, 2))
    below = Area(area.x + 60, disc.bottom + 20, area.w - 120, area.bottom - disc.bottom - 40)
    parts: Parts = (
        kit.box(area, "panel", 34),
        kit.box(disc, "tint", 120),
        kit.icon(disc.cx, disc.cy, 130, ICONS.get(value.picture, "card"), tint.accent, 1.8),
        *kit.stack(below, rows, "center", "top", leading=1.3),
    )
    return Node("picture", area, parts, spoken=value.where.main)


def _lines(value: PayCard, kit: Kit, area: Area) -> Node:
    look = kit.skin("card")
    parts: list[Part] = [kit.box(area, "card")]
    for at, words in enumerate(value.lines):
        row = Area(area.x + 110, area.y + 34 + 88 * at, area.w - 140, 84)
        parts.append(kit.icon(area.x + 62, row.cy, 46, "shield" if at == 0 else "info", look.accent, 2.2))
        rows = (Row(words.main, 31, 700, look.ink), Row(words.small, 25, 500, look.second))
        parts += kit.plain.stack(row, rows)
    return Node("lines", area, tuple(parts), spoken=". ".join(words.main for words in value.lines))
