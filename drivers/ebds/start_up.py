"""From the first status of a device to a resting, identified one, and what it said of the time before.

Source: ebds sheet, sections 7, 8, 9 and 11; reliability notes 3 (P). May always be started again. Nothing is asked until
nothing moves: a question flips the toggle, and with it goes the news that had not been read.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from drivers.ebds.codec import (
    MOST_NOTES,
    REPLY_BYTES,
    Ability,
    Condition,
    Kind,
    Order,
    Policy,
    Query,
    Spec,
    State,
    Status,
    Sub,
    Trouble,
    omnibus,
    parse_capabilities,
    parse_text,
    parse_values,
)
from drivers.ebds.line import Outcome, Reply, Request, ask, extended
from drivers.ebds.texts import stopped

FRESH = 2  # the first answer may repeat one to an earlier life of ours; the next one is new
POLLS_BETWEEN_RETURNS = 10
TRIES = 2  # of a question that is not answered


def poll_off(policy: Policy) -> Request:
    """The poll of a start: everything disabled."""
    return Request(Kind.OMNIBUS, omnibus(0, extended=True, policy=policy), poll=True)


@dataclass(slots=True)
class Past:
    """What the device says of the time before this start. `named`: the status that says which note it was, if any did."""

    position: str = "none"
    credited: bool = False
    named: Status | None = None
    gave_back: bool = False

    def see(self, status: Status) -> None:
        """A status of the start-up."""
        state = status.state
        if state & State.STACKED:
            self.position, self.credited = "stacker", True
        elif status.condition & Condition.JAMMED and not self.credited:
            self.position = "jam"
        if state & (State.STACKED if self.credited else State.ESCROWED) and (status.spec or status.denomination):
            self.named = status
        if self.credited:
            return
        if state & State.RETURNED:
            self.gave_back = True
            self.position = "escrow" if self.position == "escrow" else "path"
        elif state & State.ESCROWED:
            self.position, self.gave_back = "escrow", False
        elif state & State.STACKING:
            self.position = "stacker"
        elif state & (State.RETURNING | State.ACCEPTING) and self.position == "none":
            self.position = "path"
        elif status.trouble & (Trouble.FAILURE | Trouble.TRANSPORT_OPEN) and self.position == "none":
            self.position = "unknown"

    def close(self) -> None:
        """The device rests. A note that was in escrow and left it without a word: nobody knows where to."""
        if self.position == "escrow" and not self.gave_back:
            self.position = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """A device that can work. `notes`: index or denomination -> what it says it is worth; empty when it does not say."""

    model: str
    serial: str
    version: str
    extended: bool
    notes: Mapping[int, Spec]
    can: tuple[str, ...]


def start_up(first: Status, poll: Request, gives_back: bool = True) -> Generator[Request, Reply, Found]:
    """Yields requests, is sent their replies. A note in escrow is given back; what moves is waited for, and so are people.

    `poll`: as `poll_off` makes it. Not `gives_back`: nothing is moved, and a note in escrow is waited for too.
    """
    status, fresh, since_return = first, 1, POLLS_BETWEEN_RETURNS
    return_it = Request(Kind.OMNIBUS, bytes([0, poll.data[1] | Order.RETURN, poll.data[2]]))
    found = None
    while found is None or not status.at_rest:
        while fresh < FRESH or not status.at_rest or stopped(status):
            back = (
                gives_back
                and fresh >= FRESH
                and status.state & State.ESCROWED
                and since_return >= POLLS_BETWEEN_RETURNS
            )
            since_return = 0 if back else since_return + 1
            reply = yield return_it if back else poll
            if reply.status is not None:
                status, fresh = reply.status, fresh + 1
        found = yield from _identify(status, poll.data)
        status, fresh = (yield poll).status or status, FRESH
    return found


def _identify(status: Status, off: bytes) -> Generator[Request, Reply, Found]:
    model = parse_text((yield from _answer(ask(Query.TYPE))))
    serial = parse_text((yield from _answer(ask(Query.SERIAL))))
    version = parse_text((yield from _answer(ask(Query.APPLICATION))))
    can: tuple[str, ...] = ()
    if status.ability & Ability.CAPABILITIES:
        can = parse_capabilities((yield from _answer(ask(Query.CAPABILITIES))))
    notes = yield from _note_table(off)
    by_spec = bool(notes)
    if by_spec:
        yield extended(Sub.ESCROW_TIMEOUT, off, bytes(2))  # a device that knows no time-out has none
    else:
        answer = yield from _answer(extended(Sub.VALUES, off))
        notes = dict(parse_values(answer[1 + REPLY_BYTES :]) or {})
    plain = f"{status.data[4]:02X}/{status.data[5]:02X}"  # model and revision, when it has no text
    return Found(model or plain, serial, version or plain, by_spec, notes, can)


def _note_table(off: bytes) -> Generator[Request, Reply, dict[int, Spec]]:
    """Index 1 and on until an empty row; nothing when the device does not know the question. Half a table is none."""
    notes: dict[int, Spec] = {}
    for index in range(1, MOST_NOTES):  # one byte of seven bits
        request = extended(Sub.NOTE, off, bytes([index]))
        reply = yield from _tried(request)
        while notes and reply.outcome is Outcome.SILENT:
            reply = yield request
        spec = reply.status.spec if reply.outcome is Outcome.DONE and reply.status is not None else None
        if reply.outcome is not Outcome.DONE or (spec is not None and not spec.value_fen):
            break
        if spec is not None and spec.index == index:
            notes[index] = spec
    return notes


def _answer(request: Request) -> Generator[Request, Reply, bytes]:
    """Its data, or nothing when it was asked for in vain."""
    reply = yield from _tried(request)
    return reply.payload if reply.outcome is Outcome.DONE else b""


def _tried(request: Request) -> Generator[Request, Reply, Reply]:
    for _ in range(TRIES - 1):
        reply = yield request
        if reply.outcome is not Outcome.SILENT:
            return reply
    reply = yield request
    return reply
