"""The cabinet process with a Bill-to-Bill unit and a UPS: their ptys answer, and the supervisor hears when the battery is empty."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.devices.ccnet.wire import frame
from tests.simulator.cabinet.test_process import ask, cabinet

CONFIG = "acceptor: bill_to_bill\nups: true\nups_minutes: 0.1\n"


@pytest.mark.slow
def test_unit_and_ups_answer_and_the_battery_ends(tmp_path: Path) -> None:
    (tmp_path / "cabinet.yaml").write_text(CONFIG)
    with cabinet(tmp_path / "machine", "--config", str(tmp_path / "cabinet.yaml")) as running:
        assert ask(running.directory / "acceptor", frame(b"\x33", 1)) == frame(b"\x10\x00\x00", 1)
        assert ask(running.directory / "ups", b"Q1\r").startswith(b"(226.0 ")
        assert not (running.directory / "dispenser").exists()
        assert running.post("/api/mains", {"on": False}).status_code == 200
        assert json.loads(running.line()) == {"event": "power", "on": False}
        assert running.post("/api/mains", {"on": True}).status_code == 200
        assert json.loads(running.line()) == {"event": "power", "on": True}
