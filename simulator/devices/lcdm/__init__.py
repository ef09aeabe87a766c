"""Puloon note dispensers as the lcdm sheet describes them from the device's side: dialect 30 (4000) and 50 (1000, 2000)."""

from simulator.devices.lcdm.dispenser import Lcdm1000, Lcdm2000, Lcdm4000

__all__ = ["Lcdm1000", "Lcdm2000", "Lcdm4000"]
