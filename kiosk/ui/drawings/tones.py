"""Colours of the drawings. On a theme without pictures everything becomes an outline on the theme's own ground."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.ui.components.kit import Kit

NOTES = {
    "100": ("#E0746B", "#A01C16"),
    "50": ("#6DB584", "#1B6233"),
    "20": ("#D29A60", "#87511F"),
    "10": ("#86A9EA", "#1D4B9B"),
    "5": ("#A98BD8", "#582A85"),
    "1": ("#AEBA70", "#596A18"),
}
"""Light and dark end of a note's colour."""


@dataclass(frozen=True, slots=True)
class Tones:
    """`#RRGGBB` each. `flat`: outlines only. `notes` by face value in yuan, the light and the dark end of a gradient."""

    flat: bool
    plate: str
    plate_edge: str
    body: str
    glass: str
    part: str
    hole: str
    lamp: str
    off: str
    ring: str
    paper: str
    paper_low: str
    paper_edge: str
    print: str
    print_grey: str
    print_blue: str
    print_red: str
    line: str
    good: str
    bad: str
    on_badge: str
    notes: dict[str, tuple[str, str]]

    def note(self, face: str) -> tuple[str, str]:
        return self.notes.get(face, self.notes["10"])


def tones(kit: Kit) -> Tones:
    """The tones of a kit's theme."""
    color = kit.color
    if not kit.theme.pictures:
        ground, edge = color("surface"), color("ink")
        return Tones(
            flat=True, plate=ground, plate_edge=edge, body=ground, glass=ground, part=color("disabled"), hole=ground,
            lamp=color("ok_light"), off=color("disabled"), ring=color("signal"), paper=ground, paper_low=ground,
            paper_edge=edge, print=edge, print_grey=color("disabled"), print_blue=edge, print_red=edge, line=edge,
            good=color("ok"), bad=color("danger"), on_badge=ground, notes=dict.fromkeys(NOTES, (ground, ground)),
        )  # fmt: skip
    return Tones(
        flat=False, plate="#12397F", plate_edge=color("panel_edge"), body=color("navy"), glass=color("pale"),
        part=color("panel_edge"), hole="#040D22", lamp=color("ok_light"), off="#7F93B8", ring=color("signal"),
        paper="#F4F9FF", paper_low="#BCD6F7", paper_edge="#7FA6DE", print=color("ink"), print_grey="#46546E",
        print_blue=color("action"), print_red="#B3261E", line="#FFFFFF", good=color("ok"), bad=color("danger"),
        on_badge=color("white"),
        notes=NOTES,
    )  # fmt: skip


def svg(w: float, h: float, *content: str) -> str:
    """A whole picture of w x h px."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{w:g}" height="{h:g}">'
    return head + "".join(content) + "</svg>"


def gradient(name: str, one: str, two: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A gradient in the coordinates of the shape that uses it."""
    return (
        f'<defs><linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" '
        f'y2="{y2:g}"><stop offset="0" stop-color="{one}"/><stop offset="1" stop-color="{two}"/></linearGradient></defs>'
    )


def rect(x: float, y: float, w: float, h: float, fill: str, r: float = 0, more: str = "") -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{r:g}" fill="{fill}"{more}/>'


def stroke(color: str, width: float) -> str:
    """The attributes of an outline."""
    return f' stroke="{color}" stroke-width="{width:g}" stroke-linejoin="round" stroke-linecap="round"'


def group(content: str, x: float = 0, y: float = 0, turn: float = 0, scale: float = 1) -> str:
    """Moved, then turned (degrees, clockwise), then scaled."""
    return f'<g transform="translate({x:g} {y:g}) rotate({turn:g}) scale({scale:g})">{content}</g>'


def path(d: str, fill: str = "none", more: str = "") -> str:
    return f'<path d="{d}" fill="{fill}"{more}/>'


def disc(x: float, y: float, r: float, fill: str, more: str = "") -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{fill}"{more}/>'
