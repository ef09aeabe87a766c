"""A slip of paper coming out under a bar, torn at its lower end."""

from __future__ import annotations

from kiosk.ui.drawings.tones import group, path, rect, stroke, svg

BAR_H = 28
TOOTH_W, TOOTH_H = 40, 15


def slip_paper(w: int, h: int, bar: str, paper: str, edge: str, soft: bool) -> str:
    """`w` x `h` with the bar; the paper is 36 px narrower. `soft` adds a shadow, else the edge is strong."""
    left, right, top = 18.0, w - 18.0, BAR_H / 2
    low = h - TOOTH_H - 8.0
    count = round((right - left) / TOOTH_W)
    step = (right - left) / count
    teeth = "".join(
        f"L{right - step * (i + 0.5):.1f} {low + TOOTH_H}L{right - step * (i + 1):.1f} {low}" for i in range(count)
    )
    sheet = f"M{left} {top}H{right}V{low}{teeth}Z"
    drawn = ""
    if soft:
        for shift, alpha in ((6, 0.10), (3, 0.16)):
            drawn += group(path(sheet, "#0B2450", f' fill-opacity="{alpha}"'), shift / 2, shift)
    drawn += path(sheet, paper, stroke(edge, 1.6 if soft else 3))
    return svg(w, h, drawn, rect(1.5, 1.5, w - 3, BAR_H - 3, bar, BAR_H / 2, "" if soft else stroke(edge, 3)))
