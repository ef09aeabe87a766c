"""Devices fail in the middle of a sale: the passenger is told, nothing is lost, and the auditor agrees."""

from __future__ import annotations

import pytest

from tests.system.stand import Stand, texts
from tests.system.visitor import Visitor

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("where", ["jam_in_path_next", "jam_in_stacker_next"])
def test_a_stuck_note_is_owed(stand: Stand, visitor: Visitor, where: str) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)
    stand.fault("acceptor", where)
    visitor.insert(1_000)
    visitor.take_all()
    end = visitor.settle()
    print(where, end, visitor.screens, stand.screen.kind, stand.faults_told(), visitor.bookings("claim.add"))


def test_a_full_box_ends_the_sale_with_the_money_back(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)
    stand.fault("acceptor", "box_full")
    visitor.take_all()
    end = visitor.settle()
    print(end, visitor.screens, stand.screen.kind, stand.faults_told(), visitor.bookings("claim.add"))


@pytest.mark.parametrize("fault", ["short_pick_next", "jam_dvt_ejt_next", "jam_after_last_next", "reject_next", "note_left_at_exit_next", "response_lost_next", "motor_failed","double_pick_next"])
def test_change_that_cannot_be_paid(stand: Stand, visitor: Visitor, fault: str) -> None:
    visitor.to_cash()
    stand.fault("dispenser", fault)
    visitor.pay_up((10_000,))
    visitor.take_all()
    end = visitor.settle()
    print(fault, end, visitor.screens, stand.screen.kind, stand.faults_told(), visitor.bookings("claim.add"))


@pytest.mark.parametrize("fault", ["verify_fail_once", "verify_fail", "jam", "cutter_5", "ack_without_ticket", "reset_mid_ticket", "paper_out_loading","jam_ejecting", "blank_number_jump"])
def test_a_ticket_that_cannot_be_made(stand: Stand, visitor: Visitor, fault: str) -> None:
    visitor.to_cash()
    stand.fault("ticket_unit", fault)
    visitor.pay_up((10_000,))
    visitor.take_all()
    end = visitor.settle()
    print(fault, end, visitor.screens, stand.screen.kind, stand.faults_told(), visitor.bookings("claim.add"))
