"""The mirror: streams changed regions of the canvas to whoever watches, and takes taps back.

Server on a Unix stream socket. Out, per region: one line of JSON {"x","y","w","h","n"}, LF, then n bytes of PNG; the
first one after connecting is the whole canvas. In: lines of JSON {"x","y"}, a tap at canvas coordinates. At most 10
pictures a second; a watcher that does not read is dropped. Source: decision 31.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
from collections.abc import Callable
from io import BytesIO

import pygame

from kiosk.ui.events import Event, Tapped, Watched
from kiosk.ui.link import Worker

FRAME_MS = 100
BACKLOG_BYTES = 12_000_000


def region_message(canvas: pygame.Surface, rect: pygame.Rect) -> bytes:
    """Header line and PNG of one region."""
    data = BytesIO()
    pygame.image.save(canvas.subsurface(rect), data, "region.png")
    picture = data.getvalue()
    head = {"x": rect.x, "y": rect.y, "w": rect.w, "h": rect.h, "n": len(picture)}
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + picture


def tap_of(line: bytes) -> Tapped | None:
    """The tap of one line, or None when it is not one."""
    try:
        said = json.loads(line)
        return Tapped(int(said["x"]), int(said["y"]))
    except (ValueError, KeyError, TypeError):
        return None


class _Watcher:
    def __init__(self) -> None:
        self.out = bytearray()
        self.held = b""
        self.fresh = True


class MirrorServer:
    """Its thread moves bytes only; pictures are made by the loop in `stream`."""

    def __init__(self, path: str, deliver: Callable[[Event], None]) -> None:
        if os.path.exists(path):
            os.unlink(path)
        self._path = path
        self._deliver = deliver
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(path)
        self._server.listen(8)
        self._server.setblocking(False)
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._watchers: dict[socket.socket, _Watcher] = {}
        self._pending: list[pygame.Rect] = []
        self._next_ms = 0
        self._worker = Worker("mirror", self._run)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop(self._wake)
        self._server.close()
        if os.path.exists(self._path):
            os.unlink(self._path)

    def stream(self, canvas: pygame.Surface, rects: list[pygame.Rect], now_ms: int) -> int | None:
        """Send what changed, at most every 100 ms; returns when there is more to send, ms, or None."""
        self._pending += rects
        with self._worker.lock:
            watchers = list(self._watchers.values())
        fresh = [watcher for watcher in watchers if watcher.fresh]
        if not watchers:
            self._pending = []
            return None
        if not self._pending and not fresh:
            return None
        if now_ms < self._next_ms:
            return self._next_ms
        self._next_ms = now_ms + FRAME_MS
        whole = region_message(canvas, canvas.get_rect()) if fresh else b""
        changes = b"".join(region_message(canvas, rect) for rect in _few(self._pending, canvas.get_rect()))
        self._pending = []
        with self._worker.lock:
            for watcher in watchers:
                watcher.out += whole if watcher.fresh else changes
                watcher.fresh = False
        self._wake()
        return None

    def _wake(self) -> None:
        self._wake_in.send(b"x")

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._server, selectors.EVENT_READ)
            selector.register(self._wake_out, selectors.EVENT_READ)
            while not self._worker.ending:
                with self._worker.lock:
                    waiting = [(peer, bool(watcher.out)) for peer, watcher in self._watchers.items()]
                for peer, more in waiting:
                    selector.modify(peer, selectors.EVENT_READ | (selectors.EVENT_WRITE if more else 0))
                for key, mask in selector.select():
                    self._serve(selector, key.fileobj, mask)
            for peer in list(self._watchers):
                peer.close()

    def _serve(self, selector: selectors.BaseSelector, peer: object, mask: int) -> None:
        if peer is self._wake_out:
            self._wake_out.recv(4096)
            return
        if peer is self._server:
            new, _ = self._server.accept()
            new.setblocking(False)
            selector.register(new, selectors.EVENT_READ)
            with self._worker.lock:
                self._watchers[new] = _Watcher()
            self._deliver(Watched())
            return
        assert isinstance(peer, socket.socket)
        try:
            alive = self._read(peer) if mask & selectors.EVENT_READ else True
            alive = alive and (self._write(peer) if mask & selectors.EVENT_WRITE else True)
        except BlockingIOError:
            alive = True
        except OSError:
            alive = False
        if not alive:
            selector.unregister(peer)
            with self._worker.lock:
                self._watchers.pop(peer, None)
            peer.close()

    def _read(self, peer: socket.socket) -> bool:
        received = peer.recv(4096)
        watcher = self._watchers[peer]
        *lines, watcher.held = (watcher.held + received).split(b"\n")
        for line in lines:
            tap = tap_of(line)
            if tap is not None:
                self._deliver(tap)
        return bool(received) and len(watcher.held) < 4096

    def _write(self, peer: socket.socket) -> bool:
        watcher = self._watchers[peer]
        with self._worker.lock:
            if watcher.out:
                sent = peer.send(watcher.out[:262_144])
                del watcher.out[:sent]
            return len(watcher.out) < BACKLOG_BYTES


def _few(rects: list[pygame.Rect], bounds: pygame.Rect) -> list[pygame.Rect]:
    """Overlapping rectangles as one; a crowd as one too."""
    done: list[pygame.Rect] = []
    left = [rect.clip(bounds) for rect in rects]
    while left:
        rect = left.pop()
        if not rect.w or not rect.h:
            continue
        found = rect.collidelist(done)
        if found < 0:
            done.append(rect)
        else:
            left.append(rect.union(done.pop(found)))
    return done if len(done) <= 8 else [done[0].unionall(done[1:])]
