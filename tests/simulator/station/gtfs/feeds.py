"""Small feeds written as text, and where the real ones lie when they are there."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from simulator.station.gtfs.feed import Feed, load_feed
from simulator.station.timetable import Train, clock_text

DATA = Path(os.environ.get("TVM_TEST_DATA") or Path(__file__).parents[5] / "shared" / "data")
CALTRAIN = DATA / "gtfs-caltrain-2016" / "caltrain-2016-04.zip"
DB = DATA / "gtfs-db-longdistance-2019" / "db-fernverkehr-2019.zip"

TODAY = date(2026, 11, 21)
DAY = date(2019, 3, 18)  # a Monday
Tables = Mapping[str, str]

SMALL: dict[str, str] = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Rail,http://example.org,Europe/Berlin\n",
    "stops.txt": """stop_id,stop_name,stop_lat,stop_lon
a,Alpha,50.0,8.0
b,Beta,50.5,8.0
c,Gamma,51.0,8.0
d,Delta,52.0,8.0
""",
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\nr,A,,ICE 7,2\n",
    "trips.txt": "route_id,service_id,trip_id\nr,daily,t1\n",
    "stop_times.txt": """trip_id,arrival_time,departure_time,stop_id,stop_sequence
t1,08:00:00,08:00:00,a,1
t1,08:30:00,08:32:00,b,2
t1,09:00:00,09:00:00,c,3
""",
    "calendar.txt": """service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
daily,1,1,1,1,1,1,1,20190301,20190331
""",
}


def with_tables(base: Tables = SMALL, /, **changes: str | None) -> dict[str, str]:
    """`base` with some tables replaced, by name without `.txt`; None leaves one out."""
    tables = {**base, **{f"{name}.txt": text for name, text in changes.items() if text is not None}}
    return {name: text for name, text in tables.items() if changes.get(name.removesuffix(".txt"), "") is not None}


def more(name: str, rows: str, base: Tables = SMALL) -> dict[str, str]:
    """`base` with rows added to one table."""
    return {**base, f"{name}.txt": base[f"{name}.txt"] + rows}


def as_folder(folder: Path, tables: Tables) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def as_zip(path: Path, tables: Mapping[str, str | bytes], within: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(within + name, text)
    return path


def read(folder: Path, tables: Tables, **how: Any) -> Feed:
    """The feed of these tables, sold as of DAY unless said otherwise."""
    return load_feed(as_folder(folder / "feed", tables), TODAY, **{"as_of": DAY, **how})


def code_of(feed: Feed, name: str) -> str:
    return next(code for code, one in feed.world.network.stations.items() if name in (one.name, one.english))


def times_of(train: Train) -> list[str]:
    """`arrive-depart` of each call, as a board shows them."""
    shown = [
        "-".join(clock_text(minute) for minute in (stop.arrive_min, stop.depart_min) if minute is not None)
        for stop in train.stops
    ]
    return shown


def only_train(feed: Feed) -> Train:
    (train,) = feed.world.timetable.trains.values()
    return train
