"""A hopper can be looked at with `./tvm probe`, and no configuration can name it for another place than its own."""

from __future__ import annotations

import pytest

from drivers.cctalk.driver import CcTalkBus
from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError
from kiosk.models import MODELS, SHORT_NAMES, probed
from kiosk.settings import Device, DeviceTable


def test_a_probe_looks_at_every_usual_address() -> None:
    driver = probed(Device(SHORT_NAMES["cctalk-hopper"], "a"), lambda fact: None)
    assert isinstance(driver, CcTalkBus)
    assert [hopper.seat.address for hopper in driver.hoppers.values()] == list(range(3, 11))
    assert not driver.ready


def test_it_fits_one_place_of_the_configuration() -> None:
    assert set(MODELS["cctalk_hopper"].fits) & set(DeviceTable.__dataclass_fields__) == {"hopper"}
    with pytest.raises(ConfigError, match="cctalk_hopper is a hopper"):
        check_devices(DeviceTable(dispenser=Device("cctalk_hopper", "a")))
