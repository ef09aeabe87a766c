"""A note's way through a healthy unit: held by HOLD, accepted by a POLL, never polled while it waits (essp sheet, 9 and 12)."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kiosk.faults import Fault
from kiosk.ports.fact import Fact
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
from tests.drivers.essp.essp_script import VALUES, Paper, held

BOTH = pytest.mark.parametrize("acks", [True, False], ids=["acknowledged", "plain"])


def paper(acks: bool) -> Paper:
    return Paper(keys=acks, acks=acks)


@BOTH
def test_a_note_waits_under_hold_and_is_not_polled(acks: bool) -> None:
    unit = paper(acks)
    held(unit)
    unit.run(30_000)
    assert set(unit.commands) == {"HOLD"}
    times = [when for when, _ in unit.sent]
    assert all(later - earlier < 10_000 for earlier, later in pairwise(times))
    assert (unit.lies, unit.accepted, unit.facts) == (True, 0, [])


@BOTH
def test_stacking_is_one_plain_poll_and_the_note_is_ours_when_it_is_stacked(acks: bool) -> None:
    unit = paper(acks)
    driver = held(unit)
    driver.stack(1)
    driver.stack(1)
    unit.run(300)
    assert unit.names("HOLD", "ASK")[0] == "POLL"
    assert unit.accepted == 1
    unit.events = ["CC", "CCEE05"]
    unit.run(900)
    assert unit.facts == []  # past recall, and not in the box
    unit.events = ["EB"]
    unit.run(500)
    assert unit.facts == [NoteOurs(1, 5_000)]
    driver.stack(1)
    unit.run(40_000)
    assert unit.facts == [NoteOurs(1, 5_000)]


@BOTH
def test_everything_in_one_answer_is_the_same(acks: bool) -> None:
    unit = paper(acks)
    driver = held(unit)
    driver.stack(1)
    unit.run(50)
    unit.events = ["CCEE05EB EF00 EF02"]
    unit.run(600)
    assert unit.facts == [NoteOurs(1, 5_000), NoteMoving(), NoteHeld(2, 500)]


def test_each_answer_is_acknowledged_once_before_anything_else_is_sent() -> None:
    unit = Paper()
    unit.ready()
    unit.events = ["EF00", "EF05"]
    unit.run(900)
    asked = unit.names()
    assert [asked[at + 1] for at, name in enumerate(asked) if name == "ASK"].count("ACK") == 2
    assert asked.index("HOLD") > asked.index("ACK")


@BOTH
def test_giving_back_is_one_reject(acks: bool) -> None:
    unit = paper(acks)
    driver = held(unit)
    driver.give_back(1)
    unit.run(300)
    unit.events = ["ED", "ED", "EC"]
    unit.run(1_500)
    assert unit.names().count("REJECT") == 1
    assert (unit.accepted, unit.facts) == (0, [NoteReturned(1, 5_000)])
    unit.run(2_000)
    assert "WHY" not in unit.commands


def test_a_reject_that_comes_too_late_ends_with_the_note_that_is_ours() -> None:
    unit = Paper()
    driver = held(unit)
    unit.lies, unit.events = False, ["CCEE05", "EB"]
    driver.give_back(1)
    unit.run(2_000)
    assert unit.facts == [NoteOurs(1, 5_000)]


def test_a_note_that_goes_back_by_itself_is_returned() -> None:
    unit = Paper()
    held(unit)
    unit.lies, unit.events = False, ["ED", "EC"]
    unit.run(2_000)
    assert unit.facts == [NoteReturned(1, 5_000)]


def test_a_limit_of_our_own_gives_it_back() -> None:
    unit = Paper()
    held(unit, escrow_ms=5_000)
    unit.run(4_000)
    assert "REJECT" not in unit.commands
    unit.run(1_500)
    assert "REJECT" in unit.commands


def test_a_reject_that_is_not_followed_is_said_three_times_and_no_more() -> None:
    unit = Paper()
    driver = held(unit)
    unit.resting = "EF05"
    driver.give_back(1)
    unit.run(20_000)
    assert unit.names().count("REJECT") == 3
    assert unit.news() == []


@BOTH
def test_a_note_of_which_nothing_more_is_heard_is_unknown_after_half_a_minute(acks: bool) -> None:
    unit = paper(acks)
    driver = held(unit)
    driver.stack(1)
    unit.run(29_000)
    assert unit.facts == []
    unit.run(2_000)
    assert unit.facts == [NoteUncertain(1, 5_000)]
    unit.events = ["CCEE05EB"]
    unit.run(1_000)
    assert unit.facts[1:] == [NoteOurs(1, 5_000)]


@BOTH
def test_a_return_of_which_nothing_more_is_heard_is_unknown_too(acks: bool) -> None:
    unit = paper(acks)
    driver = held(unit)
    driver.give_back(1)
    unit.run(31_500)
    assert unit.facts == [NoteReturnUncertain(1, 5_000)]


@BOTH
@pytest.mark.parametrize("jam", ["E9", "EA"])
@pytest.mark.parametrize(
    ("before", "outcome"), [("CC", NoteJammed), ("CCEE05", NoteJammed), ("ED", NoteReturnUncertain)]
)
def test_a_jam_on_the_way(jam: str, before: str, outcome: type[Fact], acks: bool) -> None:
    unit = paper(acks)
    driver = held(unit)
    (driver.give_back if before == "ED" else driver.stack)(1)
    unit.run(50)
    unit.events = [before, jam]
    unit.run(1_000)
    assert unit.facts == [outcome(1, 5_000), Fault("acceptor", "NOTE_JAM", True, jam)]  # type: ignore[call-arg]


def test_a_jammed_note_that_falls_after_all_is_ours() -> None:
    unit = Paper()
    driver = held(unit)
    driver.stack(1)
    unit.run(50)
    unit.events = ["CC", "E9", "EE05EB"]
    unit.run(1_500)
    assert unit.news() == [NoteJammed(1, 5_000), NoteOurs(1, 5_000)]


@pytest.mark.parametrize("events", ["EF00E9", "E9"])
def test_a_note_that_sticks_before_it_was_recognised_may_be_the_largest(events: str) -> None:
    unit = Paper()
    unit.ready()
    unit.events = [events]
    unit.resting = "E9"
    unit.run(3_000)
    assert [fact for fact in unit.news() if not isinstance(fact, NoteMoving)] == [NoteJammed(1, 10_000)]


def test_a_note_that_is_stacked_without_escrow_is_credited_as_the_unit_says() -> None:
    unit = Paper()
    unit.ready()
    unit.events = ["EF00", "CCEE04", "EB"]
    unit.run(1_500)
    assert unit.news() == [NoteMoving(), NoteOurs(1, 2_000)]


def test_a_note_that_falls_without_a_word_of_its_value_is_no_credit() -> None:
    unit = Paper()
    unit.ready()
    unit.events = ["EF00", "EB"]
    unit.run(1_500)
    assert unit.news() == [NoteMoving(), NoteJammed(1, 10_000)]


def test_stacked_of_a_note_that_waits_for_a_decision_is_not_believed() -> None:
    unit = Paper()
    unit.ready()
    unit.events = ["EF00", "EF05EB"]
    unit.run(900)
    assert unit.news() == [NoteMoving(), NoteHeld(1, 5_000)]


def test_credited_as_another_channel_is_nobody_knows_what() -> None:
    unit = Paper()
    driver = held(unit)
    driver.stack(1)
    unit.run(50)
    unit.events = ["CCEE02"]
    unit.run(600)
    assert unit.facts == [NoteUncertain(1, 5_000)]


@pytest.mark.parametrize(("event", "what"), [("EF09", "channel 9"), ("E5", "ticket")])
def test_what_is_no_money_goes_back_and_is_no_note(event: str, what: str) -> None:
    """A note may be read as a barcode ticket: a POLL while it lies there would buy it."""
    unit = Paper()
    unit.ready()
    unit.events = ["EF00", event]
    unit.run(900)
    assert unit.news() == [NoteMoving(), NoteRefused("inhibited", what)]
    assert "REJECT" in unit.commands
    unit.events = ["EDEC"]
    unit.run(900)
    assert len(unit.news()) == 2


@pytest.mark.parametrize(
    ("code", "reason"), [(0x02, "unreadable"), (0x06, "inhibited"), (0x07, "double"), (0x01, "folded"), (0x0D, "other")]
)
def test_a_refused_note_comes_with_the_units_reason(code: int, reason: str) -> None:
    unit = Paper(why=code)
    unit.ready()
    unit.events = ["EF00", "ED", "EC"]
    unit.run(2_000)
    assert unit.news() == [NoteMoving(), NoteRefused(reason, f"{code:02X}")]
    assert unit.names().count("WHY") == 1


def test_orders_about_nothing_get_an_outcome() -> None:
    unit = Paper()
    driver = unit.ready()
    driver.stack(99)
    driver.give_back(98)
    assert unit.facts == [NoteUncertain(99, 0), NoteReturnUncertain(98, 0)]


# -- what is allowed


def test_channels_are_set_first_and_then_the_slot_opens() -> None:
    unit = Paper()
    driver = unit.driver()
    unit.run(6_000)
    unit.forget()
    driver.accept_only([1_000, 5_000])
    unit.run(600)
    assert unit.names("ASK") == ["INHIBITS", "ENABLE"]
    assert (unit.channels, unit.enabled) == (0b10100, True)
    driver.accept_only([1_000])
    unit.run(600)
    driver.accept_only([])
    unit.run(600)
    assert unit.names("ASK")[2:] == ["INHIBITS", "DISABLE"]
    assert (unit.channels, unit.enabled) == (0b100, False)


def test_a_unit_that_disables_itself_is_enabled_again() -> None:
    unit = Paper()
    unit.ready()
    unit.enabled, unit.events = False, ["E8"]
    unit.run(2_000)
    assert unit.enabled
    assert unit.names().count("ENABLE") == 1


def test_what_is_refused_is_said_again_once_a_second() -> None:
    unit = Paper()
    driver = unit.driver()
    unit.run(6_000)
    unit.answers[0x0A] = [b"\xf5"] * 3
    driver.accept_only(VALUES.values())
    unit.run(4_500)
    assert unit.enabled
    assert unit.names().count("ENABLE") == 4


# -- the counter


def test_the_counter_is_read_after_each_note_and_not_offered_before() -> None:
    unit = Paper(stacked=41)
    driver = held(unit)
    assert driver.counters == {"stacked": 41}
    driver.stack(1)
    unit.run(50)
    assert driver.counters == {}
    unit.stacked, unit.events, unit.mute_to, unit.mute = 42, ["CCEE05EB"], 0x58, 2
    unit.run(500)
    assert (unit.news(), driver.counters) == ([NoteOurs(1, 5_000)], {})
    unit.run(3_000)
    assert driver.counters == {"stacked": 42}


@BOTH
def test_a_note_whose_end_was_never_told_is_ours_by_the_counter(acks: bool) -> None:
    unit = paper(acks)
    driver = held(unit)
    driver.stack(1)
    unit.run(2_000)
    assert unit.facts == []
    unit.stacked = 8
    unit.run(2_000)
    assert unit.facts == [NoteOurs(1, 5_000)]
    unit.events = ["CCEE05EB"]
    unit.run(40_000)
    assert unit.facts == [NoteOurs(1, 5_000)]
    assert driver.counters == {"stacked": 8}


@BOTH
def test_the_note_before_is_not_counted_for_one_that_goes_back_by_itself(acks: bool) -> None:
    unit = paper(acks)
    driver = held(unit)
    driver.stack(1)
    unit.run(50)
    unit.events, unit.stacked = ["CCEE05EB", "EF00", "EF05"], 8
    unit.run(2_000)
    unit.lies = False  # out of escrow without a word, and not ordered to
    unit.run(40_000)
    assert [fact for fact in unit.news() if isinstance(fact, NoteOurs)] == [NoteOurs(1, 5_000)]
    assert unit.news()[-1] == NoteReturnUncertain(2, 5_000)


@BOTH
def test_a_note_pulled_back_on_a_string_after_its_credit_is_no_credit(acks: bool) -> None:
    unit = paper(acks)
    driver = held(unit)
    driver.stack(1)
    unit.run(50)
    unit.events = ["CC", "EE05", "E605", "EF00", "EF02"]
    unit.run(2_500)
    assert unit.news() == [NoteUncertain(1, 5_000), NoteMoving(), NoteHeld(2, 500)]


def test_another_note_after_a_credit_means_that_the_first_is_in_the_box() -> None:
    unit = Paper()
    driver = held(unit)
    driver.stack(1)
    unit.run(50)
    unit.events = ["CC", "EE05", "EF00"]
    unit.run(1_500)
    assert unit.news()[0] == NoteOurs(1, 5_000)


@pytest.mark.parametrize("unit", [Paper(stacked=None), Paper(setup=Paper().setup.replace(b"\x00", b"\x06", 1))])
def test_a_unit_that_does_not_count_offers_nothing(unit: Paper) -> None:
    driver = held(unit)
    assert driver.counters == {}
    driver.stack(1)
    unit.run(50)
    unit.events = ["CCEE05EB"]
    unit.run(1_000)
    assert unit.news() == [NoteOurs(1, 5_000)]
    assert "COUNTERS" not in unit.commands
