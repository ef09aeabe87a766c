"""Screens that hand out what was bought elsewhere, as the views make them."""

from __future__ import annotations

from kiosk.screen.values import Screen
from kiosk.screen.view import view
from tests.kiosk.screen.world import all_shown

NAMES = {"pickup": "pickup", "pickup.code": "pickup.code", "pickup.orders": "pickup.orders"}


def samples_pickup(language: str) -> dict[str, Screen]:
    shown = all_shown(language)
    return {name: view(shown[state]) for name, state in NAMES.items()}
