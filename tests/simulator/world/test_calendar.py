"""The wall clock is set wrongly in a sale, and the power fails around it: no yuan and no ticket depends on the calendar."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pytest

from kiosk.clock import VirtualClock
from simulator.campaign.sets import SALES, sales_of
from simulator.passenger.person import Kind, Plan
from simulator.world.calendar import MIDNIGHT, STEPS, Calendar
from simulator.world.level import Machine
from simulator.world.run import Run
from simulator.world.script import Script, Trouble

MOMENTS = ("lock?", "stack?", "confirm?", "print?", "deliver?", "pay?")
NEXT = Plan(Kind.LARGE, 1, 10_000)
MACHINES: tuple[Machine, ...] = ("usual", "bulk", "pay", "coins")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_and_its_end(name: str) -> None:
    clock = VirtualClock(5_000, 1_795_242_000_000)
    before = clock.wall_ms()
    calendar = Calendar(clock)
    calendar.step(name)
    assert abs(clock.wall_ms() - before) >= 60_000
    assert clock.mono_ms() == 5_000
    if name == MIDNIGHT:
        assert datetime.fromtimestamp(clock.wall_ms() / 1000, UTC).strftime("%H:%M:%S") == "15:59:58"
    calendar.well()
    assert clock.wall_ms() == before
    with pytest.raises(ValueError, match="no trouble"):
        calendar.step("an hour")


def test_midnight_passes_in_a_sale_and_the_journal_goes_on_in_its_day() -> None:
    """The segment of the new day begins when nobody buys any more."""
    run = Run(Script(3, (SALES["change"], NEXT), (Trouble("clock", MIDNIGHT, "stack?"),)))
    assert run.run().violations == []
    before, after = [name for name in sorted(run.box.disk.segments()) if "provisioned" not in name]
    assert before[7:17] < after[7:17]
    first = run.box.disk.read(before).decode()
    assert first.count('"kind":"sale.start"') == first.count('"kind":"sale.end"')


@pytest.mark.parametrize("at", range(3))
def test_any_step_at_any_moment_with_power_cuts_around_it(at: int) -> None:
    """Another eight of them with each number."""
    dice = Random(at)
    for _ in range(8):
        machine = dice.choice(MACHINES)
        plan = dice.choice(list(sales_of(machine).values()))
        troubles = tuple(Trouble("clock", dice.choice(STEPS), moment) for moment in dice.sample(MOMENTS, 2))
        script = Script(
            dice.randrange(10**6), (plan, NEXT), troubles, tuple(sorted(dice.sample(range(15, 110), 2))),
            machine=machine, after_cut=dice.choice(("stays", "leaves")), pause_ms=dice.choice((5_000, 90_000)),
        )  # fmt: skip
        assert Run(script).run().violations == [], script.as_json()
