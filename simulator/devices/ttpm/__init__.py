"""Simulated ticket unit of the TTPM2/TTPM3 family: magnetic stripe, thermal face, waste bin."""

from simulator.devices.ttpm.desk import Battery
from simulator.devices.ttpm.unit import Ttpm

__all__ = ["Battery", "Ttpm"]
