from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.ebds.codec import Frame
from drivers.ebds.driver import EbdsAcceptor
from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    NoteHeld,
    NoteJammed,
    NoteMoving,
    NoteOurs,
    NoteRefused,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from tests.drivers.ebds.ebds_script import IDLE, SILENCE, Paper

ALL_FEN = [100, 500, 1_000, 2_000, 5_000, 10_000]
OUTCOMES = NoteOurs | NoteJammed | NoteUncertain | NoteReturned | NoteReturnUncertain
READY = DeviceReady("acceptor", "ebds", "286840112", "23500001")


def then(*statuses: str) -> Callable[[Paper], None]:
    """An answer to an order: from now on polls say this."""

    def change(paper: Paper) -> None:
        paper.statuses = list(statuses)

    return change


def held(paper: Paper, yuan: int = 50) -> EbdsAcceptor:
    """A note of that value lies in escrow and was reported."""
    driver = paper.ready()
    paper.statuses = ["02", f"04={yuan}"]
    paper.run(400)
    assert paper.news() == [NoteMoving(), NoteHeld(1, yuan * 100)]
    paper.facts.clear()
    paper.said.clear()
    return driver


def started(paper: Paper, *statuses: str, for_ms: int = 3_500) -> list[object]:
    paper.statuses = list(statuses)
    paper.driver()
    paper.run(for_ms)
    return list(paper.news())


# -- start-up: the past first, then ready


def test_a_resting_device_is_identified_and_its_notes_are_read() -> None:
    paper = Paper()
    assert started(paper, IDLE) == [AcceptorPast("none", 0, False, ()), READY]
    assert paper.names("POLL") == ["TYPE", "SERIAL", "PART", "CAN", *["NOTE"] * 7, "TIMEOUT"]
    assert sorted(paper.it.values_fen) == ALL_FEN
    assert paper.faults() == []


def test_a_device_with_seven_denominations_is_asked_for_its_value_table() -> None:
    paper = Paper(extended=False)
    assert started(paper, IDLE) == [AcceptorPast("none", 0, False, ()), READY]
    assert paper.names("POLL")[-2:] == ["NOTE", "VALUES"]
    assert sorted(paper.it.values_fen) == ALL_FEN


@pytest.mark.parametrize("missing", [{"unknown": {"VALUES"}}, {"silent": {"VALUES"}}, {"plain": {"VALUES"}}])
def test_notes_of_a_device_that_does_not_tell_are_those_of_the_configuration(missing: dict[str, set[str]]) -> None:
    paper = Paper(extended=False, **missing)  # type: ignore[arg-type]
    paper.driver(notes={1: 100, 3: 1_000})
    paper.run(5_000)
    assert sorted(paper.it.values_fen) == [100, 1_000]
    assert paper.faults() == []
    paper.it.accept_only([1_000])
    paper.run(400)
    assert paper.said[-1][2][0] == 0b100


def test_without_any_table_no_note_is_taken() -> None:
    paper = Paper(extended=False, unknown={"VALUES"})
    driver = paper.driver()
    paper.run(3_000)
    driver.accept_only(ALL_FEN)
    paper.run(500)
    assert paper.faults() == [("NOTE_TABLE", True)]
    assert {data[0] for _, name, data in paper.said if name == "POLL"} == {0}


@pytest.mark.parametrize(("notes", "wrong"), [({2: 500, 3: 1_000}, False), ({2: 1_000}, True), ({9: 100}, True)])
def test_what_the_device_tells_must_agree_with_the_configuration(notes: dict[int, int], wrong: bool) -> None:
    paper = Paper()
    paper.driver(notes=notes)
    paper.run(3_500)
    assert paper.faults() == ([("NOTE_TABLE", True)] if wrong else [])
    assert bool(paper.it.values_fen) is not wrong


def test_a_table_of_another_currency_stops_notes() -> None:
    paper = Paper(currency="EUR")
    paper.driver()
    paper.run(3_500)
    assert paper.faults() == [("NOTE_TABLE", True)]


@pytest.mark.parametrize("quiet", [{"TYPE"}, {"SERIAL", "PART"}, {"TYPE", "SERIAL", "PART", "CAN", "TIMEOUT"}])
@pytest.mark.parametrize("how", ["unknown", "silent", "plain"])
def test_a_device_without_texts_works(quiet: set[str], how: str) -> None:
    paper = Paper(**{how: quiet})  # type: ignore[arg-type]
    paper.driver()
    paper.run(15_000)
    assert paper.it.ready
    assert paper.faults() == []
    assert sorted(paper.it.values_fen) == ALL_FEN


def test_without_texts_model_and_revision_name_it() -> None:
    paper = Paper(unknown={"TYPE", "PART"})
    news = started(paper, IDLE)
    assert news[-1] == DeviceReady("acceptor", "ebds", "54/20", "23500001")
    assert "type 54/20" in paper.it.probe_lines()


def test_a_power_up_is_waited_for() -> None:
    paper = Paper()
    assert started(paper, "01/10/01", "01/10/01", "01/10/01", IDLE) == [AcceptorPast("none", 0, False, ()), READY]
    assert paper.names()[:4] == ["POLL"] * 4


