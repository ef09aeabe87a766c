"""A passenger's phone reads the code of the screen and pays it at the provider, in its own manner."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from kiosk.screen import qr
from simulator.clock import SharedClock
from simulator.passenger.person import Kind, Plan, make_plan
from simulator.passenger.visit import Visit
from simulator.phone_in_hand import PhoneInHand
from simulator.programs import Identity, provider_program
from simulator.provider.books import conserved, payments, sums
from simulator.provider.phone import plainly
from tests.simulator.passenger.toy_machine import ToyMachine
from tests.simulator.provider.helpers import MERCHANT, NOW_MS, Shop

AMOUNT_FEN = 3_800


def hand(shop: Shop, kind: Kind) -> tuple[PhoneInHand, Visit]:
    hands: Any = ToyMachine(AMOUNT_FEN)
    plan: Plan = make_plan(kind, Random(1))
    visit = Visit(plan, hands, lambda target: None, Random(1), 0)
    return PhoneInHand(plainly(shop.provider, lambda: shop.now_ms), visit, lambda: shop.now_ms), visit


@pytest.mark.parametrize(
    ("kind", "waits_ms", "state", "said", "turned_away"),
    [
        (Kind.PHONE, 2_000, "paid", [AMOUNT_FEN], 0),
        (Kind.PHONE_TWICE, 2_000, "paid", [AMOUNT_FEN], 1),
        (Kind.PHONE_LATE, 151_000, "expired", [], 1),
    ],
)
def test_a_phone_pays_in_its_manner(kind: Kind, waits_ms: int, state: str, said: list[int], turned_away: int) -> None:
    shop = Shop()
    phone, visit = hand(shop, kind)
    assert visit.scan(qr.rows(shop.create("T07.7f3a91c2.17.1")))
    assert phone.poll(shop.now_ms)
    shop.now_ms = NOW_MS + waits_ms
    phone.poll(shop.now_ms)
    assert (shop.state("T07.7f3a91c2.17.1"), visit.account.phone_fen) == (state, said)
    books = shop.ledger()
    assert sums(books, MERCHANT) == {"orders": 1, "paid_fen": sum(said), "refunded_fen": 0, "turned_away": turned_away}
    assert payments(books, MERCHANT) == {1: ("captured" if said else "open", AMOUNT_FEN, len(said))}
    assert conserved(books)


def test_who_was_late_pays_the_next_code_as_everybody_does() -> None:
    shop = Shop()
    phone, visit = hand(shop, Kind.PHONE_LATE)
    visit.scan(qr.rows(shop.create("T07.7f3a91c2.17.1")))
    assert shop.told("close", order="T07.7f3a91c2.17.1")["state"] == "closed"
    visit.scan(qr.rows(shop.create("T07.7f3a91c2.17.2")))
    shop.now_ms += 2_000
    assert phone.poll(shop.now_ms)  # the late one is still to come
    assert shop.state("T07.7f3a91c2.17.2") == "paid"
    shop.now_ms += 150_000
    assert phone.poll(shop.now_ms)
    visit.account.outcome = "bought"
    assert not phone.poll(shop.now_ms)
    assert visit.account.phone_fen == [AMOUNT_FEN]


def test_what_no_camera_reads_is_not_paid() -> None:
    shop = Shop()
    _, visit = hand(shop, Kind.PHONE)
    assert not visit.scan(("10", "01"))
    assert shop.ledger()["attempts"] == []


def test_books_that_do_not_add_up_are_not_conserved() -> None:
    shop = Shop()
    shop.pay(shop.create())
    books = shop.ledger()
    books["payers"][0]["balance_fen"] += 1
    assert not conserved(books)


def test_a_provider_is_started_again_where_it_was_with_the_same_keys(tmp_path: Path) -> None:
    machines = [Identity("T01", "aa" * 32), Identity("T02", "bb" * 32)]
    program = provider_program(tmp_path, SharedClock.starting_now(), machines)
    assert program.again is not None
    first, again = program.argv, program.again("http://127.0.0.1:8641")
    assert not program.powered
    assert program.restarts
    at = first.index("--port") + 1
    assert (first[at], again[at]) == ("0", "8641")
    assert first[:at] + first[at + 1 :] == again[:at] + again[at + 1 :]
    assert [word for word in first if word.startswith("T0")] == ["T01:" + "aa" * 32, "T02:" + "bb" * 32]
