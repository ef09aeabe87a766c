"""A dispenser of either dialect on its line: hears commands, moves notes, repeats its answer until acknowledged or given up.

Source: lcdm sheet, section 3. What the sheet leaves open and is decided here: nothing is heard while notes move.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from simulator.devices.lcdm import wire
from simulator.devices.lcdm.body import Body
from simulator.devices.lcdm.wire import Command, Ear
from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Note

TRIES = 3
UNACKNOWLEDGED_MS = 500  # then the answer is repeated
LATE_ACK_MS = 1_000  # the host waits 500
LATE_ANSWER_MS = 61_000  # the host waits 60,000


class Obeys(Protocol):
    """The commands of a dialect."""

    def obey(self, command: int, data: bytes, now_ms: int) -> None: ...


class DispenserOnLine:
    """What both dialects share. A model sets `body` and `_commands` and says where it differs."""

    body: Body
    _commands: Obeys
    dialect = wire.ID
    own_faults: Mapping[str, str] = {}

    def __init__(self, ear: Ear) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=LATE_ANSWER_MS)
        self._ear = ear
        self._power = True
        self._begin: tuple[int, Command] | None = None  # acknowledged late: when, and what
        self._repeat_ms: int | None = None
        self._forget()

    # -- where models differ

    def _before_turn(self) -> None:
        """Faults that show by themselves."""

    def _lost_power(self) -> None:
        """What is forgotten without mains beyond the order under way."""

    def _resets(self, command: Command, now_ms: int) -> bool:
        """True when the command was one that starts the device again, and it does."""
        return False

    def _heard_ack(self) -> None:
        """What is said after the host has acknowledged the answer."""

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**self.own_faults, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        if not self._power:
            return
        self.poll(now_ms)
        for heard in self._ear.feed(data, now_ms):
            if self.body.moving() or self._begin is not None:
                continue  # nothing is heard while notes move
            if isinstance(heard, Command):
                self._hear(heard, now_ms)
            elif self._answer:
                self._acknowledged(heard == wire.ACK, now_ms)
            self.poll(now_ms)

    def poll(self, now_ms: int) -> int | None:
        if not self._power:
            return None
        self._before_turn()
        if self._begin is not None and self._begin[0] <= now_ms:
            due, command = self._begin
            self._begin = None
            self._obey(command, due)
        self.body.advance(now_ms)
        if self._repeat_ms is not None and self._repeat_ms <= now_ms:
            self._say(now_ms)
        begin_ms = self._begin[0] if self._begin else None
        wakes = (self.body.advance(now_ms), self.link.poll(now_ms), begin_ms, self._repeat_ms)
        return min((wake for wake in wakes if wake is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._power:
            return
        self._power = on
        self._forget()
        self.body.stop()
        if not on:
            self._lost_power()
        if on:
            self.body.boot(now_ms)

    def busy(self) -> bool:
        return self._power and self.body.moving()

    @property
    def powered(self) -> bool:
        return self._power

    def reset(self, now_ms: int) -> None:
        """As after a power cut: everything it does not keep is gone, and it boots."""
        self.power(False, now_ms)
        self.power(True, now_ms)

    # -- hands; `position` 1..4 from the top

    def remove_cassette(self, position: int) -> None:
        """Pull a cassette out; its notes stay in its place until somebody moves them."""
        self.body.fitted[position - 1] = False

    def refit_cassette(self, position: int) -> None:
        self.body.fitted[position - 1] = True

    def remove_reject_tray(self) -> None:
        self.body.reject_tray = False

    def refit_reject_tray(self) -> None:
        self.body.reject_tray = True

    def clear_path(self, to: str = "floor") -> list[Note]:
        """A technician pulls notes out of the path; none while they move."""
        return self.body.clear_path(to)

    # -- link rules

    def _forget(self) -> None:
        self._ear.clear()
        self.link.clear()
        self._answer = b""
        self._answer_to = 0
        self._tries = 0
        self._mute = False
        self._begin = self._repeat_ms = None

    def _hear(self, command: Command, now_ms: int) -> None:
        self._answer, self._repeat_ms = b"", None  # the host has moved on
        self._mute = False
        if not self.link.hears(command.code):
            return
        if self.link.resets(command.code):
            self.reset(now_ms)
        elif not command.good or self._played("nak_next"):
            self.link.send(bytes([wire.NAK]), now_ms, command.code)
        elif self._resets(command, now_ms):
            return
        elif self._played("ack_late_next"):
            self._begin = (now_ms + LATE_ACK_MS, command)
        else:
            self._obey(command, now_ms)

    def _obey(self, command: Command, now_ms: int) -> None:
        self._mute = self.link.plays("silence_after", command.code)
        if not self._played("ack_lost_next"):
            self._control(wire.ACK)
        self._commands.obey(command.code, command.data, now_ms)

    def _control(self, byte: int) -> None:
        if not self._mute:
            self.link.say(bytes([byte]))

    def _respond(self, command: int, data: bytes, now_ms: int) -> None:
        if self._mute or self._played("response_lost_next"):
            return
        self._answer, self._answer_to, self._tries = wire.response(command, data, self.dialect), command, 0
        self._say(now_ms)

    def _say(self, now_ms: int) -> None:
        """Say the answer, or say it again; after the third time it is forgotten (section 3)."""
        if self._tries == TRIES:
            self._answer, self._repeat_ms = b"", None
            return
        self._tries += 1
        self._repeat_ms = now_ms + UNACKNOWLEDGED_MS
        self.link.send(self._answer, now_ms, self._answer_to)

    def _acknowledged(self, yes: bool, now_ms: int) -> None:
        if not yes:
            self._say(now_ms)
            return
        self._answer, self._repeat_ms = b"", None
        self._heard_ack()

    def _played(self, name: str) -> bool:
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True
