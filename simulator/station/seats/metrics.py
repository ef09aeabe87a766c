"""How well the places are used. Source: seat inventory, section 7."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.station.seats.stock import Stock

POOR_VACANCY, POOR_REUSE = 0.5, 0.05


@dataclass(frozen=True, slots=True)
class Metrics:
    """Shares of 1. `reuse` goes to the number of segments less one; None while nothing is taken. `redundancy_physical`: places that
    are empty all the way; `redundancy_combined`: end-to-end places that could be made of all free pieces."""

    vacancy: float
    reuse: float | None
    redundancy_physical: float
    redundancy_combined: float

    @property
    def poor(self) -> bool:
        """Half empty, and hardly a place sold twice: the choice of places needs a look."""
        return self.reuse is not None and self.vacancy >= POOR_VACANCY and self.reuse <= POOR_REUSE


def metrics(stock: Stock) -> Metrics:
    """Of what is held or sold at this moment; standing tickets have no place and do not count."""
    taken = stock.taken()
    loads = [row.bit_count() for row in taken]
    ever = 0
    for row in taken:
        ever |= row
    used, size = ever.bit_count(), stock.size
    return Metrics(
        vacancy=1 - sum(loads) / (size * stock.segments),
        reuse=(stock.tickets - used) / used if used else None,
        redundancy_physical=(size - used) / size,
        redundancy_combined=(size - max(loads)) / size,
    )
