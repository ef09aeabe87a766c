"""Cases as the command judges them: all of ours pass, and a wrong one is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.station.seats.cases import Verdict, judge
from simulator.station.seats.main import main

CASES = Path(__file__).with_name("cases.jsonl")


@pytest.mark.parametrize("line", CASES.read_text().splitlines(), ids=lambda line: json.loads(line)["id"])
def test_a_case_passes(line: str) -> None:
    assert judge([line]) == [Verdict(json.loads(line)["id"], "")]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (
            '{"id": "X", "kind": "od_types", "stations": [3], "expected": {"types": [4]}}',
            "types: expected [4], got [3]",
        ),
        (
            '{"id": "X", "kind": "od_types", "stations": [3], "expected": {"sorts": [3]}}',
            "sorts: expected [3], got nothing",
        ),
        ('{"id": "X", "kind": "wishes", "expected": {}}', "no kind 'wishes'"),
        ('{"id": "X", "kind": "policy", "seats": 1, "segments": 2, "requests": [], "expected": {"luck": []}}', "luck"),
        ('{"id": "X", "kind": "metrics", "seats": 2}', "KeyError"),
    ],
)
def test_what_does_not_fit_is_said(line: str, wrong: str) -> None:
    (verdict,) = judge([line, ""])
    assert verdict.name == "X"
    assert wrong in verdict.wrong


def test_a_number_must_fit_to_a_millionth() -> None:
    case = json.loads(CASES.read_text().splitlines()[5])
    case["expected"]["vacancy"] += 1e-5
    assert "vacancy" in judge([json.dumps(case)])[0].wrong


def test_the_command_counts_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", str(CASES)]) == 0
    assert capsys.readouterr().out.endswith("passed 15 of 15\n")
    spoiled = tmp_path / "spoiled.jsonl"
    spoiled.write_text(CASES.read_text() + "no case\n")
    assert main(["cases", str(spoiled)]) == 1
    out = capsys.readouterr().out
    assert "line 16 FAIL JSONDecodeError" in out
    assert out.endswith("passed 15 of 16\n")
    assert main(["cases", str(tmp_path / "nothing")]) == 1
    assert "nothing" in capsys.readouterr().err
