"""Cards in virtual time: the adapter, the real drivers and their twins on wires, the bank's own core, a passenger, and a sale that
does as decision page 036 says. One process, one thread, no sleep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from drivers.card_pay.driver import CardPay
from drivers.card_pay.messages import Terminal, trace_of
from drivers.card_pay.visit import Patience
from drivers.crt310.driver import Crt310
from drivers.emv.port import TerminalData
from drivers.emv.reference import ReferenceKernel
from drivers.epp.driver import Epp
from kiosk.ports.fact import Fact
from kiosk.ports.payment import Books, PaymentApproved, PaymentDeclined, PaymentReversed, PaymentStep
from simulator.acquirer.faults import Faults, Order
from simulator.acquirer.ledger import Key, State
from simulator.acquirer.profile import MERCHANT
from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.crt310 import Crt310 as ReaderTwin
from simulator.devices.crt310 import lab_card
from simulator.devices.epp import Zt598, install_test_masters
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds
from simulator.world.bank import Bank
from tests.drivers.till import AMOUNT_FEN, Paid, Till
from tests.simulator.fronts.harness import START_MS, Bench, Fitted, Joint, Rig

TERMINAL = "TVM00001"
NOW_MS = 1_795_349_292_000
DAY_MS = 86_400_000
PATIENCE = Patience(take_ms=8_000, answer_ms=10_000)


@dataclass
class Passenger:
    """Does what the screen says, when it says so. `card` in the hand; `pin` None: the card's own; `forgets`: leaves the card."""

    card: Card | None = None
    pin: str | None = None
    forgets: bool = False
    away: bool = False
    slow_ms: int = 300
    done: set[tuple[int, str]] = field(default_factory=set)


