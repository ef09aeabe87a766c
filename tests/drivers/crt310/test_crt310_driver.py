"""How a reader is met and kept: who it is, its gate, a card that lies in it, its supply, its line."""

from __future__ import annotations

import pytest

from drivers.crt310.driver import Crt310
from kiosk.ports.card_reader import (
    CardCaptured,
    CardFound,
    CardNotIn,
    CardOffered,
    CardStuck,
    CardTaken,
    CardUncertain,
    CardWhere,
    ChipFailed,
    ReaderSupply,
    TracksFailed,
)
from kiosk.ports.fact import DeviceReady
from tests.drivers.crt310.crt310_script import (
    APDU0,
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
    RESET,
    SELECT,
    SHORT,
    STATUS,
    Paper,
)  # fmt: skip

READY = DeviceReady("card_reader", "crt310", "CRT-310_V3.0", "20071234")
INTERNAL = [FRONT, INSIDE, CHIP, REAR]


def test_it_is_met_with_a_reset_that_moves_nothing_and_a_shut_gate() -> None:
    paper = Paper(gate=0x49, rear=0x4A)
    it = paper.driver()
    assert not it.ready
    paper.run(500)
    assert paper.facts == [CardWhere("none"), READY]
    assert paper.done[:3] == [RESET, b"\x30\x3a", b"\x2f\x31\x31"]
    assert (paper.gate, paper.rear) == (0x4E, 0x4E)
    assert it.can_take_cards
    assert it.place == "none"


@pytest.mark.parametrize("turned", [False, True])
def test_the_letters_of_the_gate_mean_nothing_its_status_does(turned: bool) -> None:
    paper = Paper(turned=turned)
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    assert [fact.kind for fact in paper.facts] == ["card.entry"]
    it.withdraw(1)
    paper.run(500)
    assert paper.ends() == [CardNotIn(1, "asked")]
    assert paper.count(ENTRY) == 2
    assert paper.raised() == []


def test_a_gate_that_cannot_be_set_is_a_fault_whatever_it_answers() -> None:
    paper = Paper()
    it = paper.ready()
    paper.letters[ENTRY] = [b"Y"] * 4
    it.admit(1)
    paper.run(1_000)
    assert paper.ends() == [CardNotIn(1, "failed")]
    assert ("DEVICE_FAILURE", True, "gate magnetic") in paper.raised()
    paper.run(4_000)
    assert paper.raised()[-1][:2] == ("DEVICE_FAILURE", False)
    assert it.can_take_cards


def test_a_gate_that_opens_by_itself_is_shut_again() -> None:
    paper = Paper()
    paper.ready()
    paper.gate = 0x49
    paper.run(2_500)
    assert paper.gate == 0x4E
    assert paper.facts == []


def test_another_device_on_the_port_is_told_by_its_version() -> None:
    paper = Paper(version=b"CRT-288 V1.0")
    it = paper.driver()
    paper.run(4_000)
    assert not it.ready
    assert paper.raised() == [("WRONG_DEVICE", True, "CRT-288 V1.0")]
    assert paper.count(ENTRY) == 0
    paper.version = b"Creator CRT 310"
    paper.run(3_000)
    assert it.ready
    assert paper.raised()[-1] == ("WRONG_DEVICE", False, "CRT-288 V1.0")


def test_a_silent_port_and_one_with_noise_are_told_apart() -> None:
    paper = Paper(dead=True)
    it = paper.driver()
    paper.run(20_000)
    assert paper.raised() == [("NO_ANSWER", True, "")]
    noisy = Paper(dead=True)
    noisy.driver()
    for _ in range(60):
        noisy.run(200)
        noisy.say(b"ok\r\n")
    assert noisy.raised() == [("WRONG_DEVICE", True, "noise")]
    paper.dead = False
    paper.run(3_000)
    assert it.ready
    assert paper.raised()[-1] == ("NO_ANSWER", False, "")


def test_a_reader_that_falls_silent_is_met_again() -> None:
    paper = Paper()
    it = paper.ready()
    paper.dead = True
    paper.run(15_000)
    assert not it.ready
    assert not it.can_take_cards
    assert paper.raised() == [("NO_ANSWER", True, "")]
    it.admit(1)
    it.eject(2, 0)
    it.exchange(3, SELECT)
    it.read_tracks(4)
    assert paper.ends() == [
        CardNotIn(1, "silent"), CardUncertain(2, "silent"), ChipFailed(3, "silent"), TracksFailed(4, "silent"),
    ]  # fmt: skip
    paper.dead = False
    paper.run(3_000)
    assert it.ready
    assert paper.facts[-1] == READY


