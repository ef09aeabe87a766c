"""Holds, sales, refunds and exchanges against a naive book. Seat inventory, section 3; rows INV-06 to INV-10."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from simulator.station.seats import lines
from simulator.station.seats.checker import Checker
from simulator.station.seats.engine import MOST_ANSWERS, Engine
from simulator.station.seats.journal import End, frame
from simulator.station.seats.orders import Answer, Ask, State, refused
from simulator.station.seats.plain import plain_layout
from simulator.station.seats.quotas import Quota, Reuse, Seller, Terms, Use
from simulator.station.seats.standing import Standing
from simulator.station.seats.stock import Stock, StockError
from simulator.station.seats.why import Why

SEATS, SEGMENTS = 5, 4
HOLD_MS, LIMIT_MS, GRACE = 100, 250, 120
EVERYTHING = Seller(frozenset(Use) - {Use.WITHDRAWN})
QUOTAS = (
    Quota(Terms(Use.PUBLIC, reuse=Reuse.ONCE), 0b00011, 0, 4),
    Quota(Terms(Use.GROUP, min_to=3), 0b00100, 1, 4),
    Quota(Terms(Use.PUBLIC, stations=frozenset({1}), reuse=Reuse.NONE), 0b01000, 1, 3),
)


def make(name: str) -> Stock:
    """`P` plain, `Q` with quotas, `S` with room to stand."""
    if name == "Q":
        return Stock(plain_layout(SEATS), SEGMENTS, QUOTAS)
    return Stock(plain_layout(SEATS), SEGMENTS, standing=Standing((2, 2), (3, 3, 4, 4)) if name == "S" else None)


def engine_of(*names: str) -> Engine:
    engine = Engine({"all": EVERYTHING}, grace_ms=GRACE)
    for name in names:
        engine.open(name, make(name))
    return engine


WHAT = [
    *["hold"] * 5,
    *["confirm"] * 4,
    *["refund", "time_goes_by"] * 2,
    "release",
    "renew",
    "a_repeat_gets_the_first_answer",
    "the_power_goes_and_the_journal_is_read",
]
ASKS = st.tuples(
    st.sampled_from("PQS"),
    st.tuples(st.integers(0, SEGMENTS - 1), st.integers(1, SEGMENTS)).filter(lambda trip: trip[0] < trip[1]),
    st.integers(1, 3),
    st.sampled_from(["none", "none", "together", "window", "aisle", "standing"]),
    st.sampled_from(["any", "all"]),
    st.booleans(),
)


class NaiveBook(RuleBasedStateMachine):
    """A set of (stock, place, segment) beside the engine: what a clerk with paper would keep."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = engine_of("P", "Q", "S")
        self.records: list[str] = []
        self.now_ms = 0
        self.taken: dict[tuple[str, int, int], str] = {}
        self.standing: list[tuple[str, str, int, int, int]] = []
        self.asks: dict[str, Ask] = {}
        self.states: dict[str, str] = {}
        self.until: dict[str, int] = {}
        self.limits: dict[str, int] = {}
        self.places: dict[str, tuple[int, ...]] = {}
        self.gone: dict[str, set[int]] = {}
        self.swaps: dict[str, tuple[str, tuple[int, ...]]] = {}
        self.told: list[tuple[str, tuple[Any, ...], Answer]] = []
        self.count = 0

    # -- paper

    def free(self, ask: Ask) -> list[int]:
        return [
            place
            for place in range(SEATS)
            if not any((ask.stock, place, segment) in self.taken for segment in range(ask.a, ask.b))
        ]

    def put(self, order: str, remove: bool = False, indexes: tuple[int, ...] | None = None) -> None:
        ask = self.asks[order]
        for index, place in enumerate(self.places[order]):
            if (indexes is None and index in self.gone[order]) or (indexes is not None and index not in indexes):
                continue
            if ask.wish == "standing":
                seat = (order, ask.stock, place, ask.a, ask.b)
                self.standing.remove(seat) if remove else self.standing.append(seat)
                continue
            for segment in range(ask.a, ask.b):
                spot = (ask.stock, place, segment)
                if remove:
                    assert self.taken.pop(spot) == order
                else:
                    assert spot not in self.taken
                    self.taken[spot] = order

    def refund_on_paper(self, order: str, indexes: tuple[int, ...]) -> None:
        self.put(order, remove=True, indexes=indexes)
        self.gone[order] |= set(indexes)
        if len(self.gone[order]) == len(self.places[order]):
            self.states[order] = "refunded"

    def did(self, deed: str, words: tuple[Any, ...]) -> Answer:
        answer: Answer = getattr(self.engine, deed)(*words)
        self.told.append((deed, words, answer))
        return answer

    def some(self, data: st.DataObject, *states: str) -> str | None:
        names = [name for name, state in self.states.items() if state in states]
        return data.draw(st.sampled_from(names)) if names else None

    # -- deeds

    @rule(what=st.sampled_from(WHAT), data=st.data())
    def somebody_comes(self, what: str, data: st.DataObject) -> None:
        """One rule for all: a set of rules would be thinned out, and nothing happens to whom nobody holds a place for."""
        getattr(self, what)(data)

    def hold(self, data: st.DataObject) -> None:
        stock, trip, wanted, wish, seller, swap = data.draw(ASKS)
        ask = Ask(stock, trip[0], trip[1], wanted, wish if wish != "standing" or stock == "S" else "none", seller)
        order, old = f"o{self.count}", self.some(data, "sold") if swap else None
        self.count += 1
        replaces = None
        if old is not None:
            replaces = (old, (next(index for index in range(9) if index not in self.gone[old]),))
        left = self.engine.left(stock, trip[0], trip[1], seller)
        answer = self.did(
            "hold", (order, "hold", ask, self.now_ms, self.now_ms + HOLD_MS, self.now_ms + LIMIT_MS, replaces)
        )
        if answer.result == "refused":
            assert answer.reason == "sold_out"
            assert answer.left < wanted
            assert stock != "P" or len(self.free(ask)) < wanted
            return
        if ask.wish != "standing":
            assert set(answer.places) <= set(self.free(ask))
            assert len(set(answer.places)) == wanted <= left
        self.asks[order], self.places[order], self.gone[order] = ask, answer.places, set()
        self.states[order], self.until[order] = "held", answer.expires_ms
        self.limits[order] = self.now_ms + LIMIT_MS
        if replaces is not None:
            self.swaps[order] = replaces
        self.put(order)

    def confirm(self, data: st.DataObject) -> None:
        order = self.some(data, "held", "expired", "sold", "released")
        if order is None:
            return
        was, ask = self.states[order], self.asks[order]
        answer = self.did("confirm", (order, f"confirm{len(self.told)}", self.now_ms))
        swap = self.swaps.get(order)
        swappable = swap is None or (self.states[swap[0]] == "sold" and not self.gone[swap[0]] & set(swap[1]))
        late = was == "expired" and self.now_ms < self.until[order] + GRACE
        if late and ask.wish != "standing":
            late = set(self.places[order]) <= set(self.free(ask))
        if answer.result == "sold" and was != "sold":
            assert was == "held" or late
            if was == "expired":
                self.put(order)
            self.states[order] = "sold"
            if swap is not None:
                self.refund_on_paper(*swap)
        elif was == "held":
            assert not swappable
        elif was == "expired" and ask.stock == "P" and ask.wish != "standing":
            assert not (late and swappable)

    def release(self, data: st.DataObject) -> None:
        order = self.some(data, "held", "expired")
        if order is not None:
            assert self.did("release", (order, "release", self.now_ms)).result == "released"
            if self.states[order] == "held":
                self.put(order, remove=True)
            self.states[order] = "released"

    def renew(self, data: st.DataObject) -> None:
        add_ms = data.draw(st.integers(1, 300))
        order = self.some(data, "held")
        if order is not None:
            answer = self.did("renew", (order, f"renew{len(self.told)}", add_ms, self.now_ms))
            assert answer.result == "renewed"
            assert self.until[order] <= answer.expires_ms <= self.until[order] + add_ms
            assert answer.expires_ms <= self.limits[order]
            self.until[order] = answer.expires_ms

    def refund(self, data: st.DataObject) -> None:
        order = self.some(data, "sold")
        if order is not None:
            there = sorted(set(range(len(self.places[order]))) - self.gone[order])
            indexes = tuple(data.draw(st.lists(st.sampled_from(there), min_size=1, unique=True)))
            answer = self.did("refund", (order, f"refund{len(self.told)}", indexes, self.now_ms))
            assert answer.result == "refunded"
            self.refund_on_paper(order, indexes)

    def time_goes_by(self, data: st.DataObject) -> None:
        self.now_ms += data.draw(st.integers(1, 90))
        due = [name for name, state in self.states.items() if state == "held" and self.until[name] <= self.now_ms]
        assert self.engine.expire(self.now_ms) == len(due)
        for name in due:
            self.put(name, remove=True)
            self.states[name] = "expired"

    def a_repeat_gets_the_first_answer(self, data: st.DataObject) -> None:
        if not self.told:
            return
        deed, words, answer = data.draw(st.sampled_from(self.told))
        before = len(self.engine.records)
        assert getattr(self.engine, deed)(*words) == answer
        assert len(self.engine.records) == before

    def the_power_goes_and_the_journal_is_read(self, data: st.DataObject) -> None:
        self.records += self.engine.records
        again = Engine({"all": EVERYTHING}, grace_ms=GRACE)
        for text in self.records:
            record = json.loads(text)
            if record[0] == "open":
                again.stocks[record[1]] = make(record[1])
            else:
                lines.apply(again, record)
        for name, stock in self.engine.stocks.items():
            assert [pool.rows for pool in again.stocks[name].pools] == [pool.rows for pool in stock.pools]
            assert again.stocks[name].tickets == stock.tickets
        self.engine = again

    # -- what holds at every moment

    @invariant()
    def nobody_sits_on_anybody(self) -> None:
        for name, stock in self.engine.stocks.items():
            spots = {
                (name, place, segment)
                for segment, row in enumerate(stock.taken())
                for place in range(SEATS)
                if row >> place & 1
            }
            assert spots == {spot for spot in self.taken if spot[0] == name}
        standing = self.engine.stocks["S"].standing
        assert standing is not None
        assert standing.on_board() == [
            sum(a <= segment < b for _, _, _, a, b in self.standing) for segment in range(SEGMENTS)
        ]

    @invariant()
    def the_states_agree(self) -> None:
        for order, state in self.states.items():
            assert self.engine.orders[order].state == state

    def teardown(self) -> None:
        checker = Checker()
        group, _ = frame(End(), self.records + self.engine.records)
        checker.read(group)
        checker.compare((words[0], words[1], answer.result, answer.places) for _, words, answer in self.told)
        assert checker.wrong == []
        assert checker.taken == self.taken
        assert checker.sold_places == sum(
            len(self.places[name]) - len(self.gone[name]) for name, state in self.states.items() if state == "sold"
        )


