"""Lives of a machine from a seed: eight payments each, in bad weather, with faults of the provider, power cuts and all phones."""

from __future__ import annotations

from random import Random

from kiosk.ports.payment import PaymentApproved, PaymentDeclined
from simulator.provider.faults import Faults
from simulator.provider.phone import MANNERS
from tests.drivers.code_pay.world import World
from tests.drivers.till import Paid

FAULTS = (
    "silent:times=2",
    "slow:ms=4000:times=2",
    "slow:ms=7000:times=1",
    "answer_lost:times=2",
    "late_payment:ms=12000:match=phone:times=1",
    "late_payment:ms=12000:match=collect:times=1",
    "late_payment:ms=150000:times=4",
    "paid_twice:match=phone:times=1",
    "wrong_amount:times=3",
    "wrong_order:times=3",
    "wrong_signature:times=3",
    "unknown_first:match=query:times=3",
    "refund_refused:match=refund:times=1",
    "clock_skew:ms=100000:times=9",
    "clock_skew:ms=200000:times=5",
)
WEATHERS = {
    "fair": ("good",),
    "windy": ("good", "good", "good", "request lost", "answer lost", "late", "twice"),
    "storm": ("good", "request lost", "request lost", "answer lost", "late"),
    "mud": ("good", "late", "late"),
    "night": ("request lost",),
}
PAYMENTS = 8


class Life:
    """One machine, one provider, one seed. AssertionError: something that the adapter said is not so."""

    def __init__(self, seed: int) -> None:
        self._dice, self.weather = Random(seed), "fair"
        self.world = World(lambda: self._dice.choice(WEATHERS[self.weather]))

    def live(self) -> World:
        for _ in range(PAYMENTS):
            self._one()
        self.end()
        return self.world

    def end(self) -> None:
        """All is well again: every payment comes to its one end."""
        world = self.world
        self.weather, world.faults = "fair", Faults()
        world.run(200_000)
        for paid in world.payments.values():
            assert paid.auth is not None or paid.ended is not None, paid
            if paid.ended is None and not paid.asked:
                (world.capture if paid.tickets else world.reverse)(paid)
        world.run(60_000)
        world.check()
        for paid in world.payments.values():
            assert paid.ended is not None, paid
            if isinstance(paid.ended, PaymentDeclined):
                assert world.booked(paid) == []

    def pay(self, way: str, manner: str, lasts_ms: int, before_ms: int, after_ms: int) -> Paid | None:
        """Somebody comes with a phone; None: another payment is still open."""
        world = self.world
        if any(paid.auth is None and paid.ended is None for paid in world.payments.values()):
            return None
        paid = world.begin(way, lasts_ms=lasts_ms)
        world.run(before_ms)
        if world.text():
            world.phones[manner].scan(world.text(), world.wall_ms())
        elif world.step() == "scan":
            world.driver.scanned(world.phones[manner].show(world.wall_ms()))
        world.run(after_ms)
        return paid

    def comes_between(self, paid: Paid, what: str) -> None:
        """`cancel`, `night` on the line, `power` (the machine's), `provider` (starts again), or nothing of these."""
        if what == "cancel":
            self.world.driver.cancel(paid.number)
        elif what == "power":
            self.world.killed()
        elif what == "provider":
            self.world.restarted()
        elif what == "night":
            self.weather = "night"

    def settle(self, capture: bool) -> None:
        """The sale goes on, or takes back, what was approved."""
        for paid in self.world.payments.values():
            if isinstance(paid.auth, PaymentApproved) and paid.ended is None and not paid.asked:
                (self.world.capture if capture else self.world.reverse)(paid)

    def _one(self) -> None:
        dice, world = self._dice, self.world
        self.weather = dice.choice([*WEATHERS, "fair", "windy"])
        for _ in range(dice.randrange(3)):
            world.fault(dice.choice(FAULTS))
        way, manner = dice.choice(["code", "scan"]), dice.choice(["now", "now", *MANNERS])
        lasts_ms = dice.choice([4_000, 10_000, 60_000])
        paid = self.pay(way, manner, lasts_ms, dice.choice([100, 2_500]), dice.choice([100, 1_700, 3_000]))
        assert paid is not None
        world.check()
        self.comes_between(paid, dice.choice(["cancel", "night", "power", "provider", "", ""]))
        world.run(dice.randrange(120_000))
        self.weather = "windy"
        for _ in range(100):
            if paid.auth is not None or paid.ended is not None:
                break
            world.run(5_000)
        world.check()
        self.settle(dice.random() < 0.5)
        world.run(dice.choice([100, 10_000]))
        world.check()
