"""The cabinet as a process: five ptys that answer, an API beside them, mains events for the supervisor, a clean end."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.cabinet.process import main
from simulator.clock import SharedClock
from simulator.devices.cabinet_board.rtu import sealed
from simulator.devices.ccnet.wire import frame

ROOT = Path(__file__).parents[3]
QUESTIONS = {
    "acceptor": (frame(b"\x33"), frame(b"\x10")),  # POLL: power-up
    "dispenser": (bytes.fromhex("04 30 02 50 03 65"), b"\x06"),  # STATUS: acknowledged
    "ticket_unit": (b"\x05", b"\x01"),  # ENQ: status
    "cabinet": (sealed(bytes([1, 4, 0, 0, 0, 1])), sealed(bytes([1, 4, 2, 0x54, 0x56]))),
    "slip_printer": (b"\x10\x04\x01", b""),  # DLE EOT: one byte
}


class Running:
    def __init__(self, process: subprocess.Popen[str], directory: Path) -> None:
        self.process, self.directory = process, directory
        self.url = self.line().removeprefix("ready ").strip()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def post(self, path: str, body: Any) -> httpx.Response:
        return httpx.post(self.url + path, json=body, timeout=10)


@contextmanager
def cabinet(directory: Path, *words: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "simulator", "cabinet", "--dir", str(directory), *words]
    clock = SharedClock.starting_now(10).format()
    with subprocess.Popen([*command, "--clock", clock], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Running(process, directory)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def ask(path: Path, question: bytes) -> bytes:
    """The first bytes a device answers, b"" after five silent seconds."""
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(port, question)
        ready, _, _ = select.select([port], [], [], 5)
        return os.read(port, 64) if ready else b""
    finally:
        os.close(port)


@pytest.mark.slow
def test_all_devices_answer_on_their_links_and_hands_work(tmp_path: Path) -> None:
    with cabinet(tmp_path / "machine") as running:
        for name, (question, answer) in QUESTIONS.items():
            assert (running.directory / name).is_symlink()
            heard = ask(running.directory / name, question)
            assert heard, name
            assert heard.startswith(answer), name
        assert running.post("/api/door", {"door": "outer", "open": True, "key": True}).status_code == 200
        assert running.post("/api/service", {"act": "fill", "cassette": 1, "notes": 20}).json()["after"] == 20
        assert running.post("/api/mains", {"on": False}).status_code == 200
        assert json.loads(running.line()) == {"event": "mains", "on": False}
        state = httpx.get(running.url + "/api/state", timeout=10).json()
        assert (state["mains"], state["total"]["conserved"]) == (False, True)
        with httpx.stream("GET", running.url + "/api/events", timeout=10) as events:
            first = next(line for line in events.iter_lines() if line.startswith("data: "))
            assert json.loads(first[6:])["kind"] == "door"
    assert not any((tmp_path / "machine").iterdir())


@pytest.mark.slow
def test_it_ends_at_once_though_somebody_listens(tmp_path: Path) -> None:
    with cabinet(tmp_path) as running, httpx.stream("GET", running.url + "/api/events", timeout=10) as events:
        assert events.status_code == 200
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(10) == 0


def test_what_stops_it_from_starting_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wrong.yaml").write_text("boxes: 3\n")
    assert main(["--dir", str(tmp_path), "--config", str(tmp_path / "wrong.yaml")]) == 1
    assert "wrong.yaml:1: boxes: unknown key" in capsys.readouterr().err
    (tmp_path / "acceptor").write_text("somebody's file")
    assert main(["--dir", str(tmp_path)]) == 1
    assert "is not a symbolic link" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["--dir", str(tmp_path), "--clock", "fast"])
    assert ended.value.code == 2
