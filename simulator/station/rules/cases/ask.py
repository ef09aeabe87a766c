"""One question out of a case: its input fields by pattern and kind, its day; what was read is remembered.

Field names are matched as whole words with `_` between them, so `hours_before` and `hours_before_departure` are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from simulator.station.rules.book import RuleBook
from simulator.station.rules.cases.values import plain
from simulator.station.rules.moments import DAY_MS, HOUR_MS, parse_day, parse_moment
from simulator.station.timetable import MINUTE_MS

UNIT_MS = {"hour": HOUR_MS, "h": HOUR_MS, "day": DAY_MS, "d": DAY_MS, "minute": MINUTE_MS, "min": MINUTE_MS}
TRUE_WORDS, FALSE_WORDS = {"true", "yes", "y"}, {"false", "no", "n"}
NUMBER = r"([+-]?\d+(?:\.\d+)?)\s*(?:%|yuan|元|km|公里|km/h|kmh|m|cm|years?|岁|次|人)?"
Found = TypeVar("Found")


class CaseError(ValueError):
    """A case that cannot be asked: a field is missing, or is not what it should be."""


@dataclass(slots=True)
class Ask:
    """One position of a case. `given`: its fields; `used`: those that were looked at."""

    given: Mapping[str, Any]
    day: date
    book: RuleBook
    used: set[str] = field(default_factory=set)

    def find(self, *patterns: str) -> Any:
        """The value of the first field that a pattern fits as a whole; None when there is none."""
        for pattern in patterns:
            for name, value in self.given.items():
                if re.fullmatch(pattern, _flat(name)):
                    self.used.add(name)
                    return value
        return None

    def need(self, read: Callable[..., Found | None], *patterns: str) -> Found:
        """As `read`; a field that is not there is an error."""
        found = read(*patterns)
        if found is None:
            raise CaseError(f"needs a field {patterns[0]}; there are {', '.join(self.given) or 'none'}")
        return found

    def decimal(self, *patterns: str) -> Decimal | None:
        """The first fitting field that holds a number, bare or with a unit after it."""
        for pattern in patterns:
            for name, value in self.given.items():
                told = None if isinstance(value, bool) else re.fullmatch(NUMBER, str(value).strip())
                if told and re.fullmatch(pattern, _flat(name)):
                    self.used.add(name)
                    return Decimal(told[1])
        return None

    def whole(self, *patterns: str) -> int | None:
        value = self.decimal(*patterns)
        if value is not None and value != int(value):
            raise CaseError(f"{value} is no whole number")
        return None if value is None else int(value)

    def fen(self, *patterns: str) -> int | None:
        """An amount in yuan, in fen. Raises CaseError below a fen."""
        value = self.decimal(*patterns)
        if value is None:
            return None
        if value * 100 != int(value * 100):
            raise CaseError(f"{value} yuan: there is nothing below a fen")
        return int(value * 100)

    def truth(self, *patterns: str) -> bool | None:
        value = self.find(*patterns)
        if value is None or isinstance(value, bool):
            return value
        word = plain(str(value))
        if word in TRUE_WORDS | FALSE_WORDS or word in ("0", "1"):
            return word in TRUE_WORDS or word == "1"
        raise CaseError(f"{value!r} is neither true nor false")

    def word(self, *patterns: str) -> str | None:
        value = self.find(*patterns)
        return None if value is None else plain(str(value))

    def moment(self, *patterns: str) -> int | None:
        value = self.find(*patterns)
        if value is None:
            return None
        before = re.fullmatch(r"before\s+(.+)", str(value).strip(), re.IGNORECASE)
        return parse_moment(before[1]) - 1 if before else parse_moment(str(value))

    def date(self, *patterns: str) -> date | None:
        value = self.find(*patterns)
        return None if value is None else parse_day(str(value))

    def span_ms(self, *patterns: str) -> int | None:
        """A time span: the field's name says the unit (`hours_before`), or its text does (`15 days`); rounded down."""
        for pattern in patterns:
            for name, value in self.given.items():
                if re.fullmatch(pattern, _flat(name)) and not isinstance(value, bool) and value is not None:
                    self.used.add(name)
                    return _span(_flat(name), value)
        return None

    def says(self, pattern: str) -> bool:
        """Whether one of the texts says so; the field that does counts as looked at."""
        for name, value in self.given.items():
            if isinstance(value, str) and re.search(pattern, plain(value)):
                self.used.add(name)
                return True
        return False

    def text(self) -> str:
        """All words of the input in one line: texts, and the names of fields that are true; a false one with `not`."""
        said = []
        for name, value in self.given.items():
            self.used.add(name)
            if isinstance(value, bool):
                said.append(plain(name) if value else f"not {plain(name)}")
            elif isinstance(value, str):
                said.append(plain(value))
        return " ; ".join(said)


def _flat(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")


def _span(name: str, value: Any) -> int:
    found = re.fullmatch(r"(?P<how>\D*?)\s*(?P<many>[+-]?\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*).*", str(value).strip())
    if found is None:
        raise CaseError(f"{name}: {value!r} is no time span")
    words = [found["unit"].lower().rstrip("s")] if found["unit"] else [word.rstrip("s") for word in name.split("_")]
    unit = next((word for word in words if word in UNIT_MS), "hour")
    span_ms = int((Decimal(found["many"]) * UNIT_MS[unit]).to_integral_value(rounding="ROUND_FLOOR"))
    if re.search(r"<(?!=)|less|under|below|fewer", found["how"]):
        return span_ms - 1
    return span_ms + 1 if re.search(r">(?!=)|more|over|above", found["how"]) else span_ms
