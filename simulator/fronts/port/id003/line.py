"""The line to an ID-003 unit without bytes: what a command is answered when line or unit are broken on purpose.

Source: id003 sheet, sections 4, 5 and 11 (traps 1 and 7); `simulator.devices.id003.faults`. Every command is answered by itself,
so one that was not is settled by the statuses behind it. After a lost status the next one may be the late copy of an older one.
"""

from __future__ import annotations

from simulator.devices.id003 import Id003Acceptor, codes
from simulator.devices.id003.codes import State
from simulator.fronts.port.acceptor_link import BROKEN, Heard, Link, spoilt

DOUBT_MS = 10_000
TOO_LATE = "answer_after_2500_ms"
AT_THE_NEXT_ANSWER = frozenset({"communication_error_next", "wrong_length_next", TOO_LATE})
REFUSAL = bytes([codes.INVALID_COMMAND])


class Line(Link):
    """`seen`: the state of the last status, None when it was of none. `lost_ms`: when an answer to STATUS REQUEST was given up."""

    answer_ms = damaged_ms = 300
    broken_by = BROKEN | AT_THE_NEXT_ANSWER

    def __init__(self, twin: Id003Acceptor) -> None:
        super().__init__(twin)
        self.lost_ms = -DOUBT_MS
        self.seen: State | None = None
        self._twin: Id003Acceptor = twin
        self._ack_wanted = False

    def restart(self, now_ms: int) -> None:
        super().restart(now_ms)
        self.seen, self._ack_wanted = None, False

    def doubtful(self, now_ms: int) -> bool:
        return now_ms - self.lost_ms < DOUBT_MS

    def send(self, command: int, now_ms: int, data: bytes = b"") -> tuple[Heard, bytes]:
        """What became of it, and the answer: its first byte and its data, when it was GOOD."""
        told = self._twin.answer(command, data, now_ms) if self._twin.on else None
        heard = Heard.NOTHING if told is None else self._spoilt(command)
        refused = told == REFUSAL and command != codes.STATUS_REQUEST
        if refused:
            heard = Heard.REFUSED if heard is Heard.GOOD else Heard.NOTHING
        self._hear(heard, now_ms)
        return heard, told if told is not None and heard is Heard.GOOD else b""

    def _spoilt(self, command: int) -> Heard:
        faults = self._twin.faults
        if "wrong_length_next" in faults:
            faults.discard("wrong_length_next")
            return Heard.DAMAGED
        return Heard.LOST if TOO_LATE in faults else spoilt(self._twin, command)

    def look(self, now_ms: int) -> bytes | None:
        """STATUS REQUEST: a status and its data, None when nothing came."""
        heard, told = self.send(codes.STATUS_REQUEST, now_ms)
        state = self._twin.unit.state
        self.seen = state if told[:1] == bytes([state]) else None
        if heard is Heard.GOOD:
            return told
        self.lost_ms = self.free_ms
        return None

    def accept(self) -> None:
        """15 is acknowledged when what it meant is on the disk."""
        self._ack_wanted = True

    def acknowledge(self) -> None:
        if self._ack_wanted:
            self._ack_wanted = False
            self._twin.answer(codes.ACK, b"", self.heard_ms)

    @property
    def rests(self) -> bool:
        return self.fine and not self._ack_wanted

    def news(self) -> bool:
        """The next status will be another one than the last."""
        return self.seen is not self._twin.unit.state
