"""The coaches of a train that a feed says nothing of: GTFS knows no seats. One make-up for trains, one for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.station.layout import CoachRow, Layout, layouts_of
from simulator.station.network import SeatClass

TARIFF = "d250"  # of fares.yaml: has second and first class
FIRST = {"class": "first", "rows": 12, "letters": "ACDF"}
SECOND = {"class": "second", "rows": 17, "letters": "ABCDF"}
RAIL = [{"coach": 1, **FIRST}, *({"coach": coach, **SECOND} for coach in range(2, 7))]
ROAD = [{"coach": 1, "class": "second", "rows": 12, "letters": "ABCD"}]


def default_layouts(classes: Mapping[str, SeatClass], rail: bool, one_class: bool) -> dict[str, Layout]:
    """Six coaches of a train, or the seats of one car. `one_class`: the feed's fares know no other than second."""
    rows = [CoachRow.model_validate(row) for row in (RAIL if rail else ROAD)]
    if one_class:
        rows = [row for row in rows if row.seat_class == "second"]
    return layouts_of(rows, classes, "default of a feed")
