"""Each fault switch of the eSSP twin shows, and moves matter as its sentence says."""

from collections.abc import Callable
from functools import partial

import pytest

from simulator.devices.essp.codes import REASONS, Command
from simulator.devices.essp.faults import ANSWERS, FAULTS
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.essp_host import (
    COUNTERS,
    DISABLE,
    ENABLE,
    HOLD,
    POLL,
    REJECT,
    RESET,
    SYNC,
    Host,
    opened,
    packet,
    read,
    sealed,
    split,
)


def started(fault: str, rate: float = 0) -> Host:
    host = Host(rate=rate)
    host.start()
    host.twin.faults.add(fault)
    return host


def jam_in_path_next(host: Host) -> None:
    note = host.insert()
    assert [host.poll() for _ in range(2)] == ["e9", "e9"]
    assert host.where(note) == "acceptor.jam"
    assert host.twin.clear_jam("vault") == [note]
    assert host.poll() == "e0"
    assert host.poll() == ""
    assert host.twin.slot_open


def jam_in_stacker_next(host: Host) -> None:
    note = host.stacking()
    assert host.poll() == "ea"
    assert host.where(note) == "acceptor.jam"
    assert host.counted() == (0, 0)
    assert host.restart() == "f1 ea"


def withdrawn_on_string_next(host: Host) -> None:
    note = host.stacking()
    assert host.poll() == "e6 03"
    assert host.where(note) == "hand"
    assert host.reason() == 0x0E
    assert host.counted() == (0, 0)


def strim_after_credit_next(host: Host) -> None:
    note = host.stacking()
    assert host.poll() == "ee 03 e6 03"
    assert host.where(note) == "hand"
    assert host.reason() == 0x0E
    assert host.counted() == (0, 0)


def credit_early(host: Host) -> None:
    host = started("credit_early", rate=1)
    note = host.stacking()
    host.now += 300
    assert host.poll() == "ee 03 cc"
    assert host.where(note) == "acceptor.path"
    assert host.poll_until("eb") == "eb"
    assert host.where(note) == "box"
    stuck = host.stacking()
    host.twin.faults.add("box_full")
    host.poll_until("ee 03")
    assert host.poll_until("ea") == "ea"
    assert host.where(stuck) == "acceptor.jam"
    host.twin.clear_jam("vault")
    host.twin.faults.discard("box_full")
    host.poll_until("e0")
    host.stacking()
    host.poll_until("ee 03")
    assert host.restart() == "f1 e2 00 e8", "it was credited already: no channel"
    assert host.counted()[0] == 2


def reject_next(host: Host) -> None:
    note = host.insert()
    assert host.poll() == "ec"
    assert host.reason() == 0x02
    assert host.where(note) == "acceptor.mouth"
    host.twin.take_returned(host.now)
    host.escrowed()


def reject_all(host: Host) -> None:
    for _ in range(3):
        host.insert()
        assert host.poll() == "ec"
        assert host.reason() == 0x02
        host.twin.take_returned(host.now)


def reject_for(code: int, host: Host) -> None:
    note = host.insert()
    assert host.poll() == "ec"
    assert host.reason() == code
    assert host.where(note) == "acceptor.mouth"


def unknown_type_next(host: Host) -> None:
    note = host.insert()
    assert [host.poll() for _ in range(3)] == ["ef 07", "cc", "ee 07 eb"]
    assert host.where(note) == "box"


def barcode_next(host: Host) -> None:
    note = host.insert()
    assert [host.poll() for _ in range(3)] == ["e5", "cc", "d1 eb"]
    assert host.where(note) == "box"
    other = host.insert()
    assert host.poll() == "ef 03"
    assert host.where(other) == "acceptor.escrow"


def return_not_taken(host: Host) -> None:
    note = host.escrowed()
    host.ask(REJECT)
    assert host.poll() == "ec"
    assert host.twin.take_returned(host.now) == []
    assert host.where(note) == "acceptor.mouth"
    assert not host.twin.slot_open
    host.twin.faults.clear()
    assert host.twin.take_returned(host.now) == [note]


