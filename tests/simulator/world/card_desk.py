"""The bank, and a card with its owner, in a simulated world: real adapter, drivers and twins in place of the desk of calls."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from drivers.card_pay.driver import CardPay
from drivers.card_pay.messages import Terminal
from drivers.card_pay.visit import Patience
from drivers.crt310.driver import Crt310
from drivers.emv.port import TerminalData
from drivers.emv.reference import ReferenceKernel
from drivers.epp.driver import Epp
from drivers.link.link import WithoutLink
from kiosk.clock import VirtualClock
from kiosk.ports.fact import Fact
from kiosk.ports.payment import PaymentStep
from kiosk.reactor import Reactor
from simulator.acquirer.faults import Faults, Order
from simulator.acquirer.ledger import State
from simulator.acquirer.profile import MERCHANT
from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.crt310 import Crt310 as ReaderTwin
from simulator.devices.crt310 import lab_card
from simulator.devices.epp import Zt598, install_test_masters
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.world.port_level import PortLevel
from simulator.world.wire import Wire
from tests.drivers.card_pay.world import TERMINAL, Host
from tests.simulator.fronts.harness import _Host as Hosted

CARD = "second"
STATES = {
    State.BOOKED: "captured",
    State.REVERSED: "reversed",
    State.BARRED: "closed",
    State.DECLINED: "closed",
}
"""What the bank approved is the machine's until it is taken back."""


class CardDesk:
    """What the world asks of `simulator.world.payments.PayDesk`."""

    def __init__(self) -> None:
        self.bank = Host()
        self.matter = Matter()
        self.reader = ReaderTwin(self.matter, Speeds(rate=0))
        self.pad = Zt598(Speeds(rate=0), seed=b"\x01")
        install_test_masters(self.pad)
        self.card = lab_card(self.matter, CARD)
        self.twins: dict[str, Any] = {"card_reader": self.reader, "pin_pad": self.pad, "bank": self.bank}
        self.wires: dict[str, Wire] = {}
        self.hosted: list[Hosted] = []

    def trouble(self, name: str, on: bool) -> None:
        if on:
            self.bank.faults.switch_on(Order.parse(name))

    def well(self) -> None:
        self.bank.faults = Faults()

    def late_words(self) -> list[int]:
        return []

    def scan(self, code: tuple[str, ...]) -> bool:
        return False

    def ledger(self) -> dict[int, tuple[str, int, int]]:
        rows = self.bank.ledger.bookings(TERMINAL)
        paid = (State.BOOKED, State.REVERSED)
        return {row.key.trace: (STATES[row.state], row.amount_fen, int(row.state in paid)) for row in rows}


class Seated(WithoutLink):
    """The adapter where the world looks for the front of payments; its links are seated beside it."""

    name = "payment"

    def __init__(self, driver: CardPay, wires: dict[str, Wire]) -> None:
        self._driver, self._wires = driver, wires

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    def poll(self, now_ms: int) -> int | None:
        return None

    def unplug(self) -> None:
        self._wires["bank"].unplug()

    def replug(self) -> None:
        self._wires["bank"].replug()


class LevelWithCards(PortLevel):
    """Everything else at port level."""

    def _payment(self, reactor: Reactor) -> Any:
        desk: Any = self._things.payments
        if desk is None:
            return None
        clock = self._things.clock
        for name, twin in desk.twins.items():
            if name not in desk.wires:
                desk.wires[name] = Wire(clock, Random(1), 0 if name == "bank" else 9_600, name)
                desk.hosted.append(Hosted(clock, desk.wires[name], twin))
            twin.power(False, clock.mono_ms())
            desk.wires[name].unplug()
            desk.wires[name].replug()
            twin.power(True, clock.mono_ms())
        owner = Owner(desk, clock, reactor)
        driver = CardPay(
            owner.report,
            Terminal(TERMINAL, MERCHANT),
            date=lambda: "261122",
            draw_near=reactor.nudge,
            patience=Patience(take_ms=8_000, answer_ms=10_000),
        )
        reader = Crt310("card_reader", driver.hear, take_ms=8_000)
        pad = Epp("pin_pad", driver.hear, test_keys=True)
        driver.attach(reader, pad, ReferenceKernel("lab", TerminalData(TERMINAL), Random(1).randbytes))
        for name, seat in (("card_reader", reader), ("pin_pad", pad), ("bank", driver)):
            reactor.add(seat, desk.wires[name].open)
        for host in desk.hosted:
            host.turn()
        return Seated(driver, desk.wires)


class Owner:
    """Does with the card what the screen says."""

    def __init__(self, desk: CardDesk, clock: VirtualClock, reactor: Reactor) -> None:
        self._desk, self._clock, self._reactor = desk, clock, reactor
        self._done: set[tuple[int, str]] = set()

    def report(self, fact: Fact) -> None:
        self._reactor.report(fact)
        if isinstance(fact, PaymentStep) and (fact.payment, fact.step) not in self._done:
            self._done.add((fact.payment, fact.step))
            if fact.step == "pin":
                for place, key in enumerate([*WALLET[CARD].perso.pin, "enter"]):
                    self._after(300 + 50 * place, lambda key=key: self._desk.pad.press(key, self._clock.mono_ms()))  # type: ignore[misc]
            elif fact.step in ("card", "remove"):
                self._try({"card": self._insert, "remove": self._take}[fact.step], 50)

    def _insert(self) -> bool:
        place = self._desk.card.lies
        if place is None or place.name != "hand":
            return True
        return self._desk.reader.insert(self._desk.card, self._clock.mono_ms()) is None

    def _take(self) -> bool:
        return self._desk.reader.take(self._clock.mono_ms()) is None

    def _try(self, deed: Callable[[], bool], left: int) -> None:
        self._after(200, lambda: None if deed() or not left else self._try(deed, left - 1))

    def _after(self, ms: int, deed: Callable[[], Any]) -> None:
        def done() -> None:
            deed()
            for host in self._desk.hosted:
                host.turn()

        self._clock.at(self._clock.mono_ms() + ms, done)
