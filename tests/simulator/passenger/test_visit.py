"""Synthetic passengers at a toy machine, in virtual time: each kind does what its name says, and its account is true."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.screen.values import Dialog, Key, Notice, Outlet, OutOfService, Take, Words
from simulator.passenger.decide import MOST_SEARCHES_BARRED
from simulator.passenger.person import USUAL, Kind, Plan, make_plan, make_plans
from simulator.passenger.visit import LONGEST_VISIT_MS, Account, Visit
from tests.simulator.passenger.toy_machine import ToyMachine

GIVES_UP_MS = 600_000


def visit(plan: Plan, machine: ToyMachine, seed: int = 1) -> Account:
    now_ms = paying_ms = 0
    made = Visit(plan, machine, machine.touch, Random(seed), now_ms)
    while not made.over:
        paying_ms = now_ms if machine.step not in ("pay", "take") else paying_ms
        if now_ms - paying_ms > GIVES_UP_MS:
            machine.give_up()
        if machine.step == "thanks":
            machine.step, machine.rev = "attract", machine.rev + 1
        made.saw(machine.rev, machine.screen(), now_ms)
        due_ms = made.poll(now_ms)
        now_ms = max(now_ms + 1, due_ms if due_ms is not None else 0)
    return made.account


def test_exact_cash_leaves_no_change() -> None:
    account = visit(Plan(Kind.EXACT, tickets=2), ToyMachine(9_300))
    assert (account.outcome, account.tickets, account.change_fen) == ("bought", 2, [])
    assert account.inserted_fen == [10_000, 5_000, 2_000, 1_000, 500, 100]


def test_large_notes_bring_change() -> None:
    account = visit(Plan(Kind.LARGE, tickets=1), ToyMachine(9_300))
    assert (account.outcome, account.inserted_fen, account.change_fen) == ("bought", [10_000], [700])


def test_who_cancels_gets_the_money_back() -> None:
    account = visit(Plan(Kind.CANCEL, notes_before=2, tickets=2), ToyMachine(9_300))
    assert (account.outcome, account.tickets) == ("cancelled", 0)
    assert sum(account.inserted_fen) == sum(account.change_fen) > 0
    assert len(account.inserted_fen) == 2


@pytest.mark.parametrize("leave_at", ["seat", "review", "pay.cash"])
def test_who_walks_away_leaves_what_is_inside(leave_at: str) -> None:
    machine = ToyMachine(30_000)
    account = visit(Plan(Kind.WALK_AWAY, leave_at=leave_at, notes_before=2), machine)
    assert (account.outcome, account.screens[-1]) == ("walked_away", leave_at)
    assert sum(account.inserted_fen) == machine.paid_fen
    assert len(account.inserted_fen) == (2 if leave_at == "pay.cash" else 0)


def test_who_switches_the_language_still_buys() -> None:
    machine = ToyMachine()
    account = visit(Plan(Kind.LANGUAGE, switch_at=("home", "review", "pay.cash")), machine)
    assert account.outcome == "bought"
    assert machine.touched.count("language") == 3


def test_who_forgets_the_change_takes_the_tickets_only() -> None:
    machine = ToyMachine(9_300)
    account = visit(Plan(Kind.FORGET_CHANGE), machine)
    assert (account.outcome, account.tickets, account.change_fen, machine.change) == ("forgot_change", 1, [], [700])


def test_a_note_that_comes_back_is_taken_and_not_tried_again() -> None:
    account = visit(Plan(Kind.EXACT), ToyMachine(9_300, refuse_fen=5_000))
    assert account.outcome == "bought"
    assert account.returned_fen == [5_000]
    assert account.inserted_fen.count(5_000) == 1


def test_trains_beyond_the_budget_are_not_chosen() -> None:
    machine = ToyMachine(90_000)
    account = visit(Plan(Kind.EXACT, budget_fen=50_000), machine)
    assert account.outcome == "nothing_found"
    assert not [target for target in machine.touched if target.startswith("train:")]


def test_no_more_tickets_are_wanted_than_the_machine_takes_cash_for() -> None:
    account = visit(Plan(Kind.EXACT, tickets=3), ToyMachine(9_300, cash_up_to="Cash up to ¥200"))
    assert (account.outcome, account.tickets) == ("bought", 2)


def test_trains_beyond_the_machines_limit_are_not_looked_for_long() -> None:
    machine = ToyMachine(9_300, cash_up_to="Cash up to ¥50")
    assert visit(Plan(Kind.EXACT), machine).outcome == "nothing_found"
    assert 0 < machine.touched.count("destination") <= MOST_SEARCHES_BARRED


def test_who_reads_that_nothing_is_sold_goes() -> None:
    machine = ToyMachine(sells=False)
    assert visit(Plan(Kind.EXACT), machine).outcome == "nothing_sold"
    assert machine.touched == ["start"]


def test_a_dialog_is_answered_with_more_time() -> None:
    machine = ToyMachine()
    keys = (Key("home"), Key("more_time", role="primary"))
    asked = replace(machine.screen(), chrome=replace(machine.screen().chrome, dialog=Dialog(Words("?"), Words(), keys)))
    touched: list[str] = []
    made = Visit(Plan(Kind.EXACT), machine, touched.append, Random(1), 0)
    made.saw(1, asked, 0)
    made.poll(made.poll(0) or 0)
    assert touched == ["more_time"]


@pytest.mark.parametrize(("price", "answer"), [("¥93.00", "agree"), ("¥930.00", "decline"), ("", "agree")])
def test_what_is_offered_instead_is_taken_unless_it_costs_too_much(price: str, answer: str) -> None:
    machine = ToyMachine()
    keys = (Key("decline"), Key("agree", role="primary"))
    offered = Dialog(Words("Just sold"), Words("The nearest train"), keys, price=price)
    touched: list[str] = []
    made = Visit(Plan(Kind.EXACT, budget_fen=20_000), machine, touched.append, Random(1), 0)
    made.saw(1, replace(machine.screen(), chrome=replace(machine.screen().chrome, dialog=offered)), 0)
    made.poll(made.poll(0) or 0)
    assert touched == [answer]
    assert made.account.notices == ["Just sold"]


@pytest.mark.parametrize(
    ("what", "opening", "account"),
    [("notes", "", ([700], [])), ("change", "insert", ([], [700])), ("change", "", ([700], []))],
)
def test_notes_at_the_mouth_are_what_the_screen_says(
    what: str, opening: str, account: tuple[list[int], list[int]]
) -> None:
    """A unit that takes notes and pays gives both back there: the passenger's own, and what it counted out. Elsewhere a late
    note may come back while change lies in its tray."""
    machine = ToyMachine()
    machine.step, machine.mouth = "take", [700]
    shown = machine.screen()
    assert isinstance(shown, Take)
    screen = replace(shown, outlets=(Outlet(what, "now", Words(), Words(), Words(), opening),))
    made = Visit(Plan(Kind.EXACT), machine, machine.touch, Random(1), 0)
    assert made._take("mouth", screen)
    assert (made.account.returned_fen, made.account.change_fen) == account


def test_a_machine_out_of_service_is_left() -> None:
    machine = ToyMachine()
    closed = OutOfService(
        machine.screen().chrome, "fault", Words(), Words(), Words(), Words(), Notice(Words()), Words(), (), Words(), ()
    )
    made = Visit(Plan(Kind.EXACT), machine, machine.touch, Random(1), 0)
    made.saw(1, closed, 0)
    made.poll(made.poll(0) or 0)
    assert made.account.outcome == "out of service: fault"


def test_a_touch_that_nobody_answers_is_tried_again() -> None:
    machine = ToyMachine()
    touched: list[int] = []
    made = Visit(Plan(Kind.EXACT), machine, lambda target: touched.append(now_ms), Random(1), 0)
    made.saw(1, machine.screen(), 0)
    now_ms = 0
    while len(touched) < 3:
        now_ms = made.poll(now_ms) or now_ms
    assert min(b - a for a, b in pairwise(touched)) >= 4_000


def test_a_blank_screen_is_waited_for_but_not_for_ever() -> None:
    made = Visit(Plan(Kind.EXACT), ToyMachine(), lambda target: None, Random(1), 0)
    made.saw(0, None, 0)
    assert made.poll(0) is not None
    assert made.poll(LONGEST_VISIT_MS) is None
    assert made.account.outcome == "stuck"


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(list(Kind)), price=st.integers(1, 400))
def test_no_fen_is_lost_whoever_comes(seed: int, kind: Kind, price: int) -> None:
    machine = ToyMachine(price * 100)
    account = visit(make_plan(kind, Random(seed)), machine, seed)
    spent = machine.price_fen * account.tickets
    inside = (machine.paid_fen if account.outcome == "walked_away" else 0) + machine.claimed_fen
    left_behind = sum(machine.change)
    assert sum(account.inserted_fen) == sum(account.returned_fen + account.change_fen) + spent + inside + left_behind


@given(seed=st.integers(0, 10_000))
def test_the_same_dice_make_the_same_visit(seed: int) -> None:
    plans = make_plans(6, Random(seed))
    assert plans == make_plans(6, Random(seed))
    assert [plan.kind for plan in plans] == list(Kind)[:6] == list(USUAL)
    assert visit(plans[seed % 6], ToyMachine(), seed) == visit(plans[seed % 6], ToyMachine(), seed)
