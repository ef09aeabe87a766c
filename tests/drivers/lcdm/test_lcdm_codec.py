from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.dispensing.exchange import Response
from drivers.dispensing.state import CassetteState
from drivers.lcdm.codec import (
    DIALECT_30,
    Moved,
    Result,
    dispense_data,
    parse_result,
    parse_serial,
    parse_state,
)
from drivers.lcdm.frames import Control, Damaged, Decoder
from tests.drivers.lcdm.lcdm_script import golden, moved, response, state

ROWS_30 = [row for row in golden() if not row[0].startswith("d50-")]


@pytest.mark.parametrize("row", [r for r in ROWS_30 if r[1] == "host" and len(r[2]) > 1], ids=lambda row: row[0])
def test_every_golden_command_is_encoded_byte_for_byte(row: tuple[str, str, bytes]) -> None:
    raw = row[2]
    assert DIALECT_30.encode(raw[3], raw[4:-2]) == raw


@pytest.mark.parametrize("row", [r for r in ROWS_30 if r[1] == "dev" and len(r[2]) > 1], ids=lambda row: row[0])
def test_every_golden_response_is_one_response(row: tuple[str, str, bytes]) -> None:
    raw = row[2]
    known = raw[3] != 0x5D  # GET DISPENSE ORDER is not spoken
    assert Decoder(DIALECT_30).feed(raw) == ([Response(raw[3], raw[4:-2])] if known else [Damaged(raw[:4])])


def test_golden_dispense_is_what_we_would_send_and_understand() -> None:
    host, _, dev = [row[2] for row in ROWS_30 if row[0] == "dispense-3-2-1-0"][:3]
    assert DIALECT_30.encode(0x52, dispense_data({1: 3, 2: 2, 3: 1})) == host
    (answer,) = Decoder(DIALECT_30).feed(dev)
    assert isinstance(answer, Response)
    assert parse_result(answer) == Result(0x52, 0, (Moved(1, 3, 0), Moved(2, 2, 1), Moved(3, 1, 0), Moved(4, 0, 0)))


def test_golden_last_status_after_a_jam_equals_the_jam() -> None:
    (jam,) = [row[2] for row in ROWS_30 if row[0] == "jam-after-2"]
    last = [row[2] for row in ROWS_30 if row[0] == "last-status-after-jam"][2]
    (one,), (other,) = Decoder(DIALECT_30).feed(jam), Decoder(DIALECT_30).feed(last)
    assert isinstance(one, Response)
    assert isinstance(other, Response)
    assert parse_result(one) == parse_result(other)
    assert parse_result(one) == Result(0x52, 3, (Moved(1, 2, 0), Moved(2, 0, 0), Moved(3, 0, 0), Moved(4, 0, 0)))


@pytest.mark.parametrize("counts", [{5: 1}, {0: 1}, {1: 95}, {1: -1}])
def test_what_cannot_be_asked_is_refused(counts: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot ask"):
        dispense_data(counts)


def test_state_with_and_without_the_offset_on_its_bits() -> None:
    offset = parse_state(Response(0x50, state(sensors=0x14, low=(2,), out=(4,))))
    plain = parse_state(Response(0x50, b"\x20\x14" + state(low=(2,), out=(4,))[2:]))
    assert offset == plain
    assert offset is not None
    assert (offset.path_blocked, offset.tray_out) == (True, True)
    assert offset.cassettes[1] == CassetteState(2, True, True)
    assert offset.cassettes[3] == CassetteState(4, False, False)


def test_nothing_is_made_of_other_answers() -> None:
    assert parse_result(Response(0x55, b"\x20\x20\x30" + moved({}))) is None
    assert parse_result(Response(0x50, state())) is None
    assert parse_state(Response(0x55, b"")) is None
    assert parse_serial(Response(0x67, b"\x50\x20")) is None  # bad command
    assert parse_serial(Response(0x67, b"\x20\x27")) == 7


def test_a_missing_cassette_is_no_difference_between_two_results() -> None:
    assert Moved(1, 2, 0, True) == Moved(1, 2, 0, False)


def test_no_control_byte_is_found_inside_a_damaged_frame() -> None:
    raw = bytearray(response(0x52, b"\x20\x30" + moved({1: (3, 0)}) + b"\x20" * 9))
    raw[8] = 0x15
    assert [type(item) for item in Decoder(DIALECT_30).feed(bytes(raw))] == [Damaged]
    tail = bytes(raw[10:-1]) + b"\x15"  # the beginning was lost and the check byte looks like a NAK
    assert Decoder(DIALECT_30).feed(tail) == []


def test_idle_bytes_mean_nothing_and_a_cut_frame_is_flushed() -> None:
    decoder = Decoder(DIALECT_30)
    assert decoder.feed(b"\xff\xff\x06") == [Control(6)]
    assert decoder.feed(response(0x50, state())[:9]) == []
    assert decoder.waiting
    assert [type(item) for item in decoder.flush()] == [Damaged]
    assert decoder.feed(b"\x04") == [Control(4)]


@given(wire=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=12))
def test_cutting_the_stream_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder(DIALECT_30)
    heard = [item for a, b in pairwise(edges) for item in decoder.feed(wire[a:b])]
    assert heard == Decoder(DIALECT_30).feed(wire)


@given(
    exits=st.lists(st.integers(0, 90), min_size=4, max_size=4),
    rejects=st.lists(st.integers(0, 90), min_size=4, max_size=4),
    error=st.integers(0, 0x43),
    cuts=st.lists(st.integers(0, 29), max_size=4),
)
def test_every_result_survives_the_wire(exits: list[int], rejects: list[int], error: int, cuts: list[int]) -> None:
    counts = {n + 1: (exits[n], rejects[n]) for n in range(4)}
    wire = response(0x52, bytes([0x20 + error, 0x30]) + moved(counts) + b"\x20" * 9)
    edges, decoder = [0, *sorted(cuts), len(wire)], Decoder(DIALECT_30)
    (answer,) = [item for a, b in pairwise(edges) for item in decoder.feed(wire[a:b])]
    assert isinstance(answer, Response)
    assert parse_result(answer) == Result(0x52, error, tuple(Moved(n, *counts[n]) for n in range(1, 5)))
