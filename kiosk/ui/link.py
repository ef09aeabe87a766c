"""Threads of the screen process, and the first of them: the reader that decodes the controller's lines for the loop.

Source: decisions 29, 30 and 47.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from kiosk.screen.values import Hello, Message, decode, encode
from kiosk.ui.events import Event, LinkDown, LinkUp, Received

RETRY_S = 0.3
LONGEST_LINE = 4_000_000


class Worker:
    """Runs `run` in a thread of its own. `run` returns soon after `ending` is true."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self._end = threading.Event()
        self._called = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=run, name=name, daemon=True)

    @property
    def ending(self) -> bool:
        return self._end.is_set()

    @property
    def lock(self) -> AbstractContextManager[bool]:
        """What both threads touch is touched under it."""
        return self._lock

    def start(self) -> None:
        self._thread.start()

    def pause(self, seconds: float) -> None:
        """Sleep in the worker's thread; the end wakes it."""
        self._end.wait(seconds)

    def call(self) -> None:
        """There is something to do: `rest` ends, or does not begin."""
        self._called.set()

    def rest(self) -> None:
        """In the worker's thread: until it is called."""
        self._called.wait()
        self._called.clear()

    def stop(self, interrupt: Callable[[], None]) -> None:
        """Ask it to end; `interrupt` wakes it from where it waits. Gives up after 2 s."""
        self._end.set()
        interrupt()
        if self._thread.is_alive():
            self._thread.join(2)


class ControllerLink:
    """Connects to a Unix stream socket, for ever again. `deliver` is called in the reader's thread."""

    def __init__(
        self,
        path: str,
        role: str,
        deliver: Callable[[Event], None],
        complain: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._path = path
        self._role = role
        self._deliver = deliver
        self._complain = complain
        self._socket: socket.socket | None = None
        self._worker = Worker("controller-link", self._run)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop(self._hang_up)

    def send(self, message: Message) -> bool:
        """False when there is nobody, or a peer that does not read: that one is given up."""
        peer = self._socket
        if peer is None:
            return False
        line = encode(message)
        try:
            if peer.send(line, socket.MSG_DONTWAIT) == len(line):
                return True
        except OSError:
            pass
        self._hang_up()
        return False

    def _hang_up(self) -> None:
        peer = self._socket
        if peer is not None:
            with contextlib.suppress(OSError):  # already gone: the reader sees the end by itself
                peer.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        while not self._worker.ending:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
                    peer.connect(self._path)
                    peer.sendall(encode(Hello(self._role)))
                    self._socket = peer
                    self._deliver(LinkUp())
                    self._read(peer)
            except OSError:
                pass  # no controller, or it went away: the session shows so, we try again
            if self._socket is not None:
                self._socket = None
                self._deliver(LinkDown())
            self._worker.pause(RETRY_S)

    def _read(self, peer: socket.socket) -> None:
        held = b""
        while received := peer.recv(65536):
            *lines, held = (held + received).split(b"\n")
            for line in lines:
                try:
                    self._deliver(Received(decode(line)))
                except ValueError as error:
                    self._complain(f"message_dropped reason={error}")
            if len(held) > LONGEST_LINE:
                raise OSError("line without end")
