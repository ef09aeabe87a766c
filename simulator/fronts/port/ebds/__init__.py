"""The front of an acceptor that speaks EBDS."""

from simulator.fronts.port.ebds.front import EbdsFront

__all__ = ["EbdsFront"]
