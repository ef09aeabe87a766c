"""What a state line says of the lines before it: a start reads nothing older, so whatever is wrong there is wrong for ever."""

from __future__ import annotations

from simulator.audit.books import Books
from simulator.audit.cases import Run
from simulator.audit.reading import Record
from simulator.audit.registers import Registers


class States:
    """Registers, cassettes and the number of the last sale are the auditor's own; the rest shows when a sale goes on from it."""

    HEARS = ("sys.state",)

    def __init__(self, run: Run, books: Books, registers: Registers) -> None:
        self._run, self._books, self._registers = run, books, registers

    def hear(self, fact: Record) -> None:
        if self._run.open:
            self._run.say(6, f"a state line stands in the middle of sale {self._run.open}")
        past = fact["past"]
        if past["sales"] != self._run.last:
            self._run.say(9, f"a state line says {past['sales']} sales, the journal has {self._run.last}")
        stock = past["stock"]
        self._registers.compare(dict(stock["registers"]))
        told = dict(stock["cassettes"])
        for cassette, notes in sorted(self._books.cassettes.items()):
            if cassette not in self._books.uncounted and told.get(cassette) != notes:
                self._run.say(
                    3, f"a state line says {told.get(cassette)} notes in cassette {cassette}, the journal {notes}"
                )
