"""receipt: what the machine owes, the claim slip with its code as it was or would be printed, and how to be paid."""

from __future__ import annotations

from kiosk.screen.values import ClaimScreen, InfoCard, Notice
from kiosk.ui.components.cards import LEVEL_SKINS
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.components.money import question, sum_row
from kiosk.ui.drawings.paper import BAR_H, slip_paper
from kiosk.ui.drawings.qr import qr_picture, qr_side
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Picture

TOP, BOTTOM = 400, 1740
WAYS_H, ASSURANCE_H = 282, 154
QR_PX = 372
LEFT, LEFT_W = 124, 490


def paint(value: ClaimScreen, kit: Kit) -> list[Node]:
    chips = _chip_rows(value, kit)
    sums = 150 + 74 * len(chips)
    slip_h = BOTTOM - TOP - sums - WAYS_H - ASSURANCE_H - 16 - 16 - 20
    slip = Area(66, TOP + sums + 16, 948, slip_h)
    ways = Area(40, slip.bottom + 16, 1000, WAYS_H)
    return [
        question(kit, value.title, Area(40, 266, 1000, 136)),
        _sums(value, kit, Area(40, TOP, 1000, sums), chips),
        _slip(value, kit, slip),
        *_ways(value, kit, ways),
        _assurance(value.assurance, kit, Area(40, ways.bottom + 20, 1000, ASSURANCE_H)),
    ]


Runs = tuple[Run, Run]


def _chip(kit: Kit, notice: Notice) -> tuple[Runs, int]:
    look = kit.skin(LEVEL_SKINS.get(notice.level, "tint"))
    runs = (Run(notice.words.main, 26, 700, look.ink), Run(notice.words.small, 25, 700, look.ink))
    return runs, kit.runs_width(runs, 10) + 74


def _chip_rows(value: ClaimScreen, kit: Kit) -> list[list[Notice]]:
    """Chips beside each other where they fit, else each on a row of its own."""
    if not value.chips:
        return []
    wide = sum(_chip(kit, notice)[1] for notice in value.chips) + 20 * (len(value.chips) - 1)
    return [list(value.chips)] if wide <= 928 else [[notice] for notice in value.chips]


def _sums(value: ClaimScreen, kit: Kit, area: Area, rows: list[list[Notice]]) -> Node:
    parts: list[Part] = [kit.box(area, "card"), *sum_row(kit, value.figures, Area(76, area.y + 12, 928, 130), 47, 66)]
    if rows:
        parts.append(kit.rule(76, area.y + 147, 928))
    for index, row in enumerate(rows):
        x, cy = 76, area.y + 188 + 70 * index
        for place, notice in enumerate(row):
            runs, wide = _chip(kit, notice)
            skin = LEVEL_SKINS.get(notice.level, "tint")
            wide = min(928, wide)
            if place and place == len(row) - 1:
                x = 1004 - wide
            chip = Area(x, cy - 26, wide, 52)
            parts += [kit.box(chip, skin, 26), kit.icon(chip.x + 32, cy, 34, notice.icon, kit.skin(skin).accent, 2.4)]
            parts += kit.inline(chip.x + 55, cy, runs, 10, width=wide - 70)
            x += wide + 20
    said = ", ".join(f"{figure.label.main} {figure.text}" for figure in value.figures)
    return Node("sum", area, tuple(parts), spoken=said)


