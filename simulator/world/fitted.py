"""Machines of the simulated world that stand in the demo, too: the demo's own files say how they are fitted out.

So a line of configuration that the demo is given is the line that the campaign tries; there is one place to add a device.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import config
from kiosk.settings import Device, DeviceTable, Settings
from simulator.cabinet.settings import CabinetSettings
from simulator.fittings import FITTINGS
from simulator.world.level import FITTED, Fitted, Machine

TEMPLATES = Path(__file__).resolve().parents[2] / "config" / "demo"
FILLED_IN = {"@STATION@": "http://station", "@DIR@": "wires"}


def _text(machine: Fitted, name: str) -> str:
    text = FITTINGS[machine].changed(name, (TEMPLATES / name).read_text(encoding="utf-8"))
    for mark, instead in FILLED_IN.items():
        text = text.replace(mark, instead)
    return text


@cache
def devices(machine: Fitted) -> DeviceTable:
    """The devices as the demo's machine has them with this fitting."""
    return config.parse(_text(machine, "machine.yaml"), Settings, f"machine.yaml, {machine}").devices


@cache
def cabinet(machine: Fitted) -> CabinetSettings:
    """What stands in the demo's cabinet with this fitting."""
    return config.parse(_text(machine, "cabinet.yaml"), CabinetSettings, f"cabinet.yaml, {machine}")


def cash(machine: Fitted) -> tuple[Device, Device]:
    """Acceptor and dispenser."""
    table = devices(machine)
    assert table.acceptor is not None
    assert table.dispenser is not None
    return table.acceptor, table.dispenser


def values_fen() -> dict[Machine, Mapping[int, int]]:
    """Fitted machine -> face value in each cassette that change is paid from."""
    return {machine: cash(machine)[1].cassettes for machine in FITTED}
