from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.dispensing.dispenser import Ended, Found
from drivers.dispensing.outcome import Ending, Memory, Moved, Result
from drivers.lcdm.driver import Lcdm4000
from drivers.lcdm.judge import Taken, judge, was_taken
from tests.drivers.lcdm.lcdm_script import (
    CASSETTES,
    DISPENSE,
    LAST,
    RESET,
    SERIAL,
    STATUS,
    TEST,
    Paper,
    moved,
    response,
    state,
)

FULL = ((1, 3, 0), (2, 2, 0))
ASKED = {1: 3, 2: 2}


def result(error: int, counts: dict[int, tuple[int, int]], code: int = DISPENSE) -> Result:
    return Result(code, error, tuple(Moved(n, *counts.get(n, (0, 0))) for n in range(1, 5)))


def outcome(paper: Paper) -> Ended:
    (ended,) = paper.ended()
    return ended


def paid(paper: Paper, for_ms: int = 2_000, **asked: int) -> Ended:
    driver = paper.ready()
    driver.dispense(7, ASKED)
    paper.run(for_ms)
    return outcome(paper)


# -- start


def test_it_tells_what_it_remembers_and_moves_nothing() -> None:
    paper = Paper(last=bytes([DISPENSE, 0x23, 0x30]) + moved({1: (2, 0)}))
    paper.driver()
    paper.run(500)
    assert paper.events == [Found(Memory(result(3, {1: (2, 0)}), None, True))]
    assert paper.names() == ["STATUS", "SERIAL", "LAST"]
    assert paper.faults() == []


def test_firmware_that_counts_tells_its_number() -> None:
    paper = Paper(serial=41)
    paper.driver()
    paper.run(500)
    assert paper.it.memory.serial == 41
    assert "counter transaction 41" in paper.it.probe_lines()


def test_probe_lines_name_what_lies_behind() -> None:
    paper = Paper(last=bytes([DISPENSE, 0x23, 0x30]) + moved({1: (2, 1)}), state=state(out=(3,)))
    paper.driver()
    paper.run(500)
    lines = paper.it.probe_lines()
    assert "last 52 error 03 exits+rejects 1:2+1 2:0+0 3:0+0 4:0+0" in lines
    assert "fault W32 CASSETTE_OUT cassette 3" in lines


# -- orders


def test_an_order_is_sent_once_and_ends_full() -> None:
    paper = Paper()
    assert paid(paper) == Ended(7, DISPENSE, Ending.FULL, "", FULL)
    assert paper.names("STATUS", "SERIAL", "LAST") == ["DISPENSE"]


def test_the_response_is_told_before_its_ack_leaves() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.dispense(7, ASKED)
    driver.poll(paper.now_ms)
    driver.take_output()
    driver.receive(b"\x06", paper.now_ms)
    assert driver.take_output() == b""
    driver.receive(response(DISPENSE, b"\x20\x30" + moved({1: (3, 0), 2: (2, 0)}) + b"\x20" * 9), paper.now_ms)
    assert outcome(paper).ending is Ending.FULL
    assert driver.take_output() == b"\x06"


def test_two_orders_are_200_ms_apart() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.dispense(1, {1: 1})
    paper.run(30)
    driver.dispense(2, {1: 1})
    paper.run(1_000)
    first, second = [when for when, name, _ in paper.commands if name == "DISPENSE"]
    assert second - first >= 200
    assert [ended.ending for ended in paper.ended()] == [Ending.FULL, Ending.FULL]


@pytest.mark.parametrize("counts", [{4: 1}, {1: 21}, {1: 11, 2: 10}, {1: -1}])
def test_what_it_cannot_do_is_refused_without_a_byte(counts: dict[int, int]) -> None:
    paper = Paper()
    paper.ready().dispense(7, counts)
    assert outcome(paper) == Ended(7, DISPENSE, Ending.REFUSED, "other", ())
    assert paper.names() == []


