"""Three accounts of one run, journal, matter and passengers, must be the same; where they differ it is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator.auditor import Sums, Verdict
from simulator.passenger.visit import Account
from simulator.report import (
    CardBooks,
    MotionLog,
    PhoneBooks,
    add_up,
    by_kind,
    card_differences,
    disagreements,
    joint_report,
    of_coins,
    other_books,
    passengers_say,
    phone_differences,
    times,
    way_of,
    ways,
)
from simulator.timesplit import CLASSES, SaleTimes

BOUGHT = Account("exact", "bought", inserted_fen=[10_000, 500], returned_fen=[500], change_fen=[700], tickets=1)
TOLD: dict[str, Any] = {
    "open_sales": 0,
    "fen": {"kept": 10_000, "change": 700, "refund": 0, "coins": 0},
    "tickets": {"taken": 1},
}


def test_what_passengers_say_is_summed() -> None:
    said = passengers_say([BOUGHT, BOUGHT, Account("cancel", "cancelled", inserted_fen=[500], change_fen=[500])])
    assert said == {
        "visits": {"cancel: cancelled": 1, "exact: bought": 2},
        "inserted_fen": 21_500,
        "returned_fen": 1_000,
        "got_fen": 1_900,
        "coins_fen": 0,
        "tickets": 2,
        "slips": 0,
        "stops_seen": 0,
    }


def test_equal_accounts_find_nothing() -> None:
    assert disagreements(passengers_say([BOUGHT]), TOLD, [BOUGHT]) == []


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            {"fen": {"kept": 9_900, "change": 700, "refund": 0, "coins": 0}},
            "notes inserted: passengers say 10000, the journal 9900",
        ),
        (
            {"fen": {"kept": 10_000, "change": 0, "refund": 0, "coins": 0}},
            "change and refunds taken: passengers say 700, the journal 0",
        ),
        (
            {"fen": {"kept": 10_000, "change": 700, "refund": 0, "coins": 50}},
            "coins taken and left in the cup: passengers say 0, the journal 50",
        ),
        ({"tickets": {"taken": 2}}, "tickets taken: passengers say 1, the journal 2"),
        ({"open_sales": 1}, "1 sales are still open"),
    ],
)
def test_a_difference_is_said(told: dict[str, Any], sentence: str) -> None:
    assert disagreements(passengers_say([BOUGHT]), {**TOLD, **told}, [BOUGHT]) == [sentence]


def test_a_coin_nobody_took_is_the_passengers_and_one_that_is_gone_is_said() -> None:
    told = {**TOLD, "fen": {**TOLD["fen"], "coins": 150}}
    some = replace(BOUGHT, coins_fen=[100])
    assert disagreements(passengers_say([some]), told, [some], left_fen=50) == []
    assert disagreements(passengers_say([some]), told, [some]) == [
        "coins taken and left in the cup: passengers say 100, the journal 150"
    ]


def test_hoppers_are_told_by_value_what_was_booked_and_what_lies_there() -> None:
    verdict = Verdict(sums=Sums(coins_fen=250), hoppers={1: (50, 398), 2: (100, 499)})
    lying = [("hopper.1", 50)] * 397 + [("hopper.1.exit", 50)] + [("hopper.2", 100)] * 498 + [("change.cup", 50)]
    ledger = {"coins": [{"place": place, "value_fen": fen} for place, fen in lying]}
    assert of_coins(verdict, ledger, 200) == {
        "coins": {
            "fell_fen": 250,
            "taken_fen": 200,
            "left_fen": 50,
            "booked": {"50": 398, "100": 499},
            "there": {"50": 398, "100": 498},
        }
    }
    assert of_coins(Verdict(), {}, 0) == {}


def test_a_passenger_who_is_stuck_is_a_difference() -> None:
    stuck = Account("large", "stuck")
    assert disagreements(passengers_say([BOUGHT, stuck]), TOLD, [BOUGHT, stuck]) == ["passenger 2 (large): stuck"]


def test_motions_are_gathered_piece_by_piece() -> None:
    log = MotionLog()
    log.gather({"now_ms": 70_000, "devices": {"acceptor": [[1, 2, 3], [5, None, None]], "cabinet": []}})
    log.gather({"now_ms": 80_000, "devices": {"acceptor": [[5, 6, 7], [8, 9, None]]}})
    assert log.devices == {"acceptor": [[1, 2, 3], [5, 6, 7], [8, 9, None]], "cabinet": []}
    assert log.since_ms == 20_000


def test_mean_times() -> None:
    each = [SaleTimes(number, 0, dict.fromkeys(CLASSES, number * 10)) for number in (1, 3)]
    assert times(each)["mean_ms"] == dict.fromkeys(CLASSES, 20)
    assert times([])["mean_ms"] == dict.fromkeys(CLASSES, 0)


def test_figures_by_kind_are_of_who_bought_and_else_of_all() -> None:
    slow = Account("slow", "bought", begun_ms=1_000, ended_ms=61_000, tickets=1, touches=10)
    gone = Account("slow", "nothing_found", begun_ms=0, ended_ms=9_000, touches=40)
    feed = [Account("feed", "cancelled", begun_ms=0, ended_ms=ms, touches=ms // 1_000) for ms in (10_000, 20_000)]
    assert by_kind([slow, *feed, gone]) == {
        "feed": {"visits": 2, "bought": 0, "mean_s": 15.0, "mean_touches": 15.0, "mean_tickets": 0.0},
        "slow": {"visits": 2, "bought": 1, "mean_s": 60.0, "mean_touches": 10.0, "mean_tickets": 1.0},
    }


def test_who_could_not_read_the_way_on_is_a_difference() -> None:
    lost = Account("foreigner", "cannot read: class:hard_seat")
    assert disagreements(passengers_say([BOUGHT, lost]), TOLD, [BOUGHT, lost]) == [
        "passenger 2 (foreigner): cannot read: class:hard_seat"
    ]


def test_numbers_are_added_name_by_name() -> None:
    parts = [{"a": 1, "fen": {"kept": 5}}, {"a": 2, "fen": {"kept": 7, "owed": 3}}]
    assert add_up(parts) == {"a": 3, "fen": {"kept": 12, "owed": 3}}


def part(account: Account, fares_fen: int, found: list[str]) -> dict[str, Any]:
    told = {**TOLD, "fen": {**TOLD["fen"], "fares": fares_fen}}
    sale = SaleTimes(1, 0, dict.fromkeys(CLASSES, 20)).as_dict()
    return {
        "records": 10, "sales": {"sold": 1}, "ended": {"sold": 1}, "faults": {"screen: E1": 1},
        **told, "passengers": passengers_say([account]), "found": found,
        "violations": len(found), "times": {"mean_ms": {}, "sales": [sale]},
    }  # fmt: skip


def test_two_machines_are_summed_and_balanced_with_the_station() -> None:
    run = {"train": "K1", "run_date": "d", "seat_class": "c"}
    sales = {
        f"{name}.e.1": {
            "key": f"{name}.e.1", "state": "printed", "run": run, "a": 0, "b": 1, "places": [place],
            "voided": [], "refunded": [], "exchanged": [],
            "offered": [{"price_fen": 9_300}],
        }
        for place, name in enumerate(("T01", "T02"))
    }  # fmt: skip
    parts = {"T01": part(BOUGHT, 9_300, []), "T02": part(BOUGHT, 9_300, ["something"])}
    report = joint_report(parts, {"T01": [BOUGHT], "T02": [BOUGHT]}, {"sales": sales, "records": []}, {"seed": 1})
    assert (report["violations"], report["found"]) == (1, ["T02: something"])
    assert report["fen"]["kept"] == 20_000
    assert (report["ended"], report["faults"]) == ({"sold": 2}, {"screen: E1": 2})
    assert report["tickets"]["taken"] == report["passengers"]["tickets"] == 2
    assert report["station"]["T02"] == {"sales": 1, "tickets": 1, "fares_fen": 9_300}
    assert report["kinds"]["exact"]["visits"] == 2
    assert report["times"]["mean_ms"] == dict.fromkeys(CLASSES, 20)
    sales["T02.e.1"]["places"] = [0]
    found = joint_report(parts, {"T01": [BOUGHT], "T02": [BOUGHT]}, {"sales": sales, "records": []}, {})["found"]
    assert found[1] == "station: place 0 of c of K1 on d, segment 0 is sold 2 times"
    assert "phones" not in report
    parts["T02"] |= {"phones": {"captured_fen": 3_800}, "ways": {"phone": 1}}
    report = joint_report(parts, {"T01": [BOUGHT], "T02": [BOUGHT]}, {"sales": sales, "records": []}, {})
    assert (report["phones"], report["ways"]) == ({"captured_fen": 3_800}, {"phone": 1})


PAID = Account("phone", "bought", tickets=1, phone_fen=[3_800])
BOOKS: dict[str, Any] = {
    "orders": [{"merchant": "T01"}],
    "bookings": [{"merchant": "T01", "name": "T01.a.1.1", "kind": "payment", "amount_fen": 3_800}],
    "attempts": [],
    "payers": [{"opened_fen": 10_000, "balance_fen": 6_200}],
    "wrong": [],
}


def test_phones_provider_and_journal_say_the_same() -> None:
    assert phone_differences(BOOKS, "T01", 3_800, [PAID, BOUGHT]) == []
    assert phone_differences(BOOKS, "T02", 0, [BOUGHT]) == []
    assert phone_differences({**BOOKS, "payers": [], "wrong": ["x"]}, "T01", 0, []) == [
        "paid by phone: phones say 0, the provider 3800",
        "kept of phones: the journal says 0, the provider 3800",
        "the provider's accounts do not add up to what they were opened with",
        "the provider's ledger: x",
    ]


def test_kinds_are_told_by_way_of_payment_where_there_are_phones() -> None:
    cash = Account("phone", "bought", inserted_fen=[5_000], tickets=1, phone_fen=[])
    left = Account("phone", "cancelled", phone_fen=[])
    assert ways([PAID, cash, left, BOUGHT]) == {"cash": 2, "phone": 1}
    assert by_kind([PAID, cash, left])["phone"]["ways"] == {"cash": 1, "phone": 1}
    assert "ways" not in by_kind([BOUGHT])["exact"]
    assert "phone_fen" not in BOUGHT.as_dict()


def booking(trace: int, amount_fen: int, state: str) -> dict[str, object]:
    moved_fen = amount_fen if state == "booked" else 0
    key = {"terminal": "TVM00001", "batch": 1, "trace": trace, "account": "good"}
    return {**key, "amount_fen": amount_fen, "state": state, "moved_fen": moved_fen, "code": "00"}


def bank_books(*bookings: dict[str, object], balance_fen: int = 96_200) -> CardBooks:
    accounts = [{"name": "good", "balance_fen": balance_fen}]
    told = {"opened": {"good": 100_000}, "accounts": accounts, "bookings": list(bookings), "wrong": []}
    return CardBooks(told, "TVM00001")


def test_bank_journal_and_chips_must_name_the_same_sum() -> None:
    books = bank_books(booking(101, 3_800, "booked"), booking(201, 900, "reversed"))
    paid = Account("card", "bought", card_fen=[3_800, 900])
    assert card_differences(books, 3_800, [paid, BOUGHT]) == []
    assert card_differences(books, 4_700, [paid]) == ["kept of cards: the journal says 4700, the bank 3800"]
    assert card_differences(books, 3_800, [BOUGHT]) == ["paid by card: chips say 0, the bank 4700"]
    robbed = bank_books(booking(101, 3_800, "booked"), balance_fen=96_201)
    assert card_differences(robbed, 3_800, [Account("card", "bought", card_fen=[3_800])]) == [
        "the bank's accounts do not add up to what they were opened with"
    ]


def test_a_payment_in_two_books_is_said_and_all_of_them_are_judged() -> None:
    cards = bank_books(booking(101, 3_800, "booked"))
    assert other_books(None, None) == (None, [])
    assert other_books(None, cards) == ({101: ("captured", 3_800, 1)}, [])
    phones = PhoneBooks({"orders": [order(101)], "bookings": []}, "T01")
    known, twice = other_books(phones, cards)
    assert known == {101: ("captured", 3_800, 1)}
    assert twice == ["payment 101 is in the books of provider and bank"]


def order(payment: int) -> dict[str, object]:
    return {
        "name": f"T01.e.1.{payment}",
        "merchant": "T01",
        "state": "paid",
        "amount_fen": 3_800,
        "refund_refused": False,
    }


def test_who_paid_by_card_is_counted_so() -> None:
    assert way_of(Account("card", "bought", card_fen=[3_800])) == "card"
    assert way_of(Account("card", "bought", card_fen=[], inserted_fen=[5_000])) == "cash"
    assert "card_fen" not in Account("exact").as_dict()
