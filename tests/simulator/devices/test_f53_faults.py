"""Each fault switch of the F53's mechanism moves matter as it says, and whatever comes in, no note is made or lost."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.f53.faults import FAULTS, MECHANISM
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.f53_host import ACK, ENQ, NAK, NOTHING, SET_UP, STATUS, Host, count_out, message, told

MOVED: dict[str, tuple[tuple[int, ...], int, list[int], list[int], tuple[int, int, int]]] = {
    # asked -> error, dispensed and rejected as told; notes at the exit, in the path, in the reject box
    "short_pick_next": ((2, 1), 0x11, NOTHING, NOTHING, (0, 0, 0)),
    "double_pick_next": ((2,), 0, [2, 0, 0, 0], [2, 0, 0, 0], (2, 0, 2)),
    "double_pick_passed_next": ((3,), 0x84, [1, 0, 0, 0], NOTHING, (2, 0, 0)),
    "spacing_next": ((2,), 0x83, NOTHING, [2, 0, 0, 0], (0, 0, 2)),
    "reject_next": ((2,), 0, [2, 0, 0, 0], [1, 0, 0, 0], (2, 0, 1)),
    "reject_all": ((2,), 0x80, NOTHING, [5, 0, 0, 0], (0, 0, 5)),
    "reject_tray_missing": ((2,), 0xB0, NOTHING, NOTHING, (0, 0, 0)),
    "cassette_missing": ((2, 1), 0x10, NOTHING, NOTHING, (0, 0, 0)),
    "wrong_cassette_next": ((0, 2), 0x82, NOTHING, NOTHING, (0, 0, 1)),
    "cassettes_swapped": ((2, 1), 0, [2, 1, 0, 0], NOTHING, (3, 0, 0)),
    "jam_fdls_next": ((2,), 0x70, NOTHING, NOTHING, (0, 1, 0)),
    "jam_dfss_next": ((2,), 0x71, NOTHING, NOTHING, (0, 1, 0)),
    "jam_bps_next": ((2,), 0x72, NOTHING, NOTHING, (0, 1, 0)),
    "jam_rejs_next": ((2,), 0x73, NOTHING, NOTHING, (0, 1, 0)),
    "jam_ejsf_next": ((2, 1), 0x74, [2, 1, 0, 0], NOTHING, (0, 3, 0)),
    "jam_ejsr_next": ((2, 3), 0x75, [2, 3, 0, 0], NOTHING, (3, 2, 0)),
    "jam_after_last_next": ((2,), 0x75, [2, 0, 0, 0], NOTHING, (2, 0, 0)),
    "pool_stuck_next": ((2, 2), 0x50, [2, 2, 0, 0], NOTHING, (0, 4, 0)),
    "stopped_next": ((2,), 0x01, NOTHING, NOTHING, (0, 1, 0)),
    "unnamed_error_next": ((2,), 0xF1, [2, 0, 0, 0], NOTHING, (2, 0, 0)),
    "motor_failed": ((2,), 0x02, NOTHING, NOTHING, (0, 0, 0)),
}


@pytest.mark.parametrize("name", MOVED)
def test_each_switch_moves_what_it_says(name: str) -> None:
    host = Host(notes=30)
    host.twin.faults.add(name)
    asked, error, out, rejected, lying = MOVED[name]
    assert host.paid(*asked) == (error, out, rejected)
    assert host.lying() == lying
    assert sum(lying) + sum(host.count(f"cassette.{n}") for n in range(1, 5)) == 120
    assert (name in host.twin.faults) == (not name.endswith("_next"))
    host.twin.faults.clear()
    assert host.error(SET_UP) == 0
    assert host.lying() == (lying[0], 0, lying[1] + lying[2])


@pytest.mark.parametrize("name", [name for name in MOVED if name.startswith("jam_") and MOVED[name][4][1] == 1])
def test_what_was_collected_before_a_jam_comes_out(name: str) -> None:
    host = Host(rate=1)
    host.now += 60_000
    host.tell(count_out(4))
    host.now += 600
    host.twin.poll(host.now)
    host.twin.faults.add(name)
    assert told(host.hear()) == ([2, 0, 0, 0], NOTHING)
    assert host.lying() == (2, 1, 0)


def reject_full(host: Host) -> None:
    host.twin.faults.add("reject_next")
    assert host.paid(2) == (0xB5, NOTHING, NOTHING)
    assert host.error(SET_UP) == 0xB5
    assert host.lying() == (0, 1, 0)
    assert host.paid(1)[0] == 0xE0


def initialise_fails_next(host: Host) -> None:
    host.twin.faults.add("jam_bps_next")
    host.paid(1)
    assert host.error(SET_UP) == 0x72
    assert host.lying() == (0, 1, 0)
    assert host.error(SET_UP) == 0
    assert host.lying() == (0, 0, 1)


def exit_sensor_stuck_on(host: Host) -> None:
    assert host.at_exit()
    host.twin.faults.clear()
    assert not host.at_exit()


def exit_sensor_blind(host: Host) -> None:
    host.paid(1)
    assert not host.at_exit()
    host.twin.faults.clear()
    assert host.at_exit()


def shutter_stuck(host: Host) -> None:
    assert host.paid(2)[0] == 0  # a unit without one has nothing that sticks
    own = Host(shutter=True)
    own.twin.faults.add("shutter_stuck")
    assert own.paid(2) == (0xA0, [2, 0, 0, 0], NOTHING)
    assert own.lying() == (0, 2, 0)


def capture_full(host: Host) -> None:
    own = Host(unverified={"retract": 0x0A})
    own.paid(2)
    own.twin.faults |= host.twin.faults
    assert own.error(b"\x60\x0a\x00\x1c") == 0xB8
    assert own.lying() == (2, 0, 0)


PLAYS: dict[str, Callable[[Host], None]] = {
    play.__name__: play
    for play in (
        reject_full,
        initialise_fails_next,
        exit_sensor_stuck_on,
        exit_sensor_blind,
        shutter_stuck,
        capture_full,
    )
}


@pytest.mark.parametrize("name", PLAYS)
def test_each_other_switch_shows(name: str) -> None:
    host = Host()
    host.twin.faults.add(name)
    PLAYS[name](host)


def test_every_fault_is_tested_and_has_one_sentence() -> None:
    assert {*MOVED, *PLAYS} == MECHANISM.keys()
    names = Host().twin.fault_names()
    assert names.keys() == FAULTS.keys() | LINK_FAULTS.keys()
    assert all(sentence.endswith(".") and ". " not in sentence for sentence in FAULTS.values())


def test_a_full_exit_keeps_the_rest_in_the_path() -> None:
    host = Host()
    host.matter.place("change.tray").capacity = 3
    assert host.paid(5) == (0x74, [5, 0, 0, 0], NOTHING)
    assert host.lying() == (3, 2, 0)


ACTS = st.one_of(
    st.sampled_from(
        [STATUS, SET_UP, count_out(2, 1), count_out(0, 0, 9, 9), *(bytes([0x60, n, 0, 0x1C]) for n in range(8, 12))]
    ),
    st.sampled_from(["ack", "nak", "enq", "cut", "cassette", "take", "clear"]),
    st.sampled_from(sorted({**FAULTS, **LINK_FAULTS})),
    st.integers(0, 70_000),
    st.tuples(st.binary(max_size=30)),
)


@settings(max_examples=150, deadline=None)
@given(acts=st.lists(ACTS, max_size=40), rate=st.sampled_from([0, 1, 10]), own=st.booleans())
def test_notes_are_neither_made_nor_lost(acts: list[bytes | str | int | tuple[bytes]], rate: float, own: bool) -> None:
    codes = {"reset": 8, "present": 9, "retract": 10, "reject": 11} if own else {}
    host = Host(rate=rate, notes=12, shutter=own, unverified=codes, clears_to_capture=own, over_tray=own)
    everything = sorted(note.serial for place in host.matter.places.values() for note in place.notes())
    hands: dict[str, Callable[[], object]] = {
        "ack": lambda: host.raw(ACK),
        "nak": lambda: host.raw(NAK),
        "enq": lambda: host.raw(ENQ),
        "cut": lambda: host.twin.reset(host.now),
        "cassette": lambda: host.twin.body.fitted.__setitem__(2, not host.twin.body.fitted[2]),
        "take": lambda: host.matter.move_all("change.tray", "hand"),
        "clear": lambda: host.twin.clear_path(),
    }
    for act in acts:
        if isinstance(act, bytes):
            host.raw(ENQ)
            host.raw(message(act))
        elif isinstance(act, int):
            host.now += act
        elif isinstance(act, tuple):
            host.raw(act[0])
        elif act in hands:
            hands[act]()
        else:
            host.twin.faults ^= {act}
        host.twin.poll(host.now)
        lying = sorted(note.serial for place in host.matter.places.values() for note in place.notes())
        assert lying == everything


@settings(max_examples=100, deadline=None)
@given(
    asked=st.lists(st.integers(0, 12), min_size=4, max_size=4).filter(any),
    faults=st.sets(st.sampled_from(["reject_next", "double_pick_next", "short_pick_next", "jam_after_last_next"])),
)
def test_what_is_told_is_what_lies_there(asked: list[int], faults: set[str]) -> None:
    host = Host(notes=12)
    host.twin.faults |= faults
    _, out, rejected = host.paid(*asked)
    assert (sum(out), 0, sum(rejected)) == host.lying()
    left = [12 - paid - thrown for paid, thrown in zip(out, rejected, strict=True)]
    assert left == [host.count(f"cassette.{n}") for n in range(1, 5)]


def test_over_a_tray_the_exit_sensor_sees_only_what_sticks() -> None:
    host = Host(over_tray=True, unverified={"retract": 0x0A})
    assert host.paid(4)[0] == 0
    assert not host.at_exit()
    host.twin.faults.add("jam_ejsr_next")
    assert host.paid(4) == (0x75, [4, 0, 0, 0], NOTHING)
    assert host.at_exit()
    assert host.lying() == (6, 2, 0)
    host.twin.reset(host.now)
    host.now += 2_000
    assert host.at_exit()
    assert host.error(b"\x60\x0a\x00\x1c") == 0
    assert not host.at_exit()
    assert (host.lying(), host.count("change.retract")) == ((6, 0, 0), 2)
