from __future__ import annotations

import select
import socket
from collections.abc import Iterator

import pytest

from drivers.link.tcp_link import TcpLink, parse_path
from kiosk.errors import LinkError


@pytest.fixture(name="server")
def _server() -> Iterator[socket.socket]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        server.settimeout(10)
        yield server


def path_of(server: socket.socket) -> str:
    return f"tcp:127.0.0.1:{server.getsockname()[1]}"


def ready(link: TcpLink) -> None:
    """Something can be read, or the connection is over."""
    assert select.select([link.fileno()], [], [], 10)[0]


def test_bytes_go_both_ways(server: socket.socket) -> None:
    link = TcpLink(path_of(server))
    there, _ = server.accept()
    select.select([], [link.fileno()], [], 10)
    assert link.read() == b""
    assert link.write(b"VER\n") == 4
    assert there.recv(10) == b"VER\n"
    there.sendall(b"OK\n")
    ready(link)
    assert link.read() == b"OK\n"
    there.close()
    ready(link)
    with pytest.raises(LinkError, match="the server closed it"):
        link.read()
    link.close()
    link.close()


def test_nobody_there_is_said_and_never_waited_for(server: socket.socket) -> None:
    path = path_of(server)
    server.close()
    with pytest.raises(LinkError, match="tcp:127"):
        connected_and_written(path)


def connected_and_written(path: str) -> None:
    link = TcpLink(path)
    try:
        select.select([], [link.fileno()], [], 10)
        link.write(b"VER\n")
    finally:
        link.close()


@pytest.mark.parametrize(
    ("path", "parsed"), [("tcp:127.0.0.1:3493", ("127.0.0.1", 3493)), ("tcp:[::1]:3493", ("::1", 3493))]
)
def test_a_path_names_an_address_and_a_port(path: str, parsed: tuple[str, int]) -> None:
    assert parse_path(path) == parsed


@pytest.mark.parametrize("path", ["tcp:", "tcp:127.0.0.1", "tcp:localhost:3493", "tcp:127.0.0.1:0", "tcp:127.0.0.1:x"])
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(LinkError, match="tcp:"):
        parse_path(path)
