"""A twin behind a pseudo terminal, so that any program that opens a serial port can talk to it.

Raw, with one slave descriptor held open (without it, reading the master gives EIO and polling spins), and a path that
can be a symlink of a chosen name and comes back under the same name after an unplug. Source: house style 7, reliability
notes 7.
"""

from __future__ import annotations

import os
import pty
import selectors
import signal
import tty
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Protocol

from simulator.devices.twin import Twin

LARGEST_READ = 65_536
MOST_PENDING = 65_536  # nobody reads: keep no more than this


class PtyHost:
    """Serves one twin. `path` is what config names instead of a port: `link` when given, else the pty's own name."""

    def __init__(self, twin: Twin, link: Path | None = None) -> None:
        self.twin = twin
        self._link = link
        self._master = self._slave = -1
        self._pending = b""
        self.path = ""
        self.replug()

    @property
    def plugged(self) -> bool:
        return self._master >= 0

    def fileno(self) -> int:
        """The master, readable when a client has written. Raises OSError while unplugged."""
        if not self.plugged:
            raise OSError("the pty is unplugged")
        return self._master

    def serve_readable(self, now_ms: int) -> None:
        """Pass what the client has written to the twin and its answer back; call it when `fileno` is readable."""
        if not self.plugged:
            return
        try:
            data = os.read(self._master, LARGEST_READ)
        except BlockingIOError:
            return
        self.twin.receive(data, now_ms)
        self._flush()

    def serve_timers(self, now_ms: int) -> int | None:
        """Let the twin do what is due; answers when to call again (absolute ms), None when nothing is under way."""
        due_ms = self.twin.poll(now_ms)
        self._flush()
        return due_ms

    def unplug(self) -> None:
        """The adapter is pulled: the client's port gives errors and the path is gone. The twin keeps running."""
        if not self.plugged:
            return
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1
        self._pending = b""
        if self._link is not None:
            self._link.unlink(missing_ok=True)

    def replug(self) -> None:
        if self.plugged:
            return
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        name = os.ttyname(self._slave)
        self.path = name
        if self._link is not None:
            _point(self._link, name)
            self.path = str(self._link)

    close = unplug

    def _flush(self) -> None:
        self._pending = (self._pending + self.twin.take_output())[-MOST_PENDING:]
        if not self._pending or not self.plugged:
            return
        try:
            written = os.write(self._master, self._pending)
        except BlockingIOError:
            return
        self._pending = self._pending[written:]


def _point(link: Path, target: str) -> None:
    """Make `link` name `target` in one step. Raises FileExistsError when something else than a symlink is there."""
    if link.exists() and not link.is_symlink():
        raise FileExistsError(f"{link} exists and is not a symbolic link")
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


class Host(Protocol):
    """Serves twins: behind a pty, or behind a socket."""

    path: str

    def fileno(self) -> int: ...

    def serve_readable(self, now_ms: int) -> None: ...

    def serve_timers(self, now_ms: int) -> int | None: ...

    def close(self) -> None: ...


def run_single(
    host: Host, mono_ms: Callable[[], int], each_turn: Callable[[int], int | None] | None = None, name: str = ""
) -> None:
    """Serve one host until SIGINT or SIGTERM, then close it; its path, or `name`, is printed first, on a line of its own.

    `mono_ms` is the process's clock of real milliseconds. `each_turn(now_ms)` is called once a turn and answers when it
    wants to be called again (absolute ms), or None.
    """
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    stopped = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.set_wakeup_fd(wake_write)
    try:
        print(name or host.path, flush=True)
        with selectors.DefaultSelector() as selector:
            selector.register(host, selectors.EVENT_READ)
            selector.register(wake_read, selectors.EVENT_READ)
            while not stopped:
                now_ms = mono_ms()
                wakes = [host.serve_timers(now_ms), each_turn(now_ms) if each_turn else None]
                due_ms = min((wake for wake in wakes if wake is not None), default=None)
                timeout = None if due_ms is None else max(0, due_ms - now_ms) / 1_000
                for key, _ in selector.select(timeout):
                    if key.fileobj is host:
                        host.serve_readable(mono_ms())
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(wake_read)
        os.close(wake_write)
        host.close()