TestNaiveBook = NaiveBook.TestCase
TestNaiveBook.settings = settings(max_examples=40, stateful_step_count=50, deadline=None)


def hold(engine: Engine, order: str, ask: Ask, command: str = "hold", now_ms: int = 0) -> Answer:
    return engine.hold(order, command, ask, now_ms, now_ms + HOLD_MS, now_ms + LIMIT_MS)


def test_asking_changes_nothing() -> None:
    """INV-06."""
    engine = engine_of("P")
    before = list(engine.records)
    assert [engine.left("P", 0, 4) for _ in range(3)] == [SEATS] * 3
    assert [engine.left("X", 0, 1), engine.left("P", 2, 2), engine.left("P", 0, 5)] == [0] * 3
    assert engine.left("P", 0, 1, "nobody") == 0
    assert engine.records == before


def test_who_was_told_only_two_and_takes_two_gets_two() -> None:
    """INV-08: a refusal says what is left, and the next command may take it."""
    engine = engine_of("P")
    hold(engine, "o1", Ask("P", 0, 4, 3))
    assert hold(engine, "o2", Ask("P", 0, 4, 3)) == refused("sold_out", 2)
    assert hold(engine, "o2", Ask("P", 0, 4, 2), "again").places == (3, 4)
    assert hold(engine, "o2", Ask("P", 0, 4, 3)) == refused("sold_out", 2)


