"""Batches of cards in four accounts: each that differs is named, and what is in no batch is in none."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.batches import ACCOUNTS, compared, differences, table
from simulator.timesplit import Line

TERMINAL = "TVM00001"


def line(kind: str, result: str = "", *intents: dict[str, Any], **parts: Any) -> Line:
    return Line(0, kind, result, {"kind": kind, "result": result, **parts}, intents)


def paid(
    payment: int, fen: int, end: tuple[str, str] = ("capture!", "done"), way: str = "card", batch: int = 1
) -> list[Line]:
    order = {"payment": payment, "amount_fen": fen, "way": way}
    deed = {**order, "kind": f"{end[0][:-1]}?"}
    return [
        line("sale.pay_by", "", {**order, "kind": "auth?"}),
        line("auth!", "approved", deed, payment=payment, reference=f"{batch:06}-{payment}"),
        line(*end, payment=payment),
    ]


def booking(payment: int, fen: int, batch: int = 1, moved: bool = True) -> dict[str, Any]:
    return {"terminal": TERMINAL, "batch": batch, "trace": payment, "amount_fen": fen, "moved_fen": fen * moved}


LINES = [
    *paid(101, 3_800),
    *paid(102, 500, way="code"),
    *paid(103, 900, ("reverse!", "done")),
    *paid(104, 7, ("reverse!", "refused")),
    line("batch!", "done", begins="000001-", count=2, amount_fen=3_807, balanced=True),
]
BANK: dict[str, Any] = {
    "bookings": [
        booking(101, 3_800),
        booking(103, 900, moved=False),
        booking(104, 7),
        {**booking(9, 1), "terminal": "TVM00002"},
    ],
    "batches": [
        {"terminal": TERMINAL, "batch": 1, "closed": True},
        {"terminal": "TVM00002", "batch": 5, "closed": True},
    ],
}
STATION = [{"batch": "000001", "own_count": 2, "own_fen": 3_807}]
ROW = {**{name: [2, 3_807] for name in ACCOUNTS}, "balanced": True, "closed": True}


def test_a_batch_is_the_same_in_four_accounts() -> None:
    rows = compared(BANK, TERMINAL, LINES, STATION)
    assert rows == {"000001": ROW}
    assert differences(rows) == []
    head, row = table(rows)
    assert head.split() == ["batch", "bank", "journal", "told", "station"]
    assert row.split("  ")[0] == "000001"
    assert (row.count("2 · ¥38.07"), row.endswith("the same")) == (4, True)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_one_account_that_differs_is_said(account: str) -> None:
    rows = {"000001": {**ROW, account: [2, 3_806]}}
    (found,) = differences(rows)
    assert f"{account} 2 cards 3806 fen" in found
    assert table(rows)[1].endswith("NOT the same")


def test_a_batch_that_somebody_has_alone_is_said() -> None:
    late = {**BANK, "bookings": [*BANK["bookings"], booking(105, 100, batch=2)]}
    assert differences(compared(late, TERMINAL, LINES, STATION)) == [
        "batch 000002: bank 1 cards 100 fen, journal 0 cards 0 fen, told 0 cards 0 fen, station 0 cards 0 fen",
        "batch 000002: the bank never said that its sums are the machine's",
        "batch 000002 is open at the bank",
    ]
    alone = compared({"bookings": [], "batches": []}, TERMINAL, [*LINES, *paid(106, 5, batch=3)], STATION)
    assert set(alone) == {"000001", "000003"}
    assert len(differences(alone)) == 5


def test_the_banks_word_and_its_close_count_too() -> None:
    assert differences({"000001": {**ROW, "balanced": False}}) == [
        "batch 000001: the bank never said that its sums are the machine's"
    ]
    assert differences({"000001": {**ROW, "closed": False}}) == ["batch 000001 is open at the bank"]
