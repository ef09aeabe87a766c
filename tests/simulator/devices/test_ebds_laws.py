"""Whatever is said to the EBDS twin and done to it: no note is made or lost, and nothing is told stacked that is not in the box."""

from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.devices.ebds.faults import FAULTS
from simulator.devices.ebds.state import State
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.ebds_host import ESCROW, EXTENDED, PLAIN, RETURN, STACK, A, B, C, Host, frame, read
from tests.simulator.devices.validator_hands import clear, cut, lying, pass_time, pull_box, push, refit_box, take

LIES = {"event_without_note_next", "stacked_at_refit", "acts_on_repeats"}
"""Faults whose sentence says that something is told that did not happen."""
KINDS = (0x20, 0x60, 0x70)

Act = Callable[[Host], bytes | None]


def omnibus(mode: int, enabled: int, options: int, repeat: bool) -> Act:
    def act(host: Host) -> bytes:
        host.enabled, host.options = enabled, options
        return host.omnibus(mode, repeat)

    return act


def wait(pause_ms: int) -> Act:
    def act(host: Host) -> None:
        pass_time(host, pause_ms)

    return act


MODES = st.sampled_from([ESCROW, ESCROW, STACK, RETURN, STACK | RETURN, 0x0C])
OPTIONS = st.sampled_from([PLAIN | A, PLAIN | B, PLAIN | C, EXTENDED | B, EXTENDED | C])
MASKS = st.sampled_from([0x7F, 0x7F, 0x7F, 0x00, 0x15])
HANDS = st.sampled_from([push, push, push, take, cut, pull_box, refit_box, clear])
INHIBITS: Act = lambda host: host.send(0x70, bytes([3, 0x7F, ESCROW, EXTENDED | B]) + b"\x7f" * 8)
RESET: Act = lambda host: host.reset()
TALK = st.builds(omnibus, MODES, MASKS, OPTIONS, st.sampled_from([False, False, True]))
ACTS = st.one_of(
    TALK,
    TALK,
    HANDS,
    st.sampled_from([INHIBITS, RESET]),
    st.builds(wait, st.integers(0, 4_000)),
)


@settings(max_examples=200, deadline=None)
@given(
    acts=st.lists(st.one_of(ACTS, st.sampled_from(sorted(set(FAULTS) | set(LINK_FAULTS)))), max_size=50),
    rate=st.sampled_from([0, 1, 10]),
)
def test_notes_are_neither_made_nor_lost(acts: list[Act | str], rate: float) -> None:
    host = Host(rate=rate)
    notes = {host.note(yuan).serial for yuan in (1, 5, 20, 50, 100, 100)}
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


@settings(max_examples=200, deadline=None)
@given(
    acts=st.lists(st.one_of(ACTS, st.sampled_from(sorted(set(FAULTS) - LIES))), max_size=60),
    rate=st.sampled_from([0, 1, 10]),
)
def test_nothing_is_told_stacked_that_is_not_in_the_box(acts: list[Act | str], rate: float) -> None:
    """An answer counts when its toggle differs from the last one of the same host: the others are repeats."""
    host = Host(rate=rate)
    for yuan in (1, 5, 20, 50, 100, 100):
        host.note(yuan)
    told, last = 0, b""
    for act in acts:
        if isinstance(act, str):
            host.twin.faults ^= {act}
            continue
        if act in (cut, RESET):
            last = b""
        wire = (act(host) or b"").lstrip(b"\x05")
        wire = wire[: wire[1]] if wire else b""
        if wire and wire != last:
            answer = read(wire)
            assert answer.kind in KINDS
            told += bool(answer.data and answer.data[0] & 0x10)
        last = wire or last
        assert told <= host.twin.body.stacked_counter
        boxed = len(host.matter.place("box")) + len(host.matter.place("vault"))
        assert host.twin.body.stacked_counter == boxed


@settings(max_examples=200, deadline=None)
@given(junk=st.lists(st.binary(max_size=40), max_size=20), rate=st.sampled_from([0, 10]))
@example(junk=[frame(0x10, b"\x7f\x1c\x00")[:5], frame(0x70, b"")], rate=0)
def test_any_bytes_are_survived_and_every_answer_is_a_frame(junk: list[bytes], rate: float) -> None:
    host = Host(rate=rate)
    host.start()
    note = host.escrowed()
    for data in junk:
        host.now += 50
        wire = host.raw(data)
        while wire:
            assert read(wire[: wire[1]]).kind in KINDS
            wire = wire[wire[1] :]
    assert host.where(note) in {"acceptor.escrow", "acceptor.path", "acceptor.mouth", "box"}


@settings(max_examples=200, deadline=None)
@given(
    sent=st.lists(st.tuples(st.sampled_from([0x10, 0x40, 0x50, 0x60, 0x70]), st.binary(max_size=24)), max_size=20),
    rate=st.sampled_from([0, 10]),
)
def test_undamaged_nonsense_is_answered_each_time(sent: list[tuple[int, bytes]], rate: float) -> None:
    host = Host(rate=rate)
    host.start()
    for kind, data in sent:
        seven = bytes(byte & 0x7F for byte in data)
        if kind == 0x60 and seven == b"\x7f\x7f\x7f":  # a reset: silence
            continue
        answer = read(host.send(kind, seven))
        assert answer.toggle == host.toggle
        assert host.twin.body.state in State
