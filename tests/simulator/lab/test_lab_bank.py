"""The bank as the page sees it: what is on these cards and what was kept is always what the accounts were opened with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from simulator.acquirer.accounts import lab_accounts
from simulator.acquirer.books import conserved, payments, sums
from simulator.acquirer.faults import FAULTS, Faults, Order
from simulator.acquirer.lab import described
from simulator.lab.asking import Asker
from simulator.lab.bank import LabBank

GOOD, OTHER = 320_000, 50_000


def booking(
    trace: int, amount_fen: int, state: str = "booked", account: str = "good", code: str = "00"
) -> dict[str, Any]:
    moved_fen = amount_fen if state == "booked" else 0
    whole = {"terminal": "TVM00001", "batch": 1, "trace": trace, "kind": "purchase", "account": account}
    return {**whole, "amount_fen": amount_fen, "state": state, "moved_fen": moved_fen, "code": code}


class Line:
    """A bank without a process: what it tells, and the switches of its line."""

    def __init__(self) -> None:
        self.bookings: list[dict[str, Any]] = []
        self.faults = Faults()
        self.away = False
        self.wrong: list[str] = []

    def __bool__(self) -> bool:
        return True

    def books(self) -> dict[str, Any]:
        opened = {"good": GOOD, "poor": OTHER}
        moved = {name: sum(each["moved_fen"] for each in self.bookings if each["account"] == name) for name in opened}
        accounts = [{"name": name, "balance_fen": opened[name] - moved[name]} for name in opened if moved[name]]
        told = {"faults": described(self.faults), "opened": opened, "accounts": accounts}
        return {**told, "bookings": self.bookings, "wrong": self.wrong}

    async def ask(self, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        if self.away:
            raise OSError("away")
        if path == "/lab/faults" and body is not None:
            if "on" in body:
                self.faults.switch_on(Order.parse(body["on"]))
            self.faults.switch_off(body.get("off", ""))
            return 200, described(self.faults)
        return 200, self.books()


class Desk:
    def __init__(self) -> None:
        self.line = Line()
        self.told: list[tuple[str, int, str]] = []
        self.bank = LabBank(self.line, ("good", "poor"), lambda *words: self.told.append(words))

    async def look(self) -> dict[str, Any]:
        await self.bank.refresh()
        seen = self.bank.look()
        assert seen is not None
        return seen


def test_what_is_paid_is_gone_from_the_card_and_what_is_reversed_is_back() -> None:
    async def scene() -> None:
        desk = Desk()
        assert (await desk.look())["balances"] == {"good": GOOD, "poor": OTHER}
        desk.line.bookings = [booking(101, 3_800), booking(201, 900, "declined", "poor", "51")]
        seen = await desk.look()
        assert (seen["balances"]["good"], seen["kept_fen"], seen["conserved"]) == (GOOD - 3_800, 3_800, True)
        assert desk.told == [("booked", 3_800, ""), ("declined", 900, "51")]
        desk.line.bookings[0] = booking(101, 3_800, "reversed")
        seen = await desk.look()
        assert (seen["balances"]["good"], seen["kept_fen"], seen["balance_fen"]) == (GOOD, 0, GOOD + OTHER)
        assert seen["paid"] == [{"card": "good", "fen": 3_800, "state": "reversed"}]
        assert desk.told[2:] == [("reversed", 3_800, "")]
        await desk.look()
        assert len(desk.told) == 3

    asyncio.run(scene())


def test_what_was_booked_before_the_page_was_there_is_no_news() -> None:
    async def scene() -> None:
        desk = Desk()
        desk.line.bookings = [booking(101, 3_800)]
        assert (await desk.look())["kept_fen"] == 3_800
        assert desk.told == []

    asyncio.run(scene())


@pytest.mark.parametrize("how", ["wrong", "lost"])
def test_books_that_do_not_add_up_are_shown_as_such(how: str) -> None:
    async def scene() -> None:
        desk = Desk()
        desk.line.bookings = [booking(101, 3_800)]
        if how == "wrong":
            desk.line.wrong = ["good: balance_fen=1 expected_fen=2"]
        else:
            desk.line.books_were = desk.line.books  # type: ignore[attr-defined]
            desk.line.books = lambda: {**desk.line.books_were(), "accounts": []}  # type: ignore[attr-defined, method-assign]
        assert not (await desk.look())["conserved"]
        assert not conserved(desk.line.books())

    asyncio.run(scene())


def test_troubles_go_on_and_off_and_a_bank_that_is_away_is_said() -> None:
    async def scene() -> None:
        desk = Desk()
        await desk.bank.switch("silent", True)
        assert [name for name, on in desk.bank.faults().items() if on] == ["silent"]
        assert {each["name"] for each in desk.bank.menu()} == set(FAULTS)
        await desk.bank.switch("silent", False)
        assert not any(desk.bank.faults().values())
        desk.line.away = True
        assert not (await desk.look())["there"]
        with pytest.raises(OSError, match="away"):
            await desk.bank.switch("slow", True)

    asyncio.run(scene())


def test_without_a_bank_there_is_nothing_to_see() -> None:
    assert LabBank(Asker(), (), lambda *words: None).look() is None


def test_the_books_say_payments_and_sums_of_one_terminal() -> None:
    line = Line()
    line.bookings = [
        booking(101, 3_800),
        booking(102, 700, "reversed"),
        booking(201, 9, "barred"),
        booking(301, 5, "declined"),
    ]
    other = {**booking(101, 1), "terminal": "TVM00002"}
    books = {**line.books(), "bookings": [*line.bookings, other]}
    assert payments(books, "TVM00001") == {
        101: ("captured", 3_800, 1), 102: ("reversed", 700, 1), 201: ("closed", 9, 0), 301: ("closed", 5, 0),
    }  # fmt: skip
    assert sums(books, "TVM00001") == {"asked": 4, "paid_fen": 4_500, "reversed_fen": 700, "declined": 1}


def test_accounts_open_with_what_they_are_told_to() -> None:
    by_name = {each.name: each.opened_fen for each in lab_accounts({"good": GOOD}).values()}
    assert (by_name["good"], by_name["poor"], by_name["second"]) == (GOOD, 100, 100_000_000)
