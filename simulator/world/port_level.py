"""Port level: fronts that drive the twins' physics and faults without bytes, so that a million sales are affordable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from kiosk.deeds import Devices
from kiosk.models import NOTES_PER_BOOT
from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import NoteAcceptor
from kiosk.ports.note_dispenser import NoteDispenser
from kiosk.ports.station import Station
from kiosk.reactor import Reactor
from kiosk.settings import Settings
from simulator.devices.ccnet import CcnetValidator
from simulator.devices.ebds import EbdsValidator
from simulator.devices.essp import EsspValidator
from simulator.devices.id003 import Id003Acceptor
from simulator.fronts.port.acceptor import AcceptorFront
from simulator.fronts.port.acceptor_host import Host
from simulator.fronts.port.bill_to_bill import BillToBillFront
from simulator.fronts.port.board import BoardFront
from simulator.fronts.port.coin_hopper import CoinsFront
from simulator.fronts.port.dispenser import PLAYED, DispenserFront
from simulator.fronts.port.ebds import EbdsFront
from simulator.fronts.port.essp import EsspFront
from simulator.fronts.port.id003 import Id003Front
from simulator.fronts.port.samv import SamvFront
from simulator.fronts.port.scanner import ScannerFront
from simulator.fronts.port.slip_printer import SlipPrinterFront
from simulator.fronts.port.ticket_unit import TicketUnitFront
from simulator.fronts.port.ups import UpsFront
from simulator.world.payment_lines import PaymentLines
from simulator.world.things import Things

ACCEPTORS: Mapping[type, Callable[..., Host]] = {
    CcnetValidator: AcceptorFront,
    Id003Acceptor: Id003Front,
    EbdsValidator: EbdsFront,
    EsspValidator: EsspFront,
}
"""Twin -> the front that plays it."""


class PortLevel:
    """Fronts of one boot; the twins outlive them, and so does a pulled plug."""

    def __init__(self, things: Things) -> None:
        self._things = things
        self._reactor: Reactor | None = None
        self._fronts: dict[str, Any] = {}
        self._out: set[str] = set()
        self._payments = PaymentLines(things, Random(1))

    def fit(self, settings: Settings, reactor: Reactor, station: Station, boot: int) -> Devices:
        world, report = self._things.world, reactor.report
        board = BoardFront("cabinet", report, world.board)
        acceptor, dispenser, cash = self._cash(settings, report, boot, board)
        ticket_unit = TicketUnitFront("ticket_unit", report, world.ticket_unit, board)
        slip_printer = SlipPrinterFront("slip_printer", report, world.slip_printer)
        ups = self._ups(settings, report)
        payment = self._payments.fit(settings, reactor)
        readers = self._readers(report)
        coins = self._coins(settings, report)
        hoppers = coins.hoppers if coins is not None else {}
        devices = Devices(
            station, acceptor, dispenser, ticket_unit, slip_printer, board, ups, payment, hoppers=hoppers, **readers
        )
        self._fronts = {
            **cash,
            "ticket_unit": ticket_unit,
            "slip_printer": slip_printer,
            **({"ups": ups} if ups is not None else {}),
            **readers,
            **({"hopper": coins} if coins is not None else {}),
            "cabinet": board,  # last: composed devices give it orders in the same turn
        }
        for name, front in self._fronts.items():
            reactor.add(front)
            if name in self._out:
                front.unplug()
        self._reactor = reactor
        return devices

    def _readers(self, report: Report) -> dict[str, Any]:
        desk = self._things.world.readers
        if desk is None:
            return {}
        return {
            "code_scanner": ScannerFront("code_scanner", report, desk.scanner),
            "id_reader": SamvFront("id_reader", report, desk.reader),
        }

    def _coins(self, settings: Settings, report: Report) -> CoinsFront | None:
        bus = self._things.world.coins
        return CoinsFront("hopper", report, bus, settings.coins_fen) if bus is not None else None

    def _ups(self, settings: Settings, report: Report) -> UpsFront | None:
        twin, table = self._things.world.ups, settings.devices
        if twin is None or table.ups is None:
            return None
        return UpsFront("ups", report, twin, runtime_min=table.ups.runtime_min)

    def _cash(
        self, settings: Settings, report: Report, boot: int, board: BoardFront
    ) -> tuple[NoteAcceptor, NoteDispenser, dict[str, Any]]:
        """The two ports, and the fronts behind them by name."""
        world, table = self._things.world, settings.devices
        assert table.acceptor is not None
        assert table.dispenser is not None
        first, poll_ms, cassettes = boot * NOTES_PER_BOOT + 1, table.acceptor.poll_ms, table.dispenser.cassettes
        if world.recycles:
            unit = BillToBillFront(
                "acceptor", "dispenser", report, world.unit, first_note=first, recycling=cassettes, poll_ms=poll_ms,
                escrow=table.acceptor.escrow, escrow_depth=table.acceptor.escrow_notes,
            )  # fmt: skip
            return unit.acceptor, unit.dispenser, {"acceptor": unit}
        assert isinstance(world.dispenser, PLAYED), "no front plays this dispenser"
        front = ACCEPTORS[type(world.slot)]
        acceptor = front("acceptor", report, world.slot, first_note=first, poll_ms=poll_ms)
        dispenser = DispenserFront("dispenser", report, world.dispenser, board, cassettes=cassettes)
        return acceptor, dispenser, {"acceptor": acceptor, "dispenser": dispenser}

    def nudge(self) -> None:
        """A hand did something: all fronts look."""
        self._payments.turn()
        if self._reactor is not None:
            self._reactor.nudge()

    def plug(self, device: str, in_: bool) -> None:
        """Pull or push the plug of one device."""
        if self._payments.plug(device, in_):
            return
        if in_ == (device not in self._out):
            return
        (self._out.discard if in_ else self._out.add)(device)
        if device in self._fronts:
            (self._fronts[device].replug if in_ else self._fronts[device].unplug)()

    def well(self) -> None:
        """Every plug is in."""
        for device in sorted(self._out):
            self.plug(device, True)
        self._payments.well()

    def power_off(self) -> None:
        """The controller is gone, and with it its fronts."""
        if self._things.world.recycles and "acceptor" in self._fronts:
            self._fronts["acceptor"].leave(self._things.clock.mono_ms())
        self._reactor, self._fronts = None, {}
        self._payments.power_off()
