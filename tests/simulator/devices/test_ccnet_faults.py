"""Each fault switch of the validator twin shows, and no note is ever made or lost."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.ccnet.faults import FAULTS
from simulator.devices.ccnet.wire import frame
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.ccnet_host import (
    ACK,
    ALL,
    COUNTER,
    HOLD,
    ILLEGAL,
    NAK,
    NONE,
    POLL,
    RESET,
    RETURN,
    STACK,
    STATUS,
    TABLE,
    Host,
)


def started(fault: str, rate: float = 0) -> Host:
    host = Host(rate=rate)
    host.start()
    host.twin.faults.add(fault)
    return host


def jam_in_path_next(host: Host) -> None:
    note = host.insert()
    assert host.poll() == b"\x43"
    assert host.where(note) == "acceptor.jam"
    host.ask(RESET)
    assert host.poll() == b"\x43"
    assert host.twin.clear_jam("vault") == [note]
    host.ask(RESET)
    assert host.poll() == b"\x19"


def jam_in_stacker_next(host: Host) -> None:
    note = host.escrowed()
    host.ask(STACK)
    assert host.poll() == b"\x44"
    assert host.where(note) == "acceptor.jam"
    assert host.restart() == b"\x10"
    host.ask(RESET)
    assert host.poll() == b"\x44"


def withdrawn_on_string_next(host: Host) -> None:
    note = host.escrowed()
    host.ask(STACK)
    assert host.poll() == b"\x45"
    assert host.poll() == b"\x14"
    assert host.where(note) == "hand"
    assert host.twin.stacked_counter == 0


def reject_next(host: Host) -> None:
    host.insert()
    assert host.poll() == b"\x1c\x66"
    host.twin.take_returned(host.now)
    host.escrowed()


def reject_all(host: Host) -> None:
    for _ in range(3):
        host.insert()
        assert host.poll() == b"\x1c\x66"
        host.twin.take_returned(host.now)


def unknown_type_next(host: Host) -> None:
    host.insert()
    assert host.poll() == b"\x80\x16"


def return_not_taken(host: Host) -> None:
    note = host.escrowed()
    host.ask(RETURN)
    assert host.twin.take_returned(host.now) == []
    host.now += 60_000
    assert host.poll() == b"\x18"
    host.twin.faults.clear()
    assert host.twin.take_returned(host.now) == [note]


def stacked_without_event_next(host: Host) -> None:
    note = host.escrowed()
    host.ask(STACK)
    assert [host.poll() for _ in range(3)] == [b"\x14"] * 3
    assert host.where(note) == "box"
    assert host.ask(COUNTER) == b"\x00\x01"


def event_without_note_next(host: Host) -> None:
    assert host.poll() == b"\x81\x00"
    assert host.poll() == b"\x14"
    assert host.ask(COUNTER) == b"\x00\x00"
    assert len(host.matter.place("box")) == 0


def second_note_next(host: Host) -> None:
    first, second = host.note(), host.note()
    host.twin.insert(first, host.now)
    assert host.poll() == b"\x46"
    assert host.ask(STACK) == ILLEGAL
    assert host.where(second) == "acceptor.mouth"
    host.twin.take_returned(host.now)
    assert host.poll() == b"\x80\x04"
    host.twin.faults.add("second_note_next")
    assert host.twin.insert(second, host.now) is None
    assert host.poll() == b"\x46"
    host.now += 10_000
    assert host.poll() == b"\x18"
    assert len(host.twin.take_returned(host.now)) == 2
    assert host.poll() == b"\x82\x04"


def cheat_next(host: Host) -> None:
    host.insert()
    assert host.poll() == b"\x45"
    assert host.poll() == b"\x80\x04"


def box_full(host: Host) -> None:
    assert host.poll() == b"\x41"
    host.twin.faults.clear()
    assert host.poll() == b"\x14"


def box_removed(host: Host) -> None:
    assert host.poll() == b"\x42"
    host.twin.faults.clear()
    assert host.poll() == b"\x19"


def stack_motor_failed(host: Host) -> None:
    assert host.poll() == b"\x47\x50"
    host.ask(RESET)
    assert host.poll() == b"\x47\x50"
    host.twin.faults.clear()
    host.ask(RESET)
    assert host.poll() == b"\x19"


def no_counter(host: Host) -> None:
    assert host.ask(COUNTER) == ILLEGAL


def counter_wrap_next(host: Host) -> None:
    host.escrowed()
    assert host.twin.stacked_counter == 0xFFFF
    host.ask(STACK)
    host.poll_until(0x81)
    assert host.ask(COUNTER) == b"\x00\x00"


def unlatched(host: Host) -> None:
    host.escrowed()
    host.ask(STACK)
    assert [host.poll(ack=False), host.poll(ack=False)] == [b"\x81\x04", b"\x14"]


def lost_ack(host: Host) -> None:
    host.escrowed()
    host.ask(STACK)
    assert [host.poll() for _ in range(4)] == [b"\x81\x04"] * 4
    host.twin.faults.clear()
    assert [host.poll() for _ in range(2)] == [b"\x81\x04", b"\x14"]


def busy_next(host: Host) -> None:
    assert host.poll() == b"\x1b\x05"
    assert host.ask(COUNTER) == b""
    assert host.poll() == b"\x1b\x03"
    host.now += 400
    assert host.poll() == b"\x14"


def nak_next(host: Host) -> None:
    assert host.ask(NONE) == NAK
    assert host.poll() == b"\x14"


def illegal_next(host: Host) -> None:
    host.escrowed()
    assert host.ask(STACK) == ILLEGAL
    assert host.ask(STACK) == ACK


def silence_before(host: Host) -> None:
    assert host.ask(NONE) == b""
    host.twin.faults.clear()
    assert host.poll() == b"\x14"


def silence_after(host: Host) -> None:
    assert host.ask(NONE) == b""
    host.twin.faults.clear()
    assert host.poll() == b"\x19"


def late_reply(host: Host) -> None:
    assert host.ask(COUNTER) == b""
    host.now += 5_999
    host.twin.poll(host.now)
    assert host.twin.take_output() == b""
    host.now += 1
    host.twin.poll(host.now)
    assert host.twin.take_output() == frame(b"\x00\x00")


def duplicate_reply(host: Host) -> None:
    assert host.raw(frame(STATUS)) == frame(b"\xff\xff\xff\x00\x00\x00") * 2


def reply_to_previous(host: Host) -> None:
    host.twin.faults.clear()
    assert host.ask(COUNTER) == b"\x00\x00"
    host.twin.faults.add("reply_to_previous")
    assert host.poll() == b"\x00\x00"


def bit_flip(host: Host) -> None:
    spoilt, right = host.raw(frame(POLL)), frame(b"\x14")
    assert sum((a ^ b).bit_count() for a, b in zip(spoilt, right, strict=True)) == 1


def cut_frame(host: Host) -> None:
    assert host.raw(frame(POLL)) == frame(b"\x14")[:3]


def noise(host: Host) -> None:
    heard = host.raw(frame(POLL))
    assert heard.endswith(frame(b"\x14"))
    assert len(heard) > 6


def reset_by_itself(host: Host) -> None:
    assert host.ask(STATUS) == b""
    host.twin.faults.clear()
    assert host.poll() == b"\x10"


PLAYS: dict[str, Callable[[Host], None]] = {
    name: globals()[name] for name in (*FAULTS, *(name for name in LINK_FAULTS if not name.endswith("_once")))
}


@pytest.mark.parametrize("name", PLAYS)
def test_each_switch_shows(name: str) -> None:
    PLAYS[name](started(name))


@pytest.mark.parametrize("name", [name for name in FAULTS if name.endswith("_next")])
def test_one_shot_switches_clear_themselves(name: str) -> None:
    host = started(name)
    PLAYS[name](host)
    assert name not in host.twin.faults


@pytest.mark.parametrize("name", [name for name in LINK_FAULTS if name.endswith("_once")])
def test_link_faults_once_clear_themselves(name: str) -> None:
    host = started("")
    host.poll()
    host.twin.faults.add(name)
    first = host.raw(frame(STATUS))
    assert name not in host.twin.faults
    assert first != frame(b"\xff\xff\xff\x00\x00\x00")


def test_link_faults_can_be_aimed_at_one_command() -> None:
    host = started("silence_after_once")
    host.twin.link.targets = {STACK[0]}
    host.escrowed()
    assert host.ask(STACK) == b""
    assert host.poll_until(0x81) == b"\x81\x04"


def test_every_fault_has_a_sentence() -> None:
    names = Host().twin.fault_names()
    assert set(PLAYS) <= set(names)
    assert all(sentence.endswith(".") for sentence in names.values())


ACTS = st.one_of(
    st.sampled_from([POLL, RESET, ALL, STACK, RETURN, HOLD, NONE, TABLE, COUNTER]),
    st.sampled_from(["insert", "take", "cut", "box", "jam"]),
    st.sampled_from(sorted({**FAULTS, **LINK_FAULTS})),
    st.integers(0, 12_000),
)


@settings(max_examples=150, deadline=None)
@given(acts=st.lists(ACTS, max_size=40), rate=st.sampled_from([0, 1, 10]))
def test_notes_are_neither_made_nor_lost(acts: list[bytes | str | int], rate: float) -> None:
    host = Host(rate=rate)
    notes = {host.note(yuan).serial for yuan in (1, 5, 20, 50, 100, 100)}
    host.start()
    for act in acts:
        if isinstance(act, bytes):
            host.raw(frame(act))
        elif isinstance(act, int):
            host.now += act
        elif act == "insert":
            host.twin.insert((host.matter.place("hand").notes() or [host.note()])[0], host.now)
        elif act == "take":
            host.twin.take_returned(host.now)
        elif act == "cut":
            host.twin.power(False, host.now)
            host.twin.power(True, host.now)
        elif act == "box":
            host.twin.remove_box(host.now, empty=True)
            host.twin.refit_box(host.now)
        elif act == "jam":
            host.twin.clear_jam()
        else:
            host.twin.faults ^= {act}
        host.twin.poll(host.now)
        lying = [note.serial for place in host.matter.places.values() for note in place.notes()]
        assert len(lying) == len(set(lying))
        assert notes <= set(lying)
    gone = {note.serial for note in host.matter.place("box").notes() + host.matter.place("vault").notes()}
    assert len(gone) <= host.twin.stacked_counter or "counter_wrap_next" in acts
