"""What `./tvm device zvt` serves: a terminal on a real pty or a real TCP port, with somebody who pays."""

import socket

import pytest
import serial

from simulator.automatic import LOOK_MS
from simulator.device import MODELS, auto, hosted, main
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.zvt import Way, ZvtTerminal
from simulator.pty_host import PtyHost
from simulator.tcp_host import TcpHost
from tests.simulator.devices.zvt_host import REGISTER, framed, opened, pay, unframed


def made() -> tuple[Matter, ZvtTerminal]:
    matter = Matter()
    terminal = MODELS["zvt"](matter, Speeds(rate=0))
    assert isinstance(terminal, ZvtTerminal)
    return matter, terminal


def test_it_answers_on_a_pty() -> None:
    _, terminal = made()
    host = PtyHost(terminal)
    with serial.Serial(host.path, timeout=1) as port:
        port.write(framed(bytes.fromhex(REGISTER)))
        host.serve_readable(1_000)
        signs, apdus = unframed(port.read(1 + 9 + 19))
        assert signs == b"\x06"
        assert [apdu[:2].hex() for apdu in apdus] == ["8000", "060f"]
    host.close()


def exchange(host: TcpHost, client: socket.socket, text: str, now_ms: int) -> list[str]:
    client.sendall(bytes.fromhex(text))
    host.serve_readable(now_ms)  # a new connection is taken first
    host.serve_readable(now_ms)
    return [message.kind for message in opened(client.recv(4_096))]


def test_it_answers_at_a_port_and_the_next_client_takes_the_place_of_the_last() -> None:
    _, terminal = made()
    host, name = hosted(terminal, None, None, 0)  # type: ignore[arg-type]
    assert isinstance(host, TcpHost)
    assert name == f"tcp:127.0.0.1:{host.port}"
    assert terminal.way is Way.TCP
    with socket.create_connection(("127.0.0.1", host.port), 5) as first:
        assert exchange(host, first, REGISTER, 1_000) == ["8000", "060f"]
        assert exchange(host, first, "800000" + pay(38), 1_000) == ["8000", "04ff"]
        with socket.create_connection(("127.0.0.1", host.port), 5) as second:
            assert "849c" in exchange(host, second, "05 01 00", 1_100)
            assert first.recv(10) == b""
    host.close()
    with pytest.raises(OSError, match="closed"):
        host.fileno()


def test_it_hangs_up_and_can_be_called_again() -> None:
    _, terminal = made()
    terminal.plug_into(Way.TCP)
    host = TcpHost(terminal)
    terminal.faults.add("hangs_up_next")
    with socket.create_connection(("127.0.0.1", host.port), 5) as client:
        client.sendall(bytes.fromhex(REGISTER))
        host.serve_readable(1_000)
        host.serve_readable(1_000)
        assert client.recv(10) == b""
    with socket.create_connection(("127.0.0.1", host.port), 5) as client:
        assert exchange(host, client, REGISTER, 2_000) == ["8000", "060f"]
    host.close()


def test_somebody_pays_by_himself() -> None:
    matter, terminal = made()
    terminal.plug_into(Way.TCP)
    turn = auto(matter, terminal)
    assert turn is not None
    terminal.receive(bytes.fromhex(REGISTER), 0)
    terminal.receive(bytes.fromhex("800000" + pay(38)), 0)
    for now_ms in range(0, 20_000, LOOK_MS):
        turn(now_ms)
        terminal.poll(now_ms)
        for message in opened(terminal.take_output()):
            if message.kind[:2] in ("04", "06"):
                terminal.receive(b"\x80\0\0", now_ms)
    assert terminal.booked_fen == 3_800
    assert matter.place("hand").cards()


@pytest.mark.parametrize("words", [["ccnet", "--tcp"], ["zvt", "--tcp", "70000"], ["zvt", "--tcp", "0", "--link", "x"]])
def test_a_port_is_for_terminals(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert "--tcp PORT" in capsys.readouterr().err
