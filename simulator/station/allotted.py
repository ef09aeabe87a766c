"""What else is on sale of a class of a run than its places, and which of these not everybody may sell: standing tickets and quotas.

Both are data, `standing.yaml` and `quotas.yaml` of the network (and `spacing.yaml`, see `distance`); a folder without one of them
has none. A quota is somebody's places over some stops under a use code; a machine sells what its own station may. Source: seat
inventory, sections 1, 2 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import Field

from simulator.station.distance import ApartRow, load_spacing, mask_apart
from simulator.station.layout import Layout
from simulator.station.network import Network, NetworkError, Row, read_yaml
from simulator.station.seats.quotas import Quota, Reuse, Seller, Terms, Use
from simulator.station.seats.standing import SEATS_PER_ROW, Standing, coach_capacity
from simulator.station.timetable import Timetable, Train

ANYBODY = "any"
"""The engine's own seller: who is at no station of the network."""
Percent = Annotated[int, Field(ge=0, le=100)]
Telecode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class SectionRow(Row):
    """Another share of the seats from one stop to another, on some trains."""

    trains: Annotated[list[str], Field(min_length=1)]
    seat_class: Annotated[str, Field(alias="class")]
    start: Annotated[Telecode, Field(alias="from")]
    end: Annotated[Telecode, Field(alias="to")]
    percent_of_seats: Percent


class StandingFile(Row):
    """`standing.yaml`: by class so many standing tickets as this share of its seats, in each coach and on each section."""

    percent_of_seats: dict[str, Percent] = Field(default_factory=dict)
    sections: list[SectionRow] = Field(default_factory=list)


class QuotaRow(Row):
    """Places of coaches (all of the class without `places`) from one stop to another. `sold_at`: stations whose machines may sell
    them, none for all; `boarding`: where the trip may begin, none for anywhere; `limit` the farthest stop, `min_to` the nearest."""

    trains: Annotated[list[str], Field(min_length=1)]
    seat_class: Annotated[str, Field(alias="class")]
    coaches: Annotated[list[Annotated[int, Field(ge=1, le=99)]], Field(min_length=1)]
    places: list[str] = Field(default_factory=list)
    start: Annotated[Telecode | None, Field(alias="from")] = None
    end: Annotated[Telecode | None, Field(alias="to")] = None
    use: Annotated[Use, Field(strict=False)]
    sold_at: list[Telecode] = Field(default_factory=list)
    boarding: list[Telecode] = Field(default_factory=list)
    limit: Telecode | None = None
    min_to: Telecode | None = None
    reuse: Annotated[Reuse, Field(strict=False)] = Reuse.FULL


class QuotasFile(Row):
    """`quotas.yaml`. `machines_sell`: use codes that a vending machine may sell at all."""

    machines_sell: list[Annotated[Use, Field(strict=False)]] = Field(default=[Use.PUBLIC, Use.SHARED])
    quotas: list[QuotaRow] = Field(default_factory=list)


class Allotted(Protocol):
    """What the stocks of runs are made with."""

    @property
    def sellers(self) -> Mapping[str, Seller]: ...

    def seller_at(self, station: str) -> str:
        """The name of who sells at a station."""

    def standing(self, train: Train, seat_class: str) -> Standing:
        """Room for standing passengers of a class, empty; no room where nobody may stand, for some may have been sold before."""

    def quotas(self, train: Train, seat_class: str) -> Sequence[Quota]: ...

    def apart(self, train: Train, seat_class: str, run_date: str) -> int | None:
        """The places on sale where passengers sit apart on that day; None: all of them."""


class NothingMore:
    """Places only, everybody's."""

    sellers: Mapping[str, Seller] = {}

    def seller_at(self, station: str) -> str:
        return ANYBODY

    def standing(self, train: Train, seat_class: str) -> Standing:
        return Standing([0] * len(seats_by_coach(train.layouts[seat_class])), [0] * train.segments)

    def quotas(self, train: Train, seat_class: str) -> Sequence[Quota]:
        return ()

    def apart(self, train: Train, seat_class: str, run_date: str) -> int | None:
        return None


NOTHING_MORE = NothingMore()


