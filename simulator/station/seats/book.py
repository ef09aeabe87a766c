"""All stocks and orders, and what each record does to them: the same for a command now and for reading the journal again.

Whether a record may be written is decided in `engine`. Source: seat inventory, section 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from heapq import heappop, heappush
from typing import Self

from simulator.station.seats.orders import REFUNDED, RELEASED, SOLD, STANDING, Answer, Ask, Order, State
from simulator.station.seats.stock import Cut, Stock

Replaces = tuple[str, tuple[int, ...]] | None
"""An exchange: the order, and the indexes of its places, that come back when the new one is sold."""
NEVER_MS = 1 << 62


class Book:
    """`next_ms`: no hold ends before; `NEVER_MS` without one."""

    def __init__(self) -> None:
        self.stocks: dict[str, Stock] = {}
        self.orders: dict[str, Order] = {}
        self.expiries: list[tuple[int, str]] = []
        self.next_ms = NEVER_MS

    def copy(self) -> Self:
        """A book of its own with the same stocks and orders."""
        other = copy(self)
        other.stocks = {name: stock.copy() for name, stock in self.stocks.items()}
        other.orders = {name: order.copy() for name, order in self.orders.items()}
        other.expiries = list(self.expiries)
        return other

    def to_change(self, name: str) -> Stock:
        """The stock of that name, of which something is held now. Raises KeyError."""
        return self.stocks[name]

    def held(
        self,
        name: str,
        command: str,
        ask: Ask,
        places: tuple[int, ...],
        expires_ms: int,
        limit_ms: int,
        replaces: Replaces = None,
        taken: bool = False,
    ) -> Answer:
        """`taken`: the places were taken when they were chosen. Raises StockError when one is not free."""
        order = self.orders.get(name)
        if order is None:
            order = self.orders[name] = Order()
        stock = self.to_change(ask.stock)
        order.ask, order.places = ask, places
        order.expires_ms, order.limit_ms, order.replaces = expires_ms, limit_ms, replaces
        if not taken:
            self._take(order, ask)
        order.state = State.HELD
        stock.orders.append(name)
        answer = Answer("held", places, expires_ms)
        order.answers.append((command, ask if replaces is None else (ask, replaces), answer))
        self.watch(name, expires_ms)
        return answer

    def watch(self, name: str, expires_ms: int) -> None:
        heappush(self.expiries, (expires_ms, name))
        if expires_ms < self.next_ms:
            self.next_ms = expires_ms

    def due(self, now_ms: int) -> list[str]:
        """Orders whose hold is over at `now_ms`, the oldest first; each is told once, whoever asks lets go of it."""
        due: dict[str, None] = {}  # a renewal at the limit leaves the same expiry twice
        expiries = self.expiries
        while expiries and expiries[0][0] <= now_ms:
            expires_ms, name = heappop(expiries)
            order = self.orders[name]
            if order.state is State.HELD and order.expires_ms == expires_ms:
                due[name] = None
        self.next_ms = expiries[0][0] if expiries else NEVER_MS
        return list(due)

    def sold(self, name: str, command: str) -> Answer:
        order = self.orders[name]
        if order.state is State.EXPIRED:
            self._take(order, _asked(order))
        order.state = State.SOLD
        if order.replaces is not None:
            self._refund(self.orders[order.replaces[0]], order.replaces[1])
        order.answers.append((command, "confirm", SOLD))
        return SOLD

    def renewed(self, name: str, command: str, add_ms: int, until_ms: int) -> Answer:
        order = self.orders[name]
        order.expires_ms = until_ms
        self.watch(name, until_ms)
        answer = Answer("renewed", (), until_ms)
        order.answers.append((command, ("renew", add_ms), answer))
        return answer

    def released(self, name: str, command: str) -> Answer:
        order = self.orders[name]
        if order.state is State.HELD:
            self._give_back(order, range(len(order.places)))
        order.state = State.RELEASED
        order.answers.append((command, "release", RELEASED))
        return RELEASED

    def refunded(self, name: str, command: str, indexes: tuple[int, ...]) -> Answer:
        order = self.orders[name]
        self._refund(order, indexes)
        order.answers.append((command, ("refund", indexes), REFUNDED))
        return REFUNDED

    def expired(self, name: str) -> None:
        order = self.orders[name]
        self._give_back(order, range(len(order.places)))
        order.state = State.EXPIRED

    def remember(self, name: str, command: str, asked: object, answer: Answer) -> Answer:
        """A refusal: it changes nothing but what a repeat is told."""
        order = self.orders.get(name)
        if order is None:
            order = self.orders[name] = Order()
        order.answers.append((command, asked, answer))
        return answer

    def _take(self, order: Order, ask: Ask) -> None:
        stock = self.stocks[ask.stock]
        if ask.wish == STANDING and stock.standing is not None:
            stock.standing.add(order.places, ask.a, ask.b)
            return
        cuts = stock.take(order.places, ask.a, ask.b)
        order.cuts = None if stock.single else cuts

    def _refund(self, order: Order, indexes: tuple[int, ...]) -> None:
        self._give_back(order, indexes)
        order.refunded = (order.refunded or frozenset()) | frozenset(indexes)
        if len(order.refunded) == len(order.places):
            order.state = State.REFUNDED

    def _give_back(self, order: Order, indexes: Iterable[int]) -> None:
        ask = _asked(order)
        stock = self.stocks[ask.stock]
        if ask.wish == STANDING and stock.standing is not None:
            stock.standing.add([order.places[index] for index in indexes], ask.a, ask.b, -1)
        elif order.cuts is None:
            for index in indexes:
                stock.give_back_one(order.places[index], ask.a, ask.b)
        else:
            cuts: list[Cut] = order.cuts
            for index in indexes:
                stock.give_back(cuts[index])


def _asked(order: Order) -> Ask:
    if order.ask is None:
        raise ValueError("an order that never held a place cannot change")
    return order.ask
