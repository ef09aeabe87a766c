"""Seconds and touches of each kind of passenger, in virtual time: the same seed gives the same figures on any computer."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured
from simulator.passenger.person import CASH_KINDS, Dice, Kind, make_plan
from simulator.passenger.visit import Account
from simulator.report import of_purchases
from simulator.world.people import Passenger
from simulator.world.run import Run
from simulator.world.script import Script

SEED = 1


class Visits(Run):
    """A day of a campaign without faults that keeps what its passengers say."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.accounts: list[Account] = []

    def _visit(self, passenger: Passenger) -> None:
        super()._visit(passenger)
        self.accounts.append(passenger.account)


def measure_people(bench: Bench) -> list[Figure]:
    """So many visits of each kind, one kind after the other."""
    return [figure for kind in CASH_KINDS for figure in _measure(kind, bench.amount.people, bench.dice_for(kind.name))]


def _measure(kind: Kind, count: int, dice: Dice) -> list[Figure]:
    day = Visits(Script(SEED, tuple(make_plan(kind, dice) for _ in range(count))))
    outcome = day.run()
    return figures_of(kind, day.accounts, len(outcome.violations))


def figures_of(kind: Kind, accounts: Sequence[Account], violations: int) -> list[Figure]:
    """Of who bought; of all visits where nobody of this kind ever buys."""
    counted = of_purchases(accounts)
    bought = sum(account.tickets > 0 for account in accounts)
    note = f"{bought} of {len(accounts)} bought; {sum(account.tickets for account in counted)} tickets"
    if violations:
        note += f"; {violations} VIOLATIONS"
    name = kind.name.lower()
    seconds = [(account.ended_ms - account.begun_ms) / 1_000 for account in counted]
    return [
        measured(f"seconds_{name}", seconds, note),
        measured(f"touches_{name}", [float(account.touches) for account in counted]),
    ]
