"""What becomes of orders: paid once, refunded once, closed for good, whoever asks how often."""

from __future__ import annotations

import pytest

from simulator.provider.payers import LAB_PAYERS
from tests.simulator.provider.helpers import NOW_MS, Shop, behaving

GOOD = LAB_PAYERS["good"]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_code_is_paid_once(shop: Shop) -> None:
    text = shop.create()
    assert shop.state() == "waiting"
    assert shop.pay(text) == "paid"
    told = shop.told("query", order="a.1")
    assert (told["state"], told["reference"], told["paid_at_ms"], told["payer"]) == (
        "paid",
        "P000000001",
        NOW_MS,
        "王*",
    )
    assert [shop.pay(text, payer) for payer in ("good", "careful")] == ["already_paid", "already_paid"]
    assert shop.booked() == [("a.1", "payment", 3_800)]
    assert [row["code"] for row in shop.ledger()["attempts"]] == ["already_paid", "already_paid"]


def test_the_same_order_is_answered_as_it_stands(shop: Shop) -> None:
    text = shop.create()
    shop.now_ms += 1_000
    again = shop.told("create", order="a.1", amount_fen=3_800, lasts_ms=500_000)
    assert (again["text"], again["remaining_ms"]) == (text, 119_000)
    shop.pay(text)
    assert shop.told("create", order="a.1", amount_fen=3_800, lasts_ms=120_000)["state"] == "paid"
    assert shop.refused("create", order="a.1", amount_fen=3_801, lasts_ms=120_000) == "key_reused"
    assert shop.refused("collect", order="a.1", amount_fen=3_800, lasts_ms=60_000, text="1") == "key_reused"


def test_codes_of_other_orders_and_merchants_read_differently(shop: Shop) -> None:
    assert len({shop.create(f"a.{number}") for number in range(50)}) == 50


def test_what_is_closed_is_never_paid(shop: Shop) -> None:
    text = shop.create()
    assert shop.told("close", order="a.1")["state"] == "closed"
    assert shop.pay(text) == "closed"
    assert shop.told("close", order="a.1")["state"] == "closed"
    assert shop.booked() == []


def test_closing_says_what_was_paid_just_before(shop: Shop) -> None:
    shop.pay(shop.create())
    assert shop.told("close", order="a.1")["reference"] == "P000000001"
    assert shop.told("refund", order="a.1", amount_fen=3_800)["state"] == "refunded"
    assert shop.told("close", order="a.1")["state"] == "refunded"


def test_an_order_closed_before_it_came_stays_closed(shop: Shop) -> None:
    assert shop.told("close", order="a.1") == {"order": "a.1", "state": "closed", "way": "", "amount_fen": 0}
    assert shop.told("create", order="a.1", amount_fen=3_800, lasts_ms=120_000)["state"] == "closed"
    assert shop.collect(GOOD.code(NOW_MS))["state"] == "closed"
    assert shop.booked() == []


def test_time_over_is_not_the_end(shop: Shop) -> None:
    text = shop.create(lasts_ms=1_000)
    shop.now_ms += 1_000
    assert shop.state() == "expired"
    assert shop.pay(text) == "expired"
    assert shop.told("close", order="a.1")["state"] == "closed"


def test_a_refund_happens_once(shop: Shop) -> None:
    assert shop.refused("refund", order="a.1", amount_fen=3_800) == "not_paid"
    text = shop.create()
    assert shop.refused("refund", order="a.1", amount_fen=3_800) == "not_paid"
    shop.pay(text)
    assert shop.refused("refund", order="a.1", amount_fen=3_700) == "wrong_amount"
    first = shop.told("refund", order="a.1", amount_fen=3_800)
    shop.now_ms += 5_000
    assert shop.told("refund", order="a.1", amount_fen=3_800) == first
    assert shop.booked() == [("a.1", "payment", 3_800), ("a.1", "refund", 3_800)]
    assert shop.pay(text) == "already_paid"


@pytest.mark.parametrize(
    ("payer", "amount_fen", "why"),
    [("good", 3_801, "amount"), ("good", 3_799, "amount"), ("poor", 3_800, "funds"), ("blocked", 3_800, "blocked")],
)
def test_a_payment_that_does_not_fit_is_refused(shop: Shop, payer: str, amount_fen: int, why: str) -> None:
    text = shop.create()
    assert shop.pay(text, payer, amount_fen) == why
    assert (shop.state(), shop.booked()) == ("waiting", [])


