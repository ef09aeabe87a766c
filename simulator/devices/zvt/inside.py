"""What all flows of a terminal share: its memory, its bank, its card slot and keys, its clock and its fault switches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from simulator.devices.matter import Card, Matter
from simulator.devices.zvt.codes import Config
from simulator.devices.zvt.desk import Desk
from simulator.devices.zvt.flow import Flow, Pause, PowerCut
from simulator.devices.zvt.memory import Memory

SLOT = "terminal"
HOST_MS, SLOW_MS = 1_500, 20_000
LONGEST_PIN, SHORTEST_PIN = 12, 4

T = TypeVar("T")


class NoConnection(Exception):
    """The host was not asked."""


class HostSilent(Exception):
    """The host was asked, and nobody knows what it did."""


class HasFaults(Protocol):
    faults: set[str]


class Inside:
    """`began` is what the terminal's own clock says at `now_ms` 0. `config` is None until it is registered."""

    def __init__(self, owner: HasFaults, matter: Matter, desk: Desk, memory: Memory, began: datetime) -> None:
        self.matter, self.desk, self.memory = matter, desk, memory
        self.config: Config | None = None
        self.now_ms = 0
        self.pin, self.entered, self.asks_for_pin = "", False, False
        self.wants_card = self.works_on_card = False
        self.abortable, self.stopped = False, False
        self._owner, self._began = owner, began
        self._slot = matter.place(SLOT, 1)

    # -- faults

    def has(self, fault: str) -> bool:
        return fault in self._owner.faults

    def played(self, fault: str) -> bool:
        """One-shot switches: playing clears them."""
        if fault not in self._owner.faults:
            return False
        self._owner.faults.discard(fault)
        return True

    def cut(self, name: str) -> None:
        """Raises PowerCut when the power is to go here."""
        if self.played(f"power_cut_{name}_next"):
            raise PowerCut(name)

    # -- its clock

    @property
    def when(self) -> datetime:
        return self._began + timedelta(milliseconds=self.now_ms)

    @property
    def yymm(self) -> str:
        return f"{self.when:%y%m}"

    # -- slot and keys

    @property
    def card(self) -> Card | None:
        """What is in the slot."""
        return next(iter(self._slot.cards()), None)

    def ask_for_pin(self) -> None:
        self.pin, self.entered, self.asks_for_pin = "", False, True

    def press(self, key: str) -> str | None:
        """A finger: None when it did something, else why not. What is typed stays in here."""
        if key == "cancel" and self.abortable:
            self.stopped = True
        elif not self.asks_for_pin:
            return "nothing is asked for"
        elif key.isdigit() and len(key) == 1 and len(self.pin) < LONGEST_PIN:
            self.pin += key
        elif key == "clear":
            self.pin = ""
        elif key == "enter" and len(self.pin) >= SHORTEST_PIN:
            self.asks_for_pin, self.entered = False, True
        else:
            return f"{key} does nothing now"
        return None

    def rest(self) -> None:
        """Nothing is asked of anybody."""
        self.pin, self.entered, self.asks_for_pin = "", False, False
        self.wants_card = self.works_on_card = self.abortable = self.stopped = False

    # -- the host

    def ask_host(self, deed: Callable[[], T]) -> Flow[T]:
        """What the host answers. Raises NoConnection, HostSilent."""
        yield Pause(HOST_MS // 2)
        if self.has("host_down"):
            raise NoConnection
        if self.played("host_request_lost_next"):
            yield Pause(SLOW_MS, exact=True)
            raise HostSilent
        answer = deed()
        if self.has("host_silent") or self.played("host_answer_lost_next"):
            yield Pause(SLOW_MS, exact=True)
            raise HostSilent
        if self.has("host_slow"):
            yield Pause(SLOW_MS, exact=True)
        yield Pause(HOST_MS // 2)
        return answer