def stacked_without_event_next(host: Host) -> None:
    note = host.stacking()
    assert [host.poll() for _ in range(3)] == [""] * 3
    assert host.where(note) == "box"
    assert host.counted() == (1, 0)
    host.stacking()
    assert host.poll() == "ee 03 eb"


def credit_without_stacked_next(host: Host) -> None:
    note = host.stacking()
    assert [host.poll() for _ in range(2)] == ["ee 03", ""]
    assert host.where(note) == "box"


def stacked_without_credit_next(host: Host) -> None:
    note = host.stacking()
    assert [host.poll() for _ in range(2)] == ["eb", ""]
    assert host.where(note) == "box"


def event_without_note_next(host: Host) -> None:
    assert host.poll() == "ee 01 eb"
    assert host.poll() == ""
    assert len(host.matter.place("box")) == 0
    assert host.counted() == (0, 0)


def second_note_next(host: Host) -> None:
    first, second = host.note(), host.note()
    host.twin.insert(first, host.now)
    assert host.poll() == "ec"
    assert host.reason() == 0x07
    assert host.twin.take_returned(host.now) == [second, first]
    held = host.escrowed()
    host.twin.faults.add("second_note_next")
    assert host.twin.insert(first, host.now) is None
    assert host.poll() == "ec"
    assert host.twin.take_returned(host.now) == [first, held]


def cheat_next(host: Host) -> None:
    note = host.insert()
    assert host.poll() == "e6 03 ef 03"
    assert host.where(note) == "acceptor.escrow"


def box_full(host: Host) -> None:
    assert host.poll() == "e7"
    assert not host.twin.slot_open
    host.twin.faults.clear()
    note = host.escrowed()
    host.twin.faults.add("box_full")
    host.poll()
    assert host.poll() == "ec e7"
    assert host.reason() == 0x1D
    assert host.where(note) == "acceptor.mouth"


def box_removed(host: Host) -> None:
    assert [host.poll() for _ in range(2)] == ["e3 e8", "e8"]
    assert not host.twin.slot_open
    host.twin.faults.clear()
    assert [host.poll() for _ in range(2)] == ["e4", ""]
    note = host.escrowed()
    host.twin.faults.add("box_removed")
    assert [host.poll() for _ in range(2)] == ["e3 cc", "ec e8"]
    assert host.where(note) == "acceptor.mouth"


def path_open(host: Host) -> None:
    assert [host.poll() for _ in range(2)] == ["e0", "e0"]
    assert not host.twin.slot_open
    host.twin.faults.clear()
    assert host.poll() == ""
    held = host.escrowed()
    host.twin.faults.add("path_open")
    host.now += 20_000
    assert host.poll() == "e0"
    assert host.where(held) == "acceptor.escrow"
    host.twin.faults.clear()
    assert host.poll() == "ec"
    assert host.where(held) == "acceptor.mouth"
    host = started("none", rate=1)
    note = host.stacking()
    host.twin.faults.add("path_open")
    host.now += 20_000
    assert host.poll() == "e0"
    assert host.where(note) == "acceptor.path"
    host.twin.faults.clear()
    assert host.poll_until("ee 03")
    assert host.where(note) == "box"


def no_counters(host: Host) -> None:
    assert host.ask(COUNTERS) == b"\xf2"
    assert host.ask(b"\x59") == b"\xf2"


def counter_wrap_next(host: Host) -> None:
    assert host.counted() == (0xFFFFFFFF, 0)
    host.stacking()
    assert host.poll() == "ee 03 eb"
    assert host.counted() == (0, 0)


def old_firmware(host: Host) -> None:
    assert host.ask(b"\x06\x06") == b"\xf8"
    assert host.ask(b"\x06\x05") == b"\xf0"
    assert len(host.ask(b"\x05")) == 29


def channel_forgotten(host: Host) -> None:
    host.escrowed()
    assert host.restart() == "f1 e1 00 e8"
    host = started("channel_forgotten", rate=1)
    host.stacking()
    assert host.restart() == "f1 e2 00 e8"


