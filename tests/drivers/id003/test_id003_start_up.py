"""From the first status to ready: identified, set, and what it says of the time before. Which notes it knows and lets in."""

from __future__ import annotations

import pytest

from drivers.id003.codec import Frame
from drivers.id003.driver import Id003Acceptor
from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    NoteReturned,
)
from tests.drivers.id003.id003_script import (
    CURRENCY,
    ENABLE,
    IDENTITY,
    INHIBIT,
    INVALID,
    OPTION,
    POLL,
    READY,
    RESET,
    RETURN,
    SETTINGS,
    SILENCE,
    VALUES,
    VERSION,
    Paper,
    raw,
    started,
    then,
)

# -- start-up: the past first, then ready


def test_power_up_is_identified_reset_set_and_told_before_anything_else() -> None:
    paper = Paper(on={RESET: then("1B", "1B", "1A")})
    assert started(paper, "40") == [AcceptorPast("none", 0, False, ()), READY]
    assert paper.names("POLL") == [*IDENTITY, "RESET", *SETTINGS, "CURRENCY"]
    assert sorted(paper.it.values_fen) == sorted(VALUES.values())
    assert paper.faults() == []


def test_everything_is_set_while_the_unit_initialises_and_no_note_is_allowed_yet() -> None:
    paper = Paper(on={RESET: then("1B", "1B", "1A")})
    started(paper, "40")
    said = {name: data.hex() for _, name, data in paper.commands if name in SETTINGS}
    assert said == {"ENABLE": "ffff", "SECURITY": "0000", "DIRECTION": "00", "OPTION": "0200", "MODE": "00"}
    assert "INHIBIT" not in paper.names()


def test_a_note_in_the_acceptor_at_power_up_is_the_past_and_goes_back_in_the_reset() -> None:
    paper = Paper(on={RESET: then("1B", "1A")})
    assert started(paper, "41")[0] == AcceptorPast("path", 0, False, ())
    paper.it.give_back(0)  # a note of the life before this one
    assert paper.news()[-1] == NoteReturned(0, 0)


def test_a_note_in_the_stacker_that_is_valid_after_the_reset_is_credited_as_past_and_not_as_news() -> None:
    paper = Paper(on={RESET: then("1B", "15", "1B", "1A")})
    news = started(paper, "42")
    assert news == [AcceptorPast("stacker", 0, True, ()), AcceptorPast("stacker", 0, True, ()), READY]
    assert paper.acks == 1


def test_what_power_recovery_credits_is_told_before_it_is_acknowledged() -> None:
    paper = Paper(on={RESET: then("1B", "15", "1A")})
    paper.statuses = ["42"]
    driver = paper.driver()
    while paper.statuses[0] != "15":
        paper.run(50)
    driver.poll(paper.now_ms)
    while driver.take_output()[2:3] != b"\x11":
        paper.now_ms += 10
        driver.poll(paper.now_ms)
    assert paper.news() == []
    driver.receive(raw("15"), paper.now_ms)
    assert paper.news() == [AcceptorPast("stacker", 0, True, ())]
    assert driver.take_output() == Frame(0x50).encode()  # the reactor holds it until that fact is on disk


def test_a_note_in_the_stacker_that_is_never_valid_is_not_credited() -> None:
    assert started(Paper(on={RESET: then("1B", "1A")}), "42")[0] == AcceptorPast("stacker", 0, False, ())


@pytest.mark.parametrize(
    ("first", "past"),
    [
        (["15", "16", "11"], AcceptorPast("stacker", 0, True, ())),
        (["14", "15", "16", "11"], AcceptorPast("stacker", 0, True, ())),
        (["16", "11"], AcceptorPast("stacker", 0, True, ())),
        (["14", "11"], AcceptorPast("stacker", 0, False, ())),
        (["14", "18", "11"], AcceptorPast("path", 0, False, ())),
        (["18", "11"], AcceptorPast("path", 0, False, ())),
        (["17", "11"], AcceptorPast("path", 0, False, ())),
        (["12", "11"], AcceptorPast("path", 0, False, ())),
        (["11"], AcceptorPast("none", 0, False, ())),
        (["1A"], AcceptorPast("none", 0, False, ())),
        (["47", "11"], AcceptorPast("unknown", 0, False, ())),
    ],
)
def test_the_first_status_of_a_running_unit_is_history_and_it_is_not_reset(
    first: list[str], past: AcceptorPast
) -> None:
    paper = Paper()
    news = started(paper, *first)
    assert news[-2:] == [past, READY]
    assert not [fact for fact in news if not isinstance(fact, AcceptorPast | DeviceReady)]
    assert "RESET" not in paper.names()
    assert paper.statuses == ["1A"]


