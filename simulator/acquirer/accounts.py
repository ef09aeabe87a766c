"""The accounts behind the lab's cards: who is known, with how much money, and what the bank thinks of the card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.devices.chip_card.perso import Perso
from simulator.devices.chip_card.wallet import WALLET

OPENED_FEN = 100_000_000
POOR_FEN = 100
LIMIT_FEN = 5_000_000
STRANGERS = ("foreign",)
STATUS = {"lost": "41", "closed": "05"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A card as its issuer knows it. `status` is the response code of every request with it ("00": none);
    `limit_fen` is the most for one payment."""

    perso: Perso
    opened_fen: int = OPENED_FEN
    limit_fen: int = LIMIT_FEN
    status: str = "00"

    @property
    def name(self) -> str:
        return self.perso.name


def lab_accounts(opened: Mapping[str, int] | None = None) -> Mapping[str, Standing]:
    """All accounts by card number. `opened`: name -> fen that an account is opened with, where it is not the usual."""
    others = opened or {}
    return {
        card.perso.pan: Standing(
            card.perso,
            others.get(name, POOR_FEN if name == "poor" else OPENED_FEN),
            status=STATUS.get(name, "00"),
        )
        for name, card in WALLET.items()
        if name not in STRANGERS
    }
