"""What a mains loss means, as a table: every phase of a sale, and what the UPS says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kiosk.parameters import PowerPolicy
from kiosk.ports.fact import Fact
from kiosk.ports.ups import OffFailed, OffSet, PowerSeen
from kiosk.power import Power, PowerStep
from kiosk.sale.book import S
from kiosk.sale.facts import Cancelled, PatienceOver, TakeOver
from kiosk.system_facts import PowerTurned, Stopped, SwitchOff

MAINS = PowerSeen("mains", False, 100, 1_200)
BATTERY = PowerSeen("battery", False, 100, 1_200)
LOW = PowerSeen("battery", True, 10, 0)
UNKNOWN = PowerSeen("unknown", False, -1, -1)
POLICY = PowerPolicy()


@dataclass
class Ups:
    told: list[str] = field(default_factory=list)

    def switch_off(self, off_s: int) -> None:
        self.told.append(f"off {off_s}")

    def stay_on(self) -> None:
        self.told.append("on")


@dataclass
class Phase:
    """What is asked of a sale."""

    state: S
    moves: bool = False
    withdrawn: bool = False

    def may_withdraw(self) -> bool:
        """Once: then it is withdrawn."""
        before, self.withdrawn = self.withdrawn, True
        return not before

    def note_moves(self) -> bool:
        return self.moves


@dataclass
class Desk:
    """One machine's power, and what came of it."""

    fitted: bool = True
    policy: PowerPolicy = POLICY
    now_ms: int = 1_000
    sale: Any = None
    busy: bool = False
    ups: Ups = field(default_factory=Ups)
    steps: list[PowerStep] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.it = Power(self.ups if self.fitted else None, self.policy)

    def say(self, *facts: Fact) -> Desk:
        for fact in facts:
            self.it.hear(fact, self.now_ms)
            self.look()
        return self

    def look(self) -> Desk:
        for _ in range(20):
            step = self.it.step(self.now_ms, self.sale, busy=self.busy)
            if step is None:
                return self
            self.steps.append(step)
            step.deed()
            if step.to_sale:
                self.sale = None
        raise AssertionError("it never comes to rest")

    def wait(self, for_ms: int, by_ms: int = 500) -> Desk:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            self.now_ms = min(end_ms, self.now_ms + by_ms)
            self.look()
        return self

    def words(self) -> list[str]:
        """In order: words of the journal, `!` before facts of the sale."""
        return [
            step.fact.what
            if isinstance(step.fact, PowerTurned)
            else ("!" if step.to_sale else "") + type(step.fact).__name__
            for step in self.steps
        ]


def at_work(state: S, moves: bool = False, **options: Any) -> Desk:
    return Desk(sale=Phase(state, moves), **options)


AT_ONCE = {S.LOCKING, S.REVIEWING, S.CHOOSING, S.AUTHORISING, S.COLLECTING, S.RESUMING}
AT_THE_END: dict[S, type[Fact]] = {S.TICKETS_OUT: TakeOver, S.CHANGE_OUT: TakeOver, S.CLAIM: PatienceOver}
RUNNING = [state for state in S if state not in (S.NEW, S.ENDED)]


@pytest.mark.parametrize("state", RUNNING, ids=lambda state: state.name)
def test_battery_in_every_phase(state: S) -> None:
    desk = at_work(state).say(BATTERY)
    wanted = [PowerStep(Cancelled("power"), to_sale=True)] if state in AT_ONCE else []
    assert [step for step in desk.steps if step.to_sale] == wanted
    assert desk.words()[0] == "lost"
    assert desk.ups.told == []


@pytest.mark.parametrize("state", RUNNING, ids=lambda state: state.name)
@pytest.mark.parametrize("why", ["limit", "runtime", "low"])
def test_the_end_of_the_time_budget_in_every_phase(state: S, why: str) -> None:
    desk = at_work(state, moves=True).say(BATTERY)
    if why == "limit":
        desk.wait(POLICY.limit_ms)
    elif why == "low":
        desk.say(LOW).wait(POLICY.low_ms)
    else:
        desk.say(PowerSeen("battery", False, 40, 70)).wait(9_500)
        assert all(not step.to_sale for step in desk.steps) or state in AT_ONCE
        desk.wait(500)
    fact = Cancelled if state in AT_ONCE else AT_THE_END.get(state)
    assert [type(step.fact) for step in desk.steps if step.to_sale] == ([fact] if fact else [])


