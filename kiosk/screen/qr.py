"""2-D codes as rows of modules, for the screen and for slips (segno)."""

from __future__ import annotations

from functools import lru_cache

import segno


@lru_cache(maxsize=32)
def rows(content: str, error: str = "m", mask: int | None = None) -> tuple[str, ...]:
    """Rows of "0" and "1" (dark), without quiet zone. `error`: correction level l, m, q or h.

    `mask` 0 to 7: readers take any; looking for the most even one costs some 5 ms.
    """
    made = segno.make(content, error=error, micro=False, boost_error=False, mask=mask)
    return tuple("".join("1" if module else "0" for module in row) for row in made.matrix)
