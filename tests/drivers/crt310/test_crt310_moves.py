"""A card comes in, is held, offered, captured: what is said of it is what became of it, whatever happens to the words."""

from __future__ import annotations

import pytest

from drivers.crt310.driver import HANGS_MS
from kiosk.ports.card_reader import (
    CardCaptured,
    CardEntryOpen,
    CardGone,
    CardIn,
    CardMoved,
    CardNotIn,
    CardOffered,
    CardStuck,
    CardTaken,
    CardUncertain,
    ChipReady,
    Hold,
)
from kiosk.ports.fact import Fact
from tests.drivers.crt310.crt310_script import (
    BIN,
    CAPTURE,
    CHIP,
    EJECT,
    ENTRY,
    EXPEL,
    FRONT,
    GATE,
    INSIDE,
    LONG,
    NONE,
    REAR,
    SHORT,
    STATUS,
    Paper,
    with_card,
    with_card_in,
)  # fmt: skip

ONCE = ["deaf", "nak", "no_ack", "no_enq", "undone", "mute", "damaged", "late", "twice", "noise", "opener"]
DONE_UNSEEN = ("mute", "damaged", "late")


# -- in


def test_a_card_comes_in_and_the_gate_is_shut_behind_it() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(500)
    assert paper.facts == [CardEntryOpen(1)]
    paper.insert(GATE)
    paper.run(300)
    paper.place = FRONT
    paper.run(300)
    paper.place = INSIDE
    paper.run(300)
    assert paper.ends() == [CardIn(1)]
    assert paper.places() == ["gate", "front", "inside"]
    assert paper.gate == 0x4E
    assert it.counts["in"] == 1
    it.admit(2)
    paper.run(500)
    assert paper.ends()[1:] == [CardNotIn(2, "card")]
    assert paper.gate == 0x4E


def test_pulled_back_while_it_is_drawn_in_it_may_come_again() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    for place in (GATE, FRONT, GATE, NONE, GATE, FRONT, NONE):
        paper.place = place
        paper.run(250)
    assert paper.ends() == []
    paper.place = CHIP
    paper.run(500)
    assert paper.ends() == [CardIn(1)]
    assert it.place == "chip"


@pytest.mark.parametrize(
    ("place", "end"), [(NONE, CardNotIn(1, "asked")), (GATE, CardNotIn(1, "asked")), (INSIDE, CardIn(1))]
)
def test_a_withdrawal_tells_what_is_true_when_the_gate_is_shut(place: int, end: Fact) -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    paper.place = place
    it.withdraw(7)
    it.withdraw(1)
    paper.run(1_000)
    assert paper.ends() == [end]
    assert paper.gate == 0x4E


def test_one_that_was_half_in_at_the_withdrawal_is_given_back() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    paper.place = FRONT
    it.withdraw(1)
    paper.run(6_000)
    assert paper.ends() == [CardNotIn(1, "asked")]
    assert paper.place == GATE


def test_a_withdrawal_before_its_turn_opens_nothing() -> None:
    paper, it = with_card()
    it.eject(2, 0)
    it.admit(3)
    it.withdraw(3)
    paper.run(1_000)
    paper.take()
    paper.run(1_000)
    assert paper.ends() == [CardTaken(2), CardNotIn(3, "asked")]
    assert paper.of("card.entry") == []


def test_a_card_jammed_on_its_way_in_is_given_back() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    paper.insert(FRONT)
    paper.run(9_000)
    assert paper.count(EJECT) == 1
    assert paper.ends() == [CardNotIn(1, "jam")]
    assert paper.place == GATE


def test_and_when_it_does_not_come_out_either_it_is_stuck() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    paper.insert(FRONT)
    paper.letters[EJECT] = [b"N"] * 9
    paper.run(20_000)
    assert paper.count(EJECT) == 2
    assert paper.ends() == [CardStuck(1, "front", "jam")]
    assert paper.raised() == [("DEVICE_FAILURE", True, "jam front")]
    assert not it.can_take_cards


def test_a_gate_that_will_not_shut_leaves_it_open_who_came_in() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    paper.letters[ENTRY] = [b"Y"] * 2
    it.withdraw(1)
    paper.run(1_000)
    assert paper.ends() == [CardUncertain(1, "failed")]
    assert ("DEVICE_FAILURE", True, "gate refused") in paper.raised()
    paper.run(3_000)
    assert paper.gate == 0x4E
    assert it.can_take_cards


