"""What happens by itself at a device that is served with `--auto`: somebody at a slot, a keypad, a reader, a wall socket.

A turn is called with the time, does what is due, and answers when it wants to be called again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.devices.matter import Matter

if TYPE_CHECKING:
    from simulator.devices.crt310 import Crt310
    from simulator.devices.epp import Zt598
    from simulator.devices.megatec import MegatecUps
    from simulator.devices.samv import SamvReader
    from simulator.devices.scanner import CodeScanner
    from simulator.devices.validator import Validator
    from simulator.devices.zvt import ZvtTerminal

HAND_YUAN = (5, 10, 20, 50, 100)
AUTO_MS = 4_000  # between two notes
AUTO_PIN = "123456"
LOOK_MS = 250  # how often the passenger looks at the slot
OUTAGE_MS, MAINS_MS = 20_000, 40_000
HELD_MS, EMPTY_MS = 4_000, 3_000  # a card on the reader, a code before the window
AUTO_CODES = (b"101234567890123456", b"2512345678901234", b"6212345678901234567", b"ABC-123")
"""Shaped as payment codes of three wallets, and one that is none."""

Turn = Callable[[int], int | None]


def auto_outages(twin: MegatecUps) -> Turn:
    """The mains fail for a while, again and again."""
    began_ms: int | None = None

    def turn(now_ms: int) -> int:
        nonlocal began_ms
        began_ms = now_ms if began_ms is None else began_ms
        into_ms = (now_ms - began_ms) % (MAINS_MS + OUTAGE_MS)
        if (into_ms < MAINS_MS) != twin.body.plugged:
            twin.mains(into_ms < MAINS_MS, now_ms)
        return now_ms + LOOK_MS

    return turn


def auto_fingers(twin: Zt598) -> Turn:
    """Somebody who types a PIN and enter, a key every look, whenever one is asked for."""
    typed = 0

    def turn(now_ms: int) -> int:
        nonlocal typed
        keys = (*AUTO_PIN, "enter")
        typed = typed % len(keys) if twin.asks_for_pin else 0
        if twin.asks_for_pin:
            twin.press(keys[typed], now_ms)
            typed += 1
        return now_ms + LOOK_MS

    return turn


def auto_card(matter: Matter, twin: Crt310) -> Turn:
    """A passenger who inserts a card every few seconds while the gate would open, and takes it when it comes out."""
    next_ms: int | None = None

    def turn(now_ms: int) -> int:
        nonlocal next_ms
        if twin.sticks_out is not None and twin.take(now_ms) is None:
            next_ms = now_ms + AUTO_MS
        cards = matter.place("hand").cards()
        if cards and twin.gate_open and now_ms >= (next_ms or 0):
            twin.insert(cards[0], now_ms)
        return now_ms + LOOK_MS

    return turn


def auto_terminal(matter: Matter, twin: ZvtTerminal) -> Turn:
    """A passenger who pays whenever a card is asked for: inserts it, types its PIN a key every look, and takes it again."""
    typed = 0

    def turn(now_ms: int) -> int:
        nonlocal typed
        cards = matter.place("hand").cards()
        keys = (*AUTO_PIN, "enter")
        typed = typed % len(keys) if twin.asks_for_pin else 0
        if twin.asks_for_pin:
            twin.press(keys[typed], now_ms)
            typed += 1
        elif twin.sticks_out is not None:
            twin.take(now_ms)
        elif twin.wants_card and cards:
            twin.insert(cards[0], now_ms)
        return now_ms + LOOK_MS

    return turn


def auto_documents(twin: SamvReader) -> Turn:
    """One after the other lays an identity card on the reader, and takes it away again."""
    from simulator.devices.samv import CARDS

    cards = list(CARDS.values())
    began_ms: int | None = None

    def turn(now_ms: int) -> int:
        nonlocal began_ms
        began_ms = now_ms if began_ms is None else began_ms
        round_number, into_ms = divmod(now_ms - began_ms, HELD_MS + EMPTY_MS)
        if into_ms >= HELD_MS:
            twin.lift()
        elif not twin.cards():
            twin.lay(cards[round_number % len(cards)])
        return now_ms + LOOK_MS

    return turn


def auto_codes(twin: CodeScanner) -> Turn:
    """One after the other holds a code before the window for a while."""
    from simulator.devices.scanner import Code

    began_ms: int | None = None
    told = -1

    def turn(now_ms: int) -> int:
        nonlocal began_ms, told
        began_ms = now_ms if began_ms is None else began_ms
        round_number = (now_ms - began_ms) // (HELD_MS + EMPTY_MS)
        if round_number > told and twin.held is None:
            told = round_number
            twin.show(Code(AUTO_CODES[round_number % len(AUTO_CODES)]), now_ms, HELD_MS)
        return now_ms + LOOK_MS

    return turn


def auto_passenger(matter: Matter, twin: Validator) -> Turn:
    """A passenger who pushes a note in every few seconds while the slot is open, and takes what comes out."""
    next_ms, inserted = 0, 0

    def turn(now_ms: int) -> int:
        nonlocal next_ms, inserted
        twin.take_returned(now_ms)
        if twin.slot_open and now_ms >= next_ms:
            value_fen = HAND_YUAN[inserted % len(HAND_YUAN)] * 100
            in_hand = [note for note in matter.place("hand").notes() if note.value_fen == value_fen]
            twin.insert(in_hand[0] if in_hand else matter.new_note(value_fen, "hand"), now_ms)
            next_ms, inserted = now_ms + AUTO_MS, inserted + 1
        return now_ms + LOOK_MS

    return turn
