"""One painter per screen, by kind, and the composition of a whole screen from its chrome and its body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.screen.values import Screen
from kiosk.ui.components import chrome
from kiosk.ui.components.kit import Kit
from kiosk.ui.nodes import Node
from kiosk.ui.screens import home

Paint = Callable[[Any, Kit], list[Node]]

PAINTERS: dict[str, Paint] = {
    "home": home.paint,
}
FOOTER_RIGHT = {"home": home.FOOTER_RIGHT}


def compose(screen: Screen, kit: Kit) -> list[Node]:
    """All nodes of a screen in painting order. Raises KeyError for a kind without a painter."""
    around = screen.chrome
    body = PAINTERS[screen.kind](screen, kit)
    nodes = [*chrome.header(kit, around), *chrome.stepper(kit, around.stepper)]
    nodes += chrome.footer(kit, around, FOOTER_RIGHT.get(screen.kind, 1040))
    nodes += body
    if around.dialog is not None:
        nodes += chrome.dialog_nodes(kit, around.dialog)
    return nodes
