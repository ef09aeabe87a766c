"""The trains of `config/network/`: read from YAML, cross-checked with stations and coaches. Each runs every day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from simulator.station.layout import CoachRow, Layout, layouts_of
from simulator.station.network import Network, NetworkError, Row, read_yaml
from simulator.station.timetable import DAY_MINUTES, Stop, Timetable, Train

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
