"""Each fault switch of the EBDS twin shows, and moves matter as its sentence says."""

from collections.abc import Callable

import pytest

from simulator.devices.ebds.codes import Call
from simulator.devices.ebds.faults import FAULTS
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.ebds_host import EXTENDED, RETURN, STACK, B, Host, frame, read


def started(fault: str, rate: float = 0) -> Host:
    host = Host(rate=rate)
    host.start()
    host.twin.faults.add(fault)
    return host


def extended(fault: str) -> Host:
    host = Host(rate=0, options=EXTENDED | B)
    host.start()
    host.twin.faults.add(fault)
    return host


def jam_in_path_next(host: Host) -> None:
    note = host.insert()
    assert host.poll().data[:2] == b"\x00\x14"
    assert host.where(note) == "acceptor.jam"
    assert host.twin.clear_jam("vault") == [note]
    assert host.poll().motion == 0x01
    assert host.where(note) == "vault"


def stall_next(host: Host) -> None:
    note = host.insert()
    answer = host.poll()
    assert (answer.data[:2], answer.data[3] & 1) == (b"\x00\x10", 1)
    assert host.where(note) == "acceptor.jam"
    host.twin.clear_jam("vault")
    assert [host.poll().data[3] & 1 for _ in range(2)][-1] == 0


def jam_in_stacker_next(host: Host) -> None:
    note = host.stacking()
    assert host.poll().data[:2] == b"\x00\x14"
    assert host.where(note) == "acceptor.jam"
    assert host.restart().powering_up
    assert host.poll().data[:2] == b"\x00\x14"


def withdrawn_on_string_next(host: Host) -> None:
    note = host.stacking()
    answer = host.poll()
    assert (answer.motion, answer.status) == (0x01, 0x11)
    assert host.poll().data[:2] == b"\x01\x10"
    assert host.where(note) == "hand"


def reject_next(host: Host) -> None:
    note = host.insert()
    assert host.poll().data[:2] == b"\x01\x12"
    assert host.where(note) == "acceptor.mouth"
    host.twin.take_returned(host.now)
    host.escrowed()


def reject_all(host: Host) -> None:
    for _ in range(3):
        host.insert()
        assert host.poll().data[:2] == b"\x01\x12"
        host.twin.take_returned(host.now)


def unknown_type_next(host: Host) -> None:
    note = host.insert()
    assert [host.poll().data[:3] for _ in range(2)] == [b"\x04\x10\x00"] * 2
    host.poll(STACK)
    assert host.poll().data[:3] == b"\x11\x10\x00"
    assert host.where(note) == "box"
    other = extended("unknown_type_next")
    other.insert()
    assert other.poll().more == bytes(15) + b"\x01\x00\x00"


def return_not_taken(host: Host) -> None:
    note = host.escrowed()
    host.poll(RETURN)
    assert host.poll().motion == 0x41
    assert host.twin.take_returned(host.now) == []
    assert host.where(note) == "acceptor.mouth"
    assert not host.twin.slot_open
    host.twin.faults.clear()
    assert host.twin.take_returned(host.now) == [note]


def stacked_without_event_next(host: Host) -> None:
    note = host.stacking()
    assert [host.poll().motion for _ in range(3)] == [0x01] * 3
    assert host.where(note) == "box"


def returned_without_event_next(host: Host) -> None:
    note = host.escrowed()
    host.poll(RETURN)
    assert [host.poll().motion for _ in range(3)] == [0x01] * 3
    assert host.where(note) == "acceptor.mouth"


def event_without_note_next(host: Host) -> None:
    answer = host.poll()
    assert (answer.motion, answer.denomination) == (0x11, 1)
    assert host.poll().motion == 0x01
    assert len(host.matter.place("box")) == 0