@pytest.mark.parametrize(
    ("order", "command", "ask", "reason"),
    [
        ("", "hold", Ask("P", 0, 1), "bad_name"),
        ('o"', "hold", Ask("P", 0, 1), "bad_name"),
        ("o1", "h\n", Ask("P", 0, 1), "bad_name"),
        ("o" * 65, "hold", Ask("P", 0, 1), "bad_name"),
        ("o1", "hold", Ask("X", 0, 1), "no_such_stock"),
        ("o1", "hold", Ask("P", 1, 1), "bad_trip"),
        ("o1", "hold", Ask("P", -1, 1), "bad_trip"),
        ("o1", "hold", Ask("P", 0, 5), "bad_trip"),
        ("o1", "hold", Ask("P", 0, 1, 0), "bad_trip"),
        ("o1", "hold", Ask("P", 0, 1, 51), "bad_trip"),
        ("o1", "hold", Ask("P", 0, 1, 1, "sofa"), "bad_wish"),
        ("o1", "hold", Ask("P", 0, 1, 1, "standing"), "bad_wish"),
        ("o1", "hold", Ask("P", 0, 1, 1, "none", "nobody"), "no_such_seller"),
    ],
)
def test_bad_input_is_refused_and_leaves_nothing(order: str, command: str, ask: Ask, reason: str) -> None:
    engine = engine_of("P")
    before = list(engine.records)
    assert hold(engine, order, ask, command) == refused(reason)
    assert engine.records == before
    assert engine.orders == {}


