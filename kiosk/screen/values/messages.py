"""What goes over the screen's socket: who speaks, what to show, what was touched, and that both live (decision 29)."""

from __future__ import annotations

from kiosk.screen.values.parts import Screen, value

PROTOCOL_VERSION = 1

HEARTBEAT_MS = 250


@value
class Hello:
    """First message of both sides. `role`: screen (the one writer), mirror, lab, passenger, controller."""

    role: str
    version: int = PROTOCOL_VERSION


@value
class Show:
    rev: int
    screen: Screen


@value
class Touched:
    rev: int
    target: str


@value
class Heartbeat:
    """Both ways every 250 ms. From the screen, `rev` is the last one whose pixels are on the display."""

    rev: int = 0


Message = Hello | Show | Touched | Heartbeat
