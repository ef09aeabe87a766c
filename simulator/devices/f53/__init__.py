"""Fujitsu F53 and F56 bill dispensers as the f53 sheet describes them from the device's side."""

from simulator.devices.f53.dispenser import F53

__all__ = ["F53"]
