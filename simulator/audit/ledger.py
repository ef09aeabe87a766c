"""The cabinet's `/api/ledger`, plain JSON, as things in places: what the whole-journal form counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.audit.cases import Run
from simulator.audit.tally import Tally

Ledger = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Money:
    """A note or a coin: where it lies says which."""

    serial: str
    value_fen: int


@dataclass(frozen=True, slots=True)
class Paper:
    serial: str
    state: str
    stripe: dict[int, str]


def take_in(run: Run, tally: Tally, ledger: Ledger) -> None:
    """Count the ledger. Raises KeyError, TypeError or AttributeError for one without its parts."""
    if ledger.get("moving"):
        run.say(3, f"the ledger was taken while {', '.join(ledger['moving'])} moved", 0)
    places: dict[str, list[Money | Paper]] = {}
    for note in ledger["notes"]:
        places.setdefault(note["place"], []).append(Money(note["serial"], note["value_fen"]))
    for ticket in ledger["tickets"]:
        paper = Paper(ticket["serial"], ticket["state"], {1: str(ticket["stripe"])})
        places.setdefault(ticket["place"], []).append(paper)
    for coin in ledger.get("coins", ()):  # a ledger of a machine without hoppers may be silent about coins
        places.setdefault(coin["place"], []).append(Money(coin["serial"], coin["value_fen"]))
    _all_found(run, "notes", ledger["origins"], ledger["notes"])
    _all_found(run, "coins", ledger.get("coin_origins", ()), ledger.get("coins", ()))
    tally.census(places)
    tally.given_fen = sum(
        origin["value_fen"] * origin["count"] for origin in ledger["origins"] if origin["place"] == "hand"
    )


def _all_found(run: Run, what: str, origins: Iterable[Mapping[str, Any]], pieces: Iterable[Mapping[str, Any]]) -> None:
    """As many of each value as were ever brought in (1)."""
    brought: Counter[int] = Counter()
    for origin in origins:
        brought[origin["value_fen"]] += origin["count"]
    found = Counter(piece["value_fen"] for piece in pieces)
    if found != brought:
        run.say(1, f"{what} brought in {dict(sorted(brought.items()))}, found {dict(sorted(found.items()))}", 0)
