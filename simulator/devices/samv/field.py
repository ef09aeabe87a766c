"""What lies on the reader. A card that is laid down starts anew: to the module it is never the one that lay there before."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.devices.samv.card import Card, Chip

ROOM = 4


@dataclass(slots=True, eq=False)
class Lying:
    """A card from when it is laid down, or the field is switched on, until it is lifted. `quiet`: it has been read."""

    card: Card
    quiet: bool = False


class Field:
    """Hands put cards here and take them away; the module sees those whose chips answer."""

    def __init__(self) -> None:
        self._lying: list[Lying] = []

    def lay(self, card: Card) -> str | None:
        """None when it lies there now, else why not. The same card is only once in the world."""
        if any(lying.card is card for lying in self._lying):
            return "that card lies there already"
        if len(self._lying) >= ROOM:
            return f"there is no room for more than {ROOM}"
        self._lying.append(Lying(card))
        return None

    def lift(self, card: Card | None = None) -> list[Card]:
        """The given card, or all, back into the hand; answers what was taken."""
        taken = [lying.card for lying in self._lying if card is None or lying.card is card]
        self._lying = [lying for lying in self._lying if all(lying.card is not each for each in taken)]
        return taken

    def cards(self) -> list[Card]:
        """What lies there, in the order in which it was laid down."""
        return [lying.card for lying in self._lying]

    # -- what the module sees

    def answering(self) -> list[Lying]:
        """Chips that answer a search."""
        return [lying for lying in self._lying if not lying.quiet and lying.card.chip is not Chip.SILENT]

    def holds(self, lying: Lying) -> bool:
        """It has not been lifted since."""
        return lying in self._lying

    def restart(self) -> None:
        """The field was off: every chip starts anew."""
        self._lying = [Lying(lying.card) for lying in self._lying]
