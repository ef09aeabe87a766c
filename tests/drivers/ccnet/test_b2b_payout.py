"""Change from the Bill-to-Bill driver: presented, taken, pulled back, refused, broken off, and what lay there before a start."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    DispenserPast,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
    TrayReopened,
    TrayStayedShut,
)
from tests.drivers.ccnet.b2b_script import ILLEGAL, NAK, SILENCE, B2bPaper, then
from tests.drivers.ccnet.ccnet_script import golden

ASKED = {2: 2, 3: 1}
COUNTS = ((2, 2, 0), (3, 1, 0))
PAID = [(0x98, 0), (0x81, 48), (0x82, 79)]
FULL = [(0x98, 0), (0x81, 50), (0x82, 80)]
OUT = NotesPresented(7, COUNTS)


def outcomes(paper: B2bPaper) -> list[Fact]:
    kinds = ("pay!", "taken!", "retract!", "reopen!")
    return [fact for fact in paper.news() if fact.kind in kinds and not fact.result.startswith("deposit")]


def pay(paper: B2bPaper, *statuses: str, run_ms: int = 3_000, **changes: Any) -> list[Fact]:
    paper.on["DISPENSE"] = then(*statuses, **changes)
    paper.it.dispenser.pay(7, ASKED)
    paper.run(run_ms)
    return outcomes(paper)


def ready(poll_ms: int = 100, **options: Any) -> B2bPaper:
    paper = B2bPaper(**options)
    paper.started(poll_ms=poll_ms)
    return paper


def test_change_is_presented_and_taken_with_the_frame_of_the_sheet() -> None:
    paper = ready()
    assert pay(paper, "1D", "1D01", "1D01", "25", "19", cassettes=PAID) == [OUT, ChangeTaken(7)]
    asked = next(raw for name, _, raw, _ in golden() if name == "b2b-dispense-2xtype-1-and-1xtype-2")
    assert asked in paper.wire
    assert paper.it.dispenser.counters == {"cassette.2": 48, "cassette.3": 79}
    assert paper.faults() == []


def test_an_enabled_unit_is_disabled_first_and_enabled_again() -> None:
    paper = B2bPaper()
    paper.idling()
    assert pay(paper, "1D01", "25", "19", cassettes=PAID) == [OUT, ChangeTaken(7)]
    orders = [order.split()[0] for order in paper.orders()]
    assert orders[:3] == ["ENABLE", "DISPENSE", "ENABLE"]


def test_a_note_at_the_slot_comes_to_rest_before_anything_is_paid() -> None:
    paper = B2bPaper()
    paper.idling()
    paper.statuses = ["15", "8005"]
    paper.run(400)
    paper.on["ENABLE"] = lambda unit: None
    paper.it.dispenser.pay(7, ASKED)
    paper.run(2_000)
    assert "DISPENSE" not in paper.names()
    paper.on["RETURN"] = then("18", "8205", "19")
    paper.it.acceptor.give_back(1)
    assert pay_goes_on(paper) == [OUT, ChangeTaken(7)]


def pay_goes_on(paper: B2bPaper) -> list[Fact]:
    paper.on["DISPENSE"] = then("1D01", "25", "19", cassettes=PAID)
    paper.run(4_000)
    return [fact for fact in outcomes(paper) if fact.result != "returned"]


def test_one_errand_after_the_other() -> None:
    paper = ready(contents=[5], cassettes=[(0x98, 1), (0x81, 50), (0x82, 80)])
    paper.on["DISPENSE"] = then("1D01", "25", "19", contents=[])
    paper.it.acceptor.return_all((1,))
    paper.it.dispenser.pay(7, ASKED)
    paper.run(6_000)
    assert [order for order in paper.orders() if "DISPENSE" in order] == ["DISPENSE 1801", "DISPENSE 01020201"]
    assert outcomes(paper) == [OUT, ChangeTaken(7)]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [({2: 21}, "other"), ({}, "other"), ({4: 1}, "cassette_out"), ({1: 1}, "cassette_out"), ({2: 3, 3: 1}, "empty")],
)
def test_what_cannot_be_paid_is_refused_before_it_is_asked_for(asked: dict[int, int], reason: str) -> None:
    paper = ready(cassettes=[(0x98, 9), (0x81, 2), (0x82, 80)], contents=[5] * 9)
    paper.it.dispenser.pay(7, asked)
    paper.run(1_000)
    assert outcomes(paper) == [NotesRefused(7, reason)]
    assert "DISPENSE" not in paper.names()


@pytest.mark.parametrize(
    ("statuses", "after", "facts"),
    [
        (["28", "19"], FULL, [NotesRefused(7, "empty")]),
        (["19"], FULL, [NotesRefused(7, "other")]),
        (["19"], PAID, [NotesUncertain(7, (), "19/00/00")]),
        (["1D", "44"], FULL, [NotesRefused(7, "jam")]),
        (["1D", "44"], PAID, [NotesUncertain(7, (), "44/00/00")]),
        (["1D", "479F"], PAID, [NotesUncertain(7, (), "47/9F/00")]),
        (["1D01", "44"], PAID, [OUT, ChangeRetractUncertain(7, "44/00/00")]),
        (["1D01", "19"], PAID, [OUT, ChangeRetractUncertain(7, "19/00/00")]),
        (["25", "25", "19"], PAID, [OUT, ChangeTaken(7)]),
        (["1D01", "25", "25", "19"], PAID, [OUT, ChangeTaken(7)]),
    ],
)
def test_what_the_counts_prove(statuses: list[str], after: list[tuple[int, int]], facts: list[Fact]) -> None:
    paper = ready()
    assert pay(paper, *statuses, cassettes=after) == facts
    assert paper.names().count("DISPENSE") == 1


@pytest.mark.parametrize("answer", [[ILLEGAL], [NAK, NAK, NAK]])
def test_an_order_the_unit_refuses(answer: list[bytes]) -> None:
    assert pay(ready(answers={"DISPENSE": answer}), "19") == [NotesRefused(7, "other")]


def test_silence_after_dispense_is_followed_by_polls_and_never_repeated() -> None:
    paper = ready(answers={"DISPENSE": [SILENCE]})
    assert pay(paper, "1D", "1D01", "25", "19", cassettes=PAID) == [OUT, ChangeTaken(7)]
    assert paper.names().count("DISPENSE") == 1


def test_change_nobody_took_is_pulled_back_by_the_unit_and_that_is_no_defect() -> None:
    paper = ready()
    paper.on["RESET"] = then("13", "19")
    paper.on["DISPENSE"] = then("1D01")
    paper.it.dispenser.pay(7, ASKED)
    paper.run(40_000)
    paper.it.dispenser.retract(7)  # waited for: the unit has its own timer
    paper.run(5_000)
    assert outcomes(paper) == [OUT]
    paper.statuses, paper.cassettes = ["47CA"], PAID
    paper.run(4_000)
    assert outcomes(paper) == [OUT, ChangeRetracted(7)]
    assert paper.faults() == []
    assert paper.it.ready


def test_a_cassette_that_lost_another_number_of_notes_is_named() -> None:
    paper = ready()
    assert pay(paper, "1D01", "25", "19", cassettes=[(0x98, 0), (0x81, 47), (0x82, 79)]) == [OUT, ChangeTaken(7)]
    assert paper.faults() == [("dispenser", "WRONG_NOTES", True)]
    paper.it.restart()
    assert paper.faults()[-1] == ("dispenser", "WRONG_NOTES", False)


def test_a_unit_that_never_says_the_end() -> None:
    paper = ready()
    assert pay(paper, "1D01", "", run_ms=110_000) == [OUT, ChangeRetractUncertain(7, "silent")]
    assert pay(ready(), "1D", "", run_ms=70_000) == [NotesUncertain(7, (), "silent")]


def test_a_lost_link_before_the_order_left_means_nothing_moved() -> None:
    paper = ready()
    paper.it.link_lost("unplugged", paper.now_ms)
    paper.it.dispenser.pay(7, ASKED)
    paper.run(45_000)
    assert outcomes(paper) == [NotesRefused(7, "other")]


def test_a_lost_link_does_not_lose_the_end() -> None:
    paper = ready()
    pay(paper, "1D01", run_ms=600)
    paper.it.link_lost("unplugged", paper.now_ms)
    paper.run(3_000)
    paper.statuses, paper.cassettes = ["1D01", "25", "19"], PAID
    paper.it.link_up(paper.now_ms)
    paper.run(2_000)
    assert outcomes(paper) == [OUT, ChangeTaken(7)]


def test_no_single_note_for_service() -> None:
    paper = ready()
    paper.it.dispenser.test(2)
    assert outcomes(paper) == [NotesRefused(0, "other")]


# -- the unit is switched off in the middle


@pytest.mark.parametrize(
    ("cut", "recovery", "after", "emptied", "facts"),
    [
        (["1D", "10", "13", "19"], "00", FULL, [], [NotesRefused(7, "other")]),
        (["1D", "10", "13", "19"], "00", PAID, [], [NotesUncertain(7, (), "10/00/00")]),
        (["1D01", "10", "13", "19"], "00", PAID, [], [OUT, ChangeRetractUncertain(7, "10/00/00")]),
        (["1D01", "12", "13", "25", "19"], "00", PAID, [], [OUT, ChangeTaken(7)]),
        (["1D", "12", "13", "25", "19"], "00", PAID, [], [OUT, ChangeTaken(7)]),
        (["1D", "12", "13", "19"], "3C8102820101020201", PAID, ["1D01", "25", "19"], [OUT, ChangeTaken(7)]),
        (["1D", "12", "13", "19"], "3C8102820101020201", PAID, ["25", "19"], [OUT, ChangeTaken(7)]),
        (["1D", "12", "13", "19"], "3C8102820101020201", PAID, ["1D01", "47CA"], [OUT, ChangeRetracted(7)]),
        (
            ["1D", "12", "13", "19"],
            "3C810282010102",
            [(0x98, 0), (0x81, 48), (0x82, 80)],
            ["1D01", "25", "19"],
            [NotesShort(7, ((2, 2, 0),), "other"), ChangeTaken(7)],
        ),
        (["1D", "12", "13", "19"], "3C81028201", FULL, ["25", "19"], [NotesRefused(7, "other")]),
        (["1D", "12", "13", "19"], "3C", FULL, [], [NotesRefused(7, "other")]),
        (["1D", "12", "13", "19"], "3C", PAID, [], [NotesUncertain(7, (), "12/00/00")]),
        (["1D01", "12", "13", "19"], "3C8102820101020201", PAID, ["25", "19"], [OUT, ChangeTaken(7)]),
        (
            ["1D01", "12", "13", "19"],
            "3C8102820101020201",
            PAID,
            ["1D01", "47CA"],
            [OUT, ChangeRetractUncertain(7, "47/CA/00")],
        ),
        (
            ["1D", "12", "13", "19"],
            "3C8102820101020201",
            PAID,
            ["44"],
            [NotesUncertain(7, (), "44/00/00")],
        ),
    ],
)
def test_a_power_cut_while_paying(
    cut: list[str], recovery: str, after: list[tuple[int, int]], emptied: list[str], facts: list[Fact]
) -> None:
    paper = ready()
    paper.on["EMPTY"] = then(*emptied, recovery="00")
    paper.on["RESET"] = lambda unit: None if unit.statuses[0] != "47CA" else then("13", "19")(unit)
    assert pay(paper, *cut, recovery=recovery, cassettes=after, run_ms=9_000) == facts
    assert paper.names().count("EMPTY") == bool(emptied)
    assert paper.names().count("DISPENSE") == 1


def test_notes_that_cannot_be_this_order_stay_inside_until_somebody_comes() -> None:
    paper = ready()
    told = pay(paper, "1D", "12", "13", "19", recovery="3C81020105", cassettes=PAID, run_ms=20_000)
    assert told == [NotesUncertain(7, (), "counts differ")]
    assert "EMPTY" not in paper.names()
    assert {("acceptor", "DEVICE_FAILURE", True), ("dispenser", "DEVICE_FAILURE", True)} <= set(paper.faults())
    paper.it.acceptor.accept_only([10_000])
    paper.run(2_000)
    assert not any(name == "ENABLE" for name in paper.names())  # before EMPTY DISPENSER it would fail
    paper.on["EMPTY"] = then("1D01", "25", "19", recovery="00")
    paper.on["RESET"] = then("13", "19")
    paper.it.restart()
    paper.run(4_000)
    assert paper.names().count("EMPTY") == 1
    assert paper.faults()[-1] == ("dispenser", "DEVICE_FAILURE", False)
    assert any(order.startswith("ENABLE") for order in paper.orders())


# -- what lay there before a start


def held(**options: Any) -> B2bPaper:
    """Two fives and a ten were on their way out when the power failed, in a life before this one."""
    paper = B2bPaper(statuses=["12", "13", "19"], recovery="3C8102820101020201", cassettes=PAID, **options)
    paper.driver()
    paper.run(3_000)
    counters = (("cassette.2", 48), ("cassette.3", 79))
    assert DispenserPast("pay", COUNTS, "3C", "notes", counters) in paper.news()
    assert "EMPTY" not in paper.names()  # nobody may stand there
    paper.on["EMPTY"] = then("1D", "1D01", recovery="00")
    paper.on["RESET"] = then("13", "19")
    paper.forget()
    return paper


def test_a_held_bundle_comes_out_for_somebody_who_is_there() -> None:
    paper = held()
    paper.it.dispenser.present_again(7)
    paper.run(1_500)
    assert outcomes(paper) == [TrayReopened(7)]
    assert paper.orders() == ["EMPTY"]  # with the long time that people have
    paper.statuses = ["25", "19"]
    paper.run(1_500)
    assert outcomes(paper) == [TrayReopened(7), ChangeTaken(7)]
    assert ("acceptor", "DEVICE_FAILURE", False) in paper.faults()


def test_a_held_bundle_that_nobody_waits_for_lies_out_as_short_as_can_be() -> None:
    paper = held()
    paper.it.dispenser.retract(7)
    paper.run(1_500)
    assert outcomes(paper) == []
    assert paper.orders() == ["SET_OPTIONS 65000000", "EMPTY"]
    paper.statuses = ["47CA"]
    paper.run(4_000)
    assert outcomes(paper) == [ChangeRetractUncertain(7, "power")]
    assert paper.orders()[-1] == "SET_OPTIONS 67000000"


def test_forgotten_after_it_was_handed_out_again() -> None:
    paper = held()
    paper.it.dispenser.present_again(7)
    paper.run(40_000)
    paper.it.dispenser.retract(7)
    paper.run(1_000)
    paper.statuses = ["47CA"]
    paper.run(4_000)
    assert outcomes(paper) == [TrayReopened(7), ChangeRetractUncertain(7, "power")]


def test_a_held_bundle_that_jams_stays_shut() -> None:
    paper = held()
    paper.on["EMPTY"] = then("1D", "44")
    paper.it.dispenser.present_again(7)
    paper.run(1_500)
    assert outcomes(paper) == [TrayStayedShut(7, "other")]


@pytest.mark.parametrize(
    ("ending", "again", "facts"),
    [
        (["25", "19"], True, [ChangeTaken(7)]),
        (["25", "19"], False, [ChangeTaken(7)]),
        (["47CA"], True, [TrayStayedShut(7, "other")]),
        (["47CA"], False, [ChangeRetracted(7)]),
    ],
)
def test_an_order_about_what_came_to_its_end_during_the_start(
    ending: list[str], again: bool, facts: list[Fact]
) -> None:
    paper = B2bPaper(statuses=["1D01", "1D01", *ending])
    paper.on["RESET"] = then("13", "19")
    paper.driver()
    paper.run(4_000)
    told = [fact.outlet for fact in paper.news() if isinstance(fact, DispenserPast)]
    assert told == ["notes", "empty" if ending[0] == "25" else "notes"]
    paper.forget()
    if again:
        paper.it.dispenser.present_again(7)
    else:
        paper.it.dispenser.retract(7)
    paper.run(1_000)
    assert outcomes(paper) == facts


def test_notes_at_the_mouth_since_before_the_start_are_waited_for() -> None:
    paper = B2bPaper(statuses=["1D01"])
    paper.driver()
    paper.run(2_000)
    paper.it.dispenser.present_again(7)
    paper.run(1_000)
    assert outcomes(paper) == [TrayReopened(7)]
    paper.statuses = ["25", "19"]
    paper.run(3_000)
    assert outcomes(paper) == [TrayReopened(7), ChangeTaken(7)]
    assert sum(isinstance(fact, DeviceReady) for fact in paper.news()) == 2


def test_what_was_told_as_taken_is_not_told_again() -> None:
    paper = held()
    paper.it.dispenser.present_again(7)
    paper.run(1_500)
    paper.statuses = ["25", "19"]
    paper.run(1_500)
    paper.it.dispenser.retract(7)
    paper.run(1_500)
    assert outcomes(paper) == [TrayReopened(7), ChangeTaken(7)]


def test_what_stayed_shut_can_still_be_asked_back() -> None:
    paper = B2bPaper(statuses=["1D01", "47CA"])
    paper.on["RESET"] = then("13", "19")
    paper.driver()
    paper.run(4_000)
    paper.it.dispenser.present_again(7)
    paper.run(500)
    paper.it.dispenser.retract(7)
    paper.run(500)
    assert outcomes(paper) == [TrayStayedShut(7, "other"), ChangeRetracted(7)]


def test_an_empty_mouth_was_emptied_by_a_hand() -> None:
    paper = ready()
    paper.it.dispenser.present_again(5)
    paper.run(500)
    paper.it.dispenser.retract(6)
    paper.run(500)
    assert outcomes(paper) == [ChangeTaken(5), ChangeTaken(6)]


def test_a_unit_that_says_nothing_answers_an_order_as_unsure() -> None:
    paper = B2bPaper(deaf=True)
    paper.driver()
    paper.it.dispenser.retract(6)
    paper.run(45_000)
    assert outcomes(paper) == [ChangeRetractUncertain(6, "silent")]


STATUSES = st.sampled_from(
    ["10", "12", "13", "14", "17", "19", "1D", "1D01", "1E", "25", "2603", "28", "43", "479F", "47CA", "810501", ""]
)


@settings(max_examples=25, deadline=None)
@given(
    heard=st.lists(STATUSES, max_size=14),
    after=st.sampled_from([FULL, PAID, [(0x98, 0), (0x81, 48), (0x82, 80)]]),
    recovery=st.sampled_from(["00", "3C8102820101020201", "3C810282010102", "170501"]),
)
def test_whatever_a_unit_says_a_payment_is_sent_once_and_has_one_end(
    heard: list[str], after: list[tuple[int, int]], recovery: str
) -> None:
    paper = ready(poll_ms=400)
    pay(paper, *heard, "19", cassettes=after, recovery=recovery, run_ms=12_000)
    paper.statuses = ["13", "19"]
    paper.run(130_000)
    told = outcomes(paper)
    assert paper.names().count("DISPENSE") == 1
    assert sum(fact.kind == "pay!" for fact in told) == 1
    presented = isinstance(told[0], NotesPresented | NotesShort)
    assert sum(fact.kind in ("taken!", "retract!") for fact in told) == presented
