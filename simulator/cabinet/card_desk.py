"""Card reader, PIN pad and the passenger's cards in one cabinet: what hands can do with them, and what can be seen.

What a finger presses is told to nobody: neither the timeline nor a look holds a digit, only how many there are. A card's owner
knows its PIN; so a look at the drawer says it, of lab cards whose every number is a published test value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.cabinet.refused import conflict
from simulator.cabinet.timeline import Timeline
from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.crt310 import Crt310, lab_card
from simulator.devices.epp import Zt598, install_test_masters
from simulator.devices.epp.keyboard import Mode
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds, Twin

READER, PAD = "card_reader", "pin_pad"
BIN = "card.bin"
TOLD_KEYS = ("enter", "clear", "cancel")
"""Keys that may be named: they say nothing of the PIN."""
MODES = {Mode.CLOSED: "closed", Mode.PLAIN: "plain", Mode.PIN: "pin"}


class CardDesk:
    """`names` of lab cards that lie in the hand at first, each with a chip of its own."""

    def __init__(self, matter: Matter, speeds: Speeds, names: Sequence[str]) -> None:
        self.reader = Crt310(matter, speeds)
        self.pad = Zt598(speeds)
        install_test_masters(self.pad)
        self.cards = [lab_card(matter, name) for name in names]

    def twins(self) -> Iterator[tuple[str, Twin]]:
        yield READER, self.reader
        yield PAD, self.pad

    # -- a passenger's hands

    def insert(self, name: str, now_ms: int) -> None:
        """Push a card of the hand at the gate. Raises Refused, and it stays in the hand."""
        card = next((card for card in self.cards if card.name == name and place_of(card) == "hand"), None)
        if card is None:
            raise conflict("no_such_card", f"there is no card {name} in the hand")
        if (reason := self.reader.insert(card, now_ms)) is not None:
            raise conflict("card_not_taken", reason)

    def take(self, now_ms: int) -> str:
        """Pull at the card in the mouth; answers which it was. Raises Refused."""
        card = self.reader.inside
        if (reason := self.reader.take(now_ms)) is not None or card is None:
            raise conflict("no_card_out", reason or "no card can be reached")
        return card.name

    def push(self, now_ms: int) -> None:
        """Push in again what lies in the mouth. Raises Refused."""
        if (reason := self.reader.push(now_ms)) is not None:
            raise conflict("card_not_taken", reason)

    def press(self, key: str, timeline: Timeline, now_ms: int) -> int:
        """A finger on a key; answers how many digits are in. Raises Refused for a key that does nothing now."""
        if (reason := self.pad.press(key, now_ms)) is not None:
            raise conflict("key_ignored", reason)
        if key in TOLD_KEYS:
            timeline.tell("pad", key=key)
        return self.pad.stars

    # -- a technician's

    def hand_out(self) -> int:
        """Captured cards go back to their owners; answers how many."""
        return self.reader.empty_bin("hand")

    def clear_reader(self, now_ms: int) -> None:
        """What sticks in the path goes to its owner."""
        self.reader.clear_path(now_ms, "hand")

    def key_anew(self) -> None:
        """The pad was mended, closed and loaded with its masters in the key room."""
        self.pad.faults -= {"opened", "removed"}
        self.pad.reinitialise()
        install_test_masters(self.pad)

    # -- what can be seen

    def look(self, powered: bool) -> dict[str, Any]:
        """`cards`: where each lies and what its chip agreed to pay. `out`: a hand could take the card in the reader now."""
        reader, pad = self.reader, self.pad
        inside, spot = reader.inside, reader.spot
        return {
            "gate": powered and reader.gate_open,
            "inside": inside.name if inside is not None else "",
            "spot": spot.name if inside is not None and spot is not None else "",
            "out": reader.sticks_out is not None and not reader.busy(),
            "moving": reader.busy(),
            "captured": sum(place_of(card) == BIN for card in self.cards),
            "pad": {
                "mode": MODES[pad.mode] if powered else "off",
                "stars": pad.stars,
                "sealed": not pad.destroyed,
                "keyed": len(pad.held_keys()),
            },
            "cards": [told(card, card.chip.agreed_fen if card.chip is not None else ()) for card in self.cards],
        }


def place_of(card: Card) -> str:
    return card.lies.name if card.lies is not None else ""


def told(card: Card, agreed_fen: Sequence[int]) -> Mapping[str, Any]:
    """What its owner knows; of the number only the end. `agreed_fen`: each payment, as the third witness has it."""
    known = WALLET[card.name]
    return {
        "name": card.name,
        "about": known.about,
        "lies": place_of(card),
        "ends": known.perso.pan[-4:],
        "expiry": known.perso.expiry,
        "holder": known.perso.holder,
        "chip": bool(known.perso.applications),
        "pin": known.perso.pin,
        "agreed_fen": list(agreed_fen),
    }
