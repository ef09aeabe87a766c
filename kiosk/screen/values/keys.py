"""The keys that lie anywhere in a value: what a passenger, a test or the keypad may touch."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args

from kiosk.screen.values.hints import hints_of
from kiosk.screen.values.parts import Key


def keys_of(value: Any) -> list[Key]:
    """Every enabled key with a target anywhere in a value, in reading order. Letters of a keyboard are not keys."""
    found: list[Key] = []
    _gather_keys(value, found)
    return found


def _gather_keys(value: Any, found: list[Key]) -> None:
    kind = type(value)
    if kind is Key:
        if value.target and value.enabled:
            found.append(value)
    elif kind is tuple:
        for item in value:
            _gather_keys(item, found)
    else:
        for name in _parts_with_keys(kind):
            _gather_keys(getattr(value, name), found)


_with_keys: dict[type, tuple[str, ...]] = {}


def _parts_with_keys(kind: type) -> tuple[str, ...]:
    """Names of the fields of a class in which a key may lie, looked up once; none for what is not a dataclass."""
    if kind not in _with_keys:
        names = [part.name for part in fields(kind)] if is_dataclass(kind) else []
        _with_keys[kind] = tuple(name for name in names if _may_hold_keys(hints_of(kind)[name]))
    return _with_keys[kind]


def _may_hold_keys(hint: Any) -> bool:
    if hint is Key:
        return True
    if isinstance(hint, type) and is_dataclass(hint):
        return bool(_parts_with_keys(hint))
    return any(_may_hold_keys(inner) for inner in get_args(hint))
