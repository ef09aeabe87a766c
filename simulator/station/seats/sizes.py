"""How much a stock takes, told before it is built. Source: seat inventory, sections 4 and 5."""

from __future__ import annotations


def trips(stops: int) -> int:
    """From how many stops to how many others: each place of a run has so many different tickets."""
    return stops * (stops - 1) // 2


def pregenerated(trains: int, places: int, each: int, row_bytes: int) -> tuple[int, int]:
    """Rows, and their bytes, of a table with one row for every ticket that could be sold."""
    rows = trains * places * each
    return rows, rows * row_bytes


def bit_string_bytes(trains: int, places: int, segments: int) -> int:
    """One bit for each place and segment."""
    return trains * places * segments // 8
