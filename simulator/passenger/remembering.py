"""What a passenger keeps in mind: what screens showed, and what was done. `decide` only reads it."""

from __future__ import annotations

from kiosk.screen.values import ClaimScreen, Home, PayCard, PayCash, PayChoice, PayCode, Review, Screen, Seat, Trains
from simulator.passenger.actions import Action, Hold, Insert, Scan, TakeFrom, Touch, TouchAndInsert, UseCard, Wait
from simulator.passenger.person import Memory
from simulator.passenger.reading import fen, way_on

SALE_KINDS = ("review", "pay.choice", "pay.code", "pay.card", "pay.cash", "printing", "take", "receipt")


def _cash_up_to(screen: Screen) -> int | None:
    """The limit for cash that a screen tells: in the line on the home page, or as the reason why seats cannot be held."""
    if isinstance(screen, Home):
        return fen(screen.payments_line.main)
    on = way_on(screen) if isinstance(screen, Seat) else None
    return fen(on.why.main) if on is not None and not on.enabled else None


def noted(memory: Memory, screen: Screen) -> None:
    """Remember what a screen shows, each time it is looked at."""
    memory.in_sale = memory.in_sale or screen.kind in SALE_KINDS
    if isinstance(screen, PayCash) and memory.pushed:
        if screen.inserted.text != memory.counted_before:
            memory.pushed = False
        elif screen.refusal is not None and screen.slot == "insert":
            memory.refused_fen.update(memory.inserted_fen[-1:])
            memory.pushed = False
    elif memory.pushed:
        memory.pushed = False
    if (told := _cash_up_to(screen)) is not None:
        memory.cash_up_to_fen = told
    if isinstance(screen, ClaimScreen) and screen.code and screen.code not in memory.claim_codes:
        memory.claim_codes.append(screen.code)


def remembered(memory: Memory, action: Action, screen: Screen) -> None:
    """Remember what was done."""
    again = isinstance(action, Wait) and screen.kind == memory.looked_at
    memory.looks, memory.looked_at = memory.looks + 1 if again else int(isinstance(action, Wait)), screen.kind
    if not isinstance(action, Wait):
        memory.read.add(screen.kind)
    match action:
        case Touch(target=target) | TouchAndInsert(target=target):
            memory.pressed.add((screen.kind, target))
            if target == screen.chrome.language_key.target:
                memory.switched.add(screen.kind)
            if isinstance(screen, Home):
                memory.searches += 1
                memory.pages = 0
            if isinstance(screen, Trains) and any(
                key.target == target and key.icon == "down" for key in screen.chrome.footer
            ):
                memory.pages += 1
            danger = [key.target for key in screen.chrome.footer if key.role == "danger"]
            memory.cancelled = memory.cancelled or (
                isinstance(screen, PayCash | PayChoice | PayCode | PayCard | Review) and target in danger
            )
            if isinstance(action, TouchAndInsert):
                memory.inserted_fen.append(action.value_fen)
        case Scan(code=code):
            memory.scanned.add(code)
        case Hold():
            memory.held += 1
        case UseCard(what=what):
            memory.carded.append(what)
        case Insert(value_fen=value):
            memory.inserted_fen.append(value)
            memory.pushed = True
            memory.counted_before = screen.inserted.text if isinstance(screen, PayCash) else ""
        case TakeFrom(outlet="tickets"):
            memory.tickets_seen = True
        case TakeFrom(outlet="mouth") if memory.pushed:  # it came back: not with that one again
            memory.refused_fen.update(memory.inserted_fen[-1:])
            memory.pushed = False
