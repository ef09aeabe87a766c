from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.nut.codec import LONGEST, Answer, Decoder, Status, parse_status, quoted, words
from tests.drivers.nut.nut_script import VALUES, listed


def test_what_stands_in_quotes_is_one_word() -> None:
    assert words(r'VAR tvmups ups.alarm "a \"b\" \\ c" OK') == ["VAR", "tvmups", "ups.alarm", 'a "b" \\ c', "OK"]
    assert words('VAR u name ""') == ["VAR", "u", "name", ""]


@given(st.text(alphabet=st.characters(exclude_characters="\n\r", exclude_categories=["C", "Z"]) | st.just(" ")))
def test_any_text_comes_through_its_quotes(text: str) -> None:
    assert words(f"PASSWORD {quoted(text)}") == ["PASSWORD", text]


def test_answers_come_whole_however_the_bytes_come() -> None:
    stream = (listed(VALUES) + 'OK\nERR ACCESS-DENIED\nVAR tvmups ups.status "OB LB"\nOK TRACKING 1-2\n').encode()
    wanted = [
        Answer("", VALUES),
        Answer("", {}),
        Answer("ACCESS-DENIED", {}),
        Answer("", {"ups.status": "OB LB"}),
        Answer("", {}),
    ]
    for step in (1, 7, len(stream)):
        decoder, heard = Decoder(), []
        for at in range(0, len(stream), step):
            heard += decoder.feed(stream[at : at + step])
        assert heard == wanted


def test_a_list_that_breaks_off_with_an_error_is_that_error() -> None:
    assert Decoder().feed(b'BEGIN LIST VAR u\nVAR u a "1"\nERR DATA-STALE\n') == [Answer("DATA-STALE", {})]


def test_what_never_ends_is_dropped_and_the_next_line_is_heard() -> None:
    decoder = Decoder()
    assert decoder.feed(b"x" * (LONGEST + 1)) == []
    assert decoder.feed(b"\nOK\n") == [Answer("", {})]


@given(st.binary(max_size=400))
def test_no_bytes_break_it_and_none_invents_a_battery(noise: bytes) -> None:
    decoder = Decoder()
    for answer in [*decoder.feed(noise), *decoder.feed(b"\n" + listed(VALUES).encode())]:
        status = parse_status(answer.values)
        assert status is None or not status.battery or b"OB" in noise or b"FSD" in noise


@pytest.mark.parametrize(
    ("told", "battery", "low", "failed"),
    [
        ("OL", False, False, False),
        ("OL CHRG", False, False, False),
        ("OB DISCHRG", True, False, False),
        ("OB LB", True, True, False),
        ("OL LB", False, True, False),
        ("OB CAL", False, False, False),
        ("OB CAL LB", True, True, False),
        ("FSD OL", True, True, False),
        ("OL RB", False, False, True),
        ("OL OVER", False, False, True),
        ("OL BYPASS TRIM", False, False, False),
    ],
)
def test_the_status_is_read_by_its_words(told: str, battery: bool, low: bool, failed: bool) -> None:
    assert parse_status({"ups.status": told}) == Status(battery, low, failed, -1, -1, -1, -1)


@pytest.mark.parametrize("values", [{}, {"ups.status": ""}, {"ups.status": "OFF"}, {"ups.status": "WAIT"}])
def test_without_a_word_of_the_power_there_is_no_status(values: dict[str, str]) -> None:
    assert parse_status(values) is None


def test_numbers_are_numbers_or_not_there() -> None:
    values = {
        "ups.status": "OL",
        "battery.charge": "108.5",
        "battery.runtime": "-5",
        "input.voltage": "231,4",
        "input.frequency": "49.9",
    }
    assert parse_status(values) == Status(False, False, False, 100, -1, -1, 49_900)
    assert parse_status({"ups.status": "OL", "battery.charge": "nan", "battery.runtime": "inf"}) == Status(
        False, False, False, -1, -1, -1, -1
    )
