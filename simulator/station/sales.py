"""Every sale the station knows, folded from steps: held, expired, released, confirmed, printed, voided.

This module only says what a step does to the state. Whether a step may happen is decided in `locks` and `tickets`.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from simulator.station.inventory import Inventory, Opening, RunClass
from simulator.station.timetable import Timetable
from simulator.station.wire import Step

NUMBERS_PER_LETTER = 1_000_000
LAST_NUMBER = 26 * NUMBERS_PER_LETTER
SAFE_STATES = ("void", "retracted")  # the machine says that no passenger holds the ticket


@dataclass
class Sale:
    """One order by its key. A key that was only ever voided has no run and no places."""

    key: str
    state: str
    digest: str = ""
    run: RunClass | None = None
    a: int = 0
    b: int = 0
    places: tuple[int, ...] = ()
    offered: list[dict[str, Any]] = field(default_factory=list)
    total_fen: int = 0
    held_ms: int = 0
    expires_ms: int = 0
    limit_ms: int = 0
    notes: set[int] = field(default_factory=set)
    confirm_digest: str = ""
    paid: dict[str, int] = field(default_factory=dict)
    numbers: list[list[str]] = field(default_factory=list)
    printed_digest: str = ""
    printed: list[dict[str, Any]] = field(default_factory=list)
    voided: set[int] = field(default_factory=set)

    def tickets(self) -> list[dict[str, Any]]:
        """The numbers given with the confirmation, per place."""
        return [{"place": index, "numbers": list(numbers)} for index, numbers in enumerate(self.numbers)]

    def copy(self) -> Sale:
        """A sale of its own; lists that a step brought are never changed, only replaced, and stay shared."""
        return replace(self, notes=set(self.notes), voided=set(self.voided))

    def not_voidable(self) -> list[int]:
        """Places whose ticket a passenger holds or may hold."""
        return sorted({ticket["place"] for ticket in self.printed if ticket["state"] not in SAFE_STATES})


class Sales:
    """The book of sales and the places they hold."""

    def __init__(self, timetable: Timetable, opening: Opening) -> None:
        self.by_key: dict[str, Sale] = {}
        self.inventory = Inventory(opening)
        self.next_number = 0
        self._timetable = timetable
        self._expiries: list[tuple[int, str]] = []

    def copy(self) -> Sales:
        """A book of its own with the same sales."""
        other = Sales.__new__(Sales)
        other.by_key = {key: sale.copy() for key, sale in self.by_key.items()}
        other.inventory = self.inventory.copy()
        other.next_number = self.next_number
        other._timetable, other._expiries = self._timetable, list(self._expiries)
        return other

    def get(self, key: str) -> Sale:
        """The sale of a key; one in state `none` when the key was never heard of."""
        return self.by_key.get(key) or Sale(key, "none")

    def due(self, now_ms: int) -> list[str]:
        """Keys of held sales whose time is up at `now_ms`, oldest first."""
        due: dict[str, None] = {}  # a renewal at the limit leaves the same expiry twice
        while self._expiries and self._expiries[0][0] <= now_ms:
            expires_ms, key = heapq.heappop(self._expiries)
            sale = self.by_key[key]
            if sale.state == "held" and sale.expires_ms == expires_ms:
                due[key] = None
        return list(due)

    def still_free(self, sale: Sale) -> bool:
        """Whether the very same places of an expired sale could be held again."""
        assert sale.run is not None
        train = self._timetable.trains[sale.run.train]
        layout = train.layouts[sale.run.seat_class]
        free = self.inventory.free_over(sale.run, layout, train.segments, sale.a, sale.b)
        return all(free >> place & 1 for place in sale.places)

    def apply(self, step: Step) -> None:
        """Fold one step. Raises InventoryError when it contradicts an earlier one."""
        getattr(self, f"_{step['kind']}")(step)

    def _held(self, step: Step) -> None:
        sale = Sale(
            key=step["key"],
            state="held",
            digest=step["digest"],
            run=RunClass(step["train"], step["run_date"], step["class"]),
            a=step["a"],
            b=step["b"],
            places=tuple(step["place_ids"]),
            offered=step["places"],
            total_fen=step["total_fen"],
            held_ms=step["at_ms"],
            expires_ms=step["expires_ms"],
            limit_ms=step["limit_ms"],
        )
        self._take(sale)
        self.by_key[sale.key] = sale
        self._watch(sale)

    def _renewed(self, step: Step) -> None:
        sale = self.by_key[step["key"]]
        sale.notes.add(step["note"])
        sale.expires_ms = step["expires_ms"]
        self._watch(sale)

    def _expired(self, step: Step) -> None:
        self._free_and_become(step, "expired")

    def _released(self, step: Step) -> None:
        self._free_and_become(step, "released")

    def _confirmed(self, step: Step) -> None:
        sale = self.by_key[step["key"]]
        if sale.state == "expired":  # within the grace: the very same places again
            self._take(sale)
        sale.state = "confirmed"
        sale.confirm_digest = step["digest"]
        sale.paid = {name: step[name] for name in ("rounding_fen", "cash_fen", "card_fen")}
        sale.numbers = step["numbers"]
        self.next_number += sum(len(numbers) for numbers in sale.numbers)

    def _printed(self, step: Step) -> None:
        sale = self.by_key[step["key"]]
        sale.printed_digest = step["digest"]
        sale.printed = step["tickets"]
        sale.state = "printed"

    def _restored(self, step: Step) -> None:
        """An older backup was put back: what was sold since is unknown here, so no number of its letter is given again."""
        self.next_number = (self.next_number // NUMBERS_PER_LETTER + 1) * NUMBERS_PER_LETTER

    def _voided(self, step: Step) -> None:
        sale = self.by_key.setdefault(step["key"], Sale(step["key"], "none"))
        if sale.state in ("confirmed", "printed"):
            returned = set(step["places"]) - sale.voided
            self._give_back(sale, [sale.places[index] for index in sorted(returned)])
            sale.voided |= returned
            if len(sale.voided) == len(sale.places):
                sale.state = "voided"
            return
        if sale.state == "held":
            self._give_back(sale, list(sale.places))
        sale.state = "voided"

    def _free_and_become(self, step: Step, state: str) -> None:
        sale = self.by_key[step["key"]]
        self._give_back(sale, list(sale.places))
        sale.state = state

    def _take(self, sale: Sale) -> None:
        assert sale.run is not None
        train = self._timetable.trains[sale.run.train]
        layout = train.layouts[sale.run.seat_class]
        self.inventory.take(sale.run, layout, train.segments, sale.places, sale.a, sale.b)

    def _give_back(self, sale: Sale, places: list[int]) -> None:
        assert sale.run is not None
        self.inventory.give_back(sale.run, places, sale.a, sale.b)

    def _watch(self, sale: Sale) -> None:
        heapq.heappush(self._expiries, (sale.expires_ms, sale.key))

    def numbers_for(self, tickets: int, each: int) -> list[list[str]]:
        """The next unused ticket numbers, `each` per ticket: a letter and six digits. Given out by the `confirmed` step."""
        first = self.next_number
        return [[_number_text(first + ticket * each + one) for one in range(each)] for ticket in range(tickets)]

    def snapshot(self) -> Mapping[str, Any]:
        """The whole state as plain values, for comparison and for the lab."""
        return {
            "sales": {key: _plain(sale) for key, sale in sorted(self.by_key.items())},
            "free": self.inventory.snapshot(),
            "next_number": self.next_number,
        }


def _number_text(number: int) -> str:
    within = number % LAST_NUMBER
    return f"{chr(ord('A') + within // NUMBERS_PER_LETTER)}{within % NUMBERS_PER_LETTER:06d}"


def _plain(sale: Sale) -> dict[str, Any]:
    plain = asdict(sale)
    return {**plain, "places": list(sale.places), "notes": sorted(sale.notes), "voided": sorted(sale.voided)}
