"""All that is no cash in a simulated world, fitted as a cabinet has it: phones at a desk of method calls, cards on wires.

At both levels the same: the desk has no bytes, and the cards have nothing else.
"""

from __future__ import annotations

from random import Random

from drivers.compose.payments import Payments
from kiosk.ports.payment import Payment
from kiosk.reactor import Reactor
from kiosk.settings import Settings
from simulator.fronts.port.payment import PaymentFront
from simulator.world.card_lines import LINKS, CardLines
from simulator.world.things import Things


class PaymentLines:
    """Outlives the controllers; a machine without payments has an empty one."""

    def __init__(self, things: Things, dice: Random) -> None:
        self._things = things
        self._cards = CardLines(things.cards, dice) if things.cards is not None else None

    def fit(self, settings: Settings, reactor: Reactor) -> Payment | None:
        """What serves the port for one boot, seated in `reactor`."""
        desk = self._things.payments
        if desk is None:
            return None
        if self._cards is None:
            front = PaymentFront("payment", reactor.report, desk)
            reactor.add(front)
            return front
        both = Payments(reactor.report)
        codes = PaymentFront("codes", both.hear, desk)
        reactor.add(codes)
        both.attach("codes", codes, tuple(codes.ways))
        both.attach("cards", self._cards.fit(settings, reactor, both.hear), ("card",))
        return both

    def turn(self) -> None:
        if self._cards is not None:
            self._cards.turn()

    def plug(self, device: str, in_: bool) -> bool:
        """False: it is none of these."""
        if self._cards is None or device not in LINKS:
            return False
        self._cards.plug(device, in_)
        return True

    def well(self) -> None:
        if self._cards is not None:
            self._cards.well()

    def power_off(self) -> None:
        if self._cards is not None:
            self._cards.power_off()
