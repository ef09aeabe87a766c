"""Choosing notes and coins to pay with, and which notes may be taken so that money can always be given back.

A note is accepted only if afterwards both "refund everything" and "pay the change" can be paid from what cassettes and
hoppers hold, within the dispenser's bundles (decision 2). Coins are further values beside a limit of their own; a machine
without them plans as if there were none. Source: architecture 4.3; decision page 031; TVM-009, TVM-076, TVM-077.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from math import gcd, lcm
from types import MappingProxyType

Stock = Mapping[int, int]
NO_COINS: Stock = MappingProxyType({})
MOST_COINS = 20
"""In one payment."""
YUAN_FEN = 100
"""The smallest note: what is less can be paid in coins only."""


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """`pieces`: (face value in fen, notes), large first; `coins` likewise. `short_fen` > 0: that much cannot be paid."""

    pieces: tuple[tuple[int, int], ...]
    short_fen: int
    coins: tuple[tuple[int, int], ...] = ()

    @property
    def notes(self) -> int:
        return sum(count for _, count in self.pieces)

    @property
    def total_fen(self) -> int:
        return sum(value * count for value, count in (*self.pieces, *self.coins))


def plan_change(
    owed_fen: int, stock: Stock, max_notes: int, coins: Stock = NO_COINS, max_coins: int = MOST_COINS
) -> ChangePlan:
    """Choose at most `max_notes` notes for `owed_fen` out of `stock` (face value in fen -> notes left), and at most `max_coins`
    out of `coins`.

    Fewest pieces first; among what cannot be paid in full, the largest payable part. Of two ways with as many pieces the one
    with more coins is taken where a coin lies fuller than the note of the same value, else the one with more notes. A plan that
    cannot be completed has `short_fen` > 0; it is not an exception. Raises ValueError if `owed_fen` is negative: that is the
    caller's bug.
    """
    if owed_fen < 0:
        raise ValueError(f"owed {owed_fen} fen")
    if any(coins.values()) and max_coins > 0:
        return _plan_with_coins(owed_fen, stock, max_notes, coins, max_coins)
    values = tuple(sorted((value for value, count in stock.items() if count > 0), reverse=True))
    counts = tuple(min(stock[value], max_notes) for value in values)
    if not values:
        return ChangePlan((), owed_fen)
    payable_fen = min(owed_fen, sum(value * count for value, count in zip(values, counts, strict=True)))
    step = values[-1] if all(value % values[-1] == 0 for value in values) else 100
    target = payable_fen - payable_fen % step
    while target > 0:
        pieces = _fewest(target, values, counts, max_notes)
        if pieces is not None:
            return ChangePlan(tuple(pair for pair in zip(values, pieces, strict=True) if pair[1]), owed_fen - target)
        target -= step
    return ChangePlan((), owed_fen)


def _plan_with_coins(owed_fen: int, stock: Stock, max_notes: int, coins: Stock, max_coins: int) -> ChangePlan:
    """The best plan with coins: downwards from what is owed, until an amount can be paid."""
    step = gcd(*(value for value, count in (*stock.items(), *coins.items()) if count > 0))
    most_fen = min(owed_fen, _worth(stock, max_notes) + _worth(coins, max_coins))
    for target in range(most_fen - most_fen % step, 0, -step):
        plan = _exactly(target, stock, max_notes, coins, max_coins)
        if plan is not None:
            return ChangePlan(plan.pieces, owed_fen - target, plan.coins)
    return ChangePlan((), owed_fen)


def _exactly(amount: int, stock: Stock, max_notes: int, coins: Stock, max_coins: int) -> ChangePlan | None:
    """`amount` to the fen; None when it cannot be done. So much of it in coins as makes the fewest pieces."""
    notes, small = _table(stock, max_notes), _table(coins, max_coins)
    sign = -1 if any(coins.get(value, 0) > count for value, count in stock.items()) else 1
    best: tuple[tuple[int, int], ChangePlan] | None = None
    for part_fen in range(0, min(amount, _worth(coins, max_coins)) + 1, gcd(*small[0])):
        few = _fewest(part_fen, *small, max_coins)
        rest = None if few is None else _fewest(amount - part_fen, *notes, max_notes)
        if few is None or rest is None:
            continue
        rank = sum(few) + sum(rest), sign * sum(few)
        if best is None or rank < best[0]:
            best = rank, ChangePlan(_pieces(notes[0], rest), 0, _pieces(small[0], few))
    return best[1] if best is not None else None


def _table(stock: Stock, most: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Values, large first, and how many of each can be of use."""
    values = tuple(sorted((value for value, count in stock.items() if count > 0), reverse=True))
    return values, tuple(min(stock[value], most) for value in values)


