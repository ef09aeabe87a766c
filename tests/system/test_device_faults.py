"""Devices fail in the middle of a sale: the passenger is told, nothing is lost, and the auditor agrees."""

from __future__ import annotations

import pytest

from tests.system.stand import Stand, texts
from tests.system.visitor import Visitor

pytestmark = pytest.mark.slow

SPOILED = (("jam", "TICKET_JAM"), ("cutter_5", "CUTTER"), ("verify_fail", "STRIPE"), ("ack_without_ticket", "TICKET_TRAY"))


@pytest.mark.parametrize(("fault", "code"), [("jam_in_path_next", "NOTE_JAM"), ("jam_in_stacker_next", "BOX_JAM")])
def test_a_stuck_note_is_owed_and_the_rest_given_back(stand: Stand, visitor: Visitor, fault: str, code: str) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)
    stand.fault("acceptor", fault)
    visitor.insert(1_000)
    seen = stand.see("receipt", "take")
    if seen.kind == "take":
        visitor.take("change")
        seen = stand.see("receipt")
    assert "A note is stuck inside" in texts(seen)
    visitor.take_all()
    end = visitor.settle()
    assert (end["outcome"], end["paid_out_fen"]) == ("claim", 1_000)
    assert [claim["reason"] for claim in visitor.bookings("claim.add")] == ["note_jammed"]
    assert f"acceptor:{code}" in stand.faults_told()
    assert "sells no tickets now" in texts(stand.see("attract", "home"))


@pytest.mark.parametrize("fault", ["box_full", "box_removed"])
def test_a_box_that_takes_no_more_ends_the_sale_with_the_money_back(stand: Stand, visitor: Visitor, fault: str) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)
    stand.fault("acceptor", fault)
    visitor.take_all()
    assert visitor.settle()["outcome"] == "refunded"


@pytest.mark.parametrize("fault", ["withdrawn_on_string_next", "stacked_without_event_next", "event_without_note_next", "second_note_next", "reject_next", "unknown_type_next"])
def test_a_note_that_behaves_strangely(stand: Stand, visitor: Visitor, fault: str) -> None:
    visitor.to_cash()
    stand.fault("acceptor", fault)
    visitor.insert(1_000)
    stand.until(lambda: stand.quiet() and (stand.screen.kind != "pay.cash" or stand.screen.slot == "insert"), "quiet")
    visitor.take("mouth")
    if stand.shows("pay.cash"):
        visitor.pay_up()
    visitor.take_all()
    print(visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"))


def test_an_acceptor_that_falls_silent_with_a_note_inside(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)
    visitor.insert(1_000)
    visitor.note_to("acceptor.path", "acceptor.escrow")
    stand.fault("acceptor", "silence_before")
    visitor.take_all()
    stand.fault("acceptor", "silence_before", False)
    visitor.note_to("acceptor.mouth")
    print(visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"), visitor.screens)


@pytest.mark.parametrize("fault", ["wrong_cassette_next", "reject_tray_missing", "silence_after", "reject_all", "cut_frame"])
def test_dispenser(stand: Stand, visitor: Visitor, fault: str) -> None:
    visitor.to_cash()
    visitor.insert(10_000)
    stand.fault("dispenser", fault)
    visitor.take_all()
    print(fault, visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"), visitor.screens)


@pytest.mark.parametrize("fault", ["deliver_flap_stuck", "slot_shutter_stuck", "deliver_partly", "tray_never_empties", "change_shutter_stuck", "change_sensor_stuck_empty", "change_sensor_stuck_full", "silence_before", "exception_04","note_shutter_stuck", "slot_sensor_stuck_full","tray_sensor_stuck_empty"])
def test_board(stand: Stand, visitor: Visitor, fault: str) -> None:
    visitor.to_cash(2)
    visitor.insert(10_000)
    visitor.counted(10_000)
    stand.fault("cabinet", fault)
    visitor.take_all()
    stand.fault("cabinet", fault, False)
    print(fault, visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"), visitor.screens)


def test_paper_ends_after_the_first_of_two_tickets(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash(2)
    visitor.insert(10_000)
    stand.until(lambda: stand.state()["places"]["ticket.tray"]["tickets"] == 1, "one ticket in the tray")
    stand.fault("ticket_unit", "paper_out_printing")
    visitor.take_all()
    print(visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"), visitor.screens)


def test_change_that_nobody_takes(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.pay_up()
    visitor.take_all(leave=("change",))
    print(visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"), visitor.screens)


def test_tickets_that_nobody_takes(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.pay_up()
    visitor.take_all(leave=("tickets",))
    print(visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"), visitor.screens)


@pytest.mark.parametrize("fault", ["silence_before", "no_status", "paper_out", "paper_out_mid_slip"])
def test_a_slip_printer_that_prints_nothing(stand: Stand, visitor: Visitor, fault: str) -> None:
    visitor.to_cash()
    visitor.pay_up()
    stand.see("take")
    stand.fault("slip_printer", fault)
    visitor.take("tickets")
    stand.fault("dispenser", "motor_failed")
    seen = stand.see("receipt")
    visitor.take_all()
    print(fault, visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"), visitor.screens)


def test_the_door_is_opened_while_money_is_inside(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)
    stand.service(act="open", door="outer")
    visitor.take_all(("oos", "svc.login"))
    print(visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"), visitor.screens, stand.screen.kind)
    stand.service(act="close", door="outer")


def test_the_door_is_opened_while_a_ticket_is_printed(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.pay_up()
    stand.see("printing")
    stand.service(act="open", door="outer")
    visitor.take_all(("oos", "svc.login"))
    print(visitor.settle(), stand.faults_told(), visitor.bookings("claim.add"), visitor.screens, stand.screen.kind)
    stand.service(act="close", door="outer")
