"""On which days a service runs: calendar.txt and calendar_dates.txt as bit strings, one bit a day, over the years around a day.

Ten years are looked at: a calendar that runs to the end of time means no more than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from simulator.station.gtfs.cells import day_of
from simulator.station.gtfs.findings import FeedError, Findings
from simulator.station.gtfs.table import Tables

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
REACH_DAYS = 1_826  # before and after the day the feed is looked at from
ADDED, REMOVED = KINDS = ("1", "2")


@dataclass(frozen=True, slots=True)
class Calendar:
    """`days` of each service: bit n is the day with ordinal `first` + n. `broken` are services one of whose calendars is broken."""

    first: int
    days: Mapping[str, int]
    broken: frozenset[str]
    begins: int
    ends: int

    def running(self, day: int) -> set[str]:
        """The services of a day, by its ordinal."""
        at = day - self.first
        return {service for service, mask in self.days.items() if at >= 0 and mask >> at & 1}


def read_calendar(tables: Tables, findings: Findings, as_of: int | None, today: int) -> Calendar:
    """Both calendars. Without `as_of` they are looked at from `today`, or from the day of theirs that is nearest to it."""
    spans = _spans(tables, findings)
    exceptions = _exceptions(tables, findings)
    window = _validity(tables, findings, spans.values(), exceptions)
    pivot = as_of if as_of is not None else min(max(today, window[0]), window[1])
    first, last = pivot - REACH_DAYS, pivot + REACH_DAYS
    begins, ends = max(first, window[0]), min(last, window[1])
    if begins > ends:
        raise FeedError(f"no service near {date.fromordinal(pivot)}: the feed is valid {_span_text(window)}")
    weeks = [_every_seventh(first, last, weekday) for weekday in range(7)]
    valid = _range(begins - first, ends - first)
    days: dict[str, int] = {}
    for service, (start, end, on) in spans.items():
        mask = 0
        for weekday in on:
            mask |= weeks[weekday]
        days[service] = mask & _range(start - first, end - first) & valid
    for service, changes in exceptions.items():
        mask = days.get(service, 0)
        for day, added in changes.items():
            if begins <= day <= ends:
                mask = mask | 1 << day - first if added else mask & ~(1 << day - first)
        days[service] = mask
    bad = frozenset(service for service, (_, _, on) in spans.items() if on is BROKEN)
    return Calendar(
        first, {service: 0 if service in bad else mask for service, mask in days.items()}, bad, begins, ends
    )


BROKEN: tuple[int, ...] = (-1,)
"""Stands for the weekdays of a service whose calendar row is broken: it runs on no day that anybody could name."""


def _spans(tables: Tables, findings: Findings) -> dict[str, tuple[int, int, tuple[int, ...]]]:
    found: dict[str, tuple[int, int, tuple[int, ...]]] = {}
    columns = ("service_id", "start_date", "end_date", *WEEKDAYS)
    for line, (service, start, end, *flags) in tables.rows("calendar.txt", columns):
        try:
            service = service.strip()
            span = (day_of(start), day_of(end))
            if not service:
                raise ValueError("no service_id")
            if service in found and found[service][2] is not BROKEN:
                raise ValueError(f"service {service} stands twice")
            if span[0] > span[1]:
                raise ValueError("ends before it begins")
            if wrong := [flag for flag in flags if flag.strip() not in ("0", "1")]:
                raise ValueError(f"{wrong[0]!r} is neither 0 nor 1")
        except ValueError as error:
            findings.bad("calendar.txt", line, str(error))
            if service:
                found.setdefault(service, (1, 1, BROKEN))
            continue
        found[service] = (*span, tuple(day for day, flag in enumerate(flags) if flag.strip() == "1"))
    return found


def _exceptions(tables: Tables, findings: Findings) -> dict[str, dict[int, bool]]:
    """Per service: ordinal of a day -> whether it runs then."""
    found: dict[str, dict[int, bool]] = {}
    before, changes = "", found.setdefault("", {})
    columns = ("service_id", "date", "exception_type")
    for line, (service, day, kind) in tables.rows("calendar_dates.txt", columns):
        if service != before:  # rows of a service mostly stand together
            before, changes = service, found.setdefault(service.strip(), {})
        try:
            if kind not in KINDS and kind.strip() not in KINDS:
                raise ValueError(f"exception_type {kind!r} is neither 1 nor 2")
            if not service:
                raise ValueError("no service_id")
            changes[day_of(day)] = kind.strip() == ADDED
        except ValueError as error:
            findings.bad("calendar_dates.txt", line, str(error))
    return {service: changes for service, changes in found.items() if changes}


def _validity(
    tables: Tables,
    findings: Findings,
    spans: Iterable[tuple[int, int, tuple[int, ...]]],
    exceptions: Mapping[str, Mapping[int, bool]],
) -> tuple[int, int]:
    """First and last day of any service, and no more than feed_info.txt says."""
    known = [span for span in spans if span[2] is not BROKEN]
    added = {day for changes in exceptions.values() for day, runs in changes.items() if runs}
    begins = min([span[0] for span in known] + ([min(added)] if added else []), default=0)
    ends = max([span[1] for span in known] + ([max(added)] if added else []), default=-1)
    if begins > ends:
        raise FeedError("no service runs on any day")
    for line, (start, end) in tables.rows("feed_info.txt", (), ("feed_start_date", "feed_end_date")):
        try:
            begins = max(begins, day_of(start)) if start.strip() else begins
            ends = min(ends, day_of(end)) if end.strip() else ends
        except ValueError as error:
            findings.bad("feed_info.txt", line, str(error))
    if begins > ends:
        raise FeedError("feed_info.txt: the feed is valid when none of its services runs")
    return begins, ends


def _every_seventh(first: int, last: int, weekday: int) -> int:
    """Bits of all days of a weekday (0 = Monday); ordinal 1 was a Monday."""
    mask = 0
    for day in range(first + (weekday + 1 - first) % 7, last + 1, 7):
        mask |= 1 << day - first
    return mask


def _range(low: int, high: int) -> int:
    """Bits low to high, both included, of those that are not negative."""
    low, high = max(low, 0), min(high, 2 * REACH_DAYS)
    return (1 << high + 1) - (1 << low) if high >= low else 0


def _span_text(span: tuple[int, int]) -> str:
    return f"{date.fromordinal(span[0])} to {date.fromordinal(span[1])}"
