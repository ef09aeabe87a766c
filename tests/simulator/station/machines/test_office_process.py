"""Station and controller as processes over HTTP: a machine is enrolled, follows sets and commands, and both survive their ends."""

from __future__ import annotations

import http.client
import json
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import SharedClock

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[4]
PATIENCE_S, LOOK_S = 60.0, 0.05
PEOPLE = ("--person", "ann:token-of-ann", "--person", "bo:token-of-bo")
NOTHING_FITTED = (
    "machine: {{id: T30, station: BXP, environment: lab}}\njournal: journal\n"
    'station: {{url: "{url}"}}\nscreen: {{socket: screen.sock}}\nblackbox: {{enabled: false}}\n'
)


@contextmanager
def running(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process and its ready line; it has ended afterwards."""
    process = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        process.stdout.close()


def end(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE_S)


class Office:
    """What persons do at the station, over HTTP."""

    def __init__(self, url: str) -> None:
        self._address = url.strip().removeprefix("ready http://")

    def ask(self, path: str, body: Any = None, token: str = "token-of-ann", method: str = "") -> Any:
        connection = http.client.HTTPConnection(self._address, timeout=PATIENCE_S)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(
                method or ("GET" if body is None else "POST"), path, content, {"Authorization": f"Bearer {token}"}
            )
            answer = connection.getresponse()
            told = json.loads(answer.read())
            assert answer.status < 300, told
            return told
        finally:
            connection.close()

    def office(self, path: str, body: Any = None, by: str = "ann") -> Any:
        return self.ask(f"/v1/office/{path}", body, f"token-of-{by}")

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The view of the machine as soon as it is so."""
        for _ in range(round(PATIENCE_S / LOOK_S)):
            seen: dict[str, Any] = self.office("machines/T30")
            if holds(seen):
                return seen
            select.select([], [], [], LOOK_S)
        raise AssertionError(f"it never came to that: {seen}")

    def command(self, name: str, argument: str = "") -> int:
        body = {"machine": "T30", "name": name, "argument": argument, "valid_ms": 60_000}
        return int(self.office("commands", body)["seq"])

    def done(self, seq: int) -> dict[str, Any]:
        return self.until(lambda seen: [each["outcome"] for each in seen["commands"]][seq - 1 : seq] == ["done"])


def test_a_machine_is_enrolled_follows_the_office_and_both_survive_their_ends(tmp_path: Path) -> None:
    clock = SharedClock.starting_now().format()
    data = ("--data", str(tmp_path / "data"), "--clock", clock)
    config = tmp_path / "machine.yaml"
    controller = ("kiosk", "run", "--config", str(config))
    with ExitStack() as ended:
        station, ready = ended.enter_context(running("simulator", "station", "--port", "0", *data, *PEOPLE))
        office, port = Office(ready), ready.strip().rpartition(":")[2]
        told = office.office("machines", {"machine": "T30", "station": "BXP"})
        words = (
            "--machine",
            "T30",
            "--token",
            told["token"],
            "--station-key",
            told["station_key"],
            "--seal",
            told["seal"],
        )
        command = [sys.executable, "-m", "kiosk", "provision", str(tmp_path / "journal"), *words]
        subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE_S, capture_output=True)
        config.write_text(NOTHING_FITTED.format(url=ready.split()[1]))
        machine, _ = ended.enter_context(running(*controller))

        office.until(lambda seen: bool(seen["epochs"]) and seen["status"] is not None)
        draft = {"set": "operating", "body": {"service_idle_ms": 120_000}, "reason": "a test"}
        office.office("parameters", {**draft, "effective_ms": 0, "expires_ms": 0})
        office.office("parameters/operating/1:release", {}, "bo")
        office.until(lambda seen: seen["parameters"]["active"] == {"operating": 1})
        assert office.office("parameters")["versions"][0]["on"] == ["T30"]
        office.done(office.command("mode", "closed"))
        office.until(lambda seen: (seen["status"] or {}).get("command") == "closed")

        machine.kill()
        machine.wait(PATIENCE_S)
        machine, _ = ended.enter_context(running(*controller))
        seen = office.until(lambda seen: (seen["status"] or {}).get("parameters") == 1)
        assert (seen["status"]["command"], [each["outcome"] for each in seen["commands"]]) == ("closed", ["done"])

        assert end(station) == 0
        station, _ = ended.enter_context(running("simulator", "station", "--port", port, *data, *PEOPLE))
        day = "2026-11-22"
        seen = office.done(office.command("end_day", day))
        registers = seen["epochs"][-1]["registers"]
        assert registers["told_at_seq"] is not None
        assert registers["differences"] == {}
        closed = office.office(f"days/{day}:close", {})
        assert (closed["items"], closed["in_order"]) == ([], True)
        assert office.office(f"days/{day}:close", {}) == closed

        office.command("restart")
        assert machine.wait(PATIENCE_S) == 0
        machine, _ = ended.enter_context(running(*controller))
        office.done(3)
        assert end(machine) == 0
