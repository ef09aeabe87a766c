"""Field types per class, looked up once: `get_type_hints` is slow and one screen has hundreds of parts."""

from __future__ import annotations

from typing import Any, get_type_hints

_known: dict[type, dict[str, Any]] = {}


def hints_of(kind: type) -> dict[str, Any]:
    """Name of each field of a dataclass -> its type, with the names in it looked up."""
    if kind not in _known:
        _known[kind] = get_type_hints(kind)
    return _known[kind]
