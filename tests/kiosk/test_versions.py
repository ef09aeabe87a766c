"""The version of a device is compared with what the configuration expects, at each start; another one is told, and sells on."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady
from kiosk.versions import Versions
from simulator.world.machine import Box
from simulator.world.prepared import prepared


def ready(version: str, device: str = "acceptor") -> DeviceReady:
    return DeviceReady(device, "SM", version, "1")


def test_another_version_is_told_once_and_taken_back_when_it_is_right_again() -> None:
    versions = Versions({"acceptor": "1.2"})
    assert versions.hear(ready("1.20 b")) is None
    told = versions.hear(ready("1.3"))
    assert told == Fault("acceptor", "FIRMWARE", True, "1.3, not 1.2")
    assert versions.hear(ready("1.3")) is None
    assert versions.hear(ready("")) == Fault("acceptor", "FIRMWARE", True, "-, not 1.2")
    assert versions.hear(ready("1.2")) == Fault("acceptor", "FIRMWARE", False)
    assert versions.hear(ready("9", "dispenser")) is None


def started(version: str) -> Box:
    base = prepared()
    assert base.settings.devices.acceptor is not None
    acceptor = replace(base.settings.devices.acceptor, version=version)
    table = replace(base.settings.devices, acceptor=acceptor)
    box = replace(base, settings=replace(base.settings, devices=table)).box(Random(1))
    box.restore_power()
    box.settle(60_000, lambda: box.screen is not None and box.screen.kind == "attract")
    return box


def test_a_machine_with_another_firmware_says_so_and_sells() -> None:
    box = started("nobody's")
    assert box.made is not None
    controller = box.made.controller
    assert controller.mode.sells
    assert "acceptor:FIRMWARE" in controller.status()["faults"]
    assert any(b'"code":"FIRMWARE"' in line for line in box.lines())
    told = controller.status()
    assert told["versions"].keys() >= {"acceptor", "dispenser", "ticket_unit", "cabinet"}
    assert told["services"] == {"cash": "change_low", "slips": "ok"}


def test_the_right_one_is_not_worth_a_word() -> None:
    first = started("")
    assert first.made is not None
    version = first.made.controller.watch.models["acceptor"].version
    box = started(version[:2])
    assert box.made is not None
    assert not [each for each in box.made.controller.status()["faults"] if "FIRMWARE" in each]
    assert not any(b'"code":"FIRMWARE"' in line for line in box.lines())
