"""Every sale the station knows, folded from steps: held, expired, released, confirmed, printed, voided.

This module only says what a step does to the state, of the sale and of its places in the seat engine alike. Whether a step may
happen is decided in `locks` and `tickets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from simulator.station.allotted import NOTHING_MORE, Allotted
from simulator.station.orders import Orders, Secrets
from simulator.station.runs import Opening, RunClass, Runs
from simulator.station.seats.orders import STANDING, Ask
from simulator.station.seats.policies import Policy, exact_gap
from simulator.station.seats.stock import StockError
from simulator.station.timetable import Timetable
from simulator.station.wire import Step

NUMBERS_PER_LETTER = 1_000_000
LAST_NUMBER = 26 * NUMBERS_PER_LETTER
SAFE_STATES = ("void", "retracted")  # the machine says that no passenger holds the ticket


@dataclass(slots=True)
class Sale:
    """One order by its key. A key that was only ever voided has no run and no places. `order`: places that were bought elsewhere
    and are picked up here, `indices` of that order; in the seat engine they stay that order's."""

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
    order: str = ""
    indices: tuple[int, ...] = ()
    sold_ms: int = 0
    cash: bool = False
    """Some of it was paid in cash, or of the tickets it was exchanged for: what comes back goes back in cash."""
    slack_fen: int = 0
    """What the prices come to beyond what was paid for them: a rounding, which goes with the first ticket that comes back."""
    refunded: set[int] = field(default_factory=set)
    exchanged: set[int] = field(default_factory=set)
    replaces: tuple[str, tuple[int, ...]] | None = None
    exchange: dict[str, Any] | None = None
    standing: bool = False
    """Standing tickets: `places` are coaches, counted from 0."""

    def tickets(self) -> list[dict[str, Any]]:
        """The numbers given with the confirmation, per place."""
        return [{"place": index, "numbers": list(numbers)} for index, numbers in enumerate(self.numbers)]

    def copy(self) -> Sale:
        """A sale of its own; lists that a step brought are never changed, only replaced, and stay shared."""
        return replace(
            self,
            notes=set(self.notes),
            voided=set(self.voided),
            refunded=set(self.refunded),
            exchanged=set(self.exchanged),
        )

    def not_voidable(self) -> list[int]:
        """Places whose ticket a passenger holds or may hold."""
        return sorted({ticket["place"] for ticket in self.printed if ticket["state"] not in SAFE_STATES})


@dataclass
class Refund:
    """An offer as its step made it, whether it was taken up, and when."""

    step: Step
    done: bool = False
    done_ms: int = 0


