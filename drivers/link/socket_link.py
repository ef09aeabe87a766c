"""The screen socket of the controller: shows values to every screen that is connected, hears touches (decisions 29, 30).

One peer is the screen; mirrors watch; lab and synthetic passengers may touch only where `lab` is set. The reactor is
given one Channel for the listener and one for each peer, and polls the server as a participant without a link.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from drivers.link.link import WithoutLink
from drivers.link.screen_peer import Acknowledgement, PeerError, ScreenPeer, aged, show_line
from kiosk.errors import LinkError
from kiosk.ports.fact import Report
from kiosk.ports.screen import ScreenBack, ScreenLost, ScreenTouched
from kiosk.screen.values import HEARTBEAT_MS, Touched

log = logging.getLogger(__name__)
LOST_MS = 2_000
MOST_PEERS = 16


class Channel(Protocol):
    """What the reactor selects on."""

    def fileno(self) -> int: ...

    def wants_write(self) -> bool: ...

    def on_readable(self, now_ms: int) -> None: ...

    def on_writable(self, now_ms: int) -> None: ...


class PeerChannel:
    """The socket of one peer. Never blocks; every way it can break ends in `server.gone`."""

    def __init__(self, server: ScreenServer, sock: socket.socket, now_ms: int) -> None:
        self._server = server
        self._socket = sock
        self.peer = ScreenPeer(now_ms)

    def fileno(self) -> int:
        return self._socket.fileno()

    def wants_write(self) -> bool:
        return self.peer.pending

    def on_readable(self, now_ms: int) -> None:
        had_role = self.peer.role
        try:
            data = self._socket.recv(65_536)
            if not data:
                raise PeerError("closed")
            touches = self.peer.receive(data, now_ms)
        except BlockingIOError:
            return
        except (OSError, PeerError) as error:
            self._server.gone(self, str(error), now_ms)
            return
        if self.peer.role and not had_role:
            self._server.greeted(self, now_ms)
        self._server.heard(self, touches)

    def on_writable(self, now_ms: int) -> None:
        try:
            while data := self.peer.output(now_ms):
                self.peer.sent(self._socket.send(data))
        except BlockingIOError:
            return
        except OSError as error:
            self._server.gone(self, str(error), now_ms)

    def close(self) -> None:
        self._socket.close()


class ScreenServer(WithoutLink):
    """Implements `kiosk.ports.screen.ScreenPort`.

    Makes the socket at `path` (mode 0600; an old one is replaced; raises LinkError when that is not possible). `added` and
    `removed` tell the reactor of the channels of peers; the server itself is the channel of the listener.
    """

    name = "screen"

    def __init__(
        self,
        path: Path,
        report: Report,
        *,
        lab: bool = False,
        added: Callable[[Channel], None],
        removed: Callable[[Channel], None],
    ) -> None:
        self._path, self._report, self._lab = path, report, lab
        self._added, self._removed = added, removed
        self._peers: list[PeerChannel] = []
        self._rev = 0
        self._screen: Any = None
        self._shown_ms = 0
        self._now_ms: int | None = None
        self._here: bool | None = None
        self._away_since_ms: int | None = None
        self._acks = Acknowledgement()
        self.shown: Callable[[bytes], None] = lambda line: None  # for who keeps a record: each encoded Show
        self._listener = self._listen()

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with suppress(FileNotFoundError):
                self._path.unlink()
            mask = os.umask(0o177)
            try:
                listener.bind(str(self._path))
            finally:
                os.umask(mask)
            listener.listen(MOST_PEERS)
        except OSError as error:
            listener.close()
            raise LinkError(f"screen socket {self._path}: {error}") from error
        listener.setblocking(False)
        return listener

    # -- the port

    def show(self, screen: Any) -> None:
        """Show a `kiosk.screen.values.Screen` everywhere, now where a socket takes it, else as soon as it does."""
        now_ms = self._now_ms or 0
        self._rev += 1
        self._screen, self._shown_ms = screen, now_ms
        self._acks.shown(self._rev, now_ms)
        line = show_line(self._rev, screen)
        self.shown(line)
        for channel in list(self._peers):
            channel.peer.show(line)
            channel.on_writable(now_ms)

    # -- the reactor's side: the listener as a channel, the whole as a participant

    def fileno(self) -> int:
        return self._listener.fileno()

    def wants_write(self) -> bool:
        return False

    def on_readable(self, now_ms: int) -> None:
        self._now_ms = now_ms
        try:
            sock, _ = self._listener.accept()
        except OSError:  # it left before it was let in, or there is no descriptor left
            return
        if len(self._peers) >= MOST_PEERS:
            log.warning("screen_peer_refused peers=%d", len(self._peers))
            sock.close()
            return
        sock.setblocking(False)
        channel = PeerChannel(self, sock, now_ms)
        self._peers.append(channel)
        self._added(channel)
        channel.on_writable(now_ms)

    def on_writable(self, now_ms: int) -> None:
        """Never asked for."""

    def poll(self, now_ms: int) -> int:
        """Heartbeats, peers that fell silent, and whether the screen is there."""
        self._now_ms = now_ms
        for channel in list(self._peers):
            try:
                channel.peer.check(now_ms)
            except PeerError as error:
                self.gone(channel, str(error), now_ms)
                continue
            channel.on_writable(now_ms)
        self._judge(now_ms)
        return min([now_ms + HEARTBEAT_MS, *(channel.peer.next_wake() for channel in self._peers)])

    def close(self) -> None:
        for channel in list(self._peers):
            self._drop(channel)
        self._listener.close()
        with suppress(OSError):
            self._path.unlink()

    # -- said by the channels

    def greeted(self, channel: PeerChannel, now_ms: int) -> None:
        """A peer said who it is: it sees what is shown now. A second screen takes the first one's place."""
        log.info("screen_peer_here role=%s", channel.peer.role)
        if channel.peer.role == "screen":
            for other in [peer for peer in self._peers if peer is not channel and peer.peer.role == "screen"]:
                self.gone(other, "another screen came", now_ms)
            self._acks.forget_all_but_last(now_ms)
        if self._screen is not None:
            channel.peer.show(show_line(self._rev, aged(self._screen, now_ms - self._shown_ms)))
        channel.on_writable(now_ms)

    def heard(self, channel: PeerChannel, touches: list[Touched]) -> None:
        role = channel.peer.role
        if role == "screen":
            self._acks.acked(min(channel.peer.acked_rev, self._rev))
        for touch in touches:
            if role != "screen" and not (self._lab and role in ("lab", "passenger")):
                log.warning("touch_refused role=%s target=%.60s", role, touch.target)
            elif touch.rev != self._rev:
                log.info(
                    "touch_of_old_rev role=%s target=%.60s rev=%d shown=%d", role, touch.target, touch.rev, self._rev
                )
            else:
                self._report(ScreenTouched(touch.target, role))

    def gone(self, channel: PeerChannel, why: str, now_ms: int) -> None:
        log.info("screen_peer_gone role=%s why=%s", channel.peer.role or "-", why)
        self._now_ms = now_ms
        self._drop(channel)

    def _drop(self, channel: PeerChannel) -> None:
        if channel in self._peers:
            self._peers.remove(channel)
            self._removed(channel)
            channel.close()

    def _judge(self, now_ms: int) -> None:
        """The screen is here while it is connected and acknowledges within 2 s; the same 2 s when it is not connected."""
        screen = next((channel.peer for channel in self._peers if channel.peer.role == "screen"), None)
        if screen is not None:
            self._away_since_ms = None
        elif self._away_since_ms is None:
            self._away_since_ms = now_ms
        away_ms = now_ms - self._away_since_ms if self._away_since_ms is not None else 0
        lost = away_ms >= LOST_MS or self._acks.silent_ms(now_ms) >= LOST_MS
        back = screen is not None and self._acks.silent_ms(now_ms) == 0 and screen.acked_rev > 0
        if self._here is not False and lost:
            self._here = False
            log.warning("screen_lost away_ms=%d silent_ms=%d", away_ms, self._acks.silent_ms(now_ms))
            self._report(ScreenLost())
        elif not self._here and back:
            self._here = True
            log.info("screen_back rev=%d", self._rev)
            self._report(ScreenBack())
