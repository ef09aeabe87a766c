"""A data folder belongs to one timetable: what was sold of a feed means nothing in another, nor on other days of the same.

The first start writes a step that names feed and day; later starts read the same feed moved by the same days, so that a ticket
sold yesterday for tomorrow is for today.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from simulator.station.gtfs.feed import Feed, load_feed
from simulator.station.gtfs.findings import FeedError
from simulator.station.wire import Step

BOUND = "timetable"


def bound_of(steps: Sequence[Step]) -> Step | None:
    """The step that names the feed of this folder, if it has one."""
    return next((step for step in steps if step["kind"] == BOUND), None)


def open_feed(
    path: Path, steps: Sequence[Step], today: date, as_of: date | None = None, skip_broken: bool = False, home: str = ""
) -> tuple[Feed, Step | None]:
    """The feed as this folder sells it, and the step to write when the folder is new.

    Raises FeedError, also when the folder was begun with other trains.
    """
    known = bound_of(steps)
    if known is None:
        if steps:
            raise FeedError("this data folder was begun with other trains; take a new one (--data)")
        feed = load_feed(path, today, as_of, skip_broken, home)
        return feed, _step(feed, skip_broken)
    day = date.fromisoformat(known["as_of"])
    if as_of not in (None, day):
        raise FeedError(f"this data folder sells {day} as {known['today']}; take a new one (--data) for {as_of}")
    feed = load_feed(path, date.fromisoformat(known["today"]), day, skip_broken, home)
    if _step(feed, skip_broken) != known:
        raise FeedError("this data folder was begun with another feed, or other rows of it; take a new one (--data)")
    return feed, None


def _step(feed: Feed, skip_broken: bool) -> Step:
    days = {"as_of": feed.as_of.isoformat(), "today": feed.today.isoformat()}
    return {"kind": BOUND, "digest": feed.digest, "skip_broken": skip_broken, **days}
