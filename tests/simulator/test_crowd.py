"""Passengers queue at their machines; several machines serve theirs side by side, and a seed fixes who wants what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from simulator.crowd import Line, shared_out
from simulator.passenger.person import Kind, Plan, kinds_that_come, make_plans
from simulator.passenger.visit import Account, Visit
from simulator.rig import FREE_WITHIN_MS, RigError
from tests.simulator.passenger.toy_machine import ToyMachine


@dataclass
class ToyRig:
    """As much of a rig as a line of passengers needs, around a toy machine."""

    toy: ToyMachine = field(default_factory=lambda: ToyMachine(9_300))
    now_ms: int = 0

    @property
    def clock(self) -> Any:
        return self

    @property
    def eyes(self) -> Any:
        return self

    @property
    def identity(self) -> Any:
        return self

    machine = "T09"

    @property
    def screen(self) -> Any:
        return self.toy.screen()

    def wall_ms(self) -> int:
        return self.now_ms

    def free(self) -> bool:
        return self.toy.step in ("attract", "home")

    def hands(self) -> Any:
        return self

    def passenger(self, plan: Plan, dice: Random) -> Visit:
        touch: Any = lambda target: self.toy.touch(target)
        return Visit(plan, self.hands(), touch, dice, self.now_ms)

    def get(self, path: str) -> Any:
        return {"now_ms": self.now_ms, "devices": {}}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.toy, name)

    def attend(self, actor: Any) -> None:
        self.now_ms += 500
        if self.toy.step == "thanks":  # the next one meets a machine that has forgotten this one
            rev, self.toy = self.toy.rev + 1, ToyMachine(9_300)
            self.toy.rev = rev
        actor.saw(self.toy.rev, self.toy.screen(), self.now_ms)
        actor.poll(self.now_ms)


def served(plans: list[tuple[int, Plan]], seed: int = 1) -> tuple[Line, list[tuple[int, str]]]:
    told: list[tuple[int, str]] = []
    rig: Any = ToyRig()

    def heard(number: int, account: Account) -> None:
        told.append((number, account.outcome))

    line = Line(rig, plans, lambda number: Random(f"{seed}.{number}"), heard)
    for _ in range(100_000):
        if line.over:
            break
        line.turn()
    return line, told


def test_one_after_the_other_is_served_and_told_of() -> None:
    line, told = served([(1, Plan(Kind.EXACT)), (3, Plan(Kind.CANCEL)), (5, Plan(Kind.LARGE))])
    assert line.over
    assert told == [(1, "bought"), (3, "cancelled"), (5, "bought")]
    assert [account.kind for account in line.accounts] == ["exact", "cancel", "large"]


def test_a_passengers_choices_depend_on_his_number_alone() -> None:
    alone, _ = served([(7, Plan(Kind.EXACT, tickets=2))])
    later, _ = served([(1, Plan(Kind.LARGE)), (7, Plan(Kind.EXACT, tickets=2))])
    first, second = alone.accounts[0], later.accounts[1]
    assert (first.screens, first.touches, first.inserted_fen) == (second.screens, second.touches, second.inserted_fen)


def test_a_machine_that_is_never_free_again_is_an_error() -> None:
    rig: Any = ToyRig()
    rig.toy.step = "printing"
    line = Line(rig, [(1, Plan(Kind.EXACT))], lambda number: Random(number), lambda number, account: None)
    line.turn()
    rig.now_ms = FREE_WITHIN_MS + 1
    with pytest.raises(RigError, match="T09 was not free again; the screen shows printing"):
        line.turn()


@pytest.mark.parametrize("machines", [1, 2, 3])
@pytest.mark.parametrize(("phones", "cards"), [(False, False), (True, False), (True, True)])
def test_passengers_are_shared_out_evenly_and_each_machine_gets_every_kind(
    machines: int, phones: bool, cards: bool
) -> None:
    plans = make_plans(240, Random(2), phones, cards)
    queues = shared_out(plans, machines)
    numbers = sorted(number for queue in queues for number, _ in queue)
    assert numbers == list(range(1, 241))
    assert max(map(len, queues)) - min(map(len, queues)) <= 1
    assert all(plans[number - 1] is plan for queue in queues for number, plan in queue)
    for queue in queues:
        assert set(Counter(plan.kind for _, plan in queue)) == set(kinds_that_come(phones, cards))
