"""What is offered when the places are gone, and what the passenger's answer does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.journey.asks import StartSale
from kiosk.journey.flow import Journey
from kiosk.journey.propose import nearest
from kiosk.journey.state import JourneyState
from kiosk.ports.station import LockRefused, TrainsListed
from kiosk.ports.trips import Offer
from tests.kiosk.screen.world import HOUR_MS, WALL_MS, class_offer, journey, now, offer


def selling(offers: tuple[Offer, ...], *plus: str, train: str = "G1") -> Journey:
    made = journey()
    made.touch("station:WHN", now())
    made.hear(TrainsListed(made.state.request, WALL_MS, offers), now())
    made.touch(f"train:{train}", now())
    for passenger in plus:
        made.touch(f"plus:{passenger}", now())
    made.touch("hold", now())
    assert made.state.step == "sale"
    return made


def refused(made: Journey, left: int = 0, reason: str = "sold_out") -> JourneyState:
    made.hear(LockRefused("k", reason, left), now())
    return made.state


SECOND, DEAR, FIRST = class_offer("O", 10_000, 9), class_offer("9", 40_000, 9), class_offer("M", 14_000, 9)
G1 = offer("G1", "G", 2 * HOUR_MS, 60, SECOND, FIRST, DEAR)
BEFORE = offer("G3", "G", HOUR_MS * 3 // 2, 60, SECOND)
AFTER = offer("G5", "G", 4 * HOUR_MS, 60, SECOND)
FULL = offer("G7", "G", HOUR_MS * 9 // 4, 60, class_offer("O", 10_000, 0))


@pytest.mark.parametrize(
    ("offers", "found"),
    [
        ((G1, BEFORE, AFTER), ("G1", "M")),  # another class at a like price
        (
            (replace(G1, classes=(SECOND, DEAR)), BEFORE, AFTER),
            ("G3", "O"),
        ),  # the train next in time, in the same class
        ((replace(G1, classes=(SECOND, DEAR)), FULL, AFTER), ("G5", "O")),
        ((replace(G1, classes=(SECOND, DEAR)), FULL), ("G1", "9")),  # rather dear than not at all
        ((replace(G1, classes=(SECOND,)), FULL), ("", "")),
    ],
)
def test_the_nearest_alternative_is_offered(offers: tuple[Offer, ...], found: tuple[str, str]) -> None:
    state = refused(selling(offers))
    assert (state.instead_train, state.instead_class) == found
    assert state.instead == ("other" if found[0] else "")
    assert (state.step, state.notice) == ("trains", "sold_out")


def test_an_alternative_has_room_for_everybody() -> None:
    one_left = replace(G1, classes=(SECOND, class_offer("M", 14_000, 1)))
    assert refused(selling((one_left, AFTER), "adult")).instead_train == "G5"


def test_a_train_closed_for_sale_is_not_offered_again() -> None:
    assert refused(selling((G1, AFTER)), reason="sale_closed").instead_train == "G5"


def test_agreeing_leads_to_the_seat_screen_with_everything_chosen() -> None:
    made = selling((G1, AFTER), "adult")
    refused(made)
    assert made.touch("agree", now()) == []
    state = made.state
    assert (state.step, state.chosen, state.seat_class, state.passengers) == ("seat", "G1", "M", (("adult", 2),))
    assert (state.instead, state.notice) == ("", "")
    [ask] = made.touch("hold", now())
    assert isinstance(ask, StartSale)
    assert ask.order.price_fen == 28_000


def test_declining_leaves_the_list_with_the_reason() -> None:
    made = selling((G1, AFTER))
    refused(made)
    made.touch("decline", now())
    assert (made.state.step, made.state.instead, made.state.notice) == ("trains", "", "sold_out")
    made.hear(TrainsListed(made.state.request, WALL_MS, (G1, AFTER)), now())
    assert made.state.instead == ""  # once said no, it is not asked again


def test_fewer_places_are_held_at_once_when_agreed() -> None:
    made = selling((G1,), "adult", "adult")
    assert refused(made, 2).instead == "fewer"
    [ask] = made.touch("agree", now())
    assert isinstance(ask, StartSale)
    assert ask.order.passengers == ("adult", "adult")
    assert ask.order.price_fen == 20_000
    assert made.state.step == "sale"


def test_of_several_kinds_nobody_is_left_behind_by_the_machine() -> None:
    """Who stays is the family's choice; meanwhile another train has room for all."""
    made = selling((replace(G1, classes=(SECOND,)), AFTER), "child")
    state = refused(made, 1)
    assert (state.step, state.instead, state.instead_train) == ("seat", "other", "G5")
    made.touch("decline", now())
    assert made.state.passengers == (("adult", 1), ("child", 1))


def test_an_alternative_that_goes_too_is_replaced() -> None:
    made = selling((replace(G1, classes=(SECOND,)), BEFORE, AFTER))
    assert refused(made).instead_train == "G3"
    gone = replace(BEFORE, classes=(class_offer("O", 10_000, 0),))
    made.hear(TrainsListed(made.state.request, WALL_MS, (replace(G1, classes=(SECOND,)), gone, AFTER)), now())
    assert made.state.instead_train == "G5"
    made.hear(TrainsListed(made.state.request, WALL_MS, ()), now())
    assert made.touch("agree", now()) == []
    assert (made.state.step, made.state.instead) == ("trains", "")


def test_back_on_a_keypad_closes_the_question() -> None:
    made = selling((G1, AFTER))
    refused(made)
    made.touch("back", now())
    assert made.state.instead == ""


def test_an_expired_lock_leads_back_to_the_trains() -> None:
    made = selling((G1, AFTER))
    asks = made.sale_over(now(), "home", "lock_expired")
    assert len(asks) == 1
    assert (made.state.step, made.state.notice) == ("trains", "lock_expired")


def test_without_a_chosen_train_nothing_is_near() -> None:
    assert nearest(JourneyState(offers=(G1, AFTER)), WALL_MS) is None
