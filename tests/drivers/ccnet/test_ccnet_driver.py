from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.ccnet.codec import Frame
from drivers.ccnet.driver import CcnetValidator
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
from tests.drivers.ccnet.ccnet_script import (
    COUNT,
    ENABLE,
    IDENT,
    ILLEGAL,
    NAK,
    POLL,
    RESET,
    RETURN,
    SILENCE,
    STACK,
    Paper,
    golden,
)


def then(*statuses: str) -> Callable[[Paper], None]:
    """An answer to an order: from now on POLL says this."""

    def change(paper: Paper) -> None:
        paper.statuses = list(statuses)

    return change


def held(paper: Paper, bill_type: int = 4) -> CcnetValidator:
    """A note of that type lies in escrow and was reported."""
    driver = paper.ready()
    paper.statuses = ["15", f"80{bill_type:02X}"]
    paper.run(400)
    assert paper.news()[:2] == [NoteMoving(), NoteHeld(1, driver._bills[bill_type].value_fen)]
    paper.facts.clear()
    paper.commands.clear()
    return driver


# -- start-up: the past first, then ready


def started(paper: Paper, *statuses: str) -> list[object]:
    paper.statuses = list(statuses)
    paper.driver()
    paper.run(3_000)
    return list(paper.news())


def test_power_up_is_reset_identified_and_told_before_anything_else() -> None:
    paper = Paper()
    news = started(paper, "10", "13", "13", "19")
    assert news == [
        AcceptorPast("none", 0, False, (("stacked", 7),)),
        DeviceReady("acceptor", "ccnet", "SM-CN1308", "21K000000042"),
    ]
    assert paper.names("POLL") == ["RESET", "IDENT", "BILLS", "COUNT"]
    assert sorted(paper.it.values_fen) == [100, 500, 1_000, 2_000, 5_000, 10_000]


def test_a_bill_in_the_path_at_power_up_is_the_past_and_goes_back_in_the_reset() -> None:
    paper = Paper()
    assert AcceptorPast("path", 0, False, (("stacked", 7),)) in started(paper, "11", "13", "19")
    paper.it.give_back(0)  # a note of the life before this one
    assert paper.news()[-1] == NoteReturned(0, 0)


def test_a_bill_in_the_stacker_is_credited_as_past_and_not_as_news() -> None:
    paper = Paper()
    news = started(paper, "12", "13", "8104", "19")
    assert news[0] == AcceptorPast("stacker", 5_000, True, (("stacked", 7),))
    assert not any(isinstance(fact, NoteOurs) for fact in news)


def test_a_bill_in_the_stacker_that_is_never_reported_stacked_is_not_credited() -> None:
    assert started(Paper(), "12", "13", "19")[0] == AcceptorPast("stacker", 0, False, (("stacked", 7),))


@pytest.mark.parametrize(
    ("first", "past"),
    [
        (["8103", "14", "19"], AcceptorPast("stacker", 2_000, True, (("stacked", 7),))),
        (["17", "8103", "14", "19"], AcceptorPast("stacker", 2_000, True, (("stacked", 7),))),
        (["8005", "13", "19"], AcceptorPast("escrow", 10_000, False, (("stacked", 7),))),
        (["1A", "13", "19"], AcceptorPast("escrow", 0, False, (("stacked", 7),))),
        (["18", "8202", "19"], AcceptorPast("path", 1_000, False, (("stacked", 7),))),
        (["19"], AcceptorPast("none", 0, False, (("stacked", 7),))),
    ],
)
def test_the_first_status_of_a_running_unit_is_history(first: list[str], past: AcceptorPast) -> None:
    news = started(Paper(), *first)
    assert news[0] == past
    assert [type(fact) for fact in news] == [AcceptorPast, DeviceReady]


def test_an_idling_unit_is_disabled_not_reset() -> None:
    paper = Paper(on={ENABLE: then("19")})
    started(paper, "14")
    assert paper.names("POLL") == ["ENABLE", "IDENT", "BILLS", "COUNT"]
    assert paper.commands[1][2] == bytes(6)


