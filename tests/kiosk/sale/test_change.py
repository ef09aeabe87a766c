"""Change: against brute force, and the promise that every accepted note can be changed and given back."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kiosk.sale.change import CashPolicy, PaidIn, acceptable, bundles, cash_limit_fen, payable_exactly, plan_change

VALUES = (100, 500, 1000, 2000, 5000, 10000)
KNOWN = VALUES
STOCKS = some.dictionaries(some.sampled_from(VALUES), some.integers(0, 4), max_size=4)
BIG_STOCKS = some.dictionaries(some.sampled_from(VALUES), some.integers(0, 60), min_size=1, max_size=4)


def every_way(stock: dict[int, int], max_notes: int) -> dict[int, int]:
    """Amount -> fewest notes, by trying everything."""
    best: dict[int, int] = {}
    for counts in product(*(range(count + 1) for count in stock.values())):
        notes = sum(counts)
        amount = sum(value * count for value, count in zip(stock, counts, strict=True))
        if notes <= max_notes:
            best[amount] = min(notes, best.get(amount, notes))
    return best


@given(owed=some.integers(0, 400).map(lambda yuan: yuan * 50), stock=STOCKS, max_notes=some.integers(0, 8))
def test_a_plan_is_the_best_there_is(owed: int, stock: dict[int, int], max_notes: int) -> None:
    plan = plan_change(owed, stock, max_notes)
    ways = every_way(stock, max_notes)
    most = max(amount for amount in ways if amount <= owed)
    assert (plan.total_fen, plan.notes) == (most, ways[most])
    assert plan.short_fen == owed - most
    assert all(0 < count <= stock[value] for value, count in plan.pieces)
    assert list(plan.pieces) == sorted(plan.pieces, reverse=True)


@given(
    owed=some.integers(0, 300),
    stock=some.dictionaries(some.sampled_from((6, 10, 15)), some.integers(0, 9), max_size=3),
    max_notes=some.integers(0, 14),
)
def test_values_that_do_not_divide_each_other_are_planned_as_well(
    owed: int, stock: dict[int, int], max_notes: int
) -> None:
    """Face values of other currencies: greedy fails on these."""
    stock, owed = {value * 100: count for value, count in stock.items()}, owed * 100
    plan, ways = plan_change(owed, stock, max_notes), every_way(stock, max_notes)
    most = max(amount for amount in ways if amount <= owed)
    assert (plan.total_fen, plan.notes) == (most, ways[most])


COIN_STOCKS = some.dictionaries(some.sampled_from((50, 100)), some.integers(0, 5), max_size=2)


@given(
    owed=some.integers(0, 80).map(lambda half: half * 50),
    stock=some.dictionaries(some.sampled_from((100, 500, 1000)), some.integers(0, 3), max_size=3),
    coins=COIN_STOCKS,
    limits=some.tuples(some.integers(0, 6), some.integers(0, 6)),
)
def test_a_plan_with_coins_is_the_best_there_is(
    owed: int, stock: dict[int, int], coins: dict[int, int], limits: tuple[int, int]
) -> None:
    """The most that can be paid, with the fewest pieces; of two such ways the fuller place of one value pays."""
    plan = plan_change(owed, stock, limits[0], coins, limits[1])
    ways: dict[int, list[tuple[int, int]]] = {}
    for notes_fen, notes in every_way(stock, limits[0]).items():
        for coins_fen, pieces in every_way(coins, limits[1]).items():
            ways.setdefault(notes_fen + coins_fen, []).append((notes + pieces, pieces))
    most = max(amount for amount in ways if amount <= owed)
    fewest = min(ways[most])[0]
    able = [pieces for total, pieces in ways[most] if total == fewest]
    fuller = any(coins.get(value, 0) > count for value, count in stock.items())
    used = sum(count for _, count in plan.coins)
    assert (plan.total_fen, plan.short_fen, plan.notes + used) == (most, owed - most, fewest)
    assert used == (max(able) if fuller else min(able))
    assert all(0 < count <= coins[value] for value, count in plan.coins)
    assert all(0 < count <= stock[value] for value, count in plan.pieces)
    assert payable_exactly(owed, stock, limits[0], coins, limits[1]) == (most == owed)


def test_half_a_yuan_that_no_coin_can_pay_keeps_no_note_out_when_it_would_be_rounded_up() -> None:
    stock, policy = {100: 9, 1000: 9}, CashPolicy()
    assert 1000 in acceptable(KNOWN, PaidIn(), 650, stock, policy, {50: 5}, rounds_up=True)[0]
    assert 1000 in acceptable(KNOWN, PaidIn(), 650, stock, policy, {}, rounds_up=True)[0]
    assert acceptable(KNOWN, PaidIn(), 650, stock, policy)[1][1000] == "no_change"


def test_twenty_and_fifty_where_greedy_fails() -> None:
    assert plan_change(6000, {5000: 1, 2000: 3}, 10).pieces == ((2000, 3),)


def test_what_cannot_be_paid_is_said_not_raised() -> None:
    assert plan_change(50, {100: 9}, 20).short_fen == 50
    assert plan_change(700, {}, 20).short_fen == 700
    assert plan_change(700, {500: 0}, 20).short_fen == 700


def test_a_negative_debt_is_the_callers_bug() -> None:
    with pytest.raises(ValueError, match="-1"):
        plan_change(-1, {100: 1}, 20)


@given(
    value=some.sampled_from(KNOWN),
    ours=some.integers(0, 300).map(lambda yuan: yuan * 100),
    due=some.integers(1, 300).map(lambda yuan: yuan * 100),
    notes_in=some.integers(0, 61),
    stock=BIG_STOCKS,
    cover=some.sampled_from((CashPolicy(), CashPolicy("bounded", 10_000))),
)
def test_an_accepted_note_never_leads_to_a_debt_that_cannot_be_paid(
    value: int, ours: int, due: int, notes_in: int, stock: dict[int, int], cover: CashPolicy
) -> None:
    accepted, refused = acceptable(KNOWN, PaidIn(ours, ours=notes_in), due, stock, cover)
    assert set(accepted) | set(refused) == set(KNOWN)
    assert not set(accepted) & set(refused)
    after = ours + value
    if value in accepted:
        assert ours < due
        assert plan_change(max(0, after - due), stock, cover.max_notes_out).short_fen == 0
        refund = after if cover.cover == "full" else min(after, cover.cover_fen)
        assert plan_change(refund, stock, cover.max_notes_out).short_fen == 0
    else:
        assert refused[value] in ("paid", "too_many", "no_change", "no_refund")


@given(stock=BIG_STOCKS, due=some.integers(1, 200).map(lambda yuan: yuan * 100))
def test_a_refused_note_has_a_reason_that_is_true(stock: dict[int, int], due: int) -> None:
    policy = CashPolicy()
    for value, reason in acceptable(KNOWN, PaidIn(), due, stock, policy)[1].items():
        if reason == "no_change":
            assert value > due
            assert plan_change(value - due, stock, policy.max_notes_out).short_fen
        else:
            assert reason == "no_refund"
            assert plan_change(value, stock, policy.max_notes_out).short_fen


def test_nothing_is_accepted_once_all_is_paid_or_too_many_notes_are_in() -> None:
    stock = {100: 60}
    assert acceptable((100,), PaidIn(500, ours=1), 500, stock, CashPolicy()) == ((), {100: "paid"})
    assert acceptable((100,), PaidIn(ours=60), 500, stock, CashPolicy()) == ((), {100: "too_many"})


@given(
    stock=some.dictionaries(some.integers(1, 4), some.integers(0, 30), min_size=1),
    owed=some.integers(1, 500).map(lambda yuan: yuan * 100),
    per_order=some.integers(1, 20),
)
def test_bundles_keep_the_limit_and_the_cassettes(stock: dict[int, int], owed: int, per_order: int) -> None:
    face = {1: 100, 2: 500, 3: 1000, 4: 1000}  # two cassettes of one value
    by_value: dict[int, list[tuple[int, int]]] = {}
    for cassette, count in stock.items():
        by_value.setdefault(face[cassette], []).append((cassette, count))
    payable = {value: sum(count for _, count in pairs) for value, pairs in by_value.items()}
    plan = plan_change(owed, payable, 60)
    orders = bundles(plan, by_value, per_order)
    assert sum(face[cassette] * notes for order in orders for cassette, notes in order.items()) == plan.total_fen
    for order in orders:
        assert 0 < sum(order.values()) <= per_order
    for cassette, count in stock.items():
        assert sum(order.get(cassette, 0) for order in orders) <= count
    worth = [max(face[cassette] for cassette in order) for order in orders]
    assert worth == sorted(worth, reverse=True), "a failure late in the payment leaves the smaller debt"


@given(stock=BIG_STOCKS)
def test_up_to_the_cash_limit_everything_in_exact_notes_can_be_given_back(stock: dict[int, int]) -> None:
    limit = cash_limit_fen(stock, CashPolicy())
    assert plan_change(limit, stock, 60).short_fen == 0
    assert plan_change(limit + 10_000, stock, 60).short_fen > 0


def test_a_bounded_cover_sets_no_limit_to_the_price() -> None:
    assert cash_limit_fen({100: 1}, CashPolicy("bounded", 5000)) >= 10**9
