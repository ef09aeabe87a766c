"""Every driver of the coin hopper port with the twin of its device: rows for the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from drivers.cctalk.codec import Form
from drivers.cctalk.device import Seat
from drivers.cctalk.driver import CcTalkBus
from kiosk.ports.coin_hopper import CoinsPaid, CoinsRefused, CoinsShort, CoinsUncertain, HopperPast
from kiosk.ports.fact import DeviceReady, Report
from simulator.devices.cctalk import CctalkBus, HopperSettings, Scheme
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from tests.contracts.pty_bench import PtyBench
from tests.simulator.fronts.harness import Bench, Fitted, Joint, Rig

AnyBench = Bench | PtyBench
OUTCOMES = (CoinsPaid, CoinsShort, CoinsUncertain, CoinsRefused)
STOCK = 30
"""Coins in each hopper of a fresh machine."""
SERIAL = 12_345_677
SEATS = (Seat(1, 3, 100), Seat(2, 4, 50))


@dataclass(frozen=True, slots=True)
class Row:
    twin: Callable[[Matter, Speeds], Any]
    driver: Callable[[Report], CcTalkBus]


def _bus(*, echo: bool = True, form: Form = Form.SIMPLE, keyed: bool = False, **settings: Any) -> Row:
    """`settings` of each hopper of the twin."""

    def twin(matter: Matter, speeds: Speeds) -> CctalkBus:
        each = [
            HopperSettings(
                number=seat.number,
                address=seat.address,
                serial=SERIAL + seat.number,
                scheme=Scheme.DUMMY if keyed else Scheme.SERIAL,
                with_crc=form is Form.CRC,
                **settings,
            )
            for seat in SEATS
        ]
        return CctalkBus(matter, speeds, each, echo=echo)

    return Row(twin, lambda report: CcTalkBus("hoppers", report, SEATS, form=form, keyed=keyed))


ROWS: Mapping[str, Row] = {
    "generic": _bus(flag_bytes=3),
    "sch2-type": _bus(keyed=True),
    "italian-type": _bus(echo=False, counts_refused=False, keeps_unpaid=False, power_up_flag=False),
    "crc": _bus(form=Form.CRC, reply_counter=False, stop_clears_counter=True, flag_bytes=3),
}
"""Hoppers as makers have them: what they flag, count, keep, and what opens them."""


def rig(row: Row, speeds: Speeds) -> Rig:
    def twins(seed: int) -> Mapping[str, Any]:
        matter = Matter()
        for seat in SEATS:
            for _ in range(STOCK):
                matter.new_coin(seat.value_fen, f"hopper.{seat.number}")
        return {"hoppers": row.twin(matter, speeds)}

    def fit(report: Report, made: Mapping[str, Any], boot: int) -> Fitted:
        bus = row.driver(report)
        return Fitted(bus, [Joint("hoppers", bus, 9_600)])

    return Rig(twins, fit, fit)


# -- what the suite does with any of them


@dataclass
class Books:
    """What a controller writes down: each order with its counters before it is given, and the outcome. One per bench."""

    bench: AnyBench
    orders: dict[int, tuple[int, int, Mapping[str, int]]] = field(default_factory=dict)

    def pay(self, hopper: int, coins: int) -> int:
        order = len(self.orders) + 1
        port = self.bench.it.hoppers[hopper]
        self.orders[order] = (hopper, coins, dict(port.counters))
        self.bench.do(lambda: port.pay(order, coins))
        return order

    def paid(self, hopper: int, coins: int) -> Any:
        order = self.pay(hopper, coins)
        self.bench.until(lambda: bool(self.outcomes(order)))
        (fact,) = self.outcomes(order)
        return fact

    def outcomes(self, order: int) -> list[Any]:
        return [fact for fact in self.bench.facts if isinstance(fact, OUTCOMES) and fact.order == order]

    def settle(self) -> None:
        """After a restart: every order without an outcome."""
        for order, (hopper, coins, before) in self.orders.items():
            if not self.outcomes(order):
                self.bench.do(partial(self.bench.it.hoppers[hopper].settle, order, coins, before))

    def bounds(self, hopper: int) -> tuple[int, int]:
        """Fewest and most coins that fell, by all that was told. Each order has exactly one outcome."""
        least = most = 0
        for order, (number, _, _) in self.orders.items():
            (fact,) = self.outcomes(order)
            if number == hopper and not isinstance(fact, CoinsRefused):
                least += fact.coins
                most += fact.most if isinstance(fact, CoinsUncertain) else fact.coins
        return least, most


def fallen(bench: AnyBench, hopper: int) -> int:
    """Coins of the hopper that lie where the passenger takes them."""
    (value_fen,) = [seat.value_fen for seat in SEATS if seat.number == hopper]
    twin = bench.twins["hoppers"].hoppers[0]
    return sum(coin.value_fen == value_fen for coin in twin.body.tray.coins())


def ready(bench: AnyBench) -> None:
    bench.until(lambda: bench.it.ready and all(hopper.ready for hopper in bench.it.hoppers.values()))
    bench.run(100)


def heard(bench: AnyBench, kind: type[DeviceReady] | type[HopperPast]) -> list[Any]:
    return [fact for fact in bench.facts if isinstance(fact, kind)]
