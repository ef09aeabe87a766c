"""Notes in the eSSP twin against the essp sheet: the POLL that accepts, hold, box, POLL WITH ACK, power cuts at every moment."""

from collections.abc import Callable

import pytest

from simulator.devices.essp.state import State
from simulator.devices.matter import Note
from tests.simulator.devices.essp_host import (
    ACKED_POLL,
    DISABLE,
    ENABLE,
    EVENT_ACK,
    HOLD,
    POLL,
    REJECT,
    RESET,
    SYNC,
    Host,
    keyed,
)

OK, CANNOT = b"\xf0", b"\xf5"


# -- notes and money


def test_two_seconds_per_note() -> None:
    host = Host()
    host.start()
    host.insert()
    begun = host.now
    host.poll_until("ef 03")
    assert 1_000 <= host.now - begun <= 1_200
    host.poll()
    begun = host.now
    host.poll_until("ee 03")
    assert 1_000 <= host.now - begun <= 1_200
    assert host.counted() == (1, 0)


def test_hold_keeps_a_note_for_ten_seconds_each_time() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    for _ in range(5):
        host.now += 9_700
        assert host.ask(HOLD) == OK
    host.now += 10_000
    assert host.poll() == "ed", "it goes back by itself: the POLL came too late to accept it"
    assert host.poll_until("ec").startswith("ec")
    assert host.where(note) == "acceptor.mouth"
    assert host.reason() == 0x13


def test_a_note_nobody_asks_after_goes_back_untold() -> None:
    host = Host(rate=0)
    host.start()
    note = host.insert()
    host.now += 10_000
    assert host.poll() == "ec"
    assert host.where(note) == "acceptor.mouth"


def test_other_commands_neither_accept_nor_hold_a_note() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    for command in (b"\x05", ENABLE, b"\x17", DISABLE, SYNC, ENABLE):
        host.now += 1_000
        host.ask(command)
    assert host.where(note) == "acceptor.escrow"
    host.now += 3_000
    host.ask(b"\x05")
    assert host.twin.body.state is State.REJECTING


def test_reject_gives_the_note_back() -> None:
    host = Host()
    host.start()
    note = host.escrowed(50)
    assert host.ask(REJECT) == OK
    assert host.poll() == "ed"
    assert host.poll_until("ec") == "ec"
    assert host.where(note) == "acceptor.mouth"
    assert host.reason() == 0x08
    assert host.ask(REJECT) == CANNOT
    assert not host.twin.slot_open
    assert host.twin.take_returned(host.now) == [note]
    assert host.twin.slot_open
    assert host.counted() == (0, 1)


def test_the_slot_is_shut_until_it_is_enabled_and_a_channel_is_on() -> None:
    host = Host(rate=0)
    host.greet()
    assert host.poll() == "f1 e8"
    assert not host.twin.slot_open
    host.ask(ENABLE)
    assert host.poll() == "b5"
    assert not host.twin.slot_open
    host.ask(b"\x02\x10\x00")  # channel 5
    assert host.poll() == ""
    assert host.twin.slot_open
    other = host.insert(10)
    assert host.poll() == "ec"
    assert host.reason() == 0x0C
    assert host.where(other) == "acceptor.mouth"
    assert host.twin.insert(host.note(50), host.now) == "a note sticks out of the slot"
    host.twin.take_returned(host.now)
    host.escrowed(50)
    assert host.twin.insert(host.note(50), host.now) == "the slot is closed"


def test_counterfeits_and_unknown_values_are_put_out() -> None:
    host = Host(rate=0)
    host.start()
    for note, code in ((host.note(10, genuine=False), 0x02), (host.note(2), 0x03)):
        assert host.twin.insert(note, host.now) is None
        assert host.poll() == "ec"
        assert host.reason() == code
        assert host.where(note) == "acceptor.mouth"
        host.twin.take_returned(host.now)
    host.stacking()
    assert host.reason() == 0


