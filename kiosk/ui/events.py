"""What can happen to the screen process, as values: the loop collects them, the session digests them."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screen.values import Message


@dataclass(frozen=True, slots=True)
class LinkUp:
    """A controller was reached; what it said before is history."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The connection ended."""


@dataclass(frozen=True, slots=True)
class Received:
    message: Message


@dataclass(frozen=True, slots=True)
class Pressed:
    """A finger came down, canvas px."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Moved:
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Released:
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Tapped:
    """Press and release at once, from the lab."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Typed:
    """A key of the keypad: up, down, left, right, choose, home, back."""

    key: str


@dataclass(frozen=True, slots=True)
class Exposed:
    """The window lost pixels or was resized: present everything again."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Somebody new looks at the mirror."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The window was closed or the process was asked to end."""


Event = LinkUp | LinkDown | Received | Pressed | Moved | Released | Tapped | Typed | Exposed | Watched | Ended
