import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.wire import LineQuality, Wire


def test_bytes_take_their_time() -> None:
    wire = Wire(random.Random(1), baud=9_600)
    wire.host.send(b"123456", 100)  # 60 bits: 6.25 ms
    assert wire.device.due_ms() == 107
    assert wire.device.receive(106) == b""
    assert wire.device.receive(107) == b"123456"
    assert wire.device.due_ms() is None


def test_the_line_is_busy_until_the_last_bit_has_left() -> None:
    wire = Wire(random.Random(1), baud=9_600)
    wire.host.send(bytes(48), 0)  # 50 ms
    wire.host.send(b"x", 10)
    assert wire.device.receive(50) == bytes(48)
    assert wire.device.receive(51) == b""
    assert wire.device.receive(52) == b"x"


def test_directions_do_not_hinder_each_other() -> None:
    wire = Wire(random.Random(1), baud=0)
    wire.host.send(b"question", 0)
    wire.device.send(b"answer", 0)
    assert (wire.device.receive(0), wire.host.receive(0)) == (b"question", b"answer")


def test_delay_and_parity_bit() -> None:
    wire = Wire(random.Random(1), baud=1_000, bits_per_byte=11, quality=LineQuality(delay_ms=30))
    wire.host.send(b"x", 0)
    assert wire.device.due_ms() == 41


def test_unplug_loses_what_is_on_the_way() -> None:
    wire = Wire(random.Random(1))
    wire.host.send(b"lost", 0)
    wire.unplug()
    wire.host.send(b"lost too", 0)
    assert wire.device.receive(1_000) == b""
    wire.replug()
    wire.host.send(b"heard", 1_000)
    assert wire.device.receive(1_100) == b"heard"


def test_a_bad_line_loses_and_spoils() -> None:
    for quality in (LineQuality(loss=0.2), LineQuality(bit_error=0.2), LineQuality(duplicate=1.0)):
        wire = Wire(random.Random(3), baud=0, quality=quality)
        wire.host.send(bytes(100), 0)
        assert wire.device.receive(0) != bytes(100)


@given(seed=st.integers(), pieces=st.lists(st.binary(min_size=1, max_size=20), max_size=20))
def test_one_seed_gives_one_run(seed: int, pieces: list[bytes]) -> None:
    def run() -> list[bytes]:
        quality = LineQuality(delay_ms=3, loss=0.1, bit_error=0.1, duplicate=0.1, split=0.3)
        wire = Wire(random.Random(seed), quality=quality)
        for turn, piece in enumerate(pieces):
            wire.host.send(piece, turn * 10)
        return [wire.device.receive(now) for now in range(0, 2_000, 50)]

    assert run() == run()


@given(pieces=st.lists(st.binary(max_size=20), max_size=20), split=st.sampled_from([0.0, 0.5, 1.0]))
def test_a_sound_line_keeps_every_byte_in_order(pieces: list[bytes], split: float) -> None:
    wire = Wire(random.Random(5), quality=LineQuality(split=split))
    for piece in pieces:
        wire.device.send(piece, 0)
    assert wire.host.receive(10_000) == b"".join(pieces)


def test_a_negative_baud_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        Wire(random.Random(1), baud=-1)
