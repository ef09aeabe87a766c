"""Devices fail in the middle of a sale: the passenger is told, nothing is lost, and the auditor agrees.

Every test ends with `visitor.settle()`: hands, books, cabinet and station are compared there.
"""

from __future__ import annotations

import pytest

from tests.system.machine import texts
from tests.system.stand import Stand
from tests.system.visitor import OVER, Visitor

pytestmark = pytest.mark.slow


def pay_ten(visitor: Visitor) -> None:
    """Ten yuan are in, more is missing."""
    visitor.to_cash()
    visitor.insert(1_000)
    visitor.counted(1_000)


def claims(visitor: Visitor) -> list[tuple[str, bool]]:
    return [(claim["reason"], claim["exact"]) for claim in visitor.bookings("claim.add")]


# -- notes


@pytest.mark.parametrize(
    ("fault", "code", "owed_fen"), [("jam_in_path_next", "NOTE_JAM", 10_000), ("jam_in_stacker_next", "BOX_JAM", 1_000)]
)
def test_a_stuck_note_is_owed_and_the_rest_given_back(
    stand: Stand, visitor: Visitor, fault: str, code: str, owed_fen: int
) -> None:
    """A note that sticks before it was recognised is owed up to the largest there is."""
    pay_ten(visitor)
    stand.fault("acceptor", fault)
    visitor.insert(1_000)
    visitor.take_all(until=("receipt",))
    stand.see_words("A note is stuck inside", "receipt")
    visitor.take_all()
    end = visitor.settle()
    assert (end["outcome"], end["paid_out_fen"], end["claims_fen"]) == ("claim", 1_000, owed_fen)
    assert claims(visitor) == [("note_jammed", False)]
    stand.until(lambda: f"acceptor:{code}" in stand.faults_told(), f"{code} is told")
    stand.see_words("sells no tickets now", "attract", "home")


def test_a_full_box_ends_the_sale_with_the_money_back(stand: Stand, visitor: Visitor) -> None:
    pay_ten(visitor)
    stand.fault("acceptor", "box_full")
    visitor.take_all()
    assert visitor.settle()["outcome"] == "refunded"
    stand.see_words("sells no tickets now", "attract", "home")