def test_a_full_box_shuts_the_slot_and_a_note_for_it_comes_out_again() -> None:
    host = Host(rate=0)
    box = host.matter.place("box")
    box.capacity = 1
    host.start()
    host.stacking()
    assert host.poll() == "ee 03 eb e7"
    assert not host.twin.slot_open
    box.capacity = 2
    note = host.escrowed()
    box.capacity = 1
    host.poll()
    assert host.poll() == "ec e7"
    assert host.reason() == 0x1D
    assert host.where(note) == "acceptor.mouth"


def test_a_box_that_is_pulled_is_told_once_each_way() -> None:
    host = Host(rate=1)
    host.start()
    note = host.stacking()
    host.twin.remove_box(host.now)
    assert host.poll() == "e3 cc"
    assert host.poll_until("ec") == "ec e8"
    assert host.where(note) == "acceptor.mouth"
    host.twin.take_returned(host.now)
    assert host.poll() == "e8"
    assert not host.twin.slot_open
    host.twin.refit_box(host.now)
    assert host.poll() == "e4"
    assert host.twin.slot_open


def test_a_box_that_is_not_there_is_told_after_a_start() -> None:
    host = Host(rate=0)
    host.start()
    host.twin.remove_box(host.now)
    assert host.restart() == "f1 e3 e8"


# -- POLL WITH ACK


def test_acknowledged_events_repeat_until_they_are_acknowledged() -> None:
    host = keyed()
    host.insert(100)
    assert host.ask(ACKED_POLL) == b"\xf0\xef\x06"
    assert host.ask(EVENT_ACK) == CANNOT
    assert host.ask(ACKED_POLL) == b"\xf0\xcc", "it accepts as POLL does"
    assert host.ask(ACKED_POLL) == b"\xf0\xee\x06\xeb"
    assert host.ask(ACKED_POLL) == b"\xf0\xee\x06\xeb"
    host.twin.faults.add("event_without_note_next")
    assert host.ask(ACKED_POLL) == b"\xf0\xee\x06\xeb\xee\x01\xeb"
    assert host.ask(EVENT_ACK) == OK
    assert host.ask(ACKED_POLL) == OK
    assert host.ask(EVENT_ACK) == CANNOT


def test_an_event_that_came_after_the_question_is_not_acknowledged() -> None:
    host = keyed()
    host.stacking()
    assert host.ask(ACKED_POLL) == b"\xf0\xee\x03\xeb"
    host.twin.faults.add("event_without_note_next")
    assert host.ask(EVENT_ACK) == OK
    host.twin.poll(host.now)
    assert host.ask(ACKED_POLL) == b"\xf0\xee\x01\xeb"


# -- power


def cut_reading(host: Host) -> Note:
    return host.insert(50)


def cut_escrow(host: Host) -> Note:
    return host.escrowed(50)


def cut_returning(host: Host) -> Note:
    note = host.escrowed(50)
    host.ask(REJECT)
    return note


@pytest.mark.parametrize(("reach", "told"), [(cut_reading, "e1 00"), (cut_escrow, "e1 05"), (cut_returning, "e1 05")])
def test_a_note_found_before_the_box_goes_back(reach: Callable[[Host], Note], told: str) -> None:
    host = Host()
    host.start()
    note = reach(host)
    assert host.restart() == f"f1 {told} e8"
    assert host.where(note) == "acceptor.mouth"
    assert host.poll() == "e8"
    assert host.counted()[0] == 0


def test_a_note_found_past_escrow_goes_into_the_box_and_is_told() -> None:
    host = Host()
    host.start()
    note = host.stacking(50)
    assert host.where(note) == "acceptor.path"
    assert host.restart() == "f1 e2 05 e8"
    assert host.where(note) == "box"
    assert host.counted()[0] == 1
    assert host.restart() == "f1 e8"


def test_a_note_found_past_escrow_sticks_where_there_is_no_room() -> None:
    host = Host()
    host.start()
    note = host.stacking(50)
    host.twin.remove_box(host.now)
    assert host.restart() == "f1 e3 ea"
    assert host.where(note) == "acceptor.jam"


