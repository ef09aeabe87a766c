"""The hoppers' front against their driver: the same orders, faults and cuts, the same outcomes, the same coins in the cup.

Compared is what became of each order and where the coins lie; how a hopper names itself, its level sensors and the registers
that a miscount quotes are of the line, and the driver's alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from drivers.cctalk.driver import CcTalkBus
from kiosk.ports.coin_hopper import CoinsPaid, CoinsRefused, CoinsShort, CoinsUncertain, HopperPast
from kiosk.ports.fact import Fact, Report
from kiosk.ports.note_dispenser import MISCOUNTED
from simulator.devices.cctalk import CctalkBus, HopperSettings
from simulator.devices.cctalk.faults import HOPPER
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fronts.port import coin_hopper
from simulator.fronts.port.coin_hopper import CoinsFront
from simulator.fronts.port.hopper_paid import Found
from tests.contracts.hoppers import SEATS, SERIAL, STOCK
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig, Script, both

OUTCOMES = (CoinsPaid, CoinsShort, CoinsUncertain, CoinsRefused)
AT_CUT = ("cut_uncounted_next", "memory_torn_next", "count_back_next", "supply_bounces_next")
UNSEEN = {"counter_wrap_next", "low_sensor_blind", "level_illegal", "busy_next", "slow_reply", "bytes_swapped_next"}
"""They have no meaning without bytes, or none for an order (the front says which)."""
PLAYED = [name for name in HOPPER if name not in UNSEEN and name not in AT_CUT]


def _twins(seed: int) -> Mapping[str, Any]:
    matter = Matter()
    for seat in SEATS:
        for _ in range(STOCK):
            matter.new_coin(seat.value_fen, f"hopper.{seat.number}")
    each = [HopperSettings(seat.number, address=seat.address, serial=SERIAL + seat.number) for seat in SEATS]
    return {"hopper": CctalkBus(matter, Speeds(), each)}


def _driver(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    bus = CcTalkBus("hopper", report, SEATS)
    return Fitted(bus, [Joint("hopper", bus, 9_600)])


def _front(report: Report, twins: Mapping[str, Any], boot: int) -> Fitted:
    front = CoinsFront("hopper", report, twins["hopper"], {seat.number: seat.value_fen for seat in SEATS})
    return Fitted(front, [Joint("hopper", front)])


RIG = Rig(_twins, _driver, _front)


def _told(bench: Bench) -> list[CoinsPaid | CoinsShort | CoinsUncertain | CoinsRefused]:
    told = [fact for fact in bench.facts if isinstance(fact, OUTCOMES)]
    return [replace(fact, reason=_word(fact.reason)) if isinstance(fact, CoinsUncertain) else fact for fact in told]


def _word(reason: str) -> str:
    """A miscount is its first word (`kiosk.ports.coin_hopper`)."""
    return MISCOUNTED if reason.startswith(MISCOUNTED) else reason


def _lie(bench: Bench) -> dict[str, list[str]]:
    places = bench.twins["hopper"].hoppers[0].body.matter.places
    return {name: sorted(coin.serial for coin in place.coins()) for name, place in places.items() if place.coins()}


def same(script: Script) -> Sequence[Fact]:
    one, other = both(RIG, script)
    assert _told(one) == _told(other)
    assert _lie(one) == _lie(other)
    return _told(one)


def ready(bench: Bench) -> None:
    past = sum(isinstance(fact, HopperPast) for fact in bench.facts)
    bench.until(lambda: sum(isinstance(fact, HopperPast) for fact in bench.facts) >= past + len(SEATS))
    bench.run(500)


def paid(bench: Bench, order: int, coins: int) -> None:
    bench.do(partial(bench.it.hoppers[1].pay, order, coins))
    bench.until(lambda: any(fact.order == order for fact in _told(bench)))


def test_coins_are_paid_and_refused() -> None:
    def script(bench: Bench) -> None:
        bench.do(partial(bench.it.hoppers[1].pay, 1, 2))
        ready(bench)
        paid(bench, 2, 4)
        bench.do(partial(bench.it.hoppers[1].pay, 3, 2))
        bench.do(partial(bench.it.hoppers[1].pay, 4, 2))
        bench.until(lambda: len(_told(bench)) == 4)

    assert [(type(fact), fact.order) for fact in same(script) if isinstance(fact, OUTCOMES)] == [
        (CoinsRefused, 1),
        (CoinsPaid, 2),
        (CoinsRefused, 4),
        (CoinsPaid, 3),
    ]


@pytest.mark.parametrize("fault", PLAYED)
def test_what_a_hopper_does_wrong_has_the_same_outcome(fault: str) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        bench.do(lambda: bench.twins["hopper"].faults.add(fault))
        bench.run(2_500)
        paid(bench, 1, 3)
        bench.do(bench.twins["hopper"].faults.clear)
        bench.run(2_500)
        paid(bench, 2, 2)

    assert len(same(script)) == 2


@pytest.mark.parametrize("fault", ["", *AT_CUT])
def test_power_fails_while_coins_fall(fault: str) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        before = dict(bench.it.hoppers[1].counters)
        if fault:
            bench.do(lambda: bench.twins["hopper"].faults.add(fault))
        bench.do(partial(bench.it.hoppers[1].pay, 1, 6))
        bench.until(lambda: len(bench.twins["hopper"].hoppers[0].body.tray.coins()) == 2)
        bench.cut()
        ready(bench)
        bench.do(partial(bench.it.hoppers[1].settle, 1, 6, before))
        bench.until(lambda: bool(_told(bench)))

    assert len(same(script)) == 1


def test_a_front_that_believes_more_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def script(bench: Bench) -> None:
        ready(bench)
        paid(bench, 1, 2)

    monkeypatch.setattr(coin_hopper, "outcome", lambda asked, *counted: Found("full", asked + 1, asked + 1))
    with pytest.raises(AssertionError):
        same(script)


def test_every_fault_is_compared_or_has_a_reason_not_to_be() -> None:
    assert {*PLAYED, *AT_CUT, *UNSEEN} == set(HOPPER)
