"""The second reader finds what must never be: made-up journals, each with one lie."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.station.seats.checker import Checker
from simulator.station.seats.journal import End, frame
from simulator.station.seats.main import main

OPEN = ["open", "K1", 4, 3, [1, 1], [2, 1, 2, 2]]


def held(order: str, place: int, a: int = 0, b: int = 4, wish: str = "none") -> list[object]:
    return ["held", order, "h", "K1", a, b, wish, "any", [place], 100, 200]


def read(*records: object) -> Checker:
    checker = Checker()
    checker.read(frame(End(), [json.dumps(record) for record in (OPEN, *records)])[0])
    return checker


@pytest.mark.parametrize(
    ("records", "wrong"),
    [
        ([held("o1", 1, 0, 2), held("o2", 1, 1, 3)], "oversold"),
        ([held("o1", 3)], "no place 3"),
        ([held("o1", 1, 2, 5)], "no such trip"),
        ([held("o1", 1), held("o1", 2)], "second time"),
        ([["sold", "o1", "c"]], "never held"),
        ([held("o1", 1), ["sold", "o1", "c"], ["sold", "o1", "d"]], "is sold, and changes as if it were held"),
        ([held("o1", 1), ["sold", "o1", "c"], ["expired", "o1"]], "is sold, and changes as if it were held"),
        ([held("o1", 1), ["sold", "o1", "c"], *[["refunded", "o1", f"r{n}", [0]] for n in (1, 2)]], "does not have"),
        ([held("o1", 1), ["expired", "o1"], held("o2", 1), ["sold", "o1", "c"]], "oversold"),
        ([held("o1", 0, wish="standing"), held("o2", 0, 3, 4, "standing")], "too many standing"),
        ([held("o1", 0, wish="standing"), held("o2", 1, 1, 2, "standing")], "too many standing"),
        ([["gone", "o1"]], "no record is called gone"),
    ],
)
def test_a_lie_is_found(records: list[object], wrong: str) -> None:
    assert any(wrong in sentence for sentence in read(*records).wrong)


def test_a_true_story_has_nothing_wrong() -> None:
    story = [
        held("o1", 1, 0, 2), held("o2", 1, 2, 4), ["sold", "o1", "c"], ["refunded", "o1", "r", [0]], ["expired", "o2"],
        held("o3", 1), ["renewed", "o3", "n", 5, 105], ["sold", "o3", "c"], [*held("o4", 2), "o3", [0]], ["sold", "o4", "c"],
        held("o5", 1), ["released", "o5", "x"], ["refused", "o5", "y", "wrong_state", 0, "confirm"],
    ]  # fmt: skip
    checker = read(*story)
    assert checker.wrong == []
    assert checker.sold_places == 1


def test_answers_that_the_journal_does_not_know_are_lost_places() -> None:
    checker = read(held("o1", 1), ["sold", "o1", "c"], ["refused", "o2", "h", "sold_out", 0, []])
    checker.compare(
        [("o1", "h", "held", (1,)), ("o1", "c", "sold", ()), ("o2", "h", "refused", ()), ("o9", "h", "refused", ())]
    )
    assert checker.wrong == []
    checker.compare([("o1", "h", "held", (2,)), ("o3", "c", "sold", ()), ("o2", "h", "held", (0,))])
    assert len(checker.wrong) == 3


def test_a_group_lost_in_the_middle_is_found() -> None:
    first, end = frame(End(), [json.dumps(OPEN)])
    second, end = frame(end, [json.dumps(held("o1", 1))])
    third, _ = frame(end, ['["sold","o1","c"]'])
    checker = Checker()
    checker.read(first + second[:-3] + b"???" + third)
    assert "group 1" in checker.wrong[0]


def test_the_command_reads_a_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "j"
    for records, status in (([held("o1", 1)], 0), ([held("o1", 1), held("o2", 1)], 1)):
        path.write_bytes(frame(End(), [json.dumps(record) for record in (OPEN, *records)])[0])
        assert main(["check", str(path)]) == status
    assert "oversold" in capsys.readouterr().out
