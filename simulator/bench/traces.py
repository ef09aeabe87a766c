"""What the traces of controller and screen say: from the last note to the print command, from a touch to its pixels.

Pure: lines in, numbers out. Times in the traces are microseconds of the one monotonic clock (kiosk.trace, kiosk.ui.trace).
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Event = Mapping[str, Any]
PRINT_HEAD = "2143"
"""`!C`: the first bytes of the lines that bring a ticket to the printer (sheet "Ticket unit TTPM")."""


def read_trace(path: Path) -> list[dict[str, Any]]:
    """All whole lines, in order of time; empty when there is no such file."""
    return sorted(_events(path), key=lambda event: event["us"])


def _events(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for raw in path.read_bytes().splitlines():
        try:
            event = json.loads(raw)
        except ValueError:
            continue  # the last line of a process that was ended
        if type(event) is dict and type(event.get("us")) is int:
            yield event


def notes_to_print(events: Sequence[Event]) -> list[float]:
    """Of every sale, ms from the note that paid it to the first byte of its first ticket, less what the station took.

    The journal's two steps in between, drawing the ticket and every wait of our own are in it.
    """
    found = list[float]()
    ours_us = station_us = out_us = 0
    confirmed = False
    for event in events:
        us = event["us"]
        if event.get("heard") == "stack!" and event.get("result") == "stacked":
            ours_us, station_us, out_us, confirmed = us, 0, 0, False
        elif event.get("call") == "confirm":
            if event["out"]:
                out_us = us
            elif out_us:
                station_us += us - out_us
                out_us = 0
        elif event.get("heard") == "confirm!":
            confirmed = True
        elif confirmed and ours_us and event.get("sent") == "ticket_unit" and event.get("head") == PRINT_HEAD:
            found.append((us - ours_us - station_us) / 1000)
            ours_us, confirmed = 0, False
    return found


@dataclass(frozen=True, slots=True)
class Click:
    """What a finger did, microseconds: pressed and released the glass at these times."""

    press_us: int
    release_us: int


@dataclass(frozen=True, slots=True)
class Touches:
    """ms of every click: to changed pixels (from the press), to the first picture of the next screen and to the next screen at
    rest (both from the release)."""

    pixels: tuple[float, ...]
    screen: tuple[float, ...]
    rest: tuple[float, ...]


def touches(events: Sequence[Event], clicks: Iterable[Click]) -> Touches:
    """Clicks that hit nothing, or whose screen stayed as it was, have no next screen."""
    pixels, screen, rest = list[float](), list[float](), list[float]()
    ordered = sorted(clicks, key=lambda click: click.press_us)
    times = [event["us"] for event in events]
    for at, click in enumerate(ordered):
        until_us = ordered[at + 1].press_us if at + 1 < len(ordered) else click.release_us + 2_000_000
        near = events[bisect_left(times, click.press_us) : bisect_left(times, until_us)]
        pressed = next((n for n, event in enumerate(near) if "press" in event), None)
        if pressed is None:
            continue
        first = next((event for event in near[pressed:] if "present" in event), None)
        if first is not None:
            pixels.append((first["us"] - click.press_us) / 1000)
        _next_screen(near, click, screen, rest)
    return Touches(tuple(pixels), tuple(screen), tuple(rest))


def _next_screen(near: Sequence[Event], click: Click, screen: list[float], rest: list[float]) -> None:
    """The first value that came after the release, and its pictures."""
    rev = next((event["show"] for event in near if "show" in event and event["us"] > click.release_us), None)
    if rev is None:
        return
    shown = next((event for event in near if "present" in event and event["rev"] >= rev), None)
    if shown is None:
        return
    screen.append((shown["us"] - click.release_us) / 1000)
    whole = next((event for event in near if event.get("whole", 0) >= shown["rev"]), None)
    if whole is not None:
        rest.append((whole["us"] - click.release_us) / 1000)