@pytest.mark.parametrize("extended", [True, False])
@pytest.mark.parametrize(
    ("statuses", "past"),
    [
        (["01/10/01", "08=20", "11=20", IDLE], AcceptorPast("stacker", 2_000, True, ())),
        (["01/10/01", "11=50", IDLE], AcceptorPast("stacker", 5_000, True, ())),
        (["08", "08", IDLE], AcceptorPast("stacker", 0, False, ())),
        (["20=10", "41", IDLE], AcceptorPast("path", 0, False, ())),
        (["02", "01/12", IDLE], AcceptorPast("path", 0, False, ())),
        (["04=100", IDLE], AcceptorPast("unknown", 10_000, False, ())),
        (["01/10/41", "01/10/40", IDLE], AcceptorPast("unknown", 0, False, ())),
        (["00/10/04", IDLE], AcceptorPast("unknown", 0, False, ())),
        (["01/10/01", IDLE], AcceptorPast("none", 0, False, ())),
    ],
)
def test_what_a_start_finds_is_history(extended: bool, statuses: list[str], past: AcceptorPast) -> None:
    news = started(Paper(extended=extended), *statuses)
    assert news[-2] == past
    assert not any(isinstance(fact, NoteHeld | OUTCOMES) for fact in news)


def test_a_note_in_escrow_at_start_is_given_back_and_told() -> None:
    paper = Paper(on={"RETURN": then("20", "41", IDLE)})
    assert started(paper, "04=100") == [AcceptorPast("escrow", 10_000, False, ()), READY]
    assert paper.names()[:4] == ["POLL", "POLL", "RETURN", "POLL"]
    paper.it.give_back(0)  # a note of the life before this one
    assert paper.news()[-1] == NoteReturned(0, 10_000)


def test_a_note_that_does_not_come_back_keeps_the_device_from_working() -> None:
    paper = Paper()
    assert started(paper, "04=100", for_ms=65_000) == []
    assert paper.faults() == [("DEVICE_FAILURE", True)]
    assert 3 <= paper.names().count("RETURN") < 80


def test_a_probe_gives_nothing_back() -> None:
    paper = Paper(statuses=["04=100"])
    paper.driver(gives_back=False)
    paper.run(5_000)
    assert set(paper.names()) == {"POLL"}
    assert not paper.it.ready


def test_an_answer_to_an_earlier_life_is_repeated_and_what_came_since_is_read() -> None:
    paper = Paper(statuses=["11=50", IDLE])
    paper._toggle, paper._last = 0, paper.status_frame("04=50", 0)  # it was told to stack, and the program was gone
    paper.driver()
    paper.run(3_500)
    assert paper.repeats == ["POLL"]
    assert paper.news()[-2:] == [AcceptorPast("stacker", 5_000, True, ()), READY]


def test_an_event_an_earlier_life_did_not_acknowledge_is_told_again() -> None:
    paper = Paper()
    paper._toggle, paper._last = 0, paper.status_frame("11=50", 0)
    paper.driver()
    paper.run(3_500)
    assert paper.news()[-2:] == [AcceptorPast("stacker", 5_000, True, ()), READY]


def test_a_credited_past_is_told_before_the_next_message_takes_it_away() -> None:
    paper = Paper(statuses=["11=50", IDLE])
    driver = paper.driver()
    driver.poll(paper.now_ms)
    (answer,) = paper.hear(driver.take_output())
    driver.receive(answer, paper.now_ms)
    assert paper.facts == [AcceptorPast("stacker", 5_000, True, ())]
    assert driver.take_output() == b""


def test_a_jam_at_start_is_told_at_once() -> None:
    paper = Paper()
    assert started(paper, "00/14") == [AcceptorPast("jam", 0, False, ())]
    assert paper.faults() == [("NOTE_JAM", True)]
    paper.statuses = [IDLE]
    paper.run(3_500)
    assert paper.news()[1:] == [AcceptorPast("jam", 0, False, ()), READY]
    assert paper.faults()[1:] == [("NOTE_JAM", False)]


def freed(*statuses: str) -> Callable[[Paper], None]:
    """What the next poll under policy A finds."""

    def on_reset(paper: Paper) -> None:
        paper.statuses = list(statuses)

    return on_reset


@pytest.mark.parametrize(
    ("statuses", "past"),
    [
        (["01/10/01", "20", "41", IDLE], AcceptorPast("path", 0, False, ())),
        (["01/10/01", "04=50", "04=50", "20", "41", IDLE], AcceptorPast("escrow", 5_000, False, ())),
        (["01/10/01", "11=50", IDLE], AcceptorPast("stacker", 5_000, True, ())),
        (["01/10/01", IDLE], AcceptorPast("unknown", 0, False, ())),
    ],
)
def test_a_note_held_out_of_order_is_freed_by_a_reset_under_the_other_policy(
    statuses: list[str], past: AcceptorPast
) -> None:
    """Policy B: a note was in escrow when the power failed."""
    paper = Paper(on={"RESET": freed(*statuses)})
    assert started(paper, "01/10/01", "00", for_ms=12_000)[-2:] == [past, READY]
    assert paper.resets == 1
    assert paper.news()[0] == AcceptorPast("unknown", 0, False, ())
    assert paper.faults() == [("DEVICE_FAILURE", True), ("DEVICE_FAILURE", False)]
    policies = [data[-1] & 0x0C for _, name, data in paper.said if name == "POLL"]
    assert policies[0] == 0x04
    assert 0x00 in policies
    paper.said.clear()
    paper.run(500)
    assert {data[-1] & 0x0C for _, name, data in paper.said if name == "POLL"} == {0x04}


def test_what_no_reset_helps_is_left_to_people() -> None:
    paper = Paper()
    assert started(paper, "01/10/01", "00", for_ms=60_000)[0] == AcceptorPast("unknown", 0, False, ())
    assert paper.resets == 2
    assert paper.faults()[-1] == ("DEVICE_FAILURE", True)
    assert not paper.it.ready


@pytest.mark.parametrize("status", ["00/14", "00/10/04", "00/00", "00/50", "00/10/40", "01/50"])
def test_what_has_a_reason_is_not_reset(status: str) -> None:
    paper = Paper()
    started(paper, status, for_ms=20_000)
    assert paper.resets == 0


