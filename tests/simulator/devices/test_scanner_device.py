"""What `./tvm device scanner` serves: a scanner on a real pty, and somebody who holds codes before it."""

import pytest
import serial

from simulator.automatic import AUTO_CODES, EMPTY_MS, HELD_MS, LOOK_MS
from simulator.device import MODELS, auto, main
from simulator.devices.matter import Matter
from simulator.devices.scanner import CodeScanner
from simulator.devices.twin import Speeds
from simulator.fuzz.case import DRIVEN
from simulator.fuzz.main import main as fuzz
from simulator.pty_host import PtyHost
from tests.simulator.devices.scanner_host import GOLDEN, MENU, ON, ORDER


def test_it_answers_and_reads_on_a_pty() -> None:
    scanner = MODELS["scanner"](Matter(), Speeds(rate=0))
    assert isinstance(scanner, CodeScanner)
    scanner.show(ORDER, 0)
    host = PtyHost(scanner)
    with serial.Serial(host.path, timeout=1) as port:
        for sent, wanted in ((GOLDEN["suffix-cr"][0][1], GOLDEN["suffix-cr"][1][1]), (ON, GOLDEN["code"][0][1])):
            port.write(sent)
            host.serve_readable(1_000)
            assert port.read(len(wanted)) == wanted
        host.unplug()
        with pytest.raises(serial.SerialException):
            port.read(1)
    host.replug()
    with serial.Serial(host.path, timeout=1) as port:
        port.write(ON)
        host.serve_readable(2_000)
        assert port.read(9) == GOLDEN["code"][0][1]
    host.close()


def test_one_after_the_other_holds_a_code_there() -> None:
    scanner = MODELS["scanner"](matter := Matter(), Speeds(rate=0))
    assert isinstance(scanner, CodeScanner)
    turn = auto(matter, scanner)
    assert turn is not None
    scanner.receive(MENU + b"TRGMOD3;SUFBK2990D!", 0)
    scanner.take_output()
    wire = b""
    for now_ms in range(0, (HELD_MS + EMPTY_MS) * len(AUTO_CODES), LOOK_MS):
        turn(now_ms)
        scanner.poll(now_ms)
        wire += scanner.take_output()
    assert wire == b"".join(code + b"\r" for code in AUTO_CODES)


def test_list_and_faults_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert any(line.startswith("scanner ") and "trigger" in line for line in capsys.readouterr().out.splitlines())
    assert main(["scanner", "--faults"]) == 0
    told = capsys.readouterr().out
    assert "stuck_trigger" in told
    assert "silence_after_once" in told


def test_what_has_no_driver_cannot_be_fuzzed(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = sorted(set(MODELS) - set(DRIVEN))
    for name in waiting:
        with pytest.raises(SystemExit):
            fuzz([name])
        assert f"invalid choice: '{name}'" in capsys.readouterr().err
    assert {"ccnet", "cabinet", "megatec"} <= set(DRIVEN)
