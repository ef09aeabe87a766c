"""The bank on its line: real sockets, faults of time and bytes, and a process that is killed while it books."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from simulator.acquirer.faults import FAULTS, FaultError, Faults, Order
from simulator.acquirer.fields import Message, decode
from simulator.acquirer.frames import Framer, framed
from simulator.acquirer.lab import build_app
from simulator.acquirer.line import Line
from simulator.acquirer.main import main
from simulator.devices.chip_card.wallet import MARKS, WALLET
from simulator.web import listen
from tests.simulator.acquirer.helpers import ANSWERS, PROFILE, TERMINAL, Desk, good_ledger

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 30

Caller = Callable[[bytes], Awaitable[list[bytes]]]


def played(desk: Desk, faults: Faults, *frames: bytes) -> list[list[bytes]]:
    """One connection for each frame: the frames that come back until the bank hangs up or we have heard enough."""
    stopped: list[str] = []

    async def talk() -> list[list[bytes]]:
        line = Line(desk.bank, faults, lambda: desk.now_ms, stopped.append)
        server = await asyncio.start_server(line.serve, sock=listen(0))
        port = server.sockets[0].getsockname()[1]
        heard = []
        for frame in frames:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(framed(frame))
            writer.write_eof()  # we say no more, so the bank ends the connection when it has answered
            received = await asyncio.wait_for(reader.read(), PATIENCE_S)
            heard.append(Framer().feed(received))
            writer.close()
        server.close()
        return heard

    heard = asyncio.run(talk())
    assert stopped == []
    return heard


def switched(*texts: str) -> Faults:
    faults = Faults()
    for text in texts:
        faults.switch_on(Order.parse(text))
    return faults


@pytest.fixture
def desk() -> Desk:
    signed = Desk()
    signed.sign_in()
    return signed


def codes(heard: list[list[bytes]]) -> list[list[str]]:
    return [[decode(frame, ANSWERS).get(39) for frame in frames] for frames in heard]


def test_a_good_line_answers_each_message(desk: Desk) -> None:
    frames = [desk.raw("0200", desk.purchase()), desk.raw("0820", {60: "00000001301"})]
    assert codes(played(desk, Faults(), *frames)) == [["00"], ["00"]]


@pytest.mark.parametrize(
    ("fault", "heard", "booked_fen"),
    [
        ("down", [], 0),
        ("silent", [], 0),
        ("answer_lost", [], 3_800),
        ("cut", [], 3_800),
        ("split", ["00"], 3_800),
        ("doubled", ["00", "00"], 3_800),
        ("slow:ms=5", ["00"], 3_800),
        ("late_approval:ms=5", ["00"], 3_800),
        ("late_request:ms=5", ["00"], 3_800),
        ("decline:code=61", ["61"], 0),
    ],
)
def test_faults_of_the_line(desk: Desk, fault: str, heard: list[str], booked_fen: int) -> None:
    frame = desk.raw("0200", desk.purchase())
    assert codes(played(desk, switched(fault), frame)) == [heard]
    assert desk.balance_fen() == 100_000_000 - booked_fen


def test_a_fault_holds_for_the_messages_it_names_and_as_often_as_it_says(desk: Desk) -> None:
    faults = switched("silent:match=0400:times=1")
    fields = desk.purchase()
    reversal = desk.raw("0400", desk.reversal(fields))
    heard = played(desk, faults, desk.raw("0200", fields), reversal, reversal)
    assert codes(heard) == [["00"], [], ["00"]]
    assert faults.on() == []


def test_a_reversal_overtakes_a_request_that_is_held_up(desk: Desk) -> None:
    """Both are on their way at once, and the request is booked last: it finds that it is barred."""
    fields = desk.purchase()
    request, reversal = desk.raw("0200", fields), desk.raw("0400", desk.reversal(fields))

    async def talk() -> list[str]:
        faults = switched("late_request:match=0200:ms=600000")
        line = Line(desk.bank, faults, lambda: desk.now_ms, lambda reason: None)
        server = await asyncio.start_server(line.serve, sock=listen(0))
        port = server.sockets[0].getsockname()[1]
        _, held = await asyncio.open_connection("127.0.0.1", port)
        held.write(framed(request))
        await held.drain()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(framed(reversal))
        first = Framer().feed(await asyncio.wait_for(reader.read(2_048), PATIENCE_S))
        held.close()
        writer.close()
        server.close()
        return [decode(frame, ANSWERS).get(39) for frame in first]

    assert asyncio.run(talk()) == ["25"]
    assert desk.frame(request).code == "94"


def test_an_approval_comes_after_its_reversal_was_answered(desk: Desk) -> None:
    """On one connection; the bank has booked and taken back, and the late yes is worth nothing."""
    fields = desk.purchase()
    both = framed(desk.raw("0200", fields)) + framed(desk.raw("0400", desk.reversal(fields)))

    async def talk() -> bytes:
        line = Line(desk.bank, switched("late_approval:match=0200:ms=30"), lambda: desk.now_ms, lambda reason: None)
        server = await asyncio.start_server(line.serve, sock=listen(0))
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(both)
        writer.write_eof()
        heard = await asyncio.wait_for(reader.read(), PATIENCE_S)
        writer.close()
        server.close()
        return heard

    heard = [decode(frame, ANSWERS) for frame in Framer().feed(asyncio.run(talk()))]
    assert [(answer.mti, answer.get(39)) for answer in heard] == [("0410", "00"), ("0210", "00")]
    assert desk.balance_fen() == 100_000_000


@pytest.mark.parametrize("noise", [b"\xff\xff" + bytes(50), framed(b"nonsense"), b"\x00\x00", b"\x00"])
def test_noise_ends_its_own_connection_only(desk: Desk, noise: bytes) -> None:
    async def talk() -> bytes:
        line = Line(desk.bank, Faults(), lambda: desk.now_ms, lambda reason: None)
        server = await asyncio.start_server(line.serve, sock=listen(0))
        port = server.sockets[0].getsockname()[1]
        for sent in (noise, framed(desk.raw("0820", {60: "00000001301"}))):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            writer.write_eof()
            heard = await asyncio.wait_for(reader.read(), PATIENCE_S)
            writer.close()
            assert heard == b"" or sent != noise
        server.close()
        return heard

    assert codes([Framer().feed(asyncio.run(talk()))]) == [["00"]]


def test_a_ledger_that_fails_stops_the_bank_and_answers_nothing(tmp_path: Path) -> None:
    desk = Desk(good_ledger(tmp_path / "bank.sqlite"))
    desk.sign_in()
    frame = desk.raw("0200", desk.purchase())
    desk.ledger.close()
    with pytest.raises(AssertionError, match="cannot store"):
        played(desk, Faults(), frame)


def test_no_card_stands_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    sent = [
        desk.purchase(name, pin=pin) for name, pin in (("good", "999999"), ("poor", ""), ("foreign", ""), ("lost", ""))
    ]
    spoiled = [desk.raw("0200", fields)[:-20] for fields in sent]
    with caplog.at_level("DEBUG"):
        played(desk, Faults(), *(desk.raw("0200", fields) for fields in sent), *spoiled)
    assert caplog.text.count("declined mti=0200") == 4
    assert caplog.text.count("line_closed") == 4
    assert not [mark for mark in MARKS if mark in caplog.text]
    assert not [
        mark for mark in MARKS if mark in repr(WALLET["good"]) + repr(decode(desk.raw("0200", sent[0]), PROFILE))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "slow:ms=x",
        "slow:ms=600001",
        "silent:times=0",
        "decline:code=00",
        "silent:match=02000",
        "slow:ms",
    ],
)
def test_an_order_that_means_nothing_is_an_error(text: str) -> None:
    with pytest.raises(FaultError):
        Order.parse(text)


def test_the_command_lists_its_faults_and_refuses_what_is_not_the_lab(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--faults"]) == 0
    assert capsys.readouterr().out.count("\n") == len(FAULTS)
    assert main(["--environment", "production", "--ledger", str(tmp_path / "x")]) == 1
    assert "lab only" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bank.sqlite"
    path.write_bytes(b"this is not a data base, it is a text" * 40)
    assert main(["--port", "0", "--ledger", str(path)]) == 1
    assert "not a database" in capsys.readouterr().err


@contextmanager
def running(ledger: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The bank as a process, and its port."""
    command = [sys.executable, "-m", "simulator", "acquirer", "--port", "0", "--ledger", str(ledger), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().split()
            assert ready[0] == "ready"
            assert ready[1].startswith("tcp://127.0.0.1:")
            yield process, int(ready[1].rpartition(":")[2])
        finally:
            process.kill()


def asked(port: int, frame: bytes) -> Message | None:
    """The answer, None when the bank hung up."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as line:
        line.settimeout(PATIENCE_S)
        line.sendall(framed(frame))
        framer = Framer()
        while received := line.recv(4_096):
            if frames := framer.feed(received):
                return decode(frames[0], ANSWERS)
    return None


@pytest.mark.slow
def test_two_banks_never_share_a_ledger(tmp_path: Path) -> None:
    with running(tmp_path / "bank.sqlite"):
        second = [
            sys.executable,
            "-m",
            "simulator",
            "acquirer",
            "--port",
            "0",
            "--ledger",
            str(tmp_path / "bank.sqlite"),
        ]
        done = subprocess.run(second, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 1
        assert "locked" in done.stderr


@pytest.mark.slow
def test_a_killed_process_has_booked_what_it_answered_and_ends_cleanly_when_asked(tmp_path: Path) -> None:
    """Five lives: each takes a payment, loses its power, and knows the payment in the next; one that was lost is reversed."""
    path = tmp_path / "bank.sqlite"
    desk = Desk()
    paid = []
    for life in range(5):
        with running(path, *(["--fault", "answer_lost:match=0200:times=1"] if life == 3 else [])) as (process, port):
            if paid:
                again = asked(port, desk.raw("0400", desk.reversal(paid[0])))
                assert again is not None
                assert again.get(39) == "00"
            else:
                signed = asked(port, desk.raw("0800", {11: desk.next_trace(), 60: "00000001001"}))
                assert signed is not None
            fields = desk.purchase()
            with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as line:
                line.sendall(framed(desk.raw("0200", fields)))
                if life != 3:
                    assert line.recv(1)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(PATIENCE_S)
        paid.append(fields)
    with running(path) as (process, port):
        lost = asked(port, desk.raw("0400", desk.reversal(paid[3])))
        assert lost is not None
        assert lost.get(39) in ("00", "25")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    ledger = good_ledger(path)
    booked = {booking.key.trace for booking in ledger.bookings(TERMINAL) if booking.moved_fen}
    assert booked == {int(paid[life][11]) for life in (1, 2, 4)}
    assert ledger.wrong() == []
    ledger.close()


def called(app: FastAPI, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response:
    """One call of the lab, in this thread."""

    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://lab") as client:
            return await client.request(method, path, json=body)

    return asyncio.run(call())


def test_the_lab_sees_the_books_and_no_card(desk: Desk) -> None:
    desk.ask("0200", desk.purchase())
    desk.ask("0200", desk.purchase(pin="111111"))
    app = build_app(desk.ledger, Faults())
    state = called(app, "GET", "/lab/state").json()
    assert [(each["state"], each["moved_fen"], each["code"]) for each in state["bookings"]] == [
        ("booked", 3_800, "00"),
        ("declined", 0, "55"),
    ]
    assert state["wrong"] == []
    assert not [mark for mark in MARKS if mark in json.dumps(state)]
    assert called(app, "POST", "/lab/forgive", {"account": "good"}).status_code == 200
    assert desk.ledger.account("good", 0).wrong_pins == 0
    assert called(app, "POST", "/lab/forgive", {"account": "nobody"}).status_code == 404


def test_the_lab_switches_faults(desk: Desk) -> None:
    faults = Faults()
    app = build_app(desk.ledger, faults)
    assert called(app, "POST", "/lab/faults", {"on": "slow:ms=20:match=02"}).json()["on"] == [
        {"name": "slow", "ms": 20, "code": "05", "match": "02", "times": None}
    ]
    assert faults.behave("0200").delay_ms == 20
    assert called(app, "POST", "/lab/faults", {"on": "slow:ms=-1"}).status_code == 400
    assert called(app, "POST", "/lab/faults", {"of": "slow"}).status_code == 422
    assert called(app, "POST", "/lab/faults", {"off": "slow"}).json()["on"] == []


@pytest.mark.slow
def test_the_process_shows_its_lab_when_asked(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "simulator",
        "acquirer",
        "--port",
        "0",
        "--lab",
        "0",
        "--ledger",
        str(tmp_path / "b"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            port = int(process.stdout.readline().rpartition(":")[2])
            assert httpx.post(f"{url}/lab/faults", json={"on": "down"}, timeout=PATIENCE_S).status_code == 200
            assert asked(port, Desk().raw("0820", {60: "00000001301"})) is None
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
