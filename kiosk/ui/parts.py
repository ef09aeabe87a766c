"""What a node is painted from: plain values that compare equal when they look equal, and know how to paint themselves.

A node's parts are its picture; comparing two lists of parts tells whether anything must be painted again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import pygame

from kiosk.ui.gallery import Gallery
from kiosk.ui.icons import icon_svg
from kiosk.ui.shapes import Look, Shapes, bleed_of
from kiosk.ui.text import MIDDLE, Faces
from kiosk.ui.theme import Skin


class Area(NamedTuple):
    """A rectangle in canvas px. `w` and `h` may be 0, never negative."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def cx(self) -> int:
        return self.x + self.w // 2

    @property
    def cy(self) -> int:
        return self.y + self.h // 2

    def inset(self, dx: int, dy: int | None = None) -> Area:
        """Smaller by dx on the left and right and by dy (dx when None) above and below; negative grows."""
        dy = dx if dy is None else dy
        return Area(self.x + dx, self.y + dy, max(0, self.w - 2 * dx), max(0, self.h - 2 * dy))

    def moved(self, dx: int, dy: int) -> Area:
        return Area(self.x + dx, self.y + dy, self.w, self.h)

    def contains(self, x: int, y: int) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom


@dataclass(slots=True)
class Brush:
    """Where parts paint: a surface and the stores of rendered pictures."""

    surface: pygame.Surface
    shapes: Shapes
    faces: Faces
    shadow: str
    gallery: Gallery


class Part(Protocol):
    def paint(self, brush: Brush) -> None: ...

    def moved(self, dx: int, dy: int) -> Part: ...

    def reach(self) -> Area:
        """All pixels it may touch."""
        ...


@dataclass(frozen=True, slots=True)
class Box:
    """A surface of a skin. `radius` overrides the skin's own when not negative."""

    area: Area
    skin: Skin
    radius: int = -1

    def paint(self, brush: Brush) -> None:
        radius = self.skin.radius if self.radius < 0 else self.radius
        brush.shapes.box(brush.surface, Look.of(self.skin, radius, brush.shadow), self.area)

    def moved(self, dx: int, dy: int) -> Box:
        return replace(self, area=self.area.moved(dx, dy))

    def reach(self) -> Area:
        return self.area.inset(-bleed_of(self.skin.elevation))


@dataclass(frozen=True, slots=True)
class Text:
    """One line. `x` is its left end, `base` its baseline, `width` what it measures; `cut` when it was shortened."""

    x: int
    base: int
    text: str
    size: int
    weight: int
    color: str
    width: int
    cut: bool = False

    def paint(self, brush: Brush) -> None:
        if self.text:
            picture = brush.faces.picture(self.text, self.size, self.weight, self.color)
            brush.surface.blit(picture, (self.x, self.base - brush.faces.ascent(self.size, self.weight)))

    def moved(self, dx: int, dy: int) -> Text:
        return replace(self, x=self.x + dx, base=self.base + dy)

    def reach(self) -> Area:
        return Area(self.x - 4, self.base - round(self.size * 1.2), self.width + 8, round(self.size * 1.55))

    def ink(self) -> Area:
        """Where its characters stand: em box of hanzi, capitals; descenders reach 0.1 em further."""
        return Area(self.x, self.base - round(self.size * 0.86), self.width, round(self.size * 0.98))

    @property
    def middle(self) -> int:
        return self.base - round(self.size * MIDDLE)


@dataclass(frozen=True, slots=True)
class Icon:
    """`area` is square; `stroke` in 24ths of its side."""

    area: Area
    name: str
    color: str
    stroke: float = 2.0

    def paint(self, brush: Brush) -> None:
        brush.shapes.picture(brush.surface, icon_svg(self.name, self.color, self.stroke), self.area)

    def moved(self, dx: int, dy: int) -> Icon:
        return replace(self, area=self.area.moved(dx, dy))

    def reach(self) -> Area:
        return self.area


@dataclass(frozen=True, slots=True)
class Rule:
    """A plain rectangle: a line, a bar without round ends."""

    area: Area
    color: str

    def paint(self, brush: Brush) -> None:
        brush.surface.fill(self.color[:7], self.area)

    def moved(self, dx: int, dy: int) -> Rule:
        return replace(self, area=self.area.moved(dx, dy))

    def reach(self) -> Area:
        return self.area


@dataclass(frozen=True, slots=True)
class Veil:
    """Dims what lies under it. Colour with alpha; it grows clear over the last `fade` px, so that a picture shows no edge."""

    area: Area
    color: str
    fade: int = 0

    def paint(self, brush: Brush) -> None:
        clip = brush.surface.get_clip().clip(self.area)
        if clip.w and clip.h:
            dark = pygame.Surface(clip.size, pygame.SRCALPHA)
            dark.fill(self.color)
            color = pygame.Color(self.color)
            for y in range(max(clip.top, self.area.bottom - self.fade), clip.bottom):
                color.a = pygame.Color(self.color).a * (self.area.bottom - y) // self.fade
                dark.fill(color, (0, y - clip.top, clip.w, 1))
            brush.surface.blit(dark, clip)

    def moved(self, dx: int, dy: int) -> Veil:
        return replace(self, area=self.area.moved(dx, dy))

    def reach(self) -> Area:
        return self.area


@dataclass(frozen=True, slots=True)
class Picture:
    """Any SVG text; its width and height attributes must have the proportions of `area`."""

    area: Area
    svg: str

    def paint(self, brush: Brush) -> None:
        brush.shapes.picture(brush.surface, self.svg, self.area)

    def moved(self, dx: int, dy: int) -> Picture:
        return replace(self, area=self.area.moved(dx, dy))

    def reach(self) -> Area:
        return self.area


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of the gallery, as large as those are; nothing while it is not decoded."""

    area: Area
    file: str

    def paint(self, brush: Brush) -> None:
        picture = brush.gallery.picture(self.file)
        if picture is not None:
            brush.surface.blit(picture, self.area[:2])

    def moved(self, dx: int, dy: int) -> Photo:
        return replace(self, area=self.area.moved(dx, dy))

    def reach(self) -> Area:
        return self.area


def arc_svg(size: int, stroke: float, share: float, color: str, track: str) -> str:
    """A ring of `size` px of which `share` (0..1) is coloured, from twelve o'clock on, clockwise."""
    middle, radius = size / 2, (size - stroke) / 2 - 1
    drawn = f'<circle cx="{middle}" cy="{middle}" r="{radius}" stroke="{track}"/>'
    if share >= 0.999:
        drawn = f'<circle cx="{middle}" cy="{middle}" r="{radius}" stroke="{color}"/>'
    elif share > 0.001:
        angle = 2 * math.pi * share
        x, y = middle + radius * math.sin(angle), middle - radius * math.cos(angle)
        far = 1 if share > 0.5 else 0
        drawn += (
            f'<path d="M{middle} {middle - radius}A{radius} {radius} 0 {far} 1 {x:.2f} {y:.2f}" stroke="{color}" '
            'stroke-linecap="round"/>'
        )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
    return f'{head}<g fill="none" stroke-width="{stroke}">{drawn}</g></svg>'
