"""What the monkey does where cards and phones pay: cards in and out, PINs, keys, phones, and trouble at the other side.

Each act answers in a word what was done, empty for nothing. A PIN is never told.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from kiosk.screen.values import PayCode
from simulator.campaign.days import mixed
from simulator.campaign.sets import LINK_FAULTS
from simulator.campaign.sets_cards import CARDS, card_troubles
from simulator.passenger.person import Plan
from simulator.world.bank import MENU as BANK_FAULTS
from simulator.world.cards import Cards
from simulator.world.machine import Box
from simulator.world.payments import FAULTS as DESK_FAULTS
from simulator.world.payments import PayDesk
from simulator.world.provider import ProviderDesk
from simulator.world.repair import wanted

KEYS = (*"0123456789", "enter", "clear", "cancel")
OPEN_PAD = 0.7
"""How often a finger goes to the pad that waits for a PIN."""
Act = Callable[[], str]


class Purse:
    """Of a machine at which both pay."""

    def __init__(self, box: Box, dice: Random, cards: Cards, desk: PayDesk | ProviderDesk) -> None:
        self._box, self._dice, self._cards, self._desk = box, dice, cards, desk

    @classmethod
    def of(cls, box: Box, dice: Random) -> Purse | None:
        """None at a machine that takes no cards."""
        cards, desk = box.things.cards, box.things.payments
        return cls(box, dice, cards, desk) if cards is not None and desk is not None else None

    def acts(self) -> list[tuple[float, str, Act]]:
        """Weight, name, deed."""
        return [
            (5, "card", self.card),
            (2, "take the card", lambda: self._use("take")),
            (2, "PIN", self.pin),
            (4, "key", self.key),
            (4, "phone", self.phone),
            (0.6, "trouble elsewhere", self.trouble),
            (0.3, "plug of the bank", self.plug),
        ]

    def plan(self, plan: Plan) -> Plan:
        """Somebody like this, who may come with a card or a phone."""
        return mixed(plan, self._dice)

    def comes(self, plan: Plan) -> None:
        """The person with this plan has the card of it."""
        self._cards.next_person(plan.card)

    def faults(self) -> list[tuple[str, str]]:
        """What reader and pad can do wrong."""
        return sorted({(t.device, t.name) for t in card_troubles(LINK_FAULTS) if t.device in self._cards.twins})

    # -- a passenger's

    def there(self) -> str:
        """Anything, where the screen asks for a card or a phone; mostly a key while the pad is open, which is seldom and short."""
        if self._cards.pad.asks_for_pin and self._dice.random() < OPEN_PAD:
            return self.key()
        return self._dice.choice((self.card, lambda: self._use("take"), self.pin, self.key, self.phone))()

    def card(self) -> str:
        """Another person's card, or the same one again; pushed in, or pulled out again at once."""
        if self._dice.random() < 0.7:
            self._cards.next_person(self._dice.choice(CARDS))
        return self._use("insert" if self._dice.random() < 0.8 else "pull")

    def pin(self) -> str:
        return self._use("pin" if self._dice.random() < 0.7 else "wrong_pin")

    def key(self) -> str:
        refused = self._cards.pad.press(self._dice.choice(KEYS), self._box.clock.mono_ms())
        self._box.joined.nudge()
        return "" if refused else "a key of the pad"

    def phone(self) -> str:
        screen = self._box.screen
        code = screen.code if isinstance(screen, PayCode) else ()
        return "a phone pays" if code and self._box.things.scan(code) else ""

    def _use(self, what: str) -> str:
        return f"card: {what}" if self._cards.use(what) else ""

    # -- trouble

    def trouble(self) -> str:
        """At the bank, or where phones pay."""
        on, at_bank = self._dice.random() < 0.5, self._dice.random() < 0.5
        if at_bank:
            name = self._dice.choice(sorted(BANK_FAULTS))
            self._cards.bank.trouble(name, on)
        else:
            name = self._dice.choice(sorted(DESK_FAULTS))
            self._desk.trouble(name, on)
        self._box.joined.nudge()
        return f"{'bank' if at_bank else 'phones'} {name} {'on' if on else 'off'}"

    def plug(self) -> str:
        """The machine's network leads to the bank."""
        in_ = self._dice.random() < 0.6
        self._box.joined.plug("bank", in_)
        return f"plug of the bank {'in' if in_ else 'out'}"

    def heal(self) -> None:
        self._cards.well()
        self._desk.well()

    def needs_staff(self) -> bool:
        """Reader or pad want somebody: a reversal needs the bank, and so a pad with keys."""
        return wanted(self._box)
