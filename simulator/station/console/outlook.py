"""What runs empty or full next at each machine: its own records of the last days put against what it says it holds and what fits.

Reading only. Money pieces and blanks in pieces, times in wall ms of the station's clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from simulator.station.console.sight import place_of
from simulator.station.core import Station
from simulator.station.machines.flows import Flows
from simulator.station.machines.forecast import HOUR_MS, HOURS_MOST, Due, Profile, due, profile

Status = Mapping[str, Any]


class Outlook:
    """Profiles are kept until the next hour begins or the machine has another epoch: a look then costs only the way ahead."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._kept: dict[str, tuple[tuple[int, int], dict[str, Profile | None]]] = {}

    def machine(self, name: str, now_ms: int) -> dict[str, Any]:
        """One machine: its places, the first that is due first; `due_ms` is when somebody should have come at the latest."""
        status = self._station.devices.status.get(name) or {}
        flows = [told.flows for (machine, _), told in self._station.machines.told.items() if machine == name]
        items = [self._item(name, each, flows, now_ms) for each in _places(status)]
        items.sort(key=lambda item: (item["early_ms"] is None, item["early_ms"] or 0))  # else as the places stand
        return {
            "machine": name,
            "place": place_of(self._station, self._station.devices.enrolled[name].station),
            "told": bool(status),
            "items": items,
            "due_ms": next((item["early_ms"] for item in items), None),
        }

    def _item(self, name: str, of: dict[str, Any], flows: list[Flows], now_ms: int) -> dict[str, Any]:
        parts = of.pop("parts")
        found = self._profiles(name, of["place"], parts, of["place"] == "box", flows, now_ms)
        left = of["limit"] - of["now"] if of["place"] == "box" else of["now"] - of["limit"]
        ahead = due(found, left, now_ms) if found is not None else None
        if found is None and left <= 0:
            ahead = Due(now_ms, now_ms, now_ms)
        return {
            **of,
            "state": "over" if left <= 0 else "unknown" if ahead is None else "due" if ahead.early_ms else "fine",
            "hours": found.hours if found else 0,
            "per_day": round(found.per_day, 1) if found else None,
            "expected_ms": ahead.expected_ms if ahead else None,
            "early_ms": ahead.early_ms if ahead else None,
            "late_ms": ahead.late_ms if ahead else None,
            "curve": [[at_ms, *(round(each, 1) for each in rest)] for at_ms, *rest in ahead.curve] if ahead else [],
        }

    def _profiles(
        self, name: str, place: str, parts: list[str], rises: bool, flows: list[Flows], now_ms: int
    ) -> Profile | None:
        stamp = now_ms // HOUR_MS, len(flows)
        known = self._kept.get(name)
        if known is None or known[0] != stamp:
            known = self._kept[name] = stamp, {}
        if place not in known[1]:
            known[1][place] = _profile(parts, rises, flows, now_ms)
        return known[1][place]


def _profile(parts: list[str], rises: bool, flows: list[Flows], now_ms: int) -> Profile | None:
    """Of all epochs and parts of a place together."""
    firsts = [each.first_ms for each in flows if each.first_ms and each.last_ms > now_ms - HOURS_MOST * HOUR_MS]
    if not firsts:
        return None
    moved: Counter[int] = Counter()
    for each in flows:
        for part in parts:
            for hour, pieces in each.hours.get(part, {}).items():
                moved[hour] += pieces if rises else -pieces
    return profile(moved, min(firsts), now_ms)


def _places(status: Status) -> list[dict[str, Any]]:
    """What the machine says it holds, by denomination; nothing that it does not know, or says in a way nobody understands."""
    limits = {name: value for name, value in _table(status.get("limits")).items() if type(value) is int}
    found: list[dict[str, Any]] = []
    values = _table(status.get("values"))
    by_value: dict[int, list[tuple[str, int]]] = {}
    for number, count in _table(status.get("cassettes")).items():
        if type(values.get(number)) is int and type(count) is int:
            by_value.setdefault(values[number], []).append((f"cassette.{number}", count))
    found += _denominations("notes", by_value, limits.get("cassette_low"), limits.get("cassette_capacity"))
    coins: dict[int, list[tuple[str, int]]] = {}
    for number, pair in _table(status.get("coins")).items():
        match pair:
            case [int(value_fen), int(count)]:
                coins.setdefault(value_fen, []).append((f"hopper.{number}", count))
    found += _denominations("coins", coins, limits.get("hopper_low"), limits.get("hopper_capacity"))
    for place, limit, most in (("roll", "roll_low", "roll_capacity"), ("box", "box_capacity", "box_capacity")):
        if type(status.get(place)) is int and limit in limits and most in limits:
            one = {"place": place, "value_fen": 0, "now": status[place], "limit": limits[limit], "most": limits[most]}
            found.append({**one, "parts": [place]})
    return found


def _denominations(
    kind: str, by_value: Mapping[int, list[tuple[str, int]]], low: int | None, most: int | None
) -> list[dict[str, Any]]:
    """Cassettes of one value empty together, the fullest first: they come to their minimum at the same time."""
    if low is None or most is None:
        return []
    return [
        {
            "place": f"{kind}.{value_fen}",
            "value_fen": value_fen,
            "now": sum(count for _, count in held),
            "limit": low * len(held),
            "most": most * len(held),
            "parts": [part for part, _ in held],
        }
        for value_fen, held in sorted(by_value.items(), reverse=True)
    ]


def _table(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}


def order(machines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is due first, first; then machines of which nothing is known, then those with nothing due."""
    return sorted(machines, key=lambda one: (one["due_ms"] is None, one["due_ms"] or 0, one["machine"]))
