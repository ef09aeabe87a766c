"""Lists without a destination: next departures and the preset stations of the short-distance mode."""

from __future__ import annotations

from dataclasses import replace

from kiosk.journey.asks import AskStops, AskTrains
from kiosk.journey.board import farthest, soonest
from kiosk.journey.choose import DEPARTS, listed
from kiosk.journey.flow import Journey
from kiosk.ports.station import NetworkKnown, StationLost, TrainsFailed, TrainsListed, TrainStops
from tests.kiosk.screen.world import NETWORK, OFFERS, SETTINGS, STOPS, WALL_MS, journey, now, to


def answer(made: Journey, offers: tuple) -> list:  # type: ignore[type-arg]
    return made.hear(TrainsListed(made.state.request, WALL_MS, offers), now())


def test_next_departures_asks_one_popular_station_after_the_other() -> None:
    made = journey()
    asks = made.touch("next_trains", now())
    asked = []
    while asks:
        [ask] = asks
        assert isinstance(ask, AskTrains)
        asked.append(ask.destination)
        asks = answer(made, ())
    assert tuple(asked) == NETWORK.hot
    assert made.state.asking == ()
    assert made.state.listing == "list"


def test_a_train_stands_once_in_the_board_by_departure() -> None:
    near, far = replace(OFFERS[1], km=281, destination="SJP"), replace(OFFERS[1], km=1229)
    assert farthest((OFFERS[3], near, far)) == (far, OFFERS[3])


def test_the_board_hides_what_has_left_and_is_sorted_by_departure() -> None:
    made = journey()
    made.touch("next_trains", now())
    answer(made, tuple(reversed(OFFERS)))
    numbers = [offer.train for offer in listed(made.state, WALL_MS)]
    assert numbers == ["G71", "D705", "K598", "K599"]  # Z1 is closed, G79 gone, G89 sold out
    made.touch("available", now())
    assert [offer.train for offer in listed(made.state, WALL_MS)] == ["G71", "G89", "D705", "K598", "K599"]


def test_a_row_of_the_board_leads_to_where_its_train_goes() -> None:
    made = journey()
    made.touch("next_trains", now())
    answer(made, OFFERS)
    [ask] = made.touch("number:K598", now())
    assert isinstance(ask, AskStops)
    made.hear(TrainStops(made.state.request, "K598", STOPS), now())
    assert (made.state.step, made.state.picking) == ("station", "train")
    [trains] = made.touch("station:ZZF", now())
    assert isinstance(trains, AskTrains)
    assert (trains.destination, trains.train) == ("ZZF", "K598")
    made.touch("back", now())
    asks = made.touch("back", now())
    assert made.state.step == "next"
    assert len(asks) == 1  # the board is asked for anew


def test_answers_of_a_board_that_was_left_are_dropped() -> None:
    made = journey()
    made.touch("next_trains", now())
    late = made.state.request
    made.touch("destination", now())
    before = made.state
    assert made.hear(TrainsListed(late, WALL_MS, OFFERS), now()) == []
    assert made.state == before


def test_a_board_without_station_says_so_and_tries_again() -> None:
    made = journey()
    made.touch("next_trains", now())
    made.hear(StationLost("timeout"), now())
    assert (made.state.listing, made.state.asking) == ("offline", ())
    assert len(made.touch("show_trains", now())) == 1


def test_half_a_board_is_kept_when_the_station_falls_silent() -> None:
    made = journey()
    made.touch("next_trains", now())
    answer(made, OFFERS)
    made.hear(TrainsFailed(made.state.request, "timeout"), now())
    assert (made.state.listing, made.state.notice, made.state.offers) == ("list", "stale", OFFERS)


def test_a_board_grows_old_and_is_asked_again() -> None:
    made = journey()
    made.touch("fixed", now())
    while made.state.asking:
        answer(made, ())
    assert made.poll(now(1_000)) == []
    [ask] = made.poll(now(made.settings.stale_ms))
    assert isinstance(ask, AskTrains)
    assert made.state.asking == SETTINGS.fixed


def test_one_tap_on_a_preset_station_is_the_quantity() -> None:
    made = journey()
    made.touch("fixed", now())
    answer(made, to("SJP", 3))
    late = made.state.request
    assert made.touch("station:ZZF", now()) == []  # not answered yet
    made.touch("station:SJP", now())
    assert (made.state.step, made.state.chosen, made.state.seat_class) == ("seat", "D705", "O")
    assert made.state.passengers == (("adult", 1),)
    made.hear(TrainsListed(late, WALL_MS, to("ZZF")), now())
    assert made.state.chosen == "D705"
    assert made.state.offer is not None
    assert made.state.offer.destination == "SJP"


def test_the_next_train_that_can_be_had_counts() -> None:
    offers = tuple(replace(offer, destination="SJP") for offer in OFFERS)
    found = soonest(offers, "SJP", WALL_MS)
    assert found is not None
    assert found.train == "G71"
    assert soonest(offers, "WHN", WALL_MS) is None


def test_a_machine_without_presets_has_no_short_trips() -> None:
    made = Journey(replace(SETTINGS, fixed=()))
    made.hear(NetworkKnown(NETWORK), now())
    made.touch("start", now())
    assert made.touch("fixed", now()) == []
    assert made.state.step == "home"


def test_departure_windows_follow_each_other_and_cover_the_day() -> None:
    hours = sorted(hour for name, (first, end) in DEPARTS.items() if name for hour in range(first, end))
    assert hours == list(range(24))
    made = journey()
    made.touch("station:WHN", now())
    answer(made, OFFERS)
    seen = []
    for _ in DEPARTS:
        made.touch("departs", now())
        seen += [offer.train for offer in listed(made.state, WALL_MS)] if made.state.departs else []
    assert made.state.departs == ""
    assert sorted(seen) == sorted(offer.train for offer in OFFERS)
