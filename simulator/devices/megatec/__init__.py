"""Uninterruptible power supply that speaks Megatec, as the ups sheet describes it from the device's side (section 2)."""

from simulator.devices.megatec.ups import MegatecUps

__all__ = ["MegatecUps"]
