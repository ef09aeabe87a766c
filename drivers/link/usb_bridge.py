"""USB devices that stand behind a socket instead of a cable: a backend of pyusb, for simulated devices.

pyusb takes any object that implements `usb.backend.IBackend` where it would load libusb; everything above it is then the real
library. Source: usb-bridge sheet (requests and answers), ticket-printer sheet 6.
"""

from __future__ import annotations

import errno
import json
import os
import socket
from array import array
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

CONNECT_S = 2.0
GRACE_S = 2.0
"""How much later than its own time-out a call is given up: whoever is silent for so long is gone."""
USUAL_MS = 1_000
LONGEST_LINE = 1 << 20


class BridgeBackend(IBackend):  # type: ignore[misc]
    """The devices behind the socket at `path`. From any thread: each call has a connection for itself, which is kept for the
    next. Nobody at the socket: there is no device."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: list[socket.socket] = []

    # -- descriptors: told once, when devices are listed

    def enumerate_devices(self) -> Iterator[Any]:
        try:
            devices = self._call("devices")
        except USBError:
            return iter(())
        return iter([_names(device) for device in devices])

    def get_parent(self, dev: Any) -> None:
        return None

    def get_device_descriptor(self, dev: Any) -> Any:
        return dev.descriptor

    def get_configuration_descriptor(self, dev: Any, config: int) -> Any:
        return dev.configurations[config].descriptor

    def get_interface_descriptor(self, dev: Any, intf: int, alt: int, config: int) -> Any:
        return dev.configurations[config].interfaces[intf][alt].descriptor

    def get_endpoint_descriptor(self, dev: Any, ep: int, intf: int, alt: int, config: int) -> Any:
        return dev.configurations[config].interfaces[intf][alt].endpoints[ep]

    # -- an open device

    def open_device(self, dev: Any) -> int:
        return int(self._call("open", device=dev.id))

    def close_device(self, dev_handle: int) -> None:
        with suppress(USBError):  # whoever is gone has closed it too, and libusb's close cannot fail
            self._call("close", handle=dev_handle)

    def set_configuration(self, dev_handle: int, config_value: int) -> None:
        self._call("configure", handle=dev_handle, value=config_value)

    def get_configuration(self, dev_handle: int) -> int:
        return int(self._call("configuration", handle=dev_handle))

    def set_interface_altsetting(self, dev_handle: int, intf: int, altsetting: int) -> None:
        self._call("alternate", handle=dev_handle, interface=intf, value=altsetting)

    def claim_interface(self, dev_handle: int, intf: int) -> None:
        self._call("claim", handle=dev_handle, interface=intf)

    def release_interface(self, dev_handle: int, intf: int) -> None:
        self._call("release", handle=dev_handle, interface=intf)

    def bulk_write(self, dev_handle: int, ep: int, intf: int, data: Any, timeout: int) -> int:
        return int(self._call("write", timeout, handle=dev_handle, endpoint=ep, data=bytes(data).hex()))

    def bulk_read(self, dev_handle: int, ep: int, intf: int, buff: Any, timeout: int) -> int:
        return _into(buff, self._call("read", timeout, handle=dev_handle, endpoint=ep, length=_size(buff)))

    intr_write, intr_read = bulk_write, bulk_read

    def ctrl_transfer(
        self, dev_handle: int, bmRequestType: int, bRequest: int, wValue: int, wIndex: int, data: Any, timeout: int
    ) -> int:
        setup = [bmRequestType, bRequest, wValue, wIndex]
        if bmRequestType & 0x80:
            came = self._call("control", timeout, handle=dev_handle, setup=setup, length=_size(data))
            return _into(data, came)
        sent = bytes(data).hex() if data is not None else ""
        return int(self._call("control", timeout, handle=dev_handle, setup=setup, data=sent))

    def clear_halt(self, dev_handle: int, ep: int) -> None:
        self._call("clear_halt", handle=dev_handle, endpoint=ep)

    def reset_device(self, dev_handle: int) -> None:
        self._call("reset", handle=dev_handle)

    def is_kernel_driver_active(self, dev_handle: int, intf: int) -> bool:
        return bool(self._call("kernel", handle=dev_handle, interface=intf))

    def detach_kernel_driver(self, dev_handle: int, intf: int) -> None:
        self._call("detach", handle=dev_handle, interface=intf)

    def attach_kernel_driver(self, dev_handle: int, intf: int) -> None:
        self._call("attach", handle=dev_handle, interface=intf)

    # -- the socket

    def _call(self, call: str, timeout_ms: int = USUAL_MS, **words: Any) -> Any:
        """What the other side answers. Raises USBError with its errno; who does not answer is a device that is gone."""
        try:
            line = self._idle.pop() if self._idle else self._connect()
            try:
                answer = _exchange(line, {"call": call, "timeout_ms": timeout_ms, **words}, timeout_ms)
            except BaseException:
                line.close()
                raise
        except (OSError, ValueError) as error:
            raise USBError(f"no device: {error}", -4, errno.ENODEV) from error
        self._idle.append(line)
        number = answer.get("errno", 0)
        if number == errno.ETIMEDOUT:
            raise USBTimeoutError("Operation timed out", -7, number)
        if number:
            raise USBError(os.strerror(number), None, number)
        return answer.get("value")

    def _connect(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.settimeout(CONNECT_S)
            line.connect(self._path)
        except OSError:
            line.close()
            raise
        return line


def _exchange(line: socket.socket, request: dict[str, Any], timeout_ms: int) -> dict[str, Any]:
    """Raises OSError when the line broke, ValueError for an answer that is none."""
    line.settimeout(timeout_ms / 1_000 + GRACE_S if timeout_ms else None)
    line.sendall(json.dumps(request).encode() + b"\n")
    held = bytearray()
    while not held.endswith(b"\n"):
        data = line.recv(65_536)
        if not data or len(held) > LONGEST_LINE:
            raise ConnectionError("closed")
        held += data
    answer = json.loads(held)
    if not isinstance(answer, dict):
        raise ValueError("no answer")
    return answer


def _size(buff: array[int]) -> int:
    return len(buff) * buff.itemsize


def _into(buff: array[int], came: str) -> int:
    data = bytes.fromhex(came)[: _size(buff)]
    for at, byte in enumerate(data):
        buff[at] = byte
    return len(data)


def _names(told: Any) -> Any:
    """JSON with its keys as attributes, which is how pyusb reads descriptors; `extra_descriptors` stays a list."""
    if isinstance(told, dict):
        return SimpleNamespace(**{name: _names(value) for name, value in told.items()})
    return [_names(value) for value in told] if isinstance(told, list) else told
