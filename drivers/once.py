"""What a device read and nobody has fetched yet: given away once, to who asks for the order it was read for, else forgotten.

For words that may stand in no fact, log or black box: documents, codes, tracks and answers of cards.
"""

from __future__ import annotations

from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Once(Generic[Thing]):
    """Of the order that was answered last."""

    def __init__(self) -> None:
        self._kept: tuple[int, Thing] | None = None

    def keep(self, order: int, thing: Thing) -> None:
        self._kept = order, thing

    def take(self, order: int) -> Thing | None:
        """None when it was for another order, or is gone."""
        if self._kept is None or self._kept[0] != order:
            return None
        thing, self._kept = self._kept[1], None
        return thing

    def forget(self) -> None:
        self._kept = None
