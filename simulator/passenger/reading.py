"""What people read off a screen value: amounts, keys that work, how much text there is, and whether they can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from kiosk.screen.values import Key, Screen, Words, keys_of
from simulator.passenger.actions import READ_MS, Action, Touch, Wait


def fen(text: str) -> int | None:
    """The amount in a text such as `¥1,106.50`, `Cash up to ¥300`; None when there is none."""
    found = re.search(r"¥\s?([\d,]+)(?:\.(\d{1,2}))?", text)
    if found is None:
        return None
    return int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))


def usable(keys: Sequence[Key]) -> list[Key]:
    return [key for key in keys if key.enabled and key.target and not key.busy]


def way_on(screen: Screen) -> Key | None:
    """The primary key of the footer, whether it works or not."""
    return next((key for key in screen.chrome.footer if key.role == "primary"), None)


def key_of(screen: Screen, target: str) -> Key | None:
    """The key that leads there; None for a letter of a keyboard, and for what is not shown."""
    return next((key for key in keys_of(screen) if key.target == target), None)


def letters_in(screen: Screen) -> int:
    """Letters of the larger text of everything shown: how long somebody reads who reads it all."""
    return sum(len(text) for text in _mains(screen))


def chinese(text: str) -> bool:
    """Whether there is a character that who reads English only cannot read."""
    return any("\u3400" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff" for letter in text)


def _mains(value: Any) -> Iterator[str]:
    if isinstance(value, Words):
        yield value.main
    elif isinstance(value, tuple):
        for item in value:
            yield from _mains(item)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _mains(getattr(value, part.name))


def cancel(screen: Screen) -> Action:
    """The key that ends the order; nothing while it cannot be pressed."""
    keys = [key for key in usable(screen.chrome.footer) if key.role == "danger"]
    return Touch(keys[0].target, READ_MS) if keys else Wait()
