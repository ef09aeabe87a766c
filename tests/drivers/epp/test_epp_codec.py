from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.epp.codec import (
    CLOSE,
    FETCH,
    HEX_MODE,
    INFORMATION,
    LEAST_INFORMATION,
    PLAIN,
    RATES,
    STATUS,
    Damaged,
    Decoder,
    Fetched,
    Frame,
    Press,
    Use,
    encode,
    entry_settings,
    fetch_command,
    load_command,
    parse_fetched,
    parse_hex,
    parse_information,
    parse_nibbles,
    rate_command,
    start_command,
    succeeded,
)
from drivers.epp.macs import fold
from kiosk.ports.pin_pad import Pan, PinBlock, WrappedKey
from tests.drivers.epp.epp_script import TPK, Paper, framed, golden, wrapped

Item = Frame | Press | Damaged


def bare(items: list[Item]) -> list[tuple[object, ...]]:
    """With what their texts do not show."""
    return [
        (item.code, item.data) if isinstance(item, Frame) else (type(item), getattr(item, "byte", 0)) for item in items
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("information", INFORMATION),
        ("status", STATUS),
        ("hex-mode", HEX_MODE),
        ("close-input", CLOSE),
        ("open-plain", PLAIN),
        ("limit-30-s", entry_settings(4, 6, 30)[0]),
        ("shortest-4", entry_settings(4, 6, 30)[2]),
        ("longest-6", entry_settings(4, 6, 30)[3]),
        ("load-tpk", load_command(0x20, 0x30, Use.PIN, wrapped(TPK).reveal())),
        ("start-pin", start_command(0x30, 0, 6, Pan("6225880012345678").account())),
        ("fetch-a", FETCH),
        ("fetch-b", fetch_command(0x30, 0, "588001234567")),
    ],
)
def test_commands_are_byte_for_byte_those_of_the_sheet(name: str, content: bytes) -> None:
    assert encode(content).hex(" ") == golden()[name].hex(" ")


@pytest.mark.parametrize(
    ("name", "code", "data"),
    [
        ("loaded-tpk", 0x60, b"27F14DD3"),
        ("fetched", 0x60, b"0006BB1A6FE9B5A130FE"),
        ("timed-out", 0xEE, b""),
        ("no-tmk", 0xE2, b""),
        ("destroyed", 0xDD, b""),
        ("taken-off", 0xFF, b""),
    ],
)
def test_replies_of_the_sheet_are_read(name: str, code: int, data: bytes) -> None:
    assert bare([*Decoder().feed(golden()[name])]) == [(code, data)]


def test_the_line_rates_are_those_of_the_control_table() -> None:
    assert (rate_command(RATES[0]), rate_command(9_600), rate_command(RATES[-1])) == (b"5648", b"564B", b"564F")


@pytest.mark.parametrize(("code", "good"), [(0x5F, False), (0x60, True), (0x9F, True), (0xA0, False), (0xA3, True)])
def test_success_is_a_range_and_one_more(code: int, good: bool) -> None:
    assert succeeded(code) is good


def test_keys_lie_between_the_frames() -> None:
    wire = b"*" + golden()["fetched"] + b"*\x0d" + golden()["timed-out"] + b"\x80"
    found = [
        item.byte if isinstance(item, Press) else item.code
        for item in Decoder().feed(wire)
        if not isinstance(item, Damaged)
    ]
    assert found == [0x2A, 0x60, 0x2A, 0x0D, 0xEE, 0x80]


PIECES = st.one_of(
    st.sampled_from(sorted(golden().values())),
    st.binary(max_size=8),
    st.sampled_from([b"*", b"\x02", b"\x02" + b"999", b"\x0d", b"\x02000"]),
)


@given(pieces=st.lists(PIECES, max_size=12), cuts=st.lists(st.integers(0, 400), max_size=12))
def test_cutting_the_stream_anywhere_changes_nothing(pieces: list[bytes], cuts: list[int]) -> None:
    wire = b"".join(pieces)
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder()
    heard = [item for a, b in pairwise(edges) for item in decoder.feed(wire[a:b])]
    assert bare(heard) == bare(Decoder().feed(wire))


@given(
    name=st.sampled_from(sorted(golden())),
    place=st.integers(1, 60),
    byte=st.integers(0, 255),
    after=st.sampled_from(sorted(golden())),
)
def test_one_altered_byte_makes_no_reply_and_no_key(name: str, place: int, byte: int, after: str) -> None:
    raw = bytearray(golden()[name])
    place = place % (len(raw) - 1) + 1
    if raw[place] == byte:
        return
    raw[place] = byte
    decoder = Decoder()
    found = [*decoder.feed(bytes(raw)), *decoder.flush()]
    assert all(isinstance(item, Damaged) for item in found), found
    assert isinstance(decoder.feed(golden()[after])[-1], Frame)


