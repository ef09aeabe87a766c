"""CCNET Bill-to-Bill unit, address 01: validator, bulk escrow and recycling cassettes in one (ccnet sheet, 9 and 10)."""

from simulator.devices.ccnet.b2b.body import UnitBody
from simulator.devices.ccnet.b2b.cassettes import ESCROW, UNASSIGNED, Cassette
from simulator.devices.ccnet.b2b.unit import BillToBill

__all__ = ["ESCROW", "UNASSIGNED", "BillToBill", "Cassette", "UnitBody"]
