from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.compose.change_presenter import ChangePresenter
from drivers.dispensing.dispenser import Ended, Found
from drivers.dispensing.outcome import Ending, Memory
from drivers.lcdm.codec50 import Moved50, Result50
from drivers.lcdm.driver50 import Lcdm2000
from drivers.lcdm.judge50 import aftermath, judge
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_dispenser import DispenserPast
from tests.drivers.compose.test_change_presenter import PaperBoard
from tests.drivers.lcdm.lcdm50_script import (
    BOTH,
    DISPENSE,
    GOOD,
    LOWER,
    PURGE,
    STATUS,
    TEST_LOWER,
    VERSION,
    Paper50,
    Rows,
    outcome_data,
    response,
    state,
)

PAY, TESTED, PURGED = 0x52, 0x53, 0x51
ASKED = {1: 3, 2: 2}
FULL = ((1, 3, 0), (2, 2, 0))


def outcome(paper: Paper50) -> Ended:
    (ended,) = paper.ended()
    return ended


def paid(paper: Paper50, for_ms: int = 3_000, asked: dict[int, int] | None = None) -> Ended:
    paper.ready().dispense(7, asked or ASKED)
    paper.run(for_ms)
    return outcome(paper)


# -- start


def test_it_says_who_it_is_and_remembers_nothing() -> None:
    paper = Paper50()
    paper.driver()
    paper.run(500)
    assert paper.events == [Found(Memory())]
    assert paper.codes() == [STATUS, VERSION]
    assert "version T20T" in paper.it.probe_lines()
    assert paper.faults() == []


def test_firmware_without_a_version_is_taken_all_the_same() -> None:
    paper = Paper50(version=None)
    paper.driver()
    paper.run(500)
    assert paper.events == [Found(Memory())]


def test_lcdm1000_has_one_cassette() -> None:
    with pytest.raises(ValueError, match=r"lcdm1000 has cassettes \[1\]"):
        Lcdm2000("dispenser", lambda fact: None, cassettes={1: 500, 2: 1_000}, model="lcdm1000")
    paper = Paper50(version=b"O16T8A2F")
    paper.ready(model="lcdm1000", cassettes={1: 500}).dispense(7, {1: 2})
    paper.run(1_000)
    assert outcome(paper) == Ended(7, PAY, Ending.FULL, "", ((1, 2, 0),))


# -- orders


@pytest.mark.parametrize(
    ("asked", "command", "data", "counts"),
    [
        ({1: 3, 2: 2}, BOTH, b"0302", FULL),
        ({1: 10}, DISPENSE, b"10", ((1, 10, 0),)),
        ({2: 4, 1: 0}, LOWER, b"04", ((2, 4, 0),)),
    ],
)
def test_one_order_is_one_command(
    asked: dict[int, int], command: int, data: bytes, counts: tuple[tuple[int, int, int], ...]
) -> None:
    paper = Paper50()
    assert paid(paper, asked=asked) == Ended(7, PAY, Ending.FULL, "", counts)
    assert [(code, sent) for _, code, sent in paper.commands if code not in (STATUS, VERSION)] == [(command, data)]


def test_the_response_is_told_before_its_ack_leaves() -> None:
    paper = Paper50()
    driver = paper.ready()
    driver.dispense(7, {1: 3})
    driver.poll(paper.now_ms)
    driver.take_output()
    driver.receive(b"\x06" + response(STATUS, state()), paper.now_ms)
    assert driver.take_output() == b"\x06"
    driver.poll(paper.now_ms)
    driver.take_output()
    driver.receive(b"\x06", paper.now_ms)
    assert driver.take_output() == b""
    driver.receive(response(DISPENSE, outcome_data(DISPENSE, GOOD, {1: (3, 3, 0)})), paper.now_ms)
    assert outcome(paper).ending is Ending.FULL
    assert driver.take_output() == b"\x06"


@pytest.mark.parametrize("counts", [{3: 1}, {1: 21}, {1: 11, 2: 10}, {1: -1}])
def test_what_it_cannot_do_is_refused_without_a_byte(counts: dict[int, int]) -> None:
    paper = Paper50()
    paper.ready().dispense(7, counts)
    assert outcome(paper) == Ended(7, PAY, Ending.REFUSED, "other", ())
    assert paper.codes() == []