def test_another_power_dip_while_it_is_asked_begins_anew() -> None:
    def dip(paper: Paper) -> None:
        paper.on.clear()
        paper.statuses = ["01/10/01", "11=20", IDLE]

    paper = Paper(on={"TIMEOUT": dip})
    assert started(paper, IDLE, for_ms=6_000)[-2:] == [AcceptorPast("stacker", 2_000, True, ()), READY]
    assert paper.names().count("TYPE") == 2


# -- the toggle


def test_a_lost_answer_is_asked_for_with_the_same_bit_and_nothing_happens_twice() -> None:
    paper = Paper(on={"STACK": then("08=50", "11=50", IDLE)})
    driver = held(paper)
    driver.stack(1)
    paper.lose = 2
    paper.run(2_000)
    assert paper.names("POLL") == ["STACK"]
    assert paper.repeats == ["STACK", "STACK"]
    assert paper.news() == [NoteOurs(1, 5_000)]


@pytest.mark.parametrize("trouble", ["deaf", "deny"])
def test_an_order_that_did_not_arrive_is_sent_again_with_the_same_bit(trouble: str) -> None:
    paper = Paper(on={"STACK": then("08=50", "11=50", IDLE)})
    driver = held(paper)
    driver.stack(1)
    setattr(paper, trouble, 1)
    paper.run(1_500)
    assert paper.names("POLL") == ["STACK"]
    assert paper.news() == [NoteOurs(1, 5_000)]


@pytest.mark.parametrize("trouble", ["deaf", "deny"])
def test_an_order_that_never_arrives_becomes_a_return(trouble: str) -> None:
    paper = Paper(on={"RETURN": then("20", "41", IDLE)})
    driver = held(paper)
    driver.stack(1)
    setattr(paper, trouble, 3)
    paper.run(5_000)
    assert paper.names("POLL") == ["RETURN"]
    assert paper.news() == [NoteReturned(1, 5_000)]


def test_an_order_is_new_to_the_device_also_after_a_poll_it_heard_and_we_did_not() -> None:
    """With the bit of that poll it would be taken for the poll sent again, and nothing would move."""
    paper = Paper(on={"STACK": then("08=50", "11=50", IDLE)})
    driver = held(paper)
    paper.lose = 3
    paper.run(150)
    driver.stack(1)
    paper.run(3_000)
    assert paper.names("POLL") == ["STACK"]
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_a_damaged_answer_is_asked_for_again() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["02", "04=50"]
    paper.damage = 2
    paper.run(1_500)
    assert paper.repeats == ["POLL", "POLL"]
    assert paper.news() == [NoteMoving(), NoteHeld(1, 5_000)]


def test_the_event_is_not_acknowledged_before_its_step_is_synced() -> None:
    paper = Paper(on={"STACK": then("11=50", IDLE)})
    driver = held(paper)
    driver.stack(1)
    paper.run(60)
    driver.poll(paper.now_ms + 100)
    (answer,) = paper.hear(driver.take_output())
    bit = answer[2] & 1
    paper.now_ms += 105
    driver.receive(answer, paper.now_ms)
    assert paper.news() == [NoteOurs(1, 5_000)]
    assert driver.take_output() == b""  # the next message comes of a poll, which the reactor asks for behind the sync
    driver.poll(paper.now_ms + 200)
    assert driver.take_output()[2] & 1 == bit ^ 1


def test_late_copies_of_answers_change_nothing() -> None:
    paper = Paper(on={"STACK": then("08=50", "11=50", IDLE)})
    driver = held(paper)
    driver.stack(1)
    for _ in range(12):
        paper.run(90)
        driver.receive(paper._last, paper.now_ms)
        driver.receive(
            Frame(0x20 | 1 - (paper._toggle or 0), paper.status_frame("11=50", 0)[3:9]).encode(), paper.now_ms
        )
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_the_toggle_outlives_the_link_so_that_the_event_is_told_again() -> None:
    """The answer with the event was lost with the link; a new bit would acknowledge what nobody read."""
    paper = Paper(on={"STACK": then("11=50", IDLE)})
    driver = held(paper)
    driver.stack(1)
    paper.lose = 1
    paper.run(150)
    assert paper.names("POLL") == ["STACK"]
    assert paper.news() == []
    driver.link_lost("gone", paper.now_ms)
    paper.now_ms += 3_000
    driver.link_up(paper.now_ms)
    paper.run(3_500)
    assert paper.news() == [NoteOurs(1, 5_000), AcceptorPast("none", 0, False, ()), READY]


def test_silence_to_one_question_does_not_spoil_the_next() -> None:
    """An answer that was lost three times is no answer to the question after it."""
    paper = Paper(on={"TYPE": lambda paper: setattr(paper, "lose", 3)})
    paper.driver()
    paper.run(6_000)
    assert "serial 23500001" in paper.it.probe_lines()
    assert "part 286840112" in paper.it.probe_lines()


# -- notes


@pytest.mark.parametrize("extended", [True, False])
def test_a_note_is_seen_stacked_and_credited_once(extended: bool) -> None:
    paper = Paper(extended=extended, on={"STACK": then("08=50", "08=50", "11=50", IDLE)})
    held(paper).stack(1)
    paper.run(1_500)
    assert paper.news() == [NoteOurs(1, 5_000)]
    assert paper.names("POLL") == ["STACK"]


def test_stacked_without_a_name_is_the_note_in_escrow() -> None:
    paper = Paper(on={"STACK": then("08", "11", IDLE)})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_given_back() -> None:
    paper = Paper(on={"RETURN": then("20", "41", IDLE)})
    held(paper).give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteReturned(1, 5_000)]
    assert paper.names("POLL") == ["RETURN"]


def test_it_went_back_instead() -> None:
    paper = Paper(on={"STACK": then("20", "41", IDLE)})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteReturned(1, 5_000)]


