"""The station as a process, over HTTP, with its misbehaviours and its end."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import SharedClock
from simulator.station.core import Station
from simulator.station.faults import FaultBody, Faults
from simulator.station.files import FileStore
from simulator.station.http import build_app
from simulator.station.machines import office
from simulator.station.routes import ROUTES
from simulator.station.shell import StationShell
from simulator.station.wire import Request
from tests.simulator.station.helpers import ENROLLED, NOON, key, lock_body, world
from tests.simulator.station.memories import Memory

ORDER = lock_body(1, ["adult", "child"], train="K598", destination="WCN")
CLOCK = SharedClock(1.0, NOON, SharedClock.starting_now().base_mono_ms)


@dataclass
class Process:
    """A running station and a plain client for it."""

    process: subprocess.Popen[str]
    port: int

    def ask(self, method: str, path: str, body: Any = None, token: str = "tok") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Authorization": f"Bearer {token}"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content else None
        finally:
            connection.close()

    def fault(self, name: str, on: bool = True, **more: Any) -> None:
        assert self.ask("POST", "/lab/faults", {"name": name, "on": on, **more})[0] == 200

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def start(folder: Path, *more: str) -> Process:
    """`more` may name another folder, or a database."""
    command = [
        sys.executable,
        "-m",
        "simulator",
        "station",
        "--port",
        "0",
        "--data",
        str(folder),
        "--machine",
        "T07:tok",
    ]
    process = subprocess.Popen([*command, "--clock", CLOCK.format(), *more], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready http://127.0.0.1:"), line
    return Process(process, int(line.rsplit(":", 1)[1]))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Process]:
    process = start(tmp_path / "data", "--lab")
    yield process
    process.process.kill()
    process.process.wait(timeout=20)


def test_a_sale_over_http_survives_a_restart(tmp_path: Path, memory: Memory) -> None:
    words = memory.words(tmp_path)
    station = start(tmp_path, *words)
    session = {"epoch": "7f3a91c2", "software": "0.1.0", "boot": 1, "clock_ms": NOON}
    assert station.ask("POST", "/v1/devices/T07/sessions", session)[1]["grant"] is True
    asked = {"origin": "BXP", "destination": "WCN", "date": "2026-11-22"}
    assert "K598" in {one["train"] for one in station.ask("POST", "/v1/availability:query", asked)[1]["trains"]}
    status, lock = station.ask("POST", "/v1/locks", ORDER)
    assert (status, lock["total_fen"]) == (201, 22_900)
    payment = {"total_fen": 22_900, "rounding_fen": 0, "paid": {"cash_fen": 22_900, "card_fen": 0}}
    confirmed = station.ask("POST", f"/v1/locks/{key(1)}:confirm", payment)
    assert confirmed[0] == 200
    assert station.end() == 0
    again = start(tmp_path, *words)
    assert again.ask("POST", f"/v1/locks/{key(1)}:confirm", payment) == confirmed
    assert again.ask("GET", f"/v1/sales/{key(1)}")[1]["state"] == "confirmed"
    assert again.ask("GET", "/lab/state")[0] == 404
    assert again.end() == 0


def test_a_lost_answer_is_a_done_deed(running: Process) -> None:
    running.fault("answer_lost", times=1, match="/v1/locks")
    with pytest.raises(http.client.RemoteDisconnected):
        running.ask("POST", "/v1/locks", ORDER)
    assert running.ask("GET", f"/v1/sales/{key(1)}")[1]["state"] == "held"
    status, lock = running.ask("POST", "/v1/locks", ORDER)
    assert (status, lock["key"]) == (201, key(1))


def test_down_does_nothing_and_comes_back(running: Process) -> None:
    running.fault("down")
    with pytest.raises(http.client.RemoteDisconnected):
        running.ask("POST", "/v1/locks", ORDER)
    running.fault("down", on=False)
    assert running.ask("GET", f"/v1/sales/{key(1)}")[1]["state"] == "none"
    running.fault("refusing", times=1)
    assert running.ask("GET", "/v1/time")[0] == 503
    assert running.ask("GET", "/v1/time")[0] == 200


def test_down_after_the_next_call(running: Process) -> None:
    running.fault("down_after_next", match=":confirm")
    assert running.ask("POST", "/v1/locks", ORDER)[0] == 201
    payment = {"total_fen": 22_900, "rounding_fen": 0, "paid": {"cash_fen": 22_900, "card_fen": 0}}
    assert running.ask("POST", f"/v1/locks/{key(1)}:confirm", payment)[0] == 200
    with pytest.raises(http.client.RemoteDisconnected):
        running.ask("GET", "/v1/time")
    assert running.ask("GET", "/lab/state")[1]["sales"][key(1)]["state"] == "confirmed"


def test_errors_have_the_form_of_the_sheet(running: Process) -> None:
    assert running.ask("GET", "/v1/time", token="wrong")[0] == 401
    assert running.ask("GET", "/v1/nothing")[1]["error"] == "no_such_call"
    assert running.ask("DELETE", "/v1/locks")[1]["error"] == "no_such_call"
    assert running.ask("POST", "/v1/locks", {**ORDER, "more": 1})[1]["error"] == "bad_request"
    assert running.ask("POST", "/lab/faults", {"name": "flood", "on": True})[1]["error"] == "bad_request"


def test_every_call_and_its_error_codes_are_in_the_openapi_file(running: Process) -> None:
    paths = running.ask("GET", "/openapi.json")[1]["paths"]
    assert sum(len(calls) for calls in paths.values()) == len(ROUTES) + len(office.ROUTES)
    for route in (*ROUTES, *office.ROUTES):
        described = paths[route.path][route.method.lower()]
        for status, code in route.errors:
            assert code in described["responses"][str(status)]["description"]
        assert ("requestBody" in described) == (route.body is not None)
    schema = paths["/v1/locks"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema["additionalProperties"] is False
    assert "class" in schema["properties"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--machine", "T07"],
        ["--machine", "T.7:x"],
        ["--machine", "T07:x", "--clock", "fast"],
        ["--machine", f"T07:x:BXP:{'a1' * 31}"],
    ],
)
def test_wrong_arguments_are_said(arguments: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "station", "--port", "0", "--data", str(tmp_path / "data")]
    ended = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    assert "error" in ended.stderr
    assert "a1a1" not in ended.stderr  # half a seal is still a secret
    assert not (tmp_path / "data").exists()


def test_a_spoilt_memory_refuses_the_start_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b"nonsense\nmore nonsense\n")
    command = [
        sys.executable,
        "-m",
        "simulator",
        "station",
        "--port",
        "0",
        "--data",
        str(tmp_path),
        "--machine",
        "T07:x",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert "journal.jsonl:1" in ended.stderr


class FullDisk(FileStore):
    """Storage that has no room left."""

    def append(self, steps: Any) -> None:
        raise OSError(28, "No space left on device")


def test_what_cannot_be_stored_is_not_answered_and_stops_the_station(tmp_path: Path) -> None:
    reasons: list[str] = []
    shell = StationShell(Station(world(), ENROLLED), FullDisk(tmp_path), CLOCK, reasons.append)
    body = json.dumps({**ORDER}).encode()
    reply = shell.serve(Request("POST", "/v1/locks", {}, body, "secret-7"))
    assert reply.status == 503
    assert "No space left" in reasons[0]
    assert shell.serve(Request("GET", "/v1/time", {}, b"", "secret-7")).status == 503


def test_without_the_lab_there_are_no_switches(tmp_path: Path) -> None:
    shell = StationShell(Station(world(), ENROLLED), FullDisk(tmp_path), CLOCK, lambda reason: None)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/lab/state", "headers": [], "query_string": b"", "root_path": ""}
    asyncio.run(build_app(shell, None)(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 404


def test_switches_count_down_and_match() -> None:
    faults = Faults()
    faults.switch(FaultBody(name="slow", on=True, ms=1_500, times=2, match=":query"))
    assert faults.behave("/v1/time").delay_ms == 0
    assert [faults.behave("/v1/availability:query").delay_ms for _ in range(3)] == [1_500, 1_500, 0]
    faults.switch(FaultBody(name="down", on=True))
    assert faults.behave("/v1/time").cut_off
    faults.switch(FaultBody(name="down", on=False))
    assert not faults.behave("/v1/time").cut_off
