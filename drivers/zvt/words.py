"""What the terminal's codes mean to the machine: reasons of a decline, what the passenger does now, what is for ever.

Source: EMV sheet, section 7; docs/sheets/card-terminal-open-points.md, "Fields".
"""

from __future__ import annotations

ABORTED, UNREADABLE, EXPIRED, REVERSED, NOT_POSSIBLE, CLOSE_FIRST, SYSTEM = 0x6C, 0x64, 0x78, 0xB4, 0xB5, 0xF0, 0xFF
HOST = frozenset({0xA0, 0xA3})
"""The terminal did not reach its bank."""
NOT_NOW = HOST | {SYSTEM, ABORTED}
"""Says nothing about a payment: to be asked again."""
NEVER = frozenset({NOT_POSSIBLE, UNREADABLE})
"""Of a reversal: the terminal knows of nothing that it could take back, and never will."""
REASONS = {
    ABORTED: "cancelled",
    UNREADABLE: "card",
    EXPIRED: "expired",
    CLOSE_FIRST: "closed",
    SYSTEM: "other",
    0x71: "funds",
    51: "funds",
    54: "expired",
    55: "pin",
    38: "pin_tries",
    75: "pin_tries",
} | dict.fromkeys(HOST, "closed")
BANK = range(1, 100)
"""Codes that are the bank's own."""
STEPS = {0x0A: "card", 0x01: "pin", 0x02: "pin", 0x0B: "remove"} | dict.fromkeys(
    (0x04, 0x05, 0x0E, 0x17, 0xD2, 0xD3), "waiting"
)
REMOVE = range(0x41, 0x50)
"""Each of these says what the one 40 lower says, and asks to take the card out."""


def reason(code: int) -> str:
    """Why the payment was declined, in the words of the port."""
    return REASONS.get(code, "declined" if code in BANK else "other")


def step(status: int) -> str:
    """What the passenger does while the terminal says so."""
    return "remove" if status in REMOVE else STEPS.get(status, "card_busy")
