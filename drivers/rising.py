"""Numbers that only rise, as those of payments do within a machine's life: one that came before is not begun again."""

from __future__ import annotations


class Rising:
    """Remembers the highest alone."""

    def __init__(self) -> None:
        self._highest = 0

    def new(self, number: int) -> bool:
        """Whether it is higher than all before it; from then on it is not new any more."""
        if number <= self._highest:
            return False
        self._highest = number
        return True