def test_a_jam_at_start_is_told_at_once_and_not_reset() -> None:
    paper = Paper()
    assert started(paper, "43") == [AcceptorPast("jam", 0, False, ())]
    assert paper.names("POLL") == []
    assert paper.faults() == [("NOTE_JAM", True)]


def test_a_unit_without_counter_works() -> None:
    paper = Paper(counter=None)
    assert started(paper, "10", "13", "19")[0] == AcceptorPast("none", 0, False, ())
    assert paper.it.counters == {}


def test_something_that_is_no_validator_is_named() -> None:
    paper = Paper(answers={IDENT: [b"?" * 20] * 9})
    assert started(paper, "19") == []
    assert ("WRONG_DEVICE", True) in paper.faults()


def test_a_bill_table_of_another_country_stops_notes() -> None:
    paper = Paper()
    paper.driver(countries=("USA",))
    paper.run(2_000)
    assert ("NOTE_TABLE", True) in paper.faults()
    assert list(paper.it.values_fen) == []


# -- taking notes


def test_a_note_is_held_stacked_and_ours() -> None:
    paper = Paper(on={STACK: then("17", "17", "8104", "14")})
    driver = held(paper)
    driver.stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]
    assert paper.names("POLL") == ["STACK", "COUNT"]


def test_a_note_is_given_back() -> None:
    paper = Paper(on={RETURN: then("18", "18", "8204", "14")})
    driver = held(paper)
    driver.give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteReturned(1, 5_000)]
    assert paper.names("POLL") == ["RETURN"]


def test_only_asked_values_are_enabled_all_by_escrow() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.accept_only([5_000, 10_000])
    paper.run(300)
    driver.accept_only([10_000, 5_000])
    paper.run(300)
    assert [(name, data.hex()) for _, name, data in paper.commands if name == "ENABLE"] == [("ENABLE", "000030000030")]
    paper.statuses = ["19"]
    driver.accept_only([])
    paper.run(2_000)
    assert [data for _, name, data in paper.commands if name == "ENABLE"][1:] == [bytes(6)]


def test_a_unit_that_forgot_its_mask_is_told_again() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["13", "19"]
    paper.run(1_500)
    assert "ENABLE" in paper.names("POLL")


def test_hold_is_sent_within_eight_seconds_as_long_as_nobody_decided() -> None:
    paper = Paper()
    held(paper)
    paper.statuses = ["1A"]
    begin_ms = paper.now_ms
    paper.run(30_000)
    holds = [when for when, name, _ in paper.commands if name == "HOLD"]
    assert all(b - a <= 8_000 for a, b in pairwise([begin_ms, *holds]))
    assert len(holds) == 4
    assert paper.news() == []


def test_holding_ends_at_the_limit_and_the_note_goes_back_by_itself() -> None:
    paper = Paper()
    driver = paper.ready(escrow_ms=9_000)
    assert driver.hold_ms == 9_000
    paper.statuses = ["8002"]
    paper.run(20_000)
    assert paper.names("POLL") == ["HOLD"]
    paper.statuses = ["18", "8202", "14"]
    paper.run(1_000)
    assert paper.news() == [NoteHeld(1, 1_000), NoteReturned(1, 1_000)]


def test_a_lost_ack_repeats_stacked_and_the_note_counts_once() -> None:
    paper = Paper(on={STACK: then("8104", "8104", "8104", "14")})
    held(paper).stack(1)
    paper.run(1_500)
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_two_notes_of_one_kind_are_two_notes() -> None:
    paper = Paper(on={STACK: then("17", "8104", "14", "15", "8004")})
    driver = held(paper)
    driver.stack(1)
    paper.run(1_000)
    driver.stack(2)
    paper.run(1_000)
    assert [fact for fact in paper.news() if isinstance(fact, NoteOurs)] == [NoteOurs(1, 5_000), NoteOurs(2, 5_000)]


def test_a_note_that_only_the_event_knows_is_not_credited() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["8103", "14"]
    paper.run(1_000)
    assert "COUNT" in paper.names()
    assert paper.news() == []


def test_without_a_counter_the_event_is_believed() -> None:
    paper = Paper(counter=None)
    paper.ready()
    paper.statuses = ["8103", "14"]
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 2_000)]


