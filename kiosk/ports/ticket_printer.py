"""The ticket unit: makes tickets one by one into a tray, then hands all of them over as one bundle, or dumps them.

`key` is the short text that cannot repeat (docs/sheets/ticket-unit-raster.md): one per blank asked for. `bundle` is the sale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from kiosk.ports.fact import Fact


@dataclass(frozen=True, slots=True)
class Picture:
    """1 bit a dot, rows top first, (width+7)//8 bytes a row, most significant bit left, 1 = black."""

    width: int
    height: int
    rows: bytes


@dataclass(frozen=True, slots=True)
class TicketJob:
    """What goes onto one blank. `stripe`: the 43 characters of track 1 before the seal (ticket-printer sheet, section 3).

    `lying`: tickets of the same bundle that the machine knows to lie in the tray already. A unit that started since takes them
    over on this word, once, if its sensor sees a ticket; else it refuses a tray that is not empty.
    """

    key: str
    number: str
    stripe: str
    face: Picture
    lying: int = 0


@dataclass(frozen=True, slots=True)
class TicketInTray(Fact):
    """Written, verified, printed, cut, and in the tray."""

    kind: ClassVar[str] = "print!"
    result: ClassVar[str] = "in_tray"
    key: str


@dataclass(frozen=True, slots=True)
class TicketSpoiled(Fact):
    """No ticket exists under this key; `blanks` were spent. `reason`: stripe, jam, other.

    They lie in the waste bin; after `jam` (path or cutter) one sticks in the unit, which voids it at its next power-up.
    """

    kind: ClassVar[str] = "print!"
    result: ClassVar[str] = "spoiled"
    key: str
    blanks: int
    reason: str


@dataclass(frozen=True, slots=True)
class TicketRefused(Fact):
    """Nothing was started, no blank was spent. `reason`: paper, tray, waste, seal, link, other; unfit: what the station
    gave fits on no ticket."""

    kind: ClassVar[str] = "print!"
    result: ClassVar[str] = "refused"
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketUncertain(Fact):
    """It may lie in the tray or not: never print it again."""

    kind: ClassVar[str] = "print!"
    result: ClassVar[str] = "unknown"
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketsPresented(Fact):
    """The bundle lies in the open slot."""

    kind: ClassVar[str] = "deliver!"
    result: ClassVar[str] = "presented"
    bundle: int


@dataclass(frozen=True, slots=True)
class DeliverUncertain(Fact):
    """Flap or sensors did not do what they should: some tickets may be in the slot."""

    kind: ClassVar[str] = "deliver!"
    result: ClassVar[str] = "unknown"
    bundle: int
    reason: str


@dataclass(frozen=True, slots=True)
class SlotReopened(Fact):
    """The slot stands open again before a bundle that lay there when the power failed."""

    kind: ClassVar[str] = "reopen!"
    result: ClassVar[str] = "tickets"
    bundle: int


@dataclass(frozen=True, slots=True)
class SlotStayedShut(Fact):
    """The slot was not opened again, or could not be: what lies there is out of reach. `reason`: shutter, sensor, busy, other."""

    kind: ClassVar[str] = "reopen!"
    result: ClassVar[str] = "tickets_shut"
    bundle: int
    reason: str


@dataclass(frozen=True, slots=True)
class TicketsTaken(Fact):
    """The slot is empty again, taken by a hand while it was open."""

    kind: ClassVar[str] = "taken!"
    result: ClassVar[str] = "tickets"
    bundle: int


@dataclass(frozen=True, slots=True)
class TicketsRetracted(Fact):
    """What was not taken lies in the ticket retract bin."""

    kind: ClassVar[str] = "retract!"
    result: ClassVar[str] = "tickets"
    bundle: int


@dataclass(frozen=True, slots=True)
class TicketRetractUncertain(Fact):
    kind: ClassVar[str] = "retract!"
    result: ClassVar[str] = "tickets_unknown"
    bundle: int
    reason: str


@dataclass(frozen=True, slots=True)
class TrayDumped(Fact):
    """All tickets of the tray lie in the waste bin."""

    kind: ClassVar[str] = "dump!"
    result: ClassVar[str] = "done"
    bundle: int


@dataclass(frozen=True, slots=True)
class DumpUncertain(Fact):
    kind: ClassVar[str] = "dump!"
    result: ClassVar[str] = "unknown"
    bundle: int
    reason: str


@dataclass(frozen=True, slots=True)
class PrinterPast(Fact):
    """What the unit says of the time before this start.

    `last_key`: key of the last good ticket (`!V`), empty when none. `voided_at_start`: a ticket was found in the path and
    voided (NAK G). `tray`, `slot`: empty, tickets, unknown.
    """

    kind: ClassVar[str] = "printer.past"
    last_key: str
    voided_at_start: bool
    tray: str
    slot: str
    counters: tuple[tuple[str, int], ...]


class TicketPrinter(Protocol):
    tray_size: int  # tickets one bundle may have

    @property
    def counters(self) -> Mapping[str, int]:
        """Life counters as last read: `tickets`, `voided`."""
        ...

    def print_ticket(self, job: TicketJob) -> None:
        """Outcome: one of the `print!` facts. Never repeated by the driver."""
        ...

    def deliver(self, bundle: int) -> None:
        """Outcome: TicketsPresented or DeliverUncertain; TicketsTaken when a hand took them."""
        ...

    def dump(self, bundle: int) -> None:
        """Outcome: TrayDumped or DumpUncertain."""
        ...

    def present_again(self, bundle: int) -> None:
        """Open the slot before what lies there since an earlier start. Outcome: SlotReopened, later TicketsTaken when a hand
        took them; TicketsTaken (it was empty) or SlotStayedShut."""
        ...

    def retract(self, bundle: int) -> None:
        """Outcome: TicketsRetracted, TicketsTaken (it was empty) or TicketRetractUncertain."""
        ...

    def recall(self) -> None:
        """Report `PrinterPast` with what is known now."""
        ...
