"""Start-up, notes and faults of the Bill-to-Bill driver; what it does with deposits and change is in the files beside it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.ccnet.codec import Frame
from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    DepositPast,
    NoteDeposited,
    NoteHeld,
    NoteJammed,
    NoteMoving,
    NoteOurs,
    NoteRecycled,
    NoteRefused,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from kiosk.ports.note_dispenser import ChangeRetractUncertain, DispenserPast, TrayStayedShut
from tests.drivers.ccnet.b2b_script import ILLEGAL, NAK, SILENCE, B2bPaper, then

CASSETTES = (("cassette.2", 50), ("cassette.3", 80))
READY = [
    DeviceReady("acceptor", "b2b", "SM-CN1308", "21K000000042"),
    DeviceReady("dispenser", "b2b", "SM-CN1308", "21K000000042"),
]


def started(paper: B2bPaper, *statuses: str, **options: object) -> list[object]:
    paper.statuses = list(statuses)
    paper.driver(**options)
    paper.run(4_000)
    return list(paper.news())


def held(paper: B2bPaper, bill_type: int = 5, value_fen: int = 10_000) -> None:
    paper.idling()
    paper.statuses = ["15", f"80{bill_type:02X}"]
    paper.run(400)
    assert paper.news() == [NoteMoving(), NoteHeld(1, value_fen)]
    paper.forget()


# -- start-up


def test_power_up_is_reset_and_asked_for_its_past_before_anything_is_enabled() -> None:
    paper = B2bPaper()
    assert started(paper, "10", "13", "13", "19") == [
        DepositPast((), True, "none", (), (), "empty"),
        AcceptorPast("none", 0, False, (("escrow", 0), *CASSETTES)),
        DispenserPast("none", (), "", "empty", CASSETTES),
        *READY,
    ]
    asked = ["IDENT", "BILLS", "OPTIONS", "SET_OPTIONS", "CASSETTES", "CONTENTS"]
    assert paper.names("POLL") == ["RESET", *asked, "RECOVERY", "ENABLE"][: len(paper.names("POLL"))]
    assert paper.orders() == ["RESET", "SET_OPTIONS 67000000"]


def test_options_that_are_right_are_not_written_again() -> None:
    paper = B2bPaper(options="67000000")
    started(paper, "19")
    assert paper.orders() == []


def test_what_lies_in_the_escrow_is_told_note_by_note() -> None:
    paper = B2bPaper(cassettes=[(0x98, 3), (0x81, 50), (0x82, 80)], contents=[5, 4, 5])
    assert started(paper, "19")[0] == DepositPast((10_000, 5_000, 10_000), True, "none", (), (), "empty")


@pytest.mark.parametrize(("number", "flags", "wanted"), [(1, 0x9F, "0118"), (2, 0x83, "0201"), (3, 0x9F, "0302")])
def test_an_empty_cassette_is_given_its_type(number: int, flags: int, wanted: str) -> None:
    cassettes = [(0x98, 0), (0x81, 50), (0x82, 80)]
    cassettes[number - 1] = (flags, 0)
    paper = B2bPaper(options="67000000", cassettes=cassettes)

    def set_type(unit: B2bPaper) -> None:
        unit.statuses = ["21", "21", "29", "19"]
        unit.cassettes[number - 1] = (0x80 | int(wanted[2:], 16), 0)

    paper.on["SET_TYPE"] = set_type
    assert started(paper, "19")[-2:] == READY
    assert paper.orders() == [f"SET_TYPE {wanted}"]
    assert paper.faults() == []


def test_a_loaded_cassette_of_another_type_is_left_alone_and_not_used() -> None:
    paper = B2bPaper(options="67000000", cassettes=[(0x98, 0), (0x83, 7), (0x82, 80)])
    started(paper, "19")
    assert paper.orders() == []
    assert ("acceptor", "NOTE_TABLE", True) in paper.faults()
    assert 2_000 not in paper.it.acceptor.values_fen  # it would be packed there
    assert "cassette.2" not in paper.it.dispenser.counters


def test_a_count_of_none_is_not_believed_while_the_contents_say_otherwise() -> None:
    paper = B2bPaper(options="67000000", cassettes=[(0x9F, 0), (0x81, 50), (0x82, 80)], contents=[5])
    started(paper, "19")
    assert paper.orders() == []
    assert ("acceptor", "NOTE_TABLE", True) in paper.faults()


def test_a_cassette_nobody_named_loses_its_type_when_empty() -> None:
    paper = B2bPaper(options="67000000")
    paper.on["SET_TYPE"] = then("29", "19", cassettes=[(0x98, 0), (0x81, 50), (0x9F, 0)])
    paper.cassettes[2] = (0x82, 0)
    started(paper, "19", recycling={2: 500})
    assert paper.orders() == ["SET_TYPE 031f"]
    assert 1_000 in paper.it.acceptor.deposit_fen


def test_a_missing_cassette_is_named_under_the_dispenser() -> None:
    paper = B2bPaper(cassettes=[(0x98, 0), (0x81, 50), (0x02, 0)])
    started(paper, "19")
    assert paper.faults() == [("dispenser", "CASSETTE_OUT", True)]


def test_a_missing_escrow_cassette_stops_notes() -> None:
    paper = B2bPaper(cassettes=[(0x18, 0), (0x81, 50), (0x82, 80)])
    news = started(paper, "19")
    assert news[0] == DepositPast((), False, "none", (), (), "empty")
    assert paper.faults() == [("acceptor", "NOTE_TABLE", True)]
    assert (paper.it.acceptor.bundle_notes, paper.it.acceptor.escrow_depth) == (0, 1)
    assert list(paper.it.acceptor.deposit_fen) == []


def test_values_with_a_cassette_of_their_own_are_no_deposit() -> None:
    paper = B2bPaper()
    driver = paper.started()
    assert sorted(driver.acceptor.deposit_fen) == [100, 2_000, 5_000, 10_000]
    assert sorted(driver.acceptor.values_fen) == [100, 500, 1_000, 2_000, 5_000, 10_000]
    assert (driver.acceptor.bundle_notes, driver.acceptor.escrow_depth) == (20, 80)
    assert driver.dispenser.cassettes == {2: 500, 3: 1_000}


@pytest.mark.parametrize(
    ("recovery", "past"),
    [
        ("1705010400", DepositPast((), True, "packing", (), ((10_000, -1), (5_000, 0)), "empty")),
        ("170102", DepositPast((), True, "packing", (), ((500, 2),), "empty")),
        ("3D010405020401", DepositPast((), True, "keeping", (10_000, 10_000, 5_000), (), "empty")),
    ],
)
def test_what_a_power_cut_broke_off_is_told(recovery: str, past: DepositPast) -> None:
    paper = B2bPaper(recovery=recovery)
    news = started(paper, "12", "13", "19")
    assert news[0] == past
    assert "EMPTY" not in paper.names()


@pytest.mark.parametrize("recovery", ["1705010400", "3D010405020401", "3C980305010401"])
def test_what_was_cut_is_told_before_the_unit_may_forget_it(recovery: str) -> None:
    """Our ACK waits for the line that these facts are written in, as after STACKED (section 12, trap 1)."""
    paper = B2bPaper(recovery=recovery)
    news = started(paper, "12", "13", "19")
    before = paper.told_before_ack("RECOVERY")
    assert [type(fact) for fact in before if fact in news[:3]] == [DepositPast, AcceptorPast, DispenserPast]


def test_an_empty_cassette_gets_its_type_after_what_was_packed_is_told() -> None:
    paper = B2bPaper(options="67000000", recovery="170501", cassettes=[(0x98, 1), (0x9F, 0), (0x82, 80)], contents=[5])
    paper.on["SET_TYPE"] = then("29", "19", cassettes=[(0x98, 1), (0x81, 0), (0x82, 80)])
    news = started(paper, "12", "13", "19")
    assert news[-2:] == READY
    assert paper.orders() == ["RESET", "SET_TYPE 0201"]
    assert paper.names().index("SET_TYPE") > paper.names().index("RECOVERY")
    assert paper.it.dispenser.counters == {"cassette.2": 0, "cassette.3": 80}
    assert paper.faults() == [("acceptor", "NOTE_TABLE", True), ("acceptor", "NOTE_TABLE", False)]


# -- a bundle that the unit holds and does not remember


def unremembered() -> B2bPaper:
    paper = B2bPaper(recovery="3C")
    assert started(paper, "12", "13", "19")[:3] == [
        DepositPast((), True, "unknown", (), (), "unknown"),
        AcceptorPast("none", 0, False, (("escrow", 0), *CASSETTES)),
        DispenserPast("unknown", (), "3C", "unknown", CASSETTES),
    ]
    paper.on["EMPTY"] = then("1D01", "25", "19", recovery="00")
    paper.on["RESET"] = then("13", "19")
    return paper


def test_a_bundle_that_nobody_remembers_stays_inside_and_nothing_is_taken() -> None:
    paper = unremembered()
    assert {("acceptor", "DEVICE_FAILURE", True), ("dispenser", "DEVICE_FAILURE", True)} <= set(paper.faults())
    paper.forget()
    paper.it.acceptor.accept_only([10_000])
    paper.it.dispenser.present_again(7)
    paper.run(1_000)
    assert paper.news() == [TrayStayedShut(7, "other")]
    paper.it.dispenser.retract(7)
    paper.run(1_000)
    assert paper.news()[1:] == [ChangeRetractUncertain(7, "3C")]
    assert paper.names("POLL") == []


def test_a_technician_gets_what_nobody_remembers_and_then_it_works() -> None:
    paper = unremembered()
    paper.it.acceptor.accept_only([10_000])
    paper.it.restart()
    paper.run(4_000)
    assert paper.names().count("EMPTY") == 1
    assert paper.faults()[-1] == ("dispenser", "DEVICE_FAILURE", False)
    assert paper.orders()[-1].startswith("ENABLE")


def test_a_note_stacked_after_the_start_is_told_as_packed_once() -> None:
    paper = B2bPaper(recovery="170500")
    news = started(paper, "12", "13", "810500", "19")
    assert news[:2] == [
        DepositPast((), True, "packing", (), ((10_000, 0),), "empty"),
        AcceptorPast("stacker", 10_000, True, (("escrow", 0), *CASSETTES)),
    ]
    assert not any(isinstance(fact, NoteOurs) for fact in news)


def test_a_firmware_without_power_recovery_says_unknown() -> None:
    paper = B2bPaper(answers={"RECOVERY": [ILLEGAL]})
    assert started(paper, "10", "13", "19")[0] == DepositPast((), True, "unknown", (), (), "empty")


def test_a_jam_at_start_is_told_at_once_and_waits_for_people() -> None:
    paper = B2bPaper()
    news = started(paper, "44")
    assert news == [
        DepositPast((), False, "none", (), (), "unknown"),
        AcceptorPast("jam", 0, False, ()),
        DispenserPast("unknown", (), "", "unknown", ()),
    ]
    assert paper.orders() == []
    paper.on["RESET"] = then("13", "19")
    paper.it.restart()
    paper.run(3_000)
    assert paper.news()[-2:] == READY
    assert paper.faults()[-2:] == [("acceptor", "BOX_JAM", False), ("dispenser", "DISPENSER_JAM", False)]


def test_something_else_on_the_port_is_named_under_both_names() -> None:
    paper = B2bPaper(answers={"IDENT": [b"?" * 20] * 9})
    assert started(paper, "19") == []
    assert paper.faults()[:2] == [("acceptor", "WRONG_DEVICE", True), ("dispenser", "WRONG_DEVICE", True)]


# -- notes


@pytest.mark.parametrize(
    ("bill_type", "value_fen", "destination", "fact"),
    [
        (5, 10_000, "01", NoteDeposited(1, 10_000)),
        (5, 10_000, "00", NoteOurs(1, 10_000)),
        (1, 500, "02", NoteRecycled(1, 500, 2)),
    ],
)
def test_where_a_note_came_to_rest(bill_type: int, value_fen: int, destination: str, fact: object) -> None:
    paper = B2bPaper(on={"STACK": then("17", f"81{bill_type:02X}{destination}", "14")})
    held(paper, bill_type, value_fen)
    paper.it.acceptor.stack(1)
    paper.run(1_000)
    assert paper.news() == [fact]
    assert paper.orders() == ["STACK"]


def test_counters_follow_the_notes() -> None:
    paper = B2bPaper(on={"STACK": then("17", "810102", "14")})
    held(paper, 1, 500)
    paper.it.acceptor.stack(1)
    paper.run(1_000)
    assert paper.it.acceptor.counters == {"escrow": 0, "cassette.2": 51, "cassette.3": 80}


def test_a_note_is_given_back() -> None:
    paper = B2bPaper(on={"RETURN": then("18", "8205", "14")})
    held(paper)
    paper.it.acceptor.give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteReturned(1, 10_000)]


def test_a_lost_ack_repeats_the_event_and_the_note_counts_once() -> None:
    paper = B2bPaper(on={"STACK": then("810501", "810501", "810501", "14")})
    held(paper)
    paper.it.acceptor.stack(1)
    paper.run(1_500)
    assert paper.news() == [NoteDeposited(1, 10_000)]
    assert paper.it.acceptor.counters["escrow"] == 1


def test_two_notes_of_one_kind_are_two_notes() -> None:
    paper = B2bPaper(on={"STACK": then("810501", "14", "15", "8005")})
    held(paper)
    paper.it.acceptor.stack(1)
    paper.run(1_000)
    paper.it.acceptor.stack(2)
    paper.run(600)
    assert [fact for fact in paper.news() if isinstance(fact, NoteDeposited)] == [
        NoteDeposited(1, 10_000),
        NoteDeposited(2, 10_000),
    ]


def test_hold_is_sent_as_long_as_nobody_decided() -> None:
    paper = B2bPaper()
    held(paper)
    begin_ms = paper.now_ms
    paper.statuses = ["1A"]
    paper.run(30_000)
    holds = [when for when, name, _ in paper.commands if name == "HOLD"]
    assert len(holds) == 4
    assert all(b - a <= 8_000 for a, b in pairwise([begin_ms, *holds]))


def test_stack_is_never_sent_twice() -> None:
    paper = B2bPaper(answers={"STACK": [SILENCE]}, on={"RETURN": then("18", "8205", "14")})
    held(paper)
    paper.it.acceptor.stack(1)
    paper.run(4_000)
    assert paper.news() == [NoteReturned(1, 10_000)]
    assert paper.orders() == ["STACK", "RETURN"]


def test_stack_is_sent_again_after_a_nak() -> None:
    paper = B2bPaper(answers={"STACK": [NAK, b"\x00"]})
    held(paper)
    paper.on["STACK"] = lambda unit: setattr(unit, "statuses", ["8005", "810501", "14"])
    paper.it.acceptor.stack(1)
    paper.run(1_000)
    assert paper.orders() == ["STACK", "STACK"]
    assert paper.news() == [NoteDeposited(1, 10_000)]


@pytest.mark.parametrize(
    ("ordered", "status", "fact"),
    [
        (True, "43", NoteJammed(1, 10_000)),
        (True, "44", NoteJammed(1, 10_000)),
        (True, "479F", NoteUncertain(1, 10_000)),
        (False, "43", NoteReturnUncertain(1, 10_000)),
        (False, "479F", NoteReturnUncertain(1, 10_000)),
    ],
)
def test_a_jam_with_a_note_in_hand_is_told_before_the_fault(ordered: bool, status: str, fact: object) -> None:
    paper = B2bPaper()
    held(paper)
    if ordered:
        paper.on["STACK"] = then("17", status)
        paper.it.acceptor.stack(1)
    else:
        paper.statuses = [status]
    paper.run(1_000)
    assert paper.news() == [fact]
    assert next(code for _, code, _ in paper.faults()) in ("NOTE_JAM", "BOX_JAM", "DEVICE_FAILURE")
    assert {device for device, _, _ in paper.faults()} == {"acceptor", "dispenser"}


def test_a_note_that_jams_before_it_was_recognised() -> None:
    paper = B2bPaper()
    paper.idling()
    paper.statuses = ["15", "43"]
    paper.run(500)
    assert paper.news() == [NoteMoving(), NoteJammed(1, 10_000)]


@pytest.mark.parametrize(
    ("cassettes", "fact"),
    [
        ([(0x98, 0), (0x81, 50), (0x82, 80)], NoteUncertain(1, 10_000)),
        ([(0x98, 1), (0x81, 50), (0x82, 80)], NoteDeposited(1, 10_000)),
        ([(0x98, 0), (0x81, 51), (0x82, 80)], NoteRecycled(1, 10_000, 2)),
        ([(0x98, 1), (0x81, 51), (0x82, 80)], NoteUncertain(1, 10_000)),
    ],
)
def test_an_end_nobody_told_is_settled_by_the_counts(cassettes: list[tuple[int, int]], fact: object) -> None:
    paper = B2bPaper(on={"STACK": then("17", "14", cassettes=cassettes)})
    held(paper)
    paper.it.acceptor.stack(1)
    paper.run(1_500)
    assert paper.news() == [fact]
    assert paper.names("POLL") == ["CASSETTES", "STACK", "CASSETTES"]


@pytest.mark.parametrize(
    ("bill_type", "value_fen", "cassettes", "fault"),
    [
        (5, 10_000, [(0x18, 0), (0x81, 50), (0x82, 80)], ("acceptor", "NOTE_TABLE", True)),
        (5, 10_000, [(0x9F, 0), (0x81, 50), (0x82, 80)], ("acceptor", "NOTE_TABLE", True)),
        (1, 500, [(0x98, 0), (0x01, 0), (0x82, 80)], ("dispenser", "CASSETTE_OUT", True)),
        (1, 500, [(0x98, 0), (0x83, 50), (0x82, 80)], ("acceptor", "NOTE_TABLE", True)),
    ],
)
def test_a_note_whose_cassette_was_pulled_out_since_it_came_goes_back(
    bill_type: int, value_fen: int, cassettes: list[tuple[int, int]], fault: tuple[str, str, bool]
) -> None:
    """It would fall into the box, or into another cassette: nobody could refund it, or promised change would lack it."""
    paper = B2bPaper(on={"RETURN": then("18", f"82{bill_type:02X}", "14")})
    held(paper, bill_type, value_fen)
    del paper.on["ENABLE"]  # the note at the slot stays whatever the masks are now
    paper.cassettes = cassettes
    paper.it.acceptor.stack(1)
    paper.run(1_000)
    assert "STACK" not in paper.names()
    assert paper.faults() == [fault]
    assert paper.facts.index(NoteReturned(1, value_fen)) == 1  # the fault is said first: it ends the sale
    assert value_fen not in paper.it.acceptor.deposit_fen or value_fen == 500


def test_a_note_for_a_full_escrow_goes_back_and_no_more_of_its_kind_are_taken() -> None:
    paper = B2bPaper(on={"RETURN": then("18", "8205", "14")})
    held(paper)
    del paper.on["ENABLE"]
    paper.cassettes[0] = (0xD8, 80)
    paper.it.acceptor.stack(1)
    paper.run(1_000)
    assert (paper.news(), paper.faults()) == ([NoteReturned(1, 10_000)], [])
    assert list(paper.it.acceptor.deposit_fen) == []
    assert sorted(paper.it.acceptor.values_fen) == [500, 1_000]


@pytest.mark.parametrize(("answers", "order"), [(2, "STACK"), (3, "RETURN")])
def test_a_unit_that_does_not_say_what_is_fitted_is_asked_three_times(answers: int, order: str) -> None:
    paper = B2bPaper()
    held(paper)
    paper.answers = {"CASSETTES": [ILLEGAL, SILENCE, ILLEGAL][:answers]}
    paper.on = {"STACK": then("810501", "14"), "RETURN": then("18", "8205", "14")}
    paper.it.acceptor.stack(1)
    paper.run(1_500)
    assert paper.orders() == [order]
    assert paper.names().count("CASSETTES") == 3


def test_a_stacked_event_without_a_note_is_no_money() -> None:
    paper = B2bPaper()
    paper.idling()
    paper.statuses = ["15", "810501", "15", "14"]
    paper.run(1_000)
    assert [fact for fact in paper.news() if not isinstance(fact, NoteMoving)] == []


def test_a_stacked_event_while_another_note_waits_is_not_taken_for_it() -> None:
    paper = B2bPaper(on={"RETURN": then("18", "8205", "14")})
    held(paper)
    paper.statuses = ["810501", "8005"]
    paper.run(600)
    assert paper.news() == []
    paper.it.acceptor.give_back(1)
    paper.run(1_000)
    assert paper.news() == [NoteReturned(1, 10_000)]


def test_a_coupon_goes_back_without_a_word_of_money() -> None:
    paper = B2bPaper(on={"RETURN": then("18", "8217", "14")})
    paper.idling()
    paper.statuses = ["8017"]
    paper.run(1_500)
    assert paper.news() == [NoteRefused("inhibited", "type 23")]
    assert paper.orders() == ["RETURN"]


def test_a_refused_note_and_a_second_one() -> None:
    paper = B2bPaper()
    paper.idling()
    paper.statuses = ["15", "1C68", "14", "46", "14"]
    paper.run(900)
    assert paper.news() == [NoteMoving(), NoteRefused("inhibited", "1C/68/00"), NoteRefused("double", "46/00/00")]


def test_a_note_packed_without_asking_is_believed() -> None:
    paper = B2bPaper()
    paper.idling()
    paper.statuses = ["15", "17", "810300", "14"]
    paper.run(900)
    assert paper.news() == [NoteMoving(), NoteOurs(1, 2_000)]


def test_numbers_go_on_where_the_life_before_ended() -> None:
    paper = B2bPaper()
    paper.idling(first_note=812)
    paper.statuses = ["8000"]
    paper.run(300)
    assert paper.news() == [NoteHeld(812, 100)]


def test_only_asked_values_are_enabled_all_by_escrow() -> None:
    paper = B2bPaper()
    driver = paper.idling()
    driver.acceptor.accept_only([5_000, 10_000])
    paper.run(300)
    driver.acceptor.accept_only([10_000, 5_000])
    paper.run(300)
    assert paper.orders() == ["ENABLE 000030000030"]


def test_a_unit_that_timed_out_is_enabled_again() -> None:
    paper = B2bPaper()
    paper.idling()
    paper.statuses = ["19"]
    paper.run(1_500)
    assert paper.orders()[0] == "ENABLE 00003f00003f"


def test_an_enabled_unit_is_polled_more_than_twice_a_second() -> None:
    paper = B2bPaper()
    paper.idling(poll_ms=900)
    paper.run(5_000)
    polls = [when for when, name, _ in paper.commands if name == "POLL"]
    assert max(b - a for a, b in pairwise(polls)) <= 450


# -- the unit restarts in the middle of a note


@pytest.mark.parametrize(
    ("recovery", "statuses", "contents", "fact"),
    [
        ("170501", ["12", "13", "19"], [5], NoteDeposited(1, 10_000)),
        ("170500", ["12", "13", "19"], [], NoteOurs(1, 10_000)),
        ("00", ["12", "13", "810501", "19"], [5], NoteDeposited(1, 10_000)),
        ("00", ["12", "13", "19"], [5], NoteDeposited(1, 10_000)),
        ("00", ["11", "13", "19"], [], NoteReturned(1, 10_000)),
        ("00", ["12", "13", "8205", "19"], [], NoteReturned(1, 10_000)),
        ("00", ["12", "13", "19"], [], NoteUncertain(1, 10_000)),
        ("00", ["10", "13", "19"], [], NoteReturned(1, 10_000)),
    ],
)
def test_a_power_cut_of_the_unit_after_stack(
    recovery: str, statuses: list[str], contents: list[int], fact: object
) -> None:
    paper = B2bPaper()
    held(paper)
    paper.on["STACK"] = then("17", *statuses, recovery=recovery, contents=contents)
    paper.it.acceptor.stack(1)
    paper.run(4_000)
    assert paper.news()[0] == fact
    assert paper.news()[-2:] == READY
    assert recovery == "00" or fact in paper.told_before_ack("RECOVERY")
    assert sum(type(told) is type(fact) for told in paper.news()) == 1


def test_a_lost_link_keeps_the_note_and_its_end_is_told_when_it_is_back() -> None:
    paper = B2bPaper(on={"STACK": then("17")})
    held(paper)
    paper.it.acceptor.stack(1)
    paper.run(300)
    paper.it.link_lost("unplugged", paper.now_ms)
    paper.run(2_000)
    paper.statuses = ["810501", "14"]
    paper.on["ENABLE"] = then("19")
    paper.contents = [5]
    paper.it.link_up(paper.now_ms)
    paper.run(3_000)
    assert [fact for fact in paper.news() if isinstance(fact, NoteDeposited)] == [NoteDeposited(1, 10_000)]
    assert paper.faults()[:4] == [
        ("acceptor", "LINK_LOST", True),
        ("dispenser", "LINK_LOST", True),
        ("acceptor", "LINK_LOST", False),
        ("dispenser", "LINK_LOST", False),
    ]


def test_thirty_seconds_of_silence_leave_a_note_uncertain_and_no_reset_before() -> None:
    paper = B2bPaper(on={"STACK": then("")})
    held(paper)
    paper.it.acceptor.stack(1)
    paper.run(29_000)
    assert paper.news() == []
    assert "RESET" not in paper.names()
    paper.run(3_000)
    assert paper.news() == [NoteUncertain(1, 10_000)]
    assert ("dispenser", "NO_ANSWER", True) in paper.faults()


# -- faults of the unit


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        ("41", ["BOX_FULL", "REJECT_FULL"]),
        ("42", ["BOX_OUT", "REJECT_OUT"]),
        ("43", ["NOTE_JAM", "DISPENSER_JAM"]),
        ("44", ["BOX_JAM", "DISPENSER_JAM"]),
        ("47FE", ["DEVICE_FAILURE", "DEVICE_FAILURE"]),
        ("45", ["CHEATED"]),
        ("99", ["PROTOCOL"]),
    ],
)
def test_each_state_is_one_fault_for_each_port_and_passes(status: str, codes: list[str]) -> None:
    paper = B2bPaper()
    paper.started()
    paper.statuses = [status]
    paper.run(1_000)
    assert [code for _, code, up in paper.faults() if up] == codes
    paper.facts.clear()
    paper.statuses = ["19"]
    paper.run(600)
    assert [code for _, code, up in paper.faults() if not up] == codes


def test_the_box_back_in_place_is_a_start_of_its_own() -> None:
    paper = B2bPaper()
    paper.idling()
    paper.statuses = ["42"]
    paper.run(500)
    paper.statuses = ["13", "19"]
    paper.run(1_500)
    assert "ENABLE 00003f00003f" in paper.orders()
    assert "RESET" not in paper.names()


@pytest.mark.parametrize("damage", [1, 2, 5])
def test_damaged_answers_are_asked_for_again(damage: int) -> None:
    paper = B2bPaper(on={"STACK": then("17", *["810501"] * 6, "14", damage=damage)})
    held(paper)
    paper.it.acceptor.stack(1)
    paper.run(4_000)
    assert paper.news() == [NoteDeposited(1, 10_000)]
    assert NAK in paper.controls


@pytest.mark.parametrize("latency_ms", [11, 300])
def test_a_slow_answer_is_an_answer(latency_ms: int) -> None:
    paper = B2bPaper(on={"STACK": then("17", "810501", "14")}, latency_ms=latency_ms)
    slowly_held(paper)
    paper.it.acceptor.stack(1)
    paper.run(5_000)
    assert paper.news() == [NoteDeposited(1, 10_000)]
    assert paper.orders() == ["STACK"]


def slowly_held(paper: B2bPaper) -> None:
    paper.driver()
    paper.run(9_000)
    paper.on["ENABLE"] = then("14")
    paper.it.acceptor.accept_only(paper.it.acceptor.values_fen)
    paper.run(2_000)
    paper.statuses = ["8005"]
    paper.run(1_500)
    paper.forget()


def test_an_answer_six_seconds_late_counts_once() -> None:
    paper = B2bPaper(on={"STACK": then("17")})
    held(paper)
    paper.it.acceptor.stack(1)
    paper.run(300)
    paper.statuses = [""]
    paper.run(6_000)
    paper.it.receive(Frame(1, bytes.fromhex("810501")).encode(), paper.now_ms)
    paper.contents = [5]
    paper.statuses = ["810501", "14", "19"]
    paper.run(4_000)
    assert [fact for fact in paper.news() if isinstance(fact, NoteDeposited)] == [NoteDeposited(1, 10_000)]


def test_the_answer_to_a_question_is_not_taken_from_the_one_before() -> None:
    paper = B2bPaper()
    paper.started()
    paper.it.acceptor.keep((1,))
    paper.answers["CONTENTS"] = [SILENCE, b"\x01\x05"]
    paper.on["CONTENTS"] = lambda unit: None
    paper.run(8_000)
    assert paper.names().count("UNLOAD") == 1


def test_a_damaged_status_at_every_step_of_a_start_changes_nothing() -> None:
    for good in range(14):
        paper = B2bPaper(statuses=["10", "10", "13", "13", "19"])
        paper.driver()
        while len(paper.commands) < good:
            paper.run(1)
        paper.damage = 1
        paper.run(9_000)
        assert paper.news()[0] == DepositPast((), True, "none", (), (), "empty")
        assert paper.news()[-2:] == READY


def test_a_probe_sets_and_moves_nothing() -> None:
    paper = B2bPaper(cassettes=[(0x9F, 0), (0x81, 50), (0x82, 80)], recovery="3C980305010401")
    started(paper, "19", configure=False)
    paper.run(5_000)
    assert paper.orders() == []
    lines = paper.it.probe_lines()
    assert {"model b2b", "phase ready", "part SM-CN1308", "cassette 2 type 1 notes 50 full False"} <= set(lines)
    assert not any(line.startswith("fault") for line in lines), "it has no configuration to differ from"


def test_busy_is_left_alone_for_its_time() -> None:
    paper = B2bPaper()
    paper.started()
    paper.statuses = ["1B14", "19"]
    begin_ms = paper.now_ms
    paper.run(3_000)
    polls = [when for when, name, _ in paper.commands if name == "POLL"]
    assert max(b - a for a, b in pairwise([begin_ms, *polls])) >= 2_000


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(1, 7), max_size=8), gap_ms=st.integers(0, 30))
def test_an_answer_cut_anywhere_means_the_same(cuts: list[int], gap_ms: int) -> None:
    paper = B2bPaper()
    held(paper)
    paper.on["STACK"] = then("17")
    paper.it.acceptor.stack(1)
    paper.run(200)
    paper.commands.clear()
    raw = Frame(1, bytes.fromhex("810501")).encode()
    while not paper.commands or paper.commands[-1][1] != "POLL":
        paper.statuses = [""]
        paper.run(1)
    for a, b in pairwise([0, *sorted({min(cut, len(raw)) for cut in cuts}), len(raw)]):
        paper.now_ms += gap_ms
        paper.it.receive(raw[a:b], paper.now_ms)
    assert paper.news() == [NoteDeposited(1, 10_000)]


@settings(max_examples=40, deadline=None)
@given(noise=st.lists(st.binary(max_size=12), max_size=12))
def test_noise_is_never_money_and_never_an_error(noise: list[bytes]) -> None:
    paper = B2bPaper()
    paper.idling()
    for data in noise:
        paper.it.receive(data, paper.now_ms)
        paper.run(120)
    assert not any(isinstance(fact, NoteDeposited | NoteOurs | NoteRecycled) for fact in paper.facts)
