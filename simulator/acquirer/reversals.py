"""Reversal: the terminal does not know whether it was booked, and wants it not to be. Answered the same however often it comes.

One that comes before its payment bars the payment: a message that was held up on the line must not be booked afterwards.
Source: ISO 8583 sheet, sections 3 and 5.
"""

from __future__ import annotations

from simulator.acquirer.call import Call
from simulator.acquirer.declined import demand
from simulator.acquirer.ledger import Booking, Kind, Ledger, State

REASONS = ("98", "A0", "06", "96", "17")
ECHO = (3, 4, 25, 49, 60)
RESTORED = (State.VOIDED, State.COMPLETED)


def reverse(call: Call) -> dict[int, str]:
    """00: it is not booked any more. 25: it never was and never will be. Raises Declined with a code that means neither:
    64 another amount, 30 another payment or no sense, 40 its batch was settled (a refund is the only way then)."""
    message = call.message
    demand(message.get(39) in REASONS, "30", "field 39: no reason of a reversal")
    demand(call.original.trace == call.trace, "30", "field 61: not the trace of field 11")
    booking = call.ledger.booking(call.original)
    if booking is None:
        _bar(call)
        return call.answer("25", ECHO)
    kind = (message.get(3), message.get(25), call.purpose)
    demand(kind == booking.kind.value, "30", "another payment has this trace")
    demand(call.amount_fen == booking.amount_fen, "64", "not the original's amount")
    if booking.state in (State.DECLINED, State.BARRED):
        return call.answer("25", ECHO)
    if booking.state is not State.REVERSED:
        settled = call.ledger.settled(call.terminal.id, booking.key.batch)
        demand(settled is None or not settled[0], "40", "its batch was settled")
        _take_back(call.ledger, booking)
    return call.answer("00", ECHO)


def _bar(call: Call) -> None:
    """A batch that is not open yet may be named by mistake: its traces stay free."""
    kinds = {kind.value: kind for kind in Kind}
    kind = kinds.get((call.message.get(3), call.message.get(25), call.purpose))
    demand(kind is not None, "30", "no such payment")
    if kind is not None and call.original.batch <= call.terminal.batch:
        call.ledger.add(Booking(call.original, kind, "", call.amount_fen, State.BARRED))


def _take_back(ledger: Ledger, booking: Booking) -> None:
    """What stands on it falls with it; what it stood on stands again."""
    for follower in ledger.followers(booking.key):
        if follower.moved_fen:
            ledger.turn(follower, State.REVERSED)
    ledger.turn(booking, State.REVERSED)
    origin = ledger.booking(booking.origin) if booking.origin else None
    if origin is not None and booking.kind is not Kind.REFUND and origin.state in RESTORED:
        ledger.turn(origin, State.BOOKED)
