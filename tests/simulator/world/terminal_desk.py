"""A certified terminal, and a card with its owner, in a simulated world: real driver and twin in place of the desk of calls."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from drivers.zvt.driver import Zvt
from drivers.zvt.health import Account
from kiosk.ports.payment import Payment
from kiosk.reactor import Reactor
from kiosk.settings import Settings
from simulator.acquirer.ledger import State
from simulator.devices.zvt import Stage
from simulator.world.payment_lines import PaymentLines
from simulator.world.port_level import PortLevel
from simulator.world.things import Things
from simulator.world.twin_host import TwinHost
from simulator.world.wire import Wire
from tests.drivers.zvt.twin_world import Twin

STATES = {State.REVERSED: "reversed", State.BARRED: "closed", State.DECLINED: "closed"}
"""At the terminal's bank. What is booked there is captured when the terminal keeps it, else paid and not yet anybody's."""


class Named(Twin):
    """Knows which of the machine's payments each of its own is: by what the machine was at when it came."""

    paying: Callable[[], int] = staticmethod(lambda: 0)

    def __init__(self) -> None:
        super().__init__(serial=True, card="second", rate=0)
        self.names: dict[int, int] = {}

    def receive(self, data: bytes, now_ms: int) -> None:
        super().receive(data, now_ms)
        for entry in self.terminal.memory.entries:
            self.names.setdefault(entry.receipt, self.paying())


class TerminalDesk:
    """What the world asks of `simulator.world.payments.PayDesk`."""

    def __init__(self) -> None:
        self.twin = Named()
        self.wire: Wire | None = None
        self.hosted: TwinHost | None = None

    def trouble(self, name: str, on: bool) -> None:
        """A fault of the terminal, or `unplugged`: it alone has no mains."""
        if name == "unplugged":
            assert self.hosted is not None
            self.twin.power(not on, self.hosted.now_ms())
        else:
            (self.twin.faults.add if on else self.twin.faults.discard)(name)

    def well(self) -> None:
        self.twin.faults.clear()
        self.trouble("unplugged", False)

    def late_words(self) -> list[int]:
        return []

    def wrong(self) -> list[str]:
        return []

    def scan(self, code: tuple[str, ...]) -> bool:
        return False

    def ledger(self) -> dict[int, tuple[str, int, int]]:
        found, terminal = {}, self.twin.terminal
        for row in self.twin.bank.ledger.bookings(terminal.memory.terminal):
            entry = next(each for each in terminal.memory.entries if each.key.trace == row.key.trace)
            kept = "captured" if entry.stage is Stage.KEPT else "paid"
            paid = row.state in (State.BOOKED, State.REVERSED)
            found[self.twin.names[entry.receipt]] = (STATES.get(row.state, kept), row.amount_fen, int(paid))
        assert self.twin.bank.ledger.wrong() == []
        return found


class TerminalLines(PaymentLines):
    """The terminal's line; it outlives the controllers, and the terminal has the machine's mains."""

    def fit(self, settings: Settings, reactor: Reactor) -> Payment | None:
        desk, clock = _desk(self._things), self._things.clock
        if desk.wire is None or desk.hosted is None:
            desk.wire = Wire(clock, Random(1), 9_600, "payment")
            desk.hosted = TwinHost(clock, desk.wire, desk.twin)
        desk.twin.power(False, clock.mono_ms())
        desk.wire.unplug()
        desk.wire.replug()
        desk.twin.power(True, clock.mono_ms())
        driver = Zvt("payment", reactor.report, Account(0, 156), serial=True)
        desk.twin.paying = lambda: driver._paying.payment if driver._paying is not None else 0
        reactor.add(driver, desk.wire.open)
        desk.hosted.turn()
        return driver

    def plug(self, device: str, in_: bool) -> bool:
        wire = _desk(self._things).wire
        if device != "payment" or wire is None:
            return False
        if in_ != wire.plugged:
            (wire.replug if in_ else wire.unplug)()
        return True

    def well(self) -> None:
        self.plug("payment", True)


def _desk(things: Things) -> TerminalDesk:
    desk: object = things.payments
    assert isinstance(desk, TerminalDesk)
    return desk


class LevelWithTerminal(PortLevel):
    """Everything else at port level."""

    def __init__(self, things: Things) -> None:
        super().__init__(things)
        self._payments = TerminalLines(things, Random(1))
