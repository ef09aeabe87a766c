"""The change of screen: the new body slides in while it fades over the old one. Source: ui-guide section 5."""

from __future__ import annotations

import pygame

SLIDE_MS, SLIDE_PX = 180, 24
FADE_MS = 120
FRAME_MS = 16


class Slide:
    """Two pictures of one region and a start time (ms). The canvas shows the new one when it is done."""

    def __init__(
        self,
        canvas: pygame.Surface,
        region: pygame.Rect,
        old: pygame.Surface,
        new: pygame.Surface,
        start_ms: int,
        shift_px: int = SLIDE_PX,
        length_ms: int = SLIDE_MS,
    ) -> None:
        self._canvas, self.region, self._old, self._new = canvas, region, old, new
        self._start_ms, self._shift_px, self._length_ms = start_ms, shift_px, length_ms
        self.done = False

    def frame(self, now_ms: int) -> None:
        """Paint the state of `now_ms` (ease-out)."""
        share = min(1.0, max(0.0, (now_ms - self._start_ms) / self._length_ms))
        eased = 1 - (1 - share) ** 3
        self.done = share >= 1
        self._canvas.set_clip(self.region)
        if not self.done:
            self._canvas.blit(self._old, self.region)
            self._new.set_alpha(round(255 * eased))
            self._canvas.blit(self._new, self.region.move(round(self._shift_px * (1 - eased)), 0))
        else:
            self._new.set_alpha(None)
            self._canvas.blit(self._new, self.region)
        self._canvas.set_clip(None)