def test_what_is_no_card_is_pushed_out_and_ends_the_order() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    paper.insert(LONG)
    paper.run(2_000)
    assert paper.count(EXPEL) == 1
    assert paper.ends() == [CardNotIn(1, "foreign")]
    paper.take()
    paper.run(3_000)
    assert it.can_take_cards


def test_half_in_it_may_look_short_for_a_moment() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    for place in (GATE, SHORT, FRONT, INSIDE):
        paper.place = place
        paper.run(205)
    paper.run(500)
    assert paper.ends() == [CardIn(1)]
    assert it.counts["foreign"] == paper.count(EXPEL) == 0


def test_another_order_ends_an_admission() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    it.admit(2)
    paper.run(1_000)
    assert paper.facts == [CardEntryOpen(1), CardNotIn(1, "replaced"), CardEntryOpen(2)]
    it.eject(3, 0)
    paper.run(1_000)
    assert paper.ends()[1:] == [CardNotIn(2, "replaced"), CardGone(3)]


def test_a_reader_that_starts_again_by_itself_is_opened_again() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    paper.gate = 0x4E
    paper.run(500)
    assert paper.gate == 0x49
    paper.insert()
    paper.run(500)
    assert paper.ends() == [CardIn(1)]
    assert it.place == "inside"


@pytest.mark.parametrize(("admits", "state"), [("magnetic", 0x49), ("switch", 0x4A), ("signal", 0x4B)])
def test_what_opens_the_gate_is_configured(admits: str, state: int) -> None:
    paper = Paper()
    it = paper.ready(admits=admits)
    it.admit(1)
    paper.run(300)
    assert (paper.gate, paper.rear) == (state, 0x4E)


# -- held


@pytest.mark.parametrize(("to", "place"), [("front", FRONT), ("inside", INSIDE), ("chip", CHIP), ("rear", REAR)])
def test_it_is_held_where_it_was_ordered(to: Hold, place: int) -> None:
    paper, it = with_card(place=INSIDE if to != "inside" else CHIP)
    it.move(2, to)
    paper.run(1_000)
    assert paper.ends() == [CardMoved(2, to)]
    assert paper.place == place
    it.move(3, to)
    paper.run(1_000)
    assert paper.ends()[1:] == [CardMoved(3, to)]
    assert paper.count(b"\x32") == 1


@pytest.mark.parametrize("fault", ONCE)
def test_one_lost_word_does_not_matter_to_a_move(fault: str) -> None:
    paper, it = with_card()
    paper.faults[b"\x32"] = [fault]
    it.move(2, "rear")
    paper.run(40_000)
    assert paper.ends() == [CardMoved(2, "rear")]
    assert paper.count(b"\x32") == 1


def test_nothing_to_move_and_nothing_within_reach() -> None:
    paper = Paper()
    it = paper.ready()
    it.move(1, "chip")
    paper.run(500)
    paper.place = GATE
    paper.run(2_500)
    it.move(2, "chip")
    paper.run(500)
    assert paper.ends() == [CardGone(1), CardStuck(2, "gate", "elsewhere")]
    assert paper.count(b"\x32") == 0


# -- offered


def test_it_is_offered_and_taken() -> None:
    paper, it = with_card()
    it.eject(2, 5_000)
    paper.run(1_000)
    assert paper.facts[-1] == CardOffered(2)
    paper.take()
    paper.run(600)
    assert paper.ends() == [CardTaken(2)]
    assert (it.counts["offered"], it.counts["taken"], it.counts["captured"]) == (1, 1, 0)


def test_and_captured_when_it_is_not_taken_in_time() -> None:
    paper, it = with_card()
    it.eject(2, 5_000)
    paper.run(4_500)
    assert paper.ends() == []
    paper.run(2_000)
    assert paper.ends() == [CardCaptured(2)]
    assert paper.fate == ["captured"]
    assert it.counts["captured"] == 1


def test_without_a_limit_it_waits() -> None:
    paper, it = with_card()
    it.eject(2, 0)
    paper.run(300_000)
    assert paper.ends() == []
    it.capture(3)
    paper.run(1_000)
    assert paper.ends() == [CardStuck(2, "gate", "replaced"), CardCaptured(3)]


@pytest.mark.parametrize("fault", ONCE)
@pytest.mark.parametrize("quick", [False, True])
def test_one_lost_word_does_not_matter_to_an_eject(fault: str, quick: bool) -> None:
    paper, it = with_card()
    paper.faults[EJECT] = [fault]
    it.eject(2, 60_000)
    for _ in range(400):
        paper.run(100)
        if paper.place == GATE and (quick or paper.of("card.offered")):
            paper.take()
    assert paper.ends() == [CardTaken(2)]
    assert paper.count(EJECT) == 1
    assert paper.fate == ["taken"]


