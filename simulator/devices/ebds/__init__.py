"""EBDS note acceptor with an escrow of one note, as the ebds sheet describes it from the device's side."""

from simulator.devices.ebds.notes import CNY
from simulator.devices.ebds.validator import EbdsValidator

__all__ = ["CNY", "EbdsValidator"]