def second_note_next(host: Host) -> None:
    first, second = host.note(), host.note()
    host.twin.insert(first, host.now)
    assert host.poll().data[:2] == b"\x04\x30"
    assert host.poll(STACK).invalid
    assert (host.where(first), host.where(second)) == ("acceptor.escrow", "acceptor.mouth")
    host.twin.take_returned(host.now)
    assert host.poll().data[:2] == b"\x04\x10"
    host.twin.faults.add("second_note_next")
    assert host.twin.insert(second, host.now) is None
    host.poll(RETURN)
    assert host.poll().motion == 0x41
    assert host.twin.take_returned(host.now) == [second, first]


def cheat_next(host: Host) -> None:
    note = host.insert()
    assert host.poll().data[:2] == b"\x04\x11"
    assert host.poll().data[:2] == b"\x04\x10"
    assert host.where(note) == "acceptor.escrow"


def stacked_with_cheated_next(host: Host) -> None:
    note = host.stacking()
    assert host.poll().data[:2] == b"\x11\x11"
    assert host.where(note) == "box"


def box_full(host: Host) -> None:
    assert host.poll().data[:2] == b"\x01\x18"
    assert not host.twin.slot_open
    host.twin.faults.clear()
    note = host.escrowed()
    host.twin.faults.add("box_full")
    host.poll(STACK)
    assert host.poll().data[:2] == b"\x00\x1c"
    assert host.where(note) == "acceptor.jam"


def box_removed(host: Host) -> None:
    assert host.poll().data[:2] == b"\x01\x00"
    assert not host.twin.slot_open
    host.twin.faults.clear()
    assert host.poll().data[:2] == b"\x01\x10"


def stack_motor_failed(host: Host) -> None:
    assert host.poll().data[:3] == b"\x00\x10\x04"
    host.twin.faults.clear()
    note = host.escrowed()
    host.twin.faults.add("stack_motor_failed")
    assert host.poll(STACK).data[:3] == b"\x00\x10\x04"
    assert host.where(note) == "acceptor.escrow"
    host.twin.faults.clear()
    assert host.poll().motion == 0x41, "nobody cut the power: it knows what it did not do"
    assert host.where(note) == "acceptor.mouth"


def transport_open(host: Host) -> None:
    assert host.poll().data[:3] == b"\x00\x10\x40"
    host.twin.faults.clear()
    assert host.poll().data[:3] == b"\x01\x10\x00"


def out_of_service(host: Host) -> None:
    assert host.poll().data[:3] == b"\x00\x10\x00"
    assert not host.twin.slot_open


def calibrating(host: Host) -> None:
    assert host.poll().data[:3] == b"\x00\x50\x00"


def slow_start(host: Host) -> None:
    host = Host()
    host.twin.faults.add("slow_start")
    assert sum(host.poll().powering_up for _ in range(1_000)) == 600


def slow_reset(host: Host) -> None:
    assert host.reset() == b""
    host.now += 14_700
    assert host.omnibus() == b""
    host.now += 100
    assert host.poll().powering_up


def reset_answered_next(host: Host) -> None:
    assert read(host.reset()).motion == 0x01
    assert host.poll().powering_up


def factory_escrow_time(host: Host) -> None:
    note = host.escrowed()
    host.now += 9_700
    assert host.poll().motion == 0x04
    host.now += 100
    assert host.poll_until(0x41).motion == 0x41
    assert host.where(note) == "acceptor.mouth"


def opposite_toggle_next(host: Host) -> None:
    host.twin.faults.clear()
    note = host.escrowed()
    host.twin.faults.add("opposite_toggle_next")
    answer = read(host.omnibus(STACK))
    assert answer.toggle != host.toggle
    assert host.where(note) == "acceptor.escrow"
    assert host.poll(STACK, repeat=True).motion == 0x08
    assert host.where(note) == "box"


def acts_on_repeats(host: Host) -> None:
    host.stacking()
    following = host.insert(20)
    host.poll()
    host.poll(STACK)
    assert host.poll(STACK, repeat=True).motion == 0x11
    assert host.where(following) == "box"


def invalid_next(host: Host) -> None:
    host.twin.faults.clear()
    note = host.escrowed()
    host.twin.faults.add("invalid_next")
    assert host.poll(STACK).invalid
    assert host.where(note) == "acceptor.escrow"
    assert not host.poll(STACK).invalid
    assert host.where(note) == "box"


