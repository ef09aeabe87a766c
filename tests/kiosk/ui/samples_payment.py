"""Screens of payments by card and phone, as the views make them of a sale."""

from __future__ import annotations

from kiosk.screen.values import Screen
from kiosk.screen.view import view
from tests.kiosk.screen.world import all_shown

NAMES = {
    "pay.choice": "sale-CHOOSING-charges",
    "pay.choice-reversal": "sale-CHOOSING-reversal",
    "pay.choice-declined": "sale-CHOOSING-declined",
    "home-partial": "home-partial-notes",
    "pay.choice-partial": "sale-CHOOSING-partial-cards-only",
    "pay.code": "sale-AUTHORISING-code",
    "pay.code-phone": "sale-AUTHORISING-phone",
    "pay.card": "sale-AUTHORISING-card-card",
    "pay.card-pin": "sale-AUTHORISING-card-pin",
    "receipt-reversal": "sale-CLAIM-reversing",
}


def samples_payment(language: str) -> dict[str, Screen]:
    shown = all_shown(language)
    return {name: view(shown[state]) for name, state in NAMES.items()}
