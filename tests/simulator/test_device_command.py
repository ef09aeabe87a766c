"""`./tvm device MODEL` as a third party meets it: its own process, a real pty, somebody else's client."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import puloon.lcdm4000
import pytest
import serial
from puloon.lcdm4000 import PuloonException, PuloonLCDM4000

from simulator.device import MODELS, main
from simulator.devices.ccnet.wire import frame

ROOT = Path(__file__).parents[2]


@contextmanager
def served(*words: str) -> Iterator[str]:
    """The path a device process printed first; the process is ended with SIGTERM and must end 0."""
    command = [sys.executable, "-m", "simulator.device", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


@pytest.mark.slow
def test_puloon_client_from_power_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(puloon.lcdm4000, "sleep", lambda seconds: None)
    with served("lcdm4000", "--rate", "0") as path, serial.Serial(path) as port:
        client = PuloonLCDM4000(port)
        status = client.status().as_dict()
        assert [status[f"type{n}"] for n in range(1, 5)] == [1, 2, 3, 4]
        assert status["error"] == 0
        paid = client.dispense(3, 2, 1).as_dict()
        assert [paid[f"exit{n}"] for n in range(1, 5)] == [3, 2, 1, 0]
        last = client.last_status().as_dict()
        assert [last[f"exit{n}"] for n in range(1, 5)] == [3, 2, 1, 0]
        assert client.purge().as_dict()["error"] == 0
        assert client.test_dispense(0, 4).as_dict()["reject2"] == 4
        assert client.sensor_diagnostics(2).as_dict()["reject"] == 5
        client.set_bill_dispense_order(4, 3, 2, 1)
        assert client.get_bill_dispense_order().as_dict()["order1"] == 4
        client.set_bill_lengths(0, 200)
        assert client.get_bill_lengths().as_dict()["leng2"] == 200
        client.set_bill_opacities(17)
        assert client.get_bill_opacities().as_dict()["opac1"] == 17
        client.reset()
        assert client.status().as_dict()["error"] == 0


@pytest.mark.slow
def test_puloon_client_sees_a_fault() -> None:
    with served("lcdm4000", "--rate", "0", "--fault", "jam_dvt_ejt_next") as path, serial.Serial(path) as port:
        client = PuloonLCDM4000(port)
        with pytest.raises(PuloonException) as caught:
            client.dispense(2)
        assert caught.value.code == 0x03
        assert client.status().as_dict()["disp"] & 0x0F == 0b0100


@pytest.mark.slow
def test_validator_on_a_link_takes_a_note_by_itself(tmp_path: Path) -> None:
    link = tmp_path / "validator"
    with served("ccnet", "--auto", "--rate", "0", "--link", str(link)) as path:
        assert path == str(link)
        with serial.Serial(path, timeout=10) as port:

            def ask(payload: bytes) -> bytes:
                port.write(frame(payload))
                head = port.read(3)
                answer = port.read(head[2] - 3)[:-2]
                if answer not in (b"\x00", b"\x30"):
                    port.write(frame(b"\x00"))
                return answer

            assert ask(b"\x33") == b"\x10"
            assert ask(b"\x30") == b"\x00"
            assert ask(b"\x33") == b"\x19"
            assert ask(b"\x34" + b"\xff" * 6) == b"\x00"
            for _ in range(500):
                if (answer := ask(b"\x33"))[0] != 0x14:
                    break
                time.sleep(0.02)  # the poll period of a hasty host
            assert answer == b"\x80\x01"
            assert ask(b"\x35") == b"\x00"


def test_every_model_is_known() -> None:
    assert {"ccnet", "lcdm4000", "lcdm2000", "lcdm1000", "ttpm", "cabinet", "escpos"} <= set(MODELS)


@pytest.mark.parametrize("words", [["toaster"], ["ccnet", "--fault", "toast"], ["ccnet", "--rate", "-1"], []])
def test_a_wrong_command_line_is_answered(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "tvm device" in capsys.readouterr().err


def test_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lcdm4000", "--faults"]) == 0
    listed = capsys.readouterr().out
    assert "jam_dvt_ejt_next" in listed
    assert "silence_after_once" in listed


def test_a_link_in_the_way_is_said_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine")
    assert main(["ccnet", "--link", str(tmp_path / "file")]) == 1
    assert "not a symbolic link" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("model", sorted(MODELS))
def test_every_model_starts_and_ends_politely(model: str) -> None:
    with served(model) as path:
        served_at = Path(path.rpartition("@")[2])
        assert served_at.is_char_device() or served_at.is_socket()
