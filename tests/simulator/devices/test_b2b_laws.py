"""Whatever a host, a passenger and bad luck do to the unit: no note is lost, memory and matter agree, nothing is raised."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.ccnet.b2b.faults import FAULTS
from simulator.devices.ccnet.wire import Ear, frame
from tests.simulator.devices.b2b_host import ALL, EMPTY, NONE, POLL, RECOVERY, RESET, RETURN, STACK, Host

MISCOUNTS = {"double_pick_next", "count_wrong_next"}
"""Faults after which a cassette's memory and what lies in it differ."""

ORDERS = (
    ALL, NONE, STACK, RETURN, RESET, RECOVERY, EMPTY, b"\x3c\x18\x02", b"\x3c\x01\x03", b"\x3c\x18\x01\x03\x01", b"\x3d\x01\x02",
    b"\x3d\x02\x09", b"\x40\x02\x04", b"\x40\x01\x18", b"\x44\x03\x01", b"\x68\x65\x00\x00\x00", b"\x70\x01", b"\x3b", b"\x31",
)  # fmt: skip

acts = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(ORDERS)),
    st.tuples(st.just("ask"), st.binary(min_size=1, max_size=6)),
    st.tuples(st.just("noise"), st.binary(max_size=12)),
    st.tuples(st.just("poll"), st.booleans()),
    st.tuples(st.just("insert"), st.sampled_from((1, 5, 20, 50, 100))),
    st.tuples(st.just("wait"), st.sampled_from((20, 120, 300, 900, 2_000, 30_000))),
    st.tuples(st.just("take"), st.none()),
    st.tuples(st.just("cut"), st.none()),
    st.tuples(st.just("box"), st.booleans()),
    st.tuples(st.just("clear"), st.none()),
)
faults = st.tuples(st.just("fault"), st.sampled_from(sorted(FAULTS)))


def play(host: Host, act: tuple[str, object]) -> None:
    kind, what = act
    twin = host.twin
    match kind, what:
        case "ask", bytes(payload):
            host.raw(frame(payload, 1))
            host.raw(frame(b"\x00", 1))
        case "noise", bytes(data):
            host.raw(data)
        case "poll", bool(acknowledged):
            host.raw(frame(POLL, 1))
            if acknowledged:
                host.raw(frame(b"\x00", 1))
        case "insert", int(yuan):
            twin.insert(host.matter.new_note(yuan * 100, "hand"), host.now)
        case "wait", int(ms):
            host.now += ms
            twin.poll(host.now)
        case "take", _:
            twin.take_returned(host.now)
        case "cut", _:
            twin.power(False, host.now)
            twin.power(True, host.now + 50)
        case "box", bool(there):
            twin.refit_box(host.now) if there else twin.remove_box(host.now)
        case "clear", _:
            twin.clear_jam("vault")
        case "fault", str(name):
            twin.faults ^= {name}
    host.now += 30


def machine() -> Host:
    host = Host(rate=4.0, capacities=(6, 6, 6))
    host.matter.place("box").capacity = 8
    host.load(2, 5, 4)
    host.load(3, 20, 2)
    host.start()
    return host


def notes_in(host: Host) -> list[str]:
    return sorted(note.serial for place in host.matter.places.values() for note in place.notes())


@settings(max_examples=150, deadline=None)
@given(st.lists(acts, max_size=40))
def test_memory_and_matter_agree_without_faults(script: list[tuple[str, object]]) -> None:
    host = machine()
    for act in script:
        before = set(notes_in(host))
        play(host, act)
        after = notes_in(host)
        assert before <= set(after)
        assert len(after) == len(set(after))
        for cassette in host.twin.unit.cassettes:
            values = [(100, 500, 1_000, 2_000, 5_000, 10_000)[kind] for kind in cassette.memory]
            assert values == [note.value_fen for note in cassette.place.notes()]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(acts, faults), max_size=50))
def test_nothing_is_lost_whatever_goes_wrong(script: list[tuple[str, object]]) -> None:
    host = machine()
    for act in script:
        before = set(notes_in(host))
        play(host, act)
        assert before <= set(notes_in(host))
    reach = host.matter.place("acceptor.mouth").notes()
    host.twin.faults.clear()
    host.twin.refit_box(host.now)
    host.now += 30_000  # it starts anew by itself, and may only now come to where a note sticks
    host.twin.poll(host.now)
    host.twin.clear_jam("vault")
    host.matter.move_all("box", "vault")
    for note in reach:
        host.matter.move(note, "hand")
    host.cut()
    host.closed()  # looked after by a person, it works again
    if host.ask(RECOVERY)[:1] == b"\x17":
        host.ask(RECOVERY)
    if host.twin.unit.must_empty():
        host.ask(EMPTY)
        for _ in range(40):
            host.poll()
        host.twin.take_returned(host.now)
        host.poll_until(0x25)
    host.ask(ALL)
    assert host.poll_until(0x14)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_answers_to_noise_are_frames(data: bytes) -> None:
    host = machine()
    out = host.raw(data) + host.raw(b"")
    heard = Ear(1).feed(out, 0)
    assert sum(len(one.payload) + 5 for one in heard) == len(out)
    assert all(one.good for one in heard)
