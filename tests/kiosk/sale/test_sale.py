"""Typical sales by name. Every one of them ends with an even account (`World` checks it at `sale.end`)."""

from __future__ import annotations

import pytest

from kiosk.parameters import SalePolicy
from kiosk.ports.coin_hopper import CoinsUncertain
from kiosk.ports.note_acceptor import NoteHeld, NoteMoving, NoteOurs
from kiosk.ports.note_dispenser import ChangeRetracted
from kiosk.ports.station import LockRenewed, PrintedReported, RenewFailed, SaleConfirmed, VoidReported
from kiosk.ports.ticket_printer import TicketInTray, TicketsTaken
from kiosk.ports.trips import TicketNumbers
from kiosk.sale import facts as sf
from kiosk.sale import intents as si
from kiosk.sale.book import S
from kiosk.sale.recovery import Told
from kiosk.sale.sale import NoRow
from tests.kiosk.sale.samples import KEY, VALUES, confirmed, stock
from tests.kiosk.sale.world import World

OURS, RETURNED, JAMMED, UNKNOWN = 0, 1, 2, 3
CONFIRMED, REFUSED, LOST, WITHOUT_NUMBERS = 0, 1, 2, 3
IN_TRAY, SPOILED, NOT_STARTED, NOBODY_KNOWS = 0, 1, 2, 3


def collecting(world: World) -> World:
    world.answer("lock?")
    world.feed(sf.Agreed())
    assert world.sale.state is S.COLLECTING
    return world


def pay(world: World, *values_fen: int) -> World:
    for value in values_fen:
        number = world.next_note
        world.insert(value)
        world.answer(f"stack?{number}")
    return world


