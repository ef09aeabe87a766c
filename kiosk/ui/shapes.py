"""Surfaces with rounded corners, gradients and shadows: SVG rendered once, cut into tiles, put together at any size.

Everything is kept premultiplied. Source: ui-guide section 10 (nanosvg limits, nine-slice tiles, box blur twice).
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import pygame

from kiosk.ui.cache import PictureCache
from kiosk.ui.theme import Skin, channels

# elevation: blur radius in px (applied twice), shift downwards in px, alpha 0..255
SHADOWS = {0: (0, 0, 0), 1: (4, 2, 34), 2: (8, 5, 44), 3: (14, 9, 66)}


def bleed_of(elevation: int) -> int:
    """How far a shadow reaches beyond its box, px."""
    blur, shift, _ = SHADOWS[elevation]
    return blur * 2 + shift


def svg_picture(svg: str, width: int, height: int) -> pygame.Surface:
    """An SVG text as a premultiplied picture of width x height px; the text's own proportions are kept."""
    drawn = pygame.image.load_sized_svg(BytesIO(svg.encode()), (width, height))
    return drawn.convert_alpha().premul_alpha()


@dataclass(frozen=True, slots=True)
class Look:
    """What a tile is keyed by."""

    top: str
    bottom: str
    across: bool
    edge: str
    width: int
    elevation: int
    radius: int
    shadow: str

    @staticmethod
    def of(skin: Skin, radius: int, shadow: str) -> Look:
        return Look(skin.top, skin.bottom, skin.across, skin.edge, skin.width, skin.elevation, radius, shadow)


def _box_svg(look: Look, w: int, h: int, bleed: int) -> str:
    half = look.width / 2 if look.edge else 0
    radius = max(0.0, min(look.radius, w / 2, h / 2) - half)
    alpha = channels(look.top)[3] / 255
    fill, gradient = look.top[:7], ""
    if look.top != look.bottom:
        ends = f'x1="{bleed}" y1="0" x2="{bleed + w}" y2="0"' if look.across else ""
        ends = ends or f'x1="0" y1="{bleed}" x2="0" y2="{bleed + h}"'
        gradient = (
            f'<defs><linearGradient id="g" gradientUnits="userSpaceOnUse" {ends}><stop offset="0" '
            f'stop-color="{look.top}"/><stop offset="1" stop-color="{look.bottom}"/></linearGradient></defs>'
        )
        fill = "url(#g)"
    stroke = f' stroke="{look.edge}" stroke-width="{look.width}"' if look.edge else ""
    size = f'width="{w + 2 * bleed}" height="{h + 2 * bleed}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{gradient}<rect x="{bleed + half}" y="{bleed + half}" '
        f'width="{w - 2 * half}" height="{h - 2 * half}" rx="{radius}" fill="{fill}" fill-opacity="{alpha}"{stroke}/></svg>'
    )


def _shadow(look: Look, w: int, h: int, bleed: int) -> pygame.Surface:
    blur, shift, alpha = SHADOWS[look.elevation]
    radius = min(look.radius, w / 2, h / 2)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w + 2 * bleed}" height="{h + 2 * bleed}"><rect x="{bleed}" '
        f'y="{bleed + shift}" width="{w}" height="{h}" rx="{radius}" fill="{look.shadow}" fill-opacity="{alpha / 255}"/></svg>'
    )
    hard = svg_picture(svg, w + 2 * bleed, h + 2 * bleed)
    return pygame.transform.box_blur(pygame.transform.box_blur(hard, blur), blur)


def whole_box(look: Look, w: int, h: int) -> pygame.Surface:
    """The box with its shadow, `bleed` px larger than w x h on every side."""
    bleed = bleed_of(look.elevation)
    body = svg_picture(_box_svg(look, w, h, bleed), w + 2 * bleed, h + 2 * bleed)
    if not look.elevation:
        return body
    made = _shadow(look, w, h, bleed)
    made.blit(body, (0, 0), special_flags=pygame.BLEND_PREMULTIPLIED)
    return made


