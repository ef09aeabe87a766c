from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.dispensing.exchange import Response
from drivers.dispensing.state import CassetteState
from drivers.lcdm.codec50 import (
    DIALECT_50,
    SENSORS,
    Moved50,
    Result50,
    dispense_request,
    parse_result,
    parse_state,
    parse_version,
    trial_command,
)
from drivers.lcdm.frames import Control, Damaged, Decoder, PerNote
from tests.drivers.lcdm.lcdm50_script import BOTH, STATUS, VERSION, Rows, outcome_data, response, state
from tests.drivers.lcdm.lcdm_script import golden

ROWS = {(name, direction): raw for name, direction, raw in golden() if name.startswith("d50-")}
HOST = {name: raw for (name, direction), raw in ROWS.items() if direction == "host"}
DEVICE = {name: raw for (name, direction), raw in ROWS.items() if direction == "dev"}


def one(raw: bytes) -> Response:
    (item,) = Decoder(DIALECT_50).feed(raw)
    assert isinstance(item, Response)
    return item


@pytest.mark.parametrize("name", sorted(HOST))
def test_every_golden_command_is_encoded_byte_for_byte(name: str) -> None:
    raw = HOST[name]
    assert DIALECT_50.encode(raw[3], raw[4:-2]) == raw


@pytest.mark.parametrize(
    ("name", "counts"),
    [("d50-dispense-10", {1: 10}), ("d50-lower-5", {2: 5}), ("d50-upper-3-lower-2", {1: 3, 2: 2})],
)
def test_golden_orders_are_what_we_would_send(name: str, counts: dict[int, int]) -> None:
    assert DIALECT_50.encode(*dispense_request(counts)) == HOST[name]


def test_golden_tests_are_what_we_would_send() -> None:
    assert DIALECT_50.encode(trial_command(1)) == HOST["d50-test-upper"]
    assert DIALECT_50.encode(trial_command(2)) == HOST["d50-test-lower"]


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("d50-purge", Result50(0x30, ())),
        ("d50-purge-jam", Result50(0x33, ())),
        ("d50-dispense-10", Result50(0x30, (Moved50(1, 10, 10, 0),))),
        ("d50-dispense-3", Result50(0x30, (Moved50(1, 4, 3, 1),))),
        ("d50-dispense-empty", Result50(0x38, (Moved50(1, 1, 1, 0),))),
        ("d50-upper-3-lower-2", Result50(0x30, (Moved50(1, 3, 3, 0), Moved50(2, 2, 2, 0)))),
    ],
)
def test_golden_outcomes_are_understood(name: str, result: Result50) -> None:
    assert parse_result(one(DEVICE[name])) == result


@pytest.mark.parametrize("model", ["lcdm1000", "lcdm2000"])
def test_golden_state_of_a_machine_in_which_nothing_is_missing(model: str) -> None:
    found = parse_state(one(DEVICE["d50-status"]), SENSORS[model])
    assert found is not None
    assert (found.path_blocked, found.exit_blocked, found.tray_out, found.broken) == (False, False, False, False)
    assert all(row.present and not row.near_end for row in found.cassettes)
    assert len(found.cassettes) == {"lcdm1000": 1, "lcdm2000": 2}[model]