@pytest.mark.parametrize("first", ["1366", "19"])
def test_a_note_that_an_earlier_life_left_in_escrow_is_given_back(first: str) -> None:
    paper = Paper(on={RETURN: then("18", "11")})
    value_fen = 10_000 if first == "1366" else 0
    assert started(paper, first) == [AcceptorPast("escrow", value_fen, False, ()), READY]
    assert paper.names("POLL", "INHIBIT") == [*IDENTITY, "RETURN", *SETTINGS, "CURRENCY"]
    paper.it.give_back(0)
    assert paper.news()[-1] == NoteReturned(0, value_fen)


def test_a_unit_that_was_credited_by_hand_in_the_last_life_says_so_once_more_after_a_flap_of_the_link() -> None:
    paper = Paper()
    started(paper, "15", "16", "11", for_ms=400)
    assert paper.acks == 1
    paper.it.link_lost("flap", paper.now_ms)
    paper.it.link_up(paper.now_ms)
    paper.run(3_000)
    assert [fact for fact in paper.news() if isinstance(fact, AcceptorPast)][-1] == AcceptorPast("stacker", 0, True, ())


@pytest.mark.parametrize(
    ("stopped", "fault", "position"),
    [
        ("45", "NOTE_JAM", "jam"),
        ("46", "BOX_JAM", "jam"),
        ("43", "BOX_FULL", "unknown"),
        ("44", "BOX_OUT", "unknown"),
        ("49A2", "DEVICE_FAILURE", "unknown"),
        ("49AB", "BOX_OUT", "unknown"),
    ],
)
def test_what_stopped_it_at_the_start_is_told_at_once_and_not_reset(stopped: str, fault: str, position: str) -> None:
    paper = Paper()
    assert started(paper, stopped) == [AcceptorPast(position, 0, False, ())]
    assert paper.names("POLL") == IDENTITY
    assert paper.faults() == [(fault, True)]


def test_a_unit_that_waited_long_for_its_box_is_no_failure_afterwards() -> None:
    paper = Paper()
    started(paper, "44", for_ms=120_000)
    paper.statuses = ["1B", "1B", "1A"]
    paper.run(5_000)
    assert paper.it.ready
    assert paper.faults() == [("BOX_OUT", True), ("BOX_OUT", False)]


def test_a_start_that_never_ends_is_a_failure_until_it_ends() -> None:
    paper = Paper()
    started(paper, "1B", for_ms=62_000)
    assert paper.faults() == [("DEVICE_FAILURE", True)]
    paper.statuses = ["1A"]
    paper.run(2_000)
    assert paper.it.ready
    assert paper.faults() == [("DEVICE_FAILURE", True), ("DEVICE_FAILURE", False)]


def test_a_unit_without_power_recovery_works_and_the_probe_says_so() -> None:
    paper = Paper(answers={OPTION: [INVALID] * 9})
    assert started(paper, "1A")[-1] == READY
    assert "power recovery refused" in paper.it.probe_lines()


def test_a_setting_that_got_no_answer_is_said_again() -> None:
    paper = Paper(answers={OPTION: [SILENCE, SILENCE]})
    assert started(paper, "1A")[-1] == READY
    assert paper.names().count("OPTION") == 3


def test_a_unit_that_loses_power_between_two_settings_is_reset_and_set_anew() -> None:
    def dark(paper: Paper) -> None:
        paper.on.pop(OPTION)
        paper.statuses = ["40"]

    paper = Paper(answers={OPTION: [SILENCE]}, on={OPTION: dark, RESET: then("1B", "1A")})
    assert started(paper, "1A")[-1] == READY
    assert paper.names("POLL") == [*IDENTITY, *SETTINGS[:4], "RESET", *SETTINGS, "CURRENCY"]


def test_a_box_that_goes_out_during_the_start_takes_the_settings_with_it() -> None:
    paper = Paper(answers={POLL: [b"\x1b", b"\x1b", b"\x44", b"\x1b"]})
    assert started(paper, "1A")[-1] == READY
    assert paper.names("POLL") == [*IDENTITY, *SETTINGS, *SETTINGS, "CURRENCY"]


def test_what_the_unit_credited_stays_credited_whatever_happens_in_the_same_start() -> None:
    assert started(Paper(), "15", "45", "1A")[-2] == AcceptorPast("stacker", 0, True, ())


@pytest.mark.parametrize("refused", [VERSION, CURRENCY, ENABLE, OPTION])
def test_one_invalid_command_is_an_accident(refused: int) -> None:
    paper = Paper(answers={refused: [INVALID]})
    assert started(paper, "1A")[-1] == READY
    assert paper.faults() == []
    assert paper.it.values_fen
    assert "power recovery on" in paper.it.probe_lines()


