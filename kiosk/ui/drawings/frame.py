"""A rounded frame that empties: the time limit of a code, drawn round it."""

from __future__ import annotations

import itertools
import math

CORNER_STEPS = 8


def _outline(side: int, stroke: int, radius: int) -> list[tuple[float, float]]:
    """Points of the frame's middle line, from the middle of its top, clockwise, back to there."""
    low, high = stroke / 2, side - stroke / 2
    points = [(side / 2, low)]
    corners = ((high, low, -90), (high, high, 0), (low, high, 90), (low, low, 180))
    for x, y, start in corners:
        cx = x - radius if x == high else x + radius
        cy = y - radius if y == high else y + radius
        for step in range(CORNER_STEPS + 1):
            angle = math.radians(start + 90 * step / CORNER_STEPS)
            points.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
    return [*points, points[0]]


def _part(points: list[tuple[float, float]], share: float) -> list[tuple[float, float]]:
    """The first `share` of the way along the points."""
    lengths = [math.dist(a, b) for a, b in itertools.pairwise(points)]
    left = sum(lengths) * share
    made = [points[0]]
    for (a, b), length in zip(itertools.pairwise(points), lengths, strict=True):
        if length >= left:
            part = left / length if length else 0.0
            return [*made, (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)]
        left -= length
        made.append(b)
    return made


def frame_svg(side: int, stroke: int, radius: int, share: float, color: str, track: str) -> str:
    """`share` 0..1 of a square frame of `side` px in `color`, the rest in `track`."""
    points = _outline(side, stroke, radius)

    def drawn(line: list[tuple[float, float]], tone: str) -> str:
        text = "L".join(f"{x:.1f} {y:.1f}" for x, y in line)
        return f'<path d="M{text}" stroke="{tone}"/>'

    shown = drawn(_part(points, min(1.0, share)), color) if share > 0.004 else ""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}"><g fill="none" '
    return f'{head}stroke-width="{stroke}" stroke-linecap="round" stroke-linejoin="round">{drawn(points, track)}{shown}</g></svg>'
