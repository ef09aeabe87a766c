"""Pictures of things: why the machine is closed, and what a person at the open cabinet holds in hand."""

from __future__ import annotations

from kiosk.ui.drawings.openings import badge
from kiosk.ui.drawings.tones import Tones, disc, group, path, rect, stroke, svg

REASON_SIZE = 272
BOX_SIZE = (228, 270)


def _roll(fill: str, ink: str) -> str:
    line = stroke(ink, 7)
    return disc(-28, -8, 66, fill, line) + disc(-28, -8, 20, fill, line) + path("M-28 58H20", "none", line)


def _printer(fill: str, ink: str) -> str:
    line = stroke(ink, 7)
    return (
        rect(-46, -72, 76, 44, fill, 6, line) + rect(-78, -34, 140, 78, fill, 14, line)
        + rect(-46, 14, 76, 54, fill, 6, line) + path("M-28 32H12M-28 48H-6", "none", line) + disc(38, -12, 5, ink)
    )  # fmt: skip


def _clock(fill: str, ink: str) -> str:
    return disc(-8, -8, 74, fill, stroke(ink, 7)) + path("M-8 -50V-8L22 14", "none", stroke(ink, 8))


def _mast(fill: str, ink: str) -> str:
    line = stroke(ink, 8)
    return (
        path("M-84 -28A112 112 0 0 1 68 -28M-62 4A80 80 0 0 1 46 4M-38 36A46 46 0 0 1 22 36", "none", line)
        + disc(-8, 60, 11, ink)
    )  # fmt: skip


def _cash_box(fill: str, ink: str) -> str:
    line = stroke(ink, 7)
    return (
        rect(-58, -72, 100, 62, fill, 6, line) + disc(-8, -44, 14, fill, stroke(ink, 5))
        + path("M-84 -34H68V60A12 12 0 0 1 56 72H-72A12 12 0 0 1 -84 60Z", fill, line) + path("M-34 -6H18", "none", stroke(ink, 9))
    )  # fmt: skip


def _door(fill: str, ink: str) -> str:
    line = stroke(ink, 7)
    return (
        rect(-66, -82, 104, 156, fill, 8, line) + path("M-66 -82L4 -58V92L-66 74Z", fill, line) + disc(-14, 16, 7, ink)
    )  # fmt: skip


def _plug(fill: str, ink: str) -> str:
    line = stroke(ink, 7)
    return (
        path("M-38 -80V-36M22 -80V-36", "none", stroke(ink, 9))
        + path("M-66 -36H50V-10A58 58 0 0 1 -66 -10Z", fill, line) + path("M-8 48V84", "none", line)
    )  # fmt: skip


def _hand(fill: str, ink: str) -> str:
    octagon = "M-40 -84H24L70 -38V26L24 72H-40L-86 26V-38Z"
    return path(octagon, fill, stroke(ink, 7)) + path("M-48 -6H32", "none", stroke(ink, 14))


def _beacon(fill: str, ink: str) -> str:
    line = stroke(ink, 7)
    return (
        path("M-54 42V0A46 46 0 0 1 38 0V42Z", fill, line) + path("M-74 42H58V74H-74Z", fill, line)
        + path("M-8 -92V-70M-78 -64L-62 -48M62 -64L46 -48M-8 -20V10", "none", stroke(ink, 9))
    )  # fmt: skip


def _hourglass(fill: str, ink: str) -> str:
    line = stroke(ink, 7)
    return (
        path("M-58 -82H42M-58 70H42", "none", stroke(ink, 9))
        + path(
            "M-46 -82V-58C-46 -30 -8 -24 -8 -6C-8 12 -46 18 -46 46V70H30V46C30 18 -8 12 -8 -6C-8 -24 30 -30 30 -58V-82",
            fill,
            line,
        )
        + path("M-30 54C-24 40 -8 42 -8 30C-8 42 8 40 14 54Z", ink)
    )  # fmt: skip


REASONS = {
    "closed": _clock,
    "fault": _printer,
    "offline": _mast,
    "cash_full": _cash_box,
    "door_open": _door,
    "no_paper": _roll,
    "no_mains": _plug,
    "remote_stop": _hand,
    "emergency": _beacon,
    "starting": _hourglass,
}


def reason_picture(tones: Tones, reason: str, ground: str, ink: str) -> str:
    """A disc with the thing that is missing. A start is only a wait and carries no cross."""
    half = REASON_SIZE / 2
    fill = ground if tones.flat else "#FFFFFF"
    rim = stroke(ink, 4) if tones.flat else ""
    drawn = disc(half, half, half - 2, ground, rim)
    drawn += group(REASONS.get(reason, _printer)(fill, ink), half, half)
    if reason != "starting":
        drawn += disc(206, 202, 46, ground) + badge(tones, 206, 202, 40, "cross", tones.bad)
    return svg(REASON_SIZE, REASON_SIZE, drawn)