def test_too_late_to_give_back_is_ours() -> None:
    paper = Paper(on={"RETURN": then("08=50", "11=50", IDLE)})
    held(paper).give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_two_notes_of_one_kind_are_two_notes() -> None:
    paper = Paper(on={"STACK": then("08=50", "11=50", "02", "04=50")})
    driver = held(paper)
    driver.stack(1)
    paper.run(1_000)
    driver.stack(2)
    paper.run(1_000)
    assert [fact for fact in paper.news() if isinstance(fact, NoteOurs)] == [NoteOurs(1, 5_000), NoteOurs(2, 5_000)]


def test_the_next_note_may_be_drawn_in_with_the_event_of_the_last_one() -> None:
    paper = Paper(on={"STACK": then("12=50", "04=20")})
    held(paper).stack(1)
    paper.run(700)
    assert paper.news() == [NoteMoving(), NoteOurs(1, 5_000), NoteHeld(2, 2_000)]


def test_an_event_that_comes_again_though_nothing_moved_is_no_second_note() -> None:
    paper = Paper(on={"STACK": then("11=50", "11=50", "11=50", IDLE)})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_a_note_stacked_without_asking_is_ours() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["02", "08=20", "11=20", IDLE]
    paper.run(1_000)
    assert paper.news() == [NoteMoving(), NoteOurs(1, 2_000)]


@pytest.mark.parametrize("statuses", [["11=1", IDLE], ["02", IDLE, "11=1", IDLE], ["01/00", "11/10", IDLE]])
def test_an_event_without_a_note_is_no_note(statuses: list[str]) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = statuses
    paper.run(1_000)
    assert not any(isinstance(fact, OUTCOMES) for fact in paper.facts)


def test_an_event_when_something_was_drawn_in_and_no_more_seen_may_be_a_note() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["02", "11=20", IDLE]
    paper.run(1_000)
    assert paper.news() == [NoteMoving(), NoteJammed(1, 2_000)]


@pytest.mark.parametrize("event", ["14=1", "14=50", "14", "11=1"])
def test_an_event_does_not_take_a_note_that_was_not_told_to_fall(event: str) -> None:
    paper = Paper()
    held(paper)
    paper.statuses = [event, "04=50"]
    paper.run(600)
    assert paper.news() == []


def test_something_stacked_and_never_named_is_the_most_it_can_be() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["02", "08", "11", IDLE]
    paper.run(1_000)
    assert paper.news() == [NoteMoving(), NoteJammed(1, 10_000)]


def test_an_escrow_without_a_name_is_waited_for_and_then_goes_back() -> None:
    paper = Paper(on={"RETURN": then("20", "41", IDLE)})
    paper.ready()
    paper.statuses = ["04"]
    paper.run(700)
    assert paper.news() == []
    paper.run(1_500)
    assert paper.news() == [NoteRefused("inhibited", "unnamed")]
    assert "RETURN" in paper.names()


def test_a_name_that_comes_with_a_later_answer_is_the_notes() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["04", "04", "04=20", "04"]
    paper.run(2_000)
    assert paper.news() == [NoteHeld(1, 2_000)]
    assert "RETURN" not in paper.names()


@pytest.mark.parametrize(("yuan", "note_class"), [(50, 2), (50, 3), (2, 0)])
def test_suspects_worthless_notes_and_kinds_that_are_not_in_the_table_go_back(yuan: int, note_class: int) -> None:
    paper = Paper(note_class=note_class, on={"RETURN": then("20", "41", IDLE)})
    paper.ready()
    paper.statuses = [f"04={yuan}"]
    paper.run(1_500)
    assert paper.news() == [NoteRefused("inhibited", "no money")]
    assert paper.names("POLL") == ["RETURN"]


def test_a_genuine_class_is_money() -> None:
    paper = Paper(note_class=4)
    paper.ready()
    paper.statuses = ["04=50"]
    paper.run(300)
    assert paper.news() == [NoteHeld(1, 5_000)]


def test_numbers_go_on_where_the_life_before_ended() -> None:
    paper = Paper()
    paper.ready(first_note=812)
    paper.statuses = ["04=1"]
    paper.run(300)
    assert paper.news() == [NoteHeld(812, 100)]


def test_an_order_the_device_does_not_follow_becomes_a_return_never_a_second_stack() -> None:
    paper = Paper(on={"RETURN": then("20", "41", IDLE)})
    held(paper).stack(1)
    paper.run(4_000)
    assert paper.names("POLL") == ["STACK", "RETURN"]
    assert paper.news() == [NoteReturned(1, 5_000)]


def test_a_return_is_tried_three_times_and_then_nobody_knows() -> None:
    paper = Paper()
    held(paper).give_back(1)
    paper.run(45_000)
    assert paper.names("POLL") == ["RETURN"] * 3
    assert paper.news() == [NoteReturnUncertain(1, 5_000)]  # it still lies there, and is no other note
    assert paper.faults() == [("DEVICE_FAILURE", True)]
    paper.statuses = [IDLE, "02", "04=50"]
    paper.run(1_000)
    assert paper.faults() == [("DEVICE_FAILURE", True), ("DEVICE_FAILURE", False)]
    assert paper.news()[1:] == [NoteMoving(), NoteHeld(2, 5_000)]


def test_a_note_that_vanished_after_stack_is_unknown_and_before_it_went_back() -> None:
    paper = Paper(on={"STACK": then("08=50", IDLE)})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]
    paper = Paper()
    held(paper)
    paper.statuses = [IDLE]
    paper.run(1_000)
    assert paper.news() == [NoteReturned(1, 5_000)]


def test_an_order_it_does_not_know_moved_nothing() -> None:
    paper = Paper(unknown={"STACK"}, on={"STACK": then(IDLE)})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteReturned(1, 5_000)]


