"""What the auditor lets pass because nobody can know it: how much at most, because of which line, and until when.

Beside each thing that passes stands the same thing a little larger, earlier or later, which a bug would make; it is caught.
"""

from __future__ import annotations

import pytest

from tests.simulator.auditor import writer as w
from tests.simulator.auditor.stage import NUMBERS, Stage
from tests.simulator.auditor.test_matter import unknown_payment

LARGEST_FEN = 10_000


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


# -- paper nobody can vouch for


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
