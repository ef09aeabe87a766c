"""Cards that hands can hold: those of the lab's wallet, and things that only look like one."""

from __future__ import annotations

from simulator.devices.chip_card.wallet import WALLET
from simulator.devices.crt310.stripe import magnetised
from simulator.devices.matter import Card, Matter

ODD = {"white": "normal", "long": "long", "short": "short"}
"""Kinds without chip and stripe -> their size."""


def lab_card(matter: Matter, name: str, where: str = "hand") -> Card:
    """A card of the wallet with its own chip, as new. Raises KeyError for a name that is not in `WALLET`."""
    known = WALLET[name]
    card = matter.new_card(name, where)
    card.stripe = {track: magnetised(track, text) for track, text in known.perso.tracks.items()}
    card.chip = known.chip() if known.perso.applications else None
    return card


def odd_card(matter: Matter, kind: str, where: str = "hand") -> Card:
    """White plastic, or something too long or too short. Raises KeyError for a kind that is not in `ODD`."""
    size = ODD[kind]
    card = matter.new_card(kind, where)
    card.size = size
    return card
