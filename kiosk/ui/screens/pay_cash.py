"""pay.cash: what is due, in and missing; which notes are taken now; where they go; what a cancel gives back."""

from __future__ import annotations

from kiosk.screen.values import Denomination, Notice, PayCash, Words
from kiosk.ui.components.cards import title
from kiosk.ui.components.chrome import notice_height, notice_node
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.components.money import (
    arrow_node,
    front,
    growing_bar,
    label,
    note_chip,
    question,
    tone_color,
    words_lines,
)
from kiosk.ui.components.paying import journey_node, lock_node
from kiosk.ui.drawings.openings import PLATE_H, insert_slot
from kiosk.ui.drawings.tones import tones
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Box, Part, Picture

TOP, BOTTOM = 270, 1740
DROP = 112
NOTE_END = 205


def paint(value: PayCash, kit: Kit) -> list[Node]:
    bands = [band for band in (value.refusal, value.chrome.notice) if band is not None]
    chips = _received_chips(value, kit)
    heights = {
        "journey": 186,
        "title": _title_height(kit, bands),
        "meter": 268 + (64 if value.remaining.sub.main else 38 if value.total.sub.main else 0),
        "notes": 196 if all(note.accepted for note in value.denominations) else 240,
        "slot": 354,
        "received": 54 + 58 * (max(row for row, *_ in chips) if chips else 0),
        "promise": 70 if _promise_apart(value, kit) else 44,
    }
    gaps = {"journey": 26, "title": 26, "meter": 26, "notes": 26, "slot": 24, "received": 30}
    spare = BOTTOM - TOP - sum(heights.values()) - sum(gaps.values())
    if spare < 0:  # the slot panel gives first, then the gaps
        less = min(54, -spare)
        heights["slot"] -= less
        share = max(0.0, 1 + (spare + less) / sum(gaps.values()))
        gaps = {name: int(gap * share) for name, gap in gaps.items()}
    elif bands:
        gaps["received"] += spare // 3
    else:
        heights["title"] += spare // 2
        gaps["received"] += spare // 6
        gaps["slot"] += spare // 12
    areas: dict[str, Area] = {}
    y = TOP
    for name, height in heights.items():
        areas[name] = Area(40, y, 1000, height)
        y += height + gaps.get(name, 0)
    return [
        journey_node(value, kit, areas["journey"]),
        lock_node(value, kit, areas["journey"]),
        *_title(value, kit, areas["title"], bands),
        *_meter(value, kit, areas["meter"]),
        _notes(value, kit, areas["notes"]),
        *_slot(value, kit, areas["slot"]),
        _received(value, kit, areas["received"], chips),
        _promise(value, kit, areas["promise"]),
    ]


HEAD_H, BAND_GAP, MOST_TITLE = 60, 10, 186


def _bands_height(kit: Kit, bands: list[Notice]) -> int:
    return sum(max(108, notice_height(kit, band)) for band in bands) + BAND_GAP * (len(bands) - 1)


def _title_height(kit: Kit, bands: list[Notice]) -> int:
    if not bands:
        return 132
    high = _bands_height(kit, bands)
    return high + HEAD_H if high + HEAD_H <= MOST_TITLE else high


def _title(value: PayCash, kit: Kit, area: Area, bands: list[Notice]) -> list[Node]:
    """The question; with something to say it moves up, and away when that needs the room."""
    if not bands:
        return [question(kit, value.title, area)]
    nodes = []
    y = area.y
    if area.h >= _bands_height(kit, bands) + HEAD_H:
        nodes.append(title(kit, value.title, y + 26))
        y += HEAD_H
    for band in bands:
        high = max(108, notice_height(kit, band))
        nodes.append(
            notice_node(kit, band, Area(area.x, y, area.w, high), "refusal" if band is value.refusal else "notice")
        )
        y += high + BAND_GAP
    return nodes


