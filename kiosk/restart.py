"""How a start ends what the last one left open: wait for the devices' words, believe them, say so, and let the sale go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kiosk.past import Past
from kiosk.ports.coin_hopper import CoinHopper, CoinsPaid, CoinsRefused, CoinsShort, CoinsUncertain
from kiosk.ports.fact import Fact
from kiosk.ports.payment import Payment, PaymentGone, PaymentStands, StandingUncertain
from kiosk.ports.station import Station
from kiosk.sale.belief import Belief
from kiosk.sale.book import Book
from kiosk.sale.deposit_past import with_earlier
from kiosk.sale.facts import Restarted
from kiosk.sale.recovery import beliefs, orphan_belief
from kiosk.system_facts import RecoveryBegan
from kiosk.watch import Watch

PASTS_MS = 30_000
"""How long a start waits for the devices' words before it goes on with what it has."""
COINS_MS = 70_000
"""The same for a hopper that paid when the power failed: it always knows an end, after a minute at the latest."""
FELL = CoinsPaid | CoinsShort | CoinsUncertain | CoinsRefused
STANDING = PaymentStands | PaymentGone | StandingUncertain


@dataclass(slots=True)
class Restart:
    """`until_ms`: monotonic end of the wait. `waiting`: facts about the open sale that came before the devices' words. `coins`:
    order -> what its hopper says became of it. `doubtful`: approved payments of which is asked whether they stand;
    `payments`: what was said of them."""

    past: Past
    watch: Watch
    until_ms: int
    waiting: list[Fact] = field(default_factory=list)
    coins: dict[int, Fact] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    payments: dict[int, Fact] = field(default_factory=dict)

    def due(self, now_ms: int) -> bool:
        """Every device has spoken of the past, or had its time to. With something open one that does not answer yet gets all
        of it: some take twenty seconds from mains to their first word."""
        dropping = self.past.coin_orders.keys() - self.coins.keys()
        if dropping and now_ms < self.limit_ms():
            return False
        if now_ms >= self.until_ms:
            return True
        if self.doubtful - self.payments.keys():
            return False
        asked = self.past.sale is not None or bool(self.past.orphans)
        return self.watch.all_spoke() and not (asked and self.watch.not_answering())

    def limit_ms(self) -> int:
        """The latest time at which it is due."""
        return (
            self.until_ms - PASTS_MS + COINS_MS if self.past.coin_orders.keys() - self.coins.keys() else self.until_ms
        )

    def settle_coins(self, hoppers: Mapping[int, CoinHopper]) -> None:
        """Hoppers compare their counters with those of orders that have no outcome."""
        for order, record in self.past.coin_orders.items():
            hopper = hoppers.get(record["hopper"])
            if hopper is not None:
                hopper.settle(order, record["coins"], record.get("counters", {}))
            else:
                self.coins[order] = CoinsUncertain(order, record["hopper"], 0, record["coins"], "other")

    def ask_payment(self, payment: Payment | None) -> None:
        """An approval of a former life is asked for before anything more is given for it (decision page 058)."""
        book = self.past.sale.book if self.past.sale is not None else None
        lines = book.charges if book is not None and payment is not None else []
        for line in lines:
            if book is not None and payment is not None and line.state == "approved":
                self.doubtful.add(line.payment)
                payment.stands(line.payment, book.key, line.amount_fen, line.way, line.reference)

    def is_outcome(self, fact: Fact) -> bool:
        """Whether this is what became of an order of the time before; kept until all have spoken."""
        if isinstance(fact, STANDING) and fact.payment in self.doubtful:
            self.payments.setdefault(fact.payment, fact)
            return True
        if not isinstance(fact, FELL) or fact.order not in self.past.coin_orders:
            return False
        self.coins.setdefault(fact.order, fact)
        return True

    def emptied(self) -> list[Fact]:
        """Outcomes of orders of a technician: no sale wants them, but the books must know."""
        orders = self.past.coin_orders.items()
        lost = [CoinsUncertain(order, each["hopper"], 0, each["coins"], "no answer") for order, each in orders]
        return [self.coins.get(each.order, each) for each in lost if not self.past.coin_orders[each.order]["sale"]]

    def waited(self) -> list[Fact]:
        """What was held back, once; the oldest first."""
        facts, self.waiting = self.waiting, []
        return facts

    def began(self, book: Book) -> RecoveryBegan:
        silent = tuple(sorted(self.watch.fitted - self.watch.ready))
        return RecoveryBegan(book.number, book.state.name, silent)

    def beliefs(self, book: Book) -> list[Belief]:
        earlier = [past for boot, past in sorted(self.past.deposits.items())]
        told = replace(
            self.watch.told,
            deposit=with_earlier(self.watch.told.deposit, earlier),
            coins=dict(self.coins),
            payments=dict(self.payments),
            strange=bool(self.past.orphans),
        )
        return beliefs(book, told, self.past.before)

    def orphans(self) -> list[Fact]:
        """What became of notes that no sale wanted: nobody is told, but the books must know."""
        past = self.watch.told.acceptor
        lost = self.past.orphans.items()
        return [orphan_belief(note, value_fen, past, before).fact for note, (value_fen, before) in lost]

    def ended(self, believed: list[Belief], wall_ms: int) -> Restarted:
        """A clock that went back cannot say how long the pause was; nobody is asked then."""
        pause_ms = wall_ms - self.past.lived_wall_ms
        return Restarted(pause_ms if pause_ms >= 0 else -1, tuple(belief.written() for belief in believed))

    def ask_undone(self, station: Station) -> None:
        """Reports that nobody answered are made again: the station takes repeats."""
        for record in (record for records in self.past.undone.values() for record in records):
            if record["kind"] == "void?":
                station.void(record["key"], tuple(record["places"]) or None, record["reason"])
            else:
                station.printed(record["key"], [tuple(entry) for entry in record["tickets"]])