def _pieces(values: tuple[int, ...], counts: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(pair for pair in zip(values, counts, strict=True) if pair[1])


def _worth(stock: Stock, most: int) -> int:
    """What the `most` largest pieces are worth together."""
    values = (value for value in sorted(stock, reverse=True) for _ in range(min(stock[value], most)))
    return sum(islice(values, most))


def payable_exactly(
    amount_fen: int, stock: Stock, max_notes: int, coins: Stock = NO_COINS, max_coins: int = MOST_COINS
) -> bool:
    """Whether nothing of it is short: quicker than a whole plan where coins are."""
    if any(coins.values()) and max_coins > 0:
        return _exactly(amount_fen, stock, max_notes, coins, max_coins) is not None
    return not plan_change(amount_fen, stock, max_notes).short_fen


@lru_cache(maxsize=4096)
def _fewest(amount: int, values: tuple[int, ...], counts: tuple[int, ...], room: int) -> tuple[int, ...] | None:
    """Exactly `amount` with the fewest notes, None when it cannot be done.

    Of the largest value only the last few counts can be part of a best answer: lowering it by lcm(value, next)/value
    only swaps notes for more, smaller ones.
    """
    if amount == 0:
        return (0,) * len(values)
    if not values or room <= 0 or amount > values[0] * room:
        return None
    value, rest = values[0], values[1:]
    most = min(amount // value, counts[0], room)
    period = max((lcm(value, other) // value for other in rest), default=1)
    best: tuple[int, ...] | None = None
    for count in range(most, max(-1, most - period * max(1, len(rest))), -1):
        tail = _fewest(amount - value * count, rest, counts[1:], room - count)
        if tail is not None and (best is None or count + sum(tail) < sum(best)):
            best = (count, *tail)
    return best


def bundles(plan: ChangePlan, by_value: Mapping[int, list[tuple[int, int]]], per_order: int) -> list[dict[int, int]]:
    """Split a plan into orders of at most `per_order` notes: cassette number -> notes.

    `by_value`: face value -> [(cassette, notes left)], taken in that order. Large notes go first, so that a failure leaves
    the smaller debt.
    """
    orders: list[dict[int, int]] = [{}]
    room = per_order
    left = {value: [list(pair) for pair in pairs] for value, pairs in by_value.items()}
    for value, count in plan.pieces:
        for pair in left[value]:
            while count and pair[1]:
                if room == 0:
                    orders.append({})
                    room = per_order
                take = min(count, pair[1], room)
                orders[-1][pair[0]] = orders[-1].get(pair[0], 0) + take
                pair[1] -= take
                count -= take
                room -= take
    return [order for order in orders if order]


@dataclass(frozen=True, slots=True)
class CashPolicy:
    """`cover`: full, or bounded to `cover_fen` (decision 2). `max_notes_out`: notes over all bundles of one payment, and
    `max_coins_out` the coins of one.

    `deposit_depth`: notes that the bulk escrow holds, 0 without one. `recycled_fen`: values that fall into a cassette to be
    paid out again, and so do not go into it (decision 9). `boxed_fen`: values that fall into the box all the same, as the unit
    says now. All three come from what is fitted.
    """

    cover: str = "full"
    cover_fen: int = 0
    max_notes_out: int = 60
    max_coins_out: int = MOST_COINS
    max_notes_in: int = 60
    deposit_depth: int = 0
    recycled_fen: tuple[int, ...] = ()
    boxed_fen: tuple[int, ...] = ()

    def deposits(self, value_fen: int) -> bool:
        """Whether a note of this value stays the passenger's until all is paid, and comes back itself."""
        return self.deposit_depth > 0 and value_fen not in (*self.recycled_fen, *self.boxed_fen)

    def as_fitted(self, known_fen: Collection[int], deposit_fen: Collection[int]) -> CashPolicy:
        """The policy with what a bulk escrow takes now: of the values `known_fen` those of `deposit_fen`."""
        if not self.deposit_depth:
            return self
        return replace(self, boxed_fen=tuple(value for value in known_fen if value not in deposit_fen))


@dataclass(frozen=True, slots=True)
class PaidIn:
    """What one passenger has put in: `ours_fen` credited, `deposit_fen` in the bulk escrow; how many notes of each."""

    ours_fen: int = 0
    deposit_fen: int = 0
    ours: int = 0
    deposited: int = 0

    @property
    def fen(self) -> int:
        return self.ours_fen + self.deposit_fen


def acceptable(
    known_fen: Collection[int],
    paid: PaidIn,
    due_fen: int,
    stock: Stock,
    policy: CashPolicy,
    coins: Stock = NO_COINS,
    rounds_up: bool = False,
) -> tuple[tuple[int, ...], dict[int, str]]:
    """Which of the face values the acceptor knows may be taken next, and why the others may not. `rounds_up`: the price has a
    half yuan, and change that could not be paid to the half would be a whole yuan instead.

    Reasons: paid (nothing is missing), too_many (notes in one sale), no_change (the change could not be paid),
    no_refund (a cancel could not be paid back).
    """
    accepted: list[int] = []
    refused: dict[int, str] = {}
    for value in sorted(known_fen):
        reason = _reason(value, paid, due_fen, stock, policy, coins, rounds_up)
        if reason:
            refused[value] = reason
        else:
            accepted.append(value)
    return tuple(accepted), refused


def _reason(
    value: int, paid: PaidIn, due_fen: int, stock: Stock, policy: CashPolicy, coins: Stock, rounds_up: bool
) -> str:
    if paid.fen >= due_fen:
        return "paid"
    held = policy.deposits(value)
    if paid.ours + paid.deposited >= policy.max_notes_in or (held and paid.deposited >= policy.deposit_depth):
        return "too_many"
    if value in policy.recycled_fen:
        stock = {**stock, value: stock.get(value, 0) + 1}
    over = paid.fen + value - due_fen
    limits = policy.max_notes_out, coins, policy.max_coins_out
    if over > 0 and not payable_exactly(over, stock, *limits):
        more = over + over % YUAN_FEN
        if not rounds_up or more == over or not payable_exactly(more, stock, *limits):
            return "no_change"
    if held:
        return ""  # a cancel gives this very note back
    refund = paid.ours_fen + value
    refund = refund if policy.cover == "full" else min(refund, policy.cover_fen)
    return "" if payable_exactly(refund, stock, *limits) else "no_refund"


def cash_limit_fen(stock: Stock, policy: CashPolicy) -> int:
    """Up to which price cash works: what could be refunded in full (decision 2). A bulk escrow needs nothing for that."""
    if policy.cover == "bounded" or policy.deposit_depth:
        return 10**9
    room, total = policy.max_notes_out, 0
    for value in sorted(stock, reverse=True):
        take = min(stock[value], room)
        total += take * value
        room -= take
    return total