def test_a_note_stacked_without_asking_is_ours() -> None:
    paper = Paper()
    paper.ready()
    paper.counter = 8
    paper.statuses = ["15", "17", "8103", "14"]
    paper.run(1_000)
    assert paper.news() == [NoteMoving(), NoteOurs(1, 2_000)]


def test_numbers_go_on_where_the_life_before_ended() -> None:
    paper = Paper()
    paper.ready(first_note=812)
    paper.statuses = ["8000"]
    paper.run(300)
    assert paper.news() == [NoteHeld(812, 100)]


def test_a_coupon_goes_back_without_a_word_of_money() -> None:
    paper = Paper(on={RETURN: then("18", "8217", "14")})
    paper.ready()
    paper.statuses = ["8017"]
    paper.run(1_500)
    assert paper.news() == [NoteRefused("inhibited", "type 23")]
    assert "RETURN" in paper.names()


# -- STACK is never repeated


def test_silence_after_stack_is_answered_by_polling() -> None:
    paper = Paper(answers={STACK: [SILENCE]}, on={STACK: then("17", "8104", "14")})
    held(paper).stack(1)
    paper.run(2_000)
    assert paper.news() == [NoteOurs(1, 5_000)]
    assert paper.names("POLL", "COUNT") == ["STACK"]


def test_a_stack_that_was_not_heard_becomes_a_return_never_a_second_stack() -> None:
    paper = Paper(answers={STACK: [SILENCE]}, on={RETURN: then("18", "8204", "14")})
    held(paper).stack(1)
    paper.run(4_000)
    assert paper.news() == [NoteReturned(1, 5_000)]
    assert paper.names("POLL") == ["STACK", "RETURN"]


@pytest.mark.parametrize(("refusals", "orders"), [([NAK, b"\x00"], 2), ([NAK, NAK, NAK], 3), ([ILLEGAL], 1)])
def test_stack_is_sent_again_only_when_the_unit_said_it_did_not_understand(refusals: list[bytes], orders: int) -> None:
    done = then("8104", "14") if b"\x00" in refusals else then("14")
    paper = Paper(answers={STACK: list(refusals)}, on={STACK: done})
    held(paper).stack(1)
    paper.run(1_400)
    assert paper.names("POLL", "COUNT") == ["STACK"] * orders
    assert paper.news() == [NoteOurs(1, 5_000) if b"\x00" in refusals else NoteReturned(1, 5_000)]


@pytest.mark.parametrize(
    ("counter", "seen", "fact"),
    [
        (8, ["14"], NoteOurs(1, 5_000)),
        (7, ["14"], NoteReturned(1, 5_000)),
        (7, ["17", "14"], NoteUncertain(1, 5_000)),
        (8, ["17", "14"], NoteOurs(1, 5_000)),
        (0xFFFF, ["14"], NoteUncertain(1, 5_000)),
        (6, ["14"], NoteUncertain(1, 5_000)),
    ],
)
def test_a_missed_outcome_is_settled_by_the_counter(counter: int, seen: list[str], fact: object) -> None:
    paper = Paper(on={STACK: then(*seen)})
    driver = held(paper)
    paper.counter = counter
    driver.stack(1)
    paper.run(1_500)
    assert paper.news() == [fact]


def test_a_missed_outcome_without_counter_is_unknown() -> None:
    paper = Paper(counter=None, on={STACK: then("17", "14")})
    held(paper).stack(1)
    paper.run(1_500)
    assert paper.news() == [NoteUncertain(1, 5_000)]


def test_a_counter_that_dies_leaves_the_note_unknown() -> None:
    paper = Paper(answers={}, on={STACK: then("17", "14")})
    driver = held(paper)
    paper.answers[COUNT] = [SILENCE]
    driver.stack(1)
    paper.run(2_500)
    assert paper.news() == [NoteUncertain(1, 5_000)]


def test_thirty_seconds_of_silence_leave_the_note_unknown_and_no_reset_before() -> None:
    paper = Paper(on={STACK: then("")})
    held(paper).stack(1)
    paper.run(29_000)
    assert paper.news() == []
    assert "RESET" not in paper.names()
    paper.run(3_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]
    paper.run(1_000)
    assert "RESET" in paper.names()


