"""The seat engine under the station: a stock for each class of a train run, made when somebody asks for it.

The station's own steps are the one journal: what the engine knows follows from them, so nothing can part a sale from its places,
and the engine's own records stay unused. A run that nothing was sold on is as `opening` says: a pure function, asked again at every
start. Source: seat inventory, sections 3, 4 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from simulator.station.allotted import NOTHING_MORE, Allotted
from simulator.station.layout import Layout
from simulator.station.seats.engine import Engine
from simulator.station.seats.policies import Policy, exact_gap
from simulator.station.seats.stock import Stock
from simulator.station.timetable import Timetable

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
        run = RunClass(*name.rsplit(" ", 2))
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
