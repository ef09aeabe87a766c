"""A certified terminal and the passenger's cards in one cabinet, in place of reader and PIN pad: the same hands, one device.

Its bank is behind it and its line is its own, so both stand in this process; the bank's books are told as those of the bank of the
lab are. What a finger presses is told to nobody (`card_desk`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from simulator.acquirer.accounts import lab_accounts
from simulator.acquirer.terminal_desk import TerminalDesk
from simulator.cabinet.card_desk import TOLD_KEYS, place_of, told
from simulator.cabinet.refused import conflict
from simulator.cabinet.timeline import Timeline
from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.crt310 import lab_card
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds, Twin
from simulator.devices.zvt import Way, ZvtTerminal
from simulator.devices.zvt.fields import card_number

TERMINAL = "terminal"
IDLE, DARK, WAIT = ("欢迎", "Welcome"), ("", ""), ("请稍候", "Please wait")
INSERT, PIN, REMOVE = ("请插卡", "Insert card"), ("请输入密码", "Enter PIN"), ("请取卡", "Take card")
"""What its display says, in both languages."""


class CardTerminalDesk:
    """Fits where `CardDesk` does. `names` of lab cards that lie in the hand at first."""

    def __init__(self, matter: Matter, speeds: Speeds, names: Sequence[str]) -> None:
        self.bank = TerminalDesk()
        self.twin = ZvtTerminal(matter, speeds, desk=self.bank, way=Way.SERIAL)
        self.cards = [lab_card(matter, name) for name in names]

    def twins(self) -> Iterator[tuple[str, Twin]]:
        yield TERMINAL, self.twin

    # -- hands

    def insert(self, name: str, now_ms: int) -> None:
        """A card of the hand, when the terminal asks for one. Raises Refused, and it stays in the hand."""
        card = next((card for card in self.cards if card.name == name and place_of(card) == "hand"), None)
        if card is None:
            raise conflict("no_such_card", f"there is no card {name} in the hand")
        if not self.twin.wants_card:
            raise conflict("card_not_taken", "the terminal asks for no card")
        if (reason := self.twin.insert(card, now_ms)) is not None:
            raise conflict("card_not_taken", reason)

    def take(self, now_ms: int) -> str:
        """The card out of the slot, also while the terminal still works on it; answers which it was. Raises Refused."""
        card = self._inside
        if card is None or (reason := self.twin.take(now_ms)) is not None:
            raise conflict("no_card_out", reason if card is not None and reason else "no card is there")
        return card.name

    def push(self, now_ms: int) -> None:
        """Nothing lies in a mouth here. Raises Refused."""
        raise conflict("card_not_taken", "the slot of a terminal has no mouth")

    def press(self, key: str, timeline: Timeline, now_ms: int) -> int:
        """A finger on a key; answers how many digits are in. Raises Refused for a key that does nothing now."""
        if (reason := self.twin.press(key, now_ms)) is not None:
            raise conflict("key_ignored", reason)
        if key in TOLD_KEYS:
            timeline.tell("pad", key=key)
        return len(self.twin.inside.pin)

    def hand_out(self) -> int:
        """A terminal keeps no card."""
        return 0

    # -- what can be seen

    @property
    def _inside(self) -> Card | None:
        return self.twin.inside.card

    def look(self, powered: bool) -> dict[str, Any]:
        """As of `CardDesk`, and `display`: its lines, Chinese and English."""
        twin, inside = self.twin, self._inside
        out = twin.sticks_out is not None
        return {
            "gate": powered and twin.wants_card,
            "inside": inside.name if inside is not None else "",
            "spot": "" if inside is None else "FRONT_FREE" if out else "CONTACTS",
            "out": out,
            "moving": False,
            "captured": 0,
            "display": list(self._display(powered)),
            "pad": {
                "mode": "off" if not powered else "pin" if twin.asks_for_pin else "closed",
                "stars": len(twin.inside.pin) if twin.asks_for_pin else 0,
                "sealed": True,
                "keyed": 0,
            },
            "cards": [told(card, self._agreed_fen(card)) for card in self.cards],
        }

    def _display(self, powered: bool) -> tuple[str, str]:
        twin = self.twin
        if not powered:
            return DARK
        if twin.wants_card:
            return INSERT
        if twin.asks_for_pin:
            return PIN
        return REMOVE if twin.sticks_out is not None else WAIT if twin.busy() else IDLE

    def _agreed_fen(self, card: Card) -> list[int]:
        """What the terminal's own memory says was approved for this card, oldest first."""
        number = card_number(WALLET[card.name].perso.pan)
        return [entry.amount_fen for entry in self.twin.memory.entries if entry.approval and entry.card == number]

    def books(self) -> dict[str, Any]:
        """The books of its bank, as `simulator.acquirer.books` reads them, and what the bank calls the terminal."""
        standings = lab_accounts().values()
        opened = {each.perso.name: each.opened_fen for each in standings}
        return {"terminal": self.twin.memory.terminal, "opened": opened, **self.bank.ledger.snapshot()}