def test_a_late_stacked_after_unknown_is_not_told_twice() -> None:
    paper = Paper(on={STACK: then("17")})
    held(paper).stack(1)
    paper.run(31_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]


@pytest.mark.parametrize(("later", "number"), [(["8104", "14"], 1), (["15", "8104", "14"], 2), (["8103", "14"], 2)])
def test_what_falls_into_the_box_after_that_is_the_same_note_if_nothing_was_drawn_in(
    later: list[str], number: int
) -> None:
    paper = Paper(on={STACK: then("17")})
    held(paper).stack(1)
    paper.run(31_000)
    paper.facts.clear()
    paper.counter, paper.statuses = 8, later
    paper.run(2_000)
    assert [fact.note for fact in paper.news() if isinstance(fact, NoteOurs)] == [number]


def test_an_order_for_a_settled_note_is_not_answered_twice_and_for_an_unknown_one_it_is() -> None:
    paper = Paper()
    driver = held(paper)
    paper.statuses = ["18", "8204", "14"]  # the unit's own time-out crosses the order
    paper.run(500)
    driver.stack(1)
    paper.run(500)
    assert paper.news() == [NoteReturned(1, 5_000)]
    driver.stack(99)
    driver.give_back(98)
    assert paper.news()[1:] == [NoteUncertain(99, 0), NoteReturnUncertain(98, 0)]
    assert "STACK" not in paper.names()


def test_a_stacked_event_of_the_note_before_does_not_pay_for_the_next() -> None:
    paper = Paper(on={STACK: then("8104", "14")})
    driver = held(paper)
    driver.stack(1)
    paper.run(600)
    paper.statuses = ["8004", "8104", "8004"]  # the middle one is a late copy
    paper.run(500)
    assert paper.news() == [NoteOurs(1, 5_000), NoteHeld(2, 5_000)]
    driver.give_back(2)
    paper.on[RETURN] = then("18", "8204", "14")
    paper.run(1_000)
    assert paper.news()[2:] == [NoteReturned(2, 5_000)]


def test_too_late_to_give_back_is_ours() -> None:
    paper = Paper(answers={RETURN: [ILLEGAL]}, on={RETURN: then("17", "8104", "14")})
    held(paper).give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]


# -- the unit restarts in the middle


@pytest.mark.parametrize(
    ("after", "counter", "fact"),
    [
        (["12", "13", "8104", "19"], 8, NoteOurs(1, 5_000)),
        (["12", "13", "19"], 7, NoteUncertain(1, 5_000)),
        (["11", "13", "19"], 7, NoteReturned(1, 5_000)),
        (["17", "10", "13", "19"], 8, NoteOurs(1, 5_000)),
        (["17", "10", "13", "19"], 7, NoteUncertain(1, 5_000)),
        (["10", "13", "19"], 7, NoteReturned(1, 5_000)),
        (["10", "13", "19"], None, NoteUncertain(1, 5_000)),
    ],
)
def test_a_power_dip_of_the_unit_while_stacking(after: list[str], counter: int | None, fact: object) -> None:
    paper = Paper(on={STACK: then(*after)})
    driver = held(paper)
    driver.stack(1)
    paper.run(50)
    paper.counter = counter
    paper.run(3_000)
    assert paper.news()[0] == fact
    assert [type(other) for other in paper.news()[1:]] == [AcceptorPast, DeviceReady]
    assert not any(isinstance(other, AcceptorPast) and other.credited for other in paper.news())


def test_a_jam_after_a_power_dip_while_stacking_is_a_jammed_note() -> None:
    paper = Paper(on={STACK: then("17", "10", "13", "44")})
    held(paper).stack(1)
    paper.run(3_000)
    assert paper.news() == [NoteJammed(1, 5_000)]


def test_a_box_taken_out_while_stacking_is_unknown_after_thirty_seconds() -> None:
    paper = Paper(on={STACK: then("17", "10", "13", "42")})
    held(paper).stack(1)
    paper.run(29_000)
    assert paper.news() == []
    paper.run(2_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]


