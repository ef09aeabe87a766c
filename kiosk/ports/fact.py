"""What every fact is: a frozen value with the kind it has in the journal, and a participant that may report facts.

Facts of one `kind` differ by `result` (journal kinds: reliability notes 2.1 and decisions 11, 12): `stack!` with result
`stacked` is another class than `stack!` with result `jammed`, so that the sale's table can name them. Fields are ints,
strings, bools, tuples of these, or frozen dataclasses of these: exactly what one line of JSON can hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Fact:
    """Base of everything that comes in. `result` is empty where the kind alone says it."""

    kind: ClassVar[str] = ""
    result: ClassVar[str] = ""


Report = Callable[[Fact], None]
"""How a driver says something. Called from inside `receive` or `poll`; never blocks, never raises."""


class Participant(Protocol):
    """A driver as the reactor sees it: bytes and time in, bytes out. It has no clock, no link and no thread.

    What `take_output` answers after a `receive` is sent only when the step its facts caused is synced (decision 16), so
    a driver may queue an acknowledgement at once. Orders of a port are only queued; the next `poll` sends them.
    """

    name: str

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the link, cut anywhere. Noise is dropped, never raised."""
        ...

    def poll(self, now_ms: int) -> int | None:
        """Do what is due; answer when to be polled again (absolute ms), None for "only when something comes"."""
        ...

    def take_output(self) -> bytes:
        """Bytes to send since the last call."""
        ...

    def link_lost(self, why: str, now_ms: int) -> None:
        """The link broke: what was under way is unknown or refused, later reports say which."""
        ...

    def link_up(self, now_ms: int) -> None:
        """The link is (again) there: start or restart the handshake."""
        ...


@dataclass(frozen=True, slots=True)
class DeviceReady(Fact):
    """A device was identified and can work. Said after every (re)start of it, with its past already reported."""

    kind: ClassVar[str] = "device.ready"
    device: str
    model: str
    version: str
    serial: str