@given(st.binary(max_size=1_200))
def test_noise_is_never_raised_and_never_kept_after_a_silence(noise: bytes) -> None:
    decoder = Decoder()
    decoder.feed(noise)
    decoder.flush()
    assert not decoder.waiting
    assert bare([*decoder.feed(b"*")]) == [(Press, 0x2A)]


@given(data=st.binary(min_size=1, max_size=998).filter(lambda data: 2 not in data), code=st.integers(3, 255))
def test_every_reply_with_a_right_check_is_read(data: bytes, code: int) -> None:
    assert bare([*Decoder().feed(framed(code, data))]) == [(code, data)]


@given(data=st.binary(max_size=24))
def test_both_ways_to_write_bytes_are_read(data: bytes) -> None:
    text = data.hex().upper().encode()
    assert parse_hex(text) == data
    assert parse_nibbles(text.translate(bytes.maketrans(b"ABCDEF", b":;<=>?"))) == data


@pytest.mark.parametrize("data", [b"0", b"GG", b":;", b"\xff\xff"])
def test_what_is_no_hex_is_nothing(data: bytes) -> None:
    assert parse_hex(data) is None


@given(st.binary(max_size=200))
def test_an_information_is_believed_only_in_its_form(data: bytes) -> None:
    found = parse_information(data)
    assert found is None or len(found.settings) == 10


def test_who_it_is_stands_in_its_places() -> None:
    found = parse_information(Paper(serial=b"1322" + b"00471142").told())
    assert found is not None
    assert (found.text, found.model, found.hardware, found.software) == ("paper pad", "ZT598", "2.1", "3.4")
    assert (found.tail, found.blank, found.input_open) == ("132200471142", False, False)
    assert parse_information(Paper().told()[: LEAST_INFORMATION - 1]) is None


@pytest.mark.parametrize(
    ("data", "digits"),
    [
        (b"0000", 0),
        (b"0000" + b"F" * 16, 0),
        (b"0006BB1A6FE9B5A130FE", 6),
        (b"0006BB1A6FE9B5A130F", None),
        (b"0006BB1A6FE9B5A130FE00", None),
        (b"00x6BB1A6FE9B5A130FE", None),
        (b"0006", None),
        (b"", None),
        (b"0006;;1A6FE9B5A130FE", None),
    ],
)
def test_a_fetched_block_has_one_form(data: bytes, digits: int | None) -> None:
    found = parse_fetched(data, 8)
    assert (found.digits if found else None) == digits


def test_the_fold_of_the_sheet() -> None:
    assert fold(b"0200303803000EC28011196225880012345678") == b"39303C3F3544770A"


# -- what must not show


def test_secrets_show_nothing_of_themselves() -> None:
    block = PinBlock(0, bytes.fromhex("BB1A6FE9B5A130FE"))
    key = WrappedKey(wrapped(TPK).reveal(), b"\x27\xf1\x4d")
    pan = Pan("6225880012345678")
    reply = Decoder().feed(golden()["fetched"])
    for text in (f"{block!r}{block}{block!s:>3}", f"{key!r}{key}", repr(reply), repr(Fetched(6, block.reveal()))):
        assert "BB1A" not in text.upper()
        assert "4706" not in text
    assert (repr(pan), f"{pan}") == ("Pan(622588******5678)",) * 2
    assert pan.reveal()[6:12] not in repr([pan, {pan: pan}])


@pytest.mark.parametrize(
    "digits", ["", "123", "6225880012345678901234", "62258800123456x8", "６２２５８８００１２３４５６７８"]
)
def test_what_is_no_card_number_is_refused_without_being_said(digits: str) -> None:
    with pytest.raises(ValueError, match="13 to 19 digits") as raised:
        Pan(digits)
    assert not digits or digits not in str(raised.value)


@pytest.mark.parametrize(("format", "size"), [(0, 16), (4, 8), (1, 8), (3, 7)])
def test_a_block_of_another_size_is_none(format: int, size: int) -> None:
    with pytest.raises(ValueError, match="no PIN block"):
        PinBlock(format, bytes(size))


@pytest.mark.parametrize(("key", "check"), [(7, 4), (16, 2), (16, 9), (0, 4)])
def test_a_key_that_cannot_be_compared_is_none(key: int, check: int) -> None:
    with pytest.raises(ValueError, match="check value"):
        WrappedKey(bytes(key), bytes(check))
