"""The bank as the lab page sees it: its troubles, worked from the fault menu, and what its books come to for these cards.

The bank plays the troubles itself (`/lab/faults`, only in a lab). Looking never waits: it tells what was heard last, and asks anew
for the next look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.acquirer.books import PAID, balances
from simulator.acquirer.faults import FAULTS
from simulator.lab.asking import Asking

BANK = "bank"
"""How the fault menu and the events call it."""
AGAIN_S = 0.5


class LabBank:
    """At `asker`; `names`: the cards of this drawer. `tell(what, amount_fen, why)` hears of money that came or went."""

    def __init__(self, asker: Asking, names: Sequence[str], tell: Callable[[str, int, str], None]) -> None:
        self._asker, self._names, self._tell = asker, tuple(names), tell
        self.on: set[str] = set()
        self.there = False
        self.books: Mapping[str, Any] = {}
        self._states: dict[tuple[str, int, int], str] | None = None
        self._asking: asyncio.Task[None] | None = None
        self._asked_s = 0.0

    def __bool__(self) -> bool:
        return bool(self._asker)

    # -- troubles

    def faults(self) -> dict[str, bool]:
        """Trouble -> whether it is on."""
        return {name: name in self.on for name in sorted(FAULTS)}

    def menu(self) -> list[dict[str, Any]]:
        """As the cabinet's fault menu tells those of a device."""
        return [{"name": name, "text": text, "on": name in self.on} for name, text in sorted(FAULTS.items())]

    async def switch(self, name: str, on: bool) -> None:
        """Raises OSError or TimeoutError when the bank does not answer."""
        self._heard(await self._asker.ask("/lab/faults", {"on" if on else "off": name}))

    def _heard(self, answer: tuple[int, dict[str, Any]]) -> None:
        status, told = answer
        if status != 200:
            raise OSError(f"the bank answered {status}; is it a lab's bank?")
        self.on = {each["name"] for each in told["on"]}

    # -- books

    def look(self) -> dict[str, Any] | None:
        """Balances, what was kept, and whether both are what the accounts were opened with; None without a bank. Asks anew for
        the next look."""
        if not self._asker:
            return None
        self._soon()
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

    # -- asking

    def _soon(self) -> None:
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
        """Books and troubles as they are now. Never raises for a bank that is away."""
        try:
            status, books = await self._asker.ask("/lab/state")
            if status == 200:
                self._heard((status, books["faults"]))
        except (OSError, TimeoutError, KeyError):
            self.there = False
            return
        self.there = status == 200
        if self.there:
            self.books = books
            self._tell_changes()

    def _tell_changes(self) -> None:
        """Each booking of these cards is told once when it comes, and once when it goes back; what was there before is no news."""
        seen = {(each["terminal"], each["batch"], each["trace"]): each for each in self._own()}
        before = self._states
        self._states = {key: each["state"] for key, each in seen.items()}
        for key, each in seen.items():
            if before is not None and before.get(key) != each["state"]:
                self._tell(each["state"], each["amount_fen"], each["code"] if each["state"] == "declined" else "")
