"""Code scanner and identity reader in the configuration: their models, their places, their drivers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drivers.samv.driver import Samv
from drivers.scanner.driver import Scanner
from kiosk.clock import VirtualClock
from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError
from kiosk.faults import Ability, Fault
from kiosk.fitting import drivers_of
from kiosk.reactor import Reactor
from kiosk.settings import Device, DeviceTable
from simulator.world.prepared import settings


def test_both_are_fitted_where_they_are_named() -> None:
    table = DeviceTable(code_scanner=Device("scanner", "/dev/a"), id_reader=Device("samv", "/dev/b", baud=115_200))
    check_devices(table)
    station: Any = None
    made = drivers_of(_with(table), Reactor(VirtualClock(0, 0)), station, 1, lambda name, device: lambda: _never())
    assert isinstance(made.code_scanner, Scanner)
    assert isinstance(made.id_reader, Samv)
    assert made.fitted() == {"code_scanner", "id_reader"}


def _never() -> Any:
    raise AssertionError("no link is opened before the loop runs")


def _with(table: DeviceTable) -> Any:
    return replace(settings(), devices=table)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (DeviceTable(code_scanner=Device("samv", "a")), "samv is a id_reader"),
        (DeviceTable(id_reader=Device("scanner", "a")), "scanner is a code_scanner"),
        (DeviceTable(code_scanner=Device("scanner", "a"), id_reader=Device("samv", "a")), "is the port of"),
    ],
)
def test_a_wrong_place_or_one_port_for_both_is_refused(table: DeviceTable, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        check_devices(table)


def test_a_wrong_device_on_a_port_takes_away_its_own_ability() -> None:
    assert Fault("code_scanner", "WRONG_DEVICE", True).ability is Ability.SCAN
    assert Fault("id_reader", "WRONG_DEVICE", True).ability is Ability.IDENTITY
