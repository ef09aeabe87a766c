"""The flow table: every screen with Back, Home, language, idle; and the ways from the first touch to the order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.journey.asks import AskStops, AskTrains, CallStaff, Reads, StartSale, ToService
from kiosk.journey.flow import FLOW, Journey
from kiosk.journey.state import idle_times
from kiosk.ports.station import LockRefused, NetworkKnown, StationLost, TrainsFailed, TrainsListed, TrainStops
from kiosk.ports.trips import StopTime
from kiosk.screen import targets as T
from kiosk.screen.values import keys_of
from kiosk.screen.view import view
from tests.kiosk.screen.world import (
    HOUR_MS,
    NETWORK,
    OFFERS,
    SETTINGS,
    STOPS,
    TODAY,
    WALL_MS,
    class_offer,
    journey,
    now,
    offer,
    shown,
    steps,
    with_trains,
)

STEPS = steps("zh")
WALKED = {name: state for name, state in STEPS.items() if state.step not in ("attract", "thanks", "sale")}


def at(name: str) -> Journey:
    made = journey()
    made.state = STEPS[name]
    return made


@pytest.mark.parametrize("name", sorted(WALKED))
def test_home_works_on_every_screen_and_keeps_language_and_theme(name: str) -> None:
    made = at(name)
    made.touch("language", now())
    made.touch("contrast", now())
    made.touch("home", now())
    assert (made.state.step, made.state.help, made.state.trail) == ("home", False, ())
    assert (made.state.language, made.state.contrast) == ("en", True)


@pytest.mark.parametrize("name", sorted(WALKED))
def test_back_leads_home_in_the_end(name: str) -> None:
    made = at(name)
    for _ in range(12):
        made.touch("back", now())
    assert made.state.step == "home"


@pytest.mark.parametrize("name", sorted(STEPS))
def test_the_language_key_changes_nothing_but_the_language(name: str) -> None:
    made = at(name)
    before = made.state
    told = made.touch("language", now())
    assert told == ([Reads("en", False, False)] if before.step == "sale" else [])  # which keeps it
    assert made.state == replace(before, language="en", touched_ms=made.state.touched_ms)
    made.touch("language", now())
    assert made.state == replace(before, touched_ms=made.state.touched_ms)


@pytest.mark.parametrize("name", sorted(WALKED))
def test_an_idle_passenger_is_warned_then_given_up(name: str) -> None:
    made = at(name)
    made.touch("contrast", now())
    idle = idle_times(made.state, SETTINGS)
    assert idle is not None
    start = made.state.touched_ms
    assert (idle.ring_ms - idle.warn_ms, idle.end_ms - idle.ring_ms) == (20_000, 15_000)
    made.poll(now(idle.warn_ms - start))
    wake_ms = made.next_wake()
    assert wake_ms is not None
    assert wake_ms > idle.warn_ms  # what is due is done: nobody is woken for it again and again
    made.poll(now(idle.end_ms - start - 1))
    assert made.state.step == STEPS[name].step
    made.poll(now(idle.end_ms - start))
    assert (made.state.step, made.state.language, made.state.contrast) == ("attract", "zh", False)


@pytest.mark.parametrize("name", sorted(WALKED))
def test_more_time_starts_the_idle_time_again(name: str) -> None:
    made = at(name)
    made.touch("more_time", now(85_000))
    made.poll(now(100_000))
    assert made.state.step == STEPS[name].step


@pytest.mark.parametrize("name", sorted(STEPS))
def test_staff_and_service_can_be_called_from_everywhere(name: str) -> None:
    made = at(name)
    assert made.touch("call_staff", now()) == [CallStaff()]
    assert made.touch("service", now()) == [ToService()]


@pytest.mark.parametrize("name", sorted(STEPS))
def test_every_enabled_key_of_a_screen_is_known_and_means_something(name: str) -> None:
    screen = view(shown(STEPS[name]))
    for key in keys_of(screen):
        assert T.known(key.target), key.target
        made = at(name)
        before = made.state
        asks = made.touch(key.target, now(1))
        unmoved = replace(made.state, touched_ms=before.touched_ms) == before
        quiet = key.selected or key.target == "tab:hot"  # what is chosen may be touched again
        assert asks or not unmoved or quiet, f"{key.target} does nothing on {name}"


def test_a_popular_destination_leads_to_trains_with_one_touch() -> None:
    made = journey()
    asks = made.touch("station:WHN", now())
    assert asks == [AskTrains(made.state.request, "BXP", "WHN", TODAY)]
    assert (made.state.step, made.state.listing) == ("trains", "loading")


def test_from_the_first_touch_to_the_order() -> None:
    made = journey()
    made.touch("destination", now())
    for letter in "WH":
        made.touch(f"letter:{letter}", now())
    [ask] = made.touch("station:WHN", now())
    assert isinstance(ask, AskTrains)
    made.hear(TrainsListed(ask.request, WALL_MS, OFFERS), now())
    assert made.touch("train:G71", now()) == []
    assert made.state.seat_class == "O"
    made.touch("class:M", now())
    made.touch("plus:child", now())
    made.touch("wish:window", now())
    [started] = made.touch("hold", now())
    assert isinstance(started, StartSale)
    order = started.order
    assert (order.train, order.seat_class, order.passengers, order.wish) == ("G71", "M", ("adult", "child"), "window")
    assert order.price_fen == 83_150 + 41_575
    assert made.state.step == "sale"


def test_a_train_number_leads_over_its_stops_to_its_trains() -> None:
    made = journey()
    made.touch("train_number", now())
    for sign in ("letter:K", "digit:5", "digit:9", "digit:8"):
        made.touch(sign, now())
    [ask] = made.touch("number:K598", now())
    assert ask == AskStops(made.state.request, "K598", TODAY)
    made.hear(TrainStops(made.state.request, "K598", STOPS), now())
    assert made.state.step == "station"
    assert made.touch("station:EAY", now()) == []  # it does not stop there
    [trains] = made.touch("station:WCN", now())
    assert trains == AskTrains(made.state.request, "BXP", "WCN", TODAY, "K598")


@pytest.mark.parametrize(
    ("stops", "notice"),
    [((), "no_such_train"), ((StopTime("SJP", "", "01:00", 0, 0), StopTime("BXP", "03:00", "", 0, 281)), "not_here")],
)
def test_a_train_that_cannot_be_taken_here_is_told(stops: tuple[StopTime, ...], notice: str) -> None:
    made = at("search.train-asking")
    made.hear(TrainStops(made.state.request, "K598", stops), now())
    assert (made.state.step, made.state.notice) == ("search.train", notice)


def test_another_date_asks_again() -> None:
    made = with_trains(journey())
    made.touch("date", now())
    [ask] = made.touch("day:2026-11-25", now())
    assert isinstance(ask, AskTrains)
    assert (ask.date, made.state.step) == ("2026-11-25", "trains")


@pytest.mark.parametrize("day", ["2026-11-20", "2026-12-06", "tomorrow", ""])
def test_a_day_outside_the_window_is_not_taken(day: str) -> None:
    made = at("date")
    before = made.state.date
    assert made.touch(f"day:{day}", now()) == []
    assert (made.state.step, made.state.date) == ("date", before)


def test_another_origin_can_be_chosen_and_swapped() -> None:
    made = journey()
    made.touch("destination", now())
    made.touch("trip", now())
    made.touch("origin", now())
    made.touch("station:SJP", now())
    assert (made.state.step, made.state.origin) == ("search.fromto", "SJP")
    made.touch("destination", now())
    made.touch("station:WHN", now())
    made.touch("back", now())
    made.state = replace(made.state, step="search.fromto")
    made.touch("swap", now())
    assert (made.state.origin, made.state.destination) == ("WHN", "SJP")


def test_a_fixed_machine_sells_from_its_station_only() -> None:
    made = Journey(replace(SETTINGS, other_origins=False))
    made.hear(NetworkKnown(NETWORK), now())
    made.touch("start", now())
    made.touch("trip", now())
    made.touch("origin", now())
    assert made.state.step == "search.fromto"
    made.touch("swap", now())
    assert made.state.origin == "BXP"


def test_an_answer_to_an_older_question_is_dropped() -> None:
    made = journey()
    made.touch("station:WHN", now())
    old = made.state.request
    made.touch("back", now())
    made.touch("station:CSQ", now())
    made.hear(TrainsListed(old, WALL_MS, OFFERS), now())
    assert made.state.listing == "loading"


@pytest.mark.parametrize("lost", ["failed", "lost", "silent"])
def test_loading_ends_when_no_answer_comes(lost: str) -> None:
    made = journey()
    made.touch("station:WHN", now())
    if lost == "failed":
        made.hear(TrainsFailed(made.state.request, "timeout"), now())
    elif lost == "lost":
        made.hear(StationLost("connect"), now())
    else:
        made.poll(now(SETTINGS.answer_ms))
    assert (made.state.listing, made.state.waiting, made.state.notice) == ("offline", False, "offline")
    [ask] = made.touch("show_trains", now())
    assert isinstance(ask, AskTrains)


def test_an_old_list_is_asked_again_and_kept_when_nobody_answers() -> None:
    made = with_trains(journey())
    assert made.poll(now(SETTINGS.stale_ms - 1)) == []
    [ask] = made.poll(now(SETTINGS.stale_ms))
    assert isinstance(ask, AskTrains)
    made.hear(TrainsFailed(ask.request, "timeout"), now(SETTINGS.stale_ms + 3_000))
    assert (made.state.listing, made.state.notice, len(made.state.offers)) == ("list", "stale", len(OFFERS))


@pytest.mark.parametrize("train", ["G79", "G89", "Z1", "X1"])
def test_trains_that_cannot_be_sold_cannot_be_chosen(train: str) -> None:
    made = with_trains(journey())
    assert made.touch(f"train:{train}", now()) == []
    assert made.state.step == "trains"


def test_the_limits_of_order_class_and_stock_hold() -> None:
    made = with_trains(journey())
    made.touch("train:D705", now())
    made.touch("class:M", now())  # two left
    for _ in range(4):
        made.touch("plus:adult", now())
    assert made.state.seats == 2
    made.touch("class:O", now())
    for _ in range(9):
        made.touch("plus:student", now())
    assert made.state.seats == 5
    made.touch("plus:soldier", now())
    assert dict(made.state.passengers) == {"adult": 2, "student": 3}
    for _ in range(9):
        made.touch("minus:adult", now())
        made.touch("minus:student", now())
    assert made.state.passengers == ()
    assert made.touch("hold", now()) == []


def test_what_cash_cannot_cover_is_not_held() -> None:
    made = with_trains(journey())
    made.touch("train:G71", now())
    made.cash_limit_fen = 50_000
    assert made.touch("hold", now()) == []
    made.cash_limit_fen = 60_000
    assert isinstance(made.touch("hold", now())[0], StartSale)


WILD = sorted(
    {target for row in FLOW.values() for target in row if not target.endswith(":")}
    | T.PLAIN
    | {
        "station:WHN", "station:BXP", "station:?", "province:河北", "letter:Z", "letter:", "letter:北", "digit:5",
        "number:K598", "number:X", "tab:az", "tab:x", "day:2026-11-30", "day:x", "train:G71", "train:", "kind:G",
        "kind:all", "class:O", "class:?", "plus:adult", "plus:nobody", "minus:adult", "wish:window", "wish:x", "", ":", "x:y",
    }
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WILD), max_size=40), st.data())
def test_wild_tapping_never_breaks_the_journey(taps: list[str], data: st.DataObject) -> None:
    made, later = journey(), 0
    for tap in taps:
        later += data.draw(st.sampled_from([0, 500, 30_000]))
        for ask in made.touch(tap, now(later)):
            if isinstance(ask, AskTrains) and data.draw(st.booleans()):
                made.hear(TrainsListed(ask.request, WALL_MS, OFFERS), now(later))
            if isinstance(ask, AskStops):
                made.hear(TrainStops(ask.request, ask.train, STOPS), now(later))
            if isinstance(ask, StartSale):
                assert ask.order.passengers
                made.sale_over(now(later))
        made.poll(now(later))
        screen = view(replace(shown(made.state), now_wall_ms=WALL_MS + later, now_mono_ms=now(later).mono_ms))
        assert all(T.known(key.target) for key in keys_of(screen))


@given(st.text(max_size=30))
def test_any_text_may_be_touched(target: str) -> None:
    made = journey()
    for step in ("station", "search.train", "trains", "seat", "date", "home", "sale", "attract"):
        made.state = replace(made.state, step=step)
        made.touch(target, now())
    assert made.state.request >= 1


def standing_list() -> Journey:
    made = journey()
    made.touch("station:WHN", now())
    stands = replace(class_offer("O", 51_950, 0), standing=2)
    made.hear(TrainsListed(made.state.request, WALL_MS, (offer("G71", "G", HOUR_MS, 298, stands),)), now())
    return made


def test_a_class_without_seats_sells_standing_tickets_and_says_so_in_the_order() -> None:
    made = standing_list()
    made.touch("train:G71", now())
    made.touch("wish:window", now())  # a wish for a seat that there is none of
    for _ in range(4):
        made.touch("plus:adult", now())
    assert made.state.seats == 2
    (start,) = made.touch("hold", now())
    assert isinstance(start, StartSale)
    assert (start.order.wish, start.order.passengers) == ("standing", ("adult", "adult"))


def test_seats_that_came_free_are_chosen_anew() -> None:
    made = standing_list()
    made.touch("train:G71", now())
    made.touch("hold", now())
    (ask,) = made.hear(LockRefused("k", "seats_left", 1), now())
    assert (made.state.step, made.state.notice) == ("seat", "seats_left")
    assert isinstance(ask, AskTrains)
