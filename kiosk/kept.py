"""Values of a fold as plain JSON, and back: what the state line of the journal is made of (decision page 078).

Driven by the type hints of the dataclasses, so a field that is added is kept without another line here. Fields marked
`metadata=NOT_KEPT` belong to the configuration or to this start. Dicts become lists of pairs, since their keys are numbers.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from kiosk.errors import JournalError

KEPT_MARK = "kept"
NOT_KEPT: Mapping[str, bool] = {KEPT_MARK: False}
PAIRS = (dict, Mapping, Counter)
ROWS = (tuple, list, deque, set, frozenset)


def plain(hint: Any, value: Any) -> Any:
    """JSON values only. Raises TypeError for a hint that is none of ours."""
    origin, inner = _origin(hint), get_args(hint)
    if isinstance(origin, type) and is_dataclass(origin):
        return {part.name: plain(kind, getattr(value, part.name)) for part, kind in kept_fields(origin)}
    if origin in PAIRS:
        key, kind = (*inner, int)[:2]  # a Counter counts
        return [[plain(key, name), plain(kind, item)] for name, item in value.items()]
    if origin is tuple and inner[-1] is not Ellipsis:
        return [plain(kind, item) for kind, item in zip(inner, value, strict=True)]
    if origin in ROWS:
        rows = [plain(inner[0], item) for item in value]
        return sorted(rows) if origin in (set, frozenset) else rows
    if origin in (Union, UnionType):
        return plain(_one_of(inner, value), value)
    if origin in (int, str, bool, NoneType) or hint is Any:
        return value
    raise TypeError(f"{hint} is not kept")


def built(hint: Any, raw: Any) -> Any:
    """The value again. Raises TypeError or ValueError for what `plain` did not make."""
    origin, inner = _origin(hint), get_args(hint)
    if isinstance(origin, type) and is_dataclass(origin):
        return origin(**_parts(origin, raw))
    if origin in PAIRS:
        key, kind = (*inner, int)[:2]
        pairs = {built(key, name): built(kind, item) for name, item in _list(raw)}
        return Counter(pairs) if origin is Counter else pairs
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(built(kind, item) for kind, item in zip(inner, _list(raw), strict=True))
    if origin in ROWS:
        return origin(built(inner[0], item) for item in _list(raw))
    if origin in (Union, UnionType):
        return built(_one_of(inner, raw), raw)
    if hint is not Any and type(raw) is not origin:
        raise TypeError(f"{origin.__name__} expected, {raw!r:.60} found")
    return raw


def fill(base: Any, raw: Any) -> None:
    """Set what was kept in `base`, which has the rest already. Raises JournalError when it does not fit; `base` is of no use then.

    A field that a newer program added keeps its default; one that this program does not know is refused.
    """
    try:
        _fill(base, raw)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise JournalError(f"the state line does not fit this program: {error}") from error


def _fill(base: Any, raw: Any) -> None:
    hints = {part.name: kind for part, kind in kept_fields(type(base))}  # type: ignore[arg-type]
    if strange := raw.keys() - hints.keys():
        raise ValueError(f"{type(base).__name__} has no {', '.join(sorted(strange))}")
    for name, item in raw.items():
        kind, now = hints[name], getattr(base, name)
        if is_dataclass(_origin(kind)) and not _frozen(type(now)):
            _fill(now, item)
        elif isinstance(now, deque):
            setattr(base, name, deque(built(kind, item), maxlen=now.maxlen))
        else:
            setattr(base, name, built(kind, item))


@cache
def kept_fields(kind: type) -> tuple[tuple[Field[Any], Any], ...]:
    """Fields that are kept, with their types."""
    hints = get_type_hints(kind)
    return tuple((part, hints[part.name]) for part in fields(kind) if part.metadata.get(KEPT_MARK, True))


def _parts(kind: type, raw: Any) -> dict[str, Any]:
    known = {part.name: (part, hint) for part, hint in kept_fields(kind)}
    if strange := raw.keys() - known.keys():
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(strange))}")
    missing = [
        name
        for name, (part, _) in known.items()
        if name not in raw and part.default is MISSING and part.default_factory is MISSING
    ]
    if missing:
        raise ValueError(f"{kind.__name__} lacks {', '.join(missing)}")
    return {name: built(known[name][1], item) for name, item in raw.items()}


def _origin(hint: Any) -> Any:
    return NoneType if hint is None else get_origin(hint) or hint


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    """Which of the alternatives of a union it is: that plain type, or the one that is none."""
    exact = [kind for kind in kinds if type(value) is kind]
    real = exact or [kind for kind in kinds if kind not in (int, str, bool, NoneType)]
    if len(real) != 1:
        raise TypeError(f"{value!r:.60} is none of {kinds}")
    return real[0]


def _list(raw: Any) -> list[Any]:
    if type(raw) is not list:
        raise TypeError(f"a list expected, {raw!r:.60} found")
    return raw


def _frozen(kind: type) -> bool:
    return bool(kind.__dataclass_params__.frozen)  # type: ignore[attr-defined]
