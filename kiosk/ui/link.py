"""The connection to the controller: one reader thread, which only decodes lines and posts them to the loop.

The only home of threads in the screen process together with `mirror`. Source: decisions 29, 30 and 47.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from kiosk.screen.values import Hello, Message, decode, encode
from kiosk.ui.events import Event, LinkDown, LinkUp, Received

RETRY_S = 0.3
LONGEST_LINE = 4_000_000


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
        self._ending = threading.Event()
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="controller-link", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._hang_up()
        self._thread.join(2)

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
        while not self._ending.is_set():
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
            self._ending.wait(RETRY_S)

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