def cassette(tones: Tones, percent: int, lit: bool = True) -> str:
    """A note cassette: handle, window with a stack as high as it is full (0..100)."""
    edge = tones.glass if not tones.flat else tones.line
    drawn = rect(64, 4, 100, 36, "none", 12, stroke(edge, 8))
    drawn += rect(2, 32, 224, 236, tones.plate, 16, stroke(edge, 4))
    drawn += rect(18, 48, 192, 206, tones.hole, 10, stroke(tones.line, 2) if tones.flat else "")
    room, pitch = 138, 9
    count = max(0, min(room // pitch, round(room / pitch * percent / 100)))
    fill = tones.line if tones.flat else "#D9A066"
    drawn += "".join(rect(28, 246 - pitch * (i + 1), 172, 6.6, fill, 2.5) for i in range(count))
    drawn += disc(200, 58, 9, tones.lamp if lit else tones.off)
    return svg(*BOX_SIZE, drawn)


def accept_box(tones: Tones, percent: int, lit: bool = True) -> str:
    """The box of accepted notes: closed, with a seal and a bar that shows how full it is."""
    edge = tones.glass if not tones.flat else tones.line
    fill = tones.line if tones.flat else "#8FD3A8"
    high = 150 * max(0, min(100, percent)) / 100
    drawn = rect(74, 4, 80, 34, "none", 12, stroke(edge, 8)) + rect(2, 32, 224, 236, tones.plate, 16, stroke(edge, 4))
    drawn += rect(40, 50, 120, 14, tones.hole, 7, stroke(edge, 2)) + rect(26, 84, 140, 164, tones.hole, 10)
    drawn += rect(33, 241 - high, 126, high, fill, 4) if high else ""
    drawn += (
        rect(182, 130, 26, 66, tones.hole, 8, stroke(edge, 3))
        + disc(195, 150, 6, edge)
        + path("M195 156V176", "none", stroke(edge, 4))
    )
    drawn += disc(200, 58, 9, tones.lamp if lit else tones.off)
    return svg(*BOX_SIZE, drawn)


def paper_roll(tones: Tones, percent: int, lit: bool = True) -> str:
    """A roll of tickets on its spindle, as thick as it is full."""
    edge = tones.glass if not tones.flat else tones.line
    radius = 46 + 56 * max(0, min(100, percent)) / 100
    drawn = rect(2, 12, 224, 256, tones.plate, 16, stroke(edge, 4))
    drawn += path(f"M{114 + radius:g} 126V236H206", "none", stroke(tones.paper if not tones.flat else edge, 6))
    drawn += disc(114, 126, radius, tones.paper if not tones.flat else tones.hole, stroke(tones.paper_edge, 4))
    drawn += "".join(disc(114, 126, r, "none", stroke(tones.paper_edge, 1.6)) for r in range(40, int(radius), 12))
    drawn += disc(114, 126, 28, tones.hole, stroke(edge, 5)) + disc(114, 126, 7, edge)
    drawn += disc(200, 38, 9, tones.lamp if lit else tones.off)
    return svg(*BOX_SIZE, drawn)


def reject_bin(tones: Tones, percent: int, lit: bool = True) -> str:
    """The bin of rejected and retracted pieces."""
    edge = tones.glass if not tones.flat else tones.line
    drawn = rect(78, 12, 72, 30, "none", 10, stroke(edge, 7)) + path("M14 44H214", "none", stroke(edge, 9))
    drawn += path("M28 60H200L186 254A14 14 0 0 1 172 266H56A14 14 0 0 1 42 254Z", tones.plate, stroke(edge, 4))
    count = max(0, min(5, round(5 * percent / 100)))
    fill = tones.line if tones.flat else "#D9A066"
    turns = (-6, 5, -3, 7, -8)
    drawn += "".join(group(rect(-54, -8, 108, 14, fill, 3), 114, 238 - 24 * i, turns[i]) for i in range(count))
    drawn += path("M84 92V130M114 92V130M144 92V130", "none", stroke(edge, 5)) if count < 4 else ""
    return svg(*BOX_SIZE, drawn)


def fault_picture(tones: Tones, percent: int, lit: bool = True) -> str:
    """An open module with a warning sign."""
    edge = tones.glass if not tones.flat else tones.line
    drawn = rect(2, 12, 224, 256, tones.plate, 16, stroke(edge, 4)) + rect(24, 34, 180, 150, tones.hole, 10)
    drawn += path("M114 56L180 166H48Z", "none", stroke(tones.ring, 10)) + path(
        "M114 96V130", "none", stroke(tones.ring, 11)
    )
    drawn += disc(114, 149, 7, tones.ring) + path("M30 214H198M30 238H140", "none", stroke(edge, 8))
    return svg(*BOX_SIZE, drawn)


BOXES = {"cassette": cassette, "box": accept_box, "roll": paper_roll, "bin": reject_bin, "fault": fault_picture}


def box_picture(tones: Tones, picture: str, percent: int) -> str:
    """`picture`: cassette, box, roll, bin, fault."""
    return BOXES.get(picture, fault_picture)(tones, percent)
