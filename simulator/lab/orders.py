"""The station makes an order, as if somebody had bought by phone: one short call of the lab, and its paper lies in the drawer."""

from __future__ import annotations

from typing import Any

from simulator.cabinet.reading_desk import CITIZENS, Paper, number_of
from simulator.lab.asking import Asking

PATH = "/lab/orders:any"
SAID = ("order", "code", "paper", "train", "date", "origin", "destination", "depart")


class LabOrders:
    """`home`: telecode of the station the machine stands at."""

    def __init__(self, asker: Asking, home: str) -> None:
        self._asker, self._home = asker, home

    async def make(self, tickets: int, document: str) -> Paper:
        """Raises OSError or TimeoutError when the station does not answer or does not sell; its text says why."""
        if not self._asker:
            raise OSError("this cabinet was told of no station")
        owner = [number_of(document)] * tickets if document in CITIZENS else []
        body: dict[str, Any] = {"origin": self._home, "tickets": tickets, "documents": owner}
        status, told = await self._asker.ask(PATH, body)
        if status != 201:
            raise OSError(f"the station answered {status}: {told.get('detail', 'is it a lab station?')}")
        said = {name: str(told[name]) for name in SAID}
        route, english = (" → ".join(words) for words in zip(*told["names"], strict=True))
        return Paper(**said, route=route, route_english=english, tickets=tickets, document=document if owner else "")
