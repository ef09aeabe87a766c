"""Book values of every place, from the records only; said twice is counted once; what is unknown is not planned with."""

from __future__ import annotations

import pytest

from kiosk.ports.note_acceptor import NoteJammed, NoteOurs, NoteReturned, NoteUncertain
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeTaken,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
)
from kiosk.ports.ticket_printer import (
    PrinterPast,
    TicketInTray,
    TicketSpoiled,
    TicketsRetracted,
    TicketsTaken,
    TicketUncertain,
    TrayDumped,
)
from kiosk.records import record_of
from kiosk.sale.intents import ClaimAdd, Rounding, SaleEnd
from kiosk.service_records import BinEmpty, BoxSwap, CassetteFill, OperatorAct, RollLoad
from kiosk.stock import KEPT, Stock, fresh

VALUES = {1: 100, 2: 500, 3: 500}


def filled() -> Stock:
    stock = fresh(VALUES)
    stock.book([record_of(CassetteFill(number, VALUES[number], 0, 10 * number)) for number in VALUES])
    stock.book([record_of(RollLoad(0, 600))])
    return stock


def hear(stock: Stock, *facts: object) -> Stock:
    for fact in facts:
        stock.hear(record_of(fact))  # type: ignore[arg-type]
    return stock


def test_a_machine_nobody_filled_pays_nothing() -> None:
    stock = fresh(VALUES)
    assert not stock.ever_counted
    assert stock.payable() == {}


def test_a_filled_machine_pays_from_all_cassettes_fullest_first() -> None:
    stock = filled()
    assert stock.ever_counted
    assert stock.payable() == {100: 10, 500: 50}
    assert stock.by_value() == {100: [(1, 10)], 500: [(3, 30), (2, 20)]}


def test_notes_go_into_the_box_once() -> None:
    stock = hear(fresh(VALUES), NoteOurs(1, 10000), NoteOurs(2, 100), NoteOurs(1, 10000), NoteReturned(3, 100))
    assert stock.box == {10000: 1, 100: 1}
    assert (stock.box_notes, stock.registers["notes_in"], stock.registers["notes_in_fen"]) == (2, 2, 10100)
    assert stock.has_note(1)
    assert not stock.has_note(3)


def test_a_note_in_doubt_is_a_bound_not_a_note() -> None:
    stock = hear(fresh(VALUES), NoteJammed(1, 10000), NoteUncertain(2, 5000))
    assert (stock.box_notes, stock.box_unknown_fen) == (0, 15000)


def test_the_memory_of_outcomes_is_bounded() -> None:
    stock = fresh(VALUES)
    for number in range(1, 3 * KEPT):
        hear(stock, NoteOurs(number, 100))
    assert stock.box_notes == 3 * KEPT - 1
    assert len(stock._settled) == KEPT


def test_payments_leave_the_cassettes_and_rejects_fall_into_their_bin() -> None:
    stock = hear(filled(), NotesPresented(101, ((1, 2, 1), (2, 3, 0))), NotesPresented(101, ((1, 2, 1), (2, 3, 0))))
    assert stock.cassettes == {1: 7, 2: 17, 3: 30}
    assert (stock.reject, stock.registers["notes_out"], stock.registers["notes_out_fen"]) == (1, 5, 1700)


def test_a_refused_payment_moves_nothing() -> None:
    assert hear(filled(), NotesRefused(101, "other")) == filled()


@pytest.mark.parametrize(("reason", "locked"), [("empty", False), ("rejects", False), ("jam", True), ("other", True)])
def test_after_a_jam_the_cassettes_are_counted_first(reason: str, locked: bool) -> None:
    stock = hear(filled(), NotesShort(101, ((1, 2, 0),), reason))
    assert stock.cassettes[1] == 8
    assert (stock.payable() == {}) is locked


def test_an_unknown_payment_locks_all_cassettes_until_each_is_counted() -> None:
    stock = hear(filled(), NotesUncertain(101, ((1, 1, 0),), "link"))
    assert stock.payable() == {}
    assert stock.by_value() == {}
    stock.book([record_of(CassetteFill(1, 100, 9, 40))])
    assert stock.payable() == {100: 40}


def test_notes_that_come_back_lie_in_the_retract_bin() -> None:
    stock = hear(filled(), NotesPresented(101, ((1, 2, 0),)), ChangeRetracted(101), ChangeRetracted(101))
    assert (stock.change_retract_fen, stock.retract_pieces) == (200, 2)
    assert stock.registers["retracted_fen"] == 200
    hear(stock, NotesPresented(102, ((1, 2, 0),)), ChangeTaken(102), ChangeRetracted(102))
    assert stock.retract_pieces == 2
    assert stock._presented == {}


def test_tickets_from_the_roll_to_the_hand() -> None:
    stock = hear(filled(), TicketInTray("a"), TicketInTray("b"), TicketInTray("a"))
    assert (stock.roll, stock.tray) == (598, 2)
    hear(stock, TicketsTaken(1))
    assert (stock.tray, stock.registers["tickets"]) == (0, 2)


