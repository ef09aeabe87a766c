"""How a USB call fails, with the errno that libusb gives on Linux."""

from __future__ import annotations


class UsbError(Exception):
    """`number`: an errno."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
