"""What the driver sends to a Bill-to-Bill unit, and how scripts of several commands are written.

Source: ccnet sheet, sections 4 (answer times), 9.2, 10. A script yields requests and is sent their replies; it has no clock
of its own, `Unit.now_ms` says the time.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeVar

from drivers.ccnet.b2b.codec import (
    Order,
    Recovery,
    Word,
    dispense_data,
    is_recovery,
    parse_cassettes,
    parse_contents,
    parse_recovery,
)
from drivers.ccnet.codec import Command, Status, enable_data, parse_status
from drivers.ccnet.line import POLL, Kind, Reply, Request

SLOW_MS = 2_500  # section 4: up to 2 s for POWER RECOVERY and EXTENDED CASSETTE STATUS
TRIES = 3  # of a question that moves nothing
SMALLEST_STATUS = 0x10

RECOVERY = Request(Order.POWER_RECOVERY, answer_bytes=3, fits=is_recovery, answer_ms=SLOW_MS)
CASSETTES = Request(Order.RECYCLING_STATUS, answer_bytes=2, fits=lambda data: parse_cassettes(data) is not None)
EMPTY_DISPENSER = Request(Order.EMPTY_DISPENSER)
GET_OPTIONS = Request(Order.GET_OPTIONS, answer_bytes=4)
DISABLE = Request(Command.ENABLE, enable_data(()))

T = TypeVar("T")
Script = Generator[Request, Reply, T]
"""Yields commands, is sent what became of each, answers a T. A POLL is sent when one is due."""


def contents_of(cassette: int) -> Request:
    return Request(
        Order.CASSETTE_CONTENTS,
        bytes([cassette]),
        answer_bytes=1,
        fits=lambda data: parse_contents(data) is not None,
        answer_ms=SLOW_MS,
    )


def dispense(pairs: Sequence[Word]) -> Request:
    """(bill type, notes) each."""
    return Request(Order.DISPENSE, dispense_data(pairs))


def unload(cassette: int, notes: int) -> Request:
    return Request(Order.UNLOAD, bytes([cassette, notes]))


def set_type(cassette: int, bill_type: int) -> Request:
    return Request(Order.SET_CASSETTE_TYPE, bytes([cassette, bill_type]))


def set_options(data: bytes) -> Request:
    return Request(Order.SET_OPTIONS, data)


def status_of(reply: Reply) -> Status | None:
    """The status in an answer to POLL; None for another reply, and for the late answer to a question that looks like one."""
    if reply.request is not POLL or reply.kind is not Kind.DATA:
        return None
    status = parse_status(reply.payload)
    return status if status and status.code >= SMALLEST_STATUS else None


def next_status() -> Script[Status | None]:
    """What the next POLL says; None when nothing came."""
    return status_of((yield POLL))


def ask(request: Request) -> Script[bytes | None]:
    """The data that answer a question; None when they never came, or the unit may not say it now."""
    for _ in range(TRIES):
        reply = yield request
        if reply.kind is Kind.DATA:
            return reply.payload
        if reply.kind is Kind.REFUSED:
            return None
    return None


def read_contents(cassette: int, *, top_first: bool) -> Script[tuple[int, ...] | None]:
    """Bill types in the order in which they went in. `top_first`: the unit names the note first that comes out first."""
    payload = yield from ask(contents_of(cassette))
    contents = None if payload is None else parse_contents(payload)
    return contents[::-1] if contents is not None and top_first else contents


def read_recovery(*, type_first: bool) -> Script[Recovery | None]:
    payload = yield from ask(RECOVERY)
    return None if payload is None else parse_recovery(payload, type_first=type_first)
