"""What becomes of samples: shares, verdicts, the table."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.bench.figures import (
    BY_NAME,
    OK,
    OVER,
    PARTS,
    ROWS,
    SKIPPED,
    TOLD,
    as_json,
    measured,
    percentile,
    share_of,
    shown,
    skipped,
    table,
)
from simulator.bench.parts import MEASURES

SAMPLES = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


@given(SAMPLES, st.floats(0.1, 100))
def test_a_percentile_is_a_sample_that_so_many_do_not_exceed(samples: list[float], percent: float) -> None:
    found = percentile(samples, percent)
    assert found in samples
    assert sum(sample <= found for sample in samples) >= len(samples) * percent / 100 - 1e-6
    assert sum(sample < found for sample in samples) < len(samples) * percent / 100 + 1e-6


@given(SAMPLES)
def test_the_most_is_never_less_than_any_share(samples: list[float]) -> None:
    shares = [share_of(samples, share) for share in ("p50", "p95", "p99")]
    assert shares == sorted(shares)
    assert shares[-1] <= share_of(samples, "most") == max(samples)


@pytest.mark.parametrize("share", ["p50", "p99", "mean", "most"])
def test_no_samples_have_no_share(share: str) -> None:
    with pytest.raises(ValueError, match="no samples"):
        share_of([], share)


def test_a_figure_at_its_bound_is_ok_and_above_it_is_over() -> None:
    row = BY_NAME["lock"]
    assert row.bound is not None
    assert measured("lock", [row.bound]).verdict == OK
    assert measured("lock", [row.bound + 0.1]).verdict == OVER
    assert measured("touch_rest", [1e9]).verdict == TOLD


def test_what_has_no_samples_is_skipped_and_says_so() -> None:
    figure = measured("lock", [])
    assert (figure.verdict, figure.value, figure.n) == (SKIPPED, None, 0)
    assert "nothing was measured" in table([figure])
    (other,) = skipped(("touch_pixels",), "no display")
    assert "no display" in table([other])
    assert SKIPPED in table([other])


def test_the_table_has_a_line_for_each_figure_with_bound_and_number() -> None:
    lines = table([measured("lock", [1.0, 70.0]), measured("availability", [12.345])]).splitlines()
    assert "70 ms" in lines[2]
    assert "50 ms" in lines[2]
    assert OVER in lines[2]
    assert lines[2].endswith("2")
    assert "12.3 ms" in lines[3]
    assert len({line.index("|") for line in lines[2:4]}) == 1


def test_json_names_what_is_over() -> None:
    told = as_json([measured("lock", [70.0]), measured("availability", [1.0])], {"load": "0"})
    assert json.loads(json.dumps(told))["over"] == ["lock"]
    assert [figure["measured"] for figure in told["figures"]] == [70.0, 1.0]


def test_every_row_belongs_to_a_part_that_is_measured() -> None:
    assert set(PARTS) == set(MEASURES)
    assert len(BY_NAME) == len(ROWS)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.123, "0.12"), (9.996, "10.00"), (12.34, "12.3"), (123.4, "123"), (5.0, "5")]
)
def test_numbers_are_told_as_people_read_them(value: float | None, text: str) -> None:
    assert shown(value) == text