@pytest.mark.parametrize(
    ("later", "numbers"),
    [
        (["11=50", IDLE], [1]),
        (["11", IDLE], [1]),
        (["02", "08", "11=50", IDLE], [2]),
        (["11=20", IDLE], [2]),
    ],
)
def test_what_falls_into_the_box_after_unknown_is_the_same_note_if_nothing_was_drawn_in(
    later: list[str], numbers: list[int]
) -> None:
    paper = Paper(on={"STACK": then("08")})
    held(paper).stack(1)
    paper.run(31_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]
    paper.facts.clear()
    paper.statuses = later
    paper.run(2_000)
    assert [fact.note for fact in paper.news() if isinstance(fact, NoteOurs)] == numbers


def test_an_order_for_a_settled_note_is_not_answered_twice_and_for_an_unknown_one_it_is() -> None:
    paper = Paper()
    driver = held(paper)
    paper.statuses = ["20", "41", IDLE]
    paper.run(500)
    driver.stack(1)
    paper.run(500)
    assert paper.news() == [NoteReturned(1, 5_000)]
    driver.stack(99)
    driver.give_back(98)
    assert paper.news()[1:] == [NoteUncertain(99, 0), NoteReturnUncertain(98, 0)]
    assert "STACK" not in paper.names()


def test_a_note_may_be_held_no_longer_than_agreed() -> None:
    paper = Paper(on={"RETURN": then("20", "41", IDLE)})
    driver = paper.ready(escrow_ms=10_000)
    paper.statuses = ["04=50"]
    paper.run(9_800)
    assert paper.names("POLL", "INHIBITS") == []
    paper.run(1_500)
    assert paper.news() == [NoteHeld(1, 5_000), NoteReturned(1, 5_000)]
    assert driver.hold_ms == 10_000


def test_a_reject_is_told_each_time() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["02", "01/12", IDLE, "02", "01/12", IDLE]
    paper.run(1_500)
    assert paper.news() == [NoteMoving(), NoteRefused("other", "01/12/00/10")] * 2


def test_a_second_note_pushed_in_is_told_once() -> None:
    paper = Paper()
    held(paper)
    paper.statuses = ["04/30=50", "04/30=50", "04=50"]
    paper.run(1_000)
    assert paper.news() == [NoteRefused("double", "04/30/00/10")]


# -- which notes to take


def inhibit_bits(paper: Paper) -> list[str]:
    return [data[4:].hex() for _, name, data in paper.said if name == "INHIBITS"]


def test_the_slot_opens_when_the_inhibits_are_set_and_not_before() -> None:
    paper = Paper()
    driver = paper.driver()
    paper.run(3_000)
    paper.said.clear()
    driver.accept_only([1_000, 5_000])
    paper.silent.add("INHIBITS")
    paper.run(3_000)
    assert {data[0] for _, name, data in paper.said if name == "POLL"} == {0}
    paper.silent.clear()
    paper.run(2_000)
    assert inhibit_bits(paper)[-1] == "14" + "00" * 7
    assert paper.said[-1][2][0] == 0x7F


def test_changed_wishes_close_the_slot_until_they_are_known() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.accept_only([100])
    paper.run(400)
    polls = [data[0] for _, name, data in paper.said if name == "POLL"]
    assert inhibit_bits(paper) == ["01" + "00" * 7]
    assert polls[-1] == 0x7F
    driver.accept_only([])
    paper.said.clear()
    paper.run(500)
    assert {data[0] for _, name, data in paper.said if name == "POLL"} == {0}
    assert inhibit_bits(paper) == []


def test_inhibits_wait_until_the_device_rests() -> None:
    paper = Paper()
    driver = held(paper)
    driver.accept_only([100])
    paper.run(1_000)
    assert inhibit_bits(paper) == []
    paper.statuses = ["20", "41", IDLE]
    paper.run(1_000)
    assert inhibit_bits(paper) == ["01" + "00" * 7]


def test_firmware_that_wants_nineteen_bytes_gets_them() -> None:
    paper = Paper(inhibit_bytes=19)
    paper.ready()
    paper.run(1_000)
    assert paper.it.ready
    paper.it.accept_only([100])
    paper.run(1_000)
    assert inhibit_bits(paper)[-1] == "01" + "00" * 18
    assert paper.faults() == []


def test_a_device_that_knows_no_inhibits_takes_no_notes() -> None:
    paper = Paper()
    paper.ready().accept_only([100])
    paper.unknown.add("INHIBITS")
    paper.run(3_000)
    paper.said.clear()
    paper.run(2_000)
    assert ("NOTE_TABLE", True) in paper.faults()
    assert {data[0] for _, name, data in paper.said if name == "POLL"} == {0}


def test_a_long_table_uses_the_long_form() -> None:
    paper = Paper(yuan=(*[1] * 59, 100), inhibit_bytes=19)
    paper.driver()
    paper.run(6_000)
    paper.it.accept_only([10_000])
    paper.run(500)
    assert inhibit_bits(paper) == ["00" * 8 + "08" + "00" * 10]


def test_denominations_are_bits_of_byte_0() -> None:
    paper = Paper(extended=False)
    driver = paper.ready()
    driver.accept_only([500, 10_000])
    paper.run(400)
    assert paper.said[-1][2][0] == 0b100010
    assert inhibit_bits(paper) == []


# -- the device restarts in the middle


