"""The F53 in a cabinet's configuration, in the demo's fittings, and alone on a pty."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import serial
import yaml

from config import ConfigError, parse
from simulator.cabinet.cabinet import Cabinet
from simulator.cabinet.settings import CabinetSettings
from simulator.devices.f53 import F53
from simulator.fittings import FITTINGS
from tests.simulator.cabinet.bench import StandingClock
from tests.simulator.devices.f53_host import ACK, ENQ, SET_UP, count_out, message

ROOT = Path(__file__).parents[3]


def fitted(text: str) -> F53:
    world = Cabinet(parse(text, CabinetSettings, "cabinet.yaml"), StandingClock()).world
    assert isinstance(world.dispenser, F53)
    assert world.twins["dispenser"].twin is world.dispenser
    return world.dispenser


def test_a_cabinet_may_have_one() -> None:
    twin = fitted("dispenser: f53")
    assert twin.body.values_fen == [100, 500, 1_000, 5_000]
    assert twin.body.exit.over_tray
    assert not twin.body.collects
    twin.receive(ENQ, 0)
    assert twin.take_output() == ACK


def test_its_settings_reach_it() -> None:
    told = "dispenser: f53\nf53: {pool_notes: 20, over_tray: false, clears_to: capture, unverified: {present: 9, retract: 10}}"
    body = fitted(told).body
    assert (body.pool_notes, body.exit.over_tray, body.collects) == (20, False, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("f53: {unverified: {dance: 9}}", "dance is no operation of an F53"),
        ("f53: {unverified: {present: 3}}", "present: 3 cannot be its command code"),
        ("f53: {pool_notes: 0}", "f53.pool_notes"),
        ("f53: {clears_to: floor}", "f53.clears_to"),
    ],
)
def test_wrong_settings_are_named(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(text, CabinetSettings, "cabinet.yaml")
    assert said in str(error.value)


def test_the_demo_may_be_fitted_with_one() -> None:
    files = {name: (ROOT / "config" / "demo" / name).read_text() for name in ("machine.yaml", "cabinet.yaml")}
    changed = {name: FITTINGS["f53"].changed(name, text) for name, text in files.items()}
    device = yaml.safe_load(changed["machine.yaml"])["devices"]["dispenser"]
    assert (device["model"], device["baud"], device["parity"]) == ("f53", 9_600, "E")
    twin = fitted(changed["cabinet.yaml"])
    assert dict(enumerate(twin.body.values_fen, start=1)) == device["cassettes"]


@pytest.mark.slow
@pytest.mark.parametrize("model", ["f53", "f56"])
def test_it_answers_on_a_pty_of_its_own(model: str) -> None:
    command = [sys.executable, "-m", "simulator.device", model, "--rate", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            with serial.Serial(process.stdout.readline().strip(), timeout=10) as port:
                for data, first in ((SET_UP, b"\xe0\x02\x34"), (count_out(0, 2, 1), b"\xe0\x03\x99")):
                    port.write(ENQ)
                    assert port.read(2) == ACK
                    port.write(message(data))
                    assert port.read(4) == ACK + ENQ
                    port.write(ACK)
                    head = port.read(4)
                    said = port.read(int.from_bytes(head[2:], "big") + 4)
                    assert head + said == message(said[:-4])
                    assert said[:3] == first
                    port.write(ACK)
                assert said[0x27:0x2F] == bytes.fromhex("30 30 30 B2 30 B1 30 30")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
