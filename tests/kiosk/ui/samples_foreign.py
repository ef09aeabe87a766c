"""Samples of a network from elsewhere: names as long as two published feeds have them, trains that are shown and not sold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from kiosk.journey.flow import Journey
from kiosk.journey.state import JourneySettings
from kiosk.ports.station import NetworkKnown, SessionGranted, TrainsListed, TrainStops
from kiosk.ports.trips import Network, Offer, Order, StationName, StopTime
from kiosk.sale.book import Book
from kiosk.screen.shown import MachineSeen, ModeSeen, Shown
from kiosk.screen.values import Screen
from kiosk.screen.view import view
from tests.kiosk.screen.world import (
    CLASSES,
    CLOCK,
    HOUR_MS,
    LIMITS,
    MONO_MS,
    PASSENGERS,
    TEXTS,
    WALL_MS,
    books,
    class_offer,
    now,
    offer,
)

HOME, MACHINE_AT = "ASJ", "AFU"
NAMES = (
    ("AFU", "Frankfurt(M) Flughafen Fernbf"),
    ("AST", "Steinach(b Rothenburg ob der Tauber)"),
    ("SJP", "Desenzano del Garda/Sirmione"),
    ("ASF", "So. San Francisco Caltrain Station"),
    ("ASJ", "San Jose Diridon Caltrain"),
    ("AKO", "Köln Hbf"),
    ("BDP", "St.Michael in Obersteiermark"),
)
"""Long ones of the German long-distance feed of 2019 and of Caltrain of 2016; BDP and SJP lie on our map."""
NUMBERS = (
    "ICE1672", "ICE1672-2", "ICE1579", "ICE5", "IC2375", "IC2013", "EC8", "BUS17", "NJ40463", "EN50", "TGV9578", "RJX61",
    "RJ74", "DZ4",
)  # fmt: skip
"""Of each kind of train one at least."""
SETTINGS = JourneySettings(HOME)


def network(*trains: str) -> Network:
    stations = tuple(StationName(code, name, "", "", name, name, "") for code, name in NAMES)
    return Network("1", stations, ("AST", "SJP", "ASF", "AFU", "AKO", "BDP"), CLASSES, PASSENGERS, trains)


LONG = network(*NUMBERS)
BARE = network("101", "134", "150")


def journey(language: str, known: Network = LONG) -> Journey:
    made = Journey(SETTINGS)
    made.hear(NetworkKnown(known), now())
    made.hear(SessionGranted(HOME, WALL_MS, LIMITS), now())
    made.touch("start", now())
    if language != made.state.language:
        made.touch("language", now())
    return made


def shown(made: Journey, sale: Book | None = None) -> Screen:
    return view(
        Shown(
            now_wall_ms=WALL_MS, now_mono_ms=MONO_MS + 6_000, machine=MachineSeen("T07", MACHINE_AT), mode=ModeSeen(True),
            journey=made.state, settings=SETTINGS, texts=TEXTS, clock=CLOCK, network=made.network, index=made.index,
            limits=LIMITS, sale=sale, cassettes={1: 100, 2: 1_000, 3: 10_000},
        )
    )  # fmt: skip


def sold(destination: str) -> tuple[Offer, ...]:
    """Trains with an estimated fare, of everyday and of very long numbers."""
    usual = (class_offer("O", 23_450, 64), class_offer("M", 37_500, 12))
    rows = (
        offer("ICE5", "other", HOUR_MS, 64, class_offer("O", 23_450, 64)),
        offer("ICE1672-2", "other", 2 * HOUR_MS, 1_264, *usual, class_offer("9", 1_023_450, 3)),
        offer("NJ40463-2", "other", 8 * HOUR_MS, 1_154, *usual),
        offer("BUS17", "other", 9 * HOUR_MS, 75, class_offer("O", 9_950, 0)),
    )
    zh, en = "票价估算，时刻估算", "Fare estimated, Time estimated"
    return tuple(replace(row, origin=HOME, destination=destination, badge=zh, badge_english=en) for row in rows)


def longest() -> Offer:
    """The longest names, at both ends of one train."""
    train = offer("EC8", "other", 10 * HOUR_MS, 1_264, class_offer("O", 23_450, 64))
    return replace(train, origin="AST", destination="ASF")


def not_sold(destination: str) -> tuple[Offer, ...]:
    """A train of each sort that this machine shows only, and one that has gone."""
    why = "the fare is in another currency; this machine sells in CNY only"
    rows = (
        (offer("101", "other", -HOUR_MS, 68), "USD 9.75"),
        (offer("134", "other", HOUR_MS, 68), "USD 9.75"),
        (
            replace(offer("150", "other", 9 * HOUR_MS, 1_068), badge="时刻估算", badge_english="Time estimated"),
            "EUR 1234.50",
        ),
        (offer("152", "other", 10 * HOUR_MS, 168), "JPY 12000"),
        (offer("154", "other", 11 * HOUR_MS, 68), ""),
    )
    return tuple(
        replace(row, origin=HOME, destination=destination, closes_ms=0, query_only=why, fare=fare) for row, fare in rows
    )


def listing(language: str, offers: tuple[Offer, ...], known: Network = LONG) -> Journey:
    made = journey(language, known)
    made.touch(f"station:{offers[0].destination}", now())
    made.hear(TrainsListed(made.state.request, WALL_MS, offers), now())
    return made


def sale_of(name: str, train: Offer) -> Book:
    """A sale of two places in that train."""
    made = books()[name]
    assert isinstance(made.order, Order)
    made.order = replace(
        made.order, train=train.train, kind=train.kind, origin=train.origin, destination=train.destination,
        depart=train.depart, arrive=train.arrive, day_offset=train.day_offset,
    )  # fmt: skip
    return made


def on_the_map(language: str, offers: tuple[Offer, ...]) -> Screen:
    made = journey(language)
    made.touch("route_map", now())
    made.touch("plate:BDP", now())
    made.hear(TrainsListed(made.state.request, WALL_MS, offers), now())
    return shown(made)


def typing(language: str, known: Network, *targets: str) -> Screen:
    made = journey(language, known)
    for target in ("train_number", *targets):
        made.touch(target, now())
    return shown(made)


def stops_of(language: str) -> Screen:
    """Where a train goes, after its number was chosen."""
    made = journey(language)
    for target in ("train_number", "letter:ICE", "digit:5", "number:ICE5"):
        made.touch(target, now())
    codes = (HOME, *(code for code, _ in NAMES if code != HOME))
    calls = tuple(StopTime(code, "12:10", "12:14", 0, 10 * at) for at, code in enumerate(codes))
    made.hear(TrainStops(made.state.request, "ICE5", calls), now())
    return shown(made)


@cache
def samples_foreign(language: str) -> dict[str, Screen]:
    long = listing(language, (*sold("SJP"), longest()))
    seat = listing(language, sold("SJP"))
    seat.touch("train:ICE1672-2", now())
    asking = listing(language, sold("ASF"))
    asking.touch("back", now())
    asking.touch("trip", now())
    picking = journey(language)
    picking.touch("destination", now())
    in_sale = listing(language, sold("SJP"))
    in_sale.state = replace(in_sale.state, step="sale")
    train = sold("SJP")[1]
    return {
        "home-long": shown(journey(language)),
        "trains-long": shown(long),
        "trains-query": shown(listing(language, not_sold("ASF"), BARE)),
        "seat-long": shown(seat),
        "search.fromto-long": shown(asking),
        "review-long": shown(in_sale, sale_of("REVIEWING", train)),
        "pay.cash-long": shown(in_sale, sale_of("COLLECTING", train)),
        "search.map-long": on_the_map(language, sold("BDP")),
        "search.map-query": on_the_map(language, not_sold("BDP")),
        "search.train-kinds": typing(language, LONG),
        "search.train-ice": typing(language, LONG, "letter:ICE", "digit:1"),
        "search.train-bare": typing(language, BARE),
        "station-stops": stops_of(language),
        "station-long": shown(picking),
    }
