from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.dispensing.dispenser import Ended, Found
from drivers.dispensing.outcome import Ending, Memory, Moved
from drivers.f53.codec import Error
from drivers.f53.driver import F53
from drivers.f53.judge import aftermath, judge
from kiosk.faults import FaultCode
from tests.drivers.f53.f53_script import (
    ABNORMAL,
    COUNT,
    INITIALISE,
    STATUS,
    PaperF53,
    count_answer,
    golden,
    short_answer,
)

ASKED = {1: 3, 2: 2, 3: 1}
ALL = {1: (3, 0), 2: (2, 0), 3: (1, 0)}
FULL = ((1, 3, 0), (2, 2, 0), (3, 1, 0))


def paid(paper: PaperF53, for_ms: int = 2_000) -> Ended:
    paper.ready().dispense(7, ASKED)
    paper.run(for_ms)
    (ended,) = paper.ended()
    return ended


# -- start


def test_it_is_told_the_sizes_of_its_notes_and_remembers_nothing() -> None:
    paper = PaperF53()
    paper.driver()
    paper.run(500)
    assert paper.events == [Found(Memory())]
    assert paper.commands() == [STATUS, INITIALISE]
    assert paper.heard[1] == golden()["initialise-5-10-20"]
    assert paper.faults() == []


def test_notes_at_the_exit_are_not_pushed_by_the_start() -> None:
    paper = PaperF53([count_answer(ALL)], at_exit=True)
    paper.driver()
    paper.run(5_000)
    assert paper.events == [Found(Memory())]
    assert INITIALISE not in paper.commands()
    assert paper.faults() == []
    paper.at_exit = False
    paper.run(3_000)
    assert paper.moving() == [INITIALISE]


def test_a_start_that_ends_abnormally_is_not_repeated_before_people_came() -> None:
    paper = PaperF53(initialised_with=short_answer(INITIALISE, ABNORMAL, (0x02, 0x10)))
    driver = paper.driver()
    paper.run(20_000)
    assert paper.moving() == [INITIALISE]
    assert paper.faults() == [("DEVICE_FAILURE", True)]
    paper.initialised_with = short_answer(INITIALISE)
    driver.restart()
    paper.run(3_000)
    assert paper.faults()[-1] == ("DEVICE_FAILURE", False)
    assert paper.moving() == [INITIALISE, INITIALISE]


def test_who_only_looks_moves_nothing() -> None:
    paper = PaperF53([count_answer(ALL)])
    driver = paper.driver(initialises=False)
    paper.run(5_000)
    driver.dispense(7, ASKED)
    paper.run(2_000)
    assert driver.ready
    assert set(paper.commands()) == {STATUS}
    assert paper.ended() == [Ended(7, 0x52, Ending.REFUSED, "other", ())]


def test_a_port_that_nobody_answers_is_said_and_noise_is_a_wrong_device() -> None:
    paper = PaperF53(dead=True)
    paper.driver()
    paper.run(6_000)
    assert paper.faults() == [("NO_ANSWER", True)]
    paper.it.receive(b"\xff" * 9, paper.now_ms)
    paper.run(100)
    assert ("WRONG_DEVICE", True) in paper.faults()
    paper.dead = False
    paper.run(16_000)
    assert paper.events == [Found(Memory())]


# -- orders


def test_all_notes_come_out() -> None:
    paper = PaperF53([count_answer(ALL)])
    assert paid(paper) == Ended(7, 0x52, Ending.FULL, "", FULL)
    assert paper.heard[1][4:].startswith(golden()["count-3-2-1-0"][4:20])
    assert paper.faults() == []


def test_an_order_is_not_sent_into_a_path_that_is_not_clear() -> None:
    paper = PaperF53([count_answer(ALL)])
    paper.ready()
    paper.at_exit = True
    paper.it.dispense(7, ASKED)
    paper.run(1_000)
    assert paper.ended() == [Ended(7, 0x52, Ending.REFUSED, "other", ())]
    assert paper.carried_out == 0


@pytest.mark.parametrize("order", [lambda it: it.test(1), lambda it: it.purge(), lambda it: it.dispense(7, {1: 21})])
def test_what_no_known_command_does_is_refused_with_nothing_sent(order: object) -> None:
    paper = PaperF53()
    assert callable(order)
    order(paper.ready())
    paper.run(1_000)
    (ended,) = paper.ended()
    assert (ended.ending, paper.carried_out, paper.moving()) == (Ending.REFUSED, 0, [])