@pytest.mark.parametrize(
    ("model", "levels", "path", "at_exit", "tray_out", "cassettes"),
    [
        ("lcdm2000", (0x81, 0x80), True, False, False, "present present"),
        ("lcdm2000", (0xA0, 0x80), True, True, False, "present present"),
        ("lcdm2000", (0x80, 0x88), True, False, False, "present present"),
        ("lcdm2000", (0x80, 0x90), True, False, False, "present present"),
        ("lcdm2000", (0x80, 0xC0), False, False, True, "present present"),
        ("lcdm2000", (0x80, 0x82), False, False, False, "out present"),
        ("lcdm2000", (0x80, 0x84), False, False, False, "present out"),
        ("lcdm2000", (0xC0, 0xA0), False, False, False, "low low"),
        ("lcdm2000", (0x80, 0x81), False, False, False, "present present"),  # the solenoid
        ("lcdm1000", (0x80, 0x81), False, False, True, "present"),
        ("lcdm1000", (0xC0, 0x82), False, False, False, "out"),
        ("lcdm1000", (0xC0, 0x84), False, False, False, "low"),
    ],
)
def test_sensor_bits_by_model(
    model: str, levels: tuple[int, int], path: bool, at_exit: bool, tray_out: bool, cassettes: str
) -> None:
    found = parse_state(Response(STATUS, state(*levels)), SENSORS[model])
    assert found is not None
    assert (found.path_blocked, found.exit_blocked, found.tray_out) == (path, at_exit, tray_out)
    for row, word in zip(found.cassettes, cassettes.split(), strict=True):
        assert row.present is (word != "out")
        assert row.near_end is (word == "low") or not row.present


def test_cassettes_are_numbered_from_the_top() -> None:
    found = parse_state(Response(STATUS, state(0x80, 0x84)), SENSORS["lcdm2000"])
    assert found is not None
    assert found.cassettes == (CassetteState(1, False, True), CassetteState(2, False, False))


@pytest.mark.parametrize(("text", "length"), [(b"O16T8A2F", 14), (b"T20T", 10), (b"O30T", 10)])
def test_a_version_is_as_long_as_it_is(text: bytes, length: int) -> None:
    raw = response(VERSION, text)
    assert len(raw) == length
    assert parse_version(one(raw)) == text.decode()


@pytest.mark.parametrize("counts", [{}, {1: 0}, {3: 1}, {1: 61}, {1: -1, 2: 1}])
def test_what_cannot_be_asked_is_refused(counts: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot ask"):
        dispense_request(counts)


def test_nothing_is_made_of_other_answers_or_of_numbers_that_are_none() -> None:
    assert parse_result(Response(STATUS, state())) is None
    assert parse_result(Response(0x45, b"1x103030")) is None
    assert parse_state(Response(0x45, b""), SENSORS["lcdm2000"]) is None
    assert parse_version(Response(STATUS, state())) == ""


def test_a_frame_of_the_other_dialect_is_nobody() -> None:
    assert Decoder(DIALECT_50).feed(bytes.fromhex("01 30 02 5D 20 31 32 33 34 03 49"))[0] == Damaged(b"\x01")


def test_single_notes_told_between_ack_and_response_are_told_apart() -> None:
    done = DEVICE["d50-dispense-10"]
    items = Decoder(DIALECT_50).feed(b"\x06\x01\x8d\x31\x01\x9c\x33" + done)
    assert items == [Control(6), PerNote(b"\x01\x8d\x31"), PerNote(b"\x01\x9c\x33"), Response(done[3], done[4:-2])]


@given(wire=st.binary(max_size=120), cuts=st.lists(st.integers(0, 120), max_size=10))
def test_cutting_the_stream_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder(DIALECT_50)
    heard = [item for a, b in pairwise(edges) for item in decoder.feed(wire[a:b])]
    assert heard == Decoder(DIALECT_50).feed(wire)


NUMBERS = st.integers(0, 99)
CASSETTE_ROW = st.tuples(NUMBERS, NUMBERS, NUMBERS)


@given(upper=CASSETTE_ROW, lower=CASSETTE_ROW, error=st.integers(0x30, 0x50), cuts=st.lists(st.integers(0, 21)))
def test_every_outcome_survives_the_wire(
    upper: tuple[int, int, int], lower: tuple[int, int, int], error: int, cuts: list[int]
) -> None:
    rows: Rows = {1: upper, 2: lower}
    raw = response(BOTH, outcome_data(BOTH, error, rows))
    edges, decoder = [0, *sorted(cuts), len(raw)], Decoder(DIALECT_50)
    (item,) = [item for a, b in pairwise(edges) for item in decoder.feed(raw[a:b])]
    assert isinstance(item, Response)
    assert parse_result(item) == Result50(error, (Moved50(1, *upper), Moved50(2, *lower)))
