"""Reads the steps in order and lets every part see them: the pairs first, then things, then accounts."""

from __future__ import annotations

from simulator.audit.books import Books
from simulator.audit.cases import Run
from simulator.audit.notes import Notes
from simulator.audit.pairs import Pairs
from simulator.audit.pays import Pays
from simulator.audit.reading import Record, Step
from simulator.audit.sales import Sales
from simulator.audit.tickets import Tickets
from simulator.audit.verdict import Rules

DAMAGED = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class Fold:
    """`run` and `books` are what the journal says up to the last step read."""

    def __init__(self, rules: Rules) -> None:
        self.run = Run(rules)
        self.books = Books(self.run)
        self._pairs, self._notes = Pairs(self.run), Notes(self.run)
        self._tickets, self._pays = Tickets(self.run), Pays(self.run, self.books.values)
        self._sales = Sales(self.run)

    def read(self, step: Step) -> None:
        """One line. A record that lacks what its kind needs is told, and the rest goes on."""
        self.run.seq = step.seq
        try:
            self._hear(step.fact, step.wall_ms)
        except DAMAGED as error:
            self._damaged(step.fact, error)
        for intent in step.intents:
            try:
                self._book(intent, step.wall_ms)
            except DAMAGED as error:
                self._damaged(intent, error)
        self.books.check_bounds()

    def _hear(self, fact: Record, wall_ms: int) -> None:
        self._pairs.hear(fact)
        self.books.hear(fact)  # before the things change their state: it asks what had no outcome yet
        self._notes.hear(fact)
        self._tickets.hear(fact)
        self._pays.hear(fact)
        self._sales.hear(fact, wall_ms)

    def _book(self, intent: Record, wall_ms: int) -> None:
        self._pairs.note(intent)
        self.books.book(intent)
        self._notes.book(intent)
        self._tickets.book(intent)
        self._pays.book(intent)
        self._sales.book(intent)
        if intent["kind"] == "sale.end":
            self._notes.at_end(intent["sale"])
            self._sales.end(intent, wall_ms)

    def _damaged(self, record: Record, error: Exception) -> None:
        self.run.say(6, f"a record of kind {record['kind']} cannot be understood: {type(error).__name__} {error}")

    def finish(self) -> None:
        """At the run's end: what came in without a sale must be owed."""
        for number, value_fen in self.run.late.items():
            self.run.say(2, f"note {number} of {value_fen} fen came in without a sale, and nobody is owed it", 0)