def test_a_power_dip_while_held_gives_the_note_back() -> None:
    paper = Paper()
    held(paper)
    paper.statuses = ["11", "13", "19"]
    paper.run(2_000)
    assert paper.news()[0] == NoteReturned(1, 5_000)


def test_after_a_dip_the_wish_is_told_again() -> None:
    paper = Paper(on={ENABLE: then("14")})
    paper.ready()
    paper.statuses = ["10", "13", "19"]
    paper.run(2_000)
    assert paper.commands[-1][1] == "POLL"
    assert ("ENABLE", bytes.fromhex("00003F00003F")) in [(name, data) for _, name, data in paper.commands]


# -- what can be wrong


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("41", "BOX_FULL"),
        ("42", "BOX_OUT"),
        ("43", "NOTE_JAM"),
        ("44", "BOX_JAM"),
        ("4750", "DEVICE_FAILURE"),
        ("45", "CHEATED"),
        ("77", "PROTOCOL"),
    ],
)
def test_a_state_raises_its_fault_and_its_end_clears_it(status: str, code: str) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = [status, status, "13", "14"]
    paper.run(1_000)
    assert paper.faults() == [(code, True), (code, False)]
    assert [fact for fact in paper.news() if not isinstance(fact, NoteJammed)] == []


@pytest.mark.parametrize("statuses", [["15", "43"], ["14", "43"], ["15", "1B03", "44"], ["15", "4750"]])
def test_a_note_that_sticks_before_it_is_known_is_told_with_the_most_it_can_be(statuses: list[str]) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = [*statuses, statuses[-1], "13", "14"]
    paper.run(1_500)
    jams = [fact for fact in paper.news() if isinstance(fact, NoteJammed)]
    assert [fact.value_fen for fact in jams] == [max(paper.it.values_fen)]


def test_a_note_that_was_drawn_in_when_the_unit_fell_silent_is_told_with_the_most_it_can_be() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["15"]
    paper.run(500)
    paper.facts.clear()
    paper.it.link_lost("unplugged", paper.now_ms)
    assert paper.news() == [NoteReturnUncertain(1, max(paper.it.values_fen))]
    paper.it.link_lost("still unplugged", paper.now_ms)
    assert len(paper.news()) == 1


def test_the_counter_told_before_the_next_note_holds_the_last_one_though_it_was_not_read_again() -> None:
    """The note of before would else prove, after a restart, that the next one was stacked."""
    paper = Paper(on={STACK: then("17", "8104", "8003")})  # the next one lies in escrow before the counter can be asked
    held(paper).stack(1)
    paper.run(700)
    assert [type(fact) for fact in paper.news()] == [NoteOurs, NoteHeld]
    assert dict(paper.it.counters) == {"stacked": 8}


def test_a_jam_while_the_slot_is_shut_is_no_note() -> None:
    paper = Paper()
    paper.ready()
    paper.it.accept_only(())
    paper.statuses = ["19"]
    paper.run(500)
    paper.statuses = ["43", "43", "19"]
    paper.run(1_500)
    assert paper.news() == []


@pytest.mark.parametrize(
    ("reason", "word"), [("68", "inhibited"), ("65", "unreadable"), ("60", "folded"), ("62", "double"), ("6B", "other")]
)
def test_a_reject_is_told_once_with_its_reason(reason: str, word: str) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["15", f"1C{reason}", f"1C{reason}", "14"]
    paper.run(1_000)
    assert paper.news() == [NoteMoving(), NoteRefused(word, f"1C/{reason}")]


def test_a_second_note_pushed_in_is_told() -> None:
    paper = Paper()
    held(paper)
    paper.statuses = ["46", "46", "8004"]
    paper.run(1_000)
    assert paper.news() == [NoteRefused("double", "46")]


@pytest.mark.parametrize(("jam", "code"), [("43", "NOTE_JAM"), ("44", "BOX_JAM")])
def test_a_jam_while_stacking_is_neither_ours_nor_theirs(jam: str, code: str) -> None:
    paper = Paper(on={STACK: then("17", jam)})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteJammed(1, 5_000)]
    assert paper.faults() == [(code, True)]


