"""Coin hoppers on a ccTalk bus as the cctalk sheet describes them from the devices' side."""

from simulator.devices.cctalk.bus import CctalkBus
from simulator.devices.cctalk.settings import HopperSettings, Scheme

__all__ = ["CctalkBus", "HopperSettings", "Scheme"]
