"""Places by interval, and which places an order gets. Seat inventory, sections 3, 4 and 8; rows INV-01 to INV-06."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.demand import nobody_bought, others_bought
from simulator.station.layout import CoachRow, Layout, layouts_of
from simulator.station.runs import RunClass, Runs
from simulator.station.seats.orders import Ask
from simulator.station.seats.stock import Stock, StockError
from simulator.station.timetable import Stop, Timetable, Train
from tests.simulator.station.helpers import Machine, body_of, key, small_world, world

RUN = RunClass("K1", "2026-11-22", "hard_seat")


def mask_of(*places: int) -> int:
    return sum(1 << place for place in places)


def runs_of(seats: int, stops: int, numbers: tuple[str, ...] = ("K1",)) -> Runs:
    """Hard-seat trains that nothing was sold on, and what they have in common: places and stops."""
    coaches = [(coach, min(500, seats - at)) for coach, at in enumerate(range(0, seats, 500), 1)]
    rows = [CoachRow.model_validate({"coach": coach, "class": "hard_seat", "seats": some}) for coach, some in coaches]
    layouts = layouts_of(rows, world().network.classes, "test")
    calls = tuple(Stop(f"S{index:02d}", 10 * index, 10 * index + 5, 10 * index) for index in range(stops))
    return Runs(Timetable([Train(number, "K", "", "", "fast", calls, layouts) for number in numbers]), nobody_bought)


def hold(runs: Runs, name: str, places: tuple[int, ...], a: int, b: int, train: str = "K1") -> None:
    runs.held(name, "lock", Ask(replace(RUN, train=train).stock, a, b, len(places)), places, 1_000, 2_000)


def choose(free: int, layout: Layout, wanted: int, wish: str) -> list[int] | None:
    """On a line of one segment."""
    return Stock(layout, 1, before=[free ^ layout.full]).choose(0, 1, wanted, wish)


def layout_of(seat_class: str, **coach: object) -> Layout:
    row = CoachRow.model_validate({"coach": 1, "class": seat_class, **coach})
    return layouts_of([row], world().network.classes, "test")[seat_class]


def names(layout: Layout, places: list[int] | None) -> list[str]:
    assert places is not None
    return [layout.places[place].name for place in places]


def test_a_place_sold_to_b_is_sold_again_from_b() -> None:
    """INV-03."""
    machine = Machine(small_world(seats=1))
    first = body_of(machine.lock(1, origin="BXP", destination="SJP"))
    second = body_of(machine.lock(2, origin="SJP", destination="ZZF"))
    assert first["places"][0]["place"] == second["places"][0]["place"]
    assert machine.lock(3, origin="BDP", destination="HDP").status == 409
    assert machine.left("BXP", "BDP") == 0


def test_selling_one_section_takes_every_overlapping_ticket_off_sale() -> None:
    """INV-05."""
    machine = Machine(small_world(seats=1))
    machine.lock(1, origin="BDP", destination="SJP")
    stops = ("BXP", "BDP", "SJP", "HDP", "ZZF")
    left = {(a, b): machine.left(stops[a], stops[b]) for a in range(5) for b in range(a + 1, 5)}
    assert left == {(a, b): 0 if a < 2 and b > 1 else 1 for a, b in left}


def test_k598_answers_for_every_pair_of_its_stops() -> None:
    """INV-01."""
    runs = Runs(world().timetable, nobody_bought)
    stock = runs.of(RunClass("K598", "2026-11-22", "hard_seat"))
    pairs = [(a, b) for a in range(35) for b in range(a + 1, 35)]
    assert len(pairs) == 595
    assert all(stock.left(a, b) == stock.size for a, b in pairs)


def test_what_is_told_of_a_run_is_made_anew_once_a_place_of_it_is_sold() -> None:
    runs = runs_of(seats=4, stops=5)

    def told(of: Runs) -> list[int]:
        return of.as_opened("told", [RUN], lambda: [of.of(RUN).left(0, 2)])

    first, other = told(runs), runs.copy()
    assert told(runs) is first
    hold(runs, "one", (3,), 0, 1)
    assert told(runs) == [3]
    assert told(other) is first
    runs.released("one", "release")
    assert told(runs) == first


def test_what_is_told_is_kept_for_so_many_trips_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.station.runs.MOST_OPENED", 2)
    runs, made = runs_of(seats=4, stops=5), list[str]()

    def told(what: str) -> str:
        return runs.as_opened(what, [RUN], lambda: made.append(what) or what)  # type: ignore[func-returns-value]

    assert [told(what) for what in ("a", "b", "a", "c", "a")] == ["a", "b", "a", "c", "a"]
    assert made == ["a", "b", "c", "a"]


def test_a_hundred_trains_of_2000_places_and_64_stops_stay_small() -> None:
    """INV-02."""
    runs = runs_of(seats=2_000, stops=64, numbers=tuple(f"K{train}" for train in range(100)))
    tracemalloc.start()
    for train in range(100):
        hold(runs, f"T07.e.{train}", tuple(range(63)), 0, 63, f"K{train}")
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(runs.stocks) == 100
    assert used < 8_000_000


def test_a_train_of_64_stops() -> None:
    """INV-04."""
    runs = runs_of(seats=118, stops=64)
    for segment in range(63):
        hold(runs, f"T07.e.{segment}", (segment % 2,), segment, segment + 1)
    assert runs.of(RUN).left(0, 63) == 116
    assert runs.of(RUN).left(1, 2) == 117


@given(
    requests=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(1, 3)), max_size=12),
    wish=st.sampled_from(["none", "together", "window", "aisle"]),
    returns=st.lists(st.integers(0, 11), max_size=6),
)
def test_against_a_plain_table_of_places_and_segments(
    requests: list[tuple[int, int, int]], wish: str, returns: list[int]
) -> None:
    """A place is given iff the table has enough of them free, and no cell of the table is ever given twice."""
    runs = runs_of(seats=4, stops=7)
    sold = dict.fromkeys(product(range(4), range(6)), False)
    orders: list[tuple[str, tuple[int, ...], int, int]] = []
    for number, (a, length, wanted) in enumerate(requests):
        b, name = min(6, a + length), f"T07.e.{number}"
        free = [place for place in range(4) if not any(sold[place, segment] for segment in range(a, b))]
        assert runs.of(RUN).free(a, b) == mask_of(*free)
        answer = runs.would_get(Ask(RUN.stock, a, b, wanted, wish), 0)
        assert (answer.result, answer.reason) == (("refused", "sold_out") if len(free) < wanted else ("held", ""))
        if answer.places:
            assert set(answer.places) <= set(free)
            assert len(set(answer.places)) == wanted
            hold(runs, name, answer.places, a, b)
            sold |= dict.fromkeys(product(answer.places, range(a, b)), True)
            orders.append((name, answer.places, a, b))
        else:
            assert answer.left == len(free)
        if number in returns and orders:
            name, places, start, end = orders.pop(0)
            runs.released(name, "release")
            sold |= dict.fromkeys(product(places, range(start, end)), False)


def test_exact_gap_is_the_default_and_seats_all_where_first_fit_refuses_one() -> None:
    machine = Machine(small_world(seats=2, stops=("BXP", "BDP", "SJP", "HDP", "ZZF", "LON", "WCN")))
    stops = [stop.station for stop in machine.station.world.timetable.trains["K1"].stops]
    trips = [(4, 6), (2, 5), (1, 2), (0, 4), (5, 6)]
    locks = [machine.lock(n, origin=stops[a], destination=stops[b]) for n, (a, b) in enumerate(trips, 1)]
    assert [body_of(lock)["places"][0]["place"] for lock in locks] == ["001", "002", "002", "001", "002"]


@pytest.mark.parametrize(("choice", "fourth"), [("exact_gap", 201), ("best_fit", 201), ("first_fit", 409)])
def test_the_choice_of_places_is_the_stations_to_make(choice: str, fourth: int) -> None:
    small = small_world(seats=2, stops=("BXP", "BDP", "SJP", "HDP", "ZZF", "LON", "WCN"))
    rules = small.network.rules.model_copy(update={"place_choice": choice})
    machine = Machine(replace(small, network=replace(small.network, rules=rules)))
    stops = [stop.station for stop in small.timetable.trains["K1"].stops]
    trips = [(4, 6), (2, 5), (1, 2), (0, 4)]
    locks = [machine.lock(n, origin=stops[a], destination=stops[b]) for n, (a, b) in enumerate(trips, 1)]
    assert [lock.status for lock in locks] == [201, 201, 201, fourth]
    assert machine.replayed().snapshot() == machine.station.snapshot()


def test_steps_that_contradict_each_other_are_not_folded() -> None:
    machine = Machine(small_world(seats=2))
    machine.lock(1, 2)
    held = machine.steps[0]
    with pytest.raises(StockError):
        machine.station.apply({**held, "key": key(2)})  # the same places
    with pytest.raises(StockError, match="held twice"):
        machine.station.apply(held)
    machine.release(1)
    for kind in ("released", "expired"):
        with pytest.raises(StockError, match="it cannot be"):
            machine.station.apply({"kind": kind, "key": key(1)})


def test_what_others_sold_before_is_taken_and_nobody_here_holds_it() -> None:
    layout = layout_of("hard_seat", seats=4)
    stock = Stock(layout, 3, before=[0b0011, 0b0001, 0b0101])
    assert [stock.left(a, a + 1) for a in range(3)] == [2, 3, 2]
    assert stock.tickets == 3  # 0 all the way, 1 on the first segment, 2 on the last
    for before in ([0b10000, 0, 0], [1, 1]):
        with pytest.raises(StockError):
            Stock(layout, 3, before=before)


def test_seats_carry_letters_and_positions() -> None:
    second = layout_of("second", rows=2, letters="ABCDF")
    positions = {place.name: place.position for place in second.places}
    assert positions["01A"] == positions["02F"] == "window"
    assert positions["01B"] == "middle"
    assert positions["01C"] == positions["01D"] == "aisle"
    hard = {place.name: place.position for place in layout_of("hard_seat", seats=118).places}
    assert (hard["014"], hard["015"], hard["016"], hard["017"]) == ("window", "window", "middle", "aisle")


def test_a_group_sits_side_by_side_in_one_row() -> None:
    layout = layout_of("second", rows=3, letters="ABCDF")
    free = layout.full & ~mask_of(0, 1, 6)
    assert names(layout, choose(free, layout, 3, "together")) == ["01C", "01D", "01F"]
    assert names(layout, choose(free, layout, 5, "together")) == ["03A", "03B", "03C", "03D", "03F"]


def test_a_group_that_fits_no_row_stays_in_one_coach() -> None:
    rows = [CoachRow.model_validate({"coach": c, "class": "second", "rows": 1, "letters": "ABCDF"}) for c in (1, 2)]
    layout = layouts_of(rows, world().network.classes, "test")["second"]
    assert choose(mask_of(3, 4, 5, 7, 9), layout, 3, "together") == [5, 7, 9]


@pytest.mark.parametrize(
    ("wish", "expected"), [("window", ["01A", "01F"]), ("aisle", ["01C", "01D"]), ("none", ["01A", "01B"])]
)
def test_wishes_choose_the_position(wish: str, expected: list[str]) -> None:
    layout = layout_of("second", rows=3, letters="ABCDF")
    assert names(layout, choose(layout.full, layout, 2, wish)) == expected


def test_berths_go_by_level_and_are_quoted_by_it() -> None:
    layout = layout_of("hard_berth", bays=2)
    assert names(layout, choose(layout.full, layout, 5, "none")) == ["01L", "02L", "01M", "02M", "01U"]
    machine = Machine()
    asked = {"origin": "BXP", "destination": "WCN", "date": "2026-11-22", "train": "Z37"}
    offer = body_of(machine.ask("POST", "/v1/availability:query", asked))["trains"][0]
    quoted = next(one["price_fen"] for one in offer["classes"] if one["class"] == "hard_berth")
    change = {"train": "Z37", "destination": "WCN", "class": "hard_berth", "wish": "together"}
    lock = body_of(machine.lock(1, 3, **change))
    assert lock["total_fen"] == 3 * quoted
    assert {place["position"] for place in lock["places"]} == {"lower"}
    assert [place["place"] for place in lock["places"]] == ["01L", "02L", "03L"]


def test_what_others_bought_is_the_same_every_time_and_differs_by_run() -> None:
    layout = world().timetable.trains["G71"].layouts["second"]
    runs = [RunClass("G71", f"2026-11-{day}", "second") for day in range(10, 30)]
    stocks = [others_bought(run, layout, 14) for run in runs]
    assert stocks == [others_bought(run, layout, 14) for run in runs]
    left = {sum(bits.bit_count() for bits in stock) for stock in stocks}
    assert len(left) > 3
    assert all(bits & ~layout.full == 0 for stock in stocks for bits in stock)


def test_a_query_storm_changes_nothing() -> None:
    """INV-06."""
    machine = Machine()
    machine.lock(1, train="K598", destination="WCN")
    before, steps = machine.station.snapshot(), len(machine.steps)
    for destination in ("SJP", "WCN", "GZQ", "ZZF"):
        for train in ("K598", "Z1", "G71"):
            body = {"origin": "BXP", "destination": destination, "date": "2026-11-22", "train": train}
            assert machine.ask("POST", "/v1/availability:query", body).status == 200
    assert machine.station.snapshot() == before
    assert len(machine.steps) == steps