def test_tickets_into_the_bins() -> None:
    stock = hear(filled(), TicketSpoiled("a", 1, "stripe"), TicketSpoiled("b", 0, "jam"), TicketUncertain("c", "link"))
    assert (stock.roll, stock.waste, stock.tray) == (598, 1, 1)
    hear(stock, TrayDumped(1))
    assert (stock.waste, stock.tray) == (2, 0)
    hear(stock, TicketInTray("d"), TicketsRetracted(1))
    assert stock.ticket_retract == 1
    assert stock.registers["blanks_spoiled"] == 1


def test_people_set_the_books_right() -> None:
    stock = hear(filled(), NoteOurs(1, 10000), NoteUncertain(2, 100), TicketSpoiled("a", 1, "jam"))
    hear(stock, NotesPresented(101, ((1, 2, 1),)), ChangeRetracted(101), TicketInTray("b"), TicketsRetracted(1))
    stock.book([record_of(BoxSwap(((10000, 1),), 1, "BOX-2")), record_of(RollLoad(598, 1500))])
    assert (stock.box_notes, stock.box_unknown_fen, stock.box_tag, stock.roll) == (0, 0, "BOX-2", 1500)
    for place in ("waste", "ticket_retract", "change_retract", "reject"):
        stock.book([record_of(BinEmpty(place, 1, 1))])
    assert (stock.waste, stock.ticket_retract, stock.retract_pieces, stock.change_retract_fen) == (0, 0, 0, 0)
    assert stock.reject == 0


def waste_counted(stock: Stock, counted: int) -> Stock:
    stock.book([record_of(BinEmpty("waste", stock.waste, counted))])
    return stock


def test_a_blank_that_sticks_in_the_unit_is_still_to_come_when_the_waste_bin_is_counted() -> None:
    stock = waste_counted(hear(filled(), TicketSpoiled("a", 1, "stripe"), TicketSpoiled("b", 1, "jam")), 1)
    assert stock.waste == 1
    assert waste_counted(stock, 1).waste == 0
    assert waste_counted(hear(filled(), TicketSpoiled("a", 1, "stripe")), 0).waste == 0


@pytest.mark.parametrize(
    "ends",
    [OperatorAct("1001", "", "clear", "ticket_unit"), PrinterPast("", True, "empty", "empty", ())],
)
def test_it_is_in_the_bin_once_somebody_took_it_out_or_the_unit_voided_it(ends: object) -> None:
    assert waste_counted(hear(filled(), TicketSpoiled("a", 1, "jam"), ends), 0).waste == 0
    elsewhere = OperatorAct("1001", "", "clear", "acceptor"), PrinterPast("", False, "empty", "empty", ())
    assert waste_counted(hear(filled(), TicketSpoiled("a", 1, "jam"), *elsewhere), 0).waste == 1


def test_tickets_nobody_could_vouch_for_are_no_part_of_the_next_bundle() -> None:
    stock = hear(filled(), TicketUncertain("a", "link"))
    stock.book([record_of(SaleEnd(1, "claim", "", 100, 0, 0, 100, 0))])
    hear(stock, TicketInTray("b"), TrayDumped(2))
    assert (stock.waste, stock.tray, stock.roll) == (1, 0, 598)


def test_bookings_of_a_sale_are_registers_that_only_rise() -> None:
    stock = filled()
    stock.book([record_of(ClaimAdd(1, "ABCDEFGH", 300, True, "x")), record_of(Rounding(1, -50))])
    stock.book([record_of(SaleEnd(1, "sold", "", 100, 100, 0, 0, 0)), record_of(SaleEnd(2, "sold", "", 1, 1, 0, 0, 0))])
    assert stock.registers["claims_fen"] == 300
    assert stock.registers["rounding_fen"] == 50
    assert stock.registers["sales_sold"] == 2


def test_a_cassette_that_is_no_longer_configured_is_not_planned_with() -> None:
    stock = fresh({1: 100})
    stock.book([record_of(CassetteFill(1, 100, 0, 5)), record_of(CassetteFill(9, 2000, 0, 5))])
    assert stock.payable() == {100: 5}
    assert stock.by_value() == {100: [(1, 5)]}
    assert stock.value_of(((1, 2, 0), (9, 2, 0))) == 200


def test_a_cassette_filled_with_other_notes_than_configured_now_is_counted_first() -> None:
    stock = fresh({1: 500})
    stock.book([record_of(CassetteFill(1, 100, 0, 5))])
    assert stock.payable() == {}
    stock.book([record_of(CassetteFill(1, 500, 5, 5))])
    assert stock.payable() == {500: 5}


def test_other_records_move_nothing() -> None:
    stock = filled()
    stock.hear({"kind": "note.seen", "note": 1, "value_fen": 100})
    stock.hear({"kind": "whatever", "result": "new"})
    stock.book([{"kind": "stack?", "sale": 1, "note": 1, "value_fen": 100}])
    assert stock == filled()
