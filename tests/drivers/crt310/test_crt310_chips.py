"""Chip, SAM and stripe: an APDU goes to a chip once, a late answer is never another one's, and nothing of it shows."""

from __future__ import annotations

import pytest

from drivers.crt310.driver import Crt310
from kiosk.ports.card_reader import (
    CardBytes,
    ChipAnswered,
    ChipFailed,
    ChipOff,
    ChipReady,
    TracksFailed,
    TracksRead,
)
from tests.drivers.crt310.crt310_script import (
    APDU0,
    ATR,
    CHIP,
    CHIP_RESET,
    GATE,
    INSIDE,
    LONG,
    NONE,
    PAN,
    SECRET,
    SELECT,
    TO_CHIP,
    TRACK1,
    TRACK2,
    TRACKS,
    Paper,
    with_card,
)  # fmt: skip

SUPPLY_ON = b"\x33\x30"


def powered(paper: Paper | None = None) -> tuple[Paper, Crt310]:
    paper, it = with_card(paper)
    it.power(2)
    paper.run(1_000)
    assert paper.ends() == [ChipReady(2, paper.protocol)]
    paper.clear()
    return paper, it


# -- power


def test_the_card_goes_to_the_contacts_gets_power_and_says_its_atr() -> None:
    paper, it = with_card()
    it.power(2)
    paper.run(1_000)
    assert paper.ends() == [ChipReady(2, 0)]
    assert paper.place == CHIP
    assert [paper.done.index(each) for each in (TO_CHIP, SUPPLY_ON, CHIP_RESET)] == sorted(
        paper.done.index(each) for each in (TO_CHIP, SUPPLY_ON, CHIP_RESET)
    )
    assert it.take_answer(3) is None
    assert it.take_answer(2) == CardBytes(ATR)
    assert it.take_answer(2) is None


def test_a_warm_reset_keeps_the_power() -> None:
    paper, it = powered()
    it.power(3, warm=True)
    paper.run(500)
    assert paper.ends() == [ChipReady(3, 0)]
    assert (paper.count(b"\x37\x2f"), paper.count(SUPPLY_ON)) == (1, 0)
    it.power_off(4)
    it.power(5, warm=True)
    paper.run(500)
    assert paper.ends()[1:] == [ChipOff(4), ChipReady(5, 0)]
    assert (paper.count(CHIP_RESET), paper.count(SUPPLY_ON)) == (1, 1)


@pytest.mark.parametrize(("place", "reason"), [(NONE, "no_card"), (GATE, "no_card"), (LONG, "foreign")])
def test_there_is_no_chip_without_a_card(place: int, reason: str) -> None:
    paper = Paper()
    it = paper.ready(on_found="leave")
    paper.place = place
    it.power(1)
    it.exchange(2, SELECT)
    it.read_tracks(3)
    paper.run(1_000)
    assert paper.ends()[:3] == [ChipFailed(1, reason), ChipFailed(2, "power"), TracksFailed(3, "no_card")]
    assert paper.count(b"\x37") == paper.count(TRACKS) == 0


@pytest.mark.parametrize(("word", "reason"), [(b"N", "mute"), (b"E", "no_card"), (b"W", "elsewhere")])
def test_a_chip_that_says_no_atr_is_said_to_be_mute(word: bytes, reason: str) -> None:
    paper, it = with_card()
    paper.letters[CHIP_RESET] = [word]
    it.power(2)
    paper.run(1_000)
    assert paper.ends() == [ChipFailed(2, reason)]
    it.exchange(3, SELECT)
    it.power(4)
    paper.run(1_000)
    assert paper.ends()[1:] == [ChipFailed(3, "power"), ChipReady(4, 0)]
    it.eject(5, 0)
    paper.run(1_000)
    assert paper.count(b"\x33\x31") == 1


def test_a_card_that_cannot_be_brought_to_the_contacts() -> None:
    paper, it = with_card()
    paper.letters[TO_CHIP] = [b"N"] * 5
    it.power(2)
    paper.run(20_000)
    assert paper.ends() == [ChipFailed(2, "jam")]
    assert (paper.count(TO_CHIP), paper.count(SUPPLY_ON)) == (2, 0)


# -- APDUs


@pytest.mark.parametrize("protocol", [0, 1])
def test_an_apdu_goes_by_the_protocol_of_the_atr(protocol: int) -> None:
    paper, it = powered(Paper(protocol=protocol))
    it.exchange(3, SELECT)
    paper.run(500)
    assert paper.ends() == [ChipAnswered(3)]
    assert paper.done == [bytes([0x37, 0x31 + protocol]) + b"\x00\x14" + SELECT.reveal()]
    assert it.take_answer(3) == CardBytes(SECRET)
    assert it.take_answer(3) is None


