"""Screens of the small world, made once, and how tests read them."""

from __future__ import annotations

from typing import Any

from kiosk.screen.values import (
    Screen,
)  # fmt: skip
from kiosk.screen.view import view
from tests.kiosk.screen.world import (
    all_shown,
)  # fmt: skip

SHOWN = {language: all_shown(language) for language in ("zh", "en")}


def screen_of(name: str, kind: type[Screen], language: str = "en") -> Any:
    screen = view(SHOWN[language][name])
    assert isinstance(screen, kind)
    return screen


def fen(text: str) -> int:
    yuan, _, rest = text.replace("¥", "").replace(",", "").replace("−", "-").partition(".")
    return int(yuan) * 100 + int(rest.ljust(2, "0")) * (-1 if yuan.startswith("-") else 1)
