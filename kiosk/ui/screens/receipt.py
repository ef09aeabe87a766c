"""receipt: what the machine owes, the claim slip with its code as it was or would be printed, and how to be paid."""

from __future__ import annotations

from kiosk.screen.values import ClaimScreen, InfoCard, Notice
from kiosk.ui.components.cards import LEVEL_SKINS, big_title
from kiosk.ui.components.chrome import notice_node
from kiosk.ui.components.kit import Kit, Parts, Row, Run
from kiosk.ui.components.money import sum_row
from kiosk.ui.drawings.paper import BAR_H, slip_paper
from kiosk.ui.drawings.qr import qr_picture, qr_side
from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Part, Picture

TOP, BOTTOM = 400, 1740
WAYS_H, ASSURANCE_H = 286, 156
QR_PX = 372
LEFT, LEFT_W = 124, 500


def paint(value: ClaimScreen, kit: Kit) -> list[Node]:
    chips = _chip_rows(value, kit)
    sums = 150 + 74 * len(chips)
    slip_h = BOTTOM - TOP - sums - WAYS_H - ASSURANCE_H - 16 - 20 - 22 - 12
    slip = Area(66, TOP + sums + 16, 948, slip_h)
    ways = Area(40, slip.bottom + 20, 1000, WAYS_H)
    return [
        big_title(kit, value.title, Area(40, 262, 1000, 132)),
        _sums(value, kit, Area(40, TOP, 1000, sums), chips),
        _slip(value, kit, slip),
        *_ways(value, kit, ways),
        notice_node(kit, value.assurance, Area(40, ways.bottom + 22, 1000, ASSURANCE_H), "assurance"),
    ]


Runs = tuple[Run, Run]


def _chip(kit: Kit, notice: Notice) -> tuple[Runs, int]:
    look = kit.skin(LEVEL_SKINS.get(notice.level, "tint"))
    runs = (Run(notice.words.main, 27, 700, look.ink), Run(notice.words.small, 26, 700, look.ink))
    return runs, kit.runs_width(runs, 12) + 76


def _chip_rows(value: ClaimScreen, kit: Kit) -> list[list[Notice]]:
    """Chips beside each other where they fit, else each on a row of its own."""
    if not value.chips:
        return []
    wide = sum(_chip(kit, notice)[1] for notice in value.chips) + 20 * (len(value.chips) - 1)
    return [list(value.chips)] if wide <= 928 else [[notice] for notice in value.chips]


def _sums(value: ClaimScreen, kit: Kit, area: Area, rows: list[list[Notice]]) -> Node:
    parts: list[Part] = [kit.box(area, "card"), *sum_row(kit, value.figures, Area(76, area.y + 12, 928, 130))]
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
            parts += kit.inline(chip.x + 54, cy, runs, 12, width=wide - 72)
            x += wide + 20
    said = ", ".join(f"{figure.label.main} {figure.text}" for figure in value.figures)
    return Node("sum", area, tuple(parts), spoken=said)


