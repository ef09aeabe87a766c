"""The front of an ID-003 acceptor says what its driver says: the same scripts at port level and over a wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from drivers.id003.driver import Id003Acceptor as Driver
from kiosk.ports.fact import Report
from simulator.devices.id003 import Id003Acceptor
from simulator.devices.id003.codes import HOLD, RETURN, STACK_2, STATUS_REQUEST
from simulator.devices.id003.faults import FAULTS
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port.id003 import Id003Front
from tests.simulator.fronts import acceptor_scripts as scripts
from tests.simulator.fronts.acceptor_scripts import NOTES_PER_BOOT, Order, give_back, places, stack, wait
from tests.simulator.fronts.harness import Fitted, Joint, Rig, Script, assert_same

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
LASTING = [name for name in FAULTS if not name.endswith("_next")]
BYTES_ALONE = {"echo", "answer_after_2500_ms"}
ONCE = [name for name in FAULTS if name not in BYTES_ALONE]
ON_THE_LINE = ["silence_before_once", "silence_after_once", "reset_by_itself_once", "bit_flip_once", "cut_frame_once"]
ON_THE_LINE += ["noise_once", "duplicate_reply_once", "invalid_next", "communication_error_next", "wrong_length_next"]
LINK = ["silence_before", "silence_after", *ON_THE_LINE[:5]]
LUCK = scripts.Luck(RIG, ONCE, ON_THE_LINE)


@pytest.mark.parametrize("script", scripts.ORDINARY, ids=lambda script: script.__name__)
def test_the_ordinary_day(script: Script) -> None:
    assert assert_same(RIG, script)


@pytest.mark.parametrize("name", [name for name in LASTING if name not in BYTES_ALONE])
def test_a_lasting_fault(name: str) -> None:
    assert assert_same(RIG, scripts.lasting(name))


@pytest.mark.parametrize("name", ONCE)
def test_a_fault_before_a_note(name: str) -> None:
    assert assert_same(RIG, scripts.once_before(name))


@pytest.mark.parametrize("order", [stack, give_back, wait])
@pytest.mark.parametrize("name", [*ONCE, *ON_THE_LINE[:7]])
def test_a_fault_with_a_note_in_escrow(name: str, order: Order) -> None:
    assert assert_same(RIG, scripts.once_in_escrow(name, order))


@pytest.mark.parametrize("command", [STACK_2, STATUS_REQUEST])
@pytest.mark.parametrize("name", LINK)
def test_a_stack_order_on_a_bad_line(name: str, command: int) -> None:
    assert assert_same(RIG, scripts.at_command(name, command, stack))


@pytest.mark.parametrize("command", [RETURN, STATUS_REQUEST])
@pytest.mark.parametrize("name", LINK)
def test_a_return_order_on_a_bad_line(name: str, command: int) -> None:
    assert assert_same(RIG, scripts.at_command(name, command, give_back))


@pytest.mark.parametrize("name", LINK)
def test_a_renewal_on_a_bad_line(name: str) -> None:
    assert assert_same(RIG, scripts.at_command(name, HOLD, wait))


@pytest.mark.parametrize("for_ms", [3_050, 15_050, 45_050])
@pytest.mark.parametrize("order", [stack, give_back, wait])
@pytest.mark.parametrize("before_ms", [0, 550, 3_050])
@pytest.mark.parametrize("name", ["silence_before", "silence_after", "bit_flip"])
def test_a_silent_unit(name: str, before_ms: int, order: Order, for_ms: int) -> None:
    assert assert_same(RIG, scripts.silent(name, before_ms, order, for_ms))


@pytest.mark.parametrize("order", [stack, give_back, wait])
@pytest.mark.parametrize("after_ms", [0, 550, 2_050, 9_050])
def test_a_power_cut(after_ms: int, order: Order) -> None:
    assert assert_same(RIG, scripts.cut_at(after_ms, order))


@pytest.mark.parametrize("out_ms", [550, 3_050, 40_050])
@pytest.mark.parametrize("order", [stack, give_back, wait])
@pytest.mark.parametrize("after_ms", [50, 550, 3_050])
def test_a_pulled_plug(after_ms: int, order: Order, out_ms: int) -> None:
    assert assert_same(RIG, scripts.pulled(after_ms, order, out_ms))


@pytest.mark.parametrize("seed", range(1, 26))
def test_anything_at_all(seed: int) -> None:
    assert len(assert_same(RIG, LUCK.anything, seed)) > 10
