"""Payments by phone at port level: exactly one outcome for each deed, by the other side's word."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from kiosk.ports import payment as pp
from kiosk.ports.fact import Fact
from kiosk.screen import qr
from simulator.fronts.port.payment import LATE_MS, PaymentFront
from simulator.world.payments import PayDesk

LIMIT_MS = 60_000


@dataclass
class Rig:
    desk: PayDesk = field(default_factory=PayDesk)
    facts: list[Fact] = field(default_factory=list)
    now_ms: int = 1_000

    def __post_init__(self) -> None:
        self.front = PaymentFront("payment", self.facts.append, self.desk)
        self.run(10)

    def run(self, span_ms: int) -> Rig:
        until_ms = self.now_ms + span_ms
        while self.now_ms < until_ms:
            wake_ms = self.front.poll(self.now_ms)
            self.now_ms = min(until_ms, wake_ms if wake_ms is not None else until_ms)
        self.front.poll(self.now_ms)
        return self

    def begin(self, payment: int = 101) -> Rig:
        self.front.begin(payment, "T1.e.1", 15_200, "code", "zh", self.now_ms + LIMIT_MS)
        return self.run(2_000)

    def pay(self) -> bool:
        step = next(fact for fact in reversed(self.facts) if isinstance(fact, pp.PaymentStep))
        return self.desk.scan(qr.rows(step.text))

    def said(self, kind: str) -> list[str]:
        return [fact.result for fact in self.facts if fact.kind == kind]


def test_a_code_is_shown_and_paid() -> None:
    rig = Rig().begin()
    assert rig.pay()
    rig.run(3_000)
    assert rig.said("auth!") == ["approved"]
    rig.front.capture(101, "k", 15_200, "code", "D101")
    rig.run(1_000)
    assert (rig.said("capture!"), rig.desk.ledger()[101][0]) == (["done"], "captured")


def test_an_expired_code_is_asked_after_and_then_declined() -> None:
    rig = Rig().begin().run(LIMIT_MS + 5_000)
    assert rig.said("auth!") == ["declined"]
    assert rig.desk.ledger()[101][0] == "closed"


def test_paid_in_the_last_moment_is_paid_though_it_was_cancelled() -> None:
    rig = Rig().begin()
    rig.front.cancel(101)
    rig.pay()
    assert rig.run(3_000).said("auth!") == ["approved"]


@pytest.mark.parametrize("fault", ["silent", "mute", "lost"])
def test_without_an_answer_nobody_knows(fault: str) -> None:
    rig = Rig()
    rig.desk.trouble(fault, True)
    rig.begin().run(LIMIT_MS + 30_000)
    assert rig.said("auth!") == ["unknown"]


def test_for_a_while_nobody_can_say_and_then_the_truth_is_told() -> None:
    rig = Rig().begin()
    rig.desk.trouble("unknown", True)
    rig.pay()
    assert rig.run(5_000).said("auth!") == []
    assert rig.run(30_000).said("auth!") == ["approved"]


@pytest.mark.parametrize(("fault", "results"), [("silent", ["unknown"]), ("answer_lost", ["unknown"]), ("", ["done"])])
def test_a_reversal_has_one_outcome(fault: str, results: list[str]) -> None:
    rig = Rig().begin()
    if fault:
        rig.desk.trouble(fault, True)
    rig.front.reverse(101, "k", 15_200, "code", "")
    rig.run(20_000)
    assert (rig.said("reverse!"), rig.said("auth!")) == (results, [])


def test_a_late_word_comes_late_and_once() -> None:
    rig = Rig().begin()
    rig.desk.trouble("late_word", True)
    rig.run(LIMIT_MS + 5_000)
    assert rig.said("auth!") == ["declined"]
    rig.run(2 * LATE_MS)
    assert rig.said("auth!") == ["declined", "approved"]


def test_a_way_that_breaks_is_told_and_mended() -> None:
    rig = Rig()
    rig.desk.trouble("lost", True)
    rig.run(2_000)
    rig.desk.well()
    rig.run(2_000)
    assert [(fact.kind, getattr(fact, "up", None)) for fact in rig.facts] == [
        ("device.ready", None), ("fault", True), ("fault", False), ("device.ready", None),
    ]  # fmt: skip