def test_the_plug_is_pulled_and_put_back() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(100)
    it.link_lost("gone", paper.now_ms)
    assert paper.ends() == [CardUncertain(1, "link")]
    assert paper.raised() == [("LINK_LOST", True, "gone")]
    assert it.poll(paper.now_ms) is None
    it.admit(3)
    assert paper.ends()[-1] == CardNotIn(3, "link")
    paper.place = INSIDE
    it.link_up(paper.now_ms)
    paper.run(1_000)
    assert paper.gate == 0x4E
    assert [fact for fact in paper.facts if isinstance(fact, CardFound)] == [CardFound("inside")]


def test_a_probe_only_asks() -> None:
    paper = Paper(place=INSIDE, gate=0x49)
    it = paper.driver(look_only=True)
    paper.run(10_000)
    assert it.ready
    assert {content[:2] for content in paper.done} == {RESET, b"\x30\x3a", STATUS}
    assert it.probe_lines() == [
        "model crt310",
        "version CRT-310_V3.0",
        "serial 20071234",
        "place inside",
        "entry magnetic",
        "rear entry False",
        "supply good",
    ]


@pytest.mark.parametrize("said", [b"20071234", b"Y\x0820071234"])
def test_a_serial_number_comes_alone_or_with_its_length(said: bytes) -> None:
    paper = Paper(serial=said)
    paper.driver()
    paper.run(500)
    assert paper.facts[-1] == READY


@pytest.mark.parametrize("baud", [300, 9_601, 0])
def test_a_rate_it_does_not_know_is_refused(baud: int) -> None:
    with pytest.raises(ValueError, match="baud"):
        Crt310("card_reader", print, baud=baud)
    with pytest.raises(ValueError, match="has no count"):
        Crt310("card_reader", print, counts={"rides": 1})


def test_counts_go_on_from_those_of_the_machine() -> None:
    paper = Paper(place=INSIDE)
    it = paper.driver(counts={"captured": 7}, on_found="capture")
    paper.run(8_000)
    assert it.counts["captured"] == 8


# -- a card in the reader at a start


@pytest.mark.parametrize("place", [*INTERNAL, GATE])
def test_a_card_found_at_a_start_is_offered_and_taken(place: int) -> None:
    paper = Paper(place=place)
    paper.driver()
    paper.run(2_000)
    assert isinstance(paper.facts[0], CardWhere)
    assert paper.facts[1:3] == [CardFound(paper.facts[0].place), READY], "the past comes before the readiness"
    assert len(paper.of("card.found")) == 1
    assert paper.facts[-1] == CardOffered(0)
    assert paper.count(EJECT) == (0 if place == GATE else 1)
    paper.take()
    paper.run(1_000)
    assert paper.ends() == [CardTaken(0)]
    assert paper.count(CAPTURE) == 0


@pytest.mark.parametrize("place", [*INTERNAL, GATE])
def test_and_captured_when_nobody_takes_it(place: int) -> None:
    paper = Paper(place=place)
    paper.driver(take_ms=10_000)
    paper.run(9_000)
    assert paper.count(CAPTURE) == 0
    paper.run(8_000)
    assert paper.ends() == [CardCaptured(0)]
    assert paper.fate == ["captured"]


@pytest.mark.parametrize("place", INTERNAL)
def test_or_captured_at_once_where_it_is_configured_so(place: int) -> None:
    paper = Paper(place=place)
    paper.driver(on_found="capture")
    paper.run(3_000)
    assert paper.ends() == [CardCaptured(0)]
    assert paper.count(EJECT) == 0


def test_or_left_to_the_machine() -> None:
    paper = Paper(place=CHIP)
    it = paper.driver(on_found="leave")
    paper.run(10_000)
    assert paper.facts == [CardWhere("chip"), CardFound("chip"), READY]
    it.eject(1, 0)
    paper.run(1_000)
    paper.take()
    paper.run(1_000)
    assert paper.ends() == [CardTaken(1)]


@pytest.mark.parametrize("place", [LONG, SHORT])
@pytest.mark.parametrize("on_found", ["eject", "capture"])
def test_what_is_no_card_is_pushed_out(place: int, on_found: str) -> None:
    paper = Paper(place=place)
    it = paper.driver(on_found=on_found)
    paper.run(2_000)
    assert paper.count(EXPEL) == 1
    assert paper.count(CAPTURE) == paper.count(EJECT) == 0
    paper.take()
    paper.run(1_000)
    assert paper.ends() == [CardTaken(0)]
    assert it.can_take_cards


