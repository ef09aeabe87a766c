"""One note from the slot to the box or back, in every state of the sheet, and every fault of it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kiosk.ports.note_acceptor import (
    NoteHeld,
    NoteJammed,
    NoteMoving,
    NoteOurs,
    NoteRefused,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from tests.drivers.id003.id003_script import (
    HOLD,
    INVALID,
    OUTCOMES,
    POLL,
    RESET,
    RETURN,
    SILENCE,
    STACK,
    Paper,
    held,
    then,
)

# -- taking notes


def test_a_note_is_held_stacked_ours_and_acknowledged() -> None:
    paper = Paper(on={STACK: then("14", "14", "15", "16", "11")})
    held(paper).stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]
    assert paper.names("POLL") == ["STACK"]
    assert paper.acks == 1


def test_a_note_is_given_back() -> None:
    paper = Paper(on={RETURN: then("18", "18", "11")})
    held(paper).give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteReturned(1, 5_000)]
    assert paper.names("POLL") == ["RETURN"]


@pytest.mark.parametrize("deaf", [1, 2, 5])
def test_lost_acks_repeat_vend_valid_and_the_note_counts_once(deaf: int) -> None:
    paper = Paper(deaf=deaf, on={STACK: then("14", "15", "16", "11")})
    held(paper).stack(1)
    paper.run(2_000)
    assert paper.news() == [NoteOurs(1, 5_000)]
    assert paper.acks == deaf + 1
    assert paper.statuses == ["11"]
    assert paper.faults() == []


@pytest.mark.parametrize(
    ("next_one", "news", "fault"),
    [
        (["12", "14", "15", "16", "11"], [NoteMoving(), NoteJammed(2, 10_000)], True),
        (["1365", "18", "11", "11", "15", "16", "11"], [NoteHeld(2, 5_000), NoteReturned(2, 5_000)], True),
        (["11", "15", "16", "11"], [], False),
    ],
)
def test_what_repeats_the_last_credit_ends_when_another_note_comes(
    next_one: list[str], news: list[object], fault: bool
) -> None:
    paper = Paper(on={STACK: then("14", "15", "16", "11")})
    held(paper).stack(1)
    paper.run(1_000)
    paper.statuses = next_one
    paper.run(1_500)
    assert paper.news() == [NoteOurs(1, 5_000), *news]
    assert ("PROTOCOL" in [code for code, _ in paper.faults()]) is fault


def test_one_status_that_does_not_know_the_note_settles_nothing() -> None:
    paper = Paper(on={STACK: then("14", "11", "15", "16", "11")})
    held(paper).stack(1)
    paper.run(1_500)
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_a_note_that_came_back_out_of_the_stacker_is_not_credited_by_a_vend_valid() -> None:
    paper = Paper(on={STACK: then("14", "18", "15", "15", "16", "11")})
    held(paper).stack(1)
    paper.run(1_500)
    assert paper.news() == [NoteUncertain(1, 5_000)]


def test_two_notes_of_one_kind_are_two_notes() -> None:
    paper = Paper(deaf=1, on={STACK: then("14", "15", "16", "11")})
    driver = held(paper)
    driver.stack(1)
    paper.run(1_000)
    paper.statuses = ["12", "1365"]
    paper.run(500)
    driver.stack(2)
    paper.run(1_000)
    assert [fact for fact in paper.news() if isinstance(fact, NoteOurs)] == [NoteOurs(1, 5_000), NoteOurs(2, 5_000)]


def test_a_note_is_not_credited_by_escrow_stacking_or_stacked_alone() -> None:
    paper = Paper(on={STACK: then("14", "16", "11")})
    held(paper).stack(1)
    paper.run(2_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]


def test_vend_valid_after_a_note_was_told_as_unknown_still_credits_it_once() -> None:
    paper = Paper(deaf=1, on={STACK: then("14", "11", "11", "15", "16", "11")})
    held(paper).stack(1)
    paper.run(2_000)
    assert paper.news() == [NoteUncertain(1, 5_000), NoteOurs(1, 5_000)]


@pytest.mark.parametrize("statuses", [["11", "15", "16", "11"], ["14", "15", "11"]])
def test_vend_valid_without_a_note_credits_nothing_and_is_named(statuses: list[str]) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = statuses
    paper.run(1_500)
    assert paper.news() == []
    assert paper.faults()[0] == ("PROTOCOL", True)
    assert paper.acks >= 1


def test_a_note_that_was_stacked_without_having_been_in_escrow_is_inside_and_no_one_knows_which() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["12", "14", "15", "16", "11"]
    paper.run(1_500)
    assert paper.news() == [NoteMoving(), NoteJammed(1, 10_000)]


@pytest.mark.parametrize("on_its_way_out", [False, True])
def test_vend_valid_of_a_note_that_is_not_on_its_way_to_the_box_is_not_believed(on_its_way_out: bool) -> None:
    paper = Paper(on={RETURN: then("18", "18")})
    driver = held(paper)
    if on_its_way_out:
        driver.give_back(1)
        paper.run(300)
    paper.statuses = ["15", "16", "11"]
    paper.run(100)
    assert (paper.acks, paper.news()) == (0, [])
    paper.run(1_000)
    assert paper.news() == [NoteReturnUncertain(1, 5_000)]
    assert paper.acks == 1
    assert paper.faults()[0] == ("PROTOCOL", True)


def test_a_note_told_to_go_back_that_was_stacked_is_ours() -> None:
    paper = Paper(on={RETURN: then("14", "15", "16", "11")})
    held(paper).give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_numbers_go_on_where_the_life_before_ended() -> None:
    paper = Paper()
    paper.ready(first_note=812)
    paper.statuses = ["1361"]
    paper.run(300)
    assert paper.news() == [NoteHeld(812, 100)]


@pytest.mark.parametrize("escrow", ["1370", "136F31323334"])
def test_a_coupon_or_barcode_goes_back_without_a_word_of_money(escrow: str) -> None:
    paper = Paper(on={RETURN: then("18", "11")})
    paper.ready()
    paper.statuses = [escrow]
    paper.run(1_500)
    assert [type(fact) for fact in paper.news()] == [NoteRefused]
    assert "RETURN" in paper.names()


def test_a_note_that_is_held_without_having_been_seen_goes_back() -> None:
    paper = Paper(on={RETURN: then("18", "11")})
    paper.ready()
    paper.statuses = ["19"]
    paper.run(1_500)
    assert paper.names("POLL") == ["RETURN"]


def test_a_unit_that_turned_round_while_it_was_reset_gave_the_note_back() -> None:
    paper = Paper(on={STACK: then("14", "18", "1B", "1A")})
    held(paper).stack(1)
    paper.run(3_000)
    assert paper.news()[0] == NoteReturned(1, 5_000)


def test_the_unit_may_give_back_by_itself_what_nobody_decided_on() -> None:
    paper = Paper()
    held(paper)
    paper.statuses = ["18", "11"]
    paper.run(1_000)
    assert paper.news() == [NoteReturned(1, 5_000)]


@pytest.mark.parametrize("way", ["18", "1775"])
def test_a_stack_that_ends_in_the_mouth_gave_the_note_back(way: str) -> None:
    paper = Paper(on={STACK: then("14", way, "11")})
    held(paper).stack(1)
    paper.run(1_000)
    assert NoteReturned(1, 5_000) in paper.news()
    assert not any(isinstance(fact, NoteOurs | NoteUncertain) for fact in paper.news())


def test_hold_is_said_again_and_again_as_long_as_nobody_decides() -> None:
    paper = Paper(on={HOLD: then("19")})
    held(paper)
    begin_ms = paper.now_ms
    paper.run(30_000)
    holds = [when for when, name, _ in paper.commands if name == "HOLD"]
    assert all(b - a <= 3_200 for a, b in pairwise([begin_ms, *holds]))
    assert paper.news() == []
    paper.on[STACK] = then("14", "15", "16", "11")
    paper.it.stack(1)
    paper.run(1_000)
    assert paper.news() == [NoteOurs(1, 5_000)]


def test_holding_ends_at_the_limit_and_the_note_goes_back() -> None:
    paper = Paper(on={RETURN: then("18", "11")})
    driver = paper.ready(escrow_ms=9_000)
    assert driver.hold_ms == 9_000
    paper.statuses = ["1363"]
    paper.run(12_000)
    assert paper.names("POLL", "HOLD") == ["RETURN"]
    assert paper.news() == [NoteHeld(1, 1_000), NoteReturned(1, 1_000)]


# -- STACK is never repeated


def test_silence_after_stack_is_answered_by_polling() -> None:
    paper = Paper(answers={STACK: [SILENCE]}, on={STACK: then("14", "15", "16", "11")})
    held(paper).stack(1)
    paper.run(2_000)
    assert paper.news() == [NoteOurs(1, 5_000)]
    assert paper.names("POLL") == ["STACK"]


@pytest.mark.parametrize("answer", [SILENCE, INVALID, b"\x50"])
def test_a_stack_that_was_not_heard_ends_in_a_return(answer: bytes) -> None:
    paper = Paper(answers={STACK: [answer]}, on={RETURN: then("18", "11")})
    held(paper).stack(1)
    paper.run(4_000)
    assert paper.news() == [NoteReturned(1, 5_000)]
    assert paper.names("POLL") == ["STACK", "RETURN"]


@pytest.mark.parametrize(("lost_before", "outcome"), [(False, NoteReturned), (True, NoteUncertain)])
def test_a_refused_stack_did_nothing_unless_the_refusal_may_be_a_late_one(lost_before: bool, outcome: type) -> None:
    paper = Paper(answers={STACK: [INVALID]}, on={STACK: then("11")})
    driver = held(paper)
    if lost_before:
        paper.answers[POLL] = [SILENCE]
        paper.run(1_000)
    driver.stack(1)
    paper.run(1_500)
    assert paper.news() == [outcome(1, 5_000)]


def test_nothing_is_ordered_in_the_dark() -> None:
    paper = Paper(answers={STACK: [SILENCE]}, on={STACK: then("")})
    held(paper).stack(1)
    paper.run(4_000)
    assert paper.names("POLL") == ["STACK"]


def test_a_note_of_the_same_kind_after_one_that_was_told_as_unknown_is_another_one() -> None:
    paper = Paper()
    driver = held(paper)
    paper.statuses = ["49A6", "11", "11", "1365"]
    paper.run(1_000)
    assert paper.news() == [NoteReturnUncertain(1, 5_000), NoteHeld(2, 5_000)]
    driver.link_lost("gone", paper.now_ms)
    paper.now_ms += 31_000
    driver.poll(paper.now_ms)
    paper.statuses = ["1A"]
    driver.link_up(paper.now_ms)
    paper.run(2_500)
    paper.statuses = ["1365"]
    paper.run(300)
    assert [fact.note for fact in paper.news() if isinstance(fact, NoteHeld)] == [2, 3]


def test_a_note_that_will_not_go_back_is_told_once_and_is_the_same_note_for_ever() -> None:
    paper = Paper()
    held(paper).give_back(1)
    paper.run(100_000)
    assert paper.news() == [NoteReturnUncertain(1, 5_000)]
    paper.on[RETURN] = then("18", "11")
    paper.run(60_000)
    assert paper.news() == [NoteReturnUncertain(1, 5_000)]
    paper.statuses = ["12", "1365"]
    paper.run(500)
    assert paper.news()[1:] == [NoteMoving(), NoteHeld(2, 5_000)]


def test_orders_about_notes_that_are_settled_or_unknown() -> None:
    paper = Paper(on={STACK: then("15", "16", "11")})
    driver = held(paper)
    driver.stack(1)
    paper.run(1_000)
    driver.give_back(1)
    assert paper.news() == [NoteOurs(1, 5_000)]
    driver.stack(77)
    driver.give_back(78)
    assert paper.news()[1:] == [NoteUncertain(77, 0), NoteReturnUncertain(78, 0)]


# -- faults


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("43", "BOX_FULL"),
        ("44", "BOX_OUT"),
        ("45", "NOTE_JAM"),
        ("46", "BOX_JAM"),
        ("48", "CHEATED"),
        ("49A6", "DEVICE_FAILURE"),
        ("49AB", "BOX_OUT"),
        ("4A", "PROTOCOL"),
        ("4B", "PROTOCOL"),
        ("2F", "PROTOCOL"),
    ],
)
def test_a_fault_is_up_while_its_status_lasts(status: str, fault: str) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["1A", status]  # inhibited: nothing can have been drawn in
    paper.run(1_500)
    paper.statuses = ["11"]
    paper.run(500)
    assert paper.faults() == [(fault, True), (fault, False)]
    assert not [fact for fact in paper.news() if isinstance(fact, OUTCOMES)]


@pytest.mark.parametrize(
    ("status", "ordered", "outcome"),
    [
        ("45", None, NoteReturnUncertain(1, 5_000)),
        ("45", "stack", NoteJammed(1, 5_000)),
        ("46", "stack", NoteJammed(1, 5_000)),
        ("45", "return", NoteReturnUncertain(1, 5_000)),
        ("49A2", "stack", NoteUncertain(1, 5_000)),
        ("49A6", "return", NoteReturnUncertain(1, 5_000)),
        ("49A6", None, NoteReturnUncertain(1, 5_000)),
    ],
)
def test_what_stops_with_a_note_inside_says_first_what_became_of_it(
    status: str, ordered: str | None, outcome: object
) -> None:
    paper = Paper(on={STACK: then("14", status), RETURN: then("18", status)})
    driver = held(paper)
    if ordered:
        (driver.stack if ordered == "stack" else driver.give_back)(1)
    else:
        paper.statuses = [status]
    paper.run(3_000)
    assert paper.facts[0] == outcome
    assert paper.news() == [outcome]
    assert len(paper.faults()) == 1


@pytest.mark.parametrize("between", ["48", "43", "44"])
def test_a_note_that_is_nowhere_after_trouble_is_unknown(between: str) -> None:
    paper = Paper(on={STACK: then("14", between, between, "11")})
    held(paper).stack(1)
    paper.run(3_000)
    assert paper.news() == [NoteUncertain(1, 5_000)]


def test_a_full_box_tells_of_the_last_note_first() -> None:
    paper = Paper(on={STACK: then("14", "15", "43")})
    held(paper).stack(1)
    paper.run(2_000)
    assert paper.facts[0] == NoteOurs(1, 5_000)
    assert paper.faults() == [("BOX_FULL", True)]


def test_a_note_that_sticks_before_it_was_recognised_may_be_any() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["12", "45"]
    paper.run(1_000)
    assert paper.news() == [NoteMoving(), NoteJammed(1, 10_000)]


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ("1771", NoteRefused("folded", "17/71")),
        ("1772", NoteRefused("unreadable", "17/72")),
        ("1773", NoteRefused("double", "17/73")),
        ("1779", NoteRefused("inhibited", "17/79")),
        ("177F", NoteRefused("other", "17/7F")),
        ("17", NoteRefused("other", "17")),
        ("47", NoteRefused("double", "47")),
    ],
)
def test_what_is_refused_before_escrow_is_told_once(status: str, refused: NoteRefused) -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["12", status, status, "11"]
    paper.run(1_000)
    assert paper.news() == [NoteMoving(), refused]
    assert paper.faults() == []


def test_a_cheat_alarm_that_stays_is_reset_after_a_while_and_a_jam_never() -> None:
    paper = Paper(on={RESET: then("1B", "1A")})
    paper.ready()
    paper.statuses = ["48"]
    paper.run(14_000)
    assert "RESET" in paper.names()
    assert paper.faults() == [("CHEATED", True), ("CHEATED", False)]
    paper.commands.clear()
    paper.statuses = ["45"]
    paper.run(60_000)
    assert "RESET" not in paper.names()


def test_a_technicians_restart_resets_the_unit() -> None:
    paper = Paper(on={RESET: then("1B", "1A")})
    driver = paper.ready()
    paper.statuses = ["1A", "45"]
    paper.run(500)
    driver.restart()
    paper.run(3_000)
    assert paper.names("POLL").count("RESET") == 1
    assert paper.faults() == [("NOTE_JAM", True), ("NOTE_JAM", False)]
