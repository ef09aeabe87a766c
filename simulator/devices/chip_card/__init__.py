"""Simulated bank cards: a chip that computes real cryptograms with test keys, and a stripe with marked test values."""

from simulator.devices.chip_card.chip import FAULTS, ChipCard
from simulator.devices.chip_card.perso import LAB_ISSUER_KEY, Application, Perso

__all__ = ["FAULTS", "LAB_ISSUER_KEY", "Application", "ChipCard", "Perso"]
