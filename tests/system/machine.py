"""How the machine of these tests is set up, and small looks at what it shows and says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from kiosk.faults import FaultCode
from simulator.clock import SharedClock
from simulator.passenger.technician import Staff

ROOT = Path(__file__).resolve().parents[2]
MACHINE, TELECODE, TOKEN = "S01", "BXP", "token-of-the-test-stand"
CASHIER, SECOND = Staff("1001", "246810"), Staff("1002", "135790")
FIRST_NOTES = {1: 300, 2: 300, 3: 300, 4: 150}
FIRST_BLANKS = 400
RATE = 10
PATIENCE_S = 60.0  # for a fact; how fast the computer is decides nothing
AGAIN_MS = 800  # a touch that was not understood is tried again
DEVICES = {
    "acceptor": "model: ccnet",
    "dispenser": "model: lcdm4000, cassettes: {1: 100, 2: 500, 3: 1000, 4: 5000}",
    "ticket_unit": "model: ttpm, baud: 115200",
    "cabinet": "model: cabinet_board, baud: 19200",
    "slip_printer": "model: escpos, baud: 921600",
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """`devices`: name -> model and what belongs to it. `notes`: cassette -> how many the technician puts in. `cabinet`: lines
    of the cabinet's configuration. `parts`: device -> the one at whose port it is served."""

    devices: Mapping[str, str]
    notes: Mapping[int, int]
    cabinet: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def ports(self) -> list[str]:
        """Names of the devices that have a port of their own."""
        return [name for name in self.devices if name not in self.parts]


USUAL = Fitted(DEVICES, FIRST_NOTES)
UNIT = Fitted(
    {
        **DEVICES,
        "acceptor": "model: ccnet_b2b, escrow: 1",
        "dispenser": "model: ccnet_b2b, cassettes: {2: 100, 3: 1000}",
    },
    {2: 120, 3: 120},
    "acceptor: bill_to_bill\n"
    "bill_to_bill: {recycling: [{value_fen: 100, capacity: 200}, {value_fen: 1000, capacity: 200}]}\n",
    {"dispenser": "acceptor"},
)
"""A Bill-to-Bill unit takes the notes and pays the change."""


def this_morning() -> SharedClock:
    """A clock that shows six o'clock in Beijing: whenever the test runs, trains still leave on that day."""
    clock = SharedClock.starting_now(RATE)
    here = datetime.fromtimestamp(clock.base_wall_ms / 1000, timezone(timedelta(hours=8)))
    morning = here.replace(hour=6, minute=0, second=0, microsecond=0)
    return SharedClock(RATE, round(morning.timestamp() * 1000), clock.base_mono_ms)


def machine_yaml(station_url: str, links: Path, fitted: Fitted = USUAL) -> str:
    """The configuration. The station gets 3.5 s for its last word, the passenger 25 s to take. However long this machine
    takes to start again, whoever is here is asked."""
    devices = "".join(
        f'  {name}: {{link: "{links / fitted.parts.get(name, name)}", {words}}}\n'
        for name, words in fitted.devices.items()
    )
    return (
        f"machine: {{id: {MACHINE}, station: {TELECODE}, environment: lab}}\n"
        f'journal: journal\nstation: {{url: "{station_url}"}}\nscreen: {{socket: screen.sock}}\n'
        f"sale: {{answer_ms: 3500, ask_again_ms: 300, take_ms: 25000, resume_ms: 600000}}\ndevices:\n{devices}"
    )


def texts(value: Any) -> str:
    """All words of a screen value, one after the other."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "\n".join(texts(item) for item in value)
    if is_dataclass(value):
        return "\n".join(texts(getattr(value, part.name)) for part in fields(value))
    return ""


def stops(fault: str) -> bool:
    """Whether `device:CODE` takes an ability away."""
    return FaultCode[fault.partition(":")[2]].code.startswith("E")


def operators() -> list[str]:
    people = (
        f"{CASHIER.number}:王芳:Wang Fang:cash:{CASHIER.pin}",
        f"{SECOND.number}:李强:Li Qiang:supervisor:{SECOND.pin}",
    )
    return [word for person in people for word in ("--operator", person)]
