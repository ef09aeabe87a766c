"""Places by interval, and which places an order gets. Seat inventory, sections 3, 4 and 8; rows INV-01 to INV-06."""

from __future__ import annotations

import tracemalloc
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.station.demand import nobody_bought, others_bought
from simulator.station.inventory import Inventory, InventoryError, RunClass, bits_of, mask_of
from simulator.station.layout import CoachRow, Layout, layouts_of
from simulator.station.placing import choose
from tests.simulator.station.helpers import Machine, body_of, small_world, world

RUN = RunClass("K1", "2026-11-22", "hard_seat")


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
    train = world().timetable.trains["K598"]
    pairs = [(a, b) for a in range(35) for b in range(a + 1, 35)]
    inventory = Inventory(nobody_bought)
    layout = train.layouts["hard_seat"]
    assert len(pairs) == 595
    assert all(inventory.free_over(RUN, layout, 34, a, b) == layout.full for a, b in pairs)


def test_what_is_told_of_a_run_is_made_anew_once_a_place_of_it_is_sold() -> None:
    inventory = Inventory(nobody_bought)
    layout = world().timetable.trains["K598"].layouts["hard_seat"]

    def told(of: Inventory) -> list[int]:
        return of.as_opened("told", [RUN], lambda: [of.free_over(RUN, layout, 34, 0, 2).bit_count()])

    first, other = told(inventory), inventory.copy()
    assert told(inventory) is first
    inventory.take(RUN, layout, 34, [3], 0, 1)
    assert told(inventory) == [first[0] - 1]
    assert told(other) is first
    inventory.give_back(RUN, [3], 0, 1)
    assert told(inventory) == first


def test_what_is_told_is_kept_for_so_many_trips_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.station.inventory.MOST_OPENED", 2)
    inventory, made = Inventory(nobody_bought), list[str]()

    def told(what: str) -> str:
        return inventory.as_opened(what, [RUN], lambda: made.append(what) or what)  # type: ignore[func-returns-value]

    assert [told(what) for what in ("a", "b", "a", "c", "a")] == ["a", "b", "a", "c", "a"]
    assert made == ["a", "b", "c", "a"]


def test_a_hundred_trains_of_2000_places_and_64_stops_stay_small() -> None:
    """INV-02."""
    rows = [CoachRow.model_validate({"coach": coach, "class": "hard_seat", "seats": 500}) for coach in range(1, 5)]
    layout = layouts_of(rows, world().network.classes, "test")["hard_seat"]
    inventory = Inventory(nobody_bought)
    tracemalloc.start()
    for train in range(100):
        run = RunClass(f"K{train}", "2026-11-22", "hard_seat")
        for segment in range(63):
            inventory.take(run, layout, 63, [segment], segment, segment + 1)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(layout.places) == 2_000
    assert used < 5_000_000


def test_a_train_of_64_stops() -> None:
    """INV-04."""
    layout = layout_of("hard_seat", seats=118)
    inventory = Inventory(nobody_bought)
    for segment in range(63):
        inventory.take(RUN, layout, 63, [segment % 2], segment, segment + 1)
    assert inventory.free_over(RUN, layout, 63, 0, 63).bit_count() == 116
    assert inventory.free_over(RUN, layout, 63, 1, 2).bit_count() == 117


@given(
    requests=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(1, 3)), max_size=12),
    wish=st.sampled_from(["none", "together", "window", "aisle"]),
    returns=st.lists(st.integers(0, 11), max_size=6),
)
def test_against_a_plain_table_of_places_and_segments(
    requests: list[tuple[int, int, int]], wish: str, returns: list[int]
) -> None:
    """A place is given iff the table has enough of them free, and no cell of the table is ever given twice."""
    layout, inventory = layout_of("hard_seat", seats=4), Inventory(nobody_bought)
    sold = dict.fromkeys(product(range(4), range(6)), False)
    orders: list[tuple[list[int], int, int]] = []
    for number, (a, length, wanted) in enumerate(requests):
        b = min(6, a + length)
        free = [place for place in range(4) if not any(sold[place, segment] for segment in range(a, b))]
        assert bits_of(inventory.free_over(RUN, layout, 6, a, b)) == free
        chosen = choose(inventory.free_segments(RUN, layout, 6), layout, a, b, wanted, wish)
        assert (chosen is None) == (len(free) < wanted)
        if chosen is not None:
            assert set(chosen) <= set(free)
            assert len(set(chosen)) == wanted
            inventory.take(RUN, layout, 6, chosen, a, b)
            sold |= dict.fromkeys(product(chosen, range(a, b)), True)
            orders.append((chosen, a, b))
        if number in returns and orders:
            places, start, end = orders.pop(0)
            inventory.give_back(RUN, places, start, end)
            sold |= dict.fromkeys(product(places, range(start, end)), False)


def test_exact_gap_seats_all_where_first_fit_refuses_one() -> None:
    layout, inventory = layout_of("hard_seat", seats=2), Inventory(nobody_bought)
    given_places = []
    for a, b in [(4, 6), (2, 5), (1, 2), (0, 4), (5, 6)]:
        chosen = choose(inventory.free_segments(RUN, layout, 6), layout, a, b, 1, "none")
        assert chosen is not None
        inventory.take(RUN, layout, 6, chosen, a, b)
        given_places += chosen
    assert given_places == [0, 1, 1, 0, 1]


def test_a_place_taken_or_given_back_twice_is_a_contradiction() -> None:
    layout, inventory = layout_of("hard_seat", seats=4), Inventory(nobody_bought)
    inventory.take(RUN, layout, 6, [1], 0, 3)
    with pytest.raises(InventoryError):
        inventory.take(RUN, layout, 6, [0, 1], 2, 4)
    inventory.give_back(RUN, [1], 0, 3)
    with pytest.raises(InventoryError):
        inventory.give_back(RUN, [1], 0, 3)


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
    segments = [layout.full & ~mask_of([0, 1, 6])]
    assert names(layout, choose(segments, layout, 0, 1, 3, "together")) == ["01C", "01D", "01F"]
    assert names(layout, choose(segments, layout, 0, 1, 5, "together")) == ["03A", "03B", "03C", "03D", "03F"]


def test_a_group_that_fits_no_row_stays_in_one_coach() -> None:
    rows = [CoachRow.model_validate({"coach": c, "class": "second", "rows": 1, "letters": "ABCDF"}) for c in (1, 2)]
    layout = layouts_of(rows, world().network.classes, "test")["second"]
    segments = [mask_of([3, 4, 5, 7, 9])]
    chosen = choose(segments, layout, 0, 1, 3, "together")
    assert chosen == [5, 7, 9]


@pytest.mark.parametrize(
    ("wish", "expected"), [("window", ["01A", "01F"]), ("aisle", ["01C", "01D"]), ("none", ["01A", "01B"])]
)
def test_wishes_choose_the_position(wish: str, expected: list[str]) -> None:
    layout = layout_of("second", rows=3, letters="ABCDF")
    assert names(layout, choose([layout.full], layout, 0, 1, 2, wish)) == expected


def test_berths_go_by_level_and_are_quoted_by_it() -> None:
    layout = layout_of("hard_berth", bays=2)
    assert names(layout, choose([layout.full], layout, 0, 1, 5, "none")) == ["01L", "02L", "01M", "02M", "01U"]
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
