"""Matter followed movement by movement: an honest sale passes at every step, and what moves wrongly is caught by its number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from simulator.auditor import Auditor
from simulator.devices.matter import Note
from tests.simulator.auditor import writer as w
from tests.simulator.auditor.stage import NUMBERS, Stage


@pytest.mark.parametrize("upto", ["collecting", "paid", "printed", "handed_over", "sold"])
def test_an_honest_sale_passes_at_every_step(upto: str) -> None:
    stage = Stage()
    getattr(stage, upto)()
    stage.auditor.physical(resting=False)
    stage.auditor.physical()
    stage.auditor.physical(stage.matter.places)
    assert stage.told() == []


def test_every_movement_of_an_honest_sale_passes_when_it_is_judged_at_once() -> None:
    stage = Stage()
    stage.matter.watchers.append(lambda thing, source, target: stage.auditor.physical(resting=False))
    stage.sold()
    assert stage.told() == []
    stage.auditor.day_end(stage.matter.places, counted=True)
    stage.auditor.quiet(slot_shut=True, tray_empty=True)
    assert stage.told() == []


def without_order(stage: Stage, source: str, *places: str) -> None:
    stage.go(stage.first(source), *places)


def a_note_before_its_order(stage: Stage) -> None:
    stage.collecting()
    stage.go(stage.note(5_000), "acceptor.path", "acceptor.escrow", "acceptor.path", "box")


def change_before_its_order(stage: Stage) -> None:
    stage.printed()
    without_order(stage, "cassette.2", "dispenser.path", "change.tray")


def change_after_it_was_paid(stage: Stage) -> None:
    stage.sold()
    without_order(stage, "cassette.1", "dispenser.path", "change.tray")


def a_blank_before_its_order(stage: Stage) -> None:
    stage.paid()
    stage.blank(NUMBERS[0])


def tickets_fall_before_their_order(stage: Stage) -> None:
    stage.paid()
    lines = w.sold(1, 1)
    stage.lines(lines[5])
    stage.go(stage.blank("", "void"), "ticket.waste")
    stage.lines(lines[6])
    stage.go(stage.blank(NUMBERS[1]), "ticket.tray", "ticket.slot")


def a_tray_is_dumped_unasked(stage: Stage) -> None:
    stage.printed()
    without_order(stage, "ticket.tray", "ticket.waste")


def change_is_pulled_back_unasked(stage: Stage) -> None:
    stage.handed_over()
    without_order(stage, "cassette.2", "dispenser.path", "change.tray", "change.retract")


def tickets_are_pulled_back_unasked(stage: Stage) -> None:
    stage.printed()
    without_order(stage, "ticket.tray", "ticket.slot", "ticket.retract")


def a_note_out_of_nothing(stage: Stage) -> None:
    stage.paid()
    stage.auditor.moved(Note("N999999", 100), "cassette.1", "vault")


def a_note_leaves_where_it_never_lay(stage: Stage) -> None:
    stage.paid()
    stage.auditor.moved(stage.first("cassette.1"), "cassette.2", "floor")


def a_note_vanishes_in_the_count(stage: Stage) -> None:
    stage.sold()
    stage.matter.place("box").things.clear()
    stage.auditor.physical(stage.matter.places)


def a_note_is_there_twice(stage: Stage) -> None:
    stage.sold()
    stage.matter.place("floor").things.append(stage.first("box"))
    stage.auditor.physical(stage.matter.places)


def a_stacked_note_lies_in_the_hand(stage: Stage) -> None:
    stage.collecting()
    lines = w.sold(1, 1)
    note = stage.note(5_000)
    stage.go(note, "acceptor.path", "acceptor.escrow")
    stage.lines(lines[3])
    stage.go(note, "acceptor.path", "hand")
    stage.lines(lines[4])
    stage.auditor.physical()


def a_returned_note_lies_in_the_box(stage: Stage) -> None:
    stage.collecting()
    note = stage.note(5_000)
    stage.go(note, "acceptor.path", "acceptor.escrow")
    stage.lines(w.sold(1, 1)[3])
    stage.go(note, "acceptor.path", "box")
    stage.lines(w.outcome("return!", "returned", 1, 5_000))
    stage.auditor.physical()


def a_cassette_was_robbed(stage: Stage) -> None:
    stage.sold()
    stage.auditor.hands(True)
    stage.go(stage.first("cassette.2"), "floor")
    stage.auditor.hands(False)
    stage.auditor.physical()


def a_filling_was_booked_wrongly(stage: Stage) -> None:
    stage.go(stage.note(1_000, "vault"), "cassette.2")
    stage.lines(w.fill(2, 1_000, 100, 102))
    stage.auditor.physical()


def a_void_ticket_is_taken(stage: Stage) -> None:
    stage.printed()
    stage.lines(({"kind": "door", "door": 0, "open": False}, [void(NUMBERS[1])]))
    without_order(stage, "ticket.tray", "ticket.slot", "hand")


def a_ticket_is_voided_that_somebody_holds(stage: Stage) -> None:
    stage.sold()
    stage.lines(({"kind": "door", "door": 0, "open": False}, [void(NUMBERS[1])]))


def a_foreign_ticket_is_outside(stage: Stage) -> None:
    stage.sold()
    stage.auditor.hands(True)
    stage.go(stage.blank("Z000009"), "hand")
    stage.auditor.physical()


def a_number_is_outside_twice(stage: Stage) -> None:
    stage.sold()
    stage.auditor.hands(True)
    stage.go(stage.blank(NUMBERS[1]), "hand")


def void(number: str) -> w.Record:
    return {"kind": "ticket.void", "sale": 1, "index": 0, "number": number, "blank": "", "reason": "print"}


WRONG: dict[Callable[[Stage], None], int] = {
    a_note_before_its_order: 6,
    change_before_its_order: 6,
    change_after_it_was_paid: 6,
    a_blank_before_its_order: 6,
    tickets_fall_before_their_order: 6,
    a_tray_is_dumped_unasked: 6,
    change_is_pulled_back_unasked: 6,
    tickets_are_pulled_back_unasked: 6,
    a_note_out_of_nothing: 1,
    a_note_leaves_where_it_never_lay: 1,
    a_note_vanishes_in_the_count: 1,
    a_note_is_there_twice: 1,
    a_stacked_note_lies_in_the_hand: 1,
    a_returned_note_lies_in_the_box: 1,
    a_cassette_was_robbed: 3,
    a_filling_was_booked_wrongly: 3,
    a_void_ticket_is_taken: 4,
    a_ticket_is_voided_that_somebody_holds: 4,
    a_foreign_ticket_is_outside: 4,
    a_number_is_outside_twice: 4,
}


@pytest.mark.parametrize("spoil", WRONG, ids=lambda spoil: spoil.__name__)
def test_what_moves_wrongly_is_caught(spoil: Callable[[Stage], None]) -> None:
    stage = Stage()
    spoil(stage)
    assert WRONG[spoil] in stage.found(), stage.told()


# -- orders, told when they are given


def test_an_order_stands_on_the_disk_and_is_given_once() -> None:
    stage = Stage().handed_over()
    for kind in ("stack?", "confirm?", "print?", "deliver?", "pay?"):
        for _, intents in w.sold(1, 1):
            for intent in intents:
                if intent["kind"] == kind:
                    stage.auditor.ordered(intent)
    assert stage.told() == []
    pay = w.sold(1, 1)[10][1][0]
    stage.auditor.ordered({**pay, "order": 102})
    assert stage.found() == {6}
    stage.auditor.ordered(pay)
    assert stage.found() == {5, 6}


# -- the exceptions of physics


def test_a_note_past_the_escrow_may_fall_into_the_box_after_power_up() -> None:
    stage = Stage().collecting()
    note = stage.note(5_000)
    stage.go(note, "acceptor.path", "acceptor.escrow")
    stage.lines(w.sold(1, 1)[3])
    stage.go(note, "acceptor.path")
    assert stage.auditor.restarted(stage.text) == []
    stage.boot = 2
    stage.go(note, "box")
    stage.lines(
        ({"kind": "sys.boot", "machine": "T07", "nonce": "cd", "version": "1", "damaged_bytes": 0}, []),
        ({"kind": "sys.recover", "result": "begin", "sale": 1, "state": "COLLECTING", "silent": []}, []),
        w.outcome("stack!", "stacked", 1, 5_000),
        (
            {"kind": "sys.recover", "result": "end", "pause_ms": 9_000},
            [w.claim(1, 5_000), w.end(1, "claim", ours_fen=5_000, claims_fen=5_000)],
        ),
    )
    stage.auditor.day_end(stage.matter.places)
    assert stage.told() == []


def test_a_note_may_come_back_out_of_escrow_by_itself() -> None:
    stage = Stage().collecting()
    note = stage.note(5_000)
    stage.go(note, "acceptor.path", "acceptor.escrow")
    stage.lines(w.seen(1, 5_000))
    stage.go(note, "acceptor.mouth", "hand")
    stage.lines(w.outcome("return!", "returned", 1, 5_000))
    stage.auditor.physical()
    assert stage.told() == []


def test_the_same_note_may_be_put_in_again_under_another_number() -> None:
    stage = Stage().collecting()
    note = stage.note(5_000)
    for number in (1, 2):
        stage.go(note, "acceptor.path", "acceptor.escrow")
        stage.lines(w.seen(number, 5_000))
        stage.go(note, "acceptor.mouth", "hand")
        stage.lines(w.outcome("return!", "returned", number, 5_000))
    stage.go(note, "acceptor.path", "acceptor.escrow")
    stage.lines(w.seen(3, 5_000, [w.stack(1, 3, 5_000)]))
    stage.go(note, "acceptor.path", "box")
    stage.lines(
        w.outcome("stack!", "stacked", 3, 5_000, [{"kind": "renew?", "sale": 1, "key": f"{w.KEY}1", "note": 1}])
    )
    stage.auditor.physical()
    assert stage.told() == []


def test_an_order_that_nobody_heard_of_again_may_be_carried_out_late() -> None:
    stage = Stage().handed_over()
    written = [w.claim(1, 1_000, False, "pay_unknown"), w.unknown(1, 1_000, "pay_unknown")]
    stage.lines(({"kind": "pay!", "result": "unknown", "order": 101, "counts": [], "reason": "link"}, written))
    stage.go(stage.first("cassette.2"), "dispenser.path", "change.tray")
    stage.auditor.physical()
    assert stage.told() == []
    assert stage.auditor.unknowns


def test_work_at_the_open_cabinet_is_judged_when_it_is_booked() -> None:
    stage = Stage()
    stage.auditor.hands(True)
    for _ in range(3):
        stage.go(stage.note(1_000, "vault"), "cassette.2")
    stage.auditor.physical()
    stage.auditor.hands(False)
    stage.lines(w.fill(2, 1_000, 100, 103))
    stage.auditor.physical()
    assert stage.told() == []


# -- a count closes what is unknown (invariant 3)


OUT = ("dispenser.path", "change.tray", "hand")


def unknown_payment(counts: Sequence[Sequence[int]] = (), way: Sequence[str] = OUT) -> Stage:
    """A payment nobody can tell of: the note went into the tray and on to a hand."""
    stage = Stage().handed_over()
    written = [w.claim(1, 1_000, False, "pay_unknown"), w.unknown(1, 1_000, "pay_unknown")]
    stage.lines(({"kind": "pay!", "result": "unknown", "order": 101, "counts": counts, "reason": "link"}, written))
    sums = {"ours_fen": 5_000, "delivered_fen": 4_000, "claims_fen": 1_000, "rounding_fen": -50}
    rounding = {"kind": "rounding", "sale": 1, "rounding_fen": -50}
    stage.lines(({"kind": "sale.claim_seen"}, [rounding, w.end(1, "claim", **sums)]))
    stage.go(stage.first("cassette.2"), *way)
    return stage


def test_an_unknown_is_open_until_everything_was_counted() -> None:
    stage = unknown_payment()
    stage.auditor.physical()
    assert stage.told() == []
    stage.auditor.day_end(counted=True)
    assert stage.found() == {3}

    counted = unknown_payment()
    counted.lines(w.fill(1, 100, 100, 100), w.fill(2, 1_000, 100, 99), w.bin_emptied("change_retract", 0, 0))
    counted.auditor.day_end(counted.matter.places, counted=True)
    assert counted.told() == []
    assert counted.auditor.unknowns == []


@pytest.mark.parametrize("way", [("dispenser.path",), ("dispenser.path", "dispenser.reject")])
def test_a_note_that_never_came_out_may_be_counted_off_its_cassette_first(way: tuple[str, ...]) -> None:
    stage = unknown_payment(way=way)
    stage.lines(w.fill(2, 1_000, 100, 99))
    stage.auditor.physical()
    assert stage.told() == []
    stage.auditor.hands(True)
    stage.matter.new_note(1_000, "cassette.2")
    stage.auditor.census(stage.matter.places)
    stage.auditor.physical()
    assert 3 in stage.found()


def test_rejects_of_an_unknown_payment_are_a_word_until_their_bin_is_counted() -> None:
    stage = unknown_payment(counts=[[2, 0, 1]])
    stage.lines(w.fill(1, 100, 100, 100), w.fill(2, 1_000, 99, 99))
    stage.auditor.physical()
    assert stage.told() == []
    stage.lines(w.bin_emptied("reject", 1, 0))
    stage.auditor.physical()
    assert stage.told() == []
    stage.auditor.hands(True)
    stage.go(stage.note(1_000, "cassette.1"), "dispenser.reject")
    stage.auditor.physical()
    assert 3 in stage.found()


def test_after_the_count_the_old_bound_widens_nothing() -> None:
    stage = unknown_payment()
    stage.lines(w.fill(1, 100, 100, 100), w.fill(2, 1_000, 100, 99), w.bin_emptied("change_retract", 0, 0))
    stage.auditor.physical()
    stage.auditor.hands(True)
    stage.go(stage.first("cassette.2"), "hand")
    stage.auditor.physical()
    assert {1, 3} <= stage.found()


# -- after a quiet time (invariant 10)


def test_an_open_sale_an_open_slot_and_a_note_in_escrow_are_no_rest() -> None:
    stage = Stage()
    stage.auditor.quiet(slot_shut=False)
    assert stage.found() == {10}
    stage = Stage().collecting()
    stage.auditor.quiet(slot_shut=True)
    assert stage.found() == {10}
    stage = Stage()
    stage.go(stage.note(5_000), "acceptor.path", "acceptor.escrow")
    stage.auditor.quiet(slot_shut=True)
    assert stage.found() == {10}
    stage = Stage()
    stage.auditor.quiet(slot_shut=True, reports_queued=False)
    assert "reports_queued" in stage.told()[0]


# -- one digest (invariant 15)


def test_equal_runs_have_equal_digests_and_one_movement_more_another_one() -> None:
    one, other, third = Stage().sold(), Stage().sold(), Stage().sold()
    third.go(third.note(100), "acceptor.path")
    assert one.auditor.digest() == other.auditor.digest()
    assert one.auditor.digest() != third.auditor.digest()
    assert one.auditor.digest() != Auditor().digest()