def test_an_order_while_another_runs_is_refused() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.dispense(1, {1: 1})
    driver.dispense(2, {1: 1})
    assert [(ended.order, ended.ending) for ended in paper.ended()] == [(2, Ending.REFUSED)]


def test_a_test_puts_one_note_into_the_reject_tray() -> None:
    paper = Paper()
    paper.ready().test(2)
    paper.run(1_000)
    assert outcome(paper) == Ended(0, TEST, Ending.FULL, "", ((2, 0, 1),))


def test_a_purge_reports_what_it_pushed_out() -> None:
    paper = Paper(results=[(0, {1: (0, 2)})])
    paper.ready().purge()
    paper.run(1_000)
    assert outcome(paper).counts == ((1, 0, 2),)


# -- what the figures prove


@pytest.mark.parametrize(
    ("error", "counts", "ending", "reason"),
    [
        (0x00, {1: (3, 1), 2: (2, 0)}, Ending.FULL, ""),
        (0x25, {1: (3, 0), 2: (2, 0)}, Ending.FULL, ""),
        (0x01, {1: (3, 0), 2: (1, 0)}, Ending.SHORT, "empty"),
        (0x01, {}, Ending.SHORT, "empty"),
        (0x03, {1: (2, 0)}, Ending.SHORT, "jam"),
        (0x0D, {1: (1, 10)}, Ending.SHORT, "rejects"),
        (0x24, {1: (3, 0)}, Ending.SHORT, "cassette_out"),
        (0x22, {1: (1, 0)}, Ending.SHORT, "other"),
        (0x0B, {}, Ending.REFUSED, "jam"),
        (0x24, {}, Ending.REFUSED, "cassette_out"),
        (0x26, {}, Ending.REFUSED, "other"),
        (0x30, {}, Ending.REFUSED, "other"),
        (0x06, {1: (3, 0), 2: (2, 0)}, Ending.UNKNOWN, "miscounted 06"),
        (0x07, {1: (3, 0), 2: (2, 0)}, Ending.UNKNOWN, "miscounted 07"),
        (0x08, {1: (3, 0), 2: (2, 0)}, Ending.UNKNOWN, "miscounted 08"),
        (0x40, {1: (3, 0)}, Ending.UNKNOWN, "miscounted 40"),
        (0x43, {}, Ending.UNKNOWN, "miscounted 43"),
        (0x5F, {}, Ending.UNKNOWN, "error 5F"),
        (0x00, {1: (2, 0)}, Ending.UNKNOWN, "counts differ"),
        (0x03, {1: (4, 0)}, Ending.UNKNOWN, "error 03"),
        (0x03, {3: (1, 0)}, Ending.UNKNOWN, "error 03"),
    ],
)
def test_what_a_result_says_of_an_order(
    error: int, counts: dict[int, tuple[int, int]], ending: Ending, reason: str
) -> None:
    judgement = judge(ASKED, result(error, counts))
    assert (judgement.ending, judgement.reason) == (ending, reason)


OLD, SAME = result(0, {3: (1, 0)}), result(0, {1: (3, 0), 2: (2, 0)})