def test_an_order_for_nothing_moves_nothing() -> None:
    paper = Paper50()
    assert paid(paper, asked={1: 0}).ending is Ending.REFUSED
    assert paper.moving() == []


def test_a_test_puts_one_note_into_the_reject_tray() -> None:
    paper = Paper50()
    paper.ready().test(2)
    paper.run(1_000)
    assert outcome(paper) == Ended(0, TESTED, Ending.FULL, "", ((2, 0, 1),))
    assert paper.moving() == [TEST_LOWER]


def test_nothing_is_paid_into_a_path_that_is_not_clear() -> None:
    paper = Paper50()
    driver = paper.ready()
    paper.state = state(0x90)
    driver.dispense(7, ASKED)
    paper.run(1_000)
    assert outcome(paper) == Ended(7, PAY, Ending.REFUSED, "jam", ())
    assert paper.moving() == []


def test_a_purge_does_not_push_out_what_lies_at_the_exit() -> None:
    paper = Paper50()
    driver = paper.ready()
    paper.state = state(0xA0)
    driver.purge()
    paper.run(1_000)
    assert outcome(paper) == Ended(0, PURGED, Ending.REFUSED, "jam", ())
    paper.state = state(0x84)
    paper.events.clear()
    driver.purge()
    paper.run(1_000)
    assert outcome(paper) == Ended(0, PURGED, Ending.FULL, "", ())
    assert paper.moving() == [PURGE]


def test_it_never_purges_by_itself() -> None:
    paper = Paper50(results=[(0x36, {1: (2, 1, 0)})])
    paid(paper, asked={1: 3})
    paper.it.restart()
    paper.it.link_lost("pulled", paper.now_ms)
    paper.it.link_up(paper.now_ms)
    paper.run(20_000)
    assert paper.moving() == [DISPENSE]


def test_words_about_single_notes_are_heard_and_change_nothing() -> None:
    paper = Paper50(before_response=b"\x01\x8d\x31\x01\x9c\x31\x01\x8d\x32")
    assert paid(paper) == Ended(7, PAY, Ending.FULL, "", FULL)
    assert paper.faults() == []


# -- what the figures prove


@pytest.mark.parametrize(
    ("error", "rows", "ending", "reason"),
    [
        (0x30, {1: (3, 3, 0), 2: (2, 2, 0)}, Ending.FULL, ""),
        (0x31, {1: (3, 3, 0), 2: (2, 2, 0)}, Ending.FULL, ""),
        (0x30, {1: (4, 3, 1), 2: (2, 2, 0)}, Ending.FULL, ""),
        (0x38, {1: (1, 1, 0), 2: (0, 0, 0)}, Ending.SHORT, "empty"),
        (0x40, {1: (3, 3, 0), 2: (1, 1, 0)}, Ending.SHORT, "empty"),
        (0x32, {1: (0, 0, 0), 2: (0, 0, 0)}, Ending.SHORT, "empty"),
        (0x32, {1: (2, 1, 0), 2: (0, 0, 0)}, Ending.SHORT, "jam"),
        (0x44, {1: (9, 1, 8), 2: (0, 0, 0)}, Ending.SHORT, "rejects"),
        (0x36, {1: (2, 1, 0), 2: (0, 0, 0)}, Ending.SHORT, "jam"),
        (0x33, {1: (0, 0, 0), 2: (0, 0, 0)}, Ending.SHORT, "jam"),
        (0x41, {1: (1, 1, 0), 2: (0, 0, 0)}, Ending.SHORT, "other"),
        (0x46, {1: (3, 3, 0), 2: (0, 0, 0)}, Ending.SHORT, "cassette_out"),
        (0x45, {1: (0, 0, 0), 2: (0, 0, 0)}, Ending.REFUSED, "cassette_out"),
        (0x3B, {1: (0, 0, 0), 2: (0, 0, 0)}, Ending.REFUSED, "other"),
        (0x3F, {1: (0, 0, 0), 2: (0, 0, 0)}, Ending.REFUSED, "other"),
        (0x37, {1: (0, 0, 0), 2: (0, 0, 0)}, Ending.REFUSED, "other"),
        (0x3D, {1: (3, 3, 0), 2: (2, 2, 0)}, Ending.UNKNOWN, "miscounted 3D left 0"),
        (0x3C, {1: (3, 2, 0), 2: (0, 0, 0)}, Ending.UNKNOWN, "miscounted 3C left 1"),
        (0x4F, {1: (3, 3, 0), 2: (0, 0, 0)}, Ending.UNKNOWN, "miscounted 4F left 0"),
        (0x30, {1: (4, 3, 0), 2: (2, 2, 0)}, Ending.UNKNOWN, "miscounted 30 left 1"),
        (0x36, {1: (4, 3, 0), 2: (1, 1, 0)}, Ending.UNKNOWN, "miscounted 36 left 1"),
        (0x30, {1: (2, 3, 0), 2: (2, 2, 0)}, Ending.UNKNOWN, "miscounted 30 left 0"),
        (0x30, {1: (2, 2, 0), 2: (2, 2, 0)}, Ending.UNKNOWN, "counts differ"),
        (0x30, {1: (4, 4, 0), 2: (2, 2, 0)}, Ending.UNKNOWN, "error 30"),
        (0x5E, {1: (0, 0, 0), 2: (0, 0, 0)}, Ending.UNKNOWN, "error 5E"),
    ],
)
def test_what_a_result_says_of_an_order(error: int, rows: Rows, ending: Ending, reason: str) -> None:
    judgement = judge(ASKED, Result50(error, tuple(Moved50(n, *row) for n, row in rows.items())))
    assert (judgement.ending, judgement.reason) == (ending, reason)


