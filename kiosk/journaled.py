"""Which facts of devices and of the station get a line of their own when no sale takes them."""

from __future__ import annotations

from kiosk.faults import Fault
from kiosk.ports.cabinet import BoxMoved, CabinetSeen, DoorMoved, MainsChanged
from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import AcceptorPast, DepositPast
from kiosk.ports.note_dispenser import DispenserPast
from kiosk.ports.payment import BatchSettled
from kiosk.ports.station import PrintedReported, VoidReported
from kiosk.ports.ticket_printer import PrinterPast
from kiosk.ports.ups import MainsStrayed, OffFailed, OffSet, PowerDip, PowerSeen

JOURNALED = (
    Fault, DoorMoved, CabinetSeen, BoxMoved, MainsChanged, DeviceReady, AcceptorPast, DepositPast, DispenserPast, PrinterPast,
    PrintedReported, VoidReported, PowerSeen, PowerDip, MainsStrayed, OffSet,
    OffFailed, BatchSettled,
)  # fmt: skip
