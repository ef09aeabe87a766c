"""Reads the steps in order; each record goes to the parts that ask for its kind: pairs first, then things, then accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simulator.audit.books import Books
from simulator.audit.cases import Run
from simulator.audit.charges import Charges
from simulator.audit.coins import Coins
from simulator.audit.deposits import Deposits
from simulator.audit.flapping import Flapping
from simulator.audit.motion import Motion
from simulator.audit.notes import Notes
from simulator.audit.orders import Orders
from simulator.audit.outside import Outside
from simulator.audit.pairs import Pairs
from simulator.audit.pays import Pays
from simulator.audit.promised import Promised
from simulator.audit.reading import Record, Step
from simulator.audit.registers import Registers
from simulator.audit.sales import Sales
from simulator.audit.service import Service
from simulator.audit.states import States
from simulator.audit.stationed import Stationed
from simulator.audit.tally import Tally
from simulator.audit.terms import Terms
from simulator.audit.tickets import Tickets
from simulator.audit.verdict import Rules

DAMAGED = (KeyError, TypeError, ValueError, AttributeError, IndexError)
Hears = Callable[[Record, int], None]


class Fold:
    """What the journal says up to the last step read. `keep_sales`: one line per sale is kept for the report."""

    def __init__(self, rules: Rules, keep_sales: bool = True) -> None:
        self.run = run = Run(rules)
        self.books = books = Books(run)
        self.outside = Outside(run)
        self.tally = Tally(run, self.outside)
        self.pairs, self.notes, self.pays = Pairs(run), Notes(run), Pays(run, books.values)
        self.charges = Charges(run)
        self.tickets, self.stationed = Tickets(run, self.outside), Stationed(run)
        self.sales, self.terms = Sales(run, keep_sales), Terms(run)
        self.registers, self.service = Registers(run, books.values), Service(run)
        self.coins = Coins(run, books.unknowns, books.named, self.registers.own)
        self.motion = Motion(run, books, self.service, self.coins)
        self.deposits, promised = Deposits(run, books, self.registers.own), Promised(run, books, self.coins)
        run.leave.append(self.coins.forget)
        run.note_gone.append(self.tally.settled)
        self.counts: dict[str, list[int]] = {}  # place -> lines with which people counted it
        self._hears: dict[str, list[Hears]] = {}
        self._books: dict[str, list[Callable[[Record], None]]] = {}
        # the books hear before the things change their state: they ask what had no outcome yet
        heard: list[tuple[Iterable[str], Any]] = [
            (Books.HEARS, books.hear),
            (Promised.HEARS, promised.hear),
            (Deposits.HEARS, self.deposits.hear),
            (Notes.HEARS, self.notes.hear),
            (Tickets.HEARS, self.tickets.hear),
            (Pays.HEARS, self.pays.hear),
            (Coins.HEARS, self.coins.hear),
            (Charges.HEARS, self.charges.hear),
            (Stationed.HEARS, self.stationed.hear),
            (Registers.HEARS, self.registers.hear),
            (Service.HEARS, self.service.hear),
            (States.HEARS, States(run, books, self.registers).hear),
        ]
        for kinds, hear in heard:
            for kind in kinds:
                self._hears.setdefault(kind, []).append(_without_time(hear))
        for kind in Terms.HEARS:  # before the sales: it asks what was agreed before this fact
            self._hears.setdefault(kind, []).append(self.terms.hear)
        for kind in Flapping.HEARS:
            self._hears.setdefault(kind, []).append(Flapping(run).hear)
        self.orders = Orders(run)
        for kind in Orders.HEARS:
            self._hears.setdefault(kind, []).append(self.orders.hear)
        for kind in Sales.HEARS:
            self._hears.setdefault(kind, []).append(self.sales.hear)
        for part in (books, promised, self.notes, self.deposits, self.tickets, self.pays, self.coins, self.charges,
                     self.stationed, self.terms, self.motion,
                     self.registers, self.service, self.sales):  # fmt: skip
            for kind in part.BOOKS:
                self._books.setdefault(kind, []).append(part.book)

    def read(self, step: Step) -> None:
        """One line. A record that lacks what its kind needs is told, and the rest goes on."""
        run, fact = self.run, step.fact
        run.seq, run.boot = step.seq, step.boot
        self.service.step()
        try:
            self.pairs.hear(fact)
            for hear in self._hears.get(fact["kind"], ()):
                hear(fact, step.wall_ms)
            if fact["kind"] == "note.seen" and self.tally.watched:
                self._bind(fact)
        except DAMAGED as error:
            self._damaged(fact, error)
        for intent in step.intents:
            try:
                self._book(intent, step.wall_ms)
            except DAMAGED as error:
                self._damaged(intent, error)
        self.books.check_bounds()
        if self.books.named:  # what hands had touched is booked now
            self.tally.touched -= self.books.named
            for place in self.books.named:
                self.counts.setdefault(place, []).append(step.seq)
            self.books.named.clear()
        self.sales.step_ends()
        self.terms.step_ends()

    def _bind(self, fact: Record) -> None:
        note = self.run.notes.get(fact["note"])
        if note is not None and not note.serial:
            self.tally.bind(note)

    def _book(self, intent: Record, wall_ms: int) -> None:
        self.pairs.book(intent)
        kind = intent["kind"]
        for book in self._books.get(kind, ()):
            book(intent)
        if kind == "sale.end":
            self.notes.at_end(intent["sale"])
            self.deposits.at_end(intent["sale"])
            self.pays.at_end(intent["sale"])
            self.coins.at_end(intent["sale"])
            self.charges.at_end(intent["sale"])
            self.sales.end(intent, wall_ms)

    def _damaged(self, record: Record, error: Exception) -> None:
        self.run.say(6, f"a record of kind {record['kind']} cannot be understood: {type(error).__name__} {error}")


def _without_time(hear: Callable[[Record], None]) -> Hears:
    def heard(fact: Record, wall_ms: int) -> None:
        hear(fact)

    return heard