ROW = st.builds(Moved50, st.just(1), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))


@given(asked=st.integers(1, 9), row=ROW, error=st.integers(0x30, 0x50), test=st.booleans())
def test_a_certain_judgement_accounts_for_every_note(asked: int, row: Moved50, error: int, test: bool) -> None:
    """Full: all came and nothing is left; short: what is left is missing among those asked; refused: nothing moved."""
    judgement = judge({1: asked}, Result50(error, (row,), test))
    done = row.rejects if test else row.exits
    if judgement.ending is Ending.FULL:
        assert (done >= asked, row.left) == (True, 0)
        assert test or done == asked
    elif judgement.ending is Ending.SHORT:
        assert 0 <= row.left <= asked - done
        assert row.left == 0 or judgement.reason in ("jam", "other")
    elif judgement.ending is Ending.REFUSED:
        assert (row.picked, row.exits, row.rejects) == (0, 0, 0)


@pytest.mark.parametrize(
    ("error", "row", "fault", "empty"),
    [
        (0x30, (3, 3, 0), None, None),
        (0x38, (1, 1, 0), None, 1),
        (0x36, (2, 1, 0), FaultCode.DISPENSER_JAM, None),
        (0x32, (2, 1, 0), FaultCode.DISPENSER_JAM, 1),
        (0x3D, (3, 3, 0), FaultCode.DISPENSER_JAM, None),
        (0x4F, (3, 3, 0), FaultCode.WRONG_NOTES, None),
        (0x49, (1, 1, 0), FaultCode.DEVICE_FAILURE, None),
    ],
)
def test_what_an_order_leaves_behind(
    error: int, row: tuple[int, int, int], fault: FaultCode | None, empty: int | None
) -> None:
    after = aftermath({1: 3}, Result50(error, (Moved50(1, *row),)))
    assert (after.fault, after.empty) == (fault, empty)


# -- what gets lost


def test_a_lost_ack_is_settled_by_the_response() -> None:
    paper = Paper50(faults_of={BOTH: ["ack_lost"]})
    assert paid(paper) == Ended(7, PAY, Ending.FULL, "", FULL)
    assert paper.moving() == [BOTH]


@pytest.mark.parametrize("fault", ["deaf", "mute"])
def test_silence_is_never_an_order_said_twice(fault: str) -> None:
    paper = Paper50(faults_of={BOTH: [fault]})
    assert paid(paper, 20_000) == Ended(7, PAY, Ending.UNKNOWN, "no response", ())
    assert paper.moving() == [BOTH]


def test_a_lost_response_is_unknown_and_never_resent() -> None:
    paper = Paper50(faults_of={BOTH: ["lost"]})
    assert paid(paper, 70_000) == Ended(7, PAY, Ending.UNKNOWN, "no response", ())
    assert paper.moving() == [BOTH]


