"""A USB printer found, taken from the kernel's own driver, and ready for bytes. Every call here may wait: workers only.

Printers are class 7: bulk out, bulk in, GET_PORT_STATUS. Two of one model are told apart by their serial numbers; after an
unplug the same ids and serial come back under another address, so a printer is looked for anew each time it is opened.
Source: ticket-printer sheet 6.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import usb.core
import usb.util

from drivers.link.usb_bridge import BridgeBackend
from drivers.link.worker import Lock
from kiosk.errors import LinkError

PREFIX = "usb:"
PRINTER_CLASS = 7
READ_MS, WRITE_MS, CONTROL_MS = 200, 500, 500
CHUNK = 4_096
GET_PORT_STATUS = 0xA1, 1
_PATH = re.compile(r"usb:(?:([0-9a-fA-F]{1,4}):([0-9a-fA-F]{1,4})(?::([^@]+))?)?(?:@(.+))?")


@dataclass(frozen=True, slots=True)
class UsbPath:
    """`usb:VENDOR:PRODUCT[:SERIAL][@SOCKET]`, ids in hex; `usb:` alone (vendor -1) is any printer. `socket`: where simulated
    devices are served (usb-bridge sheet), empty for the real bus."""

    vendor: int
    product: int
    serial: str
    socket: str


@dataclass(frozen=True, slots=True)
class Found:
    """A printer on the bus: what it would be called in a configuration, and the name it gives itself."""

    path: str
    name: str


def parse_path(text: str, any_printer: bool = False) -> UsbPath:
    """Raises LinkError."""
    match = _PATH.fullmatch(text)
    if match is None or not (match[1] or any_printer):
        raise LinkError(f"{text}: not usb:VENDOR:PRODUCT[:SERIAL] with hexadecimal ids")
    ids = (int(match[1], 16), int(match[2], 16)) if match[1] else (-1, -1)
    return UsbPath(*ids, match[3] or "", match[4] or "")


def printers(text: str) -> list[Found]:
    """All printers that fit a path, also `usb:` alone. Raises LinkError."""
    path = parse_path(text, any_printer=True)
    made = []
    for device in _fitting(path):
        serial = _string(device, device.iSerialNumber)
        tail = (f":{serial}" if serial else "") + (f"@{path.socket}" if path.socket else "")
        words = (_string(device, device.iManufacturer), _string(device, device.iProduct))
        made.append(
            Found(f"usb:{device.idVendor:04x}:{device.idProduct:04x}{tail}", " ".join(word for word in words if word))
        )
        usb.util.dispose_resources(device)
    return made


class Claimed:
    """A printer that is ours until `release`. `read` and `write` are each called from one thread of their own."""

    def __init__(self, device: Any, interface: Any, out: Any, back: Any) -> None:
        self._device, self._interface = device, interface
        self._out, self._back = out, back
        self._packet = max(64, back.wMaxPacketSize)
        self._lock = Lock()  # nobody writes to a handle that was closed
        self._released = False

    def read(self) -> bytes:
        """What came within `READ_MS`; empty when nothing did. Raises LinkError."""
        try:
            return bytes(self._back.read(self._packet * 8, READ_MS))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as error:
            self._cleared(self._back, error)
            return b""

    def write(self, data: bytes) -> int:
        """How many bytes were taken within `WRITE_MS`. Raises LinkError; a printer that takes none but still tells its port
        status is offline, and waited for."""
        with self._lock:
            if self._released:
                raise LinkError("closed")
            try:
                return int(self._out.write(data[:CHUNK], WRITE_MS))
            except usb.core.USBTimeoutError:
                self.port_status()
            except usb.core.USBError as error:
                self._cleared(self._out, error)
            return 0

    def _cleared(self, endpoint: Any, error: usb.core.USBError) -> None:
        """A stalled endpoint is made to go on; every other error is the end of the link."""
        if error.errno != errno.EPIPE:
            raise LinkError(_why(error)) from error
        try:
            endpoint.clear_halt()
        except usb.core.USBError as again:
            raise LinkError(_why(again)) from again

    def port_status(self) -> int:
        """One byte: 20h no paper, 10h selected, 08h no error; -1 from who does not know the question. Raises LinkError."""
        try:
            came = self._device.ctrl_transfer(*GET_PORT_STATUS, 0, self._interface.bInterfaceNumber, 1, CONTROL_MS)
            return int(came[0]) if len(came) else -1
        except usb.core.USBError as error:
            if error.errno == errno.EPIPE:
                return -1
            raise LinkError(_why(error)) from error

    def release(self) -> None:
        """May be called twice; never raises."""
        with self._lock:
            if not self._released:
                self._released = True
                with suppress(usb.core.USBError):
                    usb.util.dispose_resources(self._device)


def claim(text: str) -> Claimed:
    """The printer of a path, ready. Raises LinkError: none there, several, or one that somebody else has."""
    path = parse_path(text)
    fitting = list(_fitting(path))
    if not fitting:
        raise LinkError(f"{text}: no such printer on the bus")
    if len(fitting) > 1:
        serials = ", ".join(sorted(_string(device, device.iSerialNumber) or "none" for device in fitting))
        raise LinkError(f"{text}: {len(fitting)} such printers; name the serial number, one of {serials}")
    device = fitting[0]
    try:
        return _claimed(text, device)
    except usb.core.USBError as error:
        usb.util.dispose_resources(device)
        raise LinkError(f"{text}: {_why(error)}") from error


def _claimed(text: str, device: Any) -> Claimed:
    try:
        configuration = device.get_active_configuration()
    except usb.core.USBError:  # nobody has configured it yet
        device.set_configuration()
        configuration = device.get_active_configuration()
    for interface in configuration:
        found = _endpoints(interface)
        if interface.bInterfaceClass != PRINTER_CLASS or found is None:
            continue
        number = interface.bInterfaceNumber
        with suppress(NotImplementedError):  # there is no kernel driver on other systems
            if device.is_kernel_driver_active(number):
                device.detach_kernel_driver(number)
        usb.util.claim_interface(device, number)
        if interface.bAlternateSetting:
            interface.set_altsetting()
        claimed = Claimed(device, interface, *found)
        claimed.port_status()
        return claimed
    usb.util.dispose_resources(device)
    raise LinkError(f"{text}: it has no printer interface with two bulk endpoints")


def _endpoints(interface: Any) -> tuple[Any, Any] | None:
    """Bulk out and bulk in; None for a printer that never answers."""
    bulk = [one for one in interface if usb.util.endpoint_type(one.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK]
    back = [one for one in bulk if one.bEndpointAddress & usb.util.ENDPOINT_IN]
    out = [one for one in bulk if not one.bEndpointAddress & usb.util.ENDPOINT_IN]
    return (out[0], back[0]) if out and back else None


def _fitting(path: UsbPath) -> Iterator[Any]:
    """Devices with these ids, or all printers. Raises LinkError where there is no libusb."""
    backend = BridgeBackend(path.socket) if path.socket else None
    ids = {} if path.vendor < 0 else {"idVendor": path.vendor, "idProduct": path.product}
    try:
        devices = list(usb.core.find(find_all=True, backend=backend, **ids))
    except usb.core.NoBackendError as error:
        raise LinkError("libusb 1.0 is not installed (Debian: libusb-1.0-0)") from error
    except usb.core.USBError as error:
        raise LinkError(_why(error)) from error
    for device in devices:
        if path.vendor < 0 and not _prints(device):
            continue
        if path.serial and _string(device, device.iSerialNumber) != path.serial:
            usb.util.dispose_resources(device)
            continue
        yield device


def _prints(device: Any) -> bool:
    try:
        return any(one.bInterfaceClass == PRINTER_CLASS for configuration in device for one in configuration)
    except usb.core.USBError:
        return False


def _string(device: Any, index: int) -> str:
    """A text the device tells of itself; empty when it tells none, or may not be opened by us."""
    try:
        return str(usb.util.get_string(device, index) or "") if index else ""
    except (usb.core.USBError, ValueError):
        return ""


def _why(error: usb.core.USBError) -> str:
    if error.errno == errno.EACCES:
        return "access denied: a udev rule has to give the printer to this user"
    return {errno.ENODEV: "unplugged", errno.EBUSY: "somebody else has it"}.get(
        error.errno or 0, os.strerror(error.errno) if error.errno else str(error)
    )
