"""The front of a code scanner that is set up by menu texts."""

from simulator.fronts.port.scanner.front import ScannerFront

__all__ = ["ScannerFront"]
