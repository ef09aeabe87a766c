"""A printer's USB side: a class 7 interface with two bulk endpoints around a twin that only knows bytes.

Strict: nothing crosses an endpoint before the interface is claimed, the kernel's driver has it until it is detached, one
handle has it at a time, and what the device does not know is stalled. Source: ticket-printer sheet 6; USB printer class 1.1.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from simulator.devices.twin import Twin
from simulator.devices.usb.errors import UsbError

VENDOR, PRODUCT, SERIAL = 0x0416, 0x5011, "TVM0001"
OUT, BACK, PACKET = 0x01, 0x82, 64
INTERFACE, CONFIGURATION = 0, 1
ENGLISH = 0x0409
NORMAL = 0x18  # port status: selected, no error
MOST_WAITING = 4_096
"""Status bytes kept for a host that does not read."""

USB_FAULTS = MappingProxyType(
    {
        "usb_takes_nothing": "The printer takes no byte from its bulk endpoint (NAK), but answers control requests.",
        "usb_dead": "The printer answers nothing at all: every call runs into its time-out.",
        "usb_short_writes": "Of each bulk transfer only the first packet is taken in time.",
        "usb_stall": "The next transfer to the printer is stalled, until the host clears the halt.",
        "usb_empty_reads": "A bulk read with nothing to say ends at once with a packet of no length.",
    }
)


class UsbPrinter:
    """`port_status`: the byte of GET_PORT_STATUS now. Times are `now_ms` of the process; nothing here waits: None means that
    the call has to wait on."""

    def __init__(
        self,
        twin: Twin,
        serial: str = SERIAL,
        port: int = 1,
        port_status: Callable[[], int] = lambda: NORMAL,
    ) -> None:
        self.twin, self.serial = twin, serial
        self._port, self._port_status = port, port_status
        self.address = port
        self.attached = True
        self._waiting = bytearray()
        self._enumerated()

    def _enumerated(self) -> None:
        self._configured = CONFIGURATION  # by the kernel
        self._kernel_driver = True
        self._owner = 0
        self._halted: set[int] = set()
        self._waiting.clear()

    @property
    def name(self) -> str:
        """How a configuration calls it, but for the socket."""
        return f"usb:{VENDOR:04x}:{PRODUCT:04x}:{self.serial}"

    # -- the cable

    def unplug(self) -> None:
        self.attached = False

    def replug(self) -> None:
        """Enumerated anew: another address, the kernel's driver again, nobody's claim."""
        if not self.attached:
            self.attached, self.address = True, self.address + 1
            self._enumerated()

    # -- what it says it is

    def described(self) -> dict[str, Any]:
        """All descriptors, as pyusb names their fields."""
        endpoints = [
            {"bLength": 7, "bDescriptorType": 5, "bEndpointAddress": at, "bmAttributes": 2, "wMaxPacketSize": PACKET,
             "bInterval": 0, "bRefresh": 0, "bSynchAddress": 0, "extra_descriptors": []}
            for at in (OUT, BACK)
        ]  # fmt: skip
        interface = {
            "bLength": 9, "bDescriptorType": 4, "bInterfaceNumber": INTERFACE, "bAlternateSetting": 0, "bNumEndpoints": 2,
            "bInterfaceClass": 7, "bInterfaceSubClass": 1, "bInterfaceProtocol": 2, "iInterface": 0,
            "extra_descriptors": [],
        }  # fmt: skip
        configuration = {
            "bLength": 9, "bDescriptorType": 2, "wTotalLength": 32, "bNumInterfaces": 1,
            "bConfigurationValue": CONFIGURATION, "iConfiguration": 0, "bmAttributes": 0xC0, "bMaxPower": 1,
            "extra_descriptors": [],
        }  # fmt: skip
        device = {
            "bLength": 18, "bDescriptorType": 1, "bcdUSB": 0x0200, "bDeviceClass": 0, "bDeviceSubClass": 0,
            "bDeviceProtocol": 0, "bMaxPacketSize0": 64, "idVendor": VENDOR, "idProduct": PRODUCT, "bcdDevice": 0x0100,
            "iManufacturer": 1, "iProduct": 2, "iSerialNumber": 3, "bNumConfigurations": 1, "address": self.address,
            "bus": 1, "port_number": self._port, "port_numbers": [self._port], "speed": 2,
        }  # fmt: skip
        alternate = {"descriptor": interface, "endpoints": endpoints}
        return {
            "descriptor": device,
            "configurations": [{"descriptor": configuration, "interfaces": [[alternate]]}],
        }

    def _string(self, index: int, language: int) -> bytes:
        texts = {1: "TVM", 2: "Simulated slip printer", 3: self.serial}
        if index == 0:
            return bytes((4, 3)) + ENGLISH.to_bytes(2, "little")
        if index not in texts or language != ENGLISH:
            raise UsbError(errno.EPIPE)
        text = texts[index].encode("utf-16-le")
        return bytes((2 + len(text), 3)) + text

    # -- who has it

    def configuration(self) -> int:
        self._there()
        return self._configured

    def configure(self, handle: int, value: int) -> None:
        self._there()
        if value not in (0, CONFIGURATION):
            raise UsbError(errno.ENOENT)
        if self._kernel_driver or self._owner not in (0, handle):
            raise UsbError(errno.EBUSY)
        self._configured, self._owner = value, 0
        self._halted.clear()

    def kernel(self, interface: int) -> bool:
        self._its(interface)
        return self._kernel_driver

    def detach(self, interface: int) -> None:
        self._its(interface)
        if not self._kernel_driver:
            raise UsbError(errno.ENOENT)
        self._kernel_driver = False

    def attach(self, interface: int) -> None:
        self._its(interface)
        if self._owner or self._kernel_driver:
            raise UsbError(errno.EBUSY)
        self._kernel_driver = True

    def claim(self, handle: int, interface: int) -> None:
        self._its(interface)
        if self._kernel_driver or self._owner not in (0, handle):
            raise UsbError(errno.EBUSY)
        self._owner = handle

    def release(self, handle: int, interface: int) -> None:
        self._its(interface)
        if self._owner != handle:
            raise UsbError(errno.ENOENT)
        self._owner = 0

    def alternate(self, handle: int, interface: int, value: int) -> None:
        self._its(interface)
        if self._owner != handle or value != 0:
            raise UsbError(errno.ENOENT)

    def forget(self, handle: int) -> None:
        """Its host is gone, or has closed it."""
        if self._owner == handle:
            self._owner = 0

    def reset(self, handle: int) -> None:
        self._there()
        self._halted.clear()

    # -- endpoints

    def write(self, handle: int, endpoint: int, data: bytes, now_ms: int) -> int | None:
        """How many bytes were taken; fewer than given: no more before the time-out."""
        self._may(handle, endpoint, OUT)
        faults = self.twin.faults
        if "usb_stall" in faults:
            faults.discard("usb_stall")
            self._halted.add(OUT)
            raise UsbError(errno.EPIPE)
        if faults & {"usb_takes_nothing", "usb_dead"}:
            return None
        taken = data[:PACKET] if "usb_short_writes" in faults else data
        self.twin.receive(taken, now_ms)
        return len(taken)

    def read(self, handle: int, endpoint: int, length: int) -> bytes | None:
        self._may(handle, endpoint, BACK)
        if length % PACKET:
            raise UsbError(errno.EOVERFLOW)  # a whole packet might come, and has no room
        self._waiting += self.twin.take_output()
        del self._waiting[:-MOST_WAITING]
        if "usb_dead" in self.twin.faults:
            return None
        if not self._waiting:
            return b"" if "usb_empty_reads" in self.twin.faults else None
        said = bytes(self._waiting[:length])
        del self._waiting[:length]
        return said

    def clear_halt(self, endpoint: int) -> None:
        self._there()
        self._halted.discard(endpoint)

    def _may(self, handle: int, endpoint: int, which: int) -> None:
        self._there()
        if endpoint != which or self._owner != handle or not self._configured:
            raise UsbError(errno.ENOENT)
        if endpoint in self._halted:
            raise UsbError(errno.EPIPE)

    # -- control requests

    def control(self, setup: list[int], length: int, now_ms: int) -> bytes | None:
        """`setup`: type, request, value, index. What an IN request answers, cut to `length`; nothing for an OUT request."""
        self._there()
        if "usb_dead" in self.twin.faults:
            return None
        kind, request, value, index = setup
        match kind, request:
            case 0x80, 0x06 if value >> 8 == 3:
                return self._string(value & 0xFF, index)[:length]
            case 0x80, 0x00:
                return bytes(2)[:length]
            case 0x80, 0x08:
                return bytes([self._configured])[:length]
            case 0xA1, 0x00 if index >> 8 == INTERFACE:  # GET_DEVICE_ID: the interface is in the high byte
                told = b"MFG:TVM;CMD:ESC/POS;MDL:Simulated slip printer;CLS:PRINTER;"
                return ((len(told) + 2).to_bytes(2, "big") + told)[:length]
            case 0xA1, 0x01 if index == INTERFACE:
                return bytes([self._port_status()])[:length]
            case 0x21, 0x02 if index == INTERFACE:  # SOFT_RESET: what was sent and not yet processed is gone
                self.twin.power(False, now_ms)
                self.twin.power(True, now_ms)
                self._waiting.clear()
                self._halted.clear()
                return b""
        raise UsbError(errno.EPIPE)

    def _there(self) -> None:
        if not self.attached:
            raise UsbError(errno.ENODEV)

    def _its(self, interface: int) -> None:
        self._there()
        if interface != INTERFACE:
            raise UsbError(errno.ENOENT)
