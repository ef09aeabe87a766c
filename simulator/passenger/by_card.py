"""Somebody with a card: in at the slot, the PIN on the pad, out again; or not quite so.

Only the screen says what is asked for; the card itself is taken back wherever it is seen (`decide`).
"""

from __future__ import annotations

from kiosk.screen.values import PayCard
from simulator.passenger.actions import GLANCE_MS, HAND_MS, READ_MS, Action, Leave, UseCard, Wait
from simulator.passenger.person import Dice, Kind, Memory, Plan
from simulator.passenger.reading import cancel

MOST_CARDS = {"wrong_pins": 3, "wrong_pin": 2, "cancel_pin": 1, "refused": 1}
"""After so many tries people pay in another way."""
TRIES = 2
TYPED = ("pin", "wrong_pin", "cancel")


def gives_up_card(plan: Plan, memory: Memory) -> bool:
    return memory.carded.count("insert") >= MOST_CARDS.get(plan.manner, TRIES)


def pays_by_card(plan: Plan, screen: PayCard, memory: Memory, dice: Dice) -> Action:
    if screen.picture == "card":
        if plan.kind is Kind.CANCEL and plan.notes_before == 1:
            return cancel(screen)
        pulls = plan.manner == "pulled" and "pull" not in memory.carded
        return UseCard("pull" if pulls else "insert", HAND_MS)
    if screen.picture == "pin":
        return _pin(plan, screen, memory)
    if screen.picture == "remove" and plan.manner == "forgotten":
        return Leave("forgot the card", GLANCE_MS)
    return UseCard("take", HAND_MS) if screen.picture == "remove" and plan.manner != "absent" else Wait()


def _pin(plan: Plan, screen: PayCard, memory: Memory) -> Action:
    """Once for each card that went in: what is typed shows on the screen, and is not typed again for that."""
    if plan.manner == "left":
        return Leave("walked_away", READ_MS)
    if plan.kind is Kind.CANCEL:
        return cancel(screen)
    if sum(memory.carded.count(what) for what in TYPED) >= memory.carded.count("insert"):
        return Wait()
    if plan.manner == "cancel_pin":
        return UseCard("cancel", READ_MS)
    wrong = plan.manner == "wrong_pins" or (plan.manner == "wrong_pin" and "wrong_pin" not in memory.carded)
    return UseCard("wrong_pin" if wrong else "pin", HAND_MS)
