"""What happened in the cabinet and when: events for people, and for each device when it moved and when it was asked after.

Times are real milliseconds; `wall_ms` beside them is the scaled calendar. The report takes its classes *device* (a twin
was moving) and *poll* (a finished device waited to be asked) from here (decision 50).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.devices.matter import Blank, Card, Coin, Note, Thing

MOST_EVENTS = 4_000
MOST_INTERVALS = 20_000

Event = dict[str, Any]


class TimeSource(Protocol):
    """What is needed of `simulator.clock.SharedClock`."""

    @property
    def rate(self) -> float: ...

    def mono_ms(self) -> int: ...

    def wall_at(self, mono_ms: int) -> int: ...

    def format(self) -> str: ...


@dataclass(slots=True)
class Motion:
    """One time in which a device moved. `to_ms` None: it still does.

    `asked_ms`: when the host first asked after the end, so `asked_ms - to_ms` is the wait to be asked. What else a device
    must do before it can tell or obey counts as moving: a contact is debounced, a ticket's face comes over the line.
    """

    device: str
    from_ms: int
    to_ms: int | None = None
    asked_ms: int | None = None


class Timeline:
    """Bounded memory of events and motions. `heard` is called after each event."""

    def __init__(self, clock: TimeSource) -> None:
        self._clock = clock
        self.events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self.motions: deque[Motion] = deque(maxlen=MOST_INTERVALS)
        self.heard: list[Callable[[], None]] = []
        self.last = 0
        self._moving: dict[str, Motion] = {}
        self._waiting: dict[str, list[Motion]] = {}

    # -- events

    def tell(self, kind: str, **details: Any) -> None:
        now_ms = self._clock.mono_ms()
        self.last += 1
        self.events.append(
            {"n": self.last, "mono_ms": now_ms, "wall_ms": self._clock.wall_at(now_ms), "kind": kind, **details}
        )
        for listener in list(self.heard):
            listener()

    def moved(self, thing: Thing, source: str, target: str) -> None:
        """A watcher of `Matter`."""
        details: dict[str, Any] = {"serial": thing.serial, "from": source, "to": target}
        if isinstance(thing, Note | Coin):
            details |= {"thing": "note" if isinstance(thing, Note) else "coin", "value_fen": thing.value_fen}
        elif isinstance(thing, Card):
            details |= {"thing": "card", "card": thing.name}
        else:
            details["thing"] = "ticket" if isinstance(thing, Blank) else "slip"
        self.tell("move", **details)

    def since(self, number: int) -> Iterator[Event]:
        """Events after number `number`, oldest first."""
        return (event for event in list(self.events) if event["n"] > number)

    # -- motions

    def look(self, device: str, busy: bool, now_ms: int) -> None:
        """Say whether the device moves now; begins and ends its motions."""
        motion = self._moving.get(device)
        if busy and motion is None:
            self._moving[device] = Motion(device, now_ms)
            self.motions.append(self._moving[device])
        elif not busy and motion is not None:
            motion.to_ms = now_ms
            del self._moving[device]
            self._waiting.setdefault(device, []).append(motion)

    def exchanged(self, device: str, now_ms: int) -> None:
        """The host asked what became of it."""
        for motion in self._waiting.pop(device, ()):
            motion.asked_ms = now_ms
