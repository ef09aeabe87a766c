from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.megatec.battery import charge_pct
from drivers.megatec.codec import (
    STATUS,
    Decoder,
    Status,
    off_command,
    parse_info,
    parse_rating_mv,
    parse_status,
)
from tests.drivers.megatec.megatec_script import golden, status


def test_the_golden_status_is_understood() -> None:
    assert parse_status(golden()["status"]) == Status(
        226_000, 14, 49_000, 27_500, False, False, False, False, True, False, False, False
    )
    assert status("00001000") == golden()["status"]


def test_golden_commands_are_what_we_would_send() -> None:
    assert golden()["ask-status"] == STATUS + b"\r"
    assert off_command(30)[0] + b"\r" == golden()["off-and-return"]


def test_the_golden_rating_is_understood() -> None:
    assert parse_rating_mv(golden()["rating"]) == 24_000


@pytest.mark.parametrize("bit", range(8))
def test_each_bit_is_one_word(bit: int) -> None:
    names = ("utility_failed", "low", "bypass", "failed", "standby", "testing", "shutdown", "beeper")
    found = parse_status(status("0" * bit + "1" + "0" * (7 - bit)))
    assert found is not None
    assert [name for name in names if getattr(found, name)] == [names[bit]]


def test_a_battery_told_by_the_cell() -> None:
    found = parse_status(status("00000000", "2.27"))
    assert found is not None
    assert found.battery_mv == 2_270


GOOD = status()


@pytest.mark.parametrize(
    "line",
    [
        GOOD[:-2] + b"\r",
        GOOD[1:],
        b"#" + GOOD[1:],
        GOOD.replace(b".", b","),
        GOOD.replace(b"00001001", b"0000100x"),
        GOOD.replace(b"00001001", b"00002001"),
        GOOD.replace(b"27.5", b"2.75").replace(b" 014", b" 14"),
        GOOD.replace(b"226.0 195.0", b"226.0  95.0"),
        GOOD + b"\r",
        b"\r",
        b"Q1\r",
    ],
)
def test_what_is_not_the_whole_frame_is_nothing(line: bytes) -> None:
    assert parse_status(line) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"#Example        UPS 600   1.02      \r", ("Example", "UPS 600", "1.02")),
        (b"#Example         UPS 600    1.02      \r", ("Example", "UPS 600", "1.02")),
        (b"#Example\r", None),
        (b"I\r", None),
    ],
)
def test_who_it_is_with_blanks_between_and_without(line: bytes, words: tuple[str, str, str] | None) -> None:
    assert parse_info(line) == words


@pytest.mark.parametrize(
    ("asked_s", "command", "real_s"),
    [
        (0, b"S.2R0003", 12),
        (12, b"S.2R0003", 12),
        (13, b"S.3R0003", 18),
        (30, b"S.5R0003", 30),
        (54, b"S.9R0003", 54),
        (55, b"S01R0003", 60),
        (60, b"S01R0003", 60),
        (61, b"S02R0003", 120),
        (9_999, b"S10R0003", 600),
    ],
)
def test_the_delay_is_never_shorter_than_asked_but_for_the_longest(asked_s: int, command: bytes, real_s: int) -> None:
    assert off_command(asked_s) == (command, real_s)


@pytest.mark.parametrize(
    ("battery_mv", "rated_mv", "charge"),
    [
        (27_500, 24_000, 100),
        (25_800, 24_000, 100),
        (23_400, 24_000, 50),
        (21_000, 24_000, 0),
        (19_000, 24_000, 0),
        (1_950, None, 50),
        (2_270, None, 100),
        (27_500, None, -1),
        (2_270, 24_000, -1),
        (27_500, 0, -1),
    ],
)
def test_charge_by_voltage(battery_mv: int, rated_mv: int | None, charge: int) -> None:
    assert charge_pct(battery_mv, rated_mv) == charge


@given(wire=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=12))
def test_cutting_the_stream_anywhere_changes_nothing(wire: bytes, cuts: list[int]) -> None:
    edges, decoder = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)], Decoder()
    heard = [line for a, b in pairwise(edges) for line in decoder.feed(wire[a:b])]
    assert heard == Decoder().feed(wire)


@given(noise=st.binary(max_size=300).filter(lambda data: b"\r" not in data))
def test_a_line_that_never_ends_takes_no_room_and_the_next_one_is_heard(noise: bytes) -> None:
    decoder = Decoder()
    assert decoder.feed(noise) == []
    decoder.feed(b"\r")
    assert decoder.feed(golden()["status"]) == [golden()["status"]]


@given(line=st.binary(max_size=60))
def test_nothing_makes_the_parsers_raise(line: bytes) -> None:
    parse_status(line)
    parse_info(line)
    parse_rating_mv(line)
