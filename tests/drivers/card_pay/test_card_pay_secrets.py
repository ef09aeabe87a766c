"""Numbers of cards, PINs, tracks, PIN blocks and keys are in no fact, no line of the log and no text of an object."""

from __future__ import annotations

import gc
import json
import logging

import pytest

from drivers.card_pay import codec
from drivers.card_pay.codec import Message
from drivers.card_pay.messages import Request
from drivers.card_pay.visit import Visit
from drivers.emv.port import BankAnswer, OnlineCard, Purchase
from kiosk.ports.pin_pad import PinBlock
from kiosk.records import record_of
from simulator.devices.chip_card.wallet import MARKS, WALLET
from tests.drivers.card_pay.world import World

CARDS = ("second", "asking", "long", "poor", "late_no", "half", "expired", "blocked")
TPDU = bytes.fromhex("6000380000")
HOMES = ("drivers.card_pay", "drivers.emv", "drivers.crt310", "drivers.epp", "kiosk.ports")


def texts_of_objects() -> str:
    """What every object of the adapter and its devices says of itself now."""
    ours = [each for each in gc.get_objects() if str(type(each).__module__).startswith(HOMES)]
    return "\n".join(repr(each) for each in ours)


def marks(world: World) -> set[str]:
    """What must be nowhere: of the cards, and of the messages that were really sent."""
    pins = {WALLET[name].perso.pin for name in CARDS}
    tracks = {WALLET[name].perso.track2.replace("=", "D") for name in CARDS}
    sent = [codec.parse(frame, TPDU) for frame in world.host.heard if frame[11:13] == b"\x02\x00"]
    assert sent
    fields = {message.get(number) for message in sent for number in (35, 52, 55)}
    return {mark for mark in {*MARKS, *pins, *tracks, *fields} if mark}


def test_nothing_that_is_secret_is_said_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = World().ready()
    seen: list[str] = []
    world.hook = lambda number: seen.append(texts_of_objects()) if number % 5 == 0 else None
    for name in CARDS:
        world.pay(name)
    world.fault("wrong_mac:match=02:times=1")
    world.pay("second")
    world.fault("cut:match=02:times=1")
    world.pay("second")
    seen.append(texts_of_objects())
    facts = [repr(fact) for fact in world.bench.facts]
    lines = [json.dumps(record_of(fact), default=repr) for fact in world.bench.facts if fact.kind != "payment.step"]
    said = "\n".join([*facts, *lines, caplog.text, *seen]).upper()
    assert "622588******" in said.replace("622588*********", "622588******"), "first six and last four are told"
    found = sorted(mark for mark in marks(world) if mark.upper() in said)
    assert found == []


def test_nothing_of_a_card_stays_in_memory_after_a_payment() -> None:
    world = World().ready()
    assert world.pay("second").ended is not None
    gc.collect()
    ours = {Visit, OnlineCard, PinBlock, Purchase, BankAnswer, Message, Request}
    assert [type(each).__name__ for each in gc.get_objects() if type(each) in ours] == []
