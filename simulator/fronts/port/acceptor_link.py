"""One host and one acceptor without bytes: who was heard when, and when the next command may be sent. Times are absolute ms.

Source: `simulator.devices.linkfaults`. A line of a family says what becomes of a command; here that becomes a wait.
"""

from __future__ import annotations

from enum import Enum, unique

from simulator.devices.validator import Validator

LOST = ("silence_after", "late_reply")
DAMAGED = ("bit_flip", "cut_frame")
LINK_NAMES = ("silence_before", "reset_by_itself", *LOST, *DAMAGED)
BROKEN = frozenset({name + ending for name in LINK_NAMES for ending in ("", "_once")})
"""Faults under which a front asks as often as a host on a wire does."""


@unique
class Heard(Enum):
    GOOD = "done and answered"
    REFUSED = "not done, for certain"
    NOTHING = "not done, no answer"
    LOST = "done, no answer"
    DAMAGED = "done, and the answer cannot be read"

    @property
    def done(self) -> bool:
        return self in (Heard.GOOD, Heard.LOST, Heard.DAMAGED)

    @property
    def answered(self) -> bool:
        return self in (Heard.GOOD, Heard.REFUSED)


def spoilt(twin: Validator, command: int) -> Heard:
    """What becomes of an answer on its way; plays one-shot faults of the link as the twin's line would."""
    if not twin.faults:
        return Heard.GOOD
    if any(twin.link.plays(name, command) for name in LOST):
        return Heard.LOST
    if any(twin.link.plays(name, command) for name in DAMAGED):
        return Heard.DAMAGED
    return Heard.GOOD


class Link:
    """`answer_ms`: how long a host waits for an answer; `damaged_ms`: its pause after one that it cannot read."""

    answer_ms = damaged_ms = 0
    broken_by: frozenset[str] = BROKEN

    def __init__(self, twin: Validator) -> None:
        self.fine = True  # the last command was answered
        self.noise = 0  # answers in a row that could not be read
        self.heard_ms = self.free_ms = 0
        self._twin = twin

    def restart(self, now_ms: int) -> None:
        self.fine, self.noise = True, 0
        self.heard_ms = self.free_ms = now_ms

    def pause(self, until_ms: int) -> None:
        self.free_ms = max(self.free_ms, until_ms)

    def acknowledge(self) -> None:
        """The step that the last news caused is over: it is told no more."""

    @property
    def idle(self) -> bool:
        """Nothing waits to be said once more."""
        return True

    @property
    def rests(self) -> bool:
        """All was answered, and nothing that was told waits to be acknowledged."""
        return self.fine

    def broken(self) -> bool:
        return not self.fine or bool(self._twin.faults and not self.broken_by.isdisjoint(self._twin.faults))

    def _hear(self, heard: Heard, now_ms: int) -> None:
        """An answer, or the wait for one."""
        self.fine = heard.answered
        if heard.answered:
            self.heard_ms, self.noise = now_ms, 0
        elif heard is Heard.DAMAGED:
            self.noise += 1
            self.free_ms = now_ms + self.damaged_ms
        else:
            self.free_ms = now_ms + self.answer_ms
