"""What a replay says: the first difference of each kind, what was compared, and where the black box begins and ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """At a record of the journal (or, for links, the n-th fact): what stands there and what came out."""

    seq: int
    stands: str
    came_out: str


@dataclass(slots=True)
class LinkVerdict:
    """`facts`: how many were compared. `why_not`: it could not be judged."""

    boot: int
    name: str
    facts: int = 0
    difference: Difference | None = None
    why_not: str = ""


@dataclass(slots=True)
class Rerun:
    """The controller of one boot on its recorded facts. `steps` of the journal were compared, `screens` came out alike of
    `shown`."""

    boot: int
    steps: int = 0
    first_seq: int = 0
    last_seq: int = 0
    shown: int = 0
    screens: int = 0
    difference: Difference | None = None
    why_not: str = ""
    links: list[LinkVerdict] = field(default_factory=list)


@dataclass(slots=True)
class Verdict:
    """`sales` were fed again with the facts of the journal alone, up to record `last_seq`."""

    sales: int = 0
    last_seq: int = 0
    difference: Difference | None = None
    unsealed: int = 0
    reruns: list[Rerun] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """The steps. Links are a second verdict: a driver that runs again does not look at the very same millisecond."""
        return not (self.difference or self.unsealed or any(rerun.difference for rerun in self.reruns))

    @property
    def odd_links(self) -> list[str]:
        """Names of devices whose bytes, through the driver, give other facts than were heard."""
        return sorted({link.name for rerun in self.reruns for link in rerun.links if link.difference})
