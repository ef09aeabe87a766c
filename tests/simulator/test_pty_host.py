import os
import select
import tty
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from simulator.pty_host import PtyHost

PATIENCE_S = 10.0


class Parrot:
    """Answers what it hears; says "tick" when its time has come."""

    def __init__(self) -> None:
        self.faults: set[str] = set()
        self.out = b""

    def fault_names(self) -> Mapping[str, str]:
        return {}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.out += data

    def poll(self, now_ms: int) -> int | None:
        if now_ms < 50:
            return 50
        self.out += b"tick"
        return None

    def take_output(self) -> bytes:
        out, self.out = self.out, b""
        return out

    def power(self, on: bool, now_ms: int) -> None:
        self.out = b""

    def busy(self) -> bool:
        return False


@pytest.fixture
def host(tmp_path: Path) -> Iterator[PtyHost]:
    host = PtyHost(Parrot(), tmp_path / "port")
    yield host
    host.close()


def exchange(host: PtyHost, client: int, data: bytes) -> bytes:
    os.write(client, data)
    assert select.select([host], [], [], PATIENCE_S)[0], "the master never became readable"
    host.serve_readable(0)
    assert select.select([client], [], [], PATIENCE_S)[0], "the client never heard anything"
    return os.read(client, 4096)


def opened(host: PtyHost) -> int:
    client = os.open(host.path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(client)
    return client


def test_every_byte_passes_unchanged(host: PtyHost) -> None:
    client = opened(host)
    assert exchange(host, client, bytes(range(256))) == bytes(range(256))
    os.close(client)


def test_clients_may_come_and_go(host: PtyHost) -> None:
    for _ in range(2):
        client = opened(host)
        assert exchange(host, client, b"hello") == b"hello"
        os.close(client)
        assert select.select([host], [], [], 0)[0] == []  # no end-of-file spinning


def test_timers_are_passed_on(host: PtyHost) -> None:
    client = opened(host)
    assert host.serve_timers(0) == 50
    assert host.serve_timers(50) is None
    assert select.select([client], [], [], PATIENCE_S)[0]
    assert os.read(client, 100) == b"tick"
    os.close(client)


def test_unplug_and_replug_under_the_same_name(host: PtyHost, tmp_path: Path) -> None:
    assert host.path == str(tmp_path / "port")
    client = opened(host)
    host.unplug()
    assert not (tmp_path / "port").is_symlink()
    with pytest.raises(OSError):
        host.fileno()
    host.serve_readable(0)
    host.serve_timers(100)
    assert client_is_dead(client)
    os.close(client)
    host.replug()
    assert host.path == str(tmp_path / "port")
    client = opened(host)
    assert exchange(host, client, b"again")[-5:] == b"again"
    os.close(client)


def client_is_dead(client: int) -> bool:
    try:
        return os.read(client, 10) == b""
    except OSError:
        return True


def test_a_stale_link_is_replaced_but_a_file_is_not(tmp_path: Path) -> None:
    stale, precious = tmp_path / "stale", tmp_path / "precious"
    stale.symlink_to("/nowhere")
    host = PtyHost(Parrot(), stale)
    assert os.path.realpath(host.path) == os.path.realpath(os.readlink(stale))
    host.close()
    precious.write_text("keep me")
    with pytest.raises(FileExistsError):
        PtyHost(Parrot(), precious)
    assert precious.read_text() == "keep me"


def test_without_a_link_the_path_is_the_pty() -> None:
    host = PtyHost(Parrot())
    assert host.path.startswith("/dev/")
    host.close()


def test_a_client_that_never_reads_does_not_stop_the_twin(host: PtyHost) -> None:
    for _ in range(40):
        host.twin.receive(bytes(4096), 0)
        host.serve_timers(0)
    assert host.plugged
