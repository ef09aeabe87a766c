"""A start of the validator as a host goes through it: which command comes next, and what was told of the time before.

Source: ccnet sheet, sections 5, 6 and 12 (traps 2, 10); reliability notes 3 (P and C).
"""

from __future__ import annotations

from simulator.devices.ccnet import codes
from simulator.devices.ccnet.codes import State
from simulator.fronts.port.acceptor_line import (
    BILL_TABLE,
    ENABLE,
    IDENTIFICATION,
    POLL,
    RESET,
    STACKED_COUNTER,
)
from simulator.fronts.port.acceptor_link import Heard

STOPPED = frozenset({State.BOX_FULL, State.BOX_OUT, State.JAM_VALIDATOR, State.JAM_CASSETTE, State.FAILURE})
MOST_AT_REST = 300  # statuses while something moves by itself
BETWEEN_RESETS = 10
TRIES = 3

POSITIONS: dict[int, str] = {
    State.POWER_UP_IN_VALIDATOR: "path",
    State.POWER_UP_IN_STACKER: "stacker",
    State.ACCEPTING: "path",
    State.STACKING: "stacker",
    State.RETURNING: "path",
    State.HOLDING: "escrow",
    State.ESCROW: "escrow",
    codes.STACKED: "stacker",
    State.JAM_VALIDATOR: "jam",
    State.JAM_CASSETTE: "jam",
    State.BOX_FULL: "unknown",
    State.BOX_OUT: "unknown",
    State.PAUSE: "unknown",
    State.FAILURE: "unknown",
}
"""Where a note was, by the first status; after every other status nowhere."""


class Start:
    """`next` is the command to send. `over` True: identified (`counter` None: the unit has none), or given up (`failed`)."""

    def __init__(self, code: int, detail: int) -> None:
        self.position = POSITIONS.get(code, "none")
        self.bill_type: int | None = None
        self.credited = False
        self.counter: int | None = None
        self.over = self.failed = False
        self.next = POLL
        self._at_rest = 0
        self._since_reset = BETWEEN_RESETS
        self._tries = 0
        self._see(code, detail)
        self._decide(code)

    def told(self, code: int, detail: int, patient: bool) -> None:
        """A status. `patient`: statuses in between were not asked for, because nothing changed."""
        self._since_reset = BETWEEN_RESETS if patient else self._since_reset + 1
        self._see(code, detail)
        self._decide(code)

    def done(self, heard: Heard, counter: int | None = None) -> None:
        """What became of `next`, when it was not POLL. `counter`: what command 5B answered."""
        if self.next == RESET:
            self.next, self._since_reset = POLL, 0
        elif self.next == ENABLE:
            self.next = POLL
        elif self.next == STACKED_COUNTER:
            self.counter, self.over = counter if heard is Heard.GOOD else None, True
        elif heard is Heard.GOOD:
            self.next, self._tries = BILL_TABLE if self.next == IDENTIFICATION else STACKED_COUNTER, 0
        else:
            self._tries += 1
            self.over = self.failed = self._tries >= TRIES

    def _see(self, code: int, detail: int) -> None:
        if code == codes.STACKED:
            self.position, self.bill_type, self.credited = "stacker", detail, True
        elif code in (State.ESCROW, codes.RETURNED) and not self.credited:
            self.bill_type = detail
            if code == codes.RETURNED and self.position == "stacker":
                self.position = "none"
        elif code in (State.JAM_VALIDATOR, State.JAM_CASSETTE):
            self.position = "jam"

    def _decide(self, code: int) -> None:
        if code in (State.STACKING, State.RETURNING, codes.BUSY) and self._at_rest < MOST_AT_REST:
            self._at_rest += 1
            return
        self._at_rest = MOST_AT_REST
        if code == State.DISABLED:
            self.next = IDENTIFICATION
        elif code == State.IDLING:
            self.next = ENABLE
        elif code != State.INITIALIZE and code not in STOPPED and self._since_reset >= BETWEEN_RESETS:
            self.next = RESET