def test_what_comes_out_after_the_end_of_the_budget_may_still_be_taken() -> None:
    desk = at_work(S.PAYING).say(LOW).wait(30_000)
    desk.sale.state = S.CHANGE_OUT
    desk.wait(POLICY.low_ms)
    assert desk.words() == ["lost", "low"]
    desk.wait(500)
    assert desk.words()[2] == "!TakeOver"


def test_a_note_that_moves_comes_to_rest_first() -> None:
    desk = at_work(S.COLLECTING, moves=True).say(BATTERY).wait(3_000)
    assert desk.words() == ["lost"]
    desk.sale.moves = False
    desk.look()
    assert desk.words() == ["lost", "!Cancelled"]


def test_short_dips_and_silence_change_nothing() -> None:
    desk = at_work(S.COLLECTING).say(MAINS, UNKNOWN).wait(300_000)
    assert desk.steps == []
    assert desk.it.sure(desk.now_ms)


def test_mains_back_lets_a_sale_go_on() -> None:
    desk = at_work(S.PRINTING).say(BATTERY).wait(30_000).say(MAINS).wait(300_000)
    assert desk.words() == ["lost", "back"]
    assert desk.ups.told == []


def test_an_idle_machine_waits_then_is_switched_off_and_stops() -> None:
    desk = Desk().say(BATTERY).wait(POLICY.wait_ms - 500)
    assert desk.words() == ["lost"]
    desk.wait(500)
    assert desk.steps[-1].fact == PowerTurned("off", -1, -1)
    assert desk.steps[-1].intents == (SwitchOff(30),)
    assert desk.ups.told == ["off 30"]
    desk.wait(5_000)
    assert desk.words() == ["lost", "off"]  # it stops only when the unit has taken it
    desk.say(OffSet(30)).wait(5_000)
    assert desk.words() == ["lost", "off", "Stopped"]
    assert desk.steps[-1].fact == Stopped("power")


def test_the_wait_begins_when_the_last_sale_is_over() -> None:
    desk = at_work(S.PRINTING).say(BATTERY).wait(60_000)
    desk.sale = None
    desk.wait(POLICY.wait_ms - 500)
    assert desk.ups.told == []
    desk.wait(1_000)
    assert desk.ups.told == ["off 30"]


@pytest.mark.parametrize("told", [LOW, PowerSeen("battery", False, 5, 61)])
def test_an_empty_battery_does_not_wait_for_the_mains(told: PowerSeen) -> None:
    desk = Desk().say(told).wait(POLICY.low_ms)
    assert desk.ups.told == ["off 30"]


def test_a_battery_of_unknown_time_has_the_limit() -> None:
    desk = at_work(S.TICKETS_OUT).say(PowerSeen("battery", False, -1, -1)).wait(POLICY.limit_ms - 500)
    assert desk.words() == ["lost"]
    desk.wait(500)
    assert desk.words()[:2] == ["lost", "!TakeOver"]


def test_mains_back_before_the_command_costs_no_restart() -> None:
    desk = Desk().say(BATTERY).wait(15_000).say(MAINS).wait(300_000)
    assert desk.words() == ["lost", "back"]
    assert desk.ups.told == []


@pytest.mark.parametrize("answer", [None, OffSet(30), OffFailed("not taken")])
def test_mains_back_after_the_command_takes_it_back(answer: Fact | None) -> None:
    desk = Desk().say(BATTERY).wait(21_000)
    if answer is not None:
        desk.it.hear(answer, desk.now_ms)
    desk.say(MAINS).wait(60_000)
    assert desk.ups.told == ["off 30", "on"]
    assert desk.words() == ["lost", "off", "back", "stay"]


