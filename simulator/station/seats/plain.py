"""Places without a train: rows of five, twenty rows to a coach. For cases, measurements and tests."""

from __future__ import annotations

from functools import cache

from simulator.station.layout import Layout, Place

LETTERS, POSITIONS = "ABCDF", ("window", "middle", "aisle", "aisle", "window")
ROWS_PER_COACH = 20


@cache
def plain_layout(places: int) -> Layout:
    """`places` seats of one class; the same layout for the same number."""
    return Layout(tuple(_place(index) for index in range(places)), ())


def _place(index: int) -> Place:
    row, letter = divmod(index, len(LETTERS))
    coach = f"{row // ROWS_PER_COACH + 1:02d}"
    return Place(
        coach, f"{row % ROWS_PER_COACH + 1:02d}{LETTERS[letter]}", POSITIONS[letter], "", f"{coach}/{row}", coach
    )
