"""A server's port on the network as a link of bytes. Connecting never waits: whether it worked shows at the first read or write.

A path is written `tcp:HOST:PORT`; HOST is a numeric address, so that nothing has to be looked up.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from ipaddress import ip_address

from kiosk.errors import LinkError

PREFIX = "tcp:"
LARGEST_READ = 65_536


def parse_path(path: str) -> tuple[str, int]:
    """(host, port) of `tcp:HOST:PORT`, HOST with or without brackets. Raises LinkError."""
    host, _, port = path.removeprefix(PREFIX).rpartition(":")
    try:
        address, number = ip_address(host.strip("[]")), int(port)
    except ValueError as error:
        raise LinkError(f"{path}: not tcp:HOST:PORT with a numeric host") from error
    if not 1 <= number <= 65_535:
        raise LinkError(f"{path}: no port has the number {number}")
    return str(address), number


class TcpLink:
    """A connection, or one that is being made. After a `LinkError` close it and open another."""

    def __init__(self, path: str) -> None:
        """Raises LinkError when there is no such path, or nobody can even be asked."""
        self.path = path
        host, port = parse_path(path)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._made = False
        code = self._socket.connect_ex((host, port))
        if code not in (0, errno.EINPROGRESS):
            self._socket.close()
            raise LinkError(f"{path}: {errno.errorcode.get(code, code)}")

    def _check(self) -> bool:
        """Whether it is connected. Raises LinkError when that failed."""
        if not self._made:
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise LinkError(f"{self.path}: {errno.errorcode.get(code, code)}")
            try:
                self._socket.getpeername()
            except OSError:
                return False
            self._made = True
        return True

    def read(self) -> bytes:
        try:
            if not self._check():
                return b""
            data = self._socket.recv(LARGEST_READ)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkError(f"{self.path}: {error}") from error
        if not data:
            raise LinkError(f"{self.path}: the server closed it")
        return data

    def write(self, data: bytes) -> int:
        try:
            return self._socket.send(data) if self._check() else 0
        except BlockingIOError:
            return 0
        except OSError as error:
            raise LinkError(f"{self.path}: {error}") from error

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


def tcp_opener(path: str) -> Callable[[], TcpLink]:
    """What the reactor calls to connect, and again each time the connection broke."""
    return lambda: TcpLink(path)
