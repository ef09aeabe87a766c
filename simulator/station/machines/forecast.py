"""When a place runs empty or full, from how its machine went through it at each hour of the day.

The method, simple enough to be told on the page: the mean of each hour of the day over at most the last two weeks is how fast it
will go at that hour. The spread has three parts: sales fall unevenly within an hour (`uneven`), whole days are busier or quieter
than the mean (`days_differ`), and a mean of few days is itself uncertain. Eight times of ten the truth lies between early and late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt

HOUR_MS = 3_600_000
ZONE_HOURS = 8
"""The station's day begins so many hours before that of UTC; China has one zone and no summer time."""
HOURS_MOST = 14 * 24
HOURS_LEAST = 3
HORIZON_HOURS = 7 * 24
DRAWN_HOURS = 48
TEN_PERCENT = 1.2816
"""Of a normal spread one tenth lies beyond so many standard deviations on either side."""
UNEVEN, DAYS_DIFFER = 4.0, 0.3
"""What is taken for the two measures until there are days enough to measure them: change leaves in small bundles, and a busy day
sees a third more people than a usual one."""


@dataclass(frozen=True, slots=True)
class Profile:
    """`rates`: pieces an hour toward the limit, by hour of the day; `hours` were looked at. `uneven`: variance over mean within an
    hour; `days_differ`: standard deviation of a day over its mean, beyond that."""

    rates: tuple[float, ...]
    hours: int
    uneven: float
    days_differ: float

    @property
    def per_day(self) -> float:
        return sum(self.rates)

    @property
    def unsure(self) -> float:
        """Relative variance of the mean itself."""
        if self.per_day <= 0:
            return 0.0
        return (self.days_differ**2 + self.uneven / self.per_day) / max(self.hours / 24, 0.25)


@dataclass(frozen=True, slots=True)
class Due:
    """Wall ms of when the limit is reached: expected, and the two ends of the spread; None: not within `HORIZON_HOURS`."""

    expected_ms: int | None
    early_ms: int | None
    late_ms: int | None
    curve: list[tuple[int, float, float, float]] = field(default_factory=list)
    """(wall ms, pieces gone as expected, at least, at most) for each hour that is drawn."""


def profile(moved: Mapping[int, int], first_ms: int, now_ms: int) -> Profile | None:
    """How a place is gone through; `moved`: hour since 1970 -> pieces toward the limit. Whole hours only, the first and the running
    one are left out. None with fewer than `HOURS_LEAST` of them."""
    end = now_ms // HOUR_MS
    begin = max(first_ms // HOUR_MS + 1, end - HOURS_MOST)
    if end - begin < HOURS_LEAST:
        return None
    seen: list[list[int]] = [[] for _ in range(24)]
    for hour in range(begin, end):
        seen[(hour + ZONE_HOURS) % 24].append(moved.get(hour, 0))
    usual = sum(map(sum, seen)) / (end - begin)
    rates = tuple(sum(each) / len(each) if each else usual for each in seen)
    uneven = _uneven(seen, rates)
    days = [sum(moved.get(hour, 0) for hour in range(at, at + 24)) for at in range(end - 24, begin - 1, -24)]
    return Profile(rates, end - begin, uneven, _days_differ(days, uneven))


def _uneven(seen: list[list[int]], rates: tuple[float, ...]) -> float:
    often = [(each, rate) for each, rate in zip(seen, rates, strict=True) if len(each) >= 3 and rate > 0]
    if sum(rate for _, rate in often) < 1:
        return UNEVEN
    variance = sum(sum((count - rate) ** 2 for count in each) / (len(each) - 1) for each, rate in often)
    return max(1.0, variance / sum(rate for _, rate in often))


def _days_differ(days: list[int], uneven: float) -> float:
    if len(days) < 3 or sum(days) <= 0:
        return DAYS_DIFFER
    mean = sum(days) / len(days)
    variance = sum((day - mean) ** 2 for day in days) / (len(days) - 1)
    return sqrt(max(0.0, variance - uneven * mean)) / mean


def due(profile: Profile, left: float, now_ms: int) -> Due:
    """When `left` more pieces will be gone (or have come) from now on. With `left` 0 or below that is now."""
    edges = dict.fromkeys(("expected", "early", "late"), 0.0)
    hits = dict.fromkeys(edges, now_ms) if left <= 0 else {}
    curve = [(now_ms, 0.0, 0.0, 0.0)]
    for begin_ms, end_ms, gone, width in _ahead(profile, now_ms):
        for name, edge in (("expected", gone), ("early", gone + width), ("late", gone - width)):
            if name not in hits and edge >= left:
                share = (left - edges[name]) / (edge - edges[name])
                hits[name] = round(begin_ms + (end_ms - begin_ms) * min(1.0, max(0.0, share)))
            edges[name] = edge
        if len(curve) <= DRAWN_HOURS:
            curve.append((end_ms, gone, max(0.0, gone - width), gone + width))
        elif len(hits) == len(edges):
            break
    return Due(hits.get("expected"), hits.get("early"), hits.get("late"), curve)


def _ahead(profile: Profile, now_ms: int) -> Iterator[tuple[int, int, float, float]]:
    """(begin, end, pieces gone since now, half the width of the spread) of each hour to come; the first is what is left of this
    one. Days differ from each other, so their shares add up as squares; the error of the mean is the same on all of them."""
    gone = today = days_before = 0.0
    begin_ms = now_ms
    while begin_ms < now_ms + HORIZON_HOURS * HOUR_MS:
        hour = begin_ms // HOUR_MS
        end_ms, of_day = (hour + 1) * HOUR_MS, (hour + ZONE_HOURS) % 24
        if of_day == 0:
            days_before, today = days_before + today**2, 0.0
        more = profile.rates[of_day] * (end_ms - begin_ms) / HOUR_MS
        gone, today = gone + more, today + more
        days = profile.days_differ**2 * (days_before + today**2)
        variance = profile.uneven * max(gone, 0.0) + days + profile.unsure * gone**2
        yield begin_ms, end_ms, gone, TEN_PERCENT * sqrt(variance)
        begin_ms = end_ms
