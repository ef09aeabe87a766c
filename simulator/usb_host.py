"""USB printers behind a Unix socket, for every client of the bridge's backend (usb-bridge sheet). Nothing here waits.

It is served like a pty host: one descriptor that becomes readable, a call when it is, a call when time has passed.
"""

from __future__ import annotations

import errno
import json
import os
import select
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.devices.usb import UsbError, UsbPrinter

LONGEST_LINE = 1 << 20
MOST_LINES = 32
LOOK_MS = 20
"""How often calls that wait are looked at when nothing else happens."""


@dataclass(slots=True)
class _Client:
    socket: socket.socket
    held: bytearray = field(default_factory=bytearray)
    pending: bytearray = field(default_factory=bytearray)
    waits: dict[str, Any] | None = None
    until_ms: int = 0  # 0: for ever
    handles: set[int] = field(default_factory=set)


class UsbHost:
    """Serves `printers` at a socket named `path` (an old one is replaced). Raises OSError when that cannot be made."""

    def __init__(self, printers: Sequence[UsbPrinter], path: Path) -> None:
        self.printers, self.path = list(printers), str(path)
        self._clients: dict[int, _Client] = {}
        self._opened: dict[int, tuple[UsbPrinter, int]] = {}  # with the address it was opened at
        self._next_handle = 1
        self._now_ms = 0
        with suppress(FileNotFoundError):
            path.unlink()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._listener.bind(self.path)
            path.chmod(0o600)
            self._listener.listen(MOST_LINES)
            self._listener.setblocking(False)
            self._poll = select.epoll()
        except OSError:
            self._listener.close()
            raise
        self._poll.register(self._listener.fileno(), select.EPOLLIN)

    @property
    def plugged(self) -> bool:
        return self._listener.fileno() >= 0

    def fileno(self) -> int:
        """Readable when there is something to serve. Raises OSError after `close`."""
        if not self.plugged:
            raise OSError("the socket is closed")
        return self._poll.fileno()

    def serve_readable(self, now_ms: int) -> None:
        self._now_ms = now_ms
        for number, _ in self._poll.poll(0):
            if number == self._listener.fileno():
                self._accept()
            elif number in self._clients:
                self._receive(self._clients[number])
        self._look()

    def serve_timers(self, now_ms: int) -> int | None:
        """Let the twins do what is due; answers when to call again (absolute ms), None when nothing is under way."""
        self._now_ms = now_ms
        dues = [printer.twin.poll(now_ms) for printer in self.printers]
        self._look()
        if any(client.waits for client in self._clients.values()):
            dues.append(now_ms + LOOK_MS)
        return min((due for due in dues if due is not None), default=None)

    def unplug(self) -> None:
        """The cables are pulled: calls fail, and no device is listed."""
        for printer in self.printers:
            printer.unplug()
        self._look()

    def replug(self) -> None:
        for printer in self.printers:
            printer.replug()

    def close(self) -> None:
        if not self.plugged:
            return
        for client in list(self._clients.values()):
            self._drop(client)
        self._poll.close()
        self._listener.close()
        with suppress(OSError):
            os.unlink(self.path)

    # -- lines

    def _accept(self) -> None:
        try:
            line, _ = self._listener.accept()
        except OSError:
            return
        if len(self._clients) >= MOST_LINES:
            line.close()
            return
        line.setblocking(False)
        self._clients[line.fileno()] = _Client(line)
        self._poll.register(line.fileno(), select.EPOLLIN)

    def _receive(self, client: _Client) -> None:
        try:
            data = client.socket.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        client.held += data
        if not data or len(client.held) > LONGEST_LINE:
            self._drop(client)
            return
        while client.waits is None and b"\n" in client.held:
            line, _, rest = bytes(client.held).partition(b"\n")
            client.held[:] = rest
            self._begin(client, line)

    def _drop(self, client: _Client) -> None:
        for handle in client.handles:
            self._close(handle)
        number = client.socket.fileno()
        self._clients.pop(number, None)
        self._poll.unregister(number)
        client.socket.close()

    def _begin(self, client: _Client, line: bytes) -> None:
        try:
            words = json.loads(line)
            if not isinstance(words, dict):
                raise ValueError("no object")
            timeout_ms = int(words.get("timeout_ms", 0))
        except ValueError:
            self._answer(client, {"errno": errno.EINVAL})
            return
        client.waits = words
        client.until_ms = self._now_ms + timeout_ms if timeout_ms else 0
        self._try(client)

    def _look(self) -> None:
        for client in list(self._clients.values()):
            if client.waits is not None:
                self._try(client)
            if client.pending and client.socket.fileno() >= 0:
                self._flush(client)

    def _try(self, client: _Client) -> None:
        words = client.waits or {}
        try:
            value = self._call(client, words)
        except UsbError as error:
            self._answer(client, {"errno": error.number})
        except (KeyError, TypeError, ValueError, AttributeError):
            self._answer(client, {"errno": errno.EINVAL})
        else:
            if value is not _WAIT:
                self._answer(client, {"value": value})
            elif client.until_ms and self._now_ms >= client.until_ms:
                done = words.get("done", 0)
                self._answer(client, {"value": done} if done else {"errno": errno.ETIMEDOUT})

    def _answer(self, client: _Client, answer: dict[str, Any]) -> None:
        client.waits = None
        client.pending += json.dumps(answer).encode() + b"\n"
        self._flush(client)

    def _flush(self, client: _Client) -> None:
        try:
            while client.pending:
                del client.pending[: client.socket.send(client.pending)]
        except BlockingIOError:
            return
        except OSError:
            self._drop(client)

    # -- calls

    def _call(self, client: _Client, words: dict[str, Any]) -> Any:
        call = words["call"]
        if call == "devices":
            there = enumerate(self.printers)
            return [{"id": at, **printer.described()} for at, printer in there if printer.attached]
        if call == "open":
            return self._open(client, int(words["device"]))
        handle = int(words["handle"])
        if call == "close":
            self._close(handle)
            return None
        printer, address = self._opened.get(handle, (None, 0))
        if printer is None or printer.address != address:
            raise UsbError(errno.ENODEV)
        return _MOVES[call](printer, handle, words, self._now_ms)

    def _close(self, handle: int) -> None:
        printer, address = self._opened.pop(handle, (None, 0))
        if printer is not None and printer.address == address:
            printer.forget(handle)

    def _open(self, client: _Client, device: int) -> int:
        if not 0 <= device < len(self.printers) or not self.printers[device].attached:
            raise UsbError(errno.ENODEV)
        handle, self._next_handle = self._next_handle, self._next_handle + 1
        self._opened[handle] = self.printers[device], self.printers[device].address
        client.handles.add(handle)
        return handle


