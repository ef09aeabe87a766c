"""Card payment as a cabinet has it, on wires in memory: the real adapter, the drivers of reader and PIN pad, their twins, the bank.

Used at both levels: of a card there is nothing but bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from drivers.card_pay.driver import CardPay
from kiosk.fitting import card_payment
from kiosk.ports.fact import Report
from kiosk.reactor import Link, Reactor
from kiosk.settings import Device, Settings
from simulator.world.cards import Cards
from simulator.world.twin_host import Turning, TwinHost
from simulator.world.wire import Wire

BANK = "bank"
LINKS = ("card_reader", "pin_pad", BANK)


class CardLines:
    """Wires of one world; they outlive the controllers that open them. `name`: the adapter's, under which it reports of itself."""

    def __init__(self, cards: Cards, dice: Random, name: str = "cards") -> None:
        self._cards, self._draw, self._name = cards, dice.randbytes, name
        self.wires = {link: Wire(cards.clock, dice, 0 if link == BANK else 9_600, link) for link in LINKS}
        twins: dict[str, Turning] = {**cards.twins, BANK: cards.bank}
        self._hosts = [TwinHost(cards.clock, wire, twins[link]) for link, wire in self.wires.items()]

    def fit(self, settings: Settings, reactor: Reactor, report: Report) -> CardPay:
        assert settings.cards is not None
        clock = self._cards.clock
        made = card_payment(
            settings,
            settings.cards,
            reactor,
            clock,
            self._opener,
            report,
            self._name,
            self._draw,
            lambda: self._cards.books(),
        )
        self.turn()
        return made

    def _opener(self, name: str, device: Device, baud: Callable[[], int] | None = None) -> Callable[[], Link]:
        return self.wires[BANK if name == self._name else name].open

    def turn(self) -> None:
        """Reader, pad and bank look, their answers travel."""
        for host in self._hosts:
            host.turn()

    def plug(self, link: str, in_: bool) -> None:
        """Pull or push one plug; the bank's is the machine's network."""
        wire = self.wires[link]
        if in_ != wire.plugged:
            (wire.replug if in_ else wire.unplug)()

    def well(self) -> None:
        for link in LINKS:
            self.plug(link, True)

    def power_off(self) -> None:
        """What is on the wires is lost with the power, and the bank loses its connection."""
        self._cards.bank.power(False, self._cards.clock.mono_ms())
        for wire in self.wires.values():
            if wire.plugged:
                wire.unplug()
                wire.replug()
