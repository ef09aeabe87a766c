"""What the journey asks the controller to do. The journey itself has no station, no money and no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from kiosk.ports.trips import FoundOrder, Order


class Now(NamedTuple):
    """Wall time (what clocks and dates show) and monotonic time (what intervals are measured with), both in ms."""

    wall_ms: int
    mono_ms: int


@dataclass(frozen=True, slots=True)
class AskTrains:
    """Question for `Station.ask_trains`; `train` empty = all trains of the day."""

    request: int
    origin: str
    destination: str
    date: str
    train: str = ""


@dataclass(frozen=True, slots=True)
class AskStops:
    """Question for `Station.ask_stops`."""

    request: int
    train: str
    date: str


@dataclass(frozen=True, slots=True)
class AskOrders:
    """Question for `Station.find_orders`, by a code that was typed."""

    request: int
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StartSale:
    """Open a sale and lock the places. `language`: zh or en, for slips."""

    order: Order
    language: str


@dataclass(frozen=True, slots=True)
class StartPickup:
    """The same for what is left of an order that was bought elsewhere: nothing is to be paid."""

    order: FoundOrder
    language: str


@dataclass(frozen=True, slots=True)
class ToSale:
    """A touch that belongs to the running sale: one of `kiosk.screen.targets.SALE`, `more_time` or `home`."""

    target: str


@dataclass(frozen=True, slots=True)
class Reads:
    """How whoever buys reads: kept with the sale, so that a restart knows it. `language`: zh or en."""

    language: str
    contrast: bool
    large_text: bool


@dataclass(frozen=True, slots=True)
class CallStaff:
    """The help key: tell the station, ring, journal it."""


@dataclass(frozen=True, slots=True)
class ToService:
    """Show the staff log-in."""


Ask = AskTrains | AskStops | AskOrders | StartSale | StartPickup | ToSale | Reads | CallStaff | ToService
