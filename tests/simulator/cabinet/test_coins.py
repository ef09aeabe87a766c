"""Coin hoppers in the cabinet: the real driver on its bus, the cup in front of a passenger, a technician's hands, conservation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config import ConfigError, parse
from drivers.cctalk.device import Seat
from drivers.cctalk.driver import CcTalkBus
from kiosk.ports.coin_hopper import CoinsPaid, CoinsShort, CoinsUncertain
from kiosk.ports.fact import Fact
from simulator.audit.cases import Run
from simulator.audit.ledger import take_in
from simulator.audit.outside import Outside
from simulator.audit.tally import Tally
from simulator.auditor import Rules
from simulator.cabinet.settings import CabinetSettings, CoinSettings
from tests.simulator.cabinet.bench import SETTINGS, Bench

HALF, YUAN = 1, 2
PAID = CoinsPaid | CoinsShort | CoinsUncertain
COINS = replace(SETTINGS, hoppers=(CoinSettings(50), CoinSettings(100)), vault_coins={50: 80, 100: 80})
ALL_FEN = 80 * 150


class Paying:
    """The cabinet, filled by a technician, and a controller's driver on the bus of its hoppers."""

    def __init__(self) -> None:
        self.bench = Bench(COINS)
        self.facts: list[Fact] = []
        values = {HALF: 50, YUAN: 100}
        seats = [Seat(n, CoinSettings.address(n), fen, CoinSettings.serial(n)) for n, fen in values.items()]
        self.bus = CcTalkBus("hopper", self.facts.append, seats)
        self.bench.open_up()
        for hopper in (HALF, YUAN):
            assert self.service(act="fill_hopper", hopper=hopper, coins=60) == 200
        self.bus.link_up(self.bench.clock.now_ms)
        self.wait(6_000)

    def service(self, **act: object) -> int:
        return self.bench.post("/api/service", act).status_code

    def wait(self, ms: int) -> None:
        twin = self.bench.world.twins["hopper"]
        for _ in range(0, ms, 5):
            self.bench.wait(5)
            now_ms = self.bench.clock.now_ms
            self.bus.poll(now_ms)
            twin.receive(self.bus.take_output(), now_ms)
            if said := twin.take_output():
                self.bus.receive(said, now_ms)

    def pay(self, hopper: int, coins: int, order: int = 101) -> Fact:
        self.bus.hoppers[hopper].pay(order, coins)
        self.wait(8_000)
        return next(fact for fact in self.facts if isinstance(fact, PAID) and fact.order == order)


def test_coins_fall_into_the_cup_and_a_hand_takes_them() -> None:
    made = Paying()
    bench = made.bench
    assert made.pay(YUAN, 3) == CoinsPaid(101, YUAN, 3)
    seen = bench.get("/api/state")
    assert seen["outlets"]["coins"] == {"things": 3, "open": True}
    assert (seen["places"]["change.cup"]["coins"], seen["places"]["hopper.2"]["things"]) == ({"100": 3}, 57)
    assert (seen["hoppers"]["2"]["value_fen"], seen["fitted"]["hoppers"]) == (100, [HALF, YUAN])
    assert seen["total"]["conserved"]
    assert seen["total"]["coins"] == 160
    taken = bench.post("/api/take", {"outlet": "coins"}).json()
    assert (taken["coins_fen"], taken["value_fen"], taken["why"]) == ([100, 100, 100], 300, "")
    assert bench.post("/api/take", {"outlet": "coins"}).json()["why"] == "empty"
    ledger = bench.get("/api/ledger")
    assert sum(coin["value_fen"] for coin in ledger["coins"]) == ALL_FEN
    assert {"place": "vault", "value_fen": 50, "count": 80} in ledger["coin_origins"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("empty_next", CoinsShort(101, HALF, 0, "empty")),
        ("jam_next", CoinsShort(101, HALF, 0, "jam")),
        ("silence_after_once", CoinsPaid(101, HALF, 2)),
        ("exit_blocked_next", CoinsUncertain(101, HALF, 0, 1, "exit")),
    ],
)
def test_what_a_passenger_or_a_technician_may_cause_is_told_and_no_coin_is_lost(fault: str, told: Fact) -> None:
    made = Paying()
    assert made.bench.post("/api/fault", {"device": "hopper", "name": fault, "on": True}).status_code == 200
    assert made.pay(HALF, 2) == told
    assert made.bench.world.conserved()


def test_what_stands_in_the_exit_goes_back_into_the_bowl_when_it_is_cleared() -> None:
    made = Paying()
    made.bench.post("/api/fault", {"device": "hopper", "name": "sticks_in_exit_next", "on": True})
    made.pay(HALF, 2)
    assert made.bench.things("hopper.1.exit") == 1
    assert made.bench.get("/api/state")["hoppers"]["1"]["blocked"]
    made.bench.post("/api/fault", {"device": "hopper", "name": "bridge@3", "on": True})
    done = made.bench.post("/api/service", {"act": "clear_jam", "device": "hopper"}).json()
    assert done["repaired"] == ["bridge@3"]
    assert (made.bench.things("hopper.1.exit"), made.bench.things("hopper.1")) == (0, 60)
    assert not made.bench.get("/api/state")["hoppers"]["1"]["blocked"]
    assert made.service(act="empty_hopper", hopper=HALF) == 200
    assert (made.bench.things("hopper.1"), made.bench.world.conserved()) == (0, True)


def test_a_machine_without_hoppers_has_no_cup_and_no_coins() -> None:
    bench = Bench()
    refused = bench.post("/api/take", {"outlet": "coins"})
    assert (refused.status_code, refused.json()["error"]) == (400, "no_such_outlet")
    bench.open_up()
    refused = bench.post("/api/service", {"act": "fill_hopper", "hopper": 1, "coins": 5})
    assert (refused.status_code, refused.json()["error"]) == (400, "no_such_hopper")
    assert bench.get("/api/state")["fitted"]["hoppers"] == []


def test_a_coin_that_is_gone_is_a_violation() -> None:
    ledger = Bench(COINS).get("/api/ledger")
    for coins in (ledger["coins"], ledger["coins"][1:]):
        run = Run(Rules())
        take_in(run, Tally(run, Outside(run)), {**ledger, "coins": coins})
        assert len(run.violations) == (0 if coins is ledger["coins"] else 1)


def test_coins_of_a_value_no_hopper_pays_are_refused() -> None:
    with pytest.raises(ConfigError, match="no hopper pays coins of 50 fen"):
        parse("hoppers: [{value_fen: 100}]\nvault_coins: {50: 5}\n", CabinetSettings, "cabinet.yaml")
