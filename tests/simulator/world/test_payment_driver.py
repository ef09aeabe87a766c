"""The machine, the real adapter and the real provider in virtual time, judged by the auditor with the provider's own ledger."""

from __future__ import annotations

import pytest

import simulator.world.port_level
import simulator.world.things
from simulator.campaign.sets import PHONE_SALES
from simulator.world.run import Run
from simulator.world.script import Script, Trouble
from tests.simulator.world.provider_desk import LinesWithDriver, ProviderDesk

CODE = PHONE_SALES["code"]


@pytest.fixture(autouse=True)
def _with_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.world.port_level, "PaymentLines", LinesWithDriver)
    monkeypatch.setattr(simulator.world.things, "PayDesk", ProviderDesk)


def run(script: Script) -> Run:
    made = Run(script)
    assert made.run().violations == []
    return made


def states(made: Run) -> list[str]:
    desk = made.box.things.payments
    assert desk is not None
    return [state for state, _, _ in desk.ledger().values()]


@pytest.mark.parametrize(
    ("sale", "ends", "there"), [("code", "sold", "captured"), ("code left", "cancelled", "closed")]
)
def test_a_phone_buys_and_a_code_left_alone_is_closed(sale: str, ends: str, there: str) -> None:
    made = run(Script(1, (PHONE_SALES[sale],), machine="pay"))
    assert (made.outcome.sales, states(made)) == ({ends: 1}, [there])


@pytest.mark.parametrize(
    "fault",
    ["silent", "answer_lost", "wrong_signature", "unknown_first", "refund_refused", "paid_twice", "late_payment"],
)
@pytest.mark.parametrize("when", ["lock?", "auth?", "confirm?", "deliver?"])
def test_whatever_is_wrong_with_the_provider_no_money_is_lost(fault: str, when: str) -> None:
    run(Script(1, (CODE, PHONE_SALES["code left"], CODE), (Trouble("payment", fault, when),), machine="pay"))


@pytest.mark.parametrize(
    ("more", "ends", "there"), [((), {"refunded": 1}, "reversed"), (("refund_refused",), {"claim": 1}, "kept")]
)
def test_paid_and_cancelled_and_nobody_says_so_goes_back_or_is_owed(
    more: tuple[str, ...], ends: dict[str, int], there: str
) -> None:
    troubles = tuple(
        Trouble("payment", name, "auth?")
        for name in ("unknown_first:ms=90000", "answer_lost:match=close:times=4", *more)
    )
    made = run(Script(1, (PHONE_SALES["code cancelled"],), troubles, machine="pay"))
    assert (made.outcome.sales, states(made)) == (ends, [there])


@pytest.mark.parametrize("at", range(5, 34, 4))
@pytest.mark.parametrize("after_cut", ["stays", "leaves"])
def test_after_a_power_cut_the_provider_and_the_journal_agree(at: int, after_cut: str) -> None:
    made = run(Script(1, (CODE,), cuts=(at,), machine="pay", after_cut=after_cut))  # type: ignore[arg-type]
    assert set(states(made)) <= {"captured", "reversed", "closed"}
