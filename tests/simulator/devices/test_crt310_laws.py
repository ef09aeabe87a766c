"""Whatever is said to the card reader twin and done to it: it stands, loses no card, and answers each command once."""

from collections.abc import Callable
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.crt310 import MAKERS, Facing, Manners, odd_card
from simulator.devices.crt310.wire import Ear, frame
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices import crt310_host
from tests.simulator.devices.crt310_host import ACK, ENQ, EOT, PSE, Host, counted

Act = Callable[[Host], object]

TEXTS = [
    "30 30", "30 31", "30 32", "30 3A", "31 30", "31 2F", "31 2E", "31 31", "2F 31 31", "2F 32 31", "2F 33 30", "2E 30", "2E 33",
    "2E 35", "32 2E", "32 2F", "32 30", "32 31", "32 32", "32 33", "32 34", "33 30", "33 31", "37 30", "37 2F",
    counted("37 31", PSE), counted("37 32", PSE), "3D 30 30", "45 30 30 37", "45 30 31 32", "45 31",
]  # fmt: skip
FAULTS = sorted(set(Host().reader.fault_names()))
QUIET = [name for name in FAULTS if name not in LINK_FAULTS and "lost" not in name and name not in (
    "wrong_rate", "split_reply", "ack_garbled_next", "nak_next")]  # fmt: skip


def command(text: str) -> Act:
    return lambda host: (host.say(text), host.raw(ENQ))


def junk(data: bytes) -> Act:
    return lambda host: host.raw(data)


def wait(ms: int) -> Act:
    return lambda host: host.wait(ms)


def insert(facing: Facing) -> Act:
    def act(host: Host) -> None:
        cards = host.matter.place("hand").cards()
        if cards:
            host.reader.insert(cards[0], host.now, facing)

    return act


def take(host: Host) -> None:
    host.reader.take(host.now)


def push(host: Host) -> None:
    host.reader.push(host.now)


def staff(host: Host) -> None:
    host.reader.clear_path(host.now, "hand")
    host.reader.empty_bin("hand")


def rear(host: Host) -> None:
    cards = host.matter.place("hand").cards()
    if cards:
        host.reader.insert_rear(cards[-1], host.now)


def cut(host: Host) -> None:
    host.cut()


PEOPLE = st.one_of(
    st.builds(insert, st.sampled_from(Facing)), st.just(insert(Facing.RIGHT)), *map(st.just, (take, push, staff, rear))
)
HANDS = st.one_of(PEOPLE, st.just(cut), st.builds(wait, st.integers(0, 4_000)))
SAID = st.builds(command, st.sampled_from(TEXTS))
NOISE = st.builds(junk, st.one_of(st.binary(max_size=30), st.just(EOT), st.just(ENQ)))
WAYS = st.builds(Manners, *[st.booleans()] * 5)


@settings(max_examples=120, deadline=None)
@given(
    acts=st.lists(st.one_of(SAID, SAID, HANDS, NOISE, st.sampled_from(FAULTS)), max_size=40),
    manners=WAYS,
    rate=st.sampled_from((0, 1, 10)),
)
def test_it_stands_sleeps_and_no_card_is_lost(acts: list[Act | str], manners: Manners, rate: float) -> None:
    host = Host(manners=manners, rate=rate, bin_capacity=2)
    cards = [host.card, odd_card(host.matter, "long"), odd_card(host.matter, "short"), odd_card(host.matter, "white")]
    for act in acts:
        if isinstance(act, str):
            host.reader.faults ^= {act}
        else:
            act(host)
        due_ms = host.reader.poll(host.now)
        assert due_ms is None or due_ms > host.now
        assert sum(len(place) for place in host.matter.places.values()) == len(cards)
        assert len(host.matter.place("card.reader")) <= 1
        assert (host.reader.spot is None) == (host.reader.inside is None)


@settings(max_examples=120, deadline=None)
@given(
    turns=st.lists(
        st.tuples(st.sampled_from(TEXTS), st.one_of(PEOPLE, st.sampled_from(QUIET))), min_size=1, max_size=16
    ),
    manners=WAYS,
)
@example(turns=[("30 30", insert(Facing.RIGHT)), ("32 31", take), ("32 30", take)], manners=MAKERS)
@example(turns=[("30 30", "front_sensor_stuck"), ("32 33", insert(Facing.RIGHT))], manners=Manners(takes_back=True))
@example(turns=[("30 30", insert(Facing.RIGHT)), ("32 30", take), ("32 30", staff)], manners=Manners())
def test_every_command_of_a_polite_host_is_answered_once(turns: list[tuple[str, Act | str]], manners: Manners) -> None:
    """People work, and things break, in the middle of each."""
    host = Host(manners=manners)
    for text, act in turns:
        host.wait(600)
        assert host.say(text) == ACK
        told = host.raw(ENQ)
        if isinstance(act, str):
            host.reader.faults ^= {act}
        else:
            act(host)
        told += host.wait(8_000)
        assert told == crt310_host.frame(told[3:-2])
        assert told[3:5] in (bytes.fromhex(text)[:2], b"N" + bytes.fromhex(text)[:1])


@settings(max_examples=100, deadline=None)
@given(wire=st.binary(max_size=120), cuts=st.lists(st.integers(0, 120), max_size=10))
def test_cutting_the_stream_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    wire = wire.replace(b"\x07", frame(b"10"))
    edges, ear = sorted({0, *(min(at, len(wire)) for at in cuts), len(wire)}), Ear()
    pieces = [wire[start:end] for start, end in pairwise(edges)]
    whole, cut_up = Ear().feed(wire, 0), [heard for piece in pieces for heard in ear.feed(piece, 0)]
    if None not in whole and None not in cut_up:  # after damage what belongs together depends on what had come
        assert cut_up == whole


@settings(max_examples=60, deadline=None)
@given(acts=st.lists(st.one_of(SAID, HANDS), max_size=25))
def test_the_number_of_a_card_is_told_to_the_host_only(acts: list[Act]) -> None:
    host = Host()
    pan = WALLET["good"].perso.pan
    for act in acts:
        act(host)
        told = repr(host.reader.bad_manners) + repr(host.reader.inside) + repr(host.matter.places)
        assert pan not in told
        assert str(host.reader.fault_names()).find(pan) < 0
