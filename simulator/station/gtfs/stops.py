"""Stations of a feed: platforms joined with their parent station, and stops of one name that lie side by side.

A passenger chooses a station, never a platform. What is broken here takes the calls with it that refer to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

from simulator.station.gtfs.cells import degrees_of, shortened
from simulator.station.gtfs.findings import Findings
from simulator.station.gtfs.table import Tables

EARTH_KM = 6_371.0
SAME_PLACE_KM = 0.5
MOST_NAMESAKES = 50
LONGEST_NAME = 100
STOP, STATION = "0", "1"
KINDS = ("0", "1", "2", "3", "4")
COLUMNS = ("stop_id",)
MORE = ("stop_name", "stop_lat", "stop_lon", "location_type", "parent_station", "zone_id", "stop_code")


@dataclass(frozen=True, slots=True)
class Site:
    """A station before it has a telecode: the id of its first row, its name, where it is, its short code."""

    id: str
    name: str
    lat: float
    lon: float
    code: str = ""

    def km_to(self, other: Site) -> float:
        """Great-circle distance."""
        lat, other_lat = radians(self.lat), radians(other.lat)
        half = sin((other_lat - lat) / 2) ** 2
        half += cos(lat) * cos(other_lat) * sin(radians(other.lon - self.lon) / 2) ** 2
        return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


@dataclass
class Stops:
    """`site_of` and `zone_of` by stop_id, for what a train may call at; `broken` are ids whose row is broken."""

    site_of: dict[str, Site] = field(default_factory=dict)
    zone_of: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    id: str
    name: str
    lat: float | None
    lon: float | None
    kind: str
    parent: str
    zone: str
    code: str


def read_stops(tables: Tables, findings: Findings) -> Stops:
    """Every stop with the station it belongs to."""
    stops = Stops()
    rows = _rows(tables, findings, stops)
    sites: dict[str, Site] = {}
    platforms: list[_Row] = []
    parents = {row.id for row in rows if row.kind == STATION}
    for row in sorted(rows, key=lambda row: row.kind != STATION):
        try:
            _check_parent(row, parents, stops)
            sites.setdefault(row.parent or row.id, _placed(row))
        except ValueError as error:
            findings.bad("stops.txt", row.line, str(error))
            stops.broken.add(row.id)
        except LookupError:
            findings.hanging["stops"] += 1
            stops.broken.add(row.id)
        else:
            platforms += [row] if row.kind == STOP else []
    merged = _side_by_side(sites[row.id] for row in platforms if not row.parent)
    for row in platforms:
        site = sites[row.parent or row.id]
        stops.site_of[row.id] = merged.get(site.id, site)
        stops.zone_of[row.id] = row.zone
    return stops


def _rows(tables: Tables, findings: Findings, stops: Stops) -> list[_Row]:
    """Stops and stations; entrances and the like are only checked."""
    rows: list[_Row] = []
    for line, cells in tables.rows("stops.txt", COLUMNS, MORE):
        stop, name, lat, lon, kind, parent, zone, code = (cell.strip() for cell in cells)
        if not stop or stop in stops.ids:
            findings.bad("stops.txt", line, f"stop {shortened(stop)} stands twice" if stop else "no stop_id")
            continue
        stops.ids.add(stop)
        try:
            if (kind or STOP) not in KINDS:
                raise ValueError(f"location_type {shortened(kind)} is none of 0 to 4")
            if len(name) > LONGEST_NAME or not name.isprintable():
                raise ValueError(f"a name of {len(name)} characters, or not printable")
            row = _Row(line, stop, name, degrees_of(lat, 90), degrees_of(lon, 180), kind or STOP, parent, zone, code)
        except ValueError as error:
            findings.bad("stops.txt", line, str(error))
            stops.broken.add(stop)
            continue
        if row.kind in (STOP, STATION):
            rows.append(row)
    return rows


def _check_parent(row: _Row, parents: set[str], stops: Stops) -> None:
    """Raises ValueError when the row is broken, LookupError when its parent's row is."""
    if row.kind == STATION and row.parent:
        raise ValueError("a station has no parent")
    if row.parent in stops.broken:
        raise LookupError(row.parent)
    if row.parent and row.parent not in parents:
        raise ValueError(f"parent_station {shortened(row.parent)} is no station")


def _placed(row: _Row) -> Site:
    if not row.name:
        raise ValueError("no stop_name")
    if row.lat is None or row.lon is None:
        raise ValueError("no stop_lat and stop_lon")
    return Site(row.id, row.name, row.lat, row.lon, row.code)


def _side_by_side(sites: Iterable[Site]) -> dict[str, Site]:
    """Id of a stop -> the first stop of the same name within half a kilometre: the two sides of one road."""
    firsts: dict[str, list[Site]] = {}
    merged: dict[str, Site] = {}
    for site in sites:
        near = next(
            (one for one in firsts.get(site.name, [])[-MOST_NAMESAKES:] if one.km_to(site) <= SAME_PLACE_KM), None
        )
        if near is None:
            firsts.setdefault(site.name, []).append(site)
        else:
            merged[site.id] = near
    return merged
