"""A port without a device, or with another one behind it: which one is said, what still works goes on, the right one heals it."""

from __future__ import annotations

import json

import pytest

from tests.system.machine import texts
from tests.system.stand import Stand
from tests.system.visitor import Visitor

pytestmark = pytest.mark.slow

LOST = {"LINK_LOST", "NO_ANSWER", "WRONG_DEVICE", "PROTOCOL", "DEVICE_FAILURE"}
STRANGERS = {
    "acceptor": "escpos",
    "dispenser": "ccnet",
    "ticket_unit": "lcdm4000",
    "cabinet": "ttpm",
    "slip_printer": "ccnet",
}
"""Place -> the model of the stranger behind its port."""


def faults_of(stand: Stand, device: str) -> set[str]:
    return {name.partition(":")[2] for name in stand.faults_told() if name.startswith(f"{device}:")} & LOST


def details(stand: Stand, device: str, code: str) -> str:
    facts = [step.fact for step in stand.steps() if step.fact["kind"] == "fault" and step.fact["device"] == device]
    return next(str(fact["detail"]) for fact in reversed(facts) if fact["code"] == code and fact["up"])


def told_to_station(stand: Stand) -> str:
    return json.dumps(stand.station_state()["devices"]["status"])


def without(stand: Stand, device: str) -> None:
    """The first screen of a machine that lacks this device."""
    if device in ("ticket_unit", "cabinet"):
        stand.until(lambda: stand.shows("oos") and stand.screen.reason == "fault", "out of service, a fault")
        return
    words = {"slip_printer": "No slips can be printed now"}.get(device, "This machine sells no tickets now")
    stand.until(lambda: stand.shows("attract") and words in texts(stand.screen), words)


@pytest.mark.parametrize("device", sorted(STRANGERS))
def test_missing_then_wrong_then_right(stand: Stand, device: str) -> None:
    stand.end("controller")
    stand.eyes.close()
    stand.unplug(device)
    stand.start_controller()
    stand.until(lambda: "LINK_LOST" in faults_of(stand, device), "the empty port is told")
    assert str(stand.links / device) in details(stand, device, "LINK_LOST")
    said = f"fault device={device} code=LINK_LOST up=1"
    stand.until(lambda: said in stand.log("controller").read_text(), "the log says so")
    without(stand, device)
    stand.plug_wrong(device, STRANGERS[device])
    stand.until(
        lambda: faults_of(stand, device) and "LINK_LOST" not in faults_of(stand, device), "the stranger is told", 30
    )
    assert faults_of(stand, device) <= {"WRONG_DEVICE", "NO_ANSWER"}
    without(stand, device)
    stand.end("stranger")
    stand.plug(device)
    stand.until(lambda: not faults_of(stand, device) and stand.sells(), "it works again by itself", 30)


def test_the_technician_and_the_station_see_which_device_is_missing(stand: Stand) -> None:
    stand.end("controller")
    stand.eyes.close()
    stand.unplug("acceptor")
    stand.start_controller()
    without(stand, "acceptor")
    stand.until(lambda: "acceptor:LINK_LOST" in told_to_station(stand), "the station is told")
    stand.service(act="open", door="outer")
    stand.log_in()
    levels = lambda: {row.action.target.rpartition(":")[2]: row.level for row in stand.screen.modules}
    stand.until(
        lambda: (levels()["acceptor"], levels()["dispenser"]) == ("danger", "ok"), "the row of the acceptor is red"
    )
    assert "E10" in texts(next(row for row in stand.screen.modules if row.action.target.endswith(":acceptor")))
    stand.service(act="close", door="outer")
    stand.press("svc:close_up", "attract", "home")
    stand.plug("acceptor")
    stand.until(stand.sells, "it works again by itself")
    stand.until(lambda: "acceptor:LINK_LOST" not in told_to_station(stand), "the station is told that it is over")


def test_a_machine_without_slips_still_sells(stand: Stand) -> None:
    stand.end("controller")
    stand.eyes.close()
    stand.unplug("slip_printer")
    stand.start_controller()
    without(stand, "slip_printer")
    visitor = Visitor(stand)
    visitor.to_cash()
    visitor.pay_up()
    visitor.take_all()
    assert visitor.settle()["outcome"] == "sold"
    stand.plug("slip_printer")
    stand.until(stand.sells, "it works again by itself")
