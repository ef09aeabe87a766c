"""What ends an order that nobody has paid for yet, other than its passenger: a fault, a door, the mains, the screen."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.faults import Ability, Fault
from kiosk.modes import Mode
from kiosk.ports.cabinet import DoorMoved, MainsChanged
from kiosk.ports.fact import Fact
from kiosk.ports.screen import ScreenLost
from kiosk.sale.book import S
from kiosk.sale.facts import Cancelled

NEEDED_TO_SELL = (Ability.SELL, Ability.TICKETS)
"""Without these an order cannot end well: no more money is taken for it, what is in goes back while that can be paid."""
FOR_CASH = {Ability.NOTES_IN: "acceptor", Ability.CHANGE: "mode"}
"""Without these no notes are taken; why an order ends that can be paid in no other way."""
UNPAID = (S.LOCKING, S.REVIEWING, S.CHOOSING, S.COLLECTING, S.AUTHORISING)
ASKED = (*UNPAID, S.RESUMING)


def without_notes(state: S, faults: Iterable[Fault]) -> Cancelled | None:
    """A fault that was up before the sale came here to take notes, as after a restart: nothing tells of it again."""
    if state is not S.COLLECTING:
        return None
    return next((Cancelled(FOR_CASH[fault.ability]) for fault in faults if fault.ability in FOR_CASH), None)


def cancelled_by(fact: Fact, state: S, mode: Mode, mains: bool) -> Cancelled | None:
    """`mode` as it was before the fact, `mains` as they are now."""
    match fact:
        case Fault(up=True) if fact.ability in FOR_CASH:
            ends = state is S.COLLECTING or (state in UNPAID and not any(way != "cash" for way in mode.ways))
            return Cancelled(FOR_CASH[fact.ability]) if ends else None
        case Fault(up=True) if fact.ability in NEEDED_TO_SELL and state in UNPAID:
            return Cancelled("mode")
        case MainsChanged(present=False) if not mains and state in ASKED:
            return Cancelled("mode")
        case ScreenLost() if state in ASKED:
            return Cancelled("screen")
        case DoorMoved(open=True) if state in ASKED:
            return Cancelled("service")
    return None
