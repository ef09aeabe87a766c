"""The LCDM-4000 on its line: hears commands, moves notes, repeats its answer until it is acknowledged or given up.

Source: lcdm sheet, section 3. What the sheet leaves open and is decided here: RESET is not even acknowledged (`reset_ack`
changes that), nothing is heard while notes move, LAST STATUS survives a power cut unless `last_result_lost` is on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.devices.lcdm import wire
from simulator.devices.lcdm.body import Body
from simulator.devices.lcdm.codes import CASSETTES, NUMBERS
from simulator.devices.lcdm.commands import Commands
from simulator.devices.lcdm.faults import FAULTS
from simulator.devices.lcdm.wire import Command, Ear
from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds

TRIES = 3
UNACKNOWLEDGED_MS = 500  # then the answer is repeated
LATE_ACK_MS = 1_000  # the host waits 500
LATE_ANSWER_MS = 61_000  # the host waits 60,000
DEFAULT_VALUES_FEN: tuple[int | None, ...] = (100, 500, 1_000, 5_000)


class Lcdm4000:
    """Twin of a four-cassette dispenser. It is ready when constructed; `power` on takes two seconds to boot.

    `cassettes` gives the note value in fen per position, top first, up to four; None = no cassette in that position.
    `short_dispense` is the firmware with transaction numbers: 7-byte DISPENSE whose number must be the last one plus 1.
    """

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        cassettes: Sequence[int | None] = DEFAULT_VALUES_FEN,
        *,
        near_end_notes: int = 30,
        short_dispense: bool = False,
        reset_ack: bool = False,
    ) -> None:
        if len(cassettes) > CASSETTES:
            raise ValueError(f"{len(cassettes)} cassettes given, there are {CASSETTES} positions")
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=LATE_ANSWER_MS)
        values = [*cassettes, *[None] * (CASSETTES - len(cassettes))]
        self.body = Body(matter, speeds, values, near_end_notes, self)
        self._commands = Commands(self.body, self._respond, lambda name: name in self.faults)
        self._reset_ack = reset_ack
        self._ear = Ear(short_dispense)
        self._power = True
        self._begin: tuple[int, Command] | None = None  # acknowledged late: when, and what
        self._repeat_ms: int | None = None
        self._forget()

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**FAULTS, **LINK_FAULTS}

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
        if "counter_wrap_next" in self.faults:
            self.faults.discard("counter_wrap_next")
            self.body.transaction = NUMBERS - 1
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
        if not on and "last_result_lost" in self.faults:
            self.body.last = None
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
        elif command.code == wire.RESET:
            if self._reset_ack:
                self._control(wire.ACK)
            self.body.boot(now_ms)
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
        self._answer, self._answer_to, self._tries = wire.response(command, data), command, 0
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
        if not self._played("eot_missing_next"):
            self._control(wire.EOT)

    def _played(self, name: str) -> bool:
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True