@pytest.mark.parametrize(
    ("acked", "before", "after", "counts", "taken"),
    [
        (False, Memory(OLD, None, True), Memory(SAME, None, True), False, Taken.YES),
        (True, Memory(None, None, True), Memory(SAME, None, True), False, Taken.YES),
        (False, Memory(OLD, None, True), Memory(OLD, None, True), False, Taken.NO),
        (False, Memory(None, None, True), Memory(None, None, True), False, Taken.NO),
        (True, Memory(OLD, None, True), Memory(OLD, None, True), False, Taken.UNKNOWN),
        (False, Memory(SAME, None, True), Memory(SAME, None, True), False, Taken.UNKNOWN),
        (False, Memory(OLD, None, True), Memory(None, None, True), False, Taken.UNKNOWN),
        (False, Memory(), Memory(OLD, None, True), False, Taken.UNKNOWN),
        (False, Memory(None, None, True), Memory(), False, Taken.UNKNOWN),
        (False, Memory(None, 4, True), Memory(None, 4, False), True, Taken.UNKNOWN),
        (False, Memory(SAME, 4, True), Memory(SAME, 4, True), True, Taken.NO),
        (False, Memory(SAME, 4, True), Memory(SAME, 5, True), True, Taken.YES),
        (False, Memory(SAME, 4, True), Memory(SAME, 4, True), False, Taken.UNKNOWN),
        (True, Memory(OLD, 4, True), Memory(None, 5, True), True, Taken.UNKNOWN),
    ],
)
def test_whether_an_order_without_response_was_carried_out(
    acked: bool, before: Memory, after: Memory, counts: bool, taken: Taken
) -> None:
    assert was_taken(DISPENSE, ASKED, acked, before, after, serial_counts=counts) is taken


# -- answers that get lost


def test_a_lost_ack_is_no_reason_to_pay_twice() -> None:
    paper = Paper(faults_of={DISPENSE: ["ack_lost"]})
    assert paid(paper).ending is Ending.FULL
    assert paper.names("STATUS", "SERIAL", "LAST") == ["DISPENSE"]


def test_a_lost_response_is_read_from_last_status_and_not_paid_again() -> None:
    paper = Paper(faults_of={DISPENSE: ["lost"]})
    ended = paid(paper, 70_000)
    assert ended == Ended(7, DISPENSE, Ending.FULL, "", FULL)
    assert paper.names("STATUS", "SERIAL", "LAST") == ["DISPENSE"]


def test_a_lost_short_response_keeps_its_counts() -> None:
    paper = Paper(faults_of={DISPENSE: ["lost"]}, results=[(1, {1: (3, 0), 2: (1, 2)})])
    assert paid(paper, 70_000) == Ended(7, DISPENSE, Ending.SHORT, "empty", ((1, 3, 0), (2, 1, 2)))


def test_carried_out_without_a_word_is_found_out() -> None:
    paper = Paper(faults_of={DISPENSE: ["mute"]})
    assert paid(paper).ending is Ending.FULL
    assert paper.names("STATUS", "SERIAL", "LAST") == ["DISPENSE"]


def test_an_order_that_was_never_heard_is_sent_again() -> None:
    paper = Paper(faults_of={DISPENSE: ["deaf"]})
    assert paid(paper).ending is Ending.FULL
    assert paper.names("STATUS", "SERIAL", "LAST") == ["DISPENSE", "DISPENSE"]


def test_an_order_that_is_never_heard_is_refused_after_three() -> None:
    paper = Paper(faults_of={DISPENSE: ["deaf"] * 5})
    assert paid(paper, 5_000) == Ended(7, DISPENSE, Ending.REFUSED, "other", ())
    assert paper.names("STATUS", "SERIAL", "LAST") == ["DISPENSE"] * 3


@pytest.mark.parametrize(("naks", "ending", "sends"), [(2, Ending.FULL, 3), (3, Ending.REFUSED, 3)])
def test_nak_is_certain_so_it_may_be_sent_three_times(naks: int, ending: Ending, sends: int) -> None:
    paper = Paper(faults_of={DISPENSE: ["nak"] * naks})
    assert paid(paper).ending is ending
    assert paper.names("STATUS", "SERIAL", "LAST") == ["DISPENSE"] * sends


def test_the_same_order_twice_and_silence_is_unknown() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.dispense(6, ASKED)
    paper.run(1_000)
    paper.events.clear()
    paper.faults_of = {DISPENSE: ["deaf"]}
    driver.dispense(7, ASKED)
    paper.run(3_000)
    assert outcome(paper) == Ended(7, DISPENSE, Ending.UNKNOWN, "no response", ())


