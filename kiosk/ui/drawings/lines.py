"""Railway lines on the route map: straight pieces with round joints, and the capsule in which a line says its name."""

from __future__ import annotations

import math

from kiosk.screen.values import MapName
from kiosk.ui.components.kit import Kit, Parts
from kiosk.ui.parts import Area, Part, Picture, Rule

GRID = Area(48, 444, 984, 868)
PITCH_X, PITCH_Y = 246, 124
STROKE, LANE = 14, 8
PILL_H = 36
Point = tuple[int, int]


def middle_of(x: float, y: float) -> Point:
    """Where a place of the window lies on the canvas, px; (0, 0) is the first plate."""
    return GRID.x + PITCH_X // 2 + round(x * PITCH_X), GRID.y + PITCH_Y // 2 + round(y * PITCH_Y)


def along(start: Point, end: Point, color: str, lane: int = 0) -> Parts:
    """A piece of a line; `lane` moves it to the side, for pieces that lines share."""
    (x1, y1), (x2, y2) = start, end
    length = math.hypot(x2 - x1, y2 - y1) or 1
    dx, dy = round(-(y2 - y1) / length * lane * LANE), round((x2 - x1) / length * lane * LANE)
    x1, y1, x2, y2 = x1 + dx, y1 + dy, x2 + dx, y2 + dy
    half = STROKE // 2
    left, top, wide, high = min(x1, x2) - half, min(y1, y2) - half, abs(x2 - x1) + STROKE, abs(y2 - y1) + STROKE
    if x1 == x2 or y1 == y2:
        return (Rule(Area(left, top, wide, high), color),)
    ends = f"M{x1 - left} {y1 - top}L{x2 - left} {y2 - top}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}"><path d="{ends}" stroke="{color[:7]}" '
        f'stroke-width="{STROKE}" stroke-linecap="round" fill="none"/></svg>'
    )
    return (Picture(Area(left, top, wide, high), svg),)


def named(kit: Kit, name: MapName) -> Parts:
    """Number and name of a line, on it. It never grows: it stands in the gap between two plates."""
    cx, cy = middle_of(name.x, name.y)
    skin = f"line_{name.tone}"
    text = name.words.main
    wide = min(PITCH_X - 6, kit.width(text, 24, 700) + 30)
    area = Area(cx - wide // 2, cy - PILL_H // 2, wide, PILL_H)
    parts: list[Part] = [kit.box(area, skin, PILL_H // 2)]
    parts += kit.plain.line(cx, cy + 1, text, 24, 700, kit.skin(skin).ink, "center", wide - 16, 22)
    return tuple(parts)
