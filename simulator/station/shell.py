"""Core, store and clock together: requests in, their steps stored, replies out. One thread owns it, that of the event loop.

What came in together is stored with one sync, and whoever asked meanwhile waits for it too: nobody is told what a power cut could
still undo. Source: seat inventory, section 3 (group commit); settled question 42.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from simulator.clock import SharedClock
from simulator.station.core import Station
from simulator.station.machines import inbox
from simulator.station.machines.state import NEWS
from simulator.station.store import Store
from simulator.station.wire import Reply, Request, Step

UNSTORED = Reply(503, {"error": "storage", "detail": "the station cannot store and stops"})
Told = Callable[[bool], None]
"""Hears once whether what was done so far is stored."""


class StationShell:
    """`stop` is called when storing fails; after that there are no more replies."""

    def __init__(self, station: Station, store: Store, clock: SharedClock, stop: Callable[[str], None]) -> None:
        self.station = station
        self.clock = clock
        self._store = store
        self._stop = stop
        self._ended = False
        self._unstored: list[Step] = []
        self._waiting: list[Told] = []
        self._news = asyncio.Event()
        self.changes, self.leaving = 0, False
        self._moved = asyncio.Event()

    def serve(self, request: Request) -> Reply:
        """Handle and store, this one alone."""
        reply = self.handle(request)
        self._commit()
        return UNSTORED if self._ended else reply

    def handle(self, request: Request) -> Reply:
        """Do it, and do not tell yet: see `when_stored`."""
        return self._done(lambda now_ms: self.station.handle(request, now_ms))

    def order_elsewhere(self, body: bytes, any_train: bool = False) -> Reply:
        """Handle and store an order that somebody makes by phone or at a window; `any_train`: whichever fits."""
        buy = self.station.order_any if any_train else self.station.order_elsewhere
        reply = self._done(lambda now_ms: buy(body, now_ms))
        self._commit()
        return UNSTORED if self._ended else reply

    def _done(self, deed: Callable[[int], tuple[Reply, list[Step]]]) -> Reply:
        if self._ended:
            return UNSTORED
        reply, steps = deed(self.clock.wall_ms())
        self._unstored += steps
        return reply

    def when_stored(self, tell: Told) -> None:
        """At once when nothing waits to be stored, else after the sync that all who are here now share."""
        if not self._unstored:
            tell(not self._ended)
            return
        self._waiting.append(tell)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._commit)

    async def answer(self, request: Request) -> Reply:
        """The reply, when it may leave."""
        reply = self.handle(request)
        if not self._unstored and not self._ended:
            return reply
        return reply if await self.settled() else UNSTORED

    async def answer_with_news(self, request: Request) -> Reply:
        """As `answer`, but an answer without news is held back until there is some, at most `wait_ms` of the query."""
        clock = asyncio.get_running_loop().time
        until_s = clock() + inbox.wait_ms(request.query) / 1_000
        while True:
            news, reply = self._news, await self.answer(request)
            left_s = until_s - clock()
            if reply.status != 200 or not inbox.empty(reply.body) or left_s <= 0:
                return reply
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), left_s)

    def lines(self, machine: str, epoch: str, first: int, last: int) -> list[str]:
        """Journal lines of a machine as it sent them."""
        return self._store.lines(machine, epoch, first, last)

    async def settled(self) -> bool:
        """When all that was done so far is stored; False when it cannot be."""
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.when_stored(lambda is_so: None if stored.done() else stored.set_result(is_so))
        return await stored

    async def changed(self, since: int, most_s: float) -> int:
        """The count of stored changes, as soon as it is another than `since`, after `most_s` seconds, or when the station ends."""
        if self.changes == since and not self.leaving:
            self._moved.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), most_s)
        return self.changes

    async def gather(self, for_s: float) -> None:
        """Let so much time pass, so that many changes are told as one."""
        await asyncio.sleep(0 if self.leaving else for_s)

    def leave(self) -> None:
        """The station ends: who waits for changes is let go."""
        self.leaving = True
        self._moved.set()

    def _commit(self) -> None:
        steps, self._unstored = self._unstored, []
        waiting, self._waiting = self._waiting, []
        if steps and not self._ended:
            try:
                self._store.append(steps)
            except OSError as error:
                self._ended = True
                self._stop(f"cannot store: {error}")
        for tell in waiting:
            tell(not self._ended)
        if steps and not self._ended:
            self.changes += 1
            self._moved.set()
        if any(step["kind"] in NEWS for step in steps) and not self._ended:
            self._news.set()  # whoever waits asks again; who comes later waits for the next one
            self._news = asyncio.Event()
