"""oos: why this machine sells nothing, when it will again, that nothing of the passenger is inside, where to go instead."""

from __future__ import annotations

from kiosk.screen.values import Figure, InfoCard, OutOfService
from kiosk.ui.components.cards import LEVEL_SKINS, plate
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.components.money import label
from kiosk.ui.drawings.things import REASON_SIZE, reason_picture
from kiosk.ui.drawings.tones import tones
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Picture

TOP, BOTTOM, GAP = 180, 1730, 22
TEXT_LEFT = 390


def paint(value: OutOfService, kit: Kit) -> list[Node]:
    told_h = 280 if value.facts else 132
    rows = _rows(value)
    list_h = 96 + sum(height + 16 for height in rows) + 14 if value.elsewhere else 0
    hero_h = 540
    used = hero_h + told_h + list_h + GAP * (2 if list_h else 1)
    spare = BOTTOM - TOP - used
    if spare > 0:  # the reason and the other places share what is left
        share = spare * 2 // 5 if rows else min(300, spare)
        hero_h += share
        more = min(120, (spare - share) // len(rows)) if rows else 0
        rows = [height + more for height in rows]
        list_h += more * len(rows)
    hero = Area(40, TOP, 1000, hero_h)
    nodes = _hero(value, kit, hero)
    y = hero.bottom + GAP
    if value.elsewhere:
        nodes += _elsewhere(value, kit, Area(40, y, 1000, list_h), rows)
        y += list_h + GAP
    nodes.append(_told(value, kit, Area(40, y, 1000, told_h)))
    return nodes


def _hero(value: OutOfService, kit: Kit, card: Area) -> list[Node]:
    look = kit.skin("raised")
    starting = value.reason == "starting"
    ground = kit.skin("tint" if starting else "warn")
    band = Area(76, card.bottom - 32 - 128, 928, 128)
    middle = (card.y + band.y) // 2
    disc = Area(80, middle - REASON_SIZE // 2, REASON_SIZE, REASON_SIZE)
    picture = Picture(disc, reason_picture(tones(kit), value.reason, ground.top, ground.accent))
    parts: list[Part] = [kit.box(card, "raised", 34), picture]
    chip_skin = "info_edge" if starting else "danger_edge"
    rows = _hero_rows(value, kit, look.ink, look.second, look.accent)
    text = Area(TEXT_LEFT, card.y + 34 + 58 + 10, 1004 - TEXT_LEFT, band.y - card.y - 34 - 58 - 22)
    parts += _chip(value, kit, Area(TEXT_LEFT, card.y + 34, text.w, 58), chip_skin, "hourglass" if starting else "warn")
    parts += kit.stack(text, rows, leading=1.26)
    said = ". ".join(words.main for words in (value.chip, value.headline, value.detail, value.back_at) if words.main)
    return [Node("reason", card, tuple(parts), spoken=said), _assurance(value, kit, band)]


def _hero_rows(value: OutOfService, kit: Kit, ink: str, second: str, accent: str) -> list[Row]:
    width = 1004 - TEXT_LEFT
    size = next((size for size in (76, 66, 58) if kit.width(value.headline.main, size, 700) <= width), 52)
    rows = [
        Row(value.headline.main, size, 700, ink, 2),
        Row(value.headline.small, 36 if size > 58 else 32, 500, second, 2, 2),
        Row(value.detail.main, 30, 500, ink, 2, 12),
        Row(value.detail.small, 25, 500, second, 2),
    ]
    if value.back_at.main:
        both = f"{value.back_at.main}  {value.back_at.small}"
        if kit.width(both, 36, 700) <= width + 60 and size <= 58:
            rows.append(Row(value.back_at.main, 36, 700, accent, 1, 10))
        else:
            rows += [Row(value.back_at.main, 38, 700, accent, 1, 12), Row(value.back_at.small, 27, 500, second)]
    return rows


def _chip(value: OutOfService, kit: Kit, area: Area, skin: str, icon: str) -> Parts:
    look = kit.skin(skin)
    runs = (Run(value.chip.main, 28, 700, look.ink), Run(value.chip.small, 28, 700, look.ink))
    wide = min(area.w, kit.runs_width(runs, 8) + 78)
    chip = Area(area.x, area.y, wide, area.h)
    return (
        kit.box(chip, skin, area.h // 2),
        kit.icon(chip.x + 36, chip.cy, 34, icon, look.accent, 2.2),
        *kit.inline(chip.x + 58, chip.cy, runs, 8, width=wide - 76),
    )


def _assurance(value: OutOfService, kit: Kit, area: Area) -> Node:
    notice = value.assurance
    look = kit.skin(LEVEL_SKINS.get(notice.level, "ok"))
    rows = [Row(notice.words.main, 34, 700, look.ink, 2), Row(notice.words.small, 27, 500, look.second, 2)]
    if notice.more.main:
        rows = [
            rows[0],
            Row(notice.more.main, 26, 500, look.ink),
            Row(" · ".join(t for t in (notice.words.small, notice.more.small) if t), 24, 500, look.second),
        ]
    parts: Parts = (
        kit.box(area, LEVEL_SKINS.get(notice.level, "ok"), 24),
        kit.icon(area.x + 62, area.cy, 62, notice.icon, look.accent, 2.2),
        *kit.stack(Area(area.x + 120, area.y + 6, area.w - 120 - 20, area.h - 12), rows, leading=1.28),
    )
    return Node("assurance", area, parts, spoken=f"{notice.words.main}. {notice.more.main}")


def _columns(value: OutOfService) -> int:
    return 1 if len(value.elsewhere) <= 2 else 2


def _rows(value: OutOfService) -> list[int]:
    """Heights of the rows of places, before any room is shared out."""
    return [156] * -(-len(value.elsewhere) // _columns(value))


def _elsewhere(value: OutOfService, kit: Kit, card: Area, rows: list[int]) -> list[Node]:
    look = kit.skin("card")
    head = kit.beside(76, card.y + 54, value.elsewhere_title, (37, look.ink), (29, look.second), width=928)
    nodes = [Node("elsewhere", card, (kit.box(card, "card"), *head), spoken=value.elsewhere_title.main)]
    columns = _columns(value)
    wide = (928 - 20 * (columns - 1)) // columns
    y = card.y + 96
    for line, height in enumerate(rows):
        for column in range(columns):
            index = line * columns + column
            if index < len(value.elsewhere):
                area = Area(76 + column * (wide + 20), y, wide, height)
                nodes.append(_place(kit, value.elsewhere[index], area, f"place:{index}"))
        y += height + 16
    return nodes


def _place(kit: Kit, place: InfoCard, area: Area, name: str) -> Node:
    """Another machine, a counter, a phone: what it is, where, and what it can do."""
    skin = LEVEL_SKINS.get(place.level, "tint")
    look = kit.skin(skin)
    ink = kit.color("ink")
    wide = area.w > 600
    side = 104 if wide else 76
    mark = Area(area.x + 26, area.cy - side // 2, side, side)
    rows = [
        Row(place.title.main, 38 if wide else 33, 700, look.accent, 2),
        Row(place.title.small, 26 if wide else 25, 500, ink),
    ]
    lines = [
        Row(place.line.main, 31 if wide else 28, 700, ink, 2),
        Row(place.line.small, 26 if wide else 24, 500, ink, 2),
    ]
    if place.note.main:
        lines.append(
            Row(" · ".join(text for text in (place.note.main, place.note.small) if text), 25, 500, look.accent, 2, 4)
        )
    left = mark.right + 30
    parts: list[Part] = [kit.box(area, skin, 22), *plate(kit, mark, place.icon, "card_flat", 24)]
    if wide:
        half = left + (area.right - left) * 46 // 100
        parts += kit.stack(Area(left, area.y + 8, half - left - 16, area.h - 16), rows, leading=1.26)
        parts += kit.stack(Area(half, area.y + 8, area.right - half - 20, area.h - 16), lines, leading=1.26)
    else:
        lines[0] = lines[0]._replace(gap=6)
        parts += kit.stack(Area(left, area.y + 6, area.right - left - 14, area.h - 12), [*rows, *lines], leading=1.2)
    return Node(name, area, tuple(parts), spoken=f"{place.title.main}, {place.line.main} {place.note.main}")


def _told(value: OutOfService, kit: Kit, area: Area) -> Node:
    """Who knows about it, and what to tell them on the phone."""
    look = kit.skin("panel")
    parts: list[Part] = [kit.box(area, "panel", 34)]
    rows = (Row(value.told.main, 38, 700, look.ink, 2), Row(value.told.small, 29, 500, look.ink, 2))
    high = 116 if value.facts else area.h - 20
    parts += kit.stack(Area(80, area.y + 16, 920, high), rows, leading=1.3)
    if value.facts:
        parts.append(kit.rule(80, area.y + 137, 920, "panel_edge"))
        parts += _facts(value.facts, kit, Area(80, area.y + 150, 920, 120), look.ink, look.accent)
    said = ", ".join(f"{fact.label.main} {fact.text}" for fact in value.facts)
    return Node("told", area, tuple(parts), spoken=f"{value.told.main}. {said}")


def _facts(facts: tuple[Figure, ...], kit: Kit, area: Area, ink: str, accent: str) -> Parts:
    """Columns as wide as their words ask for, at least a third when there are three."""
    texts = [
        max(
            kit.width(fact.text, 42, 700),
            kit.runs_width((Run(fact.label.main, 28, 500, ""), Run(fact.label.small, 26, 500, "")), 12),
        )
        for fact in facts
    ]
    spare = area.w - sum(texts)
    gap = max(24, spare // max(1, len(facts)))
    parts: list[Part] = []
    x = area.x
    for fact, wide in zip(facts, texts, strict=True):
        room = min(wide + gap - 16, area.right - x)
        parts += label(kit, x, area.y + 30, fact.label, ink, width=room)
        parts += kit.line(x, area.y + 84, fact.text, 42, 700, accent, width=room, least=28)
        x += wide + gap
    return tuple(parts)
