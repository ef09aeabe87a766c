"""What can be wrong with a device: a value, raised and cleared, with what it stops and how it is called on the screen.

A fault says which *ability* of the machine it takes away; `kiosk.modes` derives the mode from that. Texts for people are in
the catalogues under the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import ClassVar

from kiosk.ports.fact import Fact


@unique
class Ability(Enum):
    """What a machine needs for a kind of service."""

    SELL = "sell anything"
    NOTES_IN = "take notes"
    CHANGE = "pay change from cassettes"
    TICKETS = "print and hand over tickets"
    SLIPS = "print slips"
    CHARGE = "take cards and phones"
    SCAN = "read codes from paper and phones"
    IDENTITY = "read identity cards"
    NONE = "nothing: a warning"


@unique
class FaultCode(Enum):
    """Code on the screen and in the station's log, and the ability it takes away."""

    # any device
    LINK_LOST = ("E10", None)  # None: the ability depends on the device
    NO_ANSWER = ("E11", None)
    WRONG_DEVICE = ("E12", None)
    DEVICE_FAILURE = ("E13", None)
    PROTOCOL = ("W14", Ability.NONE)
    FIRMWARE = ("W15", Ability.NONE)  # not the one that the configuration expects
    # note acceptor
    NOTE_JAM = ("E21", Ability.NOTES_IN)
    BOX_JAM = ("E22", Ability.NOTES_IN)
    BOX_FULL = ("E23", Ability.NOTES_IN)
    BOX_OUT = ("E24", Ability.NOTES_IN)
    CHEATED = ("W25", Ability.NONE)
    NOTE_TABLE = ("E26", Ability.NOTES_IN)
    # dispenser and change tray
    DISPENSER_JAM = ("E31", Ability.CHANGE)
    CASSETTE_OUT = ("W32", Ability.NONE)  # its notes are simply not there: it rests once it gave too little
    CASSETTE_LOW = ("W33", Ability.NONE)
    CASSETTE_EMPTY = ("W34", Ability.NONE)
    REJECT_FULL = ("E35", Ability.CHANGE)
    REJECT_OUT = ("E36", Ability.CHANGE)
    WRONG_NOTES = ("E37", Ability.CHANGE)
    CHANGE_TRAY = ("E38", Ability.CHANGE)
    NOT_COUNTED = ("E39", Ability.CHANGE)
    # ticket unit
    PAPER_OUT = ("E41", Ability.TICKETS)
    PAPER_LOW = ("W42", Ability.NONE)
    TICKET_JAM = ("E43", Ability.TICKETS)
    CUTTER = ("E44", Ability.TICKETS)
    STRIPE = ("E45", Ability.TICKETS)
    TICKET_TRAY = ("E46", Ability.TICKETS)
    WASTE_FULL = ("E47", Ability.TICKETS)
    SEAL = ("E48", Ability.TICKETS)
    # slip printer
    SLIP_PAPER_OUT = ("W51", Ability.SLIPS)
    SLIP_PAPER_LOW = ("W52", Ability.NONE)
    SLIP_COVER = ("W53", Ability.SLIPS)
    SLIP_CUTTER = ("W54", Ability.SLIPS)
    # cabinet
    SHUTTER = ("E61", Ability.NOTES_IN)
    OVER_TEMPERATURE = ("W62", Ability.NONE)
    VIBRATION = ("W63", Ability.NONE)
    TAMPER = ("E64", Ability.SELL)
    # what is no cash
    SETTLEMENT = ("W71", Ability.NONE)  # the bank has other sums of a day than the journal: people look it up

    @property
    def code(self) -> str:
        return str(self.value[0])


DEVICE_ABILITY = {
    "acceptor": Ability.NOTES_IN,
    "dispenser": Ability.CHANGE,
    "ticket_unit": Ability.TICKETS,
    "slip_printer": Ability.SLIPS,
    "cabinet": Ability.SELL,
    "payment": Ability.CHARGE,
    "code_scanner": Ability.SCAN,
    "id_reader": Ability.IDENTITY,
}
"""What is lost when the whole device of that name is."""


@dataclass(frozen=True, slots=True)
class Fault(Fact):
    """A device's state changed. `device` is its name in config; `code` the name of a FaultCode; `up` False clears it.

    `detail`: raw code or place for the technician, such as `47/50` or `cassette 2`; never a sentence.
    """

    kind: ClassVar[str] = "fault"
    device: str
    code: str
    up: bool
    detail: str = ""

    @property
    def ability(self) -> Ability:
        return FaultCode[self.code].value[1] or DEVICE_ABILITY.get(self.device, Ability.NONE)