def test_a_phone_that_looks_is_seen(shop: Shop) -> None:
    text = shop.create()
    assert shop.told("query", order="a.1")["seen"] is False
    assert shop.phone("look", payer="good", text=text) == (
        200,
        {"merchant": "T07", "amount_fen": 3_800, "state": "waiting"},
    )
    assert shop.told("query", order="a.1")["seen"] is True
    assert shop.phone("look", payer="good", text="labpay:NOBODYS")[1]["error"] == "no_such_code"
    assert shop.phone("look", payer="nobody", text=text)[0] == 404


# -- codes of phones


def test_a_phones_code_pays_once(shop: Shop) -> None:
    code = GOOD.code(NOW_MS)
    assert shop.collect(code)["state"] == "paid"
    assert shop.collect(code)["reference"] == "P000000001"
    again = shop.collect(code, "a.2")
    assert (again["state"], again["reason"]) == ("declined", "declined")
    assert shop.refused("collect", order="a.1", amount_fen=3_800, lasts_ms=60_000, text="13") == "key_reused"
    assert shop.booked() == [("a.1", "payment", 3_800)]
    assert shop.pay(code) == "no_such_code"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (GOOD.code(NOW_MS - 61_000), "expired"),
        (GOOD.code(NOW_MS + 31_000), "expired"),
        (GOOD.code(NOW_MS)[:-1] + "x", "declined"),
        (f"{int(GOOD.code(NOW_MS)) ^ 1}", "declined"),
        ("139999123456123456", "declined"),
        ("6212345678901234567", "declined"),
        (LAB_PAYERS["blocked"].code(NOW_MS), "declined"),
        (LAB_PAYERS["poor"].code(NOW_MS), "funds"),
    ],
)
def test_a_code_that_does_not_pay_says_why(shop: Shop, code: str, reason: str) -> None:
    told = shop.collect(code)
    assert (told["state"], told["reason"]) == ("declined", reason)
    assert shop.collect(code) == told
    assert shop.booked() == []


@pytest.mark.parametrize("early_ms", [-30_000, 0, 60_000])
def test_a_code_is_good_for_a_minute_and_for_phones_that_run_fast(shop: Shop, early_ms: int) -> None:
    assert shop.collect(GOOD.code(NOW_MS - early_ms))["state"] == "paid"


def test_a_large_amount_and_a_careful_owner_are_asked_on_the_phone(shop: Shop) -> None:
    for number, (name, amount_fen) in enumerate([("good", 100_001), ("careful", 100)]):
        order, code = f"a.{number}", LAB_PAYERS[name].code(NOW_MS)
        told = shop.collect(code, order, amount_fen)
        assert (told["state"], told["seen"]) == ("waiting", True)
        assert shop.phone("answer", payer="poor", text=code, yes=True)[1]["error"] == "nothing_to_answer"
        assert shop.phone("answer", payer=name, text=code, yes=True)[1]["state"] == "paid"
        assert shop.phone("answer", payer=name, text=code, yes=True)[1]["error"] == "nothing_to_answer"
        assert shop.state(order) == "paid"
    assert shop.booked() == [("a.0", "payment", 100_001), ("a.1", "payment", 100)]


def test_who_says_no_on_the_phone_has_not_paid(shop: Shop) -> None:
    code = LAB_PAYERS["careful"].code(NOW_MS)
    shop.collect(code)
    assert shop.phone("answer", payer="careful", text=code, yes=False)[1]["state"] == "declined"
    assert (shop.state(), shop.booked()) == ("declined", [])
    assert shop.collect(code, "a.2")["state"] == "declined"


def test_a_yes_after_the_end_pays_nothing(shop: Shop) -> None:
    code = LAB_PAYERS["careful"].code(NOW_MS)
    shop.collect(code)
    shop.told("close", order="a.1")
    assert shop.phone("answer", payer="careful", text=code, yes=True)[1]["error"] == "nothing_to_answer"
    assert shop.booked() == []


# -- faults of the provider itself