def test_a_jam_on_the_way_out_is_a_return_that_is_not_known() -> None:
    paper = Paper(on={RETURN: then("18", "43")})
    held(paper).give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteReturnUncertain(1, 5_000)]


def test_a_failing_stack_motor_is_settled_by_the_counter_or_unknown() -> None:
    paper = Paper(on={STACK: then("17", "4750")})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]


def test_busy_keeps_all_commands_back() -> None:
    paper = Paper()
    driver = paper.ready()
    paper.statuses = ["1B05", "14"]
    paper.run(120)
    paper.commands.clear()
    driver.accept_only([100])
    begin_ms = paper.now_ms
    paper.run(1_000)
    assert paper.commands[0][0] >= begin_ms + 380


def test_a_damaged_answer_gets_a_nak_and_the_poll_comes_again() -> None:
    paper = Paper()
    paper.ready()
    paper.controls.clear()
    paper.damage = 1
    paper.run(500)
    assert paper.controls[0] == b"\xff"
    assert b"\x00" in paper.controls
    assert paper.faults() == []


def test_absent_after_five_seconds_reset_every_ten_and_back_by_itself() -> None:
    paper = Paper(answers={RESET: [SILENCE] * 9})
    paper.ready()
    paper.statuses = [""]
    paper.run(4_500)
    assert paper.faults() == []
    paper.run(30_000)
    assert paper.faults() == [("NO_ANSWER", True)]
    resets = [when for when, name, _ in paper.commands if name == "RESET"]
    assert all(b - a <= 11_000 for a, b in pairwise(resets))
    assert len(resets) >= 2
    paper.statuses = ["10", "13", "19"]
    paper.run(3_000)
    assert paper.faults()[1:] == [("NO_ANSWER", False)]
    assert isinstance(paper.news()[-1], DeviceReady)


def test_noise_instead_of_answers_is_a_wrong_device() -> None:
    paper = Paper(statuses=[""])
    driver = paper.driver()
    for _ in range(30):
        driver.receive(b"\r\nlogin: ", paper.now_ms)
        paper.run(300)
    assert paper.faults() == [("WRONG_DEVICE", True)]


def test_unplugging_while_stacking_and_the_same_note_after_replugging() -> None:
    paper = Paper(on={STACK: then("17")})
    driver = held(paper)
    driver.stack(1)
    paper.run(200)
    driver.link_lost("gone", paper.now_ms)
    assert paper.faults() == [("LINK_LOST", True)]
    assert driver.take_output() == b""
    paper.now_ms += 8_000
    paper.statuses = ["8104", "14", "19"]
    driver.link_up(paper.now_ms)
    paper.run(2_000)
    assert paper.news()[0] == NoteOurs(1, 5_000)
    assert ("LINK_LOST", False) in paper.faults()


def test_a_link_that_stays_away_leaves_the_note_unknown() -> None:
    paper = Paper(on={STACK: then("17")})
    driver = held(paper)
    driver.stack(1)
    paper.run(200)
    driver.link_lost("gone", paper.now_ms)
    assert driver.poll(paper.now_ms + 1_000) is not None
    driver.poll(paper.now_ms + 31_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]


# -- manners


def test_golden_exchange_from_enabling_to_credit_byte_for_byte() -> None:
    """Section 11.1 from DISABLED on; POLLs in front of answers that the sheet leaves out are not compared."""
    rows = [(d, raw) for name, d, raw, _ in golden() if name == "exchange-accept-50-yuan"]
    first = next(i for i, (_, raw) in enumerate(rows) if raw[3] == 0x34)
    paper = Paper(on={STACK: then("17", "8104"), ENABLE: then("14", "15", "8004")})
    driver = paper.driver()
    paper.run(1_500)
    sent: list[bytes] = []
    take = driver.take_output

    def recording() -> bytes:
        output = take()
        sent.extend([output] if output else [])
        return output

    driver.take_output = recording  # type: ignore[method-assign]
    driver.accept_only([100, 500, 1_000, 2_000, 5_000, 10_000])
    while not any(isinstance(fact, NoteHeld) for fact in paper.facts):
        paper.run(50)
    driver.stack(1)
    paper.run(260)
    poll = Frame(3, b"\x33").encode()
    expected = [raw for d, raw in rows[first:] if d == "host" and raw != poll]
    said = [raw for raw in sent if (raw != poll and len(raw) > 6) or raw[3:4] in (b"\x34", b"\x35")]
    assert said == [raw for raw in expected if raw[3:4] in (b"\x34", b"\x35")]
    assert sent[-1] == expected[-1] == Frame(3, b"\x00").encode()


