"""The machine from the front with the opening that matters now ringed. The same on payment, printing and taking."""

from __future__ import annotations

from kiosk.ui.drawings.tones import Tones, rect, stroke, svg

FRONT = (94, 150)
"""Its own size; any size of these proportions will do."""

OPENINGS: dict[str, tuple[float, float, float, float]] = {
    "insert": (69, 17, 14, 26),
    "change": (67, 62, 18, 10),
    "slip": (68, 86, 16, 7),
    "tickets": (18, 110, 54, 11),
}
"""x, y, w, h of each opening."""


def machine_front(tones: Tones, ringed: tuple[str, ...]) -> str:
    """`ringed`: insert, change, slip, tickets."""
    drawn = [
        rect(2, 2, 90, 146, tones.body, 9, stroke(tones.glass if not tones.flat else tones.line, 3)),
        rect(11, 13, 50, 84, tones.glass, 4, stroke(tones.line, 2) if tones.flat else ""),
    ]
    for name, (x, y, w, h) in OPENINGS.items():
        if name in ringed:
            drawn.append(rect(x - 7, y - 7, w + 14, h + 14, tones.body, 8, stroke(tones.ring, 3.2)))
            drawn.append(rect(x, y, w, h, tones.ring, 3))
        else:
            drawn.append(rect(x + 1, y + 1, w - 2, h - 2, tones.part, 3))
    return svg(*FRONT, *drawn)
