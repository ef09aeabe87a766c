"""A USB printer as a link of bytes. libusb waits, so two workers of the link do: one reads, one finds and writes.

The loop only sees the mailbox: bytes, how much was taken, the end. A path is `usb:VENDOR:PRODUCT[:SERIAL]`.
"""

from __future__ import annotations

import atexit
import os
import select
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakSet

from drivers.link.usb_claim import Claimed, claim, parse_path
from drivers.link.worker import Mailbox, Worker
from kiosk.errors import LinkError

MOST_QUEUED = 256 << 10
PAUSE_S = 0.05
"""Between two reads of a printer that answers nothing at once instead of after its time."""
RELEASE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Came:
    data: bytes


@dataclass(frozen=True, slots=True)
class _Sent:
    length: int


@dataclass(frozen=True, slots=True)
class _Gone:
    why: str


_News = Claimed | _Came | _Sent | _Gone

_reading: WeakSet[UsbLink] = WeakSet()
"""Links whose printer is not yet released."""


def _release_all() -> None:
    """At the end of the process pyusb closes what is still open, which must not happen under a read: wait for the readers."""
    for link in list(_reading):
        link.close()
        link.wait()


class UsbLink:
    """`claimed` None: the printer is still being looked for, and whether it is there shows at the first read or write."""

    def __init__(self, path: str, claimed: Claimed | None = None) -> None:
        """Raises LinkError when that is no path."""
        parse_path(path)
        self.path = path
        self._mailbox: Mailbox[_News] = Mailbox()
        self._stop = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._closed = False
        self._queued = 0
        self._claimed = claimed
        self._out: Worker[_News] = Worker("usb-out", self._mailbox)
        self._back: Worker[_News] = Worker("usb-in", self._mailbox)
        if claimed is None:
            self._out.submit(lambda: claim(path), _gone)
        else:
            self._begin(claimed)

    def read(self) -> bytes:
        data, end = bytearray(), ""
        for news in self._mailbox.drain():
            match news:
                case _Came():
                    data += news.data
                case _Sent():
                    self._queued -= news.length
                case _Gone():
                    end = end or news.why
                case _:
                    self._begin(news)
        if end and data:
            self._mailbox.put(_Gone(end))  # what it said last is heard first
        elif end:
            raise LinkError(end)
        return bytes(data)

    def write(self, data: bytes) -> int:
        if self._closed:
            raise LinkError(f"{self.path}: closed")
        claimed = self._claimed
        piece = data[: MOST_QUEUED - self._queued]
        if claimed is None or not piece:
            return 0
        self._queued += len(piece)
        self._out.submit(lambda: self._push(claimed, piece), _gone)
        return len(piece)

    def fileno(self) -> int:
        return self._mailbox.fileno()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._mailbox.close()
        os.eventfd_write(self._stop, 1)  # never read: both workers see it; the descriptor goes with this object
        self._out.close(0)
        self._back.close(0)

    def wait(self) -> None:
        """After `close`, until the printer is released; only where nobody is kept waiting."""
        self._back.close(RELEASE_S)

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):
            os.close(self._stop)

    def _begin(self, claimed: Claimed) -> None:
        if not _reading:
            atexit.unregister(_release_all)
            atexit.register(_release_all)  # runs before what pyusb registered when it made this device
        _reading.add(self)
        self._claimed = claimed
        self._back.submit(lambda: self._pump(claimed), _gone)

    # -- in the workers

    def _stopped(self, wait_s: float = 0) -> bool:
        return bool(select.select([self._stop], [], [], wait_s)[0])

    def _pump(self, claimed: Claimed) -> _News:
        try:
            while not self._stopped():
                if data := claimed.read():
                    self._mailbox.put(_Came(data))
                elif self._stopped(PAUSE_S):
                    break
        finally:
            claimed.release()
            _reading.discard(self)
        return _Gone("closed")

    def _push(self, claimed: Claimed, data: bytes) -> _News:
        done = 0
        while done < len(data) and not self._stopped():
            done += claimed.write(data[done:])
        return _Sent(len(data))


def _gone(error: Exception) -> _News:
    return _Gone(str(error) or type(error).__name__)


class UsbOpener:
    """What the reactor calls to open the printer, and again each time the link broke.

    The first call hopes, so that a start does not begin with a fault; later ones give a link only when the printer was found
    again, so that a missing one is one fault and not one each second.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._mailbox: Mailbox[_News] = Mailbox()
        self._finder: Worker[_News] | None = None
        self._looking = False
        self._why = f"{path}: no such printer on the bus"

    def __call__(self) -> UsbLink:
        if self._finder is None:
            self._finder = Worker("usb-find", self._mailbox)
            return UsbLink(self._path)
        for news in self._mailbox.drain():
            self._looking = False
            if isinstance(news, Claimed):
                return UsbLink(self._path, news)
            if isinstance(news, _Gone):
                self._why = news.why
        if not self._looking:
            self._looking = True
            self._finder.submit(lambda: claim(self._path), _gone)
        raise LinkError(self._why)


def usb_opener(path: str) -> Callable[[], UsbLink]:
    """For the printer of one path."""
    return UsbOpener(path)
