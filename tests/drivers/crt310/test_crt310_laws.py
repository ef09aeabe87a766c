"""Whatever the line does: every order ends once, and what is said of a card is what became of it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.ports.card_reader import CardBytes, CardCaptured, CardIn, CardTaken
from tests.drivers.crt310.crt310_script import (
    APDU0,
    BIN,
    CAPTURE,
    CHIP_RESET,
    EJECT,
    ENTRY,
    FRONT,
    INSIDE,
    LONG,
    NONE,
    PAN,
    REAR,
    RESET,
    STATUS,
    TO_CHIP,
    TRACKS,
    Paper,
)  # fmt: skip

pytestmark = pytest.mark.slow

WORDS = [b"", STATUS, EJECT, CAPTURE, TO_CHIP, ENTRY, APDU0, CHIP_RESET, TRACKS, RESET, b"\x32"]
FAULTS = [
    "deaf",
    "nak",
    "no_ack",
    "no_enq",
    "undone",
    "mute",
    "damaged",
    "late",
    "twice",
    "noise",
    "opener",
    2,
    5,
    6,
    7,
]
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("fault"), st.tuples(st.sampled_from(WORDS), st.lists(st.sampled_from(FAULTS), max_size=5))),
        st.tuples(st.just("letter"), st.tuples(st.sampled_from(WORDS[1:]), st.sampled_from([b"N", b"E", b"W", b"Y"]))),
        st.tuples(
            st.sampled_from(["admit", "withdraw", "capture", "power", "tracks", "take", "dead", "plug"]), st.none()
        ),
        st.tuples(st.just("eject"), st.sampled_from([0, 500, 5_000])),
        st.tuples(st.just("move"), st.sampled_from(["front", "inside", "chip", "rear"])),
        st.tuples(st.just("apdu"), st.integers(0, 255)),
        st.tuples(st.just("insert"), st.sampled_from([INSIDE, FRONT, LONG, REAR])),
        st.tuples(st.just("path"), st.sampled_from([[INSIDE, FRONT], [BIN] * 3, [BIN] * 60, [REAR] * 30])),
        st.tuples(st.just("wait"), st.sampled_from([10, 300, 3_000, 40_000])),
    ),
    min_size=3,
    max_size=16,
)


class Play:
    def __init__(self) -> None:
        self.paper = Paper()
        self.it = self.paper.ready()
        self.orders = 0

    def order(self) -> int:
        self.orders += 1
        return self.orders

    def do(self, what: str, value: Any) -> None:
        paper, it = self.paper, self.it
        match what:
            case "fault":
                paper.faults.setdefault(value[0], []).extend(value[1])
            case "letter":
                paper.letters.setdefault(value[0], []).append(value[1])
            case "admit":
                it.admit(self.order())
            case "withdraw":
                it.withdraw(self.orders)
            case "capture":
                it.capture(self.order())
            case "eject":
                it.eject(self.order(), value)
            case "move":
                it.move(self.order(), value)
            case "power":
                it.power(self.order())
            case "apdu":
                order = self.order()
                it.exchange(order, CardBytes(b"\x00\xb2" + order.to_bytes(2, "big") + bytes([value])))
            case "tracks":
                it.read_tracks(self.order())
            case "take":
                paper.take()
            case "insert" if paper.gate != 0x4E and paper.place == NONE:
                paper.insert(value)
            case "path":
                paper.path.update(dict.fromkeys((0x30, 0x33), value))
            case "dead":
                paper.dead = not paper.dead
            case "plug":
                it.link_lost("pulled", paper.now_ms)
                it.link_up(paper.now_ms)
            case "wait":
                paper.run(value)
        paper.run(30)
        for order in range(1, self.orders + 1):  # a kernel fetches what it was told of
            it.take_answer(order)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(DEEDS)
def test_every_order_ends_once_and_nothing_untrue_is_said(deeds: list[tuple[str, Any]]) -> None:
    play = Play()
    paper, it = play.paper, play.it
    for what, value in deeds:
        play.do(what, value)
        _true(paper)
    for troubles in (paper.faults, paper.letters, paper.path):
        troubles.clear()
    paper.dead = False
    it.withdraw(play.orders)
    for _ in range(12):
        paper.run(60_000)
        paper.take()
        _true(paper)
    ended = sorted(fact.order for fact in paper.ends() if fact.order)  # type: ignore[attr-defined]
    pending = [play.orders] if len(ended) < play.orders else []
    assert sorted(ended + pending) == list(range(1, play.orders + 1))
    assert not pending or it._orders._running is not None, "only one that waits for a card may still run"
    apdus = [content for content in paper.done if content.startswith(APDU0)]
    assert len(apdus) == len(set(apdus)), "an APDU went twice"
    assert PAN not in repr(paper.facts)
    assert it.ready


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.booleans())
def test_on_a_rough_line_a_card_still_comes_in_is_talked_to_once_and_goes_out(dice: Random, taken: bool) -> None:
    paper = Paper()
    it = paper.ready()
    paper.rough = dice
    it.admit(1)
    for _ in range(100):
        paper.run(200)
        if paper.gate != 0x4E and paper.place == NONE:
            paper.insert()
    it.power(2)
    for order in range(3, 6):
        it.exchange(order, CardBytes(b"\x00\xb2" + order.to_bytes(2, "big") + b"\x00"))
    it.read_tracks(6)
    it.eject(7, 30_000)
    for _ in range(60):
        paper.run(2_000)
        if taken:
            paper.take()
        _true(paper)
    assert [fact.order for fact in paper.ends() if fact.order] == [1, 2, 3, 4, 5, 6, 7]  # type: ignore[attr-defined]
    apdus = [content for content in paper.done if content.startswith(APDU0)]
    assert len(apdus) == len(set(apdus)), "an APDU went twice"
    paper.rough = None
    paper.run(60_000)
    paper.take()
    paper.run(60_000)
    assert it.ready
    assert paper.place == NONE
    assert paper.gate == 0x4E


def _true(paper: Paper) -> None:
    taken = sum(isinstance(fact, CardTaken) for fact in paper.facts)
    captured = sum(isinstance(fact, CardCaptured) for fact in paper.facts)
    came = sum(isinstance(fact, CardIn) for fact in paper.facts)
    assert taken <= paper.fate.count("taken")
    assert captured <= paper.fate.count("captured")
    assert came <= len(paper.fate) + (paper.place != NONE)
