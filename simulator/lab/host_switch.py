"""A host with books of its own (the bank, the provider of phone codes) as the lab page works and watches it.

The host plays its troubles itself (`/lab/faults`, only in a lab); they stand in the fault menu. Looking never waits: it tells what
was heard last, and asks anew for the next look.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from simulator.lab.asking import Asking

AGAIN_S = 0.5


class HostSwitch(ABC):
    """At `asker`; `who`: what it is called in an error; `known`: trouble -> words. `on`: the troubles it plays now; `there`: it
    answered when it was last asked; `books` as they were then."""

    def __init__(self, asker: Asking, who: str, known: Mapping[str, str]) -> None:
        self.asker, self._who, self._known = asker, who, known
        self.on: set[str] = set()
        self.there = False
        self.books: Mapping[str, Any] = {}
        self._asking: asyncio.Task[None] | None = None
        self._asked_s = 0.0

    @abstractmethod
    async def _look(self) -> Mapping[str, Any] | None:
        """Its books as they are now, None when it refuses them. Raises OSError, TimeoutError, KeyError when it is away."""

    # -- troubles

    def faults(self) -> dict[str, bool]:
        """Trouble -> whether it is on."""
        return {name: name in self.on for name in sorted(self._known)}

    def menu(self) -> list[dict[str, Any]]:
        """As the cabinet's fault menu tells those of a device."""
        return [{"name": name, "text": text, "on": name in self.on} for name, text in sorted(self._known.items())]

    async def switch(self, name: str, on: bool) -> None:
        """Raises OSError or TimeoutError when it does not answer."""
        self._heard(await self.asker.ask("/lab/faults", {"on" if on else "off": name}))

    def _heard(self, answer: tuple[int, Mapping[str, Any]]) -> None:
        status, told = answer
        if status != 200:
            raise OSError(f"the {self._who} answered {status}; is it a lab's {self._who}?")
        self.on = {each["name"] for each in told["on"]}

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
        """Books and troubles as they are now. Never raises for a host that is away."""
        try:
            books = await self._look()
        except (OSError, TimeoutError, KeyError):
            self.there = False
            return
        self.there = books is not None
        if books is not None:
            self.books = books
