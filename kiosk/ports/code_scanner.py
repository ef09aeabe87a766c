"""A scanner of bar codes and QR codes: lit only while a code is wanted; what it reads at other times is discarded.

Source: io-board sheet, section 3. The text of a code is no field of any fact: it travels in a `ScannedCode`, which shows only its
shape and length, and is fetched once by `take_code`. A shape says whom to ask about a code; it proves nothing. Every `scan` has a
number that does not come twice and ends in exactly one fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from kiosk.ports.fact import Fact

LONGEST = 512
"""Characters of a code; a longer one is dropped (section 3)."""
SAME_MS = 2_000
"""The same code within this time is one scan (section 3)."""
LIMIT_MS = 60_000

Shape = Literal["wechat", "alipay", "unionpay", "pickup", "other"]
SHAPES: tuple[tuple[Shape, re.Pattern[str]], ...] = (
    ("wechat", re.compile(r"1[0-5][0-9]{16}")),
    ("alipay", re.compile(r"(2[5-9]|30)[0-9]{14,22}")),
    ("unionpay", re.compile(r"62[0-9]{17}")),
    ("pickup", re.compile(r"TVM1:[0-9A-Za-z.:_-]+")),
)
"""Payment codes of the three wallets, and our own of an order to be picked up; its check and seal are the station's to judge."""


def shape_of(text: str) -> Shape:
    """Which row of SHAPES the whole text fits; at most one does."""
    return next((shape for shape, pattern in SHAPES if pattern.fullmatch(text)), "other")


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """1 to 512 printable characters that anybody may have drawn: never trusted. Raises ValueError for others."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not (1 <= len(self.text) <= LONGEST and self.text.isprintable()):
            raise ValueError("a code has 1 to 512 printable characters")

    @property
    def shape(self) -> Shape:
        return shape_of(self.text)

    def __repr__(self) -> str:
        return f"ScannedCode({self.shape}, {len(self.text)} characters, ****)"


@dataclass(frozen=True, slots=True)
class ScanOpen(Fact):
    """A code can be held to the window now."""

    kind: ClassVar[str] = "code.open"
    order: int


@dataclass(frozen=True, slots=True)
class CodeDropped(Fact):
    """Something was read and is no code of ours; the scan goes on. Each reason once for an order: too_long,
    garbled (characters that cannot be shown, or more than one line), cut (without its end)."""

    kind: ClassVar[str] = "code.dropped"
    order: int
    reason: str


@dataclass(frozen=True, slots=True)
class CodeRead(Fact):
    """`take_code(order)` has it, once."""

    kind: ClassVar[str] = "code!"
    result: ClassVar[str] = "read"
    order: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class NoCode(Fact):
    """The window is dark and no code of this order will come. `reason`: timed_out, asked, replaced (by another order), link,
    silent."""

    kind: ClassVar[str] = "code!"
    result: ClassVar[str] = "none"
    order: int
    reason: str


class CodeScanner(Protocol):
    @property
    def can_scan(self) -> bool:
        """It works and is set up."""
        ...

    def scan(self, order: int, limit_ms: int = LIMIT_MS) -> None:
        """Light the window until one code was read, for `limit_ms` (1 or more) at most; replaces the scan that runs and forgets
        what was read before. Facts: ScanOpen, CodeDropped; outcome: CodeRead or NoCode."""
        ...

    def stop(self, order: int) -> None:
        """Outcome NoCode(asked), unless it is over; of another order than the one that runs, nothing."""
        ...

    def take_code(self, order: int) -> ScannedCode | None:
        """Of the order that was CodeRead last: once, then it is forgotten."""
        ...

    def forget(self) -> None:
        """The session is over: end a scan, keep nothing that was read."""
        ...
