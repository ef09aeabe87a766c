"""Who comes for an order proves it in the planned way, and coins in the cup are taken by whoever does not forget their change."""

from __future__ import annotations

from random import Random

import pytest

from kiosk.screen.values import Chrome, Key, Notice, Pickup, PickupCode, PickupOrders, Screen, Words
from simulator.passenger.actions import Action, Hold, Leave, TakeFrom, Touch, Wait
from simulator.passenger.decide import decide
from simulator.passenger.person import Kind, Memory, Plan, Seen
from tests.simulator.passenger.toy_machine import ToyMachine

CODE = "123456789012"
DIGITS = tuple(Key(f"code:{digit}", Words(digit)) for digit in "1234567890")
CLEAR, ERASE = Key("clear", Words("Clear")), Key("erase", Words("Erase"))
ASKED = Pickup(Chrome(), Words(), (), Words())


def does(screen: Screen, manner: str, memory: Memory | None = None) -> Action:
    plan = Plan(Kind.PICKUP, pays="pickup", manner=manner, code=CODE)
    return decide(plan, Seen(screen), memory or Memory(), Random(1))


def typed(text: str, message: Notice | None = None) -> PickupCode:
    return PickupCode(Chrome(), Words(), text, Words(), Words(), DIGITS, CLEAR, ERASE, message)


@pytest.mark.parametrize(
    ("manner", "deed"),
    [("paper", Hold("paper", 1_200)), ("again", Hold("paper", 1_200)), ("card", Hold("card", 1_200))],
)
def test_paper_and_card_are_held_to_where_they_are_read(manner: str, deed: Action) -> None:
    assert does(ASKED, manner) == deed
    assert does(Pickup(Chrome(), Words(), (), Words("asking")), manner) == Wait()
    assert isinstance(does(ASKED, manner, Memory(held=4)), Leave)


def test_a_code_is_typed_digit_by_digit_and_a_wrong_one_erased() -> None:
    assert does(ASKED, "typed") == Touch("type_code", 2_500)
    assert does(typed(""), "typed") == Touch("code:1", 900)
    assert does(typed("1234 5"), "typed") == Touch("code:6", 900)
    assert does(typed("1234 6"), "typed") == Touch("erase", 900)
    assert does(typed("1234 5678 9012"), "typed") == Wait()
    assert does(typed("", Notice(Words("no such order"), "warn")), "typed") == Leave("not picked up", 2_500)


def test_an_order_without_a_key_is_not_picked_up() -> None:
    assert does(PickupOrders(Chrome(), Words(), ()), "again") == Leave("not picked up")


@pytest.mark.parametrize(("kind", "takes"), [(Kind.EXACT, True), (Kind.FORGET_CHANGE, False)])
def test_coins_in_the_cup_are_taken_unless_they_are_forgotten(kind: Kind, takes: bool) -> None:
    seen = Seen(ToyMachine().screen(), coins=True)
    done = decide(Plan(kind), seen, Memory(in_sale=True, tickets_seen=True), Random(1))
    assert (done == TakeFrom("coins", 1_200)) == takes
    assert not isinstance(decide(Plan(kind), seen, Memory(), Random(1)), TakeFrom), "another one's coins"
