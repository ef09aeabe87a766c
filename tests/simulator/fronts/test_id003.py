"""The front of an ID-003 acceptor says what its driver says: the same scripts at port level and over a wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from drivers.id003.driver import Id003Acceptor as Driver
from kiosk.faults import Fault
from kiosk.ports.fact import Report
from simulator.devices.id003 import Id003Acceptor
from simulator.devices.id003.codes import HOLD, RETURN, STACK_2, STATUS_REQUEST
from simulator.devices.id003.faults import FAULTS
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port.id003 import Id003Front
from simulator.fronts.port.id003.notes import Notes
from tests.simulator.fronts.acceptor_scripts import (
    NOTES_PER_BOOT,
    Unit,
    fault,
    give_back,
    once_before,
    places,
    ready,
    stack,
    wait,
)
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig, assert_same, both

pytestmark = pytest.mark.slow


def twins(seed: int) -> Mapping[str, Any]:
    return {"acceptor": Id003Acceptor(Matter(), Speeds())}


def by_bytes(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    driver = Driver("acceptor", report, first_note=boot * NOTES_PER_BOOT + 1)
    return Fitted(driver, [Joint("acceptor", driver, 9_600)])


def by_port(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    front = Id003Front("acceptor", report, twins["acceptor"], first_note=boot * NOTES_PER_BOOT + 1)
    return Fitted(front, [Joint("acceptor", front)])


RIG = Rig(twins, by_bytes, by_port, places)
BYTES_ALONE = {"echo", "answer_after_2500_ms"}
MENU = [name for name in FAULTS if name not in BYTES_ALONE]
ON_THE_LINE = ["silence_before_once", "silence_after_once", "reset_by_itself_once", "bit_flip_once", "cut_frame_once"]
ON_THE_LINE += ["noise_once", "duplicate_reply_once", "invalid_next", "communication_error_next", "wrong_length_next"]
UNIT = Unit(
    RIG,
    lasting=[name for name in MENU if not name.endswith("_next")],
    once=MENU,
    on_the_line=ON_THE_LINE,
    at={stack: (STACK_2, STATUS_REQUEST), give_back: (RETURN, STATUS_REQUEST), wait: (HOLD,)},
)


def test_the_same_facts_with_bytes_and_without() -> None:
    UNIT.agree()


def test_a_front_that_guesses_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note that went without a word is told as returned, though it may lie in the box."""
    monkeypatch.setattr(Notes, "_gone", Notes._back)
    with pytest.raises(AssertionError, match="facts differ"):
        assert_same(RIG, once_before("stacked_without_event_next"))


def every_answer_late(bench: Bench) -> None:
    ready(bench)
    fault(bench, "answer_after_2500_ms")
    bench.run(20_050)


def test_answers_that_come_late_come_on_a_wire_alone() -> None:
    by_bytes, by_port = both(RIG, every_answer_late)
    assert Fault("acceptor", "NO_ANSWER", True, "") in by_port.facts
    assert not any(isinstance(fact, Fault) for fact in by_bytes.facts)