def test_times_that_make_no_hold() -> None:
    engine = engine_of("P")
    for expires_ms, limit_ms in ((5, 9), (9, 8)):
        assert engine.hold("o1", "h", Ask("P", 0, 1), 5, expires_ms, limit_ms) == refused("bad_time")
    hold(engine, "o2", Ask("P", 0, 1))
    assert engine.renew("o2", "r", 0, 0) == refused("bad_time")


def test_a_command_name_stands_for_one_thing() -> None:
    engine = engine_of("P")
    hold(engine, "o1", Ask("P", 0, 1))
    assert hold(engine, "o1", Ask("P", 0, 2)) == refused("key_reused")
    assert engine.confirm("o1", "hold", 0) == refused("key_reused")
    assert hold(engine, "o1", Ask("P", 0, 1), "another") == refused("wrong_state")
    assert engine.orders["o1"].state is State.HELD


def test_what_was_never_held_cannot_change() -> None:
    engine = engine_of("P")
    for answer in (
        engine.confirm("o1", "c", 0),
        engine.release("o1", "c", 0),
        engine.renew("o1", "c", 5, 0),
        engine.refund("o1", "c", (0,), 0),
    ):
        assert answer == refused("no_such_order")
    hold(engine, "o2", Ask("P", 0, 1))
    assert engine.refund("o2", "c", (0,), 0) == refused("wrong_state")
    engine.confirm("o2", "pay", 0)
    for indexes in ((), (1,), (0, 0)):
        assert engine.refund("o2", f"r{len(indexes)}", indexes, 0) == refused("not_yours")


