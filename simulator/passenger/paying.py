"""How a passenger pays: which way, which note next, the code on the phone. By card: `by_card`."""

from __future__ import annotations

from kiosk.screen.values import PayCash, PayChoice, PayCode
from simulator.passenger.actions import HAND_MS, READ_MS, Action, Insert, Scan, Touch, Wait
from simulator.passenger.by_card import gives_up_card
from simulator.passenger.person import Dice, Kind, Memory, Plan
from simulator.passenger.reading import cancel, fen, usable


def pays_with_notes(plan: Plan, screen: PayCash, memory: Memory, dice: Dice) -> Action:
    if memory.pushed and screen.inserted.text == memory.counted_before and screen.refusal is None:
        return Wait()
    if screen.slot != "insert" or not fen(screen.remaining.text):
        return Wait()
    if memory.cancelled:  # the touch did not arrive: once more
        return cancel(screen)
    if plan.kind is Kind.CANCEL and len(memory.inserted_fen) >= plan.notes_before:
        return cancel(screen)
    note = next_note(plan.kind, screen, memory.refused_fen)
    return Insert(note, HAND_MS) if note is not None else cancel(screen)


def next_note(kind: Kind, screen: PayCash, refused_fen: set[int]) -> int | None:
    """The note to insert next: the largest that does not overpay, or for people without small notes the largest at all;
    when nothing fits exactly, the smallest that pays the rest."""
    missing = fen(screen.remaining.text) or 0
    taken = [fen(each.value) or 0 for each in screen.denominations if each.accepted]
    values = sorted(value for value in taken if value and value not in refused_fen)
    if not values or not missing:
        return None
    if kind in (Kind.LARGE, Kind.FORGET_CHANGE):
        return values[-1]
    fitting = [value for value in values if value <= missing]
    return fitting[-1] if fitting else values[0]


def chooses_way(plan: Plan, screen: PayChoice, memory: Memory, dice: Dice) -> Action:
    """The way that was planned, or what else can be used now."""
    ways = usable([way.key for way in screen.ways])
    if memory.cancelled or not ways:
        return cancel(screen)
    if plan.pays == "card" and gives_up_card(plan, memory):
        ways = [key for key in ways if key.target != "pay_card"]
    wanted = [key for key in ways if key.target == f"pay_{plan.pays}"] or ways
    return Touch(wanted[0].target, READ_MS) if wanted else cancel(screen)


def pays_by_phone(plan: Plan, screen: PayCode, memory: Memory, dice: Dice) -> Action:
    """Who cancels may have paid a moment before."""
    paid = screen.code in memory.scanned
    if plan.kind is Kind.CANCEL and (paid or plan.notes_before == 1):
        return cancel(screen)
    return Scan(screen.code, HAND_MS) if screen.code and not paid else Wait()