class Sales:
    """The book of sales; `runs` has the places they hold, as orders of the same keys."""

    def __init__(
        self,
        timetable: Timetable,
        opening: Opening,
        secrets: Secrets,
        policy: Policy = exact_gap,
        allotted: Allotted = NOTHING_MORE,
    ) -> None:
        self.by_key: dict[str, Sale] = {}
        self.orders = Orders(secrets)
        self.refunds: dict[str, Refund] = {}
        self.delivered: dict[str, tuple[str, int]] = {}
        """Number of a ticket that was sold here and that a passenger holds -> key and place."""
        self.runs = Runs(timetable, opening, policy, allotted)
        self.next_number = 0

    def copy(self) -> Sales:
        """A book of its own with the same sales."""
        other = Sales.__new__(Sales)
        other.by_key = {key: sale.copy() for key, sale in self.by_key.items()}
        other.refunds = {key: replace(refund) for key, refund in self.refunds.items()}
        other.delivered = dict(self.delivered)
        other.runs, other.orders = self.runs.copy(), self.orders.copy()
        other.next_number = self.next_number
        return other

    def get(self, key: str) -> Sale:
        """The sale of a key; one in state `none` when the key was never heard of."""
        return self.by_key.get(key) or Sale(key, "none")

    def due(self, now_ms: int) -> list[str]:
        """Keys of held sales whose time is up; each is told once."""
        collecting = [key for key, until_ms in self.orders.holds.items() if until_ms <= now_ms]
        for key in collecting:
            del self.orders.holds[key]
        return [*self.runs.due(now_ms), *collecting]

    def still_open(self, sale: Sale) -> bool:
        """Whether the very same places of an expired sale could be held again."""
        if sale.order:
            return set(sale.indices) <= set(self.orders.by_number[sale.order].open())
        return self.runs.still_open(sale.key)

    def apply(self, step: Step) -> None:
        """Fold one step. Raises StockError or KeyError when it contradicts an earlier one."""
        getattr(self, f"_{step['kind']}")(step)

    def _held(self, step: Step) -> None:
        run = RunClass(step["train"], step["run_date"], step["class"])
        sale = Sale(
            key=step["key"],
            state="held",
            digest=step["digest"],
            run=run,
            a=step["a"],
            b=step["b"],
            places=tuple(step["place_ids"]),
            offered=step["places"],
            total_fen=step["total_fen"],
            held_ms=step["at_ms"],
            expires_ms=step["expires_ms"],
            limit_ms=step["limit_ms"],
            replaces=_replaced(step),
            exchange=step.get("exchange"),
            standing=step.get("standing", False),
        )
        if sale.key in self.by_key:
            raise StockError(f"{sale.key} is held twice")
        ask = Ask(run.stock, sale.a, sale.b, len(sale.places), STANDING if sale.standing else "none")
        self.runs.held(sale.key, "lock", ask, sale.places, sale.expires_ms, sale.limit_ms, sale.replaces)
        self.by_key[sale.key] = sale

    def _ordered(self, step: Step) -> None:
        """Sold elsewhere: to the seat engine an order of its own number."""
        order = self.orders.ordered(step)
        places = tuple(place.place_id for place in order.places)
        ask = Ask(order.run.stock, order.a, order.b, len(places))
        self.runs.held(order.number, "lock", ask, places, step["at_ms"], step["at_ms"])
        self.runs.sold(order.number, "confirm")

    def _shown(self, step: Step) -> None:
        self.orders.shown(step)

    def _missed(self, step: Step) -> None:
        self.orders.missed(step)

    def _collecting(self, step: Step) -> None:
        order = self.orders.by_number[step["order"]]
        sale = Sale(
            key=step["key"],
            state="held",
            digest=step["digest"],
            run=order.run,
            a=order.a,
            b=order.b,
            places=tuple(order.places[index].place_id for index in step["indices"]),
            offered=step["places"],
            held_ms=step["at_ms"],
            expires_ms=step["expires_ms"],
            limit_ms=step["limit_ms"],
            order=order.number,
            indices=tuple(step["indices"]),
        )
        if sale.key in self.by_key:
            raise StockError(f"{sale.key} is held twice")
        self.orders.hold(sale.order, sale.indices, sale.key, sale.expires_ms)
        self.by_key[sale.key] = sale

    def _renewed(self, step: Step) -> None:
        sale = self._in_state(step, "held")
        more_ms = step["expires_ms"] - sale.expires_ms
        sale.notes.add(step["note"])
        sale.expires_ms = step["expires_ms"]
        if sale.order:
            self.orders.holds[sale.key] = sale.expires_ms
            return
        self.runs.renewed(sale.key, f"note {step['note']}", more_ms, sale.expires_ms)

    def _expired(self, step: Step) -> None:
        sale = self._in_state(step, "held")
        if sale.order:
            self.orders.free(sale.order, sale.key)
        else:
            self.runs.expired(sale.key)
        sale.state = "expired"

    def _released(self, step: Step) -> None:
        sale = self._in_state(step, "held")
        self._let_go(sale, "release")
        sale.state = "released"

    def _confirmed(self, step: Step) -> None:
        sale = self._in_state(step, "held", "expired")
        if sale.order:
            self.orders.hold(sale.order, sale.indices, sale.key)
        else:
            self.runs.sold(sale.key, "confirm")  # of an expired one, within the grace: the very same places again
        sale.state = "confirmed"
        sale.confirm_digest = step["digest"]
        sale.paid = {name: step[name] for name in ("rounding_fen", "cash_fen", "card_fen")}
        sale.numbers = step["numbers"]
        self.next_number += sum(len(numbers) for numbers in sale.numbers)
        sale.sold_ms = step["at_ms"]
        sale.cash = step["cash_fen"] > 0 or (sale.replaces is not None and self.by_key[sale.replaces[0]].cash)
        if sale.replaces is None:
            paid_fen = min(sale.total_fen + step["rounding_fen"], step["cash_fen"] + step["card_fen"])
            sale.slack_fen = max(0, sale.total_fen - paid_fen)
            return
        old = self.by_key[sale.replaces[0]]
        old.exchanged |= set(sale.replaces[1])
        sale.slack_fen, old.slack_fen = old.slack_fen + max(0, -step["rounding_fen"]), 0

    def _printed(self, step: Step) -> None:
        sale = self.by_key[step["key"]]
        sale.printed_digest = step["digest"]
        sale.printed = step["tickets"]
        sale.state = "printed"
        if sale.order:
            self.orders.settle(sale.order, sale.indices, sale.key, sale.printed, step["at_ms"])
            return
        for ticket in sale.printed:
            if ticket["state"] == "delivered":
                self.delivered[ticket["number"]] = (sale.key, ticket["place"])

    def _refund_offered(self, step: Step) -> None:
        self.refunds[step["key"]] = Refund(step)

    def _refunded(self, step: Step) -> None:
        refund = self.refunds[step["key"]]
        sale, places = self.by_key[refund.step["sale"]], refund.step["places"]
        self.runs.refunded(sale.key, step["key"], tuple(places))
        sale.refunded |= set(places)
        sale.slack_fen += refund.step["rounding_fen"]
        refund.done, refund.done_ms = True, step["at_ms"]

    def _restored(self, step: Step) -> None:
        """An older backup was put back: what was sold since is unknown here, so no number of its letter is given again."""
        self.next_number = (self.next_number // NUMBERS_PER_LETTER + 1) * NUMBERS_PER_LETTER

    def _voided(self, step: Step) -> None:
        sale = self.by_key.setdefault(step["key"], Sale(step["key"], "none"))
        if step.get("waits"):  # its blanks were used: `printed` says what becomes of its places
            sale.voided |= set(step["places"])
            return
        if sale.state in ("confirmed", "printed"):
            returned = set(step["places"]) - sale.voided
            if sale.order:
                self.orders.free(sale.order, sale.key)
            else:
                self.runs.refunded(sale.key, "void", tuple(sorted(returned)))
            sale.voided |= returned
            if len(sale.voided) == len(sale.places):
                sale.state = "voided"
            return
        if sale.state == "held":
            self._let_go(sale, "void")
        sale.state = "voided"

    def _let_go(self, sale: Sale, command: str) -> None:
        if sale.order:
            self.orders.free(sale.order, sale.key)
        else:
            self.runs.released(sale.key, command)

    def _in_state(self, step: Step, *states: str) -> Sale:
        sale = self.by_key[step["key"]]
        if sale.state not in states:
            raise StockError(f"{sale.key} is {sale.state}: it cannot be {step['kind']}")
        return sale

    def numbers_for(self, tickets: int, each: int) -> list[list[str]]:
        """The next unused ticket numbers, `each` per ticket: a letter and six digits. Given out by the `confirmed` step."""
        first = self.next_number
        return [[_number_text(first + ticket * each + one) for one in range(each)] for ticket in range(tickets)]

    def snapshot(self) -> Mapping[str, Any]:
        """The whole state as plain values, for comparison and for the lab."""
        return {
            "sales": {key: _plain(sale) for key, sale in sorted(self.by_key.items())},
            "orders": self.orders.snapshot(),
            "free": self.runs.snapshot(),
            "stands": self.runs.stands(),
            "next_number": self.next_number,
            "refunds": {key: {**refund.step, "done": refund.done} for key, refund in sorted(self.refunds.items())},
        }


def _number_text(number: int) -> str:
    within = number % LAST_NUMBER
    return f"{chr(ord('A') + within // NUMBERS_PER_LETTER)}{within % NUMBERS_PER_LETTER:06d}"


def _plain(sale: Sale) -> dict[str, Any]:
    plain = asdict(sale)
    sets = {name: sorted(plain[name]) for name in ("notes", "voided", "refunded", "exchanged")}
    replaces = None if sale.replaces is None else [sale.replaces[0], list(sale.replaces[1])]
    return {**plain, **sets, "places": list(sale.places), "indices": list(sale.indices), "replaces": replaces}


def _replaced(step: Step) -> tuple[str, tuple[int, ...]] | None:
    key, places = step.get("replaces", ("", ()))
    return (key, tuple(places)) if key else None
