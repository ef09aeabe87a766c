"""What the certified kernel inside a terminal makes of a card: a table, its inside is nobody's to see (EMV sheet, section 1)."""

from __future__ import annotations

from simulator.devices.chip_card.chip import ChipCard
from simulator.devices.matter import Card
from simulator.devices.zvt.codes import Code

BEFORE = {
    "mute": Code.UNREADABLE, "card_blocked": Code.CHIP, "application_blocked": Code.CHIP,
    "unknown_application": Code.UNKNOWN_CARD, "options_refused": Code.CHIP, "no_cdol": Code.CHIP, "declines_first": Code.CHIP,
}  # fmt: skip
AFTER = {"declines_last": Code.CHIP, "doubts_issuer": Code.CHIP, "mute_after_arqc": Code.CHIP}
"""Manner of a chip -> what the terminal says of it, before and after the host was asked."""


def chip_of(card: Card, yymm: str) -> ChipCard | Code:
    """The chip that goes on to the PIN, or why there is none."""
    chip = card.chip
    if chip is None or card.size != "normal":
        return Code.UNREADABLE
    if yymm > chip.perso.expiry:
        return Code.EXPIRED
    return next((code for manner, code in BEFORE.items() if manner in chip.faults), chip)


def second_thought(card: Card | None) -> Code:
    """What the chip says when the host has approved: GOOD when it agrees."""
    if card is None or card.chip is None:
        return Code.CHIP
    faults = card.chip.faults
    return next((code for manner, code in AFTER.items() if manner in faults), Code.GOOD)
