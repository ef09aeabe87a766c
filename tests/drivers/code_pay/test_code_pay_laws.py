"""Provider, phones and adapter in virtual time over a line that loses, delays and doubles: the ledger holds what the adapter said.

Nothing is paid twice, nothing declined is paid, nothing reversed stays paid, and in the end every payment has one end. Bugs that
are planted are found; those that need three things at once have tests of their own beside this file.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from drivers.code_pay import begun, settled
from drivers.code_pay.begun import Begun
from drivers.code_pay.calls import Call, Standing
from drivers.code_pay.lane import Outcome
from kiosk.ports.fact import Fact
from kiosk.ports.payment import (
    CaptureRefused,
    PaymentApproved,
    PaymentCaptured,
    PaymentDeclined,
    PaymentReversed,
    PaymentUncertain,
    ReverseRefused,
)
from simulator.provider.ledger import Ledger, Order
from simulator.provider.orders import Orders
from simulator.provider.phone import MANNERS
from simulator.provider.wire import Body
from tests.drivers.code_pay.lives import FAULTS, WEATHERS, Life

LIVES = 12
MOST_LIVES = 200


def test_lives_from_seeds_leave_nothing_unsaid() -> None:
    heard: set[type[Fact] | None] = set()
    for seed in range(LIVES):
        world = Life(seed).live()
        for paid in world.payments.values():
            heard |= {type(paid.auth) if paid.auth else None, type(paid.ended) if paid.ended else None}
    assert heard >= {PaymentApproved, PaymentDeclined, PaymentUncertain, PaymentReversed, PaymentCaptured, None}
    assert heard <= {
        PaymentApproved, PaymentDeclined, PaymentUncertain, PaymentReversed, PaymentCaptured, ReverseRefused, CaptureRefused, None
    }  # fmt: skip


def test_a_seed_is_one_life() -> None:
    first, second = (Life(3).live() for _ in range(2))
    assert first.facts == second.facts
    assert first.ledger.snapshot() == second.ledger.snapshot()


class AnyLife(RuleBasedStateMachine):
    """As the lives above, with what happens chosen one by one, so that a failure shrinks."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life(0)

    @rule(weather=st.sampled_from(sorted(WEATHERS)), seed=st.integers(0, 2**32))
    def the_weather_changes(self, weather: str, seed: int) -> None:
        self.life._dice, self.life.weather = Random(seed), weather

    @rule(
        way=st.sampled_from(["code", "scan"]),
        manner=st.sampled_from(["now", *sorted(MANNERS)]),
        lasts_ms=st.sampled_from([4_000, 10_000, 60_000]),
        before_ms=st.sampled_from([100, 2_500]),
        after_ms=st.sampled_from([100, 1_700, 3_000]),
        then=st.sampled_from(["", "cancel", "night", "power"]),
        fault=st.none() | st.sampled_from(FAULTS),
    )
    def somebody_pays(
        self, way: str, manner: str, lasts_ms: int, before_ms: int, after_ms: int, then: str, fault: str | None
    ) -> None:
        if fault is not None:
            self.life.world.fault(fault)
        if (paid := self.life.pay(way, manner, lasts_ms, before_ms, after_ms)) is not None:
            self.life.comes_between(paid, then)

    @rule(ms=st.sampled_from([50, 2_000, 6_000, 25_000, 130_000]))
    def time_goes_by(self, ms: int) -> None:
        self.life.world.run(ms)

    @rule(capture=st.booleans())
    def the_sale_goes_on(self, capture: bool) -> None:
        self.life.settle(capture)

    @rule()
    def the_machine_loses_its_power(self) -> None:
        self.life.world.killed()

    @rule()
    def the_provider_starts_again(self) -> None:
        self.life.world.restarted()

    @invariant()
    def the_ledger_holds_what_was_said(self) -> None:
        self.life.world.check()

    def teardown(self) -> None:
        self.life.end()


AnyLife.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestAnyLife: Any = AnyLife.TestCase


# -- planted bugs: each must be found


def unknown_is_the_end(patch: pytest.MonkeyPatch) -> None:
    good = Begun._stands

    def stands(self: Begun, standing: Standing, now_ms: int) -> None:
        if standing.state == "unknown":
            self.outcome = PaymentDeclined(self.wish.payment, "closed")
        else:
            good(self, standing, now_ms)

    patch.setattr(Begun, "_stands", stands)


def _ends(why: str) -> Callable[[pytest.MonkeyPatch], None]:
    """The passenger, or our clock, ends a payment by itself."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        good = Begun.end

        def end(self: Begun, reason: str, now_ms: int) -> None:
            if reason == why and self.outcome is None:
                self.outcome = PaymentDeclined(self.wish.payment, reason)
            else:
                good(self, reason, now_ms)

        patch.setattr(Begun, "end", end)

    return plant


def silence_is_no(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(begun, "PaymentUncertain", PaymentDeclined)


def reversed_without_a_refund(patch: pytest.MonkeyPatch) -> None:
    good = settled.Reverse.hear

    def hear(self: settled.Reverse, outcome: Outcome) -> Fact | Call:
        said = good(self, outcome)
        return PaymentReversed(self.payment, moved=False) if isinstance(said, Call) else said

    patch.setattr(settled.Reverse, "hear", hear)


def silence_means_reversed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(settled, "ReverseUncertain", lambda payment, reason: PaymentReversed(payment, moved=False))


def a_close_bars_nothing(patch: pytest.MonkeyPatch) -> None:
    """At the provider: what never came may still come."""
    good = Ledger.put

    def put(self: Ledger, order: Order) -> None:
        if order.way:
            good(self, order)

    patch.setattr(Ledger, "put", put)


def a_close_lets_run_what_was_begun(patch: pytest.MonkeyPatch) -> None:
    good = Orders._close

    def close(self: Orders, merchant: str, body: Body, now_ms: int, behaviour: Any) -> dict[str, Any]:
        name = body._left["order"]
        before = self._ledger.order(merchant, name)
        told = good(self, merchant, body, now_ms, behaviour)
        if before is not None and before.due_ms:
            self._ledger.put(before)
        return told

    patch.setattr(Orders, "_close", close)


PLANTED = {
    "giving up is the end": _ends("cancelled"),
    "our clock is the end": _ends("timeout"),
    **{
        plant.__name__: plant
        for plant in (
            unknown_is_the_end,
            silence_is_no,
            reversed_without_a_refund,
            silence_means_reversed,
            a_close_bars_nothing,
            a_close_lets_run_what_was_begun,
        )
    },
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED[bug](monkeypatch)
    for seed in range(MOST_LIVES):
        try:
            Life(seed).live()
        except AssertionError:
            return
    raise AssertionError(f"{bug}: {MOST_LIVES} lives found nothing")
