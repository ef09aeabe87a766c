"""The front of an EBDS acceptor says what its driver says: the same scripts at port level and over a wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from drivers.ebds.driver import EbdsAcceptor as Driver
from kiosk.ports.fact import Report
from simulator.devices.ebds import EbdsValidator
from simulator.devices.ebds.codes import Call
from simulator.devices.ebds.faults import FAULTS
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port.ebds import EbdsFront
from simulator.fronts.port.ebds.notes import Notes
from tests.simulator.fronts.acceptor_scripts import (
    NOTES_PER_BOOT,
    Unit,
    give_back,
    once_before,
    places,
    stack,
    wait,
)
from tests.simulator.fronts.harness import Fitted, Joint, Rig, assert_same

pytestmark = pytest.mark.slow


def twins(seed: int) -> Mapping[str, Any]:
    return {"acceptor": EbdsValidator(Matter(), Speeds())}


def by_bytes(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    driver = Driver("acceptor", report, first_note=boot * NOTES_PER_BOOT + 1)
    return Fitted(driver, [Joint("acceptor", driver, 9_600)])


def by_port(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    front = EbdsFront("acceptor", report, twins["acceptor"], first_note=boot * NOTES_PER_BOOT + 1)
    return Fitted(front, [Joint("acceptor", front)])


RIG = Rig(twins, by_bytes, by_port, places)
MENU = list(FAULTS)
ON_THE_LINE = ["silence_before_once", "silence_after_once", "reset_by_itself_once", "bit_flip_once", "cut_frame_once"]
ON_THE_LINE += ["noise_once", "duplicate_reply_once", "invalid_next", "opposite_toggle_next"]
UNIT = Unit(
    RIG,
    lasting=[name for name in MENU if not name.endswith("_next")],
    once=MENU,
    on_the_line=ON_THE_LINE,
    at={stack: (Call.STACK, Call.POLL), give_back: (Call.RETURN, Call.POLL), wait: (Call.POLL,)},
    anythings=120,
    # 60: the plug is pulled while an answer is on its way, and the unit says it again after 34 s (page 071, given up).
    # The others: the hand that ends `out_of_service` comes 1 ms before the first message that a unit hears after its second reset;
    # without a wire it has heard that message already.
    ties=(60, 65, 106, 120),
)


def test_the_same_facts_with_bytes_and_without() -> None:
    UNIT.agree()


def test_a_front_that_guesses_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note that went without a word is told as returned, though it may lie in the box."""
    monkeypatch.setattr(Notes, "_left", Notes._back)
    with pytest.raises(AssertionError, match="facts differ"):
        assert_same(RIG, once_before("stacked_without_event_next"))
