"""Power and links that fail, answers that are late, doubled or damaged, the manners of the wire, and the laws."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.id003.codec import Frame
from drivers.id003.driver import Id003Acceptor
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    NoteHeld,
    NoteJammed,
    NoteMoving,
    NoteOurs,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from tests.drivers.id003.id003_script import (
    BOOT,
    OUTCOMES,
    POLL,
    READY,
    RESET,
    RETURN,
    SILENCE,
    STACK,
    VALUES,
    VERSION,
    VERSION_TEXT,
    Paper,
    golden,
    held,
    raw,
    then,
)

# -- power and links


def test_a_unit_that_lost_power_with_a_note_in_escrow_gave_it_back() -> None:
    paper = Paper(on={RESET: then("1B", "1A")})
    held(paper)
    paper.statuses = ["41"]
    paper.run(4_000)
    assert paper.news()[0] == NoteReturned(1, 5_000)
    assert paper.news()[-2:] == [AcceptorPast("none", 0, False, ()), READY]


@pytest.mark.parametrize(
    ("after", "outcome"),
    [(["1B", "15", "1B", "1A"], NoteOurs(1, 5_000)), (["1B", "1A"], NoteUncertain(1, 5_000))],
)
def test_a_unit_that_lost_power_while_stacking(after: list[str], outcome: object) -> None:
    paper = Paper(on={STACK: then("14", "42"), RESET: then(*after)})
    held(paper).stack(1)
    paper.run(5_000)
    assert [fact for fact in paper.news() if isinstance(fact, OUTCOMES)] == [outcome]
    assert READY in paper.news()


def test_a_credited_note_whose_ack_was_lost_in_a_power_cut_of_the_unit_is_not_credited_again() -> None:
    paper = Paper(deaf=1, on={STACK: then("15", "42"), RESET: then("1B", "15", "1A")})
    held(paper).stack(1)
    paper.run(150)
    paper.statuses = ["42"]
    paper.run(5_000)
    assert [fact for fact in paper.news() if isinstance(fact, OUTCOMES)] == [NoteOurs(1, 5_000)]
    assert not any(fact.credited for fact in paper.news() if isinstance(fact, AcceptorPast))
    assert READY in paper.news()


def test_a_powerful_unit_that_initialises_by_itself_is_set_again_and_the_note_came_back() -> None:
    paper = Paper()
    held(paper)
    paper.statuses = ["1B", "1A"]
    paper.run(3_000)
    assert paper.news()[0] == NoteReturned(1, 5_000)
    assert "RESET" not in paper.names()


def test_unplugging_while_stacking_and_the_same_note_after_replugging() -> None:
    paper = Paper(on={STACK: then("14")})
    driver = held(paper)
    driver.stack(1)
    paper.run(200)
    driver.link_lost("gone", paper.now_ms)
    assert paper.faults() == [("LINK_LOST", True)]
    assert driver.take_output() == b""
    paper.now_ms += 8_000
    paper.statuses = ["15", "16", "11"]
    driver.link_up(paper.now_ms)
    paper.run(3_000)
    assert paper.news() == [NoteOurs(1, 5_000), AcceptorPast("none", 0, False, ()), READY]
    assert ("LINK_LOST", False) in paper.faults()


def test_a_link_that_breaks_between_credit_and_ack_credits_once() -> None:
    paper = Paper(on={STACK: then("15", "16", "11")})
    driver = held(paper)
    driver.stack(1)
    while not paper.news():
        driver.poll(paper.now_ms)
        sent = driver.take_output()
        paper.now_ms += 10
        if sent[2:3] == b"\x11":
            driver.receive(raw("15"), paper.now_ms)
        elif sent:
            driver.receive(raw("50"), paper.now_ms)
    driver.link_lost("gone", paper.now_ms)
    driver.link_up(paper.now_ms)
    assert driver.take_output() == b""
    paper.statuses = ["15", "16", "11"]
    paper.run(3_000)
    assert [fact for fact in paper.news() if isinstance(fact, NoteOurs)] == [NoteOurs(1, 5_000)]
    assert paper.acks == 1


def test_a_note_in_escrow_over_a_broken_link_is_given_back() -> None:
    paper = Paper(on={RETURN: then("18", "11")})
    driver = held(paper)
    driver.link_lost("gone", paper.now_ms)
    driver.link_up(paper.now_ms)
    paper.run(3_000)
    assert paper.news() == [NoteReturned(1, 5_000), AcceptorPast("none", 0, False, ()), READY]


@pytest.mark.parametrize(("order", "outcome"), [(True, NoteUncertain), (False, NoteReturnUncertain)])
def test_a_link_that_stays_away_leaves_the_note_unknown(order: bool, outcome: type) -> None:
    paper = Paper(on={STACK: then("14")})
    driver = held(paper)
    if order:
        driver.stack(1)
    paper.run(200)
    driver.link_lost("gone", paper.now_ms)
    assert driver.poll(paper.now_ms + 1_000) is not None
    driver.poll(paper.now_ms + 31_000)
    assert paper.news() == [outcome(1, 5_000)]


def test_a_note_just_drawn_in_when_the_unit_falls_silent_may_be_any() -> None:
    paper = Paper()
    driver = paper.ready()
    paper.statuses = ["12"]
    paper.run(300)
    driver.link_lost("gone", paper.now_ms)
    assert paper.news() == [NoteMoving(), NoteReturnUncertain(1, 10_000)]


def test_absent_after_five_seconds_and_back_by_itself() -> None:
    paper = Paper(on={RESET: then("1B", "1A")})
    paper.ready()
    paper.statuses = [""]
    paper.run(4_500)
    assert paper.faults() == []
    paper.run(30_000)
    assert paper.faults() == [("NO_ANSWER", True)]
    assert set(paper.names()) == {"POLL"}
    paper.statuses = ["40"]
    paper.run(6_000)
    assert paper.faults()[1:] == [("NO_ANSWER", False)]
    assert paper.news()[-1] == READY


def test_noise_instead_of_answers_is_a_wrong_device() -> None:
    paper = Paper(statuses=[""])
    driver = paper.driver()
    for _ in range(30):
        driver.receive(b"\r\nlogin: ", paper.now_ms)
        paper.run(300)
    assert paper.faults() == [("WRONG_DEVICE", True)]


# -- late, doubled and damaged answers (section 11, trap 7)


def test_a_late_vend_valid_of_the_note_before_does_not_credit_the_next_one() -> None:
    paper = Paper(on={STACK: then("14", "15", "16", "11")})
    driver = held(paper)
    driver.stack(1)
    paper.run(1_000)
    paper.answers[POLL] = [SILENCE]
    paper.run(600)
    paper.statuses = ["12", "1365"]
    paper.run(800)
    paper.on[STACK] = then("14")
    paper.answers[POLL] = [b"\x15"]  # the answer that was missing, in front of the true ones
    driver.stack(2)
    paper.run(600)
    assert [fact for fact in paper.news() if isinstance(fact, NoteOurs)] == [NoteOurs(1, 5_000)]
    paper.statuses = ["45"]
    paper.run(600)
    assert paper.news()[-1] == NoteJammed(2, 5_000)


def test_a_true_vend_valid_after_a_lost_answer_is_believed_the_second_time() -> None:
    paper = Paper(on={STACK: then("14", "15", "16", "11")})
    driver = held(paper)
    paper.answers[POLL] = [SILENCE]
    driver.stack(1)
    paper.run(2_000)
    assert paper.news() == [NoteOurs(1, 5_000)]


@pytest.mark.parametrize("lost", range(6))
def test_a_poll_gap_anywhere_in_a_note_changes_nothing(lost: int) -> None:
    answers = [b"\x12", b"\x13\x64", b"\x13\x64"]
    paper = Paper(on={STACK: then("14", "14", "15", "16", "11")})
    driver = paper.ready()
    answers.insert(lost, SILENCE)
    paper.answers[POLL] = answers if lost < 3 else answers[:3]
    paper.statuses = ["1364"]
    paper.run(2_000)
    assert NoteHeld(1, 2_000) in paper.news()
    if lost >= 3:
        paper.on[STACK] = lambda paper: (
            then("14", "14", "15", "16", "11")(paper),
            paper.answers.update({POLL: [b"\x14"] * (lost - 3) + [SILENCE]}),
        )[0]
    driver.stack(1)
    paper.run(2_000)
    assert [fact for fact in paper.news() if isinstance(fact, OUTCOMES)] == [NoteOurs(1, 2_000)]


def test_a_frame_that_nobody_asked_for_is_dropped() -> None:
    paper = Paper()
    driver = paper.ready()
    for stray in ("1365", "15", "05", "41", "45"):
        driver.receive(raw(stray), paper.now_ms)
    paper.run(500)
    assert paper.news() == []
    assert paper.faults() == []
    assert paper.acks == 0


def test_damaged_answers_are_asked_for_again() -> None:
    paper = Paper()
    paper.ready()
    paper.damage = 3
    paper.run(3_000)
    assert paper.faults() == []
    assert len(paper.commands) > 10


# -- manners


def test_golden_exchange_from_power_up_to_credit_byte_for_byte() -> None:
    """Section 9.1 but for the first mask, which lets no note in until one is wanted; polls and their answers are left out."""
    rows = [(d, bytes_) for name, d, bytes_, _ in golden() if name == "start-and-accept-50"]
    poll, refuse_all = Frame(0x11).encode(), Frame(0xC0, b"\xff\xff").encode()
    sent: list[bytes] = []
    paper = Paper(on={RESET: then("1B", "1A"), STACK: then("14", "15", "16")}, statuses=["40"])
    driver = paper.driver()
    take = driver.take_output

    def recording() -> bytes:
        output = take()
        sent.extend([output] if output else [])
        return output

    driver.take_output = recording  # type: ignore[method-assign]
    paper.run(3_000)
    driver.accept_only(list(VALUES.values()))
    paper.run(1_000)
    paper.statuses = ["12", "1365"]
    paper.run(500)
    driver.stack(1)
    paper.run(900)
    all_six = Frame(0xC0, b"\xc0\xff").encode()
    expected = [raw for d, raw in rows if d == "host" and raw != poll]
    expected = [refuse_all if raw[2] == 0xC0 else raw for raw in expected]
    said = [raw for raw in sent if raw != poll and raw[2] not in (VERSION, BOOT)]
    assert [raw for raw in said if raw != all_six] == expected
    assert paper.news()[-1] == NoteOurs(1, 5_000)


@pytest.mark.parametrize(("poll_ms", "period_ms"), [(100, 100), (150, 150), (200, 200), (20, 100), (900, 200)])
def test_the_poll_period_keeps_the_bounds_of_the_sheet(poll_ms: int, period_ms: int) -> None:
    paper = Paper()
    paper.ready(poll_ms=poll_ms)
    paper.run(5_000)
    polls = [when for when, name, _ in paper.commands if name == "POLL"]
    assert {b - a for a, b in pairwise(polls)} <= set(range(period_ms, period_ms + 8))


def test_a_resting_unit_is_polled_each_200_ms() -> None:
    paper = Paper()
    paper.driver()
    paper.run(2_000)
    paper.commands.clear()
    paper.run(6_000)
    assert len(paper.commands) <= 31


def test_the_ack_leaves_with_the_step_and_the_next_command_20_ms_later() -> None:
    paper = Paper(on={STACK: then("14", "15")})
    driver = held(paper)
    driver.stack(1)
    paper.run(90)
    while True:
        driver.poll(paper.now_ms)
        if driver.take_output()[2:3] == b"\x11":
            break
        paper.now_ms += 10
    driver.receive(raw("15"), paper.now_ms)
    assert driver.take_output() == Frame(0x50).encode()
    synced_ms = paper.now_ms + 270  # the journal was slow
    wake = driver.poll(synced_ms)
    assert driver.take_output() == b""
    assert wake == synced_ms + 20
    driver.poll(wake)
    assert driver.take_output() == Frame(0x11).encode()


def test_probe_only_asks() -> None:
    paper = Paper(statuses=["15"])
    paper.driver(look_only=True)
    paper.run(3_000)
    assert paper.it.ready
    assert set(paper.names()) == {"POLL", "VERSION", "BOOT", "CURRENCY"}
    assert paper.acks == 0
    lines = paper.it.probe_lines()
    assert f"version {VERSION_TEXT.decode()}" in lines
    assert "boot version B05" in lines
    assert "code 65 country 2D 5000 fen" in lines


def test_traits_and_orders_of_a_bulk_escrow() -> None:
    paper = Paper()
    driver = held(paper)
    driver.keep([1])
    driver.return_all([1])
    paper.run(200)
    assert paper.names("POLL") == []
    assert (driver.escrow_depth, driver.same_note_return, driver.can_identify_box, driver.bundle_notes) == (
        1,
        False,
        False,
        0,
    )
    assert (dict(driver.counters), list(driver.deposit_fen)) == ({}, [])


# -- laws


@settings(max_examples=60, deadline=None)
@given(
    chunks=st.lists(st.binary(max_size=30), max_size=20), gaps=st.lists(st.integers(1, 700), min_size=20, max_size=20)
)
def test_no_noise_makes_it_raise_or_invent_money(chunks: list[bytes], gaps: list[int]) -> None:
    facts: list[object] = []
    driver = Id003Acceptor("acceptor", facts.append, first_note=1)
    driver.link_up(0)
    now_ms = 0
    for chunk, gap in zip(chunks, gaps, strict=False):
        now_ms += gap
        driver.receive(chunk, now_ms)
        driver.poll(now_ms)
        driver.take_output()
    assert not any(isinstance(fact, NoteOurs | NoteHeld) for fact in facts)


FRAMES = st.one_of(
    st.sampled_from([row[2] for row in golden()]),
    st.builds(lambda code, data: Frame(code, data).encode(), st.integers(0, 255), st.binary(max_size=6)),
)


@settings(max_examples=60, deadline=None)
@given(given=st.lists(FRAMES, min_size=1, max_size=30), at=st.data())
def test_frames_out_of_turn_below_a_good_checksum_do_not_make_it_raise_nor_credit_what_was_never_held(
    given: list[bytes], at: st.DataObject
) -> None:
    """Above the checksum: every answer is a frame somebody made up, in place of the true one or beside it."""
    paper = Paper()
    driver = paper.ready()
    for frame in given:
        driver.poll(paper.now_ms)
        driver.take_output()
        paper.now_ms += at.draw(st.sampled_from([1, 40, 120, 400]))
        driver.receive(frame, paper.now_ms)
        for fact in paper.news():
            if isinstance(fact, NoteHeld):
                at.draw(st.sampled_from([driver.stack, driver.give_back, lambda note: None]))(fact.note)
    driver.take_output()
    held_notes = {fact.note: fact.value_fen for fact in paper.news() if isinstance(fact, NoteHeld)}
    ours = [(fact.note, fact.value_fen) for fact in paper.news() if isinstance(fact, NoteOurs)]
    assert all(held_notes.get(note) == value_fen for note, value_fen in ours)
    assert len(set(ours)) == len(ours)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_bit_flips_doubled_and_missing_bytes_in_a_whole_sale_cost_time_and_no_money(data: st.DataObject) -> None:
    """Below the checksum: a note's whole way with damage in any answers. It ends as ours once, or as nobody's guess."""
    paper = Paper(on={STACK: then("14", "15", "16", "11")})
    driver = paper.ready()
    hurt = data.draw(
        st.lists(st.tuples(st.sampled_from(["flip", "double", "cut", "none"]), st.integers(0, 300)), max_size=25)
    )
    answer = paper._answer

    def spoilt(frame: Frame) -> bytes:
        made = bytearray(answer(frame))
        how, where = hurt.pop(0) if hurt else ("none", 0)
        if made and how == "flip":
            made[where // 8 % len(made)] ^= 1 << where % 8
        elif made and how == "double":
            made.insert(where % len(made), made[where % len(made)])
        elif made and how == "cut":
            del made[where % len(made) :]
        return bytes(made)

    paper._answer = spoilt  # type: ignore[method-assign]
    paper.statuses = ["12", "1366"]
    paper.run(12_000)
    assert [fact for fact in paper.news() if isinstance(fact, NoteHeld)] == [NoteHeld(1, 10_000)]
    driver.stack(1)
    paper.run(20_000)
    assert [fact for fact in paper.news() if isinstance(fact, OUTCOMES)] == [NoteOurs(1, 10_000)]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_order_of_statuses_gives_each_note_exactly_one_outcome(data: st.DataObject) -> None:
    status = st.sampled_from(
        [
            "11",
            "12",
            "14",
            "15",
            "16",
            "1771",
            "18",
            "19",
            "1A",
            "1365",
            "1366",
            "43",
            "44",
            "45",
            "48",
            "49A2",
            "1B",
            "41",
        ]
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
    ours = [fact.note for fact in paper.news() if isinstance(fact, NoteOurs)]
    others = [fact.note for fact in paper.news() if isinstance(fact, OUTCOMES) and not isinstance(fact, NoteOurs)]
    assert len(set(held_notes)) == len(held_notes)
    assert len(set(ours)) == len(ours)
    assert len(set(others)) == len(others)
    assert set(held_notes) <= {*ours, *others}
    returned = {fact.note for fact in paper.news() if isinstance(fact, NoteReturned)}
    assert not returned & set(ours)
