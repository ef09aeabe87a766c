"""Two machines at one station with all their processes: the last place is sold once, and the books balance together."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from simulator.audit.reading import read_directory
from simulator.balance import kept_places, machine_of, sold_twice
from simulator.clock import SharedClock
from simulator.demo import station_clock
from simulator.demo_hall import bearers, last_place, report_of, same_order, seekers, serve_passengers
from simulator.fittings import COLLECT, FITTINGS
from simulator.hall import Hall
from simulator.passenger.person import make_plans
from simulator.passenger.visit import Account
from simulator.programs import Wanted
from simulator.window import Sought

pytestmark = pytest.mark.slow
ROUNDS = 4
STOPPED = "out of service"
"""A computer that does much else may let a screen be late; the machine then stops for a moment, or ends the sale, and the round
says nothing."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    clock: SharedClock = station_clock(10.0, "08:30")
    wanted = [Wanted(mirror=False, busy=True, fitted=FITTINGS[COLLECT]) for _ in range(2)]
    made = Hall(tmp_path_factory.mktemp("h"), clock, wanted)
    try:
        made.start()
        made.first_act()
        yield made
    finally:
        made.stop()


def holders(state: dict[str, Any], sought: Sought) -> list[str]:
    """Machines that sold a place of this class of this train for this stretch."""
    return [
        machine_of(sale["key"])
        for sale in state["sales"].values()
        if kept_places(sale) and (sale["run"]["train"], sale["run"]["seat_class"]) == (sought.train, sought.seat_class)
    ]


def late_screens(hall: Hall) -> int:
    """Sales that were ended because their screen did not answer."""
    facts = (step.fact for rig in hall.rigs for step in read_directory(rig.directory / "journal").steps)
    return sum(fact["kind"] == "sale.cancel" and fact["by"] == "screen" for fact in facts)


def race(hall: Hall, number: int) -> tuple[Sought, dict[str, Account]]:
    """Two passengers go for the last place at the same time."""
    sought = last_place(hall)
    lines = serve_passengers(hall, seekers(sought), lambda each: Random(f"{number}.{each}"), lambda *told: None)
    return sought, {line.rig.identity.machine: line.accounts[0] for line in lines}


def test_the_last_place_is_sold_once_and_the_other_is_told_and_buys_what_is_near(hall: Hall) -> None:
    for number in range(ROUNDS):
        late = late_screens(hall)
        sought, accounts = race(hall, number)
        state = hall.station_state()
        sold_to = [machine for machine in holders(state, sought) if machine in accounts]
        assert len(sold_to) <= 1
        assert list(sold_twice(state)) == []
        stood = any(STOPPED in account.outcome or "oos" in account.screens for account in accounts.values())
        if not stood and late_screens(hall) == late:
            break
    else:
        pytest.fail("a machine stood still in every round: a screen is late, or worse")
    assert len(sold_to) == 1, accounts
    winner = accounts.pop(sold_to[0])
    ((name, other),) = accounts.items()
    assert (winner.outcome, winner.tickets) == ("bought", 1)
    after = other.screens[other.screens.index("seat") :]
    assert after[1:3] != ["busy", "review"], f"{name} was given the place too"
    assert set(other.notices) - set(winner.notices), "nothing was said to who came too late"
    assert (other.outcome, other.tickets) == ("bought", 1), "nothing near was offered"


def test_one_order_is_printed_once_and_the_other_machine_says_why(hall: Hall) -> None:
    for number in range(ROUNDS):
        order = same_order(hall)
        lines = serve_passengers(
            hall, bearers(), lambda each, number=number: Random(f"o{number}.{each}"), lambda *told: None
        )  # type: ignore[misc]
        accounts = [line.accounts[0] for line in lines]
        (place,) = hall.station_state()["orders"][order]["places"]
        assert sum(account.tickets for account in accounts) == (place["state"] == "collected")
        stood = any(STOPPED in account.outcome or "oos" in account.screens for account in accounts)
        if not stood and all("pickup.orders" in account.screens for account in accounts):
            break  # both were read: who is slower may have gone before a late machine read the paper
    else:
        pytest.fail("a machine stood still in every round or read no paper: it is late, or worse")
    assert place["state"] == "collected"
    loser, winner = sorted(accounts, key=lambda account: account.tickets)
    assert (winner.outcome, loser.outcome) == ("picked up", "not picked up")
    heard = set(loser.notices) - set(winner.notices)
    read_after_it_was_locked = loser.screens[-1] == "pickup.orders"  # the page of the order says so itself
    asked_too_late = loser.screens[-1] == "pickup" and len(heard) == 1
    assert read_after_it_was_locked or asked_too_late, "it was not shown what became of the order"
    assert "printing" not in loser.screens


def test_passengers_at_both_machines_are_accounted_for_together(hall: Hall) -> None:
    """Who bought before is in journals and station alike; what the passengers say is of this test's alone."""
    told: list[str] = []
    plans = make_plans(4, Random(3))
    lines = serve_passengers(
        hall, plans, lambda each: Random(f"3.{each}"), lambda name, number, account: told.append(name)
    )
    assert sorted(told) == ["T01", "T01", "T02", "T02"]
    report = report_of(hall, lines, {"seed": 3})
    assert [each for each in report["found"] if each.startswith("station:")] == []
    invariants = [each for each in report["found"] if "invariant" in each]
    assert invariants == []
    for name, books in report["station"].items():
        part = report["machines"][name]
        assert books["tickets"] == part["tickets"]["taken"]
        assert books["fares_fen"] == part["fen"]["fares"]
    assert report["pickups"]["collected"] >= 1
    assert report["tickets"]["taken"] == sum(books["tickets"] for books in report["station"].values())
