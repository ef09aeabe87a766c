"""Machines at which cards, phones and notes pay: typical sales by card, what goes wrong around a card, power cuts, random days."""

from __future__ import annotations

import pytest

from simulator.campaign.days import day
from simulator.campaign.sabotage_cards import BUGS
from simulator.campaign.sets import singles, troubles
from simulator.campaign.sets_cards import CARD_SALES, OF_CARDS
from simulator.campaign.teeth import hunt
from simulator.campaign.work import exhaustive, random_days
from simulator.world.run import Outcome, Run, run
from simulator.world.script import Script, Trouble
from tests.simulator.campaign.apart import judged

CARD = CARD_SALES["card"]
ENDS = {
    "card": "sold",
    "card cancelled": "cancelled",
    "wrong PIN": "sold",
    "card left": "cancelled",
    "card forgotten": "refunded",
    "card pulled": "sold",
    "card declined": "sold",
    "card says no": "refunded",
}
AROUND = [each for each in troubles("cards") if each.device.removeprefix("link:") in OF_CARDS]
QUICK = ("opened", "jam_ejected", "motor_dead", "late_approval", "overtaken_request", "reversal_lost")
PLAYED = [pytest.param(each, id=f"{each.device}-{each.name}-{each.when}") for each in AROUND if each.name in QUICK]
"""All of them are the campaign's: `--exhaustive --machine cards`."""


def clean(script: Script) -> Outcome:
    outcome = run(script)
    assert outcome.violations == []
    return outcome


@pytest.mark.parametrize(("sale", "ends"), ENDS.items())
def test_a_typical_sale_by_card(sale: str, ends: str) -> None:
    assert clean(Script(1, (CARD_SALES[sale],), machine="cards")).sales == {ends: 1}
    assert CARD_SALES.keys() == ENDS.keys()


@pytest.mark.parametrize("trouble", PLAYED)
def test_whatever_goes_wrong_around_a_card_no_money_is_lost(trouble: Trouble) -> None:
    outcome = clean(Script(1, (CARD, CARD), (trouble,), machine="cards"))
    assert outcome.played == 1
    assert sum(outcome.sales.values()) >= 1


def test_the_power_may_fail_in_each_step_of_a_card() -> None:
    made = Run(Script(1, (CARD,), machine="cards"))
    made.points.keep_names = True
    made.run()
    names = made.points.passed
    for name in ("hand -> card.reader", "step.pin", "step.waiting", "bank did 0200", "card.reader -> hand"):
        outcome = clean(Script(1, (CARD,), cuts=(names.index(name) + 1,), machine="cards"))
        assert len(outcome.crashes) == 1


def test_what_was_captured_is_in_the_registers_of_machine_and_auditor_once() -> None:
    made = Run(Script(1, (CARD, CARD_SALES["card forgotten"], CARD), machine="cards", office=True))
    assert made.run().violations == []
    paid = made.box.things.paid_elsewhere()
    assert paid is not None
    assert made.box.made is not None
    booked = [fen for state, fen, _ in paid.values() if state == "captured"]
    registers = made.box.made.controller.stock.registers
    assert (registers["captured"], registers["captured_fen"]) == (len(booked), sum(booked)) == (2, sum(booked))


def test_through_all_wires_the_sale_says_the_same() -> None:
    told = []
    for level in ("port", "bytes"):
        made = Run(Script(1, (CARD,), machine="cards", level=level))  # type: ignore[arg-type]
        assert made.run().violations == []
        told.append(
            [line.partition(b'"fact":')[2].partition(b"}")[0] for line in made.box.lines() if b'auth!"' in line]
        )
    assert len(told[0]) == 1
    assert told[0][0][:60] == told[1][0][:60]


def test_the_set_of_a_machine_at_which_cards_pay() -> None:
    found = troubles("cards")
    assert len(found) == len(set(found))
    assert not any(each.device in OF_CARDS for each in troubles())
    named = {each.device for each in singles("card", machine="cards") for each in each.troubles}
    assert {*OF_CARDS, "ticket_unit", "station", "disk"} <= named
    assert not named & {"acceptor", "dispenser", "payment"}
    assert len(exhaustive(1, "card", "cards").units) == len(singles("card", machine="cards"))


def test_on_such_a_day_people_pay_in_every_way_and_groups_come() -> None:
    plans = [plan for number in range(8) for plan in day(number, 1, machine="cards").plans]
    assert {plan.pays for plan in plans} == {"cash", "code", "card"}
    assert any(plan.tickets >= 4 for plan in plans)
    assert random_days(10, 1, "port", "cards").name != random_days(10, 1, "port").name


def test_other_machines_have_no_card_reader() -> None:
    with pytest.raises(ValueError, match="has no card_reader"):
        Script(1, (CARD,), (Trouble("card_reader", "motor_dead"),))


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(name: str) -> None:
    caught = hunt(name, 2)
    assert caught is not None
    assert clean(caught.script)


@pytest.mark.slow
def test_random_days_of_a_machine_at_which_cards_pay() -> None:
    verdict = judged(random_days(1_000, 4, "port", "cards"))
    assert [text for text, _ in verdict.found] == []
    assert (verdict.violations, verdict.counted) == (0, 1_000)
    assert {"sold", "refunded", "cancelled"} <= set(verdict.sales)