def test_a_unit_that_is_not_switched_off_is_told_again_and_nobody_stops() -> None:
    desk = Desk().say(BATTERY).wait(21_000).say(OffFailed("not taken")).wait(POLICY.again_ms - 2_000)
    assert desk.ups.told == ["off 30"]
    desk.wait(3_000)
    assert desk.ups.told == ["off 30"] * 2
    assert "Stopped" not in desk.words()


@pytest.mark.parametrize("sale", [None, Phase(S.COLLECTING)])
def test_start_and_technician_are_not_cut_off(sale: Phase | None) -> None:
    desk = Desk(busy=True, sale=sale).say(BATTERY).wait(300_000)
    assert desk.words() == ["lost"]
    desk.busy = False
    desk.wait(21_000)
    assert desk.words()[1:] == (["!Cancelled", "off"] if sale else ["off"])


def test_without_a_ups_nothing_is_switched_off() -> None:
    desk = Desk(fitted=False).wait(300_000)
    assert desk.steps == []
    assert desk.it.wakes(desk.now_ms) == []


def test_silence_after_the_battery_began_does_not_end_it() -> None:
    desk = at_work(S.COLLECTING, moves=True).say(BATTERY, UNKNOWN)
    desk.sale.moves = False
    desk.look()
    assert desk.words() == ["lost", "!Cancelled"]
    desk.wait(30_000)
    assert desk.ups.told == ["off 30"]


@pytest.mark.parametrize(("stops", "sure"), [(False, True), (True, False)])
def test_a_long_silence_stops_sales_by_parameter_only(stops: bool, sure: bool) -> None:
    desk = Desk(policy=PowerPolicy(unknown_stops=stops)).say(UNKNOWN).wait(59_500)
    assert desk.it.sure(desk.now_ms)
    assert not desk.it.unsettled(desk.now_ms)
    desk.say(UNKNOWN).wait(500)
    assert desk.it.sure(desk.now_ms) is sure
    assert desk.it.unsettled(desk.now_ms) is not sure
    assert not desk.it.unsettled(desk.now_ms)
    desk.say(MAINS)
    assert desk.it.sure(desk.now_ms)


def test_low_is_told_once() -> None:
    desk = at_work(S.PRINTING).say(BATTERY, LOW, LOW, PowerSeen("mains", True, 10, 0), MAINS)
    assert desk.words() == ["lost", "low", "back"]


def test_the_clock_of_the_lab_shortens_all_of_it() -> None:
    power = Power(Ups(), POLICY, 10.0)
    power.hear(BATTERY, 1_000)
    assert isinstance(power.step(1_000, None, busy=False), PowerStep)
    assert power.step(1_000, None, busy=False) is None
    assert power.step(2_999, None, busy=False) is None
    step = power.step(3_000, None, busy=False)
    assert step is not None
    assert step.intents == (SwitchOff(30),)


@pytest.mark.parametrize("wrong", [{"wait_ms": -1}, {"off_s": 11}, {"off_s": 601}])
def test_a_policy_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PowerPolicy(**wrong)  # type: ignore[arg-type]


SEEN = some.sampled_from([MAINS, BATTERY, LOW, UNKNOWN, OffSet(30), OffFailed("x"), None])
STATES = some.sampled_from([None, *RUNNING])


@given(story=some.lists(some.tuples(SEEN, STATES, some.booleans(), some.integers(0, 40_000)), max_size=25))
def test_it_stops_only_idle_on_battery_with_the_switching_off_taken(
    story: list[tuple[Fact | None, S | None, bool, int]],
) -> None:
    desk = Desk()
    for seen, state, busy, wait_ms in story:
        desk.sale = None if state is None else Phase(state)
        desk.busy = busy
        if seen is not None:
            desk.say(seen)
        before = len(desk.steps)
        desk.wait(wait_ms, 2_000)
        for step in desk.steps[before:]:
            if isinstance(step.fact, Stopped):
                assert desk.it.on_battery
                assert not busy
    words = desk.words()
    for at, word in enumerate(words):
        if word == "Stopped":
            assert "off" in words[:at]
        if word == "stay":
            assert "off" in words[:at]
