from __future__ import annotations

import os
import pty
import select
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.link.memory_link import memory_pair
from drivers.link.serial_link import SerialLink, is_pty, serial_opener
from kiosk.errors import LinkError


@pytest.fixture
def ends() -> Iterator[tuple[int, str, list[int]]]:
    """A real pty: its master, the path of its slave, and what is still open and must be closed."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    still_open = [master, slave]
    yield master, os.ttyname(slave), still_open
    for descriptor in still_open:
        os.close(descriptor)


def wait_readable(descriptor: int) -> None:
    assert select.select([descriptor], [], [], 5)[0]


def test_bytes_go_both_ways_and_reading_never_waits(ends: tuple[int, str, list[int]]) -> None:
    master, path, _ = ends
    link = SerialLink(path, 9600)
    assert link.read() == b""
    assert link.write(b"\x02\x03\x06\x33\xda\x81") == 6
    wait_readable(master)
    assert os.read(master, 100) == b"\x02\x03\x06\x33\xda\x81"
    os.write(master, bytes(range(256)))
    wait_readable(link.fileno())
    got = b""
    while len(got) < 256:
        wait_readable(link.fileno())
        got += link.read()
    assert got == bytes(range(256))
    link.close()


def test_even_parity_on_a_pty_is_none_so_it_opens_again_and_again(ends: tuple[int, str, list[int]]) -> None:
    _, path, _ = ends
    assert is_pty(path)
    for _ in range(3):
        SerialLink(path, 9600, "E").close()


def test_seven_data_bits_are_eight_on_a_pty_which_adds_no_parity_bit(ends: tuple[int, str, list[int]]) -> None:
    master, path, _ = ends
    link = SerialLink(path, 9600, "E", 7)
    os.write(master, b"\x7f\x80\xff")
    wait_readable(link.fileno())
    assert link.read() == b"\x7f\x80\xff"
    link.close()


def test_data_and_stop_bits_reach_a_real_port(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: dict[str, object] = {}
    monkeypatch.setattr("drivers.link.serial_link.serial.Serial", lambda path, baud, **how: opened.update(how))
    serial_opener("/dev/ttyS7", 9600, "E", 7)()
    assert (opened["bytesize"], opened["parity"], opened["stopbits"]) == (7, "E", 1)
    serial_opener("/dev/ttyS7", 9600, stop_bits=2)()
    assert (opened["bytesize"], opened["parity"], opened["stopbits"]) == (8, "N", 2)


def test_a_port_is_not_shared(ends: tuple[int, str, list[int]]) -> None:
    _, path, _ = ends
    link = SerialLink(path, 9600)
    with pytest.raises(LinkError, match=path):
        SerialLink(path, 9600)
    link.close()


def test_a_missing_port_is_named() -> None:
    with pytest.raises(LinkError, match="no-such-port"):
        SerialLink("/dev/no-such-port", 9600)


def test_a_full_buffer_takes_a_part_and_never_waits(ends: tuple[int, str, list[int]]) -> None:
    _, path, _ = ends
    link = SerialLink(path, 9600)
    taken = [link.write(bytes(4096)) for _ in range(64)]
    assert taken[-1] == 0
    assert sum(taken) < 64 * 4096
    assert link.write(b"") == 0
    link.close()


def test_unplugging_is_a_link_error_and_the_same_path_opens_again(
    ends: tuple[int, str, list[int]], tmp_path: Path
) -> None:
    _, slave_path, still_open = ends
    named = tmp_path / "tvm-acceptor"  # as udev names a port
    named.symlink_to(slave_path)
    opener = serial_opener(str(named), 9600, "E")
    link = opener()
    for descriptor in still_open:
        os.close(descriptor)
    still_open.clear()
    with pytest.raises(LinkError, match="tvm-acceptor"):
        link.read()
    with pytest.raises(LinkError, match="tvm-acceptor"):
        link.write(b"x")
    link.close()
    link.close()
    named.unlink()
    with pytest.raises(LinkError, match="tvm-acceptor"):
        opener()
    still_open += pty.openpty()
    named.symlink_to(os.ttyname(still_open[-1]))
    again = opener()
    os.write(still_open[0], b"back")
    wait_readable(again.fileno())
    assert again.read()[:1] == b"b"
    again.close()


def test_every_call_on_a_closed_link_is_a_link_error(ends: tuple[int, str, list[int]]) -> None:
    link = SerialLink(ends[1], 9600)
    link.close()
    for call in (link.read, link.fileno, lambda: link.write(b"x")):
        with pytest.raises(LinkError):
            call()


def test_memory_ends_are_joined_and_can_be_waited_on() -> None:
    near, far = memory_pair("wire")
    assert select.select([far.fileno()], [], [], 0)[0] == []
    assert near.write(b"abc") == 3
    assert select.select([far.fileno()], [], [], 0)[0] == [far.fileno()]
    assert far.read() == b"abc"
    assert far.read() == b""
    assert select.select([far.fileno()], [], [], 0)[0] == []
    far.write(b"d")
    assert near.read() == b"d"
    near.close()
    far.close()


def test_a_cut_memory_wire_breaks_both_ends() -> None:
    near, far = memory_pair("wire")
    near.write(b"lost")
    far.cut()
    assert select.select([near.fileno()], [], [], 0)[0] == [near.fileno()]
    for end in (near, far):
        with pytest.raises(LinkError, match="wire"):
            end.read()
        with pytest.raises(LinkError):
            end.write(b"x")
        end.close()
        end.close()
