"""A reader of identity cards: looks for one while it is asked to, reads it once, keeps nothing.

Source: io-board sheet, section 4. What stands on a card is no field of any fact: it travels in an `IdDocument`, whose text shows
the first and last character of the name and the first 3 and last 4 of the number, and is fetched once by `take_document`. Every
`look` has a number that does not come twice and ends in exactly one fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, Protocol

from kiosk.ports.fact import Fact

LIMIT_MS = 30_000
"""How long a card is looked for unless told otherwise (section 4)."""
CHECKS = "10X98765432"
"""Check character of a citizen's number by the remainder (ISO 7064, mod 11-2)."""
_NUMBER = re.compile(r"[0-9]{17}[0-9X]")


def number_is_good(number: str) -> bool:
    """18 characters of a citizen's number whose last is the check of the others (ISO 7064, mod 11-2; `X` counts ten)."""
    if not _NUMBER.fullmatch(number):
        return False
    return CHECKS[sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(number[:17])) % 11] == number[17]


def masked_name(name: str) -> str:
    """First and last character; of a name of two only the first, of one none."""
    if len(name) < 3:
        return name[:1] + "*" if len(name) == 2 else "*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def masked_number(number: str) -> str:
    """First 3 and last 4 characters; all hidden when fewer than 3 would be."""
    if len(number) < 10:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


@dataclass(frozen=True, slots=True, repr=False)
class IdDocument:
    """One card. `number`: of a citizen 18 characters, checked; of a permanent resident 15, whose check nobody published.

    `ethnic`: a citizen's code 01 to 56; `nation`: a resident's three letters. `chinese_name`: of a resident, may be empty. The name
    may hold characters beyond the basic plane and of the private area. `valid_to` None: for life. What the kiosk has no use for
    (address, issuer, photo) is not kept.
    """

    kind: Literal["citizen", "resident"]
    name: str
    number: str
    sex: Literal["man", "woman", "untold"]
    birth: date
    valid_from: date
    valid_to: date | None
    ethnic: str = ""
    nation: str = ""
    chinese_name: str = ""

    def valid_on(self, day: date) -> bool:
        """First and last day included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def __repr__(self) -> str:
        return f"IdDocument({self.kind}, {masked_name(self.name)}, {masked_number(self.number)})"


@dataclass(frozen=True, slots=True)
class IdSearching(Fact):
    """A card can be laid on the reader now."""

    kind: ClassVar[str] = "id.search"
    order: int


@dataclass(frozen=True, slots=True)
class IdCardSeen(Fact):
    """A card lies there and is read (about a second): it should stay."""

    kind: ClassVar[str] = "id.seen"
    order: int


@dataclass(frozen=True, slots=True)
class IdAgain(Fact):
    """What lies there was not read; the search goes on. Each reason once for an order: moved (lifted, or two cards), kind (no
    identity card that we know), unreadable (the reader or its text says so), damaged (on the line), number (wrong check
    character), lift (lies there since it was read; it has to be lifted first)."""

    kind: ClassVar[str] = "id.again"
    order: int
    reason: str


@dataclass(frozen=True, slots=True)
class IdRead(Fact):
    """`take_document(order)` has it, once. Whether it is valid today is for the asker to judge."""

    kind: ClassVar[str] = "id!"
    result: ClassVar[str] = "read"
    order: int


@dataclass(frozen=True, slots=True)
class IdNotRead(Fact):
    """Nothing was read and nothing will be. `reason`: timed_out, asked, replaced (by another order), link, silent, or failed (the
    reader says that it cannot)."""

    kind: ClassVar[str] = "id!"
    result: ClassVar[str] = "not_read"
    order: int
    reason: str


class IdReader(Protocol):
    @property
    def can_read(self) -> bool:
        """It works, as far as is known without a card."""
        ...

    def look(self, order: int, limit_ms: int = LIMIT_MS) -> None:
        """Look for a card until one was read, for `limit_ms` (1 or more) at most; replaces the search that runs and forgets what
        was read before. Facts: IdSearching, IdCardSeen, IdAgain; outcome: IdRead or IdNotRead."""
        ...

    def stop(self, order: int) -> None:
        """Outcome IdNotRead(asked), unless it is over; of another order than the one that runs, nothing."""
        ...

    def take_document(self, order: int) -> IdDocument | None:
        """Of the order that was IdRead last: once, then it is forgotten."""
        ...

    def forget(self) -> None:
        """The session is over: end a search, keep nothing that was read."""
        ...