def _meter(value: PayCash, kit: Kit, area: Area) -> list[Node]:
    look = kit.skin("raised")
    paid = value.percent >= 100
    largest = 68
    columns = (
        (value.total, 88, "left", 49),
        (value.inserted, 430, "left", 49),
        (value.remaining, 992, "right", largest),
    )
    parts: list[Part] = [kit.box(area, "raised", 34)]
    for figure, x, align, size in columns:
        parts += label(kit, x, area.y + 62, figure.label, look.second, align, 320)
        parts += kit.line(
            x,
            area.y + (120 if size == largest else 116),
            figure.text,
            size,
            700,
            tone_color(kit, figure),
            align,
            330,
            least=36,
        )
    if value.total.sub.main and value.remaining.sub.main:
        rows = (Row(value.total.sub.main, 26, 500, look.second), Row(value.total.sub.small, 24, 500, look.second))
        parts += kit.stack(Area(88, area.y + 240, 400, 74), rows, leading=1.24)
    elif value.total.sub.main:
        parts += label(kit, 88, area.y + 262, value.total.sub, look.second, width=904)
    if value.remaining.sub.main:
        ok = kit.skin("ok")
        runs = (Run(value.remaining.sub.main, 36, 700, ok.ink), Run(value.remaining.sub.small, 26, 500, ok.ink))
        wide = min(520, kit.runs_width(runs, 14) + 84)
        tag = Area(992 - wide, area.y + 246, wide, 62)
        parts += [kit.box(tag, "ok", 31), kit.icon(tag.x + 38, tag.cy, 38, "check", ok.accent, 2.6)]
        parts += kit.inline(tag.x + 66, tag.cy, runs, 14, width=wide - 84)
    bar = Area(88, area.y + 182, 904, 44)
    said = ", ".join(f"{figure.label.main} {figure.text}" for figure in (value.total, value.inserted, value.remaining))
    return [
        Node("meter", area, tuple(parts), spoken=said),
        growing_bar(kit, "bar", bar, value.percent, "100%" if paid else f"{value.percent}%", "bar_ok", "bar_ok_top"),
    ]


def _notes(value: PayCash, kit: Kit, area: Area) -> Node:
    look = kit.skin("card")
    parts: list[Part] = [kit.box(area, "card")]
    level = {"ok": "ok_dark", "warn": "warn", "danger": "danger"}.get(value.change_level, "muted")
    color = kit.color(level)
    right = [
        Run(value.change_note.main, 26, 500 if level == "ok_dark" else 700, color),
        Run(value.change_note.small, 26, 500, color),
    ]
    if kit.runs_width(right, 8) > 540:
        right = right[:1]
    wide = min(560, kit.runs_width(right, 8))
    parts += kit.inline(
        80,
        area.y + 50,
        (Run(value.accepted_title.main, 30, 700, look.ink), Run(value.accepted_title.small, 30, 700, look.ink)),
        8,
        width=900 - wide,
    )
    parts += kit.inline(1000, area.y + 50, right, 8, "right", wide)
    if level in ("warn", "danger"):
        parts.append(kit.icon(1000 - wide - 28, area.y + 48, 36, "warn", color, 2.2))
    common = _common_reason(value)
    high = area.h - 85 - (88 if common.main else 33)
    said = []
    for note, chip in zip(value.denominations, _places(value, area.y + 85, high), strict=True):
        parts += _denomination(kit, note, chip, not common.main)
        said.append(note.value if note.accepted else f"{note.value} {note.why.main}")
    if common.main:
        off = kit.color("disabled")
        parts += kit.beside(80, area.bottom - 47, common, (29, look.ink), (26, off), width=920)
    return Node("notes", area, tuple(parts), spoken=f"{value.accepted_title.main}: {', '.join(said)}")


def _places(value: PayCash, top: int, high: int) -> list[Area]:
    """One place beside the other for each face value."""
    count, gap = max(1, len(value.denominations)), 14
    wide = (920 - gap * (count - 1)) / count
    return [Area(80 + round(k * (wide + gap)), top, round(wide), high) for k in range(len(value.denominations))]


def _common_reason(value: PayCash) -> Words:
    """The one reason why nothing is taken; no words when there are several, or something is."""
    reasons = {note.why for note in value.denominations if not note.accepted}
    alone = len(reasons) == 1 and not any(note.accepted for note in value.denominations)
    return reasons.pop() if alone else Words()


