"""The line to an identity-card reader without packets: when an answer is there, and what became of it on its way.

Source: io-board sheet, section 4; `simulator.devices.samv.faults`, `simulator.devices.linkfaults`. One command at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique
from typing import NamedTuple

from simulator.devices.samv import SamvReader
from simulator.devices.samv.codes import READ, Status
from simulator.fronts.port.lane import Lane
from simulator.fronts.port.mechanism import first
from simulator.fronts.port.samv.words import Command, Told

BAUD = 115_200
COMMAND_BYTES = 10
GAP_MS, LONGEST_MS = 300, 3_000  # half an answer is given up after so long; a whole one takes no longer
SLOW_MS, SPLIT_MS = 700, 60
LOST_BYTES, TRUNCATED = 3, 700


@unique
class Fate(Enum):
    WHOLE = "as it was said"
    WRONG = "whole, and its check is wrong"
    TORN = "bytes of it never come"
    NOISE = "nothing in it looks like an answer"


class Piece(NamedTuple):
    fate: Fate
    told: Told
    size: int


@dataclass(frozen=True, slots=True)
class Reply:
    """`told` None: no answer, or (`damaged`) one that cannot be read. What stands in it does not show."""

    command: Command
    told: Told | None = field(default=None, repr=False)
    damaged: bool = False


class Line:
    def __init__(self, twin: SamvReader) -> None:
        self._twin = twin
        self._starts = twin.starts
        self._out: Lane[Command] = Lane(BAUD)
        self._in: Lane[Piece] = Lane(BAUD)
        self._unsaid: list[tuple[int, Piece]] = []  # what the reader will say later
        self._previous: Told | None = None
        self.restart()

    def restart(self) -> None:
        """A new link, or none."""
        self._out.clear()
        self._in.clear()
        self._command: Command | None = None
        self._limit_ms = 0
        self._torn_ms: int | None = None  # when the beginning of an answer came
        self.strange = self.understood = False

    @property
    def idle(self) -> bool:
        return self._command is None

    def send(self, command: Command, now_ms: int) -> None:
        """Only when it is idle."""
        self._command, self._limit_ms, self._torn_ms = command, now_ms + command.answer_ms, None
        self._out.put(command, COMMAND_BYTES, now_ms)

    # -- time

    def turn(self, now_ms: int) -> list[Reply]:
        """What became of commands until now."""
        twin = self._twin
        for command in self._out.arrived(now_ms):
            twin.hear(command.content, lambda *told, by=command: self._say(by, *told), now_ms)
        twin.poll(now_ms)
        if twin.take_output():  # another device's words
            self.strange = True
        if twin.starts != self._starts:
            self._starts, self._previous = twin.starts, None
            self._unsaid.clear()
        for piece in [piece for due_ms, piece in self._unsaid if due_ms <= now_ms]:
            self._in.put(piece, piece.size, now_ms)
        self._unsaid = [each for each in self._unsaid if each[0] > now_ms]
        replies = [self._hear(piece, now_ms) for piece in self._in.arrived(now_ms)]
        replies.append(self._overdue(now_ms))
        return [reply for reply in replies if reply is not None]

    def due_ms(self, now_ms: int) -> int | None:
        unsaid_ms = min((due_ms for due_ms, _ in self._unsaid), default=None)
        limit_ms = None if self._command is None else self._until_ms()
        return first(
            self._twin.poll(now_ms), unsaid_ms, self._out.due_ms(), self._in.due_ms(), self._gap_ms(), limit_ms
        )

    def _gap_ms(self) -> int | None:
        return None if self._torn_ms is None else self._torn_ms + GAP_MS

    def _until_ms(self) -> int:
        if self._torn_ms is None:
            return self._limit_ms
        return min(max(self._limit_ms, self._torn_ms + GAP_MS), self._limit_ms + LONGEST_MS)

    # -- the reader says

    def _say(self, command: Command, status: Status, data: bytes, now_ms: int) -> None:
        twin, told = self._twin, Told(status, data)
        stale, self._previous = self._previous, told
        if not twin.faults:
            self._in.put(Piece(Fate.WHOLE, told, told.size), told.size, now_ms)
            return
        number = command.content[0]
        fate = self._spoilt(command)
        if twin.link.plays("silence_after", number):
            return
        if stale is not None and twin.link.plays("reply_to_previous", number):
            fate, told = Fate.WHOLE, stale
        fate = self._on_the_way(fate, told, number)
        later_ms = (SLOW_MS if "slow_answers" in twin.faults else 0) + (
            SPLIT_MS if "split_answer" in twin.faults else 0
        )
        if twin.link.plays("late_reply", number):
            later_ms += twin.link.late_ms
        self._unsaid.append((now_ms + later_ms, Piece(fate, told, told.size)))

    def _spoilt(self, command: Command) -> Fate:
        fate = Fate.WRONG if self._played("wrong_check_next") else Fate.WHOLE
        if self._played("lost_bytes_next"):
            fate = Fate.TORN
        return Fate.TORN if command.content == bytes(READ) and self._played("truncated_read_next") else fate

    def _on_the_way(self, fate: Fate, told: Told, number: int) -> Fate:
        link = self._twin.link
        if link.plays("bit_flip", number):  # in the middle: of an answer without data that is its length
            fate = Fate.WRONG if told.data else Fate.NOISE
        return Fate.TORN if link.plays("cut_frame", number) else fate

    def _played(self, name: str) -> bool:
        if name not in self._twin.faults:
            return False
        self._twin.faults.discard(name)
        return True

    # -- the host hears

    def _hear(self, piece: Piece, now_ms: int) -> Reply | None:
        self.strange = True
        if piece.fate is Fate.TORN:
            self._torn_ms = now_ms
        elif piece.fate is Fate.WRONG:
            return self._end(damaged=True)
        elif piece.fate is Fate.WHOLE:
            self.understood = True
            if self._command is not None and self._command.fits(piece.told):
                return self._end(piece.told)
        return None

    def _overdue(self, now_ms: int) -> Reply | None:
        gap_ms = self._gap_ms()
        if gap_ms is not None and now_ms >= gap_ms:
            self._torn_ms = None
            return self._end(damaged=True)
        if self._command is not None and now_ms >= self._until_ms():
            return self._end(damaged=self._torn_ms is not None)
        return None

    def _end(self, told: Told | None = None, *, damaged: bool = False) -> Reply | None:
        command, self._command = self._command, None
        return None if command is None else Reply(command, told, damaged)