class ByFile:
    """As the files say. Raises NetworkError when they name a station, a class, a coach or a place that is not there."""

    def __init__(
        self,
        standing: StandingFile,
        quotas: QuotasFile,
        network: Network,
        timetable: Timetable,
        apart: Sequence[ApartRow] = (),
    ) -> None:
        self._standing, self._rows, self._apart = standing, quotas.quotas, apart
        uses = frozenset(quotas.machines_sell)
        self.sellers: Mapping[str, Seller] = {}
        if any(row.sold_at for row in self._rows) or uses != {Use.PUBLIC, Use.SHARED}:
            self.sellers = {code: Seller(uses, code) for code in network.stations}
        self._check(network, timetable)

    def seller_at(self, station: str) -> str:
        return station if station in self.sellers else ANYBODY

    def standing(self, train: Train, seat_class: str) -> Standing:
        usual = self._standing.percent_of_seats.get(seat_class, 0)
        shares = [usual] * train.segments
        for row in self._standing.sections:
            if train.number in row.trains and row.seat_class == seat_class:
                a, b = _section(train, row.start, row.end)
                shares[a:b] = [row.percent_of_seats] * (b - a)
        seats = seats_by_coach(train.layouts[seat_class])
        return Standing(
            [room_beside(count, max(shares)) for count in seats.values()],
            [sum(room_beside(count, share) for count in seats.values()) for share in shares],
        )

    def quotas(self, train: Train, seat_class: str) -> Sequence[Quota]:
        return [_quota(row, train) for row in self._rows if train.number in row.trains and row.seat_class == seat_class]

    def apart(self, train: Train, seat_class: str, run_date: str) -> int | None:
        return mask_apart(self._apart, train, seat_class, run_date)

    def _check(self, network: Network, timetable: Timetable) -> None:
        for code in self._standing.percent_of_seats:
            if code not in network.classes or network.classes[code].levels:
                raise NetworkError(f"standing.yaml: nobody stands in {code}: no class of seats")
        rows: list[SectionRow | QuotaRow] = [*self._standing.sections, *self._rows]
        for row in rows:
            for number in row.trains:
                for train in timetable.by_number.get(number, [None]):
                    if train is None or row.seat_class not in train.layouts:
                        raise NetworkError(f"standing and quotas: no train {number} with a class {row.seat_class}")
                    self.standing(train, row.seat_class)
        for train in timetable.trains.values():
            for seat_class in train.layouts:
                _once(train, self.quotas(train, seat_class))


def seats_by_coach(layout: Layout) -> dict[str, int]:
    """How many places each coach of a class has, in the order in which standing tickets count coaches."""
    counts: dict[str, int] = {}
    for place in layout.places:
        counts[place.coach] = counts.get(place.coach, 0) + 1
    return counts


def room_beside(seats: int, percent: int) -> int:
    """Standing places of a coach: a share of its seats, never more than a full coach of so many rows holds beside them."""
    rows = -(-seats // SEATS_PER_ROW)
    return min(seats * percent // 100, coach_capacity(rows) - seats)


def _section(train: Train, start: str | None, end: str | None) -> tuple[int, int]:
    """The segments between two stops; from the first, to the last, where none is named."""
    return (
        _stop(train, start) if start is not None else 0,
        _stop(train, end) if end is not None else train.segments,
    )


def _stop(train: Train, code: str) -> int:
    found = next((index for index, stop in enumerate(train.stops) if stop.station == code), None)
    if found is None:
        raise NetworkError(f"standing and quotas: train {train.number} does not call at {code}")
    return found


def _quota(row: QuotaRow, train: Train) -> Quota:
    layout = train.layouts[row.seat_class]
    coaches, found = {f"{coach:02d}" for coach in row.coaches}, 0
    for index, place in enumerate(layout.places):
        if place.coach in coaches and (not row.places or place.name in row.places):
            found |= 1 << index
    if found.bit_count() < max(len(row.coaches), len(row.places) * len(row.coaches)):
        raise NetworkError(f"quotas.yaml: train {train.number}: {row.seat_class} has no such coaches or places")
    a, b = _section(train, row.start, row.end)
    terms = Terms(
        use=row.use,
        stations=frozenset(_stop(train, code) for code in row.boarding),
        windows=frozenset(row.sold_at),
        limit=None if row.limit is None else _stop(train, row.limit),
        min_to=None if row.min_to is None else _stop(train, row.min_to),
        reuse=row.reuse,
    )
    if a >= b:
        raise NetworkError(f"quotas.yaml: train {train.number}: {row.end} does not lie behind {row.start}")
    return Quota(terms, found, a, b)


def _once(train: Train, quotas: Sequence[Quota]) -> None:
    for index, one in enumerate(quotas):
        for other in quotas[:index]:
            if one.places & other.places and one.a < other.b and other.a < one.b:
                raise NetworkError(f"quotas.yaml: train {train.number}: a place is in two quotas")


def load_allotted(folder: Path, network: Network, timetable: Timetable) -> ByFile:
    """Read the files, where they are. Raises NetworkError."""
    standing, quotas = folder / "standing.yaml", folder / "quotas.yaml"
    return ByFile(
        read_yaml(standing, StandingFile) if standing.exists() else StandingFile(),
        read_yaml(quotas, QuotasFile) if quotas.exists() else QuotasFile(),
        network,
        timetable,
        load_spacing(folder, timetable),
    )