@pytest.mark.parametrize("fault", ["deaf", "mute"])
def test_after_silence_nothing_is_ordered_again_and_the_amount_is_unknown(fault: str) -> None:
    paper = PaperF53([count_answer(ALL)] * 3, {COUNT: [fault]})
    assert paid(paper, 66_000) == Ended(7, 0x52, Ending.UNKNOWN, "no response", ())
    assert paper.carried_out == (0 if fault == "deaf" else 1)
    paper.events.clear()
    paper.it.dispense(8, ASKED)
    paper.run(1_000)
    assert paper.ended() == [Ended(8, 0x52, Ending.REFUSED, "other", ())]  # the answer of 7 might still come


def test_a_lost_acknowledgement_repeats_nothing_because_the_answer_comes() -> None:
    paper = PaperF53([count_answer(ALL)], {COUNT: ["ack_lost"]})
    assert paid(paper).ending is Ending.FULL
    assert paper.carried_out == 1


def test_an_answer_that_comes_while_the_outcome_is_still_looked_for_settles_it() -> None:
    paper = PaperF53([count_answer(ALL)], {COUNT: ["late"], STATUS: []})
    paper.ready().dispense(7, ASKED)
    paper.run(44_000)
    assert paper.ended() == []
    paper.release()
    assert [ended.ending for ended in paper.ended()] == [Ending.FULL]


def test_a_status_is_missed_when_its_announcements_would_be_over_and_an_order_is_waited_for_longer() -> None:
    paper = PaperF53([count_answer(ALL)], {COUNT: ["late"]})
    paper.ready()
    paper.faults_of[STATUS] = ["mute"] * 9
    paper.run(14_500)
    assert paper.faults() == []
    paper.run(2_000)
    assert paper.faults() == [("NO_ANSWER", True)]
    paper.faults_of[STATUS] = []
    paper.run(20_000)
    assert paper.faults() == [("NO_ANSWER", True), ("NO_ANSWER", False)]
    paper.it.dispense(7, ASKED)
    paper.run(44_000)
    paper.release()
    assert [ended.ending for ended in paper.ended()] == [Ending.FULL]


def test_a_status_whose_announcement_is_heard_at_the_third_time_is_answered() -> None:
    paper = PaperF53()
    paper.ready()
    paper.faults_of[STATUS] = ["late"]
    paper.run(1_500)
    assert paper.held
    paper.run(10_500)
    paper.release()
    paper.run(5_000)
    assert paper.faults() == []


def test_an_answer_of_an_earlier_order_is_nobodys() -> None:
    paper = PaperF53([count_answer(ALL), count_answer({1: (1, 0)})], {COUNT: ["late"]})
    assert paid(paper, 60_000).ending is Ending.UNKNOWN
    paper.release()
    paper.run(70_000)
    paper.events.clear()
    paper.it.dispense(8, {1: 1})
    paper.run(2_000)
    assert paper.ended() == [Ended(8, 0x52, Ending.FULL, "", ((1, 1, 0),))]


def test_a_refused_message_was_not_begun_and_is_sent_again() -> None:
    paper = PaperF53([count_answer(ALL)], {COUNT: ["nak"]})
    assert paid(paper).ending is Ending.FULL
    assert paper.carried_out == 1


def test_three_refusals_are_a_refusal() -> None:
    paper = PaperF53([], {COUNT: ["nak"] * 3})
    assert paid(paper) == Ended(7, 0x52, Ending.REFUSED, "other", ())


def test_a_damaged_answer_is_asked_for_again() -> None:
    paper = PaperF53([count_answer(ALL)], {COUNT: ["damaged"]})
    assert paid(paper).ending is Ending.FULL
    assert paper.carried_out == 1


def test_a_unit_that_was_switched_off_meanwhile_is_told_the_sizes_before_the_next_order() -> None:
    paper = PaperF53([count_answer({}, ABNORMAL, (0xE0, 0)), count_answer(ALL)])
    assert paid(paper) == Ended(7, 0x52, Ending.REFUSED, "other", ())
    assert paper.faults() == []
    paper.events.clear()
    paper.it.dispense(8, ASKED)
    paper.run(2_000)
    assert [ended.ending for ended in paper.ended()] == [Ending.FULL]
    assert paper.moving() == [COUNT, INITIALISE, COUNT]


def test_after_an_abnormal_end_nothing_moves_before_a_technician_came() -> None:
    paper = PaperF53([count_answer({1: (1, 0)}, ABNORMAL, (0x72, 0)), count_answer(ALL)])
    assert paid(paper).ending is Ending.UNKNOWN
    assert ("DISPENSER_JAM", True) in paper.faults()
    paper.it.dispense(8, ASKED)
    paper.run(1_000)
    assert paper.ended()[-1] == Ended(8, 0x52, Ending.REFUSED, "jam", ())
    assert paper.moving() == [COUNT]
    paper.it.restart()
    paper.run(3_000)
    paper.it.dispense(9, ASKED)
    paper.run(2_000)
    assert paper.ended()[-1].ending is Ending.FULL
    assert paper.moving() == [COUNT, INITIALISE, COUNT]


