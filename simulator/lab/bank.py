"""The bank as the lab page sees it: its troubles, and what its books come to for these cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.acquirer.books import PAID, balances
from simulator.acquirer.faults import FAULTS
from simulator.lab.asking import Asking
from simulator.lab.host_switch import HostSwitch

BANK = "bank"
"""How the fault menu and the events call it."""


class LabBank(HostSwitch):
    """`names`: the cards of this drawer. `tell(what, amount_fen, why)` hears of money that came or went."""

    def __init__(self, asker: Asking, names: Sequence[str], tell: Callable[[str, int, str], None]) -> None:
        super().__init__(asker, BANK, FAULTS)
        self._names, self._tell = tuple(names), tell
        self._states: dict[tuple[str, int, int], str] | None = None

    def __bool__(self) -> bool:
        return bool(self.asker)

    # -- books

    def look(self) -> dict[str, Any] | None:
        """Balances, what was kept, and whether both are what the accounts were opened with; None without a bank. Asks anew for
        the next look."""
        if not self.asker:
            return None
        self.soon()
        books = self.books
        on_cards = balances(books, self._names) if books else {}
        kept_fen = sum(each["moved_fen"] for each in self._own())
        opened_fen = sum(books["opened"].get(name, 0) for name in self._names) if books else 0
        balance_fen = sum(on_cards.values())
        return {
            "there": self.there,
            "balances": on_cards,
            "balance_fen": balance_fen,
            "kept_fen": kept_fen,
            "opened_fen": opened_fen,
            "conserved": not books or (not books["wrong"] and balance_fen + kept_fen == opened_fen),
            "paid": [
                {"card": each["account"], "fen": each["amount_fen"], "state": each["state"]}
                for each in reversed(self._own())
                if each["state"] in PAID
            ],
        }

    def _own(self) -> list[Mapping[str, Any]]:
        return [each for each in self.books.get("bookings", ()) if each["account"] in self._names]

    async def _look(self) -> Mapping[str, Any] | None:
        status, books = await self.asker.ask("/lab/state")
        if status != 200:
            return None
        self._heard((status, books["faults"]))
        return books

    async def refresh(self) -> None:
        await super().refresh()
        if self.there:
            self._tell_changes()

    def _tell_changes(self) -> None:
        """Each booking of these cards is told once when it comes, and once when it goes back; what was there before is no news."""
        seen = {(each["terminal"], each["batch"], each["trace"]): each for each in self._own()}
        before = self._states
        self._states = {key: each["state"] for key, each in seen.items()}
        for key, each in seen.items():
            if before is not None and before.get(key) != each["state"]:
                self._tell(each["state"], each["amount_fen"], each["code"] if each["state"] == "declined" else "")