def clears_late(host: Host) -> None:
    host = started("clears_late", rate=1)
    note = host.stacking()
    host.twin.power(False, host.now)
    host.twin.power(True, host.now)
    assert host.ask(SYNC) == b"\xf0"
    assert host.poll() == "f1 e8"
    assert host.where(note) == "acceptor.path"
    host.exchange_keys()
    assert host.ask(b"\x56") == b"\xf0\xb6"
    host.encrypts = False
    assert host.poll_until("e2") == "e2 03 e8"
    assert host.where(note) == "box"


def slow_start(host: Host) -> None:
    assert host.ask(RESET) == b"\xf0"
    for _ in range(74):
        assert host.say(SYNC) == b""
    assert host.ask(SYNC) == b"\xf0"


def disables_unpolled(host: Host) -> None:
    host.now += 9_700
    assert host.poll() == ""
    host.now += 10_000
    assert host.poll() == "e8"
    assert host.ask(ENABLE) == b"\xf0"
    assert host.poll() == ""
    held = host.escrowed()
    host.now += 10_000
    host.poll()
    assert host.where(held) == "acceptor.mouth"


def keys_lost_next(host: Host) -> None:
    host.exchange_keys()
    assert host.ask(POLL) == b"\xfa"
    assert host.ask(POLL) == b"\xfa"
    host.exchange_keys()
    assert host.poll() == ""


def acts_on_repeats(host: Host) -> None:
    note = host.insert()
    assert host.poll() == "ef 03"
    assert host.poll(repeat=True) == "cc", "it buys the note for you"
    assert host.where(note) == "box"


def wrong_bit_next(host: Host) -> None:
    host.insert()
    seq_adr, told = read(host.say(POLL))
    assert (seq_adr, told) == (host.bit ^ 0x80, b"\xf0\xef\x03")
    assert host.poll(repeat=True) == "ef 03"


def bad_crc_next(host: Host) -> None:
    host.insert()
    wire = host.say(POLL)
    assert wire[:-2] == packet(host.bit, b"\xf0\xef\x03")[:-2]
    assert wire != packet(host.bit, b"\xf0\xef\x03")
    assert host.poll(repeat=True) == "ef 03"


def _spoilt_inside(host: Host) -> tuple[bytes, bytes]:
    """The encrypted answer as it came, and as it came again."""
    name = next(iter(host.twin.faults))
    host.insert()
    assert host.poll() == "ef 03"
    assert host.twin.faults == {name}, "a plain answer has no inside"
    host.exchange_keys()
    first = read(host.say(sealed(host.key, 0, HOLD)))[1]
    again = read(host.say(sealed(host.key, 0, HOLD), repeat=True))[1]
    assert opened(host.key, again) == (1, b"\xf0")
    host.count = 1
    assert host.poll() == "cc"
    return first, host.key


def bad_inner_crc_next(host: Host) -> None:
    first, key = _spoilt_inside(host)
    with pytest.raises(AssertionError):
        opened(key, first)


def wrong_count_next(host: Host) -> None:
    first, key = _spoilt_inside(host)
    assert opened(key, first) == (2, b"\xf0")


def wrong_address_next(host: Host) -> None:
    seq_adr, told = read(host.say(POLL))
    assert (seq_adr, told) == (host.bit | 1, b"\xf0")
    assert host.poll(repeat=True) == ""


def unknown_event_next(host: Host) -> None:
    host.insert()
    assert host.poll() == "a0 01 02 ef 03"
    assert host.poll() == "cc"


def answered_instead(name: str, host: Host) -> None:
    note = host.insert()
    assert host.ask(SYNC) == b"\xf0"
    assert host.ask(POLL) == bytes([ANSWERS[name]])
    assert host.where(note) == "acceptor.escrow"
    assert host.poll() == "ef 03"
    host.twin.faults.add(name)
    assert host.ask(REJECT) == bytes([ANSWERS[name]])
    assert host.where(note) == "acceptor.escrow"


