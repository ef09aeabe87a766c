"""From the first status of a unit to an inhibited, identified one, and what it said of the time before.

Source: id003 sheet, sections 6, 8 (start, power-up with a note) and 9.1; reliability notes 3. May always be started again.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from drivers.id003.codec import Command, Denomination, State, Status, parse_status, parse_table, parse_text
from drivers.id003.line import (
    ALL_WAYS,
    BOOT_VERSION,
    CURRENCY,
    INHIBIT,
    POLL,
    POLLED,
    POWER_RECOVERY,
    RESET,
    RETURN,
    SECURITY,
    VERSION,
    Kind,
    Reply,
    Request,
    enable,
)

POWER_UPS = (State.POWER_UP, State.POWER_UP_IN_ACCEPTOR, State.POWER_UP_IN_STACKER)
STOPPED = (State.BOX_FULL, State.BOX_OUT, State.JAMMED, State.BOX_JAMMED, State.FAILURE)
IN_ESCROW = (State.ESCROW, State.HOLDING)
BY_ITSELF = (
    State.ACCEPTING,
    State.STACKING,
    State.VEND_VALID,
    State.STACKED,
    State.REJECTING,
    State.RETURNING,
    State.PAUSE,
)
"""They pass, VEND VALID by its ACK."""
SETTABLE = (State.INITIALIZE, State.DISABLED)
SETTINGS = (enable(()), SECURITY, ALL_WAYS, POWER_RECOVERY, POLLED)
POLLS_AT_REST = 300  # what moves may take 30 s
POLLS_BETWEEN_ORDERS = 30  # after a RESET up to 2.2 s may pass without a valid status
TRIES = 3

POSITIONS = {
    State.POWER_UP_IN_ACCEPTOR: "path",
    State.POWER_UP_IN_STACKER: "stacker",
    State.ACCEPTING: "path",
    State.ESCROW: "escrow",
    State.HOLDING: "escrow",
    State.STACKING: "stacker",
    State.VEND_VALID: "stacker",
    State.STACKED: "stacker",
    State.REJECTING: "path",
    State.RETURNING: "path",
    State.JAMMED: "jam",
    State.BOX_JAMMED: "jam",
    State.BOX_FULL: "unknown",
    State.BOX_OUT: "unknown",
    State.PAUSE: "unknown",
    State.CHEATED: "unknown",
    State.FAILURE: "unknown",
}
"""Where a note was, by the first status. Every other status: nowhere."""


@dataclass(slots=True)
class Past:
    """What the unit says of the time before this start. `code` 0: it did not say which note."""

    position: str
    code: int = 0
    credited: bool = False

    @classmethod
    def of(cls, first: Status) -> Past:
        past = cls(_position(first) or "none")
        past.see(first)
        return past

    def see(self, status: Status) -> None:
        """A status of the start-up. STACKED follows VEND VALID and its ACK, so that it says the same of the note."""
        if self.credited:
            return
        if status.code == State.ESCROW:
            self.position, self.code = "escrow", status.detail
        elif status.code in (State.POWER_UP_IN_ACCEPTOR, State.POWER_UP_IN_STACKER, State.STACKING):
            self.position = _position(status)
        elif status.code == State.STACKED:
            self.position, self.credited = "stacker", True
        elif status.code in (State.RETURNING, State.REJECTING) and self.position == "stacker":
            self.position = "path"
        elif status.code in (State.JAMMED, State.BOX_JAMMED):
            self.position = "jam"


def _position(status: Status) -> str:
    """Empty when nothing is said of a note."""
    return next((where for state, where in POSITIONS.items() if state == status.code), "")


@dataclass(frozen=True, slots=True)
class Found:
    """A unit that can work. `table` None: it does not tell its denominations."""

    version: str
    boot: str
    table: Mapping[int, Denomination] | None = None
    power_recovery: bool = False


Steps = Generator[Request, Reply, Found | None]


def start_up(first: Status, past: Past) -> Steps:
    """Yields requests, is sent their replies; answers None when the unit cannot be identified or set.

    Its version is asked before anything moves. A note in escrow is given back, what is on its way is waited for, and a unit
    that stopped (jam, box out) is asked until somebody has helped it. Only a unit that was without power is reset.
    """
    version = parse_text((yield from _asked(VERSION, past)))
    if not version:
        return None
    boot = parse_text((yield from _asked(BOOT_VERSION, past)))
    status, settled, recovery, patience, rest = first, False, False, 0, POLLS_AT_REST
    while status.code != State.DISABLED or not settled:
        patience, rest = patience - 1, rest - 1
        settled = settled and status.code not in (*POWER_UPS, *STOPPED)
        if status.code in SETTABLE and not settled:
            told = yield from _settings(past)
            if told is None:
                return None
            settled, recovery = told
        elif status.code == State.IDLING:
            yield INHIBIT
        elif status.code in SETTABLE or status.code in STOPPED or (status.code in BY_ITSELF and rest > 0):
            pass
        elif patience <= 0:
            yield RETURN if status.code in IN_ESCROW and rest > 0 else RESET
            patience = POLLS_BETWEEN_ORDERS
        status = yield from _next_status(past)
    table = yield from _asked(CURRENCY, past)
    return Found(version, boot, parse_table(table) if table else None, recovery)


def look(past: Past) -> Steps:
    """Only asks: for a probe, which moves, sets and takes nothing."""
    version = parse_text((yield from _asked(VERSION, past)))
    if not version:
        return None
    boot = parse_text((yield from _asked(BOOT_VERSION, past)))
    table = yield from _asked(CURRENCY, past)
    return Found(version, boot, parse_table(table) if table else None)


def _next_status(past: Past) -> Generator[Request, Reply, Status]:
    while True:
        reply = yield POLL
        status = parse_status(reply.frame) if reply.frame else None
        if status:
            past.see(status)
            return status


def _asked(request: Request, past: Past) -> Generator[Request, Reply, bytes]:
    """Its data, or nothing when it was asked for in vain. One INVALID COMMAND may be an accident of the line."""
    for _ in range(TRIES):
        reply = yield request
        if reply.kind is Kind.DATA and reply.frame:
            return reply.frame.data
        yield from _next_status(past)
    return b""


def _settings(past: Past) -> Generator[Request, Reply, tuple[bool, bool] | None]:
    """Everything that a start or a box change forgets (section 11, trap 6): whether all was said, and whether power recovery
    is on. A unit that does not know which notes to refuse is none of ours: None."""
    refused = set()
    for request in SETTINGS:
        reply = yield request
        for _ in range(TRIES):
            if reply.kind is Kind.ACK:
                break
            status = yield from _next_status(past)
            if status.code not in SETTABLE:
                return False, False
            reply = yield request
        if reply.kind is Kind.SILENT:
            return False, False
        if reply.kind is Kind.REFUSED:
            refused.add(request.code)
    return None if Command.SET_ENABLE in refused else (True, Command.OPTIONAL_FUNCTION not in refused)
