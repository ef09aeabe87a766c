"""Simulated slip printer: ESC/POS over a serial line, with real status."""

from simulator.devices.escpos.printer import EscPosPrinter

__all__ = ["EscPosPrinter"]
