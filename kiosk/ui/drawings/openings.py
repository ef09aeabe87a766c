"""An opening of the machine seen close: its plate, slot and lamp, and what goes in or comes out.

Sheets are drawn around the middle of the slot (0, 0), downwards; what must be hidden inside the machine is covered by
the upper part of the plate, because drawings know no clipping.
"""

from __future__ import annotations

from kiosk.ui.drawings.tones import Tones, disc, gradient, group, path, rect, stroke, svg

PLATE_H = 112
SLOT_Y = 71
SIDE = 38
TUCKED = -8
"""Where a sheet begins, inside the machine: not so high that a turned corner shows above the cover."""


def note_sheet(tones: Tones, face: str, length: float = 208, wide: float = 160) -> str:
    """A note that hangs `length` px out of the slot. `face` in yuan, as text."""
    light, dark = tones.note(face)
    left, top = -wide / 2, TUCKED
    fill = light if tones.flat else f"url(#n{face})"
    edge = tones.line if tones.flat else light
    ring = min(wide * 0.2, length * 0.22)
    shade = "" if tones.flat else gradient(f"n{face}", light, dark, left, 0, left + wide, length)
    fine = stroke(tones.line, 2.2) + ' stroke-opacity="0.85"'
    return (
        shade
        + rect(left, top, wide, length - top, fill, 8, stroke(edge, 2 if tones.flat else 1))
        + rect(left + 10, top + 8, wide - 20, length - top - 18, "none", 6, fine)
        + disc(0, length * 0.42, ring, "none", fine)
    )


def ticket_sheet(tones: Tones, length: float = 214) -> str:
    """A ticket, 240 px wide, that hangs `length` px out of the slot."""
    top = TUCKED
    paper = tones.paper if tones.flat else "url(#paper)"
    shade = "" if tones.flat else gradient("paper", tones.paper, tones.paper_low, 0, 0, 0, length)
    y = length - 214
    drawn = [
        rect(-120, top, 240, length - top, paper, 9, stroke(tones.paper_edge, 2)),
        rect(-103, y + 80, 66, 15, tones.print, 3),
        rect(-21, y + 83, 44, 10, tones.print_blue, 3),
        rect(39, y + 80, 66, 15, tones.print, 3),
        rect(-103, y + 116, 124, 9, tones.print, 4),
        rect(-103, y + 138, 92, 9, tones.print, 4),
        rect(-103, y + 160, 110, 9, tones.print_grey, 4),
        rect(-103, y + 184, 74, 9, tones.print_red, 4),
        rect(48, y + 120, 54, 54, "none", 0, stroke(tones.print, 5)),
        rect(64, y + 136, 22, 22, "none", 0, stroke(tones.print, 5)),
    ]
    return shade + "".join(drawn)


def slip_sheet(tones: Tones, length: float = 208) -> str:
    """A narrow paper slip with a torn end."""
    teeth = "".join(f"L{60 - 10 * i - 5} {length - 10}L{50 - 10 * i} {length}" for i in range(12))
    edge = stroke(tones.paper_edge, 2)
    widths = (92, 64, 92, 76, 50)
    lines = "".join(
        rect(-46, 44 + 26 * i, wide, 8, tones.print if i == 0 else tones.print_grey, 4) for i, wide in enumerate(widths)
    )
    return path(f"M-60 {TUCKED}H60V{length}{teeth}V{TUCKED}Z", tones.paper, edge) + lines


def tickets_bundle(tones: Tones, count: int) -> str:
    drawn = ""
    if count > 1:
        drawn += group(ticket_sheet(tones, 178), -12, 0, 9)
    if count > 2:
        drawn += group(ticket_sheet(tones, 184), 14, 0, -9)
    return drawn + group(ticket_sheet(tones), 0, 0, 1.2)


FANS: dict[int, tuple[tuple[float, float, float], ...]] = {
    1: ((0, 3, 208),),
    2: ((-32, 9, 190), (32, -7, 208)),
    3: ((-46, 14, 172), (-4, 3, 208), (42, -10, 194)),
    4: ((-56, 16, 150), (-26, 10, 178), (4, 0, 208), (40, -10, 192)),
}
"""Number of sheets -> where each hangs: x, turn in degrees, length."""


def notes_bundle(tones: Tones, faces: tuple[str, ...]) -> str:
    """Up to four notes in a fan; `faces` in yuan, as text."""
    shown = faces[:4] or ("20", "10", "1")
    fan = FANS[len(shown)]
    return "".join(
        group(note_sheet(tones, face, length), x, 0, turn) for face, (x, turn, length) in zip(shown, fan, strict=True)
    )


def badge(tones: Tones, x: float, y: float, r: float, sign: str, fill: str) -> str:
    """A disc with a sign: check, cross, lock."""
    signs = {
        "check": f"M{-0.42 * r} {0.04 * r}L{-0.1 * r} {0.34 * r}L{0.44 * r} {-0.3 * r}",
        "cross": f"M{-0.34 * r} {-0.34 * r}L{0.34 * r} {0.34 * r}M{0.34 * r} {-0.34 * r}L{-0.34 * r} {0.34 * r}",
        "lock": f"M{-0.36 * r} {-0.06 * r}H{0.36 * r}V{0.46 * r}H{-0.36 * r}ZM{-0.22 * r} {-0.06 * r}V{-0.26 * r}"
        f"A{0.22 * r} {0.22 * r} 0 0 1 {0.22 * r} {-0.26 * r}V{-0.06 * r}",
    }
    drawn = path(signs[sign], "none", stroke(tones.on_badge, max(3.0, r * 0.14)))
    return disc(x, y, r, fill) + group(drawn, x, y)


