"""What the first page shows: a card for each machine, today's sales by ten minutes, and the newest alarms.

Reading only; amounts in fen, times in wall ms of the station's clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.station.core import Station
from simulator.station.machines import views
from simulator.station.machines.days import SOLD, sold_fen
from simulator.station.sales import Sale
from simulator.station.timetable import station_date, wall_ms

STEP_MS = 10 * 60_000
Sums = tuple[list[int], list[int], dict[str, tuple[int, int]]]
SILENT_MS = 120_000
"""A machine asks at least every half minute of real time; one that was not heard for so long is not there. When the lab's clock
runs faster, more of its time passes between two questions."""


class Today:
    """Sums of the sales since midnight. They are kept for a moment that grows with the number of sales, so that a look costs the
    machines little: a tenth of a millisecond for each sale is far above what it takes to read one."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._read: tuple[int, int, Sums] | None = None

    def of(self, begin_ms: int, now_ms: int) -> Sums:
        if self._read is not None:
            of_ms, at_ms, sums = self._read
            if of_ms == begin_ms and 0 <= now_ms - at_ms < len(self._station.sales.by_key) // 10:
                return sums
        sums = _sold(self._station, begin_ms, now_ms)
        self._read = begin_ms, now_ms, sums
        return sums


def overview(station: Station, sold: Today, now_ms: int, rate: float = 1.0) -> dict[str, Any]:
    """Everything of the first page; `rate`: how fast the station's clock runs."""
    today = station_date(now_ms)
    begin_ms = wall_ms(today, 0)
    cash, card, by_machine = sold.of(begin_ms, now_ms)
    return {
        "now_ms": now_ms,
        "day": today.isoformat(),
        "chart": {"begin_ms": begin_ms, "step_ms": STEP_MS, "cash_fen": cash, "card_fen": card},
        "machines": [
            card_of(station, name, by_machine.get(name, (0, 0)), now_ms, rate)
            for name in sorted(station.devices.enrolled)
        ],
    }


def card_of(station: Station, name: str, sold: tuple[int, int], now_ms: int, rate: float = 1.0) -> dict[str, Any]:
    """One machine in short. `state`: revoked, unknown (never told of itself), silent, or the mode it tells."""
    enrolled, status = station.devices.enrolled[name], station.devices.status.get(name)
    heard_ms = station.devices.heard.get(name)
    epochs = station.devices.epochs.get(name) or [""]
    records = views.records(station, name, epochs[-1], status, now_ms)
    silent = heard_ms is None or now_ms - heard_ms > SILENT_MS * max(1.0, rate)
    commands = views.commands(station, name, now_ms) if name in station.machines.commands.given else []
    return {
        "machine": name,
        "place": place_of(station, enrolled.station),
        "granted": not enrolled.revoked,
        "silent": silent,
        "heard_ms": heard_ms,
        "state": "revoked" if enrolled.revoked else "unknown" if not status else "silent" if silent else status["mode"],
        "status": status,
        "behind": records["behind"],
        "trouble": len(records["quarantine"]) + len(records["forks"]),
        "waiting": sum(command["outcome"] == "waiting" for command in commands),
        "sales": sold[0],
        "sold_fen": sold[1],
    }


def place_of(station: Station, telecode: str) -> list[str]:
    """Chinese and English name of a station."""
    found = station.world.network.stations.get(telecode)
    return [found.name, found.english] if found else [telecode, telecode]


def stand_of(station: Station) -> tuple[str, str]:
    """Where the machines stand, in Chinese and English; several places are named one after the other."""
    codes = dict.fromkeys(one.station for one in station.devices.enrolled.values())
    names = [place_of(station, code) for code in codes]
    return "、".join(zh for zh, _ in names), ", ".join(en for _, en in names)


def newest(station: Station) -> Iterator[Sale]:
    """Sales that ever held places, the newest first."""
    return (sale for sale in reversed(station.sales.by_key.values()) if sale.run)


def _sold(station: Station, begin_ms: int, now_ms: int) -> Sums:
    """Since `begin_ms`: fen in cash and by card or phone for each ten minutes, and (sales, fen) by machine."""
    bins = (now_ms - begin_ms) // STEP_MS + 1
    cash, card = [0] * bins, [0] * bins
    by_machine: dict[str, tuple[int, int]] = {}
    for sale in newest(station):
        if sale.held_ms < begin_ms:
            break
        if sale.state not in SOLD:
            continue
        bin_, name, fen = (sale.held_ms - begin_ms) // STEP_MS, sale.key.split(".")[0], sold_fen(sale)
        by_card = min(fen, sale.paid.get("card_fen", 0))
        card[bin_] += by_card
        cash[bin_] += fen - by_card
        before = by_machine.get(name, (0, 0))
        by_machine[name] = before[0] + 1, before[1] + fen
    return cash, card, by_machine