class World(Till):
    """`bench`: another than in virtual time. `books`: what the bank is told at the end of a day; `nights` went by.

    `hook` is asked before each exchange with the chip, with its number (1..) in this life.
    """

    def __init__(self, patience: Patience = PATIENCE, bench: Callable[[Rig], Any] | None = None) -> None:
        self.patience = patience
        self.matter = Matter()
        self.host = Bank(lambda now_ms: NOW_MS + now_ms - START_MS)
        self.payments: dict[int, Paid] = {}
        self.who = Passenger()
        self.hook: Callable[[int], None] = lambda number: None
        self.exchanges = 0
        self.logs: list[str] = []
        self.reverses_approved = False
        self.books: Books | None = None
        self.nights = 0
        self.captures = True
        self.made: list[CardPay] = []
        self._cards: dict[str, Card] = {}
        speeds = Speeds(rate=0)
        pad = Zt598(speeds, seed=b"\x01")
        install_test_masters(pad)
        reader = ReaderTwin(self.matter, speeds)
        twins: Mapping[str, Any] = {"card_reader": reader, "pin_pad": pad, "bank": self.host}
        rig = Rig(lambda seed: twins, self._fit, self._fit)
        self.bench = bench(rig) if bench else Bench(rig, "bytes")
        self.bench.answer = self._heard
        self.reader, self.pad = reader, pad

    def _fit(self, report: Any, twins: Any, boot: int) -> Fitted:
        """As the machine fits them: the drivers report to the adapter, which the loop asks when it has something to say."""
        loop = report.__self__
        driver = CardPay(
            report,
            Terminal(TERMINAL, MERCHANT),
            day=self.day,
            draw_near=loop.nudge,
            patience=self.patience,
            books=lambda: self.books,
        )
        reader = Crt310("card_reader", driver.hear, take_ms=self.patience.take_ms)
        pad = Epp("pin_pad", driver.hear, test_keys=True)
        dice = self.bench.dice if isinstance(getattr(self, "bench", None), Bench) else None
        draw = (lambda n: dice.randbytes(n)) if dice else (lambda n: bytes(range(n)))
        driver.attach(reader, pad, ReferenceKernel("lab", TerminalData(TERMINAL), draw))
        plain = reader.exchange

        def exchange(order: int, apdu: Any, sam: int = 0) -> None:
            self.exchanges += 1
            self.hook(self.exchanges)
            plain(order, apdu, sam)

        reader.exchange = exchange  # type: ignore[method-assign]
        self.driver_reader, self.driver_pad = reader, pad
        self.made.append(driver)
        joints = [Joint("card_reader", reader, 9_600), Joint("pin_pad", pad, 9_600), Joint("bank", driver, 0)]
        return Fitted(driver, joints)

    # -- the machine

    @property
    def driver(self) -> CardPay:
        made: CardPay = self.bench.it
        return made

    @property
    def port(self) -> CardPay | None:
        made: CardPay | None = self.bench.it
        return made

    def mono_ms(self) -> int:
        return self.bench.now_ms

    def woken(self) -> None:
        self.bench.nudge()

    def wall_ms(self) -> int:
        return NOW_MS + self.nights * DAY_MS + self.bench.now_ms - START_MS

    def day(self, wall_ms: int | None) -> str:
        return datetime.fromtimestamp((self.wall_ms() if wall_ms is None else wall_ms) / 1_000, UTC).strftime("%y%m%d")

    def ready(self) -> World:
        self.bench.until(lambda: bool(self.driver.ways))
        return self

    def begin(self, card: str = "good", amount_fen: int = AMOUNT_FEN, lasts_ms: int = 120_000, **who: Any) -> Paid:
        """A payment by somebody with a card; empty: with none."""
        self.who = Passenger(self.card(card) if card else None, **who)
        return self.begin_payment("card", amount_fen, lasts_ms)

    def pay(self, card: str = "good", **how: Any) -> Paid:
        """The same until it has come to its end."""
        paid = self.begin(card, **how)
        self.bench.until(lambda: paid.ended is not None, 400_000)
        return paid

    def card(self, name: str) -> Card:
        """One and the same card each time."""
        if name not in self._cards:
            self._cards[name] = lab_card(self.matter, name)
        return self._cards[name]

    def lies(self, name: str) -> str:
        """Where a card is now."""
        place = self.card(name).lies
        return place.name if place else "nowhere"

    def killed(self, dark_ms: int = 5_000) -> None:
        """Power cut of the whole machine; every record without an outcome is reversed (036, recovery)."""
        self.bench.off()
        self.bench.run(dark_ms)
        self.bench.on()
        for paid in self.payments.values():
            paid.asked = False
            if paid.ended is None and not (isinstance(paid.auth, PaymentApproved) and not self.reverses_approved):
                self.reverse(paid)
            elif paid.ended is None:
                self.capture(paid)

    def approved(self, paid: Paid) -> None:
        if self.reverses_approved:
            self.reverse(paid)
        elif self.captures:
            self.capture(paid)

    def _heard(self, fact: Fact) -> None:
        if isinstance(fact, PaymentStep):
            self._step(fact)
        self.told(fact)

    # -- the passenger

    def _step(self, fact: PaymentStep) -> None:
        who = self.who
        if who.away or (fact.payment, fact.step) in who.done or fact.step not in ("card", "pin", "remove"):
            return
        who.done.add((fact.payment, fact.step))
        deed = {"card": self._insert, "pin": self._type, "remove": self._take}[fact.step]
        self.after(who.slow_ms, lambda: deed(100))

    def _insert(self, tries: int) -> None:
        card = self.who.card
        if card is None or not tries or self.bench.it is None or card.lies is None or card.lies.name != "hand":
            return
        if self.bench.do(lambda: self.reader.insert(card, self.bench.now_ms)) is not None:
            self.after(100, lambda: self._insert(tries - 1))

    def _type(self, tries: int) -> None:
        if self.who.card is None:
            return
        pin = self.who.pin if self.who.pin is not None else WALLET[self.who.card.name].perso.pin
        for place, key in enumerate([*pin, "enter"]):
            self.after(50 * place, partial(self._press, key))

    def _press(self, key: str) -> None:
        if self.bench.it is not None:
            self.bench.do(lambda: self.pad.press(key, self.bench.now_ms))

    def _take(self, tries: int) -> None:
        if not self.who.forgets and tries and self.bench.do(lambda: self.reader.take(self.bench.now_ms)) is not None:
            self.after(100, lambda: self._take(tries - 1))

    def after(self, ms: int, deed: Callable[[], None]) -> None:
        self.bench.clock.at(self.bench.now_ms + ms, deed)

    # -- what is true

    def fault(self, order: str) -> None:
        self.host.faults.switch_on(Order.parse(order))

    def moved_fen(self, paid: Paid) -> int:
        """What the bank has in its books for a payment."""
        rows = [row for row in self.host.ledger.bookings(TERMINAL) if row.key.trace == trace_of(paid.number)]
        return sum(row.moved_fen for row in rows)

    def state(self, paid: Paid) -> State | None:
        booking = self.host.ledger.booking(Key(TERMINAL, 1, trace_of(paid.number)))
        return booking.state if booking else None

    def check(self) -> None:
        """The bank's books add up, and say the same as the machine."""
        assert self.host.ledger.wrong() == []
        for paid in self.payments.values():
            assert paid.ended is not None, paid
            if paid.ended.kind == "capture!":
                assert (paid.ended.result, self.moved_fen(paid)) == ("done", AMOUNT_FEN), paid
                assert isinstance(paid.auth, PaymentApproved)
            elif isinstance(paid.ended, PaymentReversed | PaymentDeclined):
                assert self.moved_fen(paid) == 0, paid
            else:
                raise AssertionError(paid)

    def end(self) -> None:
        """All is well again: every payment comes to its one end."""
        self.host.faults = Faults()
        self.host.spoil = lambda out, frame: frame
        self.bench.until(lambda: all(paid.ended is not None for paid in self.payments.values()), 400_000)
        self.bench.run(30_000)
        self.check()
