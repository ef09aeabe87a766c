"""The provider of phone codes in a simulated world: its own core and ledger, phones that pay, and what can go wrong on the way.

It stands outside the machine and outlives its power. The machine reaches it by the real calls (`simulator.world.code_lines`); a
phone's are plain calls. What the desk of method calls (`simulator.world.payments`) can do wrong has the same names here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.clock import VirtualClock
from simulator.provider.books import conserved, payments
from simulator.provider.eye import read
from simulator.provider.faults import Behaviour, Faults, Ordered
from simulator.provider.ledger import Ledger
from simulator.provider.payers import LAB_PAYERS
from simulator.provider.phone import Phone
from simulator.provider.provider import Provider
from simulator.provider.wire import Reply, Request, content_of

MERCHANT, KEY = "W01", bytes(range(32))
PAYS_AFTER_MS = 1_500
"""As `simulator.provider.phone.MANNERS`; who tries to pay twice is the provider's own fault `paid_twice`."""
LOST, DECLINED = "lost", "declined"
DESK_FAULTS: Mapping[str, str] = {
    "silent": "silent:match=v1",
    "answer_lost": "answer_lost:match=v1:times=1",
    "slow": "slow:ms=4000:match=v1",
    "mute": "unknown_first:ms=10000000",
    "unknown": "unknown_first:ms=20000",
    "late_word": "late_payment:ms=100000:match=phone:times=1",
    "reversal_refused": "refund_refused:match=refund:times=1",
    "paid_twice": "paid_twice:match=phone/pay:times=1",
}
"""Trouble of the desk -> the order to a provider that comes to the same; `lost` and `declined` are played here."""
OWN_FAULTS = (
    "refusing",
    "held:match=v1:times=1",
    "restarted:times=1",
    "wrong_amount:times=1",
    "wrong_order:times=1",
    "wrong_signature",
    "clock_skew",
)
"""What a provider of its own can do besides, which no desk of calls can."""


class ProviderDesk:
    """What the world asks of `simulator.world.payments.PayDesk`. `did(path)` hears each call that was carried out."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.orders = Faults()
        self.lost = self._declined = False
        self._ledger = Ledger(":memory:", {payer.name: payer.opened_fen for payer in LAB_PAYERS.values()})
        self.provider = Provider(self._ledger, {MERCHANT: KEY})
        self.did: Callable[[str], None] = lambda path: None

    # -- trouble

    def trouble(self, name: str, on: bool) -> None:
        """One of the desk's, or an order to a provider. Raises ValueError for one that nobody knows."""
        if name == LOST:
            self.lost = on
        elif name == DECLINED:
            self._declined = on
        elif on:
            self.orders.switch_on(Ordered.parse(DESK_FAULTS.get(name, name)))
        else:
            self.orders.switch_off(Ordered.parse(DESK_FAULTS.get(name, name)).name)

    def well(self) -> None:
        self.orders, self.lost, self._declined = Faults(), False, False

    def late_words(self) -> list[int]:
        """None: this provider drops what was under way when an order is closed (decision page 041)."""
        return []

    def restart(self) -> None:
        """Its process, on the same ledger."""
        self.provider = Provider(self._ledger, {MERCHANT: KEY})

    # -- phones

    def scan(self, code: tuple[str, ...]) -> bool:
        """A phone is held to the code on the screen, and pays a moment later. False: no camera could read it."""
        text = read(code)
        if not text:
            return False
        payer, self._declined = "poor" if self._declined else "good", False
        phone = Phone(payer, self._ask)
        phone.scan(text, self.clock.wall_ms())
        self.clock.at(self.clock.mono_ms() + PAYS_AFTER_MS, lambda: self._pays(phone))
        return True

    def _pays(self, phone: Phone) -> None:
        phone.poll(self.clock.wall_ms())

    def _ask(self, path: str, body: Mapping[str, object]) -> Reply:
        return self.carry_out(Request("POST", path, {}, content_of(body)), self.orders.behave(path))

    def carry_out(self, request: Request, behaviour: Behaviour) -> Reply:
        """A call that has arrived."""
        reply = self.provider.handle(request, self.clock.wall_ms(), behaviour)
        self.did(request.path)
        return reply

    # -- for the audit

    def ledger(self) -> dict[int, tuple[str, int, int]]:
        """Number of the payment -> (state, amount in fen, how often it was paid)."""
        return payments(self._ledger.snapshot(), MERCHANT)

    def wrong(self) -> list[str]:
        """What does not add up in the provider's own books."""
        told = self._ledger.snapshot()
        lost = [] if conserved(told) else ["the accounts do not add up to what they were opened with"]
        return [*told["wrong"], *lost]