def test_with_a_number_that_counts_even_the_same_order_is_certain() -> None:
    paper = Paper(serial=3)
    driver = paper.ready()
    driver.dispense(6, ASKED)
    paper.run(1_000)
    paper.events.clear()
    paper.commands.clear()
    paper.faults_of = {DISPENSE: ["deaf", "mute"]}
    driver.dispense(7, ASKED)
    paper.run(5_000)
    assert outcome(paper) == Ended(7, DISPENSE, Ending.FULL, "", FULL)
    assert paper.names("STATUS", "SERIAL", "LAST") == ["DISPENSE", "DISPENSE"]


def test_a_memory_lost_with_the_response_is_unknown() -> None:
    paper = Paper(faults_of={DISPENSE: ["lost"]})
    driver = paper.ready()
    driver.dispense(7, ASKED)
    paper.run(2_000)
    paper.last = None
    paper.run(70_000)
    assert outcome(paper).ending is Ending.UNKNOWN


def test_a_damaged_response_is_asked_for_again() -> None:
    paper = Paper(faults_of={DISPENSE: ["damaged"]})
    assert paid(paper).ending is Ending.FULL
    assert paper.naks == 1


def test_a_late_response_ends_the_doubt() -> None:
    paper = Paper(faults_of={DISPENSE: ["late"]})
    driver = paper.ready()
    paper.faults_of[STATUS] = ["deaf"] * 60  # busy: it answers nothing until it is done
    driver.dispense(7, ASKED)
    paper.run(10_000)
    assert paper.ended() == []
    paper.release()
    assert outcome(paper) == Ended(7, DISPENSE, Ending.FULL, "", FULL)
    assert paper.names("STATUS", "SERIAL", "LAST") == ["DISPENSE"]


def test_a_response_that_is_an_earlier_orders_late_one_is_not_taken_for_the_next() -> None:
    paper = Paper(faults_of={DISPENSE: ["lost", "lost"]}, results=[(1, {})])
    driver = paper.ready()
    driver.dispense(1, {1: 2})
    paper.run(70_000)
    assert [ended.ending for ended in paper.ended()] == [Ending.SHORT]
    driver.dispense(2, {1: 2})
    paper.run(1_000)
    driver.receive(response(DISPENSE, bytes([0x21, 0x30]) + moved({}) + b"\x20" * 9), paper.now_ms)
    paper.run(5_000)
    assert paper.ended()[1:] == [Ended(2, DISPENSE, Ending.FULL, "", ((1, 2, 0),))]


def test_a_repeated_response_is_acknowledged_and_not_taken_for_the_next() -> None:
    paper = Paper(faults_of={DISPENSE: ["no_eot"]})
    driver = paper.ready()
    driver.dispense(1, {1: 1})
    paper.run(20)
    assert paper.ended()[-1].ending is Ending.FULL
    acks = paper.acks
    driver.receive(paper._again, paper.now_ms)  # our ACK was lost
    assert driver.take_output() == b"\x06"
    assert len(paper.ended()) == 1
    driver.dispense(2, {1: 1})
    paper.run(3_000)
    assert [ended.order for ended in paper.ended()] == [1, 2]
    assert paper.names("SERIAL", "LAST")[:3] == ["DISPENSE", "STATUS", "DISPENSE"]
    assert paper.acks > acks


def test_a_dead_device_leaves_the_order_unknown_and_is_named() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.dispense(7, ASKED)
    driver.poll(paper.now_ms)
    driver.take_output()
    paper.dead = True
    paper.run(70_000)
    assert outcome(paper).ending is Ending.UNKNOWN
    paper.run(30_000)
    assert [fault for fault in paper.faults() if fault[0] == "NO_ANSWER"] == [("NO_ANSWER", True, "")]  # said once
    paper.dead = False
    paper.run(3_000)
    assert ("NO_ANSWER", False, "") in paper.faults()
    assert isinstance(paper.events[-1], Found)


