"""The provider of phone codes as the lab page sees it: its troubles, and what its books come to for this phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.lab.asking import Asking
from simulator.lab.host_switch import HostSwitch
from simulator.provider.books import conserved
from simulator.provider.faults import FAULTS
from simulator.provider.ledger import PAYMENT
from simulator.provider.payers import Payer

PROVIDER = "provider"
"""How the fault menu and the events call it."""


class ProviderSwitch(HostSwitch):
    """`payer`: whose phone it is."""

    def __init__(self, asker: Asking, payer: Payer) -> None:
        super().__init__(asker, PROVIDER, FAULTS)
        self._payer = payer

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

    async def _look(self) -> Mapping[str, Any] | None:
        status, books = await self.asker.ask("/ledger")
        self._heard(await self.asker.ask("/lab/faults", {}))
        return books if status == 200 else None
