"""Screen messages as bytes: one message is one line of JSON, defaults left out, a screen with its `kind` first."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin

from kiosk.screen.values.choice import Review, Seat, Trains
from kiosk.screen.values.general import Attract, Busy, Help, Home, OutOfService
from kiosk.screen.values.hints import hints_of
from kiosk.screen.values.messages import Heartbeat, Hello, Message, Show, Touched
from kiosk.screen.values.parts import Screen
from kiosk.screen.values.payment import ClaimScreen, PayCard, PayCash, PayChoice, PayCode, Printing, Take
from kiosk.screen.values.pickup import Pickup, PickupCode, PickupOrders
from kiosk.screen.values.route_map import RouteMap
from kiosk.screen.values.search import Calendar, FixedGrid, StationPicker, TrainNumber, Trip
from kiosk.screen.values.service import ServiceLogin, ServiceMenu, ServiceTask

SCREENS: dict[str, type[Screen]] = {
    screen.kind: screen
    for screen in (
        Attract, Home, Trip, RouteMap, FixedGrid, StationPicker, TrainNumber, Calendar, Trains, Seat, Review, PayCash,
        PayChoice, PayCode, PayCard, Pickup, PickupCode, PickupOrders,
        Printing, Take, ClaimScreen, Help, OutOfService, Busy, ServiceLogin, ServiceMenu, ServiceTask,
    )
}  # fmt: skip
_MESSAGES: dict[str, type] = {"hello": Hello, "show": Show, "touched": Touched, "beat": Heartbeat}
_NAMES = {message: name for name, message in _MESSAGES.items()}


def _plain(value: Any) -> Any:
    """A value as JSON: dataclasses become objects (a Screen names its kind); defaults are left out."""
    if is_dataclass(value):
        made: dict[str, Any] = {"kind": value.kind} if isinstance(value, Screen) else {}
        for part in fields(value):
            inner = getattr(value, part.name)
            if inner != part.default:
                made[part.name] = _plain(inner)
        return made
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _build(kind: Any, raw: Any) -> Any:
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return tuple(_build(inner, item) for item in raw)
    choices = [choice for choice in get_args(kind) if choice is not type(None)]
    if choices:  # X | None
        return None if raw is None else _build(choices[0], raw)
    if kind is Screen:
        kind, raw = SCREENS[raw["kind"]], {name: item for name, item in raw.items() if name != "kind"}
    if is_dataclass(kind) and isinstance(kind, type):
        hints = hints_of(kind)
        return kind(**{name: _build(hints[name], item) for name, item in raw.items()})
    if kind is float and type(raw) is int:
        return float(raw)
    if type(raw) is not kind:
        raise TypeError(f"{kind.__name__} expected, {raw!r} came")
    return raw


def encode(message: Message) -> bytes:
    """One line of JSON, LF at its end."""
    body = {"m": _NAMES[type(message)], **_plain(message)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message of one line. Raises ValueError when it is not one of ours (a peer of another version, noise)."""
    try:
        raw = json.loads(line)
        kind = _MESSAGES[raw.pop("m")]
        built: Message = _build(kind, raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a screen message: {error}") from error
    return built
