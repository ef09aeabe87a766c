"""What `./tvm device samv` serves: a reader on a real pty, and somebody who lays cards on it."""

import pytest
import serial

from simulator.automatic import EMPTY_MS, HELD_MS, LOOK_MS
from simulator.device import MODELS, auto, main
from simulator.devices.matter import Matter
from simulator.devices.samv import CARDS, Card, SamvReader
from simulator.devices.twin import Speeds
from simulator.fuzz.seals import SEALS
from simulator.pty_host import PtyHost
from tests.simulator.devices.samv_host import answered, opened, sent


def test_it_answers_on_a_pty() -> None:
    reader = MODELS["samv"](Matter(), Speeds(rate=0))
    assert isinstance(reader, SamvReader)
    reader.lay(CARDS["woman"])
    host = PtyHost(reader)
    with serial.Serial(host.path, timeout=1) as port:
        for name in ("find", "select"):
            port.write(sent(name))
            host.serve_readable(1_000)
            assert port.read(len(answered(name))) == answered(name)
        port.write(sent("read"))
        host.serve_readable(1_000)
        assert opened(port.read(1_295))[0][7:263] == CARDS["woman"].text
    host.close()


def test_after_an_unplug_the_order_stands_where_it_stood() -> None:
    reader = MODELS["samv"](Matter(), Speeds(rate=0))
    assert isinstance(reader, SamvReader)
    reader.lay(CARDS["woman"])
    host = PtyHost(reader)
    with serial.Serial(host.path, timeout=1) as port:
        port.write(sent("find"))
        host.serve_readable(1_000)
        assert port.read(15) == answered("find")
        host.unplug()
        with pytest.raises(serial.SerialException):
            port.read(1)
    host.replug()
    with serial.Serial(host.path, timeout=1) as port:
        port.write(sent("select"))
        host.serve_readable(2_000)
        assert port.read(19) == answered("select")
    host.close()


def test_one_after_the_other_lays_a_card_down() -> None:
    reader = MODELS["samv"](matter := Matter(), Speeds())
    assert isinstance(reader, SamvReader)
    turn = auto(matter, reader)
    assert turn is not None
    seen: list[Card] = []
    for now_ms in range(0, (HELD_MS + EMPTY_MS) * len(CARDS), LOOK_MS):
        turn(now_ms)
        seen += [card for card in reader.cards() if not any(card is each for each in seen)]
        assert bool(reader.cards()) is (now_ms % (HELD_MS + EMPTY_MS) < HELD_MS)
    assert seen == list(CARDS.values())


def test_a_forged_answer_has_a_right_check() -> None:
    forged = SEALS["samv"](answered("find"), lambda inside: inside[:2] + b"\x80")
    assert forged is not None
    assert opened(forged) == [b"\0\0\x80"]
    assert SEALS["samv"](b"NO SUCH COMMAND\r\n", lambda inside: inside) is None


def test_list_and_faults_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert any(line.startswith("samv ") and "test persons" in line for line in capsys.readouterr().out.splitlines())
    assert main(["samv", "--faults"]) == 0
    told = capsys.readouterr().out
    assert "card_gone_in_read_next" in told
    assert "silence_after_once" in told
