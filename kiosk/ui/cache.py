"""A store of pictures that forgets the longest unused ones when its bytes run out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

import pygame


def bytes_of(picture: pygame.Surface) -> int:
    return picture.get_pitch() * picture.get_height() + 200


class PictureCache:
    """At most `limit_bytes` of surfaces, keyed by what they show. The newest one is always kept."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.held_bytes = 0
        self._held: OrderedDict[Hashable, pygame.Surface] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], pygame.Surface]) -> pygame.Surface:
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
            return found
        made = make()
        self._held[key] = made
        self.held_bytes += bytes_of(made)
        while self.held_bytes > self.limit_bytes and len(self._held) > 1:
            self.held_bytes -= bytes_of(self._held.popitem(last=False)[1])
        return made

    def clear(self) -> None:
        self._held.clear()
        self.held_bytes = 0

    def __len__(self) -> int:
        return len(self._held)
