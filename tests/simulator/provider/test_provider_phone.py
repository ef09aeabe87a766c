"""Phones in all their manners, by plain calls in virtual time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from simulator.provider.phone import MANNERS, Phone, plainly
from simulator.provider.wire import Reply
from tests.simulator.provider.helpers import NOW_MS, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def phone_of(shop: Shop, manner: str, payer: str = "good") -> Phone:
    return Phone(payer, plainly(shop.provider, lambda: shop.now_ms), manner)


def live(shop: Shop, phone: Phone, ms: int) -> None:
    until_ms = shop.now_ms + ms
    while (next_ms := phone.poll(shop.now_ms)) is not None and next_ms <= until_ms:
        shop.now_ms = max(shop.now_ms, next_ms)
    shop.now_ms = until_ms


@pytest.mark.parametrize(
    ("manner", "heard", "state"),
    [
        ("now", ["waiting", "paid"], "paid"),
        ("late", ["waiting", "expired"], "expired"),
        ("twice", ["waiting", "paid", "already_paid"], "paid"),
        ("never", ["waiting"], "expired"),
        ("other_amount", ["waiting", "amount"], "expired"),
        ("no", ["waiting", "paid"], "paid"),
    ],
)
def test_every_manner_of_paying_what_is_shown(shop: Shop, manner: str, heard: list[str], state: str) -> None:
    phone = phone_of(shop, manner)
    phone.scan(shop.create(), shop.now_ms)
    live(shop, phone, 200_000)
    assert (phone.heard, shop.state()) == (heard, state)
    assert len(shop.booked()) == (state == "paid")
    assert set(MANNERS) == {"now", "late", "twice", "never", "other_amount", "no"}


def test_a_code_of_nobody_is_only_noted(shop: Shop) -> None:
    phone = phone_of(shop, "now")
    phone.scan("labpay:NOBODYS", shop.now_ms)
    assert (phone.heard, phone.poll(shop.now_ms + 10_000)) == (["no_such_code"], None)


@pytest.mark.parametrize(("manner", "state"), [("now", "paid"), ("no", "declined"), ("never", "expired")])
def test_the_owner_of_a_shown_code_answers(shop: Shop, manner: str, state: str) -> None:
    phone = phone_of(shop, manner, "careful")
    code = phone.show(shop.now_ms)
    live(shop, phone, 5_000)  # nobody asks yet: it goes on looking
    assert set(phone.heard) <= {"nothing_to_answer"}
    shop.collect(code)
    live(shop, phone, 61_000)
    assert shop.state() == state
    assert phone.poll(shop.now_ms) is None


def test_a_phone_without_an_answer_tries_to_answer_again() -> None:
    def dead(path: str, body: Mapping[str, Any]) -> Reply:
        raise OSError("no net")

    phone = Phone("good", dead)
    phone.show(NOW_MS)
    assert phone.poll(NOW_MS + 1_500) == NOW_MS + 2_500
    assert phone.poll(NOW_MS + 61_500) is None
    phone.scan("labpay:X", NOW_MS)
    assert phone.heard == ["no answer"] * 3
