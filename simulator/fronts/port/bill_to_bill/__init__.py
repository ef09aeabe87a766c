"""The Bill-to-Bill unit without bytes: two ports on the twin's mechanism (ccnet sheet, 9 and 10; decisions 22, 36, 37)."""

from simulator.fronts.port.bill_to_bill.front import BillToBillFront

__all__ = ["BillToBillFront"]
