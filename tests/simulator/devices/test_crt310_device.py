"""What `./tvm device crt310` serves: a twin on a real pty with a card in somebody's hand."""

import pytest
import serial

from simulator.automatic import AUTO_MS, LOOK_MS
from simulator.device import MODELS, auto, main
from simulator.devices.crt310 import Crt310
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fuzz.seals import SEALS
from simulator.pty_host import PtyHost
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.crt310_host import ACK, ENQ, frame

GOLDEN = {name: lines[0][1] for name, lines in read("crt310.txt").items()}


def test_it_answers_on_a_pty() -> None:
    host = PtyHost(MODELS["crt310"](Matter(), Speeds()))
    refused = frame(bytes.fromhex("2F 31 59"))
    with serial.Serial(host.path, timeout=1) as port:
        for sent, wanted in (
            (GOLDEN["refuse-all"], ACK),
            (ENQ, refused),
            (GOLDEN["status"], ACK),
            (ENQ, GOLDEN["no-card-refused"]),
        ):
            port.write(sent)
            host.serve_readable(1_000)
            assert port.read(len(wanted)) == wanted
    host.close()


def test_an_unplugged_reader_keeps_the_card_and_answers_again() -> None:
    twin = MODELS["crt310"](matter := Matter(), Speeds(rate=0))
    assert isinstance(twin, Crt310)
    host = PtyHost(twin)
    assert twin.insert(matter.place("hand").cards()[0], 1_000) is None
    host.unplug()
    host.serve_readable(1_500)
    host.replug()
    with serial.Serial(host.path, timeout=1) as port:
        for sent, wanted in ((GOLDEN["status"], ACK), (ENQ, frame(bytes.fromhex("31 30 4A 4A 4A")))):
            port.write(sent)
            host.serve_readable(2_000)
            assert port.read(len(wanted)) == wanted
    host.close()


def test_it_comes_with_a_card_and_a_sam() -> None:
    reader = MODELS["crt310"](matter := Matter(), Speeds())
    assert isinstance(reader, Crt310)
    assert [card.name for card in matter.place("hand").cards()] == ["good"]
    reader.receive(GOLDEN["sam-reset"] + ENQ, 0)
    reader.poll(1_000)
    assert reader.take_output()[4:7] == bytes.fromhex("3D 30 59")


def test_somebody_inserts_a_card_whenever_the_gate_opens_and_takes_it_back() -> None:
    reader = MODELS["crt310"](matter := Matter(), Speeds(rate=0))
    assert isinstance(reader, Crt310)
    turn = auto(matter, reader)
    assert turn is not None
    reader.receive(GOLDEN["refuse-all"] + ENQ, 0)
    assert turn(1_000) == 1_000 + LOOK_MS
    assert reader.inside is None
    reader.receive(GOLDEN["allow-magnetic"] + ENQ, 1_000)
    turn(1_250)
    assert reader.inside is not None
    reader.receive(GOLDEN["eject-front"] + ENQ, 2_000)
    turn(2_250)
    assert reader.inside is None
    turn(2_250 + AUTO_MS - 1)
    assert reader.inside is None
    turn(2_250 + AUTO_MS)
    assert reader.inside is not None


def test_list_and_faults_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert any(line.startswith("crt310 ") and "card reader" in line for line in capsys.readouterr().out.splitlines())
    assert main(["crt310", "--faults"]) == 0
    told = capsys.readouterr().out
    assert "jam_drawn_in" in told
    assert "stripe_lrc" in told


def test_what_is_forged_for_the_fuzzer_is_a_whole_frame() -> None:
    forged = SEALS["crt310"](GOLDEN["chip-answer"], lambda inside: inside[:3] + b"\xff\xff")
    assert forged == frame(bytes.fromhex("37 30 59 FF FF"))
    assert SEALS["crt310"](ACK, lambda inside: inside) is None
