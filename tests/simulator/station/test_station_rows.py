"""The page of requirement rows says what is true of names: every row once, every test there, every file there."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "station-rows.md"
REQUIREMENTS = (
    Path(os.environ.get("TVM_TEST_DATA") or ROOT.parent / "shared" / "data").parent / "design/requirements.md"
)
OURS = re.compile(
    r"(INV|CAP|FARE|REF|SYS)-\d\d|RULE-[A-Z]\d+|AND-(0\d|1[0-2])|AFC-(0\d|1[0-3])|ROAD-0[2-6]|TVM-0(1[1-9]|2[0-3]|30)"
)
STATES = {"built", "part", "later", "no"}


def lines() -> list[list[str]]:
    table = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [A-Z]+-", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


@cache
def known_tests() -> frozenset[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return frozenset(name for source in sources for name in re.findall(r"^def (test_\w+)", source, re.MULTILINE))


def test_every_name_of_a_test_and_of_a_file_is_there() -> None:
    for rows, state, where, shown in lines():
        assert state in STATES, rows
        assert not set(re.findall(r"`(test_\w+)`", shown)) - known_tests(), rows
        assert state != "built" or shown != "–" or not where.startswith("simulator"), rows
        for path in re.findall(r"(?:simulator|kiosk|config|drivers)/[\w/.]*\w", where):
            assert (ROOT / path).exists(), f"{rows}: {path}"


def test_no_row_stands_twice() -> None:
    rows = [row for line in lines() for row in line[0].split()]
    assert len(rows) == len(set(rows)) > 200
    assert not [row for row in rows if not OURS.fullmatch(row)]


@pytest.mark.skipif(not REQUIREMENTS.is_file(), reason="the requirements are not beside this clone")
def test_no_row_of_the_requirements_is_missing() -> None:
    asked: set[str] = set()
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        cell = line.split("|")[1].strip() if line.startswith("| ") else ""
        first, _, second = cell.partition("/")
        asked |= {first} | ({f"RULE-{second}"} if second and first.startswith("RULE") else set())
    rows = {row for line in lines() for row in line[0].split()}
    assert {row for row in asked if OURS.fullmatch(row)} == rows
