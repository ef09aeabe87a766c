"""The front of an identity-card reader with a SAM-V module."""

from simulator.fronts.port.samv.front import SamvFront

__all__ = ["SamvFront"]
