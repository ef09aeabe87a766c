"""Facts of no sale, or of one that is over: never silence (decision 8). A note in escrow goes back, one that is ours is owed."""

from __future__ import annotations

import hmac
from base64 import b32encode

from kiosk.coin_stock import place_of
from kiosk.ports.coin_hopper import CoinsUncertain
from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import (
    NoteDeposited,
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteRecycled,
    NoteReturnUncertain,
    NoteUncertain,
)
from kiosk.sale.intents import ClaimAdd, Intent, KeepDeposit, ReturnNote, UnknownAdd
from kiosk.stock import Stock


def owed_for(fact: Fact, stock: Stock, secret: bytes) -> tuple[Intent, ...]:
    """The intents of a step whose fact belongs to no sale (number 0); empty when nothing follows from it."""
    match fact:
        case NoteHeld():
            return (ReturnNote(0, fact.note, fact.value_fen),)
        case NoteDeposited():
            keep = KeepDeposit(0, (fact.note,), fact.value_fen)
            if stock.doubts_note(fact.note):
                return (keep,)
            return ClaimAdd(0, _code(fact.note, secret), fact.value_fen, True, "late_note"), keep
        case NoteOurs() | NoteRecycled() if not stock.has_note(fact.note) and not stock.doubts_note(fact.note):
            return (ClaimAdd(0, _code(fact.note, secret), fact.value_fen, True, "late_note"),)
        case NoteJammed() | NoteUncertain() | NoteReturnUncertain() if not stock.doubts_note(fact.note):
            most_fen = fact.value_fen or stock.seen_fen(fact.note)
            code = _code(fact.note, secret)
            claim = ClaimAdd(0, code, most_fen, False, "note_unknown")
            return (claim, UnknownAdd(0, "acceptor", most_fen, code)) if most_fen else ()
        case CoinsUncertain(hopper=hopper) if fact.most > fact.coins:
            most_fen = (fact.most - fact.coins) * stock.coins.values.get(hopper, 0)
            return (UnknownAdd(0, place_of(hopper), most_fen, fact.reason),)
    return ()


def _code(note: int, secret: bytes) -> str:
    """As the codes of a sale: unguessable, and the same again for the same note."""
    return b32encode(hmac.digest(secret, f"late:{note}".encode(), "sha256")[:5]).decode()
