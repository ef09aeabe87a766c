"""The runner of cases: the shared file, our further ones, wrong expectations, broken lines, the command."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.__main__ import COMMANDS
from simulator.station.rules.book import the_rules
from simulator.station.rules.cases.run import TOPICS, Case, Outcome, read_case, run_case, run_file
from simulator.station.rules.main import main

HERE = Path(__file__).parent
FURTHER = HERE / "further_cases.jsonl"
DATA = Path(os.environ.get("TVM_TEST_DATA") or HERE.parents[4] / "shared" / "data")
SHARED = DATA / "cases" / "fare_rule_cases.jsonl"
BOOK = the_rules()
has_shared = pytest.mark.skipif(not SHARED.is_file(), reason="the shared cases are not beside this clone")


def cases(path: Path) -> Iterator[Case]:
    return (read_case(line) for line in path.read_text(encoding="utf-8").splitlines())


def asked(topic: str, given: dict[str, Any], expected: dict[str, Any], day: str = "2024-01-15") -> Outcome:
    line = json.dumps({"id": "x", "rules_as_of": day, "topic": topic, "input": given, "expected": expected})
    return run_case(read_case(line), BOOK)


@has_shared
def test_every_shared_case_passes() -> None:
    outcomes = list(run_file(SHARED, BOOK))
    assert len(outcomes) == 38
    assert [one.why for one in outcomes if not one.passed] == []


def test_every_further_case_passes() -> None:
    outcomes = list(run_file(FURTHER, BOOK))
    assert len(outcomes) > 340
    assert [f"{one.id} {one.why}" for one in outcomes if not one.passed] == []


def test_every_topic_has_a_case() -> None:
    asked_topics = {case.topic for path in (FURTHER, SHARED) if path.is_file() for case in cases(path)}
    missing = set(TOPICS) - asked_topics
    assert not missing or not SHARED.is_file()


def test_every_topic_is_written_down() -> None:
    page = (HERE.parents[3] / "docs" / "rules-cases.md").read_text(encoding="utf-8")
    assert [topic for topic in TOPICS if f"`{topic}`" not in page and topic != "refund_line_interrupted_midway"] == []


def wrong(told: Any) -> Any:
    """Something else of the same shape."""
    if isinstance(told, bool):
        return not told
    if isinstance(told, int | Decimal):
        return told + 1
    if isinstance(told, list):
        return [wrong(one) for one in told] or [1]
    if isinstance(told, dict):
        return {name: wrong(one) for name, one in told.items()} or {"berth": 1}
    return "quite another thing"


@pytest.mark.parametrize("path", [FURTHER, pytest.param(SHARED, marks=has_shared)])
def test_no_case_passes_with_a_wrong_expectation(path: Path) -> None:
    for case in cases(path):
        for name, told in case.expected.items():
            assert not run_case(replace(case, expected={name: wrong(told)}), BOOK).passed, f"{case.id} {name}"


def test_a_broken_line_is_told_and_the_rest_still_runs(tmp_path: Path) -> None:
    good = FURTHER.read_text(encoding="utf-8").splitlines()[0]
    lines = [
        "{",
        "[1]",
        good,
        good,
        json.dumps({"id": "a", "rules_as_of": "2024-13-01", "topic": "fare", "input": {}, "expected": {"x": 1}}),
        json.dumps({"id": "b", "rules_as_of": "2024-01-01", "topic": "fare", "input": [], "expected": {"x": 1}}),
        json.dumps({"id": "c", "rules_as_of": "2024-01-01", "topic": "fares", "input": {}, "expected": {"x": 1}}),
        json.dumps({"id": "d", "rules_as_of": "2024-01-01", "topic": "fare", "input": {}, "expected": {}}),
        '{"id": "e", "rules_as_of": "2024-01-01", "topic": "fare", "input": {"km": NaN}, "expected": {"total": 1}}',
        "",
        good.replace("F001", "F002"),
    ]
    path = tmp_path / "broken.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    outcomes = list(run_file(path, BOOK))
    assert [one.passed for one in outcomes] == [False, False, True, False, False, False, False, False, False, True]
    told = [f"{one.id} {one.why}" for one in outcomes]
    for at, words in (
        (0, "broken.jsonl:1 not JSON"),
        (1, "an object expected"),
        (3, "stands twice"),
        (4, "is no date"),
    ):
        assert words in told[at]
    for at, words in (
        (5, "input: dict expected"),
        (6, "broken.jsonl:7: no topic 'fares'"),
        (7, "nothing is expected"),
        (8, "NaN"),
    ):
        assert words in told[at]


@pytest.mark.parametrize(
    ("topic", "given_", "expected", "why"),
    [
        ("refund_fee", {"fare": 1.005, "hours_before": 1}, {"fee": 1}, "below a fen"),
        ("refund_fee", {"fare": 100.0}, {"fee": 1}, "needs hours_before"),
        ("refund_fee", {"hours_before": 3}, {"fee": 1}, "needs a field"),
        ("refund_fee", {"fare": 100.0, "hours_before": 3}, {"colour": 1}, "'colour' is no answer"),
        ("refund_fee", {"fare": [1, 2], "hours_before": [1, 2, 3]}, {"fee": 1}, "lists of different length"),
        ("refund_fee", {"fare": [], "hours_before": 1}, {"fee": []}, "0 positions"),
        ("refund_fee", {"fare": [10, 20], "hours_before": 1}, {"fee": [2, 4, 5]}, "2 positions, 3 expected"),
        ("refund_fee", {"fare": 100.0, "hours_before": "soon"}, {"fee": 1}, "no time span"),
        ("rebook_fee", {"fare": 100.0, "hours_before": 30}, {"fee": 1}, "needs new_date"),
        ("child_height", {"height_m": 1.2}, {"ticket": "full"}, "ticket is child, expected"),
        ("fast_train", {"claim": "fast train = 160..200 km/h"}, {"claim_true": True}, "nothing is known"),
        ("ticket_type_code", {"type": "学"}, {"code": "X"}, "no code of ticket type"),
        ("student_eligibility", {"trip": "moon-mars"}, {"eligible": True}, "no trip of a student"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(topic: str, given_: dict[str, Any], expected: dict[str, Any], why: str) -> None:
    outcome = asked(topic, given_, expected)
    assert not outcome.passed
    assert why in outcome.why


def test_fields_that_nothing_looked_at_are_named() -> None:
    outcome = asked("refund_fee", {"fare": 100.0, "hours_before": 3, "weather": "rain"}, {"fee": 20})
    assert (outcome.passed, outcome.unused) == (True, ("weather",))


ODD = st.sampled_from([
    None, True, 0, -1, 10**18, Decimal("0.001"), Decimal("1e400"), "", "x", "2020-02-30", "99999 h", "９", "²", [], [1],
    [[1]], {}, {"to": 1, "class": None}, [{"km": None, "class": "hard"}], "9999-12-31T24:00", "0001-01-01",
])  # fmt: skip
SEEDS = list(cases(FURTHER))


@settings(max_examples=150, deadline=None)
@given(case=st.sampled_from(SEEDS), data=st.data(), day=st.sampled_from([date.min, date.max, date(2020, 2, 6)]))
def test_no_input_and_no_expectation_stops_the_runner(case: Case, data: st.DataObject, day: date) -> None:
    odd = {name: data.draw(st.one_of(st.just(told), ODD)) for name, told in case.given.items()}
    want = {name: data.draw(st.one_of(st.just(told), ODD)) for name, told in case.expected.items()}
    outcome = run_case(replace(case, given=odd, expected=want, day=data.draw(st.sampled_from([day, case.day]))), BOOK)
    assert outcome.passed == (outcome.why == "")


def test_the_command_counts_and_ends_with_1_on_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert COMMANDS["rules"]()(["cases", str(FURTHER)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == f"passed {len(out) - 1} of {len(out) - 1}"
    path = tmp_path / "one.jsonl"
    path.write_text(FURTHER.read_text(encoding="utf-8").splitlines()[0].replace("true]", "false]"), encoding="utf-8")
    assert main(["cases", str(path)]) == 1
    assert capsys.readouterr().out.endswith("passed 0 of 1\n")
    assert main(["cases", str(tmp_path / "absent.jsonl")]) == 2
    assert "absent.jsonl" in capsys.readouterr().err


def test_show_prints_what_is_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--at", "2020-02-06"]) == 0
    shown = capsys.readouterr().out
    assert " V4 " in shown
    assert " R4 " in shown
    assert " R5 " not in shown
