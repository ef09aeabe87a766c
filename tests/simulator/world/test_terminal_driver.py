"""The machine, the real driver of a card terminal and the lab's terminal in virtual time, judged by the auditor."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import simulator.world.machine
import simulator.world.things
from drivers.zvt.driver import Zvt
from kiosk.ports.payment import PaymentStands
from kiosk.sale import charge
from simulator.campaign.sabotage import planted
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


def kinds(line: str) -> tuple[str, int]:
    """What the line is about, and the start in which it was written."""
    record = json.loads(line[9:])
    said = " ".join(each for each in (record["fact"]["kind"], record["fact"].get("result", "")) if each)
    return " ".join((said, *(intent["kind"] for intent in record["intents"]))), record["boot"]


def given_unpaid(made: Run) -> bool:
    """Something was told as unpaid. The bundle of those tickets left the tray in a start before the one that was told so."""
    lines = [kinds(line) for line in texts(made)]
    told = [boot for text, boot in lines if "unpaid.add" in text]
    out = [boot for text, boot in lines if "deliver?" in text]
    assert all(out and out[-1] < boot for boot in told), lines
    assert len(told) <= 1
    return bool(told)


@pytest.mark.parametrize("part", range(4))
def test_after_a_power_cut_at_any_point_nothing_more_is_given_for_a_payment_that_is_gone(part: int) -> None:
    """A payment that was only held is gone after a cut (049). It is asked after before anything more is given for it (058): only
    tickets that were on their way out when the power went can be unpaid, and those are told, to the fen."""
    told = 0
    for at in range(1 + part, 37, 4):
        stays = (at + part) % 3 != 0
        made = run(Script(1, (SALE,), cuts=(at,), machine="pay", after_cut="stays" if stays else "leaves"))
        assert set(states(made)) <= {"captured", "reversed", "closed"}
        told += given_unpaid(made)
    assert told <= 3


def test_tickets_that_were_taken_in_the_dark_are_told_as_unpaid_and_nobody_is_owed_anything() -> None:
    made = next(
        made for at in range(20, 34) if given_unpaid(made := run(Script(1, (SALE,), cuts=(at,), machine="pay")))
    )
    ends = [json.loads(line[9:])["intents"] for line in texts(made) if '"unpaid.add"' in line]
    unpaid = next(intent for intent in ends[0] if intent["kind"] == "unpaid.add")
    assert unpaid["amount_fen"] > 0
    assert not any('"claim.add"' in line for line in texts(made))


def test_a_driver_that_does_not_ask_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that the payment stands: tickets are printed for one that the terminal has taken back."""

    def stands(self: Zvt, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        self._report(PaymentStands(payment))

    monkeypatch.setattr(Zvt, "stands", stands)
    made = [run(Script(1, (SALE,), cuts=(at,), machine="pay", after_cut="stays")) for at in range(16, 22)]
    with pytest.raises(AssertionError):
        sum(map(given_unpaid, made))


def test_a_machine_that_does_not_ask_is_caught() -> None:
    with planted("former_approval_stands"):
        found = [
            Run(Script(1, (SALE,), cuts=(at,), machine="pay", after_cut="stays")).run().violations
            for at in range(12, 26)
        ]
    assert any("nobody said after the restart" in each for violations in found for each in violations)


# -- the terminal alone loses its mains (decision page 073)


def without_mains(when: str, tickets: int = 1) -> Run:
    """It goes dark when this is ordered, and stays so until the passenger has left."""
    plan = replace(SALE, tickets=tickets, budget_fen=500_000)
    return Run(Script(1, (plan,), (Trouble("payment", "unplugged", when),), machine="pay"))


@pytest.mark.parametrize("when", ["confirm?", "print?"])
@pytest.mark.parametrize("tickets", [1, 3])
def test_a_payment_that_is_gone_before_the_tickets_leave_the_tray_gives_none(when: str, tickets: int) -> None:
    made = without_mains(when, tickets)
    assert made.run().violations == []
    assert (made.outcome.sales, states(made)) == ({"refunded": 1}, ["reversed"])
    said = [kinds(line)[0] for line in texts(made)]
    assert not any("deliver?" in line or "unpaid.add" in line or "claim.add" in line for line in said), said
    assert any(line.startswith("auth.past unknown") for line in said)
    assert any("dump?" in line for line in said)


def test_a_payment_that_is_gone_when_the_tickets_are_on_their_way_is_told_as_unpaid() -> None:
    made = without_mains("deliver?")
    assert made.run().violations == []
    assert made.outcome.sales == {"sold": 1}
    assert sum("unpaid.add" in line for line in texts(made)) == 1


def test_a_sale_that_does_not_hear_the_doubt_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charge, "NOT_GIVEN", ())
    violations = without_mains("confirm?").run().violations
    assert any("nobody said since that was doubted that payment" in each for each in violations), violations
