"""Days on which passengers sit apart: of each row every second place is sold, and nobody stands. A policy of the network's data.

In February 2020 trains were sold to about half, spread over the coach. Source: fares and rules, 4.1; row REF-10. A file that is
missing means none. What was sold before such a day was ordered stays sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from simulator.station.layout import Layout
from simulator.station.network import NetworkError, Row, read_yaml
from simulator.station.seats.choosing import spaced
from simulator.station.timetable import Timetable, Train


class ApartRow(Row):
    """Of some trains (all without `trains`) a class, for runs that begin on these days, both included."""

    trains: list[str] = Field(default_factory=list)
    seat_class: Annotated[str, Field(alias="class")]
    first: Annotated[date, Field(strict=False)]
    last: Annotated[date, Field(strict=False)]

    def covers(self, train: Train, seat_class: str, run_date: str) -> bool:
        return (
            seat_class == self.seat_class
            and (not self.trains or train.number in self.trains)
            and self.first.isoformat() <= run_date <= self.last.isoformat()
        )


class SpacingFile(Row):
    """`spacing.yaml`."""

    apart: list[ApartRow] = Field(default_factory=list)


def mask_apart(rows: Sequence[ApartRow], train: Train, seat_class: str, run_date: str) -> int | None:
    """The places on sale of a run that begins on `run_date`; None: all of them."""
    layout: Layout = train.layouts[seat_class]
    return spaced(layout) if any(row.covers(train, seat_class, run_date) for row in rows) else None


def load_spacing(folder: Path, timetable: Timetable) -> Sequence[ApartRow]:
    """Raises NetworkError for a class or a train that is not there, and for days that go backwards."""
    path = folder / "spacing.yaml"
    rows = read_yaml(path, SpacingFile).apart if path.exists() else []
    classes = {code for train in timetable.trains.values() for code in train.layouts}
    for row in rows:
        if row.seat_class not in classes:
            raise NetworkError(f"{path}: no train has a class {row.seat_class}")
        if unknown := [number for number in row.trains if number not in timetable.by_number]:
            raise NetworkError(f"{path}: no train {unknown[0]}")
        if row.last < row.first:
            raise NetworkError(f"{path}: {row.last} is before {row.first}")
    return rows
