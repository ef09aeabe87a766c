"""eSSP packets below the twin: golden packets of the sheet, stuffing, check sums, and what is no packet."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.essp.codes import ENCRYPTED
from simulator.devices.essp.keys import Session, draws, is_prime
from simulator.devices.essp.wire import GAP_MS, Ear, crc16, packet
from tests.simulator.devices import essp_host
from tests.simulator.devices.cash_golden import read

GOLDEN = read("essp.txt")
LINES = [line for lines in GOLDEN.values() for line in lines]
PACKETS = [line for line in LINES if line[0] in ("host", "dev")]
SUMS = [line for line in LINES if line[0] == "crc"]
POLL = GOLDEN["poll-1"][0][1]
KEY = bytes.fromhex("6745230167452301 2CBA120000000000")


@pytest.mark.parametrize("line", SUMS, ids=[line[2] for line in SUMS])
def test_check_sums_of_the_sheet(line: tuple[str, bytes, str]) -> None:
    assert crc16(line[1][:-2]).to_bytes(2, "little") == line[1][-2:]
    assert essp_host.crc(line[1][:-2]) == line[1][-2:]


@pytest.mark.parametrize("line", PACKETS, ids=[line[1].hex() for line in PACKETS])
def test_every_packet_of_the_sheet_is_heard_and_written_the_same(line: tuple[str, bytes, str]) -> None:
    heard = Ear().feed(line[1], 0)
    assert len(heard) == 1
    assert packet(heard[0].seq_adr, heard[0].data) == line[1]
    assert (heard[0].address, heard[0].bit) == (0, line[1][1])


def test_encrypted_packets_of_the_sheet_hold_what_the_sheet_says() -> None:
    wires = [line[1] for line in GOLDEN["encryption"]][8:]
    for wire, (_, plain, _) in zip(wires, GOLDEN["inside"], strict=True):
        sealed = Ear().feed(wire, 0)[0].data
        session = Session(KEY, lambda choices: 0)
        count, payload = int.from_bytes(plain[1:5], "little"), plain[5 : 5 + plain[0]]
        assert session.seal(payload, count) == sealed
        session.count = count
        assert session.open(sealed[1:]) == payload
        session.count = count + 1
        assert session.open(sealed[1:]) is None, "a wrong count"


@pytest.mark.parametrize("place", range(1, 17))
def test_an_encrypted_packet_with_one_wrong_bit_cannot_be_opened(place: int) -> None:
    sealed = bytearray(Session(KEY, draws("x")).seal(b"\x07", 0))
    assert sealed[0] == ENCRYPTED
    sealed[place] ^= 1
    assert Session(KEY, draws("x")).open(bytes(sealed[1:])) is None


@given(sealed=st.binary(max_size=64))
def test_what_was_not_sealed_is_not_opened(sealed: bytes) -> None:
    assert Session(KEY, draws("x")).open(sealed) is None


@given(payload=st.binary(min_size=1, max_size=200), count=st.integers(0, 2**32 - 1), seed=st.text(max_size=5))
def test_what_is_sealed_is_opened_once(payload: bytes, count: int, seed: str) -> None:
    session = Session(KEY, draws(seed))
    sealed = session.seal(payload, count)
    assert len(sealed) % 16 == 1
    assert essp_host.opened(KEY, sealed) == (count, payload)
    session.count = count
    assert session.open(sealed[1:]) == payload


def test_primes_are_told_from_others() -> None:
    small = [number for number in range(100) if is_prime(number)]
    assert small == [number for number in range(2, 100) if all(number % other for other in range(2, number))]
    assert is_prime(982451653)
    assert is_prime(2**64 - 59)
    assert not any(is_prime(number) for number in (561, 3_215_031_751, 3_825_123_056_546_413_051, 2**64 - 1))


@pytest.mark.parametrize("place", range(1, len(POLL)))
def test_a_packet_with_one_wrong_bit_is_no_packet(place: int) -> None:
    for bit in range(8):
        spoilt = bytearray(POLL)
        spoilt[place] ^= 1 << bit
        assert Ear().feed(bytes(spoilt), 0) == []


def test_a_packet_begins_wherever_a_single_7f_stands() -> None:
    ear = Ear()
    assert [heard.data for heard in ear.feed(POLL[:4] + POLL, 0)] == [b"\x07"]
    assert ear.damaged == 1
    assert [heard.data for heard in ear.feed(b"\x00\x7f\x7f\x01" + POLL, 0)] == [b"\x07"]


def test_a_packet_without_data_is_no_packet() -> None:
    empty = bytes([0x80, 0])
    ear = Ear()
    assert ear.feed(b"\x7f" + empty + essp_host.crc(empty), 0) == []
    assert ear.damaged == 1
    with pytest.raises(ValueError, match="0 bytes"):
        packet(0, b"")
    with pytest.raises(ValueError, match="256 bytes"):
        packet(0, bytes(256))


def test_half_a_packet_is_forgotten_after_a_silence() -> None:
    ear = Ear()
    assert ear.feed(POLL[:-1] + b"\x7f", 1_000) == []
    assert ear.feed(POLL, 1_000 + GAP_MS + 1) != []


@given(data=st.binary(min_size=1, max_size=255), seq_adr=st.sampled_from([0x00, 0x80, 0x10, 0x90]))
def test_whatever_is_said_is_heard(data: bytes, seq_adr: int) -> None:
    wire = packet(seq_adr, data)
    assert wire == essp_host.packet(seq_adr, data)
    assert b"\x7f" not in wire[1:].replace(b"\x7f\x7f", b"")
    assert [(one.seq_adr, one.data) for one in Ear().feed(wire, 0)] == [(seq_adr, data)]


@given(wire=st.binary(max_size=120), cuts=st.lists(st.integers(0, 120), max_size=10))
def test_cutting_the_stream_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    edges, ear = [0, *sorted(cuts), len(wire)], Ear()
    heard = [one for a, b in pairwise(edges) for one in ear.feed(wire[a:b], 0)]
    assert heard == Ear().feed(wire, 0)


@given(before=st.binary(max_size=40), after=st.binary(max_size=40))
def test_a_packet_after_noise_and_a_silence_is_always_heard(before: bytes, after: bytes) -> None:
    ear = Ear()
    ear.feed(before, 0)
    assert ear.feed(POLL + after, GAP_MS + 1)[0].data == b"\x07"