@pytest.mark.parametrize(("place", "end"), [("front", CardGone(3)), ("rear", CardTaken(3))])
def test_from_the_front_a_hand_may_have_been_quicker_than_an_eject(place: Hold, end: Fact) -> None:
    paper, it = with_card()
    it.move(2, place)
    paper.run(500)
    paper.faults[EJECT] = ["mute"]
    it.eject(3, 0)
    paper.run(100)
    paper.place = GATE
    paper.take()
    paper.run(30_000)
    assert paper.ends()[1:] == [end]


@pytest.mark.parametrize("fault", ["deaf", "undone", "mute"])
def test_nor_do_two_lost_words_of_the_status(fault: str) -> None:
    paper, it = with_card()
    paper.faults[STATUS] = [fault, fault]
    it.eject(2, 60_000)
    paper.run(15_000)
    assert paper.of("card.offered") == [CardOffered(2)]
    paper.take()
    paper.run(1_000)
    assert paper.ends() == [CardTaken(2)]


def test_a_slow_motor_is_waited_for() -> None:
    paper, it = with_card()
    paper.path[0x30] = [INSIDE, INSIDE, REAR, INSIDE, FRONT, FRONT, FRONT]
    it.eject(2, 0)
    paper.run(8_000)
    assert paper.of("card.offered") == [CardOffered(2)]
    assert paper.count(EJECT) == 1
    assert paper.raised() == []


@pytest.mark.parametrize("word", [b"N", b"W"])
def test_a_jam_is_tried_twice_and_then_people_come(word: bytes) -> None:
    paper, it = with_card()
    paper.letters[EJECT] = [word] * 9
    it.eject(2, 0)
    paper.run(30_000)
    assert paper.count(EJECT) == 2
    assert paper.ends() == [CardStuck(2, "inside", "jam")]
    assert paper.raised() == [("DEVICE_FAILURE", True, "jam inside")]
    assert it.counts["jams"] == 1
    del paper.letters[EJECT]
    it.restart()
    paper.run(2_000)
    assert paper.of("card.offered") == [CardOffered(0)]
    assert paper.raised()[-1][:2] == ("DEVICE_FAILURE", False)
    paper.take()
    paper.run(1_000)
    assert paper.ends()[1:] == [CardTaken(0)]


def test_an_order_that_is_not_possible_is_not_repeated() -> None:
    paper, it = with_card()
    paper.faults[EJECT] = [0x02]
    it.eject(2, 0)
    paper.run(5_000)
    assert paper.ends() == [CardStuck(2, "inside", "02")]
    assert paper.count(EJECT) == 1


def test_nobody_ejects_what_is_not_there() -> None:
    paper = Paper()
    it = paper.ready()
    it.eject(1, 5_000)
    it.capture(2)
    paper.run(1_000)
    assert paper.ends() == [CardGone(1), CardGone(2)]
    assert paper.count(b"\x32") == 0


# -- captured


@pytest.mark.parametrize("fault", ONCE)
def test_one_lost_word_does_not_matter_to_a_capture(fault: str) -> None:
    paper, it = with_card()
    paper.faults[CAPTURE] = [fault]
    it.capture(2)
    paper.run(40_000)
    assert paper.ends() == [CardCaptured(2)]
    assert paper.count(CAPTURE) == 1
    assert paper.fate == ["captured"]


@pytest.mark.parametrize("fault", DONE_UNSEEN)
@pytest.mark.parametrize("taken", [False, True])
def test_at_the_gate_nobody_knows_who_was_quicker(fault: str, taken: bool) -> None:
    paper, it = with_card()
    it.eject(2, 0)
    paper.run(1_000)
    paper.faults[CAPTURE] = [fault]
    it.capture(3)
    for _ in range(20):
        paper.run(20)
        if paper.count(CAPTURE) and taken:
            paper.take()
    paper.run(40_000)
    assert paper.ends() == [CardStuck(2, "gate", "replaced"), CardGone(3)]
    assert paper.fate == ["taken" if taken else "captured"]


