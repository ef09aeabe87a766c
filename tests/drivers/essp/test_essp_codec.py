from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.essp.codec import (
    Damaged,
    Decoder,
    Packet,
    crc16,
    inhibits,
    parse_counters,
    parse_setup,
    parse_text,
)
from drivers.essp.events import LENGTHS, Event, parse_events
from tests.drivers.essp.essp_script import VALUES, golden, setup_data

PACKETS = [row for row in golden() if row[1] in ("host", "dev")]
packets = st.builds(Packet, st.integers(0, 1), st.binary(max_size=255), st.integers(0, 126))
stuffed = st.builds(Packet, st.integers(0, 1), st.lists(st.sampled_from([0x7F, 0x7E, 0xF0, 0]), max_size=60).map(bytes))


def cut(wire: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    return [wire[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize("row", PACKETS, ids=lambda row: f"{row[0]}-{row[3]}")
def test_every_golden_packet_decodes_to_one_packet_and_encodes_to_itself(row: tuple[str, str, bytes, str]) -> None:
    (packet,) = Decoder().feed(row[2])
    assert isinstance(packet, Packet)
    assert packet.address == 0
    assert packet.encode() == row[2]


@pytest.mark.parametrize("row", [row for row in golden() if row[1] == "crc"], ids=lambda row: row[0])
def test_check_sums_in_sending_order(row: tuple[str, str, bytes, str]) -> None:
    assert crc16(row[2][:-2]) == row[2][-2:]


def test_the_example_of_stuffing_counts_the_doubled_byte_once() -> None:
    (packet,) = Decoder().feed(bytes.fromhex("7F 80 02 F0 7F 7F 3E 21"))
    assert packet == Packet(1, b"\xf0\x7f")


def test_a_single_start_byte_ends_what_was_not_complete() -> None:
    whole = Packet(0, b"\xf0\xef\x03").encode()
    assert Decoder().feed(whole[:4] + whole) == [Damaged(bytes.fromhex("0003F0")), Packet(0, b"\xf0\xef\x03")]


def test_inhibit_bits_accept_and_channel_1_is_bit_0_of_the_first_byte() -> None:
    assert inhibits(range(1, 17)) == b"\xff\xff"
    assert inhibits([1, 3]) == b"\x05\x00"
    assert inhibits([9]) == b"\x00\x01"
    assert inhibits([]) == b"\x00\x00"


def test_setup_tells_channels_countries_and_values_in_fen() -> None:
    setup = parse_setup(setup_data())
    assert setup is not None
    assert (setup.unit_type, setup.firmware, setup.country, setup.protocol) == (0, "0333", "CNY", 6)
    assert setup.notes == {channel: ("CNY", fen) for channel, fen in VALUES.items()}


def test_a_value_too_large_for_its_byte_is_in_the_four_bytes_alone() -> None:
    data = setup_data((0, 5), real=100)
    at = len(data) - 8
    setup = parse_setup(data[:at] + (500).to_bytes(4, "little") + data[at + 4 :])
    assert setup is not None
    assert setup.notes == {1: ("CNY", 50_000), 2: ("CNY", 500)}


def test_a_channel_whose_two_values_differ_is_no_money() -> None:
    data = bytearray(setup_data())
    data[12 + 4] += 1  # channel 5
    setup = parse_setup(bytes(data))
    assert setup is not None
    assert set(setup.notes) == {1, 2, 3, 4, 6}


def test_an_older_protocol_knows_only_the_byte_and_the_multiplier() -> None:
    setup = parse_setup(setup_data((1, 5), protocol=5, multiplier=2))
    assert setup is not None
    assert setup.notes == {1: ("CNY", 200), 2: ("CNY", 1_000)}


@given(cut_at=st.integers(0, 80))
def test_a_setup_that_stops_early_is_none(cut_at: int) -> None:
    data = setup_data()
    assert parse_setup(data[: min(cut_at, len(data) - 1)]) is None


@given(data=st.binary(max_size=90))
def test_no_bytes_break_the_answers(data: bytes) -> None:
    setup = parse_setup(data)
    assert setup is None or all(1 <= channel <= 16 and fen > 0 for channel, (_, fen) in setup.notes.items())
    assert all(0 <= count < 1 << 32 for count in parse_counters(data))
    assert parse_text(data).isprintable()


def test_counters_are_four_bytes_each_behind_their_number() -> None:
    assert parse_counters(bytes.fromhex("02 01000000 00010000")) == (1, 256)
    assert parse_counters(bytes.fromhex("02 01000000")) == ()
    assert parse_counters(b"") == ()


# -- events


def test_events_follow_one_another_each_with_its_own_length() -> None:
    told = bytes.fromhex("F1 E2 03 EF 00 CC EE 03 EB E8 D2 01 E8030000434E59 ED")
    codes = [(event.code, event.channel) for event in parse_events(told)]
    assert codes == [(0xF1, 0), (0xE2, 3), (0xEF, 0), (0xCC, 0), (0xEE, 3), (0xEB, 0), (0xE8, 0), (0xD2, 0), (0xED, 0)]


def test_behind_an_unknown_event_nothing_can_be_told_apart() -> None:
    assert parse_events(bytes.fromhex("CC B7 EE 03")) == [Event(0xCC), Event(0xB7, known=False)]


@pytest.mark.parametrize("told", ["EF", "EE", "DA", "DA01E803", "DC0100"])
def test_an_event_that_is_cut_off_is_not_known(told: str) -> None:
    (event,) = parse_events(bytes.fromhex(told))
    assert not event.known


def test_a_pay_out_unit_tells_an_amount_of_a_fraud() -> None:
    assert parse_events(bytes.fromhex("E6 02 EB")) == [Event(0xE6, 2), Event(0xEB)]
    assert parse_events(bytes.fromhex("E6 01 E8030000434E59 EB"), 0x06) == [Event(0xE6), Event(0xEB)]


@given(data=st.binary(max_size=60))
def test_no_bytes_break_the_events_and_only_the_last_is_unknown(data: bytes) -> None:
    events = parse_events(data)
    assert all(event.known for event in events[:-1])
    assert all(event.code in LENGTHS for event in events if event.known)
    assert bool(events) == bool(data)


# -- the decoder


@given(wire=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=12))
def test_cutting_noise_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    decoder = Decoder()
    assert [item for part in cut(wire, cuts) for item in decoder.feed(part)] == Decoder().feed(wire)


@given(sent=st.lists(packets | stuffed, max_size=6), cuts=st.lists(st.integers(0, 2_000), max_size=12))
def test_cutting_packets_anywhere_loses_none(sent: list[Packet], cuts: list[int]) -> None:
    decoder = Decoder()
    wire = b"".join(packet.encode() for packet in sent)
    assert [item for part in cut(wire, cuts) for item in decoder.feed(part)] == sent


@given(packet=packets | stuffed, kept=st.integers(0, 600), next_one=packets)
def test_a_packet_that_stops_in_the_middle_costs_itself_alone(packet: Packet, kept: int, next_one: Packet) -> None:
    raw = packet.encode()
    kept %= len(raw)
    kept -= (kept - len(raw[:kept].rstrip(b"\x7f"))) % 2  # half of a doubled byte swallows the start behind it
    heard = Decoder().feed(raw[:kept] + next_one.encode())
    assert heard[-1] == next_one
    assert packet not in heard[:-1]


@given(packet=packets, flips=st.sets(st.integers(0, 2_100), min_size=1, max_size=2))
def test_one_or_two_turned_bits_never_make_a_packet_of_the_same_length(packet: Packet, flips: set[int]) -> None:
    raw = bytearray(packet.encode())
    for bit in {flip % (len(raw) * 8) for flip in flips}:
        raw[bit // 8] ^= 1 << bit % 8
    heard = [item for item in Decoder().feed(bytes(raw)) if isinstance(item, Packet)]
    assert all(len(item.data) != len(packet.data) for item in heard)


@given(noise=st.binary(max_size=60).filter(lambda noise: b"\x7f" not in noise), packet=packets)
def test_noise_without_a_start_before_a_packet_is_dropped(noise: bytes, packet: Packet) -> None:
    assert Decoder().feed(noise + packet.encode()) == [packet]