@pytest.mark.parametrize(
    ("naks", "ending", "sends"), [(1, Ending.FULL, 2), (2, Ending.FULL, 3), (3, Ending.REFUSED, 3)]
)
def test_nak_is_certain_so_it_may_be_sent_three_times(naks: int, ending: Ending, sends: int) -> None:
    paper = Paper50(faults_of={BOTH: ["nak"] * naks})
    assert paid(paper).ending is ending
    assert paper.moving() == [BOTH] * sends


def test_a_damaged_response_is_asked_for_again() -> None:
    paper = Paper50(faults_of={BOTH: ["damaged"]})
    assert paid(paper) == Ended(7, PAY, Ending.FULL, "", FULL)


def test_a_late_response_ends_the_doubt() -> None:
    paper = Paper50(faults_of={BOTH: ["late"]})
    paper.ready().dispense(7, ASKED)
    paper.run(4_000)
    assert paper.ended() == []
    paper.release()
    assert outcome(paper) == Ended(7, PAY, Ending.FULL, "", FULL)
    paper.run(5_000)
    assert paper.it.ready


def test_while_a_response_may_still_come_nothing_is_paid() -> None:
    paper = Paper50(faults_of={DISPENSE: ["late"]})
    assert paid(paper, 20_000, {1: 3}).ending is Ending.UNKNOWN
    paper.events.clear()
    paper.it.dispense(8, {1: 3})
    paper.run(1_000)
    paper.release()
    paper.run(1_000)
    assert outcome(paper) == Ended(8, PAY, Ending.REFUSED, "other", ())
    paper.run(60_000)
    paper.events.clear()
    paper.it.dispense(9, {1: 1})
    paper.run(1_000)
    assert outcome(paper) == Ended(9, PAY, Ending.FULL, "", ((1, 1, 0),))


def test_a_response_said_again_is_not_taken_for_the_next() -> None:
    paper = Paper50()
    driver = paper.ready()
    driver.dispense(7, {1: 3})
    paper.run(1_000)
    again = response(DISPENSE, outcome_data(DISPENSE, GOOD, {1: (3, 3, 0)}))
    driver.receive(again, paper.now_ms)  # our ACK was lost
    paper.run(100)
    driver.dispense(8, {1: 3})
    driver.poll(paper.now_ms)
    paper.results = [(0x38, {1: (1, 1, 0)})]
    paper.run(1_000)
    assert [(ended.order, ended.ending) for ended in paper.ended()] == [(7, Ending.FULL), (8, Ending.SHORT)]


def test_a_unit_that_does_not_answer_is_not_asked_to_pay() -> None:
    paper = Paper50()
    driver = paper.ready()
    paper.dead = True
    driver.dispense(7, ASKED)
    paper.run(3_000)
    assert outcome(paper) == Ended(7, PAY, Ending.REFUSED, "other", ())
    assert paper.moving() == []


def test_unplugged_after_the_order_and_back_is_unknown() -> None:
    paper = Paper50(faults_of={BOTH: ["lost"]})
    driver = paper.ready()
    driver.dispense(7, ASKED)
    paper.run(300)
    driver.link_lost("pulled", paper.now_ms)
    paper.run(1_000)
    driver.link_up(paper.now_ms)
    paper.run(8_000)
    assert outcome(paper) == Ended(7, PAY, Ending.UNKNOWN, "no response", ())
    assert paper.moving() == [BOTH]
    assert paper.it.ready


def test_unplugged_after_the_order_and_told_after_replugging() -> None:
    paper = Paper50(faults_of={BOTH: ["late_acked"]})
    driver = paper.ready()
    driver.dispense(7, ASKED)
    paper.run(300)
    driver.link_lost("pulled", paper.now_ms)
    paper.run(1_000)
    driver.link_up(paper.now_ms)
    paper.run(2_000)
    paper.release()
    assert outcome(paper) == Ended(7, PAY, Ending.FULL, "", FULL)
    paper.run(3_000)
    assert paper.it.ready


def test_unplugged_for_good_is_unknown() -> None:
    paper = Paper50(faults_of={BOTH: ["lost"]})
    driver = paper.ready()
    driver.dispense(7, ASKED)
    paper.run(300)
    driver.link_lost("pulled", paper.now_ms)
    paper.run(61_000)
    assert outcome(paper) == Ended(7, PAY, Ending.UNKNOWN, "link lost", ())