def test_a_technicians_restart_is_heard_while_a_wrong_device_is_left_alone() -> None:
    paper = Paper(answers={VERSION: [INVALID] * 3}, on={RESET: then("1B", "1A")})
    started(paper, "49A9", for_ms=1_500)
    assert paper.faults() == [("DEVICE_FAILURE", True), ("WRONG_DEVICE", True)]
    paper.it.restart()
    paper.run(8_000)
    assert "RESET" in paper.names()
    assert paper.news()[-1] == READY


@pytest.mark.parametrize("refused", [VERSION, ENABLE])
def test_something_that_is_no_such_unit_is_named(refused: int) -> None:
    paper = Paper(answers={refused: [INVALID] * 9})
    assert started(paper, "1A") == []
    assert ("WRONG_DEVICE", True) in paper.faults()


def test_its_own_echo_is_no_unit() -> None:
    """A plug that loops the line: every command comes back, and STATUS REQUEST has the bytes of IDLING."""
    facts: list[object] = []
    driver = Id003Acceptor("acceptor", facts.append, first_note=1)
    driver.link_up(0)
    driver.accept_only([100])
    now_ms = 0
    while now_ms < 30_000:
        now_ms = max(now_ms + 1, driver.poll(now_ms) or 0)
        driver.receive(driver.take_output(), now_ms)
    assert not driver.ready
    assert [fact for fact in facts if not hasattr(fact, "code")] == []
    assert [getattr(fact, "code", "") for fact in facts] == ["WRONG_DEVICE"]


# -- which notes it knows


def test_a_table_of_another_country_stops_notes() -> None:
    paper = Paper()
    paper.driver(countries=(0x01,))
    paper.run(3_000)
    assert paper.faults() == [("NOTE_TABLE", True)]
    assert list(paper.it.values_fen) == []


def test_a_unit_that_does_not_tell_its_notes_is_told_by_config() -> None:
    paper = Paper(answers={CURRENCY: [INVALID] * 9})
    paper.driver(notes={0x61: 1_000, 0x62: 5_000, 0x99: 1})
    paper.run(3_000)
    assert sorted(paper.it.values_fen) == [1_000, 5_000]
    assert paper.faults() == []


def test_a_unit_that_does_not_tell_and_a_config_that_does_not_either_stop_notes() -> None:
    paper = Paper(answers={CURRENCY: [INVALID] * 9})
    paper.driver()
    paper.run(3_000)
    assert paper.faults() == [("NOTE_TABLE", True)]


@pytest.mark.parametrize(("notes", "agree"), [({0x65: 5_000}, True), ({0x65: 10_000}, False), ({0x6A: 5_000}, False)])
def test_a_config_that_contradicts_the_unit_stops_notes(notes: dict[int, int], agree: bool) -> None:
    paper = Paper()
    paper.driver(notes=notes)
    paper.run(3_000)
    assert bool(paper.it.values_fen) is agree
    assert paper.faults() == ([] if agree else [("NOTE_TABLE", True)])


def test_masks_are_changed_while_inhibited_and_only_asked_notes_are_let_in() -> None:
    paper = Paper()
    driver = paper.ready()
    driver.accept_only([5_000, 10_000])
    paper.run(1_000)
    driver.accept_only([10_000, 5_000])
    paper.run(1_000)
    assert [(name, data.hex()) for _, name, data in paper.commands if name != "POLL"] == [
        ("INHIBIT", "01"),
        ("ENABLE", "cfff"),
        ("INHIBIT", "00"),
    ]
    driver.accept_only([])
    paper.run(2_000)
    assert paper.names("POLL") == ["INHIBIT", "ENABLE", "INHIBIT", "INHIBIT"]
    assert paper.statuses == ["1A"]


@pytest.mark.parametrize("lost", [INHIBIT, ENABLE])
def test_a_mask_whose_echo_was_lost_is_said_again_within_two_seconds(lost: int) -> None:
    paper = Paper()
    driver = paper.ready()
    paper.answers[lost] = [SILENCE]
    driver.accept_only([100])
    paper.run(3_000)
    assert paper.statuses == ["11"]
    assert [data.hex() for _, name, data in paper.commands if name == "ENABLE"][-1] == "feff"


def test_a_unit_that_does_not_obey_inhibit_is_told_once_a_second() -> None:
    paper = Paper()
    driver = paper.ready()
    paper.statuses = ["11", "11"]  # more than one: paper does not obey
    paper.on[POLL] = then("11", "11")
    driver.accept_only([])
    paper.run(5_000)
    assert 4 <= paper.names().count("INHIBIT") <= 6


def test_after_a_box_change_everything_is_set_again() -> None:
    paper = Paper()
    paper.ready()
    paper.statuses = ["44", "44", "1B", "1A"]
    paper.run(3_000)
    assert paper.names("POLL", "INHIBIT") == [*IDENTITY, *SETTINGS, "CURRENCY", "ENABLE"]
    assert paper.statuses == ["11"]
    assert paper.faults() == [("BOX_OUT", True), ("BOX_OUT", False)]
