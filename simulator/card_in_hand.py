"""A passenger's bank card at a machine of the demo: pushed in, its PIN typed, taken back, each in its owner's manner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.passenger.cabinet_client import CabinetClient, CabinetError
from simulator.passenger.person import Plan
from simulator.passenger.visit import Visit

ANSWER_REFUSED = ""
"""What a cabinet that does not answer is called by; everything else is a hand that could not."""


def card_for(plan: Plan, told: Mapping[str, Any], refused: str) -> str:
    """The card of the drawer that somebody with this plan has; empty when none is left. `refused`: the one the bank refuses."""
    in_hand = [card["name"] for card in told["cards"] if card["lies"] == "hand"]
    if plan.manner == "refused":
        return refused if refused in in_hand else ""
    good = [name for name in in_hand if name != refused]
    least = 2 if plan.manner == "absent" else 1  # who has no other card does not forget it
    return good[0] if len(good) >= least else ""


class CardInHand:
    """In the hand of `visit`, whose account it writes into."""

    def __init__(self, cabinet: CabinetClient, name: str, visit: Visit) -> None:
        self._cabinet, self.name, self._visit = cabinet, name, visit
        told = self._told()
        self._pin, self._before = str(told["pin"]), len(told["agreed_fen"])
        visit.account.card_fen = []
        visit.card = self.do

    def do(self, deed: str) -> bool:
        """insert, pin, wrong_pin, cancel, take. False: it could not be done, or not to its end."""
        try:
            if deed in ("pin", "wrong_pin"):
                self._type(wrong=deed == "wrong_pin")
            elif deed == "cancel":
                self._cabinet.post("/api/key", {"key": "cancel"})
            else:
                self._cabinet.post("/api/card", {"do": deed, "name": self.name})
        except CabinetError as error:
            if error.code == ANSWER_REFUSED:
                raise
            return False
        return True

    def poll(self) -> bool:
        """Once the visit is over, write down what the chip agreed to pay; whether it is still of use to anybody."""
        if not self._visit.over:
            return True
        self._visit.account.card_fen = list(self._told()["agreed_fen"][self._before :])
        return False

    def _type(self, wrong: bool) -> None:
        digits = self._pin[:-1] + str((int(self._pin[-1]) + 1) % 10) if wrong else self._pin
        for key in (*digits, "enter"):
            self._cabinet.post("/api/key", {"key": key})

    def _told(self) -> Mapping[str, Any]:
        cards: list[dict[str, Any]] = self._cabinet.get("/api/state")["cards"]["cards"]
        return next(card for card in cards if card["name"] == self.name)
