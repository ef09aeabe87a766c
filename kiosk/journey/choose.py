"""The part of the journey that chooses: train, seat class, passengers, wish, and the order that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from kiosk.journey.asks import Ask, Now, StartSale
from kiosk.journey.board import farthest
from kiosk.journey.find import KINDS, OUR_KINDS, filter_kinds, head_of
from kiosk.journey.state import (
    JourneyState,
    class_of,
    hold_blocker,
    price_of,
    selling_state,
    total_of,
)
from kiosk.ports.trips import Limits, Network, Offer, Order

SORTS = ("depart", "price", "duration")
WISHES = ("together", "window", "aisle")
DEPARTS = {"": (0, 24), "06-12": (6, 12), "12-18": (12, 18), "18-24": (18, 24), "00-06": (0, 6)}
"""Departure window -> hours of station time, the second not included; the empty one is the whole day."""


def cheapest(offer: Offer) -> int | None:
    """Lowest adult price in fen: of classes with tickets left, else of all; None without prices."""
    prices = [cell.price_fen for cell in offer.classes if cell.room] or [cell.price_fen for cell in offer.classes]
    return min(prices, default=None)


def listed(state: JourneyState, wall_ms: int) -> tuple[Offer, ...]:
    """The offers the filters leave, sorted; trains that are gone or closed come after all others.

    Next departures: one row per train, none for those that are gone, and what is never sold here or does not run is told
    whatever the filter.
    """
    first, end = DEPARTS[state.departs]
    board = state.step == "next"
    known = [o for o in farthest(state.offers) if not _gone(o, wall_ms)] if board else state.offers
    offers = [offer for offer in known if _of_kind(offer, state.kind) and first <= int(offer.depart[:2]) < end]
    if state.available:
        wanted = ("open", "query_only", "cancelled") if board else ("open",)
        offers = [offer for offer in offers if selling_state(offer, wall_ms) in wanted]
    offers.sort(key=lambda offer: (offer.depart_ms, offer.train))
    if state.sort == "price":
        offers.sort(key=lambda offer: cheapest(offer) or 1 << 40)
    elif state.sort == "duration":
        offers.sort(key=lambda offer: offer.minutes)
    offers.sort(key=lambda offer: _gone(offer, wall_ms))
    return tuple(offers)


def _of_kind(offer: Offer, kind: str) -> bool:
    """Whether the filter shows it; the empty one shows all. Trains from elsewhere are told apart by their numbers."""
    if not kind:
        return True
    return offer.kind in KINDS.get(kind, "") if offer.kind in OUR_KINDS else head_of(offer.train) == kind


def _gone(offer: Offer, wall_ms: int) -> bool:
    return wall_ms >= offer.depart_ms or selling_state(offer, wall_ms) == "closed"


def page_of(items: Sequence[object], page: int, size: int) -> tuple[int, int]:
    """(page, pages), the page moved inside what there is; both at least 0 and 1."""
    pages = max(1, -(-len(items) // size))
    return max(0, min(page, pages - 1)), pages


class Choosing:
    """Mixed into `Journey`: uses its state, network and limits."""

    state: JourneyState
    zone: ZoneInfo
    network: Network | None
    limits: Limits | None
    cash_limit_fen: int | None

    def _go(self, step: str) -> None:
        raise AttributeError("given by Journey")

    def _ask(self, now: Now) -> Ask:
        raise AttributeError("given by Journey")

    def _stale(self, now: Now) -> bool:
        raise AttributeError("given by Journey")

    # -- the list

    def _filter_kind(self, kind: str, now: Now) -> list[Ask]:
        known = filter_kinds(self.network.trains if self.network else ())
        self.state = replace(self.state, kind=kind if kind in known else "", page=0)
        return []

    def _filter_available(self, _: str, now: Now) -> list[Ask]:
        self.state = replace(self.state, available=not self.state.available, page=0)
        return []

    def _filter_departs(self, _: str, now: Now) -> list[Ask]:
        windows = list(DEPARTS)
        following = windows[(windows.index(self.state.departs) + 1) % len(windows)]
        self.state = replace(self.state, departs=following, page=0)
        return []

    def _sort(self, _: str, now: Now) -> list[Ask]:
        following = SORTS[(SORTS.index(self.state.sort) + 1) % len(SORTS)]
        self.state = replace(self.state, sort=following, page=0)
        return []

    def _turn(self, by: int, now: Now) -> list[Ask]:
        size = 4 if self.state.large_text else 5
        page, _ = page_of(listed(self.state, now.wall_ms), self.state.page + by, size)
        self.state = replace(self.state, page=page)
        return []

    def _trains_previous(self, _: str, now: Now) -> list[Ask]:
        return self._turn(-1, now)

    def _trains_next(self, _: str, now: Now) -> list[Ask]:
        return self._turn(1, now)

    def _to_trains(self, _: str, now: Now) -> list[Ask]:
        self._go("trains")
        return [self._ask(now)]

    # -- train and seats

    def _choose_train(self, number: str, now: Now) -> list[Ask]:
        offer = next((offer for offer in self.state.offers if offer.train == number), None)
        if offer is None or selling_state(offer, now.wall_ms) != "open":
            return []
        free = [cell for cell in offer.classes if cell.room]
        first = min(free, key=lambda cell: (cell.stands, cell.price_fen))  # nobody stands who did not choose it
        self._go("seat")
        self.state = replace(self.state, chosen=number, seat_class="", passengers=(), wish="none")
        self._choose_class(first.code, now)
        return [self._ask(now)] if self._stale(now) else []

    def _choose_class(self, code: str, now: Now) -> list[Ask]:
        offer = self.state.offer
        cell = class_of(offer, code) if offer else None
        if cell is None or not cell.room:
            return []
        kept = tuple((who, count) for who, count in self.state.passengers if price_of(cell, who) is not None)
        if not kept and cell.prices:
            kept = ((cell.prices[0][0], 1),)
        self.state = replace(self.state, seat_class=code, passengers=kept, notice="")
        return []

    def room_for(self, passenger: str) -> bool:
        """Whether one more of this type may be added: limit of the order, places left, sold in this class."""
        cell = self.state.class_offer
        if cell is None or price_of(cell, passenger) is None or self.limits is None:
            return False
        return self.state.seats < min(self.limits.max_tickets, cell.room)

    def _plus(self, passenger: str, now: Now) -> list[Ask]:
        if self.room_for(passenger):
            self._count(passenger, 1)
        return []

    def _minus(self, passenger: str, now: Now) -> list[Ask]:
        self._count(passenger, -1)
        return []

    def _count(self, passenger: str, by: int) -> None:
        counts = dict(self.state.passengers)
        counts[passenger] = max(0, counts.get(passenger, 0) + by)
        kept = tuple((who, count) for who, count in counts.items() if count)
        self.state = replace(self.state, passengers=kept, notice="")

    def _wish(self, wish: str, now: Now) -> list[Ask]:
        if wish in WISHES:
            self.state = replace(self.state, wish="none" if self.state.wish == wish else wish)
        return []

    def _hold(self, _: str, now: Now) -> list[Ask]:
        """From here on the sale leads; what comes back is `LockRefused` or the end of the sale."""
        state, offer, cell = self.state, self.state.offer, self.state.class_offer
        if hold_blocker(state, self.limits, self.cash_limit_fen, now.wall_ms) or offer is None or cell is None:
            return []
        self._go("sale")
        return [StartSale(order_of(state, offer), state.language)]


def order_of(state: JourneyState, offer: Offer) -> Order:
    """The order as chosen; `price_fen` is the sum of all places as shown."""
    cell = class_of(offer, state.seat_class)
    return Order(
        train=offer.train,
        kind=offer.kind,
        date=offer.date,
        origin=offer.origin,
        destination=offer.destination,
        seat_class=state.seat_class,
        passengers=tuple(who for who, count in state.passengers for _ in range(count)),
        wish="standing" if cell and cell.stands else state.wish,
        depart_ms=offer.depart_ms,
        arrive_ms=offer.arrive_ms,
        depart=offer.depart,
        arrive=offer.arrive,
        day_offset=offer.day_offset,
        price_fen=total_of(cell, state.passengers) if cell else 0,
        closes_ms=offer.closes_ms,
    )
