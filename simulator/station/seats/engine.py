"""The single writer of the seat inventory: holds, sales, refunds, exchanges. Source: seat inventory, section 3.

All places of an order or none. Every command has a name within its order, and a repeat gets the first answer, refusals too: a
command that comes late by another way must not hold places for somebody who went away. Whatever changes something leaves a record
in `records`; who answers a client has written and synced them before. Time is an argument; expiry is a record of its own, so that
reading the records again needs no clock. Bad input is refused with a reason and leaves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.station.seats import lines
from simulator.station.seats.admission import Admission
from simulator.station.seats.book import Book, Replaces
from simulator.station.seats.orders import MOST_PLACES, NAME, STANDING, WISHES, Answer, Ask, Order, State, refused
from simulator.station.seats.quotas import ORDINARY, Seller
from simulator.station.seats.stock import Stock, StockError
from simulator.station.seats.why import Why, why_not

GRACE_MS = 5_000
MOST_ANSWERS = 200
"""An order remembers no more: nobody who is well needs as many."""
_known_name = NAME.fullmatch


class Engine(Book):
    """`sellers` by name; `any` sells what is public and shared. `grace_ms`: a payment this late may have its places again if nobody
    took them. Deeds besides what each says refuse with bad_name, too_many_commands, and key_reused for a command that stood for
    something else."""

    def __init__(
        self, sellers: Mapping[str, Seller] | None = None, admission: Admission | None = None, grace_ms: int = GRACE_MS
    ) -> None:
        super().__init__()
        self.records: list[str] = []
        """Lines that are not in the journal yet; the owner takes them out."""
        self.sellers = {"any": ORDINARY, **(sellers or {})}
        self._admission, self._grace_ms = admission, grace_ms

    def open(self, name: str, stock: Stock) -> None:
        """Put a class of a run on sale. Raises StockError when the name is taken or none."""
        if name in self.stocks or not _known_name(name):
            raise StockError(f"stock {name!r}: open already, or no name")
        self.stocks[name] = stock
        self.records.append(lines.opened(name, stock))

    # -- asking changes nothing

    def left(self, stock: str, a: int, b: int, seller: str = "any") -> int:
        """How many places can be had; 0 for a trip or a seller that does not exist."""
        found = self.stock(stock)
        if found is None or not 0 <= a < b <= found.segments or seller not in self.sellers:
            return 0
        return found.left(a, b, self.sellers[seller])

    def stock(self, name: str) -> Stock | None:
        """A stock to look at; who makes stocks only when they are asked for makes it here."""
        return self.stocks.get(name)

    def would_get(self, ask: Ask, now_ms: int) -> Answer:
        """What `hold` would answer an order that is new; `expires_ms` is 0. Nothing is taken, nothing remembered."""
        stock, reason = self._asked_of(ask)
        if stock is None:
            return refused(reason)
        if self._admission is not None and (rule := self._admission.refusal(stock, ask, now_ms)):
            return refused(rule)
        places = self._choose(stock, ask)
        return Answer("held", places) if places else refused("sold_out", self._room(stock, ask))

    def still_open(self, order: str) -> bool:
        """Whether the very places that an order once held could be held again."""
        known = self.orders.get(order)
        return known is not None and known.ask is not None and self._open_again(known, known.ask)

    def gives_back(self, order: str, replaces: tuple[str, tuple[int, ...]]) -> bool:
        """Whether the places that `order` is to replace are sold still, and another order's."""
        old = self.orders.get(replaces[0])
        return old is not None and replaces[0] != order and old.state is State.SOLD and _owns(old, replaces[1])

    def why(self, ask: Ask, place: int, now_ms: int) -> Why:
        """Why this place is not what the next passenger gets: `held` may come back, `sold` does not (`taken`: by others, before
        this engine sold anything), or the rule."""
        stock, reason = self._asked_of(ask)
        if stock is None:
            return Why(reason)
        if self._admission is not None and (rule := self._admission.refusal(stock, ask, now_ms)):
            return Why(rule)
        found = why_not(stock, place, ask.a, ask.b, self.sellers[ask.seller])
        if found.rule != "taken":
            return found
        there = {order.state for order in map(self.orders.__getitem__, stock.orders) if _sits(order, place, ask)}
        rule = "sold" if State.SOLD in there else "held" if State.HELD in there else "taken"
        return Why(rule, found.segments)

    # -- deeds

    def hold(
        self, order: str, command: str, ask: Ask, now_ms: int, expires_ms: int, limit_ms: int, replaces: Replaces = None
    ) -> Answer:
        """Take places out of sale for an order until `expires_ms`, which can be put off to `limit_ms`.

        `replaces`: an exchange; the old places come back when the new ones are sold. Refuses: no_such_stock, bad_trip, bad_wish,
        bad_time, no_such_seller, wrong_state, not_yours, sold_out, or a rule of admission.
        """
        asked = ask if replaces is None else (ask, replaces)
        known, first = self._before(order, command, asked, now_ms)
        if first is not None:
            return first
        if known is not None and known.state is not State.NONE:
            return self._refuse(order, command, asked, "wrong_state")
        if not _known_name(order):
            return refused("bad_name")
        stock, reason = self._asked_of(ask)
        if stock is None:
            return refused(reason)
        if not now_ms < expires_ms <= limit_ms:
            return refused("bad_time")
        if replaces is not None and not self.gives_back(order, replaces):
            return refused("not_yours")
        if self._admission is not None and (rule := self._admission.refusal(stock, ask, now_ms)):
            return self._refuse(order, command, asked, rule)
        short = stock.single and ask.wanted == 1 and ask.wish == "none" and ask.seller == "any"
        places = _one(stock.take_one(ask.a, ask.b)) if short else self._choose(stock, ask)
        if not places:
            return self._refuse(order, command, asked, "sold_out", self._room(stock, ask))
        self.records.append(lines.held(order, command, ask, places, expires_ms, limit_ms, replaces))
        return self.held(order, command, ask, places, expires_ms, limit_ms, replaces, taken=short)

    def confirm(self, order: str, command: str, now_ms: int) -> Answer:
        """Paid: the places are sold. Refuses: no_such_order, expired, wrong_state, not_yours."""
        known, first = self._before(order, command, "confirm", now_ms)
        if known is None or first is not None:
            return first or refused("no_such_order")
        if known.state is not State.HELD and not self._may_return(known, now_ms):
            return self._refuse(order, command, "confirm", _over(known))
        if known.replaces is not None and not self.gives_back(order, known.replaces):
            return self._refuse(order, command, "confirm", "not_yours")
        self.records.append(lines.deed("sold", order, command))
        return self.sold(order, command)

    def renew(self, order: str, command: str, add_ms: int, now_ms: int) -> Answer:
        """Put the expiry off by `add_ms`, to the order's limit at most. Refuses: no_such_order, bad_time, expired, wrong_state."""
        asked = ("renew", add_ms)
        known, first = self._before(order, command, asked, now_ms)
        if known is None or first is not None:
            return first or refused("no_such_order")
        if add_ms <= 0:
            return refused("bad_time")
        if known.state is not State.HELD:
            return self._refuse(order, command, asked, _over(known))
        until_ms = min(known.expires_ms + add_ms, known.limit_ms)
        self.records.append(lines.renewed(order, command, add_ms, until_ms))
        return self.renewed(order, command, add_ms, until_ms)

    def release(self, order: str, command: str, now_ms: int) -> Answer:
        """Nobody wants the held places any more; an expired order is let go of already. Refuses: no_such_order, wrong_state."""
        known, first = self._before(order, command, "release", now_ms)
        if known is None or first is not None:
            return first or refused("no_such_order")
        if known.state not in (State.HELD, State.EXPIRED):
            return self._refuse(order, command, "release", _over(known))
        self.records.append(lines.deed("released", order, command))
        return self.released(order, command)

    def refund(self, order: str, command: str, indexes: tuple[int, ...], now_ms: int) -> Answer:
        """Sold places, by their index in the order, come back on sale. Refuses: no_such_order, expired, wrong_state, not_yours."""
        asked = ("refund", indexes)
        known, first = self._before(order, command, asked, now_ms)
        if known is None or first is not None:
            return first or refused("no_such_order")
        if known.state is not State.SOLD:
            return self._refuse(order, command, asked, _over(known))
        if not _owns(known, indexes):
            return refused("not_yours")
        self.records.append(lines.refunded(order, command, indexes))
        return self.refunded(order, command, indexes)

    def expire(self, now_ms: int) -> int:
        """Let go of every hold whose time is up; how many. Deeds do it themselves; a quiet engine is asked now and then."""
        due = self.due(now_ms)
        for name in due:
            self.records.append(lines.expired(name))
            self.expired(name)
        return len(due)

    # -- what keeps a deed from being done

    def _before(self, order: str, command: str, asked: object, now_ms: int) -> tuple[Order | None, Answer | None]:
        """The order, and what is to be answered without doing anything: the first answer, or that the name is none."""
        if now_ms >= self.next_ms:
            self.expire(now_ms)
        known = self.orders.get(order)
        if known is not None:
            for name, was_asked, answer in known.answers:
                if name == command:
                    return known, answer if was_asked == asked else refused("key_reused")
            if len(known.answers) >= MOST_ANSWERS:
                return known, refused("too_many_commands")
        return known, None if _known_name(command) else refused("bad_name")

    def _refuse(self, order: str, command: str, asked: object, reason: str, left: int = 0) -> Answer:
        answer = refused(reason, left)
        self.records.append(lines.refusal(order, command, answer, asked))
        return self.remember(order, command, asked, answer)

    def _asked_of(self, ask: Ask) -> tuple[Stock | None, str]:
        """The stock, or none and what is wrong with the question."""
        name, a, b, wanted, wish, seller = ask
        stock = self.stock(name)
        if stock is None:
            return None, "no_such_stock"
        if not 0 <= a < b <= stock.segments or not 1 <= wanted <= MOST_PLACES:
            return None, "bad_trip"
        if wish not in WISHES and (wish != STANDING or stock.standing is None):
            return None, "bad_wish"
        return (stock, "") if seller in self.sellers else (None, "no_such_seller")

    def _choose(self, stock: Stock, ask: Ask) -> tuple[int, ...]:
        if ask.wish == STANDING and stock.standing is not None:
            return tuple(stock.standing.choose(ask.a, ask.b, ask.wanted) or ())
        return tuple(stock.choose(ask.a, ask.b, ask.wanted, ask.wish, self.sellers[ask.seller]) or ())

    def _room(self, stock: Stock, ask: Ask) -> int:
        if ask.wish == STANDING and stock.standing is not None:
            return stock.standing.left(ask.a, ask.b)
        return stock.left(ask.a, ask.b, self.sellers[ask.seller])

    def _may_return(self, order: Order, now_ms: int) -> bool:
        """A late payment: the same places again, if nobody has them."""
        ask = order.ask
        if order.state is not State.EXPIRED or ask is None or now_ms >= order.expires_ms + self._grace_ms:
            return False
        return self._open_again(order, ask)

    def _open_again(self, order: Order, ask: Ask) -> bool:
        stock = self.stocks[ask.stock]
        if ask.wish == STANDING and stock.standing is not None:
            return stock.standing.fits(order.places, ask.a, ask.b)
        return all(stock.is_open(place, ask.a, ask.b) for place in order.places)


def _one(place: int) -> tuple[int, ...]:
    return (place,) if place >= 0 else ()


def _over(order: Order) -> str:
    return "expired" if order.state is State.EXPIRED else "wrong_state"


def _sits(order: Order, place: int, ask: Ask) -> bool:
    """Whether an order has a place on some of the trip's segments."""
    had = order.ask
    if had is None or had.wish == STANDING or place not in order.places or not (had.a < ask.b and ask.a < had.b):
        return False
    return order.refunded is None or order.places.index(place) not in order.refunded


def _owns(order: Order, indexes: tuple[int, ...]) -> bool:
    """Places of the order by their index, each once, none of them refunded."""
    there = set(range(len(order.places))) - (order.refunded or frozenset())
    return bool(indexes) and len(set(indexes)) == len(indexes) and there.issuperset(indexes)
