"""Settlement of a batch: totals are compared; when they differ the terminal sends its details, and the end closes the batch.

Source: ISO 8583 sheet, section 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from simulator.acquirer.call import Call
from simulator.acquirer.declined import Declined, demand
from simulator.acquirer.ledger import Booking, Key, Kind, State

SETTLE = "201"
DETAILS = ("201", "203", "204", "205")
END = "207"
BALANCED, DIFFERENT = "1", "2"
HALF = 31
"""Digits for one kind of cards: debit sum 12, count 3, credit sum 12, count 3, result 1. Foreign cards are the second half."""


def totals(bookings: Iterable[Booking]) -> str:
    """The first 30 digits of field 48: what was paid, voided payments too, and what was given back."""
    debits, credits = [], []
    for booking in bookings:
        if booking.kind in (Kind.PURCHASE, Kind.COMPLETION) and booking.state in (State.BOOKED, State.VOIDED):
            debits.append(booking.amount_fen)
        elif booking.kind in (Kind.VOID, Kind.REFUND) and booking.state is State.BOOKED:
            credits.append(booking.amount_fen)
    return f"{sum(debits):012}{len(debits):03}{sum(credits):012}{len(credits):03}"


def settle(call: Call) -> dict[int, str]:
    """The same answer for a batch that was settled before. Raises Declined."""
    demand(call.purpose == "00" and call.network == SETTLE, "30", "field 60: not a settlement")
    told = call.message.get(48)
    demand(len(told) == 2 * HALF, "30", "field 48: no totals")
    before = call.ledger.settled(call.terminal.id, call.batch)
    if before is not None:
        return dict(before[1])
    demand(call.batch == call.terminal.batch, "12", "not the open batch")
    ours = (totals(call.ledger.bookings(call.terminal.id, call.batch)), totals(()))
    theirs = (told[: HALF - 1], told[HALF:-1])
    results = [BALANCED if mine == other else DIFFERENT for mine, other in zip(ours, theirs, strict=True)]
    balanced = results == [BALANCED, BALANCED]
    fields = call.answer("00", (49, 60), {48: theirs[0] + results[0] + theirs[1] + results[1]})
    call.ledger.settle(call.terminal.id, call.batch, balanced, fields)
    if balanced:
        _close(call)
    return fields


def upload(call: Call) -> dict[int, str]:
    """Details are kept as they come; the end closes the batch. Raises Declined."""
    demand(call.purpose == "00" and call.network in (*DETAILS, END), "30", "field 60: no details of a batch")
    state = call.ledger.settled(call.terminal.id, call.batch)
    if state is None:
        raise Declined("12", "the batch was not settled")
    closed, answer = state
    if call.network == END and not closed:
        call.ledger.settle(call.terminal.id, call.batch, True, answer)
        _close(call)
    elif call.network != END:
        demand(not closed, "12", "the batch is closed")
        key = Key(call.terminal.id, call.batch, call.trace)
        call.ledger.note(key, call.network, call.message.get(48) or call.message.get(55))
    return call.answer("00", (60,))


def _close(call: Call) -> None:
    """The next batch begins with a sign-in, which tells its number."""
    following = call.terminal.batch % 999_999 + 1
    call.ledger.put_terminal(replace(call.terminal, batch=following, signed_in=False))