def test_a_finished_unit_waits_no_more_than_a_poll_period() -> None:
    paper = Paper()
    paper.ready()
    paper.run(5_000)
    polls = [when for when, name, _ in paper.commands if name == "POLL"]
    assert max(b - a for a, b in pairwise(polls)) <= 102


def test_a_resting_unit_is_polled_less_often() -> None:
    paper = Paper(statuses=["19"])
    paper.driver()
    paper.run(1_000)
    paper.commands.clear()
    paper.run(6_000)
    assert len(paper.commands) <= 21


def test_the_ack_leaves_with_the_step_and_the_next_command_20_ms_later() -> None:
    paper = Paper()
    driver = held(paper)
    driver.receive(Frame(3, b"\x80\x04").encode(), paper.now_ms)  # answered late, out of turn
    driver.stack(1)
    driver.poll(paper.now_ms)
    assert driver.take_output() == Frame(3, b"\x00").encode()
    synced_ms = paper.now_ms + 70  # the journal was slow
    wake = driver.poll(synced_ms)
    assert driver.take_output() == b""
    assert wake == synced_ms + 20
    driver.poll(wake)
    assert driver.take_output() == Frame(3, b"\x35").encode()


def test_probe_names_the_unit_and_moves_nothing() -> None:
    paper = Paper()
    started(paper, "19")
    lines = paper.it.probe_lines()
    assert "serial 21K000000042" in lines
    assert "counter stacked 7" in lines
    assert "type 4 CHN 5000 fen" in lines
    assert paper.names("POLL") == ["IDENT", "BILLS", "COUNT"]


def test_a_technicians_restart_resets_the_unit() -> None:
    paper = Paper(on={RESET: then("13", "19")})
    driver = paper.ready()
    paper.statuses = ["43"]
    paper.run(500)
    driver.restart()
    paper.run(2_000)
    assert "RESET" in paper.names()
    assert paper.faults() == [("NOTE_JAM", True), ("NOTE_JAM", False)]


def test_a_status_from_before_a_technicians_restart_is_not_its_past() -> None:
    """The answer was on its way when the jam was cleared: the new start knows of no jam."""
    paper = Paper(on={RESET: then("13", "19")})
    driver = paper.ready()
    paper.statuses = ["43"]
    paper.run(500)
    paper.facts.clear()

    def cleared(paper: Paper) -> None:
        paper.on.pop(POLL)
        driver.restart()
        driver.poll(paper.now_ms)

    paper.on[POLL] = cleared
    paper.run(2_000)
    assert [fact.position for fact in paper.news() if isinstance(fact, AcceptorPast)] == ["none"]


def test_what_was_drawn_in_before_a_restart_is_no_note_of_the_time_after_it() -> None:
    paper = Paper(on={RESET: then("13", "19")})
    driver = paper.ready()
    paper.statuses = ["15"]
    paper.run(500)
    driver.restart()
    silence = {POLL: [SILENCE] * 200, ENABLE: [SILENCE] * 200}
    paper.on[COUNT] = lambda paper: paper.answers.update(silence)  # ready, and then not a word
    paper.run(10_000)
    assert ("NO_ANSWER", True) in paper.faults()
    assert not [fact for fact in paper.news() if isinstance(fact, NoteReturnUncertain)]


