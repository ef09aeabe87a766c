"""Motorised card reader Creator CRT-310 (V3.0), from the card reader sheet, part 1: path, contacts, stripe and line."""

from simulator.devices.crt310.cards import lab_card, odd_card
from simulator.devices.crt310.codes import MAKERS, Facing, Manners
from simulator.devices.crt310.reader import Crt310

__all__ = ["MAKERS", "Crt310", "Facing", "Manners", "lab_card", "odd_card"]
