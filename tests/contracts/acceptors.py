"""Every driver of the note acceptor port with the twin of its device: rows for the contract suites."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from drivers.ccnet.b2b.driver import BillToBill as BillToBillDriver
from drivers.ccnet.driver import CcnetValidator as CcnetDriver
from drivers.ebds.driver import EbdsAcceptor
from drivers.essp.driver import EsspAcceptor
from drivers.id003.driver import Id003Acceptor as Id003Driver
from kiosk.ports.fact import Report
from simulator.devices.ccnet import CcnetValidator
from simulator.devices.ccnet.b2b import ESCROW, BillToBill
from simulator.devices.ebds import EbdsValidator
from simulator.devices.essp import EsspValidator
from simulator.devices.id003 import Id003Acceptor
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.validator import Validator
from tests.simulator.fronts.harness import Fitted, Joint, Rig

NOTES_PER_BOOT = 100_000

Fit = Callable[[str, Report, int], Fitted]
"""Device name, report, first note number -> the driver on its line; `subject` is the NoteAcceptor."""


@dataclass(frozen=True, slots=True)
class Row:
    twin: Callable[[Matter, Speeds], Validator]
    fit: Fit
    credited_in: Collection[str]
    """Places in which a note lies that the driver said is ours or deposited."""


def _ccnet(name: str, report: Report, first_note: int) -> Fitted:
    driver = CcnetDriver(name, report, first_note=first_note)
    return Fitted(driver, [Joint("acceptor", driver, 9_600)])


def _bill_to_bill(name: str, report: Report, first_note: int) -> Fitted:
    unit = BillToBillDriver(name, "dispenser", report, first_note=first_note, recycling={2: 1_000})
    return Fitted(unit.acceptor, [Joint("acceptor", unit, 9_600)])


def _id003(name: str, report: Report, first_note: int) -> Fitted:
    driver = Id003Driver(name, report, first_note=first_note)
    return Fitted(driver, [Joint("acceptor", driver, 9_600)])


def _ebds(name: str, report: Report, first_note: int) -> Fitted:
    driver = EbdsAcceptor(name, report, first_note=first_note)
    return Fitted(driver, [Joint("acceptor", driver, 9_600)])


def _essp(name: str, report: Report, first_note: int) -> Fitted:
    driver = EsspAcceptor(name, report, first_note=first_note, draw=Random(first_note).randbytes)
    return Fitted(driver, [Joint("acceptor", driver, 9_600)])


ROWS: Mapping[str, Row] = {
    "ccnet": Row(CcnetValidator, _ccnet, ("box",)),
    "id003": Row(Id003Acceptor, _id003, ("box",)),
    "ccnet_b2b": Row(
        lambda matter, speeds: BillToBill(matter, speeds, kinds_of=(ESCROW, 2, 0)),
        _bill_to_bill,
        ("box", "cassette.1", "cassette.2"),
    ),
    "ebds": Row(EbdsValidator, _ebds, ("box",)),
    "essp": Row(EsspValidator, _essp, ("box",)),
}


def rig(row: Row, speeds: Speeds) -> Rig:
    def fit(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
        return row.fit("acceptor", report, boot * NOTES_PER_BOOT + 1)

    return Rig(lambda seed: {"acceptor": row.twin(Matter(), speeds)}, fit, fit)
