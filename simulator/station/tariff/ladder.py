"""Published fares by distance band against the tariff: every miss, and how many rows match. Source: fares and rules, 1.8."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from simulator.station.tariff.book import Tariff
from simulator.station.tariff.data import Conditioning, Supplement
from simulator.station.tariff.distance import section_km
from simulator.station.tariff.engine import ADULT, price_of
from simulator.station.tariff.money import yuan
from simulator.station.tariff.ordinary import FareSection, OrdinaryRide
from simulator.station.tariff.sheet import Row, read_rows

SUPPLEMENTS: dict[str, Supplement] = {"ordinary": "none", "express": "express", "fast": "fast"}
AIRCON: dict[str, Conditioning] = {"no-aircon": "none", "old-aircon": "old", "new-aircon": "new"}
CLASSES = {
    "hard_seat": "hard_seat",
    "hard_sleeper_upper": "hard_berth_upper",
    "soft_sleeper_upper": "soft_berth_upper",
}
COLUMNS = ("train_level", "air_conditioning", "km_from", "km_to", *CLASSES)


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows that were compared, and one sentence for each that does not match."""

    rows: int
    misses: tuple[str, ...]

    @property
    def matched(self) -> int:
        return self.rows - len(self.misses)


def judge_ladder(path: Path, tariff: Tariff, sold_on: date) -> Judged:
    """Compare each row in every class it has a price for. Raises SheetError."""
    rows = read_rows(path, COLUMNS)
    misses = [f"{path.name}:{row.line}: {why}" for row in rows if (why := _miss(row, tariff, sold_on))]
    return Judged(len(rows), tuple(misses))


def _miss(row: Row, tariff: Tariff, sold_on: date) -> str:
    """What differs in a row; empty when all its prices are just ours, over the whole band."""
    first, last = row.km("km_from"), row.km("km_to")
    if first > last:
        raise row.wrong("km_from", f"{first} is beyond km_to {last}")
    level = row.one_of("train_level", tuple(SUPPLEMENTS))
    aircon = row.one_of("air_conditioning", tuple(AIRCON))
    published = {column: fen for column in CLASSES if (fen := row.fen(column)) is not None}
    if not published:
        raise row.wrong("hard_seat", "and all other prices are empty")
    found = []
    for column, fen in published.items():
        for km in _band_km(first, last, tariff, sold_on):
            ride = OrdinaryRide((FareSection(km),), SUPPLEMENTS[level], AIRCON[aircon], CLASSES[column])
            ours = price_of(tariff, ride, ADULT, sold_on).total_fen
            if ours != fen:
                found.append(f"{column} {yuan(fen)} published, {yuan(ours)} computed over {km} km")
                break
    return f"{level} {aircon} {first}-{last} km: " + "; ".join(found) if found else ""


def _band_km(first: int, last: int, tariff: Tariff, sold_on: date) -> Iterator[int]:
    """A kilometre of each mileage section that the band touches."""
    km = first
    while km <= last:
        yield km
        km = section_km(km, tariff.ordinary(sold_on).sections.rows)[1] + 1
