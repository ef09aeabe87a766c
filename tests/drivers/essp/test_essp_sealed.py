"""Keys and encrypted packets: the worked example of the sheet, and what may not be believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.essp.codec import Decoder, Packet, crc16
from drivers.essp.sealed import GENERATOR, MODULUS, Exchange, Session, number
from tests.drivers.essp.essp_script import golden

G, M, R = 982_451_653, 1_287_821, 0x1234
KEY = bytes.fromhex("67 45 23 01 67 45 23 01 2C BA 12 00 00 00 00 00")
EXAMPLE = [row for row in golden() if row[0] == "encryption"]
PLAIN = [row[2] for row in golden() if row[0] == "inside"]


def data_of(raw: bytes) -> bytes:
    (packet,) = Decoder().feed(raw)
    assert isinstance(packet, Packet)
    return packet.data


def chosen(size: int) -> bytes:
    return (R - 2).to_bytes(size, "little")


def session() -> Session:
    return Session(KEY, bytes)


def test_the_exchange_of_the_sheet() -> None:
    exchange = Exchange(chosen, G, M)
    assert exchange.value == 701_909
    sent = [data_of(row[2]) for row in EXAMPLE if row[1] == "host"]
    assert [number(exchange.generator), number(exchange.modulus), number(exchange.value)] == [
        data[1:] for data in sent[1:4]
    ]
    answer = data_of(EXAMPLE[7][2])
    agreed = exchange.agreed(answer[1:])
    assert agreed is not None
    assert session().open(data_of(EXAMPLE[9][2])) == b"\xf0"
    assert agreed.open(data_of(EXAMPLE[9][2])) == b"\xf0"


def test_the_packets_of_the_sheet_are_sealed_and_opened() -> None:
    ours = session()
    sent, heard = EXAMPLE[8::2], EXAMPLE[9::2]
    told = []
    for row, answer in zip(sent, heard, strict=True):
        assert ours.seal(b"\x07") == data_of(row[2])
        told.append(ours.open(data_of(answer[2])))
    assert told == [b"\xf0", b"\xf0\xef\x04"]
    assert ours.count == 2


@pytest.mark.parametrize("plain", PLAIN, ids=range(len(PLAIN)))
def test_the_inner_check_sum_covers_everything_before_it(plain: bytes) -> None:
    assert crc16(plain[:-2]) == plain[-2:]


def test_the_same_packet_twice_keeps_its_count_and_an_answer_moves_it() -> None:
    ours = session()
    assert ours.seal(b"\x07") == ours.seal(b"\x07")
    assert ours.open(data_of(EXAMPLE[9][2])) is not None
    assert ours.open(data_of(EXAMPLE[9][2])) is None  # heard already


@given(answer=st.binary(max_size=9))
def test_nobody_calculates_a_value_outside_of_the_modulus(answer: bytes) -> None:
    value = int.from_bytes(answer, "little")
    agreed = Exchange(chosen, G, M).agreed(answer)
    assert (agreed is not None) == (len(answer) == 8 and 1 <= value < M)


@pytest.mark.parametrize(("generator", "modulus"), [(M, G), (5, 3), (1 << 64, M)])
def test_numbers_in_the_wrong_order_are_the_callers_bug(generator: int, modulus: int) -> None:
    with pytest.raises(ValueError, match="modulus"):
        Exchange(chosen, generator, modulus)


def test_the_usual_numbers_are_primes_and_their_products_fit_into_64_bits() -> None:
    for prime in (GENERATOR, MODULUS, (MODULUS - 1) // 2):
        assert all(pow(base, prime - 1, prime) == 1 for base in (2, 3, 5, 7, 11, 13))
    assert MODULUS < GENERATOR < 1 << 32


@given(payload=st.binary(max_size=200), count=st.integers(0, (1 << 32) - 1), pad=st.randoms(use_true_random=False))
def test_what_is_sealed_opens_to_itself_at_the_next_count(payload: bytes, count: int, pad: object) -> None:
    sender, reader = Session(KEY, lambda size: b"\xa5" * size), session()
    sender.count, reader.count = count, (count - 1) % (1 << 32)
    sealed = sender.seal(payload)
    assert len(sealed) % 16 == 1
    assert reader.open(sealed) == payload
    assert reader.open(sealed) is None


@given(payload=st.binary(max_size=40), bit=st.integers(0, 8 * 48 - 1))
def test_a_turned_bit_above_the_check_sum_opens_to_nothing(payload: bytes, bit: int) -> None:
    sender, reader = session(), session()
    sender.count = 1
    sealed = bytearray(sender.seal(payload))
    at = 8 + bit % (8 * (len(sealed) - 1))
    sealed[at // 8] ^= 1 << at % 8
    assert reader.open(bytes(sealed)) is None


@given(data=st.binary(max_size=64))
def test_no_bytes_break_the_lock(data: bytes) -> None:
    assert session().open(b"\x7e" + data) is None