_WAIT = object()
_Move = Callable[[UsbPrinter, int, dict[str, Any], int], Any]


def _write(printer: UsbPrinter, handle: int, words: dict[str, Any], now_ms: int) -> Any:
    """What a transfer left over is waited for; `done` counts what was taken."""
    data, done = bytes.fromhex(words["data"]), int(words.get("done", 0))
    if "short" in words:
        return _WAIT
    taken = printer.write(handle, int(words["endpoint"]), data[done:], now_ms)
    if taken is None:
        return _WAIT
    words["done"] = done = done + taken
    if done < len(data):
        words["short"] = True
        return _WAIT
    return done


def _read(printer: UsbPrinter, handle: int, words: dict[str, Any], now_ms: int) -> Any:
    came = printer.read(handle, int(words["endpoint"]), int(words["length"]))
    return _WAIT if came is None else came.hex()


def _control(printer: UsbPrinter, handle: int, words: dict[str, Any], now_ms: int) -> Any:
    setup = [int(word) for word in words["setup"]]
    if len(setup) != 4:
        raise ValueError("setup")
    came = printer.control(setup, int(words.get("length", 0)), now_ms)
    if came is None:
        return _WAIT
    return came.hex() if setup[0] & 0x80 else len(words.get("data", "")) // 2


_MOVES: dict[str, _Move] = {
    "configuration": lambda printer, handle, words, now_ms: printer.configuration(),
    "configure": lambda printer, handle, words, now_ms: printer.configure(handle, int(words["value"])),
    "kernel": lambda printer, handle, words, now_ms: printer.kernel(int(words["interface"])),
    "detach": lambda printer, handle, words, now_ms: printer.detach(int(words["interface"])),
    "attach": lambda printer, handle, words, now_ms: printer.attach(int(words["interface"])),
    "claim": lambda printer, handle, words, now_ms: printer.claim(handle, int(words["interface"])),
    "release": lambda printer, handle, words, now_ms: printer.release(handle, int(words["interface"])),
    "alternate": lambda printer, handle, words, now_ms: printer.alternate(
        handle, int(words["interface"]), int(words["value"])
    ),
    "clear_halt": lambda printer, handle, words, now_ms: printer.clear_halt(int(words["endpoint"])),
    "reset": lambda printer, handle, words, now_ms: printer.reset(handle),
    "write": _write,
    "read": _read,
    "control": _control,
}
"""Name of a call -> what it does to an open device."""
