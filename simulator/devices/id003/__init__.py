"""A note acceptor with an escrow of one note that speaks ID-003, as the id003 sheet describes it from the device's side."""

from simulator.devices.id003.acceptor import Id003Acceptor
from simulator.devices.id003.denominations import CNY, Denomination

__all__ = ["CNY", "Denomination", "Id003Acceptor"]
