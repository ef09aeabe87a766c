"""The campaign of the tests: the day's slice of the exhaustive sets, random days at both levels. No violation, ever.

Random sales of all machines together, here and beside each machine's own tests: 20,000 at port level, 1,000 with bytes.
"""

from __future__ import annotations

import pytest

from simulator.campaign.days import day
from simulator.campaign.forks import every_cut
from simulator.campaign.judge import Verdict
from simulator.campaign.sets import SALES, pairs, singles, troubles
from simulator.campaign.work import Work, daily, exhaustive, random_days, slice_of
from simulator.world.level import Machine
from tests.simulator.campaign.apart import judged


def run(work: Work) -> Verdict:
    verdict = judged(work)
    assert [text for text, _ in verdict.found] == []
    assert verdict.violations == 0
    return verdict


@pytest.mark.slow
def test_every_fault_every_crash_point_every_crash_while_recovering() -> None:
    verdict = run(daily(1))
    assert verdict.counted > 1_000
    assert {"sold", "refunded", "claim", "cancelled"} <= set(verdict.sales)


@pytest.mark.slow
@pytest.mark.parametrize(("sales", "seed"), [(6_000, 1), (4_000, 11)])
def test_random_days_with_faults_and_power_cuts(sales: int, seed: int) -> None:
    verdict = run(random_days(sales, seed, "port"))
    assert verdict.counted == sales
    assert verdict.sales["sold"] > sales // 4


@pytest.mark.slow
@pytest.mark.parametrize(("machine", "sales"), [("usual", 700), ("bulk", 100), ("cards", 100)])
def test_random_days_with_drivers_and_wires(machine: Machine, sales: int) -> None:
    verdict = run(random_days(sales, 2, "bytes", machine))
    assert verdict.counted == sales
    assert verdict.sales["sold"] > sales // 5


@pytest.mark.slow
@pytest.mark.parametrize(("machine", "sales"), [("bulk", 1_500), ("collect", 1_000)])
def test_random_days_of_other_machines(machine: Machine, sales: int) -> None:
    verdict = run(random_days(sales, 3, "port", machine))
    assert verdict.counted == sales
    assert {"sold", "cancelled", "claim"} <= set(verdict.sales)


def test_the_sets_are_what_they_say() -> None:
    found = troubles()
    assert len(found) == len(set(found)) > 150
    assert len(singles("change")) == len(found) + 1
    assert len(exhaustive(1).units) == len(SALES) * (len(found) + 1)
    different = {(a.name, b.name) for script in pairs("change")[:500] for a, b in [script.troubles]}
    assert all(a != b for a, b in different)


def test_with_one_cut_a_part_is_its_run_and_one_for_each_crash_point() -> None:
    deep, flat = exhaustive(1, "cancel"), exhaustive(1, "cancel", cuts=1)
    assert len(deep.units) == len(flat.units)
    assert deep.name != flat.name, "a state file of the one is none of the other"
    tally = every_cut(singles("cancel")[0], None, 1)
    assert 1 < tally.runs <= tally.points, "one for each of the points that show something, and the run that is not cut"
    assert not tally.found


def test_a_unit_that_takes_and_pays_has_its_own_faults_at_its_own_orders() -> None:
    found = troubles("bulk")
    assert len(found) == len(set(found)) > 200
    assert not {each.device for each in found} & {"dispenser", "link:dispenser"}
    assert {each.when for each in found if each.name == "jam_in_stacker_next"} >= {"keep?", "return_all?"}
    assert {script.machine for script in singles("cancel", machine="bulk")} == {"bulk"}
    assert day(3, 1, machine="bulk").machine == "bulk"
    assert random_days(10, 1, "port", "bulk").name != random_days(10, 1, "port").name


def test_a_slice_each_day_is_everything_in_so_many_days() -> None:
    days = [slice_of(day, range(209), 32) for day in range(739_000, 739_032)]
    assert sorted(number for slice_ in days for number in slice_) == list(range(209))
    assert {len(slice_) for slice_ in days} == {6, 7}


def test_a_sale_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no typical sale"):
        exhaustive(1, "a dream")
