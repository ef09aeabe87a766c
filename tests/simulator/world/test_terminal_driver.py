"""The machine, the real driver of a card terminal and the lab's terminal in virtual time, judged by the auditor."""

from __future__ import annotations

from dataclasses import replace

import pytest

import simulator.world.machine
import simulator.world.things
from simulator.campaign.sets import PHONE_SALES
from simulator.world.run import Run
from simulator.world.script import Script, Trouble
from tests.simulator.world.terminal_desk import LevelWithTerminal, TerminalDesk

SALE = replace(PHONE_SALES["code"], pays="card")


@pytest.fixture(autouse=True)
def _with_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.world.machine, "PortLevel", LevelWithTerminal)
    monkeypatch.setattr(simulator.world.things, "PayDesk", TerminalDesk)


def run(script: Script) -> Run:
    made = Run(script)
    assert made.run().violations == []
    return made


def states(made: Run) -> list[str]:
    desk = made.box.things.payments
    assert desk is not None
    return [state for state, _, _ in desk.ledger().values()]


def texts(made: Run) -> list[str]:
    """The journal's lines."""
    disk = made.box.disk
    return [line for name in disk.segments() for line in disk.read(name).decode().splitlines()]


def test_a_card_buys_a_ticket_at_a_terminal() -> None:
    made = run(Script(1, (SALE,), machine="pay"))
    assert (made.outcome.sales, states(made)) == ({"sold": 1}, ["captured"])


FAULTS = (
    "host_down",
    "host_silent",
    "host_answer_lost_next",
    "declined_next",
    "result_lost_next",
    "completion_lost_next",
    "wrong_amount_next",
    "no_receipt_next",
    "duplicate_result_next",
    "stale_result_next",
    "acknowledgement_lost_next",
    "power_cut_host_booked_next",
    "power_cut_result_next",
    "card_unreadable_next",
    "pan_unmasked",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_is_wrong_with_the_terminal_its_books_and_the_journal_agree(fault: str) -> None:
    made = run(Script(1, (SALE, SALE), (Trouble("payment", fault, "auth?"),), machine="pay"))
    assert set(states(made)) <= {"captured", "reversed", "closed"}


@pytest.mark.parametrize("at", range(5, 34, 4))
@pytest.mark.parametrize("after_cut", ["stays", "leaves"])
def test_after_a_power_cut_the_terminal_and_the_journal_agree_or_people_are_told(at: int, after_cut: str) -> None:
    """A payment that was only held is gone after a cut (049), and tickets for it may be out: the terminal is asked, says so, and
    the journal has it as refused. Nothing else may differ."""
    made = Run(Script(1, (SALE,), cuts=(at,), machine="pay", after_cut=after_cut))  # type: ignore[arg-type]
    violations = made.run().violations
    assert set(states(made)) <= {"captured", "reversed", "closed"}
    told = [line for line in texts(made) if '"kind":"capture!","result":"refused"' in line]
    assert len(told) <= 1
    assert len(violations) == len(told)
    assert all("is booked as ours, and there it is reversed" in violation for violation in violations)


def test_every_other_cut_leaves_nothing_to_tell() -> None:
    for at in (5, 9, 21, 29, 33):
        run(Script(1, (SALE,), cuts=(at,), machine="pay"))
