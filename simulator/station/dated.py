"""Rules that hold for a time: entries with an id, a period, a source and a text in two languages, and the table of them.

A table has exactly one entry for each day of its span; a gap or an overlap is refused when it is made. Entries are
dataclasses on `Dated` that `config.load` reads strictly; which day counts (of sale, of the transaction) the caller knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Generic, TypeVar

from config import ConfigError, Range

DAY = timedelta(days=1)


class NoRule(Exception):
    """No entry holds on that day, or there is none of that id; the text says which table and what it has."""


@dataclass(frozen=True, slots=True)
class Text:
    """What people are told, in both languages; neither is empty."""

    zh: Annotated[str, Range(1)]
    en: Annotated[str, Range(1)]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace: which rule, in which version, what it did (plain English, with its figures), and what comes of it.

    `amount_fen` is what the step adds (or takes off, below 0); None where it decides and moves no money.
    """

    rule: str
    version: int
    did: str
    text: Text
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Head of every rule. `valid_from` and `valid_to` are days, both included; None: open on that side.

    `version` counts corrections of the same rule; `source` names sheet and section, and what is only about known.
    """

    id: Annotated[str, Range(1, 40)]
    valid_from: date | None
    valid_to: date | None
    source: Annotated[str, Range(1)]
    text: Text
    version: Annotated[int, Range(1)] = 1

    def __post_init__(self) -> None:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"{self.id}: valid from {self.valid_from}, which is after {self.valid_to}")

    def holds_on(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def step(self, did: str, amount_fen: int | None = None) -> Step:
        """A line of a trace that names this rule."""
        return Step(self.id, self.version, did, self.text, amount_fen)


Entry = TypeVar("Entry", bound=Dated)


class Table(Generic[Entry]):
    """The versions of one rule over time: one entry for each day between the first and the last.

    Raises ConfigError when ids repeat, periods overlap, a day in between has no entry, or there is none at all.
    """

    def __init__(self, name: str, entries: Iterable[Entry]) -> None:
        self.name = name
        self._entries = tuple(sorted(entries, key=lambda entry: entry.valid_from or date.min))
        if not self._entries:
            raise ConfigError(f"{name}: no entry")
        if len({entry.id for entry in self._entries}) < len(self._entries):
            raise ConfigError(f"{name}: an id stands twice among {self._ids()}")
        for one, after in zip(self._entries, self._entries[1:], strict=False):
            self._joined(one, after)

    def _joined(self, one: Entry, after: Entry) -> None:
        last, first = one.valid_to or date.max, after.valid_from or date.min
        if first <= last:
            raise ConfigError(f"{self.name}: {one.id} and {after.id} overlap: {first} is not after {last}")
        if last + DAY < first:
            raise ConfigError(
                f"{self.name}: no entry from {last + DAY} to {first - DAY}, between {one.id} and {after.id}"
            )

    def _ids(self) -> str:
        return ", ".join(entry.id for entry in self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def at(self, day: date) -> Entry:
        """The entry that holds on `day`. Raises NoRule outside the span of the table."""
        found = next((entry for entry in self._entries if entry.holds_on(day)), None)
        if found is None:
            first, last = self._entries[0].valid_from, self._entries[-1].valid_to
            raise NoRule(f"{self.name}: nothing holds on {day}; known from {first or 'ever'} to {last or 'now on'}")
        return found

    def named(self, rule_id: str) -> Entry:
        """The entry with that id. Raises NoRule."""
        found = next((entry for entry in self._entries if entry.id == rule_id), None)
        if found is None:
            raise NoRule(f"{self.name}: no {rule_id}; there are {self._ids()}")
        return found
