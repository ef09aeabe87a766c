"""Power cuts at every moment, and every fault of the Bill-to-Bill twin: where the notes are, and what the host is told."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.ccnet.b2b import ESCROW, UNASSIGNED
from simulator.devices.ccnet.b2b.faults import FAULTS, REASONS
from simulator.devices.ccnet.wire import frame
from tests.simulator.devices.b2b_host import (
    ACK,
    ALL,
    DISABLED,
    DISPENSED,
    DISPENSING,
    EMPTY,
    FAILURE,
    IDLING,
    ILLEGAL,
    NAK,
    NONE,
    POLL,
    RECOVERY,
    RESET,
    STACK,
    STACKED,
    UNLOADED,
    Host,
)


def bundle(host: Host, asked: bytes) -> None:
    assert host.ask(b"\x3c" + asked) == ACK
    for _ in range(200):
        if host.poll() == bytes([DISPENSING, 1, 0]):
            return
    raise AssertionError("nothing was presented")


def loaded(fives: int = 6) -> Host:
    host = Host(rate=1.0)
    host.closed()
    host.load(2, 5, fives)
    return host


# -- power cuts: where a note lies decides what comes (9.3: 10, 11, 12) and what is remembered (10)


@pytest.mark.parametrize(
    ("cut_ms", "first", "recovery", "place"),
    [
        (200, 0x11, b"\x00", "acceptor.mouth"),  # on its way in
        (1_200, 0x11, b"\x00", "acceptor.mouth"),  # in escrow
        (1_800, 0x12, bytes([0x17, 4, 1]), "cassette.1"),  # in the stacker
        (3_200, 0x10, bytes([0x17, 4, 1]), "cassette.1"),  # packed, and nobody was told
    ],
)
def test_cut_while_a_note_goes_in(cut_ms: int, first: int, recovery: bytes, place: str) -> None:
    host = Host(rate=1.0)
    host.closed()
    host.ask(b"\x68\x60\x00\x00\x00")
    host.ask(ALL)
    note, start = host.insert(50), host.now
    for now in range(start, start + cut_ms, 10):
        host.now = now
        host.twin.poll(now)
        if host.twin.body.state == 0x80 and cut_ms > 1_500:
            host.raw(frame(STACK, 1))
    assert host.cut()[0] == first
    assert host.back() == recovery
    assert host.where(note) == place
    assert host.ask(RECOVERY) == b"\x00"  # told once, because it was acknowledged
    assert host.poll()[0] == DISABLED


def test_enable_before_power_recovery_loses_the_credit() -> None:
    host = Host()
    host.start()
    note = host.insert(50)
    host.poll_until(0x80)
    host.ask(STACK)
    host.now += 400
    host.poll(ack=False)
    host.cut()
    host.start(ALL)
    host.ask(NONE)
    assert host.ask(RECOVERY) == b"\x00"
    assert host.where(note) == "cassette.1"


def test_packing_may_be_told_twice() -> None:
    host = Host()
    host.twin.faults.add("packing_told_by_81_too")
    host.start()
    host.insert(50)
    host.poll_until(0x80)
    host.ask(STACK)
    host.cut()
    assert host.ask(RESET) == ACK
    assert host.poll_until(STACKED) == bytes([STACKED, 4, 1])
    assert host.ask(RECOVERY) == bytes([0x17, 4, 1])


@pytest.mark.parametrize(("cut_ms", "out"), [(100, 1), (400, 2), (700, 3), (900, 3)])
def test_cut_while_a_bundle_is_made(cut_ms: int, out: int) -> None:
    """Motion at 4 notes a second, presented after 0.3 s more."""
    host = loaded()
    host.ask(bytes([0x3C, 1, 3]))
    host.now += cut_ms
    host.twin.poll(host.now)
    assert host.cut()[0] == 0x12
    told = bytes([0x3C, 0x81, 3, 1, out])
    assert host.back() == told
    assert host.ask(RECOVERY) == told, "it is told until the dispenser has been emptied"
    assert host.ask(bytes([0x3C, 1, 1])) == ILLEGAL
    assert host.ask(EMPTY) == ACK
    while host.poll() != bytes([DISPENSING, 1, 0]):
        pass
    assert len(host.twin.take_returned(host.now)) == out
    assert host.poll()[0] == DISPENSED
    assert host.ask(RECOVERY) == b"\x00"
    assert host.counts()[1] == (1, 6 - out)
    assert host.ask(ALL) == ACK
    assert host.poll()[0] == IDLING


def test_cut_while_a_bundle_lies_out_and_is_taken_in_the_dark() -> None:
    host = loaded()
    bundle(host, bytes([1, 2]))
    host.twin.power(False, host.now)
    assert len(host.twin.take_returned(host.now)) == 2
    host.twin.power(True, host.now)
    assert host.poll()[0] == 0x10
    assert host.back() == bytes([0x3C, 0x81, 2, 1, 2])
    assert host.ask(EMPTY) == ACK
    assert host.poll()[0] == DISPENSED


def test_enable_before_the_dispenser_is_emptied_is_a_failure() -> None:
    host = loaded()
    host.ask(bytes([0x3C, 1, 3]))
    host.cut()
    host.back()
    assert host.ask(ALL) == ACK
    assert host.poll() == bytes([FAILURE, 0x9F, 0])
    assert host.back()[0] == 0x3C
    assert host.ask(EMPTY) == ACK


def test_cut_while_unloading_the_note_between_goes_on() -> None:
    host = Host(rate=1.0)
    notes = host.deposit(50, 100, 50)
    assert host.ask(b"\x3d\x01\x03") == ACK
    host.now += 300
    host.twin.poll(host.now)
    assert [host.where(note) for note in notes] == ["cassette.1", "acceptor.stacker", "box"]
    assert host.cut()[0] == 0x12
    assert host.back() == bytes([0x3D, 1, 3, 4, 1, 5, 1])
    assert [host.where(note) for note in notes] == ["cassette.1", "box", "box"]
    assert host.ask(RECOVERY) == b"\x00"


def test_an_unload_nobody_acknowledged_is_told_after_a_cut() -> None:
    host = Host()
    host.deposit(50)
    host.ask(b"\x3d\x01\x01")
    host.now += 500
    assert host.poll(ack=False) == bytes([UNLOADED, 1, 0])
    assert host.cut()[0] == 0x10
    assert host.back() == bytes([0x3D, 1, 1, 4, 1])


def test_cut_while_a_cassette_gets_its_type_leaves_it_unassigned() -> None:
    host = loaded(3)
    host.ask(b"\x40\x02\x04")
    host.now += 100
    host.twin.poll(host.now)
    assert host.cut()[0] == 0x12
    assert host.back() == b"\x00"
    assert host.counts()[1] == (UNASSIGNED, 2)
    assert host.lie("box") == 1


@settings(max_examples=60, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 3_000), min_size=1, max_size=4), order=st.sampled_from(["3c1803", "3d0103", "400118"])
)
def test_no_note_is_ever_lost_by_cuts(cuts: list[int], order: str) -> None:
    """Cut anywhere, again and again: every note lies in one place, and a recovered unit works."""
    host = Host(rate=1.0)
    notes = host.deposit(50, 100, 10)
    assert host.ask(bytes.fromhex(order)) == ACK
    for wait_ms in cuts:
        host.now += wait_ms
        host.twin.poll(host.now)
        host.cut(off_ms=100)
        host.ask(RESET)
    host.poll_until(DISABLED)
    told = host.ask(RECOVERY)
    if told[:1] == b"\x3c":
        assert host.ask(EMPTY) == ACK
        for _ in range(20):
            host.poll()
        host.twin.take_returned(host.now)
        host.poll_until(DISPENSED)
    places = [host.where(note) for note in notes]
    assert set(places) <= {"cassette.1", "box", "hand"}
    left = len(host.twin.unit.cassettes[0].memory)
    assert places.count("cassette.1") == left
    assert host.ask(ALL) == ACK
    assert host.poll()[0] == IDLING


# -- faults


def test_every_fault_has_a_sentence_of_its_own() -> None:
    assert len(set(FAULTS.values())) == len(FAULTS)
    assert all(text.endswith(".") for text in FAULTS.values())


Played = Callable[[Host], None]


def test_jam_in_the_head_and_in_the_stacker() -> None:
    for fault, state in (("jam_in_path_next", 0x43), ("jam_in_stacker_next", 0x44)):
        host = Host()
        host.twin.faults.add(fault)
        host.start()
        note = host.insert(50)
        for _ in range(20):
            answer = host.poll()
            if answer[0] == 0x80:
                host.ask(STACK)
        assert answer == bytes([state, 0, 0])
        assert host.where(note) == "acceptor.jam"
        assert host.twin.clear_jam("vault") == [note]
        assert host.back() == b"\x00"


def test_jam_in_the_dispenser_keeps_the_bundle_inside() -> None:
    host = loaded()
    host.twin.faults.add("jam_in_dispenser_next")
    assert host.ask(bytes([0x3C, 1, 3])) == ACK
    assert host.poll_until(FAILURE) == bytes([FAILURE, 0x9F, 0])
    assert host.ask(RESET) == ACK
    assert host.poll_until(FAILURE)[1] == 0x9F
    assert len(host.twin.clear_jam("vault")) == 1
    assert host.back() == bytes([0x3C, 0x81, 3, 1, 1])
    assert host.ask(EMPTY) == ACK
    assert host.poll()[0] == DISPENSED


def test_jam_after_presenting_leaves_it_open_whether_it_was_taken() -> None:
    host = loaded()
    host.twin.faults.add("jam_after_presenting_next")
    bundle(host, bytes([1, 2]))
    host.twin.take_returned(host.now)
    assert host.poll() == bytes([FAILURE, 0x9F, 0])
    assert host.lie("hand") == 2
    assert host.back() == bytes([0x3C, 0x81, 2, 1, 2])


def test_note_left_in_the_path_comes_with_67() -> None:
    host = loaded()
    host.twin.faults.add("note_left_in_path_next")
    bundle(host, bytes([1, 3]))
    assert len(host.twin.take_returned(host.now)) == 2
    assert host.poll()[0] == DISPENSED
    assert host.lie("dispenser.path") == 1
    assert host.ask(RECOVERY)[0] == 0x3C
    assert host.ask(EMPTY) == ACK
    while host.poll() != bytes([DISPENSING, 1, 0]):
        pass
    assert len(host.twin.take_returned(host.now)) == 1


def test_short_dispense_counts_what_has_left() -> None:
    host = loaded()
    host.twin.faults.add("short_dispense_next")
    bundle(host, bytes([1, 3]))
    assert len(host.twin.take_returned(host.now)) == 2
    assert host.poll()[0] == DISPENSED
    assert host.counts()[1] == (1, 4)


def test_double_pick_pays_one_too_many() -> None:
    host = loaded()
    host.twin.faults.add("double_pick_next")
    bundle(host, bytes([1, 2]))
    assert len(host.twin.take_returned(host.now)) == 3
    assert host.counts()[1] == (1, 4)
    assert host.lie("cassette.2") == 3


def test_count_wrong_by_one() -> None:
    host = Host()
    host.twin.faults.add("count_wrong_next")
    host.deposit(5)
    assert host.counts()[1] == (1, 2)
    assert host.lie("cassette.2") == 1
    bundle(host, bytes([1, 2]))
    assert len(host.twin.take_returned(host.now)) == 1
    assert host.poll()[0] == DISPENSED
    assert host.counts()[1] == (1, 1)
    assert host.ask(bytes([0x3C, 1, 1])) == ACK
    assert host.poll()[0] == 0x28


def test_withdrawn_on_a_string() -> None:
    host = Host()
    host.twin.faults.add("withdrawn_on_string_next")
    host.start()
    note = host.insert(50)
    host.poll_until(0x80)
    host.ask(STACK)
    host.now += 400
    assert host.poll(ack=False)[0] == 0x45
    assert host.poll()[0] == 0x45, "latched"
    assert host.where(note) == "hand"


@pytest.mark.parametrize(
    ("fault", "reason"), [("reject_next", 0x66), *((f"reject_{name}_next", code) for name, code in REASONS.items())]
)
def test_rejected_notes_stick_out_until_they_are_taken(fault: str, reason: int) -> None:
    host = Host()
    host.twin.faults.add(fault)
    host.start()
    note = host.insert(50)
    assert host.poll_until(0x1C) == bytes([0x1C, reason, 0])
    for _ in range(5):
        host.poll()
    assert host.where(note) == "acceptor.mouth"
    assert host.poll()[0] == 0x1C
    host.twin.take_returned(host.now)
    assert host.poll()[0] == IDLING


def test_taken_partly_then_the_rest_is_pulled_back() -> None:
    host = Host(rate=1.0)
    host.closed()
    host.ask(b"\x68\x65\x00\x00\x00")
    host.load(2, 5, 6)
    host.twin.faults.add("taken_partly_next")
    bundle(host, bytes([1, 3]))
    assert len(host.twin.take_returned(host.now)) == 2
    assert host.poll() == bytes([DISPENSING, 1, 0])
    host.now += 20_500
    assert host.poll() == bytes([FAILURE, 0xCA, 0])
    assert (host.lie("hand"), host.lie("box")) == (2, 1)


def test_retract_off_and_not_taken() -> None:
    host = loaded()
    host.ask(b"\x68\x65\x00\x00\x00")
    host.twin.faults |= {"retract_off", "return_not_taken"}
    bundle(host, bytes([1, 3]))
    host.now += 600_000
    assert host.poll() == bytes([DISPENSING, 1, 0])
    assert host.twin.take_returned(host.now) == []


def test_events_that_lie() -> None:
    host = Host()
    host.twin.faults.add("event_without_note_next")
    host.start()
    assert host.poll_until(STACKED) == bytes([STACKED, 0, 0])
    host.twin.faults.add("stacked_without_event_next")
    note = host.insert(50)
    host.poll_until(0x80)
    host.ask(STACK)
    assert host.poll_until(IDLING)
    assert host.where(note) == "cassette.1"
    assert host.counts()[0] == (ESCROW, 1)


def test_second_note_and_unknown_type_and_cheat() -> None:
    host = Host()
    host.twin.faults |= {"second_note_next", "cheat_next", "unknown_type_next"}
    host.start()
    host.matter.new_note(500, "hand")
    host.matter.new_note(500, "hand")
    note = host.insert(50)
    assert host.poll_until(0x45)
    assert host.poll()[0] == 0x46
    assert len(host.twin.take_returned(host.now)) == 1
    assert host.poll_until(0x80)[1] == 22
    assert host.where(note) == "acceptor.escrow"


def test_box_out_in_mid_unload_goes_on_when_it_is_back() -> None:
    host = Host(rate=1.0)
    host.deposit(50, 100, 50)
    assert host.ask(b"\x3d\x01\x03") == ACK
    host.twin.faults.add("box_removed")
    assert host.poll()[0] == 0x42
    host.twin.faults.discard("box_removed")
    host.poll_until(DISABLED)
    assert host.ask(RECOVERY) == bytes([0x3D, 1, 3, 4, 1])


def test_box_full_stops_an_unload_and_the_rest_stays() -> None:
    host = Host()
    host.matter.place("box").capacity = 1
    host.deposit(50, 100)
    assert host.ask(b"\x3d\x01\x02") == ACK
    assert host.poll_until(UNLOADED) == bytes([UNLOADED, 1, 0])
    assert host.poll()[0] == 0x41
    assert host.lie("cassette.1") == 1


@pytest.mark.parametrize(("fault", "code"), [("stack_motor_failed", 0x50), ("chassis_failed", 0x52)])
def test_failures_last_until_reset(fault: str, code: int) -> None:
    host = loaded()
    host.ask(bytes([0x3C, 1, 3]))
    host.twin.faults.add(fault)
    assert host.poll() == bytes([FAILURE, code, 0])
    host.twin.faults.discard(fault)
    assert host.poll()[0] == FAILURE
    assert host.back() == bytes([0x3C, 0x81, 3, 1, 1])


def test_recovery_lost() -> None:
    host = loaded()
    host.ask(bytes([0x3C, 1, 3]))
    host.twin.faults.add("recovery_lost")
    assert host.cut()[0] == 0x12
    assert host.back() == b"\x3c", "notes lie in the dispenser, and nobody knows of what"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_cassette_removed(number: int) -> None:
    host = Host()
    host.twin.faults.add(f"cassette_{number}_removed")
    host.closed()
    assert host.ask(b"\x3b")[2 * number - 2 : 2 * number] == bytes(2)


def test_link_manners() -> None:
    host = Host()
    host.closed()
    host.twin.faults.add("nak_next")
    assert host.ask(POLL) == NAK
    host.twin.faults.add("illegal_next")
    assert host.ask(RECOVERY) == ILLEGAL
    host.twin.faults.add("busy_next")
    assert host.poll() == bytes([0x1B, 5, 0])
    assert host.ask(RECOVERY) == b""
    host.now += 500
    host.twin.faults.add("answer_after_300_ms")
    assert host.raw(frame(POLL, 1)) == b""
    host.now += 300
    assert host.raw(b"")[3:6] == bytes([DISABLED, 0, 0])
    host.twin.faults = {"answer_after_11_ms"}
    assert host.raw(frame(POLL, 1)) == b""
    host.now += 11
    assert host.raw(b"")[3:6] == bytes([DISABLED, 0, 0])


def test_lost_acks_and_bit_flips() -> None:
    host = Host()
    host.start()
    host.twin.faults.add("lost_ack")
    host.insert(50)
    host.poll_until(0x80)
    host.ask(STACK)
    host.poll_until(STACKED)
    assert host.poll()[0] == STACKED
    host.twin.faults = {"bit_flip_once"}
    damaged = host.raw(frame(POLL, 1))
    host.twin.faults = {"silence_before_once"}
    assert host.raw(frame(POLL, 1)) == b""
    assert host.poll()[0] == STACKED
    assert host.poll()[0] == IDLING
    assert damaged != frame(bytes([STACKED, 4, 1]), 1)
    spoilt = bytearray(frame(POLL, 1))
    spoilt[3] ^= 1
    assert host.raw(bytes(spoilt)) == frame(NAK, 1)
