"""A fitting changes the demo's files so that machine and cabinet agree on what is inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.device_rules import check_devices
from kiosk.settings import read
from simulator.cabinet.settings import load
from simulator.fittings import FITTINGS, Fitting
from simulator.rig import write_machine_config


@pytest.mark.parametrize("name", sorted(FITTINGS))
def test_machine_and_cabinet_agree(name: str, tmp_path: Path) -> None:
    fitted = FITTINGS[name]
    settings = read(write_machine_config(tmp_path, "http://127.0.0.1:1", machine="T02", fitted=fitted))
    cabinet = load(tmp_path / "cabinet.yaml")
    assert settings.machine.id == "T02"
    assert settings.devices.dispenser is not None
    one_unit = cabinet.acceptor == "bill_to_bill"
    assert settings.devices.dispenser.link == str(tmp_path / "ports" / ("acceptor" if one_unit else "dispenser"))
    inside = cabinet.cassette_values_fen()
    assert dict(settings.devices.dispenser.cassettes) == inside
    assert settings.devices.dispenser.model == ("ccnet_b2b" if one_unit else cabinet.dispenser)
    check_devices(settings.devices)
    assert set(fitted.notes) == set(inside)
    for number, notes in fitted.notes.items():
        assert notes <= cabinet.vault_notes[inside[number]]


def test_a_line_that_is_not_there_is_said() -> None:
    fitted = Fitting({}, {"machine.yaml": {"  acceptor:": "  acceptor: {}"}})
    assert fitted.changed("cabinet.yaml", "a: 1\n") == "a: 1\n"
    with pytest.raises(ValueError, match="0 lines begin with"):
        fitted.changed("machine.yaml", "devices:\n")