def test_a_late_payment_is_booked_after_the_end_of_the_code(shop: Shop) -> None:
    text = shop.create(lasts_ms=60_000)
    shop.behaviour = behaving("late_payment:ms=90000")
    assert shop.pay(text) == "in_progress"
    assert shop.pay(text, "careful") == "in_progress"
    shop.now_ms += 60_000
    assert shop.state() == "expired"
    shop.now_ms += 30_000
    told = shop.told("query", order="a.1")
    assert (told["state"], told["paid_at_ms"]) == ("paid", NOW_MS + 90_000)
    assert shop.booked() == [("a.1", "payment", 3_800)]


def test_a_payment_under_way_ends_with_the_order(shop: Shop) -> None:
    text = shop.create()
    shop.behaviour = behaving("late_payment")
    shop.pay(text)
    assert shop.told("close", order="a.1")["state"] == "closed"
    shop.now_ms += 300_000
    assert (shop.state(), shop.booked()) == ("closed", [])


def test_a_late_payment_needs_the_money_when_it_is_booked(shop: Shop) -> None:
    first, second = shop.create("a.1", 60), shop.create("a.2", 60)
    shop.behaviour = behaving("late_payment:ms=5000")
    assert [shop.pay(text, "poor", 60) for text in (first, second)] == ["in_progress", "in_progress"]
    shop.now_ms += 5_000
    assert (shop.state("a.1"), shop.state("a.2")) == ("paid", "waiting")
    assert shop.booked() == [("a.1", "payment", 60)]


def test_a_phones_code_may_be_booked_late_too(shop: Shop) -> None:
    shop.behaviour = behaving("late_payment:ms=5000")
    assert shop.collect(GOOD.code(NOW_MS))["state"] == "waiting"
    shop.now_ms += 5_000
    assert shop.state() == "paid"


def test_a_payment_that_comes_twice_is_booked_once(shop: Shop) -> None:
    text = shop.create()
    shop.behaviour = behaving("paid_twice")
    assert shop.pay(text) == "paid"
    assert shop.booked() == [("a.1", "payment", 3_800)]
    assert [row["code"] for row in shop.ledger()["attempts"]] == ["already_paid"]


def test_a_copy_that_lags_knows_nothing_and_closing_knows(shop: Shop) -> None:
    shop.pay(shop.create())
    shop.behaviour = behaving("unknown_first:ms=8000")
    assert shop.told("query", order="a.1") == {"order": "a.1", "state": "unknown"}
    assert shop.told("close", order="a.1")["state"] == "paid"
    shop.now_ms += 8_000
    assert shop.state() == "paid"


def test_a_refund_refused_moves_nothing_and_stays_refused(shop: Shop) -> None:
    """Else an earlier call that was held up on its way would move the money that people have settled meanwhile."""
    shop.pay(shop.create())
    shop.behaviour = behaving("refund_refused")
    assert shop.refused("refund", order="a.1", amount_fen=3_800) == "refund_refused"
    shop.behaviour = behaving()
    assert shop.refused("refund", order="a.1", amount_fen=3_800) == "refund_refused"
    assert (shop.state(), shop.booked()) == ("paid", [("a.1", "payment", 3_800)])


def test_a_refund_that_was_made_is_not_refused_afterwards(shop: Shop) -> None:
    shop.pay(shop.create())
    done = shop.told("refund", order="a.1", amount_fen=3_800)
    shop.behaviour = behaving("refund_refused")
    assert shop.told("refund", order="a.1", amount_fen=3_800) == done


def test_wrong_words_stand_under_a_good_signature_and_change_nothing(shop: Shop) -> None:
    shop.create()
    shop.behaviour = behaving("wrong_amount", "wrong_order")
    told = shop.told("query", order="a.1")
    assert (told["amount_fen"], told["order"]) == (3_900, "a.10")
    assert shop.ledger()["orders"][0]["amount_fen"] == 3_800


def test_a_wrong_signature_is_wrong(shop: Shop) -> None:
    shop.behaviour = behaving("wrong_signature")
    with pytest.raises(AssertionError):
        shop.ask("time")


def test_a_clock_ahead_refuses_and_says_so(shop: Shop) -> None:
    shop.behaviour = behaving("clock_skew:ms=600000")
    assert shop.refused("time") == "clock"
    request = shop.request("/v1/time", {}, time=str(NOW_MS + 600_000))
    assert shop.read(request, shop.send(request)) == (200, {"time_ms": NOW_MS + 600_000})