def test_a_late_payment_gets_the_same_places_or_none() -> None:
    engine = engine_of("P")
    hold(engine, "o1", Ask("P", 0, 4, 5))
    assert hold(engine, "o2", Ask("P", 0, 4), now_ms=HOLD_MS).places == (0,)
    assert engine.confirm("o1", "c", HOLD_MS + 1) == refused("expired")
    engine.release("o2", "r", HOLD_MS + 2)
    assert engine.confirm("o1", "c2", HOLD_MS + 3).result == "sold"
    assert engine.left("P", 0, 4) == 0
    hold(engine, "o3", Ask("P", 0, 4), now_ms=HOLD_MS + 4)
    assert engine.confirm("o3", "c", HOLD_MS + 5) == refused("wrong_state")


def test_an_exchange_gives_the_old_place_back_only_when_the_new_one_is_sold() -> None:
    engine = engine_of("P")
    hold(engine, "old", Ask("P", 0, 4, 2))
    engine.confirm("old", "c", 0)
    engine.hold("new", "h", Ask("P", 0, 2), 0, 50, 50, ("old", (1,)))
    assert engine.left("P", 0, 4) == 2
    records = len(engine.records)
    assert engine.confirm("new", "c", 10).result == "sold"
    assert len(engine.records) == records + 1
    assert engine.left("P", 0, 4) == 3
    assert engine.hold("third", "h", Ask("P", 0, 2), 10, 50, 50, ("old", (1,))) == refused("not_yours")
    assert engine.hold("fourth", "h", Ask("P", 0, 2), 10, 50, 50, ("old", (0,))).result == "held"
    engine.refund("old", "r", (0,), 20)
    assert engine.confirm("fourth", "c", 30) == refused("not_yours")


def test_why_says_held_or_sold() -> None:
    """INV-09: what is held may come back."""
    engine = engine_of("P", "Q")
    hold(engine, "o1", Ask("P", 0, 2))
    ask = Ask("P", 1, 3)
    assert engine.why(ask, 0, 0) == Why("held", (1,))
    engine.confirm("o1", "c", 0)
    assert engine.why(ask, 0, 0) == Why("sold", (1,))
    engine.refund("o1", "r", (0,), 0)
    assert engine.why(ask, 0, 0) == Why("offered")
    assert engine.why(Ask("Q", 1, 4), 2, 0) == Why("use")
    assert engine.why(Ask("X", 1, 4), 2, 0) == Why("no_such_stock")


def test_a_seller_without_the_right_sees_nothing() -> None:
    engine = Engine({"groups": Seller(frozenset({Use.GROUP}))})
    engine.open("P", make("P"))
    assert engine.left("P", 0, 4, "groups") == 0
    assert hold(engine, "o1", Ask("P", 0, 4, 1, "none", "groups")) == refused("sold_out")


def test_an_order_remembers_only_so_much() -> None:
    engine = engine_of("P")
    hold(engine, "o1", Ask("P", 0, 4))
    answers = [engine.refund("o1", f"r{number}", (0,), 0).reason for number in range(MOST_ANSWERS)]
    assert answers == ["wrong_state"] * (MOST_ANSWERS - 1) + ["too_many_commands"]
    assert engine.refund("o1", "r5", (0,), 0) == refused("wrong_state")


def test_admission_comes_before_places() -> None:
    class ShortTripsLater:
        def refusal(self, stock: Stock, ask: Ask, now_ms: int) -> str:
            return "short_trip" if ask.b - ask.a < 2 and now_ms < 50 else ""

    engine = Engine(admission=ShortTripsLater())
    engine.open("P", make("P"))
    assert hold(engine, "o1", Ask("P", 0, 1)) == refused("short_trip")
    assert engine.why(Ask("P", 0, 1), 0, 0) == Why("short_trip")
    assert hold(engine, "o2", Ask("P", 0, 2)).result == "held"
    assert hold(engine, "o3", Ask("P", 0, 1), now_ms=50).result == "held"


def test_a_stock_is_opened_once() -> None:
    engine = engine_of("P")
    for name in ("P", "a b"):
        with pytest.raises(StockError, match="stock"):
            engine.open(name, make("P"))
