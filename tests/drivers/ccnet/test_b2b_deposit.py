"""The bulk escrow of the Bill-to-Bill driver: kept, given back, broken off."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    DepositKeepUncertain,
    DepositKept,
    DepositNotMoved,
    DepositPast,
    DepositPresented,
    DepositPulledBack,
    DepositRetractUncertain,
    DepositReturnUncertain,
    DepositTaken,
)
from tests.drivers.ccnet.b2b_script import ILLEGAL, NAK, SILENCE, B2bPaper, then
from tests.drivers.ccnet.ccnet_script import golden

NOTES = (11, 12, 13)
OTHER_NEWS = (DeviceReady, DepositPast, AcceptorPast)


def with_deposit(poll_ms: int = 100, **options: Any) -> B2bPaper:
    paper = B2bPaper(cassettes=[(0x98, 3), (0x81, 50), (0x82, 80)], contents=[5, 4, 5], **options)
    paper.idling(poll_ms=poll_ms)
    return paper


def outcomes(paper: B2bPaper) -> list[Fact]:
    return [fact for fact in paper.news() if fact.kind in ("keep!", "return_all!", "taken!", "retract!")]


def keep(paper: B2bPaper, *statuses: str, run_ms: int = 3_000, **changes: Any) -> list[Fact]:
    paper.on["UNLOAD"] = then(*statuses, **changes)
    paper.it.acceptor.keep(NOTES)
    paper.run(run_ms)
    return outcomes(paper)


def give(paper: B2bPaper, *statuses: str, run_ms: int = 3_000, **changes: Any) -> list[Fact]:
    paper.on["DISPENSE"] = then(*statuses, **changes)
    paper.it.acceptor.return_all(NOTES)
    paper.run(run_ms)
    return outcomes(paper)


# -- kept


def test_a_deposit_is_kept_by_the_exchange_of_the_sheet() -> None:
    paper = with_deposit()
    assert keep(paper, "1E", "2603", "19", contents=[]) == [DepositKept(NOTES)]
    asked = [raw for name, way, raw, _ in golden() if name == "b2b-exchange-commit-three" and way == "host"]
    assert asked[0] in paper.wire
    assert paper.orders()[:2] == ["ENABLE 000000000000", "UNLOAD 0103"]
    assert paper.it.acceptor.counters["escrow"] == 0


def test_a_lost_ack_of_unloaded_is_one_outcome() -> None:
    assert keep(with_deposit(), "2603", "2603", "2603", "19", contents=[]) == [DepositKept(NOTES)]


@pytest.mark.parametrize(
    ("statuses", "contents", "fact"),
    [
        (["1E", "2602", "19"], [5], DepositKept((12, 13))),
        (["28", "19"], [5, 4, 5], DepositKept(())),
        (["19"], [5, 4, 5], DepositKept(())),
        (["19"], [5], DepositKeepUncertain((12, 13), "19/00/00")),
        (["1E", "2603", "19"], [5], DepositKeepUncertain(NOTES, "26/03/00")),
        (["1E", "2603", "19"], [4], DepositKeepUncertain(NOTES, "contents")),
        (["1E", "44"], [5, 4, 5], DepositKept(())),
        (["1E", "44"], [5], DepositKeepUncertain((12, 13), "44/00/00")),
    ],
)
def test_what_the_contents_prove_of_a_deposit_that_was_to_be_kept(
    statuses: list[str], contents: list[int], fact: Fact
) -> None:
    paper = with_deposit()
    assert keep(paper, *statuses, contents=contents) == [fact]
    assert paper.names().count("UNLOAD") == 1


@pytest.mark.parametrize(("answer", "sends"), [([ILLEGAL], 1), ([NAK, NAK, NAK], 3)])
def test_an_order_the_unit_refuses_keeps_nothing(answer: list[bytes], sends: int) -> None:
    paper = with_deposit(answers={"UNLOAD": answer})
    assert keep(paper, "19") == [DepositKept(())]
    assert paper.names().count("UNLOAD") == sends


def test_silence_after_unload_is_judged_by_the_contents_and_never_repeated() -> None:
    paper = with_deposit(answers={"UNLOAD": [SILENCE]})
    assert keep(paper, "19", contents=[5, 4, 5]) == [DepositKept(())]
    assert paper.names().count("UNLOAD") == 1
    paper = with_deposit(answers={"UNLOAD": [SILENCE]})
    assert keep(paper, "1E", "2603", "19", contents=[]) == [DepositKept(NOTES)]


def test_a_jam_that_hides_the_contents_leaves_all_uncertain_but_inside() -> None:
    paper = with_deposit()
    paper.on["UNLOAD"] = lambda unit: unit.answers.update(CONTENTS=[ILLEGAL])
    paper.on["UNLOAD"] = _hidden("1E", "43")
    paper.it.acceptor.keep(NOTES)
    paper.run(2_000)
    assert outcomes(paper) == [DepositKeepUncertain(NOTES, "43/00/00")]


def _hidden(*statuses: str) -> Any:
    def change(unit: B2bPaper) -> None:
        unit.statuses = list(statuses)
        unit.answers["CONTENTS"] = [ILLEGAL] * 9

    return change


def test_more_notes_than_the_escrow_holds_are_not_moved() -> None:
    paper = with_deposit()
    paper.it.acceptor.keep((1, 2, 3, 4))
    paper.run(2_000)
    assert outcomes(paper) == [DepositKeepUncertain((1, 2, 3, 4), "contents")]
    assert "UNLOAD" not in paper.names()


@pytest.mark.parametrize(
    ("recovery", "contents", "fact"),
    [
        ("3D010305010401", [5], DepositKept((12, 13))),
        ("3D0103", [5, 4, 5], DepositKept(())),
        ("00", [5, 4, 5], DepositKept(())),
        ("00", [5], DepositKeepUncertain((12, 13), "10/00/00")),
        ("3D01030501", [5], DepositKeepUncertain((12, 13), "10/00/00")),
    ],
)
def test_a_power_cut_while_unloading(recovery: str, contents: list[int], fact: Fact) -> None:
    paper = with_deposit()
    assert keep(paper, "1E", "10", "13", "19", recovery=recovery, contents=contents, run_ms=5_000) == [fact]
    assert recovery == "00" or fact in paper.told_before_ack("RECOVERY")
    assert sum(isinstance(told, DeviceReady) for told in paper.news()) == 2


@pytest.mark.parametrize("top_first", [True, False])
def test_a_firmware_may_name_the_notes_in_either_order(top_first: bool) -> None:
    paper = B2bPaper(cassettes=[(0x98, 3), (0x81, 50), (0x82, 80)], contents=[0, 4, 5], top_first=top_first)
    paper.driver(top_first=top_first)
    paper.run(3_000)
    assert paper.news()[0] == DepositPast((100, 5_000, 10_000), True, "none", (), (), "empty")
    assert keep(paper, "1E", "2602", "19", contents=[0]) == [DepositKept((12, 13))]


def test_notes_named_in_the_wrong_order_make_it_uncertain_never_wrong() -> None:
    paper = B2bPaper(cassettes=[(0x98, 3), (0x81, 50), (0x82, 80)], contents=[0, 4, 5], top_first=False)
    paper.started()
    assert keep(paper, "1E", "2602", "19", contents=[0]) == [DepositKeepUncertain(NOTES, "contents")]


# -- given back


def test_a_deposit_is_given_back_by_the_exchange_of_the_sheet() -> None:
    paper = with_deposit()
    told = give(paper, "1D", "1D01", "1D01", "25", "19", contents=[])
    assert told == [DepositPresented(NOTES), DepositTaken(NOTES)]
    asked = {raw for name, way, raw, _ in golden() if name == "b2b-exchange-cancel-three" and way == "host"}
    assert asked <= set(paper.wire)
    assert paper.orders()[:2] == ["ENABLE 000000000000", "DISPENSE 1803"]


def test_taken_between_two_polls_is_presented_and_taken() -> None:
    assert give(with_deposit(), "1D", "25", "25", "19", contents=[]) == [DepositPresented(NOTES), DepositTaken(NOTES)]


def test_a_bundle_nobody_took_is_inside_and_the_unit_is_started_anew_without_a_fault() -> None:
    paper = with_deposit()
    paper.on["RESET"] = then("13", "19")
    assert give(paper, "1D01", "1D01", "47CA", contents=[], run_ms=6_000) == [
        DepositPresented(NOTES),
        DepositPulledBack(NOTES),
    ]
    assert paper.faults() == []
    assert paper.names().count("RESET") == 1
    assert DepositPast((), True, "none", (), (), "empty") in paper.news()
    assert paper.it.ready


@pytest.mark.parametrize(
    ("statuses", "contents", "facts"),
    [
        (["28", "19"], [5, 4, 5], [DepositNotMoved(NOTES, "28/00/00")]),
        (["19"], [5, 4, 5], [DepositNotMoved(NOTES, "19/00/00")]),
        (["19"], [5, 4], [DepositReturnUncertain((13,), "19/00/00")]),
        (["1D", "44"], [5, 4, 5], [DepositNotMoved(NOTES, "44/00/00")]),
        (["1D", "44"], [5], [DepositReturnUncertain((12, 13), "44/00/00")]),
        (["1D", "479F"], [], [DepositReturnUncertain(NOTES, "47/9F/00")]),
        (["1D01", "479F"], [], [DepositPresented(NOTES), DepositReturnUncertain(NOTES, "47/9F/00")]),
        (["1D01", "19"], [], [DepositPresented(NOTES), DepositReturnUncertain(NOTES, "19/00/00")]),
        (["1D01", "25", "19"], [5], [DepositPresented(NOTES), DepositReturnUncertain(NOTES, "contents")]),
    ],
)
def test_what_the_contents_prove_of_a_deposit_that_was_to_go_back(
    statuses: list[str], contents: list[int], facts: list[Fact]
) -> None:
    paper = with_deposit()
    assert give(paper, *statuses, contents=contents) == facts
    assert paper.names().count("DISPENSE") == 1


def test_taken_and_nobody_can_look_what_is_left_makes_it_uncertain() -> None:
    """The escrow cassette was pulled out meanwhile: what was not picked any more lies in it."""
    paper = with_deposit()
    paper.on["DISPENSE"] = _hidden("1D", "1D01", "25", "19")
    paper.it.acceptor.return_all(NOTES)
    paper.run(2_000)
    assert outcomes(paper) == [DepositPresented(NOTES), DepositReturnUncertain(NOTES, "contents")]


@pytest.mark.parametrize("answer", [[ILLEGAL], [NAK, NAK, NAK]])
def test_an_order_the_unit_refuses_moves_nothing(answer: list[bytes]) -> None:
    paper = with_deposit(answers={"DISPENSE": answer})
    assert give(paper, "19") == [DepositNotMoved(NOTES, "refused")]


def test_silence_after_dispense_is_followed_by_polls() -> None:
    paper = with_deposit(answers={"DISPENSE": [SILENCE]})
    assert give(paper, "1D01", "25", "19", contents=[]) == [DepositPresented(NOTES), DepositTaken(NOTES)]
    assert paper.names().count("DISPENSE") == 1


def test_contents_that_do_not_answer_move_nothing() -> None:
    paper = with_deposit()
    paper.answers["CONTENTS"] = [ILLEGAL]
    assert give(paper, "19") == [DepositNotMoved(NOTES, "contents")]
    assert "DISPENSE" not in paper.names()


def test_a_unit_that_falls_silent_leaves_the_bundle_uncertain_once() -> None:
    paper = with_deposit()
    told = give(paper, "1D", "", run_ms=70_000)
    assert told == [DepositReturnUncertain(NOTES, "silent")]
    assert "RESET" not in [name for when, name, _ in paper.commands if when < 60_000]
    assert ("dispenser", "NO_ANSWER", True) in paper.faults()


def test_retract_switched_off_does_not_wait_for_ever() -> None:
    paper = with_deposit()
    told = give(paper, "1D01", run_ms=110_000, contents=[])
    assert told == [DepositPresented(NOTES), DepositReturnUncertain(NOTES, "silent")]
    paper.statuses = ["25", "19"]
    paper.run(4_000)
    assert outcomes(paper)[2:] == [DepositTaken(())]  # nobody knows here what that was
    assert paper.it.ready


def test_a_lost_link_does_not_lose_the_end() -> None:
    paper = with_deposit()
    give(paper, "1D01", run_ms=600, contents=[])
    paper.it.link_lost("unplugged", paper.now_ms)
    paper.run(5_000)
    paper.statuses = ["25", "19"]
    paper.it.link_up(paper.now_ms)
    paper.run(1_500)
    assert outcomes(paper) == [DepositPresented(NOTES), DepositTaken(NOTES)]
    assert paper.names().count("DISPENSE") == 1


def test_a_link_that_stays_away_leaves_it_uncertain() -> None:
    paper = with_deposit()
    give(paper, "1D", run_ms=600)
    paper.it.link_lost("unplugged", paper.now_ms)
    paper.run(65_000)
    assert outcomes(paper) == [DepositReturnUncertain(NOTES, "silent")]


@pytest.mark.parametrize(
    ("cut", "recovery", "contents", "emptied", "facts"),
    [
        # nothing had left the cassette
        (["1D", "10", "13", "19"], "00", [5, 4, 5], [], [DepositNotMoved(NOTES, "10/00/00")]),
        # two of three had: they come out, the third stays
        (
            ["1D", "12", "13", "19"],
            "3C980305010401",
            [5],
            ["1D01", "25", "19"],
            [DepositPresented((12, 13)), DepositTaken((12, 13))],
        ),
        (
            ["1D", "12", "13", "19"],
            "3C980305020401",
            [],
            ["1D01", "47CA"],
            [DepositPresented(NOTES), DepositPulledBack(NOTES)],
        ),
        (["1D", "12", "13", "19"], "3C9803", [5, 4, 5], ["25", "19"], [DepositNotMoved(NOTES, "12/00/00")]),
        # a hand could reach it before the cut
        (
            ["1D01", "12", "13", "19"],
            "3C980305020401",
            [],
            ["25", "19"],
            [DepositPresented(NOTES), DepositTaken(NOTES)],
        ),
        (
            ["1D01", "12", "13", "19"],
            "3C980305020401",
            [],
            ["1D01", "47CA"],
            [DepositPresented(NOTES), DepositRetractUncertain(NOTES, "47/CA/00")],
        ),
        # the unit finished it by itself
        (["1D", "12", "13", "25", "19"], "00", [], [], [DepositPresented(NOTES), DepositTaken(NOTES)]),
        # it holds something and does not remember what: that stays inside
        (["1D", "12", "13", "19"], "3C", [5], [], [DepositReturnUncertain((12, 13), "12/00/00")]),
        (["1D", "12", "13", "19"], "3C", [5, 4, 5], [], [DepositNotMoved(NOTES, "12/00/00")]),
        # its memory and its contents say different things
        (["1D", "12", "13", "19"], "3C98030501", [5], ["25", "19"], [DepositReturnUncertain(NOTES, "counts differ")]),
    ],
)
def test_a_power_cut_while_giving_back(
    cut: list[str], recovery: str, contents: list[int], emptied: list[str], facts: list[Fact]
) -> None:
    paper = with_deposit()
    paper.on["EMPTY"] = then(*emptied, recovery="00")
    paper.on["RESET"] = lambda unit: None if unit.statuses[0] != "47CA" else then("13", "19")(unit)
    assert give(paper, *cut, recovery=recovery, contents=contents, run_ms=9_000) == facts
    assert paper.names().count("EMPTY") == bool(emptied)
    assert paper.names().count("DISPENSE") == 1
    assert paper.it.ready


def test_a_bundle_of_an_earlier_life_is_handed_out_for_twenty_seconds() -> None:
    paper = B2bPaper(recovery="3C980305010401", contents=[5])
    paper.on["EMPTY"] = then("1D01", "1D01", "25", "19", recovery="00")
    paper.statuses = ["12", "13", "19"]
    paper.driver()
    paper.run(6_000)
    assert [fact for fact in paper.news() if isinstance(fact, DepositPast)] == [
        DepositPast((10_000,), True, "returning", (10_000, 5_000), (), "notes"),
        DepositPast((10_000,), True, "returning", (10_000, 5_000), (), "empty"),
    ]
    assert outcomes(paper) == [DepositTaken(())]
    options = [order for order in paper.orders() if order.startswith("SET_OPTIONS")]
    assert options == ["SET_OPTIONS 67000000", "SET_OPTIONS 65000000", "SET_OPTIONS 67000000"]


def test_a_bundle_of_an_earlier_life_that_nobody_took_is_in_the_box() -> None:
    paper = B2bPaper(recovery="3C980305010401", contents=[5])
    paper.on["EMPTY"] = then("1D01", "47CA", recovery="00")
    paper.statuses = ["12", "13", "19"]
    paper.driver()
    paper.run(2_000)
    paper.on["RESET"] = then("13", "19")
    paper.run(5_000)
    pasts = [fact for fact in paper.news() if isinstance(fact, DepositPast)]
    assert pasts[1] == DepositPast((10_000,), True, "returning", (10_000, 5_000), (), "box")
    assert outcomes(paper) == [DepositRetractUncertain((), "power")]
    assert paper.it.ready


def test_the_controller_alone_restarts_while_notes_lie_at_the_mouth() -> None:
    paper = B2bPaper(statuses=["1D01"])
    paper.driver()
    paper.run(5_000)
    assert [fact for fact in paper.news() if isinstance(fact, DepositPast)] == [
        DepositPast((), False, "none", (), (), "notes")
    ]
    paper.statuses = ["25", "19"]
    paper.run(3_000)
    assert outcomes(paper) == [DepositTaken(())]
    assert paper.it.ready


@pytest.mark.parametrize("statuses", [["1D01", "47CA"], ["47CA"]], ids=["while it looks on", "before it looked"])
def test_the_controller_alone_restarts_and_the_unit_s_timer_pulls_the_deposit_back(statuses: list[str]) -> None:
    """No power was cut: pulled back is as certain as with somebody there all the time. The notes lay there, then came their end."""
    paper = B2bPaper(statuses=statuses, contents=[])
    paper.on["RESET"] = then("13", "19")
    paper.driver()
    paper.run(5_000)
    pasts = [fact for fact in paper.news() if isinstance(fact, DepositPast)]
    assert pasts[-1] == DepositPast((), True, "none", (), (), "notes")
    assert outcomes(paper) == [DepositPulledBack(())]
    assert paper.it.ready
    assert paper.faults() == []


def test_an_errand_for_a_unit_that_never_comes_to_rest_is_refused_unsent() -> None:
    paper = with_deposit()
    paper.on["ENABLE"] = then("14")
    paper.it.acceptor.return_all(NOTES)
    paper.it.acceptor.keep(NOTES)
    paper.run(85_000)
    assert outcomes(paper) == [DepositNotMoved(NOTES, "busy"), DepositKept(())]
    assert not {"DISPENSE", "UNLOAD"} & set(paper.names())


def test_a_stopped_unit_refuses_at_once() -> None:
    paper = with_deposit()
    paper.statuses = ["44"]
    paper.run(400)
    paper.it.acceptor.return_all(NOTES)
    paper.run(200)
    assert outcomes(paper) == [DepositNotMoved(NOTES, "44/00/00")]


def test_a_note_that_is_not_the_uppermost_one_is_not_moved() -> None:
    paper = B2bPaper(on={"STACK": then("17", "810501", "14")})
    paper.idling()
    paper.statuses = ["15", "8005"]
    paper.run(400)
    paper.it.acceptor.stack(1)
    paper.run(500)
    paper.on["ENABLE"] = then("19")
    paper.contents = [5, 2]  # a ten lies on top that nobody was told of
    paper.it.acceptor.return_all((1,))
    paper.it.acceptor.keep((1,))
    paper.run(2_000)
    assert outcomes(paper) == [DepositNotMoved((1,), "contents"), DepositKept(())]
    assert not {"DISPENSE", "UNLOAD"} & set(paper.names())


def test_an_errand_while_a_jam_at_the_start_waits_for_people_is_refused_at_once() -> None:
    paper = B2bPaper(statuses=["44"])
    paper.driver()
    paper.run(1_000)
    paper.it.acceptor.keep(NOTES)
    paper.run(500)
    assert outcomes(paper) == [DepositKept(())]


@pytest.mark.parametrize("count", [0, 21])
def test_a_bundle_no_frame_can_say_is_refused(count: int) -> None:
    paper = with_deposit()
    notes = tuple(range(1, count + 1))
    paper.it.acceptor.return_all(notes)
    paper.run(1_500)
    assert outcomes(paper) == [DepositNotMoved(notes, "other")]


def test_keeping_nothing_moves_nothing() -> None:
    paper = with_deposit()
    paper.it.acceptor.keep(())
    paper.run(1_500)
    assert outcomes(paper) == [DepositKept(())]
    assert "UNLOAD" not in paper.names()


@pytest.mark.parametrize("status", ["10", "12"])
def test_a_power_cut_between_the_end_and_the_contents_is_still_asked_about(status: str) -> None:
    paper = with_deposit()
    paper.on["RESET"] = then("13", "19")
    assert keep(paper, "1E", "2603", status, contents=[], run_ms=6_000) == [DepositKept(NOTES)]
    assert paper.names("POLL").count("RECOVERY") == 1


STATUSES = st.sampled_from(
    ["10", "12", "13", "14", "17", "19", "1D", "1D01", "1E", "25", "2603", "28", "43", "479F", "47CA", "810501", ""]
)


@settings(max_examples=25, deadline=None)
@given(
    heard=st.lists(STATUSES, max_size=14),
    left=st.integers(0, 3),
    recovery=st.sampled_from(["00", "3C980305010401", "3D010305010401", "170501"]),
    back=st.booleans(),
)
def test_whatever_a_unit_says_an_order_is_sent_once_and_has_one_end(
    heard: list[str], left: int, recovery: str, back: bool
) -> None:
    paper = with_deposit(poll_ms=400)
    changes: dict[str, Any] = {"contents": [5, 4, 5][:left], "recovery": recovery, "run_ms": 12_000}
    told = give(paper, *heard, "19", **changes) if back else keep(paper, *heard, "19", **changes)
    paper.statuses = ["13", "19"]
    paper.run(130_000)
    told = [fact for fact in outcomes(paper) if getattr(fact, "notes", ()) or not isinstance(fact, DepositTaken)]
    assert paper.names().count("DISPENSE") + paper.names().count("UNLOAD") == 1
    ends = [fact for fact in told if not isinstance(fact, DepositPresented)]
    named = [fact for fact in ends if getattr(fact, "notes", ()) or isinstance(fact, DepositKept)]
    assert len(named) == 1
    presented = [fact for fact in told if isinstance(fact, DepositPresented)]
    assert len(presented) <= 1
    assert not presented or not isinstance(named[0], DepositNotMoved)
