"""Each fault switch of the dispensers of dialect 50 shows, and no note is ever made or lost."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.lcdm.faults import FAULTS_1000, FAULTS_2000
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.lcdm50_host import (
    ACK,
    NAK,
    PURGE,
    STATUS,
    TEST_UPPER,
    Host,
    both,
    command,
    lower,
    upper,
)

MOVED: dict[str, tuple[bytes, str, int, int]] = {
    # order -> CHK EXIT, error, status, REJECT as told; notes in the tray; notes in the reject tray
    "short_pick_next": (upper(2), "30 30 30 30 32 30 30 30", 0, 0),
    "double_pick_next": (upper(2), "30 34 30 32 30 30 30 32", 2, 2),
    "double_pick_passed_next": (upper(2), "30 31 30 31 3d 30 30 30", 2, 0),
    "reject_next": (upper(2), "30 33 30 32 30 30 30 31", 2, 1),
    "reject_all": (upper(2), "31 31 30 30 44 30 31 31", 0, 11),
    "reject_ejected_next": (upper(2), "30 31 30 30 3c 30 30 31", 1, 0),
    "reject_tray_missing": (upper(2), "30 30 30 30 3f 30 30 30", 0, 0),
    "note_left_at_exit_next": (upper(2), "30 31 30 30 35 30 30 30", 0, 0),
    "jam_chk_dvt_next": (lower(2), "30 31 30 30 4c 30 30 30", 0, 0),
    "jam_dvt_ejt_next": (upper(2), "30 31 30 30 48 30 30 30", 0, 0),
    "jam_ejt_exit_next": (upper(2), "30 31 30 30 35 30 30 30", 0, 0),
    "jam_after_last_next": (upper(2), "30 32 30 32 35 30 30 30", 2, 0),
    "wrong_cassette_next": (upper(2), "30 31 30 30 4f 30 30 30", 1, 0),
    "cassettes_swapped": (upper(2), "30 32 30 32 30 30 30 30", 2, 0),
    "sensor_dirty": (upper(2), "30 30 30 30 33 30 30 30", 0, 0),
    "solenoid_failed": (upper(2), "30 30 30 30 49 30 30 30", 0, 0),
    "motor_failed": (upper(2), "30 30 30 30 41 30 30 30", 0, 0),
}


@pytest.mark.parametrize("name", MOVED)
def test_what_each_fault_of_the_mechanism_moves(name: str) -> None:
    payload, told, out, rejected = MOVED[name]
    host = Host()
    host.twin.faults.add(name)
    assert host.ask(payload) == bytes.fromhex(told)
    assert (host.count("change.tray"), host.count("dispenser.reject")) == (out, rejected)
    assert (name in host.twin.faults) == (not name.endswith("_next"))


def low_sensor_blind(host: Host) -> None:
    host.ask(upper(40))
    assert host.ask(upper(40))[5] == 0x30
    assert host.ask(upper(40))[4] == 0x32  # twenty were left: without the near end it cannot say empty


def reject_full(host: Host) -> None:
    assert host.ask(TEST_UPPER) == b"0100" + b"\x33" + b"0" + b"00"


def purge_fails(host: Host) -> None:
    assert host.ask(PURGE) == b"\x4e"


def answer_after_59_s_next(host: Host) -> None:
    begun = host.now
    assert host.ask(upper(1))[:4] == b"0101"
    assert host.now - begun == 59_000


def nak_next(host: Host) -> None:
    assert host.raw(command(upper(1))) == NAK
    assert host.count("change.tray") == 0


def ack_lost_next(host: Host) -> None:
    assert host.raw(command(upper(1)))[:1] == b"\x01"
    assert host.count("change.tray") == 1


def ack_late_next(host: Host) -> None:
    assert host.raw(command(upper(1))) == b""
    begun = host.now
    assert host.wait()[:1] == ACK
    assert host.now - begun == 1_000


def response_lost_next(host: Host) -> None:
    assert host.raw(command(upper(1))) == ACK
    assert host.wait() == b""
    assert host.count("change.tray") == 1


PLAYS: dict[str, Callable[[Host], None]] = {
    play.__name__: play
    for play in (
        low_sensor_blind,
        reject_full,
        purge_fails,
        answer_after_59_s_next,
        nak_next,
        ack_lost_next,
        ack_late_next,
        response_lost_next,
    )
}


@pytest.mark.parametrize("name", PLAYS)
def test_each_other_switch_shows(name: str) -> None:
    host = Host()
    host.twin.faults.add(name)
    PLAYS[name](host)
    assert (name in host.twin.faults) <= (not name.endswith("_next"))


def test_every_fault_is_tested_and_has_a_sentence() -> None:
    assert set(MOVED) | set(PLAYS) == set(FAULTS_2000)
    assert set(Host().twin.fault_names()) == {*FAULTS_2000, *LINK_FAULTS}
    assert set(FAULTS_2000) - set(FAULTS_1000) == {"wrong_cassette_next", "cassettes_swapped"}
    assert all(sentence.endswith(".") for sentence in FAULTS_2000.values())


def test_a_jam_behind_the_diverter_is_a_time_out_on_the_small_one() -> None:
    host = Host(one=True)
    host.twin.faults.add("jam_dvt_ejt_next")
    assert host.ask(upper(1))[4] == 0x43


ACTS = st.one_of(
    st.sampled_from([STATUS, PURGE, upper(2), lower(9), both(3, 1), TEST_UPPER]),
    st.sampled_from(["ack", "nak", "cut", "cassette", "tray", "clear"]),
    st.sampled_from(sorted({**FAULTS_2000, **LINK_FAULTS})),
    st.integers(0, 70_000),
)


@settings(max_examples=100, deadline=None)
@given(acts=st.lists(ACTS, max_size=40), rate=st.sampled_from([0, 1, 10]))
def test_notes_are_neither_made_nor_lost(acts: list[bytes | str | int], rate: float) -> None:
    host = Host(rate=rate, notes=12)
    everything = sorted(note.serial for place in host.matter.places.values() for note in place.notes())
    hands: dict[str, Callable[[], object]] = {
        "ack": lambda: host.raw(ACK),
        "nak": lambda: host.raw(NAK),
        "cut": lambda: host.twin.reset(host.now),
        "cassette": lambda: host.twin.body.fitted.__setitem__(1, not host.twin.body.fitted[1]),
        "tray": lambda: host.matter.move_all("change.tray", "hand"),
        "clear": lambda: host.twin.clear_path(),
    }
    for act in acts:
        if isinstance(act, bytes):
            host.raw(command(act))
        elif isinstance(act, int):
            host.now += act
        elif act in hands:
            hands[act]()
        else:
            host.twin.faults ^= {act}
        host.twin.poll(host.now)
        lying = sorted(note.serial for place in host.matter.places.values() for note in place.notes())
        assert lying == everything


@settings(max_examples=100, deadline=None)
@given(
    first=st.integers(1, 14),
    second=st.integers(1, 14),
    faults=st.sets(st.sampled_from(["reject_next", "double_pick_next", "short_pick_next", "jam_after_last_next"])),
)
def test_the_counts_are_what_lies_there(first: int, second: int, faults: set[str]) -> None:
    host = Host(notes=12)
    host.twin.faults |= faults
    told = host.ask(both(first, second))
    out, rejected = [int(told[2:4]), int(told[6:8])], [int(told[11:13]), int(told[13:15])]
    assert sum(out) == host.count("change.tray")
    assert sum(rejected) == host.count("dispenser.reject")
    assert [int(told[0:2]), int(told[4:6])] == [a + b for a, b in zip(out, rejected, strict=True)]
    assert [12 - a - b for a, b in zip(out, rejected, strict=True)] == [host.count(f"cassette.{n}") for n in (1, 2)]