@pytest.mark.parametrize(
    ("order", "ends"),
    [(POLL, {"acceptor.mouth", "box"}), (REJECT, {"acceptor.mouth"}), (HOLD, {"acceptor.mouth", "box"})],
)
def test_a_power_cut_at_any_moment_leaves_a_note_that_is_told_of(order: bytes, ends: set[str]) -> None:
    """Back and in reach, or in the box and counted; what is told of it before and after the cut never disagrees."""
    found = set()
    for moment_ms in range(0, 3_600, 50):
        host = Host()
        host.start()
        note, begun, told = host.insert(50), host.now, list[str]()
        while host.now + 200 <= begun + moment_ms:
            told.append(host.ask(order if told and told[-1] == "f0 ef 05" else POLL).hex(" "))
        host.now = begun + moment_ms
        host.twin.poll(host.now)
        after = host.restart()
        place, before = host.where(note), " ".join(told)
        found.add(place)
        if place == "box":
            assert ("ee 05" in before) + ("e2 05" in after) <= 1 == host.counted()[0], (moment_ms, before, after)
            assert "e1" not in after
        else:
            assert ("ee" in before, "e2" in after, host.counted()) == (False, False, (0, 1)), (moment_ms, before, after)
            assert "e1" not in after or "ec" not in before
    assert found == ends


def test_a_credit_that_was_not_told_is_lost_with_the_power_and_only_the_counter_knows() -> None:
    host = Host(rate=0)
    host.start()
    note = host.stacking()
    assert host.where(note) == "box"
    assert host.restart() == "f1 e8"
    assert host.counted() == (1, 0)


def test_a_start_is_silent_until_it_is_over() -> None:
    host = Host()
    host.start()
    note = host.escrowed()
    host.twin.power(False, host.now)
    assert host.say(SYNC) == b""
    assert host.twin.poll(host.now) is None
    host.twin.power(True, host.now)
    assert host.twin.poll(host.now) == host.now + 1_500
    assert host.say(SYNC) == b""
    assert host.twin.busy()
    assert host.where(note) == "acceptor.escrow"
    host.now += 1_300
    assert host.ask(SYNC) == OK
    assert host.where(note) == "acceptor.mouth"


def test_reset_is_a_start_too() -> None:
    host = Host()
    host.start()
    note = host.stacking(100)
    assert host.ask(RESET) == OK
    host.greet()
    assert host.poll() == "f1 e2 06 e8"
    assert host.where(note) == "box"
    assert not host.twin.slot_open


def test_a_jam_outlives_the_power_until_a_technician_takes_the_note_out() -> None:
    host = Host(rate=0)
    host.start()
    host.twin.faults.add("jam_in_stacker_next")
    note = host.stacking()
    assert host.poll() == "ea"
    assert host.restart() == "f1 ea"
    host.twin.power(False, host.now)
    assert host.twin.clear_jam("vault") == [note]
    host.twin.power(True, host.now)
    host.greet()
    assert host.poll() == "f1 e8"


def test_nothing_moves_without_power() -> None:
    host = Host()
    host.start()
    note = host.stacking()
    host.twin.power(False, host.now)
    for hand in (host.twin.remove_box, host.twin.refit_box):
        host.now += 60_000
        hand(host.now)
    assert host.where(note) == "acceptor.path"
    assert host.twin.insert(host.note(), host.now) == "the device is off"


def test_the_cabinet_can_use_it_as_any_validator() -> None:
    host = Host(rate=0)
    host.start()
    note = host.note(50)
    assert host.twin.insert(note.serial, host.now) is None
    assert host.twin.insert("N999999", host.now) == "the note is not in the hand"
    host.poll()
    host.poll()
    assert host.where(note) == "box"
    assert host.twin.remove_box(host.now, empty=True) == 1
    assert host.where(note) == "vault"
