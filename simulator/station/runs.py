"""The seat engine under the station: a stock for each class of a train run, made when somebody asks for it.

The station's own steps are the one journal: what the engine knows follows from them, so nothing can part a sale from its places,
and the engine's own records stay unused. A run that nothing was sold on is as `opening` says: a pure function, asked again at every
start. Source: seat inventory, sections 3, 4 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

from simulator.station.allotted import NOTHING_MORE, Allotted
from simulator.station.layout import Layout
from simulator.station.seats.engine import Engine
from simulator.station.seats.orders import STANDING, Ask
from simulator.station.seats.policies import Policy, exact_gap
from simulator.station.seats.stock import Stock, StockError
from simulator.station.seats.why import Why
from simulator.station.timetable import Timetable
from simulator.station.wire import Refused

Made = TypeVar("Made")
MOST_OPENED = 20_000
"""Of so many trips what is told is kept at once: a station runs for years, and each day asks for others."""
Opening = Callable[["RunClass", Layout, int], list[int]]
"""What is free on each segment of a run before this station sells anything on it."""


class AsOpened(dict[str, Any]):
    """Told the same to everybody until a place of it is sold: found again by identity, like what is made of it elsewhere."""

    __hash__ = object.__hash__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, order=True)
class RunClass:
    """A class of one train run; `run_date` is the ISO date of the run's first departure."""

    train: str
    run_date: str
    seat_class: str

    @property
    def stock(self) -> str:
        """Its name in the engine."""
        return f"{self.train} {self.run_date} {self.seat_class}"


def run_of(stock: str) -> RunClass:
    """The class of a run by its name in the engine."""
    return RunClass(*stock.rsplit(" ", 2))


class Runs(Engine):
    """An engine that finds its stocks in the timetable. `stocks` has only those that something was held of; the others cannot
    change, and copies share them."""

    def __init__(
        self,
        timetable: Timetable,
        opening: Opening,
        policy: Policy = exact_gap,
        allotted: Allotted = NOTHING_MORE,
    ) -> None:
        super().__init__(allotted.sellers)
        self._timetable, self._opening, self._policy, self._allotted = timetable, opening, policy, allotted
        self._untouched: dict[str, Stock] = {}
        self._opened: dict[Hashable, Any] = {}
        self.last_stop: dict[tuple[str, str], int] = {}
        """Of runs that the office has cut short, by train and date of the first departure: the stop at which they end, 0 when they
        do not run. Nothing beyond it is sold."""

    def copy(self) -> Self:
        other = super().copy()
        other.last_stop = dict(self.last_stop)
        return other

    def stock(self, name: str) -> Stock | None:
        found = self.stocks.get(name) or self._untouched.get(name)
        return found or self._make(name)

    def of(self, run: RunClass) -> Stock:
        """The stock of a run that the timetable has, to look at. Raises KeyError for another."""
        found = self.stock(run.stock)
        if found is None:
            raise KeyError(run.stock)
        return found

    def to_change(self, name: str) -> Stock:
        if name not in self.stocks and (untouched := self.stock(name)) is not None:
            self.stocks[name] = untouched.copy()
        return self.stocks[name]

    def is_cancelled(self, run: RunClass, b: int) -> bool:
        """Whether the run does not reach stop `b`, or does not run at all."""
        return b > self.last_stop.get((run.train, run.run_date), b)

    def refuse_cancelled(self, run: RunClass, b: int) -> None:
        """Refuses cancelled: the train does not run that day, or not so far."""
        if self.is_cancelled(run, b):
            raise Refused(409, "cancelled", f"{run.train} of {run.run_date} does not run, or not so far")

    def why(self, ask: Ask, place: int, now_ms: int) -> Why:
        """As of every engine; of a run that was called off no place is for sale."""
        return Why("cancelled") if self.is_cancelled(run_of(ask.stock), ask.b) else super().why(ask, place, now_ms)

    def still_open(self, order: str) -> bool:
        """As of every engine; not on a run that was called off, nor in coaches that were taken off again."""
        known = self.orders.get(order)
        if known is None or known.ask is None or self.is_cancelled(run_of(known.ask.stock), known.ask.b):
            return False
        offered = self.stocks[known.ask.stock].offered
        seated = () if known.ask.wish == STANDING else known.places
        return all(offered >> place & 1 for place in seated) and super().still_open(order)

    def add_coaches(self, run: RunClass, like: str, coaches: Sequence[str]) -> None:
        """Coaches more, with the places that coach `like` has of this class: on sale at once. A class that the timetable does not
        have any more is passed over. Raises StockError when it has no such coach."""
        if self.stock(run.stock) is None:
            return
        stock, train = self.to_change(run.stock), self._timetable.trains[run.train]
        layout = stock.layout
        for coach in coaches:
            layout = layout.with_coach(like, coach)
        if len(layout.places) == stock.size:
            raise StockError(f"{run.stock}: no coach {like}")
        grown = replace(train, layouts={**train.layouts, run.seat_class: layout})
        apart = self._allotted.apart(grown, run.seat_class, run.run_date)
        stock.grow(layout, layout.full if apart is None else apart)

    def take_off(self, run: RunClass, coaches: Sequence[str]) -> None:
        """Coaches that came later are not for sale any more."""
        if (stock := self.stocks.get(run.stock)) is not None:
            stock.offered &= ~stock.layout.of_coaches(coaches)

    def seller_at(self, station: str) -> str:
        """Who sells at a station, by its name in the engine."""
        return self._allotted.seller_at(station)

    def as_opened(self, what: Hashable, runs: Iterable[RunClass], make: Callable[[], Made]) -> Made:
        """What `make` makes of these runs; made once and kept as `what` while nobody has touched one of them."""
        if any(run.stock in self.stocks for run in runs):
            return make()
        if what not in self._opened:
            if len(self._opened) >= MOST_OPENED:
                self._opened.clear()
            self._opened[what] = make()
        made: Made = self._opened[what]
        return made

    def snapshot(self) -> dict[str, list[str]]:
        """All touched runs as text, for comparison and for the lab: free places in hexadecimal per segment."""
        return {
            name: [f"{taken ^ stock.layout.full:x}" for taken in stock.taken()]
            for name, stock in sorted(self.stocks.items())
        }

    def stands(self) -> dict[str, list[list[int]]]:
        """Of all touched runs where somebody stands: how many, by coach and segment."""
        return {
            name: [list(loads) for loads in stock.standing.loads]
            for name, stock in sorted(self.stocks.items())
            if stock.standing is not None and stock.standing.tickets
        }

    def _make(self, name: str) -> Stock | None:
        """A stock as it opens; None when the timetable has no such run, or an older journal names a class that is gone."""
        run = run_of(name)
        train = self._timetable.trains.get(run.train)
        layout = None if train is None else train.layouts.get(run.seat_class)
        if train is None or layout is None:
            return None
        free = self._opening(run, layout, train.segments)
        if len(self._untouched) >= MOST_OPENED:
            self._untouched.clear()
        quotas = self._allotted.quotas(train, run.seat_class)
        before = [bits ^ layout.full for bits in free]
        for quota in quotas:  # what is somebody's own, others have not bought
            before[quota.a : quota.b] = [taken & ~quota.places for taken in before[quota.a : quota.b]]
        apart = self._allotted.apart(train, run.seat_class, run.run_date)
        stock = Stock(
            layout,
            train.segments,
            quotas,
            self._policy,
            (self._allotted if apart is None else NOTHING_MORE).standing(train, run.seat_class),
            offered=apart,
            before=before if any(before) else (),
        )
        self._untouched[name] = stock
        return stock
