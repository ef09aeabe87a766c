"""Starts: who is there, keys, and what was before; a note that an earlier life left there is never polled into the box."""

from __future__ import annotations

import pytest

from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_acceptor import AcceptorPast, NoteHeld, NoteReturned, NoteUncertain
from tests.drivers.essp.essp_script import FAIL, LOOKS, PROTOCOL, READY, UNKNOWN, Paper, held, setup_data, started

COUNT = (("stacked", 7),)
BOTH = pytest.mark.parametrize("acks", [True, False], ids=["acknowledged", "plain"])


def test_a_unit_at_rest_is_identified_disabled_and_has_no_past() -> None:
    unit = Paper()
    assert started(unit) == [AcceptorPast("none", 0, False, COUNT), READY]
    assert unit.commands[:12] == ["SYNC", *LOOKS, "DISABLE", "REJECT", "GENERATOR", "MODULUS", "EXCHANGE"]
    assert sorted(unit.it.values_fen) == [100, 500, 1_000, 2_000, 5_000, 10_000]
    assert not unit.enabled
    assert "line encrypted" in unit.it.probe_lines()


def test_nothing_is_sent_in_plain_once_the_keys_are_agreed() -> None:
    unit = Paper()
    unit.ready()
    unit.run(2_000)
    assert unit.sent
    assert all(raw[3] == 0x7E for _, raw in unit.sent)


@pytest.mark.parametrize("way", ["no keys", "no acknowledgements", "no counter"])
def test_what_a_unit_does_not_know_is_done_without(way: str) -> None:
    unit = Paper(keys=way != "no keys", acks=way == "no counter", stacked=None if way == "no counter" else 7)
    assert started(unit)[-1] == READY
    assert unit.faults() == []
    assert ("ASK" in unit.commands[-5:]) == (way == "no counter")


def test_another_fixed_key_is_silence_so_it_goes_on_in_plain_and_says_so() -> None:
    unit = Paper()
    assert started(unit, 40_000, fixed_key=1)[-1] == READY
    assert "line plain" in unit.it.probe_lines()
    assert ("PROTOCOL", True) in unit.faults()


def test_a_note_left_in_escrow_goes_back_and_is_never_polled_in() -> None:
    unit = Paper(lies=True, events=["ED", "EC"])
    assert started(unit) == [AcceptorPast("escrow", 0, False, COUNT), READY]
    assert (unit.accepted, unit.lies) == (0, False)
    unit.it.give_back(-3)
    assert unit.facts[-1] == NoteReturned(-3, 0)


@BOTH
def test_a_note_that_reaches_escrow_in_the_start_goes_back(acks: bool) -> None:
    unit = Paper(keys=acks, acks=acks, events=["EF00", "EF05", "ED", "EC"])
    assert started(unit) == [AcceptorPast("escrow", 5_000, False, COUNT), READY]
    assert unit.accepted == 0
    unit.it.give_back(-3)
    assert unit.facts[-1] == NoteReturned(-3, 5_000)


@pytest.mark.parametrize(
    ("told", "position", "value_fen", "credited"),
    [
        (["F1"], "none", 0, False),
        (["F1", "E103"], "path", 1_000, False),
        (["F1E100"], "path", 0, False),
        (["F1", "", "", "E203"], "stacker", 1_000, True),
        (["F1E200"], "stacker", 0, True),
        (["F1", "EA"], "jam", 0, False),
        (["CC", "EE04", "EB"], "stacker", 2_000, True),
        (["EF00", "EDEC"], "path", 0, False),
        (["CC", "E9"], "jam", 0, False),
    ],
    ids=str,
)
def test_what_the_first_events_say_of_the_past(told: list[str], position: str, value_fen: int, credited: bool) -> None:
    news = started(Paper(events=told), 9_000)
    assert news[-2:] == [AcceptorPast(position, value_fen, credited, COUNT), READY]
    assert all(isinstance(fact, AcceptorPast) for fact in news[:-1])


def test_a_credit_of_before_is_told_before_the_packet_that_takes_it_away() -> None:
    unit = Paper(keys=False, events=["EE04EB"])
    unit.driver()
    while not unit.facts:
        asked = len(unit.commands)
        unit.run(5)
    assert unit.facts == [AcceptorPast("stacker", 0, True, ())]
    assert len(unit.commands) <= asked + 1


def test_a_note_still_on_its_way_is_waited_for() -> None:
    unit = Paper(events=["CC", *["CC"] * 40, "EE05", "EB"])
    news = started(unit, 20_000)
    assert news[-2:] == [AcceptorPast("stacker", 5_000, True, COUNT), READY]


def test_a_start_without_an_end_is_told_once_and_passes_when_it_is_through() -> None:
    unit = Paper(resting="CC")
    unit.driver()
    unit.run(300_000)
    assert unit.faults() == [("DEVICE_FAILURE", True)]
    unit.resting = ""
    unit.run(60_000)
    assert unit.faults() == [("DEVICE_FAILURE", True), ("DEVICE_FAILURE", False)]
    assert unit.news()[-1] == READY