def test_a_note_pulled_back_on_a_string_pays_for_nothing(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    stand.fault("acceptor", "withdrawn_on_string_next")
    visitor.insert(1_000)
    visitor.seen_through()
    if stand.shows("pay.cash"):  # seen leaving: it went back. Not seen: it may be in the box
        stand.press("cancel", *OVER)
    visitor.take_all()
    end = visitor.settle()
    assert (end["ours_fen"], end["delivered_fen"]) == (0, 0)
    assert claims(visitor) in ([], [("note_unknown", False)])


def test_an_acceptor_that_falls_silent_ends_the_sale_with_the_money_back(stand: Stand, visitor: Visitor) -> None:
    pay_ten(visitor)
    visitor.insert(1_000)
    visitor.note_to("acceptor.path", "acceptor.escrow")
    stand.fault("acceptor", "silence_before")
    visitor.take_all()
    stand.fault("acceptor", "silence_before", False)
    visitor.note_to("acceptor.mouth")  # it starts anew and gives back what it holds
    assert visitor.settle()["paid_out_fen"] == 1_000


# -- change


def test_a_pick_that_fails_once_is_paid_by_a_second_order(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    stand.fault("dispenser", "short_pick_next")
    visitor.pay_up()
    visitor.take_all()
    assert visitor.settle()["outcome"] == "sold"


@pytest.mark.parametrize(
    ("fault", "claim"), [("jam_dvt_ejt_next", ("dispenser", True)), ("wrong_cassette_next", ("pay_unknown", False))]
)
def test_change_that_is_stuck_is_owed_and_nothing_is_paid_before_a_count(
    stand: Stand, visitor: Visitor, fault: str, claim: tuple[str, bool]
) -> None:
    visitor.to_cash()
    stand.fault("dispenser", fault)
    visitor.pay_up()
    visitor.take_all(until=("receipt",))
    assert "could not be paid out" in texts(stand.screen) or "must be counted" in texts(stand.screen)
    visitor.take_all()
    end = visitor.settle()
    assert (end["outcome"], end["paid_out_fen"]) == ("claim", 0)
    assert claims(visitor) == [claim]
    assert len(visitor.bookings("pay?")) == 1
    stand.see_words("sells no tickets now", "attract", "home")


def test_change_that_nobody_takes_is_kept_and_owed(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.pay_up()
    visitor.take_all(leave=("change",))
    end = visitor.settle()
    assert (end["outcome"], end["why"], end["delivered_fen"]) == ("claim", "not_taken", visitor.due_fen)
    assert stand.state()["places"]["change.retract"]["value_fen"] >= end["claims_fen"] > 0


# -- tickets


def test_a_stripe_that_fails_once_takes_a_spare_number(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    wasted = stand.state()["places"]["ticket.waste"]["tickets"]
    stand.fault("ticket_unit", "verify_fail")
    visitor.pay_up()
    stand.until(lambda: stand.state()["places"]["ticket.waste"]["tickets"] > wasted, "one blank is wasted")
    stand.fault("ticket_unit", "verify_fail", False)
    visitor.take_all()
    assert visitor.settle()["outcome"] == "sold"
    numbers = [printed["number"] for printed in visitor.bookings("print?")]
    assert len(set(numbers)) == len(numbers) >= 2
    assert numbers[-1] in visitor.tickets()[-1]["stripe"]


@pytest.mark.parametrize(("fault", "code"), [("verify_fail", "STRIPE"), ("jam", "TICKET_JAM")])
def test_a_ticket_that_cannot_be_made_is_paid_back(stand: Stand, visitor: Visitor, fault: str, code: str) -> None:
    visitor.to_cash()
    stand.fault("ticket_unit", fault)
    visitor.pay_up()
    visitor.take_all()
    end = visitor.settle()
    assert (end["outcome"], end["why"], end["delivered_fen"]) == ("refunded", "print", 0)
    stand.until(lambda: f"ticket_unit:{code}" in stand.faults_told(), f"{code} is told")
    stand.see_stopped("fault")


def test_paper_that_ends_after_the_first_of_two_tickets(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash(2)
    visitor.insert(10_000)
    stand.until(lambda: stand.state()["places"]["ticket.tray"]["tickets"] == 1, "one ticket in the tray")
    stand.fault("ticket_unit", "paper_out_printing")
    visitor.take_all()
    end = visitor.settle()
    assert (end["outcome"], end["delivered_fen"] + end["paid_out_fen"]) == ("partial", 10_000)
    assert end["delivered_fen"] > 0
    stand.see_stopped("no_paper")


def test_paper_that_ends_before_all_is_paid_ends_the_sale_at_once(stand: Stand, visitor: Visitor) -> None:
    pay_ten(visitor)
    stand.fault("ticket_unit", "paper_out")
    visitor.take_all()
    end = visitor.settle()
    assert (end["outcome"], end["why"], end["paid_out_fen"]) == ("refunded", "mode", 1_000)


def test_tickets_that_nobody_takes_are_kept_voided_and_owed(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.pay_up()
    visitor.take_all(leave=("tickets",))
    end = visitor.settle()
    assert (end["outcome"], end["why"], end["claims_fen"]) == ("claim", "not_taken", end["ours_fen"])


def test_tickets_that_hang_in_the_tray_stop_the_machine_until_somebody_clears_it(
    stand: Stand, visitor: Visitor
) -> None:
    visitor.to_cash()
    stand.fault("cabinet", "deliver_flap_stuck")
    visitor.pay_up()
    visitor.take_all()
    assert claims(visitor) == [("tickets_unknown", False)]
    visitor.settle()
    stand.fault("cabinet", "deliver_flap_stuck", False)
    stand.restart_controller()  # a new program sees what lies there, and sells nothing before it is gone
    stand.until(lambda: "ticket_unit:TICKET_TRAY" in stand.faults_told(), "the tray is told")
    stand.see_stopped("fault")


# -- slip, board, doors


def test_a_silent_slip_printer_leaves_the_code_on_the_screen(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.pay_up()
    stand.see("take")
    stand.fault("dispenser", "motor_failed")
    stand.fault("slip_printer", "silence_before")
    visitor.take_out("tickets")
    seen = stand.see("receipt")
    assert seen.code
    stand.until(lambda: "No slip can be printed" in texts(stand.screen), "the screen says that no slip comes")
    visitor.take_all()
    assert visitor.settle()["outcome"] == "claim"


def test_a_board_that_starts_anew_in_mid_sale_changes_nothing(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.insert(10_000)
    stand.see("printing")
    stand.fault("cabinet", "reset_by_itself_once")
    visitor.take_all()
    assert visitor.settle()["outcome"] == "sold"


def test_a_door_opened_while_money_is_inside_gives_it_back_first(stand: Stand, visitor: Visitor) -> None:
    pay_ten(visitor)
    stand.service(act="open", door="outer")
    visitor.take_all(("oos", "svc.login"))
    end = visitor.settle()
    assert (end["outcome"], end["why"]) == ("refunded", "service")
    stand.service(act="close", door="outer")


def test_a_door_opened_while_a_ticket_is_printed_does_not_stop_it(stand: Stand, visitor: Visitor) -> None:
    visitor.to_cash()
    visitor.pay_up()
    stand.see("printing")
    stand.service(act="open", door="outer")
    visitor.take_all(("oos", "svc.login"))
    assert visitor.settle()["outcome"] == "sold"
    stand.service(act="close", door="outer")
