"""What `./tvm device zt598` serves: a twin on a real pty that waits for its work keys, and somebody who types a PIN."""

import pytest
import serial

from simulator.automatic import LOOK_MS
from simulator.device import MODELS, auto, main
from simulator.devices.epp import Use, Zt598
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.pty_host import PtyHost
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.epp_host import frame

GOLDEN = {name: lines[0][1] for name, lines in read("epp.txt").items()}


def test_it_answers_on_a_pty() -> None:
    host = PtyHost(MODELS["zt598"](Matter(), Speeds()))
    with serial.Serial(host.path, timeout=1) as port:
        for sent, wanted in ((GOLDEN["hex-mode"], frame(b"\x60")), (GOLDEN["load-tpk"], GOLDEN["loaded-tpk"])):
            port.write(sent)
            host.serve_readable(1_000)
            assert port.read(len(wanted)) == wanted
    host.close()


@pytest.mark.parametrize("model", ["zt588", "zt598"])
def test_it_comes_with_masters_and_without_work_keys(model: str) -> None:
    pad = MODELS[model](Matter(), Speeds())
    assert isinstance(pad, Zt598)
    pad.receive(GOLDEN["information"], 0)
    assert model.upper().encode() in pad.take_output()
    assert pad.held_keys() == {0x80: Use.IMK, 0x20: Use.TMK}


def test_somebody_types_a_pin_whenever_one_is_asked_for() -> None:
    pad = MODELS["zt588"](matter := Matter(), Speeds())
    turn = auto(matter, pad)
    assert turn is not None
    for sent in (GOLDEN["hex-mode"], GOLDEN["load-tpk"]):
        pad.receive(sent, 0)
    for began_ms in (1_000, 20_000):
        pad.receive(GOLDEN["start-pin"], began_ms)
        pad.take_output()
        for look in range(9):
            turn(began_ms + look * LOOK_MS)
        assert pad.take_output() == b"******\r"
        pad.receive(GOLDEN["fetch-a"], began_ms + 9_000)
        assert pad.take_output() == GOLDEN["fetched"]


def test_list_and_faults_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert any(line.startswith("zt598 ") and "no certificate" in line for line in capsys.readouterr().out.splitlines())
    assert main(["zt598", "--faults"]) == 0
    told = capsys.readouterr().out
    assert "opened" in told
    assert "silence_after_once" in told
