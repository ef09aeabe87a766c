"""The front of an acceptor that speaks ID-003."""

from simulator.fronts.port.id003.front import Id003Front

__all__ = ["Id003Front"]
