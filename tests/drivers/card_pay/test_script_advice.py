"""The bank hears how its scripts went on a card: once, after the card is away, and no payment waits for it."""

from __future__ import annotations

import pytest

from drivers.card_pay import codec, messages
from kiosk.ports.payment import PaymentCaptured
from tests.drivers.card_pay.world import TERMINAL, World

REFUSED = "DF3105114C414231"
"""One script, which the lab calls LAB1: its first command was refused."""


def told(world: World) -> list[tuple[str, str]]:
    return world.host.ledger.advices(TERMINAL)


def asked(world: World) -> int:
    return sum(frame[11:13] == b"\x06\x20" for frame in world.host.heard)


def opened() -> World:
    world = World()
    world.ready()
    return world


def test_what_became_of_a_script_is_told_once_the_card_is_away() -> None:
    world = opened()
    world.fault("script:times=1")
    assert isinstance(world.pay().ended, PaymentCaptured)
    world.bench.run(5_000)
    assert told(world) == [("951", REFUSED)]
    assert isinstance(world.pay("second").ended, PaymentCaptured)
    world.bench.run(200_000)
    assert asked(world) == 1, "a payment without a script has nothing to tell"


@pytest.mark.parametrize("fault", ["answer_lost", "silent", "cut", "wrong_mac"])
def test_a_lost_answer_is_asked_for_again_and_kept_once(fault: str) -> None:
    world = opened()
    world.fault("script:times=1")
    world.fault(f"{fault}:match=06:times=1")
    world.pay()
    assert isinstance(world.pay("second").ended, PaymentCaptured), "nobody waits for it"
    world.bench.run(200_000)
    assert told(world) == [("951", REFUSED)]


def test_a_bank_that_never_answers_is_not_asked_for_ever() -> None:
    world = opened()
    world.fault("script:times=1")
    world.fault("silent:match=06")
    world.pay()
    world.bench.run(900_000)
    world.host.faults.switch_off("silent")
    world.bench.run(900_000)
    assert told(world) == []
    assert isinstance(world.pay("second").ended, PaymentCaptured)


def test_the_advice_names_the_purchase_and_no_card() -> None:
    kept = {3: "000000", 4: "000000003800", 11: "000101", 22: "051", 25: "00", 41: "TVM00001", 42: "8" * 15, 49: "156"}
    purchase = messages.Request("0200", {**kept, 2: "6225880012345678", 14: "2812", 52: "00" * 8, 60: "22000007000500"})
    advice = messages.script_result(purchase, bytes.fromhex("114C414231"))
    assert advice.fields == {**kept, 55: REFUSED, 60: "22000007951", 61: "000007000101"}
    assert b"6225880012345678" not in codec.body(advice.mti, advice.fields)
    assert codec.body(advice.mti, advice.fields).hex().startswith("0620")
