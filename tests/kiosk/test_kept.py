"""Folds as plain JSON and back: nothing is lost, what is of the configuration stays, and what does not fit is refused."""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import pytest

from kiosk.errors import JournalError
from kiosk.kept import NOT_KEPT, built, fill, plain
from kiosk.past import Past
from kiosk.stock import fresh
from tests.kiosk.sale.samples import VALUES


@dataclass(frozen=True, slots=True)
class Leaf:
    name: str
    pairs: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Tree:
    fitted: dict[int, int] = field(metadata=NOT_KEPT)
    numbers: dict[int, Leaf] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    sums: Counter[str] = field(default_factory=Counter)
    last: deque[tuple[str, int | str]] = field(default_factory=lambda: deque(maxlen=2))
    keyed: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    best: tuple[Leaf, int] | None = None
    _inner: bool = False


def grown() -> Tree:
    leaf = Leaf("一", (("a", 1),))
    keyed = {("void?", "T01.1"): [{"kind": "void?", "deep": [1, None]}]}
    last: deque[tuple[str, int | str]] = deque([("a", 1), ("b", "2")], maxlen=2)
    return Tree({9: 9}, {2: leaf, 1: Leaf("x")}, {"r": None}, {3, 1}, Counter(a=2), last, keyed, (leaf, 5), True)


def test_what_is_written_as_json_comes_back() -> None:
    made = grown()
    raw = json.loads(json.dumps(plain(Tree, made)))
    again = Tree({9: 9})
    fill(again, raw)
    assert again == made
    assert (type(again.sums), again.last.maxlen, list(again.numbers)) == (Counter, 2, [2, 1])


def test_what_is_of_the_configuration_is_not_written_and_stays() -> None:
    raw = plain(Tree, grown())
    assert "fitted" not in raw
    other = Tree({4: 4})
    fill(other, raw)
    assert other.fitted == {4: 4}


def test_a_field_that_came_later_keeps_its_default() -> None:
    raw = plain(Tree, grown())
    del raw["sums"], raw["numbers"][1][1]["pairs"]
    made = Tree({})
    fill(made, raw)
    assert made.sums == Counter()
    assert made.numbers[1] == Leaf("x")


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"seen": {"1": 2}},
        {"seen": ["1"]},
        {"numbers": [[1, {"pairs": []}]]},
        {"numbers": [[1, {"name": "x", "size": 1}]]},
        {"numbers": [[1]]},
        {"best": [{"name": "x"}]},
        {"_inner": 1},
        {"last": [["a", None]]},
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(JournalError, match="does not fit this program"):
        fill(Tree({}), {**plain(Tree, grown()), **change})


@pytest.mark.parametrize("hint", [float, bytes, list[float], object])
def test_a_type_that_nobody_can_read_back_is_not_written(hint: Any) -> None:
    with pytest.raises(TypeError, match="is not kept"):
        plain(hint, [1.5] if hint == list[float] else 1.5)


def test_every_field_of_the_past_can_be_written_and_read() -> None:
    raw = json.loads(json.dumps(plain(Past, Past(fresh(VALUES, coins={1: 100})))))
    assert not {"sale", "recovering", "before"} & raw.keys()
    again = Past(fresh(VALUES, coins={1: 100}))
    fill(again, raw)
    assert again == Past(fresh(VALUES, coins={1: 100}))
    assert built(int, 3) == 3
