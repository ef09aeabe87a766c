"""`./tvm station move`: the journal of a folder into an empty database, once; the folder keeps the old one under another name.

First everything is in the database, in one transaction; then the folder says so; then the old journal has another name. Whoever is
interrupted asks again: a database that has this very journal is taken for moved, every other one is refused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from simulator.station.files import FileStore
from simulator.station.folder import JOURNAL, sync_folders
from simulator.station.postgres.store import PostgresStore
from simulator.station.store import StoreError
from simulator.station.wire import Step

MOVED = "journal.moved.jsonl"
STEPS_AT_ONCE = 1_000


def move(folder: Path, url: str) -> int:
    """How many steps there are now in the database. Raises StoreError, also when there are others in it; OSError."""
    with closing(FileStore(folder, moving=True)) as files:
        steps = [step for step in files.replay() if step["kind"] != "records"]
    with closing(PostgresStore(folder, url, moving=True)) as store:
        there = [step for step in store.replay() if step["kind"] != "records"]
        if there not in ([], steps):
            raise StoreError(f"{folder}: the database has another journal than this folder")
        if not there:
            store.append_all(_groups(steps))
        (folder / JOURNAL).rename(folder / MOVED)
        sync_folders(folder)
    return len(steps)


def _groups(steps: Sequence[Step]) -> Iterator[list[Step]]:
    left = iter(steps)
    while group := list(islice(left, STEPS_AT_ONCE)):
        yield group


def main(argv: Sequence[str]) -> int:
    """0 when it is there, 1 when it cannot be, 2 for wrong arguments."""
    parser = argparse.ArgumentParser(
        prog="tvm station move", description="Bring a station's journal into a database; the station must not run."
    )
    parser.add_argument("--data", type=Path, required=True, help="where it remembers")
    parser.add_argument("--database", required=True, metavar="URL", help="an empty one, postgresql://USER@HOST/NAME")
    given = parser.parse_args(argv)
    try:
        if not (given.data / JOURNAL).exists():
            raise StoreError(f"{given.data}: there is no {JOURNAL}")
        count = move(given.data, given.database)
    except (StoreError, OSError) as error:
        print(f"station: {error}", file=sys.stderr)
        return 1
    print(f"{count} steps are in the database now; start the station with --database. {MOVED} is not read any more")
    return 0