def test_a_jam_in_the_start_waits_for_people_as_long_as_they_take() -> None:
    unit = Paper(resting="E9")
    unit.driver()
    unit.run(600_000)
    assert unit.faults() == [("NOTE_JAM", True)]
    unit.resting = ""
    unit.run(20_000)
    assert unit.faults() == [("NOTE_JAM", True), ("NOTE_JAM", False)]
    assert unit.news()[-1] == READY


def test_a_note_whose_end_is_not_said_is_nobodys() -> None:
    news = started(Paper(events=["CCEE05"]), 60_000)
    assert news == [AcceptorPast("stacker", 5_000, False, COUNT), READY]


@pytest.mark.parametrize(
    "setup",
    [
        setup_data(unit=0x03),
        setup_data(protocol=5),
        b"",
        b"\x00\x01",
    ],
    ids=["hopper", "old", "empty", "short"],
)
def test_who_is_no_note_acceptor_of_ours_is_not_believed(setup: bytes) -> None:
    unit = Paper(setup=setup)
    assert started(unit) == []
    assert ("WRONG_DEVICE", True) in unit.faults()
    assert not {"REJECT", "POLL", "ASK", "DISABLE"} & set(unit.commands)


@pytest.mark.parametrize("answer", [FAIL, UNKNOWN])
def test_a_unit_without_protocol_6_is_none(answer: bytes) -> None:
    unit = Paper(answers={PROTOCOL: [answer] * 20})
    assert started(unit) == []
    assert unit.faults() == [("WRONG_DEVICE", True)]


def test_a_probe_only_looks() -> None:
    unit = Paper(lies=True, events=["EB"])
    driver = unit.driver(look_only=True)
    unit.run(10_000)
    assert driver.ready
    assert unit.commands == ["SYNC", *LOOKS]
    assert (unit.lies, unit.events, unit.faults()) == (True, ["EB"], [])
    lines = driver.probe_lines()
    assert "firmware NV0200412345678" in lines
    assert "channel 5 CNY 5000 fen" in lines
    assert "counter stacked 7" in lines


def test_money_of_another_country_is_no_money() -> None:
    unit = Paper(setup=setup_data(country=b"EUR"))
    started(unit)
    assert list(unit.it.values_fen) == []
    assert unit.faults() == [("NOTE_TABLE", True)]


@pytest.mark.parametrize(("notes", "known"), [({5: 5_000}, 6), ({5: 500}, 0), ({9: 100}, 0), ({99: 100}, 6)])
def test_a_note_table_in_config_has_to_agree(notes: dict[int, int], known: int) -> None:
    unit = Paper()
    started(unit, notes=notes)
    assert len(set(unit.it.values_fen)) == known
    assert unit.faults() == ([] if known else [("NOTE_TABLE", True)])


# -- lives of the program


def successor(unit: Paper) -> list[Fact]:
    """The program died; another one starts on the same unit."""
    unit.forget()
    return started(unit, first_note=100)


@BOTH
def test_the_next_program_finds_the_note_in_escrow_and_gives_it_back(acks: bool) -> None:
    unit = Paper(keys=acks, acks=acks)
    held(unit)
    unit.events = ["ED", "EC"]
    assert successor(unit)[-2:] == [AcceptorPast("escrow", 0, False, COUNT), READY]
    assert unit.accepted == 0


def test_events_that_nobody_acknowledged_are_told_to_the_next_program() -> None:
    unit = Paper(stacked=7)
    driver = held(unit)
    driver.stack(1)
    unit.run(50)
    unit.events, unit.stacked = ["CCEE05EB"], 8
    unit.mute, unit.mute_to = 99, 0x56  # it does not hear the answer any more
    unit.run(300)
    assert unit.facts == []
    unit.mute = 0
    assert successor(unit)[-2:] == [AcceptorPast("stacker", 5_000, True, (("stacked", 8),)), READY]


def test_in_plain_they_are_lost_and_the_counter_says_so() -> None:
    unit = Paper(keys=False, stacked=7)
    driver = held(unit)
    driver.stack(1)
    unit.run(50)
    unit.events, unit.stacked = ["CCEE05EB"], 8
    unit.mute, unit.mute_to = 99, 0x07
    unit.run(300)
    unit.mute = 0
    assert successor(unit)[-2:] == [AcceptorPast("none", 0, False, (("stacked", 8),)), READY]


def test_a_unit_that_was_without_power_is_ready_again_with_its_note_settled() -> None:
    unit = Paper()
    held(unit)
    unit.power_cycle("F1", "E105")
    unit.run(15_000)
    assert unit.news() == [NoteReturned(1, 5_000), AcceptorPast("none", 0, False, COUNT), READY]
    unit.events = ["EF00", "EF02"]
    unit.run(2_000)
    assert unit.enabled
    assert unit.news()[-1] == NoteHeld(2, 500)


def test_ready_is_said_again_after_each_start() -> None:
    unit = Paper()
    driver = unit.ready()
    driver.restart()
    unit.run(10_000)
    assert [type(fact) for fact in unit.news()] == [AcceptorPast, DeviceReady]
    assert unit.names().count("RESET") == 1
    assert unit.enabled
    assert not any(isinstance(fact, NoteUncertain) for fact in unit.facts)
