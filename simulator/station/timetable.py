"""Trains: where they call, at what minute after the midnight before their first departure, and in which coaches.

A train run is named by its number and the date of its first departure; a passenger's date is the date on which the train
leaves the boarding station, which may be days later (K598 leaves Baotou the evening before it calls at Beijing West).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from simulator.station.layout import CoachRow, Layout, layouts_of
from simulator.station.network import Network, NetworkError, Row, read_yaml

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE_MS = 60_000
DAY_MINUTES = 1_440
MOST_STOPS = 64

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Call = Annotated[tuple[str, Clock | None, Clock | None], Field(strict=False)]  # YAML has lists only


class TrainRow(Row):
    number: Annotated[str, Field(pattern=r"^[A-Z]?[0-9]{1,4}$")]
    kind: Literal["G", "D", "C", "Z", "T", "K", "other"]
    badge: str = ""
    badge_english: str = ""
    makeup: str
    fare: str
    route: str
    stops: Annotated[list[Call], Field(min_length=2, max_length=MOST_STOPS)]


class TrainsFile(Row):
    routes: dict[str, dict[str, int]]
    trains: list[TrainRow]


class CoachesFile(Row):
    makeups: dict[str, list[CoachRow]]


@dataclass(frozen=True, slots=True)
class Stop:
    """A call; minutes count from 00:00 of the run's first day, None at the ends; km from the first stop."""

    station: str
    arrive_min: int | None
    depart_min: int | None
    km: int


@dataclass(frozen=True, slots=True)
class Train:
    """One train as it runs every day."""

    number: str
    kind: str
    badge: str
    badge_english: str
    fare: str
    stops: tuple[Stop, ...]
    layouts: Mapping[str, Layout]

    @property
    def segments(self) -> int:
        """Stretches between two calls: one fewer than stops."""
        return len(self.stops) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Trip:
    """A ride on one train from stop `a` to stop `b`: it uses the segments a, a+1, ... b-1. A timetable has one of each."""

    train: Train
    a: int
    b: int

    @property
    def km(self) -> int:
        return self.train.stops[self.b].km - self.train.stops[self.a].km

    @property
    def depart_min(self) -> int:
        minute = self.train.stops[self.a].depart_min
        assert minute is not None  # nobody boards at the last stop
        return minute

    @property
    def arrive_min(self) -> int:
        minute = self.train.stops[self.b].arrive_min
        assert minute is not None  # nobody alights at the first stop
        return minute

    def run_date(self, travel_date: date) -> date:
        """The date of the run that leaves the boarding station on `travel_date`."""
        return travel_date - timedelta(days=self.depart_min // DAY_MINUTES)

    def depart_ms(self, travel_date: date) -> int:
        return wall_ms(travel_date, self.depart_min % DAY_MINUTES)

    def arrive_ms(self, travel_date: date) -> int:
        return wall_ms(travel_date, self.depart_min % DAY_MINUTES + self.arrive_min - self.depart_min)


class Timetable:
    """All trains by number, and the trips that join two stations."""

    def __init__(self, trains: list[Train]) -> None:
        self.trains: dict[str, Train] = {train.number: train for train in trains}
        self._calls: dict[str, dict[str, int]] = {}
        self._trips: dict[tuple[str, str, str], Trip] = {}
        self._rides: dict[tuple[str, str], list[Trip]] = {}
        for train in trains:
            for index, stop in enumerate(train.stops):
                self._calls.setdefault(stop.station, {})[train.number] = index

    def trip(self, number: str, origin: str, destination: str) -> Trip | None:
        """The ride on train `number`, None when it does not call at both in this order."""
        a = self._calls.get(origin, {}).get(number)
        b = self._calls.get(destination, {}).get(number)
        if a is None or b is None or a >= b:
            return None
        name = (number, origin, destination)
        if name not in self._trips:
            self._trips[name] = Trip(self.trains[number], a, b)
        return self._trips[name]

    def trips(self, origin: str, destination: str) -> list[Trip]:
        """All direct rides, by time of departure."""
        if (origin, destination) not in self._rides:
            found = (self.trip(number, origin, destination) for number in self._calls.get(origin, {}))
            self._rides[origin, destination] = sorted(
                (trip for trip in found if trip), key=lambda trip: (trip.depart_min % DAY_MINUTES, trip.train.number)
            )
        return self._rides[origin, destination]


def wall_ms(day: date, minute: int) -> int:
    """Wall milliseconds of a minute after 00:00 of `day` in station time; minutes may go beyond 24:00."""
    return _midnight_ms(day) + minute * MINUTE_MS


@lru_cache(1_000)
def _midnight_ms(day: date) -> int:
    return int(datetime.combine(day, time(0), ZONE).timestamp()) * 1_000


def station_date(now_ms: int) -> date:
    """The calendar date in station time."""
    return _date_of_minute(now_ms // MINUTE_MS)  # no zone changes its date within a minute


@lru_cache(1_000)
def _date_of_minute(minute: int) -> date:
    return datetime.fromtimestamp(minute * 60, ZONE).date()


def clock_text(minute: int) -> str:
    """`HH:MM` of a minute, whatever the day."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def load_timetable(network: Network, folder: Path) -> Timetable:
    """Read trains and coaches and cross-check them. Raises NetworkError."""
    path = folder / "trains.yaml"
    file = read_yaml(path, TrainsFile)
    makeups = read_yaml(folder / "coaches.yaml", CoachesFile).makeups
    layouts = {name: layouts_of(rows, network.classes, name) for name, rows in makeups.items()}
    trains = [_train(row, file.routes, layouts, network, path) for row in file.trains]
    timetable = Timetable(trains)
    if len(timetable.trains) != len(trains):
        raise NetworkError(f"{path}: a train number occurs twice")
    return timetable


def _train(
    row: TrainRow,
    routes: Mapping[str, Mapping[str, int]],
    layouts: Mapping[str, Mapping[str, Layout]],
    network: Network,
    path: Path,
) -> Train:
    where = f"{path}: train {row.number}"
    route = routes.get(row.route)
    if route is None or row.makeup not in layouts:
        raise NetworkError(f"{where}: no route {row.route} or no make-up {row.makeup}")
    stations = [call[0] for call in row.stops]
    unknown = [code for code in stations if code not in network.stations or code not in route]
    if unknown or len(set(stations)) != len(stations):
        raise NetworkError(f"{where}: unknown stops {unknown}, or a stop twice")
    stops = _stops(row.stops, route, where)
    return Train(row.number, row.kind, row.badge, row.badge_english, row.fare, stops, layouts[row.makeup])


def _stops(calls: list[Call], route: Mapping[str, int], where: str) -> tuple[Stop, ...]:
    """Minutes that only rise: a clock time earlier than the one before it is on the next day."""
    last = len(calls) - 1
    stops: list[Stop] = []
    minute, first_km = 0, route[calls[0][0]]

    def onward(text: str) -> int:
        of_day = int(text[:2]) * 60 + int(text[3:])
        return minute + (of_day - minute) % DAY_MINUTES

    for index, (station, arrive, depart) in enumerate(calls):
        if (arrive is None) != (index == 0) or (depart is None) != (index == last):
            raise NetworkError(f"{where}: {station}: only the ends lack a time")
        arrive_min = minute = onward(arrive) if arrive else minute
        depart_min = minute = onward(depart) if depart else minute
        km = abs(route[station] - first_km)
        if stops and km <= stops[-1].km:
            raise NetworkError(f"{where}: {station}: the distance does not rise")
        stops.append(Stop(station, arrive_min if arrive else None, depart_min if depart else None, km))
    return tuple(stops)
