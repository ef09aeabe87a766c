"""The books of a station against those of its machines: tickets and fares agree one by one, and no place is sold twice.

Reads the station's whole state as its lab tells it, and what the auditor read in each machine's journal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SOLD = ("confirmed", "printed")
"""States of a sale whose places belong to a passenger."""


def machine_of(key: str) -> str:
    return key.partition(".")[0]


def settled(state: Mapping[str, Any], machines: Sequence[str]) -> bool:
    """Whether the station has heard the end of every sale of these machines."""
    sales = state["sales"].values()
    return not any(sale["state"] in ("held", "confirmed") for sale in sales if machine_of(sale["key"]) in machines)


def kept_places(sale: Mapping[str, Any]) -> list[int]:
    """Which of the order's places are sold: none of a sale that is not, and not the voided ones."""
    if sale["state"] not in SOLD:
        return []
    return [index for index in range(len(sale["places"])) if index not in sale["voided"]]


def books(state: Mapping[str, Any], machine: str) -> dict[str, int]:
    """What the station has sold through this machine: sales, tickets, fares in fen before rounding."""
    sales = [sale for sale in state["sales"].values() if machine_of(sale["key"]) == machine and kept_places(sale)]
    return {
        "sales": len(sales),
        "tickets": sum(len(kept_places(sale)) for sale in sales),
        "fares_fen": sum(sale["offered"][index]["price_fen"] for sale in sales for index in kept_places(sale)),
    }


def differences(state: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where station and machines disagree, and which of their records it does not believe. `told`: machine -> what the auditor
    counted, with `fen` and `tickets`."""
    found = [f"{place} is sold {times} times" for place, times in sold_twice(state)]
    for machine, counted in told.items():
        kept = books(state, machine)
        pairs = (
            ("tickets", kept["tickets"], counted["tickets"]["taken"]),
            ("fares in fen", kept["fares_fen"], counted["fen"]["fares"]),
        )
        found += [
            f"{machine}: {what}: the station has {ours}, the journal {theirs}"
            for what, ours, theirs in pairs
            if ours != theirs
        ]
        found += unbelieved(state, machine)
    return found


def unbelieved(state: Mapping[str, Any], machine: str) -> Iterator[str]:
    """Lines of a machine that the station has put aside, and streams whose seal it cannot check: none of an honest machine."""
    for stream in state["records"]:
        if stream["machine"] == machine:
            if not stream["seal"]:
                yield f"{machine}: the MACs of its records are not checked"
            yield from (f"{machine}: line {one['seq']} of its records: {one['reason']}" for one in stream["quarantine"])


def sold_twice(state: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Places that two passengers hold on the same part of the way, each with how many."""
    cells: Counter[tuple[str, str, str, int, int]] = Counter()
    for sale in state["sales"].values():
        run = sale["run"]
        for index in set(kept_places(sale)).difference(sale["refunded"], sale["exchanged"]):
            for segment in range(sale["a"], sale["b"]):
                cells[run["train"], run["run_date"], run["seat_class"], sale["places"][index], segment] += 1
    for (train, date, seat_class, place, segment), times in cells.items():
        if times > 1:
            yield f"place {place} of {seat_class} of {train} on {date}, segment {segment}", times