def test_a_lost_link_in_the_middle_of_an_order_leaves_it_unknown() -> None:
    paper = PaperF53([count_answer(ALL)], {COUNT: ["mute"]})
    paper.ready().dispense(7, ASKED)
    paper.run(2_000)
    paper.it.link_lost("unplugged", paper.now_ms)
    paper.it.link_up(paper.now_ms)
    paper.run(10_000)
    assert [ended.ending for ended in paper.ended()] == [Ending.UNKNOWN]
    assert Found(Memory()) in paper.events


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["deaf", "ack_lost", "mute", "late", "nak", "damaged"]), max_size=4),
    st.lists(st.sampled_from(["deaf", "mute", "damaged", "nak"]), max_size=3),
    st.binary(max_size=12),
)
def test_whatever_the_line_does_an_order_ends_once_and_is_carried_out_at_most_once(
    of_count: list[str], of_status: list[str], noise: bytes
) -> None:
    paper = PaperF53([count_answer(ALL)] * 4)
    driver = paper.ready()
    paper.faults_of = {COUNT: list(of_count), STATUS: list(of_status)}
    driver.dispense(7, ASKED)
    paper.it.receive(noise, paper.now_ms)
    paper.run(240_000)
    (ended,) = paper.ended()
    assert paper.carried_out <= 1
    if ended.ending is Ending.FULL:
        assert (ended.counts, paper.carried_out) == (FULL, 1)
    if ended.ending is Ending.REFUSED:
        assert paper.carried_out == 0


# -- what figures prove

ROWS = (Moved(1, 2, 1), Moved(2, 0, 0))
NOTHING = (Moved(1, 0, 1), Moved(2, 0, 0))


@pytest.mark.parametrize(
    ("error", "moved", "ending", "reason", "fault"),
    [
        (None, (Moved(1, 3, 0), Moved(2, 0, 0)), Ending.FULL, "", None),
        (None, ROWS, Ending.UNKNOWN, "counts differ", FaultCode.DISPENSER_JAM),
        (None, (Moved(1, 4, 0),), Ending.UNKNOWN, "miscounted", FaultCode.DISPENSER_JAM),
        (None, None, Ending.UNKNOWN, "no counts", FaultCode.DISPENSER_JAM),
        (Error(0x11, 0), NOTHING, Ending.SHORT, "empty", FaultCode.DISPENSER_JAM),
        (Error(0x11, 0), ROWS, Ending.UNKNOWN, "empty 1100", FaultCode.DISPENSER_JAM),
        (Error(0x71, 3), NOTHING, Ending.SHORT, "jam", FaultCode.DISPENSER_JAM),
        (Error(0x52, 0), ROWS, Ending.UNKNOWN, "jam 5200", FaultCode.DISPENSER_JAM),
        (Error(0x84, 0), NOTHING, Ending.UNKNOWN, "miscounted 8400", FaultCode.DISPENSER_JAM),
        (Error(0xA1, 0), NOTHING, Ending.SHORT, "other", FaultCode.DEVICE_FAILURE),
        (Error(0xB0, 0), NOTHING, Ending.SHORT, "rejects", FaultCode.REJECT_OUT),
        (Error(0xB5, 0), NOTHING, Ending.SHORT, "rejects", FaultCode.REJECT_FULL),
        (Error(0xE1, 0), (Moved(1, 0, 0),), Ending.REFUSED, "other", None),
        (Error(0xE1, 0), NOTHING, Ending.UNKNOWN, "other E100", FaultCode.DISPENSER_JAM),
        (Error(0xF1, 0), NOTHING, Ending.UNKNOWN, "other F100", FaultCode.DEVICE_FAILURE),
    ],
)
def test_what_an_answer_proves_and_leaves_behind(
    error: Error | None, moved: tuple[Moved, ...] | None, ending: Ending, reason: str, fault: FaultCode | None
) -> None:
    judgement = judge({1: 3}, error, moved)
    assert (judgement.ending, judgement.reason) == (ending, reason)
    assert aftermath({1: 3}, error, moved).fault == fault


def test_of_notes_on_their_way_only_the_rejected_ones_are_sure() -> None:
    assert judge({1: 3}, Error(0x72, 0), ROWS).counts == ((1, 0, 1),)


@pytest.mark.parametrize(("cassettes", "most"), [({5: 500}, 20), ({1: 700}, 20), ({1: 500}, 21)])
def test_what_it_is_not_made_for_is_refused_when_it_is_fitted(cassettes: dict[int, int], most: int) -> None:
    with pytest.raises(ValueError, match="f53"):
        F53("dispenser", lambda fact: None, cassettes=cassettes, max_notes=most)
