"""What `./tvm device ebds` serves: a twin on a real pty, a passenger who pays in by himself, a cabinet it can be fitted to."""

import pytest
import serial

from simulator.cabinet.settings import CabinetSettings
from simulator.cabinet.timeline import Timeline
from simulator.cabinet.world import World
from simulator.clock import SharedClock
from simulator.device import MODELS, auto, main
from simulator.devices.ebds import EbdsValidator
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.fittings import FITTINGS
from simulator.pty_host import PtyHost
from tests.simulator.devices.cash_golden import read
from tests.simulator.devices.ebds_host import ALL, ESCROW, STACK, frame

GOLDEN = read("ebds.txt")
POLL = GOLDEN["poll-all-plain-0"][0][1]


def test_it_answers_on_a_pty_byte_clean() -> None:
    """Trap 3 of the sheet: a pty adds no parity, so both sides speak eight bits."""
    host = PtyHost(MODELS["ebds"](Matter(), Speeds(rate=0)))
    with serial.Serial(host.path, timeout=1) as port:
        port.write(POLL)
        host.serve_readable(1_000)
        answer = port.read(11)
    host.close()
    assert answer == frame(0x20, b"\x01\x10\x01\x10\x54\x20")


def test_a_passenger_pays_in_by_himself() -> None:
    twin = MODELS["ebds"](matter := Matter(), Speeds(rate=0))
    assert isinstance(twin, EbdsValidator)
    turn = auto(matter, twin)
    assert turn is not None
    seen = []
    for number in range(60):
        now_ms = 1_000 + number * 200
        mode = STACK if twin.body.holds else ESCROW
        twin.receive(frame(0x10 | number & 1, bytes([ALL, mode, 0])), now_ms)
        seen.append(twin.take_output()[3])
        turn(now_ms)
    assert 0x11 in seen
    assert [note.value_fen for note in matter.place("box").notes()] == [500, 1_000, 2_000]


def test_the_list_of_models_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("ebds ") and "EBDS" in line for line in lines)


def test_a_cabinet_can_have_one() -> None:
    world = World(CabinetSettings(acceptor="ebds"), 0, Timeline(SharedClock.starting_now()))
    assert isinstance(world.slot, EbdsValidator)
    twin = world.twins["acceptor"]
    twin.receive(POLL, 0)
    twin.poll(10)
    assert twin.take_output()
    assert world.slot.slot_open
    note = world.matter.place("hand").notes()[0]
    assert world.slot.insert(note, 20) is None
    twin.receive(frame(0x11, bytes([ALL, STACK, 0])), 30)
    assert world.matter.where(note).name == "box"
    assert world.conserved()


def test_the_demo_can_be_fitted_with_one() -> None:
    changed = FITTINGS["ebds"].changed("machine.yaml", "devices:\n  acceptor: {model: ccnet}\n")
    assert "model: ebds" in changed
    assert "parity: E" in changed
    assert "acceptor: ebds" in FITTINGS["ebds"].changed("cabinet.yaml", "")
