"""From the first status of a unit to a disabled, identified one, and what it said of the time before.

Source: ccnet sheet, sections 5, 6, 8 and 12 (traps 2, 10); reliability notes 3 (P and C). May always be started again.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from drivers.ccnet.codec import (
    Bill,
    Command,
    Identity,
    State,
    Status,
    enable_data,
    parse_bill_table,
    parse_counter,
    parse_identity,
    parse_status,
)
from drivers.ccnet.line import BILL_TABLE, IDENTIFICATION, POLL, RESET, STACKED_COUNTER, Kind, Reply, Request

POWER_UPS = (State.POWER_UP, State.POWER_UP_IN_VALIDATOR, State.POWER_UP_IN_STACKER)
STOPPED = (State.BOX_FULL, State.BOX_OUT, State.JAMMED, State.BOX_JAMMED, State.FAILURE)
POLLS_AT_REST = 300  # what moves may take 30 s
POLLS_BETWEEN_RESETS = 10
TRIES = 3
DISABLE = Request(Command.ENABLE, enable_data(()))

POSITIONS = {
    State.POWER_UP_IN_VALIDATOR: "path",
    State.POWER_UP_IN_STACKER: "stacker",
    State.ACCEPTING: "path",
    State.STACKING: "stacker",
    State.RETURNING: "path",
    State.HOLDING: "escrow",
    State.ESCROW: "escrow",
    State.STACKED: "stacker",
    State.JAMMED: "jam",
    State.BOX_JAMMED: "jam",
    State.BOX_FULL: "unknown",
    State.BOX_OUT: "unknown",
    State.PAUSE: "unknown",
    State.FAILURE: "unknown",
}
"""Where a note was, by the first status. Every other status: nowhere."""


@dataclass(slots=True)
class Past:
    """What the unit says of the time before this start. `bill_type` None: it did not say which note."""

    position: str
    bill_type: int | None = None
    credited: bool = False

    @classmethod
    def of(cls, first: Status) -> Past:
        past = cls("none" if first.code not in POSITIONS else POSITIONS[State(first.code)])
        past.see(first)
        return past

    def see(self, status: Status) -> None:
        """A later status of the same start-up."""
        if status.code == State.STACKED:
            self.position, self.bill_type, self.credited = "stacker", status.detail, True
        elif status.code in (State.ESCROW, State.RETURNED) and not self.credited:
            self.bill_type = status.detail
            if status.code == State.RETURNED and self.position == "stacker":
                self.position = "none"
        elif status.code in (State.JAMMED, State.BOX_JAMMED):
            self.position = "jam"


@dataclass(frozen=True, slots=True)
class Found:
    """A unit that can work."""

    identity: Identity
    bills: Mapping[int, Bill]
    stacked: int | None


Steps = Generator[Request, Reply, Status]


def start_up(first: Status, past: Past) -> Generator[Request, Reply, Found | None]:
    """Yields requests, is sent their replies; answers None when the unit cannot be identified.

    A unit in the middle of something is reset, which gives a note in escrow back; what is already going into the box or
    out of the mouth is waited for. A unit that stopped (jam, box out) is asked until somebody has helped it.
    """
    status = first
    for _ in range(POLLS_AT_REST):
        if status.code not in (State.STACKING, State.RETURNING, State.BUSY):
            break
        status = yield from _next_status(past)
    since_reset = POLLS_BETWEEN_RESETS
    while status.code != State.DISABLED:
        if status.code == State.IDLING:
            yield DISABLE
        elif status.code != State.INITIALIZE and status.code not in STOPPED and since_reset >= POLLS_BETWEEN_RESETS:
            yield RESET
            since_reset = 0
        status = yield from _next_status(past)
        since_reset += 1
    return (yield from _identify())


def _next_status(past: Past) -> Steps:
    while True:
        reply = yield POLL
        status = parse_status(reply.payload) if reply.kind is Kind.DATA else None
        if status:
            past.see(status)
            return status


def _identify() -> Generator[Request, Reply, Found | None]:
    identity = parse_identity((yield from _table(IDENTIFICATION)))
    bills = parse_bill_table((yield from _table(BILL_TABLE)))
    if identity is None or bills is None:
        return None
    reply = yield STACKED_COUNTER
    stacked = parse_counter(reply.payload) if reply.kind is Kind.DATA else None
    return Found(identity, bills, stacked)


def _table(request: Request) -> Generator[Request, Reply, bytes]:
    """Its data, or nothing when it was asked for in vain."""
    for _ in range(TRIES):
        reply = yield request
        if reply.kind is Kind.DATA:
            return reply.payload
    return b""
