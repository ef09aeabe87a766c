"""CCNET note validator, address 03, as the ccnet sheet describes it from the device's side."""

from simulator.devices.ccnet.bills import CNY, BillKind
from simulator.devices.ccnet.validator import CcnetValidator

__all__ = ["CNY", "BillKind", "CcnetValidator"]