def _denomination(kit: Kit, note: Denomination, area: Area, with_reason: bool) -> Parts:
    if note.accepted:
        return note_chip(kit, area, note.value, 36)
    look = kit.skin("off")
    middle = area.y + 30 if with_reason else area.cy
    reason = Row(note.why.main or note.why.small, 22, 500, look.ink, 2)
    below = Area(area.x + 4, area.y + 52, area.w - 8, area.h - 56)
    return (
        Box(area, look, 14),
        kit.icon(area.x + 26, middle, 26, "cross", look.accent, 3),
        *kit.line(area.cx + 12, middle, note.value, 32, 700, look.ink, "center", area.w - 48, least=24),
        *(kit.stack(below, (reason,), "center", leading=1.12) if with_reason else ()),
    )


def _slot(value: PayCash, kit: Kit, area: Area) -> list[Node]:
    """Drawing of the opening, the machine with the opening ringed, words."""
    look = kit.skin("panel")
    colors = tones(kit)
    wide = 350
    high = NOTE_END + 66 if value.slot == "insert" else PLATE_H + 80
    drawing = Area(80, area.y + (area.h - high) // 2, wide, PLATE_H + DROP)
    left = 470
    parts: list[Part] = [
        kit.box(area, "panel", 34),
        Picture(drawing, insert_slot(colors, value.slot, wide, DROP)),
        *front(kit, Area(left, area.y + 34, 100, 150), ("insert",)),
        *words_lines(
            kit,
            Area(left + 128, area.y + 30, 412, 158),
            value.slot_title,
            (38, look.ink),
            (27, look.second),
            leading=1.28,
        ),
        kit.rule(left, area.y + 206, 534, "panel_edge"),
        *words_lines(
            kit,
            Area(left, area.y + 216, 540, area.h - 216 - 20),
            value.slot_note,
            (31, look.ink),
            (26, look.second),
            500 if value.slot == "insert" else 700,
        ),
    ]
    said = f"{value.slot_title.main}. {value.slot_note.main}"
    nodes = [Node("slot", area, tuple(parts), spoken=said)]
    if value.slot == "insert":
        nodes.append(arrow_node(kit, "arrow", drawing.cx, drawing.y + NOTE_END + 16, True, kit.color("signal")))
    return nodes


Chip = tuple[int, Area, str]


def _received_chips(value: PayCash, kit: Kit) -> list[Chip]:
    """Row, place within the area and text of each note; they flow into a second row when there are many."""
    words = value.received_title
    runs = (Run(words.main, 28, 500, ""), Run(words.small, 28, 500, ""))
    start = min(290, kit.runs_width(runs, 8)) + 22
    row, x, made = 0, start, []
    for text in value.received:
        wide = max(92, kit.width(text, 27, 700) + 30)
        if x + wide > 1000 and row < 1:
            row, x = row + 1, start
        if x + wide > 1000:
            break
        made.append((row, Area(x, row * 58, wide, 50), text))
        x += wide + 12
    return made


def _received(value: PayCash, kit: Kit, area: Area, chips: list[Chip]) -> Node:
    muted = kit.color("muted")
    words = value.received_title
    runs = (Run(words.main, 28, 500, muted), Run(words.small, 28, 500, muted))
    room = min(290, kit.runs_width(runs, 8))
    parts: list[Part] = list(kit.inline(area.x, area.y + 28, runs, 8, width=room))
    for _, place, text in chips:
        parts += note_chip(kit, place.moved(area.x, area.y + 2), text, 27, raised=True)
    if not chips:
        parts += kit.line(area.x + room + 22, area.y + 28, "–", 30, 700, muted)
    return Node("received", area, tuple(parts), spoken=f"{words.main}: {', '.join(value.received)}")


def _promise_apart(value: PayCash, kit: Kit) -> bool:
    """Its languages stand under each other when they do not fit beside each other."""
    wide = kit.runs_width((Run(value.promise.main, 28, 500, ""), Run(value.promise.small, 26, 500, "")), 12)
    return wide > 1000 or kit.large


def _promise(value: PayCash, kit: Kit, area: Area) -> Node:
    """What a cancel gives back."""
    muted = kit.color("muted")
    words: Words = value.promise
    if _promise_apart(value, kit):
        rows = (Row(words.main, 28, 500, muted), Row(words.small, 25, 500, muted))
        parts = kit.stack(area, rows, "center", leading=1.2)
    else:
        parts = kit.beside(area.cx, area.cy, words, (28, muted), (26, muted), "center", area.w, 12, 500)
    return Node("promise", area, parts, spoken=words.main)
