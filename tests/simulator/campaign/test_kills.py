"""What is drawn for machines whose processes are killed, and the last look into everybody's books.

The kills themselves take minutes and are run by hand (docs/campaigns).
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from simulator.campaign.kill_books import disagreements
from simulator.campaign.kill_kinds import KINDS
from simulator.campaign.kill_settling import VICTIMS, OrderedSettlement
from simulator.campaign.kills import Moment
from simulator.campaign.main import main
from simulator.passenger.visit import Account
from simulator.report import CardBooks, PhoneBooks
from simulator.world.level import FITTED, MACHINES

PAID = Account("phone", "left in the dark", phone_fen=[3_800])
CHARGED = Account("card", "bought", card_fen=[2_500, 900])


def provider(*kinds: str, held_fen: int = 6_200) -> PhoneBooks:
    """`kinds` of what was booked, 3,800 fen each."""
    bookings = [{"merchant": "T01", "name": "T01.a.1.1", "kind": kind, "amount_fen": 3_800} for kind in kinds]
    payers = [{"opened_fen": 10_000, "balance_fen": held_fen}]
    books: dict[str, Any] = {
        "orders": [], "bookings": bookings, "attempts": [], "payers": payers, "wrong": [],
    }  # fmt: skip
    return PhoneBooks(books, "T01")


def bank(state: str, balance_fen: int) -> CardBooks:
    moved_fen = 2_500 if state == "booked" else 0
    key = {"terminal": "TVM00001", "batch": 1, "trace": 101, "account": "good"}
    booking = {**key, "amount_fen": 2_500, "state": state, "moved_fen": moved_fen, "code": "00"}
    accounts = [{"name": "good", "balance_fen": balance_fen}]
    return CardBooks({"opened": {"good": 9_000}, "accounts": accounts, "bookings": [booking], "wrong": []}, "TVM00001")


def test_journal_provider_and_bank_keep_the_same_sum() -> None:
    phones, cards = provider("payment"), bank("booked", 6_500)
    assert disagreements(6_300, phones, cards, [PAID, CHARGED]) == []
    assert disagreements(0, None, None, [Account("exact")]) == []


@pytest.mark.parametrize("captured_fen", [0, 2_500, 6_299])
def test_money_that_only_one_of_them_has_is_said(captured_fen: int) -> None:
    found = disagreements(captured_fen, provider("payment"), bank("booked", 6_500), [PAID, CHARGED])
    assert found == [f"kept without notes: the journal says {captured_fen}, provider and bank 3800, 2500"]


def test_whoever_does_not_know_that_it_paid_is_believed_and_who_says_too_much_is_not() -> None:
    """A phone whose provider died at that moment heard nothing; a chip may have agreed to what went back."""
    assert disagreements(3_800, provider("payment"), None, [Account("phone", phone_fen=[])]) == []
    assert disagreements(0, provider(held_fen=10_000), None, [PAID]) == [
        "paid by phone: phones say 3800, the provider 0"
    ]
    assert disagreements(0, None, bank("reversed", 9_000), [CHARGED]) == []
    assert disagreements(2_500, None, bank("booked", 6_500), [Account("card", card_fen=[])]) == [
        "kept of cards: the bank says 2500, their chips agreed to 0"
    ]


def test_accounts_that_do_not_add_up_are_said() -> None:
    found = disagreements(6_300, provider("payment", held_fen=6_201), bank("booked", 6_501), [PAID, CHARGED])
    assert found == [
        "the provider's accounts do not add up to what they were opened with",
        "the bank's accounts do not add up to what they were opened with",
    ]


@pytest.mark.parametrize(
    ("machine", "ways"),
    [
        ("usual", {"cash"}),
        ("pay", {"cash", "code"}),
        ("cards", {"cash", "code", "card"}),
        ("collect", {"cash", "pickup"}),
        ("coins", {"cash"}),
    ],
)
def test_everybody_comes_in_turn_and_pays_in_each_way(machine: Any, ways: set[str]) -> None:
    kind = KINDS[machine]
    plans = [kind.plan(number, Random(1)) for number in range(len(kind.people))]
    assert {plan.pays for plan in plans} == ways
    assert kind.plan(len(plans), Random(1)) == plans[0]
    others = [kind.plan(number, Random(seed)) for number in range(len(plans)) for seed in range(5)]
    assert all(plan.leave_at != "pay.cash" for plan in others if plan.pays != "cash")


def test_who_is_paid_at_is_killed_too() -> None:
    assert {"provider"} == KINDS["pay"].victims.keys() - KINDS["usual"].victims.keys()
    assert {"provider", "bank"} == KINDS["cards"].victims.keys() - KINDS["usual"].victims.keys()


def test_the_moment_comes_once_and_not_before_one_of_its_screens() -> None:
    moment = Moment(("pay.code", "pay.card"), 4_500, Random(1))
    assert not moment.now("review", 0)
    assert not moment.comes
    assert not moment.now("pay.card", 1_000)
    assert moment.comes
    times = [now_ms for now_ms in range(1_000, 5_501) if moment.now("printing", now_ms)]
    assert len(times) == 1


def test_every_machine_of_the_campaign_can_be_killed() -> None:
    """Those of a fitting are known by their devices at byte level."""
    assert set(KINDS) == set(MACHINES) - set(FITTED)
    with pytest.raises(SystemExit):
        main(["--fitted", "id003", "--kills", "1"])


def test_settlements_are_ordered_where_cards_pay_and_the_bank_dies_in_one() -> None:
    assert {name for name, kind in KINDS.items() if kind.settles} == {"cards"}
    assert {"controller", "mains", "bank", "station"} == VICTIMS.keys()


class Silent:
    """A rig whose journal is read, and nothing else."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory


def test_what_is_to_be_settled_and_whether_a_kill_came_in_the_middle_is_read_in_the_journal(tmp_path: Path) -> None:
    facts: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
        ({"kind": "sale.pay_by"}, [{"kind": "auth?", "payment": 101, "amount_fen": 500, "way": "card"}]),
        ({"kind": "auth!", "result": "approved", "payment": 101, "reference": "000001-9"}, []),
        ({"kind": "capture!", "result": "done", "payment": 101}, []),
        ({"kind": "sys.command", "seq": 1, "name": "settle", "outcome": "done"}, []),
        ({"kind": "batch!", "begins": "000001-", "count": 1, "amount_fen": 500, "balanced": True}, []),
    ]
    (tmp_path / "journal").mkdir()
    settlement = OrderedSettlement(Silent(tmp_path), Random(1))  # type: ignore[arg-type]
    seen = [(settlement.due(), settlement.under_way())]
    for number, (fact, intents) in enumerate(facts):
        line = json.dumps({"mono_ms": number, "fact": fact, "intents": intents}, separators=(",", ":"))
        with (tmp_path / "journal" / "1.journal").open("a", encoding="utf-8") as file:
            file.write(f"{0:08x} {line}\n")
        seen.append((settlement.due(), settlement.under_way()))
    assert [due for due, _ in seen] == [False] * 3 + [True, True, False]
    assert [under_way for _, under_way in seen] == [False] * 4 + [True, False]