def silence_before(host: Host) -> None:
    assert host.say(DISABLE) == b""
    assert host.twin.slot_open
    host.twin.faults.clear()
    assert host.ask(DISABLE, repeat=True) == b"\xf0"
    assert not host.twin.slot_open


def silence_after(host: Host) -> None:
    assert host.say(DISABLE) == b""
    assert not host.twin.slot_open
    host.twin.faults.clear()
    assert host.ask(DISABLE, repeat=True) == b"\xf0"


def late_reply(host: Host) -> None:
    assert host.say(POLL) == b""
    host.now += 6_000
    host.twin.poll(host.now)
    assert read(host.twin.take_output()) == (host.bit, b"\xf0")


def duplicate_reply(host: Host) -> None:
    first, second = split(host.say(POLL))
    assert first == second


def reply_to_previous(host: Host) -> None:
    host.insert()
    assert read(host.say(POLL)) == (host.bit ^ 0x80, b"\xf0")


def bit_flip(host: Host) -> None:
    wire, right = host.say(POLL), packet(host.bit, b"\xf0")
    assert sum((a ^ b).bit_count() for a, b in zip(wire, right, strict=True)) == 1


def cut_frame(host: Host) -> None:
    assert len(host.say(POLL)) == 3


def noise(host: Host) -> None:
    wire = host.say(POLL)
    assert read(wire[-6:]) == (host.bit, b"\xf0")
    assert len(wire) > 6


def reset_by_itself(host: Host) -> None:
    host.twin.faults.clear()
    note = host.escrowed()
    host.exchange_keys()
    host.twin.faults.add("reset_by_itself")
    assert host.say(sealed(host.key, 0, HOLD)) == b""
    host.twin.faults.clear()
    assert host.ask(HOLD) == b"\xfa"
    host.encrypts = False
    assert host.poll() == "f1 e1 03 e8"
    assert host.where(note) == "acceptor.mouth"


PLAYS: dict[str, Callable[[Host], None]] = {
    **{f"reject_{name}_next": partial(reject_for, code) for name, code in REASONS.items()},
    **{name: partial(answered_instead, name) for name in ANSWERS},
}
PLAYS |= {
    name: globals()[name]
    for name in (*FAULTS, *(name for name in LINK_FAULTS if not name.endswith("_once")))
    if name not in PLAYS
}


@pytest.mark.parametrize("name", PLAYS)
def test_each_switch_shows(name: str) -> None:
    PLAYS[name](started(name))


@pytest.mark.parametrize("name", [name for name in FAULTS if name.endswith("_next")])
def test_one_shot_switches_clear_themselves(name: str) -> None:
    host = started(name)
    PLAYS[name](host)
    assert name not in host.twin.faults or name in ANSWERS


@pytest.mark.parametrize("name", [name for name in LINK_FAULTS if name.endswith("_once")])
def test_link_faults_once_clear_themselves(name: str) -> None:
    host = started(name)
    host.insert()
    spoilt = host.say(POLL)
    assert name not in host.twin.faults
    assert spoilt != packet(host.bit, b"\xf0\xef\x03")


@pytest.mark.parametrize("encrypted", [False, True])
def test_link_faults_can_be_aimed_at_one_command(encrypted: bool) -> None:
    host = started("silence_after")
    host.twin.link.targets = {Command.REJECT}
    note = host.escrowed()
    if encrypted:
        host.exchange_keys()
        assert host.say(sealed(host.key, 0, REJECT)) == b""
        assert host.say(sealed(host.key, 0, REJECT), repeat=True) == b"", "the stored answer is lost too"
    else:
        assert host.say(REJECT) == b""
    assert host.where(note) == "acceptor.mouth"
    host.twin.faults.clear()
    assert host.ask(REJECT, repeat=True) == b"\xf0"
    assert host.poll() == "ec"


def test_every_fault_has_a_sentence() -> None:
    names = Host().twin.fault_names()
    assert set(PLAYS) <= set(names)
    assert all(sentence.endswith(".") for sentence in names.values())
