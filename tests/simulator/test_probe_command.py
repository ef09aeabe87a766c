"""`./tvm probe MODEL PATH` against `./tvm device MODEL`: our driver, somebody else's device, a real pty between them."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.models import MODELS as DRIVERS
from simulator.device import MODELS
from simulator.fuzz.case import DRIVEN

ROOT = Path(__file__).parents[2]
SAYS = {
    "ccnet": "part TVM-CN6",
    "lcdm4000": "cassette 4 present True",
    "ttpm": "ticket printer TTPM3 2.07 TVM-RASTER1",
    "cabinet": "cabinet board, map version 2",
    "escpos": "state ready",
    "escpos-usb": "usb usb:0416:5011:TVM0001@",
    "b2b": "cassette 1 escrow notes 0",
    "lcdm1000": "version O30T5A3C",
    "lcdm2000": "cassette 2 present True",
    "megatec": "unit MEG-1000",
    "ebds": "type TVM-SC83CNY",
    "essp": "channel 6 CNY 10000 fen",
    "id003": "version U(CHN)",
    "f53": "answers True",
    "f56": "answers True",
    "cctalk-hopper": "hopper.1 address 3",
    "zt588": "pad ZT588 hardware 100",
    "zt598": "pad ZT598 hardware 100",
    "crt310": "version CRT-310",
    "samv": "sam 05.01-",
    "scanner": "product TVM Code Scanner",
    "zvt": "terminal 20260156",
}
"""Model -> the beginning of a line that only a device of that model can have caused."""

WITHOUT_DRIVER: set[str] = set()
"""Models that can be served before anybody wrote a driver for them."""

WRONG = [("ccnet", "escpos"), ("lcdm4000", "ccnet"), ("ttpm", "escpos"), ("cabinet", "lcdm4000"), ("escpos", "ttpm")]
"""(asked for, what is really there): in any of them nobody may be believed."""


@contextmanager
def served(model: str) -> Iterator[str]:
    """The path of a device process at the speed of light."""
    command = [sys.executable, "-m", "simulator.device", model, "--rate", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def probing(model: str, path: str, seconds: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "kiosk", "probe", model, path, "--seconds", str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_only_these_models_wait_for_a_driver() -> None:
    assert set(MODELS) - set(DRIVEN) <= WITHOUT_DRIVER
    assert set(DRIVEN) <= set(SAYS)


@pytest.mark.slow
@pytest.mark.parametrize("model", DRIVEN)
def test_every_model_that_can_be_served_is_identified(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    with served(model) as path:
        assert main(["probe", model, path, "--seconds", "30"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert any(line.startswith(SAYS[model]) for line in told), told
    assert not any(line.startswith("fault") and "cleared" not in line for line in told), told


@pytest.mark.slow
def test_the_name_of_the_configuration_serves_too(capsys: pytest.CaptureFixture[str]) -> None:
    with served("cabinet") as path:
        assert main(["probe", "cabinet_board", path, "--seconds", "30"]) == 0
    assert SAYS["cabinet"] in capsys.readouterr().out


@pytest.mark.slow
def test_another_device_on_the_port_is_never_believed() -> None:
    with ExitStack() as all_of_them:
        probes = [
            all_of_them.enter_context(probing(model, all_of_them.enter_context(served(real)), 8))
            for model, real in WRONG
        ]
        for (model, real), process in zip(WRONG, probes, strict=True):
            told = process.communicate(timeout=60)[0]
            assert process.returncode == 1, (model, real, told)
            assert f"answered as {'cabinet_board' if model == 'cabinet' else model} within 8 s" in told
            assert "fault E11 NO_ANSWER" in told or "fault E12 WRONG_DEVICE" in told, (model, real, told)


def test_a_silent_port_is_told_after_the_time_given(capsys: pytest.CaptureFixture[str]) -> None:
    master, slave = pty.openpty()
    try:
        assert main(["probe", "escpos", os.ttyname(slave), "--seconds", "0.2"]) == 1
    finally:
        os.close(master)
        os.close(slave)
    assert "nobody on" in capsys.readouterr().out


def test_a_missing_port_names_the_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "ccnet", str(tmp_path / "nowhere"), "--seconds", "0.2"]) == 1
    assert "fault E10 LINK_LOST" in capsys.readouterr().out


def test_an_unknown_model_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "toaster", "/dev/null"]) == 2
    assert f"known are {', '.join(sorted(DRIVERS))}" in capsys.readouterr().err
