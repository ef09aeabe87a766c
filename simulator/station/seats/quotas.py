"""Who may sell which places how far, and what becomes of the rest. Source: seat inventory, sections 1 and 2.

A quota is a set of places over an interval of segments under common terms. What no quota names is shared: any seller, any trip,
every rest on sale again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class Use(StrEnum):
    """Use codes of a seat record."""

    PUBLIC = "public"
    SHARED = "shared"
    GROUP = "group"
    STUDENT = "student"
    RESERVE = "reserve"
    STAFF = "staff"
    WITHDRAWN = "withdrawn"


@unique
class Reuse(StrEnum):
    """What a sale leaves of its record: nothing; what lies beyond, once; all of it, again and again."""

    NONE = "none"
    ONCE = "once"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Terms:
    """`stations`: stops where the trip may begin, empty for any. `windows`: groups of sellers, empty for all. `limit`: the
    farthest stop, `min_to` the nearest; None for any. Stops count from 0."""

    use: Use = Use.SHARED
    stations: frozenset[int] = frozenset()
    windows: frozenset[str] = frozenset()
    limit: int | None = None
    min_to: int | None = None
    reuse: Reuse = Reuse.FULL

    @property
    def rests_stay(self) -> bool:
        """Whether what a sale leaves is on sale under the same terms: everybody's, as far as it goes."""
        return self == Terms()

    def refusal(self, seller: Seller, a: int, b: int) -> str:
        """Why this seller may not sell a trip from stop `a` to stop `b`; empty when it may."""
        if self.use is Use.WITHDRAWN:
            return "withdrawn"
        if self.use not in seller.uses:
            return "use"
        if self.windows and seller.group not in self.windows:
            return "window"
        if self.stations and a not in self.stations:
            return "station"
        if self.limit is not None and b > self.limit:
            return "limit"
        if self.min_to is not None and b < self.min_to:
            return "min_to"
        return ""


@dataclass(frozen=True, slots=True)
class Seller:
    """Use codes that may be sold here, and the group of windows or machines this one belongs to."""

    uses: frozenset[Use] = frozenset({Use.PUBLIC, Use.SHARED})
    group: str = ""


ORDINARY = Seller()


@dataclass(frozen=True, slots=True)
class Quota:
    """`places`: a mask; over the segments [a, b)."""

    terms: Terms
    places: int
    a: int
    b: int
