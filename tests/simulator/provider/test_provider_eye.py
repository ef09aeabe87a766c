"""A phone reads every code that a machine may show: compared with the library that draws them."""

from __future__ import annotations

import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.provider.eye import read

ALPHABETS = ("abcXYZ019:-./$ ", "0123456789", "AZ9:$")


def shown(content: str, level: str, mask: int | None = None) -> tuple[str, ...]:
    made = segno.make(content, error=level, mask=mask, micro=False, boost_error=False)
    return tuple("".join("1" if module else "0" for module in row) for row in made.matrix)


@settings(max_examples=60)
@given(
    content=st.sampled_from(ALPHABETS).flatmap(lambda letters: st.text(letters, min_size=1, max_size=60)),
    level=st.sampled_from("lmqh"),
    mask=st.none() | st.integers(0, 7),
)
def test_what_was_drawn_is_read(content: str, level: str, mask: int | None) -> None:
    rows = shown(content, level, mask)
    assert read(rows) == (content if len(rows) <= 41 else "")


@settings(max_examples=60)
@given(at=st.integers(0, 24 * 25 + 24), level=st.sampled_from("lmqh"))
def test_a_wrong_module_is_another_text_or_none(at: int, level: str) -> None:
    rows = [list(row) for row in shown("labpay:J2YQ", level)]
    row, column = at // 25 % len(rows), at % 25 % len(rows)
    rows[row][column] = "10"[int(rows[row][column])]
    assert type(read(["".join(each) for each in rows])) is str


def test_what_is_no_code_says_nothing() -> None:
    good = shown("labpay:J2YQ4M5T7XK3W6RB", "m")
    assert read(good) == "labpay:J2YQ4M5T7XK3W6RB"
    for bad in ((), ("",), ("1",) * 21, ("10" * 10 + "1",) * 21, good[:-1], (good[0].replace("1", "x"), *good[1:])):
        assert read(bad) == ""
