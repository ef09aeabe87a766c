"""A network from elsewhere: trains that are shown and not sold, and the keys its train numbers are typed with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.journey.asks import AskStops, StartSale
from kiosk.journey.choose import listed
from kiosk.journey.find import filter_kinds, number_kinds
from kiosk.journey.state import JourneyState, hold_blocker, selling_state
from kiosk.ports.trips import Network
from kiosk.screen.values import RouteMap, TrainNumber, Trains, Words
from tests.kiosk.screen.world import HOUR_MS, LIMITS, NETWORK, WALL_MS, class_offer, now, offer
from tests.kiosk.ui.samples_foreign import (
    BARE,
    HOME,
    LONG,
    NUMBERS,
    journey,
    listing,
    network,
    not_sold,
    on_the_map,
    shown,
    sold,
)


def test_a_train_of_another_currency_is_never_for_sale() -> None:
    gone, coming, *_ = not_sold("ASF")
    assert (selling_state(gone, WALL_MS), selling_state(coming, WALL_MS)) == ("departed", "query_only")
    with_places = replace(coming, classes=(class_offer("O", 775, 9),), closes_ms=coming.depart_ms)
    assert selling_state(with_places, WALL_MS) == "query_only"
    chosen = JourneyState(offers=(with_places,), chosen=with_places.train, seat_class="O", passengers=(("adult", 1),))
    assert hold_blocker(chosen, LIMITS, None, WALL_MS) == "closed"


def test_it_cannot_be_chosen_nor_held() -> None:
    made = listing("en", not_sold("ASF"), BARE)
    for target in ("train:134", "hold"):
        asks = made.touch(target, now())
        assert not any(isinstance(ask, StartSale) for ask in asks)
        assert made.state.step == "trains"


def test_it_stands_in_order_of_departure_and_the_gone_one_last() -> None:
    made = listing("en", not_sold("ASF"), BARE)
    assert [each.train for each in listed(made.state, WALL_MS)] == ["134", "150", "152", "154", "101"]
    made.touch("available", now())
    assert listed(made.state, WALL_MS) == ()


def test_next_departures_tell_it_whatever_the_filter() -> None:
    sold_out = replace(offer("9", "other", HOUR_MS, 60, class_offer("O", 775, 0)), origin=HOME, destination="ASF")
    state = JourneyState(step="next", origin=HOME, offers=(*not_sold("ASF"), sold_out), available=True)
    assert [each.train for each in listed(state, WALL_MS)] == ["134", "150", "152", "154"]


@pytest.mark.parametrize(
    ("language", "why", "unknown"),
    [
        ("zh", "票价不是人民币，本机不售", "没有票价，本机不售"),
        ("en", "Fare not in yuan: not sold at this machine", "No fare known: not sold at this machine"),
    ],
)
def test_the_card_says_the_price_and_why_not(language: str, why: str, unknown: str) -> None:
    screen = shown(listing(language, not_sold("ASF"), BARE))
    assert isinstance(screen, Trains)
    cards = {card.number: card for card in screen.cards}
    priced, free = cards["134"], cards["154"]
    assert (priced.price, priced.state, priced.state_words.main) == ("USD 9.75", "query_only", why)
    assert (free.price, free.state, free.state_words.main) == ("", "query_only", unknown)
    assert not any(card.key.enabled for card in screen.cards)
    assert priced.key.why == priced.state_words
    assert (cards["101"].state, cards["150"].badge.main) == (
        "departed",
        "时刻估算" if language == "zh" else "Time estimated",
    )


def test_the_map_counts_them_and_names_no_price() -> None:
    screen = on_the_map("en", not_sold("BDP"))
    assert isinstance(screen, RouteMap)
    assert screen.card is not None
    assert (screen.card.state, screen.card.price, screen.card.price_note.main) == ("list", "", "Price unknown")
    assert screen.card.facts[1].words.main.startswith("4 trains")


# -- numbers


def test_the_kinds_of_numbers_are_those_of_the_network() -> None:
    assert number_kinds(None) == number_kinds(NETWORK) == ("G", "D", "C", "Z", "T", "K")
    assert number_kinds(network()) == ("G", "D", "C", "Z", "T", "K")
    assert number_kinds(BARE) == ()
    assert number_kinds(LONG)[:2] == ("ICE", "IC")
    assert len(number_kinds(LONG)) == 10
    assert number_kinds(network("G1", "D2", "S3", "S5")) == ("S", "D", "G")


def test_ice_1672_is_found_by_its_keys() -> None:
    made = journey("en")
    for target in ("train_number", "letter:ICE", "digit:1", "digit:6", "digit:7", "digit:2"):
        made.touch(target, now())
    screen = shown(made)
    assert isinstance(screen, TrainNumber)
    assert (screen.typed, [key.words.main for key in screen.found]) == ("ICE1672", ["ICE1672", "ICE1672-2"])
    asks = made.touch("number:ICE1672-2", now())
    assert [ask.train for ask in asks if isinstance(ask, AskStops)] == ["ICE1672-2"]


def test_a_kind_is_typed_and_erased_as_one() -> None:
    made = journey("en")
    made.touch("train_number", now())
    made.touch("letter:ICE", now())
    assert made.state.typed == "ICE"
    made.touch("erase", now())
    assert made.state.typed == ""
    for target in ("letter:ICE", "digit:5", "erase"):
        made.touch(target, now())
    assert made.state.typed == "ICE"
    made.touch("letter:XYZ", now())
    assert made.state.typed == "ICE"


def test_keys_that_lead_nowhere_are_off() -> None:
    made = journey("en")
    made.touch("train_number", now())
    screen = shown(made)
    assert isinstance(screen, TrainNumber)
    assert [key.target for key in screen.letters if key.enabled] == [key.target for key in screen.letters]
    assert not any(key.enabled for key in screen.digits)
    made.touch("letter:IC", now())
    screen = shown(made)
    assert isinstance(screen, TrainNumber)
    assert {key.words.main for key in screen.digits if key.enabled} == {"2"}
    assert not any(key.enabled for key in screen.letters)


@pytest.mark.parametrize(("known", "example"), [(LONG, "ICE1672"), (BARE, "101"), (NETWORK, "K598")])
def test_the_example_is_a_number_as_they_are_here(known: object, example: str) -> None:
    made = journey("en", known)  # type: ignore[arg-type]
    made.touch("train_number", now())
    screen = shown(made)
    assert isinstance(screen, TrainNumber)
    assert example in screen.hint.main
    assert screen.empty.main.startswith("Tap the digits" if known is BARE else "First the letter")


def test_every_number_can_be_typed_as_far_as_it_goes() -> None:
    for number in NUMBERS:
        made = journey("en")
        made.touch("train_number", now())
        head = next((kind for kind in sorted(number_kinds(LONG), key=len, reverse=True) if number.startswith(kind)), "")
        for target in (f"letter:{head}", *(f"digit:{sign}" for sign in number.partition("-")[0][len(head) :])):
            made.touch(target, now())
        assert number.startswith(made.state.typed)


def test_one_name_for_both_languages_is_said_once() -> None:
    screen = shown(listing("en", not_sold("ASF"), BARE))
    assert isinstance(screen, Trains)
    assert screen.destination == Words("So. San Francisco Caltrain Station")


@pytest.mark.parametrize(
    ("known", "kinds"),
    [
        (LONG, ("ICE", "IC", "BUS")),
        (BARE, ()),
        (network("RE1", "RE2"), ()),
        (network("D1", "IC2", "IC3"), ("IC", "D")),
        (NETWORK, ("G", "D", "K")),
        (network("K598", "1461", "2233"), ("G", "D", "K")),
        (network(), ("G", "D", "K")),
    ],
)
def test_trains_are_told_apart_by_the_kinds_of_their_network(known: Network, kinds: tuple[str, ...]) -> None:
    assert sorted(filter_kinds(known.trains)) == sorted(kinds)
    made = listing("en", sold("SJP"), known)
    chips = shown(made)
    assert isinstance(chips, Trains)
    targets = [key.target for key in chips.filters if key.target.startswith("kind:")]
    assert targets == ([f"kind:{kind}" for kind in ("all", *filter_kinds(known.trains))] if kinds else [])


def test_a_kind_of_the_network_leaves_its_trains() -> None:
    made = listing("en", sold("SJP"))
    made.touch("kind:ICE", now())
    assert [each.train for each in listed(made.state, WALL_MS)] == ["ICE5", "ICE1672-2"]
    made.touch("kind:RJX", now())  # not one of the keys
    assert made.state.kind == ""
    foreign = replace(
        made.state, kind="D", offers=(offer("D15", "other", HOUR_MS, 60), offer("D705", "D", HOUR_MS, 60))
    )
    assert [each.train for each in listed(foreign, WALL_MS)] == ["D15", "D705"]
