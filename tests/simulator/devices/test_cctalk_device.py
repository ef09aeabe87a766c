"""What `./tvm device cctalk-hopper` serves."""

from __future__ import annotations

import pytest
import serial

from simulator.device import COINS_IN_BOWL, MODELS, main
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.pty_host import PtyHost
from tests.simulator.devices.cctalk_host import SERIAL_A, SERIAL_B, simple, simple_reply


def test_two_hoppers_pay_on_a_pty() -> None:
    matter = Matter()
    host = PtyHost(MODELS["cctalk-hopper"](matter, Speeds(rate=0)))
    with serial.Serial(host.path, timeout=1) as port:
        for address, security, coins in ((3, SERIAL_A, 2), (4, SERIAL_B, 1)):
            for header, data, said in ((164, b"\xa5", b""), (167, security + bytes([coins]), b"\x01")):
                asked, answer = simple(address, header, data), simple_reply(address, 0, said)
                port.write(asked)
                host.serve_readable(1_000)
                host.serve_timers(1_002)
                assert port.read(len(asked) + len(answer)) == asked + answer
    host.close()
    assert sorted(coin.value_fen for coin in matter.place("change.cup").coins()) == [50, 100, 100]
    assert matter.place("change.cup").value_fen() == 250
    assert len(matter.place("hopper.1")) == COINS_IN_BOWL - 2


def test_its_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cctalk-hopper", "--faults"]) == 0
    out = capsys.readouterr().out
    for name in ("jam_next ", "jam_next@4 ", "echo_missing ", "silence_after_once "):
        assert name in out
