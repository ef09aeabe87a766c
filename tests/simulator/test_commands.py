"""`python -m simulator`: commands, the steps of the check, the demo's clock and files."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

import pytest

from kiosk.settings import read
from simulator import check
from simulator.__main__ import COMMANDS, main
from simulator.cabinet.settings import load as load_cabinet
from simulator.clock import SharedClock
from simulator.demo import STATION_ZONE, station_clock
from simulator.programs import write_machine_config


@pytest.mark.parametrize(
    ("word", "hint"), [("demmo", "did you mean demo?"), ("", "commands: demo"), ("zzz", "commands: demo")]
)
def test_an_unknown_command_names_the_nearest(word: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word] if word else []) == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"bench"}))
def test_every_command_can_say_how_it_is_used(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_the_check_runs_everything_and_the_tests_last() -> None:
    assert [step.name for step in check.steps(False, 2, ())] == ["format", "lint", "types", "imports", "tests"]
    assert check.steps(True, 2, ())[-1].arguments == ("-n", "2", "-m", "not slow")
    assert check.steps(False, 1, ("tests/config",))[-1].arguments == ("-n", "1", "tests/config")


def test_a_step_that_fails_shows_what_it_said(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    clock = SharedClock.starting_now()
    assert check.run(check.Step("good", "python", ("-c", "print('quiet')")), clock)
    assert not check.run(check.Step("bad", "python", ("-c", "print('loud'); raise SystemExit(3)")), clock)
    told = capfdbinary.readouterr().out
    assert b"quiet" not in told
    assert b"loud" in told
    assert b"-- bad FAILED" in told


def test_compiled_modules_are_kept_whatever_our_caller_wished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    clock = SharedClock.starting_now()
    kept = "import os, sys; sys.exit(sys.dont_write_bytecode or not os.environ['PATH'])"
    assert check.run(check.Step("kept", "python", ("-c", kept)), clock)


def test_missing_programs_are_told_as_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert check.missing_packages() == ["xvfb", "xdotool", "chromium"]


def test_the_demo_begins_at_the_time_that_was_asked_for() -> None:
    clock = station_clock(10.0, "07:15")
    begins = datetime.fromtimestamp(clock.base_wall_ms / 1000, STATION_ZONE)
    assert (begins.hour, begins.minute, begins.second, clock.rate) == (7, 15, 0, 10.0)


def test_the_demo_never_begins_at_night(monkeypatch: pytest.MonkeyPatch) -> None:
    night = SharedClock(1.0, round(datetime(2026, 11, 22, 23, 30, tzinfo=STATION_ZONE).timestamp() * 1000), 5)
    noon = dataclasses.replace(night, base_wall_ms=night.base_wall_ms - 11 * 3_600_000)
    for now, hour in ((night, 8), (noon, 12)):
        monkeypatch.setattr("simulator.demo.SharedClock.starting_now", lambda rate, now=now: now)
        begins = datetime.fromtimestamp(station_clock(1.0, "").base_wall_ms / 1000, STATION_ZONE)
        assert begins.hour == hour


def test_the_demos_files_are_read_by_machine_and_cabinet(tmp_path: Path) -> None:
    settings = read(write_machine_config(tmp_path, "http://127.0.0.1:1234"))
    cabinet = load_cabinet(tmp_path / "cabinet.yaml")
    assert settings.station.url == "http://127.0.0.1:1234"
    assert settings.machine.environment == "lab"
    assert settings.devices.acceptor is not None
    assert settings.devices.acceptor.link == str(tmp_path / "ports" / "acceptor")
    assert settings.devices.dispenser is not None
    fitted = {number: cassette.value_fen for number, cassette in enumerate(cabinet.cassettes, start=1)}
    assert settings.devices.dispenser.cassettes == fitted
