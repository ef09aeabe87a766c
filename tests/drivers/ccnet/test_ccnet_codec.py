from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.accepting.framing import Damaged
from drivers.ccnet.codec import (
    BILL_TO_BILL,
    VALIDATOR,
    Bill,
    Decoder,
    Frame,
    Status,
    crc16,
    enable_data,
    mask,
    parse_bill_table,
    parse_counter,
    parse_identity,
    parse_status,
)
from tests.drivers.ccnet.ccnet_script import TABLE, golden

GOOD = [row for row in golden() if "damaged" not in row[3]]
frames = st.builds(Frame, st.sampled_from([BILL_TO_BILL, VALIDATOR]), st.binary(min_size=1, max_size=250))


@pytest.mark.parametrize("row", GOOD, ids=lambda row: row[0])
def test_every_golden_frame_decodes_to_one_frame_and_encodes_to_itself(row: tuple[str, str, bytes, str]) -> None:
    raw = row[2]
    assert Decoder().feed(raw) == [Frame(raw[1], raw[3:-2])]
    assert Frame(raw[1], raw[3:-2]).encode() == raw


def test_the_damaged_golden_frame_is_damaged() -> None:
    (raw,) = [raw for _, _, raw, note in golden() if "damaged" in note]
    assert Damaged(raw) in Decoder().feed(raw)


def test_check_value_of_the_crc() -> None:
    assert (crc16(b"123456789"), crc16(b""), crc16(b"A")) == (0x2189, 0, 0x538D)


def test_masks_have_the_highest_types_in_the_first_byte() -> None:
    assert mask([0, 1, 2, 3, 4, 5]) == bytes.fromhex("00003F")
    assert mask([23, 8]) == bytes.fromhex("800100")
    assert enable_data(range(13)) == bytes.fromhex("001FFF 001FFF")
    assert enable_data([]) == bytes(6)


def test_bill_table_of_the_sheet() -> None:
    table = parse_bill_table(TABLE)
    assert table == {n: Bill(value, "CHN") for n, value in enumerate([100, 500, 1_000, 2_000, 5_000, 10_000])}


def test_bill_table_with_decimals_and_senseless_rows() -> None:
    rows = b"\x05CNY\x81" + b"\x05CNY\x7f" + b"\x05\x00\x01\x02\x00" + b"\x01CNY\x83" + bytes(100)
    assert parse_bill_table(rows) == {0: Bill(50, "CNY")}  # 0.5 yuan; a thousandth of a yuan is no money


def test_answers_of_the_wrong_length_are_nothing() -> None:
    assert parse_bill_table(TABLE[:-1]) is None
    assert parse_identity(b"x" * 33) is None
    assert parse_identity(b"\x80" * 34) is None
    assert parse_counter(b"\x01") is None
    assert parse_status(b"") is None
    assert parse_status(bytes(4)) is None


def test_identity_and_counter() -> None:
    identity = parse_identity(b"SM-CN1308      21K000000042" + bytes(7))
    assert identity is not None
    assert (identity.part, identity.serial, identity.asset) == ("SM-CN1308", "21K000000042", "00" * 7)
    assert parse_counter(b"\x01\x02") == 258


def test_status_of_three_bytes_as_a_bill_to_bill_unit_sends_it() -> None:
    status = parse_status(bytes.fromhex("81 05 01"))
    assert status == Status(0x81, b"\x05\x01")
    assert (status.detail, status.raw) == (5, "81/05/01")


def test_a_false_start_does_not_hide_the_frame_behind_it_once_flushed() -> None:
    decoder = Decoder()
    assert decoder.feed(bytes.fromhex("02 03 50") + Frame(3, b"\x14").encode()) == []
    assert decoder.waiting
    assert Frame(3, b"\x14") in decoder.flush()
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


@given(noise=st.binary(max_size=60).filter(lambda noise: b"\x02" not in noise), frame=frames)
def test_noise_without_a_sync_before_a_frame_is_dropped(noise: bytes, frame: Frame) -> None:
    assert Decoder().feed(noise + frame.encode()) == [frame]
