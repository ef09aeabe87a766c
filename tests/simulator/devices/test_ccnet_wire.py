from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.ccnet import CNY, BillKind
from simulator.devices.ccnet.bills import table_bytes, type_of
from simulator.devices.ccnet.wire import Ear, Heard, crc16, frame
from simulator.devices.matter import Note
from tests.simulator.devices.cash_golden import read

FRAMES = [(name, data, note) for name, lines in read("ccnet.txt").items() for _, data, note in lines]


@pytest.mark.parametrize(("name", "data", "note"), FRAMES)
def test_golden_frames_are_built_byte_for_byte(name: str, data: bytes, note: str) -> None:
    built = frame(data[3:-2], data[1])
    assert (built == data) is ("damaged" not in note)


@pytest.mark.parametrize(("name", "data", "note"), FRAMES)
def test_golden_frames_are_heard(name: str, data: bytes, note: str) -> None:
    assert Ear(data[1]).feed(data, 0) == [Heard(data[3:-2], "damaged" not in note)]


def test_check_values_of_section_3() -> None:
    assert crc16(b"123456789") == 0x2189
    assert crc16(b"") == 0
    assert crc16(b"A") == 0x538D


@given(wire=st.binary(max_size=120), cuts=st.lists(st.integers(0, 120), max_size=8))
def test_cutting_the_stream_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    wire = wire[:60] + frame(b"\x33") + wire[60:]
    edges, ear = sorted([0, *(cut for cut in cuts if cut <= len(wire)), len(wire)]), Ear()
    heard = [item for a, b in pairwise(edges) for item in ear.feed(wire[a:b], 0)]
    assert heard == Ear().feed(wire, 0)


def test_a_half_frame_is_forgotten_after_five_milliseconds_of_silence() -> None:
    poll = frame(b"\x33")
    ear = Ear()
    assert ear.feed(poll[:3], 0) == []
    assert ear.feed(poll[3:], 5) == [Heard(b"\x33", True)]
    assert ear.feed(poll[:3], 100) == []
    assert ear.feed(poll[3:], 106) == []
    assert ear.feed(poll, 200) == [Heard(b"\x33", True)]


def test_frames_for_other_addresses_are_passed_over() -> None:
    assert Ear().feed(frame(b"\x33", 1) + frame(b"\x33", 3), 0) == [Heard(b"\x33", True)]


def test_noise_before_a_frame_does_not_hide_it() -> None:
    assert Ear().feed(b"\xff\x00\x02\x03\x01" + frame(b"\x31"), 0) == [Heard(b"\x31", True)]


def test_the_table_of_the_sheet() -> None:
    assert table_bytes(CNY, 24).hex(" ").upper().startswith("01 43 48 4E 00 05 43 48 4E 00 01 43 48 4E 01")
    assert len(table_bytes(CNY, 24)) == 120
    assert len(table_bytes(CNY, 48)) == 240


def test_a_value_that_a_table_row_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="50 fen"):
        BillKind(50).row()


def test_series_have_types_of_their_own() -> None:
    kinds = [BillKind(10_000, 1999), BillKind(10_000, 2015), None, BillKind(5_000)]
    assert type_of(Note("a", 10_000, series=2015), kinds) == 1
    assert type_of(Note("b", 10_000, series=2019), kinds) is None
    assert type_of(Note("c", 5_000, series=2019), kinds) == 3


def test_a_payload_too_long_for_one_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="251 bytes"):
        frame(bytes(251))