def paid(passengers: int = 2, **made: object) -> World:
    """Two tickets at ¥152.5 cost ¥305."""
    world = collecting(World(passengers=passengers, **made))  # type: ignore[arg-type]
    return pay(world, *(10000,) * 3 * (passengers // 2), *(500,) * (passengers // 2))


def printing(**made: object) -> World:
    world = paid(**made)
    world.answer("confirm?")
    assert world.sale.state is S.PRINTING
    return world


def ended(world: World) -> si.SaleEnd:
    assert world.ended
    line = world.lines[-1]
    assert line.intents[-1]["kind"] == "sale.end"
    return si.SaleEnd(**{key: value for key, value in line.intents[-1].items() if key != "kind"})


def kinds(intents: list[si.Intent]) -> list[str]:
    return [intent.kind for intent in intents]


def claims(world: World) -> list[tuple[int, str, bool]]:
    return [(claim.amount_fen, claim.reason, claim.exact) for claim in world.book.claims]


# -- it works


def test_exact_money_buys_two_tickets() -> None:
    world = printing()
    world.answer("print?")
    assert world.sale.state is S.PRINTING
    assert kinds(world.answer("print?")) == ["deliver?"]
    world.answer("deliver?")
    assert kinds(world.answer("hand")) == ["printed?", "sale.end"]
    assert ended(world).outcome == "sold"


def test_no_ticket_is_printed_before_the_station_said_yes() -> None:
    world = paid()
    assert world.sale.state is S.CONFIRMING
    assert "print?" not in world.pending
    assert kinds(world.answer("confirm?")) == ["print?"]


def test_change_follows_the_tickets() -> None:
    world = pay(collecting(World()), 10000, 10000, 10000, 10000)
    world.answer("confirm?")
    world.answer("print?")
    world.answer("print?")
    world.answer("deliver?")
    made = world.answer("hand")
    assert kinds(made) == ["pay?"]
    assert isinstance(made[0], si.PayNotes)
    assert (made[0].value_fen, made[0].why) == (9500, "change")
    world.answer("pay?")
    world.answer("hand")
    assert (ended(world).outcome, ended(world).paid_out_fen) == ("sold", 9500)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_coin_too_many_is_doubted_before_the_sale_ends(restarted: bool) -> None:
    world = pay(collecting(World(stock(coins={1: 60, 2: 40}), passengers=1)), 10000, 5000, 500)
    for question in ("confirm?", "print?", "deliver?", "hand", "pay?", "hand"):
        world.answer(question)
    order = world.book.coins[-1]
    assert (order.state, order.asked, world.book.owed_fen) == ("asked", 1, 50)
    doubt = CoinsUncertain(order.order, order.hopper, order.asked, order.asked + 1, "miscounted")
    if restarted:
        world.restart(Told(coins={order.order: doubt}))
    else:
        world.feed(doubt)
    assert ended(world).outcome == "sold"
    assert [intent["kind"] for intent in world.lines[-1].intents] == ["unknown.add", "printed?", "sale.end"]


def test_more_than_twenty_notes_of_change_come_in_two_bundles() -> None:
    till = stock()
    till.cassettes = {1: 60, 2: 1, 3: 0, 4: 0}  # only a few fives are left
    world = collecting(World(till, SalePolicy(bundle_notes=20), passengers=2))
    pay(world, *(500,) * 2, *(1000,) * 2)
    till_now = world.stock
    till_now.cassettes = {1: 200, 2: 0, 3: 0, 4: 0}
    made = world.feed(sf.Cancelled("passenger"))
    assert kinds(made) == ["release?", "pay?"]
    assert isinstance(made[1], si.PayNotes)
    assert made[1].counts == ((1, 20),)
    world.answer("pay?")
    made = world.answer("hand")
    assert isinstance(made[0], si.PayNotes)
    assert (made[0].counts, made[0].why) == (((1, 10),), "refund")
    world.answer("pay?")
    world.answer("hand")
    assert (ended(world).outcome, ended(world).paid_out_fen) == ("refunded", 3000)


def test_half_a_yuan_is_rounded_for_the_passenger_and_booked_once() -> None:
    world = collecting(World(passengers=1))
    assert (world.book.due_fen, world.book.rounding_fen) == (15200, -50)
    pay(world, 10000, 5000, 100, 100)
    world.answer("confirm?")
    world.to_the_end_with_hands()
    assert ended(world).rounding_fen == -50
    assert ended(world).delivered_fen == 15200
    assert sum(intent["kind"] == "rounding" for line in world.lines for intent in line.intents) == 1


def test_a_free_order_is_confirmed_without_money() -> None:
    world = World(passengers=1, price_fen=0)
    world.answer("lock?")
    made = world.feed(sf.Agreed())
    assert kinds(made) == ["confirm?"]


# -- before the money


@pytest.mark.parametrize("which", [1, 2])
def test_places_that_cannot_be_held_end_the_sale(which: int) -> None:
    world = World()
    world.answer("lock?", which)
    assert ended(world).outcome == "cancelled"


def test_an_uncertain_lock_is_voided_by_key() -> None:
    world = World()
    world.answer("lock?", 2)
    assert "void?" in [intent["kind"] for intent in world.lines[-1].intents]


def test_sale_closed_while_the_order_was_read() -> None:
    world = World()
    world.answer("lock?")
    world.wall_ms = 10**12
    assert kinds(world.feed(sf.Agreed())) == ["release?", "sale.end"]


def test_nobody_agrees_for_too_long() -> None:
    world = World()
    world.answer("lock?")
    world.time_out()
    assert world.book.why_ending in ("timeout", "lock_expired")
    assert ended(world).outcome == "cancelled"


# -- cancelling


def test_cancel_gives_all_notes_back() -> None:
    world = pay(collecting(World()), 10000, 2000)
    world.feed(sf.Cancelled("passenger"))
    world.answer("pay?")
    world.answer("hand")
    assert (ended(world).outcome, ended(world).why, ended(world).paid_out_fen) == ("refunded", "passenger", 12000)


def test_cancel_while_a_note_moves_waits_for_it() -> None:
    world = pay(collecting(World()), 10000)
    world.insert(2000)
    assert world.feed(sf.Cancelled("passenger")) == []
    assert world.sale.state is S.CLOSING
    made = world.answer("stack?2")
    assert isinstance(made[-1], si.PayNotes)
    assert made[-1].value_fen == 12000


def test_cancel_while_a_note_goes_back() -> None:
    world = pay(collecting(World(stock(0), SalePolicy())))
    assert kinds(world.insert(10000)) == ["return?"]  # it could not be refunded
    world.feed(sf.Cancelled("passenger"))
    assert world.sale.state is S.CLOSING
    world.answer("return?1")
    assert ended(world).outcome == "cancelled"


def test_cancel_with_the_last_note_on_its_way_is_still_a_cancel() -> None:
    world = pay(collecting(World(passengers=1)), 10000, 5000)
    world.insert(500)
    world.feed(sf.Cancelled("passenger"))
    made = world.answer("stack?3")
    assert kinds(made) == ["release?", "pay?"]


def test_nobody_pays_on_and_the_money_inside_goes_back() -> None:
    world = pay(collecting(World()), 10000)
    world.time_out()
    assert world.book.why_ending == "timeout"
    world.answer("pay?")
    world.answer("hand")
    assert ended(world).paid_out_fen == 10000


# -- the lock


def test_the_lock_runs_out_while_the_last_note_moves_and_it_counts() -> None:
    world = pay(collecting(World(passengers=1)), 10000, 5000)
    world.insert(500)
    world.feed(sf.LockOver())
    assert world.sale.state is S.CLOSING
    made = world.answer("stack?3")
    assert kinds(made) == ["confirm?"]
    assert world.book.why_ending == ""


def test_the_lock_runs_out_while_a_note_moves_and_it_is_not_enough() -> None:
    world = pay(collecting(World(passengers=1)), 10000)
    world.insert(500)
    world.feed(sf.LockOver())
    made = world.answer("stack?2")
    assert kinds(made) == ["release?", "pay?"]
    assert world.book.why_ending == "lock_expired"


def test_in_the_last_minute_no_new_note_is_taken_and_each_note_renews() -> None:
    world = collecting(World())
    assert world.book.accepted_fen
    world.feed(sf.LastMinute())
    assert world.book.accepted_fen == ()
    assert kinds(world.insert(10000)) == ["return?"]
    world.answer("return?1")
    world.feed(LockRenewed(KEY, 300_000))
    assert world.book.accepted_fen
    world.insert(10000)
    made = world.answer("stack?2")
    assert kinds(made) == ["renew?"]


def test_a_lock_that_is_certainly_gone_ends_the_collecting() -> None:
    world = pay(collecting(World()), 10000)
    world.feed(RenewFailed(KEY, "expired"))
    start_ms = world.now_ms
    while world.sale.state is S.COLLECTING:
        world.time_out()
    assert (world.now_ms, world.book.why_ending) == (start_ms, "lock_expired")


def test_an_answer_about_another_sale_is_not_taken() -> None:
    world = collecting(World())
    assert not world.sale.takes(RenewFailed("T01.7f3a91c2.0", "expired"))
    assert not world.sale.takes(SaleConfirmed("T01.7f3a91c2.0", confirmed().tickets))
    assert not world.sale.takes(TicketsTaken(77))
    assert world.sale.takes(RenewFailed(KEY, "expired"))


# -- the station's answer


def test_a_lost_answer_is_asked_again_as_a_question() -> None:
    world = paid()
    assert kinds(world.answer("confirm?", LOST)) == ["state?"]
    assert kinds(world.answer("state?")) == ["print?"]  # it was confirmed


def test_still_held_is_confirmed_once_more() -> None:
    world = paid()
    world.answer("confirm?", LOST)
    assert kinds(world.answer("state?", 2)) == ["confirm?"]
    assert kinds(world.answer("confirm?")) == ["print?"]


def test_a_station_that_holds_and_never_confirms_is_asked_with_pauses() -> None:
    world = paid()
    confirms = 0
    while world.sale.state in (S.CONFIRMING, S.ASKING):
        if "confirm?" in world.pending:
            confirms += 1
            world.answer("confirm?", LOST)
        elif "state?" in world.pending:
            world.answer("state?", 2)
        else:
            world.time_out()
    assert 15 <= confirms <= 25
    assert world.sale.state is S.PAYING


def test_no_answer_for_twenty_seconds_gives_the_money_back_and_voids_by_key() -> None:
    world = paid()
    start_ms = world.now_ms
    world.answer("confirm?", LOST)
    asked = 0
    while world.sale.state is S.ASKING:
        if "state?" in world.pending:
            asked += 1
            world.answer("state?", 8)
        else:
            world.time_out()
    assert world.now_ms == start_ms + 20_000
    assert asked >= 15
    assert world.sale.state is S.PAYING
    assert [intent["kind"] for intent in world.lines[-1].intents] == ["void?", "pay?"]
    assert not world.book.tickets


def test_a_yes_that_comes_after_the_refund_changes_nothing() -> None:
    world = paid()
    world.time_out()
    assert world.sale.state is S.PAYING
    assert world.feed(confirmed()) == []
    assert not world.book.confirmed
    assert world.book.owed_fen == 0 or world.book.pays


def test_a_yes_that_comes_while_the_question_is_out_is_taken() -> None:
    world = paid()
    world.answer("confirm?", LOST)
    assert kinds(world.feed(confirmed())) == ["print?"]


@pytest.mark.parametrize("tickets", [(), (TicketNumbers(0, ("A",)),), (TicketNumbers(0, ("A",)), TicketNumbers(1, ()))])
def test_a_yes_without_numbers_for_all_places_is_none(tickets: tuple[TicketNumbers, ...]) -> None:
    world = paid()
    assert kinds(world.feed(SaleConfirmed(KEY, tickets))) == ["state?"]
    assert not world.book.confirmed


def test_refused_gives_the_money_back() -> None:
    world = paid()
    assert kinds(world.answer("confirm?", REFUSED)) == ["release?", "pay?"]
    assert (world.book.why_ending, world.book.not_sold) == ("refused", "expired")


# -- tickets


def test_a_spoiled_blank_takes_the_next_number() -> None:
    world = printing()
    made = world.answer("print?", SPOILED)
    assert isinstance(made[0], si.PrintTicket)
    assert (made[0].index, made[0].number) == (0, "B0")
    world.to_the_end_with_hands()
    report = next(intent for intent in world.lines[-1].intents if intent["kind"] == "printed?")
    assert [(entry[0], entry[1], entry[3]) for entry in report["tickets"]] == [
        (0, "A0", "void"),
        (0, "B0", "delivered"),
        (1, "A1", "delivered"),
    ]
    assert ended(world).outcome == "sold"


def test_three_spoiled_blanks_deliver_what_is_good_and_refund_the_rest() -> None:
    world = printing()
    world.answer("print?")
    world.answer("print?", SPOILED)
    world.answer("print?", SPOILED)
    made = world.answer("print?", SPOILED)
    assert kinds(made) == ["ticket.void", "void?", "deliver?"]
    world.answer("deliver?")
    made = world.answer("hand")
    assert isinstance(made[0], si.PayNotes)
    assert made[0].value_fen == 15300  # paid 305, one ticket costs 152 rounded
    world.to_the_end_with_hands()
    assert (ended(world).outcome, ended(world).delivered_fen, ended(world).rounding_fen) == ("partial", 15200, -50)


def test_all_or_nothing_dumps_the_good_ticket_too() -> None:
    world = printing(policy=SalePolicy(partial_issue="all_or_nothing"))
    world.answer("print?")
    assert kinds(world.answer("print?", NOT_STARTED)) == ["dump?"]
    made = world.answer("dump?")
    assert kinds(made) == ["ticket.void", "ticket.void", "void?", "pay?"]
    assert isinstance(made[-1], si.PayNotes)
    assert made[-1].value_fen == 30500


def test_nothing_good_refunds_everything() -> None:
    world = printing()
    made = world.answer("print?", NOT_STARTED)
    assert kinds(made) == ["ticket.void", "ticket.void", "void?", "pay?"]
    world.to_the_end_with_hands()
    assert (ended(world).outcome, ended(world).paid_out_fen) == ("refunded", 30500)


@pytest.mark.parametrize("dumped", [0, 1])
def test_an_unknown_ticket_is_dumped_voided_and_refunded(dumped: int) -> None:
    world = printing()
    world.answer("print?")
    assert kinds(world.answer("print?", NOBODY_KNOWS)) == ["dump?"]
    made = world.answer("dump?", dumped)
    assert kinds(made) == ["ticket.void", "ticket.void", "void?", "pay?"]
    world.to_the_end_with_hands()
    assert ended(world).paid_out_fen == 30500


def test_an_outcome_of_another_blank_does_not_start_the_next_one() -> None:
    world = printing()
    world.answer("print?")
    first = world.book.tickets[0].keys[0]
    assert world.feed(TicketInTray(first)) == []
    assert world.sale.state is S.PRINTING


def test_tickets_not_taken_are_retracted_and_claimed_with_the_change() -> None:
    world = printing()
    world.answer("print?")
    world.answer("print?")
    world.answer("deliver?")
    assert kinds(world.time_out()) == ["retract?"]
    made = world.answer("retract?")
    assert kinds(made) == ["ticket.void", "ticket.void", "void?", "claim.add", "slip?"]
    assert claims(world) == [(30500, "not_taken", True)]
    world.to_the_end_with_hands()
    assert ended(world).outcome == "claim"


def test_tickets_taken_in_the_last_moment_are_sold() -> None:
    world = printing()
    world.answer("print?")
    world.answer("print?")
    world.answer("deliver?")
    world.time_out()
    world.answer("retract?", 1)
    assert ended(world).outcome == "sold"


def test_a_bundle_that_nobody_can_find_is_a_claim_with_a_bound() -> None:
    world = printing()
    world.answer("print?")
    world.answer("print?")
    made = world.answer("deliver?", 1)
    assert "unknown.add" in kinds(made)
    assert claims(world) == [(30500, "tickets_unknown", False)]


# -- money out


# -- money out


def test_a_jam_may_hold_a_note_of_another_cassette_than_the_one_still_to_be_paid() -> None:
    world = World()
    world.answer("lock?")
    world.feed(sf.Agreed())
    world.insert(500)
    world.answer("stack?1")
    world.feed(sf.Cancelled("passenger"))
    made = world.answer("pay?", 2)
    bounds = [intent.bound_fen for intent in made if isinstance(intent, si.UnknownAdd)]
    assert bounds[:1] == [max(VALUES.values())]


def with_change() -> World:
    world = pay(collecting(World()), 10000, 10000, 10000, 10000)
    world.answer("confirm?")
    world.answer("print?")
    world.answer("print?")
    world.answer("deliver?")
    world.answer("hand")
    assert world.sale.state is S.PAYING
    return world


def test_short_change_is_handed_out_and_the_rest_tried_again() -> None:
    world = with_change()
    world.answer("pay?", 1)
    assert world.sale.state is S.CHANGE_OUT
    made = world.answer("hand")
    assert isinstance(made[0], si.PayNotes)
    assert made[0].value_fen == world.book.pays[1].asked_fen
    world.to_the_end_with_hands()
    assert ended(world).paid_out_fen == 9500


def test_a_dispenser_that_refuses_three_times_leaves_a_claim() -> None:
    world = with_change()
    for _ in range(3):
        world.answer("pay?", 5)
    assert claims(world) == [(9500, "dispenser", True)]
    assert len({pay.order for pay in world.book.pays}) == 3


def test_an_unknown_payment_is_never_repeated_and_locks_the_cassettes() -> None:
    world = with_change()
    made = world.answer("pay?", 3)
    assert kinds(made) == ["claim.add", "unknown.add", "slip?"]
    assert claims(world) == [(9500, "pay_unknown", False)]
    assert world.stock.payable() == {}


def test_change_not_taken_is_retracted_and_claimed() -> None:
    world = with_change()
    world.answer("pay?")
    assert kinds(world.time_out()) == ["retract?"]
    world.answer("retract?")
    assert claims(world) == [(9500, "not_taken", True)]
    assert world.stock.change_retract_fen == 9500


def test_change_that_was_perhaps_taken_is_a_claim_with_a_bound() -> None:
    world = with_change()
    world.answer("pay?")
    world.time_out()
    made = world.answer("retract?", 2)
    assert claims(world) == [(9500, "pay_unknown", False)]
    assert "unknown.add" in kinds(made)


def test_change_that_was_taken_cannot_come_back() -> None:
    """A contradiction of the device after the fact moves no money: the next bundle goes on as planned."""
    world = with_change()
    world.answer("pay?", 1)
    first = world.book.pays[0].order
    world.answer("hand")
    assert world.sale.state is S.PAYING
    assert world.feed(ChangeRetracted(first)) == []
    assert (world.book.pays[0].state, world.book.absent) == ("taken", False)
    world.to_the_end_with_hands()
    assert (ended(world).paid_out_fen, ended(world).claims_fen) == (9500, 0)


def test_the_slip_can_be_printed_again_under_the_same_code() -> None:
    world = with_change()
    made = world.answer("pay?", 3)
    assert isinstance(made[-1], si.PrintSlip)
    code = made[-1].slip
    world.answer("slip?", 1)
    assert world.sale.state is S.CLAIM
    made = world.feed(sf.SlipAgain())
    assert made == [si.PrintSlip(1, code)]
    world.answer("slip?")
    world.feed(sf.ClaimSeen())
    assert ended(world).outcome == "claim"


def test_a_claim_screen_nobody_reads_goes_away() -> None:
    world = with_change()
    world.answer("pay?", 3)
    world.answer("slip?")
    world.time_out()
    assert ended(world).claims_fen == 9500


# -- notes in trouble


@pytest.mark.parametrize("which", [JAMMED, UNKNOWN, 4])
def test_a_note_in_trouble_is_claimed_and_the_others_go_back(which: int) -> None:
    world = pay(collecting(World()), 10000)
    world.insert(2000)
    made = world.answer("stack?2", which)
    assert kinds(made) == ["release?", "claim.add", "unknown.add", "pay?"]
    assert world.book.claims[0].amount_fen == 2000
    assert world.book.claims[0].exact is False
    world.to_the_end_with_hands()
    assert (ended(world).paid_out_fen, ended(world).claims_fen) == (10000, 2000)


def test_a_note_that_nobody_saw_before_and_that_is_worth_nothing_ends_quietly() -> None:
    from kiosk.ports.note_acceptor import NoteUncertain

    world = collecting(World())
    world.feed(NoteUncertain(99, 0))
    assert ended(world).outcome == "cancelled"


def test_a_note_the_machine_cannot_give_back_is_not_taken() -> None:
    world = collecting(World(stock(2)))
    assert 10000 not in world.book.accepted_fen
    assert kinds(world.insert(10000)) == ["return?"]


def test_a_returned_note_does_not_count_towards_the_most_notes() -> None:
    world = collecting(World(stock(300), SalePolicy()))
    for number in range(1, 80):
        world.feed(sf.LastMinute())
        world.insert(100)
        world.answer(f"return?{number}")
        world.feed(LockRenewed(KEY, 300_000))
    assert 100 in world.book.accepted_fen


def test_a_note_said_twice_is_one_note() -> None:
    world = collecting(World())
    world.insert(10000)
    assert world.feed(NoteHeld(1, 10000)) == []
    world.answer("stack?1")
    before = world.stock.box_notes
    world.feed(NoteOurs(1, 10000))
    assert world.book.ours_fen == 10000
    assert world.stock.box_notes == before


LATE_STATES = [S.CONFIRMING, S.ASKING, S.PRINTING, S.DELIVERING, S.TICKETS_OUT, S.TICKETS_BACK, S.PAYING, S.CHANGE_OUT,
               S.CHANGE_BACK, S.SLIP, S.CLAIM, S.LOCKING, S.REVIEWING, S.CLOSING, S.DUMPING]  # fmt: skip


def in_state(state: S) -> World:
    """A sale that stands there."""
    if state in (S.LOCKING, S.REVIEWING, S.CLOSING):
        world = World()
        if state is not S.LOCKING:
            world.answer("lock?")
        if state is S.CLOSING:
            world.feed(sf.Agreed())
            world.insert(10000)
            world.feed(sf.Cancelled("passenger"))
        return world
    if state in (S.CONFIRMING, S.ASKING):
        world = paid()
        if state is S.ASKING:
            world.answer("confirm?", LOST)
        return world
    if state in (S.PAYING, S.CHANGE_OUT, S.CHANGE_BACK, S.SLIP, S.CLAIM):
        world = with_change()
        if state in (S.CHANGE_OUT, S.CHANGE_BACK):
            world.answer("pay?")
        if state is S.CHANGE_BACK:
            world.time_out()
        if state in (S.SLIP, S.CLAIM):
            world.answer("pay?", 3)
        if state is S.CLAIM:
            world.answer("slip?")
        return world
    world = printing()
    if state is S.DUMPING:
        world.answer("print?", NOBODY_KNOWS)
    elif state is not S.PRINTING:
        world.answer("print?")
        world.answer("print?")
        if state is not S.DELIVERING:
            world.answer("deliver?")
        if state is S.TICKETS_BACK:
            world.time_out()
    return world


@pytest.mark.parametrize("state", LATE_STATES, ids=lambda state: state.name)
def test_a_late_note_goes_back(state: S) -> None:
    world = in_state(state)
    assert world.sale.state is state
    number = world.next_note
    world.feed(NoteMoving())
    assert kinds(world.insert(2000)) == ["return?"]
    world.answer(f"return?{number}")
    assert world.account.notes[number] == (2000, "returned")
    world.to_the_end_with_hands()


@pytest.mark.parametrize("state", LATE_STATES, ids=lambda state: state.name)
def test_a_late_note_that_became_ours_is_given_back_or_owed(state: S) -> None:
    world = in_state(state)
    number = world.next_note
    world.insert(2000)
    world.answer(f"return?{number}", 1)
    assert world.account.notes[number] == (2000, "stacked")
    world.to_the_end_with_hands()
    assert ended(world).paid_out_fen + ended(world).claims_fen >= 2000


@pytest.mark.parametrize("state", LATE_STATES, ids=lambda state: state.name)
def test_the_sale_does_not_end_while_a_late_note_moves(state: S) -> None:
    world = in_state(state)
    number = world.next_note
    world.insert(2000)
    world.to_the_end_with_hands(but=f"return?{number}")
    assert world.sale.state is S.CLOSING
    world.answer(f"return?{number}")
    world.to_the_end_with_hands()


def test_a_note_that_was_unknown_and_turns_up_is_not_owed_twice() -> None:
    world = pay(collecting(World()), 10000)
    world.insert(2000)
    world.answer("stack?2", UNKNOWN)
    world.feed(NoteOurs(2, 2000))
    world.to_the_end_with_hands()
    assert (ended(world).paid_out_fen, ended(world).claims_fen) == (10000, 2000)


# -- the way in


def test_a_fact_without_a_row_is_a_named_error() -> None:
    world = World()
    with pytest.raises(NoRow, match="Agreed"):
        world.sale.feed(sf.Agreed(), 0, 0)


def test_reports_of_the_background_are_taken_in_silence() -> None:
    world = collecting(World())
    assert world.feed(VoidReported(KEY, False)) == []
    assert world.feed(PrintedReported(KEY, True)) == []
    assert world.sale.state is S.COLLECTING


def test_a_touch_starts_the_patience_again_and_moves_nothing() -> None:
    world = collecting(World())
    limit = world.sale.deadline()
    assert limit is not None
    world.now_ms += 50_000
    world.sale.touched(world.now_ms)
    later = world.sale.deadline()
    assert later is not None
    assert later[0] == limit[0] + 50_000
    assert len(world.lines) == 3


def test_the_clock_rate_shortens_peoples_times_not_the_stations() -> None:
    world = World()
    world.context = world.context.__class__(**{**_fields(world.context), "rate": 10.0})
    from kiosk.sale.sale import Sale
    from tests.kiosk.sale.samples import locked, order

    started = sf.SaleStarted(1, KEY, "zh", order())
    sale = Sale(1, "zh", started, world.context, stock())
    for fact in (started, locked(), sf.Agreed()):
        sale.feed(fact, 1_000, 1_000)
    limit = sale.deadline()
    assert limit is not None
    assert limit[0] == 1_000 + 9_000  # 90 s of patience
    assert sale.book.lock_until_ms == 1_000 + 30_000
    sale.close()


def _fields(context: object) -> dict[str, object]:
    names = ("machine", "epoch", "secret", "policy", "rate", "known_fen")
    return {name: getattr(context, name) for name in names}
