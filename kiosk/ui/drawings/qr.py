"""2-D codes from rows of modules: dark on white with 4 modules of quiet zone, on every theme."""

from __future__ import annotations

from itertools import groupby

from kiosk.ui.drawings.tones import path, rect, svg

QUIET = 4
DARK, LIGHT = "#0B1B33", "#FFFFFF"


def qr_side(rows: tuple[str, ...], most: int) -> int:
    """The side of the whole picture in px, whole px a module, at most `most` (but at least 1 px a module)."""
    modules = len(rows) + 2 * QUIET
    return modules * max(1, most // modules)


def qr_picture(rows: tuple[str, ...], side: int) -> str:
    """`rows` of "0" and "1" without quiet zone; `side` px as `qr_side` says."""
    module = side // (len(rows) + 2 * QUIET)
    drawn = []
    for y, row in enumerate(rows):
        x = QUIET
        for dark, run in groupby(row):
            wide = len(list(run))
            if dark == "1":
                left, top, size = x * module, (y + QUIET) * module, wide * module
                drawn.append(f"M{left} {top}h{size}v{module}h-{size}z")
            x += wide
    return svg(side, side, rect(0, 0, side, side, LIGHT), path("".join(drawn), DARK))
