"""The reader in the table of models."""

from __future__ import annotations

from typing import cast

import pytest

from drivers.crt310.driver import Crt310
from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError
from kiosk.models import MODELS, probed
from kiosk.settings import Device, DeviceTable
from tests.drivers.crt310.crt310_script import ENTRY, INSIDE, Paper


def test_a_machine_shuts_the_gate_and_offers_what_it_finds_and_a_probe_does_not() -> None:
    device = Device("crt310", "a", baud=38_400)
    for made, moves in (
        (MODELS["crt310"].build("card_reader", device, print, 1), True),
        (probed(device, print), False),
    ):
        paper = Paper(place=INSIDE, gate=0x49)
        paper.it = cast(Crt310, made)
        paper.it.link_up(paper.now_ms)
        paper.run(3_000)
        assert paper.it.ready
        assert (paper.count(b"\x32") == 1) is moves
        assert (paper.count(ENTRY) == 1) is moves


def test_a_rate_it_does_not_know_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match=r"crt310 listens at one of 1200, .*, not 57600"):
        probed(Device("crt310", "a", baud=57_600), print)


def test_it_is_no_device_of_another_place() -> None:
    with pytest.raises(ConfigError, match="crt310 is a card_reader"):
        check_devices(DeviceTable(ups=Device("crt310", "a")))
