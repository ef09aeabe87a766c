"""The provider of phone codes as the lab page sees it: its troubles, worked from the fault menu, and what its books come to.

The provider plays the troubles itself (`/lab/faults`, only in a lab). Looking never waits: it tells what was heard last, and
asks anew for the next look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from simulator.lab.asking import Asking
from simulator.provider.books import conserved
from simulator.provider.faults import FAULTS
from simulator.provider.ledger import PAYMENT
from simulator.provider.payers import Payer

PROVIDER = "provider"
"""How the fault menu and the events call it."""
AGAIN_S = 0.5


class ProviderSwitch:
    """At `asker`; `heard` is called when its books have changed."""

    def __init__(self, asker: Asking, payer: Payer) -> None:
        self.asker, self._payer = asker, payer
        self.on: set[str] = set()
        self.there = False
        self.books: Mapping[str, Any] = {}
        self._asking: asyncio.Task[None] | None = None
        self._asked_s = 0.0

    # -- troubles

    def faults(self) -> dict[str, bool]:
        """Trouble -> whether it is on."""
        return {name: name in self.on for name in sorted(FAULTS)}

    def menu(self) -> list[dict[str, Any]]:
        """As the cabinet's fault menu tells those of a device."""
        return [{"name": name, "text": text, "on": name in self.on} for name, text in sorted(FAULTS.items())]

    async def switch(self, name: str, on: bool) -> None:
        """Raises OSError or TimeoutError when the provider does not answer."""
        self._told(await self.asker.ask("/lab/faults", {"on" if on else "off": name}))

    def _told(self, answer: tuple[int, dict[str, Any]]) -> None:
        status, told = answer
        if status != 200:
            raise OSError(f"the provider answered {status}; is it a lab's provider?")
        self.on = {each["name"] for each in told["on"]}

    # -- books

    @property
    def balance_fen(self) -> int:
        """What the phone's owner has, by the provider's books."""
        return next(
            (each["balance_fen"] for each in self.books.get("payers", ()) if each["name"] == self._payer.name), 0
        )

    @property
    def kept_fen(self) -> int:
        """What this payer's payments left with the machines' owner."""
        return sum(self._signed(each) for each in self._own())

    def _own(self) -> list[Mapping[str, Any]]:
        return [each for each in self.books.get("bookings", ()) if each["payer"] == self._payer.name]

    @staticmethod
    def _signed(booking: Mapping[str, Any]) -> int:
        return int(booking["amount_fen"]) if booking["kind"] == PAYMENT else -int(booking["amount_fen"])

    def told(self) -> dict[str, Any]:
        """Balance and what was kept, whether both are what the account was opened with, and the newest bookings first."""
        return {
            "there": self.there,
            "balance_fen": self.balance_fen,
            "kept_fen": self.kept_fen,
            "opened_fen": self._payer.opened_fen if self.books else 0,
            "conserved": not self.books or (conserved(self.books) and not self.books["wrong"]),
            "booked": [
                {"merchant": each["merchant"], "fen": -self._signed(each), "at_ms": each["at_ms"]}
                for each in reversed(self._own())
            ],
        }

    # -- asking

    def soon(self) -> None:
        """Ask anew, unless that was done just now."""
        loop = asyncio.get_running_loop()
        if self._asking is None and loop.time() - self._asked_s >= AGAIN_S:
            self._asked_s = loop.time()
            self._asking = loop.create_task(self._ask())

    async def _ask(self) -> None:
        try:
            await self.refresh()
        finally:
            self._asking = None

    async def refresh(self) -> None:
        """Books and troubles as they are now. Never raises for a provider that is away."""
        try:
            status, books = await self.asker.ask("/ledger")
            self._told(await self.asker.ask("/lab/faults", {}))
        except (OSError, TimeoutError, KeyError):
            self.there = False
            return
        self.there = status == 200
        if self.there:
            self.books = books
