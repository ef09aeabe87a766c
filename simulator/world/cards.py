"""Cards, their owners' hands, reader, PIN pad and bank of a simulated world; all but the hands as in a cabinet.

The places of cards are apart from those of money and paper: a card is nobody's but its owner's, and no booking knows it.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.clock import VirtualClock
from kiosk.ports.payment import Books
from kiosk.settings import CardPayment
from simulator.acquirer.profile import MERCHANT
from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.crt310 import Crt310, lab_card
from simulator.devices.crt310.path import READER
from simulator.devices.epp import Zt598, install_test_masters
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds, Twin
from simulator.world.bank import Bank

TERMINAL = "TVM00001"
CONFIGURED = CardPayment("tcp:127.0.0.1:7791", TERMINAL, MERCHANT, answer_ms=10_000, take_ms=8_000)
"""How the machine knows its bank; in virtual time the wire is in memory."""
GOOD = ("good", "second", "two", "asking", "common", "unlisted", "answer_inside")
"""Cards with which anybody can pay."""
WRONG = "000000"
KEY_MS = 150
FIRST_KEY_MS = 300
PULLED_MS = 100
"""So long after a card was pushed in a hand that thought better of it pulls."""
OPENED = frozenset({"opened", "removed", "battery_dead", "imk_lost_next", "tmk_lost_next", "work_keys_lost_next"})
STUCK = frozenset({"jam_drawn_in", "jam_ejected", "jam_captured", "foreign_object", "bin_full"})
"""Faults that staff ends: keys are loaded anew, and what sticks is taken out."""


class Cards:
    """`acted` is called after each act of a hand; `books` are the journal's while a machine runs. One person at a time stands
    there, with one card."""

    def __init__(self, clock: VirtualClock, speeds: Speeds) -> None:
        self.clock = clock
        self.bank = Bank(lambda mono_ms: clock.wall_ms() - clock.mono_ms() + mono_ms)
        self.matter = Matter()
        self.reader = Crt310(self.matter, speeds)
        self.pad = Zt598(speeds, seed=b"\x01")
        install_test_masters(self.pad)
        self.acted: Callable[[], None] = lambda: None
        self.books: Callable[[], Books | None] = lambda: None
        self._wallet: dict[str, Card] = {}
        self._mine: Card | None = None
        self._broken_ms: int | None = None

    @property
    def twins(self) -> dict[str, Twin]:
        return {"card_reader": self.reader, "pin_pad": self.pad}

    # -- the person

    def next_person(self, name: str) -> None:
        """Somebody comes with a card of that kind; with another good one when it is not in a hand: it was left here."""
        self.bank.forgive()
        kinds = [name, *(other for other in GOOD if other != name)] if name in GOOD else [name]
        cards = [self._card(kind) for kind in kinds]
        self._mine = next((card for card in cards if _in_hand(card)), None)

    def sees_card(self) -> bool:
        """The own card sticks out of the reader."""
        return self._mine is not None and self.reader.sticks_out is self._mine

    def use(self, what: str) -> bool:
        """insert, pull (in and out again), pin, wrong_pin, cancel (a key of the pad), take. False: it could not be done."""
        done = self._done(what)
        self.acted()
        return done

    def _done(self, what: str) -> bool:
        card, now_ms = self._mine, self.clock.mono_ms()
        if card is None:
            return False
        if what in ("insert", "pull"):
            done = _in_hand(card) and self.reader.insert(card, now_ms) is None
            if done and what == "pull":
                self._later(PULLED_MS, lambda: self.reader.take(self.clock.mono_ms()))
            return done
        if what == "take":
            return self.sees_card() and self.reader.take(now_ms) is None
        pin = WALLET[card.name].perso.pin if what == "pin" else WRONG
        for place, key in enumerate(("cancel",) if what == "cancel" else (*pin, "enter")):
            self._later(FIRST_KEY_MS + KEY_MS * place, lambda key=key: self.pad.press(key, self.clock.mono_ms()))  # type: ignore[misc]
        return True

    def _later(self, ms: int, deed: Callable[[], object]) -> None:
        def happens() -> None:
            deed()
            self.acted()

        self.clock.at(self.clock.mono_ms() + ms, happens)

    def _card(self, name: str) -> Card:
        if name not in self._wallet:
            self._wallet[name] = lab_card(self.matter, name)
        return self._wallet[name]

    def broken_open_ms(self) -> int:
        """How long the pad has been without its keys because of somebody at its case, 0 when it is whole; asked often."""
        if not self.pad.destroyed:
            self._broken_ms = None
        elif self._broken_ms is None:
            self._broken_ms = self.clock.mono_ms()
        return 0 if self._broken_ms is None else self.clock.mono_ms() - self._broken_ms

    # -- staff, and what is seen at the end

    def well(self) -> None:
        self.bank.well()

    def mended(self) -> None:
        """Keys are in the pad, nothing sticks in the reader, and who lost a card has it back."""
        now_ms = self.clock.mono_ms()
        self.reader.faults -= STUCK
        self.pad.faults -= OPENED
        self.pad.reinitialise()
        install_test_masters(self.pad)
        self.reader.clear_path(now_ms, "hand")
        self.reader.empty_bin("hand")
        self.acted()

    def inside(self) -> int:
        """Cards that lie in the reader."""
        return len(self.matter.places[READER])

    def wrong(self) -> list[str]:
        """What does not add up in the bank's own books."""
        return self.bank.ledger.wrong()

    def payments(self) -> dict[int, tuple[str, int, int]]:
        return self.bank.payments(TERMINAL)


def _in_hand(card: Card) -> bool:
    return card.lies is not None and card.lies.name == "hand"