def test_a_reader_that_cannot_take_back_what_it_does_not_hold_is_not_jammed() -> None:
    paper, it = with_card(Paper(lets_go=True))
    it.eject(2, 1_000)
    paper.run(15_000)
    assert paper.ends() == [CardStuck(2, "gate", "elsewhere")]
    left = ("DEVICE_FAILURE", True, "left gate")
    assert paper.raised() == [left], "no jam, but no way in for the next card either"
    assert not it.can_take_cards
    it.admit(3)
    paper.run(500)
    assert paper.ends()[1:] == [CardNotIn(3, "card")], "a forgotten card is not the next passenger's"
    paper.take()
    paper.run(2_500)
    assert paper.raised() == [left, ("DEVICE_FAILURE", False, "left gate")]
    assert it.can_take_cards
    it.admit(4)
    paper.run(500)
    assert paper.of("card.entry") == [CardEntryOpen(4)]


def test_a_card_that_was_never_drawn_in_and_hangs_at_the_shut_gate_is_told() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(1_000)
    paper.insert(GATE)
    paper.run(20_000)
    it.withdraw(1)
    paper.run(HANGS_MS - 25_000)
    assert paper.raised() == [], "somebody may still hold it"
    assert it.can_take_cards
    paper.run(10_000)
    left = ("DEVICE_FAILURE", True, "left gate")
    assert paper.raised() == [left]
    assert not it.can_take_cards
    it.admit(2)
    paper.run(500)
    assert paper.ends()[1:] == [CardNotIn(2, "left")]
    paper.take()
    paper.run(3_000)
    assert paper.raised() == [left, ("DEVICE_FAILURE", False, "left gate")]
    assert it.can_take_cards
    assert paper.done.count(CAPTURE) == 0, "nobody's card is swallowed at a guess"


def test_each_card_held_to_the_shut_gate_has_its_own_time() -> None:
    paper = Paper()
    paper.ready()
    for _ in range(3):
        paper.place = GATE
        paper.run(HANGS_MS - 10_000)
        paper.take()
        paper.run(5_000)
    assert paper.raised() == []


@pytest.mark.parametrize("taken", [False, True])
def test_so_it_offers_the_card_held(taken: bool) -> None:
    paper = Paper(lets_go=True)
    paper.ready(offers="held")
    _, it = with_card_in(paper)
    it.eject(2, 2_000)
    paper.run(1_000)
    assert paper.facts[-1] == CardOffered(2)
    assert paper.place == FRONT
    if taken:
        paper.take()
    paper.run(4_000)
    assert paper.ends() == [CardTaken(2) if taken else CardCaptured(2)]


@pytest.mark.parametrize(("way", "end"), [([BIN, NONE], CardGone(0)), ([GATE], None)])
def test_what_is_no_card_may_go_out_either_way(way: list[int], end: Fact | None) -> None:
    paper = Paper(place=LONG, path={0x34: way})
    paper.driver()
    paper.run(3_000)
    assert paper.ends() == ([end] if end else [])
    assert paper.of("card.offered") == ([] if end else [CardOffered(0)])


def test_a_full_bin_is_told_and_the_card_stays_ours() -> None:
    paper, it = with_card()
    paper.path[0x33] = [BIN] * 500
    it.capture(2)
    paper.run(12_000)
    assert paper.ends() == [CardStuck(2, "bin", "bin")]
    assert paper.raised() == [("DEVICE_FAILURE", True, "bin rear")]
    assert not it.can_take_cards
    paper.place = NONE
    paper._ahead.clear()
    paper.run(3_000)
    assert it.can_take_cards


def test_it_falls_late_and_is_captured() -> None:
    paper, it = with_card()
    paper.path[0x33] = [INSIDE, REAR, BIN, BIN, BIN]
    it.capture(2)
    paper.run(8_000)
    assert paper.ends() == [CardCaptured(2)]
    assert paper.raised() == []


def test_the_reader_dies_in_the_middle_and_says_afterwards_where_the_card_is() -> None:
    paper, it = with_card()
    it.capture(2)
    paper.run(5)
    paper.dead = True
    paper.run(60_000)
    assert paper.ends() == [CardUncertain(2, "silent")]
    paper.dead = False
    paper.run(3_000)
    assert paper.places()[-1] in ("gate", "none")


# -- the chip is without power before it moves


def test_contacts_are_dead_before_a_card_leaves_them() -> None:
    paper, it = with_card()
    it.power(2)
    paper.run(1_000)
    assert paper.ends() == [ChipReady(2, 0)]
    it.eject(3, 0)
    paper.run(1_000)
    off, out = paper.done.index(b"\x33\x31"), paper.done.index(EJECT)
    assert off < out
    assert not paper.powered
    assert paper.count(ENTRY) == 0
