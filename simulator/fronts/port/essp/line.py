"""The line to an eSSP unit without bytes: sequence bit, keys, and what is said again when nothing was heard.

Source: essp sheet, sections 4, 5 and 12 (traps 3 to 5); `simulator.devices.essp.faults`. A unit that did obey answers a repeated
packet from its store and does nothing twice; a packet with the next bit tells it that its answer was taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import NamedTuple

from simulator.devices.essp import EsspValidator, codes
from simulator.devices.essp.codes import Answer, Command
from simulator.fronts.port.acceptor_link import BROKEN, Heard, Link, spoilt

SENDS, FEW_SENDS = 20, 4
AT_THE_NEXT_ANSWER = frozenset(
    {"bad_crc_next", "wrong_bit_next", "wrong_address_next", "bad_inner_crc_next", "wrong_count_next", "keys_lost_next"}
    | {"unknown_command_next", "wrong_parameters_next", "out_of_range_next", "cannot_process_next"}
    | {"software_error_next", "fail_next", "unknown_event_next", "disables_unpolled"}
)


class Ask(NamedTuple):
    command: int
    data: bytes = b""


SYNC, RESET = Ask(Command.SYNC), Ask(Command.RESET)
POLL, POLL_WITH_ACK, EVENT_ACK = Ask(Command.POLL), Ask(Command.POLL_WITH_ACK), Ask(Command.EVENT_ACK)
HOLD, REJECT = Ask(Command.HOLD), Ask(Command.REJECT)
ENABLE, DISABLE = Ask(Command.ENABLE), Ask(Command.DISABLE)
COUNTERS, LAST_REJECT = Ask(Command.COUNTERS), Ask(Command.LAST_REJECT)
POLLS = (POLL, POLL_WITH_ACK)


@unique
class Kind(Enum):
    DONE = "OK, and data"
    REFUSED = "not done"
    NO_KEY = "it does not know our key"
    SILENT = "said as often as may be, and not answered"


@dataclass(frozen=True, slots=True)
class Reply:
    """`code`: the generic answer, 0 without one; `data`: what stood behind it."""

    ask: Ask
    kind: Kind
    code: int = 0
    data: bytes = b""


class Line(Link):
    """`pending`: what is to be said again; it outlives a pulled plug, because the unit may still keep its answer."""

    answer_ms = damaged_ms = 1_000
    broken_by = BROKEN | AT_THE_NEXT_ANSWER

    def __init__(self, twin: EsspValidator) -> None:
        super().__init__(twin)
        self.pending: Ask | None = None
        self.sealed = False  # keys are agreed
        self._twin: EsspValidator = twin
        self._bit = 0
        self._left = 0
        self._asked_ms = 0
        self._in_cipher = False  # the pending one

    def restart(self, now_ms: int) -> None:
        super().restart(now_ms)
        if self.pending is not None:
            self._left, self._asked_ms = FEW_SENDS, now_ms

    def unanswered_ms(self, now_ms: int) -> int:
        return now_ms - self._asked_ms if self.pending is not None else 0

    def drop(self) -> None:
        """Nobody wants the answer any more; a SYNC follows."""
        self.pending = None

    def send(self, ask: Ask, now_ms: int, sends: int) -> Reply | None:
        if ask is SYNC:
            self.sealed, self._bit = False, 1
        self.pending, self._left, self._asked_ms, self._in_cipher = ask, sends, now_ms, self.sealed
        return self.again(now_ms)

    def again(self, now_ms: int) -> Reply | None:
        """The pending packet, once more or for the last time; None: nothing was heard yet."""
        assert self.pending is not None
        ask = self.pending
        if self._left <= 0:
            self.pending = None
            return Reply(ask, Kind.SILENT)
        self._left -= 1
        payload = bytes([ask.command]) + ask.data
        told = self._twin.answer(self._bit, payload, self._in_cipher, now_ms) if self._twin.on else None
        heard = Heard.NOTHING if told is None else self._spoilt(ask, told[1])
        if told is None or heard is not Heard.GOOD or not self._fits(ask, *told):
            self._hear(heard if heard is not Heard.GOOD else Heard.DAMAGED, now_ms)
            return None
        self._hear(heard, now_ms)
        self.pending = None
        self._bit ^= 1
        code = told[0][0]
        kind = {Answer.OK: Kind.DONE, Answer.KEY_NOT_SET: Kind.NO_KEY}.get(Answer(code), Kind.REFUSED)
        return Reply(ask, kind, code, told[0][1:])

    def _spoilt(self, ask: Ask, sealed: bool) -> Heard:
        if self._twin.spoils(sealed):
            return Heard.DAMAGED
        keyless = self._in_cipher and not sealed
        return spoilt(self._twin, codes.ENCRYPTED if keyless else ask.command)

    def _fits(self, ask: Ask, told: bytes, sealed: bool) -> bool:
        """To what was asked in cipher nobody says yes in plain; SYNC is answered by a bare OK."""
        if self._in_cipher and not sealed and told[0] == Answer.OK:
            return False
        return ask is not SYNC or told == bytes([Answer.OK])
