"""Trains: where they call, at what minute after the midnight before their first departure, and in which coaches.

A train run is named by its number and the date of its first departure; a passenger's date is the date on which the train
leaves the boarding station, which may be days later (K598 leaves Baotou the evening before it calls at Beijing West).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from simulator.station.layout import Layout

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE_MS = 60_000
DAY_MINUTES = 1_440
MOST_REMEMBERED = 20_000
"""Of so many pairs of stations the rides are remembered at once; asking again finds them again."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A call; minutes count from 00:00 of the run's first day, None at the ends; km from the first stop.

    `board`, `alight`: whether people may get on and off here. `estimated`: the minutes are between two that are known.
    """

    station: str
    arrive_min: int | None
    depart_min: int | None
    km: int
    board: bool = True
    alight: bool = True
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """A set of dates: bit n of `mask` is the date with ordinal `first` + n."""

    first: int
    mask: int

    def __contains__(self, day: date) -> bool:
        at = day.toordinal() - self.first
        return at >= 0 and bool(self.mask >> at & 1)

    def next_from(self, day: date) -> date | None:
        """The first of them that is not before `day`."""
        at = max(0, day.toordinal() - self.first)
        rest = self.mask >> at
        return date.fromordinal(self.first + at + (rest & -rest).bit_length() - 1) if rest else None


@dataclass(frozen=True, slots=True)
class Train:
    """One train as it runs every day, or on `days`, the dates of its first departure.

    `key` names it in the stock: its number, unless trains of different days share that.
    """

    number: str
    kind: str
    badge: str
    badge_english: str
    fare: str
    stops: tuple[Stop, ...]
    layouts: Mapping[str, Layout]
    days: Days | None = None
    key: str = ""

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", self.number)

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
        days = self.depart_min // DAY_MINUTES
        return travel_date - timedelta(days=days) if days else travel_date

    def runs_on(self, travel_date: date) -> bool:
        """Whether the train leaves the boarding station on `travel_date`."""
        return self.train.days is None or self.run_date(travel_date) in self.train.days

    @property
    def estimated(self) -> bool:
        """Whether one of its two times is not told by the timetable."""
        return self.train.stops[self.a].estimated or self.train.stops[self.b].estimated

    def depart_ms(self, travel_date: date) -> int:
        return wall_ms(travel_date, self.depart_min % DAY_MINUTES)

    def arrive_ms(self, travel_date: date) -> int:
        return wall_ms(travel_date, self.depart_min % DAY_MINUTES + self.arrive_min - self.depart_min)


class Timetable:
    """All trains by key and by number, and the trips that join two stations."""

    def __init__(self, trains: list[Train]) -> None:
        self.trains: dict[str, Train] = {train.key: train for train in trains}
        self.by_number: dict[str, list[Train]] = {}
        self._calls: dict[str, dict[str, tuple[int, ...]]] = {}
        self._trips: dict[tuple[str, str, str], Trip | None] = {}
        self._rides: dict[tuple[str, str], list[Trip]] = {}
        self._daily = all(train.days is None for train in trains)
        for train in trains:
            self.by_number.setdefault(train.number, []).append(train)
            for index, stop in enumerate(train.stops):
                calls = self._calls.setdefault(stop.station, {})
                calls[train.key] = (*calls.get(train.key, ()), index)

    def train_on(self, number: str, day: date | None, today: date) -> Train | None:
        """The train of that number which begins its run on `day`, else one that is under way then; without a day the next one."""
        trains = self.by_number.get(number, [])
        if day is None:
            return min(trains, key=lambda train: _next_run(train, today), default=None)
        begins = (train for train in trains if train.days is None or day in train.days)
        return next(begins, next((train for train in trains if _leaves_on(train, day)), None))

    def trip(self, number: str, origin: str, destination: str, travel_date: date | None = None) -> Trip | None:
        """The ride on train `number`; None when it does not call at both in this order, or does not leave `origin` on that date."""
        for train in self.by_number.get(number, ()):
            trip = self._trip(train.key, origin, destination)
            if trip is not None and (travel_date is None or trip.runs_on(travel_date)):
                return trip
        return None

    def trips(self, origin: str, destination: str, travel_date: date | None = None) -> list[Trip]:
        """All direct rides of a date, or of any, by time of departure."""
        if (origin, destination) not in self._rides:
            if len(self._rides) >= MOST_REMEMBERED:
                self._rides.clear()
                self._trips.clear()
            found = (self._trip(key, origin, destination) for key in self._calls.get(origin, {}))
            self._rides[origin, destination] = sorted(
                (trip for trip in found if trip), key=lambda trip: (trip.depart_min % DAY_MINUTES, trip.train.number)
            )
        rides = self._rides[origin, destination]
        if travel_date is None or self._daily:
            return rides
        return [trip for trip in rides if trip.runs_on(travel_date)]

    def _trip(self, key: str, origin: str, destination: str) -> Trip | None:
        """The shortest ride on that train from one to the other."""
        name = (key, origin, destination)
        known = self._trips.get(name)
        if known is not None:
            return known
        stops = self.trains[key].stops
        starts = [a for a in self._calls.get(origin, {}).get(key, ()) if stops[a].board]
        ends = [b for b in self._calls.get(destination, {}).get(key, ()) if stops[b].alight]
        joined = [(b - a, a, b) for a in starts for b in ends if a < b]
        if not joined:
            return None
        _, a, b = min(joined)
        self._trips[name] = Trip(self.trains[key], a, b)
        return self._trips[name]


def _next_run(train: Train, today: date) -> date:
    return today if train.days is None else train.days.next_from(today) or date.max


def _leaves_on(train: Train, day: date) -> bool:
    """Whether it leaves one of its stops on `day`."""
    later = {stop.depart_min // DAY_MINUTES for stop in train.stops if stop.depart_min is not None}
    return train.days is None or any(day - timedelta(days=days) in train.days for days in later)


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
