"""Facts and intents as the journal writes them: one JSON object, `kind` first, then `result` where there is one.

Every dataclass with a `kind` is known here by (kind, result), so that a line read back gives the very fact that was
written (decision 11). Unknown kinds are a JournalError: updates install only when no sale is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from kiosk.errors import JournalError
from kiosk.ports.fact import Fact

Record = dict[str, Any]

_known: dict[tuple[str, str], type[Fact]] = {}
_hints: dict[type, dict[str, Any]] = {}
_names: dict[type, tuple[str, ...] | None] = {}


def know(kinds: Iterable[type[Fact]]) -> None:
    """Register fact and intent classes. Raises ValueError when two classes claim one (kind, result)."""
    for kind in kinds:
        name = (kind.kind, kind.result)
        if _known.setdefault(name, kind) is not kind:
            raise ValueError(f"{name} is claimed by {_known[name].__name__} and {kind.__name__}")


def record_of(fact: Fact, extra: Mapping[str, Any] | None = None) -> Record:
    """The record of a fact or intent; `extra` (such as device counters) comes last."""
    record: Record = {"kind": fact.kind}
    if fact.result:
        record["result"] = fact.result
    for name in _parts(type(fact)) or ():
        record[name] = _plain(getattr(fact, name))
    record.update(extra or {})
    return record


def fact_of(record: Mapping[str, Any]) -> Fact:
    """The fact of a record; fields it does not know (extras) are left out. Raises JournalError for a foreign record."""
    try:
        kind = _known.get((record.get("kind", ""), record.get("result", "")))
        if kind is None:
            raise JournalError(f"a record of an unknown kind: {record.get('kind')!r} {record.get('result', '')!r}")
        return _build(kind, record)  # type: ignore[no-any-return]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise JournalError(f"a damaged record {record!r:.200}: {error!r}") from error


def _parts(kind: type) -> tuple[str, ...] | None:
    """Names of the fields of a class, looked up once; None for what is not a dataclass."""
    if kind not in _names:
        _names[kind] = tuple(part.name for part in fields(kind)) if is_dataclass(kind) else None
    return _names[kind]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    names = _parts(type(value))
    return value if names is None else {name: _plain(getattr(value, name)) for name in names}


def _build(kind: Any, raw: Any) -> Any:
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if type(raw) is not list:
            raise TypeError(f"a list expected, {raw!r} found")
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_build(inner[0], item) for item in raw)
        return tuple(_build(part, item) for part, item in zip(inner, raw, strict=True))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints.get(kind) or _hints.setdefault(kind, get_type_hints(kind))
        return kind(**{part.name: _build(hints[part.name], raw[part.name]) for part in fields(kind)})
    if type(raw) is not kind:
        raise TypeError(f"{kind.__name__} expected, {raw!r} found")
    return raw