class Shapes:
    """Paints boxes and SVG pictures; keeps what it has rendered within `limit_bytes`.

    A fifth of that is for cuts of tiles: they are large and cheaply made again, and must not push out what is costly.
    """

    def __init__(self, limit_bytes: int = 30_000_000) -> None:
        self._cache = PictureCache(limit_bytes * 4 // 5)
        self._cuts = PictureCache(limit_bytes // 5)

    @property
    def held_bytes(self) -> int:
        return self._cache.held_bytes + self._cuts.held_bytes

    def clear(self) -> None:
        self._cache.clear()
        self._cuts.clear()

    def picture(self, surface: pygame.Surface, svg: str, area: tuple[int, int, int, int]) -> None:
        x, y, w, h = area
        surface.blit(self.prepare(svg, w, h), (x, y), special_flags=pygame.BLEND_PREMULTIPLIED)

    def prepare(self, svg: str, w: int, h: int) -> pygame.Surface:
        """The rendered picture, kept for whoever paints it."""
        return self._cache.get((svg, w, h), lambda: svg_picture(svg, w, h))

    def box(self, surface: pygame.Surface, look: Look, area: tuple[int, int, int, int]) -> None:
        x, y, w, h = area
        if w <= 0 or h <= 0:
            return
        bleed = bleed_of(look.elevation)
        plain = look.top == look.bottom
        if plain and not look.radius and not look.edge and not bleed and len(look.top) == 7:
            surface.fill(look.top, area)
            return
        margin = 2 * bleed + max(look.radius, look.width) + 2
        if (
            (not plain and look.across)
            or w + 2 * bleed <= 2 * margin + 2
            or (plain and h + 2 * bleed <= 2 * margin + 2)
        ):
            drawn = self._cache.get((look, w, h), lambda: whole_box(look, w, h))
            surface.blit(drawn, (x - bleed, y - bleed), special_flags=pygame.BLEND_PREMULTIPLIED)
            return
        if plain:
            self._sliced(surface, look, (x - bleed, y - bleed, w + 2 * bleed, h + 2 * bleed), margin, bleed)
        else:
            self._stretched(surface, look, (x - bleed, y - bleed, w + 2 * bleed, h + 2 * bleed), margin, bleed)

    def _part(
        self, look: Look, height: int, margin: int, bleed: int, cut: tuple[int, int, int, int], size: tuple[int, int]
    ) -> pygame.Surface:
        """A cut of the small tile, scaled to `size`; `height` is the tile's own height."""
        small = 2 * margin + 2 - 2 * bleed

        def make() -> pygame.Surface:
            tile = self._cache.get((look, small, height), lambda: whole_box(look, small, height))
            piece = tile.subsurface(cut)
            return piece.copy() if piece.get_size() == size else pygame.transform.scale(piece, size)

        return self._cuts.get((look, height, cut, size), make)

    def _stretched(
        self, surface: pygame.Surface, look: Look, outer: tuple[int, int, int, int], margin: int, bleed: int
    ) -> None:
        """A downward gradient: tile of the full height, its middle column pulled to the width."""
        x, y, w, h = outer
        for left, width, wanted in ((0, margin, margin), (margin, 1, w - 2 * margin), (margin + 2, margin, margin)):
            piece = self._part(look, h - 2 * bleed, margin, bleed, (left, 0, width, h), (wanted, h))
            surface.blit(piece, (x, y), special_flags=pygame.BLEND_PREMULTIPLIED)
            x += wanted

    def _sliced(
        self, surface: pygame.Surface, look: Look, outer: tuple[int, int, int, int], margin: int, bleed: int
    ) -> None:
        """One colour: nine slices, the middle one a plain fill."""
        x, y, w, h = outer
        small = 2 * margin + 2 - 2 * bleed
        spans_x = ((0, margin, margin), (margin, 1, w - 2 * margin), (margin + 2, margin, margin))
        spans_y = ((0, margin, margin), (margin, 1, h - 2 * margin), (margin + 2, margin, margin))
        solid = len(look.top) == 7
        top = y
        for row, (cut_y, cut_h, high) in enumerate(spans_y):
            left = x
            for column, (cut_x, cut_w, wide) in enumerate(spans_x):
                if row == 1 and column == 1 and solid:
                    surface.fill(look.top, (left, top, wide, high))
                else:
                    piece = self._part(look, small, margin, bleed, (cut_x, cut_y, cut_w, cut_h), (wide, high))
                    surface.blit(piece, (left, top), special_flags=pygame.BLEND_PREMULTIPLIED)
                left += wide
            top += high
