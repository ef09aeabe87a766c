"""What `./tvm device id003` and `./tvm device --list` serve."""

from __future__ import annotations

import pytest
import serial

from simulator.device import MODELS, auto, main
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.pty_host import PtyHost
from tests.simulator.devices.id003_host import SETTINGS, checked, golden


def test_it_answers_on_a_pty() -> None:
    host = PtyHost(MODELS["id003"](Matter(), Speeds(rate=0)))
    with serial.Serial(host.path, timeout=1) as port:
        for question, answer in (("status-request", "power-up"), ("reset", "device-ack")):
            port.write(golden(question))
            host.serve_readable(1_000)
            assert port.read(5) == golden(answer)
    host.close()


def test_a_passenger_pays_in_by_himself() -> None:
    acceptor = MODELS["id003"](matter := Matter(), Speeds(rate=0))
    turn = auto(matter, acceptor)
    assert turn is not None
    for payload in ("40", *SETTINGS, "c300", "11"):
        acceptor.receive(checked(bytes.fromhex(payload)), 10_000)
    turn(10_000)
    acceptor.take_output()
    acceptor.receive(golden("status-request"), 10_200)
    assert acceptor.take_output() == golden("escrow-62")
    acceptor.receive(golden("return"), 10_400)
    turn(10_600)
    assert len(matter.place("hand")) == 1


def test_the_list_names_every_model_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(MODELS)
    assert all(line[11:].endswith(".") and len(line) > 20 for line in lines)


def test_a_model_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "--list" in capsys.readouterr().err


def test_its_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["id003", "--faults"]) == 0
    out = capsys.readouterr().out
    assert "jam_in_stacker_next" in out
    assert "lost_ack_thrice" in out
