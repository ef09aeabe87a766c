"""Paints changed areas only: marks them, merges the overlapping, clips, fills the ground, paints the nodes inside.

Source: ui-guide section 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pygame

from kiosk.ui.nodes import Node
from kiosk.ui.parts import Area, Brush

MOST_AREAS = 12


def merged(areas: Iterable[Area], bounds: Area) -> list[pygame.Rect]:
    """Areas cut to `bounds`; those that overlap become one, and so do all when there are very many."""
    left = [rect for rect in (pygame.Rect(area).clip(pygame.Rect(bounds)) for area in areas) if rect.w and rect.h]
    done: list[pygame.Rect] = []
    while left:
        rect = left.pop()
        found = rect.collidelist(done)
        if found < 0:
            done.append(rect)
        else:
            left.append(rect.union(done.pop(found)))
    if len(done) > MOST_AREAS:
        return [done[0].unionall(done[1:])]
    return done


class Painter:
    """Nodes onto a canvas. The canvas is painted nowhere else."""

    def __init__(self, brush: Brush, ground: str) -> None:
        self.brush = brush
        self.ground = ground

    @property
    def bounds(self) -> Area:
        return Area(0, 0, *self.brush.surface.get_size())

    def paint(self, nodes: Sequence[Node], areas: Iterable[Area]) -> list[pygame.Rect]:
        """Paint what lies in `areas` again; returns the rectangles whose pixels may have changed."""
        rects = merged(areas, self.bounds)
        reaches = [pygame.Rect(node.reach) for node in nodes]
        surface = self.brush.surface
        for rect in rects:
            surface.set_clip(rect)
            surface.fill(self.ground, rect)
            for node, reach in zip(nodes, reaches, strict=True):
                if rect.contains(reach):
                    for part in node.parts:
                        part.paint(self.brush)
                elif rect.colliderect(reach):
                    for part in node.parts:
                        if rect.colliderect(part.reach()):
                            part.paint(self.brush)
        surface.set_clip(None)
        return rects
