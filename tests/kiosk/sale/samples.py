"""A sale to play with: two tickets of ¥152.5 from Beijing West, cassettes of 1, 5, 10 and 20 yuan."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.parameters import SalePolicy
from kiosk.ports.fact import Fact
from kiosk.ports.station import PlacesLocked, SaleConfirmed
from kiosk.ports.trips import LockedPlace, Order, TicketNumbers
from kiosk.records import record_of
from kiosk.sale.facts import Agreed, SaleStarted
from kiosk.sale.intents import Intent
from kiosk.sale.sale import Sale, SaleContext
from kiosk.stock import Stock, fresh

VALUES = {1: 100, 2: 500, 3: 1000, 4: 2000}
COINS = {1: 50, 2: 100}
"""Hopper -> face value."""
KEY = "T01.7f3a91c2.1"


def order(passengers: tuple[str, ...] = ("adult", "adult"), closes_ms: int = 10**12) -> Order:
    return Order(
        "K598", "K", "2026-11-22", "BXP", "WCN", "hard_seat", passengers, "together", 0, 0, "09:00", "21:00", 0,
        15250 * len(passengers), closes_ms,
    )  # fmt: skip


def stock(notes: int = 300, coins: Mapping[int, int] | None = None) -> Stock:
    """`coins`: hopper -> pieces; None: no hopper is fitted."""
    made = fresh(VALUES, coins=COINS if coins is not None else None)
    made.coins.coins = dict(coins or {})
    made.cassettes = dict.fromkeys(VALUES, notes)
    made.roll = 100
    return made


def locked(passengers: int = 2, price_fen: int = 15250) -> PlacesLocked:
    places = tuple(LockedPlace(i, "05", f"{12 + i}A", "window", "adult", price_fen) for i in range(passengers))
    return PlacesLocked(KEY, places, price_fen * passengers, 300_000, 600_000)


def confirmed(passengers: int = 2) -> SaleConfirmed:
    return SaleConfirmed(KEY, tuple(TicketNumbers(i, (f"A{i}", f"B{i}", f"C{i}")) for i in range(passengers)))


class Player:
    """Feeds a sale and keeps its books the way the controller does: stock first, then the sale."""

    def __init__(self, till: Stock | None = None, policy: SalePolicy | None = None, passengers: int = 2) -> None:
        self.stock = till or stock()
        context = SaleContext(
            "T01", "7f3a91c2", b"secret", policy or SalePolicy(), 1.0, lambda: (100, 500, 1000, 2000, 5000, 10000)
        )
        self.passengers = passengers
        started = SaleStarted(1, KEY, "zh", order(("adult",) * passengers))
        self.sale = Sale(1, "zh", started, context, self.stock)
        self.now_ms = 1_000
        self.intents: list[Intent] = []
        self.feed(started)

    def feed(self, fact: Fact) -> list[Intent]:
        self.stock.hear(record_of(fact))
        made = self.sale.feed(fact, self.now_ms, self.now_ms)
        self.stock.book([record_of(intent) for intent in made])
        self.intents += made
        return made

    def to_collecting(self) -> Player:
        self.feed(locked(self.passengers))
        self.feed(Agreed())
        return self
