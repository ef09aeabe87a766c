"""A start of an EBDS unit as a host goes through it: which message comes next, and what was told of the time before.

Source: ebds sheet, sections 5, 7, 8, 9 and 11; reliability notes 3 (P). A note in escrow goes back; what moves, and who helps, is
waited for; nothing is asked before that.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from simulator.devices.ebds.codes import (
    AUXILIARY,
    EXTENDED,
    EXTENDED_NOTES,
    OMNIBUS,
    Aux,
    Health,
    Mode,
    More,
    Motion,
    Policy,
    Status,
    Sub,
)
from simulator.fronts.port.ebds.line import Outcome, Reply, Request
from simulator.fronts.port.ebds.told import DATA, Told, text, worth

FRESH = 2  # the first answer may be one to an earlier life
BETWEEN_RETURNS = 10  # polls
TRIES = 2
MOST_NOTES = 127
ROW = 10  # of the value table
ANY_WAY_ROUND = 0x08


def omnibus(enabled: int, order: int, *, extended: bool, policy: Policy = Policy.B) -> bytes:
    options = policy.value << 2 | (EXTENDED_NOTES if extended else 0)
    return bytes([enabled, Mode.ESCROW | ANY_WAY_ROUND | order, options])


def poll_off(policy: Policy) -> Request:
    """Nothing is enabled."""
    return Request(OMNIBUS, omnibus(0, 0, extended=True, policy=policy), poll=True)


def ask(what: Aux) -> Request:
    return Request(AUXILIARY, bytes([0, 0, what]))


def extended(sub: Sub, off: bytes, given: bytes = b"") -> Request:
    return Request(EXTENDED, bytes([sub]) + off + given)


@dataclass(slots=True)
class Past:
    """What the unit says of the time before. `named`: the status that says which note it was."""

    position: str = "none"
    credited: bool = False
    named: Told | None = None
    came_back: bool = False

    def see(self, told: Told) -> None:
        motion = told.motion
        if motion & Motion.STACKED:
            self.position, self.credited = "stacker", True
        elif told.condition & Status.JAMMED and not self.credited:
            self.position = "jam"
        if motion & (Motion.STACKED if self.credited else Motion.ESCROWED) and told.names:
            self.named = told
        if not self.credited:
            self._moved(told)

    def _moved(self, told: Told) -> None:
        motion = told.motion
        if motion & Motion.RETURNED:
            self.came_back, self.position = True, "escrow" if self.position == "escrow" else "path"
        elif motion & Motion.ESCROWED:
            self.came_back, self.position = False, "escrow"
        elif motion & Motion.STACKING:
            self.position = "stacker"
        elif self.position != "none":
            return
        elif motion & (Motion.RETURNING | Motion.ACCEPTING):
            self.position = "path"
        elif told.health & (Health.FAILURE | Health.TRANSPORT_OPEN):
            self.position = "unknown"

    def close(self) -> None:
        """The unit rests. What lay in escrow and left it without a word is nobody knows where."""
        if self.position == "escrow" and not self.came_back:
            self.position = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """`notes`: index or denomination -> fen, of our money."""

    serial: str
    version: str
    by_index: bool
    notes: Mapping[int, int] = field(default_factory=dict)


Ask = Generator[Request, Reply, bytes]
Course = Generator[Request, Reply, Found]


def start(first: Told, poll: Request) -> Course:
    told, fresh, since_return, found = first, 1, BETWEEN_RETURNS, None
    back = Request(OMNIBUS, bytes([0, poll.data[1] | Mode.RETURN, poll.data[2]]))
    while found is None or not told.at_rest:
        while fresh < FRESH or not told.at_rest or told.stopped:
            returns = fresh >= FRESH and told.motion & Motion.ESCROWED and since_return >= BETWEEN_RETURNS
            since_return = 0 if returns else since_return + 1
            reply = yield back if returns else poll
            if reply.told is not None:
                told, fresh = reply.told, fresh + 1
        found = yield from _identified(told, poll.data)
        told, fresh = (yield poll).told or told, FRESH
    return found


def _identified(told: Told, off: bytes) -> Course:
    yield from _asked(ask(Aux.DEVICE_TYPE))
    serial = text((yield from _asked(ask(Aux.SERIAL))))
    version = text((yield from _asked(ask(Aux.APPLICATION_PART))))
    if told.more & More.CAPABILITIES:
        yield from _asked(ask(Aux.CAPABILITIES))
    version = version or f"{told.data[4]:02X}/{told.data[5]:02X}"
    notes, by_index = yield from _table(off)
    if by_index:
        yield extended(Sub.ESCROW_TIME, off, bytes(2))
    else:
        notes = _values((yield from _asked(extended(Sub.VALUES, off)))[1 + DATA :])
    return Found(serial, version, by_index, notes)


def _table(off: bytes) -> Generator[Request, Reply, tuple[dict[int, int], bool]]:
    """Index 1 and on until an empty row; half a table is none. Whether it has such a table at all."""
    notes: dict[int, int] = {}
    for index in range(1, MOST_NOTES + 1):
        request = extended(Sub.NOTE, off, bytes([index]))
        reply = yield from _tried(request)
        while notes and reply.outcome is Outcome.SILENT:
            reply = yield request
        note = reply.told.note if reply.told is not None else None
        if reply.outcome is not Outcome.DONE or note is None or not note.value_fen:
            break
        notes[index] = note.value_fen
    return notes, bool(notes)


def _values(table: bytes) -> dict[int, int]:
    rows = [table[at : at + ROW] for at in range(0, len(table), ROW)]
    return {row[0]: worth(row[1:]) for row in rows if row[0]}


def _asked(request: Request) -> Ask:
    """Its data, nothing when it was asked in vain."""
    reply = yield from _tried(request)
    return reply.data if reply.outcome is Outcome.DONE else b""


def _tried(request: Request) -> Generator[Request, Reply, Reply]:
    reply = yield request
    for _ in range(TRIES - 1):
        if reply.outcome is Outcome.SILENT:
            reply = yield request
    return reply
