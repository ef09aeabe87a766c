from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.zvt import codec
from drivers.zvt.codec import Apdu, BadApdu, Info, encode, parse_info, split
from drivers.zvt.frames import BareDecoder, SerialDecoder, Signal, framed
from tests.simulator.devices.cash_golden import read

GOLDEN = {name: lines[0][1] for name, lines in read("zvt.txt").items()}
PAN = "6225880012345678"


@pytest.mark.parametrize(
    ("name", "apdu"),
    [
        ("register", codec.registration(0, 978, 0x82, 1)),
        ("pay-3800", codec.payment(3_800)),
        ("pay-1000", codec.payment(1_000)),
        ("pay-3300-goods", codec.payment(3_300, repeats=10)),
        ("acknowledge", Apdu(codec.ACK)),
    ],
)
def test_commands_are_byte_for_byte_those_of_the_sheet(name: str, apdu: Apdu) -> None:
    assert encode(apdu).hex(" ") == GOLDEN[name].hex(" ")
    if f"{name}-serial" in GOLDEN:
        assert framed(apdu).hex(" ") == GOLDEN[f"{name}-serial"].hex(" ")


@pytest.mark.parametrize("name", ["register", "pay-1000", "acknowledge", "completion"])
def test_frames_of_the_sheet_are_read(name: str) -> None:
    bare, serial = BareDecoder().feed(GOLDEN[name]), SerialDecoder().feed(GOLDEN[f"{name}-serial"])
    assert bare == serial
    assert [encode(apdu) for apdu in bare if isinstance(apdu, Apdu)] == [GOLDEN[name]]


def test_commands_that_have_no_example_are_as_the_table_says() -> None:
    assert encode(codec.reversal(123_456, 42)) == bytes.fromhex("0630 06 123456 87 0042")
    assert encode(codec.with_password(codec.CLOSE, 123_456)) == bytes.fromhex("0650 03 123456")
    assert encode(codec.with_password(codec.ENQUIRE, 0, 1)) == bytes.fromhex("0501 05 000000 0301")
    assert encode(codec.part_issued(1_900)) == bytes.fromhex("849D 07 04 000000001900")
    assert encode(codec.payment(3_800, 156, 200)) == bytes.fromhex("0601 0C 04 000000003800 49 0156 02 C8")


RESULT = bytes.fromhex(
    "2700 04000000003800 0B000017 0C143501 0D1122 0E2812 22F0F8622588EEEEEE5678 2900001234 870042 8A05 06021F00"
)


def test_a_result_is_read_field_by_field() -> None:
    assert parse_info(RESULT) == Info(0, 3_800, 42, 17, None, "00001234", "622588******5678")
    assert parse_info(GOLDEN["result-good"][3:]).good


def test_a_number_of_a_card_is_masked_whatever_the_terminal_sends() -> None:
    told = parse_info(b"\x27\x00\x22\xf0\xf8" + bytes.fromhex(PAN))
    assert told.masked == "622588******5678"
    assert PAN not in repr(told)
    assert parse_info(b"\x22\xf1\xf0" + bytes.fromhex("622588001234567890" + "1f")).masked == "622588*********8901"
    assert parse_info(b"\x22\xf0\xf2" + bytes.fromhex("1234")).masked == "****"
    assert parse_info(b"\x22\xf0\xf4" + bytes.fromhex("12345678")).masked == "****5678"
    assert PAN not in repr(Apdu(codec.RESULT, bytes.fromhex(PAN)))


def test_an_unknown_field_ends_the_reading_and_what_stood_before_it_counts() -> None:
    assert parse_info(bytes.fromhex("2700 870042 EE 04000000009999")) == Info(0, None, 42)


@pytest.mark.parametrize(
    "data",
    ["27", "2700 0400", "040000000038A0", "22F0", "22F0A0", "0682", "0681", "068105AA", "2700 2701", "870042 870043"],
)
def test_fields_that_are_cut_off_or_contradict_each_other_are_refused(data: str) -> None:
    with pytest.raises(BadApdu):
        parse_info(bytes.fromhex(data))


@pytest.mark.parametrize("bad", [-1, 10**12])
def test_an_amount_that_does_not_fit_is_refused(bad: int) -> None:
    with pytest.raises(BadApdu):
        codec.payment(bad)


APDUS = st.builds(
    Apdu,
    st.sampled_from((0x0400, 0x0600, 0x8400)).map(lambda each: each | 0x9C) | st.just(codec.RESULT),
    st.binary(max_size=300) | st.just(bytes([0x10] * 600)),
)


@given(APDUS)
def test_what_is_sent_is_what_is_read(apdu: Apdu) -> None:
    assert split(encode(apdu)) == (apdu, len(encode(apdu)))
    assert BareDecoder().feed(encode(apdu) * 2) == [apdu, apdu]
    assert SerialDecoder().feed(b"\x06" + framed(apdu) * 2) == [apdu, apdu]


@given(
    wire=st.lists(st.binary(max_size=40) | APDUS.map(framed), max_size=5),
    cuts=st.lists(st.integers(0, 900), max_size=8),
)
def test_cutting_the_stream_anywhere_changes_nothing(wire: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(wire)
    for make in (SerialDecoder, BareDecoder):
        decoder, edges = make(), [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
        heard = [each for a, b in pairwise(edges) for each in decoder.feed(whole[a:b])]
        assert heard == make().feed(whole)


@given(APDUS, st.data())
def test_a_frame_with_a_wrong_byte_is_never_read_as_another_message(apdu: Apdu, data: st.DataObject) -> None:
    good = framed(apdu)
    at, flip = data.draw(st.integers(0, len(good) - 1)), data.draw(st.integers(1, 255))
    bad = good[:at] + bytes([good[at] ^ flip]) + good[at + 1 :]
    heard = [each for each in SerialDecoder().feed(bad + framed(apdu)) if isinstance(each, Apdu)]
    assert all(each == apdu for each in heard)


@given(st.binary(max_size=80))
def test_any_bytes_are_fields_or_are_refused(data: bytes) -> None:
    try:
        told = parse_info(data)
    except BadApdu:
        return
    assert told.amount_fen is None or 0 <= told.amount_fen < 10**12


def test_a_damaged_frame_is_told_and_so_is_the_wish_for_another() -> None:
    good = GOLDEN["completion-serial"]
    decoder = SerialDecoder()
    assert decoder.feed(b"\x15" + good[:-1] + b"\x00") == [Signal.AGAIN, Signal.DAMAGED]
    assert decoder.feed(good) == [Apdu(codec.DONE)]
