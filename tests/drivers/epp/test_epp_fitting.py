"""The pads in the table of models, and a link that follows the rate its driver looks for."""

from __future__ import annotations

import os
import pty
import termios
import tty
from typing import cast

import pytest

from drivers.epp.codec import RATES
from drivers.epp.driver import Epp
from drivers.link.serial_link import SerialLink
from kiosk.__main__ import main
from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError
from kiosk.fitting import opener
from kiosk.models import MODELS, probed
from kiosk.settings import Device, DeviceTable
from tests.drivers.epp.epp_script import Paper


@pytest.mark.parametrize(("model", "start"), [("zt588", b"630 006588001234567"), ("zt598", b"600011")])
def test_each_model_asks_for_a_pin_in_its_own_way(model: str, start: bytes) -> None:
    built = cast(Epp, MODELS[model].build("pin_pad", Device(model, "a", baud=19_200), lambda fact: None, 1))
    assert built.line_baud() == 19_200
    pad = Paper(style="at_start" if model == "zt588" else "at_fetch")
    pad.ready(model=model, pin_style=None)
    pad.ask_pin()
    assert pad.heard[-1] == start


def test_a_rate_it_does_not_know_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match=r"listens at one of 1200, .*, not 9000"):
        probed(Device("zt598", "a", baud=9_000), lambda fact: None)


def test_it_is_no_device_of_another_place() -> None:
    with pytest.raises(ConfigError, match="zt598 is a pin_pad"):
        check_devices(DeviceTable(ups=Device("zt598", "a")))


def test_a_link_follows_the_rate_before_it_writes() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    wanted = RATES[0]
    link = SerialLink(os.ttyname(slave), lambda: wanted)
    codes = {1_200: termios.B1200, 115_200: termios.B115200, 9_600: termios.B9600}
    try:
        for baud, code in codes.items():
            wanted = baud
            link.write(b"3")
            assert termios.tcgetattr(master)[4:6] == [code, code]
    finally:
        link.close()
        os.close(master)
        os.close(slave)


def test_the_link_of_a_probe_asks_the_driver() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    device = Device("zt598", os.ttyname(slave))
    link = opener("zt598", device, lambda: 115_200)()
    try:
        assert termios.tcgetattr(master)[4] == termios.B115200
    finally:
        link.close()
        os.close(master)
        os.close(slave)


def test_a_silent_port_is_told_by_the_probe(capsys: pytest.CaptureFixture[str]) -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    try:
        assert main(["probe", "zt598", os.ttyname(slave), "--seconds", "0.3"]) == 1
    finally:
        os.close(master)
        os.close(slave)
    assert "answered as zt598 within 0.3 s" in capsys.readouterr().out
