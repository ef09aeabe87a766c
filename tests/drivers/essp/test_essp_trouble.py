"""Bad lines, pulled plugs, resets and lasting troubles: no note is credited twice, none is forgotten."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.essp.codec import Packet
from drivers.essp.line import ANSWER_MS, SENDS
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_acceptor import (
    NoteHeld,
    NoteJammed,
    NoteMoving,
    NoteOurs,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from tests.drivers.essp.essp_script import READY, Paper, held

BOTH = pytest.mark.parametrize("acks", [True, False], ids=["acknowledged", "plain"])
OUTCOMES = (NoteOurs, NoteReturned, NoteJammed, NoteUncertain, NoteReturnUncertain)


def outcomes(unit: Paper) -> list[Fact]:
    return [fact for fact in unit.facts if isinstance(fact, OUTCOMES)]


def stacking(acks: bool = True, **options: int | None) -> Paper:
    """The note was accepted, and nothing was heard of it yet."""
    unit = Paper(keys=acks, acks=acks, **options)  # type: ignore[arg-type]
    driver = held(unit)
    driver.stack(1)
    unit.run(10)
    assert unit.accepted == 1
    return unit


# -- the line


@BOTH
def test_a_lost_answer_is_asked_for_with_the_same_bytes_and_nothing_is_done_twice(acks: bool) -> None:
    unit = stacking(acks)
    unit.events = ["CCEE05EB"]
    unit.mute = 3
    unit.run(6_000)
    assert outcomes(unit) == [NoteOurs(1, 5_000)]
    packets = [raw for _, raw in unit.sent]
    assert max(packets.count(raw) for raw in packets) >= 4 or len(set(packets)) < len(packets)


@BOTH
def test_a_lost_accept_is_accepted_once(acks: bool) -> None:
    unit = Paper(keys=acks, acks=acks)
    driver = held(unit)
    driver.stack(1)
    unit.deaf = 2
    unit.run(2_500)
    assert unit.accepted == 1
    unit.events = ["CCEE05EB"]
    unit.run(1_000)
    assert outcomes(unit) == [NoteOurs(1, 5_000)]


def test_a_copy_that_comes_late_is_no_answer() -> None:
    unit = Paper()
    unit.ready()
    unit.events = ["EF00"]
    unit.run(210)
    stale = unit._stored
    for _ in range(5):
        unit.it.receive(stale, unit.now_ms)
        unit.run(210)
    assert unit.news() == [NoteMoving()]


def test_a_silence_is_told_after_5_s_and_the_session_goes_on_behind_it() -> None:
    unit = Paper()
    unit.ready()
    unit.gone = True
    unit.run(4_500)
    assert unit.faults() == []
    unit.run(1_500)
    assert unit.faults() == [("NO_ANSWER", True)]
    unit.gone = False
    unit.run(2_000)
    assert unit.faults() == [("NO_ANSWER", True), ("NO_ANSWER", False)]
    assert unit.news() == [READY]
    assert "SYNC" not in unit.commands
    assert unit.enabled


def test_a_session_is_given_up_after_twenty_sends_and_found_again() -> None:
    unit = Paper()
    unit.ready()
    unit.gone = True
    unit.run(SENDS * ANSWER_MS + 1_000)
    assert len({raw for _, raw in unit.sent}) == 2  # the packet, and then SYNC
    unit.gone = False
    unit.run(8_000)
    assert isinstance(unit.news()[-1], DeviceReady)
    assert unit.enabled


def test_noise_is_another_device() -> None:
    unit = Paper(gone=True)
    driver = unit.driver()
    for _ in range(8):
        unit.run(1_000)
        driver.receive(b"\x02\x03\x06hello", unit.now_ms)
    assert unit.faults() == [("WRONG_DEVICE", True)]


def test_our_own_bytes_on_a_looped_line_prove_no_unit() -> None:
    unit = Paper(gone=True)
    driver = unit.driver()
    for _ in range(40):
        driver.poll(unit.now_ms)
        driver.receive(driver.take_output(), unit.now_ms)
        unit.now_ms += 500
    assert not driver.ready
    assert unit.faults() == [("WRONG_DEVICE", True)]


# -- the plug


@BOTH
@pytest.mark.parametrize("dark_ms", [500, 4_000])
def test_what_was_under_way_when_the_plug_was_pulled_is_heard_after_it(acks: bool, dark_ms: int) -> None:
    """The answer was lost with the link; the unit keeps it until it hears the next packet."""
    unit = stacking(acks, stacked=None)
    unit.events = ["CCEE05EB"]
    unit.mute = 1
    unit.run(250)
    unit.it.link_lost("plug", unit.now_ms)
    unit.now_ms += dark_ms
    unit.it.link_up(unit.now_ms)
    unit.run(9_000)
    assert outcomes(unit) == [NoteOurs(1, 5_000)]
    assert isinstance(unit.news()[-1], DeviceReady)


def test_a_note_in_escrow_goes_back_when_the_plug_was_out() -> None:
    unit = Paper()
    held(unit)
    unit.it.link_lost("plug", unit.now_ms)
    unit.now_ms += 2_000
    unit.events = ["EDEC"]
    unit.it.link_up(unit.now_ms)
    unit.run(9_000)
    assert outcomes(unit) == [NoteReturned(1, 5_000)]
    assert unit.accepted == 0


def test_a_note_is_given_up_while_the_plug_is_out_and_may_still_be_ours() -> None:
    unit = stacking(stacked=None)
    unit.it.link_lost("plug", unit.now_ms)
    for _ in range(40):
        unit.now_ms = unit.it.poll(unit.now_ms) or unit.now_ms + 1_000
    assert outcomes(unit) == [NoteUncertain(1, 5_000)]
    unit.events = ["CCEE05EB"]
    unit.it.link_up(unit.now_ms)
    unit.run(9_000)
    assert outcomes(unit) == [NoteUncertain(1, 5_000), NoteOurs(1, 5_000)]


def test_what_was_just_drawn_in_may_be_the_largest() -> None:
    unit = Paper()
    unit.ready()
    unit.events = ["EF00"]
    unit.run(300)
    unit.it.link_lost("plug", unit.now_ms)
    assert outcomes(unit) == [NoteReturnUncertain(1, 10_000)]


def test_an_acknowledgement_that_was_lost_credits_nothing_twice() -> None:
    unit = stacking(stacked=None)
    unit.events, unit.mute_to, unit.mute = ["CCEE05EB"], 0x57, 1
    unit.on[0x57] = lambda it: setattr(it, "gone", True)  # the link dies with the acknowledgement
    unit.run(250)
    unit.on.clear()
    assert outcomes(unit) == [NoteOurs(1, 5_000)]
    unit._told = "CCEE05EB"  # and the unit never heard it
    unit.run(25_000)
    unit.gone = False
    unit.run(9_000)
    assert outcomes(unit) == [NoteOurs(1, 5_000)]


# -- the unit starts again by itself


@pytest.mark.parametrize(
    ("told", "stacked", "outcome"),
    [
        (["F1", "E205"], 8, NoteOurs),
        (["F1", "E105"], 7, NoteReturned),
        (["F1"], 8, NoteOurs),
        (["F1"], 7, NoteReturned),
        (["F1"], None, NoteUncertain),
        (["F1"], 9, NoteUncertain),
        (["F1E9"], 7, NoteJammed),
    ],
    ids=str,
)
def test_a_reset_with_the_note_on_its_way(told: list[str], stacked: int | None, outcome: type[Fact]) -> None:
    unit = stacking(stacked=None if stacked is None else 7)
    unit.power_cycle(*told)
    unit.stacked = stacked
    unit.run(12_000)
    assert outcomes(unit) == [outcome(1, 5_000)]  # type: ignore[call-arg]


@BOTH
@pytest.mark.parametrize("told", [["EF00"], ["EF00", "EF05"]])
def test_a_reset_after_a_note_was_drawn_in(acks: bool, told: list[str]) -> None:
    unit = Paper(keys=acks, acks=acks)
    unit.ready()
    unit.events = told
    unit.run(900)
    unit.power_cycle("F1", "E205")
    unit.run(12_000)
    assert outcomes(unit) == [NoteOurs(1, 5_000)]


def test_a_reset_after_which_a_note_that_nobody_knows_is_stuck() -> None:
    unit = Paper()
    unit.ready()
    unit.events = ["EF00"]
    unit.run(300)
    unit.power_cycle("F1", "E9")
    unit.run(12_000)
    assert outcomes(unit) == [NoteJammed(1, 10_000)]


def test_polls_that_are_refused_are_told() -> None:
    unit = Paper()
    unit.ready()
    unit.answers[0x56] = [b"\xf6"]
    unit.run(1_000)
    assert [(fact.code, fact.up, fact.detail) for fact in unit.facts if isinstance(fact, Fault)] == [
        ("PROTOCOL", True, "F6"),
        ("PROTOCOL", False, "F6"),
    ]


def test_events_before_a_reset_in_the_same_answer_belong_to_before() -> None:
    unit = stacking(acks=False, stacked=None)
    unit.events = ["CCEE05EBF1", "F1", "E103"]
    unit.run(12_000)
    assert outcomes(unit) == [NoteOurs(1, 5_000)]
    assert isinstance(unit.news()[-1], DeviceReady)


def test_a_technicians_reset_gives_the_note_back() -> None:
    unit = Paper()
    driver = held(unit)
    unit.on[0x01] = lambda it: None
    driver.restart()
    unit.run(50)
    unit.power_cycle("F1", "E105")
    unit.run(12_000)
    assert outcomes(unit) == [NoteReturned(1, 5_000)]


# -- troubles


@pytest.mark.parametrize(
    ("code", "fault"), [("E7", "BOX_FULL"), ("E3", "BOX_OUT"), ("E0", "DEVICE_FAILURE"), ("E602", "CHEATED")]
)
@pytest.mark.parametrize("repeats", [1, 8])
def test_a_trouble_is_said_once_and_passes(code: str, fault: str, repeats: int) -> None:
    unit = Paper()
    unit.ready()
    unit.events = [code] * repeats
    unit.run(4_000)
    said = [("acceptor", fault, True, code[:2])]
    passed = [("acceptor", fault, False, code[:2])]
    told = [(f.device, f.code, f.up, f.detail) for f in unit.facts if isinstance(f, Fault)]
    assert told == (said if repeats == 1 else said + passed)
    unit.events = ["E4", "EF00"]
    unit.run(1_000)
    told = [(f.device, f.code, f.up, f.detail) for f in unit.facts if isinstance(f, Fault)]
    assert told == said + passed


def test_an_unknown_event_is_shown_raw_and_passes() -> None:
    unit = Paper()
    unit.ready()
    unit.events = ["CCB7EB"]
    unit.run(1_000)
    faults = [(fact.code, fact.up, fact.detail) for fact in unit.facts if isinstance(fact, Fault)]
    assert faults == [("PROTOCOL", True, "CC B7 EB"), ("PROTOCOL", False, "CC B7 EB")]


# -- whatever comes


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=st.lists(st.binary(max_size=8), max_size=8),
    acks=st.booleans(),
    order=st.sampled_from(["stack", "give_back", ""]),
    mute=st.integers(0, 3),
)
def test_no_events_break_the_driver_and_none_credits_a_note_twice(
    told: list[bytes], acks: bool, order: str, mute: int
) -> None:
    unit = Paper(keys=acks, acks=acks)
    driver = held(unit)
    if order:
        getattr(driver, order)(1)
    unit.events = [raw.hex() for raw in told]
    unit.mute = mute
    unit.run(15_000)
    unit.events, unit.lies = ["EC"], False
    unit.run(40_000)
    ends = [fact for fact in outcomes(unit) if getattr(fact, "note", 0) == 1]
    assert ends
    assert len(ends) == 1 or (len(ends) == 2 and isinstance(ends[1], NoteOurs) and not isinstance(ends[0], NoteOurs))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(noise=st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=40)), max_size=10), acks=st.booleans())
def test_noise_between_the_answers_credits_nothing(noise: list[tuple[int, bytes]], acks: bool) -> None:
    unit = Paper(keys=acks, acks=acks)
    driver = held(unit)
    for pause_ms, raw in noise:
        driver.receive(raw, unit.now_ms)
        unit.run(pause_ms + 1)
    driver.stack(1)
    unit.run(5_000)
    unit.events = ["CCEE05EB"]
    unit.run(30_000)
    assert outcomes(unit) == [NoteOurs(1, 5_000)]
    assert [fact for fact in unit.facts if isinstance(fact, NoteHeld)] == []


ODD_ANSWERS = st.dictionaries(
    st.sampled_from(
        [0x01, 0x02, 0x05, 0x06, 0x08, 0x09, 0x0A, 0x0C, 0x17, 0x18, 0x20, 0x21, 0x4A, 0x4B, 0x4C, 0x57, 0x58]
    ),
    st.lists(
        st.sampled_from([b"\xf0", b"\xf2", b"\xf5", b"\xfa", b""]) | st.binary(min_size=1, max_size=40), max_size=3
    ),
    max_size=6,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(answers=ODD_ANSWERS, acks=st.booleans(), early=st.booleans())
def test_no_answer_with_a_good_check_sum_breaks_the_driver_or_credits_a_note(
    answers: dict[int, list[bytes]], acks: bool, early: bool
) -> None:
    """Above the check sum, and above the encryption where there is one; what is not understood is asked again in the end."""
    unit = Paper(keys=acks, acks=acks)
    driver = unit.driver() if early else held(unit)
    unit.answers = {code: list(given) for code, given in answers.items()}
    driver.accept_only([5_000])
    unit.run(20_000)
    driver.restart()
    unit.run(60_000)
    assert not any(isinstance(fact, NoteOurs) for fact in unit.facts)
    assert len(outcomes(unit)) == (0 if early else 1)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    strangers=st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=20), st.integers(0, 300)), max_size=10),
    tell_tale=st.booleans(),
)
def test_strange_packets_credit_nothing_on_an_encrypted_line(
    strangers: list[tuple[int, bytes, int]], tell_tale: bool
) -> None:
    unit = Paper()
    driver = held(unit)
    for bit, data, pause_ms in strangers:
        payload = b"\xf0\xee\x05\xeb" + data if tell_tale else data
        driver.receive(Packet(bit, payload).encode(), unit.now_ms)
        unit.run(pause_ms + 1)
    unit.run(10_000)
    assert not any(isinstance(fact, NoteOurs) for fact in unit.facts)
    driver.stack(1)
    unit.run(500)
    unit.events = ["CCEE05EB"]
    unit.run(60_000)
    assert len(outcomes(unit)) == 1