@pytest.mark.parametrize(
    ("after", "fact"),
    [
        (["01/10/01", "11=50", IDLE], NoteOurs(1, 5_000)),
        (["08", "01/10/01", "11", IDLE], NoteOurs(1, 5_000)),
        (["01/10/01", IDLE], NoteUncertain(1, 5_000)),
        (["01/10/01", "20", "41", IDLE], NoteReturned(1, 5_000)),
        (["01/10/01", "04=50", "41", IDLE], NoteReturned(1, 5_000)),
        (["01/10/01", "00/14"], NoteJammed(1, 5_000)),
    ],
)
def test_a_power_dip_of_the_device_while_stacking(after: list[str], fact: object) -> None:
    paper = Paper(on={"STACK": then(*after)})
    driver = held(paper)
    driver.stack(1)
    paper.run(5_000)
    assert paper.news()[0] == fact
    assert sum(isinstance(other, OUTCOMES) for other in paper.news()) == 1
    assert not any(isinstance(other, AcceptorPast) and other.credited for other in paper.news())


def test_a_power_dip_while_held_gives_the_note_back() -> None:
    paper = Paper()
    held(paper)
    paper.statuses = ["01/10/01", "41", IDLE]
    paper.run(4_000)
    assert paper.news()[0] == NoteReturned(1, 5_000)


def test_a_note_held_out_of_order_after_a_dip_is_unknown_after_thirty_seconds() -> None:
    paper = Paper()
    held(paper)
    paper.statuses = ["01/10/01", "00"]
    paper.run(25_000)
    assert not any(isinstance(fact, OUTCOMES) for fact in paper.news())
    paper.run(8_000)
    assert NoteReturnUncertain(1, 5_000) in paper.news()


def test_after_a_dip_the_wish_is_told_again() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["01/10/01", IDLE]
    paper.run(4_000)
    assert inhibit_bits(paper) == ["3f" + "00" * 7]
    assert paper.said[-1][2][0] == 0x7F


# -- what can be wrong


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("00/14", "NOTE_JAM"),
        ("01/18", "BOX_FULL"),
        ("01/00", "BOX_OUT"),
        ("00/00", "BOX_OUT"),
        ("01/11", "CHEATED"),
        ("01/50", "DEVICE_FAILURE"),
        ("00/10/04", "DEVICE_FAILURE"),
        ("01/10/40", "DEVICE_FAILURE"),
        ("01/10/00/11", "DEVICE_FAILURE"),
        ("01/10/00/12", "DEVICE_FAILURE"),
        ("00", "DEVICE_FAILURE"),
        ("01/10/02", "PROTOCOL"),
    ],
)
def test_a_state_raises_its_fault_and_its_end_clears_it(status: str, code: str) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = [status] * 4 + [IDLE]
    paper.run(1_000)
    assert paper.faults() == [(code, True), (code, False)]
    assert [fact for fact in paper.news() if not isinstance(fact, NoteJammed)] == []


@pytest.mark.parametrize("once", ["00", "01/10/40"])
def test_a_gap_between_two_states_and_the_word_after_a_start_are_no_faults(once: str) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = [once, IDLE]
    paper.run(1_000)
    assert paper.facts == []


def test_cheated_with_stacked_is_a_box_nearly_full() -> None:
    paper = Paper(on={"STACK": then("08=50", "11/11=50", IDLE)})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.facts == [NoteOurs(1, 5_000)]


def test_several_faults_at_once() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["01/08", "01/00", IDLE]
    paper.run(1_000)
    assert sorted(paper.faults()[:2]) == [("BOX_FULL", True), ("BOX_OUT", True)]
    assert paper.faults()[2:] == [("BOX_FULL", False), ("BOX_OUT", False)]


@pytest.mark.parametrize(
    "statuses",
    [
        ["02", "00/14"],
        [IDLE, "00/14"],
        ["02", "00", "00/14"],
        ["02", "00/10/04"],
        ["02", "00/10/00/11"],
        ["04", "00/14"],
    ],
)
def test_a_note_that_sticks_before_it_is_known_is_told_with_the_most_it_can_be(statuses: list[str]) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = [*statuses, statuses[-1], IDLE]
    paper.run(1_500)
    assert [fact for fact in paper.news() if isinstance(fact, OUTCOMES)] == [NoteJammed(1, 10_000)]


def test_a_jam_while_the_slot_is_shut_is_no_note() -> None:
    paper = Paper()
    paper.ready()
    paper.it.accept_only(())
    paper.run(500)
    paper.statuses = ["00/14", "00/14", IDLE]
    paper.run(1_500)
    assert paper.news() == []


@pytest.mark.parametrize("jam", ["00/14", "08/14", "04/14=50"])
def test_a_jam_while_stacking_is_neither_ours_nor_theirs_and_told_before_the_fault(jam: str) -> None:
    paper = Paper(on={"STACK": then("08=50", jam)})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteJammed(1, 5_000)]
    assert paper.facts[0] == NoteJammed(1, 5_000)
    assert paper.faults() == [("NOTE_JAM", True)]


def test_a_jam_on_the_way_out_is_a_return_that_is_not_known() -> None:
    paper = Paper(on={"RETURN": then("20", "00/14")})
    held(paper).give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteReturnUncertain(1, 5_000)]


def test_a_failure_with_a_note_inside_is_unknown() -> None:
    paper = Paper(on={"STACK": then("08=50", "00/10/04")})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]
    paper = Paper()
    held(paper)
    paper.statuses = ["00/10/04"]
    paper.run(1_000)
    assert paper.news() == [NoteReturnUncertain(1, 5_000)]


def test_stacked_in_the_very_status_that_says_jammed_is_ours() -> None:
    paper = Paper(on={"STACK": then("08=50", "10/14=50", "00/14")})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_a_box_taken_out_while_stacking_is_settled_by_what_comes_then() -> None:
    paper = Paper(on={"STACK": then("08/00=50", "08/00=50", "11/00=50", "01/00")})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]
    assert paper.faults() == [("BOX_OUT", True)]


