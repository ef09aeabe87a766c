from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.dispensing.outcome import Moved
from drivers.f53.codec import (
    DIGITS,
    Command,
    bill_count,
    initialise,
    notes_at_exit,
    parse_counts,
    parse_error,
    request_data,
    response_of,
    two_digits,
)
from drivers.f53.frames import Damaged, Decoder, Item, Message, Sign, crc, encode
from tests.drivers.f53.f53_script import ABNORMAL, count_answer, framed, golden, short_answer


def test_the_check_sum_is_that_of_the_sheet() -> None:
    assert crc(b"123456789") == 0x2189


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("status", request_data(Command.STATUS)),
        ("initialise-5-10-20", request_data(Command.INITIALISE, initialise({1: 500, 2: 1_000, 3: 2_000}))),
        ("initialise-5-10-20-50", request_data(2, initialise({1: 500, 2: 1_000, 3: 2_000, 4: 5_000}))),
        ("count-3-2-1-0", request_data(Command.BILL_COUNT, bill_count({1: 3, 2: 2, 3: 1}))),
        ("count-3-12-1-0", request_data(3, bill_count({1: 3, 2: 12, 3: 1, 4: 0}))),
    ],
)
def test_commands_are_byte_for_byte_those_of_the_sheet(name: str, data: bytes) -> None:
    assert encode(data).hex(" ") == golden()[name].hex(" ")


def test_every_frame_of_the_sheet_is_read() -> None:
    for frame in golden().values():
        (message,) = Decoder().feed(frame)
        assert isinstance(message, Message)
        assert encode(message.data) == frame


def test_digits_have_even_parity() -> None:
    assert all(bin(digit).count("1") % 2 == 0 for digit in DIGITS)
    assert two_digits(12) == b"\xb1\xb2"


def test_counts_are_read_after_an_abnormal_end_too() -> None:
    response = response_of(count_answer({1: (3, 1), 2: (12, 0)}, ABNORMAL, (0x72, 0x01)))
    assert response is not None
    assert str(parse_error(response)) == "7201"
    assert parse_counts(response) == (Moved(1, 3, 1), Moved(2, 12, 0), Moved(3, 0, 0), Moved(4, 0, 0))


def test_a_digit_with_wrong_parity_is_none() -> None:
    data = bytearray(count_answer({1: (3, 0)}))
    data[0x28] ^= 0x80
    response = response_of(bytes(data))
    assert response is not None
    assert parse_counts(response) is None


def test_the_exit_is_one_bit_of_the_status() -> None:
    for at_exit in (True, False):
        response = response_of(short_answer(1, at_exit=at_exit))
        assert response is not None
        assert notes_at_exit(response) is at_exit


@pytest.mark.parametrize("data", [b"", b"\xe0", b"\xe0\x09\x34\x1c", short_answer(1)[:-1], count_answer({})[:60]])
def test_what_is_no_known_answer_says_nothing(data: bytes) -> None:
    assert response_of(data) is None


@pytest.mark.parametrize("counts", [{5: 1}, {1: -1}, {1: 21}, {1: 11, 2: 10}])
def test_what_cannot_be_asked_is_refused(counts: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot ask"):
        bill_count(counts)


@pytest.mark.parametrize("values", [{1: 700}, {5: 500}])
def test_a_note_without_a_size_is_refused(values: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="no cassette"):
        initialise(values)


ITEMS = st.lists(
    st.one_of(st.sampled_from(list(Sign)), st.binary(min_size=1, max_size=60).map(Message)), min_size=1, max_size=6
)


def raw(item: Item) -> bytes:
    return item.raw if isinstance(item, Sign) else encode(item.data) if isinstance(item, Message) else b""


@given(ITEMS, st.lists(st.integers(1, 200), max_size=8))
def test_items_come_whole_however_the_stream_is_cut(items: list[Item], cuts: list[int]) -> None:
    stream, decoder, found = b"".join(map(raw, items)), Decoder(), []
    for size in [*cuts, len(stream)]:
        found += decoder.feed(stream[:size])
        stream = stream[size:]
    assert found == items
    assert not decoder.waiting


@given(st.binary(max_size=300))
def test_noise_never_becomes_a_message(noise: bytes) -> None:
    decoder = Decoder()
    items = decoder.feed(noise) + decoder.flush()
    for item in items:
        if isinstance(item, Message):
            assert framed(item.data) in noise
    assert not decoder.waiting


@given(st.binary(min_size=1, max_size=80), st.data())
def test_one_wrong_bit_behind_the_length_damages_the_message(data: bytes, pick: st.DataObject) -> None:
    frame = bytearray(encode(data))
    frame[pick.draw(st.integers(4, len(frame) - 1))] ^= 1 << pick.draw(st.integers(0, 7))
    assert Decoder().feed(bytes(frame)) == [Damaged(bytes(frame))]
