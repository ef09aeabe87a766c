"""From kilometres to weighted kilometres: mileage sections, minimum distances, taper. Source: fares and rules, 1.2 to 1.4."""

from __future__ import annotations

from simulator.station.tariff.data import Bands


def section_km(km: int, rows: Bands) -> tuple[int, int]:
    """First and last km of the mileage section of `km` (>= 1)."""
    low, length = next((low, length) for low, length in reversed(rows) if km > low)
    lower = low + (km - 1 - low) // length * length
    return lower + 1, lower + length


def fare_km(km: int, rows: Bands) -> int:
    """The middle of the mileage section of `km` (>= 1): what is charged."""
    first, last = section_km(km, rows)
    return (first - 1 + last) // 2


def weighted_percent_km(km: int, rows: Bands) -> int:
    """Kilometres times their share of the base rate, in percent: the sheet's U times 100."""
    ends = [start for start, _ in rows[1:]] + [km]
    return sum(max(0, min(km, end) - start) * percent for (start, percent), end in zip(rows, ends, strict=True))