@pytest.mark.parametrize("between", [["14", "15"], ["15"], ["14", "14", "15"]])
def test_after_a_lost_answer_the_next_note_of_the_same_kind_is_not_taken_for_the_one_before(between: list[str]) -> None:
    paper = Paper()
    driver = paper.ready()
    for note in (1, 2):
        paper.statuses = ["15", "8003"]
        paper.run(400)
        driver.stack(note)
        paper.counter = 7 + note
        if note == 1:
            paper.statuses = ["17", "8103", "14"]
            paper.run(1_000)
            paper.answers[POLL] = [SILENCE]  # from here on a status may be a late copy
            paper.run(1_000)
        else:
            paper.statuses = ["8103", *between, "8003"]
            paper.run(600)
    outcomes = [fact for fact in paper.news() if isinstance(fact, NoteOurs | NoteUncertain | NoteReturned)]
    assert outcomes[0] == NoteOurs(1, 2_000)
    assert outcomes[1] in (NoteOurs(2, 2_000), NoteUncertain(2, 2_000))
    assert NoteHeld(3, 2_000) in paper.news()


def test_a_restart_long_after_the_start_is_no_failure() -> None:
    paper = Paper(on={RESET: then("13", "19")})
    driver = paper.ready()
    paper.run(70_000)
    driver.restart()
    paper.run(2_000)
    assert driver.ready
    assert paper.faults() == []


def test_a_unit_that_waited_long_for_its_box_is_no_failure_afterwards() -> None:
    paper = Paper(statuses=["42"])
    driver = paper.driver()
    paper.run(120_000)
    paper.statuses = ["13", "13", "13", "19"]
    paper.run(5_000)
    assert driver.ready
    assert paper.faults() == [("BOX_OUT", True), ("BOX_OUT", False)]


def test_a_start_that_never_ends_is_a_failure_until_it_ends() -> None:
    paper = Paper(statuses=["13"])
    driver = paper.driver()
    paper.run(61_000)
    assert paper.faults() == [("DEVICE_FAILURE", True)]
    paper.statuses = ["19"]
    paper.run(2_000)
    assert driver.ready
    assert paper.faults() == [("DEVICE_FAILURE", True), ("DEVICE_FAILURE", False)]


@settings(max_examples=60, deadline=None)
@given(
    chunks=st.lists(st.binary(max_size=30), max_size=20), gaps=st.lists(st.integers(1, 700), min_size=20, max_size=20)
)
def test_no_noise_makes_it_raise_or_invent_money(chunks: list[bytes], gaps: list[int]) -> None:
    facts: list[object] = []
    driver = CcnetValidator("acceptor", facts.append, first_note=1)
    driver.link_up(0)
    now_ms = 0
    for chunk, gap in zip(chunks, gaps, strict=False):
        now_ms += gap
        driver.receive(chunk, now_ms)
        driver.poll(now_ms)
        driver.take_output()
    assert not any(isinstance(fact, NoteOurs | NoteHeld) for fact in facts)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_order_of_statuses_gives_each_note_exactly_one_outcome(data: st.DataObject) -> None:
    status = st.sampled_from(
        ["14", "15", "17", "18", "1A", "19", "8004", "8005", "8104", "8105", "8204", "43", "4750", "13", "10"]
    )
    paper = Paper()
    driver = paper.ready()
    for _ in range(6):
        paper.statuses = data.draw(st.lists(status, min_size=1, max_size=6))
        paper.run(300)
        for fact in list(paper.news()):
            if isinstance(fact, NoteHeld):
                data.draw(st.sampled_from([driver.stack, driver.give_back, lambda note: None]))(fact.note)
    paper.statuses = [""]
    paper.run(40_000)
    held_notes = [fact.note for fact in paper.news() if isinstance(fact, NoteHeld)]
    outcomes = [
        fact.note
        for fact in paper.news()
        if isinstance(fact, NoteOurs | NoteJammed | NoteUncertain | NoteReturned | NoteReturnUncertain)
    ]
    assert len(set(held_notes)) == len(held_notes)
    assert len(set(outcomes)) == len(outcomes)
    assert set(held_notes) <= set(outcomes)


def test_unused_helpers_of_bulk_escrow_do_nothing() -> None:
    paper = Paper()
    driver = held(paper)
    for order in (partial(driver.keep, [1]), partial(driver.return_all, [1]), partial(driver.accept_only, [5_000])):
        order()
    paper.run(200)
    assert paper.names("POLL", "ENABLE") == []
    assert (driver.escrow_depth, driver.same_note_return, driver.can_identify_box) == (1, False, False)
