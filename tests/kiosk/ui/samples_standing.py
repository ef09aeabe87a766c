"""Samples of standing tickets: on the list, where they are chosen, and where the order is agreed to."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from kiosk.journey.flow import Journey
from kiosk.ports.station import TrainsListed
from kiosk.ports.trips import LockedPlace, Offer
from kiosk.sale.book import S
from kiosk.screen.values import Screen
from kiosk.screen.view import view
from tests.kiosk.screen import world
from tests.kiosk.screen.world import HOUR_MS, WALL_MS, book, class_offer, now, offer
from tests.kiosk.ui.samples_journey import journey, shown

PLACES = (LockedPlace(0, "05", "", "standing", "adult", 15_250), LockedPlace(1, "05", "", "standing", "child", 7_625))


def trains() -> tuple[Offer, ...]:
    """A busy day: two trains with nothing but standing tickets in a class."""
    hard, second = replace(class_offer("1", 15_250, 0), standing=17), replace(class_offer("O", 51_950, 0), standing=64)
    return (
        offer("G71", "G", HOUR_MS, 298, second, class_offer("M", 83_150, 12), class_offer("9", 163_850, 0)),
        offer("K598", "K", 4 * HOUR_MS, 1_010, hard, class_offer("3", 26_150, 0)),
        offer("K599", "K", 5 * HOUR_MS, 1_110, class_offer("1", 15_250, 0), class_offer("3", 26_150, 0)),
    )


def listing(language: str) -> Journey:
    made = journey(language)
    made.touch("station:WHN", now())
    made.hear(TrainsListed(made.state.request, WALL_MS, trains()), now())
    return made


def agreed(language: str) -> Screen:
    made = listing(language)
    made.state = replace(made.state, step="sale")
    held = book(S.REVIEWING)
    order = replace(held.order, train="K598", kind="K", seat_class="1", wish="standing", price_fen=22_875)
    held.order, held.places, held.price_fen = order, PLACES, 22_875
    return view(world.shown(made.state, held))


@cache
def samples_standing(language: str) -> dict[str, Screen]:
    made = listing(language)
    found = {"trains-standing": shown(made.state), "review-standing": agreed(language)}
    made.touch("train:K598", now())
    made.touch("plus:child", now())
    return found | {"seat-standing": shown(made.state)}