def test_and_if_it_will_not_go_people_have_to_come() -> None:
    paper = Paper(place=LONG)
    paper.letters[EXPEL] = [b"N"] * 9
    it = paper.driver()
    paper.run(20_000)
    assert paper.ends() == [CardStuck(0, "strange", "foreign")]
    assert paper.count(EXPEL) == 1
    assert paper.raised() == [("DEVICE_FAILURE", True, "foreign strange")]
    it.admit(1)
    paper.run(500)
    assert paper.ends()[-1] == CardNotIn(1, "foreign")
    paper.place = NONE
    it.restart()
    paper.run(1_000)
    assert paper.raised()[-1][:2] == ("DEVICE_FAILURE", False)
    assert it.can_take_cards


def test_an_abnormal_card_that_even_a_reset_is_refused_for_is_pushed_out() -> None:
    paper = Paper(place=SHORT, faults={RESET: [0x06]})
    it = paper.driver()
    paper.run(2_000)
    assert paper.count(EXPEL) == 1
    assert it.ready


def test_a_card_that_hangs_out_at_the_rear_falls_or_is_reported() -> None:
    paper = Paper(place=BIN)
    paper.driver()
    paper.run(2_000)
    assert paper.ends() == [CardCaptured(0)]


def test_a_card_that_comes_in_while_nobody_asked_is_found_too() -> None:
    paper = Paper()
    paper.ready()
    paper.place = REAR
    paper.run(3_000)
    assert paper.facts[:2] == [CardWhere("rear"), CardFound("rear")]
    assert paper.facts[-1] == CardOffered(0)


def test_a_card_held_against_a_shut_gate_is_nobodys_business() -> None:
    paper = Paper()
    paper.ready()
    paper.place = GATE
    paper.run(5_000)
    paper.place = NONE
    paper.run(5_000)
    assert paper.facts == [CardWhere("gate"), CardWhere("none")]
    assert paper.count(b"\x32") == 0


# -- supply


@pytest.mark.parametrize(("code", "state"), [(0x05, "supply"), (0x07, "backup")])
def test_a_supply_that_is_not_there_is_told_and_told_again_when_it_is(code: int, state: str) -> None:
    paper = Paper()
    it = paper.ready()
    paper.faults[ENTRY] = [code] * 6
    it.admit(1)
    paper.run(1_000)
    assert paper.of("card_reader.supply") == [ReaderSupply(state)]
    assert paper.ends() == [CardNotIn(1, state)]
    assert ("DEVICE_FAILURE", True, f"supply {code:02X}") in paper.raised()
    assert not it.can_take_cards
    paper.run(8_000)
    assert paper.of("card_reader.supply")[-1] == ReaderSupply("good")
    assert paper.raised()[-1][:2] == ("DEVICE_FAILURE", False)
    assert it.can_take_cards


def test_a_card_is_not_believed_gone_while_the_status_is_refused() -> None:
    paper = Paper()
    it = paper.ready()
    it.admit(1)
    paper.run(300)
    paper.insert()
    paper.run(500)
    paper.clear()
    paper.faults[STATUS] = [0x07] * 30
    it.eject(2, 0)
    it.capture(3)
    paper.run(1_000)
    assert paper.ends() == [CardUncertain(2, "backup"), CardUncertain(3, "backup")]
    assert it.place == "untold"
    assert paper.count(EJECT) == paper.count(CAPTURE) == 0
    paper.run(5_000)
    del paper.faults[STATUS]
    paper.run(3_000)
    assert paper.of("card_reader.supply") == [ReaderSupply("backup"), ReaderSupply("good")]
    assert paper.places()[-1] == "inside"
    assert paper.of("card.found") == []


# -- orders that never come to their turn


def test_every_order_that_waits_ends_when_the_link_goes() -> None:
    paper = Paper()
    it = paper.ready()
    it.eject(1, 0)
    it.power(2)
    it.exchange(3, SELECT)
    it.admit(4)
    it.link_lost("gone", paper.now_ms)
    assert paper.ends() == [
        CardUncertain(1, "link"), ChipFailed(2, "link"), ChipFailed(3, "link"), CardNotIn(4, "link"),
    ]  # fmt: skip
    assert paper.count(APDU0) == 0
