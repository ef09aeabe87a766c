"""The machine, the real card adapter with its devices, and the real bank in virtual time, judged by the auditor."""

from __future__ import annotations

from dataclasses import replace

import pytest

import simulator.world.machine
import simulator.world.things
from simulator.campaign.sets import PHONE_SALES
from simulator.world.run import Run
from simulator.world.script import Script, Trouble
from tests.simulator.world.card_desk import CardDesk, LevelWithCards

SALE = replace(PHONE_SALES["code"], pays="card")


@pytest.fixture(autouse=True)
def _with_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.world.machine, "PortLevel", LevelWithCards)
    monkeypatch.setattr(simulator.world.things, "PayDesk", CardDesk)


def run(script: Script) -> Run:
    made = Run(script)
    assert made.run().violations == []
    return made


def states(made: Run) -> list[str]:
    desk = made.box.things.payments
    assert desk is not None
    return [state for state, _, _ in desk.ledger().values()]


def test_a_card_buys_a_ticket() -> None:
    made = run(Script(1, (SALE,), machine="pay"))
    assert (made.outcome.sales, states(made)) == ({"sold": 1}, ["captured"])


@pytest.mark.parametrize(
    "fault",
    ["silent", "answer_lost", "wrong_mac", "cut", "late_request:ms=4000", "late_approval:ms=15000", "key_change"],
)
def test_whatever_is_wrong_with_the_bank_its_books_and_the_journal_agree(fault: str) -> None:
    made = run(Script(1, (SALE, SALE), (Trouble("payment", f"{fault}:match=02:times=2", "auth?"),), machine="pay"))
    assert set(states(made)) <= {"captured", "reversed", "closed"}


@pytest.mark.parametrize("at", range(5, 34, 7))
@pytest.mark.parametrize("after_cut", ["stays", "leaves"])
def test_after_a_power_cut_the_bank_and_the_journal_agree(at: int, after_cut: str) -> None:
    made = run(Script(1, (SALE,), cuts=(at,), machine="pay", after_cut=after_cut))  # type: ignore[arg-type]
    assert set(states(made)) <= {"captured", "reversed", "closed"}


@pytest.mark.parametrize("fault", ["answer_lost", "silent", "wrong_mac"])
def test_a_reversal_without_an_answer_goes_on_until_there_is_one(fault: str) -> None:
    troubles = tuple(
        Trouble("payment", name, "auth?") for name in ("cut:match=02:times=1", f"{fault}:match=04:times=3")
    )
    made = run(Script(1, (SALE,), troubles, machine="pay"))
    assert states(made)[0] == "reversed"