def inhibits_answered_extended(host: Host) -> None:
    answer = host.extended(0x03, b"\x7f" * 8)
    assert (answer.kind, answer.sub, answer.more) == (0x70, 0x03, b"")


def escrow_told_once(host: Host) -> None:
    host = extended("escrow_told_once")
    for _ in range(2):
        host.insert()
        assert [host.poll().kind for _ in range(3)] == [0x70, 0x20, 0x20]
        host.poll(STACK)
        assert host.poll().kind == 0x70


def never_extended(host: Host) -> None:
    host = extended("never_extended")
    note = host.insert()
    assert host.poll().data[:3] == b"\x04\x10\x00"
    host.poll(STACK)
    assert host.poll().data[:3] == b"\x11\x10\x00"
    assert host.where(note) == "box"


def stacked_at_refit(host: Host) -> None:
    host.twin.remove_box(host.now)
    host.poll()
    host.twin.refit_box(host.now)
    assert host.poll().data[:3] == b"\x11\x10\x00"
    assert len(host.matter.place("box")) == 0


def enq(host: Host) -> None:
    host.note()
    assert host.omnibus()[:1] == b"\x02"
    host.insert()
    host.twin.poll(host.now)
    assert host.twin.take_output() == b"\x05"
    assert read(host.omnibus()).motion == 0x04


def silence_before(host: Host) -> None:
    assert host.omnibus() == b""
    host.twin.faults.clear()
    assert host.poll(repeat=True).motion == 0x01


def silence_after(host: Host) -> None:
    host.twin.faults.clear()
    note = host.escrowed()
    host.twin.faults.add("silence_after")
    assert host.omnibus(STACK) == b""
    assert host.where(note) == "box"
    host.twin.faults.clear()
    assert host.poll(STACK, repeat=True).motion == 0x08
    assert host.poll().motion == 0x11


def late_reply(host: Host) -> None:
    assert host.omnibus() == b""
    host.now += 6_000
    host.twin.poll(host.now)
    assert read(host.twin.take_output()).motion == 0x01


def duplicate_reply(host: Host) -> None:
    answer = host.omnibus()
    assert answer[:11] == answer[11:]


def reply_to_previous(host: Host) -> None:
    before = host.toggle
    assert read(host.omnibus()).toggle == before


def bit_flip(host: Host) -> None:
    wire, right = host.omnibus(), frame(0x20 | host.toggle, b"\x01\x10\x00\x10\x54\x20")
    assert sum((a ^ b).bit_count() for a, b in zip(wire, right, strict=True)) == 1


def cut_frame(host: Host) -> None:
    assert len(host.omnibus()) == 5


def noise(host: Host) -> None:
    wire = host.omnibus()
    assert read(wire[-11:]).motion == 0x01
    assert len(wire) > 11


def reset_by_itself(host: Host) -> None:
    host.twin.faults.clear()
    note = host.escrowed()
    host.twin.faults.add("reset_by_itself")
    assert host.omnibus() == b""
    host.twin.faults.clear()
    assert host.poll().powering_up
    assert host.poll().motion == 0x00, "policy B: held, out of order"
    assert host.where(note) == "acceptor.escrow"


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
    host = started(name)
    spoilt = host.omnibus()
    assert name not in host.twin.faults
    assert spoilt != frame(0x20 | host.toggle, b"\x01\x10\x00\x10\x54\x20")


def test_link_faults_can_be_aimed_at_one_order() -> None:
    host = started("silence_after")
    host.twin.link.targets = {Call.STACK}
    host.escrowed()
    assert host.omnibus(STACK) == b""
    host.twin.faults.clear()
    assert host.poll(STACK, repeat=True).motion == 0x08


def test_every_fault_has_a_sentence() -> None:
    names = Host().twin.fault_names()
    assert set(PLAYS) <= set(names)
    assert all(sentence.endswith(".") for sentence in names.values())