def _slip(value: ClaimScreen, kit: Kit, area: Area) -> Node:
    """The paper comes out under a bar; what stands on it is what the slip says."""
    paper = Area(area.x + 18, area.y + BAR_H // 2, area.w - 36, area.h - BAR_H // 2)
    colors = (kit.color("navy"), kit.color("surface"), kit.color("line") if not kit.theme.pictures else "#A9BCD8")
    parts: list[Part] = [Picture(area, slip_paper(area.w, area.h, *colors, soft=kit.theme.pictures))]
    parts += _left(value, kit, Area(LEFT, paper.y + 30, LEFT_W, paper.h - 30 - 44))
    parts += _right(
        value, kit, Area(LEFT + LEFT_W + 5, paper.y + 18, paper.right - LEFT - LEFT_W - 9, paper.h - 18 - 28)
    )
    said = f"{value.slip_title.main}, {value.amount_label.main} {value.amount}, {value.code_label.main} {value.code}"
    return Node("slip", area, tuple(parts), spoken=said)


def _left(value: ClaimScreen, kit: Kit, area: Area) -> Parts:
    look = kit.skin("card")
    lines = value.slip_lines[:3]
    size, step = (26, 36) if len(lines) < 3 else (24, 33)
    more = (len(lines) - 2) * step if lines else -72
    share = min(1.08, area.h / (466 + more))

    def at(y: int, after_lines: bool = True) -> int:
        return area.y + round((y + (more if after_lines else 0)) * share)

    second = look.second
    small = (26, second)
    code = Area(area.x, at(318), area.w, round(90 * share))
    parts: list[Part] = [
        *kit.beside(area.x, at(26, False), value.slip_title, (38, look.ink), (28, second), width=area.w),
        kit.rule(area.x, at(142), area.w),
        *kit.beside(area.x, at(177), value.amount_label, small, small, width=area.w, weight=500),
        *kit.line(area.x, at(236), value.amount, 66, 700, look.accent, width=area.w),
        *kit.beside(area.x, at(297), value.code_label, small, small, width=area.w, weight=500),
        kit.box(code, "code", 18),
        *kit.line(code.cx, code.cy, value.code, 60, 700, kit.skin("code").ink, "center", area.w - 24, least=44),
    ]
    for index, line in enumerate(lines):
        parts += kit.line(area.x, at(80 + index * step, False), line, size, 500, second, width=area.w, least=22)
    runs = (Run(value.valid.main, 27, 500, look.ink), Run(value.valid.small, 27, 500, look.ink))
    if kit.runs_width(runs, 20) <= area.w:
        parts += kit.inline(area.x, at(444), runs, 20, width=area.w)
    else:
        rows = (Row(value.valid.main, 26, 500, look.ink), Row(value.valid.small, 24, 500, second))
        parts += kit.stack(Area(area.x, code.bottom + 6, area.w, area.bottom - code.bottom + 6), rows, leading=1.2)
    return tuple(parts)


def _right(value: ClaimScreen, kit: Kit, area: Area) -> Parts:
    look = kit.skin("card")
    said = value.slip_state.words
    state = LEVEL_SKINS.get(value.slip_state.level, "tint")
    skin = kit.skin(state)
    wide = kit.width(said.main, 27, 700) + 80
    most = area.w - 20
    chip_h = 48 if wide <= most else 72
    small_h = 34 if kit.width(said.small, 24, 500) <= area.w else 60
    side = qr_side(value.qr, min(QR_PX, area.h - 80 - chip_h - small_h - 14)) if value.qr else 0
    parts: list[Part] = []
    if side:
        parts.append(Picture(Area(area.cx - side // 2, area.y, side, side), qr_picture(value.qr, side)))
    top = area.y + side
    words = (Row(value.qr_words.main, 31, 700, look.ink), Row(value.qr_words.small, 26, 500, look.second))
    parts += kit.stack(Area(area.x, top, area.w, 74), words, "center", leading=1.24)
    chip = Area(area.cx - min(wide, most) // 2, top + 80, min(wide, most), chip_h)
    parts += [kit.box(chip, state, 24), kit.icon(chip.x + 32, chip.cy, 32, value.slip_state.icon, skin.accent, 2.4)]
    parts += kit.stack(
        Area(chip.x + 58, chip.y, chip.w - 68, chip.h), (Row(said.main, 27, 700, skin.ink, 2),), leading=1.16
    )
    small = Area(area.x, chip.bottom + 4, area.w, small_h)
    parts += kit.stack(small, (Row(said.small, 24, 500, look.second, 2),), "center", leading=1.16)
    return tuple(parts)


def _ways(value: ClaimScreen, kit: Kit, card: Area) -> list[Node]:
    look = kit.skin("card")
    head = kit.beside(76, card.y + 49, value.ways_title, (33, look.ink), (28, look.second), width=928)
    nodes = [Node("ways", card, (kit.box(card, "card"), *head), spoken=value.ways_title.main)]
    count = max(1, len(value.ways))
    wide = (928 - 20 * (count - 1)) // count
    for index, way in enumerate(value.ways):
        area = Area(76 + index * (wide + 20), card.y + 82, wide, card.h - 82 - 24)
        nodes.append(_way(kit, way, area, f"way:{index}"))
    return nodes


def _way(kit: Kit, way: InfoCard, area: Area, name: str) -> Node:
    skin = LEVEL_SKINS.get(way.level, "tint")
    look = kit.skin(skin)
    ink = kit.color("ink") if skin == "tint" else look.ink
    rows = (Row(way.line.main, 28, 700, ink, 2), Row(way.line.small, 25, 500, ink, 2))
    parts: Parts = (
        kit.box(area, skin, 22),
        kit.icon(area.x + 50, area.y + 50, 58, way.icon, look.accent, 2.2),
        *kit.pair(
            Area(area.x + 94, area.y + 12, area.w - 104, 82),
            way.title,
            (33, look.ink),
            (25, look.ink),
            lines=2,
            leading=1.16,
        ),
        *kit.stack(Area(area.x + 22, area.y + 94, area.w - 34, area.h - 102), rows, leading=1.2),
    )
    return Node(name, area, parts, spoken=f"{way.title.main}, {way.line.main}")


def _assurance(notice: Notice, kit: Kit, area: Area) -> Node:
    """The other language in one paragraph, so that all of it stays in the band."""
    look = kit.skin(f"{notice.level}_edge")
    other = " · ".join(text for text in (notice.words.small, notice.more.small) if text)
    rows = (
        Row(notice.words.main, 33, 700, look.ink, 2),
        Row(notice.more.main, 26, 500, look.ink, 2),
        Row(other, 25, 500, look.second, 2),
    )
    parts: Parts = (
        kit.box(area, f"{notice.level}_edge"),
        kit.icon(area.x + 60, area.cy, 62, notice.icon, look.accent, 2.2),
        *kit.stack(Area(area.x + 112, area.y + 8, area.w - 112 - 32, area.h - 16), rows, leading=1.27),
    )
    return Node("assurance", area, parts, spoken=f"{notice.words.main}. {notice.more.main}")
