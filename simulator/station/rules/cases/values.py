"""Typed answers and how they are held against what a case expects: numbers by value, words by meaning, sets without order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Protocol

from simulator.station.rules.moments import parse_moment
from simulator.station.tariff.money import number, yuan

NOTHING = {"", "none", "no", "nothing", "free", "-", "0", "false", "无"}
YES = {"yes", "true", "allowed", "refundable", "eligible", "permitted", "ok", "valid", "possible", "accepted", "1"}
NO = {"no", "false", "refused", "not", "none", "never", "invalid", "impossible", "denied", "0"}


class Value(Protocol):
    """One answer; `str()` of it is what a failed case shows."""

    def matches(self, expected: Any) -> bool: ...


def plain(text: str) -> str:
    """Lower case words with single blanks; hyphens and underscores are blanks."""
    return " ".join(re.sub(r"[\s_\-–—/]+", " ", text.strip().casefold()).split())


def as_number(given: Any) -> Fraction | None:
    """A JSON number, or text that begins with one (`32.5 yuan`, `75 %` as 0.75); None for anything else, booleans too."""
    if isinstance(given, bool) or given is None:
        return None
    if isinstance(given, int | Decimal):
        return Fraction(given)
    found = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*(%|percent|yuan|元|km|公里|days?|天|日)?", str(given).strip())
    if found is None:
        return None
    try:
        value = Fraction(Decimal(found[1]))
    except InvalidOperation:
        return None
    return value / 100 if found[2] in ("%", "percent") else value


@dataclass(frozen=True, slots=True)
class Money:
    """Fen; expected in yuan, or as a truth value: whether there is any."""

    fen: int

    def matches(self, expected: Any) -> bool:
        if isinstance(expected, bool):
            return expected is (self.fen > 0)
        if isinstance(expected, str) and plain(expected) in NOTHING:
            return self.fen == 0
        told = as_number(expected)
        return told is not None and told * 100 == self.fen

    def __str__(self) -> str:
        return yuan(self.fen)


@dataclass(frozen=True, slots=True)
class Number:
    """A count, a distance or a share."""

    value: Fraction

    def matches(self, expected: Any) -> bool:
        told = as_number(expected)
        return told is not None and told == self.value

    def __str__(self) -> str:
        return number(self.value)


@dataclass(frozen=True, slots=True)
class Percent:
    """Expected as 20, as 0.2 or as `20 %`."""

    percent: int

    def matches(self, expected: Any) -> bool:
        told = as_number(expected)
        return told is not None and told in (self.percent, Fraction(self.percent, 100))

    def __str__(self) -> str:
        return f"{self.percent} %"


@dataclass(frozen=True, slots=True)
class Truth:
    """Yes or no; expected as a JSON truth value or in a word (`allowed`, `refused`, `not refundable`)."""

    value: bool

    def matches(self, expected: Any) -> bool:
        if isinstance(expected, str):
            words = plain(expected).split()
            if words and words[0] in NO:
                return not self.value
            return self.value if words and words[0] in YES else False
        return isinstance(expected, bool) and expected is self.value

    def __str__(self) -> str:
        return "true" if self.value else "false"


@dataclass(frozen=True, slots=True)
class Refused:
    """Where an amount would stand and nothing is given at all."""

    def matches(self, expected: Any) -> bool:
        return expected is None or Truth(False).matches(expected)

    def __str__(self) -> str:
        return "refused"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No such thing: no mark, no policy."""

    def matches(self, expected: Any) -> bool:
        return not expected or (isinstance(expected, str) and plain(expected) in NOTHING | NO)

    def __str__(self) -> str:
        return "none"


@dataclass(frozen=True, slots=True)
class Name:
    """A name or code, and the roles it plays, each a pattern: `turn-back station` for the station M."""

    text: str
    roles: tuple[str, ...] = ()

    def matches(self, expected: Any) -> bool:
        if not isinstance(expected, str):
            return False
        told = plain(expected)
        return told == plain(self.text) or any(re.search(role, told) for role in self.roles)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence by its typed parts: each pattern of `parts` must be found in it, none of `never`."""

    text: str
    parts: tuple[str, ...]
    never: tuple[str, ...] = ()

    def matches(self, expected: Any) -> bool:
        told = plain(" ".join(map(str, expected)) if isinstance(expected, list) else str(expected))
        return all(re.search(part, told) for part in self.parts) and not any(re.search(one, told) for one in self.never)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class NameSet:
    """Names without order."""

    names: frozenset[str]

    def matches(self, expected: Any) -> bool:
        told = re.split(r"[,;]| and ", expected) if isinstance(expected, str) else expected
        return isinstance(told, list) and {plain(str(one)) for one in told} == {plain(one) for one in self.names}

    def __str__(self) -> str:
        return ", ".join(sorted(self.names))


@dataclass(frozen=True, slots=True)
class Moment:
    """Wall milliseconds; a day alone means its end here, for it tells how long something lasts."""

    ms: int
    text: str

    def matches(self, expected: Any) -> bool:
        try:
            text = str(expected).strip()
            return parse_moment(text if len(text) > 10 else f"{text}T24:00") == self.ms
        except ValueError:
            return False

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Amounts:
    """Several amounts in fen, without order."""

    fens: tuple[int, ...]

    def matches(self, expected: Any) -> bool:
        told = expected if isinstance(expected, list) else [expected]
        numbers = [as_number(one) for one in told]
        return Counter(one * 100 for one in numbers if one is not None) == Counter(map(Fraction, self.fens)) and (
            None not in numbers
        )

    def __str__(self) -> str:
        return ", ".join(yuan(fen) for fen in self.fens) or "none"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers by position: expected as a list, or as one number when all are the same, or by the names asked for."""

    values: tuple[Fraction, ...]
    names: tuple[str, ...] = ()

    def matches(self, expected: Any) -> bool:
        if isinstance(expected, Mapping):
            by_name = {plain(name): value for name, value in zip(self.names, self.values, strict=True)}
            return {plain(name) for name in expected} == set(by_name) and all(
                _share(told) == by_name[plain(name)] for name, told in expected.items()
            )
        told = expected if isinstance(expected, list) else [expected] * len(self.values)
        return len(told) == len(self.values) and all(
            _share(one) == value for one, value in zip(told, self.values, strict=True)
        )

    def __str__(self) -> str:
        return ", ".join(number(value) for value in self.values)