def _slip(value: ClaimScreen, kit: Kit, area: Area) -> Node:
    """The paper comes out under a bar; what stands on it is what the slip says."""
    paper = Area(area.x + 18, area.y + BAR_H // 2, area.w - 36, area.h - BAR_H // 2)
    colors = (kit.color("navy"), kit.color("surface"), kit.color("line") if not kit.theme.pictures else "#A9BCD8")
    parts: list[Part] = [Picture(area, slip_paper(area.w, area.h, *colors, soft=kit.theme.pictures))]
    parts += _left(value, kit, Area(LEFT, paper.y + 30, LEFT_W, paper.h - 30 - 44))
    parts += _right(value, kit, Area(LEFT + LEFT_W + 16, paper.y + 18, paper.right - LEFT - LEFT_W - 28, paper.h - 18 - 36))
    said = f"{value.slip_title.main}, {value.amount_label.main} {value.amount}, {value.code_label.main} {value.code}"
    return Node("slip", area, tuple(parts), spoken=said)


def _left(value: ClaimScreen, kit: Kit, area: Area) -> Parts:
    look = kit.skin("card")
    pitch = min(1.0, area.h / 462)

    def at(y: int) -> int:
        return area.y + round(y * pitch)

    parts: list[Part] = list(kit.beside(area.x, at(26), value.slip_title, (38, look.ink), (28, look.second), width=area.w))
    lines = value.slip_lines[:3]
    step = 36 if len(lines) < 3 else 32
    for index, line in enumerate(lines):
        parts += kit.line(area.x, at(76) + index * step, line, 26 if len(lines) < 3 else 24, 500, look.second, width=area.w, least=22)
    end = at(76) + (len(lines) - 1) * step
    rule = max(at(142), end + 26)
    parts.append(kit.rule(area.x, rule, area.w))
    shift = max(0, rule - at(142))
    parts += kit.beside(area.x, at(180) + shift, value.amount_label, (26, look.second), (26, look.second), width=area.w, weight=500)
    parts += kit.line(area.x, at(240) + shift, value.amount, 66, 700, look.accent, width=area.w)
    parts += kit.beside(area.x, at(306) + shift // 2, value.code_label, (26, look.second), (26, look.second), width=area.w, weight=500)
    code = Area(area.x, at(328) + shift // 2, area.w, 92)
    parts += [kit.box(code, "code", 18), *kit.line(code.cx, code.cy, value.code, 62, 700, kit.skin("code").ink, "center", area.w - 24, least=44)]
    valid = kit.runs_width((Run(value.valid.main, 27, 500, ""), Run(value.valid.small, 27, 500, "")), 20) <= area.w
    if valid:
        parts += kit.beside(area.x, code.bottom + 42, value.valid, (27, look.ink), (27, look.ink), width=area.w, gap=20, weight=500)
    else:
        rows = (Row(value.valid.main, 27, 500, look.ink), Row(value.valid.small, 24, 500, look.second))
        parts += kit.stack(Area(area.x, code.bottom + 6, area.w, 74), rows, leading=1.24)
    return tuple(parts)


def _right(value: ClaimScreen, kit: Kit, area: Area) -> Parts:
    look = kit.skin("card")
    parts: list[Part] = []
    low = 212
    side = qr_side(value.qr, min(QR_PX, area.h - low)) if value.qr else 0
    if side:
        parts.append(Picture(Area(area.cx - side // 2, area.y, side, side), qr_picture(value.qr, side)))
    top = area.y + side
    words = (Row(value.qr_words.main, 31, 700, look.ink), Row(value.qr_words.small, 26, 500, look.second))
    parts += kit.stack(Area(area.x, top - 12, area.w, 88), words, "center", leading=1.3)
    state = LEVEL_SKINS.get(value.slip_state.level, "tint")
    skin = kit.skin(state)
    said = value.slip_state.words
    wide = kit.width(said.main, 27, 700) + 84
    if wide <= area.w:
        chip = Area(area.cx - wide // 2, top + 88, wide, 50)
        parts += [kit.box(chip, state, 25), kit.icon(chip.x + 34, chip.cy, 32, value.slip_state.icon, skin.accent, 2.4)]
        parts += kit.line(chip.x + 58, chip.cy, said.main, 27, 700, skin.ink, width=wide - 70)
    else:
        chip = Area(area.x + 4, top + 82, area.w - 8, 76)
        parts += [kit.box(chip, state, 22), kit.icon(chip.x + 38, chip.cy, 38, value.slip_state.icon, skin.accent, 2.4)]
        parts += kit.stack(Area(chip.x + 68, chip.y, chip.w - 80, chip.h), (Row(said.main, 26, 700, skin.ink, 2),), leading=1.2)
    small = Area(area.x, chip.bottom + 2, area.w, max(30, area.bottom - chip.bottom - 2))
    parts += kit.stack(small, (Row(said.small, 24, 500, look.second, 2),), "center", leading=1.2)
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
        *kit.pair(Area(area.x + 94, area.y + 12, area.w - 104, 82), way.title, (33, look.ink), (25, look.ink), leading=1.22),
        *kit.stack(Area(area.x + 22, area.y + 94, area.w - 34, area.h - 102), rows, leading=1.2),
    )
    return Node(name, area, parts, spoken=f"{way.title.main}, {way.line.main}")
