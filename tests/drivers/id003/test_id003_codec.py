from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.accepting.framing import Damaged
from drivers.id003.codec import (
    Decoder,
    Denomination,
    Frame,
    State,
    Status,
    crc16,
    mask,
    parse_status,
    parse_table,
    parse_text,
)
from tests.drivers.id003.id003_script import TABLE, VALUES, golden

frames = st.builds(Frame, st.integers(0, 255), st.binary(max_size=250))


@pytest.mark.parametrize("row", golden(), ids=lambda row: row[0])
def test_every_golden_frame_decodes_to_one_frame_and_encodes_to_itself(row: tuple[str, str, bytes, str]) -> None:
    raw = row[2]
    assert Decoder().feed(raw) == [Frame(raw[2], raw[3:-2])]
    assert Frame(raw[2], raw[3:-2]).encode() == raw


def test_every_status_of_the_sheet_is_read() -> None:
    read = {status.code for _, way, raw, _ in golden() if way == "dev" and (status := _status(raw))}
    said_nowhere = {State.COMMUNICATION_ERROR}  # named in section 6 without a frame
    assert read == set(map(int, State)) - said_nowhere
    assert parse_status(Frame(0x4A)) == Status(0x4A)


def _status(raw: bytes) -> Status | None:
    (frame,) = Decoder().feed(raw)
    assert isinstance(frame, Frame)
    return parse_status(frame)


def test_check_value_of_the_crc() -> None:
    assert crc16(b"123456789") == 0x2189


def test_mask_bits_refuse_and_61_is_bit_0_of_the_first_byte() -> None:
    assert mask([0x62, 0x63, 0x64, 0x65, 0x66]) == bytes.fromhex("C1FF")
    assert mask(range(0x61, 0x71)) == bytes.fromhex("0000")
    assert mask([0x69]) == bytes.fromhex("FFFE")
    assert mask([]) == bytes.fromhex("FFFF")


def test_currency_table_of_the_exchange_and_of_the_capture() -> None:
    assert parse_table(TABLE) == {code: Denomination(value, 0x2D) for code, value in VALUES.items()}
    capture = next(raw for name, _, raw, _ in golden() if name == "capture-currency-euro")
    euro = {0x62: 500, 0x63: 1_000, 0x64: 2_000, 0x65: 5_000, 0x66: 10_000, 0x67: 20_000, 0x68: 50_000}
    assert parse_table(capture[3:-2]) == {code: Denomination(value, 0xE0) for code, value in euro.items()}


def test_senseless_rows_and_a_rest_that_is_no_row_are_left_out() -> None:
    assert parse_table(bytes.fromhex("602D0100 712D0100 612D01FF 622D0000 632D0101 0507")) == {
        0x63: Denomination(1_000, 0x2D)
    }


@pytest.mark.parametrize("given", ["50", "05", "8A61", "C00000", "1500", "13", "4000", "177171"])
def test_what_is_no_status_is_none(given: str) -> None:
    data = bytes.fromhex(given)
    assert parse_status(Frame(data[0], data[1:])) is None


def test_a_barcode_ticket_has_no_denomination() -> None:
    status = parse_status(Frame(0x13, b"\x6f1234567890"))
    assert status is not None
    assert (status.detail, status.code) == (0, State.ESCROW)
    assert Status(0x49, b"\xab").raw == "49/AB"


def test_texts_are_ascii_or_nothing() -> None:
    assert parse_text(b"U(CHN)-61 \0") == "U(CHN)-61"
    assert parse_text(b"U\xff") == ""


def test_a_false_start_does_not_hide_the_frame_behind_it_once_flushed() -> None:
    decoder = Decoder()
    assert decoder.feed(bytes.fromhex("FC 60") + Frame(0x15).encode()) == []
    assert decoder.waiting
    assert Frame(0x15) in decoder.flush()
    assert not decoder.waiting


@given(wire=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=12))
def test_cutting_noise_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder()
    heard = [frame for a, b in pairwise(edges) for frame in decoder.feed(wire[a:b])]
    assert heard == Decoder().feed(wire)


@given(sent=st.lists(frames, max_size=6), cuts=st.lists(st.integers(0, 2_000), max_size=12))
def test_cutting_frames_anywhere_loses_none(sent: list[Frame], cuts: list[int]) -> None:
    wire = b"".join(frame.encode() for frame in sent)
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder()
    assert [frame for a, b in pairwise(edges) for frame in decoder.feed(wire[a:b])] == sent


@given(frame=frames, flips=st.sets(st.integers(0, 2_039), min_size=1, max_size=2))
def test_one_or_two_turned_bits_never_make_a_frame_of_the_same_length(frame: Frame, flips: set[int]) -> None:
    raw = bytearray(frame.encode())
    turned = {flip % (len(raw) * 8) for flip in flips}
    for bit in turned:
        raw[bit // 8] ^= 1 << bit % 8
    heard = [item for item in Decoder().feed(bytes(raw)) if isinstance(item, Frame)]
    assert all(len(item.data) != len(frame.data) for item in heard)


@given(frame=frames, kept=st.integers(0, 254))
def test_a_frame_that_stops_in_the_middle_is_none(frame: Frame, kept: int) -> None:
    raw, decoder = frame.encode(), Decoder()
    heard = decoder.feed(raw[: kept % len(raw)]) + decoder.flush()
    assert frame not in heard


@given(frame=frames, at=st.integers(0, 254))
def test_a_doubled_byte_never_makes_that_frame_another_one(frame: Frame, at: int) -> None:
    raw, decoder = frame.encode(), Decoder()
    at %= len(raw)
    heard = decoder.feed(raw[: at + 1] + raw[at:]) + decoder.flush()
    assert all(item == frame for item in heard if isinstance(item, Frame) and len(item.data) >= len(frame.data))


@given(noise=st.binary(max_size=60).filter(lambda noise: b"\xfc" not in noise), frame=frames)
def test_noise_without_a_sync_before_a_frame_is_dropped(noise: bytes, frame: Frame) -> None:
    found = Decoder().feed(noise + frame.encode())
    assert not isinstance(found[0], Damaged)
    assert found == [frame]
