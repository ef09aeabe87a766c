"""Two levels at which a controller is joined to the matter of its world; it cannot tell which (decisions 36, 37). Two machines."""

from __future__ import annotations

from typing import Literal

Level = Literal["port", "bytes"]

Machine = Literal["usual", "bulk", "pay", "collect", "coins", "cards"]
"""What takes and pays notes: a validator and a dispenser, or a Bill-to-Bill unit with a bulk escrow that does both. `pay`: as
usual, and phones pay too. `collect`: as usual, with code scanner and identity reader: orders are picked up. `coins`: as usual,
and two hoppers pay change in coins. `cards`: as usual, and cards and phones pay, too."""
