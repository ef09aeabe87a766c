"""A fitting changes the demo's files so that machine and cabinet agree on what is inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.device_rules import check_devices
from kiosk.settings import read
from simulator.cabinet.settings import load
from simulator.fittings import FITTINGS, PHONES, Fitting, fitting
from simulator.rig import CodesAt, write_machine_config

KEY = "5a" * 32


@pytest.mark.parametrize("name", [*sorted(FITTINGS), *(f"{name}+{PHONES}" for name in sorted(FITTINGS))])
def test_machine_and_cabinet_agree(name: str, tmp_path: Path) -> None:
    fitted = fitting(name)
    codes = CodesAt("http://127.0.0.1:2", KEY) if fitted.phones else None
    settings = read(write_machine_config(tmp_path, "http://127.0.0.1:1", machine="T02", fitted=fitted, codes=codes))
    assert (settings.codes is not None) == fitted.phones == name.endswith(PHONES)
    if settings.codes is not None:
        assert (settings.codes.url, settings.codes.merchant) == ("http://127.0.0.1:2", "T02")
        assert settings.codes.key_file.read_text() == f"{KEY}\n"
    assert (settings.devices.ups is not None) == name.startswith("ups")
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


@pytest.mark.parametrize("name", ["toaster", "usual+", "usual+toaster", "phones+phones+phones", "+phones"])
def test_a_fitting_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(ValueError, match="invalid choice"):
        fitting(name)
