"""The loader of configuration files: exact types in, clear refusals out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError, Range, load, parse


class Colour(Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True)
class Cassette:
    value_fen: Annotated[int, Range(1, 10_000)]
    label: str = ""


@dataclass(frozen=True)
class Machine:
    take_ms: int
    name: str = "T01"
    scale: float = 1.0
    on: bool = True
    colour: Colour = Colour.RED
    policy: Literal["full", "bounded"] = "full"
    path: Path | None = None
    cassettes: tuple[Cassette, ...] = ()
    channels: dict[int, int] = field(default_factory=dict)
    pair: tuple[int, str] = (0, "")
    free: Any = None

    def __post_init__(self) -> None:
        if self.take_ms < 0:
            raise ValueError("take_ms cannot be negative")


WHOLE = """\
take_ms: 40000
name: "T07"
scale: 2
on: false
colour: BLUE
policy: bounded
path: a/b
cassettes:
  - {value_fen: 500, label: five}
  - value_fen: 1000
channels: {1: 100, 2: 500}
pair: [3, x]
free: {deep: [1, two]}
"""


def refused(text: str, kind: type[Any] = Machine) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text, kind, "m.yaml")
    return str(caught.value)


def test_every_kind_of_field_is_read() -> None:
    machine = parse(WHOLE, Machine, "m.yaml")
    assert machine == Machine(
        40_000,
        "T07",
        2.0,
        False,
        Colour.BLUE,
        "bounded",
        Path("a/b"),
        (Cassette(500, "five"), Cassette(1000)),
        {1: 100, 2: 500},
        (3, "x"),
        {"deep": [1, "two"]},
    )


def test_defaults_fill_what_is_left_out() -> None:
    assert parse("take_ms: 1", Machine, "m.yaml") == Machine(1)


def test_unknown_key_names_file_line_and_nearest_key() -> None:
    assert refused("name: x\ntake_sm: 1\n") == "m.yaml:2: take_sm: unknown key; did you mean take_ms?"


def test_unknown_key_without_a_near_one_lists_what_is_known() -> None:
    assert "known: label, value_fen" in refused("take_ms: 1\ncassettes: [{value_fen: 5, zzz: 1}]")


def test_nested_key_is_named_with_its_way() -> None:
    assert refused("take_ms: 1\ncassettes:\n  - value_fen: 500\n  - value_fen: many\n") == (
        "m.yaml:4: cassettes[1].value_fen: a whole number expected, 'many' found"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name: x", "take_ms: is missing"),
        ("", "take_ms: is missing"),
        ("take_ms: true", "a whole number expected, 'true' found"),
        ("take_ms: 1.5", "a whole number expected, '1.5' found"),
        ("take_ms: '5'", "a whole number expected, '5' found"),
        ("take_ms: 1\nname: no", "text expected, 'no' found; put it in quotes"),
        ("take_ms: 1\non: 1", "true or false expected, '1' found"),
        ("take_ms: 1\ncolour: BLEU", "'BLEU' is none of RED, BLUE; did you mean BLUE?"),
        ("take_ms: 1\npolicy: all", "'all' is none of full, bounded"),
        ("take_ms: 1\npair: [1]", "2 entries expected, 1 found"),
        ("take_ms: 1\ncassettes: 5", "a list expected"),
        ("take_ms: 1\nchannels: [1]", "keys with values expected"),
        ("take_ms: 1\nchannels: {one: 1}", "channels.one: a whole number expected"),
        ("take_ms: 1\nchannels: {1: 1, 1: 2}", "channels.1: stands twice"),
        ("take_ms: 1\ncassettes: [{value_fen: 0}]", "0 is not within 1..10000"),
        ("take_ms: -1", "take_ms cannot be negative"),
        ("take_ms: 1\ntake_ms: 2", "m.yaml:2: take_ms: stands twice"),
        ("take_ms: 1\nfree: &a [*a]", "anchors and aliases are not used here"),
        ("take_ms: 1\nfree: 2024-13-45", "not a value"),
        ("take_ms: 1\nfree: !!python/object:os.system {}", "m.yaml:2"),
        ("- 1", "keys with values expected"),
        ("take_ms: [", "not YAML"),
        ("take_ms: 1\n? [1]\n: 2", "a key is one word or number"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    assert why in refused(text)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.yaml: cannot be read: No such file"):
        load(tmp_path / "missing.yaml", Machine)
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9")
    with pytest.raises(ConfigError, match="not UTF-8 at byte 9"):
        load(tmp_path / "latin.yaml", Machine)
    (tmp_path / "good.yaml").write_text("take_ms: 7")
    assert load(tmp_path / "good.yaml", Machine).take_ms == 7


def read_or_refused(text: str) -> bool:
    try:
        return parse(text, Machine, "m.yaml").take_ms >= 0
    except ConfigError as error:
        return str(error).startswith("m.yaml")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert read_or_refused(text)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["take_ms", "name", "pair", "channels", "free", "cassettes"]), PLAIN, max_size=5)
)
def test_any_yaml_is_read_or_refused(data: dict[str, Any]) -> None:
    assert read_or_refused(yaml.safe_dump(data))


@given(
    st.builds(
        Machine,
        take_ms=st.integers(0),
        channels=st.dictionaries(st.integers(), st.integers(), max_size=4),
        cassettes=st.lists(st.builds(Cassette, st.integers(1, 10_000), st.text(max_size=9)), max_size=3).map(tuple),
    )
)
def test_what_is_written_is_what_is_read(machine: Machine) -> None:
    written = {
        "take_ms": machine.take_ms,
        "channels": machine.channels,
        "cassettes": [{"value_fen": c.value_fen, "label": c.label} for c in machine.cassettes],
    }
    assert parse(yaml.safe_dump(written), Machine, "m.yaml") == machine