def test_what_asks_for_more_is_an_answer_like_others() -> None:
    paper, it = powered(Paper(answers=[b"\x61\x1c", b"\x6c\x08"]))
    it.exchange(3, SELECT)
    paper.run(300)
    first = it.take_answer(3)
    it.exchange(4, SELECT)
    paper.run(300)
    assert (first, it.take_answer(4)) == (CardBytes(b"\x61\x1c"), CardBytes(b"\x6c\x08"))


@pytest.mark.parametrize("fault", ["deaf", "nak", "no_ack", "noise", "twice"])
def test_before_it_was_asked_for_nothing_has_happened(fault: str) -> None:
    paper, it = powered()
    paper.faults[APDU0] = [fault]
    it.exchange(3, SELECT)
    paper.run(5_000)
    assert paper.ends() == [ChipAnswered(3)]
    assert paper.count(APDU0) == 1


@pytest.mark.parametrize("fault", ["no_enq", "undone", "mute", "damaged", "opener", "late"])
def test_after_it_was_asked_for_it_is_never_sent_again(fault: str) -> None:
    paper, it = powered(Paper(answers=[bytes.fromhex("1111119000"), bytes.fromhex("2222229000")]))
    paper.faults[APDU0] = [fault]
    it.exchange(3, SELECT)
    it.exchange(4, SELECT)
    paper.run(60_000)
    assert paper.ends() == [ChipFailed(3, "silent"), ChipFailed(4, "power")]
    assert paper.count(APDU0) == (0 if fault in ("no_enq", "undone") else 1)
    assert paper.done[-1] != APDU0
    assert (it.take_answer(3), it.take_answer(4)) == (None, None)
    it.power(5)
    it.exchange(6, SELECT)
    paper.run(2_000)
    assert paper.ends()[2:] == [ChipReady(5, 0), ChipAnswered(6)]
    answer = it.take_answer(6)
    assert answer is not None
    assert answer.reveal()[:1] == (b"\x11" if fault in ("no_enq", "undone") else b"\x22"), "not the late one"


def test_one_that_never_was_heard_is_given_up_without_having_happened() -> None:
    paper, it = powered()
    paper.faults[APDU0] = ["deaf"] * 4
    it.exchange(3, SELECT)
    paper.run(10_000)
    assert paper.ends() == [ChipFailed(3, "silent")]
    assert paper.count(APDU0) == 0


@pytest.mark.parametrize("code", [0x02, 0x04, 0x06])
def test_a_refused_apdu_ends_the_session(code: int) -> None:
    paper, it = powered()
    paper.faults[APDU0] = [code]
    it.exchange(3, SELECT)
    it.exchange(4, SELECT)
    paper.run(1_000)
    reason = "foreign" if code == 0x06 else f"{code:02X}"
    assert paper.ends() == [ChipFailed(3, reason), ChipFailed(4, "power")]


@pytest.mark.parametrize("answer", [b"", b"\x90"])
def test_an_answer_without_a_status_word_is_none(answer: bytes) -> None:
    paper, it = powered(Paper(answers=[answer]))
    it.exchange(3, SELECT)
    paper.run(40_000)
    assert paper.ends() == [ChipFailed(3, "garbled" if answer else "silent")]


@pytest.mark.parametrize(
    ("size", "sam", "fits"), [(3, 0, False), (4, 0, True), (260, 0, True), (261, 0, False), (260, 1, False)]
)
def test_an_apdu_that_no_frame_holds_is_refused(size: int, sam: int, fits: bool) -> None:
    paper, it = powered()
    it.power(3, sam=1)
    it.exchange(4, CardBytes(bytes(size)), sam=sam)
    paper.run(2_000)
    assert paper.ends()[1:] == [ChipAnswered(4) if fits else ChipFailed(4, "request")]


def test_an_older_answer_does_not_survive_a_new_apdu() -> None:
    paper, it = powered()
    paper.faults[APDU0] = [0x02]
    it.exchange(3, SELECT)
    paper.run(500)
    assert paper.ends() == [ChipFailed(3, "02")]
    assert it.take_answer(2) is None


def test_a_card_that_left_the_contacts_by_itself_is_not_talked_to() -> None:
    paper, it = powered()
    paper.place = INSIDE
    paper.run(2_500)
    it.exchange(3, SELECT)
    paper.run(500)
    assert paper.ends() == [ChipFailed(3, "power")]
    assert paper.count(APDU0) == 0


# -- SAM


