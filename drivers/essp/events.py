"""What a POLL may tell: events one behind the other, each with its own length. Source: essp sheet, section 8, protocol 6."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique


@unique
class Code(IntEnum):
    """Events of a note validator, and what a pay-out unit says of a note that it stored."""

    PAID_IN_AT_POWER_UP = 0xCA
    STACKING = 0xCC
    STORED = 0xDB
    TICKET_STACKED = 0xD1
    PATH_OPEN = 0xE0
    CLEARED_TO_FRONT = 0xE1
    CLEARED_TO_BOX = 0xE2
    BOX_REMOVED = 0xE3
    BOX_REPLACED = 0xE4
    TICKET = 0xE5
    FRAUD = 0xE6
    STACKER_FULL = 0xE7
    DISABLED = 0xE8
    JAM_IN_REACH = 0xE9
    JAM_SAFE = 0xEA
    STACKED = 0xEB
    REJECTED = 0xEC
    REJECTING = 0xED
    CREDIT = 0xEE
    READ = 0xEF
    SLAVE_RESET = 0xF1
    INITIALISING = 0xB6


AMOUNT, PAIR = -7, -11
"""A count, and behind it so many times 7 or 11 bytes."""
_BARE = (0xB5, 0xB6, 0xC2, 0xC3, 0xC6, 0xC7, 0xC8, 0xCC, 0xCE, 0xCF, 0xD1, 0xDB, 0xE0, 0xE3, 0xE4, 0xE5, 0xE7, 0xE8, 0xE9,
         0xEA, 0xEB, 0xEC, 0xED, 0xF1)  # fmt: skip
_CHANNEL = (0xE1, 0xE2, 0xE6, 0xEE, 0xEF)
_AMOUNTS = (0xB3, 0xB4, 0xC9, 0xCA, 0xCB, 0xCD, 0xD2, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA)
LENGTHS = {
    **dict.fromkeys(_BARE, 0),
    **dict.fromkeys(_CHANNEL, 1),
    **dict.fromkeys(_AMOUNTS, AMOUNT),
    **dict.fromkeys((0xDC, 0xDD), PAIR),
}
"""Event -> bytes behind it. What the sheet does not say for protocol 6 is not here (B0, B1, coin equipment)."""
PAYS_OUT = (0x03, 0x06)
"""Unit types that say an amount, not a channel, of a fraud attempt."""


@dataclass(frozen=True, slots=True)
class Event:
    """`channel`: 1..16, 0 when the event names none. `known` False: this event and all behind it cannot be told apart."""

    code: int
    channel: int = 0
    known: bool = True


def parse_events(data: bytes, unit_type: int = 0) -> list[Event]:
    """The answer to a POLL without its F0, in the order of the device."""
    found: list[Event] = []
    at = 0
    while at < len(data):
        code = data[at]
        length = _length(code, data[at + 1 : at + 2], unit_type)
        if length is None or at + 1 + length > len(data):
            return [*found, Event(code, known=False)]
        found.append(Event(code, data[at + 1] if length == 1 else 0))
        at += 1 + length
    return found


def _length(code: int, count: bytes, unit_type: int) -> int | None:
    """None: not known."""
    length = LENGTHS.get(code)
    if code == Code.FRAUD and unit_type in PAYS_OUT:
        length = AMOUNT
    if length is None or length >= 0:
        return length
    return 1 + count[0] * -length if count else None
