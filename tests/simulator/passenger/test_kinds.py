"""What each kind of passenger does instead of the usual: on recorded screen values, and through whole visits at a toy machine."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from kiosk.screen.values import Dialog, Key, PassengerRow, Screen, Seat, Words
from simulator.passenger.actions import Action, Insert, Leave, Scan, TakeFrom, Touch, TouchAndInsert, Wait
from simulator.passenger.decide import decide
from simulator.passenger.kinds import LONGEST_REACH_MS, LONGEST_READ_MS
from simulator.passenger.person import (
    CARD_KINDS,
    GROUP_OF,
    PHONE_KINDS,
    PICKUP_KINDS,
    Kind,
    Memory,
    Plan,
    Seen,
    make_plan,
    make_plans,
)
from simulator.passenger.reading import chinese, letters_in
from simulator.passenger.remembering import noted, remembered
from tests.kiosk.ui.samples import samples
from tests.simulator.passenger.test_visit import visit
from tests.simulator.passenger.toy_machine import ToyMachine

JOURNEY = ("attract", "home", "search.fromto", "station", "date", "trains", "seat", "review", "pay.cash")


def does(kind: Kind, screen: Screen, memory: Memory | None = None, **openings: bool) -> Action:
    return decide(Plan(kind), Seen(screen, **openings), memory or Memory(), Random(1))


def asked(screen: Screen) -> Screen:
    dialog = Dialog(Words("Are you still there?"), Words(), (Key("more_time", Words("Yes"), role="primary"),))
    return replace(screen, chrome=replace(screen.chrome, dialog=dialog))


# -- slow


@pytest.mark.parametrize("name", JOURNEY)
def test_who_is_slow_reads_a_screen_first_and_less_of_it_the_second_time(name: str) -> None:
    screen = samples("zh")[name]
    first, memory = does(Kind.SLOW, screen), Memory()
    remembered(memory, first, screen)
    second, usual = does(Kind.SLOW, screen, memory), does(Kind.EXACT, screen)
    assert first.think_ms > second.think_ms > usual.think_ms
    assert first.think_ms <= LONGEST_READ_MS
    assert replace(first, think_ms=0) == replace(usual, think_ms=0)


def test_more_text_is_read_longer_and_a_question_is_answered_before_it_is_too_late() -> None:
    short, long = samples("zh")["attract"], samples("zh")["home"]
    assert letters_in(short) < letters_in(long)
    assert does(Kind.SLOW, short).think_ms < does(Kind.SLOW, long).think_ms
    assert does(Kind.SLOW, asked(long)) == Touch("more_time", 8_000)


def test_who_is_slow_reaches_for_the_tickets_before_they_are_taken_back() -> None:
    taken = does(Kind.SLOW, samples("zh")["take"], Memory(in_sale=True), tickets=True)
    assert isinstance(taken, TakeFrom)
    assert 10_000 < taken.think_ms <= LONGEST_REACH_MS


# -- the foreigner


@pytest.mark.parametrize("name", JOURNEY)
def test_a_foreigner_looks_for_english_first(name: str) -> None:
    action = does(Kind.FOREIGNER, samples("zh")[name])
    assert isinstance(action, Touch | Insert)
    assert not isinstance(action, Touch) or action.target == "language"


@pytest.mark.parametrize("name", JOURNEY)
def test_all_that_leads_on_can_be_read_in_english(name: str) -> None:
    screen = samples("en")[name]
    assert does(Kind.FOREIGNER, screen) == does(Kind.EXACT, screen)


def test_a_foreigner_touches_no_chinese() -> None:
    home: Any = samples("en")["home"]
    tiles = tuple(replace(tile, key=replace(tile.key, words=Words("购票", "Buy"))) for tile in home.tiles)
    cells = tuple(replace(cell, key=replace(cell.key, words=Words("上海", "Shanghai"))) for cell in home.popular)
    action = does(Kind.FOREIGNER, replace(home, tiles=tiles, popular=cells))
    assert isinstance(action, Leave)
    assert action.why.startswith("cannot read: ")
    assert [chinese(text) for text in ("Hold", "席别", "¥93 × 2")] == [False, True, False]


# -- everything


def test_each_sort_of_key_is_pressed_once_and_the_way_on_last() -> None:
    screen, memory = samples("en")["seat"], Memory()
    pressed: list[str] = []
    for _ in range(40):
        action = does(Kind.EVERYTHING, screen, memory)
        assert isinstance(action, Touch)
        remembered(memory, action, screen)
        pressed.append(action.target)
        if action.target == "hold":
            break
    sorts = [target.partition(":")[0] for target in pressed]
    assert sorts[-1] == "hold"
    assert len(sorts) == len(set(sorts)) > 5
    assert {"language", "class", "plus", "wish", "back", "home"} <= set(sorts)


def test_nobody_presses_cancel_to_see_what_it_does() -> None:
    screen, memory = samples("en")["review"], Memory()
    danger = {key.target for key in screen.chrome.footer if key.role == "danger"}
    for _ in range(20):
        action = does(Kind.EVERYTHING, screen, memory)
        assert isinstance(action, Touch)
        assert action.target not in danger
        remembered(memory, action, screen)


def test_back_and_home_are_tried_once_a_visit() -> None:
    memory = Memory(pressed={("trains", "back"), ("trains", "home")})
    for _ in range(40):
        screen = samples("en")["seat"]
        action = does(Kind.EVERYTHING, screen, memory)
        assert isinstance(action, Touch)
        assert action.target not in ("back", "home")
        remembered(memory, action, screen)


def test_who_presses_everything_buys_at_last() -> None:
    machine = ToyMachine(9_300)
    assert visit(Plan(Kind.EVERYTHING, budget_fen=200_000), machine).outcome == "bought"
    assert {"home", "language"} <= set(machine.touched)


# -- the group


def seat_for(*counts: int, enabled: bool = True) -> Screen:
    seat = samples("en")["seat"]
    assert isinstance(seat, Seat)
    names = ("adult", "child", "student", "soldier")
    rows = tuple(
        PassengerRow(
            "person", Words(), Words(), "¥90", count, Key(f"minus:{name}", enabled=count > 0), Key(f"plus:{name}")
        )
        for name, count in zip(names, counts, strict=False)
    )
    hold = Key("hold", Words("Hold"), "right", "primary", enabled=enabled)
    classes = (replace(seat.classes[0], key=replace(seat.classes[0].key, selected=True, enabled=True)),)
    return replace(seat, passengers=rows, classes=classes, chrome=replace(seat.chrome, footer=(hold,)))


@pytest.mark.parametrize(
    ("counts", "target"),
    [
        ((1, 0, 0, 0), "plus:adult"),
        ((2, 0, 0, 0), "plus:child"),
        ((2, 1, 0, 0), "plus:student"),
        ((2, 1, 1, 0), "hold"),
        ((2, 1, 1, 1), "minus:soldier"),
        ((2, 1), "plus:adult"),
        ((3, 1), "hold"),
        ((4,), "hold"),
    ],
)
def test_a_group_is_two_and_one_and_one(counts: tuple[int, ...], target: str) -> None:
    action = does(Kind.GROUP, seat_for(*counts))
    assert isinstance(action, Touch)
    assert action.target == target


def test_a_group_buys_four_and_looks_for_a_train_that_all_can_pay() -> None:
    plan = make_plan(Kind.GROUP, Random(1))
    assert plan.tickets == GROUP_OF
    assert visit(plan, ToyMachine(9_300)).tickets == GROUP_OF
    assert visit(replace(plan, budget_fen=30_000), ToyMachine(9_300)).outcome == "nothing_found"


# -- feeding while cancelling


def test_cancel_and_the_next_note_come_at_the_same_moment() -> None:
    screen = samples("en")["pay.cash"]
    memory = Memory(in_sale=True, inserted_fen=[5_000])
    action = does(Kind.FEED, screen, memory)
    assert isinstance(action, TouchAndInsert)
    assert action.target == "cancel"
    remembered(memory, action, screen)
    assert memory.cancelled
    assert memory.inserted_fen[-1] == action.value_fen


def test_what_is_fed_too_late_is_waited_for() -> None:
    screen, memory = samples("en")["attract"], Memory(in_sale=True, cancelled=True)
    waited = 0
    while isinstance(action := does(Kind.FEED, screen, memory), Wait):
        remembered(memory, action, screen)
        waited += action.think_ms
    assert isinstance(action, Leave)
    assert waited >= 10_000
    assert isinstance(does(Kind.FEED, screen, memory, mouth=True), TakeFrom)


def test_who_feeds_while_cancelling_gets_all_of_it_back() -> None:
    account = visit(Plan(Kind.FEED, tickets=2), ToyMachine(9_300))
    assert account.outcome == "cancelled"
    assert sum(account.inserted_fen) == sum(account.returned_fen + account.change_fen) > 0


# -- coming back


@pytest.mark.parametrize("name", ["pay.cash", "printing-refund", "take-refund", "busy"])
def test_who_is_away_does_nothing_whatever_is_asked(name: str) -> None:
    away = Memory(in_sale=True, inserted_fen=[5_000])
    for screen in (samples("en")[name], asked(samples("en")[name])):
        assert isinstance(does(Kind.RETURN, screen, away, change=True), Wait)


def test_who_comes_back_takes_the_slip_and_reads_the_code() -> None:
    screen, memory = samples("en")["receipt"], Memory(in_sale=True, inserted_fen=[5_000])
    noted(memory, screen)
    assert memory.claim_codes
    assert does(Kind.RETURN, screen, memory, slip=True) == TakeFrom("slip", 1_200)
    assert isinstance(does(Kind.RETURN, samples("en")["attract"], memory, slip=True), TakeFrom)
    account = visit(Plan(Kind.RETURN), ToyMachine(9_300))
    assert (account.outcome, account.slips, len(account.claim_codes)) == ("claim", 1, 1)


# -- patience, and somebody who came for one train


def test_who_is_patient_looks_for_a_while_whether_a_machine_that_stopped_goes_on() -> None:
    screen, memory = samples("en")["oos"], Memory()
    plan, looks = Plan(Kind.EXACT, patient_looks=5), 0
    while isinstance(action := decide(plan, Seen(screen), memory, Random(1)), Wait):
        remembered(memory, action, screen)
        looks += 1
    assert looks == 5
    assert isinstance(action, Leave)
    assert isinstance(does(Kind.EXACT, screen), Leave)


def test_looks_at_another_screen_do_not_count() -> None:
    memory = Memory()
    for name in ("busy", "busy", "printing", "oos"):
        remembered(memory, Wait(), samples("en")[name])
    assert (memory.looks, memory.looked_at) == (1, "oos")


def seeks(screen: Screen, memory: Memory, *keys: str) -> Action:
    return decide(Plan(Kind.LARGE, seeks=keys), Seen(screen), memory, Random(1))


def test_who_came_for_one_train_goes_for_it() -> None:
    home: Any = samples("en")["home"]
    trains: Any = samples("en")["trains"]
    station, train = home.popular[2].key.target, trains.cards[1].key.target
    keys = (station, train, "class:none_such")
    assert seeks(home, Memory(), *keys) == Touch(station, 2_500)
    chosen = seeks(trains, Memory(), *keys)
    assert isinstance(chosen, Touch)
    assert chosen.target == train
    elsewhere = seeks(trains, Memory(), station, "train:Z999", "class:x")
    assert isinstance(elsewhere, Touch)
    assert elsewhere.target in {key.target for key in trains.chrome.footer}


def test_who_was_refused_takes_what_is_offered_as_everybody_does() -> None:
    trains, held = samples("en")["trains"], Memory(pressed={("seat", "hold")})
    usual = decide(Plan(Kind.LARGE), Seen(trains), held, Random(1))
    assert seeks(trains, held, "station:X", "train:Z999", "class:x") == usual


# -- phones


def test_who_comes_with_a_phone_chooses_the_code_and_scans_it_once() -> None:
    plan, memory = make_plan(Kind.PHONE, Random(1)), Memory()
    choice, code = samples("zh")["pay.choice"], samples("zh")["pay.code"]
    assert decide(plan, Seen(choice), memory, Random(1)) == Touch("pay_code", 2_500)
    action = decide(plan, Seen(code), memory, Random(1))
    assert isinstance(action, Scan)
    remembered(memory, action, code)
    assert isinstance(decide(plan, Seen(code), memory, Random(1)), Wait)


def test_who_forgot_the_phone_chooses_again_and_pays_with_notes() -> None:
    plan, memory = make_plan(Kind.PHONE_FORGOTTEN, Random(1)), Memory()
    choice: Any = samples("zh")["pay.choice"]
    code = samples("zh")["pay.code"]
    remembered(memory, decide(plan, Seen(choice), memory, Random(1)), choice)
    other = decide(plan, Seen(code), memory, Random(1))
    assert other == Touch("other_way", 2_500)
    remembered(memory, other, code)
    assert decide(plan, Seen(choice), memory, Random(1)) == Touch("pay_cash", 2_500)
    barred = replace(choice, ways=tuple(replace(way, key=replace(way.key, enabled=False)) for way in choice.ways))
    assert decide(plan, Seen(barred), memory, Random(1)) == Touch("cancel", 2_500)


def test_phones_cards_and_orders_come_only_where_they_are_of_use() -> None:
    assert not {plan.kind for plan in make_plans(40, Random(1))} & {*PHONE_KINDS, *CARD_KINDS, *PICKUP_KINDS}
    with_orders = make_plans(40, Random(1), pickups=True)
    assert {plan.kind: (plan.pays, plan.manner) for plan in with_orders if plan.kind in PICKUP_KINDS} == {
        kind: ("pickup", manner) for kind, manner in PICKUP_KINDS.items()
    }
    with_cards = make_plans(40, Random(1), cards=True)
    assert {plan.kind for plan in with_cards} == set(Kind) - set(PHONE_KINDS) - set(PICKUP_KINDS)
    assert {plan.kind: (plan.pays, plan.manner) for plan in with_cards if plan.kind in CARD_KINDS} == {
        kind: ("card", manner) for kind, manner in CARD_KINDS.items()
    }
    with_phones = make_plans(40, Random(1), phones=True)
    assert {plan.kind for plan in with_phones} == set(Kind) - set(CARD_KINDS) - set(PICKUP_KINDS)
    assert {plan.kind: (plan.pays, plan.phone) for plan in with_phones if plan.kind in PHONE_KINDS} == {
        kind: ("code", manner) for kind, manner in PHONE_KINDS.items()
    }