def test_absent_after_five_seconds_and_back_by_itself() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = [SILENCE]
    paper.run(4_500)
    assert paper.faults() == []
    paper.run(30_000)
    assert paper.faults() == [("NO_ANSWER", True)]
    assert paper.resets == 0
    paper.statuses = [IDLE]
    paper.run(4_000)
    assert paper.faults()[1:] == [("NO_ANSWER", False)]
    assert paper.news()[-1] == READY


def test_a_device_that_takes_no_message_is_absent() -> None:
    paper = Paper()
    paper.ready()
    paper.deny = 1_000
    paper.run(6_000)
    assert paper.faults() == [("NO_ANSWER", True)]


def test_noise_instead_of_answers_is_a_wrong_device() -> None:
    paper = Paper(statuses=[SILENCE])
    driver = paper.driver()
    for _ in range(30):
        driver.receive(b"\r\nlogin: ", paper.now_ms)
        paper.run(300)
    assert paper.faults() == [("WRONG_DEVICE", True)]


def test_thirty_seconds_of_silence_leave_the_note_unknown() -> None:
    paper = Paper(on={"STACK": then(SILENCE)})
    held(paper).stack(1)
    paper.run(29_000)
    assert paper.news() == []
    paper.run(3_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]


def test_a_note_that_was_drawn_in_when_the_device_fell_silent_is_told_with_the_most_it_can_be() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["02"]
    paper.run(500)
    paper.facts.clear()
    paper.it.link_lost("unplugged", paper.now_ms)
    assert paper.news() == [NoteReturnUncertain(1, 10_000)]
    paper.it.link_lost("still unplugged", paper.now_ms)
    assert len(paper.news()) == 1


@pytest.mark.parametrize(
    ("found", "fact"),
    [
        (["11=50", IDLE], NoteOurs(1, 5_000)),
        (["08", "11", IDLE], NoteOurs(1, 5_000)),
        (["04=50", "04=50", "20", "41", IDLE], NoteReturned(1, 5_000)),
        ([IDLE], NoteUncertain(1, 5_000)),
    ],
)
def test_unplugging_while_stacking_and_the_same_note_after_replugging(found: list[str], fact: object) -> None:
    paper = Paper(on={"STACK": then("08=50")})
    driver = held(paper)
    driver.stack(1)
    paper.run(200)
    driver.link_lost("gone", paper.now_ms)
    assert paper.faults() == [("LINK_LOST", True)]
    assert driver.take_output() == b""
    paper.now_ms += 8_000
    paper.statuses = found
    driver.link_up(paper.now_ms)
    paper.run(4_000)
    assert [other for other in paper.news() if isinstance(other, OUTCOMES)] == [fact]
    assert ("LINK_LOST", False) in paper.faults()
    assert driver.ready


def test_a_link_that_stays_away_leaves_the_note_unknown() -> None:
    paper = Paper(on={"STACK": then("08")})
    driver = held(paper)
    driver.stack(1)
    paper.run(200)
    driver.link_lost("gone", paper.now_ms)
    assert driver.poll(paper.now_ms + 1_000) is not None
    driver.poll(paper.now_ms + 31_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]


def test_a_technicians_restart_resets_waits_and_begins_anew() -> None:
    paper = Paper(on={"RESET": then(IDLE)})
    driver = paper.ready()
    paper.statuses = ["00/14"]
    paper.run(500)
    reset_ms = paper.now_ms
    driver.restart()
    paper.run(1_500)
    assert paper.resets == 1
    assert min(when for when, _, _ in paper.said if when > reset_ms + 400) >= reset_ms + 1_000
    paper.run(4_000)
    assert driver.ready
    assert paper.faults() == [("NOTE_JAM", True), ("NOTE_JAM", False)]


def test_a_reset_may_take_fifteen_seconds_and_what_comes_in_the_first_is_ignored() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.restart()
    paper.deaf = 12
    paper.run(300)
    driver.receive(Frame(0x20, bytes.fromhex("001400005420")).encode(), paper.now_ms)
    paper.run(13_000)
    assert paper.faults() == []
    paper.run(6_000)
    assert driver.ready
    assert paper.faults() == []


def test_a_start_that_never_ends_is_a_failure_until_it_ends() -> None:
    paper = Paper(statuses=["01/10/01"])
    driver = paper.driver()
    paper.run(61_000)
    assert paper.faults() == [("DEVICE_FAILURE", True)]
    paper.statuses = [IDLE]
    paper.run(4_000)
    assert driver.ready
    assert paper.faults() == [("DEVICE_FAILURE", True), ("DEVICE_FAILURE", False)]


def test_a_device_that_waited_long_for_people_is_no_failure_afterwards() -> None:
    paper = Paper(statuses=["00/14"])
    driver = paper.driver()
    paper.run(120_000)
    paper.statuses = ["01/10/01", "01/10/01", IDLE]
    paper.run(5_000)
    assert driver.ready
    assert paper.faults() == [("NOTE_JAM", True), ("NOTE_JAM", False)]


# -- manners


@pytest.mark.parametrize(("poll_ms", "period"), [(20, 100), (150, 150), (5_000, 200)])
def test_polls_keep_to_the_periods_of_the_field(poll_ms: int, period: int) -> None:
    paper = Paper()
    paper.ready(poll_ms=poll_ms)
    paper.run(5_000)
    polls = [when for when, name, _ in paper.said if name == "POLL"]
    assert {b - a for a, b in pairwise(polls)} <= {period, period + 1}


def test_a_resting_device_is_polled_less_often() -> None:
    paper = Paper()
    paper.driver()
    paper.run(3_500)
    paper.said.clear()
    paper.run(6_000)
    assert len(paper.said) <= 31


