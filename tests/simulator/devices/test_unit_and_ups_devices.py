"""What `./tvm device b2b` and `./tvm device ups` serve: a filled unit, outages by themselves, and real ptys."""

from __future__ import annotations

import serial

from simulator.automatic import MAINS_MS, OUTAGE_MS
from simulator.device import MODELS, auto
from simulator.devices.ccnet.b2b import BillToBill
from simulator.devices.ccnet.wire import frame
from simulator.devices.matter import Matter
from simulator.devices.megatec import MegatecUps
from simulator.devices.twin import Speeds, Twin
from simulator.pty_host import PtyHost


def over_a_pty(twin: Twin, data: bytes, size: int, now_ms: int = 1_000) -> bytes:
    """The first `size` bytes that the other end of the pty reads after this was written to it."""
    host = PtyHost(twin)
    with serial.Serial(host.path, timeout=1) as port:
        port.write(data)
        host.serve_readable(now_ms)
        answer = port.read(size)
    host.close()
    return bytes(answer)


def test_the_unit_is_filled_and_answers_on_a_pty() -> None:
    unit = MODELS["b2b"](matter := Matter(), Speeds(rate=0))
    assert [len(matter.place(f"cassette.{number}")) for number in (1, 2, 3)] == [0, 40, 40]
    assert over_a_pty(unit, frame(b"\x33", 1), 8) == frame(b"\x10\x00\x00", 1)


def test_a_passenger_pays_in_by_himself() -> None:
    unit = MODELS["b2b"](matter := Matter(), Speeds(rate=0))
    assert isinstance(unit, BillToBill)
    turn = auto(matter, unit)
    assert turn is not None
    now_ms = 1_000
    for command in (b"\x30", b"\x33", b"\x34" + b"\x00\xff\xff" * 2, b"\x33"):
        now_ms += 200
        unit.receive(frame(command, 1), now_ms)
        unit.take_output()
    turn(now_ms)
    unit.receive(frame(b"\x33", 1), now_ms)
    assert unit.take_output() == frame(b"\x80\x01\x00", 1)


def test_the_mains_fail_and_come_back_by_themselves() -> None:
    ups = MODELS["megatec"](Matter(), Speeds())
    assert isinstance(ups, MegatecUps)
    assert over_a_pty(ups, b"Q1\r", 47)[-9:] == b"00001001\r"
    turn = auto(Matter(), ups)
    assert turn is not None
    seen = []
    for now_ms in range(1_000, 1_000 + 2 * (MAINS_MS + OUTAGE_MS), 5_000):
        turn(now_ms)
        seen.append(ups.on_battery)
    assert seen == ([False] * (MAINS_MS // 5_000) + [True] * (OUTAGE_MS // 5_000)) * 2


def test_devices_without_a_slot_do_nothing_by_themselves() -> None:
    assert auto(Matter(), MODELS["escpos"](Matter(), Speeds())) is None