SHARE_WORDS = (
    (r"\bhalf\b|半", Fraction(1, 2)),
    (r"\bfull\b|\bwhole\b|全", Fraction(1)),
    (r"\bfree\b|\bnone\b|免", Fraction(0)),
)


def _share(told: Any) -> Fraction | None:
    value = as_number(told)
    if value is None and isinstance(told, str):
        value = next((share for word, share in SHARE_WORDS if re.search(word, plain(told))), None)
    return value


COMPONENT_WORDS = (
    ("berth", r"berth|sleeper|卧"),
    ("aircon", r"air ?con|aircon|air cond|\bac\b|空调"),
    ("express", r"express|supplement|加快"),
    ("seat", r"seat|座"),
)


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of tickets: expected by name (`{berth: 1, aircon: 0.5}`), as a list (`berth full`) or as a sentence."""

    shares: Mapping[str, Fraction]

    def matches(self, expected: Any) -> bool:
        told = _told_shares(expected)
        return told is not None and {name: one for name, one in told.items() if one} == dict(self.shares)

    def __str__(self) -> str:
        return ", ".join(f"{name} {number(share)}" for name, share in self.shares.items()) or "nothing"


def _told_shares(expected: Any) -> dict[str, Fraction] | None:
    if isinstance(expected, Mapping):
        pairs: Iterable[tuple[str, Any]] = expected.items()
    elif isinstance(expected, list):
        pairs = [
            (str(one[0]), one[1]) if isinstance(one, list) and len(one) == 2 else (str(one), str(one))
            for one in expected
        ]
    elif isinstance(expected, str):
        if plain(expected) in NOTHING:
            return {}
        pieces = re.split(r"[+,;，、]| and | plus ", plain(expected))
        pairs = [(piece, piece) for piece in pieces if piece.strip()]
    else:
        return {} if as_number(expected) == 0 else None
    shares: dict[str, Fraction] = {}
    for name, value in pairs:
        part = next((part for part, word in COMPONENT_WORDS if re.search(word, plain(name))), None)
        share = _share(value)
        if isinstance(value, str) and share is None:
            found = re.search(r"(\d+)\s*%|(\d*\.\d+|\d+)", value)
            share = None if found is None else Fraction(found[1] or found[2]) / (100 if found[1] else 1)
        if part is None:
            return None
        shares[part] = Fraction(1) if share is None else share / 100 if share > 1 else share
    return shares


@dataclass(frozen=True, slots=True)
class Pairs:
    """(name, number) in order."""

    pairs: tuple[tuple[str, int], ...]

    def matches(self, expected: Any) -> bool:
        if not isinstance(expected, list):
            return False
        told = [one for one in expected if isinstance(one, list) and len(one) == 2]
        return len(told) == len(expected) and [(plain(str(a)), as_number(b)) for a, b in told] == [
            (plain(name), Fraction(count)) for name, count in self.pairs
        ]

    def __str__(self) -> str:
        return ", ".join(f"{name} {count}" for name, count in self.pairs)


@dataclass(frozen=True, slots=True)
class ByName:
    """Numbers by name; what is expected may leave some out."""

    numbers: Mapping[str, Fraction]

    def matches(self, expected: Any) -> bool:
        if not isinstance(expected, Mapping) or not expected:
            return False
        own = {plain(name): value for name, value in self.numbers.items()}
        return all(plain(name) in own and as_number(told) == own[plain(name)] for name, told in expected.items())

    def __str__(self) -> str:
        return ", ".join(f"{name} {number(value)}" for name, value in self.numbers.items())


@dataclass(frozen=True, slots=True)
class Either:
    """One fact that may be told in several ways: in a word or as an amount."""

    ways: tuple[Value, ...]

    def matches(self, expected: Any) -> bool:
        return any(way.matches(expected) for way in self.ways)

    def __str__(self) -> str:
        return " or ".join(str(way) for way in self.ways)