@pytest.mark.parametrize("repeats_slot", [False, True])
@pytest.mark.parametrize("slot", [1, 8])
def test_a_sam_needs_no_card(slot: int, repeats_slot: bool) -> None:
    paper = Paper(protocol=1, repeats_slot=repeats_slot)
    it = paper.ready()
    it.exchange(1, SELECT, sam=slot)
    it.power(2, sam=slot)
    it.exchange(3, SELECT, sam=slot)
    it.exchange(4, SELECT)
    it.power(5, sam=9)
    paper.run(1_000)
    assert paper.of("chip!") == [
        ChipFailed(5, "request"), ChipFailed(1, "power"), ChipReady(2, 1), ChipAnswered(3), ChipFailed(4, "power"),
    ]  # fmt: skip
    place = bytes([0x2F + slot])
    assert paper.done == [b"\x3d\x30" + place, b"\x3d\x32" + place + b"\x00\x14" + SELECT.reveal()]


def test_a_card_that_leaves_does_not_take_the_sam_with_it() -> None:
    paper, it = powered()
    it.power(3, sam=2)
    it.eject(4, 0)
    paper.run(1_000)
    paper.take()
    paper.run(1_000)
    it.exchange(5, SELECT, sam=2)
    it.exchange(6, SELECT)
    paper.run(500)
    assert paper.ends()[-2:] == [ChipAnswered(5), ChipFailed(6, "power")]


def test_after_a_pulled_plug_no_chip_is_believed_to_have_power() -> None:
    paper, it = powered()
    it.power(3, sam=2)
    paper.run(500)
    it.link_lost("pulled", paper.now_ms)
    it.link_up(paper.now_ms)
    paper.run(1_000)
    paper.clear()
    it.exchange(4, SELECT, sam=2)
    it.eject(5, 0)
    paper.run(1_000)
    assert paper.of("chip!") == [ChipFailed(4, "power")]


# -- stripe


def test_tracks_are_read_and_given_away_once() -> None:
    paper, it = with_card()
    it.read_tracks(2)
    paper.run(500)
    assert paper.ends() == [TracksRead(2, ("read", "read", "blank"))]
    assert it.take_tracks(1) is None
    assert it.take_tracks(2) == (CardBytes(TRACK1), CardBytes(TRACK2), None)
    assert it.take_tracks(2) is None


def test_what_nobody_fetched_is_forgotten_when_the_card_leaves() -> None:
    paper, it = with_card()
    it.read_tracks(2)
    it.power(3)
    it.eject(4, 0)
    paper.run(2_000)
    paper.take()
    paper.run(1_000)
    assert (it.take_tracks(2), it.take_answer(3)) == (None, None)


@pytest.mark.parametrize(
    "fault", ["deaf", "nak", "no_ack", "no_enq", "undone", "mute", "damaged", "late", "twice", "noise"]
)
def test_a_card_that_is_still_in_is_read_again(fault: str) -> None:
    paper, it = with_card()
    paper.faults[TRACKS] = [fault]
    it.read_tracks(2)
    paper.run(20_000)
    assert paper.ends() == [TracksRead(2, ("read", "read", "blank"))]


def test_one_that_was_pulled_out_is_not() -> None:
    paper, it = with_card()
    paper.faults[TRACKS] = ["mute"]
    it.read_tracks(2)
    paper.run(100)
    paper.place = NONE
    paper.run(20_000)
    assert paper.ends() == [TracksFailed(2, "no_card")]
    assert paper.count(TRACKS) == 1


@pytest.mark.parametrize(("code", "reason"), [(0x02, "02"), (0x05, "supply"), (0x07, "backup")])
def test_a_refusal_to_read(code: int, reason: str) -> None:
    paper, it = with_card()
    paper.faults[TRACKS] = [code]
    it.read_tracks(2)
    paper.run(1_000)
    assert paper.ends() == [TracksFailed(2, reason)]


# -- what must not show


def test_no_byte_of_a_card_is_in_a_fact_a_probe_or_a_fault() -> None:
    paper, it = powered()
    paper.faults[APDU0] = ["late", "damaged"]
    for order in range(3, 9):
        it.exchange(order, SELECT)
        it.read_tracks(order + 100)
        it.power(order + 200)
    paper.run(200_000)
    reader = it._reader
    shown = repr(paper.facts) + repr(it.probe_lines()) + repr(it._orders._waiting)
    shown += repr(reader.answer._kept) + repr(reader.tracks._kept)
    shown += repr(it._step) + repr(it._line.__dict__ if it._line else "")
    for secret in (PAN, PAN[6:12], SECRET.hex(), SELECT.reveal().hex(), ATR.hex(), "ZHANG", "1PAY", "63cb68"):
        assert secret.lower() not in shown.lower()
    assert len(paper.ends()) == 18
