"""The front of an eSSP acceptor says what its driver says: the same scripts at port level and over a wire."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from drivers.essp.driver import EsspAcceptor as Driver
from kiosk.ports.fact import Report
from simulator.devices.essp import EsspValidator
from simulator.devices.essp.codes import Command
from simulator.devices.essp.faults import ANSWERS, FAULTS
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port.essp import EsspFront
from simulator.fronts.port.essp.notes import Notes
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
    return {"acceptor": EsspValidator(Matter(), Speeds())}


def by_bytes(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    driver = Driver("acceptor", report, first_note=boot * NOTES_PER_BOOT + 1, draw=Random(boot).randbytes)
    return Fitted(driver, [Joint("acceptor", driver, 9_600)])


def by_port(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    front = EsspFront("acceptor", report, twins["acceptor"], first_note=boot * NOTES_PER_BOOT + 1)
    return Fitted(front, [Joint("acceptor", front)])


RIG = Rig(twins, by_bytes, by_port, places)
MENU = list(FAULTS)
ON_THE_LINE = ["silence_before_once", "silence_after_once", "reset_by_itself_once", "bit_flip_once", "cut_frame_once"]
ON_THE_LINE += ["noise_once", "duplicate_reply_once", *ANSWERS, "bad_crc_next", "wrong_bit_next", "keys_lost_next"]
UNIT = Unit(
    RIG,
    lasting=[name for name in MENU if not name.endswith("_next")],
    once=MENU,
    on_the_line=ON_THE_LINE,
    at={
        stack: (Command.POLL, Command.POLL_WITH_ACK),
        give_back: (Command.REJECT, Command.POLL_WITH_ACK),
        wait: (Command.HOLD,),
    },
    anythings=80,
    # 42: power fails 80 ms before the last of the answers that a start waits for; without a wire it is over by then.
    # 69: a fault begins between an answer to POLL and its acknowledgement, which are 46 ms apart on a wire and 1 ms without one:
    # there the acknowledgement meets it, here the next POLL.
    ties=(10, 31, 42, 69),
)


def test_the_same_facts_with_bytes_and_without() -> None:
    UNIT.agree()


def test_a_front_that_believes_a_credit_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note may still be pulled back when its credit was told."""

    def believes(notes: Notes, channel: int) -> None:
        if notes.held is not None:
            notes._ours(notes.held)

    monkeypatch.setattr(Notes, "_credited", believes)
    with pytest.raises(AssertionError, match="facts differ"):
        assert_same(RIG, once_before("strim_after_credit_next"))