def opening(
    tones: Tones,
    w: float,
    drop: float,
    sheets: str,
    lamp: str = "",
    scale: float = 1,
    ground: str = "",
    led: bool = True,
) -> str:
    """The plate, `w` wide, with `drop` px below it for what hangs out (`sheets`, drawn `scale` times as large).

    `lamp` is the colour of the lit rim, the dead colour when empty; `ground` the colour of the plate.
    """
    rim, ground = lamp or tones.off, ground or tones.plate
    left, right, middle = SIDE, w - SIDE, w / 2
    plate = rect(1.5, 1.5, w - 3, PLATE_H - 3, ground, 24, stroke(tones.plate_edge, 3))
    slot = rect(left, SLOT_Y - 16, right - left, 32, tones.hole, 16, stroke(rim, 4))
    cover = rect(left - 8, 30, right - left + 16, SLOT_Y - 30, ground)
    arc = f"M{left:g} {SLOT_Y}A16 16 0 0 1 {left + 16:g} {SLOT_Y - 16}H{right - 16:g}A16 16 0 0 1 {right:g} {SLOT_Y}"
    upper = path(arc + "Z", tones.hole) + path(arc, "none", stroke(rim, 4))
    light = ""
    if led:
        glow = disc(middle, 28, 14, rim, ' fill-opacity="0.3"') if lamp and not tones.flat else ""
        light = glow + disc(middle, 28, 8, rim)
    hanging = group(sheets, middle, SLOT_Y, 0, scale) if sheets else ""
    return svg(w, PLATE_H + drop, plate, slot, hanging, cover if sheets else "", upper if sheets else "", light)


def insert_slot(tones: Tones, state: str, w: float = 350, drop: float = 112) -> str:
    """Where notes go in. `state`: insert, moving, full, closed."""
    middle = w / 2
    if state == "insert":
        return opening(tones, w, drop, note_sheet(tones, "100", 134, 214), tones.lamp, led=False)
    if state == "moving":
        return opening(tones, w, drop, note_sheet(tones, "100", 62, 214), tones.ring, led=False)
    sign, fill = ("cross", tones.bad) if state == "full" else ("lock", tones.off)
    shut = opening(tones, w, drop, "", "", led=False)
    drawn = badge(tones, middle, PLATE_H + 40, 40, sign, fill)
    return shut.removesuffix("</svg>") + drawn + "</svg>"


def arrow(color: str, up: bool, w: float = 44, h: float = 52, width: float = 8) -> str:
    """A short arrow with round ends."""
    top, low, middle, side = width / 2 + 1, h - width / 2 - 1, w / 2, w / 2 - width / 2 - 1
    tip, end = (top, low) if up else (low, top)
    back = tip + side if up else tip - side
    d = f"M{middle:g} {end:g}V{tip:g}M{middle - side:g} {back:g}L{middle:g} {tip:g}L{middle + side:g} {back:g}"
    return svg(w, h, path(d, "none", stroke(color, width)))


def small_ticket(tones: Tones, share: float, w: float = 188, h: float = 114) -> str:
    """A ticket lying flat. `share` 0..1 of it is printed."""
    y = round(h * share, 1)
    paper = gradient("s", tones.paper, tones.paper_low, 0, 0, 0, h) if not tones.flat else ""
    fill = tones.paper if tones.flat else "url(#s)"
    edge = stroke(tones.paper_edge, 2)
    sheet = rect(1, 1, w - 2, h - 2, fill, 7, edge)
    lines = (
        (12, 10, 52, 12, tones.print), (76, 12, 34, 8, tones.print_blue), (123, 10, 52, 12, tones.print),
        (12, 37, 97, 7, tones.print), (12, 54, 72, 7, tones.print), (12, 71, 86, 7, tones.print_grey),
        (12, 90, 58, 7, tones.print_red),
    )  # fmt: skip
    drawn = "".join(rect(x, top, wide, high, color, 3) for x, top, wide, high, color in lines)
    drawn += rect(131, 43, 40, 40, "none", 0, stroke(tones.print, 3.6))
    drawn += rect(143, 55, 16, 16, "none", 0, stroke(tones.print, 3.6))
    if share >= 1:
        return svg(w, h, paper, sheet, drawn)
    cover = path(f"M2 {y:g}H{w - 2:g}V{h - 9:g}A7 7 0 0 1 {w - 9:g} {h - 2:g}H9A7 7 0 0 1 2 {h - 9:g}Z", tones.paper)
    return svg(w, h, paper, sheet, drawn, cover, rect(1, 1, w - 2, h - 2, "none", 7, edge))


def waiting_ticket(color: str, w: float = 188, h: float = 114) -> str:
    """The place of a ticket that is not printed yet: a broken outline, drawn dash by dash."""
    dashes, step, dash = [], 16.0, 9.0

    def run(length: float, place: str) -> None:
        count = int((length - 8) // step)
        start = (length - (count * step - (step - dash))) / 2
        for i in range(count):
            a, b = start + i * step, start + i * step + dash
            dashes.append(f"M{a:g} {1.5}H{b:g}" if place == "x" else f"M{1.5} {a:g}V{b:g}")

    run(w, "x")
    run(h, "y")
    once = "".join(dashes)
    more = stroke(color, 4).replace("round", "butt", 2)
    far = f'<g transform="translate({w - 3:g} 0)">{path("".join(d for d in dashes if "V" in d), "none", more)}</g>'
    low = f'<g transform="translate(0 {h - 3:g})">{path("".join(d for d in dashes if "H" in d), "none", more)}</g>'
    return svg(w, h, path(once, "none", more), far, low)
