"""A bundle that a power cut broke off is handed out: EMPTY DISPENSER, and what became of it. Decision page 024."""

from __future__ import annotations

from collections.abc import Callable

from drivers.ccnet.b2b.bundle import End, Ended, carry_out, settle
from drivers.ccnet.b2b.codec import Retract
from drivers.ccnet.b2b.outlet import Mouth, Outlet
from drivers.ccnet.b2b.requests import EMPTY_DISPENSER, Script
from drivers.ccnet.b2b.start_up import choose_retract, set_up
from drivers.ccnet.b2b.unit import Unit


def empty(unit: Unit, outlet: Outlet, retract: Retract, over: Callable[[Ended], None]) -> Script[Ended]:
    """With nobody there it should lie at the mouth as short as the unit can: `retract`. Afterwards the unit is as config wants."""
    outlet.unnamed = False  # whoever told it to stands before it
    if unit.retract is not retract:
        yield from choose_retract(unit, retract)
    ended = yield from carry_out(unit, EMPTY_DISPENSER, outlet.shown)
    if ended.end is End.RETRACTED:
        outlet.state = Mouth.PULLED_BACK
    elif ended.end is End.DONE and ended.shown:
        outlet.state = Mouth.TAKEN
    elif ended.end is not End.CUT:  # nothing came out; after a cut it is asked again what it holds
        outlet.fail(ended.reason)
    over(ended)
    yield from settle(ended)
    if ended.end in (End.DONE, End.REFUSED, End.INVALID, End.AT_REST):
        yield from set_up(unit)
    return ended
