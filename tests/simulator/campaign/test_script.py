"""A run as a value: written, read back, refused when it is none, shrunk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.campaign.days import day
from simulator.campaign.sets import SALES
from simulator.campaign.shrink import shrink
from simulator.world.run import run
from simulator.world.script import Script, Trouble

SCRIPT = Script(
    7,
    (SALES["exact"], SALES["three tickets"]),
    (Trouble("acceptor", "box_full", "stack?", 2), Trouble("station", "down")),
    (3, 40),
    "stays",
    "bytes",
    5_000,
    "lean",
)


@pytest.mark.parametrize("script", [SCRIPT, *(day(number, 3) for number in range(40))])
def test_what_is_written_is_read_back(script: Script) -> None:
    assert Script.parse(script.as_json()) == script


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"plans":3}', SCRIPT.as_json().replace("EXACT", "NOBODY"), SCRIPT.as_json()[:-9]]
)
def test_what_is_no_script_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match="not a script"):
        Script.parse(text)


@pytest.mark.parametrize("device", ["dispenser", "link:dispenser"])
def test_a_trouble_of_a_device_that_is_not_fitted_is_refused(device: str) -> None:
    """A Bill-to-Bill unit has one line for both its ports: its plug is the acceptor's."""
    text = replace(SCRIPT, troubles=(Trouble(device, "out", "pay?"),)).as_json()
    assert Script.parse(text).machine == "usual"
    with pytest.raises(ValueError, match=f"no {device}"):
        Script.parse(text.replace('"usual"', '"bulk"'))


def test_a_ups_fails_where_one_is_fitted() -> None:
    silent = (Trouble("ups", "silent"),)
    assert Script(1, SCRIPT.plans, silent, ups=True).troubles == silent
    with pytest.raises(ValueError, match="no ups"):
        Script(1, SCRIPT.plans, silent)


def test_the_plug_of_a_bill_to_bill_unit_can_be_pulled_at_both_levels() -> None:
    for level in ("port", "bytes"):
        script = Script(
            1, (SALES["cancel"],), (Trouble("link:acceptor", "out", "return_all?"),), level=level, machine="bulk"
        )
        outcome = run(script)
        assert (outcome.played, outcome.violations) == (1, []), level


def test_a_day_depends_on_its_number_and_seed_only() -> None:
    assert day(5, 1) == day(5, 1)
    assert len({day(number, seed).as_json() for number in range(20) for seed in (1, 2)}) == 40


def test_shrinking_leaves_only_what_the_failure_needs() -> None:
    needs = SCRIPT.troubles[0]
    shortest = shrink(SCRIPT, lambda tried: needs in tried.troubles)
    assert shortest.troubles == (needs,)
    assert (len(shortest.plans), shortest.cuts, shortest.plans[0].tickets) == (1, (), 1)


def test_what_does_not_fail_again_is_left_as_it_is() -> None:
    assert shrink(SCRIPT, lambda tried: False) == SCRIPT


def test_a_script_with_one_ticket_and_nothing_wrong_has_nothing_to_lose() -> None:
    assert Script(1, (replace(SALES["exact"], tickets=1),)).simpler() == []
