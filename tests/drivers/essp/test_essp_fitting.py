"""The model in a configuration: what is accepted, and what is refused with which words."""

from __future__ import annotations

from random import Random

import pytest

from drivers.essp.driver import EsspAcceptor
from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError
from kiosk.models import DATA_BITS, MODELS, NOTES_PER_BOOT, STOP_BITS, model, probed
from kiosk.settings import Device, DeviceTable


def test_an_acceptor_is_built_with_the_random_bytes_it_is_given() -> None:
    device = Device("essp", "a", poll_ms=250, notes={1: 100})
    check_devices(DeviceTable(acceptor=device))
    sent = []
    for _ in range(2):
        driver = model("acceptor", device, lambda fact: None, 3, Random(5).randbytes)
        assert isinstance(driver, EsspAcceptor)
        assert driver._escrow._next == 3 * NOTES_PER_BOOT + 1
        assert (driver._poll_ms, driver._look_only) == (250, False)
        sent.append(driver._draw(8))
    assert sent[0] == sent[1]
    assert (STOP_BITS["essp"], DATA_BITS.get("essp", 8)) == (2, 8)


def test_a_probe_only_looks() -> None:
    driver = probed(Device("essp", "a"), lambda fact: None)
    assert isinstance(driver, EsspAcceptor)
    assert driver._look_only
    assert MODELS["essp"].fits == ("acceptor",)


@pytest.mark.parametrize("notes", [{0: 100}, {17: 100}, {1: 0}])
def test_a_note_table_names_channels_and_money(notes: dict[int, int]) -> None:
    with pytest.raises(ConfigError, match="essp numbers its notes 1 to 16"):
        check_devices(DeviceTable(acceptor=Device("essp", "a", notes=notes)))
