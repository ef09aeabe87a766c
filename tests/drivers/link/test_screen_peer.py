"""One peer of the screen socket without a socket: order of words, cut streams, slowness, silence."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.link.screen_peer import (
    LONGEST_LINE,
    MOST_WAITING,
    SILENCE_MS,
    Acknowledgement,
    PeerError,
    ScreenPeer,
    aged,
    show_line,
)
from kiosk.screen.values import Attract, Busy, Chrome, Deadline, Heartbeat, Hello, Key, Touched, Words, decode, encode


def busy(text: str, remaining_ms: int = 0, rate: float = 1.0) -> Busy:
    limit = Deadline(remaining_ms, 60_000, rate) if remaining_ms else None
    return Busy(Chrome(), Words(text), Words(), limit)


def greeted(role: str = "screen", now_ms: int = 0) -> ScreenPeer:
    peer = ScreenPeer(now_ms)
    peer.receive(encode(Hello(role)), now_ms)
    assert decode(took(peer, now_ms)) == Hello("controller")
    return peer


def took(peer: ScreenPeer, now_ms: int) -> bytes:
    data = peer.output(now_ms)
    peer.sent(len(data))
    return data


def test_we_say_hello_first_and_show_nothing_before_the_peer_did() -> None:
    peer = ScreenPeer(0)
    peer.show(show_line(1, busy("a")))
    assert decode(took(peer, 0)) == Hello("controller")
    assert took(peer, 1_000) == b""
    peer.receive(encode(Hello("mirror")), 1_000)
    assert took(peer, 1_000) == show_line(1, busy("a"))


def test_the_last_show_wins_but_a_message_begun_is_finished() -> None:
    peer = greeted()
    peer.show(show_line(1, busy("first")))
    begun = peer.output(0)
    peer.sent(10)
    peer.show(show_line(2, busy("second")))
    peer.show(show_line(3, busy("third")))
    assert took(peer, 0) == begun[10:]
    assert took(peer, 0) == show_line(3, busy("third"))
    assert not peer.pending


def test_beats_go_out_every_250_ms_and_a_show_counts_as_one() -> None:
    peer = greeted()
    assert took(peer, 249) == b""
    assert peer.next_wake() == 250
    assert decode(took(peer, 250)) == Heartbeat()
    peer.show(show_line(1, busy("a")))
    took(peer, 400)
    assert took(peer, 600) == b""
    assert decode(took(peer, 650)) == Heartbeat()


def test_a_peer_that_takes_nothing_gets_no_more_beats() -> None:
    peer = greeted()
    peer.show(show_line(1, busy("a")))
    assert peer.output(0) == peer.output(10_000)
    assert peer.next_wake() == SILENCE_MS + 1


def test_beats_acknowledge_and_touches_are_answered() -> None:
    peer = greeted()
    touch = Touched(7, "start")
    assert peer.receive(encode(Heartbeat(7)) + encode(touch) + encode(Heartbeat(6)), 5) == [touch]
    assert peer.acked_rev == 7


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (encode(Touched(1, "start")), "hello expected first"),
        (encode(Hello("screen", 2)), "protocol version 2, ours is 1"),
        (encode(Hello("controller")), "role 'controller' is none of"),
        (b"GET / HTTP/1.1\r\n", "not a screen message"),
        (b"x" * (LONGEST_LINE + 1), "a message of more than"),
        (encode(Hello("screen")) + encode(Hello("screen")), "Hello is not a peer's to say"),
        (encode(Hello("screen")) + show_line(1, busy("a")), "Show is not a peer's to say"),
    ],
)
def test_what_ends_a_connection(said: bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        ScreenPeer(0).receive(said, 0)


def test_silence_ends_a_connection() -> None:
    peer = greeted()
    peer.check(SILENCE_MS)
    with pytest.raises(PeerError, match="silent for 2001 ms"):
        peer.check(SILENCE_MS + 1)
    peer.receive(encode(Heartbeat()), 5_000)
    peer.check(5_000 + SILENCE_MS)


@given(cuts=st.lists(st.integers(0, 200), max_size=8), targets=st.lists(st.text(max_size=5), max_size=3))
def test_cutting_the_stream_anywhere_changes_nothing(cuts: list[int], targets: list[str]) -> None:
    wire = encode(Hello("screen")) + b"".join(encode(Touched(1, target)) for target in targets)
    peer = ScreenPeer(0)
    edges = [0, *sorted(cuts), max([len(wire), *cuts])]
    heard = [touch for a, b in pairwise(edges) for touch in peer.receive(wire[a:b], 0)]
    assert [touch.target for touch in heard] == targets


@given(st.binary(max_size=300))
def test_noise_ends_the_connection_or_waits_for_more(noise: bytes) -> None:
    with suppress(PeerError):
        assert ScreenPeer(0).receive(noise, 0) == []


def test_silence_is_counted_from_the_oldest_show_not_acknowledged() -> None:
    acks = Acknowledgement()
    assert acks.silent_ms(99) == 0
    acks.shown(1, 0)
    acks.shown(2, 1_500)
    assert acks.silent_ms(1_600) == 1_600
    acks.acked(1)
    assert acks.silent_ms(1_600) == 100
    acks.shown(3, 1_700)
    acks.forget_all_but_last(2_000)
    assert acks.silent_ms(2_100) == 100
    acks.acked(3)
    assert acks.silent_ms(9_000) == 0


def test_shows_nobody_acknowledges_do_not_pile_up() -> None:
    acks = Acknowledgement()
    for rev in range(1_000):
        acks.shown(rev, rev)
    assert len(acks._waiting) <= MOST_WAITING + 1
    assert acks.silent_ms(1_000) == 1_000


def test_a_value_shown_later_has_less_time_left() -> None:
    assert aged(busy("a", 30_000), 1_000) == busy("a", 29_000)
    assert aged(busy("a", 30_000, 10.0), 1_000) == busy("a", 20_000, 10.0)
    assert aged(busy("a", 500), 1_000).limit == Deadline(0, 60_000, 1.0)
    start = Attract(Chrome(ring=Deadline(5_000, 9_000)), Words("x"), Key("start"), Words(), ())
    later = aged(start, 1_000)
    assert (later.chrome.ring.remaining_ms, later.start) == (4_000, start.start)
    assert aged(busy("a"), 1_000) == busy("a")
