"""The shared link faults, on a bare answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.linkfaults import LINK_FAULTS, NOISE, LinkFaults

BASE = [name for name in LINK_FAULTS if not name.endswith("_once")]


class Device:
    def __init__(self, *faults: str) -> None:
        self.faults = set(faults)
        self.link = LinkFaults(self, late_ms=1_000)

    def answer(self, data: bytes, now_ms: int = 0, command: int | None = None) -> bytes:
        self.link.send(data, now_ms, command)
        return self.link.take_output()


@given(answers=st.lists(st.binary(max_size=20)))
def test_without_faults_every_answer_passes_unchanged(answers: list[bytes]) -> None:
    device = Device()
    assert [device.answer(answer) for answer in answers] == answers


@pytest.mark.parametrize("name", BASE)
def test_each_fault_has_a_lasting_and_a_single_form(name: str) -> None:
    lasting, single = Device(name), Device(f"{name}_once")
    assert [lasting.link.plays(name) for _ in range(3)] == [True] * 3
    assert [single.link.plays(name) for _ in range(3)] == [True, False, False]
    assert single.faults == set()


@pytest.mark.parametrize("name", [name for name in BASE if name not in ("silence_before", "reset_by_itself")])
def test_each_fault_of_an_answer_changes_it(name: str) -> None:
    device = Device()
    device.answer(b"before")
    device.faults = {name}
    assert device.answer(b"answer") != b"answer"


def test_targets_spare_other_commands() -> None:
    device = Device("silence_after_once")
    device.link.targets = {0x35}
    assert device.answer(b"poll", command=0x33) == b"poll"
    assert device.answer(b"stack", command=0x35) == b""
    assert device.answer(b"stack", command=0x35) == b"stack"


def test_a_late_answer_comes_when_it_is_due_and_not_after_a_power_cut() -> None:
    device = Device("late_reply")
    assert device.answer(b"late", 500) == b""
    assert device.link.poll(1_499) == 1_500
    assert device.link.poll(1_500) is None
    assert device.link.take_output() == b"late"
    device.answer(b"lost", 2_000)
    device.link.clear()
    assert device.link.poll(9_000) is None
    assert device.link.take_output() == b""


@pytest.mark.parametrize("length", range(3))
def test_the_shortest_answers_can_be_spoilt_too(length: int) -> None:
    for name in BASE:
        assert len(Device(name).answer(bytes(length))) <= 2 * length + len(NOISE)
