"""Whatever is said to the eSSP twin and done to it: no note is made or lost, and nothing is credited that is not in the box."""

from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.devices.essp.codes import Command
from simulator.devices.essp.faults import FAULTS
from simulator.devices.essp.state import State
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.essp_host import (
    ALL_CHANNELS,
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
from tests.simulator.devices.validator_hands import clear, cut, lying, pass_time, pull_box, push, refit_box, take

MATTERS = (
    "jam_in_path_next",
    "jam_in_stacker_next",
    "withdrawn_on_string_next",
    "stacked_without_event_next",
    "credit_without_stacked_next",
    "stacked_without_credit_next",
    "second_note_next",
    "barcode_next",
    "box_full",
    "box_removed",
    "path_open",
    "clears_late",
    "cannot_process_next",
)
"""Faults that have to do with what becomes of a note, and none whose sentence says that a credit comes early or is made up."""
WITH_CHANNEL = {0xEF, 0xEE, 0xE1, 0xE2, 0xE6}

Act = Callable[[Host], list[bytes] | None]
"""Answers what was heard."""


def say(data: bytes, repeat: bool) -> Act:
    def act(host: Host) -> list[bytes]:
        if not host.encrypts or data == SYNC:
            return [host.say(data, repeat)]
        wire = host.say(sealed(host.key, host.count, data), repeat)
        session = host.twin.keys.session
        host.count = session.count if session else 0  # a host that lost an answer would repeat; this one just knows
        return [wire]

    return act


def wait(pause_ms: int) -> Act:
    def act(host: Host) -> None:
        pass_time(host, pause_ms)

    return act


LATE_MS = 10_000


def keys(host: Host) -> None:
    """An exchange with a twin that answers; nothing without one. A reply that is late still comes before it."""
    pass_time(host, LATE_MS)
    host.twin.take_output()
    if not host.twin.faults and not host.twin.body.silent:
        host.ask(SYNC)
        host.exchange_keys()


def pay(host: Host) -> list[bytes]:
    """A note is let in, pushed in, told of, accepted and told of, if all goes well."""
    pass_time(host, 2_000)
    heard = [wire for data in (ALL_CHANNELS, ENABLE) for wire in say(data, False)(host) or []]
    take(host)
    push(host)
    for pause_ms in (1_000, 0, 1_000, 300):
        pass_time(host, pause_ms)
        heard += say(POLL, False)(host) or []
    return heard


TALK = st.builds(
    say,
    st.sampled_from([POLL] * 6 + [ENABLE, ALL_CHANNELS, ENABLE, ALL_CHANNELS, HOLD, REJECT, DISABLE, RESET, SYNC]),
    st.sampled_from([False, False, False, True]),
)
HANDS = st.sampled_from([pay, pay, pay, push, take, cut, pull_box, refit_box, clear, keys])
ACTS = st.one_of(TALK, TALK, HANDS, st.builds(wait, st.integers(0, 4_000)))


def ready(rate: float) -> Host:
    host = Host(rate=rate)
    for yuan in (1, 5, 20, 50, 100, 100):
        host.note(yuan)
    host.start()
    return host


@settings(max_examples=100, deadline=None)
@given(
    acts=st.lists(st.one_of(ACTS, st.sampled_from(sorted(set(FAULTS) | set(LINK_FAULTS)))), min_size=15, max_size=40),
    rate=st.sampled_from([0, 1, 10]),
)
def test_notes_are_neither_made_nor_lost(acts: list[Act | str], rate: float) -> None:
    host = ready(rate)
    notes = set(lying(host))
    for act in acts:
        if isinstance(act, str):
            host.twin.faults ^= {act}
        else:
            act(host)
        host.twin.poll(host.now)
        found = lying(host)
        assert len(found) == len(set(found))
        assert notes <= set(found)
        assert len(host.matter.place("acceptor.path")) + len(host.matter.place("acceptor.escrow")) <= 1


def credits(host: Host, wire: bytes) -> int:
    """EE, D1 and E2 in an answer that holds nothing but events."""
    data = read(wire)[1]
    if data[0] == 0x7E:
        data = opened(host.key, data)[1]
    found, events = 0, data[1:] if data[0] == 0xF0 else b""
    while events:
        found += events[0] in (0xEE, 0xD1, 0xE2)
        events = events[2 if events[0] in WITH_CHANNEL else 1 :]
    return found


@settings(max_examples=100, deadline=None)
@given(
    acts=st.lists(st.one_of(ACTS, st.sampled_from(MATTERS)), min_size=15, max_size=40),
    rate=st.sampled_from([0, 1, 10]),
)
def test_nothing_is_credited_that_is_not_in_the_box(acts: list[Act | str], rate: float) -> None:
    """An answer counts when it is not the very packet of before: that is a repeat, or the answer to one."""
    host, told, last = ready(rate), 0, b""
    for act in acts:
        if isinstance(act, str):
            host.twin.faults ^= {act}
            continue
        for wire in act(host) or []:
            told += credits(host, wire) if wire not in (b"", last) else 0
            last = wire or last
        boxed = len(host.matter.place("box")) + len(host.matter.place("vault"))
        assert told <= host.twin.body.stacked_counter == boxed


@settings(max_examples=100, deadline=None)
@given(junk=st.lists(st.binary(max_size=40), max_size=20), rate=st.sampled_from([0, 10]))
@example(junk=[packet(0x80, b"\x7e" + bytes(16)), packet(0x00, b"\x7e")], rate=0)
@example(junk=[b"\x7f" * 40, packet(0x00, b"\x7f" * 20)], rate=0)
def test_any_bytes_are_survived_and_every_answer_is_a_packet(junk: list[bytes], rate: float) -> None:
    host = Host(rate=rate)
    host.start()
    note = host.escrowed()
    for data in junk:
        host.now += 50
        for wire in split(host.raw(data)):
            read(wire)
    assert host.where(note) in {"acceptor.escrow", "acceptor.path", "acceptor.mouth", "box"}


@settings(max_examples=100, deadline=None)
@given(
    sent=st.lists(st.tuples(st.sampled_from([*Command, 0x33, 0x4D, 0x7E, 0xFF]), st.binary(max_size=24)), max_size=20),
    encrypts=st.booleans(),
    rate=st.sampled_from([0, 10]),
)
def test_undamaged_nonsense_is_answered_each_time(sent: list[tuple[int, bytes]], encrypts: bool, rate: float) -> None:
    host = Host(rate=rate)
    host.start()
    for command, data in sent:
        if encrypts and not host.encrypts and not host.twin.body.silent:
            host.exchange_keys()
        whole = bytes([command]) + data
        if whole in (RESET, SYNC) or command in (0x4A, 0x7E):  # a start, and keys that are asked for anew
            continue
        told = host.ask(whole)
        assert told[0] in (0xF0, 0xF2, 0xF3, 0xF4, 0xF5, 0xF8, 0xFA)
        assert host.twin.body.state in State
