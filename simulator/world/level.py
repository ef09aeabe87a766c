"""Two levels at which a controller is joined to the matter of its world; it cannot tell which (decisions 36, 37)."""

from __future__ import annotations

from typing import Literal

Level = Literal["port", "bytes"]
