"""What a simulated device is when its cable is USB: descriptors, endpoints, control requests."""

from simulator.devices.usb.errors import UsbError
from simulator.devices.usb.printer import UsbPrinter

__all__ = ["UsbError", "UsbPrinter"]