# -- the link


def test_unplugged_after_the_order_and_asked_after_replugging() -> None:
    paper = Paper(faults_of={DISPENSE: ["lost"]})
    driver = paper.ready()
    driver.dispense(7, ASKED)
    paper.run(100)
    driver.link_lost("gone", paper.now_ms)
    assert paper.ended() == []
    assert paper.faults() == [("LINK_LOST", True, "gone")]
    paper.now_ms += 5_000
    driver.link_up(paper.now_ms)
    paper.run(1_000)
    assert outcome(paper) == Ended(7, DISPENSE, Ending.FULL, "", FULL)
    assert isinstance(paper.events[-1], Found)


def test_unplugged_after_the_order_and_told_while_it_is_asked_who_it_is() -> None:
    paper = Paper(faults_of={DISPENSE: ["late_acked"]})
    driver = paper.ready()
    driver.dispense(7, ASKED)
    paper.run(300)
    driver.link_lost("pulled", paper.now_ms)
    paper.dead = True
    driver.link_up(paper.now_ms)
    paper.run(1_000)
    paper.release()
    assert outcome(paper).ending is Ending.FULL
    paper.dead = False
    paper.run(5_000)
    assert driver.ready


def test_unplugged_for_good_is_unknown() -> None:
    paper = Paper(faults_of={DISPENSE: ["lost"]})
    driver = paper.ready()
    driver.dispense(7, ASKED)
    paper.run(100)
    driver.link_lost("gone", paper.now_ms)
    wake = driver.poll(paper.now_ms)
    assert wake is not None
    driver.poll(wake)
    assert outcome(paper) == Ended(7, DISPENSE, Ending.UNKNOWN, "link lost", ())
    assert driver.poll(wake) is None


def test_an_order_that_was_not_sent_before_unplugging_is_refused() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.dispense(7, ASKED)
    driver.link_lost("gone", paper.now_ms)
    assert outcome(paper).ending is Ending.REFUSED
    driver.dispense(8, ASKED)
    assert paper.ended()[-1] == Ended(8, DISPENSE, Ending.REFUSED, "other", ())


def test_noise_is_a_wrong_device() -> None:
    paper = Paper(dead=True)
    driver = paper.driver()
    for _ in range(20):
        driver.receive(b"hello", paper.now_ms)
        paper.run(400)
    assert [fault[:2] for fault in paper.faults()] == [("WRONG_DEVICE", True)]


# -- faults


def test_state_faults_come_and_go() -> None:
    paper = Paper()
    paper.ready()
    paper.state = state(sensors=0x12, low=(1,), out=(2,))
    paper.run(5_000)
    up = [("CASSETTE_LOW", True, "cassette 1"), ("CASSETTE_OUT", True, "cassette 2")]
    assert set(paper.faults()) == {*up, ("REJECT_OUT", True, ""), ("DISPENSER_JAM", True, "00")}
    paper.facts.clear()
    paper.state = state()
    paper.run(5_000)
    assert {fault[:2] for fault in paper.faults()} == {
        ("CASSETTE_LOW", False),
        ("CASSETTE_OUT", False),
        ("REJECT_OUT", False),
        ("DISPENSER_JAM", False),
    }


def test_a_jam_stays_until_somebody_was_there() -> None:
    paper = Paper(results=[(3, {1: (2, 0)})])
    assert paid(paper, 5_000).reason == "jam"
    assert paper.faults() == [("DISPENSER_JAM", True, "03")]
    paper.state = state(out=(1,))
    paper.run(5_000)
    paper.state = state()
    paper.run(5_000)
    assert ("DISPENSER_JAM", False, "03") in paper.faults()


def test_a_good_test_note_clears_a_jam() -> None:
    paper = Paper(results=[(3, {1: (2, 0)})])
    paid(paper)
    paper.it.test(1)
    paper.run(1_000)
    assert paper.faults() == [("DISPENSER_JAM", True, "03"), ("DISPENSER_JAM", False, "03")]