def test_an_order_does_not_wait_for_the_next_poll() -> None:
    paper = Paper(on={"STACK": then("08=50")})
    driver = held(paper)
    paper.run(50)
    driver.stack(1)
    begin_ms = paper.now_ms
    paper.run(100)
    (sent_ms,) = [when for when, name, _ in paper.said if name == "STACK"]
    assert sent_ms - begin_ms <= 25


def test_unused_orders_of_bulk_escrow_do_nothing() -> None:
    paper = Paper()
    driver = held(paper)
    for order in (partial(driver.keep, [1]), partial(driver.return_all, [1])):
        order()
    paper.run(200)
    assert paper.names("POLL") == []
    assert (driver.escrow_depth, driver.same_note_return, driver.can_identify_box) == (1, False, False)
    assert (driver.hold_ms, dict(driver.counters), driver.bundle_notes, list(driver.deposit_fen)) == (0, {}, 0, [])


def test_probe_names_the_device_and_moves_nothing() -> None:
    paper = Paper()
    started(paper, IDLE)
    lines = paper.it.probe_lines()
    assert {"model ebds", "type SCN6627", "serial 23500001", "part 286840112", "reports extended notes"} <= set(lines)
    assert {"can easitrax", "note 5 CNY 5000 fen AAAA"} <= set(lines)
    assert not {"STACK", "RETURN", "INHIBITS"} & set(paper.names())


# -- laws


def one_outcome_each(paper: Paper) -> set[int]:
    """Only "ours" may follow on "unknown", for the note that fell after all. Answers the notes that have an outcome."""
    said: dict[int, list[type]] = {}
    for fact in paper.news():
        if isinstance(fact, OUTCOMES):
            said.setdefault(fact.note, []).append(type(fact))
    for outcomes in said.values():
        assert len(outcomes) == 1 or outcomes == [NoteUncertain, NoteOurs], said
    return set(said)


@settings(max_examples=60, deadline=None)
@given(
    chunks=st.lists(st.binary(max_size=30), max_size=20), gaps=st.lists(st.integers(1, 700), min_size=20, max_size=20)
)
def test_no_noise_makes_it_raise_or_invent_money(chunks: list[bytes], gaps: list[int]) -> None:
    facts: list[object] = []
    driver = EbdsAcceptor("acceptor", facts.append, first_note=1)
    driver.link_up(0)
    now_ms = 0
    for chunk, gap in zip(chunks, gaps, strict=False):
        now_ms += gap
        driver.receive(chunk, now_ms)
        driver.poll(now_ms)
        driver.take_output()
    assert not any(isinstance(fact, NoteHeld | OUTCOMES) for fact in facts)


seven_bits = st.binary(max_size=40).map(lambda raw: bytes(byte & 0x7F for byte in raw))


@settings(max_examples=60, deadline=None)
@given(frames=st.lists(st.tuples(st.sampled_from([2, 6, 7]), seven_bits), min_size=1, max_size=30))
def test_whatever_has_a_right_checksum_never_makes_it_raise_or_tell_two_outcomes(
    frames: list[tuple[int, bytes]],
) -> None:
    """Answers without sense, with the right bit, to whatever it sends."""
    paper = Paper()
    driver = held(paper)
    driver.stack(1)
    for kind, data in frames:
        paper.now_ms = max(paper.now_ms + 1, driver.poll(paper.now_ms) or 0)
        sent = driver.take_output()
        if sent:
            driver.receive(Frame(kind << 4 | sent[2] & 1, data).encode(), paper.now_ms)
    one_outcome_each(paper)


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(1, 11), max_size=4), gap_ms=st.integers(0, 60), flip=st.integers(0, 40))
def test_cut_answers_and_bit_flips_lose_and_invent_nothing(cuts: list[int], gap_ms: int, flip: int) -> None:
    """Each answer comes in pieces, one byte of one of them damaged: a whole sale gives the same facts."""
    paper = Paper(on={"STACK": then("08=50", "11=50", IDLE)})
    driver = held(paper)
    driver.stack(1)
    answers = 0
    for _ in range(60):
        paper.now_ms = max(paper.now_ms + 1, driver.poll(paper.now_ms) or 0)
        for answer in paper.hear(driver.take_output()):
            raw, answers = bytearray(answer), answers + 1
            if answers == 1 + flip // 11:
                raw[flip % 11 % len(raw)] ^= 1 << flip % 7
            edges = [0, *sorted(cut for cut in cuts if cut < len(raw)), len(raw)]
            for begin, end in pairwise(edges):
                paper.now_ms += gap_ms
                driver.receive(bytes(raw[begin:end]), paper.now_ms)
    assert [fact for fact in paper.news() if isinstance(fact, OUTCOMES)] == [NoteOurs(1, 5_000)]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_order_of_statuses_gives_each_note_exactly_one_outcome(data: st.DataObject) -> None:
    status = st.sampled_from(
        [IDLE, "02", "04=50", "04=20", "04", "08", "11=50", "11", "12=20", "20", "41", "01/12", "00", "00/14", "00/10/04",
         "01/10/01", "01/00", "04/30=50", "05=50"]
    )  # fmt: skip
    paper = Paper(extended=data.draw(st.booleans()))
    driver = paper.ready()
    for _ in range(6):
        paper.statuses = data.draw(st.lists(status, min_size=1, max_size=6))
        paper.lose, paper.deny = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 1))
        paper.run(300)
        for fact in list(paper.news()):
            if isinstance(fact, NoteHeld):
                data.draw(st.sampled_from([driver.stack, driver.give_back, lambda note: None]))(fact.note)
    paper.statuses = [SILENCE]
    paper.run(40_000)
    held_notes = [fact.note for fact in paper.news() if isinstance(fact, NoteHeld)]
    assert len(set(held_notes)) == len(held_notes)
    assert set(held_notes) <= one_outcome_each(paper)
