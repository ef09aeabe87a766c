"""Serial code scanner, from the io-board sheet, section 3; three makers' commands on one pair of eyes."""

from simulator.devices.scanner.codes import Code, Maker, Symbology
from simulator.devices.scanner.scanner import CodeScanner

__all__ = ["Code", "CodeScanner", "Maker", "Symbology"]
