"""Screens that hand out what was bought elsewhere: how to prove an order, its code on keys, what was found."""

from __future__ import annotations

from typing import ClassVar

from kiosk.screen.values.parts import InfoCard, Key, Notice, Screen, Words, value


@value
class Pickup(Screen):
    """What can be held to the machine. `asking`: the station is asked about what was read; empty: nothing was."""

    kind: ClassVar[str] = "pickup"
    title: Words
    ways: tuple[InfoCard, ...]
    asking: Words


@value
class PickupCode(Screen):
    """`typed`: in groups of four. `message`: what is wrong with it, or that the station is asked."""

    kind: ClassVar[str] = "pickup.code"
    label: Words
    typed: str
    hint: Words
    where: Words
    digits: tuple[Key, ...]  # 1..9 0
    clear: Key
    erase: Key
    message: Notice | None


@value
class FoundTickets:
    """One order. `places`: coach and place of each ticket. `state`: what became of it, or that it can be had."""

    number: str
    family: str
    route: Words
    when: Words
    places: Words
    state: Notice
    key: Key | None


@value
class PickupOrders(Screen):
    kind: ClassVar[str] = "pickup.orders"
    title: Words
    orders: tuple[FoundTickets, ...]
