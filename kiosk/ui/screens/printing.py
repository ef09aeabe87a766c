"""printing: what the machine does by itself now, step by step, ticket by ticket, and where things will come out."""

from __future__ import annotations

from itertools import pairwise

from kiosk.screen.values import Key, Printing, ProgressStep, TicketThumb, Words
from kiosk.ui.components.cards import tag
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.components.money import circle, front, growing_bar, question
from kiosk.ui.drawings.openings import small_ticket, waiting_ticket
from kiosk.ui.drawings.tones import tones
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Box, Part, Picture, Rule

TOP, BOTTOM = 408, 1740
LEFT, RIGHT = 204, 1000
RAIL = 124
THUMB_SKINS = {"printed": "ok_edge", "printing": "selected", "failed": "danger_edge"}
CHIPS = {"done": ("ok", "check"), "now": ("tint", "printer"), "next": ("off", "clock")}
STAY_H, METER_H = 104, 146
FOOTER_LEFT, FOOTER_LEFT_OF_TWO = 660, 360


def paint(value: Printing, kit: Kit) -> list[Node]:
    outlets_h = 206 if len(value.outlets) > 1 else 190
    fixed = METER_H + outlets_h + STAY_H + 3 * 18
    room = BOTTOM - TOP - fixed
    thumbs = [_thumbs_height(step) for step in value.steps]
    plain = max(1, len(value.steps))
    pitch = max(104, min(196, (room - sum(thumbs) - 24) // plain))
    card = Area(40, TOP, 1000, pitch * plain + sum(thumbs) + 24)
    meter = Area(40, card.bottom + 18, 1000, METER_H)
    spare = BOTTOM - STAY_H - 18 - meter.bottom - 18 - outlets_h
    outlets = Area(40, meter.bottom + 18, 1000, outlets_h + max(0, min(130, spare)))
    stay = Area(40, outlets.bottom + 12, 1000, STAY_H)
    return [
        question(kit, value.title, Area(40, 270, 1000, 138)),
        _steps(value, kit, card, pitch, thumbs),
        *_meter(value, kit, meter),
        _outlets(value, kit, outlets),
        _stay(value, kit, stay),
        _words(value, kit),
    ]


def _columns(count: int) -> int:
    """Tickets in a row: up to four stand, five and six lie in two rows, more stand small in two rows."""
    if count <= 4:
        return max(3, count)
    return 3 if count <= 6 else -(-count // 2)


def _thumbs_height(step: ProgressStep) -> int:
    count = len(step.tickets)
    if not count:
        return 0
    if count <= 4:
        return 230
    return 262 if count <= 6 else 344


def _steps(value: Printing, kit: Kit, card: Area, pitch: int, thumbs: list[int]) -> Node:
    parts: list[Part] = [kit.box(card, "raised", 34)]
    size = _step_size(kit, value.steps)
    y = card.y + 12
    middles: list[int] = []
    for extra in thumbs:
        middles.append(y + pitch // 2)
        y += pitch + extra
    for index, (above, below) in enumerate(pairwise(middles)):
        color = kit.color("ok" if value.steps[index].state == "done" else "todo")
        parts.append(Rule(Area(RAIL - 3, above, 6, below - above), color))
    y = card.y + 12
    for index, (step, extra) in enumerate(zip(value.steps, thumbs, strict=True)):
        band = Area(LEFT, y, RIGHT - LEFT, pitch)
        parts += circle(kit, RAIL, band.cy, 40, step.state, str(index + 1))
        parts += _step(kit, step, band, size)
        if extra:
            parts += _thumbs(kit, step.tickets, Area(LEFT, y + pitch - 4, RIGHT - LEFT, extra - 16))
        y += pitch + extra
        if index < len(value.steps) - 1:
            parts.append(kit.rule(LEFT, y, RIGHT - LEFT))
    now = next((step for step in value.steps if step.state == "now"), None)
    said = f"{value.title.main}. {now.words.main}" if now else value.title.main
    return Node("steps", card, tuple(parts), spoken=said)


def _chip_width(kit: Kit, step: ProgressStep) -> int:
    return kit.runs_width((Run(step.chip.main, 26, 700, ""), Run(step.chip.small, 25, 700, "")), 8) + 74


def _step_size(kit: Kit, steps: tuple[ProgressStep, ...]) -> int:
    """All steps are written in one size: a long one makes it smaller."""
    fits = [kit.width(step.words.main, 38, 700) <= RIGHT - LEFT - _chip_width(kit, step) - 24 for step in steps]
    return 42 if all(fits) else 36


def _step(kit: Kit, step: ProgressStep, band: Area, size: int) -> Parts:
    look = kit.skin("raised")
    now = step.state == "now"
    ink, second = (kit.color("brand"), kit.color("brand")) if now else (look.ink, look.second)
    skin, icon = CHIPS.get(step.state, CHIPS["next"])
    if now and not step.tickets:
        icon = "hourglass"
    wide = _chip_width(kit, step)
    rows = (Row(step.words.main, size, 700, ink, 2), Row(step.words.small, 28, 500, second, 2))
    text = Area(band.x, band.y + 8, band.w - wide - 24, band.h - 16)
    return (*kit.stack(text, rows, leading=1.24), *tag(kit, RIGHT, band.cy, step.chip, skin, "right", icon, 50))


def _thumbs(kit: Kit, tickets: tuple[TicketThumb, ...], area: Area) -> Parts:
    """One place for each ticket of the order."""
    columns = _columns(len(tickets))
    rows = -(-len(tickets) // columns)
    gap = 14 if columns <= 4 else 11
    wide = (area.w - gap * (columns - 1)) // columns
    high = (area.h - gap * (rows - 1)) // rows
    parts: list[Part] = []
    for index, ticket in enumerate(tickets):
        x = area.x + (index % columns) * (wide + gap)
        y = area.y + (index // columns) * (high + gap)
        parts += _thumb(kit, ticket, Area(x, y, wide, high))
    return tuple(parts)


def _thumb(kit: Kit, ticket: TicketThumb, area: Area) -> Parts:
    """The ticket over its words, or beside them where the place is low."""
    name = THUMB_SKINS.get(ticket.state, "waiting")
    look = kit.skin(name)
    lying = area.h < 140
    main, small = (26, 24) if area.w >= 170 and not lying else (24, 22)
    if lying:
        wide = round(area.w * 0.42)
        sheet = Area(area.x + 12, area.cy - round(wide * 57 / 188), wide, round(wide * 114 / 188))
        text = Area(sheet.right + 10, area.y + 4, area.right - sheet.right - 16, area.h - 8)
    else:
        high = min(area.h - (78 if area.w >= 170 else 74) - 22, round((area.w - 56) * 114 / 188))
        wide = round(high * 188 / 114)
        sheet = Area(area.cx - wide // 2, area.y + 17, wide, high)
        text = Area(area.x + 8, sheet.bottom + 4, area.w - 16, area.bottom - sheet.bottom - 10)
    rows = (
        Row(ticket.words.main, main, 700, look.ink, 2),
        Row(ticket.words.small, small, 500, look.second, 2 if lying else 1),
    )
    return (
        Box(area, look, 20),
        *_sheet(kit, ticket.state, sheet, area),
        *kit.stack(text, rows, "left" if lying else "center", leading=1.2),
    )


def _sheet(kit: Kit, state: str, sheet: Area, area: Area) -> Parts:
    """The ticket itself; while it is printed the head lies across it."""
    colors = tones(kit)
    if state not in ("printed", "printing"):
        color = kit.skin("danger_edge").accent if state == "failed" else kit.color("edge")
        broken: Parts = (Picture(sheet, waiting_ticket(color)),)
        cross = (kit.icon(sheet.cx, sheet.cy, round(sheet.h * 0.66), "cross", color, 2.6),) if state == "failed" else ()
        return (*broken, *cross)
    share = 1.0 if state == "printed" else 0.54
    picture = Picture(sheet, small_ticket(colors, share))
    if share == 1:
        return (picture,)
    out = min(18, sheet.x - area.x - 6)
    head = Area(sheet.x - out, sheet.y + round(sheet.h * share), sheet.w + 2 * out, max(6, sheet.h // 11))
    return (picture, Box(head, kit.skin("step_current"), head.h // 2))


def shared_tail(main: str, small: str) -> str:
    """What the second language adds: the part after the last ` · ` they share, so that an amount stands only once."""
    head, dot, tail = small.rpartition(" · ")
    return tail if dot and main.startswith(head + dot) else small


def _meter(value: Printing, kit: Kit, area: Area) -> list[Node]:
    look = kit.skin("card")
    total = (
        Run(value.total.main, 28, 500, look.second),
        Run(shared_tail(value.total.main, value.total.small), 28, 500, look.second),
    )
    placed = kit.inline(1004, area.y + 54, total, 8, "right", 430)
    room = min((text.x for text in placed), default=1004) - 76 - 30
    parts: Parts = (
        kit.box(area, "card"),
        *kit.beside(76, area.y + 54, value.remaining, (40, look.ink), (29, look.second), width=room, gap=14),
        *placed,
    )
    bar = Area(76, area.y + 92, 928, 30)
    return [
        Node("left", area, parts, spoken=f"{value.remaining.main}, {value.total.main}"),
        growing_bar(kit, "bar", bar, value.percent, "", "action", "action_top"),
    ]


def _outlets(value: Printing, kit: Kit, area: Area) -> Node:
    look = kit.skin("panel")
    side = min(area.h - 44, 230)
    wide = round(side * 94 / 150)
    picture = Area(92, area.cy - side // 2, wide, side)
    parts: list[Part] = [kit.box(area, "panel", 34), *front(kit, picture, value.openings)]
    rows: list[Row] = []
    for index, words in enumerate(value.outlets):
        rows.append(Row(words.main, 38, 700, look.ink, 2, 12 if index else 0))
        rows.append(Row(words.small, 27, 500, look.ink, 2))
    left = picture.right + 56
    parts += kit.stack(Area(left, area.y + 14, area.right - 36 - left, area.h - 28), rows, leading=1.22)
    return Node("outlets", area, tuple(parts), spoken=". ".join(words.main for words in value.outlets))


def _stay(value: Printing, kit: Kit, area: Area) -> Node:
    rows = (Row(value.stay.main, 30, 700, kit.color("ink"), 2), Row(value.stay.small, 27, 500, kit.color("muted"), 2))
    parts: Parts = (
        kit.icon(92, area.cy, 62, "shield", kit.color("ok"), 2.2),
        *kit.stack(Area(147, area.y, area.right - 147 - 10, area.h), rows, leading=1.42),
    )
    return Node("stay", area, parts, spoken=value.stay.main)


def footer_left(keys: tuple[Key, ...]) -> int:
    """Where the keys of the footer begin; a question needs all of it."""
    return 40 if any(key.role == "primary" for key in keys) else _beside_words(keys)


def _beside_words(keys: tuple[Key, ...]) -> int:
    return FOOTER_LEFT if len(keys) < 2 else FOOTER_LEFT_OF_TWO


def _words(value: Printing, kit: Kit) -> Node:
    """In the footer, beside the key: what cannot be done any more."""
    area = Area(44, 1766, _beside_words(value.chrome.footer) - 44 - 24, 140)
    words: Words = value.cannot_cancel
    size, other = (30, 27) if area.w > 400 else (26, 24)
    rows = (Row(words.main, size, 700, kit.color("ink"), 2), Row(words.small, other, 500, kit.color("muted"), 2))
    return Node("no-cancel", area, kit.stack(area, rows, leading=1.42), layer="ground", spoken=words.main)
