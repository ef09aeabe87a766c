"""Amounts and notes: note chips in their colours, sums from left to right, a bar that grows, the arrow at an opening."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kiosk.screen.values import Figure, Words
from kiosk.ui.components.cards import big_title
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.drawings.machine import FRONT, machine_front
from kiosk.ui.drawings.openings import arrow
from kiosk.ui.drawings.tones import tones
from kiosk.ui.nodes import Live, Node
from kiosk.ui.parts import Area, Box, Part, Picture

TONES = {"ink": "ink", "ok": "ok", "brand": "brand", "danger": "danger", "muted": "muted", "warn": "warn"}
_FACE = re.compile(r"\d+")


def face_of(text: str) -> str:
    """The face value of a label such as `¥100` or `¥100 × 3`, in yuan; empty when there is none."""
    found = _FACE.search(text.replace(",", ""))
    return found.group() if found else ""


def note_color(kit: Kit, text: str) -> str:
    return kit.theme.colors.get(f"note_{face_of(text)}", kit.color("ink"))


def note_chip(kit: Kit, area: Area, text: str, size: int, raised: bool = False) -> Parts:
    """A face value in the colour of its note, framed."""
    color = note_color(kit, text)
    base = kit.skin("rail" if not raised else "card")
    skin = replace(base, edge=color, width=3, elevation=0, radius=14)
    if not kit.theme.pictures:
        skin = replace(skin, width=kit.skin("card").width)
    words = kit.line(area.cx, area.cy, text, size, 700, color, "center", area.w - 14, least=22)
    return (Box(area, skin, 14), *words)


def tone_color(kit: Kit, figure: Figure) -> str:
    return kit.color(TONES.get(figure.tone, "ink"))


def label(kit: Kit, x: int, cy: int, words: Words, color: str, align: str = "left", width: int = 2000) -> Parts:
    """The name of a figure in both languages, on one line."""
    return kit.beside(x, cy, words, (28, color), (26, color), align, width, 12, 500)


def _wide(kit: Kit, figure: Figure, size: int) -> int:
    runs = (Run(figure.label.main, 28, 500, ""), Run(figure.label.small, 26, 500, ""))
    return max(kit.width(figure.text, size, 700), kit.runs_width(runs, 12))


def sum_row(kit: Kit, figures: Sequence[Figure], area: Area, size: int = 48, result: int = 68) -> Parts:
    """`a - b = c` from left to right; the last is the result and the largest. Fewer than three: no signs."""
    if not figures:
        return ()
    *terms, last = figures
    muted = kit.color("muted")
    if not terms:
        cy = area.y + 72
        wide = kit.width(last.text, result, 700)
        words = kit.beside(area.x, cy, last.label, (38, kit.color("ink")), (28, muted), width=area.w - wide - 30)
        return (*words, *kit.line(area.right, cy, last.text, result, 700, tone_color(kit, last), "right", wide + 4))
    shown, largest = size, result
    while True:
        widths = [_wide(kit, figure, shown) for figure in terms]
        right = _wide(kit, last, largest)
        spare = area.w - sum(widths) - right
        if spare >= 70 * len(terms) or shown <= 34:
            break
        shown, largest = shown - 4, largest - 6
    middle = area.y + 94
    parts: list[Part] = []
    x = area.x
    gap = min(128, max(44, spare // (len(terms) + 1))) if terms else 0
    for index, (figure, wide) in enumerate(zip(terms, widths, strict=True)):
        parts += label(kit, x, area.y + 36, figure.label, muted, width=max(wide, 200))
        parts += kit.line(x, middle, figure.text, shown, 700, tone_color(kit, figure), width=wide + 4)
        x += wide
        if len(terms) == 2:
            sign = "−" if index == 0 else "="
            at = x + gap // 2 if index == 0 else x + max(22, min(64, (area.right - right - x) // 2))
            parts += kit.line(at, middle, sign, 40, 500, muted, "center", 60)
        x += gap
    parts += label(kit, area.right, area.y + 36, last.label, muted, "right", max(right, 260))
    parts += kit.line(area.right, middle + 3, last.text, largest, 700, tone_color(kit, last), "right", right + 4)
    return tuple(parts)


def growing_bar(
    kit: Kit, name: str, area: Area, percent: int, text: str = "", low: str = "ok", high: str = "ok"
) -> Node:
    """A bar filled to `percent`, with its figure at the end of the filling where there is room."""
    look = kit.skin("solid_ok")

    def parts(level: float) -> Parts:
        done = round(area.w * min(100.0, max(0.0, level)) / 100)
        filled = max(area.h, done) if level > 0 else 0
        track = replace(look, top=kit.color("track"), bottom=kit.color("track"), edge="", elevation=0)
        bar = replace(look, top=kit.color(high), bottom=kit.color(low), edge="", elevation=0)
        drawn: list[Part] = [Box(area, track, area.h // 2)]
        if filled:
            drawn.append(Box(Area(area.x, area.y, filled, area.h), bar, area.h // 2))
        if text and filled:
            wide = kit.width(text, 26, 700)
            inside = filled > wide + 34
            x = area.x + filled - 17 if inside else area.x + filled + 14
            drawn += kit.line(
                x, area.cy, text, 26, 700, look.ink if inside else kit.color("ink"), "right" if inside else "left"
            )
        return tuple(drawn)

    return Node(name, area, parts(percent), level=percent, rising=parts if kit.theme.motion else None)


BOUNCE_MS, BOUNCE_STEP_MS, BOUNCE_PX = 1_200, 80, 10


def arrow_node(
    kit: Kit, name: str, cx: int, top: int, up: bool, color: str, size: int = 44, moving: bool = True
) -> Node:
    """The arrow at the opening in use: the one thing on a screen that may move, slower than 2 Hz."""
    height = round(size * 52 / 44)
    area = Area(cx - size // 2, top, size, height)
    picture = arrow(color, up, size, height, size * 0.18)

    def parts(elapsed_ms: int) -> Parts:
        phase = abs((elapsed_ms % BOUNCE_MS) / BOUNCE_MS * 2 - 1)  # 1 .. 0 .. 1
        shift = round((1 - phase) * BOUNCE_PX)
        return (Picture(area.moved(0, -shift if up else shift), picture),)

    def next_ms(elapsed_ms: int) -> int:
        return BOUNCE_STEP_MS - elapsed_ms % BOUNCE_STEP_MS

    live = Live(parts, next_ms) if moving and kit.theme.motion else None
    return Node(name, area, parts(0), live=live)


def front(kit: Kit, area: Area, ringed: tuple[str, ...]) -> Parts:
    """The machine from the front with openings ringed, as large as `area` allows."""
    w, h = FRONT
    scale = min(area.w / w, area.h / h)
    wide, high = round(w * scale), round(h * scale)
    place = Area(area.x + (area.w - wide) // 2, area.y + (area.h - high) // 2, wide, high)
    return (Picture(place, machine_front(tones(kit), ringed)),)


def circle(kit: Kit, cx: int, cy: int, r: int, state: str, text: str) -> Parts:
    """A step of a list: `done` with a tick, `now` with a halo, `next` hollow; `text` is its number."""
    name = {"done": "step_done", "now": "step_current"}.get(state, "step_todo")
    look = kit.skin(name)
    parts: list[Part] = []
    if state == "now":
        halo = round(r * 1.25)
        skin = replace(look, top=kit.color("halo"), bottom=kit.color("halo"), edge="")
        parts.append(Box(Area(cx - halo, cy - halo, 2 * halo, 2 * halo), skin, halo))
    parts.append(kit.box(Area(cx - r, cy - r, 2 * r, 2 * r), name, r))
    if state == "done":
        parts.append(kit.icon(cx, cy, round(r * 1.2), "check", look.accent, 2.8))
    else:
        size = round(r * 1.1)
        parts += kit.faces_line(cx, cy + 1, text, size, 700, look.ink)
    return tuple(parts)


def words_lines(
    kit: Kit,
    area: Area,
    words: Words,
    main: tuple[int, str],
    small: tuple[int, str],
    weight: int = 700,
    lines: int = 2,
    leading: float = 1.3,
) -> Parts:
    """Main language over the other one; each may take `lines` lines when it is long."""
    rows = (Row(words.main, main[0], weight, main[1], lines), Row(words.small, small[0], 500, small[1], lines))
    return kit.stack(area, rows, leading=leading)


def question(kit: Kit, words: Words, area: Area) -> Node:
    """The centred title of a money screen; a long one is set smaller before it takes two lines."""
    size = next((size for size in (58, 52, 46) if kit.width(words.main, size, 700) <= area.w), 40)
    return big_title(kit.plain if area.h < 150 else kit, words, area, size, 34)
