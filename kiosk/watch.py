"""What the controller knows of its machine: who is ready, what is wrong, which doors are open, whether the station answers.

Facts of devices change it; `kiosk.modes.effective` reads it. Nothing here decides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.faults import Fault, FaultCode
from kiosk.modes import Known
from kiosk.ports.cabinet import BOX, BoxMoved, CabinetSeen, DoorMoved, MainsChanged, PersonNear
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_acceptor import AcceptorPast, DepositPast
from kiosk.ports.note_dispenser import DispenserPast
from kiosk.ports.screen import ScreenBack, ScreenLost
from kiosk.ports.station import InboxFailed, NetworkKnown, SessionGranted, SessionRefused, StationBack, StationLost
from kiosk.ports.ticket_printer import PrinterPast
from kiosk.ports.ups import PowerSeen
from kiosk.sale.recovery import Told
from kiosk.stock import Stock

log = logging.getLogger(__name__)
LOST_DEVICE = frozenset({"LINK_LOST", "NO_ANSWER", "WRONG_DEVICE"})
WAYS = ("card", "code", "scan")
"""To pay without a note, in the order in which they are offered."""
KNOWS_NO_PAST = frozenset({"ups", "payment", "code_scanner", "id_reader"})
"""Nothing of a sale is asked of them: a start does not wait for their first word."""
BUILD_WALL_MS = 1_780_000_000_000  # 2026-05-28: no honest clock is before the program was written


@dataclass(slots=True)
class Watch:
    """`fitted`: names of devices in config. `ready`: those that answered since their last loss."""

    fitted: frozenset[str]
    stock: Stock
    charges: Callable[[], tuple[str, ...]] = tuple  # ways to pay that the payment adapter has now
    fitted_ways: set[str] = field(default_factory=set)  # those of config, and those that were there once
    ready: set[str] = field(default_factory=set)
    faults: dict[tuple[str, str, str], Fault] = field(default_factory=dict)
    raised_ms: dict[tuple[str, str, str], int] = field(default_factory=dict)  # wall time
    doors_open: set[str] = field(default_factory=set)
    box_present: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    mains: bool = True
    power: PowerSeen | None = None  # what a UPS said last
    station: str = "unknown"
    network_known: bool = False
    network_version: str = ""
    skew_ms: int = 0
    screen: bool = True
    near: bool = False
    told: Told = field(default_factory=Told)
    models: dict[str, DeviceReady] = field(default_factory=dict)

    def hear(self, fact: Fact, wall_ms: int) -> bool:
        """Take notice; answers whether this was one of ours."""
        match fact:
            case Fault():
                self._fault(fact, wall_ms)
            case DeviceReady():
                self.ready.add(fact.device)
                self.models[fact.device] = fact
            case DoorMoved():
                (self.doors_open.add if fact.open else self.doors_open.discard)(fact.door)
            case CabinetSeen():
                self.doors_open = set(fact.doors_open)
                self.box_present, self.tags = fact.box_present, dict(fact.tags)
                self._switch(fact.mains)
            case BoxMoved():
                self.box_present = fact.present
                self.tags[BOX] = fact.tag
            case MainsChanged():
                self._switch(fact.present)
            case PowerSeen():
                self.power = fact
                if fact.source != "unknown":  # that is no mains failure: what was known last stands
                    self.mains = fact.source == "mains"
            case PersonNear():
                self.near = fact.near
            case AcceptorPast():
                self.told.acceptor = fact
            case DepositPast():
                self.told.deposit = fact
            case DispenserPast():
                self.told.dispenser = fact
            case PrinterPast():
                self.told.printer = fact
            case ScreenLost() | ScreenBack():
                self.screen = isinstance(fact, ScreenBack)
            case _:
                return self._station(fact)
        return True

    def _switch(self, mains: bool) -> None:
        """The cabinet's mains switch: it decides where no UPS does."""
        if "ups" not in self.fitted:
            self.mains = mains

    def _fault(self, fault: Fault, wall_ms: int) -> None:
        log.warning("fault device=%s code=%s up=%d detail=%s", fault.device, fault.code, fault.up, fault.detail)
        key = (fault.device, fault.code, fault.detail if fault.code.startswith("CASSETTE") else "")
        if fault.device == "acceptor" and fault.code in ("NOTE_JAM", "BOX_JAM"):
            self.told.jammed = fault.up
        if fault.device == "ticket_unit" and fault.code == "TICKET_JAM":
            self.told.blank_stuck = fault.up
        if fault.up:
            self.faults[key] = fault
            self.raised_ms.setdefault(key, wall_ms)
            if fault.code in LOST_DEVICE:
                self.ready.discard(fault.device)
        else:
            self.faults.pop(key, None)
            self.raised_ms.pop(key, None)

    def behind_ms(self, least_ms: int) -> int:
        """How far our clock is behind the station's, 0 when it is less than that: one that lost time while the power was away
        makes a long pause short."""
        return self.skew_ms if self.skew_ms > least_ms else 0

    def _station(self, fact: Fact) -> bool:
        match fact:
            case SessionGranted():
                self.station = "online"
            case StationBack():
                self.station = "refused" if self.station == "refused" else "online"
                self.skew_ms = fact.skew_ms
            case SessionRefused() | InboxFailed(reason="no_grant"):
                self.station = "refused"
            case StationLost():
                self.station = "lost" if self.station != "refused" else "refused"
            case NetworkKnown():
                self.network_known, self.network_version = True, fact.network.version
            case _:
                return False
        return True

    def known(
        self,
        *,
        starting: bool,
        service: bool,
        journal_room: bool,
        wall_ms: int,
        command: str = "normal",
        after_hours: bool = False,
        power_sure: bool = True,
        reversing: bool = False,
    ) -> Known:
        """What the mode follows from."""
        charges = self.charges()
        self.fitted_ways.update(charges)
        return Known(
            faults=tuple(self.faults.values()),
            ready=frozenset(self.ready),
            fitted=self.fitted,
            stock=self.stock,
            station=self.station,
            command=command,
            after_hours=after_hours,
            starting=starting,
            service=service,
            doors_open=bool(self.doors_open),
            mains=self.mains,
            power_sure=power_sure,
            screen=self.screen,
            journal_room=journal_room,
            clock_valid=wall_ms >= BUILD_WALL_MS,
            network_known=self.network_known,
            skew_ms=self.skew_ms,
            charges=charges,
            fitted_ways=tuple(way for way in WAYS if way in self.fitted_ways),
            reversing=reversing,
        )

    def all_spoke(self) -> bool:
        """Every fitted device is ready or known to be in trouble: the past is as complete as it will get."""
        lost = {fault.device for fault in self.faults.values() if fault.code in LOST_DEVICE}
        return self.fitted <= self.ready | lost | KNOWS_NO_PAST

    def not_answering(self) -> bool:
        """A device has not been heard yet, though it is there."""
        silent = {fault.device for fault in self.faults.values() if fault.code == "NO_ANSWER"}
        return bool(silent - self.ready - KNOWS_NO_PAST)

    def worst_since_ms(self) -> int:
        """Wall time at which the oldest fault that stops something was raised; 0 when there is none."""
        times = [
            self.raised_ms[key] for key, fault in self.faults.items() if FaultCode[fault.code].code.startswith("E")
        ]
        return min(times, default=0)