def test_notes_of_a_wrong_cassette_lock_it() -> None:
    paper = Paper(results=[(0x41, {1: (3, 0)})])
    assert paid(paper).ending is Ending.UNKNOWN
    assert paper.faults() == [("WRONG_NOTES", True, "41")]


def test_an_empty_cassette_is_named_and_forgotten_when_it_was_refilled() -> None:
    paper = Paper(results=[(1, {1: (3, 0), 2: (1, 0)})])
    paid(paper, 3_000)
    assert paper.faults() == [("CASSETTE_EMPTY", True, "cassette 2")]
    paper.state = state(out=(2,))
    paper.run(5_000)
    assert ("CASSETTE_EMPTY", False, "cassette 2") in paper.faults()


def test_a_technicians_restart_resets_and_asks_anew() -> None:
    paper = Paper(results=[(3, {1: (2, 0)})])
    paid(paper, 3_000)
    paper.it.restart()
    paper.run(5_000)
    assert "RESET" in paper.names()
    assert paper.faults()[-1] == ("DISPENSER_JAM", False, "03")
    assert isinstance(paper.events[-1], Found)


def test_firmware_that_answers_a_reset_twice() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.restart()
    paper.run(3_000)
    driver.receive(response(RESET, b""), paper.now_ms)
    assert driver.take_output() == b"\x06"
    paper.run(2_000)
    assert paper.names("STATUS", "LAST", "SERIAL") == ["RESET"]


@settings(max_examples=60, deadline=None)
@given(
    chunks=st.lists(st.binary(max_size=30), max_size=20), gaps=st.lists(st.integers(1, 900), min_size=20, max_size=20)
)
def test_no_noise_makes_it_raise_or_pay(chunks: list[bytes], gaps: list[int]) -> None:
    facts: list[object] = []
    driver = Lcdm4000("dispenser", facts.append, cassettes=CASSETTES)
    driver.link_up(0)
    sent, now_ms = b"", 0
    for chunk, gap in zip(chunks, gaps, strict=False):
        now_ms += gap
        driver.receive(chunk, now_ms)
        driver.poll(now_ms)
        sent += driver.take_output()
    assert b"\x02\x52" not in sent


FAULTS = st.sampled_from(["", "deaf", "ack_lost", "lost", "mute", "nak", "damaged", "no_eot"])


@settings(max_examples=80, deadline=None)
@given(
    orders=st.lists(st.tuples(FAULTS, st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4),
    noise=st.lists(st.tuples(st.sampled_from([STATUS, LAST, SERIAL]), FAULTS), max_size=6),
    serial=st.sampled_from([None, 5]),
)
def test_whatever_gets_lost_no_order_is_carried_out_twice_and_a_certain_outcome_is_true(
    orders: list[tuple[str, int, int]], noise: list[tuple[int, str]], serial: int | None
) -> None:
    paper = Paper(serial=serial)
    driver = paper.ready()
    done: list[bytes] = []
    data_of = paper._data

    def counting(code: int, data: bytes) -> bytes:
        answer = data_of(code, data)
        if code == DISPENSE:
            done.append(answer)
        return answer

    paper._data = counting  # type: ignore[method-assign]
    for number, (fault, ones, tens) in enumerate(orders, 1):
        for code, other in noise:
            paper.faults_of.setdefault(code, []).append(other)
        paper.faults_of[DISPENSE] = [fault]
        before = len(done)
        driver.dispense(number, {1: ones, 2: tens})
        paper.run(200_000)
        ended = paper.ended()[-1]
        assert ended.order == number
        assert len(done) - before <= 1
        if ended.ending is Ending.FULL:
            assert len(done) - before == 1
        elif ended.ending is Ending.REFUSED:
            assert len(done) == before
    assert len(paper.ended()) == len(orders)
