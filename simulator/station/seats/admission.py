"""Whether a trip may be sold at all, before a place is looked for: the seam for quotas by time, pre-allocation and bid prices.

An admission sees the stock and answers with the name of a rule: it stands in the refusal, and in the answer to "why not this
place".
"""

from __future__ import annotations

from typing import Protocol

from simulator.station.seats.orders import Ask
from simulator.station.seats.stock import Stock


class Admission(Protocol):
    def refusal(self, stock: Stock, ask: Ask, now_ms: int) -> str:
        """The rule that keeps this trip from being sold now; empty when there is none. Changes nothing."""
        ...
