"""The part of the journey that picks up what was bought elsewhere: prove it by code or card, see what there is, ask for it.

What proves an order passes by: a typed code stands in the state only until it is asked for, a scanned one or a document never.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.journey.asks import Ask, AskOrders, Now, StartPickup
from kiosk.journey.state import JourneyState
from kiosk.ports.station import OrdersFailed, OrdersFound

CODE_DIGITS = 12
STEPS = ("pickup", "pickup.code", "pickup.orders")
FAILED = {"not_found": "order_not_found", "bad_code": "order_bad_code", "too_many": "order_too_many"}
REFUSED = ("collected", "in_use", "unknown", "cancelled", "departed", "wrong_station")
"""Why an order that was shown is not handed out: each has words of its own."""


class Collecting:
    """Mixed into `Journey`."""

    state: JourneyState

    def _go(self, step: str) -> None:
        raise AttributeError("given by Journey")

    @property
    def wants_proof(self) -> bool:
        """Somebody is asked for a code or a card now."""
        return self.state.step == "pickup" and not self.state.waiting and not self.state.help

    # -- what is read

    def looking_up(self, now: Now) -> int:
        """The station is asked for what was read; answers the number of the question."""
        state = self.state
        self.state = replace(
            state, request=state.request + 1, asked_ms=now.mono_ms, touched_ms=now.mono_ms, waiting=True, notice=""
        )
        return self.state.request

    def hint(self, notice: str, now: Now) -> None:
        """What a reader says to whoever stands there; while one is asked for something."""
        if self.wants_proof:
            self.state = replace(self.state, notice=notice, touched_ms=now.mono_ms)

    def _orders_found(self, fact: OrdersFound) -> None:
        self._go("pickup.orders")
        self.state = replace(self.state, waiting=False, orders=fact.orders, typed="")

    def _orders_failed(self, fact: OrdersFailed) -> None:
        self.state = replace(self.state, waiting=False, typed="", notice=FAILED.get(fact.reason, "offline"))

    # -- touches

    def _open_pickup(self, _: str, now: Now) -> list[Ask]:
        self._go("pickup")
        self.state = replace(self.state, typed="", orders=())
        return []

    def _type_code(self, _: str, now: Now) -> list[Ask]:
        self._go("pickup.code")
        self.state = replace(self.state, typed="")
        return []

    def _code_digit(self, digit: str, now: Now) -> list[Ask]:
        """The last digit asks by itself."""
        if self.state.waiting or len(digit) != 1 or digit not in "0123456789":
            return []
        self.state = replace(self.state, typed=self.state.typed + digit, notice="")
        if len(self.state.typed) < CODE_DIGITS:
            return []
        code = self.state.typed
        return [AskOrders(self.looking_up(now), code)]

    def _choose_order(self, number: str, now: Now) -> list[Ask]:
        order = next((each for each in self.state.orders if each.number == number), None)
        if order is None or order.state != "open":
            return []
        self._go("sale")
        return [StartPickup(order, self.state.language)]

    def refused_order(self, reason: str) -> str:
        """The notice of an order that was not handed out."""
        return f"order_{reason}" if reason in REFUSED else "order_again"
