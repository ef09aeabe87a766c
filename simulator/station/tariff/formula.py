"""A fare set by formula over numbered stations, as the fare program of the seed article writes it. Source: fares and rules, 7.1.

A fare is (to x weight of to - from x weight of from) / divisor x unit. The article's own set is kept as it is, with its defects:
the linter says what is wrong with it. It prices nothing that is sold.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from config import Range, load
from simulator.station.dated import NoRule, Step, Text

Size = Literal["free", "child", "adult"]
Status = Literal["student", "other", "any"]
Weight = Annotated[int, Range(0, 100)]


@dataclass(frozen=True, slots=True)
class FormulaRow:
    """Who pays by which weights. `status` any: students and others."""

    seat_class: str
    size: Size
    status: Status
    to_weight: Weight
    from_weight: Weight
    divisor: Annotated[int, Range(1, 100)]

    def fits(self, seat_class: str, size: Size, student: bool) -> bool:
        return (self.seat_class, self.size) == (seat_class, size) and self.status in (
            "any",
            "student" if student else "other",
        )


@dataclass(frozen=True, slots=True)
class FormulaSet:
    """`child_from_mm`: children below are free; `adult_over_mm`: above, the adult's formula."""

    id: Annotated[str, Range(1, 40)]
    source: str
    text: Text
    unit_fen: Annotated[int, Range(1, 1_000_000)]
    child_from_mm: Annotated[int, Range(0, 3_000)]
    adult_over_mm: Annotated[int, Range(0, 3_000)]
    stations: tuple[str, ...]
    rows: tuple[FormulaRow, ...]

    def __post_init__(self) -> None:
        if self.child_from_mm > self.adult_over_mm:
            raise ValueError(f"{self.id}: children begin at {self.child_from_mm} mm, beyond their end")
        if len(self.stations) < 2 or len(set(self.stations)) < len(self.stations):
            raise ValueError(f"{self.id}: two stations at least, each once")

    def number(self, station: str) -> int:
        """A station's number, from 1 on. Raises NoRule."""
        if station not in self.stations:
            raise NoRule(f"{self.id}: no station {station}; there are {', '.join(self.stations)}")
        return self.stations.index(station) + 1

    def size_of(self, height_mm: int) -> Size:
        if height_mm < self.child_from_mm:
            return "free"
        return "adult" if height_mm > self.adult_over_mm else "child"

    def fare_fen(self, seat_class: str, size: Size, student: bool, start: int, end: int) -> Fraction:
        """The fare between two numbered stations, exact. Raises NoRule when nothing is written for that."""
        if size == "free":
            return Fraction(0)
        row = next((row for row in self.rows if row.fits(seat_class, size, student)), None)
        if row is None:
            raise NoRule(f"{self.id}: nothing is written for {seat_class}, {size}, {'student' if student else 'other'}")
        return Fraction((end * row.to_weight - start * row.from_weight) * self.unit_fen, row.divisor)

    def price(self, seat_class: str, height_mm: int, student: bool, start: str, end: str) -> tuple[Fraction, Step]:
        """The fare of a person between two stations with its one step, fen. Raises NoRule."""
        fen = self.fare_fen(seat_class, self.size_of(height_mm), student, self.number(start), self.number(end))
        did = f"{seat_class}, {height_mm} mm, stations {self.number(start)} to {self.number(end)}"
        return fen, Step(self.id, 1, did, self.text, int(fen) if fen.denominator == 1 else None)


def read_formula(path: Path) -> FormulaSet:
    """A fare set by formula. Raises ConfigError."""
    return load(path, FormulaSet)
