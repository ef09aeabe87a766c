"""The passenger screen as a device: values out, touches in (decisions 29, 30)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from kiosk.ports.fact import Fact


@dataclass(frozen=True, slots=True)
class ScreenTouched(Fact):
    """A touch on the value that is shown now; touches of an older rev were dropped. `role`: screen, lab, passenger."""

    kind: ClassVar[str] = "touched"
    target: str
    role: str


@dataclass(frozen=True, slots=True)
class ScreenLost(Fact):
    """The screen did not acknowledge for 2 s: no new notes, the running sale ends safely."""

    kind: ClassVar[str] = "screen"
    result: ClassVar[str] = "lost"


@dataclass(frozen=True, slots=True)
class ScreenBack(Fact):
    kind: ClassVar[str] = "screen"
    result: ClassVar[str] = "back"


class ScreenPort(Protocol):
    def show(self, screen: Any) -> None:
        """A `kiosk.screen.values.Screen`; the last one wins."""
        ...
