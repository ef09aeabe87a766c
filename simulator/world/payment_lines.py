"""All that is no cash in a simulated world, fitted as a cabinet has it: phones and cards.

Phones pay at a desk of method calls at port level; at byte level at the provider's own core, which the real adapter asks by sealed
calls. Of a card there is nothing but bytes, at both levels.
"""

from __future__ import annotations

from random import Random

from drivers.code_pay.driver import CodePayDriver
from drivers.compose.payments import Payments
from kiosk.ports.fact import Report
from kiosk.ports.payment import Payment
from kiosk.reactor import Reactor
from kiosk.settings import Settings
from simulator.fronts.port.payment import PaymentFront
from simulator.world.card_lines import LINKS, CardLines
from simulator.world.code_lines import CodeLines
from simulator.world.payments import PayDesk
from simulator.world.provider import ProviderDesk
from simulator.world.things import Things


class PaymentLines:
    """Outlives the controllers; a machine without payments has an empty one."""

    def __init__(self, things: Things, dice: Random) -> None:
        self._things = things
        desk = things.payments
        self._codes = CodeLines(desk, dice) if isinstance(desk, ProviderDesk) else None
        self._cards = CardLines(things.cards, dice) if things.cards is not None else None

    def fit(self, settings: Settings, reactor: Reactor) -> Payment | None:
        """What serves the port for one boot, seated in `reactor`."""
        if self._things.payments is None:
            return None
        if self._cards is None:
            return self._phones(reactor, reactor.report, "payment")
        both = Payments(reactor.report)
        codes = self._phones(reactor, both.hear, "codes")
        both.attach("codes", codes, tuple(codes.ways))
        both.attach("cards", self._cards.fit(settings, reactor, both.hear), ("card",))
        return both

    def _phones(self, reactor: Reactor, report: Report, name: str) -> PaymentFront | CodePayDriver:
        if self._codes is not None:
            return self._codes.fit(reactor, report, name)
        desk = self._things.payments
        assert isinstance(desk, PayDesk)
        front = PaymentFront(name, report, desk)
        reactor.add(front)
        return front

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
        if self._codes is not None:
            self._codes.power_off()
        if self._cards is not None:
            self._cards.power_off()
