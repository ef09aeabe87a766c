"""Reader of second-generation identity cards with its SAM-V module, from the io-board sheet, section 4. Test persons only."""

from simulator.devices.samv.card import Card, Chip
from simulator.devices.samv.people import CARDS
from simulator.devices.samv.reader import SamvReader

__all__ = ["CARDS", "Card", "Chip", "SamvReader"]
