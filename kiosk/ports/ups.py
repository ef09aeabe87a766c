"""Where the machine's power comes from: mains, or a battery that lasts for a while.

Source: ups sheet, sections 2.6 and 4. What a mains loss means for a sale is the controller's to decide (`kiosk.power`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from kiosk.ports.fact import Fact


@dataclass(frozen=True, slots=True)
class PowerSeen(Fact):
    """Told when something of it changed, confirmed as the sheet wants it (short dips are no battery).

    `source`: mains, battery, unknown (no answer: that is not a mains failure). `low`: the battery is at its end.
    `charge_pct` 0..100 and `runtime_s`, -1 when it cannot be said; they alone are news in steps of ten per cent.
    """

    kind: ClassVar[str] = "ups.power"
    source: str
    low: bool
    charge_pct: int
    runtime_s: int


@dataclass(frozen=True, slots=True)
class PowerDip(Fact):
    """On battery for less than counts: an event for the books, nothing follows. `ms`: about how long."""

    kind: ClassVar[str] = "ups.dip"
    ms: int


@dataclass(frozen=True, slots=True)
class MainsStrayed(Fact):
    """The mains are there and outside of what the machine is made for (TVM-032: 220 V +-10 %, 50 Hz +-4 %), or no more.

    An event for the books: whether the battery feeds meanwhile is said by `PowerSeen`. -1: not measured.
    """

    kind: ClassVar[str] = "ups.mains"
    outside: bool
    volts_mv: int
    frequency_mhz: int


@dataclass(frozen=True, slots=True)
class OffSet(Fact):
    """The delayed switching-off is set: power goes after `off_s`, and comes back with mains."""

    kind: ClassVar[str] = "ups.off!"
    result: ClassVar[str] = "set"
    off_s: int


@dataclass(frozen=True, slots=True)
class OffFailed(Fact):
    """It could not be set, or nobody knows."""

    kind: ClassVar[str] = "ups.off!"
    result: ClassVar[str] = "unknown"
    reason: str


class PowerSource(Protocol):
    def switch_off(self, off_s: int) -> None:
        """Cut the power in `off_s` seconds and give it again with mains, also when mains came back meanwhile.
        Outcome: OffSet or OffFailed."""
        ...

    def stay_on(self) -> None:
        """Take a set switching-off back. Idempotent; no outcome."""
        ...
