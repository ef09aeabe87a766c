"""What `./tvm device essp` serves: a twin on a real pty, a passenger who pays in by himself, a cabinet it can be fitted to."""

import pytest
import serial

from simulator.cabinet.settings import CabinetSettings
from simulator.cabinet.timeline import Timeline
from simulator.cabinet.world import ACCEPTOR_ASKS, World
from simulator.clock import SharedClock
from simulator.device import MODELS, auto, main
from simulator.devices.essp import EsspValidator
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fittings import FITTINGS
from simulator.pty_host import PtyHost
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.essp_host import ALL_CHANNELS, ENABLE, HOLD, POLL, packet, sealed

GOLDEN = read("essp.txt")
SYNC, OK = GOLDEN["sync"][0][1], GOLDEN["ok-1"][0][1]


def test_it_answers_on_a_pty_with_two_stop_bits() -> None:
    host = PtyHost(MODELS["essp"](Matter(), Speeds(rate=0)))
    with serial.Serial(host.path, timeout=1, stopbits=serial.STOPBITS_TWO) as port:
        port.write(SYNC)
        host.serve_readable(1_000)
        answer = port.read(len(OK))
    host.close()
    assert answer == OK


def test_a_passenger_pays_in_by_himself() -> None:
    twin = MODELS["essp"](matter := Matter(), Speeds(rate=0))
    assert isinstance(twin, EsspValidator)
    turn = auto(matter, twin)
    assert turn is not None
    for number in range(60):
        now_ms = 1_000 + number * 200
        twin.receive(packet(0x80 * (number % 2), {0: ALL_CHANNELS, 1: ENABLE}.get(number, POLL)), now_ms)
        assert twin.take_output()
        turn(now_ms)
    assert [note.value_fen for note in matter.place("box").notes()] == [500, 1_000, 2_000]


def test_the_list_of_models_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("essp ") and "eSSP" in line for line in lines)


def test_the_list_of_faults_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["essp", "--faults"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == len(MODELS["essp"](Matter(), Speeds()).fault_names())


def test_a_cabinet_can_have_one() -> None:
    world = World(CabinetSettings(acceptor="essp"), 0, Timeline(SharedClock.starting_now()))
    assert isinstance(world.slot, EsspValidator)
    twin = world.twins["acceptor"]
    for bit, data in ((0x00, ALL_CHANNELS), (0x80, ENABLE), (0x00, POLL)):
        twin.receive(packet(bit, data), 10)
        assert twin.take_output()
    assert world.slot.slot_open
    note = world.matter.place("hand").notes()[0]
    assert world.slot.insert(note, 20) is None
    for bit in (0x80, 0x00):
        twin.receive(packet(bit, POLL), 30)
    assert world.matter.where(note).name == "box"
    assert world.conserved()


def test_polls_ask_after_notes_and_other_commands_do_not() -> None:
    asks = ACCEPTOR_ASKS["essp"]
    assert asks(GOLDEN["poll-0"][0][1])
    assert asks(packet(0x80, sealed(bytes(16), 0, POLL)))
    assert not asks(packet(0x80, HOLD))
    assert not asks(SYNC)


def test_the_demo_can_be_fitted_with_one() -> None:
    changed = FITTINGS["essp"].changed("machine.yaml", "devices:\n  acceptor: {model: ccnet}\n")
    assert "model: essp" in changed
    assert "acceptor: essp" in FITTINGS["essp"].changed("cabinet.yaml", "")
