"""Somebody who came for tickets that were bought elsewhere: proves the order, asks for the tickets, takes them, goes."""

from __future__ import annotations

from kiosk.screen.values import Home, OutOfService, Pickup, PickupCode, PickupOrders, Take, keys_of
from simulator.passenger.actions import GLANCE_MS, HAND_MS, READ_MS, Action, Hold, Leave, TakeFrom, Touch, Wait
from simulator.passenger.person import Kind, Memory, Plan, Seen
from simulator.passenger.reading import way_on

MOST_TRIES = 4


def picks_up(plan: Plan, seen: Seen, memory: Memory) -> Action:
    """Holds the paper to the window, lays the card there, or types the code; goes when it does not work."""
    screen = seen.screen
    walks = plan.kind is Kind.WALK_AWAY and screen.kind == plan.leave_at
    if walks:
        return Leave("walked_away", READ_MS)
    if seen.tickets and isinstance(screen, Take):
        return TakeFrom("tickets", HAND_MS)
    if isinstance(screen, OutOfService):
        return Leave(f"out of service: {screen.reason}")
    if memory.in_sale and screen.kind in ("attract", "home"):
        return Leave("picked up" if memory.tickets_seen else "not picked up")
    if screen.chrome.dialog is not None:
        return Touch(screen.chrome.dialog.keys[-1].target, GLANCE_MS)
    targets = {key.target for key in keys_of(screen)}
    if isinstance(screen, Home):
        return Touch("collect", READ_MS) if "collect" in targets else Leave("nothing_sold")
    if isinstance(screen, Pickup):
        return _prove(plan, screen, memory)
    if isinstance(screen, PickupCode):
        return _type(plan, screen)
    if isinstance(screen, PickupOrders):
        wanted = sorted(target for target in targets if target.startswith("order:"))
        return Touch(wanted[0], READ_MS) if wanted else Leave("not picked up")
    on = way_on(screen)
    if screen.kind in ("attract", "printing", "receipt") and on is not None and on.enabled:
        return Touch(on.target, READ_MS)
    return Touch("start", GLANCE_MS) if "start" in targets else Wait()


def _prove(plan: Plan, screen: Pickup, memory: Memory) -> Action:
    if screen.asking.main:
        return Wait()
    if memory.held >= MOST_TRIES:
        return Leave("not picked up")
    if plan.manner == "typed":
        return Touch("type_code", READ_MS)
    return Hold("card" if plan.manner == "card" or plan.kind is Kind.LARGE else "paper", HAND_MS)


def _type(plan: Plan, screen: PickupCode) -> Action:
    """The next digit; what is typed shows on the screen, in groups."""
    typed = screen.typed.replace(" ", "")
    if screen.message is not None and screen.message.level != "info":
        return Leave("not picked up", READ_MS)
    if not plan.code.startswith(typed):
        return Touch(screen.erase.target, GLANCE_MS)
    key = next((key for key in screen.digits if key.enabled and key.words.main == plan.code[len(typed) :][:1]), None)
    return Touch(key.target, GLANCE_MS) if key is not None else Wait()
