"""Orders that were bought elsewhere (by phone, at a window) and wait to be picked up, folded from steps.

Each place of an order is open, held by one machine's key, collected (a ticket was handed over), or unknown (it may have been):
only an open one is ever printed. What a traveller proves an order with stands in no step: its code follows from the order's number
and the station's own key, a document's number is kept as a digest under that key. Source: station-api sheet, orders.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from simulator.station.runs import RunClass
from simulator.station.wire import Step

FIRST_ORDER = 100_000_001
CODE_DIGITS = 12
PAPER = "TVM1:"
"""What stands before the code where it is drawn for a scanner."""


def check_digit(digits: str) -> str:
    """The last digit of a code, by Luhn: every single wrong digit and nearly every swapped pair shows."""
    total = 0
    for at, sign in enumerate(reversed(digits)):
        twice = int(sign) * (2 - at % 2)
        total += twice - 9 if twice > 9 else twice
    return str(-total % 10)


class Secrets:
    """What only the station can work out: codes of orders, and digests of documents. `key`: any bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def code(self, order: str) -> str:
        """12 digits, the last one the check of the others; unguessable without the key."""
        made = int.from_bytes(hmac.digest(self._key, f"order:{order}".encode(), "sha256")[:8])
        digits = f"{made % 10 ** (CODE_DIGITS - 1):0{CODE_DIGITS - 1}d}"
        return digits + check_digit(digits)

    def digest(self, document: str) -> str:
        return hmac.digest(self._key, f"document:{document}".encode(), "sha256").hex()[:32]


@dataclass
class OrderedPlace:
    """One place. `told`: as in the answer of a lock. `state`: open, held, collected, unknown; `key` of whoever holds or held it."""

    place_id: int
    told: Mapping[str, Any]
    document: str = ""
    state: str = "open"
    key: str = ""
    number: str = ""
    at_ms: int = 0


@dataclass
class Order:
    """`ride`: what an offer says of the trip. `at`: telecode of the only station that hands it out, empty: every one. `shown`:
    machine -> until when it may collect what it was shown."""

    number: str
    run: RunClass
    a: int
    b: int
    ride: Mapping[str, Any]
    at: str
    places: list[OrderedPlace]
    shown: dict[str, int] = field(default_factory=dict)

    def copy(self) -> Order:
        return replace(self, places=[replace(place) for place in self.places], shown=dict(self.shown))

    def open(self) -> list[int]:
        """Indices of the places that can be collected."""
        return [index for index, place in enumerate(self.places) if place.state == "open"]


class Orders:
    """The book of orders. Whether something may happen is decided in `pickups`."""

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets
        self.by_number: dict[str, Order] = {}
        self.holds: dict[str, int] = {}  # key -> until when it holds places and is not confirmed
        self.misses: dict[str, list[int]] = {}  # machine -> when it last asked for a code that is none
        self._by_code: dict[str, str] = {}
        self._by_document: dict[str, list[str]] = {}

    def copy(self) -> Orders:
        other = Orders(self.secrets)
        other.by_number = {number: order.copy() for number, order in self.by_number.items()}
        other.holds = dict(self.holds)
        other.misses = {machine: list(times) for machine, times in self.misses.items()}
        other._by_code = dict(self._by_code)
        other._by_document = {digest: list(numbers) for digest, numbers in self._by_document.items()}
        return other

    def next_number(self) -> str:
        return f"E{FIRST_ORDER + len(self.by_number)}"

    def with_code(self, code: str) -> list[Order]:
        number = self._by_code.get(code)
        return [self.by_number[number]] if number else []

    def with_document(self, document: str) -> list[Order]:
        """All orders in which this document travels, oldest first."""
        return [self.by_number[number] for number in self._by_document.get(self.secrets.digest(document), ())]

    # -- steps

    def ordered(self, step: Step) -> Order:
        rows = zip(step["place_ids"], step["places"], step["documents"], strict=True)
        order = Order(
            step["order"],
            RunClass(step["train"], step["run_date"], step["class"]),
            step["a"],
            step["b"],
            step["ride"],
            step["at"],
            [OrderedPlace(place_id, told, document) for place_id, told, document in rows],
        )
        self.by_number[order.number] = order
        self._by_code[self.secrets.code(order.number)] = order.number
        for document in sorted({place.document for place in order.places if place.document}):
            self._by_document.setdefault(document, []).append(order.number)
        return order

    def shown(self, step: Step) -> None:
        self.misses.pop(step["machine"], None)
        for number in step["orders"]:
            self.by_number[number].shown[step["machine"]] = step["until_ms"]

    def missed(self, step: Step) -> None:
        self.misses.setdefault(step["machine"], []).append(step["at_ms"])

    def hold(self, number: str, indices: Iterable[int], key: str, until_ms: int = 0) -> None:
        """For good, when there is no `until_ms`: it was confirmed."""
        self.holds.pop(key, None)
        if until_ms:
            self.holds[key] = until_ms
        for index in indices:
            place = self.by_number[number].places[index]
            place.state, place.key = "held", key

    def free(self, number: str, key: str) -> None:
        """Whatever this key still holds can be collected again."""
        self.holds.pop(key, None)
        for place in self.by_number[number].places:
            if place.state == "held" and place.key == key:
                place.state, place.key = "open", ""

    def settle(
        self, number: str, indices: tuple[int, ...], key: str, printed: list[dict[str, Any]], at_ms: int
    ) -> None:
        """What became of the blanks: a ticket handed over is handed over for good, one that nobody can tell of waits for people,
        and every other place can be collected again."""
        for at, index in enumerate(indices):
            place = self.by_number[number].places[index]
            if place.key != key or place.state != "held":
                continue
            states = {ticket["state"]: ticket["number"] for ticket in printed if ticket["place"] == at}
            place.at_ms = at_ms
            if "delivered" in states:
                place.state, place.number = "collected", states["delivered"]
            elif "unknown" in states:
                place.state, place.number = "unknown", states["unknown"]
            else:
                place.state, place.key = "open", ""

    def snapshot(self) -> Mapping[str, Any]:
        return {number: asdict(order) for number, order in sorted(self.by_number.items())}
