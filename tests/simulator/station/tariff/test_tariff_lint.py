"""The linter: each law is broken by a made-up set and found; excuses; the article's formula; the station's own tariff."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from config import ConfigError
from simulator.station.dated import NoRule, Text
from simulator.station.tariff.book import TARIFF_DIR, our_tariff, read_tariff
from simulator.station.tariff.formula import read_formula
from simulator.station.tariff.laws import Ladder, check_ladder, check_matrix
from simulator.station.tariff.lint import (
    Excuse,
    emu_ladders,
    ladders,
    lint_folder,
    lint_formula,
    lint_ladders,
    ordinary_ladder,
    ordinary_ladders,
    published_ladders,
)
from tests.simulator.station.tariff.rides import IN_2016, copy_of_tariff

ARTICLE = TARIFF_DIR / "examples" / "article.yaml"


def broken(ladder: Ladder) -> list[str]:
    return [str(finding) for finding in check_ladder(ladder)]


@pytest.mark.parametrize(
    ("ladder", "told"),
    [
        (Ladder("a", [10, 20], [-50, 100]), ["negative: a: adult pays -0.5 over 10 km",
                                          "through: a: 1 over 20 km, -1 as 10 and 10 km"]),
        (Ladder("b", [10, 20, 30], [300, 200, 100]), ["monotone: b: adult pays 3 over 10 km and 2 over 20 km (and 1 more)"]),
        (Ladder("c", [10], [100], {"child": [150]}), ["concession: c: child pays 1.5 over 10 km, the full fare is 1"]),
        (Ladder("d", [10, 20], [100, 250]), ["through: d: 2.5 over 20 km, 2 as 10 and 10 km"]),
        (Ladder("e", [10, 25], [100, 250], stepped=False), []),  # nothing is known of 20 km
        (Ladder("f", [10, 25], [100, 250]), ["through: f: 2.5 over 20 km, 2 as 10 and 10 km"]),
        (Ladder("g", [10, 20], [100, 200], {"child": [50, 100]}), []),
    ],
)  # fmt: skip
def test_each_law_over_distance(ladder: Ladder, told: list[str]) -> None:
    assert broken(ladder) == told


def test_the_laws_between_stations() -> None:
    assert check_matrix("fair", 4, lambda i, j: Fraction(100 * (j - i))) == []
    told = [str(finding) for finding in check_matrix("odd", 3, lambda i, j: Fraction(100 * (j - i) ** 2 - 10))]
    assert told == [
        "zero: odd: -0.1 from 1 to 1 (and 2 more)",
        "negative: odd: -0.1 from 1 to 1 (and 2 more)",
        "through: odd: 3.9 from 1 to 3, 1.8 with a stop at 2",
    ]
    falling = check_matrix("falls", 2, lambda i, j: Fraction(100 * (3 - j + i)))
    assert [str(finding) for finding in falling if finding.law == "monotone"] == [
        "monotone: falls: 3 from 1 to 1, 2 from 1 to 2 (and 1 more)"
    ]


def test_the_articles_fare_set_is_found_at_fault() -> None:
    """FARE-08."""
    linted = lint_formula(ARTICLE)
    told = [str(finding) for finding in linted.findings]
    assert any(text.startswith("zero: article hard_seat adult other: 560 from 8 to 8") for text in told)
    assert any(text.startswith("length: article hard_seat adult other") for text in told)
    assert not [
        text for text in told if text.startswith("length: article plain child")
    ]  # (to - from) / 2 is the one sound row


@pytest.mark.parametrize(
    ("seat_class", "height_mm", "student", "start", "end", "fen"),
    [
        ("plain", 1_500, False, "包头", "化德", 9_000),
        ("plain", 1_099, False, "包头", "化德", 0),
        ("hard_seat", 1_200, True, "包头", "集宁", 500),
        ("soft_seat", 1_200, True, "包头", "集宁", 1_250),
        ("soft_seat", 1_200, False, "呼市", "大坂", 31_000),
        ("hard_seat", 1_500, False, "集宁", "集宁", 21_000),
    ],
)  # fmt: skip
def test_what_the_article_prints(
    seat_class: str, height_mm: int, student: bool, start: str, end: str, fen: int
) -> None:
    """FARE-01 to FARE-06: h[1.5,1,5] 90, b[1.2,1,3,student] 5, s[1.2,1,3,student] 12.5, a[soft,1.2,2,8,other] 310.

    No trip at all costs 210.
    """
    total, step = read_formula(ARTICLE).price(seat_class, height_mm, student, start, end)
    assert total == fen
    assert step.rule == "article"


def test_what_the_article_does_not_know() -> None:
    article = read_formula(ARTICLE)
    assert [article.number("呼市"), article.number("大坂")] == [2, 8]
    with pytest.raises(NoRule, match="no station 北京"):
        article.number("北京")
    with pytest.raises(NoRule, match="nothing is written for soft_seat, adult, student"):
        article.price("soft_seat", 1_500, True, "包头", "集宁")


def excuse(where: str, at_most_fen: int) -> Excuse:
    text = Text("测试", "a test")
    return Excuse(
        id="e",
        valid_from=None,
        valid_to=None,
        source="a test",
        text=text,
        law="through",
        where=where,
        at_most_fen=at_most_fen,
    )


def test_an_excuse_covers_what_it_names_up_to_its_bound() -> None:
    ladder = Ladder("fast d", [10, 20], [100, 250])
    assert lint_ladders([ladder], [excuse("fast *", 50)]).findings == []
    assert [each.law for each in lint_ladders([ladder], [excuse("fast *", 49)]).findings] == ["through", "through"]
    assert "excuse e explains nothing" in str(lint_ladders([], [excuse("*", 50)]).findings[0])


def test_a_tariff_gone_wrong_is_found(tmp_path: Path) -> None:
    """A taper that begins anew, a student who pays more for nothing, and a discount below nothing cannot be written; these can."""
    cheaper = read_tariff(
        copy_of_tariff(tmp_path, ordinary=("fee_fen: 100\n    over_km: 200", "fee_fen: 900\n    over_km: 4000"))
    )
    ladder = ordinary_ladder(cheaper, IN_2016, "fast", "new", "hard_seat")
    assert [finding.law for finding in check_ladder(ladder)] == ["through"]
    dear = copy_of_tariff(tmp_path / "2", ordinary=("taken_off_step_fen: 50", "taken_off_step_fen: 5000"))
    ladder = ordinary_ladder(read_tariff(dear), IN_2016, "none", "none", "hard_seat")
    laws = {finding.law for finding in check_ladder(ladder)}
    assert laws >= {"negative", "concession"}


def test_ladders_of_ours_keep_monotone_and_concession() -> None:
    for name in ("hard_seat", "soft_berth_lower"):
        laws = {finding.law for finding in check_ladder(ordinary_ladder(our_tariff(), IN_2016, "fast", "new", name))}
        assert laws <= {"through"}
    emu = [*emu_ladders(our_tariff(), IN_2016), *published_ladders(our_tariff(), date(2020, 12, 23))]
    assert len(emu) > 20
    assert {finding.law for ladder in emu for finding in check_ladder(ladder)} == {"through"}


@pytest.mark.slow
def test_the_stations_tariff_has_no_finding_without_an_excuse() -> None:
    linted = lint_folder(TARIFF_DIR)
    assert linted.findings == []
    assert linted.looked_at > 300
    assert {finding.law for finding, _ in linted.excused} == {"through"}


def test_rules_may_begin_one_after_the_other(tmp_path: Path) -> None:
    """Before the tariff begins there is nothing to look at; a line that opens later is looked at from then on."""
    folder = copy_of_tariff(
        tmp_path,
        ordinary=("id: taper-1\n    valid_from: null", "id: taper-1\n    valid_from: 1997-12-01"),
        lines=(
            "id: line-qinghai-tibet-1\n      valid_from: null",
            "id: line-qinghai-tibet-1\n      valid_from: 2006-07-01",
        ),
        emu=("valid_from: 2020-12-23\n        valid_to: null", "valid_from: 2020-12-23\n        valid_to: 2029-12-31"),
    )
    tariff = read_tariff(folder)
    before, begun, opened = date(1997, 11, 30), date(1997, 12, 1), date(2006, 7, 1)
    assert list(ordinary_ladders(tariff, before)) == []
    assert next(ladders(tariff)).where == f"d250 second at {before}"
    assert ["qinghai_tibet" in tariff.lines_on(day) for day in (begun, opened)] == [False, True]
    assert tariff.turning_days[:2] == (begun, opened)
    assert tariff.published("g300", ("VNP", "AOH"), date(2030, 1, 1)) is None


def test_a_set_by_formula_is_read_strictly(tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    for old, new, told in (
        ("unit_fen: 1_000", "unit: 10", "unit: unknown key; did you mean unit_fen"),
        ("child_from_mm: 1_100", "child_from_mm: 1_500", "children begin at 1500 mm"),
        ("[包头, 呼市,", "[包头, 包头,", "two stations at least, each once"),
    ):
        file.write_text(ARTICLE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        with pytest.raises(ConfigError, match=told):
            read_formula(file)
