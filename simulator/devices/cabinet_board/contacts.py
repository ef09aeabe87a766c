"""Contacts on their way to the input table: debounce, event counter, alarm latch (map version 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

DOORS = range(4)
NOTE_BOX, VIBRATION, TAMPER, KEY, HELP, NEAR = 4, 5, 6, 7, 8, 9
HEADPHONES, CAMERA_COVERED, TICKET_TRAY, TICKET_SLOT = 10, 11, 12, 13
WASTE_NOT_FULL, ROLL_NEAR_END, MAINS, FAN, TOO_HOT, SIREN = 14, 15, 19, 20, 21, 22
CHANGE_TRAY, RETRACT_NOT_FULL = 23, 28
LATCH_WATCHDOG = 1 << 15
SLOW = frozenset({*DOORS, NOTE_BOX, HELP, TICKET_TRAY, TICKET_SLOT, CHANGE_TRAY})
"""Inputs that register 8 debounces."""


@dataclass(slots=True)
class Contacts:
    """`state` is the input table. `latch` outlives a reboot and a power cut."""

    state: list[bool] = field(default_factory=lambda: [False] * 32)
    events: int = 0
    latch: int = 0
    _since: dict[int, int] = field(default_factory=dict)

    def settle(self, raw: Sequence[bool]) -> None:
        """Power-on: take the contacts as they are; what stands open or broken sets its latch bit."""
        self.state, self.events = list(raw), 0
        self._since.clear()
        for number in (*DOORS, TAMPER):
            self._latch(number)

    def update(self, raw: Sequence[bool], now_ms: int, debounce_ms: int, near_ms: int, leave_ms: int) -> list[int]:
        """Take a reading; answer the numbers of the inputs that changed. `leave_ms` delays only NEAR falling."""
        changed: list[int] = []
        if raw == self.state and not self._since:
            return changed
        for number, level in enumerate(raw):
            if level == self.state[number]:
                self._since.pop(number, None)
                continue
            since = self._since.setdefault(number, now_ms)
            if now_ms - since >= self._wait_ms(number, level, debounce_ms, near_ms, leave_ms):
                self._change(number, level)
                changed.append(number)
        return changed

    def due_ms(self, debounce_ms: int, near_ms: int, leave_ms: int) -> int | None:
        """When the next contact will have been quiet long enough."""
        return min(
            (
                since + self._wait_ms(number, not self.state[number], debounce_ms, near_ms, leave_ms)
                for number, since in self._since.items()
            ),
            default=None,
        )

    @property
    def settling(self) -> bool:
        """A contact that is debounced has moved, and the input table does not show it yet."""
        return not SLOW.isdisjoint(self._since)

    def _wait_ms(self, number: int, level: bool, debounce_ms: int, near_ms: int, leave_ms: int) -> int:
        if number == NEAR:
            return near_ms if level else max(near_ms, leave_ms)
        return debounce_ms if number in SLOW else 0

    def _change(self, number: int, level: bool) -> None:
        self.state[number] = level
        self._since.pop(number, None)
        self.events = (self.events + 1) & 0xFFFF
        self._latch(number)

    def _latch(self, number: int) -> None:
        if number in (*DOORS, TAMPER) and not self.state[number]:
            self.latch |= 1 << number
