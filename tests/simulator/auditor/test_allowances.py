"""What the auditor lets pass because nobody can know it: how much at most, because of which line, and until when.

Beside each thing that passes stands the same thing a little larger, earlier or later, which a bug would make; it is caught.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.simulator.auditor import writer as w
from tests.simulator.auditor.stage import NUMBERS, Stage
from tests.simulator.auditor.test_matter import unknown_payment

LARGEST_FEN = 10_000
VALUES = {1: 100, 2: 1_000}
Lines = Sequence[w.Line]


def judged(stage: Stage, resting: bool = True) -> set[int]:
    stage.auditor.physical(resting=resting)
    return stage.found()


def paid_out(stage: Stage, notes: int, *way: str) -> None:
    for _ in range(notes):
        stage.go(stage.first("cassette.2"), *way)


# -- one note more than an order without outcome asked for (decision 019)


def test_an_order_without_an_outcome_may_have_dragged_one_note_along() -> None:
    stage = Stage().handed_over()
    paid_out(stage, 2, "dispenser.path", "change.tray")
    assert judged(stage) == set()
    paid_out(stage, 1, "dispenser.path")
    assert judged(stage) == {3}


def test_what_was_dragged_along_is_behind_the_shut_flap_and_with_no_passenger() -> None:
    stage = Stage().handed_over()
    paid_out(stage, 1, "dispenser.path", "change.tray", "hand")
    assert judged(stage) == set()
    paid_out(stage, 1, "dispenser.path", "change.tray", "hand")
    assert judged(stage) == {1}


def test_with_its_outcome_nothing_more_than_it_says_has_moved() -> None:
    stage = Stage().handed_over()
    paid_out(stage, 2, "dispenser.path", "change.tray")
    stage.lines(w.sold(1, 1)[11])
    assert judged(stage) == {3}


def unknown_because(reason: str, notes: int, *way: str) -> Stage:
    stage = Stage().handed_over()
    paid_out(stage, notes, *way)
    written = [w.claim(1, 1_000, False, "pay_unknown"), w.unknown(1, 1_000, "pay_unknown")]
    return stage.lines(({"kind": "pay!", "result": "unknown", "order": 101, "counts": [], "reason": reason}, written))


def test_only_a_device_that_says_that_it_miscounted_may_have_given_one_more() -> None:
    assert judged(unknown_because("miscounted 40", 2, "dispenser.path", "change.tray")) == set()
    assert judged(unknown_because("miscounted 40", 3, "dispenser.path", "change.tray")) == {3}
    assert judged(unknown_because("link", 1, "dispenser.path", "change.tray")) == set()
    assert judged(unknown_because("link", 2, "dispenser.path", "change.tray")) == {3}


def test_a_miscounted_note_is_with_no_passenger_either() -> None:
    stage = unknown_because("miscounted 40", 2, "dispenser.path", "change.tray")
    stage.go(stage.first("change.tray"), "hand")
    assert judged(stage) == set()  # the order itself may have been laid out
    stage.go(stage.first("change.tray"), "hand")
    assert judged(stage) == {1}


# -- where notes of an unknown payment may lie, until somebody looks


COUNTED = (w.fill(1, 100, 100, 100), w.fill(2, 1_000, 100, 99))


def clear(device: str) -> w.Line:
    return {"kind": "op.act", "operator": "11", "second": "", "act": "clear", "place": device}, []


def test_the_tray_is_in_doubt_until_somebody_looked_into_it() -> None:
    stage = unknown_payment(way=("dispenser.path", "change.tray")).lines(*COUNTED)
    assert judged(stage) == set()
    stage.go(stage.note(100), "change.tray")
    assert 3 in judged(stage)  # at most what was asked


def test_a_tray_that_was_cleared_is_in_doubt_no_more() -> None:
    stage = unknown_payment(way=("dispenser.path", "change.tray"))
    stage.auditor.hands(True)
    stage.go(stage.first("change.tray"), "vault")
    stage.auditor.hands(False)
    stage.lines(clear("dispenser"), *COUNTED)
    assert judged(stage) == set()
    stage.go(stage.note(100), "change.tray")
    assert 3 in judged(stage)


def test_what_nobody_pulled_back_is_not_in_the_retract_bin() -> None:
    assert judged(unknown_payment(way=("dispenser.path", "change.tray", "change.retract"))) >= {3}


def short_and_pulled_back(more: int) -> Stage:
    """One note is presented of two that were asked for, the path is unsure; the tray is pulled back with `more` in it."""
    stage = Stage().handed_over()
    stage.lines(
        ({"kind": "pay!", "result": "unknown", "order": 101, "counts": [[2, 1, 0]], "reason": "miscounted 40"}, [])
    )
    paid_out(stage, 1 + more, "dispenser.path", "change.tray")
    pull = {"kind": "retract?", "sale": 1, "outlet": "change", "order": 101}
    stage.lines(({"kind": "timer", "result": "take"}, [pull]))
    for _ in range(1 + more):
        stage.go(stage.first("change.tray"), "change.retract")
    stage.auditor.physical(resting=False)
    return stage.lines(({"kind": "retract!", "result": "change", "order": 101}, [w.claim(1, 1_000)]))


def test_what_was_pulled_back_may_be_one_more_until_the_bin_is_counted() -> None:
    assert judged(short_and_pulled_back(1)) == set()
    assert judged(short_and_pulled_back(2)) == {3}
    assert 3 not in short_and_pulled_back(1).lines(w.bin_emptied("change_retract", 1, 2)).found()
    assert 3 in short_and_pulled_back(1).lines(w.bin_emptied("change_retract", 1, 12)).found()


def test_what_sticks_in_the_path_may_outlast_a_count_of_the_cassettes() -> None:
    stage = unknown_payment(way=("dispenser.path",)).lines(*COUNTED)
    assert judged(stage) == set()
    stage.lines(clear("dispenser"))
    assert judged(stage) == {3}


def test_a_count_of_the_reject_bin_differs_by_no_more_than_the_unknown_payment() -> None:
    assert unknown_payment().lines(w.bin_emptied("reject", 0, 10)).found() == set()  # ten notes of one yuan
    assert unknown_payment().lines(w.bin_emptied("reject", 0, 11)).found() == {3}
    assert Stage().sold().lines(w.bin_emptied("reject", 0, 1)).found() == {3}


def test_a_reject_bin_that_was_counted_last_is_in_doubt_no_more() -> None:
    stage = unknown_payment(way=("dispenser.path", "dispenser.reject")).lines(*COUNTED)
    assert judged(stage) == set()
    stage.auditor.hands(True)
    stage.go(stage.first("dispenser.reject"), "vault")
    stage.auditor.hands(False)
    stage.lines(w.bin_emptied("reject", 0, 1))
    assert judged(stage) == set()
    stage.go(stage.note(100), "dispenser.reject")
    assert 3 in judged(stage)


def jammed_again(stage: Stage, asked: int = 2, reason: str = "jam", lies: Sequence[str] = ("dispenser.path",)) -> Stage:
    """The next order is of one note of cassette `asked`; one of cassette 2 sticks in the path."""
    lines = w.cancelled(2, 2)
    pay = lines[7][1][1]
    pay["counts"], pay["value_fen"] = [[asked, 1]], VALUES[asked]
    stage.lines(*lines[:3])
    ten, five = stage.note(1_000), stage.note(500)
    stage.go(ten, "acceptor.path", "acceptor.escrow")
    stage.lines(lines[3])
    stage.go(ten, "acceptor.path", "box")
    stage.lines(lines[4])
    stage.go(five, "acceptor.path", "acceptor.escrow")
    stage.lines(lines[5])
    stage.go(five, "acceptor.mouth", "hand")
    stage.lines(*lines[6:8])
    stage.go(stage.first("cassette.2"), *lies)
    short = {"kind": "pay!", "result": "short", "order": 201, "counts": [[asked, 0, 0]], "reason": reason}
    return stage.lines((short, [w.claim(2, 1_000)]))


def said_to_be_rejected(lay: str) -> Stage:
    """One note was thrown out, said the device that failed; then the tray is cleared and the cassettes are counted."""
    stage = unknown_payment(counts=[[2, 0, 1]], way=("dispenser.path", lay))
    stage.auditor.hands(True)
    if lay == "change.tray":
        stage.go(stage.first(lay), "vault")
    stage.auditor.hands(False)
    return jammed_again(stage.lines(clear("dispenser"), w.fill(1, 100, 100, 100), w.fill(2, 1_000, 99, 99)))


def test_what_a_failed_device_said_to_have_thrown_out_need_not_be_in_the_reject_bin() -> None:
    stage = said_to_be_rejected("change.tray")
    assert judged(stage, resting=False) == set()
    stage.go(stage.first("cassette.1"), "floor")
    assert judged(stage, resting=False) >= {3}


def test_what_does_lie_there_explains_no_other_note() -> None:
    stage = said_to_be_rejected("dispenser.reject")
    assert judged(stage, resting=False) == set()
    stage.go(stage.first("cassette.1"), "floor")
    assert judged(stage, resting=False) >= {3}


def test_what_jams_may_be_of_another_cassette_than_was_asked() -> None:
    stage = jammed_again(Stage().sold(), asked=1)
    assert 3 not in judged(stage, resting=False)
    stage.lines(w.fill(1, 100, 100, 100), w.fill(2, 1_000, 99, 98))
    assert 3 not in judged(stage, resting=False)
    stage.lines(clear("dispenser"))
    assert 3 in judged(stage, resting=False)


def test_it_is_one_note_and_it_sticks_in_the_path() -> None:
    stage = jammed_again(Stage().sold(), asked=1)
    paid_out(stage, 1, "dispenser.path")
    assert 3 in judged(stage, resting=False)
    assert 3 in judged(jammed_again(Stage().sold(), 1, lies=("dispenser.path", "change.tray")), resting=False)
    assert 1 in judged(jammed_again(Stage().sold(), 1, lies=("dispenser.path", "change.tray", "hand")), resting=False)
    assert 3 in judged(jammed_again(Stage().sold(), 1, reason="empty"), resting=False)


def thrown_out(notes: int, *booked: w.Line) -> Stage:
    """Of an order of one note nobody can tell; the device threw out so many."""
    stage = unknown_payment(way=("dispenser.path", "dispenser.reject"))
    paid_out(stage, notes - 1, "dispenser.path", "dispenser.reject")
    assert judged(stage) == set()
    return stage.lines(w.fill(1, 100, 100, 100), *booked)


def test_what_cassettes_in_doubt_turn_out_to_lack_lies_in_the_reject_bin() -> None:
    stage = thrown_out(4, w.fill(2, 1_000, 100, 96))
    assert judged(stage) == set()
    stage.go(stage.note(1_000), "dispenser.reject")
    assert 3 in judged(stage)
    assert thrown_out(4, w.fill(2, 1_000, 100, 96), w.bin_emptied("reject", 0, 4)).found() == set()


def filled_up(added: int) -> Stage:
    """The cassette that lacks four notes is filled up before it is counted; the bookings say one more than before."""
    stage = thrown_out(4)
    for _ in range(added):
        stage.go(stage.note(1_000, "vault"), "cassette.2")
    return stage.lines(w.fill(2, 1_000, 100, 101))


def test_nor_is_that_hidden_by_who_fills_the_cassette_up() -> None:
    stage = filled_up(5)
    assert judged(stage) == set()
    stage.go(stage.note(1_000), "dispenser.reject")
    assert 3 in judged(stage)
    assert 3 in judged(filled_up(4))


def test_what_they_do_not_lack_does_not() -> None:
    stage = thrown_out(1, w.fill(2, 1_000, 100, 99))
    assert judged(stage) == set()
    stage.go(stage.note(1_000), "dispenser.reject")
    assert 3 in judged(stage)
    stage = Stage().sold().lines(w.fill(2, 1_000, 99, 96))  # nothing was in doubt
    stage.go(stage.note(1_000), "dispenser.reject")
    assert 3 in judged(stage)


@pytest.mark.parametrize("first", [True, False])
def test_a_reject_bin_that_was_counted_explains_nothing_that_comes_after(first: bool) -> None:
    emptied, counted = w.bin_emptied("reject", 0, 4), w.fill(2, 1_000, 100, 96)
    stage = thrown_out(4)
    stage.auditor.hands(True)
    for _ in range(4):
        stage.go(stage.first("dispenser.reject"), "vault")
    stage.auditor.hands(False)
    stage.lines(*((emptied, counted) if first else (counted, emptied)))
    assert judged(stage) == set()
    stage.go(stage.note(1_000), "dispenser.reject")
    stage.go(stage.note(1_000), "dispenser.reject")
    assert 3 in judged(stage)


# -- a note that nobody recognised (decision 021)


def past(position: str) -> w.Line:
    return {"kind": "acceptor.past", "position": position, "value_fen": 0, "credited": False, "counters": []}, []


def stuck(stage: Stage, *values_fen: int) -> Stage:
    for value_fen in values_fen:
        stage.go(stage.note(value_fen), "acceptor.path", "acceptor.jam")
    return stage


def test_one_note_may_stick_that_no_line_names() -> None:
    assert judged(stuck(Stage().lines(past("jam")), 5_000)) == set()
    assert judged(stuck(Stage(), 5_000)) >= {3}
    assert judged(stuck(Stage().lines(past("none")), 5_000)) >= {3}


@pytest.mark.parametrize("values_fen", [(5_000, 5_000), (5_000, 1_000)])
def test_a_second_note_is_not_explained_by_the_same_line_whatever_its_value(values_fen: tuple[int, int]) -> None:
    assert judged(stuck(Stage().lines(past("jam")), *values_fen)) >= {3}


@pytest.mark.parametrize("ends", [past("none"), w.seen(1, 1_000), w.outcome("return!", "returned", 7, 5_000)])
def test_the_allowance_ends_when_the_path_is_seen_free_or_the_note_is_told(ends: w.Line) -> None:
    assert judged(stuck(Stage().lines(past("path")), 5_000)) == set()
    assert 3 in judged(stuck(Stage().lines(past("path"), ends), 5_000))


def test_the_note_that_has_its_claim_is_not_allowed_a_second_time() -> None:
    owed = [w.claim(0, LARGEST_FEN, False, "note_jammed"), w.unknown(0, LARGEST_FEN, "acceptor")]
    claimed = w.outcome("stack!", "jammed", 7, LARGEST_FEN, owed)
    assert judged(stuck(Stage().lines(past("jam"), claimed), 5_000)) == set()
    assert judged(stuck(Stage().lines(past("jam"), claimed), 5_000, 5_000)) >= {3}


def test_a_note_that_was_never_recognised_does_not_fall_into_the_box() -> None:
    stage = stuck(Stage().lines(past("jam")), 5_000)
    stage.go(stage.first("acceptor.jam"), "box")
    assert judged(stage) == {3, 6}


def recovered(position: str, *outcome: w.Line, drawn_in: bool = True) -> Stage:
    """The power fails while a note is drawn in; it sticks, and the sale goes on with these outcomes."""
    stage = Stage().collecting()
    if drawn_in:
        stage.lines(({"kind": "note.moving"}, []))
    stuck(stage, 5_000)
    stage.auditor.restarted(stage.text)
    stage.boot = 2
    begun = {"kind": "sys.recover", "result": "begin", "sale": 1, "state": "COLLECTING", "silent": []}
    ended = {"kind": "sys.recover", "result": "end", "pause_ms": 9_000, "believed": []}
    boot = {"kind": "sys.boot", "machine": "T07", "nonce": "cd", "version": "1", "damaged_bytes": 0}
    return stage.lines((boot, []), past(position), (begun, []), *outcome, (ended, []))


LOST = w.outcome("return!", "unknown", -1, LARGEST_FEN)


@pytest.mark.parametrize("position", ["jam", "unknown"])
def test_a_note_that_went_into_a_sale_and_stays_inside_is_taken_for_lost_by_its_recovery(position: str) -> None:
    assert judged(recovered(position, LOST)) == set()
    assert judged(recovered(position)) >= {3}


def test_a_note_that_moved_freely_or_that_no_line_told_of_may_stick_later_without_a_claim() -> None:
    assert judged(recovered("path")) == set()
    assert judged(recovered("jam", drawn_in=False)) == set()


def taken_out(stage: Stage) -> Stage:
    stage.auditor.hands(True)
    stage.go(stage.first("acceptor.jam"), "vault")
    stage.auditor.hands(False)
    return stage.lines(clear("acceptor"))


def test_what_staff_took_out_of_the_acceptor_is_that_note_and_no_more() -> None:
    stage = taken_out(stuck(Stage().lines(past("jam")), 5_000))
    assert judged(stage) == set()
    stage.go(stage.note(100), "floor")  # gone from a passenger, and in no book
    assert judged(stage) == {1}


def test_a_jam_that_is_over_and_counted_widens_nothing_afterwards() -> None:
    owed = [w.claim(0, 5_000, False, "note_unknown"), w.unknown(0, 5_000, "acceptor")]
    stage = Stage()
    note = stage.note(5_000)
    stage.go(note, "acceptor.path", "acceptor.escrow")
    stage.lines(w.seen(1, 5_000))
    stage.go(note, "acceptor.jam")
    stage.lines(w.outcome("return!", "unknown", 1, 5_000, owed))
    assert judged(stage) == set()
    taken_out(stage)
    swap = {"kind": "op.act", "operator": "11", "second": "12", "act": "swap_box", "place": ""}
    stage.lines((swap, [{"kind": "box.swap", "notes": [], "counted": 0, "tag": "B2"}]))
    assert judged(stage) == set()
    stage.go(stage.note(100), "floor")
    assert judged(stage) == {1}


# -- notes that could not be pulled back


def not_pulled_back(pieces: int = 1) -> Stage:
    """The change lies in the tray, and the flap below it did not open; the sale is over."""
    stage = Stage().handed_over()
    paid_out(stage, 1, "dispenser.path", "change.tray")
    stage.lines(w.sold(1, 1)[11])
    pull = {"kind": "retract?", "sale": 1, "outlet": "change", "order": 101}
    stage.lines(({"kind": "timer", "result": "take"}, [pull]))
    owed = [w.claim(1, 1_000, False, "pay_unknown"), w.unknown(1, 1_000, "pay_unknown")]
    stage.lines(({"kind": "retract!", "result": "change_unknown", "order": 101, "reason": "flap"}, owed))
    over = w.end(1, "claim", ours_fen=5_000, delivered_fen=4_000, claims_fen=1_000, rounding_fen=-50)
    return stage.lines(
        ({"kind": "sale.claim_seen"}, [{"kind": "rounding", "sale": 1, "rounding_fen": -50}, over]),
    )


def test_a_count_of_the_retract_bin_says_nothing_of_the_tray() -> None:
    stage = not_pulled_back().lines(w.bin_emptied("change_retract", 0, 0))
    assert judged(stage) == set()
    stage.go(stage.note(100), "change.tray")
    assert 3 in judged(stage)


def test_nor_may_it_lie_in_the_bin_that_was_counted_without_it() -> None:
    stage = not_pulled_back().lines(w.bin_emptied("change_retract", 0, 0))
    stage.go(stage.first("change.tray"), "change.retract")
    assert 3 in judged(stage)


def test_what_was_found_in_the_bin_does_not_lie_in_the_tray() -> None:
    stage = not_pulled_back()
    stage.go(stage.first("change.tray"), "change.retract")
    stage.auditor.hands(True)
    stage.go(stage.first("change.retract"), "vault")
    stage.auditor.hands(False)
    stage.lines(w.bin_emptied("change_retract", 0, 1))
    assert judged(stage) == set()
    stage.go(stage.note(1_000), "change.tray")
    assert 3 in judged(stage)


def test_nor_after_somebody_looked_into_it() -> None:
    stage = not_pulled_back().lines(w.bin_emptied("change_retract", 0, 0), clear("dispenser"))
    assert 3 in judged(stage)


# -- an outlet that nobody saw open


def board(code: str, device: str = "cabinet") -> w.Line:
    return {"kind": "fault", "device": device, "code": code, "up": True, "detail": ""}, []


def stayed_shut(
    *since: w.Line, reason: str = "shutter", before: Lines = (), after: Lines = (), late: Lines = ()
) -> Stage:
    """The change lies behind an outlet that is said to have stayed shut. `before` the sale, `since` the order to pay, `after`
    its outcome, `late`: when the sale is over."""
    stage = Stage().lines(*before).handed_over().lines(*since)
    paid_out(stage, 1, "dispenser.path", "change.tray")
    owed = [w.claim(1, 1_000, False, "pay_unknown"), w.unknown(1, 1_000, "pay_unknown")]
    fact = {"kind": "pay!", "result": "unknown", "order": 101, "counts": [[2, 1, 0]], "reason": reason}
    stage.lines((fact, owed), *after)
    over = w.end(1, "claim", ours_fen=5_000, delivered_fen=4_000, claims_fen=1_000, rounding_fen=-50)
    stage.lines(({"kind": "sale.claim_seen"}, [{"kind": "rounding", "sale": 1, "rounding_fen": -50}, over]))
    return stage.lines(*late)


def taken_by_hand(stage: Stage) -> set[int]:
    assert judged(stage) == set()
    stage.go(stage.first("change.tray"), "hand")
    return judged(stage)


@pytest.mark.parametrize("code", ["LINK_LOST", "NO_ANSWER", "PROTOCOL"])
def test_while_the_board_is_lost_nobody_sees_an_outlet_stay_shut(code: str) -> None:
    assert taken_by_hand(stayed_shut(board(code))) == set()
    assert taken_by_hand(stayed_shut()) == {1, 3}


def test_silence_is_told_a_second_late_and_a_pulled_plug_at_once() -> None:
    assert taken_by_hand(stayed_shut(after=[board("NO_ANSWER")])) == set()
    assert taken_by_hand(stayed_shut(after=[board("LINK_LOST")])) == {1, 3}
    assert taken_by_hand(stayed_shut(late=[board("NO_ANSWER")])) == {1, 3}


def test_what_else_was_wrong_opens_no_outlet() -> None:
    assert taken_by_hand(stayed_shut(before=[board("LINK_LOST")])) == {1, 3}  # before the order: it was seen shut since
    assert taken_by_hand(stayed_shut(board("LINK_LOST", "acceptor"))) == {1, 3}
    assert taken_by_hand(stayed_shut(board("SHUTTER"))) == {1, 3}
    assert taken_by_hand(stayed_shut(board("LINK_LOST"), reason="link")) == {1, 3}


def test_a_hand_has_no_more_than_lay_behind_it() -> None:
    stage = stayed_shut(board("LINK_LOST"))
    assert taken_by_hand(stage) == set()
    paid_out(stage, 1, "dispenser.path", "change.tray", "hand")
    assert judged(stage) >= {1, 3}


def test_once_somebody_looked_into_the_tray_it_holds_what_the_books_say() -> None:
    stage = stayed_shut(board("LINK_LOST")).lines(clear("dispenser"))
    assert 3 in judged(stage)


# -- a blank that sticks in the unit while the waste bin is counted


def stuck_blank(reason: str = "jam") -> Stage:
    stage = Stage().paid()
    stage.lines(w.sold(1, 1)[5])
    stage.blank("", "void")
    return stage.lines(
        ({"kind": "print!", "result": "spoiled", "key": w.blank(1, 1), "blanks": 1, "reason": reason}, [])
    )


def waste(booked: int, counted: int) -> w.Line:
    return w.bin_emptied("waste", booked, counted)


def test_a_blank_that_sticks_is_in_no_count_of_the_bin_and_stays_in_the_books() -> None:
    stage = stuck_blank().lines(waste(1, 0))
    assert 3 not in judged(stage)
    stage.go(stage.first("printer.path"), "ticket.waste")
    assert 3 not in judged(stage)
    assert 3 not in stuck_blank().lines(waste(1, 0), waste(1, 0), waste(1, 1), waste(0, 0)).found()
    assert 3 in stuck_blank().lines(waste(1, 0), waste(1, 1), waste(0, 1)).found()


def test_only_what_jammed_sticks_and_only_one_blank() -> None:
    assert 3 in stuck_blank("stripe").lines(waste(1, 0)).found()
    again = [
        w.print_(1, 2, 0, NUMBERS[1]),
        {"kind": "print!", "result": "spoiled", "key": w.blank(1, 2), "blanks": 1, "reason": "jam"},
    ]
    two = stuck_blank().lines(({"kind": "timer", "result": "take"}, [again[0]]), (again[1], []))
    assert 3 in two.lines(waste(2, 0)).found()


@pytest.mark.parametrize("ends", [clear("ticket_unit"), (w.printer_past(voided=True), [])])
def test_a_blank_that_was_taken_out_or_voided_is_in_the_bin(ends: w.Line) -> None:
    assert 3 in stuck_blank().lines(ends, waste(1, 0)).found()
    assert 3 not in stuck_blank().lines(ends, waste(1, 1)).found()
    assert 3 not in stuck_blank().lines((w.printer_past(voided=False), []), waste(1, 0)).found()


def test_a_blank_that_somebody_carried_off_is_missing() -> None:
    stage = stuck_blank().lines(waste(1, 0))
    stage.auditor.hands(True)
    stage.go(stage.first("printer.path"), "vault")
    stage.auditor.hands(False)
    stage.lines(clear("ticket_unit"))
    assert 3 in judged(stage)


# -- paper nobody can vouch for


def unvouched() -> Stage:
    """A ticket lies in the tray that nobody can vouch for; the sale is over, roll and bins are counted."""
    stage = Stage().paid()
    stage.lines(w.sold(1, 1)[5])
    stage.go(stage.blank(NUMBERS[0]), "ticket.tray")
    stage.lines(({"kind": "print!", "result": "unknown", "key": w.blank(1, 1), "reason": "link"}, []))
    stage.lines(({"kind": "sale.claim_seen"}, [w.end(1, "claim", ours_fen=5_000, claims_fen=5_000)]))
    return stage.lines(waste(0, 0))


def carried(stage: Stage) -> Stage:
    stage.auditor.hands(True)
    stage.go(stage.first("ticket.tray"), "ticket.waste")
    stage.auditor.hands(False)
    return stage


@pytest.mark.parametrize("counted", [(), (w.load_roll(499, 499), w.bin_emptied("ticket_retract", 0, 0))])
def test_what_a_hand_laid_into_the_waste_bin_is_signed_for_afterwards(counted: tuple[w.Line, ...]) -> None:
    stage = unvouched().lines(*counted)
    assert 3 not in judged(stage)  # seen at rest, the ticket is known to lie there
    assert 3 not in judged(carried(stage), resting=False)
    stage.lines(clear("ticket_unit"))
    assert 3 not in judged(stage)
    stage.auditor.hands(True)
    stage.go(stage.first("ticket.waste"), "vault")
    stage.auditor.hands(False)
    stage.lines(waste(0, 1))
    assert 3 not in judged(stage)
    stage.lines(waste(0, 1))
    assert 3 in stage.found()


def test_a_bin_that_is_counted_before_the_hand_signed_holds_that_and_no_more() -> None:
    assert 3 not in carried(unvouched()).lines(waste(0, 1)).found()
    assert 3 in carried(unvouched()).lines(waste(0, 2)).found()
    assert 3 in unvouched().lines(waste(0, 1)).found()


def test_a_hand_lays_nothing_there_that_did_not_lie_in_tray_or_slot() -> None:
    stage = carried(unvouched())
    stage.auditor.hands(True)
    stage.go(stage.blank(""), "ticket.waste")
    stage.auditor.hands(False)
    assert 3 in judged(stage, resting=False)


def test_without_a_hand_no_ticket_falls_into_the_bin() -> None:
    stage = unvouched()
    stage.go(stage.first("ticket.tray"), "ticket.waste")
    assert judged(stage, resting=False) >= {3, 6}


def test_a_cleared_unit_holds_no_ticket_any_more() -> None:
    stage = carried(unvouched()).lines(clear("ticket_unit"))
    stage.go(stage.blank(NUMBERS[1]), "ticket.tray")
    assert 3 in judged(stage, resting=False)


def test_a_ticket_nobody_can_vouch_for_is_one_ticket_until_the_bins_are_counted() -> None:
    stage = Stage().paid()
    stage.lines(w.sold(1, 1)[5])
    stage.go(stage.blank(NUMBERS[0]), "ticket.tray")
    stage.lines(({"kind": "print!", "result": "unknown", "key": w.blank(1, 1), "reason": "link"}, []))
    assert judged(stage) == set()
    stage.auditor.hands(True)
    for _ in range(2):
        stage.go(stage.blank(""), "ticket.waste")
    assert judged(stage) == {3}
