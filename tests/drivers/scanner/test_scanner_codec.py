from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner.codec import STYLES, Collector, code_of, menu, product_of
from kiosk.ports.code_scanner import LONGEST, SHAPES, ScannedCode, Shape, shape_of

GOLDEN = Path(__file__).parents[2] / "golden" / "scanner-host.txt"
ROWS = {
    row.split("|")[0].strip(): bytes.fromhex(row.split("|")[2])
    for row in GOLDEN.read_text(encoding="utf-8").splitlines()
    if row[:1] not in "#"
}


def test_golden_commands_are_what_we_send() -> None:
    style, letters = STYLES["scanner"], STYLES["scanner_letters"]
    assert (style.on, style.off) == (ROWS["on"], ROWS["off"])
    assert ROWS["suffix"] in [question.ask for question in style.set_up]
    assert (letters.on, letters.off, letters.check.ask) == (
        ROWS["letters-on"],
        ROWS["letters-off"],
        ROWS["letters-check"],
    )


@pytest.mark.parametrize(("name", "outcome"), [("done", b"\x06"), ("range", b"\x15"), ("word", b"\x05")])
def test_golden_answers_are_understood(name: str, outcome: bytes) -> None:
    found = menu("SUFBK2990D").answer.search(b"noise\r" + ROWS[f"suffix-{name}"])
    assert found is not None
    assert found[1] == outcome


def test_an_answer_that_is_not_whole_is_none_yet() -> None:
    whole = ROWS["suffix-done"]
    assert not any(menu("SUFBK2990D").answer.search(whole[:cut]) for cut in range(len(whole)))


def test_letters_status_is_understood() -> None:
    found = STYLES["scanner_letters"].check.answer.search(ROWS["letters-lit"])
    assert found is not None
    assert found[1] == b"S1"


def test_who_it_is() -> None:
    told = b"Product Name: EX-1\r\nSoftware Revision: 2.01\r\nSerial Number: 0042\r\n"
    assert product_of(told) == ("EX-1", "2.01", "0042")
    assert product_of(b"TVM-SC1 1.00") == ("TVM-SC1 1.00", "", "")


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("100000000000000000", "wechat"),
        ("159999999999999999", "wechat"),
        ("160000000000000000", "other"),
        ("10000000000000000", "other"),
        ("1000000000000000000", "other"),
        ("2512345678901234", "alipay"),
        ("301234567890123456789012", "alipay"),
        ("3012345678901234567890123", "other"),
        ("251234567890123", "other"),
        ("2412345678901234", "other"),
        ("3112345678901234", "other"),
        ("6212345678901234567", "unionpay"),
        ("621234567890123456", "other"),
        ("TVM1:8001234567.7-ab3F", "pickup"),
        ("TVM1:", "other"),
        ("TVM1:1 2", "other"),
        ("tvm1:1", "other"),
        ("１34567890123456789", "other"),
        (" 134567890123456789", "other"),
        ("134567890123456789\n", "other"),
        ("http://example.com/", "other"),
        ("", "other"),
    ],
)
def test_shapes(text: str, shape: Shape) -> None:
    assert shape_of(text) == shape


@given(st.from_regex(r"(1[0-5]|2[5-9]|30|62)[0-9]{14,22}", fullmatch=True) | st.text(max_size=40))
def test_a_text_fits_one_shape_at_most(text: str) -> None:
    assert sum(bool(pattern.fullmatch(text)) for _, pattern in SHAPES) <= 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"x" * (LONGEST + 1), "too_long"),
        ("票".encode() * (LONGEST + 1), "too_long"),
        (b"a\rb", "garbled"),
        (b"a\x00b", "garbled"),
        (b"", "garbled"),
        (b"\xb9\xfa", "garbled"),
        ("\u202eabc".encode(), "garbled"),
    ],
)
def test_what_is_no_code_of_ours_has_a_reason(content: bytes, why: str) -> None:
    assert code_of(content) == why


def test_the_longest_code_is_one() -> None:
    assert code_of("票".encode() * LONGEST) == ScannedCode("票" * LONGEST)


def test_a_code_does_not_show_its_text() -> None:
    code = ScannedCode("134567890123456789")
    assert repr(code) == "ScannedCode(wechat, 18 characters, ****)"


@given(content=st.binary(max_size=3_000), cuts=st.lists(st.integers(0, 3_000), max_size=12))
def test_cutting_the_stream_anywhere_changes_nothing(content: bytes, cuts: list[int]) -> None:
    one, pieces = Collector(), Collector()
    one.feed(content)
    edges = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    for a, b in pairwise(edges):
        pieces.feed(content[a:b])
    assert one.ended == pieces.ended
    assert one.take() == pieces.take()
    assert len(pieces) == 0


@given(st.text(min_size=1, max_size=LONGEST).filter(str.isprintable))
def test_what_can_be_shown_is_read_as_it_is(text: str) -> None:
    collector = Collector()
    collector.feed(text.encode() + b"\r")
    assert collector.take() == ScannedCode(text)