def test_an_order_that_was_not_sent_before_unplugging_is_refused() -> None:
    paper = Paper50()
    driver = paper.ready()
    driver.dispense(7, ASKED)
    driver.link_lost("pulled", paper.now_ms)
    assert outcome(paper).ending is Ending.REFUSED


# -- faults


def test_state_faults_come_and_go() -> None:
    paper = Paper50()
    paper.ready()
    paper.state = state(0xC1, 0xC4)
    paper.run(3_000)
    paper.state = state()
    paper.run(3_000)
    assert sorted(paper.faults()) == sorted(
        (code, up, detail)
        for code, detail in [
            ("CASSETTE_LOW", "cassette 1"),
            ("CASSETTE_OUT", "cassette 2"),
            ("DISPENSER_JAM", "30"),
            ("REJECT_OUT", ""),
        ]
        for up in (True, False)
    )


def test_an_old_error_in_the_state_is_no_fault_of_now() -> None:
    paper = Paper50()
    paper.ready()
    paper.state = state(error=0x41)
    paper.run(3_000)
    assert paper.faults() == []


def test_a_jam_stays_until_somebody_was_there() -> None:
    paper = Paper50(results=[(0x36, {1: (2, 1, 0)})])
    paid(paper, 8_000, {1: 3})
    assert paper.faults() == [("DISPENSER_JAM", True, "36")]
    paper.it.restart()
    paper.run(3_000)
    assert paper.faults()[1:] == [("DISPENSER_JAM", False, "36")]


def test_silence_and_noise_are_named() -> None:
    paper = Paper50(dead=True)
    paper.driver()
    paper.run(6_000)
    assert paper.faults() == [("NO_ANSWER", True, "")]
    for _ in range(4):
        paper.it.receive(b"\xff\xfe\xfd", paper.now_ms)
        paper.run(2_000)
    assert [code for code, up, _ in paper.faults() if up] == ["NO_ANSWER", "WRONG_DEVICE"]


def test_a_presenter_of_it_names_the_model_and_remembers_nothing() -> None:
    paper = Paper50()
    presenter = ChangePresenter("dispenser", paper.facts.append, paper.driver(), PaperBoard())
    paper.it = presenter  # type: ignore[assignment]
    paper.run(5_000)
    assert presenter.counters == {}
    past, ready = [fact for fact in paper.facts if isinstance(fact, DispenserPast | DeviceReady)]
    assert isinstance(past, DispenserPast)
    assert (past.last, past.counters) == ("unknown", ())
    assert ready == DeviceReady("dispenser", "lcdm2000", "T20T", "")


# -- laws


@given(chunks=st.lists(st.binary(max_size=30), max_size=12), gaps=st.lists(st.integers(1, 3_000), min_size=12))
@settings(max_examples=50)
def test_no_noise_makes_it_raise_or_pay(chunks: list[bytes], gaps: list[int]) -> None:
    paper = Paper50()
    driver = paper.ready()
    for chunk, gap in zip(chunks, gaps, strict=False):
        driver.receive(chunk, paper.now_ms)
        paper.run(gap)
    assert paper.moving() == []


FAULTS = st.sampled_from(["", "deaf", "ack_lost", "lost", "mute", "nak", "damaged"])


@given(
    orders=st.lists(st.tuples(st.integers(1, 5), FAULTS, st.booleans()), min_size=1, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_whatever_gets_lost_no_order_is_carried_out_twice_and_a_certain_outcome_is_true(
    orders: list[tuple[int, str, bool]],
) -> None:
    paper = Paper50()
    driver = paper.ready()
    for number, (notes, fault, patient) in enumerate(orders, 1):
        paper.faults_of, done = {DISPENSE: [fault]}, paper.carried_out
        paper.events.clear()
        driver.dispense(number, {1: notes})
        paper.run(75_000)
        ended = outcome(paper)
        assert paper.carried_out - done <= 1
        if ended.ending is Ending.FULL:
            assert paper.carried_out - done == 1
        if ended.ending is Ending.REFUSED:
            assert paper.carried_out == done
        paper.run(70_000 if patient else 1_000)
