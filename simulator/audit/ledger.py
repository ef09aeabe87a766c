"""The cabinet's `/api/ledger`, plain JSON, as things in places: what the whole-journal form counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.audit.cases import Run
from simulator.audit.tally import Tally

Ledger = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PaperMoney:
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
    places: dict[str, list[PaperMoney | Paper]] = {}
    for note in ledger["notes"]:
        places.setdefault(note["place"], []).append(PaperMoney(note["serial"], note["value_fen"]))
    for ticket in ledger["tickets"]:
        paper = Paper(ticket["serial"], ticket["state"], {1: str(ticket["stripe"])})
        places.setdefault(ticket["place"], []).append(paper)
    brought: Counter[int] = Counter()
    for origin in ledger["origins"]:
        brought[origin["value_fen"]] += origin["count"]
    found = Counter(note["value_fen"] for note in ledger["notes"])
    if found != brought:
        run.say(1, f"notes brought in {dict(sorted(brought.items()))}, found {dict(sorted(found.items()))}", 0)
    tally.census(places)
    tally.given_fen = sum(
        origin["value_fen"] * origin["count"] for origin in ledger["origins"] if origin["place"] == "hand"
    )
