"""Machines at which phones pay: typical sales, everything that can go wrong at the desk, power cuts, random days."""

from __future__ import annotations

import pytest

from simulator.campaign.days import day
from simulator.campaign.sets import PHONE_SALES, SALES, singles, troubles
from simulator.campaign.work import exhaustive, random_days
from simulator.world.payments import FAULTS
from simulator.world.provider import OWN_FAULTS
from simulator.world.run import Outcome, run
from simulator.world.script import Script, Trouble
from tests.simulator.campaign.apart import judged

CODE = PHONE_SALES["code"]


def clean(script: Script) -> Outcome:
    outcome = run(script)
    assert outcome.violations == []
    return outcome


@pytest.mark.parametrize(("sale", "ends"), [("code", "sold"), ("code cancelled", "sold"), ("code left", "cancelled")])
def test_a_typical_sale_by_phone(sale: str, ends: str) -> None:
    """Who cancels a moment after paying has bought."""
    assert clean(Script(1, (PHONE_SALES[sale],), machine="pay")).sales == {ends: 1}


def test_who_has_cash_is_asked_how_and_pays_with_it() -> None:
    assert clean(Script(1, (SALES["change"],), machine="pay")).sales == {"sold": 1}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("when", ["lock?", "auth?", "capture?"])
def test_whatever_goes_wrong_at_the_desk_no_money_is_lost(name: str, when: str) -> None:
    outcome = clean(Script(1, (CODE, CODE), (Trouble("payment", name, when),), machine="pay"))
    assert outcome.played == 1
    assert sum(outcome.sales.values()) >= 1


def test_a_payment_nobody_can_tell_of_is_reversed_and_the_next_one_sold() -> None:
    outcome = clean(Script(1, (CODE, CODE), (Trouble("payment", "mute", "auth?"),), machine="pay"))
    assert outcome.sales == {"refunded": 1, "sold": 1}


@pytest.mark.parametrize("at", range(6, 34, 3))
@pytest.mark.parametrize("after_cut", ["stays", "leaves"])
def test_after_a_power_cut_a_payment_is_captured_or_goes_back(at: int, after_cut: str) -> None:
    outcome = clean(Script(1, (CODE,), cuts=(at,), machine="pay", after_cut=after_cut))  # type: ignore[arg-type]
    assert len(outcome.crashes) == 1


def test_the_set_of_a_machine_at_which_phones_pay() -> None:
    found = troubles("pay")
    assert len(found) == len(set(found))
    assert {each.name for each in found if each.device == "payment"} == set(FAULTS)
    assert {each for each in troubles() if each.device != "payment"} <= set(found)
    assert len(exhaustive(1, "code", "pay").units) == len(singles("code", machine="pay")) == len(found) + 1


def test_on_such_a_day_some_come_with_phones_and_some_with_notes() -> None:
    plans = [plan for number in range(5) for plan in day(number, 1, machine="pay").plans]
    assert {plan.pays for plan in plans} == {"cash", "code"}
    assert {plan.pays for plan in day(3, 1).plans} == {"cash"}
    assert random_days(10, 1, "port", "pay").name != random_days(10, 1, "port").name


def test_phones_do_not_pay_at_other_machines() -> None:
    with pytest.raises(ValueError, match="has no payment"):
        Script(1, (CODE,), (Trouble("payment", "silent"),))


def test_a_day_with_the_real_adapter_meets_what_a_provider_of_its_own_can_do() -> None:
    days = [day(number, 1, "bytes", machine="pay") for number in range(20)]
    names = {each.name for script in days for each in script.troubles if each.device == "payment"}
    assert names & set(OWN_FAULTS)
    assert names & set(FAULTS)
    plain = [day(number, 1, machine="pay") for number in range(20)]
    others = {each.name for script in plain for each in script.troubles if each.device == "payment"}
    assert others <= set(FAULTS)


@pytest.mark.slow
def test_random_days_of_a_machine_at_which_phones_pay() -> None:
    verdict = judged(random_days(3_000, 4, "port", "pay"))
    assert [text for text, _ in verdict.found] == []
    assert (verdict.violations, verdict.counted) == (0, 3_000)
    assert {"sold", "refunded", "cancelled", "claim"} <= set(verdict.sales)
