"""Whether an amount can be paid exactly from so many notes: the auditor's own arithmetic for promised change."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache


def payable(amount_fen: int, stock: Mapping[int, int], most_notes: int) -> bool:
    """True when at most `most_notes` notes of `stock` (face value in fen -> notes) make exactly `amount_fen`."""
    pieces = tuple(sorted((value, min(count, most_notes)) for value, count in stock.items() if value > 0 and count > 0))
    if _greedy(amount_fen, pieces, most_notes):
        return True
    fewest = _fewest(amount_fen, pieces)
    return fewest is not None and fewest <= most_notes


def _greedy(amount_fen: int, pieces: tuple[tuple[int, int], ...], most_notes: int) -> bool:
    """Largest first, which is enough nearly always; False proves nothing."""
    for value_fen, count in reversed(pieces):
        take = min(amount_fen // value_fen, count, most_notes)
        amount_fen, most_notes = amount_fen - take * value_fen, most_notes - take
    return amount_fen == 0


@lru_cache(maxsize=8_192)
def _fewest(amount_fen: int, pieces: tuple[tuple[int, int], ...]) -> int | None:
    """Fewest notes that make the amount; None when it cannot be made. Plain dynamic programming over 100 fen."""
    if amount_fen < 0 or amount_fen % 100:
        return None
    best: list[int | None] = [0] + [None] * (amount_fen // 100)
    for value_fen, count in pieces:
        best = _with(best, value_fen // 100, count)
    return best[-1]


def _with(before: list[int | None], value: int, count: int) -> list[int | None]:
    """The table when up to `count` notes of `value` may be added: binary pieces, each used once."""
    best, size = list(before), 1
    while count > 0:
        take = min(size, count)
        worth = take * value
        for amount in range(len(best) - 1, worth - 1, -1):
            rest = best[amount - worth]
            if rest is not None:
                with_it, so_far = rest + take, best[amount]
                best[amount] = with_it if so_far is None else min(so_far, with_it)
        count, size = count - take, size * 2
    return best


def payable_with(
    amount_fen: int, stock: Mapping[int, int], most_notes: int, coins: Mapping[int, int], most_coins: int
) -> bool:
    """The same when at most `most_coins` coins (face value in fen -> pieces) may be among it: each sum of coins is tried."""
    sums = {0: 0}  # what coins make -> fewest of them
    for value_fen, count in coins.items():
        for before, used in list(sums.items()):
            for more in range(1, min(count, most_coins - used) + 1):
                worth = before + more * value_fen
                sums[worth] = min(used + more, sums.get(worth, most_coins))
    return any(worth <= amount_fen and payable(amount_fen - worth, stock, most_notes) for worth in sorted(sums))
