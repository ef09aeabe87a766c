"""A passenger's order at a machine of the demo: made at the station beforehand, then its paper held to the window, the card of its
owner laid on the reader, or its code typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.passenger.cabinet_client import CabinetClient, CabinetError
from simulator.passenger.person import Plan
from simulator.passenger.visit import Visit

AGAIN = "again"
CARD = "card"
AWAY = "away"


def papers_of(told: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The papers in the drawer, by a look at the cabinet; the newest last."""
    papers: Sequence[Mapping[str, Any]] = told["collect"]["papers"]
    return papers


class OrderInHand:
    """For one visit. Without a paper that is there already an order is made: of the plan's number of tickets, and made out to the
    first card of the drawer when the plan is to lay it on the reader. Raises OSError when there is none to be had."""

    def __init__(self, cabinet: CabinetClient, plan: Plan) -> None:
        self._cabinet = cabinet
        told = cabinet.get("/api/state")
        self._document = str(told["collect"]["documents"][0]["name"])
        before = papers_of(told)
        if plan.manner == AGAIN and before:
            self.paper = before[-1]
        else:
            wanted = {"tickets": plan.tickets, "document": self._document if plan.manner == CARD else ""}
            self.paper = cabinet.post("/api/order", wanted)
        self.plan = replace(plan, code=str(self.paper["code"]))
        self._visit: Visit | None = None

    def given_to(self, visit: Visit) -> None:
        """`visit` holds it from now on."""
        self._visit, visit.hold = visit, self.hold

    def hold(self, what: str) -> bool:
        body = (
            {"what": "document", "name": self._document}
            if what == CARD
            else {"what": "paper", "name": self.paper["order"]}
        )
        return self._post(body)

    def poll(self) -> bool:
        """Once the visit is over paper and card go with their owner; whether it is still of use to anybody."""
        if self._visit is None or not self._visit.over:
            return True
        self._post({"what": AWAY})
        return False

    def _post(self, body: Mapping[str, Any]) -> bool:
        try:
            self._cabinet.post("/api/hold", dict(body))
        except CabinetError as error:
            if not error.code:
                raise
            return False
        return True
