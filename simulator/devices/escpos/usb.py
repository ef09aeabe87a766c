"""The slip printer on a USB cable."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.escpos.printer import EscPosPrinter
from simulator.devices.usb.printer import NORMAL, USB_FAULTS


class UsbEscPosPrinter(EscPosPrinter):
    """The same printer; its cable has faults of its own, and it can tell its port status (ticket-printer sheet 6)."""

    def fault_names(self) -> Mapping[str, str]:
        return {**super().fault_names(), **USB_FAULTS}

    def port_status(self) -> int:
        """20h paper empty, 10h selected, 08h no error."""
        now = self.condition()
        if now.end:
            return 0x20 | (NORMAL & ~0x08)
        return NORMAL & ~0x08 if now.error or now.cover else NORMAL
