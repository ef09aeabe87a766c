"""The front of an acceptor that speaks eSSP."""

from simulator.fronts.port.essp.front import EsspFront

__all__ = ["EsspFront"]
