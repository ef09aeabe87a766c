"""LCDM-4000 note dispenser, dialect 30, as the lcdm sheet describes it from the device's side."""

from simulator.devices.lcdm.dispenser import Lcdm4000

__all__ = ["Lcdm4000"]
