"""Paths of USB printers, and what a bus says of itself; the cable itself is tested with the port's contract."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest

from drivers.link.usb_claim import UsbPath, parse_path
from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError, LinkError
from kiosk.settings import Device, DeviceTable
from simulator.devices.escpos.usb import UsbEscPosPrinter
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.usb import UsbPrinter
from simulator.usb_host import UsbHost

CLAIM = ({"call": "detach", "interface": 0}, {"call": "claim", "interface": 0})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("usb:04b8:0E15", UsbPath(0x04B8, 0x0E15, "", "")),
        ("usb:416:5011:A 1", UsbPath(0x0416, 0x5011, "A 1", "")),
        ("usb:0416:5011:A1@/run/bus", UsbPath(0x0416, 0x5011, "A1", "/run/bus")),
        ("usb:0416:5011@bus", UsbPath(0x0416, 0x5011, "", "bus")),
    ],
)
def test_a_path_names_ids_and_a_serial(text: str, path: UsbPath) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize(
    "text", ["usb:", "usb:0416", "usb:xyz:5011", "usb:0416:5011:", "usb:00416:5011", "/dev/usb/lp0"]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(LinkError, match=re.escape(text)):
        parse_path(text)


@pytest.mark.parametrize(
    ("model", "link", "why"),
    [
        ("escpos", "usb:0416:5011", ""),
        ("escpos", "usb:0416", "not usb:VENDOR:PRODUCT"),
        ("megatec", "usb:0416:5011", "megatec has no driver for USB"),
    ],
)
def test_a_configuration_says_which_device_may_be_on_usb(model: str, link: str, why: str) -> None:
    device = Device(model, link)
    table = DeviceTable(slip_printer=device) if model == "escpos" else DeviceTable(ups=device)
    if not why:
        check_devices(table)
        return
    with pytest.raises(ConfigError, match=re.escape(why)):
        check_devices(table)


class Bus:
    """A host and one plain client of it, no library between them."""

    def __init__(self, folder: Path) -> None:
        self.twin = UsbEscPosPrinter(Matter(), Speeds(rate=0))
        self.host = UsbHost([UsbPrinter(self.twin, port_status=self.twin.port_status)], folder / "bus")
        self.client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.client.connect(self.host.path)
        self.client.setblocking(False)
        self.now_ms = 0

    def say(self, line: bytes) -> list[dict[str, object]]:
        self.client.sendall(line)
        for _ in range(3):
            self.host.serve_readable(self.now_ms)
        return self.heard()

    def heard(self) -> list[dict[str, object]]:
        try:
            return [json.loads(line) for line in self.client.recv(1 << 20).splitlines()]
        except BlockingIOError:
            return []

    def call(self, call: str, **words: object) -> dict[str, object]:
        [answer] = self.say(json.dumps({"call": call, **words}).encode() + b"\n")
        return answer

    def close(self) -> None:
        self.client.close()
        self.host.close()


def test_a_strict_bus_lets_nobody_past_the_kernels_driver_or_another_client(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    ours, theirs = bus.call("open", device=0)["value"], bus.call("open", device=0)["value"]
    assert bus.call("claim", handle=ours, interface=0) == {"errno": 16}
    assert bus.call("write", handle=ours, endpoint=1, data="00") == {"errno": 2}
    for words in CLAIM:
        assert bus.call(handle=ours, **words) == {"value": None}  # type: ignore[arg-type]
    assert bus.call("claim", handle=theirs, interface=0) == {"errno": 16}
    assert bus.call("write", handle=ours, endpoint=0x82, data="00") == {"errno": 2}
    assert bus.call("write", handle=ours, endpoint=1, data="100401") == {"value": 3}
    assert bus.call("read", handle=ours, endpoint=0x82, length=63) == {"errno": 75}
    assert bus.call("read", handle=ours, endpoint=0x82, length=64) == {"value": "12"}
    assert bus.call("control", handle=ours, setup=[0xA1, 1, 0, 0], length=1) == {"value": "18"}
    bus.twin.faults.add("paper_out")
    assert bus.call("control", handle=ours, setup=[0xA1, 1, 0, 0], length=1) == {"value": "30"}
    assert bus.call("control", handle=ours, setup=[0xA1, 9, 0, 0], length=1) == {"errno": 32}
    bus.host.unplug()
    assert bus.call("claim", handle=ours, interface=0) == {"errno": 19}
    bus.host.replug()
    assert bus.call("claim", handle=ours, interface=0) == {"errno": 19}
    assert bus.call("devices")["value"] != []
    bus.close()


def test_a_read_waits_for_its_time_and_no_longer(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    handle = bus.call("open", device=0)["value"]
    for words in CLAIM:
        bus.call(handle=handle, **words)  # type: ignore[arg-type]
    line = json.dumps({"call": "read", "handle": handle, "endpoint": 0x82, "length": 64, "timeout_ms": 200}).encode()
    assert bus.say(line + b"\n") == []
    bus.now_ms = 199
    bus.host.serve_timers(bus.now_ms)
    assert bus.heard() == []
    bus.host.serve_timers(200)
    assert bus.heard() == [{"errno": 110}]
    bus.close()


@pytest.mark.parametrize(
    "line", [b"\xff\n", b"[]\n", b"{}\n", b'{"call":"read","handle":"x"}\n', b'{"call":"devices","timeout_ms":"x"}\n']
)
def test_a_bus_answers_nonsense_with_an_error_and_goes_on(line: bytes, tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    assert bus.say(line) == [{"errno": 22}]
    assert len(bus.call("devices")["value"]) == 1  # type: ignore[arg-type]
    bus.close()
