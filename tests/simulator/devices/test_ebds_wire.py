"""EBDS frames below the twin: golden frames of the sheet, and what is no frame."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.devices.ebds.wire import GAP_MS, Ear, frame
from tests.simulator.devices.cash_golden import read

GOLDEN = read("ebds.txt")
FRAMES = [line for lines in GOLDEN.values() for line in lines]
POLL = GOLDEN["poll-all-plain-0"][0][1]


@pytest.mark.parametrize("line", FRAMES, ids=[line[1].hex() for line in FRAMES])
def test_every_frame_of_the_sheet_is_heard_and_written_the_same(line: tuple[str, bytes, str]) -> None:
    heard = Ear().feed(line[1], 0)
    assert len(heard) == 1
    assert heard[0].ctl == line[1][2]
    assert frame(heard[0].ctl, heard[0].data) == line[1]


def test_the_control_byte_falls_into_its_parts() -> None:
    heard = Ear().feed(GOLDEN["stack-extended-1"][0][1], 0)[0]
    assert (heard.kind, heard.device, heard.toggle) == (0x10, 0, 1)


@pytest.mark.parametrize("place", range(1, len(POLL)))
def test_a_frame_with_one_wrong_bit_is_no_frame(place: int) -> None:
    for bit in range(8):
        spoilt = bytearray(POLL)
        spoilt[place] ^= 1 << bit
        assert Ear().feed(bytes(spoilt), 0) == []


def test_bytes_of_eight_bits_are_parity_errors() -> None:
    spoilt = bytearray(POLL)
    spoilt[3] |= 0x80
    spoilt[-1] |= 0x80  # the sum is right again
    ear = Ear()
    assert ear.feed(bytes(spoilt), 0) == []
    assert ear.damaged == 1


def test_half_a_frame_is_forgotten_after_a_silence() -> None:
    ear = Ear()
    assert ear.feed(POLL[:4], 1_000) == []
    assert ear.feed(POLL, 1_000 + GAP_MS + 1) != []


def test_what_does_not_fit_seven_bits_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="seven"):
        frame(0x20, b"\x80")
    with pytest.raises(ValueError, match="seven"):
        frame(0x20, bytes(0x7B))


@given(wire=st.binary(max_size=120), cuts=st.lists(st.integers(0, 120), max_size=10))
def test_cutting_the_stream_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    edges, ear = [0, *sorted(cuts), len(wire)], Ear()
    heard = [one for a, b in pairwise(edges) for one in ear.feed(wire[a:b], 0)]
    assert heard == Ear().feed(wire, 0)


@given(before=st.binary(max_size=40), after=st.binary(max_size=40))
def test_a_frame_after_noise_and_a_silence_is_always_heard(before: bytes, after: bytes) -> None:
    ear = Ear()
    ear.feed(before, 0)
    assert ear.feed(POLL + after, GAP_MS + 1)[0].data == POLL[3:-2]
