"""One class of one train run: which place is free on which segment. Source: seat inventory, sections 1, 3 and 4.

Per pool (a quota, what is shared, what was withdrawn) one bit string per segment, 1 = closed; a place is open on a segment in one
pool at most. Free places of a trip are what no string of its segments closes. No trip is marked for another one's sale: what is
left of it follows from the strings.

Python's integers measured best of what comes with Python: at 2,000 places a union of two takes 25 ns and a count 240 ns, so
strings say closed, not free (the complement costs as much as three unions), and a place is found without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cache
from typing import NamedTuple

from simulator.station.layout import Layout
from simulator.station.seats.choosing import choose
from simulator.station.seats.policies import Policy, exact_gap
from simulator.station.seats.quotas import ORDINARY, Quota, Reuse, Seller, Terms, Use
from simulator.station.seats.standing import Standing

MOST_SEGMENTS = 999
"""As long as a run of a feed may be. Bit strings have no bound of their own; the 64 stops of a mask per place are not theirs."""


class StockError(Exception):
    """A place was taken twice or given back twice: the steps contradict each other."""


class Cut(NamedTuple):
    """A place taken on [a, b) out of its record [begin, end) in `pool`; where the rests before and behind it went."""

    pool: int
    place: int
    a: int
    b: int
    begin: int
    end: int
    front: int
    rear: int


class Pool:
    """Places under one set of terms. `rows[segment]`: mask of what is closed; one more row of ones behind the last."""

    __slots__ = ("front", "rear", "rows", "terms")

    def __init__(self, terms: Terms, rows: list[int]) -> None:
        self.terms, self.rows = terms, rows
        self.front = self.rear = -1  # the pool of a sale's rests; -1: they stay

    def copy(self) -> Pool:
        other = copy(self)
        other.rows = list(self.rows)
        return other

    def closed(self, a: int, b: int) -> int:
        """Places closed on one segment of [a, b) or more."""
        closed = 0
        for row in self.rows[a:b]:
            closed |= row
        return closed


class Stock:
    """`layout` says what places there are, `segments` how far the run goes (1 to 999); `offered` is a mask of the places on sale,
    as when passengers keep a distance; `before`: per segment the places that others sold already, of what is shared. Raises
    StockError for quotas that overlap or lie outside, and for such sales."""

    __slots__ = (
        "layout",
        "offered",
        "orders",
        "policy",
        "pools",
        "segments",
        "shared",
        "single",
        "size",
        "standing",
        "tickets",
    )

    def __init__(
        self,
        layout: Layout,
        segments: int,
        quotas: Sequence[Quota] = (),
        policy: Policy = exact_gap,
        standing: Standing | None = None,
        offered: int | None = None,
        before: Sequence[int] = (),
    ) -> None:
        if not 1 <= segments <= MOST_SEGMENTS:
            raise StockError(f"{segments} segments: expected 1 to {MOST_SEGMENTS}")
        self.layout, self.segments, self.size = layout, segments, len(layout.places)
        self.policy, self.standing = policy, standing
        self.tickets = 0
        self.orders: list[str] = []
        self.offered = layout.full if offered is None else offered & layout.full
        self.shared = len(quotas)
        self.pools = self._pools(quotas)
        self._sold_before(before)
        self.single = len(self.pools) == 1 and not layout.levels and policy is exact_gap
        """One pool, one level: the short way, see `take_one`."""

    def _pools(self, quotas: Sequence[Quota]) -> list[Pool]:
        full, segments = self.layout.full, self.segments
        shared = Pool(Terms(), [0] * segments + [full])
        pools = []
        for quota in quotas:
            rows = [full] * (segments + 1)
            for segment in range(quota.a, quota.b):
                if quota.places & ~full or segment >= segments or quota.places & shared.rows[segment]:
                    raise StockError(f"quota {quota.terms}: a place is not there, or in another quota")
                rows[segment] ^= quota.places
                shared.rows[segment] |= quota.places
            pools.append(Pool(quota.terms, rows))
        pools.append(shared)
        if all(pool.terms.rests_stay for pool in pools):
            return pools
        at, closed = self.shared, [full] * (segments + 1)
        pools += [Pool(Terms(reuse=Reuse.NONE), closed[:]), Pool(Terms(use=Use.WITHDRAWN), closed[:])]
        for pool in pools:
            if not pool.terms.rests_stay:
                ways = {Reuse.FULL: (at, at), Reuse.ONCE: (at + 2, at + 1), Reuse.NONE: (at + 2, at + 2)}
                pool.front, pool.rear = ways[pool.terms.reuse]
        return pools

    def _sold_before(self, before: Sequence[int]) -> None:
        """A stretch of one place that is closed without a break counts as one ticket."""
        rows, last = self.pools[self.shared].rows, 0
        if before and len(before) != self.segments:
            raise StockError(f"sales of others on {len(before)} segments of {self.segments}")
        for segment, closed in enumerate(before):
            if closed & ~self.layout.full or closed & rows[segment]:
                raise StockError(f"segment {segment}: others sold a place that is not there, or in a quota")
            rows[segment] |= closed
            self.tickets += (closed & ~last).bit_count()
            last = closed

    def copy(self) -> Stock:
        """A stock of its own in which the same is taken."""
        other = copy(self)
        other.orders = list(self.orders)
        other.pools = [pool.copy() for pool in self.pools]
        other.standing = None if self.standing is None else self.standing.copy()
        return other

    def grow(self, layout: Layout, offered: int) -> None:
        """More places behind those there are: open to everybody on the whole run, nobody stands beside them. `offered`: the mask
        of what is on sale of `layout`. Raises StockError for a layout that does more than add."""
        if layout.places[: self.size] != self.layout.places or layout.levels != self.layout.levels:
            raise StockError("a place that is there was changed")
        full, fresh = layout.full, layout.full ^ self.layout.full
        for index, pool in enumerate(self.pools):
            closed = 0 if index == self.shared else fresh
            pool.rows = [*(row | closed for row in pool.rows[:-1]), full]
        coaches = dict.fromkeys(place.coach for place in layout.places)
        if self.standing is not None:
            self.standing.without_room(len(coaches))
        self.offered = self.offered | offered & fresh
        self.layout, self.size = layout, len(layout.places)

    # -- asking changes nothing

    def left(self, a: int, b: int, seller: Seller = ORDINARY) -> int:
        """How many places this seller may sell from stop `a` to stop `b`."""
        if len(self.pools) > 1 or seller is not ORDINARY:
            return self.free(a, b, seller).bit_count()
        rows = self.pools[0].rows
        closed = rows[a]
        for row in rows[a + 1 : b]:
            closed |= row
        return ((closed ^ self.layout.full) & self.offered).bit_count()

    def free(self, a: int, b: int, seller: Seller = ORDINARY) -> int:
        """Mask of the places this seller may sell from stop `a` to stop `b`."""
        free = 0
        for pool in self.pools:
            if not pool.terms.refusal(seller, a, b):
                free |= self._free(pool, a, b)
        return free

    def choose(self, a: int, b: int, wanted: int, wish: str = "none", seller: Seller = ORDINARY) -> list[int] | None:
        """`wanted` places, lowest first, in one pool if one has them all, the first pools first; None when there are too few."""
        stores = [(pool, self._free(pool, a, b)) for pool in self.pools if not pool.terms.refusal(seller, a, b)]
        for pool, free in stores:
            if free.bit_count() >= wanted:
                return choose(self.policy(pool.rows, free, a, b), self.layout, free, wanted, wish)
        chosen: list[int] = []
        for pool, free in stores:
            some = min(free.bit_count(), wanted - len(chosen))
            if some:
                chosen += choose(self.policy(pool.rows, free, a, b), self.layout, free, some, wish)
        return sorted(chosen) if len(chosen) == wanted else None

    def is_open(self, place: int, a: int, b: int) -> bool:
        """Whether the place could be taken on [a, b)."""
        return any(self._open(index, 1 << place, a, b) for index in range(len(self.pools)))

    def _free(self, pool: Pool, a: int, b: int) -> int:
        return (pool.closed(a, b) ^ self.layout.full) & self.offered

    # -- deeds

    def take_one(self, a: int, b: int) -> int:
        """The best place of a `single` stock for one passenger without a wish, taken; -1 when there is none."""
        rows = self.pools[0].rows
        closed = rows[a]
        for row in rows[a + 1 : b]:
            closed |= row
        free = (closed ^ self.layout.full) & self.offered
        if not free:
            return -1
        before = free & rows[a - 1]
        best = before & rows[b] or before | free & rows[b] or free
        place = (best ^ best - 1).bit_length() - 1
        bit = bits_up_to(self.size)[place]
        for segment in range(a, b):
            rows[segment] |= bit
        self.tickets += 1
        return place

    def take(self, places: Iterable[int], a: int, b: int) -> list[Cut]:
        """Take places out of sale on [a, b), wherever they are open. Raises StockError, and takes none, when one is not."""
        cuts: list[Cut] = []
        for place in places:
            cut = self._cut(place, a, b)
            if cut is None:
                for done in reversed(cuts):
                    self.give_back(done)
                raise StockError(f"place {place} is not free on [{a}, {b})")
            cuts.append(cut)
        return cuts

    def _cut(self, place: int, a: int, b: int) -> Cut | None:
        if not (0 <= place < self.size and 0 <= a < b <= self.segments):
            return None
        bit = bits_up_to(self.size)[place]
        for index, pool in enumerate(self.pools):
            rows = pool.rows
            if pool.closed(a, b) & bit:
                continue
            begin, end = self._record(pool, bit, a, b)
            for segment in range(a, b):
                rows[segment] |= bit
            self.tickets += 1
            cut = Cut(index, place, a, b, begin, end, pool.front, pool.rear)
            if pool.rear >= 0:
                self._move(bit, begin, a, index, pool.front)
                self._move(bit, b, end, index, pool.rear)
            return cut
        return None

    def _record(self, pool: Pool, bit: int, a: int, b: int) -> tuple[int, int]:
        """How far the free piece around [a, b) goes; where rests stay nobody needs to know."""
        if pool.rear < 0:
            return a, b
        while a > 0 and not pool.rows[a - 1] & bit:
            a -= 1
        while b < self.segments and not pool.rows[b] & bit:
            b += 1
        return a, b

    def _move(self, bit: int, a: int, b: int, source: int, target: int) -> None:
        for segment in range(a, b):
            self.pools[source].rows[segment] |= bit
            self.pools[target].rows[segment] &= ~bit

    def give_back(self, cut: Cut) -> None:
        """On sale again: as the record was, when its rests are unsold; otherwise shared. Raises StockError when it is open."""
        bit = 1 << cut.place
        if any(not row & bit for pool in self.pools for row in pool.rows[cut.a : cut.b]):
            raise StockError(f"place {cut.place} is given back twice on [{cut.a}, {cut.b})")
        self.tickets -= 1
        home = cut.pool
        if cut.rear >= 0:
            if self._open(cut.front, bit, cut.begin, cut.a) and self._open(cut.rear, bit, cut.b, cut.end):
                self._move(bit, cut.begin, cut.a, cut.front, home)
                self._move(bit, cut.b, cut.end, cut.rear, home)
            else:
                home = self.shared
        rows = self.pools[home].rows
        for segment in range(cut.a, cut.b):
            rows[segment] ^= bit

    def give_back_one(self, place: int, a: int, b: int) -> None:
        """The undoing of `take_one`, and as short; that the place is taken, the caller knows."""
        rows, bit = self.pools[0].rows, bits_up_to(self.size)[place]
        for segment in range(a, b):
            rows[segment] ^= bit
        self.tickets -= 1

    def _open(self, pool: int, bit: int, a: int, b: int) -> bool:
        return not self.pools[pool].closed(a, b) & bit

    def taken(self) -> list[int]:
        """Mask per segment of the places that are held or sold."""
        return [self.closed_everywhere(segment) for segment in range(self.segments)]

    def closed_everywhere(self, segment: int) -> int:
        """Places that no pool has open on a segment."""
        mask = self.layout.full
        for pool in self.pools:
            mask &= pool.rows[segment]
        return mask


@cache
def bits_up_to(size: int) -> tuple[int, ...]:
    """One bit each, made once: a shift makes a new integer every time."""
    return tuple(1 << place for place in range(size))
